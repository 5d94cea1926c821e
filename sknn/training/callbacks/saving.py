"""Saving estimators during training, and messages about callbacks loaded from files."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from typing import Any

from sklearn.base import BaseEstimator

from sknn._format import files
from sknn.training.callbacks.base import Callback
from sknn.training.run import Run
from sknn.training.warnings import users_level


def told_of(estimator: Any) -> files.Told:
    """Return a snapshot as it will be saved; the error names what cannot be saved."""
    try:
        return files.told(estimator)
    except ValueError as error:
        raise ValueError(
            f"Checkpoint: {error} Let the __getstate__ of a callback replace what cannot be saved "
            "with None, or remove it from callbacks."
        ) from error


def found_in(path: str | os.PathLike, trusted: Iterable[Any]) -> Any:
    """Return the estimator of a checkpoint."""
    found = files.found(path, trusted)
    warn_of_writers(found, path)
    return checked(found.value, path)


def checked(found: Any, path: str | os.PathLike) -> Any:
    """Return the object if it is an estimator in training."""
    if not isinstance(getattr(found, "run_", None), Run) or not hasattr(found, "resume"):
        raise ValueError(
            f"{os.fspath(path)!r} is not a checkpoint: it holds a {type(found).__name__}, not an "
            "estimator of sknn in training."
        )
    return found


def warn_of_writers(found: files.Found, path: str | os.PathLike) -> None:
    """Name loaded callbacks that will write files other than the one at `path`."""
    idle = _idle(found)
    writers = [
        each
        for each in found.made
        if isinstance(each, Callback) and each.writes_files and id(each) not in idle
    ]
    others = sorted({repr(each) for each in writers if not _is_at(each, path)})
    if others:
        warnings.warn(
            f"The estimator loaded from {os.fspath(path)!r} has callbacks that will write files "
            f"when it is trained again: {', '.join(others)}. If you do not want them, remove them "
            "from its parameter callbacks.",
            UserWarning,
            stacklevel=users_level(),
        )


def _idle(found: files.Found) -> set[int]:
    """Return the ids of callbacks that are in `callbacks_` alone.

    Training replaces them by copies of those in the parameter `callbacks`.
    """
    once = found.in_one_place()
    fitted = (vars(each) for each in found.made if isinstance(each, BaseEstimator))
    kept = (state.get("callbacks_") for state in fitted)
    lists = (each for each in kept if type(each) is list and id(each) in once)
    return {id(callback) for each in lists for callback in each} & once


def _is_at(callback: Callback, path: str | os.PathLike) -> bool:
    """Return whether a callback writes the file from which it was loaded."""
    try:
        return os.path.realpath(callback.path) == os.path.realpath(path)  # type: ignore[attr-defined]
    except (AttributeError, TypeError, ValueError):
        return False
