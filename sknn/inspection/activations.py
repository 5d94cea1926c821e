"""Activations of hidden layers, in scikit-learn's Display style."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._drawing.house_style import AMOUNTS, SIGNS, in_house_style
from sknn._drawing.mosaic import mosaic
from sknn._drawing.pyplot import axes, histogram, named_panels, show_image, write
from sknn.core.constraints import is_number
from sknn.core.layers.recurrent import Recurrent
from sknn.core.network import Network
from sknn.estimators.gan.estimator import GAN
from sknn.estimators.supervised import SupervisedNetwork
from sknn.inspection.answers import Realness
from sknn.inspection.layer_outputs import layer_names, layer_output
from sknn.inspection.unwrap import chosen_layer, network_of, served_on


class ActivationDisplay:
    """Activations of hidden layers: histograms, feature maps, or states along a sequence.

    Make one with :meth:`from_estimator`. Histograms show at a glance whether signals fade from
    layer to layer, or lie where an activation is flat.

    Parameters
    ----------
    outputs : dict of ndarray
        By layer name: arrays of any shape for histograms, (height, width, n_maps) for feature maps,
        or (n_steps, n_units) for a sequence.
    kind : {"histogram", "maps", "sequence"}

    Attributes
    ----------
    ax_ : matplotlib Axes or None
        The axes of the image, or the one given for histograms.
    axes_ : ndarray of matplotlib Axes
        All axes of the picture.
    figure_ : matplotlib Figure
    image_ : matplotlib AxesImage or None

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import CNNClassifier, MLPClassifier
    >>> from sknn.inspection import ActivationDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier((30, 30), learning_rate="cosine", max_iter=5, random_state=0)
    >>> display = ActivationDisplay.from_estimator(net.fit(X / 16, y), X[:200] / 16)
    >>> {name: values.shape for name, values in display.outputs.items()}
    {'hidden0': (200, 30), 'hidden1': (200, 30)}

    The feature maps of one image:

    >>> net = CNNClassifier((8,), learning_rate="cosine", max_iter=1, random_state=0)
    >>> net = net.fit(X.reshape(-1, 8, 8) / 16, y)
    >>> display = ActivationDisplay.from_estimator(net, X[:1].reshape(1, 8, 8) / 16, layer="conv0")
    >>> display.kind
    'maps'
    """

    def __init__(self, *, outputs: Mapping[str, NDArray], kind: str) -> None:
        self.outputs = outputs
        self.kind = kind

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: Any,
        *,
        layer: int | str | None = None,
        row: int = 0,
        alone: bool = False,
        ax: Any = None,
        **artist_kw: Any,
    ) -> ActivationDisplay:
        """Draw the activations of hidden layers for some rows.

        Parameters
        ----------
        estimator : fitted or initialized sknn estimator
            Or a Pipeline or search around one.
        X : array-like
            Rows, as for `predict`; a few hundred are enough for histograms.
        layer : int or str, default=None
            Name of a layer, or its index among the hidden layers. If its output for one row is an
            image or a sequence, this is drawn (for recurrent layers the state after every step),
            otherwise the histogram of the layer. None draws histograms of all hidden layers. A
            hidden layer goes by the name of its convolution, dense, or recurrent layer, such as
            "conv0", and its output is that of `activations`: normalized, pooled, and activated by
            what follows. Other layers have names as well: "pool0", or "residual0.hidden0" for one
            inside a block.
        row : int, default=0
            Which row to draw, for an image or a sequence.
        alone : bool, default=False
            Whether to draw the named layer by itself, without the normalization, pooling, and
            activation that follow: "conv0" before it is pooled.
        ax : matplotlib Axes, or array of them for histograms, default=None
            None makes a new figure.
        **artist_kw : dict
            Passed to matplotlib's `hist` or `imshow`.

        Returns
        -------
        display : ActivationDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator has no network yet.
        ValueError
            For an unknown layer or row.
        """
        network_of(estimator)
        final, given = served_on(estimator, X)
        outputs = _outputs(final, given)
        if layer is None:
            return cls(outputs=outputs, kind="histogram").plot(ax, **artist_kw)
        layer, found = _chosen(final, given, layer, outputs, alone)
        if not is_number(row, Integral) or not -len(found) <= row < len(found):
            raise ValueError(f"row must be one of the {len(found)} rows of X; got {row!r}.")
        if _gives_last_state(final.network_, layer):
            found = _states(final, given, layer, row)[None]
            row = 0
        kind = {3: "sequence", 4: "maps"}.get(found.ndim, "histogram")
        if kind != "histogram":
            found = found[row]
        return cls(outputs={layer: found}, kind=kind).plot(ax, **artist_kw)

    @in_house_style
    def plot(self, ax: Any = None, **artist_kw: Any) -> ActivationDisplay:
        """Draw the outputs.

        Parameters
        ----------
        ax, **artist_kw
            As for :meth:`from_estimator`.

        Returns
        -------
        display : ActivationDisplay
        """
        self.image_ = None
        if self.kind == "histogram":
            self._plot_histograms(ax, artist_kw)
        else:
            self._plot_image(axes(ax), artist_kw)
        return self

    def _plot_image(self, ax: Any, image_kw: dict[str, Any]) -> None:
        ((name, values),) = self.outputs.items()
        style = _colors(values)
        if self.kind == "maps":
            maps = np.moveaxis(values, -1, 0)
            self.image_ = show_image(ax, mosaic(maps), **style | image_kw)
            ax.spines[:].set_visible(False)
        else:
            style |= {"aspect": "auto", "origin": "lower"}
            self.image_ = ax.imshow(values.T, **style | image_kw)
            ax.grid(False)
            ax.set(xlabel="step", ylabel="unit")
        write(ax.set_title(""), name)
        ax.figure.colorbar(self.image_, ax=ax, label="output", shrink=0.8)
        self.ax_, self.axes_, self.figure_ = ax, np.array([ax]), ax.figure

    def _plot_histograms(self, ax: Any, hist_kw: dict[str, Any]) -> None:
        bound, grid = named_panels(ax, list(self.outputs), 5, (2.4, 2.4))
        for each, values in zip(grid.flat, self.outputs.values(), strict=False):
            # Missing steps have no output.
            there = values[np.isfinite(values)]
            shares = np.full(there.size, 1.0 / max(there.size, 1))
            histogram(each, there, **{"bins": 30, "weights": shares} | hist_kw)
            each.set_xlabel("output")
        for each in grid[:, 0]:
            each.set_ylabel("share")
        self.axes_ = grid.ravel()[: len(self.outputs)]
        self.ax_, self.figure_ = bound, self.axes_[0].figure


def _colors(values: NDArray) -> dict[str, Any]:
    """Return a colormap centered on zero if there are both signs."""
    there = values[np.isfinite(values)]
    if there.min(initial=0.0) >= 0:
        return {"cmap": AMOUNTS}
    limit = float(np.abs(there).max())
    return {"cmap": SIGNS, "vmin": -limit, "vmax": limit}


def _outputs(final: Any, X: Any) -> dict[str, NDArray]:
    """Return the output of every hidden layer, by the name of its first layer."""
    x = final._check_inputs(X)
    if isinstance(final, GAN):
        answer = Realness(final)
        answer.settle(x)
        network = answer.network
        ends = _ends(network)
        found = [network.predict(x, stop=end, given=answer.told) for end in ends]
    else:
        network = final.network_
        ends = final._hidden_ends() if isinstance(final, SupervisedNetwork) else _ends(network)
        found = [final._through(x, stop=end) for end in ends]
    starts = [i for i, layer in enumerate(network.layers) if layer.has_units] or [0]
    if not found:
        raise ValueError("This network has no hidden layer.")
    return {
        network.names[i]: _beside(network, each) for i, each in zip(starts, found, strict=False)
    }


def _chosen(
    final: Any, X: Any, layer: Any, outputs: dict[str, NDArray], alone: bool
) -> tuple[str, NDArray]:
    """Return the name and the output of a hidden layer, or of any layer by name."""
    network = final.network_
    if isinstance(layer, str) and layer not in outputs and layer not in layer_names(network):
        raise ValueError(f"layer must be one of {layer_names(network)}; got {layer!r}.")
    name = layer if isinstance(layer, str) else chosen_layer(layer, list(outputs))
    if name in outputs and not alone:
        return name, outputs[name]
    x = final._check_inputs(X)
    given = None
    if isinstance(final, GAN):
        answer = Realness(final)
        answer.settle(x)
        given = answer.told
    return name, _beside(network, layer_output(final, x, name, given))


def _beside(network: Network, found: NDArray) -> NDArray:
    """Concatenate the outputs of members."""
    return np.concatenate(list(found), axis=-1) if network.lead else found


def _gives_last_state(network: Network, name: str) -> bool:
    """Whether the layer reads a sequence forward and returns its last state only."""
    layer = network.layers[network.names.index(name)] if name in network.names else None
    return isinstance(layer, Recurrent) and not (layer.return_sequences or layer.reverse)


def _states(final: Any, X: Any, name: str, row: int) -> NDArray:
    """Return the state of a layer after every step of one sequence.

    The state after some steps is the last one of a sequence that ends there.
    """
    x = final._check_inputs(X)[[row]]
    n_steps = int((~np.isnan(x[0, :, 0])).sum())
    stop = final.network_.names.index(name) + 1
    states = [final._through(x[:, : t + 1], stop=stop) for t in range(n_steps)]
    return np.stack([each.reshape(-1) for each in states])


def _ends(network: Network) -> list[int]:
    """Return where hidden layers end; a Boltzmann machine has a single layer, which is hidden."""
    ends = [i + 1 for i, layer in enumerate(network.layers) if layer.has_units]
    return ends[:-1] if ends else [1]
