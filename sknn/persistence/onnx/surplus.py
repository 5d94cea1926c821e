"""Components of a decomposition that hold only rounding errors, which a later step magnifies.

A graph rounds in other places than scikit-learn, so that such components have nothing in common
with those that a network was trained on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import Normalizer

from sknn.persistence.onnx.declared import LARGEST_SHIFT
from sknn.persistence.onnx.joined import is_joiner
from sknn.persistence.onnx.steps import makers_of


def refuse_surplus(operator: Any, rescales: bool) -> None:
    """Refuse an estimator behind a decomposition with more components than its input supports.

    Parameters
    ----------
    operator : skl2onnx's Operator
        That of the estimator.
    rescales : bool
        Whether the estimator itself scales its columns, as those for tables do.

    Raises
    ------
    ValueError
        If components are rounding errors and this estimator or a step before it scales them up.
    """
    for step, scaler in _scaled_steps(operator, operator.raw_operator if rescales else None):
        values = getattr(step.raw_operator, "singular_values_", None)
        if getattr(step.raw_operator, "whiten", False):
            scaler = step.raw_operator
        if values is None or scaler is None:
            continue
        dtype = _dtype_of(step)
        n_good = int((values > _least_share(step.raw_operator, dtype) * values.max()).sum())
        if 0 < n_good < len(values):
            name, other = type(step.raw_operator).__name__, type(scaler).__name__
            raise ValueError(
                f"Only the first {n_good} of the {len(values)} components of {name} exceed the "
                f"rounding errors of {dtype}, in which ONNX computes them; {other} would scale the "
                "others up, and predictions would differ from those in Python. Set "
                f"n_components={n_good} or less in {name}, and fit again."
            )


def _scaled_steps(operator: Any, scaler: Any) -> Iterator[tuple[Any, Any]]:
    """Yield all operators before one, each with a step behind it that scales, None without."""
    for step in makers_of(operator):
        yield step, scaler
        changes = _rescales(step) and scaler is None
        yield from _scaled_steps(step, step.raw_operator if changes else scaler)


def _least_share(decomposition: Any, dtype: np.dtype) -> float:
    """Return how small singular values may be, as a share of the largest one."""
    share = float(np.finfo(dtype).eps) / LARGEST_SHIFT
    if isinstance(decomposition, PCA):
        # It may have computed them as square roots, from a covariance with errors of rounding.
        share = max(share, 3 * float(np.finfo(decomposition.components_.dtype).eps) ** 0.5)
    return share


def _rescales(operator: Any) -> bool:
    """Return whether a step may change the scale of one column but not that of another."""
    step = operator.raw_operator
    keeps = is_joiner(operator) or isinstance(step, Normalizer) or hasattr(step, "get_support")
    return step is not None and not keeps and not hasattr(step, "singular_values_")


def _dtype_of(operator: Any) -> np.dtype:
    from skl2onnx.common.data_types import guess_numpy_type

    return np.dtype(guess_numpy_type(operator.outputs[0].type))
