"""Arguments of one call of fit or partial_fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sknn.training.run import Run


@dataclass
class Call:
    """Arguments of the user.

    Attributes
    ----------
    resume : bool
        Continue the stored run if there is one.
    keep : bool
        Keep what a later call needs to continue exactly.
    stream : bool
        A call of partial_fit: one pass, no rows are held out, and the history stays bounded.
    epochs : int or None
        None: the number that the parameters give.
    finish : bool
        Train the epochs that the last call had left, instead of `epochs` new ones.
    elsewhere : callable or None
        Passes over the rows in place of this process, see
        :class:`~sknn.training.trainer.Trainer` and :func:`~sknn.training.lbfgs.minimize_lbfgs`; X
        is then some rows that look like those it passes over.
    """

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None
    classes: Any = None
    epochs: int | None = 1
    resume: bool = False
    keep: bool = False
    stream: bool = False
    finish: bool = False
    elsewhere: Callable[..., Any] | None = None

    @classmethod
    def of_fit(cls, warm_start: bool, *given: Any, **more: Any) -> Call:
        """Return a call of fit: all epochs, with a run that a warm start continues and keeps."""
        return replace(cls(*given, **more), epochs=None, resume=warm_start, keep=warm_start)

    @classmethod
    def of_stream(cls, *given: Any, **more: Any) -> Call:
        """Return a call of partial_fit."""
        return replace(cls(*given, **more), resume=True, keep=True, stream=True)

    def going_on(self, run: Run, keep: bool) -> Call:
        """Return a call that trains the epochs a run has left; `keep` as for the call before."""
        return replace(
            self,
            epochs=run.until - run.epoch,
            keep=run.stream or keep,
            stream=run.stream,
            resume=True,
            finish=True,
        )


@contextmanager
def restored_on_error(random_state: Any) -> Iterator[None]:
    """Restore the state of a RandomState if the block fails."""
    before = random_state.get_state() if isinstance(random_state, np.random.RandomState) else None
    try:
        yield
    except BaseException:
        if before is not None:
            random_state.set_state(before)
        raise
