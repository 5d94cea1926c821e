"""From what users fit to the network inside: searches, pipelines, transformed targets."""

from __future__ import annotations

from typing import Any

from sknn.core.network import Network


def served(estimator: Any) -> Any:
    """Return the network inside: of a search the best, of a pipeline the last."""
    for name in ("best_estimator_", "_final_estimator", "regressor_"):
        inner = getattr(estimator, name, None)
        if inner is not None:
            return served(inner)
    return estimator


def served_on(estimator: Any, X: Any) -> tuple[Any, Any]:
    """Return the network inside, and the rows it is given when the estimator is given X."""
    for name in ("best_estimator_", "regressor_"):
        inner = getattr(estimator, name, None)
        if inner is not None:
            return served_on(inner, X)
    final = getattr(estimator, "_final_estimator", None)
    if final is None:
        return estimator, X
    before = estimator[:-1]
    return served_on(final, before.transform(X) if len(before) else X)


def network_of(estimator: Any) -> Network:
    """Return the network of a fitted or initialized estimator.

    Raises
    ------
    TypeError
        If it has none, and never will.
    NotFittedError
        If it has none yet.
    """
    final = served(estimator)
    if not hasattr(final, "_check_fitted"):
        raise TypeError(
            f"estimator must be a network of sknn, or a pipeline or search around one; got "
            f"{type(final).__name__}."
        )
    final._check_fitted()
    return final.network_
