"""How much the columns of X contribute to the predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.inspection import permutation_importance
from sklearn.utils import get_tags

from sknn._sklearn import rows_at
from sknn._validation.arrays import check_some_weight, check_weight
from sknn.core.constraints import integer
from sknn.estimators.gan.estimator import GAN
from sknn.estimators.recurrent.network import RecurrentNetwork
from sknn.inspection.answers import answer_of, n_outputs
from sknn.inspection.attributions import HOW_EXACT, as_given, read_rows
from sknn.inspection.integrals import integral
from sknn.inspection.shuffles import is_foreign_frame, of_shuffles
from sknn.inspection.tables import origins
from sknn.inspection.unwrap import network_of, served, served_on

_METHODS = ("auto", "weights", "gradients", "integrated", "permutation")


def feature_importances(
    estimator: Any,
    X: Any = None,
    y: Any = None,
    *,
    sample_weight: Any = None,
    method: str = "auto",
    scoring: Any = None,
    n_repeats: int = 5,
    random_state: Any = None,
) -> NDArray:
    r"""Return how much each column of X matters to the network.

    ================= ======================================================================
    ``"permutation"`` how far the score falls when the entries of the column are shuffled [1]_
    ``"gradients"``   mean of :math:`|g_j (x_j - \bar x_j)|` over the rows, with the gradient g of
                      :func:`input_gradients`
    ``"integrated"``  mean of :math:`|a_j|`, with the shares a of :func:`integrated_gradients` and
                      the mean row as the baseline
    ``"weights"``     :math:`|W_1| |W_2| \cdots |W_L|`, summed over the outputs, relative to their
                      total: what the weights alone let through [2]_
    ================= ======================================================================

    Only permutation compares predictions with the true targets. If two columns hold the same
    information, it finds neither of them important, because the network still has the other. This
    applies to every measure that changes one column at a time. The weights do not depend on the
    rows: compare columns by them only if all columns are standardized.

    Parameters
    ----------
    estimator : fitted sknn estimator
        Or a Pipeline or search around one. With "permutation", the columns are those of X,
        otherwise those of the last step.
    X : array-like of shape (n_samples, n_features), default=None
        Preferably not the training rows.
    y : array-like, default=None
        Their targets, for "permutation"; not needed by estimators without targets.
    sample_weight : array-like of shape (n_samples,), default=None
        A weight of 2 counts the row twice, and a weight of 0 leaves it out. Means over
        the rows and the score of "permutation" are weighted, and shuffled entries come from rows in
        proportion to their weights. Not used by "weights".
    method : str, default="auto"
        "auto": permutation with X and y, gradients with X alone, otherwise weights. Images and
        sequences have no columns to shuffle: use "gradients" or "integrated".
    scoring : str or callable, default=None
        For "permutation"; None: the estimator's own score.
    n_repeats : int, default=5
        For "permutation": how often each column is shuffled.
    random_state : int, RandomState or None, default=None
        For "permutation".

    Returns
    -------
    importances : ndarray of shape (n_features,)
        For tables, one number per column, the sum over its bins and levels. For images and
        sequences, an array of the shape of a row.

    Raises
    ------
    ValueError
        For an unknown method, a method without the X or y that it needs, a single row (or a single
        one of positive weight) unless the method is "weights", sample weights without X, and sample
        weights that are negative or all zero.
    AttributeError
        With "weights", if the predictions do not come from a chain of weights.

    Notes
    -----
    With the weights, it works in scikit-learn's feature selection, as below. To use rows, pass
    ``functools.partial(feature_importances, X=X)`` to ``SelectFromModel``.

    References
    ----------
    .. [1] Breiman (2001), "Random forests". Machine Learning 45.
    .. [2] Gevrey, Dimopoulos & Lek (2003), "Review and comparison of methods to study the
       contribution of variables in artificial neural network models".

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.feature_selection import RFE
    >>> from sknn import MLPRegressor
    >>> from sknn.inspection import feature_importances
    >>> X = np.random.default_rng(0).standard_normal((200, 5))
    >>> y = X[:, 1] + 2 * np.tanh(X[:, 3])
    >>> net = MLPRegressor(solver="lbfgs", alpha=1, max_iter=1000, random_state=0)
    >>> feature_importances(net.fit(X, y), X, y, random_state=0).argsort()[-2:].tolist()
    [1, 3]
    >>> RFE(net, n_features_to_select=2, importance_getter=feature_importances).fit(X, y).support_
    array([False,  True, False,  True, False])
    """
    network_of(estimator)
    chosen = _method(method, X, y, get_tags(estimator).target_tags.required)
    X, y, weight = _weighted(X, y, sample_weight)
    if chosen == "weights":
        return _of_weights(served(estimator))
    if chosen == "permutation":
        _check_columns(X)
        if not (scoring is None or isinstance(scoring, str) or callable(scoring)):
            raise ValueError(f"scoring must be one score, a str or a callable; got {scoring!r}.")
        n_repeats = integer(1).read("feature_importances", "n_repeats", n_repeats)
        more: dict[str, Any] = {"scoring": scoring, "random_state": random_state}
        if weight is not None or is_foreign_frame(X):
            return of_shuffles(estimator, X, y, weight, n_repeats, **more)
        found = permutation_importance(estimator, X, y, n_repeats=n_repeats, **more)
        return found.importances_mean
    final, given = served_on(estimator, X)
    return _of_rows(final, given, weight, chosen)


def _method(method: str, X: Any, y: Any, needs_y: bool) -> str:
    """Return the method to use, checked against the arguments."""
    if method not in _METHODS:
        raise ValueError(f"method must be one of {_METHODS}; got {method!r}.")
    if method == "auto":
        return "weights" if X is None else "gradients" if y is None else "permutation"
    if method != "weights" and X is None:
        raise ValueError(f"method={method!r} needs rows; pass X.")
    if method == "permutation" and y is None and needs_y:
        raise ValueError("method='permutation' needs the targets of the rows; pass y.")
    return method


def _check_columns(X: Any) -> None:
    """Raise for images and sequences, which have no columns to shuffle, and for sparse rows."""
    if sp.issparse(X):
        raise ValueError(
            "method='permutation' needs dense rows; pass X.toarray(), or method='gradients'."
        )
    several = isinstance(X, list) and len({np.shape(each) for each in X}) > 1
    shape = () if several else np.shape(X)
    if several or len(shape) > 2:
        kind = "sequences of several lengths" if several else f"rows of shape {tuple(shape[1:])}"
        raise ValueError(
            f"method='permutation' shuffles columns; X has {kind}. Pass method='gradients' or "
            "method='integrated', which return a number for each entry."
        )
    _check_several(shape)


def _check_several(shape: tuple[int, ...]) -> None:
    """Raise for a single row, which differs from no other row in any column."""
    if shape[:1] == (1,):
        raise ValueError(
            "feature_importances compares rows with each other, but X has a single row, or a "
            "single one of positive weight; pass more rows. To explain the prediction for one row, "
            "use integrated_gradients."
        )


def _weighted(X: Any, y: Any, sample_weight: Any) -> tuple[Any, Any, NDArray | None]:
    """Return the rows that count, their targets and weights."""
    if sample_weight is None:
        return X, y, None
    if X is None:
        raise ValueError("sample_weight was passed without its rows; pass X.")
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    weight: Any = check_weight(sample_weight, n_rows)
    check_some_weight(weight, "sample_weight")
    rows = np.flatnonzero(weight)
    return rows_at(X, rows), None if y is None else rows_at(y, rows), weight[rows]


def _of_weights(final: Any) -> NDArray:
    """Multiply the sizes of the weights along all paths from a column to the outputs."""
    if isinstance(final, GAN):
        raise AttributeError(
            "The weights of a GAN lead from random numbers to rows, not from columns to "
            "predictions; pass X."
        )
    try:
        first, *others = (np.abs(weights) for weights in final.coefs_)
    except AttributeError as error:
        raise AttributeError(f"{error} Pass X with method='gradients'.") from error
    paths = first
    for weights in others:
        paths = paths @ weights
    each = paths.sum(axis=-1)
    each = each / np.maximum(each.sum(axis=-1, keepdims=True), np.finfo(each.dtype).tiny)
    return _by_column(final, each.reshape(-1, each.shape[-1])).mean(axis=0)


def _of_rows(final: Any, X: Any, weight: NDArray | None, method: str) -> NDArray:
    """Return the mean size of the share of each column in the predictions for rows."""
    _check_lengths(final, X)
    x = read_rows(final, X)[1]
    _check_several(x.shape)
    mean = np.where(np.isnan(x), x, _mean(x, weight))
    total = np.zeros(())
    for target in _targets(final):
        answer = answer_of(final, target)
        answer.settle(x)
        if method == "integrated":
            shares = integral(answer, x, mean, *HOW_EXACT)
        else:
            shares = np.nan_to_num(answer.gradient(x) * (x - mean))
        sizes = np.abs(np.asarray(as_given(final, X, _by_column(final, shares))))
        total = total + np.average(sizes, axis=0, weights=weight)
    return total


def _check_lengths(final: Any, X: Any) -> None:
    """Raise for sequences of several lengths, whose steps are not columns."""
    lengths = final._lengths(X) if isinstance(final, RecurrentNetwork) else None
    if lengths is not None and len(set(lengths)) > 1:
        raise ValueError("Importances need sequences of one length, but X has several lengths.")


def _mean(x: NDArray, weight: NDArray | None) -> NDArray:
    """Return the mean row, without missing entries; NaN if there are no others."""
    known = np.ma.array(x, mask=np.isnan(x))
    return np.ma.filled(np.ma.average(known, axis=0, weights=weight), np.nan)


def _targets(final: Any) -> list[Any]:
    """Return all targets that can be chosen, if there are several."""
    n = n_outputs(final)
    return [None] if n == 1 else list(range(n))


def _by_column(final: Any, shares: NDArray) -> NDArray:
    """Add up the shares of all inputs of the network that come from one column of a table."""
    places = origins(final)
    if places is None:
        return shares
    out = np.zeros((len(shares), final.n_features_in_))
    for place in range(final.n_features_in_):
        out[:, place] = shares[:, places == place].sum(axis=1)
    return out
