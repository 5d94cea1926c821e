"""A graph of ONNX operators, written the way NumPy is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from sknn._version import __version__

OPSET = 18
"""Version of the operators; ONNX Runtime reads it from 1.14 on."""
OLDEST_OPSET = 13
_ML_OPSET = 3
_IR_VERSION = 8
ML = "ai.onnx.ml"
"""The domain of operators on labels and texts."""
# Constants up to this many entries may be stored twice.
_FEW = 64
# From this version on a reduction takes its axes as an input.
_AXES_AS_INPUT = {"ReduceSum": 13}
_AXES_AS_INPUT_OTHERWISE = 18


def onnx() -> Any:
    """Return the package ``onnx``.

    Raises
    ------
    ImportError
        Without it; names the extra that brings it.
    """
    try:
        import onnx as package
    except ImportError as error:
        raise ImportError(
            'ONNX files need the package onnx, which comes with the extra "onnx" of sknn: '
            "pip install onnx."
        ) from error
    return package


class Tensor:
    """A value in a graph; arithmetic and comparisons add the operators they name.

    Parameters
    ----------
    graph : Graph
    name : str
    dtype : dtype
        That of the entries; constants in arithmetic get it, too.
    label : str, default=""
        The name that the user knows, blank for an intermediate value.
    """

    __array_ufunc__ = None  # NumPy's arrays leave arithmetic with tensors to this class

    rounded = False
    """Whether a step before the estimator computed it, with errors of rounding."""

    def __init__(self, graph: Graph, name: str, dtype: DTypeLike, label: str = "") -> None:
        self.graph = graph
        self.name = name
        self.dtype = np.dtype(dtype)
        self.label = label

    def _with(self, operator: str, left: Any, right: Any, dtype: DTypeLike | None = None) -> Tensor:
        return self.graph.op(operator, left, right, dtype=self.dtype if dtype is None else dtype)

    def __add__(self, other: Any) -> Tensor:
        return self._with("Add", self, other)

    def __radd__(self, other: Any) -> Tensor:
        return self._with("Add", other, self)

    def __sub__(self, other: Any) -> Tensor:
        return self._with("Sub", self, other)

    def __rsub__(self, other: Any) -> Tensor:
        return self._with("Sub", other, self)

    def __mul__(self, other: Any) -> Tensor:
        return self._with("Mul", self, other)

    def __rmul__(self, other: Any) -> Tensor:
        return self._with("Mul", other, self)

    def __truediv__(self, other: Any) -> Tensor:
        return self._with("Div", self, other)

    def __rtruediv__(self, other: Any) -> Tensor:
        return self._with("Div", other, self)

    def __matmul__(self, other: Any) -> Tensor:
        return self._with("MatMul", self, other)

    def __neg__(self) -> Tensor:
        return self.graph.op("Neg", self)

    def __gt__(self, other: Any) -> Tensor:
        return self._with("Greater", self, other, np.bool_)

    def __lt__(self, other: Any) -> Tensor:
        return self._with("Less", self, other, np.bool_)

    def equals(self, other: Any) -> Tensor:
        """Compare entry by entry; ``==`` is left to Python."""
        return self._with("Equal", self, other, np.bool_)

    def __invert__(self) -> Tensor:
        return self.graph.op("Not", self)


class Graph:
    """Collects nodes and constants, and gives each value a unique name.

    Parameters
    ----------
    dtype : dtype
        Precision of the computation.
    opset : int, default=OPSET
        Version of the operators that may be used.
    fresh : callable, default=None
        Makes a unique name from a stem; None: by counting.
    """

    def __init__(
        self, dtype: DTypeLike, opset: int = OPSET, fresh: Callable[[str], str] | None = None
    ) -> None:
        self.dtype = np.dtype(dtype)
        self.opset = opset
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []
        self._known: dict[Any, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._given: set[str] = set()
        self.fresh = fresh or self._count

    def _count(self, stem: str) -> str:
        self._counts[stem] = number = self._counts.get(stem, -1) + 1
        name = f"{stem}_{number}"
        return self._count(stem) if name in self._given else name

    # -- values -----------------------------------------------------------------------------

    def input(self, name: str, dtype: DTypeLike, shape: Sequence[Any] | None) -> Tensor:
        """Declare an input; axes of any length are named by a str."""
        if not name:
            raise ValueError("An input of an ONNX graph needs a name; give all columns of X one.")
        self._given.add(name)
        self.inputs.append(_typed(name, dtype, shape))
        return Tensor(self, name, dtype)

    def output(self, name: str, value: Tensor, shape: Sequence[Any] | None) -> None:
        """Declare `value` as an output with this name."""
        if name in self._given:
            raise ValueError(
                f"The ONNX graph has an output {name!r}, so no column of X can be an input with "
                "that "
                "name; rename the column, and fit again."
            )
        self.node("Identity", [value.name], [name])
        self.outputs.append(_typed(name, value.dtype, shape))

    def constant(self, value: Any, dtype: DTypeLike | None = None) -> Tensor:
        """Return `value` as a tensor; small constants that are equal are stored once."""
        if isinstance(value, Tensor):
            return value
        array = np.asarray(value, dtype)
        if array.dtype.kind in "USO":
            array = array.astype(object)
        if array.size > _FEW:
            return self._stored(array)
        key = (array.dtype.str, array.shape, *map(repr, array.ravel().tolist()))
        if key not in self._known:
            self._known[key] = self._stored(array)
        return self._known[key]

    def _stored(self, array: NDArray) -> Tensor:
        name = self.fresh("constant")
        self.constants.append(_tensor(name, array))
        return Tensor(self, name, array.dtype)

    # -- operators --------------------------------------------------------------------------

    def node(
        self, operator: str, inputs: list[str], outputs: list[str], domain: str = "", **more: Any
    ) -> None:
        """Add one operator as it is; attributes that are empty lists are left out."""
        more = {name: value for name, value in more.items() if value != []}
        made = onnx().helper.make_node(
            operator, inputs, outputs, name=self.fresh(f"sknn_{operator}"), domain=domain, **more
        )
        self.nodes.append(made)

    def op(
        self,
        operator: str,
        *inputs: Any,
        dtype: DTypeLike | None = None,
        domain: str = "",
        **more: Any,
    ) -> Tensor:
        """Add an operator with one output, and return that.

        Numbers and arrays among the inputs become constants of the dtype of the first tensor;
        `dtype` is that of the output (None: of the first tensor too).
        """
        first = next(each.dtype for each in inputs if isinstance(each, Tensor))
        names = [self.constant(each, first).name for each in inputs]
        name = self.fresh(operator.lower())
        self.node(operator, names, [name], domain, **more)
        return Tensor(self, name, first if dtype is None else dtype)

    def cast(self, x: Tensor, dtype: DTypeLike) -> Tensor:
        """Return `x` in another dtype."""
        dtype = np.dtype(dtype)
        return x if x.dtype == dtype else self.op("Cast", x, dtype=dtype, to=_code(dtype))

    def where(self, condition: Tensor, x: Any, y: Any) -> Tensor:
        """Take entries of `x` where the condition is true, else of `y`; one of them is a tensor."""
        dtype = next(each.dtype for each in (x, y) if isinstance(each, Tensor))
        return self.op(
            "Where", condition, self.constant(x, dtype), self.constant(y, dtype), dtype=dtype
        )

    def clip(self, x: Tensor, low: float | None = None, high: float | None = None) -> Tensor:
        """Clip entries to two bounds, one of which may be absent."""
        if low is not None:
            x = self.op("Max", x, np.asarray(low))
        return x if high is None else self.op("Min", x, np.asarray(high))

    def sort(self, x: Tensor, n: int, axis: int) -> Tensor:
        """Sort along an axis of `n` entries, ascending."""
        found, places = self.fresh("sorted"), self.fresh("places")
        count = self.constant([n], np.int64).name
        self.node("TopK", [x.name, count], [found, places], axis=axis, largest=0)
        return Tensor(self, found, x.dtype)

    def reshape(self, x: Tensor, shape: Sequence[int]) -> Tensor:
        """Give `x` another shape; 0 keeps the length of an axis, and -1 stands for the rest."""
        return self.op("Reshape", x, self.constant(shape, np.int64))

    def transpose(self, x: Tensor, *axes: int) -> Tensor:
        """Reorder the axes."""
        return self.op("Transpose", x, perm=list(axes))

    def concat(self, parts: Sequence[Tensor], axis: int) -> Tensor:
        """Join tensors along an existing axis."""
        return parts[0] if len(parts) == 1 else self.op("Concat", *parts, axis=axis)

    def stack(self, parts: Sequence[Tensor]) -> Tensor:
        """Join tensors along a new first axis."""
        return self.concat([self.unsqueeze(part, 0) for part in parts], axis=0)

    def unsqueeze(self, x: Tensor, axis: int) -> Tensor:
        """Insert an axis of length 1."""
        return self.op("Unsqueeze", x, self.constant([axis], np.int64))

    def squeeze(self, x: Tensor, axis: int) -> Tensor:
        """Drop an axis of length 1."""
        return self.op("Squeeze", x, self.constant([axis], np.int64))

    def take(self, x: Tensor, places: Any, axis: int) -> Tensor:
        """Pick places along an axis; a single place drops the axis."""
        places = self.constant(places, None if isinstance(places, Tensor) else np.int64)
        return self.op("Gather", x, places, axis=axis)

    def slice(
        self, x: Tensor, start: int, stop: int | None, axis: int = -1, step: int = 1
    ) -> Tensor:
        """Return ``x[..., start:stop:step, ...]`` along an axis; None is its end."""
        end = np.iinfo(np.int64).max if stop is None else stop
        bounds = (self.constant([each], np.int64) for each in (start, end, axis, step))
        return self.op("Slice", x, *bounds)

    def split(self, x: Tensor, *widths: int) -> list[Tensor]:
        """Cut the last axis into consecutive parts."""
        names = [self.fresh("split") for _ in widths]
        sizes = self.constant(widths, np.int64)
        self.node("Split", [x.name, sizes.name], names, axis=-1)
        return [Tensor(self, name, x.dtype) for name in names]

    def pad(self, x: Tensor, before: Sequence[int], after: Sequence[int], value: float) -> Tensor:
        """Pad a tensor with `value`, by given numbers at both ends of each axis."""
        if not any(before) and not any(after):
            return x
        return self.op(
            "Pad", x, self.constant([*before, *after], np.int64), self.constant(value, x.dtype)
        )

    def reduce(self, kind: str, x: Tensor, *axes: int, keep: bool = False) -> Tensor:
        """Reduce over axes: `kind` is "Sum", "Mean", "Max" or "Min"."""
        name = f"Reduce{kind}"
        if self.opset >= _AXES_AS_INPUT.get(name, _AXES_AS_INPUT_OTHERWISE):
            return self.op(name, x, self.constant(axes, np.int64), keepdims=int(keep))
        return self.op(name, x, axes=list(axes), keepdims=int(keep))

    def look_up(self, x: Tensor, places: Mapping[Any, int]) -> Tensor:
        """Return the place of each text or whole number, -1 for those without one."""
        keys = "keys_strings" if x.dtype.kind == "O" else "keys_int64s"
        known: dict[str, Any] = {keys: list(places), "values_int64s": list(places.values())}
        return self.op("LabelEncoder", x, domain=ML, dtype=np.int64, default_int64=-1, **known)

    def scan(
        self,
        step: Callable[..., tuple[list[Tensor], list[Tensor]]],
        states: list[Tensor],
        sequences: list[Tensor],
        reverse: bool = False,
    ) -> list[Tensor]:
        """Go through sequences of the shape (rows, steps, ...) step by step.

        Parameters
        ----------
        step : callable
            Given the graph of one step, the states, and the entries of the sequences at this step,
            returns the new states and the outputs.
        states : list of Tensor
            Before the first step.
        sequences : list of Tensor
        reverse : bool, default=False
            Begin at the end; outputs are at the steps they belong to.

        Returns
        -------
        results : list of Tensor
            The last states, then the outputs of all steps.
        """
        body = Graph(self.dtype, self.opset, self.fresh)
        given = [body.input(self.fresh("step"), x.dtype, None) for x in (*states, *sequences)]
        after, made = step(body, given[: len(states)], given[len(states) :])
        for value in (*after, *made):
            body.output(self.fresh("after"), value, None)
        names = [self.fresh("scan") for _ in (*after, *made)]
        order = int(reverse)
        self.node(
            "Scan",
            [x.name for x in (*states, *sequences)],
            names,
            body=body.proto("step"),
            num_scan_inputs=len(sequences),
            scan_input_axes=[1] * len(sequences),
            scan_output_axes=[1] * len(made),
            scan_input_directions=[order] * len(sequences),
            scan_output_directions=[order] * len(made),
        )
        values = zip(names, (*after, *made), strict=True)
        return [Tensor(self, name, value.dtype) for name, value in values]

    # -- the whole --------------------------------------------------------------------------

    def proto(self, name: str) -> Any:
        """Return the graph as ONNX stores it."""
        return onnx().helper.make_graph(
            self.nodes, self.fresh(name), self.inputs, self.outputs, initializer=self.constants
        )

    def model(self, doc: str) -> Any:
        """Return a checked model.

        Parameters
        ----------
        doc : str
            Description of what it computes.
        """
        package = onnx()
        helper = package.helper
        made = helper.make_model(
            self.proto("sknn"),
            opset_imports=[helper.make_opsetid("", self.opset), helper.make_opsetid(ML, _ML_OPSET)],
            ir_version=_IR_VERSION,
            producer_name="sknn",
            producer_version=__version__,
            doc_string=doc,
        )
        package.checker.check_model(made)
        return made


def _code(dtype: DTypeLike) -> int:
    dtype = np.dtype(dtype)
    helper: Any = onnx().helper
    return int(helper.np_dtype_to_tensor_dtype(dtype))


def _typed(name: str, dtype: DTypeLike, shape: Sequence[Any] | None) -> Any:
    return onnx().helper.make_tensor_value_info(name, _code(dtype), shape)


def _tensor(name: str, array: NDArray) -> Any:
    if array.dtype == object:
        helper, kind = onnx().helper, onnx().TensorProto.STRING
        texts = [str(each).encode() for each in array.ravel()]
        return helper.make_tensor(name, kind, array.shape, texts)
    return onnx().numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
