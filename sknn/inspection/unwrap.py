"""Find the network inside searches, pipelines, and other estimators around it."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from sknn.core.constraints import integer, is_number
from sknn.core.network import Network

_FITTED = ("best_estimator_", "regressor_", "estimator_", "_final_estimator")
"""Where searches, regressors with transformed targets, tuned thresholds, selections of features,
and pipelines keep what they fit."""

_SEVERAL = {
    "calibrated_classifiers_": "calibrated_classifiers_[0].estimator",
    "estimators_": "estimators_[0]",
}
"""Where ensembles keep what they fit, and what to pass instead of them."""


def _inside(estimator: Any) -> Any:
    """Return the fitted estimator inside another one, None if there is none, or several."""
    if isinstance(estimator, type) or hasattr(estimator, "estimators_"):
        return None
    if isinstance(estimator, FrozenEstimator):
        return estimator.estimator
    held = (getattr(estimator, name, None) for name in _FITTED)
    return next((each for each in held if each is not None), None)


def _nested(estimator: Any) -> list[Any]:
    """Return an estimator, what is inside it, and so on; the last one is the network."""
    found = [estimator]
    while (inner := _inside(found[-1])) is not None:
        found.append(inner)
    return found


def served(estimator: Any) -> Any:
    """Return the network inside: the best one of a search, the last step of a pipeline."""
    return _nested(estimator)[-1]


def served_on(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Return the network inside, and the rows that it gets if the estimator gets X."""
    *wrappers, final = _nested(estimator)
    for each in wrappers:
        if isinstance(each, Pipeline) and len(each) > 1:
            X = each[:-1].transform(X)
        elif isinstance(each, RFE):
            X = each.transform(X)
    return final, X


def targets_served(estimator: Any, y: Any) -> Any:
    """Return the targets that the network inside gets if the estimator gets y."""
    for each in _nested(estimator)[:-1]:
        if y is not None and hasattr(each, "transformer_"):
            changed = each.transformer_.transform(np.asarray(y, float).reshape(len(y), -1))
            y = changed[:, 0] if changed.shape[1] == 1 else changed
    return y


def first_rows(X: Any, n_rows: int | None = None) -> Any:
    """Return the first rows (None: all) as a dense array; columns of a table lose their names."""
    if sp.issparse(X):
        return X[:n_rows].toarray()
    return np.atleast_1d(np.asarray(X))[:n_rows]


def network_of(estimator: Any) -> Network:
    """Return the network of a fitted or initialized estimator.

    Raises
    ------
    TypeError
        If it cannot have one.
    NotFittedError
        If it is not fitted.
    """
    final = served(estimator)
    if isinstance(final, type) or not hasattr(final, "_check_fitted"):
        raise not_a_network(final)
    final._check_fitted()
    return final.network_


def not_a_network(final: Any) -> Exception:
    """Return the error for an object without a network: not fitted, or not an estimator of sknn."""
    if isinstance(final, type):
        return TypeError(f"estimator must be an instance; got the class {final.__name__}.")
    name = type(final).__name__
    holds_network = any(hasattr(served(inner), "_check_fitted") for inner in _wrapped(final))
    for held, one in _SEVERAL.items():
        if holds_network and hasattr(final, held):
            return TypeError(f"{name} holds several networks; pass one of them, {one}.")
    if holds_network:
        return NotFittedError(
            f"This {name} holds no fitted network. Call fit first, with refit=True if it is "
            "a search."
        )
    return TypeError(
        f"estimator must be a network of sknn, or a pipeline or search around one; got {name}."
    )


def _wrapped(final: Any) -> list[Any]:
    """Return the estimators that were passed to another one, or that an ensemble has fitted."""
    held = getattr(final, "__dict__", {})
    passed = [held[name] for name in ("estimator", "regressor") if name in held]
    fitted = held.get("estimators_", ())
    # Pipelines have a length, so an array of them would have more axes.
    return [*passed, *(fitted.ravel() if isinstance(fitted, np.ndarray) else fitted)]


def chosen_member(network: Network, member: Any) -> int:
    """Return the checked index of a member."""
    return integer(0, network.n_members - 1, "both").read("the display", "member", member)


def chosen_layer(layer: Any, names: list[str]) -> str:
    """Return the checked name of a layer, given by name or index."""
    if isinstance(layer, str) and layer in names:
        return layer
    if is_number(layer, Integral) and -len(names) <= layer < len(names):
        return names[layer]
    raise ValueError(f"layer must be one of {names}, or its index among them; got {layer!r}.")
