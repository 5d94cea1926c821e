"""A line an epoch, for those who want to watch."""

from __future__ import annotations

from sknn.training.callbacks.base import Callback, Progress
from sknn.training.callbacks.epoch_line import Pace, figures_of, members_of


class PrintProgress(Callback):
    """One line an epoch: which of how many, losses, score, learning rate and time left.

    "Iteration" is scikit-learn's word for an epoch. The time left is that of all epochs the call
    was asked for, at the pace so far; early stopping may end it sooner, `max_time` is known. A
    call of ``partial_fit`` is one epoch of a stream nobody knows the end of: it tells its rows.
    """

    def on_train_begin(self, progress: Progress) -> None:
        """Look at the clock."""
        run = progress.run
        self.epoch, self.samples = run.epoch, run.samples
        self.pace = Pace(run.until - run.epoch, progress.deadline)

    def on_epoch_end(self, progress: Progress) -> None:
        """Print what there is to tell."""
        left = self.pace.left(progress.run.epoch - self.epoch)
        ends = progress.stop_reason is not None
        parts = [self.place(progress), members_of(progress), *self.figures(progress)]
        print(", ".join(filter(None, [*parts, "" if ends else left])))

    def place(self, progress: Progress) -> str:
        """Return where training stands."""
        run = progress.run
        if run.stream:
            return f"Iteration {run.epoch}, {run.samples - self.samples:,} rows"
        return f"Iteration {run.epoch}/{run.until}"

    def figures(self, progress: Progress) -> list[str]:
        """Return what was measured."""
        return [f"{name} = {figure}" for name, figure in figures_of(progress.row).items()]
