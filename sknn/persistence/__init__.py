"""Saving estimators to files, and exchange with other libraries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sknn.persistence.files import load as load
    from sknn.persistence.files import save as save
    from sknn.persistence.skops import trusted_types as trusted_types

_HOME = {
    "from_keras_weights": "exchange.keras",
    "from_sklearn": "exchange.scikit_learn",
    "from_torch_state_dict": "exchange.torch",
    "load": "files",
    "onnx_inputs": "onnx.convert",
    "onnx_types": "onnx.convert",
    "register_skl2onnx": "onnx.pipelines",
    "save": "files",
    "to_keras_weights": "exchange.keras",
    "to_onnx": "onnx.convert",
    "to_sklearn": "exchange.scikit_learn",
    "to_torch_state_dict": "exchange.torch",
    "trusted_types": "skops",
}
"""Where each public name is defined; a module is imported when one of its names is used."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
