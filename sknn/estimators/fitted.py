"""What is there after fit only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.exceptions import NotFittedError


class Fitted:
    """An estimator that is fitted once it has a network, and says so where it has none."""

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

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Say of what ends in an underscore that it comes with fit, and not what is behind it.

            NotFittedError is an AttributeError, so there is no such attribute.
            """
            if name.endswith("_") and not name.startswith("_"):
                self._check_fitted()
            # Properties that have nothing to show come here too: let them speak.
            return object.__getattribute__(self, name)
