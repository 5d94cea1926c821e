"""A file from which training goes on after a crash."""

from __future__ import annotations

import os
import pickle
import time
from typing import Any

from sknn.core import archive
from sknn.core.constraints import Constraint, integer, none, real
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks.base import Callback, Phase, Progress

_A_PATH = "a path (str or path-like, not empty, without null characters)"


def _is_path(value: Any) -> bool:
    name = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    return isinstance(name, str) and bool(name) and "\0" not in name


class Checkpoint(Callback):
    """Save training to a file, so that it can go on after a crash.

    The file is replaced as a whole: whenever the process dies, it holds the last checkpoint or the
    one before. It is also written when training ends, by itself or by Ctrl-C; then it holds the
    last whole epoch. Several processes that write the same path do not disturb each other; the
    last one wins.

    Parameters
    ----------
    path : str or path-like
        The file. Its folder must exist.
    every_epochs : int, default=1
        Save at the end of every so many epochs, counted over the whole run: `partial_fit` and
        `warm_start` go on counting.
    every_seconds : float, default=None
        Of these epochs, pass over those that end less than so many seconds after the file was
        last written.

    Raises
    ------
    InvalidParameterError
        Before training begins, if `path` cannot be written.
    ValueError
        Before training begins, if a part of the estimator cannot be pickled.

    Notes
    -----
    A checkpoint holds the pickled estimator with all that is needed to continue: with Adam three
    times its weights, and more where best or averaged ones are kept. scikit-learn's callbacks
    (``set_callbacks``) are not in it. A process that is killed while it writes may leave a hidden
    file that ends in ``.tmp``.

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

    A script that may be run again until it is done:

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
    _unsaved: Any = None
    constraints = {
        "path": Constraint(_is_path, _A_PATH),
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
    def load(path: str | os.PathLike) -> Any:
        """Return the estimator of a checkpoint; its ``resume`` trains what was left.

        It is a pickle: load only files you trust.

        Parameters
        ----------
        path : str or path-like

        Returns
        -------
        estimator : fitted estimator

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is no checkpoint, is truncated, or was altered.
        """
        if not _is_path(path):
            raise InvalidParameterError(f"The 'path' to load must be {_A_PATH}. Got {path!r}.")
        return pickle.loads(archive.read(path))

    def on_train_begin(self, progress: Progress) -> None:
        """Find out now what would fail after the first epoch."""
        try:
            archive.check_target(self.path)
        except OSError as error:
            raise InvalidParameterError(
                "The 'path' parameter of Checkpoint must name a file in a folder that exists and "
                f"can be written. Got {self.path!r} instead: {error}."
            ) from error
        if not progress.run.stream or not progress.run.epoch:
            self._check_pickle(progress)

    @staticmethod
    def _check_pickle(progress: Progress) -> None:
        try:
            pickle.dumps(progress.snapshot())  # type: ignore[misc]
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ValueError(
                f"Checkpoint cannot pickle this estimator: {error}. Define the functions and "
                "classes among its parameters at the top level of a module."
            ) from error

    def on_epoch_end(self, progress: Progress) -> None:
        """Save when it is time; otherwise hold the whole epoch, should the next be cut short."""
        run = progress.run
        if progress.stop_reason is not None or run.epoch >= run.until:
            return  # The end of training, which knows why it ended, comes next.
        self._unsaved = progress.snapshot()  # type: ignore[misc]
        if self._is_due(run.epoch):
            self._save()

    def on_train_end(self, progress: Progress) -> None:
        """Save how training ended."""
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
        """Say whether the file has its age; the file knows it even in a stream of calls."""
        if self.every_seconds is None:
            return True
        try:
            age = time.time() - os.path.getmtime(self.path)
        except FileNotFoundError:
            return True
        return abs(age) >= self.every_seconds

    def _save(self) -> None:
        archive.write(self.path, pickle.dumps(self._unsaved, pickle.HIGHEST_PROTOCOL))
        self._unsaved = None

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what waits to be saved: it holds this object itself."""
        state = dict(super().__getstate__())
        state.pop("_unsaved", None)
        return state
