"""A bar that says how far training on blocks has come."""

from __future__ import annotations

import sys
from time import perf_counter

_WIDTH = 30


class Bar:
    """One line on standard error, written anew after every round.

    Parameters
    ----------
    rounds : int or None
        How many there will be; None: nobody knows.
    """

    def __init__(self, rounds: int | None) -> None:
        self.rounds = rounds
        self.done = 0
        self.last = perf_counter()

    def show(self, rows: int) -> None:
        """Count a round of so many rows."""
        now = perf_counter()
        seconds, self.last = now - self.last, now
        self.done += 1
        sys.stderr.write(f"\r{self.line(rows / max(seconds, 1e-9))}")
        sys.stderr.flush()

    def line(self, speed: float) -> str:
        """Return what is shown, at so many rows a second."""
        told = f"{self.done}" if self.rounds is None else f"{self.done}/{self.rounds}"
        bar = ""
        if self.rounds is not None:
            full = min(_WIDTH, _WIDTH * self.done // self.rounds)
            bar = f"[{'#' * full}{'.' * (_WIDTH - full)}] "
        return f"{bar}round {told}, {speed:,.0f} rows a second   "

    def close(self) -> None:
        """End the line."""
        if self.done:
            sys.stderr.write("\n")
