"""Several estimators of one kind, trained on the same rows in one block.

Each ends with the weights, the curves and the state of the optimizer it would have ended with
alone, to the last bit.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import prod
from typing import Any

_BLOCK_BYTES = 1 << 23
_FEWEST, _MOST = 8, 64


def block_key(estimator: Any) -> Hashable | None:
    """Return what estimators must have in common to be trained in one block.

    Parameters
    ----------
    estimator : BaseNetwork
        Not fitted; its parameters need not have been checked.

    Returns
    -------
    key : hashable or None
        Estimators of equal keys may be given to :func:`fit_block` together. None: it is trained
        alone.
    """
    return None


def fit_block(
    estimators: Sequence[Any], X: Any, y: Any = None, **fit_params: Any
) -> list[Any | Exception]:
    """Fit estimators that have a key in common on the same rows, each in place.

    Parameters
    ----------
    estimators : sequence of BaseNetwork
        Not fitted, of equal :func:`block_key`.
    X, y, **fit_params
        What `fit` gets.

    Returns
    -------
    results : list of BaseNetwork or Exception
        Each estimator, fitted as by its own `fit`, or what its own `fit` would have raised; such
        an estimator is as it was.
    """
    return [_alone(each, X, y, fit_params) for each in estimators]


def members_in_block(estimator: Any, X: Any) -> int:
    """Return how many estimators like this one are best trained in one block.

    Small networks share the cost of every call of NumPy; of more, or larger ones, the weights no
    longer stay in the cache.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor or any other network
    X : array-like of shape (n_samples, n_features)

    Returns
    -------
    n_members : int
        From 8 to 64.
    """
    sizes = getattr(estimator, "hidden_layer_sizes", ())
    widths = [X.shape[-1], *([sizes] if isinstance(sizes, int) else sizes), 1]
    n_weights = sum(prod(pair) for pair in zip(widths, widths[1:], strict=False))
    return max(_FEWEST, min(_MOST, _BLOCK_BYTES // (8 * n_weights)))


def _alone(estimator: Any, X: Any, y: Any, fit_params: dict[str, Any]) -> Any | Exception:
    try:
        return estimator.fit(X, y, **fit_params)
    except Exception as error:
        return error
