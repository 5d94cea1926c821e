"""Layers that contain layers."""

from __future__ import annotations

import copy
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar

from sknn.core.layers.base import Context, Defaults, Layer
from sknn.core.layers.chain import Chain, Stage
from sknn.core.layers.names import check_unique, named
from sknn.core.layout import Shape, Views
from sknn.exceptions import InvalidParameterError


class Block(Layer):
    """A layer that runs chains of other layers and joins their outputs.

    The block requests everything that the layers inside need of the batch. After binding,
    ``chains`` holds the chains of bound layers.
    """

    has_units = True
    parts: ClassVar[str]
    """The parameter that holds the layers."""
    chains: tuple[Chain, ...]

    @abstractmethod
    def _lists(self) -> list[Any]:
        """Return the lists of layers, one per chain; invalid values are left as they are."""

    def _prefix(self, i: int) -> str:
        """Return the prefix of the names of chain `i`."""
        return ""

    def inside(self) -> Iterator[Layer]:
        """Yield every layer inside, bound if the block is; invalid values are skipped."""
        bound = [chain.pairs for chain in getattr(self, "chains", ())]
        for pairs in bound or map(named, self._lists()):
            yield from (layer for _, layer in pairs)

    def bind(self, defaults: Defaults) -> Block:
        """Bind the layers inside."""
        bound = copy.copy(self.checked())
        bound.chains = tuple(
            Chain(self._bound(layers, defaults), self._prefix(i))
            for i, layers in enumerate(self._lists())
        )
        return bound

    def _bound(self, layers: Any, defaults: Defaults) -> list[tuple[str, Layer]]:
        pairs = named(layers)
        if not isinstance(layers, (list, tuple)) or len(pairs) < len(layers):
            kind = type(self).__name__
            raise InvalidParameterError(
                f"The {self.parts!r} parameter of {kind} must hold layer specs, that is objects of "
                f"classes derived from Layer, for example {self._example()}. Got {layers!r} "
                "instead."
            )
        names = [name for name, _ in pairs]
        check_unique(names)
        for name in names:
            if "." in name or "__" in name or name in self._get_param_names():
                raise ValueError(
                    f"A layer inside {type(self).__name__} cannot be named {name!r}: the name is a "
                    "parameter of the block, or contains a dot or a double underscore, which "
                    "separate the names of layers and parameters."
                )
        return [(name, layer.bind(defaults)) for name, layer in pairs]

    def _example(self) -> str:
        return "[Dense(64), Dropout(0.2)]"

    def check_input(self, in_shape: Shape) -> None:
        """Combine the plans of the layers inside."""
        for layer in self.inside():
            layer.check_input(in_shape)

    def _stages(self, ctx: Context) -> list[Stage]:
        """Return the chains with their arrays, made at the first batch of a size."""
        if ctx.inner is None:
            ctx.inner = [Stage(chain, ctx) for chain in self.chains]
        return ctx.inner

    @property
    def uses_weight(self) -> bool:  # type: ignore[override]
        """Whether a layer inside reads the weights of the rows."""
        return any(layer.uses_weight for layer in self.inside())

    @property
    def reads_input(self) -> bool:  # type: ignore[override]
        """Whether a layer inside reads the input of the network."""
        return any(layer.reads_input for layer in self.inside())

    @property
    def uses_mask(self) -> bool:  # type: ignore[override]
        """Whether a layer inside needs to know which steps are present."""
        return any(layer.uses_mask for layer in self.inside())

    @property
    def fades(self) -> bool:  # type: ignore[override]
        """Whether a layer inside has noise that a schedule may lower."""
        return any(layer.fades for layer in self.inside())

    @property
    def takes_maximum(self) -> bool:  # type: ignore[override]
        """Whether a layer inside has no derivative where entries are equal."""
        return any(layer.takes_maximum for layer in self.inside())

    @property
    def depends_on_rows(self) -> bool:  # type: ignore[override]
        """Whether the output of a layer inside depends on other rows, or on noise."""
        return any(layer.depends_on_rows for layer in self.inside())

    @property
    def carries_state(self) -> bool:  # type: ignore[override]
        """Whether a layer inside continues the previous batch."""
        return any(layer.carries_state for layer in self.inside())

    @property
    def constrained(self) -> bool:
        """Whether a layer inside has bounds on its parameters."""
        return any(layer.constrained for layer in self.inside())

    def constrain(self, p: Views) -> None:
        """Let the layers inside restore their bounds."""
        for chain in self.chains:
            chain.constrain(p)
