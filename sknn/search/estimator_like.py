"""A search is what its estimator is."""

from __future__ import annotations

from typing import Any

from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if


def _transforms(search: Any) -> bool:
    """Return whether there is a method `transform`, which raises an AttributeError where not."""
    return callable(search.transform)


class EstimatorLike:
    """Gives a search all tags of its estimator, and `fit_transform` where that transforms.

    scikit-learn's searches pass on but a part.
    """

    estimator: Any
    checkpoint: Any = None
    return_loss_curves: Any = False
    """Searches of older files and pickles have none of their own."""

    @available_if(_transforms)
    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Search, and transform the rows by the best estimator.

        Parameters
        ----------
        X, y, **params : as for `fit`

        Returns
        -------
        X_new : ndarray
            What its `transform` returns.
        """
        return self.fit(X, y, **params).transform(X)  # type: ignore[attr-defined]

    def __sklearn_tags__(self) -> Any:
        """Return tags as of the estimator."""
        tags = super().__sklearn_tags__()  # type: ignore[misc]
        own = get_tags(self.estimator)
        tags.input_tags, tags.target_tags = own.input_tags, own.target_tags
        tags.transformer_tags = own.transformer_tags
        return tags
