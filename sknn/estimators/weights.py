"""Access to the weights of a fitted estimator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import reject_odd_arrays
from sknn.core.layout import Role
from sknn.core.network import Network
from sknn.estimators.coefs import Link, NotPlain, links_of
from sknn.training.run import Run


class WeightList(list):
    """Views of the weights of a network; setting an item changes the network.

    Parameters
    ----------
    views : iterable of ndarray
    assign : callable
        Called with a position and the array for it; returns the array to show.
    """

    def __init__(self, views: Iterable[NDArray], assign: Callable[[int, NDArray], NDArray]) -> None:
        super().__init__(views)
        self._assign = assign

    def __setitem__(self, index: Any, value: Any) -> None:
        """Copy, so that ``coefs_[0] = array`` reaches the network."""
        if isinstance(index, slice):
            raise TypeError("Set one item at a time, or the attribute as a whole.")
        array = _checked(value, self[index], "The item")
        super().__setitem__(index, self._assign(index, array))

    def __reduce__(self) -> Any:
        """Pickle as a plain list: the views would not survive."""
        return list, ([view.copy() for view in self],)


def _checked(values: Any, view: NDArray, name: str) -> NDArray:
    """Return finite values in the shape and dtype of a view."""
    reject_odd_arrays(values, name)
    try:
        if np.iscomplexobj(values):
            raise TypeError("weights are real, these are complex.")
        array = np.asarray(values, dtype=view.dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"{name} must be an array of numbers: {error}") from error
    if array.shape != view.shape:
        raise ValueError(f"{name} needs an array of shape {view.shape}; got {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} holds NaN or infinity.")
    return array


def _entries(weights: Any) -> list[tuple[str, str, Any]]:
    """Flatten a dict of dicts."""
    if not isinstance(weights, Mapping) or not all(
        isinstance(v, Mapping) for v in weights.values()
    ):
        raise TypeError(
            "weights must be a dict of layers, each a dict of arrays, as returned by get_weights."
        )
    return [(layer, key, value) for layer, own in weights.items() for key, value in own.items()]


def _arrays(values: Any, views: list[NDArray], name: str) -> list[NDArray]:
    """Return checked arrays, one for each existing one."""
    if not isinstance(values, (list, tuple)) or len(values) != len(views):
        raise ValueError(f"{name} must be a list of {len(views)} arrays, one per layer.")
    return [_checked(value, view, name) for value, view in zip(values, views, strict=True)]


def window(key: str, *, transposed: bool = False, doc: str = "") -> property:
    """Return a property for one parameter of the first layer; setting it copies values."""

    def view(self: Any) -> NDArray:
        views = self.network_.params[0]
        if key not in views:
            raise AttributeError(f"This {type(self).__name__} has no {key}.")
        return views[key].T if transposed else views[key]

    def assign(self: Any, values: Any) -> None:
        self._own_weights()
        target = view(self)
        target[...] = _checked(values, target, "The array")
        self._weights_changed()

    return property(view, assign, doc=doc)


class WeightAccess:
    """Weights of the network that predicts, by position, by name, and as a table."""

    network_: Network
    run_: Run

    def _links(self) -> list[Link]:
        """Return the network as a chain of weights, biases and activations."""
        try:
            return links_of(self.network_)
        except NotPlain as error:
            raise self._no_list(str(error)) from error

    def _no_list(self, reason: str) -> AttributeError:
        """Return the error for a network whose weights alone do not give its predictions."""
        return AttributeError(
            f"This {type(self).__name__} has no coefs_ and intercepts_, because its predictions "
            f"are "
            f"not given by a chain of weights, biases, and activations alone: {reason}. "
            f"get_weights() returns all "
            "parameters by layer, set_weights() changes them, summary() lists the layers."
        )

    def _listed(self, name: str, arrays: list[NDArray]) -> list[NDArray]:
        def assign(index: int, array: NDArray) -> NDArray:
            now = list(getattr(self, name))
            now[index] = array
            setattr(self, name, now)
            return getattr(self, name)[index]

        return WeightList(arrays, assign)

    def _own_weights(self) -> None:
        """Make the weights writable; those of a memory-mapped model are read-only."""
        if not self.network_.theta.flags.writeable:
            self.network_ = self.network_.copy()

    def _weights_changed(self) -> None:
        """Let training continue from the weights that predict now."""
        self.run_ = replace(self.run_, theta=None, start=None, best=None, served=None, average=None)

    @property
    def coefs_(self) -> list[NDArray]:
        """Weights of the dense layers, (inputs, units), after an axis of members if there are any.

        ``x @ W + b`` and the activation, layer after layer, give the predictions. Setting copies
        the values into the network. Batch normalization is multiplied in; the arrays are then
        read-only copies. Networks with other layers (convolutions, recurrent layers, layer
        normalization, residual and parallel blocks) have no such list.
        """
        return self._listed("coefs_", [link.weights for link in self._links()])

    @coefs_.setter
    def coefs_(self, values: Any) -> None:
        self._own_weights()
        links = self._links()
        arrays = _arrays(values, [link.weights for link in links], "coefs_")
        inside = [link.inside(array) for link, array in zip(links, arrays, strict=True)]
        # Plain biases keep their values.
        biases = [link.bias for link in links]
        for link, bias, array in zip(links, biases, inside, strict=True):
            link.check_bias(bias, array)
        for link, bias, array in zip(links, biases, inside, strict=True):
            link.views["W"][...] = array
            link.set_bias(bias)
        self._weights_changed()

    @property
    def intercepts_(self) -> list[NDArray]:
        """Biases of the dense layers, (units,) or (members, units), like `coefs_`."""
        return self._listed("intercepts_", [link.bias for link in self._links()])

    @intercepts_.setter
    def intercepts_(self, values: Any) -> None:
        self._own_weights()
        links = self._links()
        arrays = _arrays(values, [link.bias for link in links], "intercepts_")
        for link, array in zip(links, arrays, strict=True):
            link.check_bias(array, link.views["W"])
        for link, array in zip(links, arrays, strict=True):
            link.set_bias(array)
        self._weights_changed()

    @property
    def n_parameters_(self) -> int:
        """Number of weights and biases, over all members."""
        return int(self.network_.trainable.size)

    def get_weights(self) -> dict[str, dict[str, NDArray]]:
        """Return a copy of all parameters, by layer and name.

        Returns
        -------
        weights : dict of dict of ndarray
            ``weights["hidden0"]["W"]`` and so on; layers without parameters are left out.
        """
        self._check_fitted()  # type: ignore[attr-defined]
        network = self.network_
        return {
            name: {key: view.copy() for key, view in views.items()}
            for name, views in zip(network.names, network.params, strict=True)
            if views
        }

    def _lent_weights(self) -> dict[str, dict[str, NDArray]]:
        """Return the weights from which other networks may start."""
        return self.get_weights()

    def set_weights(self, weights: Mapping[str, Mapping[str, Any]]) -> Any:
        """Copy arrays into the network; layers that are not named keep their weights.

        Parameters
        ----------
        weights : dict of dict of array-like
            As :meth:`get_weights` returns them.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            For an unknown layer or parameter, or a wrong shape. Nothing is changed then.
        """
        self._check_fitted()  # type: ignore[attr-defined]
        known = self.get_weights()
        pairs = []
        for layer, key, values in _entries(weights):
            if key not in known.get(layer, {}):
                options = {name: sorted(views) for name, views in known.items()}
                raise ValueError(f"There is no parameter {layer}.{key}; known are {options}.")
            pairs.append((layer, key, _checked(values, known[layer][key], f"{layer}.{key}")))
        self._own_weights()
        for layer, key, values in pairs:
            self.network_.params[self.network_.names.index(layer)][key][...] = values
        self._weights_changed()
        return self

    def summary(self) -> str:
        """Return a table of the layers, with output shapes and numbers of trained parameters.

        It counts the parameters of one member, without running statistics and states, which are not
        trained.
        """
        self._check_fitted()  # type: ignore[attr-defined]
        network = self.network_
        rows = [("layer", "kind", "output", "parameters")]
        for name, layer, plan in zip(network.names, network.layers, network.plans, strict=True):
            count = sum(
                prod(param.shape)
                for param in plan.params.values()
                if param.tied_to is None and param.role is not Role.TRACKED
            )
            shape = " x ".join(str(size) for size in plan.out_shape)
            rows.append((name, type(layer).__name__, shape, str(count)))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        lines = [
            "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) for row in rows
        ]
        members = f" in {network.n_members} members" if network.n_members > 1 else ""
        lines.append(f"{self.n_parameters_} trained parameters{members}, {network.dtype}")
        return "\n".join(line.rstrip() for line in lines)
