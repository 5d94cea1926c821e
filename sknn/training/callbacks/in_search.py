"""Callbacks of an estimator whose fits are steps of a search."""

from __future__ import annotations

from typing import Any

from sknn.training.callbacks.base import Callback
from sknn.training.callbacks.progress_bar import ProgressBar


def bar_of(estimator: Any) -> ProgressBar | None:
    """Return the bar among the callbacks of an estimator, or of one inside it."""
    return next((each for each in _all(estimator) if isinstance(each, ProgressBar)), None)


def check_final_fit(estimator: Any) -> bool:
    """Return whether an estimator has callbacks for its last fit only, after checking them.

    Raises
    ------
    InvalidParameterError
        For errors that would otherwise end the fit of the best candidate, after the search.
    """
    found = [each for each in _all(estimator) if _waits(each)]
    for callback in found:
        callback.check()
    return bool(found)


def for_candidate(estimator: Any) -> Any:
    """Remove from an estimator the callbacks for the fit of the best candidate only."""
    others = {
        name: [each for each in callbacks if not _waits(each)] or None
        for name, callbacks in _callbacks_of(estimator).items()
        if any(map(_waits, callbacks))
    }
    return estimator.set_params(**others)


def _waits(callback: Any) -> bool:
    return isinstance(callback, Callback) and callback.final_fit_only


def _all(estimator: Any) -> list[Any]:
    return [each for callbacks in _callbacks_of(estimator).values() for each in callbacks]


def _callbacks_of(estimator: Any) -> dict[str, Any]:
    """Return all `callbacks` parameters that are lists, by name."""
    return {
        name: value
        for name, value in estimator.get_params(deep=True).items()
        if name.rpartition("__")[2] == "callbacks" and isinstance(value, (list, tuple))
    }
