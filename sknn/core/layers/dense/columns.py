"""The first columns of the input alone; the others are for somebody else."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray


def count(columns: int | None, n_in: int, owner: object) -> int:
    """Return how many of the inputs are taken."""
    if columns is None:
        return n_in
    if columns > n_in:
        raise ValueError(f"{owner!r} takes more columns than the {n_in} there are.")
    return int(columns)


def front(x: Any, dx: NDArray | None, columns: int) -> tuple[Any, NDArray | None]:
    """Return these columns of input and gradient; the gradient of the others is zero."""
    if dx is None:
        return x[..., :columns], None
    dx[..., columns:] = 0.0
    return x[..., :columns], dx[..., :columns]
