"""Rows that may come as arrays or as frames of any columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn._sklearn import validate_data
from sknn._validation import arrays
from sknn.preprocessing.columns import check_names, read_table
from sknn.preprocessing.matrix.coder import MatrixCoder
from sknn.preprocessing.matrix.forms import ArrayForm, form_of_rows


class FrameRows:
    """Common parts of estimators that read and return frames of any columns."""

    _form: ArrayForm = ArrayForm()
    """The form of X in the first call."""

    _stress: ClassVar[float] = 1.0
    """Standard deviation of numbers, compared with the ones and zeros of levels."""

    @property
    def _n_columns(self) -> int:
        """Columns of the matrix that the network reads and returns."""
        coder = self._form.coder
        return self.n_features_in_ if coder is None else coder.width  # type: ignore[attr-defined]

    @property
    def _scales_columns(self) -> bool:
        return self._form.coder is not None

    def _learn_form(self, X: Any, sample_weight: Any) -> None:
        """Note the form of the first X; rows of weight zero do not count."""
        weight = rows = None
        if sample_weight is not None and hasattr(X, "shape"):
            weight = arrays.check_weight(sample_weight, X.shape[0])
            rows = arrays.training_rows(weight, may_be_empty=False)
        self._form = form_of_rows(X, weight, rows, self._stress)

    def _matrix(self, X: Any, dtypes: Any, reset: bool, read_array: Callable[[], Any]) -> Any:
        """Return the matrix that the network reads; with `reset` record the features seen."""
        coder = self._form.coder
        return read_array() if coder is None else _encoded(self, coder, X, dtypes, reset)


def _encoded(estimator: Any, coder: MatrixCoder, X: Any, dtypes: Any, reset: bool) -> NDArray:
    table = read_table(X)
    validate_data(estimator, table.frame, reset=reset, skip_check_array=True)
    check_names(coder.names, table)
    # Single precision unless the user chose another, because units do not matter any more.
    return coder.encode(table, np.dtype(dtypes[-1]))
