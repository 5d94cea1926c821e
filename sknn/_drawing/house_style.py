"""The style of all pictures: colors that color-blind readers can distinguish, light and dark."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from functools import wraps
from inspect import Parameter, signature
from typing import Any

from sknn._drawing.pyplot import pyplot

# The palette of Okabe and Ito (2008), ordered by contrast with the background, and wine of that of
# Tol; on dark, blue and green are lighter, and yellow takes the place of black.
_COLORS = {
    theme: colors.split()
    for theme, colors in {
        "light": "#0072B2 #D55E00 #009E73 #CC79A7 #E69F00 #56B4E9 #4D4D4D #882255",
        "dark": "#56B4E9 #E69F00 #2FC99B #E08EBC #F0E442 #FF8A50 #CFCFCF #B3A2F2",
    }.items()
}
COLORS = _COLORS["light"]
"""Colors of lines and classes."""
_GROUND = {"light": "#FFFFFF", "dark": "#16181D"}
_INK = {"light": "#262626", "dark": "#E8E8E8"}
_GRID = {"light": "#E2E2E2", "dark": "#353941"}

SIGNS = "RdBu_r"
"""Colormap of signed numbers: blue below zero, red above."""
AMOUNTS = "viridis"
"""Colormap of numbers that are all of one sign."""


_TIED = {"axes.grid": "grid.color", "legend.facecolor": "axes.facecolor"}
"""Settings that fit the house style only together with another one."""


def is_dark(ground: Any) -> bool:
    """Return whether a color of the background, on white paper if transparent, is dark."""
    from matplotlib.colors import to_rgba

    *color, opacity = to_rgba(ground)
    return opacity * sum(color) + 3.0 * (1.0 - opacity) < 1.5


def sign_colors(ground: Any) -> tuple[str, str]:
    """Return the colors of lines below and above zero on a background: blue and orange."""
    colors = _COLORS["dark" if is_dark(ground) else "light"]
    return colors[0], colors[1]


def house_style(theme: str = "light") -> dict[str, Any]:
    """Return the Matplotlib settings of all pictures of sknn.

    Displays use them as far as you have not set your own style, and the dark theme on a dark
    background. For your own pictures in the same
    style, pass them to ``plt.style.use`` or ``plt.style.context``. The colors are those of Okabe
    and Ito, which readers with any kind of color vision can distinguish.

    Parameters
    ----------
    theme : {"light", "dark"}, default="light"
        The background of the pictures.

    Returns
    -------
    settings : dict
        For ``matplotlib.pyplot.rcParams``.

    Raises
    ------
    ValueError
        For an unknown theme.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from sknn.inspection import house_style
    >>> with plt.style.context(house_style("dark")):
    ...     figure, ax = plt.subplots()
    >>> house_style()["axes.titlesize"]
    'medium'
    """
    if theme not in _COLORS:
        raise ValueError(f"theme must be 'light' or 'dark'; got {theme!r}.")
    ground, ink, grid = _GROUND[theme], _INK[theme], _GRID[theme]
    inked = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color")
    return {
        "axes.prop_cycle": f"cycler('color', {_COLORS[theme]})",
        "axes.axisbelow": True,
        "axes.edgecolor": ink,
        "axes.facecolor": ground,
        "axes.grid": True,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlesize": "medium",
        "figure.facecolor": ground,
        "grid.color": grid,
        "image.cmap": AMOUNTS,
        "image.interpolation": "nearest",
        "font.size": 11.0,
        "legend.fontsize": "medium",
        "legend.edgecolor": "none",
        "legend.facecolor": ground,
        "legend.framealpha": 0.8,
        "lines.linewidth": 1.8,
    } | dict.fromkeys(inked, ink)


_UNKNOWN = re.compile(r"(?:unexpected keyword argument|kwargs were not used by contour:) '(\w+)'")


def _unset() -> dict[str, Any]:
    """Return the settings of the house style for which the user has Matplotlib's defaults.

    Its letters are dark if the background is light, and the other way round.
    """
    now, default = dict(pyplot().rcParams), dict(pyplot().rcParamsDefault)
    free = {name for name in house_style() if now[name] == default[name]}
    free -= {name for name, other in _TIED.items() if other not in free}
    style = house_style("dark" if is_dark(now["axes.facecolor"]) else "light")
    return {name: value for name, value in style.items() if name in free}


def in_house_style(plot: Callable[..., Any]) -> Callable[..., Any]:
    """Let a method draw in the house style, as far as the user has not set another one."""

    @wraps(plot)
    def styled(display: Any, *args: Any, **kwargs: Any) -> Any:
        with pyplot().style.context(_unset()), warnings.catch_warnings():
            # Before Matplotlib 3.11, contours only warn of arguments that they do not know.
            warnings.filterwarnings("error", "The following kwargs were not used", UserWarning)
            try:
                return plot(display, *args, **kwargs)
            except (AttributeError, TypeError, UserWarning) as error:
                # Each artist of Matplotlib raises under its own name, which the user may not know.
                found = _UNKNOWN.search(str(error))
                if found is None or found[1] not in kwargs:
                    raise
                raise _unknown(found[1], type(display)) from error

    return styled


def _unknown(name: str, kind: type) -> TypeError:
    """Return the error for an argument that neither a display nor its matplotlib artist knows."""
    known = signature(kind.from_estimator).parameters.values()  # type: ignore[attr-defined]
    listed = ", ".join(each.name for each in known if each.kind is not Parameter.VAR_KEYWORD)
    return TypeError(
        f"{kind.__name__}.from_estimator has no parameter {name!r}: it has {listed}. Other "
        f"arguments are passed to Matplotlib, which does not know {name!r} here."
    )
