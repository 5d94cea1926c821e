"""Layouts of the arrays of a layer in other libraries: one rule per kind of layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.base import Layer
from sknn.core.layout import Views
from sknn.persistence.exchange.layer_weights import LayerWeights

Arrays = Mapping[str, NDArray]


@dataclass(frozen=True)
class Rule:
    """The two directions.

    Attributes
    ----------
    there : callable
        Maps the parameters of a layer to arrays by their names elsewhere, in the order there.
    back : callable
        Maps these arrays to the parameters.
    """

    there: Callable[[LayerWeights], dict[str, NDArray]]
    back: Callable[[LayerWeights, Arrays], Views]


def renamed(**names: str) -> Rule:
    """Return the rule of arrays that are the same except for their names, here=there."""

    def there(own: LayerWeights) -> dict[str, NDArray]:
        return {new: own.params[old] for old, new in names.items() if old in own.params}

    def back(own: LayerWeights, arrays: Arrays) -> Views:
        return {old: arrays[new] for old, new in names.items() if old in own.params}

    return Rule(there, back)


def rule_for(rules: Mapping[type[Layer], Rule], own: LayerWeights, library: str) -> Rule:
    """Look up a rule by the class of a layer.

    Raises
    ------
    ValueError
        If there is none, or the layer holds more than the rule knows.
    """
    layer = own.layer
    if type(layer) not in rules:
        raise ValueError(
            f"The layer {own.path!r} is a {type(layer).__name__}, for which {library} has no "
            f"counterpart; known are {', '.join(kind.__name__ for kind in rules)}."
        )
    more = sorted(set(own.params) & {"s", "S", "state"})
    if more or getattr(layer, "columns", None) is not None:
        raise ValueError(
            f"The layer {own.path!r} ({layer!r}) does more than a {type(layer).__name__} of "
            f"{library} can: input_scale, input_skip, columns and stateful have no counterpart."
        )
    return rules[type(layer)]


def gates(array: NDArray, order: Sequence[int]) -> NDArray:
    """Return the blocks along the last axis, one per gate, in another order."""
    parts = np.split(array, len(order), axis=-1)
    return np.concatenate([parts[i] for i in order], axis=-1)


def inverse(order: Sequence[int]) -> list[int]:
    """Return the order that brings blocks back."""
    return np.argsort(order).tolist()


def sorted_rows(array: NDArray, order: Any) -> NDArray:
    """Return rows in the order of the other library."""
    return array if order is None else array[order]


def sorted_back(array: NDArray, order: Any) -> NDArray:
    """Return rows in the order of sknn."""
    return array if order is None else array[np.argsort(order)]


def checked(array: Any, shape: tuple[int, ...], name: str, dtype: Any) -> NDArray:
    """Return an array of another library as a NumPy array of a known shape.

    Raises
    ------
    ValueError
        If it has another shape, or holds anything but real numbers.
    """
    if hasattr(array, "detach"):  # a tensor that may need gradients, or be on a device
        array = array.detach().cpu()
    found = np.asarray(array)
    if found.shape != shape:
        raise ValueError(
            f"{name} has the shape {found.shape}; the network here needs {shape}. Compare "
            "summary() with the layers there."
        )
    if found.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers; it has the dtype {found.dtype}.")
    return found.astype(dtype, copy=False)
