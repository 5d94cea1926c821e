"""Common parts of layers with weights, biases, and an activation."""

from __future__ import annotations

import copy
from typing import Any, Self

from sknn.core.activations import Activation
from sknn.core.initializers import Initializer, Zeros
from sknn.core.layers.base import Defaults, Layer
from sknn.core.layout import Scratch, Shape
from sknn.core.spec import resolve


class Affine(Layer):
    """A layer with the parameters `activation`, `weight_init` and `bias_init`."""

    has_units = True

    activation: Any
    weight_init: Any
    bias_init: Any

    def bind(self, defaults: Defaults) -> Self:
        """Resolve activation and initial values, those of `defaults` if they are None."""
        bound, owner = copy.copy(self.checked()), type(self).__name__
        chosen = defaults.activation if self.activation is None else self.activation
        bound.activation = resolve(Activation, chosen, "activation", owner)
        weight_init = defaults.weight_init if self.weight_init is None else self.weight_init
        bias_init = self.bias_init
        if isinstance(weight_init, str) and weight_init == "auto":
            weight_init = bound.activation.weight_init
            bias_init = bound.activation.bias_init if bias_init is None else bias_init
        bound.weight_init = resolve(Initializer, weight_init, "weight_init", owner)
        bound.bias_init = Zeros()
        if bias_init is not None:
            bound.bias_init = resolve(Initializer, bias_init, "bias_init", owner)
        return bound

    def _activation_scratch(self, out_shape: Shape) -> dict[str, Scratch]:
        """Name the arrays that the activation needs in addition to the output."""
        scratch = {}
        if self.activation.needs_input:
            scratch["z"] = Scratch(out_shape)
        if self.activation.work_dtype is not None:
            kind = self.activation.work_dtype
            dtype = None if isinstance(kind, str) and kind == "same" else kind
            scratch["work"] = Scratch(out_shape, dtype=dtype, training_only=True)
        return scratch
