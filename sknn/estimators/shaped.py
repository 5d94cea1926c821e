"""Rows that have a shape: images, signals, sequences."""

from __future__ import annotations

from abc import abstractmethod
from math import prod
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.utils.validation import check_array, validate_data

from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.messages import check_same_rows, naming_arguments
from sknn._validation.row_shapes import single_row
from sknn._validation.sequences import n_axes, unpacked
from sknn.core.layout import Shape
from sknn.estimators import shape_warnings
from sknn.estimators.fitted import learned
from sknn.estimators.supervised import SupervisedNetwork


class ShapedNetwork(SupervisedNetwork):
    """Reads X as it is, or with flattened rows, and passes rows with a shape to the network."""

    input_shape: Any = None
    channels: Any = "last"

    _finite: ClassVar[Any] = True
    """Which entries of X must be finite, in scikit-learn's terms."""
    _free_axes: ClassVar[int] = 0
    """Number of leading axes of a row that may have any length."""

    # The fitted value is used; the parameter may have been changed since.
    _channels_first: bool = False
    input_shape_: Shape = learned()

    @abstractmethod
    def _with_channels(self, shape: Shape) -> Shape:
        """Return the shape of a row with one axis of channels; raise if it cannot have one."""

    def _full_shape(self, shape: Shape) -> Shape:
        """Return the shape of a row for the layers: channels last."""
        shape = self._with_channels(shape)
        return (*shape[1:], shape[0]) if self._channels_first else shape

    def _given_shape(self, shape: Shape) -> Shape:
        """Return the shape of a row of the layers in the order of the user."""
        return (shape[-1], *shape[:-1]) if self._channels_first else shape

    def _in_order(self, x: NDArray, shape: Shape) -> NDArray:
        """Return rows, flattened or not, in the form for the layers, without copying."""
        x = x.reshape(len(x), *self._given_shape(shape))
        return np.moveaxis(x, 1, -1) if self._channels_first else x

    def _check_values(self, x: NDArray) -> None:  # noqa: B027
        """Raise for rows that the family cannot read."""

    def _read(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        """Return checked rows (n, *shape); with `reset` record the shape and the features."""
        arrays.reject_odd_arrays(X, "X")
        if sp.issparse(X):
            raise TypeError(
                f"X is sparse, and {type(self).__name__} needs dense rows; pass X.toarray()."
            )
        X = unpacked(X)
        read = self._read_shaped if n_axes(X) > 2 else self._read_flat
        x = read(X, dtypes, reset)
        self._check_values(x)
        return x

    def _read_several(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        """Read X; raise with advice if it is one row without the axis of rows."""
        try:
            return self._read(X, dtypes, reset)
        except ValueError as error:
            words = None if reset else self._said_of_single(X)
            if words is None:
                raise
            flat, *_ = str(error).split(". ")
            more = f" Read as flat rows, {flat}." if n_axes(X) == 2 else ""
            raise ValueError(f"{words}{more}") from error

    def _said_of_single(self, X: Any) -> str | None:
        free = self._free_axes
        lengths: Any = (*[None] * free, *self.input_shape_[free:])
        return single_row(X, self._given_shape(lengths), self._channels_first)

    def _read_flat(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        """Read flattened rows, as scalers and frames have them."""
        arrays.check_columns(X)
        with naming_arguments(X=X):
            flat = validate_data(self, X, dtype=dtypes, reset=reset, ensure_all_finite=self._finite)
        if not reset:
            return self._in_order(flat, self.input_shape_)
        shape = self._full_shape(self._asked_shape(flat.shape[1:]))
        if prod(shape) != flat.shape[1]:
            raise ValueError(
                f"X has {flat.shape[1]} features, but input_shape={self.input_shape!r} needs "
                f"{prod(shape)}."
            )
        self.input_shape_ = shape
        return self._in_order(flat, shape)

    def _asked_shape(self, found: Shape) -> Shape:
        return found if self.input_shape is None else tuple(int(n) for n in self.input_shape)

    def _read_shaped(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        """Read rows that come with their shape."""
        with naming_arguments(X=X):
            x = check_array(
                X, dtype=dtypes, allow_nd=True, ensure_all_finite=self._finite, input_name="X"
            )
        return self._reshaped(x, reset)

    def _reshaped(self, x: NDArray, reset: bool) -> NDArray:
        if 0 in x.shape[1:]:
            raise ValueError(f"X has rows of shape {x.shape[1:]}, which are empty.")
        shape = self._full_shape(x.shape[1:])
        self._settle(shape, reset)
        return self._in_order(x, shape)

    def _settle(self, shape: Shape, reset: bool) -> None:
        """Check the shape of rows for the layers; with `reset` record it."""
        if not reset:
            self._check_shape(shape, self.input_shape_, "it was fitted on rows of shape")
            return
        if self.input_shape is not None:
            asked = self._full_shape(self._asked_shape(()))
            self._check_shape(shape, asked, "its input_shape says")
        self.input_shape_ = shape
        self.n_features_in_ = prod(shape)
        self.__dict__.pop("feature_names_in_", None)

    def _check_shape(self, shape: Shape, known: Shape, told: str) -> None:
        skip = self._free_axes
        if shape[skip:] != known[skip:]:
            raise ValueError(
                f"X has rows of shape {self._given_shape(shape)}, but {type(self).__name__} cannot "
                f"take them: {told} {self._given_shape(known)}."
                + shape_warnings.of_other_rows(shape, known, self._channels_first)
            )

    # -- hooks of the fit template --------------------------------------------------------

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        if reset:
            self._channels_first = self.channels == "first"
        x = self._read_several(X, dtypes, reset)
        if not reset:
            self._check_same_shape()
        y = self._read_target(y, x, X)
        check_same_rows(x, y)
        weight = arrays.check_weight(sample_weight, len(x))
        return Rows(x, y, weight, self._doubt(X, x) if reset else None)

    def _check_same_shape(self) -> None:
        """Raise if `input_shape` or `channels` differ from those of the network."""
        if (self.channels == "first") != self._channels_first:
            raise ValueError(
                f"channels={self.channels!r} differs from that of the previous call, so training "
                "cannot continue; restore it, or fit again with warm_start=False."
            )
        if self.input_shape is None:
            return
        asked = self._full_shape(self._asked_shape(()))
        skip = self._free_axes
        if asked[skip:] != self.input_shape_[skip:]:
            raise ValueError(
                f"input_shape={self.input_shape!r} differs from that of the previous call, "
                f"{self._given_shape(self.input_shape_)}, so training cannot continue; restore "
                "it, or fit again with warm_start=False."
            )

    def _read_target(self, y: Any, x: NDArray, X: Any) -> Any:
        return arrays.check_target(y, self._numeric_target)

    def _check_inputs(self, X: Any) -> NDArray:
        return self._read_several(X, [np.float64, np.float32], reset=False)

    def _doubt(self, X: Any, x: NDArray) -> str | None:
        """Return how X was read, namely as `x`, and what to pass if that is wrong, as is likely.

        Warn about the place of the channels, unless the user passes the shape of sequences.
        """
        if len(self.input_shape_) == 2 and self.input_shape is not None:
            return None
        return shape_warnings.of_channels(self.input_shape_, self._channels_first)

    def __sklearn_tags__(self) -> Any:
        """Accept rows with a shape, which must be dense."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.three_d_array = True
        return tags
