"""The line about an epoch: its number, its measurements, and the time left."""

from __future__ import annotations

import math
from collections.abc import Mapping
from time import perf_counter

from sknn.training.callbacks.base import Progress

_TOLD = {
    "loss": "loss",
    "generator_loss": "generator loss",
    "out_of_fold_loss": "out-of-fold loss",
    "validation_loss": "validation loss",
}


def figures_of(row: Mapping[str, float]) -> dict[str, str]:
    """Return the measurements of an epoch to print, by name, as text.

    Losses first, then the score of `scoring` or, if there is none, the validation score, then the
    learning rate. Names are those of the columns of ``history_``, with blanks. Quantities that were
    not measured in this epoch are left out.
    """
    told = {name: f"{row[key]:#.6g}" for key, name in _TOLD.items() if key in row}
    if "generator loss" in told:
        told = {"discriminator loss": told.pop("loss"), **told}
    column = "score" if "score" in row else "validation_score"
    told[column.replace("_", " ")] = f"{row.get(column, math.nan):.4f}"
    told["learning rate"] = f"{row.get('learning_rate', math.nan):.3g}"
    return {name: figure for name, figure in told.items() if figure != "nan"}


def members_of(progress: Progress) -> str:
    """Return which members were measured: the current one, or those still being trained."""
    n_members = progress.run.n_members
    if progress.member is not None:
        return f"member {progress.member + 1}/{n_members}"
    return f"{progress.row['members']:.0f}/{n_members} members" if "members" in progress.row else ""


class Pace:
    """Estimates how long the rest takes at the current pace.

    Parameters
    ----------
    total : int
        Steps to take.
    deadline : float
        Reading of ``time.perf_counter`` at which all ends.
    """

    def __init__(self, total: int, deadline: float = math.inf) -> None:
        self.total = total
        self.deadline = deadline
        self.begin = perf_counter()

    def left(self, done: int) -> str:
        """Return the time left after some steps in words; blank after the last one."""
        now = perf_counter()
        if not 0 < done < self.total:
            return ""
        seconds = (now - self.begin) * (self.total - done) / done
        return f"{duration(max(min(seconds, self.deadline - now), 0.0))} left"


def duration(seconds: float) -> str:
    """Return a time in words, in its two largest units."""
    whole = round(seconds)
    if whole < 1:
        return "<1 s"
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    if whole < 86400:
        return f"{whole // 3600} h {whole % 3600 // 60} min"
    return f"{whole // 86400} d {whole % 86400 // 3600} h"
