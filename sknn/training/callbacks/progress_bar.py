"""A progress bar for a fit, a search, or training on blocks of rows."""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sknn.core.constraints import boolean
from sknn.training.callbacks.base import Callback, Progress
from sknn.training.callbacks.epoch_line import figures_of


class ProgressBar(Callback):
    """Show a progress bar with the epochs done, their losses, and the time left.

    It needs tqdm (``pip install tqdm``), which comes with the extra ``progress`` of sknn. The
    bar is drawn in a terminal, on standard error, or as a widget in a notebook.

    What it counts depends on how the network is trained:

    - `fit` counts epochs (iterations of ``solver="lbfgs"``). If members are trained one after the
      other, each has its own bar.
    - The searches of :mod:`sknn.search` and ``cross_validate`` have one bar for all networks, with
      any `n_jobs`, and one for the fit of the best candidate. It counts fits or, in
      :class:`~sknn.search.ArchitectureSearchCV`, the epochs of all networks. Networks are trained
      in blocks, as without the bar.
    - :func:`~sknn.streams.fit_blocks` counts blocks, or rounds of them, with rows per second. A
      single call to `partial_fit` shows nothing.

    Searches of scikit-learn show a bar for each fit in the process of the search, and none for
    those in other processes.

    Parameters
    ----------
    leave : bool, default=True
        Keep the bar on the screen when it is done.

    Raises
    ------
    ImportError
        From `fit`, without tqdm.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import ProgressBar
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate="cosine", max_iter=50, random_state=0,
    ...                     callbacks=[ProgressBar()])
    >>> net = net.fit(X, y)  # 100%|██████████| 50/50 [00:00<00:00, 2626.56 epoch/s, loss=0.800046]

    One bar for the twelve fits of a search, and one for the refit:

    >>> from sknn.search import GridSearchCV
    >>> search = GridSearchCV(net, {"alpha": [0.001, 0.01, 0.1, 1.0]}, cv=3).fit(X, y)
    """

    final_fit_only = True
    constraints = {"leave": boolean()}
    fleeting = ("_bar",)

    def __init__(self, *, leave: bool = True) -> None:
        self.leave = leave

    def open(self, total: float | None, unit: str, **options: Any) -> Any:
        """Return a new bar of tqdm.

        Parameters
        ----------
        total : float or None
            Steps to count; None if their number is unknown.
        unit : str
            Name of a step.
        **options
            For tqdm.

        Raises
        ------
        ImportError
            Without tqdm; names the extra that brings it.
        """
        try:
            from tqdm.auto import tqdm
        except ImportError as error:
            raise ImportError(
                'ProgressBar needs tqdm, which comes with the extra "progress" of sknn: '
                "pip install tqdm."
            ) from error
        # With several processes, each would draw over the bars of the others; a windowed program
        # has no standard error.
        quiet = multiprocessing.parent_process() is not None or sys.stderr is None
        settings = {"unit": f" {unit}", "leave": self.leave, "dynamic_ncols": True}
        return tqdm(total=total, disable=quiet, **settings | options)

    def on_train_begin(self, progress: Progress) -> None:
        """Open the bar, except for calls to `partial_fit`, which the caller counts."""
        run, member = progress.run, progress.member
        if run.stream:
            return
        title = None if member is None else f"member {member + 1}/{run.n_members}"
        done = run.epoch - run.began
        self._bar = self.open(run.until - run.began, "epoch", initial=done, desc=title)

    def on_epoch_end(self, progress: Progress) -> None:
        """Count the epoch."""
        if not progress.run.stream:
            self._bar.set_postfix_str(in_brief(progress.row), refresh=False)
            self._bar.update()

    def on_train_end(self, progress: Progress) -> None:
        """Close the bar, filled to the end even if training stopped early by itself."""
        run = progress.run
        if run.stream:
            return
        bar, done = self._bar, self._bar.n
        if run.stop_reason not in ("interrupted", "diverged") and done < bar.total:
            begin = getattr(bar, "start_t", 0.0)
            told = filter(None, (getattr(bar, "postfix", None), run.stop_reason))
            bar.set_postfix_str(", ".join(told), refresh=False)
            bar.reset(total=done)
            bar.start_t = begin
            bar.update(done)
        self._close()

    def on_train_error(self, progress: Progress) -> None:
        """Close the bar as it is."""
        self._close()

    def _close(self) -> None:
        if "_bar" in vars(self):
            self._bar.close()
            del self._bar


def in_brief(row: Any) -> str:
    """Return the losses and score of an epoch, to show at the end of a bar."""
    told = {name: each for name, each in figures_of(row).items() if name != "learning rate"}
    return ", ".join(f"{name}={figure}" for name, figure in told.items())


class StepCount:
    """Counts steps of work in a bar; without a bar, it does nothing.

    Parameters
    ----------
    bar : tqdm or None
    """

    def __init__(self, bar: Any = None) -> None:
        self.bar = bar

    def add(self, steps: float, told: str | None = None) -> None:
        """Count steps, and show a text next to them."""
        if self.bar is None:
            return
        if told is not None:
            self.bar.set_postfix_str(told, refresh=False)
        self.bar.update(steps)

    def up_to(self, steps: float) -> None:
        """Count up to a number of steps."""
        if self.bar is not None:
            self.bar.update(max(0, steps - self.bar.n))


@contextmanager
def counted(shown: ProgressBar | None, total: float | None, unit: str) -> Iterator[StepCount]:
    """Yield a counter of steps of work in a bar, which is closed no matter how the work ends."""
    if shown is None:
        yield StepCount()
        return
    bar = shown.open(total, unit)
    try:
        yield StepCount(bar)
    finally:
        bar.close()
