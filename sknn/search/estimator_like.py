"""Tags and methods that a search takes over from its estimator."""

from __future__ import annotations

from typing import Any

from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if


def _transforms(search: Any) -> bool:
    """Return whether there is a method `transform`, which otherwise raises an AttributeError."""
    return callable(search.transform)


class EstimatorLike:
    """Gives a search all tags of its estimator, and `fit_transform` if that transforms.

    scikit-learn's searches pass on only a part of the tags.
    """

    estimator: Any
    checkpoint: Any = None
    return_loss_curves: Any = False
    """Default for searches in older files and pickles, which have no such attribute."""

    @available_if(_transforms)
    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Search, and transform the rows with the best estimator.

        Parameters
        ----------
        X, y, **params : as for `fit`

        Returns
        -------
        X_new : ndarray
            The output of its `transform`.
        """
        return self.fit(X, y, **params).transform(X)  # type: ignore[attr-defined]

    def __sklearn_tags__(self) -> Any:
        """Return the tags of the estimator."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        own = get_tags(self.estimator)
        tags.input_tags, tags.target_tags = own.input_tags, own.target_tags
        tags.transformer_tags = own.transformer_tags
        return tags
