"""Matplotlib, where it is installed."""

from __future__ import annotations

from typing import Any


def pyplot() -> Any:
    """Return ``matplotlib.pyplot``.

    Raises
    ------
    ImportError
        Without matplotlib; names the extra that brings it.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            'Plots need matplotlib, which comes with the extra "plot": pip install "sknn[plot]".'
        ) from error
    return plt


def axes(ax: Any) -> Any:
    """Return `ax`, or the axes of a new figure for None."""
    return pyplot().subplots()[1] if ax is None else ax
