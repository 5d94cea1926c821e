"""A progress bar for training on blocks."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

from sknn.training.callbacks.epoch_line import Pace
from sknn.training.callbacks.in_search import bar_of
from sknn.training.callbacks.progress_bar import ProgressBar, in_brief

_WIDTH = 30


class Bar:
    """One line on standard error, rewritten after every round.

    Parameters
    ----------
    rounds : int or None
        Number of rounds; None if unknown.
    done : int
        Rounds of an earlier call.
    """

    def __init__(self, rounds: int | None, done: int = 0) -> None:
        self.rounds = rounds
        self.before = self.done = done
        self.pace = Pace(0 if rounds is None else rounds - done)
        self.last = perf_counter()
        self.width = 0

    def show(self, rows: int, figures: str = "") -> None:
        """Count a round of `rows` rows, and show what was measured."""
        now = perf_counter()
        seconds, self.last = now - self.last, now
        self.done += 1
        speed = f"{rows / max(seconds, 1e-9):,.0f} rows per second"
        self.write(", ".join(filter(None, [speed, figures])))

    def write(self, told: str) -> None:
        """Show the number of the round and the text."""
        line = self.line(told)
        sys.stderr.write(f"\r{line.ljust(self.width)}")
        sys.stderr.flush()
        self.width = len(line)

    def line(self, told: str) -> str:
        """Return the text of the bar."""
        number, bar = f"{self.done}", ""
        if self.rounds is not None:
            number = f"{self.done}/{self.rounds}"
            full = min(_WIDTH, _WIDTH * self.done // self.rounds)
            bar = f"[{'#' * full}{'.' * (_WIDTH - full)}] "
        left = self.pace.left(self.done - self.before)
        return f"{bar}round {number}, {told}{left and f', {left}'}"

    def close(self) -> None:
        """End the line."""
        if self.done > self.before:
            sys.stderr.write("\n")


class CallbackBar(Bar):
    """The bar of a :class:`~sknn.callbacks.ProgressBar`.

    Parameters
    ----------
    shown : ProgressBar
    rounds : int or None
    unit : str
        Name of a round.
    done : int
    """

    def __init__(self, shown: ProgressBar, rounds: int | None, unit: str, done: int = 0) -> None:
        super().__init__(rounds, done)
        self.bar = shown.open(rounds, unit, initial=done)

    def write(self, told: str) -> None:
        """Count the round."""
        self.bar.set_postfix_str(told, refresh=False)
        self.bar.update()

    def close(self) -> None:
        """Close the bar."""
        self.bar.close()


def bar_for(estimator: Any, rounds: int | None, unit: str, done: int, verbose: bool) -> Bar | None:
    """Return the bar among the callbacks of an estimator, or a plain one if requested."""
    shown = bar_of(estimator) if hasattr(estimator, "get_params") else None
    if shown is not None:
        return CallbackBar(shown, rounds, unit, done)
    return Bar(rounds, done) if verbose else None


def figures_so_far(estimator: Any) -> str:
    """Return the losses and the score of a network after the last round, or blank."""
    run = getattr(estimator, "run_", None)
    if run is None or not len(run.history):
        return ""
    return in_brief({name: column[-1] for name, column in run.history.columns.items()})
