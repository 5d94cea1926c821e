"""A line an epoch, for who wants to watch."""

from __future__ import annotations

from sknn.training.callbacks.base import Callback, Progress


class PrintProgress(Callback):
    """One line an epoch, in the words of scikit-learn."""

    def on_epoch_end(self, progress: Progress) -> None:
        """Print losses and validation score."""
        row = progress.row
        print(self.first_line(progress))
        if "out_of_fold_loss" in row:
            print(f"Out-of-fold loss: {row['out_of_fold_loss']:.8f}")
        if "validation_score" in row:
            print(f"Validation score: {row['validation_score']:.6f}")
        if "validation_loss" in row:
            print(f"Validation loss: {row['validation_loss']:.8f}")

    def first_line(self, progress: Progress) -> str:
        """Return what is said of every network."""
        return f"Iteration {int(progress.row['epoch'])}, loss = {progress.row['loss']:.8f}"
