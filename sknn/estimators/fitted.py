"""What is there after fit only."""

from __future__ import annotations

from typing import Any

from sklearn.exceptions import NotFittedError


class Learnt:
    """Stands for an attribute that fit sets, as long as the estimator itself has none.

    Asked for before, it says so. NotFittedError is an AttributeError: there is no such attribute.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name of the attribute."""
        self.name = name

    def __get__(self, estimator: Any, owner: type | None = None) -> Any:
        """Raise, since the estimator has no such attribute."""
        if estimator is None:
            return self
        estimator._check_fitted()
        raise AttributeError(f"{type(estimator).__name__!r} object has no attribute {self.name!r}")


def learnt() -> Any:
    """Return what an attribute is before fit; it may be annotated as what it is later."""
    return Learnt()


class Fitted:
    """An estimator that is fitted once it has a network, and says so where it has none."""

    n_iter_: int = learnt()
    n_layers_: int = learnt()
    n_features_in_: int = learnt()
    feature_names_in_: Any = learnt()
    out_activation_: str = learnt()
    stop_reason_: str | None = learnt()
    callbacks_: list = learnt()

    def __sklearn_is_fitted__(self) -> bool:
        """Say whether there is a network."""
        return "network_" in self.__dict__

    def _check_fitted(self) -> None:
        # check_is_fitted builds all tags first, which takes longer than a prediction.
        if "network_" not in self.__dict__:
            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with "
                "appropriate arguments before using this estimator."
            )
