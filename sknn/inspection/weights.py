"""Weights as pictures and as histograms, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import SIGNS, in_house_style
from sknn._drawing.mosaic import as_images, image_shape, mosaic
from sknn._drawing.pyplot import axes, histogram, named_panels, show_image, write
from sknn.core.constraints import integer
from sknn.core.network import Network
from sknn.estimators.gan.estimator import GAN
from sknn.estimators.gan.layers import first_of
from sknn.inspection.tables import reads_table
from sknn.inspection.unwrap import chosen_layer, chosen_member, network_of, served

_KINDS = ("auto", "images", "histogram")


class WeightsDisplay:
    """The weights of a layer as one image per unit, or those of all layers as histograms.

    Make one with :meth:`from_estimator`. If inputs are pixels, images show what a unit is sensitive
    to. The weights of dense layers and Boltzmann machines have the shape of the input, those of
    convolutions the shape of the window (their mean over the channels, unless there are three). Red
    is positive, blue is negative, and white is zero. Over three channels, images are in color:
    where all three weights are zero, they are gray, and a positive weight adds its color.

    Parameters
    ----------
    weights : dict of ndarray
        By layer name: images (n_units, height, width[, 3]) of one layer, or arrays of any shape for
        histograms.
    kind : {"images", "histogram"}

    Attributes
    ----------
    ax_ : matplotlib Axes or None
        The axes of the images, or the one given for histograms.
    axes_ : ndarray of matplotlib Axes
        All axes that were drawn into.
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage or None

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import WeightsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier((25,), alpha=1, learning_rate="cosine", max_iter=30, random_state=0)
    >>> display = WeightsDisplay.from_estimator(net.fit(X / 16, y))
    >>> display.weights["hidden0"].shape
    (25, 8, 8)
    >>> histograms = WeightsDisplay.from_estimator(net, kind="histogram")
    >>> [ax.get_title() for ax in histograms.axes_]
    ['hidden0', 'output']
    """

    def __init__(self, *, weights: Mapping[str, NDArray], kind: str) -> None:
        self.weights = weights
        self.kind = kind

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        kind: str = "auto",
        layer: int | str = 0,
        shape: tuple[int, ...] | None = None,
        max_units: int = 64,
        member: int = 0,
        ax: Any = None,
        **artist_kw: Any,
    ) -> WeightsDisplay:
        """Draw the weights of a network.

        Parameters
        ----------
        estimator : fitted or initialized sknn estimator
            Or a Pipeline or search around one.
        kind : {"auto", "images", "histogram"}, default="auto"
            "auto" draws images if the inputs of the layer seem to be pixels: `shape` is given, the
            layer is a convolution, or it reads rows of numbers, as many as a square of at least 16.
        layer : int or str, default=0
            For images: the index among layers with weights, or the name. A block such as
            ``Residual`` has weights of its own only if it changes the number of units or channels;
            those of its inner layers have names such as ``"residual0.conv1"``.
        shape : tuple of int, default=None
            Shape of an image: (height, width) or (height, width, channels).
        max_units : int, default=64
            Number of units to draw, the first ones.
        member : int, default=0
            Which of several members to draw.
        ax : matplotlib Axes, or array of them for histograms, default=None
            None makes a new figure.
        **artist_kw : dict
            Passed to matplotlib's `imshow` or `hist`.

        Returns
        -------
        display : WeightsDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator has no network yet.
        ValueError
            For an unknown layer, member or kind, or a shape that does not fit.
        """
        if kind not in _KINDS:
            raise ValueError(f"kind must be one of {_KINDS}; got {kind!r}.")
        max_units = integer(1).read("WeightsDisplay", "max_units", max_units)
        network, final = network_of(estimator), served(estimator)
        found = _weights_of(network.member(chosen_member(network, member)))
        name = chosen_layer(layer, list(found))
        images = None
        sees = kind == "auto" and (shape is not None or _may_see(final, name, found[name]))
        if sees or kind == "images":
            known = getattr(final, "input_shape_", None) if name == next(iter(found)) else None
            images = _images(found[name], shape, known)
        if kind == "images" and images is None:
            raise ValueError(
                f"The weights of {name!r} have shape {found[name].shape}; pass the shape of an "
                "image of their inputs."
            )
        if images is None:
            return cls(weights=found, kind="histogram").plot(ax, **artist_kw)
        return cls(weights={name: images[:max_units]}, kind="images").plot(ax, **artist_kw)

    @in_house_style
    def plot(self, ax: Any = None, **artist_kw: Any) -> WeightsDisplay:
        """Draw the weights.

        Parameters
        ----------
        ax, **artist_kw
            As for :meth:`from_estimator`.

        Returns
        -------
        display : WeightsDisplay
        """
        self.image_ = None
        if self.kind == "images":
            self._plot_images(axes(ax), artist_kw)
        else:
            self._plot_histograms(ax, artist_kw)
        return self

    def _plot_images(self, ax: Any, image_kw: dict[str, Any]) -> None:
        ((name, images),) = self.weights.items()
        limit = float(np.abs(images).max(initial=0.0)) or 1.0
        if images.ndim == 4:
            # Three channels are colors: gray is zero.
            picture, style = 0.5 + 0.5 * mosaic(images) / limit, {}
        else:
            picture, style = mosaic(images), {"cmap": SIGNS, "vmin": -limit, "vmax": limit}
        self.image_ = show_image(ax, picture, **style | image_kw)
        if images.ndim == 3:
            ax.figure.colorbar(self.image_, ax=ax, label="weight", shrink=0.8)
        ax.spines[:].set_visible(False)
        write(ax.set_title(""), name)
        self.ax_, self.axes_, self.figure_ = ax, np.array([ax]), ax.figure

    def _plot_histograms(self, ax: Any, hist_kw: dict[str, Any]) -> None:
        bound, grid = named_panels(ax, list(self.weights), 4, (2.6, 2.4))
        for each, values in zip(grid.flat, self.weights.values(), strict=False):
            histogram(each, values, **{"bins": 40} | hist_kw)
            each.axvline(0.0, color="0.5", linewidth=0.8)
            each.set_xlabel("weight")
        for each in grid[:, 0]:
            each.set_ylabel("number")
        self.axes_ = grid.ravel()[: len(self.weights)]
        self.ax_, self.figure_ = bound, self.axes_[0].figure


def _weights_of(network: Network) -> dict[str, NDArray]:
    """Return the weights of every layer that has some, those of layers inside blocks as well."""
    found = {}
    for name, views in zip(network.names, network.params, strict=True):
        for key, view in views.items():
            inner, _, last = key.rpartition(".")
            if last == "W":
                found[f"{name}.{inner}" if inner else name] = view
    if not found:
        raise ValueError("No layer of this network has weights W.")
    return found


def _may_see(final: Any, name: str, weights: NDArray) -> bool:
    """Whether a layer may read pixels: it has windows, or reads rows that are not a table's.

    Units of other layers have no places, nor have the random numbers that a GAN begins with.
    """
    params = final.network_.params
    begin = first_of(final.network_) if isinstance(final, GAN) else 0
    first = next(i for i, own in enumerate(params) if i >= begin and "W" in own)
    reads_rows = name == final.network_.names[first] and len(weights) == final.n_features_in_
    return weights.ndim > 2 or (reads_rows and not reads_table(final))


def _images(weights: NDArray, shape: Any, known: Any) -> NDArray | None:
    """Return one image per unit, None if the inputs are not pixels."""
    if weights.ndim > 2:
        # (height, width, channels, filters)
        window = np.moveaxis(weights, -1, 0)
        return as_images(window, window.shape[1:]) if window.ndim == 4 else None
    found = image_shape(shape, len(weights), known)
    return None if found is None else as_images(weights.T, found)
