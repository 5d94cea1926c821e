"""Find the network inside searches, pipelines, tuned thresholds, and transformed targets."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import NotFittedError

from sknn.core.constraints import integer, is_number
from sknn.core.network import Network

_FITTED = ("best_estimator_", "regressor_", "estimator_")
"""Where searches, regressors with transformed targets, and tuned thresholds keep what they fit."""


def served(estimator: Any) -> Any:
    """Return the network inside: the best one of a search, the last step of a pipeline."""
    for name in (*_FITTED, "_final_estimator"):
        inner = getattr(estimator, name, None)
        if inner is not None:
            return served(inner)
    return estimator


def several(given: Any, name: str) -> Any:
    """Return a list or dict of estimators to draw, unless it is empty.

    Raises
    ------
    ValueError
        If it is empty.
    """
    if hasattr(given, "__len__") and not isinstance(given, str) and not len(given):
        raise ValueError(f"{name} must not be empty.")
    return given


def served_on(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Return the network inside, and the rows that it gets if the estimator gets X."""
    for name in _FITTED:
        inner = getattr(estimator, name, None)
        if inner is not None:
            return served_on(inner, X)
    final = getattr(estimator, "_final_estimator", None)
    if final is None:
        return estimator, X
    before = estimator[:-1]
    return served_on(final, before.transform(X) if len(before) else X)


def targets_served(estimator: Any, y: Any) -> Any:
    """Return the targets that the network inside gets if the estimator gets y."""
    for name in ("best_estimator_", "estimator_", "_final_estimator"):
        inner = getattr(estimator, name, None)
        if inner is not None:
            return targets_served(inner, y)
    if getattr(estimator, "regressor_", None) is None or y is None:
        return y
    changed = estimator.transformer_.transform(np.asarray(y, float).reshape(len(y), -1))
    return changed[:, 0] if changed.shape[1] == 1 else changed


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
    if hasattr(final, "calibrated_classifiers_"):
        return TypeError(
            f"A {name} holds several networks; pass one of them, "
            "calibrated_classifiers_[0].estimator."
        )
    if any(hasattr(served(inner), "_check_fitted") for inner in _wrapped(final)):
        return NotFittedError(
            f"This {name} holds no fitted network. Call fit first, with refit=True if it is "
            "a search."
        )
    return TypeError(
        f"estimator must be a network of sknn, or a pipeline or search around one; got {name}."
    )


def _wrapped(final: Any) -> list[Any]:
    """Return the estimators inside a search or a regressor with a transformed target."""
    held = getattr(final, "__dict__", {})
    return [held[name] for name in ("estimator", "regressor") if name in held]


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
