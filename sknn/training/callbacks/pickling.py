"""Snapshots as bytes, and errors that say what cannot become bytes, or an estimator again."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from typing import Any

from sknn.training.callbacks.base import Callback
from sknn.training.callbacks.copies import REFUSALS, fails, state_of
from sknn.training.run import Run


def pickled(estimator: Any) -> bytes:
    """Return a snapshot as bytes; name what cannot be pickled."""
    try:
        return pickle.dumps(estimator, pickle.HIGHEST_PROTOCOL)
    except REFUSALS as error:
        guilty = _unpicklable([*(estimator.callbacks or ()), *estimator.callbacks_])
        if guilty is None:
            raise ValueError(
                f"Checkpoint cannot pickle this estimator: {error}. Define the functions and "
                "classes among its parameters at the top level of a module."
            ) from error
        kind, attribute = guilty
        where = "" if attribute is None else f": its attribute {attribute!r} cannot be saved"
        raise ValueError(
            f"Checkpoint cannot pickle the callback {kind}{where} ({type(error).__name__}: "
            f"{error}). Let __getstate__ of {kind} put None in the place of what cannot be saved, "
            f"define {kind} at the top level of a module, or remove it from callbacks."
        ) from error


def _unpicklable(callbacks: Iterable[Callback]) -> tuple[str, str | None] | None:
    """Return a callback that cannot be pickled and the attribute that is to blame, if known."""
    for callback in callbacks:
        if fails(pickle.dumps, callback):
            state = state_of(callback).items()
            guilty = (name for name, value in state if fails(pickle.dumps, value))
            return type(callback).__name__, next(guilty, None)
    return None


def unpickled(content: bytes, path: str | os.PathLike) -> Any:
    """Return the estimator of a checkpoint."""
    where = os.fspath(path)
    try:
        found = pickle.loads(content)
    except (AttributeError, ImportError) as error:
        raise ValueError(
            f"The checkpoint {where!r} needs a class or function that cannot be found: {error}. "
            "Define or import it as it was when the checkpoint was written."
        ) from error
    except Exception as error:
        raise ValueError(
            f"{where!r} is no checkpoint that can be read: {type(error).__name__}, "
            f"{str(error).rstrip('.')}."
        ) from error
    if not isinstance(getattr(found, "run_", None), Run) or not hasattr(found, "resume"):
        raise ValueError(
            f"{where!r} is no checkpoint: it holds a {type(found).__name__}, not an estimator of "
            "sknn in training."
        )
    return found
