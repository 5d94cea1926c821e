"""Matplotlib, if it is installed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np


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
            'Plots need matplotlib, which comes with the extra "plot" of sknn: '
            "pip install matplotlib."
        ) from error
    return plt


def axes(ax: Any, **figure_kw: Any) -> Any:
    """Return `ax`, or the axes of a new figure for None.

    Raises
    ------
    ValueError
        If `ax` is not an Axes.
    """
    if ax is None:
        return pyplot().subplots(layout="constrained", **figure_kw)[1]
    if not hasattr(ax, "get_figure"):
        n = np.size(np.array(ax, dtype=object))
        got = f"an array of {n}" if isinstance(ax, (np.ndarray, list, tuple)) else repr(ax)
        raise ValueError(f"ax must be one Axes of Matplotlib; got {got}.")
    return ax


def color(i: int) -> str:
    """Return a color of the current cycle; unlike the name "C0", it stays when the style ends."""
    cycle = pyplot().rcParams["axes.prop_cycle"].by_key().get("color", ["C0"])
    return cycle[i % len(cycle)]


def faint() -> dict[str, Any]:
    """Return the style of what lies behind: gray on any background."""
    return {"color": pyplot().rcParams["text.color"], "alpha": 0.3}


def panels(ax: Any, n_rows: int, n_columns: int, size: tuple[float, float], **shared: Any) -> Any:
    """Return axes for pictures in rows and columns.

    Parameters
    ----------
    ax : matplotlib Axes, array of them, or None
        One is parted; of several there must be as many as there are pictures. None makes a figure.
    n_rows, n_columns : int
    size : (float, float)
        Width and height of a panel of a new figure, in inches.
    **shared : dict
        Passed to ``subplots``: ``sharex``, ``sharey``.

    Returns
    -------
    bound : matplotlib Axes or None
        The axes that was parted.
    panels : ndarray of matplotlib Axes, shape (n_rows, n_columns)

    Raises
    ------
    ValueError
        For another number of axes.
    """
    if ax is None:
        width, height = size
        _, new = pyplot().subplots(
            n_rows,
            n_columns,
            squeeze=False,
            layout="constrained",
            figsize=(width * n_columns, height * n_rows),
            **shared,
        )
        return None, new
    if isinstance(ax, (np.ndarray, list, tuple)):
        given = np.array(ax, dtype=object)
        if given.size != n_rows * n_columns:
            raise ValueError(
                f"ax must be one Axes, or an array of {n_rows * n_columns} of them; got "
                f"{given.size}."
            )
        return None, given.reshape(n_rows, n_columns)
    inner = axes(ax).get_subplotspec()
    if inner is None:
        raise ValueError("ax must come from plt.subplots, so that it can be split.")
    ax.set_axis_off()
    parted = inner.subgridspec(n_rows, n_columns).subplots(squeeze=False, **shared)
    return ax, parted


def named_panels(
    ax: Any, names: Sequence[str], most: int, size: tuple[float, float], **shared: Any
) -> tuple[Any, Any]:
    """Return one panel per name, with a title, and at most so many side by side.

    Parameters
    ----------
    ax, size, **shared
        As for :func:`panels`.
    names : sequence of str
    most : int

    Returns
    -------
    bound : matplotlib Axes or None
        The axes that was parted.
    panels : ndarray of matplotlib Axes, shape (n_rows, n_columns)
        In the order of the names; others are blank.
    """
    columns = min(len(names), most)
    bound, grid = panels(ax, math.ceil(len(names) / columns), columns, size, **shared)
    for each, name in zip(grid.flat, names, strict=False):
        write(each.set_title(""), name)
    for each in grid.flat[len(names) :]:
        each.set_axis_off()
    return bound, grid


def show_image(ax: Any, image: Any, **image_kw: Any) -> Any:
    """Draw an image without ticks and grid; return the artist.

    NaN is transparent, and colors are clipped to the range from 0 to 1.
    """
    if image.ndim == 3:
        there = np.isfinite(image).all(axis=-1, keepdims=True)
        image = np.concatenate([np.where(there, np.clip(image, 0.0, 1.0), 0.0), there], axis=-1)
    artist = ax.imshow(image, **image_kw)
    ax.grid(False)
    ax.set(xticks=[], yticks=[])
    return artist


def histogram(ax: Any, values: Any, **hist_kw: Any) -> None:
    """Draw a histogram of finite numbers; nearly equal ones are treated as equal."""
    flat = np.ravel(values).astype(float)
    flat = flat[np.isfinite(flat)]
    if flat.size and np.ptp(flat) <= 1e-9 * np.abs(flat).max() + 1e-300:
        flat = np.full_like(flat, flat.mean())
    ax.hist(flat, **hist_kw)
    # A panel is narrow.
    ax.locator_params(axis="x", nbins=4)


def label_counts(ax: Any, label: str = "epoch") -> None:
    """Label the horizontal axis, which counts something."""
    ax.set_xlabel(label)
    ax.xaxis.get_major_locator().set_params(integer=True)


def legend(ax: Any, artists: Any = None, most: int = 12, **legend_kw: Any) -> Any:
    """Draw a legend of artists, by default of all lines, with their labels as they are.

    Matplotlib leaves out labels that begin with an underscore, and reads text between dollar signs
    as a formula; if it cannot, the figure cannot be drawn. Of more than `most` artists, the first
    ones are named.
    """
    from matplotlib.lines import Line2D

    given = ax.lines if artists is None else artists
    named = [each for each in given if not str(each.get_label() or "_child").startswith("_child")]
    labels = [each.get_label() for each in named]
    if len(named) > most:
        rest = len(named) - most
        named = [*named[:most], Line2D([], [], linestyle="none")]
        labels = [*labels[:most], f"… and {rest} more"]
    drawn = ax.legend(named, [str(i) for i in range(len(named))], **legend_kw)
    for text, label in zip(drawn.get_texts(), labels, strict=True):
        write(text, label)
    return drawn


def log_scale(ax: Any) -> None:
    """Draw the vertical axis on a log scale, with plain numbers."""
    from matplotlib.ticker import LogLocator

    ax.set_yscale("log")
    ax.yaxis.set_major_formatter("{x:g}")
    low, high = ax.get_ylim()
    # Powers of ten are not enough if there are one or two.
    if 10 * low <= high < 100 * low:
        ax.yaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    ax.yaxis.set_minor_formatter("{x:.3g}" if high < 100 * low else "")


def write(text: Any, content: str) -> None:
    """Set the content of a text; dollar signs begin a formula only if they can."""
    text.set_text(content)
    if "$" not in content:
        return
    from matplotlib.mathtext import MathTextParser

    try:
        MathTextParser("path").parse(content)
    except (ValueError, RuntimeError):
        text.set_parse_math(False)
