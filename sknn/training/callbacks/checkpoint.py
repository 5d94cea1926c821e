"""A file from which training can continue after a crash."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from typing import Any

from sknn.core import archive
from sknn.core.constraints import Constraint, integer, none, real
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks.base import Callback, Phase, Progress
from sknn.training.callbacks.old_pickles import unpickled
from sknn.training.callbacks.saving import found_in, told_of

_WHAT = "The 'path' of Checkpoint"


class Checkpoint(Callback):
    """Save training to a file, so that it can continue after a crash.

    The file is replaced as a whole: whenever the process dies, it holds the last checkpoint or the
    one before. It is also written when training ends, by itself or by Ctrl-C, and then holds the
    last complete epoch. If several networks write to the same path, such as those of a
    :class:`~sklearn.model_selection.GridSearchCV`, the file stays valid: each network replaces it
    as a whole, and the last one wins.

    Parameters
    ----------
    path : str or path-like
        The file. Its folder must exist. An existing file keeps its mode and owner. Anything but a
        regular file, such as a device or a named pipe, is rejected.
    every_epochs : int, default=1
        Number of epochs between saves, counted over the whole run, including calls to `partial_fit`
        and with `warm_start`.
    every_seconds : float, default=None
        Skip epochs that end less than this number of seconds after the file was last written.

    Raises
    ------
    InvalidParameterError
        Before training begins, if `path` cannot be written.
    ValueError
        Before training begins, if a part of the estimator cannot be saved; the error names it.
    OSError
        Later, if `path` can no longer be written, for example because the disk is full. The
        previous checkpoint is kept.

    Notes
    -----
    A checkpoint is a file like those that :func:`sknn.persistence.save` writes, with everything
    needed to continue. With Adam it is three times as large as the weights, and larger if the best
    or averaged weights are kept. scikit-learn's callbacks (``set_callbacks``) are not saved. A
    process that is killed while it writes may leave a hidden file that ends in ``.tmp``.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import Checkpoint
    >>> X, y = load_iris(return_X_y=True)
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "iris.ckpt")
    >>> net = MLPClassifier(
    ...     learning_rate="cosine", max_iter=20, random_state=0, callbacks=[Checkpoint(path)]
    ... )

    A script that can be run again until it is done:

    >>> for run in range(2):
    ...     if os.path.exists(path):
    ...         net = Checkpoint.load(path).resume(X, y)
    ...     else:
    ...         net = net.fit(X, y)
    ...     print(net.n_iter_, net.stop_reason_)
    20 max_iter
    20 max_iter
    >>> folder.cleanup()
    """

    phase = Phase.KEEP
    stochastic_only = True
    writes_files = True
    # Snapshots that wait to be saved contain copies of this object: each would contain the previous
    # one.
    fleeting = ("_unsaved",)
    _unsaved: Any = None
    constraints = {
        "path": Constraint(
            archive.is_path,
            "a path that is not empty and has no null characters",
        ),
        "every_epochs": integer(1),
        "every_seconds": none() | real(0.0, closed="neither"),
    }

    def __init__(
        self,
        path: str | os.PathLike,
        *,
        every_epochs: int = 1,
        every_seconds: float | None = None,
    ) -> None:
        self.path = path
        self.every_epochs = every_epochs
        self.every_seconds = every_seconds

    @staticmethod
    def load(
        path: str | os.PathLike, *, trusted: Iterable[Any] = (), allow_pickle: bool = False
    ) -> Any:
        """Return the estimator of a checkpoint; its ``resume`` finishes training.

        No code runs: the file is one of :func:`sknn.persistence.save`.

        Parameters
        ----------
        path : str or path-like
        trusted : iterable of classes or functions, default=()
            Your own classes and functions that may be in the file, such as callbacks. Others are
            rejected, and the error names them.
        allow_pickle : bool, default=False
            Also read checkpoints of development versions before 0.1.0, which were pickles and may
            run any code: load only files you trust.

        Returns
        -------
        estimator : fitted estimator

        Warns
        -----
        UserWarning
            If callbacks of the estimator will write files other than this one.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        OSError
            If it cannot be read.
        TypeError
            If `trusted` holds anything but classes and functions.
        ValueError
            If `path` is not a valid path; if the file is not a checkpoint, is truncated, or was
            altered; if it needs a class that is not allowed; or if it is a pickle.
        """
        Checkpoint(path).check()
        try:
            if not archive.is_framed(path):
                return found_in(path, trusted)
            if allow_pickle:
                return unpickled(archive.read(path), path)
        except OSError as error:
            raise archive.with_path(error, path, _WHAT, "read") from error
        raise ValueError(
            f"{os.fspath(path)!r} is a checkpoint of a development version of sknn before 0.1.0: a "
            "pickle, which may run any code. If you trust it, pass allow_pickle=True."
        )

    def on_train_begin(self, progress: Progress) -> None:
        """Check now for errors that would otherwise occur after the first epoch."""
        try:
            archive.check_target(self.path)
        except OSError as error:
            raise InvalidParameterError(
                "The 'path' parameter of Checkpoint must name a file in a folder that exists and "
                f"can be written. Got {self.path!r} instead: {error}."
            ) from error
        if not progress.run.stream or not progress.run.epoch:
            told_of(progress.snapshot())  # type: ignore[misc]

    def on_epoch_end(self, progress: Progress) -> None:
        """Save when due; otherwise keep a copy, in case the next epoch is interrupted."""
        run = progress.run
        if progress.stop_reason is not None or run.epoch >= run.until:
            return  # The end of training comes next, with the reason.
        self._unsaved = progress.snapshot()  # type: ignore[misc]
        if self._is_due(run.epoch):
            self._save()

    def on_train_end(self, progress: Progress) -> None:
        """Save the end of training."""
        run = progress.run
        ended = run.stop_reason not in ("interrupted", "diverged")
        if ended and (not run.stream or self._is_due(run.epoch)):
            self._unsaved = progress.snapshot()  # type: ignore[misc]
        if self._unsaved is not None and run.stop_reason != "diverged":
            self._save()
        self._unsaved = None

    def _is_due(self, epoch: int) -> bool:
        return epoch % self.every_epochs == 0 and self._is_old()

    def _is_old(self) -> bool:
        """Return whether the file is old enough; its age is known even in a stream of calls."""
        if self.every_seconds is None:
            return True
        try:
            age = time.time() - os.path.getmtime(self.path)
        except FileNotFoundError:
            return True
        return abs(age) >= self.every_seconds

    def _save(self) -> None:
        told = told_of(self._unsaved)
        try:
            told.write(self.path)
        except OSError as error:
            raise archive.with_path(error, self.path, _WHAT, "written") from error
        self._unsaved = None
