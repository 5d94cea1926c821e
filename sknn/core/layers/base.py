"""The base class of layers."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.constraints import instance_of, none
from sknn.core.layout import Plan, Shape, Views
from sknn.core.spec import Spec

_NAME = none() | instance_of(str, "a str")


@dataclass(frozen=True)
class Defaults:
    """Defaults that the layers of one network use for parameters left at None."""

    activation: Any = "relu"
    weight_init: Any = "auto"


class Context:
    """What a layer gets in addition to its arrays: work arrays, and how to run.

    Attributes
    ----------
    scratch : dict of ndarray
        The arrays that the plan declared, cut to the rows of the batch.
    train : bool
        False for prediction: no noise, running statistics instead of those of the batch.
    rng : Generator or None
        The source of noise; None when `train` is False.
    weight : ndarray of shape (rows, 1) or None
        Weights of the rows, for layers with ``uses_weight``; None means equal.
    frozen : bool
        The layer is frozen, including its running statistics.
    strength : float in [0, 1]
        Current strength of the noise, for layers with ``fades``.
    input : ndarray
        The input of the network, for layers with ``reads_input``.
    d_input : ndarray or None
        Where layers with ``reads_input`` add the gradient of this input; None if it is not needed.
    mask : ndarray of bool, shape (rows, steps), or None
        Which steps of a sequence are present, for layers with ``uses_mask``; None means all.
    inner : object
        Where a block keeps the contexts of its layers, so that they are created once.
    """

    __slots__ = (
        "d_input",
        "frozen",
        "inner",
        "input",
        "mask",
        "rng",
        "scratch",
        "strength",
        "train",
        "weight",
    )

    def __init__(
        self,
        scratch: dict[str, NDArray],
        train: bool = False,
        rng: np.random.Generator | None = None,
        frozen: bool = False,
    ) -> None:
        self.scratch = scratch
        self.train = train
        self.rng = rng
        self.weight: NDArray | None = None
        self.frozen = frozen
        self.strength = 1.0
        self.input: Any = None
        self.d_input: NDArray | None = None
        self.mask: NDArray | None = None
        self.inner: Any = None


class Layer(Spec, family=True):
    """Base class of layers: a stateless map from one batch of arrays to another.

    Parameters, gradients, and work arrays are passed in; a layer keeps nothing. Dense data has the
    shape ``(..., rows, *shape)``: with several members, they and all parameters have a leading
    axis. Index arrays from the right (``axis=-1``), so that the same code works in both cases.

    Every concrete layer has a `name` parameter (None: named by kind and position).
    """

    kind: ClassVar[str] = "layer"
    """Stem of automatic names: a Dense without a name becomes ``hidden0``."""
    training_only: ClassVar[bool] = False
    """The identity in prediction; such a layer is then left out of the chain."""
    uses_weight: ClassVar[bool] = False
    """Reads the weights of the rows from the context."""
    reads_input: ClassVar[bool] = False
    """Reads the input of the network from the context, in addition to its own input."""
    uses_mask: ClassVar[bool] = False
    """Reads from the context which steps of its sequences are present."""
    has_units: ClassVar[bool] = False
    """Learns features: a hidden layer begins with it, and what follows without units ends it."""
    fades: ClassVar[bool] = False
    """Makes noise whose strength a schedule may lower; the context has the strength."""
    reads_sparse: ClassVar[bool] = False
    """May be the first layer of a network fed with CSR rows."""
    ignores_zeros: ClassVar[bool] = False
    """Rows of W whose inputs are zero in all of a batch are neither read nor have a gradient."""
    bears_any_scale: ClassVar[bool] = False
    """Works the same at any scale of its input, so no warning is needed if it comes first."""
    largest_scale: ClassVar[float] = 100.0
    """Root mean square of an input beyond which units learn poorly."""
    takes_maximum: ClassVar[bool] = False
    """Has no derivative where the largest entries are equal."""
    depends_on_rows: ClassVar[bool] = False
    """The output for one row depends on the other rows, or on noise drawn for each row."""
    carries_state: ClassVar[bool] = False
    """Row i continues row i of the batch before, so a batch must not be split."""

    name: str | None

    def check(self) -> None:
        """Raise InvalidParameterError for the first parameter with a value that is not allowed."""
        super().check()
        name = getattr(self, "name", None)
        if name is not None:
            _NAME.read(type(self).__name__, "name", name)

    def bind(self, defaults: Defaults) -> Layer:
        """Return the layer with names resolved and defaults filled in; never changes `self`."""
        return self.checked()

    def check_input(self, in_shape: Shape) -> None:  # noqa: B027
        """Raise if a layer with ``reads_input`` cannot use the rows of the network."""

    @abstractmethod
    def plan(self, in_shape: Shape) -> Plan:
        """Declare the output shape, parameters, and work arrays for rows of `in_shape`."""

    @abstractmethod
    def forward(self, p: Views, x: Any, y: NDArray, ctx: Context) -> float | None:
        """Write the output for `x` into `y`; `x` is left untouched.

        A returned number, the sum over members, is added to the loss (activity penalties);
        :meth:`backward` adds its gradient.
        """

    @abstractmethod
    def backward(
        self, p: Views, g: Views, x: Any, y: NDArray, dy: NDArray, dx: NDArray | None, ctx: Context
    ) -> None:
        """Write the gradients of the parameters into `g` and that of the input into `dx`.

        `dy` may be overwritten, `x` and `y` may not; `dx` is None if it is not needed.
        """

    @property
    def constrained(self) -> bool:
        """Whether :meth:`constrain` has anything to do."""
        return False

    def constrain(self, p: Views) -> None:  # noqa: B027  (doing nothing is the usual case)
        """Bring parameters back into their allowed set after an update, in place."""
