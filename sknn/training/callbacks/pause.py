"""Training in parts."""

from __future__ import annotations

from sknn.core.constraints import integer
from sknn.training.callbacks.base import Callback, Progress

PAUSED = "paused"


class Pause(Callback):
    """Stop after some epochs, so that `resume` can train the rest.

    The parts together equal a fit without a pause, bit for bit: a schedule spans all of
    `max_iter`, and so does the patience of early stopping. A paused estimator predicts with the
    best weights so far, or the last ones, and keeps the state that it needs to continue.

    Parameters
    ----------
    epoch : int
        Number of epochs of the fit, including those before an earlier pause, after which training
        stops; ``stop_reason_`` is then "paused". Training may also end earlier by itself. With
        lbfgs, which cannot continue exactly, nothing is paused.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import Pause
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate="cosine", max_iter=30, random_state=0)
    >>> whole = net.fit(X, y).loss_
    >>> net = net.set_params(callbacks=[Pause(10)]).fit(X, y)
    >>> net.n_iter_, net.stop_reason_
    (10, 'paused')
    >>> net = net.set_params(callbacks=None).resume(X, y)
    >>> net.n_iter_, net.stop_reason_, net.loss_ - whole
    (30, 'max_iter', 0.0)
    """

    constraints = {"epoch": integer(1)}

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def on_epoch_end(self, progress: Progress) -> None:
        """Stop after the given epoch, unless the fit is over anyway."""
        run = progress.run
        if (
            progress.snapshot is not None
            and self.epoch <= run.epoch - run.began
            and run.epoch < run.until
        ):
            progress.stop(PAUSED)
