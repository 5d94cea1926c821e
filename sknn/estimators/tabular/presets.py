"""Presets: parameters of the tabular networks that are left at "auto"."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Preset:
    """How much to train, and on which inputs.

    Attributes
    ----------
    n_members, n_splits : int
    epochs : int
    n_bins : int
        Largest number of bins of a numeric column.
    bins : {"quantile", "tree"}
    linear_path : float in [0, 1]
        Share of the members that have a linear path in addition to the hidden layers.
    n_picks : int
    """

    n_members: int = 5
    n_splits: int = 5
    epochs: int = 40
    n_bins: int = 32
    bins: str = "quantile"
    linear_path: float = 1.0
    n_picks: int = 8


_FAST = Preset(n_members=4, n_splits=4, epochs=24, n_bins=16)
_CLASSIFIER = Preset()
# Some members extrapolate and others do not: the mean of both is better than either.
_REGRESSOR = Preset(epochs=32, bins="tree", linear_path=0.5)
CLASSIFIER = {
    "fast": _FAST,
    "default": _CLASSIFIER,
    "best": replace(_CLASSIFIER, n_members=8, n_splits=8, linear_path=0.5),
}
REGRESSOR = {
    "fast": replace(_FAST, linear_path=0.5),
    "default": _REGRESSOR,
    "best": replace(_REGRESSOR, n_members=16, n_splits=8),
}
