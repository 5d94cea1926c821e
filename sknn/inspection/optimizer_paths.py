"""Optimizers on a surface, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import in_house_style
from sknn._drawing.pyplot import axes, faint, legend, pyplot
from sknn.core.constraints import integer, real
from sknn.core.optimizers import Optimizer
from sknn.core.spec import resolve
from sknn.inspection.several import named_recipes

Function = Callable[[NDArray, NDArray], NDArray]


class _Surface(NamedTuple):
    """A function of two numbers, and a starting point."""

    function: Function
    start: tuple[float, float]
    limits: tuple[float, float, float, float]


# Named functions, so that a display that holds one can be pickled.
def _ravine(x: NDArray, y: NDArray) -> NDArray:
    return 0.05 * x**2 + y**2


def _rosenbrock(x: NDArray, y: NDArray) -> NDArray:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def _saddle(x: NDArray, y: NDArray) -> NDArray:
    return x**2 - y**2 + 0.1 * y**4


_SURFACES = {
    "ravine": _Surface(_ravine, (-9.0, 2.5), (-10.0, 4.0, -3.5, 3.5)),
    "rosenbrock": _Surface(_rosenbrock, (-1.5, 2.0), (-2.0, 2.0, -1.0, 3.0)),
    "saddle": _Surface(_saddle, (-1.8, 0.01), (-2.0, 2.0, -3.0, 3.0)),
}


class OptimizerPathDisplay:
    """The paths of several optimizers down the same surface.

    Make one with :meth:`from_optimizers`.

    Parameters
    ----------
    paths : dict of ndarray of shape (n_steps + 1, 2)
        The paths by name.
    function : callable
        Maps two arrays, x and y, to the height.
    limits : (float, float, float, float)
        Smallest and largest x, then y, of the picture.

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    lines_ : list of matplotlib Line2D
        One per optimizer.

    Examples
    --------
    >>> from sknn.inspection import OptimizerPathDisplay
    >>> from sknn.optimizers import SGD
    >>> display = OptimizerPathDisplay.from_optimizers(
    ...     {"gradient descent": SGD(momentum=0), "momentum": SGD(momentum=0.9), "Adam": "adam"},
    ...     learning_rate={"Adam": 0.5}, n_steps=40)
    >>> [line.get_label() for line in display.lines_]
    ['gradient descent', 'momentum', 'Adam']
    >>> display.paths["Adam"].shape
    (41, 2)
    """

    def __init__(
        self,
        *,
        paths: Mapping[str, NDArray],
        function: Function,
        limits: tuple[float, float, float, float],
    ) -> None:
        self.paths = paths
        self.function = function
        self.limits = limits

    @classmethod
    def from_optimizers(
        cls,
        optimizers: Any,
        *,
        surface: str | Function = "ravine",
        start: tuple[float, float] | None = None,
        limits: tuple[float, float, float, float] | None = None,
        learning_rate: float | Mapping[str, float] = 0.1,
        n_steps: int = 100,
        ax: Any = None,
        **line_kw: Any,
    ) -> OptimizerPathDisplay:
        """Let optimizers descend a surface along its exact gradient.

        Parameters
        ----------
        optimizers : list of str or Optimizer, or dict of them
            As for the `solver` of estimators. A dict gives names.
        surface : {"ravine", "rosenbrock", "saddle"} or callable, default="ravine"
            A callable maps arrays x and y to the height; its gradient is taken by central
            differences.
        start : (float, float), default=None
            None: a point on a slope of the surface, or the middle of the left edge for a callable.
        limits : (float, float, float, float), default=None
            Smallest and largest x, then y, of the picture; required with a callable.
        learning_rate : float or dict of float, default=0.1
            A dict gives rates by name, and 0.1 for the others.
        n_steps : int, default=100
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : OptimizerPathDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        InvalidParameterError
            For an unknown optimizer, or a rate that is not above 0.
        ValueError
            For an unknown surface, a callable without `limits`, or no optimizer.
        """
        function, begin, bounds = _surface(surface, start, limits)
        n_steps = integer(0).read("OptimizerPathDisplay", "n_steps", n_steps)
        rates = learning_rate if isinstance(learning_rate, Mapping) else {}
        default = 0.1 if isinstance(learning_rate, Mapping) else learning_rate
        rate = real(0.0)
        paths = {
            name: _walk(
                _resolved(each),
                function,
                begin,
                rate.read("OptimizerPathDisplay", "learning_rate", rates.get(name, default)),
                n_steps,
            )
            for name, each in named_recipes(optimizers, "optimizers").items()
        }
        return cls(paths=paths, function=function, limits=bounds).plot(ax, **line_kw)

    @in_house_style
    def plot(self, ax: Any = None, **line_kw: Any) -> OptimizerPathDisplay:
        """Draw surface and paths.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **line_kw : dict
            Passed to matplotlib's `plot`.

        Returns
        -------
        display : OptimizerPathDisplay
        """
        ax = axes(ax)
        left, right, low, high = self.limits
        x, y = np.meshgrid(np.linspace(left, right, 121), np.linspace(low, high, 121))
        with np.errstate(all="ignore"):
            height = np.broadcast_to(self.function(x, y), x.shape)
        there = height[np.isfinite(height)]
        if there.size:
            levels = np.unique(np.quantile(there, np.linspace(0.0, 1.0, 16)))
            ax.contour(x, y, height, levels=levels, **_level_lines())
        self.lines_ = []
        for name, path in self.paths.items():
            style = {"label": name, "marker": ".", "markersize": 4, "linewidth": 1.2}
            self.lines_ += ax.plot(*path.T, **style | line_kw)
        begin = next(iter(self.paths.values()))[0]
        ax.plot(*begin, "o", color=pyplot().rcParams["text.color"], zorder=3)
        ax.set(xlim=(left, right), ylim=(low, high), xlabel="first weight", ylabel="second weight")
        ax.grid(False)
        legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _level_lines() -> dict[str, Any]:
    behind = faint()
    return {"colors": behind["color"], "alpha": behind["alpha"], "linewidths": 0.8, "zorder": 1}


def _surface(surface: Any, start: Any, limits: Any) -> tuple[Function, Any, Any]:
    """Return function, start, and limits."""
    if isinstance(surface, str) and surface in _SURFACES:
        known = _SURFACES[surface]
        return (
            known.function,
            _numbers("start", start, known.start),
            _numbers("limits", limits, known.limits),
        )
    if not callable(surface):
        raise ValueError(f"surface must be one of {list(_SURFACES)} or callable; got {surface!r}.")
    if limits is None:
        raise ValueError("A callable surface needs limits, (x_min, x_max, y_min, y_max).")
    bounds = _numbers("limits", limits, (0.0,) * 4)
    left, _, low, high = bounds
    return surface, _numbers("start", start, (left, (low + high) / 2)), bounds


def _numbers(name: str, given: Any, default: tuple[float, ...]) -> tuple[float, ...]:
    """Return as many numbers as the default has."""
    if given is None:
        return default
    array = np.asarray(given)
    if array.shape != (len(default),) or array.dtype.kind not in "fiu":
        raise ValueError(f"{name} must be {len(default)} numbers; got {given!r}.")
    numbers = tuple(array.tolist())
    if len(numbers) == 4 and not (numbers[0] < numbers[1] and numbers[2] < numbers[3]):
        raise ValueError(f"{name} must be (x_min, x_max, y_min, y_max), in order; got {given!r}.")
    return numbers


def _resolved(optimizer: Any) -> Optimizer:
    return resolve(Optimizer, optimizer, "optimizers", "OptimizerPathDisplay")


def _walk(
    optimizer: Optimizer, function: Function, start: tuple[float, float], rate: float, n_steps: int
) -> NDArray:
    """Return the position of an optimizer after every step."""
    theta = np.array(start, float)
    state, path = optimizer.init(theta), [theta.copy()]
    with np.errstate(all="ignore"):
        for step in range(1, n_steps + 1):
            move = _gradient(function, theta)
            optimizer.update(state, move, theta, float(rate), step)
            theta -= move
            path.append(theta.copy())
    return np.stack(path)


def _gradient(function: Function, theta: NDArray) -> NDArray:
    """Return central differences, which are exact for quadratic surfaces."""
    step = 1e-5 * np.eye(2)
    ahead, behind = theta + step, theta - step
    return (function(*ahead.T) - function(*behind.T)) / 2e-5
