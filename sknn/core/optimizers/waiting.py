"""Parameters without a gradient: left alone for some steps, then brought up to date at once."""

from __future__ import annotations

from numpy.typing import NDArray


class Waiting:
    """Where a step without a gradient changes nothing, there is nothing to make up for.

    Other optimizers keep in a class of this kind what rows that wait have missed. Steps are
    counted from the last :meth:`restart`, and a row is up to date after so many of them.

    Attributes
    ----------
    steps : int
        Steps since the last restart.
    """

    def __init__(self) -> None:
        self.steps = 0

    def passed(self, lr: float, step: int, kept: float) -> None:
        """Note a step: its rate, its number in the run, what decoupled decay left of weights."""
        self.steps += 1

    def catch_up(self, theta: NDArray, state: dict[str, NDArray], since: NDArray) -> None:
        """Bring rows that were up to date after `since` steps to where they belong now, in place.

        Parameters
        ----------
        theta : ndarray of shape (n_rows, n)
        state : dict of ndarray of shape (n_rows, n)
        since : ndarray of int of shape (n_rows,)
        """

    def restart(self) -> None:
        """Count anew; every row is up to date."""
        self.steps = 0
