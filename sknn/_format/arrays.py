"""Arrays, and related types of NumPy and SciPy."""

from __future__ import annotations

import ast
import io
import math
import re
from typing import Any, Literal

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray
from scipy import sparse

from sknn._format.kind import Kind, Making, Telling, Unsavable
from sknn._format.plain import bytes_of, text_of

Order = Literal["C", "F"]

_INLINE_BYTES = 4096
"""Arrays up to this size are in the graph: a member of the zip costs 250 bytes."""

_PLAIN_DTYPE = re.compile(r"[<>|=]?[a-zA-Z?][0-9]{0,9}(\[[0-9a-zA-Z/]{1,24}\])?")
"""How a dtype without fields is written; NumPy takes lists of thousands in one text as well."""

_CHECKS_PER_COPY = 64
"""How many passes over the parts of a sparse matrix count as the time of one copy."""

_CHECKED = {"csr", "csc", "bsr", "coo"}
"""Formats of sparse matrices whose indices SciPy can check."""


def _descr(dtype: np.dtype) -> Any:
    """Return the written form of a dtype."""
    if (dtype.hasobject and dtype.kind != "O") or dtype.kind == "T" or dtype.metadata:
        raise Unsavable(f"an array of dtype {dtype} has no bytes that could be written")
    return npy.dtype_to_descr(dtype)


def _dtype(descr: Any) -> np.dtype:
    """Return the dtype that was written."""
    return npy.descr_to_dtype(_with_tuples(descr))


def _with_tuples(descr: Any) -> Any:
    """Turn the fields of a dtype into tuples again, which JSON does not have."""
    if not isinstance(descr, list):
        if not isinstance(descr, str) or not _PLAIN_DTYPE.fullmatch(descr):
            raise ValueError(f"this is not a dtype: {descr!r}")
        return descr
    if not all(isinstance(field, (list, tuple)) for field in descr):
        raise ValueError(f"this is not a dtype: {descr!r}")
    return [
        tuple(
            _with_tuples(each) if i == 1 else _shape(each) if i == 2 else each
            for i, each in enumerate(field)
        )
        for field in descr
    ]


def _shape(node: Any) -> Any:
    """Return a shape, which must be of whole numbers."""
    if not isinstance(node, list) or not all(type(n) is int and n >= 0 for n in node):
        return node
    return tuple(node)


def _array(content: Any, dtype: np.dtype, shape: Any, order: Order) -> NDArray:
    """Return an independent array of bytes, whose number must fit."""
    if dtype.hasobject:
        raise ValueError("an array of objects is not an array of bytes")
    if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
        raise ValueError(f"{shape!r} is not a shape of an array")
    if math.prod(shape) and not dtype.itemsize:
        raise ValueError("an array whose entries have no bytes may have any number of them")
    if math.prod(shape) * dtype.itemsize != len(content):
        raise ValueError(f"an array of shape {shape} and dtype {dtype} has {len(content)} bytes")
    return np.ndarray(shape, dtype, bytes(content) if not shape else content, order=order).copy(
        order
    )


def order_of(array: NDArray) -> Order:
    """Return the order in which an array is written: its own if it has one."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def npy_header(array: NDArray) -> bytes:
    """Return the header of a file of NumPy, version 1.0 if possible."""
    stream = io.BytesIO()
    npy.write_array_header_1_0(stream, npy.header_data_from_array_1_0(array))
    return stream.getvalue()


def _from_npy(content: memoryview) -> NDArray:
    """Return the array of a file of NumPy, without ever trusting its sizes."""
    start = 10
    if bytes(content[:8]) != b"\x93NUMPY\x01\x00" or len(content) < start:
        raise ValueError("a member is not a .npy file of version 1.0")
    stop = start + int.from_bytes(content[8:start], "little")
    header = ast.literal_eval(bytes(content[start:stop]).decode("latin1").strip())
    if not isinstance(header, dict) or set(header) != {"descr", "fortran_order", "shape"}:
        raise ValueError("the header of an .npy file is not that of an array")
    order: Order = "F" if header["fortran_order"] is True else "C"
    return _array(content[stop:], _dtype(header["descr"]), header["shape"], order)


class Array(Kind):
    """Numbers, texts, dates: in the graph if they are few, else an .npy member of the zip."""

    key = "array"

    def suits(self, value: Any) -> bool:
        return type(value) in (np.ndarray, np.memmap) and value.dtype != object

    def tell(self, value: NDArray, out: Telling) -> Any:
        value = np.asarray(value)
        descr = _descr(value.dtype)
        if value.size and not value.dtype.itemsize:
            raise Unsavable(f"an array of dtype {value.dtype} has no bytes that could be written")
        if value.nbytes > _INLINE_BYTES:
            return {self.key: out.add(value)}
        order = order_of(value)
        node = {self.key: text_of(value.tobytes(order)), "dtype": descr, "shape": [*value.shape]}
        return node | ({"order": order} if order == "F" else {})

    def make(self, node: Any, source: Making) -> NDArray:
        content = node[self.key]
        if type(content) is int:
            return _from_npy(source.member(content))
        order: Order = "F" if node.get("order") == "F" else "C"
        return _array(bytes_of(content), _dtype(node["dtype"]), _shape(node["shape"]), order)


class Scalar(Kind):
    """A number of NumPy, which is an array without axes."""

    key = "scalar"
    shared = False

    def suits(self, value: Any) -> bool:
        return isinstance(value, np.generic) and type(value) is value.dtype.type

    def tell(self, value: np.generic, out: Telling) -> Any:
        # An empty text of NumPy has four bytes.
        content = value.tobytes() if value.dtype.itemsize else b""
        return {self.key: text_of(content), "dtype": _descr(value.dtype)}

    def make(self, node: Any, source: Making) -> Any:
        content, dtype = bytes_of(node[self.key]), _dtype(node["dtype"])
        return _array(content, dtype, (), "C")[()] if content else dtype.type()


class ObjectArray(Kind):
    """An array of objects: its shape and its entries."""

    key = "objects"

    def suits(self, value: Any) -> bool:
        return type(value) is np.ndarray and value.dtype == object

    def tell(self, value: NDArray, out: Telling) -> Any:
        parts = [out.tell(each, f"[{i}]") for i, each in enumerate(value.flat)]
        return {self.key: parts, "shape": [*value.shape]}

    def make(self, node: Any, source: Making) -> NDArray:
        shape = _shape(node["shape"])
        if math.prod(shape) != len(node[self.key]):
            raise ValueError(f"an array of shape {shape} holds {len(node[self.key])} objects")
        return np.empty(shape, object)

    def fill(self, value: NDArray, node: Any, source: Making) -> None:
        for i, each in enumerate(node[self.key]):
            value.flat[i : i + 1] = _one(source.make(each))


def _one(value: Any) -> NDArray:
    """Return an array with one object, be it a list or an array itself."""
    holder = np.empty(1, object)
    holder[0] = value
    return holder


_PLAIN = (type(None), bool, int, float, complex, str, bytes)


class MaskedArray(Kind):
    """An array, its mask, and the fill value of masked entries."""

    key = "masked"

    def suits(self, value: Any) -> bool:
        return type(value) is np.ma.MaskedArray

    def tell(self, value: Any, out: Telling) -> Any:
        mask = None if value.mask is np.ma.nomask else value.mask
        parts = (value.data, mask, value.fill_value)
        return {self.key: [out.tell(part) for part in parts]}

    def make(self, node: Any, source: Making) -> Any:
        data, mask, fill = map(source.make, node[self.key])
        if type(data) is not np.ndarray or not (mask is None or type(mask) is np.ndarray):
            raise ValueError("a masked array is made of arrays")
        if mask is not None and (mask.shape, mask.dtype) != (
            data.shape,
            np.ma.make_mask_descr(data.dtype),
        ):
            raise ValueError("the mask of an array has another shape than the array")
        if not isinstance(fill, (np.generic, *_PLAIN)):
            raise ValueError("masked entries are shown as a plain value")
        kept = np.ma.nomask if mask is None else mask
        return np.ma.MaskedArray(data, kept, fill_value=fill)


class DType(Kind):
    """Contents of an array."""

    key = "dtype"

    def suits(self, value: Any) -> bool:
        return isinstance(value, np.dtype)

    def tell(self, value: np.dtype, out: Telling) -> Any:
        return {self.key: _descr(value)}

    def make(self, node: Any, source: Making) -> np.dtype:
        return _dtype(node[self.key])


class Sparse(Kind):
    """A sparse matrix or array of SciPy."""

    key = "sparse"

    def suits(self, value: Any) -> bool:
        return sparse.issparse(value) and value.format in _CHECKED

    def tell(self, value: Any, out: Telling) -> Any:
        parts = (*value.coords,) if value.format == "coo" else (value.indices, value.indptr)
        name = f"{value.format}_{'array' if isinstance(value, sparse.sparray) else 'matrix'}"
        arrays = [out.tell(part) for part in (value.data, *parts)]
        return {self.key: name, "shape": [*value.shape], "parts": arrays}

    def make(self, node: Any, source: Making) -> Any:
        form, _, kind = node[self.key].partition("_")
        if form not in _CHECKED or kind not in ("array", "matrix"):
            raise ValueError(f"{node[self.key]!r} is not a sparse matrix")
        data, *parts = map(source.make, node["parts"])
        if not all(type(part) is np.ndarray and part.dtype != object for part in (data, *parts)):
            raise ValueError("a sparse matrix is made of arrays")
        given = (data, tuple(parts)) if form == "coo" else (data, *parts)
        source.spend(sum(part.nbytes for part in (data, *parts)) // _CHECKS_PER_COPY)
        made = getattr(sparse, node[self.key])(given, shape=_shape(node["shape"]))
        for part in (made.data, *(made.coords if form == "coo" else (made.indices, made.indptr))):
            if not any(np.may_share_memory(part, each) for each in (data, *parts)):
                source.spend(part.nbytes)  # NumPy's types of indices are not always SciPy's.
        # Indices outside the arrays would be followed.
        _ = made._check() if form == "coo" else made.check_format(full_check=True)
        return made


KINDS = (Array(), ObjectArray(), MaskedArray(), Scalar(), DType(), Sparse())
