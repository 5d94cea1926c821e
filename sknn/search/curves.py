"""The losses of all networks of a search, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KEY = "loss_curves"
_COLUMNS = ("loss", "penalty", "generator_loss", "validation_loss", "out_of_fold_loss")


def with_curves(outcome: dict[str, Any], network: Any) -> dict[str, Any]:
    """Return an outcome with the losses of its network, in single precision."""
    history = network.history_
    columns = [name for name in ("epoch", *_COLUMNS) if name in history]
    return outcome | {_KEY: {name: np.asarray(history[name], np.float32) for name in columns}}


def without_curves(outcome: dict[str, Any]) -> dict[str, Any]:
    """Return an outcome as scikit-learn knows it."""
    return {name: value for name, value in outcome.items() if name != _KEY}


def curves_of(outcomes: Sequence[dict[str, Any]], n_splits: int) -> list[dict[str, NDArray]]:
    """Return the losses of every candidate, on all splits.

    Parameters
    ----------
    outcomes : sequence of dict
        Candidate by candidate, of each all splits.
    n_splits : int

    Returns
    -------
    curves : list of dict of ndarray
        "epoch" of shape (n_epochs,) and columns of shape (n_splits, n_epochs), NaN after the last
        epoch of a split and where nothing is known.
    """
    found = [outcome.get(_KEY) or {} for outcome in outcomes]
    return [_joined(found[start : start + n_splits]) for start in range(0, len(found), n_splits)]


def _joined(splits: list[dict[str, NDArray]]) -> dict[str, NDArray]:
    n_epochs = max((len(each["epoch"]) for each in splits if each), default=0)
    joined: dict[str, NDArray] = {"epoch": np.arange(1, n_epochs + 1)}
    for name in _COLUMNS:
        if any(name in each for each in splits):
            column = joined[name] = np.full((len(splits), n_epochs), np.nan, np.float32)
            for split, each in enumerate(splits):
                known = each.get(name, ())
                column[split, : len(known)] = known
    return joined
