"""Short names of specs for descriptions of parameters, taken from the registries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sknn.core.optimizers import Optimizer


def listed(
    family: Any,
    belongs: Callable[[Any], bool] = lambda kind: True,
    remarks: Mapping[str, str] | None = None,
) -> str:
    """Return the quoted short names of a family, those that belong, each with its remark."""
    known = remarks or {}
    names = sorted(name for name, kind in family.registry.items() if belongs(kind))
    return ", ".join(f'"{name}"{known.get(name, "")}' for name in names)


def sharing(parameter: str) -> str:
    """Return the optimizers that use a parameter of the estimator."""
    return listed(Optimizer, lambda kind: parameter in kind.shared.values())


def decaying() -> str:
    """Return the decoupled decay of optimizers that have their own."""
    amounts = sorted({kind.weight_decay for kind in Optimizer.registry.values()} - {0.0})
    return "; ".join(f"{amount} for {_decaying_by(amount)}" for amount in amounts)


def _decaying_by(amount: float) -> str:
    return listed(Optimizer, lambda kind: kind.weight_decay == amount)
