"""Batch sizes that change during training."""

from __future__ import annotations

from abc import abstractmethod

from sknn.core import constraints
from sknn.core.schedules.base import Planned, progress
from sknn.core.spec import Spec


class BatchSizeSchedule(Spec, Planned, family=True):
    """Base class of batch size schedules: the number of rows per batch in each epoch."""

    @abstractmethod
    def size(self, epoch: int, horizon: int, n_rows: int) -> int:
        """Return the batch size.

        Parameters
        ----------
        epoch : int
            Passes over the data so far in this run.
        horizon : int
            `max_iter` of the call that began the run.
        n_rows : int
            Rows of the training data; no batch is larger.
        """


class BatchSize(BatchSizeSchedule):
    r"""Go from one batch size to another, by the same factor in every epoch.

    .. math:: b_e = a \, (z / a)^{e / (E - 1)}

    rounded, for the epochs :math:`e = 0 \dots E - 1` of the horizon; afterward the last size is
    kept. Small batches first explore, and large ones later average out noise, like a falling
    learning rate. The reverse order spends few updates on the first epochs and many on the last.

    Parameters
    ----------
    first, last : int >= 1
        Rows in a batch of the first and of the last epoch, :math:`a` and :math:`z`.
    epochs : int >= 1 or None, default=None
        Horizon :math:`E`. None: the `max_iter` of the call that began the training.

    References
    ----------
    Smith, Kindermans, Ying, Le (2018). Don't decay the learning rate, increase the batch size.
    ICLR. https://arxiv.org/abs/1711.00489

    Examples
    --------
    >>> from sknn.schedules import BatchSize
    >>> schedule = BatchSize(first=32, last=512, epochs=5)
    >>> [schedule.size(epoch, horizon=200, n_rows=10_000) for epoch in range(7)]
    [32, 64, 128, 256, 512, 512, 512]
    """

    constraints = {
        "first": constraints.integer(1),
        "last": constraints.integer(1),
        "epochs": constraints.integer(1) | constraints.none(),
    }

    def __init__(self, first: int, last: int, epochs: int | None = None) -> None:
        self.first = first
        self.last = last
        self.epochs = epochs

    def size(self, epoch: int, horizon: int, n_rows: int) -> int:
        """Return the batch size of an epoch."""
        epochs = horizon if self.epochs is None else self.epochs
        done = progress(epoch, None, epochs - 1)
        return int(min(n_rows, round(self.first * (self.last / self.first) ** done)))
