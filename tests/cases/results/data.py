"""Small data sets for stored results, the same on every machine."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.datasets import load_diabetes, load_digits, load_iris


class Data(NamedTuple):
    """The arguments of a call of fit.

    Attributes
    ----------
    X, y, sample_weight : array or None
    more : dict
        Further arguments of fit.
    """

    X: Any
    y: Any = None
    sample_weight: Any = None
    more: dict = {}

    def single(self):
        """Return the same data with rows in single precision."""
        return self._replace(X=self.X.astype(np.float32))

    def rows(self, which):
        """Return some of the rows, without further arguments."""
        parts = (None if each is None else each[which] for each in self[:3])
        return Data(*parts)


def _iris():
    X, y = load_iris(return_X_y=True)
    return Data((X - X.mean(axis=0)) / X.std(axis=0), y)


def _digits():
    X, y = load_digits(return_X_y=True)
    return Data(X[:300] / 16, y[:300])


def _diabetes():
    X, y = load_diabetes(return_X_y=True)
    return Data((X / X.std(axis=0))[:200], y[:200])


def _table(rng):
    """Numbers, some missing, categories and dates."""
    a, b = rng.standard_normal((2, 200))
    b[rng.random(200) < 0.2] = np.nan
    columns = {
        "a": a,
        "b": b,
        "kind": pd.Categorical(rng.choice(list("pqrs"), 200)),
        "day": pd.date_range("2024-01-01", periods=200, freq="31h"),
    }
    return pd.DataFrame(columns)


RNG = np.random.default_rng(0)
IRIS, DIGITS, DIABETES = _iris(), _digits(), _diabetes()
# Classes alternate, so that every part of a stream has all of them.
MIXED_IRIS = IRIS.rows(RNG.permutation(150))
TWO_CLASSES = IRIS.rows(slice(100))
WEIGHTED_IRIS = TWO_CLASSES._replace(sample_weight=RNG.integers(0, 3, 100).astype(float))
WATCHED_IRIS = IRIS._replace(more={"X_val": IRIS.X[::3], "y_val": IRIS.y[::3]})
LABELS = IRIS._replace(y=(RNG.random((150, 3)) < 0.4).astype(int))
TWO_ANSWERS = IRIS._replace(y=np.column_stack([IRIS.y, IRIS.X[:, 0] > 0]).astype(int))
SPARSE = DIGITS._replace(X=sp.csr_array(np.where(DIGITS.X > 0.3, DIGITS.X, 0.0)))
BITS = Data((DIGITS.X > 0.5).astype(float))
WATCHED_BITS = BITS.single()._replace(more={"X_val": BITS.X[:50]})
IMAGES = DIGITS._replace(X=DIGITS.X.reshape(-1, 8, 8))
IMAGES_AND_NUMBERS = IMAGES._replace(y=DIGITS.y.astype(float))
TWO_NUMBERS = DIABETES._replace(
    y=np.column_stack([DIABETES.y, -(DIABETES.y**1.5)]), sample_weight=RNG.random(200)
)
ROWS = Data(DIABETES.X)
GROUPS = Data(np.column_stack([DIABETES.X[:, 0] > 0, DIABETES.X[:, 1:]]).astype(float))
STEPS = RNG.standard_normal((60, 6, 2))
SERIES = Data(STEPS, (STEPS.sum(axis=(1, 2)) > 0).astype(int))
STEP_BY_STEP = Data(STEPS, STEPS.cumsum(axis=1)[:, :, 0])
_RAGGED = [RNG.standard_normal((n, 2)) for n in RNG.integers(3, 9, 60)]
RAGGED = Data(_RAGGED, np.array([each.sum() for each in _RAGGED]))
TABLE = Data(_table(RNG))
TABLE_CLASSES = TABLE._replace(y=(TABLE.X["a"] + (TABLE.X["kind"] == "p") > 0).to_numpy(int))
TABLE_NUMBERS = TABLE._replace(y=(2 * TABLE.X["a"] + (TABLE.X["kind"] == "q")).to_numpy())
WEIGHTED_TABLE = TABLE_NUMBERS._replace(sample_weight=RNG.integers(1, 3, 200).astype(float))
WATCHED_TABLE = TABLE_CLASSES._replace(more={"X_val": TABLE.X[:50], "y_val": TABLE_CLASSES.y[:50]})
