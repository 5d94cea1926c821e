"""One printed line per epoch."""

from __future__ import annotations

from sknn.training.callbacks.base import Callback, Progress
from sknn.training.callbacks.epoch_line import Pace, figures_of, members_of


class PrintProgress(Callback):
    """Print one line per epoch: its number, losses, score, learning rate, and time left.

    "Iteration" is scikit-learn's word for an epoch. The time left is that of all planned epochs
    at the current pace; early stopping may end training sooner, and `max_time` is taken into
    account. The epochs on all rows that follow early stopping have no lines. A call to
    ``partial_fit`` is one epoch of a stream of unknown length: its line has the number of rows.
    """

    def on_train_begin(self, progress: Progress) -> None:
        """Read the clock."""
        run = progress.run
        self.epoch, self.samples = run.epoch, run.samples
        self.pace = Pace(run.until - run.epoch, progress.deadline)

    def on_epoch_end(self, progress: Progress) -> None:
        """Print the line."""
        left = self.pace.left(progress.run.epoch - self.epoch)
        ends = progress.stop_reason is not None
        parts = [self.place(progress), members_of(progress), *self.figures(progress)]
        print(", ".join(filter(None, [*parts, "" if ends else left])), *progress.remarks, sep="\n")

    def place(self, progress: Progress) -> str:
        """Return the number of the epoch."""
        run = progress.run
        if run.stream:
            return f"Iteration {run.epoch}, {run.samples - self.samples:,} rows"
        return f"Iteration {run.epoch}/{run.until}"

    def figures(self, progress: Progress) -> list[str]:
        """Return the measurements."""
        return [f"{name} = {figure}" for name, figure in figures_of(progress.row).items()]
