"""Rows of the tables of constraints whose complaints need more than a list of what is allowed."""

from __future__ import annotations

from typing import Any

from sknn.core.activations import Activation
from sknn.core.constraints import Constraint
from sknn.core.layers import Layer
from sknn.core.spec import resolve
from sknn.estimators.architecture import hidden_sizes
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks import Callback, Progress


class Sizes(Constraint):
    """Units, or filters, of each of some layers."""

    def __init__(self) -> None:
        super().__init__(lambda value: True, "an int or a sequence of ints")

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return an int, a tuple or a list of ints."""
        sizes = hidden_sizes(value, name)
        if isinstance(value, tuple):
            return tuple(sizes)
        return sizes if hasattr(value, "__len__") else sizes[0]


class Activations(Constraint):
    """An activation; with `several` also a list with one for each hidden layer."""

    def __init__(self, several: bool = False) -> None:
        super().__init__(lambda value: True, "an activation")
        self.several = several

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return names as they are, and specs checked."""
        if self.several and isinstance(value, (list, tuple)):
            return type(value)([self._one(owner, name, each) for each in value])
        return self._one(owner, name, value)

    @staticmethod
    def _one(owner: str, name: str, value: Any) -> Any:
        spec = resolve(Activation, value, name, owner)
        return value if isinstance(value, str) else spec


class Layers(Constraint):
    """None, or a list of layer specs; each is checked anew, with its numbers read, when bound."""

    def __init__(self) -> None:
        super().__init__(self._are_layers, "None or a list of layer specs")

    @staticmethod
    def _are_layers(value: Any) -> bool:
        listed = isinstance(value, (list, tuple)) and all(isinstance(x, Layer) for x in value)
        return value is None or listed

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return the list as it is."""
        if not self.accepts(value):
            raise InvalidParameterError(
                f"The {name!r} parameter of {owner} must be None or a list of layer specs, "
                "that is objects of classes derived from Layer, for example [Dense(64), "
                f"Dropout(0.2)]. Got {value!r} instead.{_instances(value)}"
            )
        for layer in value or ():
            layer.check()
        return value


def _instances(value: Any) -> str:
    """Say what to do with the first entry that is a class."""
    entries = value if isinstance(value, (list, tuple)) else [value]
    kinds = [each for each in entries if isinstance(each, type)]
    return f" Pass an instance, {kinds[0].__name__}(...), not the class." if kinds else ""


class Callbacks(Constraint):
    """None, or a list of callbacks."""

    def __init__(self) -> None:
        super().__init__(self._are_callbacks, "None or a list of sknn.callbacks")

    @staticmethod
    def _are_callbacks(value: Any) -> bool:
        listed = isinstance(value, (list, tuple)) and all(isinstance(x, Callback) for x in value)
        return value is None or listed

    def read(self, owner: str, name: str, value: Any) -> Any:
        """Return the callbacks, checked."""
        value = super().read(owner, name, value)
        return None if value is None else [callback.checked() for callback in value]

    def hint(self, value: Any) -> str:
        """Say what to do with the first entry that is no callback."""
        if isinstance(value, Callback):
            return f" Pass a list, callbacks=[{value!r}]."
        entries = value if isinstance(value, (list, tuple)) else [value]
        return _remedy(next(each for each in entries if not isinstance(each, Callback)))


def _remedy(value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Callback):
        return f" Pass an instance, {value.__name__}(...), not the class."
    if value is Progress or isinstance(value, Progress):
        return " Progress is what callbacks are told; to see lines of progress set verbose=True."
    if hasattr(value, "on_fit_task_end") or type(value).__module__.startswith("sklearn."):
        return " Callbacks of scikit-learn go to the method set_callbacks of the estimator."
    if callable(value):
        return " Make of it a class derived from sknn.callbacks.Callback, and pass an instance."
    return ""
