"""Losses that are one name for several kernels."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, NoReturn

from numpy.typing import NDArray

from sknn.core.losses.base import Loss, Weight


class LossByTask(Loss):
    """Base of the classification losses whose kernel depends on the task."""

    tasks = frozenset({"binary", "multiclass", "multilabel"})

    @abstractmethod
    def bind(self, task: str) -> Loss:
        """Return the kernel for `task`."""

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Raise: only a kernel knows its links and targets."""
        self._refuse()

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> NDArray:
        """Raise: only a kernel knows its links and targets."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        name = type(self).__name__
        raise NotImplementedError(f"{name} names several losses; call {name}.bind(task) first.")
