"""Checkpoints of earlier versions, which were pickles."""

from __future__ import annotations

import os
import pickle
from typing import Any

from sknn.training.callbacks.saving import checked


def unpickled(content: bytes, path: str | os.PathLike) -> Any:
    """Return the estimator of a pickled checkpoint; this may run any code."""
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
            f"{where!r} is not a checkpoint that can be read: {type(error).__name__}, "
            f"{str(error).rstrip('.')}."
        ) from error
    return checked(found, path)
