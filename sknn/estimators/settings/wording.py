"""Parts of docstrings of methods that differ for some families.

A family lists replacements in ``_wording``, so that inherited docstrings describe its own rows.
"""

ROWS = "{array-like, sparse matrix} of shape (n_samples, n_features)"
"""How methods describe X."""
KEPT = """
    float32 is kept, everything else is converted to float64; sparse rows are never made
    dense."""
"""The sentence that `fit` adds to it."""
LAST_LAYER = {"the hidden layer `transform_layer`": "the last hidden layer"}
"""For families that do not choose which layer transforms."""
