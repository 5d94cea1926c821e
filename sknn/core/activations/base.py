"""The base class of activations."""

from __future__ import annotations

from abc import abstractmethod
from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknn.core.initializers import HeNormal, Initializer, Zeros
from sknn.core.spec import Spec

_FACTS = {
    *("weight_init", "bias_init", "output_init", "bounds", "saturates_at"),
    *("can_die", "straight_above", "pairs_to_a_line", "slope_from_output"),
}


class Activation(Spec, family=True):
    """Base class of activations: an elementwise function and its derivative.

    ``forward(z, y)`` fills `y` with f(z). ``backward(z, y, dy, work)`` multiplies `dy` by f'(z), in
    place. If ``needs_input`` is False, `z` may be the array `y` itself: only the output is kept,
    the derivative is expressed in terms of `y`, and `backward` gets `y` twice. Otherwise `z` is a
    second array that belongs to the activation: `forward` leaves in it what `backward` needs, and
    `backward` may overwrite it. `backward` never changes `y`. `work` is a spare array of the shape
    of `y` with the dtype named by `work_dtype` (None: no array; ``"same"``: the dtype of the data).
    """

    hints: ClassVar[dict[str, str]] = {
        "sigmoid": " Did you mean 'logistic'?",
        "linear": " Did you mean 'identity'?",
        "swish": " Did you mean 'silu'?",
        "softmax": (
            " The output layer, with softmax for several classes, is added for you: leave it out."
        ),
    }
    """What to say of names that other libraries use."""
    needs_input: ClassVar[bool] = False
    work_dtype: ClassVar[Any] = "same"
    monotone: ClassVar[bool] = False
    """Never falls, so that it can change places with a maximum."""
    curved: ClassVar[bool] = True
    """Not made of straight lines, so that it has a second derivative other than 0."""
    weight_init: ClassVar[Initializer] = HeNormal()
    """Initial weights of units with this activation, where "auto" is said."""
    bias_init: ClassVar[Initializer] = Zeros()
    """Initial biases, likewise."""
    output_init: ClassVar[Initializer | None] = None
    """Start of the output layer of a network of such units; None: as for any linear units."""
    bounds: ClassVar[tuple[float, float] | None] = None
    """Lowest and highest value, if there are both: such a unit can be off, on, and saturated."""
    saturates_at: ClassVar[float] = inf
    """Distance of the output from the middle of `bounds` where the slope is a tenth of its most."""
    can_die: ClassVar[bool] = False
    """A unit whose output is 0 for all rows has no gradient, and will never wake up."""
    straight_above: ClassVar[float] = inf
    """From this argument on, it is practically a straight line; infinite if it never is."""
    pairs_to_a_line: ClassVar[bool] = False
    """f(z) - f(-z) is proportional to z: two units can carry a number without loss."""
    slope_from_output: ClassVar[bool] = False
    """The first two derivatives follow from the output: layers can be made contractive."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Reset facts about the function of the parent class, if it is overridden."""
        super().__init_subclass__(**kwargs)
        if "forward" in vars(cls):
            for name in _FACTS - vars(cls).keys():
                setattr(cls, name, getattr(Activation, name))

    @abstractmethod
    def forward(self, z: NDArray, y: NDArray) -> None:
        """Fill `y` with f(z); with `needs_input`, `z` is another array and may be overwritten."""

    @abstractmethod
    def backward(self, z: NDArray, y: NDArray, dy: NDArray, work: Any) -> None:
        """Multiply `dy` by f'(z), in place."""

    def curvature(self, z: NDArray, y: NDArray) -> NDArray:
        """Return f''(z), from what `forward` left and before `backward` was called.

        Only gradient penalties need it, and only if the function is `curved`.
        """
        raise NotImplementedError(f"{self!r} has no second derivative.")

    def relative_curvature(self, y: NDArray, out: NDArray) -> None:
        """Fill `out` with f''(z) / f'(z), from the output.

        Only the contractive penalty needs it, and only if the function is `curved` and has
        its `slope_from_output`.
        """
        raise NotImplementedError(f"The curvature of {self!r} does not follow from its output.")

    def __call__(self, z: ArrayLike) -> NDArray:
        """Return f(z) as a new array; integers become float64."""
        z = np.array(z)
        if z.dtype.kind not in "fc":
            z = z.astype(np.float64)
        y = np.empty_like(z) if self.needs_input else z
        self.forward(z, y)
        return y
