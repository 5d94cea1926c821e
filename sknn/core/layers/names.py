"""Names of the layers of one chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sknn.core.layers.base import Layer

OUTPUT = "output"
"""The layer that gives the raw scores."""


def named(layers: Any) -> list[tuple[str, Layer]]:
    """Pair layers with their names; unnamed ones are named by kind and position.

    Anything that is not a layer is skipped, because :meth:`get_params` must accept any value.
    """
    pairs = []
    count: Counter[str] = Counter()
    for layer in layers if isinstance(layers, (list, tuple)) else ():
        if isinstance(layer, Layer):
            name = getattr(layer, "name", None) or f"{layer.kind}{count[layer.kind]}"
            count[layer.kind] += 1
            pairs.append((name, layer))
    return pairs


def check_unique(names: Sequence[str], hint: str = "") -> None:
    """Raise a ValueError if two layers of a chain have the same name."""
    for name, times in Counter(names).items():
        if times > 1:
            raise ValueError(
                f"The layer name {name!r} is used {times} times; unnamed layers{hint} are named by "
                "kind and position."
            )
