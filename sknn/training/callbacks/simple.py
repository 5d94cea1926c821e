"""Callbacks that the parameters of an estimator ask for."""

from __future__ import annotations

from sknn.training.callbacks.base import Callback, Phase, Progress


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


class StopBelow(Callback):
    """Stop when the training loss falls under a threshold."""

    phase = Phase.DECIDE

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    def on_epoch_end(self, progress: Progress) -> None:
        """Compare."""
        if progress.row["loss"] < self.threshold:
            progress.stop("stop_below")
