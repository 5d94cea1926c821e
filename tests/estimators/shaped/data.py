"""Small data sets whose rows have a shape."""

import numpy as np
from sklearn.datasets import load_digits

_X, LABELS = load_digits(return_X_y=True)
LABELS = LABELS[:200]
FLAT = _X[:200] / 16
IMAGES = FLAT.reshape(-1, 8, 8)

_rng = np.random.default_rng(0)
SEQUENCES = [_rng.normal(size=(n, 2)) for n in _rng.integers(3, 8, 40)]
"""Sequences of 3 to 7 steps with two features."""
ABOVE = np.array([int(each[:, 0].sum() > 0) for each in SEQUENCES])
STEPS = [(np.cumsum(each[:, 0]) > 0).astype(int) for each in SEQUENCES]
SUMS = [np.cumsum(each, axis=0) for each in SEQUENCES]
EVEN = _rng.normal(size=(40, 6, 2))
"""Sequences of one length."""


def padded(sequences, length=7):
    """Return sequences padded with NaN at their ends."""
    x = np.full((len(sequences), length, sequences[0].shape[1]), np.nan)
    for row, each in zip(x, sequences, strict=True):
        row[: len(each)] = each
    return x
