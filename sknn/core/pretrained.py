"""Weights of a fitted network as the start of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network


class Pretrained:
    """Start from the weights of a fitted network: ``weight_init=Pretrained(net)``.

    The arrays are copied when the object is created, so later training of `estimator` changes
    nothing, and :func:`sklearn.base.clone` and searches give the same initial weights to every fit.
    It has no parameters to search; search over several objects instead, ``{"weight_init": ["auto",
    Pretrained(net)]}``.

    Layers are matched by name (``hidden0``, ``hidden1``, ...; see ``summary()``). Weights that are
    not copied start as with ``weight_init="auto"``.

    Parameters
    ----------
    estimator : fitted estimator of sknn
        The source of the weights. Several members need as many members in the new network; a
        single network gives the same weights to every member.
    layers : sequence of str, default=None
        Names of the layers to copy. None: all of them; the output layer only if both networks
        have the same task (the same classes in the same order, or the same number of targets,
        with the same link and number of raw scores).

    Raises
    ------
    TypeError
        If `estimator` is not a network of sknn.
    sklearn.exceptions.NotFittedError
        If it has not been fitted.
    ValueError
        If `layers` names layers that the network does not have; in ``fit``, if a layer to
        be copied is missing or has another shape.

    Notes
    -----
    Regressors copy in the units of y: weights of the output layer are converted to the scale of the
    new target. Running statistics of batch normalization are copied, too.

    References
    ----------
    Yosinski, Clune, Bengio & Lipson (2014), "How transferable are features in deep neural
    networks?", NeurIPS.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import MLPClassifier
    >>> from sknn.initializers import Pretrained
    >>> X, y = load_digits(return_X_y=True)
    >>> X = X / 16
    >>> low, high = y < 5, y >= 5
    >>> settings = dict(learning_rate="cosine", max_iter=20, random_state=0)
    >>> source = MLPClassifier(**settings).fit(X[low], y[low])
    >>> net = MLPClassifier(weight_init=Pretrained(source), freeze=1, **settings)
    >>> net = net.fit(X[high], y[high])
    >>> print(f"first layer moved by {abs(net.coefs_[0] - source.coefs_[0]).max()}")
    first layer moved by 0.0
    """

    def __init__(self, estimator: Any, layers: Sequence[str] | None = None) -> None:
        if not hasattr(estimator, "_lent_weights"):
            kind = type(estimator)
            raise TypeError(
                f"Pretrained needs a fitted network of sknn; got {kind.__qualname__} of "
                f"{kind.__module__}."
            )
        weights = estimator._lent_weights()
        chosen = weights if layers is None else _chosen(weights, layers)
        self.whole = layers is None
        self.output = "output" if "output" in weights else None
        self.answers = answers(estimator)
        self.source = type(estimator).__name__
        self.weights: dict[str, dict[str, NDArray]] = {name: weights[name] for name in chosen}

    def __sklearn_clone__(self) -> Pretrained:
        """Return this object: it never changes."""
        return self

    def __repr__(self) -> str:
        """Name the source and its layers."""
        return f"Pretrained({self.source}: {', '.join(self.weights)})"

    def copy_into(self, network: Network, asked: Any) -> list[str]:
        """Copy the arrays into `network`; return the names of the layers copied.

        Parameters
        ----------
        network : Network
        asked : object
            Result of :func:`answers` for the new estimator.
        """
        names = [name for name in self.weights if not self._differs(name, asked)]
        pairs = [(view, array) for name in names for view, array in self._matched(network, name)]
        for view, array in pairs:
            view[...] = array
        return names

    def _differs(self, name: str, asked: Any) -> bool:
        """Whether a layer is the output layer of another task."""
        return self.whole and name == self.output and not _same(self.answers, asked)

    def _matched(self, network: Network, name: str) -> list[tuple[NDArray, NDArray]]:
        """Pair the views of one layer with the arrays for it."""
        arrays = self.weights[name]
        views = network.params[network.names.index(name)] if name in network.names else {}
        # A single network may start every member.
        fits = set(views) == set(arrays) and all(
            array.shape in (view.shape, view.shape[len(network.lead) :])
            for view, array in ((views[key], arrays[key]) for key in arrays)
        )
        if not fits:
            raise ValueError(
                f"weight_init={self!r} has a layer {name!r} with {_shapes(arrays)}; in this "
                f"network, it has {_shapes(views)}. Give both the same layers and n_members, or "
                f"choose layers with Pretrained(..., layers=[...]).{_of_channels(arrays, views)}"
            )
        return [(views[key], array) for key, array in arrays.items()]


def _of_channels(arrays: Mapping[str, NDArray], views: Mapping[str, NDArray]) -> str:
    """Return advice if only the channels differ, the last but one axis of the filters."""
    filters, ours = (each.get("W", np.empty(0)).shape for each in (arrays, views))
    if len(filters) < 3 or len(ours) < 3 or filters[:-2] != ours[-len(filters) : -2]:
        return ""
    if filters[-2] == ours[-2]:
        return ""
    remedy = "repeat that of X, with np.repeat" if ours[-2] == 1 else "convert the images"
    return f" The numbers of channels differ, {filters[-2]} and {ours[-2]}; {remedy}."


def answers(estimator: Any) -> Any:
    """Describe the outputs of a fitted estimator: link, shape, and classes or their number."""
    link = getattr(estimator, "out_activation_", None), estimator.network_.out_shape
    classes = getattr(estimator, "classes_", None)
    return link, getattr(estimator, "n_outputs_", None) if classes is None else classes


def _same(one: Any, other: Any) -> bool:
    (link, outputs), (other_link, other_outputs) = one, other
    if isinstance(outputs, list) and isinstance(other_outputs, list):
        same = len(outputs) == len(other_outputs) and all(
            np.array_equal(a, b) for a, b in zip(outputs, other_outputs, strict=True)
        )
    else:
        same = type(outputs) is type(other_outputs) and np.array_equal(outputs, other_outputs)
    return link == other_link and bool(same)


def _chosen(weights: dict[str, Any], layers: Sequence[str]) -> list[str]:
    names = [layers] if isinstance(layers, str) else list(layers)
    unknown = [name for name in names if name not in weights]
    if unknown or not names:
        raise ValueError(
            f"layers={names!r} must name layers with weights; this network has {list(weights)}."
        )
    return names


def _shapes(arrays: Any) -> str:
    if not arrays:
        return "no parameters"
    return ", ".join(f"{key} {array.shape}" for key, array in arrays.items())
