"""The steps of a pipeline before an estimator, as operators of skl2onnx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def makers_of(operator: Any) -> list[Any]:
    """Return the operators that made the inputs of one."""
    return [maker for variable in operator.inputs for maker in variable.operators_outputs_]


def steps_before(operator: Any) -> Iterator[Any]:
    """Yield all operators before one, the nearest first."""
    for maker in makers_of(operator):
        yield maker
        yield from steps_before(maker)
