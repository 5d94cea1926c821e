"""One row per loss and task, and values computed by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sknn.losses import (
    AbsoluteError,
    Focal,
    Gamma,
    GaussianNLL,
    Grouped,
    Hinge,
    Huber,
    LogCosh,
    LogLoss,
    Loss,
    Mixed,
    Poisson,
    Quantile,
    SigmoidCrossEntropy,
    SigmoidFocal,
    SoftmaxCrossEntropy,
    SoftmaxFocal,
    SquaredError,
    TokenCrossEntropy,
    Tweedie,
)


@dataclass(frozen=True)
class Row:
    """A loss, the task to which it is bound, and targets it accepts."""

    name: str
    loss: Loss
    task: str
    n_outputs: int
    target: Callable[[np.random.Generator, int, int], np.ndarray]
    """(rng, rows, n_outputs) -> float64 matrix or integer codes."""
    exact_optimum: bool = True
    """The constant optimum minimizes the loss when classes are balanced."""

    def __str__(self) -> str:
        return self.name

    @cached_property
    def kernel(self) -> Loss:
        return self.loss.bind(self.task)

    @property
    def n_raw(self) -> int:
        return self.kernel.n_raw(self.n_outputs)

    def draw(self, rows: int, dtype: Any = np.float64, seed: int = 0) -> np.ndarray:
        """Return targets for some rows, in the dtype of a network (codes stay integers)."""
        target = self.target(np.random.default_rng(seed), rows, self.n_outputs)
        return target if target.dtype == np.intp else target.astype(dtype)


def _normal(rng, rows, k):
    return rng.normal(size=(rows, k))


def _counts(rng, rows, k):
    return rng.poisson(1.5, size=(rows, k)).astype(float)


def _amounts(rng, rows, k):
    return rng.gamma(2.0, size=(rows, k)) + 0.01


def _claims(rng, rows, k):
    return _counts(rng, rows, k) * _amounts(rng, rows, k)


def _labels(rng, rows, k):
    return np.stack([rng.permutation(rows) % 2 for _ in range(k)], axis=1).astype(float)


def _table(rng, rows, k):
    table = rng.normal(size=(rows, k))
    table[:, 2] = table[:, 2] > 0
    table[:, [1, 4, 3]] = np.eye(3)[rng.integers(0, 3, rows)]
    return table


def _codes(rng, rows, k):
    return (rng.permutation(rows) % k).astype(np.intp)


def _code_columns(rng, rows, k):
    return np.stack([_codes(rng, rows, n) for n in (3, 2, 4)[:k]], axis=1)


def _classifiers(name: str, loss: Loss) -> list[Row]:
    return [
        Row(f"{name}-binary", loss, "binary", 1, _labels),
        Row(f"{name}-multilabel", loss, "multilabel", 3, _labels),
        Row(f"{name}-multiclass", loss, "multiclass", 4, _codes),
        # More classes than the table of one-hot rows has.
        Row(f"{name}-many", loss, "multiclass", 80, _codes),
    ]


_BLOCKS = (LogLoss(), Focal(), Hinge())

ROWS = [
    Row("squared_error", SquaredError(), "regression", 1, _normal),
    Row("squared_error-3", SquaredError(), "regression", 3, _normal),
    Row("absolute_error", AbsoluteError(), "regression", 2, _normal),
    Row("huber", Huber(), "regression", 2, _normal, exact_optimum=False),
    Row("log_cosh", LogCosh(), "regression", 2, _normal, exact_optimum=False),
    Row("quantile", Quantile(q=0.8), "regression", 2, _normal),
    Row("quantiles", Quantile([0.1, 0.5, 0.8]), "regression", 2, _normal),
    Row("quantiles-1", Quantile((0.25, 0.5)), "regression", 1, _normal),
    Row("poisson", Poisson(), "regression", 2, _counts),
    Row("gamma", Gamma(), "regression", 2, _amounts),
    Row("tweedie", Tweedie(), "regression", 2, _claims),
    Row("tweedie-1.1", Tweedie(power=1.1), "regression", 1, _claims),
    Row("gaussian_nll", GaussianNLL(), "regression", 2, _normal),
    *_classifiers("log_loss", LogLoss()),
    *_classifiers("smoothed", LogLoss(label_smoothing=0.2)),
    *_classifiers("mse", SquaredError()),
    *_classifiers("focal", Focal()),
    *_classifiers("focal-0.5", Focal(gamma=0.5)),
    *_classifiers("hinge", Hinge()),
    Row("one_class", LogLoss(), "multiclass", 1, _codes),
    Row(
        "grouped",
        Grouped([loss.bind("multiclass") for loss in _BLOCKS], [3, 2, 4]),
        "multiclass",
        3,
        _code_columns,
    ),
    Row(
        "mixed",
        Mixed(numeric=[5, 0], binary=[2], categorical=[[1, 4, 3]]),
        "reconstruction",
        6,
        _table,
        exact_optimum=False,
    ),
    Row("tokens", TokenCrossEntropy([3, 2, 4]), "reconstruction", 3, _code_columns),
]

_LN2 = float(np.log(2.0))
_E = float(np.e)


@dataclass(frozen=True)
class Hand:
    """Three rows with the total and the gradient, worked out on paper."""

    loss: Loss
    task: str
    raw: list
    target: list
    total: float
    grad: list

    def __str__(self) -> str:
        return f"{self.loss}-{self.task}"


_Z = [[0.0], [1.0], [3.0]]
_ONE = [[1.0], [1.0], [1.0]]
_HALVES = [[0.0], [0.0], [float(np.log(3.0))]]

HAND = [
    # Two tokens with two codes; -1 is left out: ln 2 + ln 2, then nothing + ln 4, then ln 4 - ln
    # 3
    Hand(
        TokenCrossEntropy([2, 2]),
        "reconstruction",
        [
            [0.0, 0.0, 1.0, 1.0],
            [0.0, 5.0, float(np.log(3.0)), 0.0],
            [0.0, float(np.log(3.0)), 0.0, 9.0],
        ],
        [[0, 1], [-1, 1], [1, -1]],
        2.0 * _LN2 + 2.0 * _LN2 + 2.0 * _LN2 - float(np.log(3.0)),
        [[-0.5, 0.5, 0.5, -0.5], [0.0, 0.0, 0.75, -0.75], [0.25, -0.25, 0.0, 0.0]],
    ),
    Hand(SquaredError(), "regression", _Z, _ONE, 2.5, [[-1.0], [0.0], [2.0]]),
    Hand(AbsoluteError(), "regression", _Z, _ONE, 3.0, [[-1.0], [0.0], [1.0]]),
    Hand(Huber(delta=1.0), "regression", _Z, _ONE, 0.5 + 1.5, [[-1.0], [0.0], [1.0]]),
    Hand(
        LogCosh(),
        "regression",
        _Z,
        _ONE,
        float(np.log(np.cosh(1.0)) + np.log(np.cosh(2.0))),
        [[-float(np.tanh(1.0))], [0.0], [float(np.tanh(2.0))]],
    ),
    Hand(Quantile(q=0.9), "regression", _Z, [[1.0], [0.0], [1.0]], 1.2, [[-0.9], [0.1], [0.1]]),
    # Mean over levels: (0.1 + 0.5) / 2, then (0.9 + 0), then (0 + 0.5 * 2)
    Hand(
        Quantile([0.1, 0.5]),
        "regression",
        [[0.0, 0.0], [1.0, 0.0], [1.0, 3.0]],
        [[1.0], [0.0], [1.0]],
        0.3 + 0.45 + 0.5,
        [[-0.05, -0.25], [0.45, 0.0], [0.2, 0.25]],
    ),
    # y = 0, 1, 2 at means 1, e, 1: 1;  -1 - 1 + e;  2 ln 2 - 2 + 1
    Hand(
        Poisson(),
        "regression",
        [[0.0], [1.0], [0.0]],
        [[0.0], [1.0], [2.0]],
        1.0 + (_E - 2.0) + (2.0 * _LN2 - 1.0),
        [[1.0], [_E - 1.0], [-1.0]],
    ),
    Hand(
        Gamma(),
        "regression",
        [[0.0], [1.0], [_LN2]],
        [[1.0], [_E], [4.0]],
        1.0 + 2.0 + (_LN2 + 2.0),
        [[0.0], [0.0], [-1.0]],
    ),
    # p = 1.5: 2 e^(z / 2) + 2 y e^(-z / 2)
    Hand(
        Tweedie(),
        "regression",
        [[0.0], [0.0], [2.0 * _LN2]],
        [[0.0], [3.0], [4.0]],
        2.0 + 8.0 + (4.0 + 4.0),
        [[1.0], [-2.0], [0.0]],
    ),
    Hand(
        GaussianNLL(),
        "regression",
        [[0.0, 0.0], [1.0, _LN2], [3.0, _LN2]],
        _ONE,
        0.5 + 0.5 * _LN2 + 0.5 * (_LN2 + 2.0),
        [[-1.0, 0.0], [0.0, 0.5], [1.0, -0.5]],
    ),
    # p = 1/2, 1/2, 3/4
    Hand(
        LogLoss(),
        "binary",
        _HALVES,
        [[0.0], [1.0], [0.0]],
        2.0 * _LN2 + 2.0 * _LN2,
        [[0.5], [-0.5], [0.75]],
    ),
    Hand(
        SquaredError(),
        "binary",
        _HALVES,
        [[0.0], [1.0], [0.0]],
        0.125 + 0.125 + 0.28125,
        [[0.125], [-0.125], [0.140625]],
    ),
    Hand(
        Hinge(),
        "binary",
        [[0.0], [3.0], [-0.5]],
        [[0.0], [1.0], [1.0]],
        1.0 + 0.0 + 1.5,
        [[1.0], [0.0], [-1.0]],
    ),
    Hand(
        Focal(gamma=1.0),
        "binary",
        [[0.0]] * 3,
        [[0.0], [1.0], [1.0]],
        1.5 * _LN2,
        # d/dz of -(1 - p) log p at p = 1/2: -(1/2) (1/2) + (1/4) log (1/2)
        [[0.25 + 0.25 * _LN2], [-0.25 - 0.25 * _LN2], [-0.25 - 0.25 * _LN2]],
    ),
    # p = (1/2, 1/2), (1/2, 1/2), (1/4, 3/4)
    Hand(
        LogLoss(),
        "multiclass",
        [[5.0, 5.0], [0.0, 0.0], [1.0, 1.0 + float(np.log(3.0))]],
        [0, 1, 0],
        4.0 * _LN2,
        [[-0.5, 0.5], [0.5, -0.5], [-0.75, 0.75]],
    ),
    Hand(
        LogLoss(label_smoothing=0.5),
        "multiclass",
        [[5.0, 5.0], [0.0, 0.0], [0.0, float(np.log(3.0))]],
        [0, 1, 0],
        2.0 * _LN2 + 0.75 * 2.0 * _LN2 + 0.25 * (2.0 * _LN2 - float(np.log(3.0))),
        [[-0.25, 0.25], [0.25, -0.25], [-0.5, 0.5]],
    ),
    Hand(
        SquaredError(),
        "multiclass",
        [[5.0, 5.0], [0.0, 0.0], [1.0, 1.0 + float(np.log(3.0))]],
        [0, 1, 0],
        0.25 + 0.25 + 0.5625,
        [[-0.25, 0.25], [0.25, -0.25], [-0.28125, 0.28125]],
    ),
    Hand(
        Hinge(),
        "multiclass",
        [[0.0, 3.0, 1.0], [0.0, 3.0, 2.5], [2.0, 0.0, 1.0]],
        [1, 1, 2],
        0.0 + 0.5 + 2.0,
        [[0.0, 0.0, 0.0], [0.0, -1.0, 1.0], [1.0, 0.0, -1.0]],
    ),
]

INVALID = [
    (TokenCrossEntropy, {"sizes": 3}),
    (Huber, {"delta": 0.0}),
    (Huber, {"delta": "wide"}),
    (Quantile, {"q": 1.0}),
    (Quantile, {"q": float("nan")}),
    (Quantile, {"q": [0.05, 0.95]}),
    (Quantile, {"q": [0.5, 0.05]}),
    (Quantile, {"q": [0.5, 0.5]}),
    (Quantile, {"q": [0.0, 0.5]}),
    (Quantile, {"q": []}),
    (Quantile, {"q": [[0.5]]}),
    (Quantile, {"q": np.array([[0.5]])}),
    (Quantile, {"q": "half"}),
    (Tweedie, {"power": 2}),
    (Tweedie, {"power": 1.0}),
    (LogLoss, {"label_smoothing": 1.0}),
    (LogLoss, {"label_smoothing": -0.1}),
    (Focal, {"gamma": -1.0}),
    (Grouped, {"losses": "log_loss", "n_outputs": [2]}),
    (Mixed, {"numeric": "all"}),
    (Mixed, {"binary": "all"}),
    (Mixed, {"categorical": 1}),
    (SigmoidCrossEntropy, {"label_smoothing": 1.0}),
    (SoftmaxCrossEntropy, {"label_smoothing": "some"}),
    (SigmoidFocal, {"gamma": None}),
    (SoftmaxFocal, {"gamma": -0.5}),
]

OUTSIDE = [
    (Poisson(), [0.0, -1.0], "poisson"),
    (Poisson(), [0.0, float("nan")], "poisson"),
    (Gamma(), [1.0, 0.0], "gamma"),
    (Tweedie(), [1.0, -0.5], "tweedie"),
    (LogLoss().bind("binary"), [0.5, 1.5], "log_loss"),
]
