"""Parts of the docstrings of methods that some families have to say otherwise.

A family lists them in ``_wording``: what its methods inherit then speaks of its own rows.
"""

ROWS = "{array-like, sparse matrix} of shape (n_samples, n_features)"
"""How methods describe X."""
KEPT = """
    float32 is kept, everything else is converted to float64; sparse rows are never made
    dense."""
"""What `fit` adds to it."""
LAST_LAYER = {"the hidden layer `transform_layer`": "the last hidden layer"}
"""For families that do not choose which layer transforms."""
