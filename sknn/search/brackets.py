"""Brackets: numbers of candidates and of epochs."""

from __future__ import annotations

import math
from typing import NamedTuple


class Rung(NamedTuple):
    """A number of candidates, trained up to a number of epochs."""

    n_epochs: int
    n_candidates: int


Bracket = list[Rung]
"""Rungs of rising epochs; the best candidates of one continue to the next."""


def levels(min_iter: int, max_iter: int, factor: float) -> list[int]:
    """Return `max_iter`, divided by `factor` again and again, down to `min_iter`."""
    found = [int(max_iter)]
    while round(found[-1] / factor) >= min_iter and round(found[-1] / factor) < found[-1]:
        found.append(round(found[-1] / factor))
    return found[::-1]


def halving(n_candidates: int, epochs: list[int], factor: float) -> Bracket:
    """Return one bracket: all candidates begin, and 1 / `factor` of them survive each rung."""
    counts = [max(1, math.ceil(n_candidates / factor**i - 1e-9)) for i in range(len(epochs))]
    return [Rung(*rung) for rung in zip(epochs, counts, strict=True)]


def hyperband(n_candidates: int, epochs: list[int], factor: float) -> list[Bracket]:
    """Return a bracket for every level, the most aggressive first; the last drops no candidate.

    Each bracket has about the same total number of epochs [1]_.

    References
    ----------
    .. [1] Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar (2018), "Hyperband: a novel
       bandit-based approach to hyperparameter optimization", JMLR 18(185).
    """
    top = len(epochs) - 1
    wanted = [factor**s * (top + 1) / (s + 1) for s in range(top, -1, -1)]
    counts = _apportion(n_candidates, wanted)
    brackets = [
        halving(count, epochs[start:], factor) for start, count in enumerate(counts) if count
    ]
    return brackets


def _apportion(total: int, wanted: list[float]) -> list[int]:
    """Return whole shares that add up to `total`, by the largest remainders."""
    shares = [total * each / sum(wanted) for each in wanted]
    counts = [math.floor(share) for share in shares]
    rest = sorted(range(len(wanted)), key=lambda i: counts[i] - shares[i])
    for i in rest[: total - sum(counts)]:
        counts[i] += 1
    return counts


def brackets_of(
    strategy: str, n_candidates: int, min_iter: int, max_iter: int, factor: float
) -> list[Bracket]:
    """Return the brackets of a strategy by name."""
    epochs = levels(min_iter, max_iter, factor)
    if strategy == "random":
        return [[Rung(epochs[-1], n_candidates)]]
    if strategy == "halving":
        return [halving(n_candidates, epochs, factor)]
    return hyperband(n_candidates, epochs, factor)
