"""Tables cut into blocks, and their summaries merged."""

import numpy as np


def cut(n, rng, most=6):
    """Return slices of all rows, some of them empty."""
    ends = np.sort(rng.integers(0, n + 1, rng.integers(0, most)))
    return [slice(a, b) for a, b in zip([0, *ends], [*ends, n], strict=True)]


def in_pairs(parts):
    """Merge neighbors."""
    while len(parts) > 1:
        pairs = [parts[i].merged(parts[i + 1]) for i in range(0, len(parts) - 1, 2)]
        parts = pairs + parts[2 * len(pairs) :]
    return parts[0]


def one_by_one(parts):
    """Merge each summary with all before it."""
    found = parts[0]
    for part in parts[1:]:
        found = found.merged(part)
    return found


def summarized(encoder, X, slices, y=None, weight=None, merge=in_pairs):
    """Return the summary of the blocks of a table."""
    parts = [
        encoder.summarize(
            X[rows],
            None if y is None else y[rows],
            None if weight is None else weight[rows],
            block,
        )
        for block, rows in enumerate(slices)
        if rows.stop > rows.start
    ]
    return merge([part for part in parts if part is not None])


def fitted(encoder, *arguments, **more):
    """Return the encoder fitted to the summary, and its warnings."""
    return encoder, encoder.learn_summary(summarized(encoder, *arguments, **more))
