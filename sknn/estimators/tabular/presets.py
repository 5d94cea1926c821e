"""Presets: parameters of the tabular networks that are left at "auto"."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

_MOST_SPLITS = 10


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

    def changed(self, asked: dict[str, Any]) -> Preset:
        """Return the values of parameters, and those of the preset for those that are "auto".

        Parameters
        ----------
        asked : dict
            By the names of attributes, except for `max_iter`, the number of epochs.

        Raises
        ------
        ValueError
            If rows would be held out by different numbers of members.
        """
        said = {name: value for name, value in asked.items() if value != "auto"}
        if "max_iter" in said:
            said["epochs"] = said.pop("max_iter")
        found = replace(self, **said | _members_and_splits(said))
        n_members, n_splits = found.n_members, found.n_splits
        if n_members > n_splits and n_members % n_splits:
            raise ValueError(
                f"n_members={n_members} must be a multiple of n_splits={n_splits}, or smaller, so "
                "that every row is held out by the same number of members."
            )
        return found


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


def _members_and_splits(said: dict[str, Any]) -> dict[str, int]:
    """Return the numbers of members and folds if only one of them is given."""
    if "n_members" not in said and said.get("n_splits", 1) > 1:
        return {"n_members": said["n_splits"]}
    n_members = said.get("n_members", 1)
    if "n_splits" in said or n_members == 1:
        return {}
    n_splits = next((k for k in range(_MOST_SPLITS, 1, -1) if n_members % k == 0), n_members)
    return {"n_splits": n_splits}
