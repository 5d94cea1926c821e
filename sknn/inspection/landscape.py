"""The loss around a trained network, in scikit-learn's Display style."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import AMOUNTS, in_house_style
from sknn._drawing.pyplot import axes
from sknn.core.constraints import integer, real
from sknn.core.layout import Role
from sknn.core.network import Network
from sknn.estimators.boltzmann.base import BoltzmannMachine
from sknn.estimators.fit.state import FitState
from sknn.estimators.gan.estimator import GAN
from sknn.inspection.gradients import state_before_training
from sknn.inspection.several import several
from sknn.inspection.unwrap import network_of, served_on, targets_served
from sknn.training.callbacks.validation import mean_loss

_MARGIN = 0.25


class LossLandscapeDisplay:
    """The loss in a plane through the weights of a network, and the path of training.

    Make one with :meth:`from_estimator`. Without a path, the plane is spanned by two random
    directions, in which each array is as long as the array of weights itself, so that networks can
    be compared [1]_. With a path, it is spanned by the first two principal components of the path.

    Parameters
    ----------
    x, y : ndarray of shape (n_points,)
        Steps along both directions.
    loss : ndarray of shape (n_points, n_points)
        Loss without penalty; row i belongs to the step ``y[i]``.
    path : ndarray of shape (n_steps, 2), default=None

    Attributes
    ----------
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure
    contour_ : matplotlib QuadContourSet

    References
    ----------
    .. [1] Li, Xu, Taylor, Studer & Goldstein (2018), "Visualizing the loss landscape of neural
       nets".

    Examples
    --------
    >>> import copy
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import LossLandscapeDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((10,), learning_rate_init=0.01, random_state=0).initialize(X, y)
    >>> path = [copy.deepcopy(net)]
    >>> for epoch in range(30):
    ...     path.append(copy.deepcopy(net.partial_fit(X, y)))
    >>> display = LossLandscapeDisplay.from_estimator(net, X, y, path=path, n_points=9)
    >>> display.loss.shape, display.path.shape
    ((9, 9), (31, 2))
    """

    def __init__(
        self, *, x: NDArray, y: NDArray, loss: NDArray, path: NDArray | None = None
    ) -> None:
        self.x = x
        self.y = y
        self.loss = loss
        self.path = path

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        y: Any = None,
        *,
        path: Sequence[Any] | None = None,
        n_points: int = 25,
        span: float = 1.0,
        max_rows: int = 500,
        random_state: int = 0,
        ax: Any = None,
        **contour_kw: Any,
    ) -> LossLandscapeDisplay:
        """Draw the loss around the weights of an estimator.

        Parameters
        ----------
        estimator : fitted or initialized sknn estimator, trained to minimize one loss
            Or a Pipeline or search around one.
        X, y : array-like
            As for `fit`.
        path : sequence of estimators, default=None
            Copies of the estimator during training, such as ``copy.deepcopy(net.partial_fit(X,
            y))``; the last one is the end of training.
        n_points : int, default=25
            Number of points of the grid in each direction.
        span : float, default=1.0
            How far the plane extends: without a path, in lengths of the weights; with a path, it is
            a quarter larger than the path, times `span`.
        max_rows : int, default=500
            Number of rows, the first ones, that are predicted at each point of the grid.
        random_state : int, default=0
            Seed of the random directions.
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **contour_kw : dict
            Passed to matplotlib's `contourf`.

        Returns
        -------
        display : LossLandscapeDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator has no network yet.
        TypeError
            If the path is not a list; for GANs and Boltzmann machines, which do not minimize one
            loss, and for networks for tables, whose inputs are encoded first.
        ValueError
            If the estimators of the path have different layers, or the path is empty.
        """
        network_of(estimator)
        final, given = served_on(estimator, X)
        if isinstance(final, (GAN, BoltzmannMachine)):
            raise TypeError(f"{type(final).__name__} does not minimize a loss that can be drawn.")
        owner = "LossLandscapeDisplay"
        n_points = integer(2).read(owner, "n_points", n_points)
        max_rows = integer(1).read(owner, "max_rows", max_rows)
        span = real(0.0).read(owner, "span", span)
        final._check_inputs(given[:max_rows])
        target = targets_served(estimator, y)
        target = None if target is None else target[:max_rows]
        state = state_before_training(final, given[:max_rows], target, None)
        center = state.network.theta.copy()
        steps = None if path is None else _path(_checked(path), state, center)
        if steps is None:
            directions = _random_directions(state.network, random_state)
            places, reach = None, np.array([[-span, span], [-span, span]])
        else:
            directions, places = _principal_directions(steps)
            low, high = places.min(axis=0), places.max(axis=0)
            room = _MARGIN * np.maximum(high - low, 1e-12)
            middle, half = (low + high) / 2, (high - low) / 2 + room
            reach = np.column_stack([middle - span * half, middle + span * half])
        across, up = (np.linspace(low, high, n_points) for low, high in reach.tolist())
        loss = _grid(state, center, directions, across, up)
        return cls(x=across, y=up, loss=loss, path=places).plot(ax, **contour_kw)

    @in_house_style
    def plot(self, ax: Any = None, **contour_kw: Any) -> LossLandscapeDisplay:
        """Draw the landscape.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            None makes a new figure.
        **contour_kw : dict
            Passed to matplotlib's `contourf`.

        Returns
        -------
        display : LossLandscapeDisplay
        """
        from matplotlib.colors import BoundaryNorm

        ax = axes(ax)
        levels = _levels(self.loss)
        # Levels are closest where most of the picture is, so colors follow levels, not the loss.
        norm = BoundaryNorm(levels, 256, extend="both")
        style: dict[str, Any] = {"cmap": AMOUNTS, "levels": levels, "extend": "both", "norm": norm}
        self.contour_ = ax.contourf(self.x, self.y, self.loss, **style | contour_kw)
        ax.figure.colorbar(self.contour_, ax=ax, label="loss", format=_format(levels))
        ax.locator_params(nbins=5)
        if self.path is None:
            ax.plot(0, 0, "o", color="white", markeredgecolor="black")
        else:
            ax.plot(*self.path.T, ".-", color="white", linewidth=1.5, markersize=4)
            ax.plot(*self.path[-1], "o", color="white", markeredgecolor="black")
        ax.grid(False)
        ax.set(xlabel="first direction", ylabel="second direction")
        self.ax_, self.figure_ = ax, ax.figure
        return self


def _levels(loss: NDArray) -> NDArray:
    """Return levels with about equal areas of the picture between them."""
    finite = loss[np.isfinite(loss)]
    levels = np.unique(np.quantile(finite, np.linspace(0.0, 1.0, 21))) if finite.size else loss[:0]
    return levels if len(levels) > 1 else np.array([0.0, 1.0]) + (levels[0] if len(levels) else 0)


def _format(levels: NDArray) -> str:
    """Return a format with as many digits as it takes to distinguish levels, at least three."""
    apart = np.ptp(levels) / 10 or 1.0
    digits = 1 + math.ceil(math.log10(max(float(np.abs(levels).max()), 1e-300) / apart))
    return f"%.{min(max(digits, 3), 9)}g"


def _checked(path: Any) -> Sequence[Any]:
    if not isinstance(path, (list, tuple)):
        raise TypeError(f"path must be a list of estimators; got {type(path).__name__}.")
    return several(path, "path")


def _path(path: Sequence[Any], state: FitState, center: NDArray) -> NDArray:
    """Return the distance of the weights of every estimator from the center, as in training."""
    network, steps = state.network, []
    for each in path:
        its = network_of(each)
        if its.layout.signature() != network.layout.signature() or its.lead != network.lead:
            raise ValueError("The estimators of the path must have the layers of the last one.")
        network.load(its.theta)
        state.targets.to_training_units(network, state.loss)
        steps.append(network.theta - center)
    network.load(center)
    return np.stack(steps)


def _random_directions(network: Network, seed: int) -> NDArray:
    """Draw two directions; each array of weights is changed in proportion to its length."""
    rng = np.random.default_rng(seed)
    directions = np.zeros((2, *network.theta.shape))
    for direction in directions:
        for slot in network.layout.slots:
            if slot.param.role is Role.DECAYED:
                place = np.s_[..., slot.start : slot.stop]
                drawn = rng.standard_normal(direction[place].shape)
                size = np.linalg.norm(network.theta[place], axis=-1, keepdims=True)
                direction[place] = drawn * size / np.linalg.norm(drawn, axis=-1, keepdims=True)
    return directions


def _principal_directions(steps: NDArray) -> tuple[NDArray, NDArray]:
    """Return the two directions in which a path extends furthest, and its coordinates."""
    flat = steps.reshape(len(steps), -1)
    axes_ = np.linalg.svd(flat, full_matrices=False)[2]
    two = np.zeros((2, flat.shape[1]))
    two[: min(2, len(axes_))] = axes_[:2]
    return two.reshape(2, *steps.shape[1:]), flat @ two.T


def _grid(state: FitState, center: NDArray, directions: NDArray, x: NDArray, y: NDArray) -> NDArray:
    """Return the loss at every point of a grid, one row per step along the second direction."""
    network = state.network
    rows = slice(None) if state.rows_used is None else state.rows_used
    seen, target = state.train.x[rows], state.target[rows]
    kernel = state.targets.kernel(state.loss, network.in_shape)
    loss = np.empty((len(y), len(x)))
    with np.errstate(all="ignore"):
        for i, up in enumerate(y):
            for j, right in enumerate(x):
                network.load(center + right * directions[0] + up * directions[1])
                loss[i, j] = mean_loss(network, kernel, network.predict(seen), target, None)
    return loss
