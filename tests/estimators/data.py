"""Small data that many tests use."""

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 5))
BINARY = (X[:, 0] + 0.5 * X[:, 1] > 0).astype(int)
THREE = np.digitize(X[:, 0] + 0.3 * X[:, 1], [-0.5, 0.5])
REAL = 30.0 + 5.0 * X[:, 0] - 3.0 * X[:, 1] ** 2
TWO_REAL = np.column_stack([REAL, 0.01 * X[:, 2]])
LABELS = (X[:, :3] > 0.2).astype(int)
TWO_LABELS = np.column_stack([THREE, BINARY])
COUNTS = RNG.poisson(np.exp(0.4 * X[:, 0] + 1.0)).astype(float)


def target_of(kind):
    """Return a y from which a class of estimators learns, or None if it needs none."""
    if issubclass(kind, ClassifierMixin):
        return BINARY
    return REAL if issubclass(kind, RegressorMixin) else None
