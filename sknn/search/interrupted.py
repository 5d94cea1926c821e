"""Results of a search that Ctrl-C has ended: those that are missing, and means of the others."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from sknn.search.curves import without_curves
from sknn.search.pairs import Pair
from sknn.training.warnings import users_level


class NotReached(dict):
    """The outcome of a fit that had not ended at Ctrl-C: without values."""


def fill(pairs: list[Pair], outcomes: list[Any], needs_all_splits: bool) -> None:
    """Put outcomes without values in places that are empty after Ctrl-C.

    Parameters
    ----------
    pairs : list of Pair
    outcomes : list of dict or None
    needs_all_splits : bool
        Some candidate must be known on all splits.

    Raises
    ------
    KeyboardInterrupt
        If no candidate is known on any split, or on all, if it must be.
    """
    known = [pair.index for pair in pairs if outcomes[pair.index] is not None]
    candidates, splits = (
        {getattr(pair, name): None for pair in pairs} for name in ("candidate", "split")
    )
    reached = np.zeros((len(candidates), len(splits)), bool)
    rows, columns = (
        {key: place for place, key in enumerate(keys)} for keys in (candidates, splits)
    )
    for pair in pairs:
        reached[rows[pair.candidate], columns[pair.split]] = outcomes[pair.index] is not None
    most = int(reached.sum(axis=1).max())
    if not most or (needs_all_splits and most < len(splits)):
        raise KeyboardInterrupt
    where = "" if most == len(splits) else f" on {most} of {len(splits)} splits"
    warnings.warn(
        f"Search interrupted by user; {compared(reached).sum()} of {len(candidates)} candidates "
        f"have scores{where}; the scores of the others are NaN.",
        stacklevel=users_level(),
    )
    empty = _emptied(without_curves(outcomes[known[0]])) | {"fit_error": None}
    for pair in pairs:
        if outcomes[pair.index] is None:
            outcomes[pair.index] = NotReached(empty)


def compared(reached: NDArray) -> NDArray:
    """Return which candidates are compared: those with the most splits, and with the same ones.

    Parameters
    ----------
    reached : ndarray of bool of shape (n_candidates, n_splits)
        Where there are scores.
    """
    n_splits = reached.sum(axis=1)
    kinds, counts = np.unique(reached[n_splits == n_splits.max()], axis=0, return_counts=True)
    return (reached == kinds[counts.argmax()]).all(axis=1)


def average(table: dict[str, Any], reached: NDArray) -> None:
    """Let means, standard deviations, and ranks of candidates count the splits with scores.

    Parameters
    ----------
    table : dict
        ``cv_results_`` of scikit-learn, in which means are NaN if a split is missing.
    reached : ndarray of bool of shape (n_candidates, n_splits)
    """
    some = compared(reached)
    splits = np.flatnonzero(reached[some][0])
    for name in [name for name in table if name.startswith(("mean_test_", "mean_train_"))]:
        column = name.removeprefix("mean_")
        scores = np.array([table[f"split{split}_{column}"][some] for split in splits])
        for figure, of_scores in (("mean", np.mean), ("std", np.std)):
            table[f"{figure}_{column}"] = np.full(len(some), np.nan)
            table[f"{figure}_{column}"][some] = of_scores(scores, axis=0)
        if f"rank_{column}" in table:
            means = table[name]
            lowest = np.nanmin(means) - 1.0 if np.isfinite(means).any() else 0.0
            ranks = rankdata(-np.nan_to_num(means, nan=lowest), method="min")
            table[f"rank_{column}"] = ranks.astype(np.int32)


def _emptied(outcome: Any) -> Any:
    """Return an outcome, or part of one, of the same form without values."""
    if isinstance(outcome, dict):
        return {name: _emptied(each) for name, each in outcome.items()}
    return np.nan if isinstance(outcome, float) else outcome
