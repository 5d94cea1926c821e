"""How much every input of a row contributes to the prediction."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn.core.constraints import integer, real
from sknn.estimators.recurrent.network import RecurrentNetwork
from sknn.estimators.shaped import ShapedNetwork
from sknn.estimators.tabular.network import TableNetwork
from sknn.inspection.answers import ScalarAnswer, answer_of
from sknn.inspection.integrals import integral
from sknn.inspection.unwrap import network_of, served_on

HOW_EXACT = (1e-3, 1024)
"""Defaults: the tolerance of integrals, and the largest number of points."""


def input_gradients(estimator: Any, X: Any, *, target: Any = None) -> Any:
    r"""Return how fast the prediction for every row changes with each input.

    This is the gradient of one number :math:`f(x)` with respect to the row [1]_. It is exact: the
    network's own backward pass computes it in double precision, as in prediction, that is, without
    noise, with running statistics, and averaged over members.

    ================== ====================================================================
    classifiers        the raw score of the class `target` or, if it is None, of the class with
                       the highest score; with two classes, the log-odds of this class
    regressors         the prediction, before a link such as ``exp`` (``out_activation_``)
    AutoEncoder        minus the mean squared reconstruction error; with `target` the raw score of
                       that column
    Boltzmann machines minus :meth:`free_energy`; with `target` the output of a hidden unit
    GAN                :meth:`score_samples`, the score of the discriminator
    ================== ====================================================================

    If there is a prediction for every step of a sequence, f is their sum.

    Parameters
    ----------
    estimator : fitted sknn estimator
        Or a Pipeline or search around one: X are then rows of the pipeline, and the result is for
        the inputs of its last step.
    X : array-like
        Rows, as for `predict`.
    target : class label or int, default=None
        A class or, with several outputs or labels, the index of one.

    Returns
    -------
    gradients : ndarray of the shape of X, or list of ndarray
        Dense for sparse X, a list if X is a list of sequences, and zero for missing steps. For
        tabular networks, of shape ``(n_samples, encoder_.n_outputs_)``, with respect to the
        encoded columns: ``encoder_.get_feature_names_out()`` names them, and ``encoder_.origins()``
        says from which column each comes. For frames of AutoEncoder and GAN, with respect to the
        levels and numbers that the columns of the frame become, in order.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    TypeError
        For TableSynthesizer, whose network reads codes, with respect to which there is no gradient,
        and for what contains no network of sknn, or several.
    ValueError
        For an unknown class, or if `target` is needed to choose among several outputs.

    References
    ----------
    .. [1] Simonyan, Vedaldi & Zisserman (2014), "Deep inside convolutional networks: visualizing
       image classification models and saliency maps".

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import scale
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import input_gradients
    >>> X, y = load_iris(return_X_y=True)
    >>> X = scale(X)
    >>> net = MLPClassifier(learning_rate="cosine", random_state=0).fit(X, y)
    >>> gradients = input_gradients(net, X, target=2)
    >>> gradients.shape
    (150, 4)

    Petals, not sepals, identify virginica:

    >>> np.argsort(np.abs(gradients).mean(axis=0))[-2:].tolist()
    [2, 3]
    """
    final, x, answer = _asked(estimator, X, target)
    return as_given(final, X, np.nan_to_num(answer.gradient(x)))


def integrated_gradients(
    estimator: Any,
    X: Any,
    *,
    baseline: Any = None,
    target: Any = None,
    tol: float = HOW_EXACT[0],
    max_steps: int = HOW_EXACT[1],
) -> Any:
    r"""Divide the difference from a baseline among the inputs of every row.

    .. math:: a_j = (x_j - b_j) \int_0^1
              \frac{\partial f}{\partial x_j}\big(b + t (x - b)\big) \, dt

    The attributions add up to the difference they explain, :math:`\sum_j a_j = f(x) - f(b)`
    (completeness), and an input without influence has none [1]_. The integral is computed by the
    midpoint rule, on shorter pieces of the line wherever the attributions of a piece do not add up
    to the difference along it.

    Parameters
    ----------
    estimator : fitted sknn estimator
        As for :func:`input_gradients`, which defines f.
    X : array-like
        Rows, as for `predict`.
    baseline : array-like of the shape of X or of one row, default=None
        A row without information, such as a black image or the mean of the columns. None: zeros
        (for tabular networks the mean of every number, and no category).
    target : class label or int, default=None
        As for :func:`input_gradients`. None chooses by the row, and uses the same class for the
        baseline.
    tol : float, default=1e-3
        How far the sum of the attributions may be from the difference they explain, relative to the
        sum of their absolute values.
    max_steps : int, default=1024
        Largest number of points for a row.

    Returns
    -------
    attributions : as from :func:`input_gradients`

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    ValueError
        For a baseline of another shape, an unknown class, a missing `target` with several outputs,
        or for `tol` or `max_steps` out of range.

    Warns
    -----
    UserWarning
        If `max_steps` points were not enough.

    References
    ----------
    .. [1] Sundararajan, Taly & Yan (2017), "Axiomatic attribution for deep networks".

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import integrated_gradients
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(solver="lbfgs", max_iter=1000, random_state=0).fit(X, y)
    >>> mean = X.mean(axis=0)
    >>> shares = integrated_gradients(net, X, baseline=mean, target=2)
    >>> change = net.decision_function(X)[:, 2] - net.decision_function([mean])[0, 2]
    >>> print(f"{np.corrcoef(shares.sum(axis=1), change)[0, 1]:.2f}")
    1.00
    """
    tol = real(0.0, closed="left").read("integrated_gradients", "tol", tol)
    max_steps = integer(1).read("integrated_gradients", "max_steps", max_steps)
    final, x, answer = _asked(estimator, X, target)
    start = _baseline(estimator, X, baseline, x)
    return as_given(final, X, integral(answer, x, start, tol, max_steps))


def _asked(estimator: Any, X: Any, target: Any) -> tuple[Any, NDArray, ScalarAnswer]:
    """Return the network estimator, its checked rows, and the number to explain."""
    network_of(estimator)
    final, x = read_rows(estimator, X)
    answer = answer_of(final, target)
    answer.settle(x)
    return final, x, answer


def read_rows(estimator: Any, X: Any) -> tuple[Any, NDArray]:
    """Return the network estimator and its rows as the layers see them."""
    final, given = served_on(estimator, X)
    x = final._check_inputs(given)
    return final, np.asarray(x.toarray() if sp.issparse(x) else x, np.float64)


def as_given(final: Any, X: Any, values: NDArray) -> Any:
    """Return one number per input in the form of X."""
    if isinstance(final, TableNetwork):
        return values
    lengths = final._lengths(X) if isinstance(final, RecurrentNetwork) else None
    if lengths is not None:
        each = [own[:length] for own, length in zip(values, lengths, strict=True)]
        return [own.T for own in each] if final._channels_first else each
    if isinstance(final, ShapedNetwork) and final._channels_first:
        values = np.moveaxis(values, -1, 1)
    shape = np.shape(X)
    return values.reshape(shape) if prod(shape) == values.size else values


def _baseline(estimator: Any, X: Any, baseline: Any, x: NDArray) -> NDArray:
    """Return a baseline for every row, as the layers see it."""
    if baseline is None:
        return np.where(np.isnan(x), x, 0.0)
    n_axes = x.ndim if isinstance(X, list) else len(np.shape(X))
    if np.isscalar(baseline):
        raise ValueError(
            "baseline must be a row like those of X, or have as many rows as X; got the single "
            f"value {baseline!r}."
        )
    try:
        start = _read_baseline(estimator, X, baseline, n_axes)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "baseline must be a row like those of X, or have as many rows as X. Reading it as X "
            f"failed: {error}"
        ) from error
    if start.shape[1:] != x.shape[1:] or len(start) not in (1, len(x)):
        raise ValueError(
            f"baseline must have one row, or as many rows as X, of shape {x.shape[1:]} for the "
            f"layers; it has {len(start)} of shape {start.shape[1:]}."
        )
    return np.where(np.isnan(x), x, start)


def _read_baseline(estimator: Any, X: Any, baseline: Any, n_axes: int) -> NDArray:
    if len(np.shape(baseline)) == n_axes - 1:
        baseline = _as_rows(baseline, X)
    with warnings.catch_warnings():
        # The names of the columns of X have been checked.
        warnings.filterwarnings("ignore", "X does not have valid feature names")
        return read_rows(estimator, baseline)[1]


def _as_rows(row: Any, X: Any) -> Any:
    """Return a single row as rows; one that was taken from a frame keeps names and types."""
    if hasattr(row, "to_frame") and hasattr(X, "dtypes"):
        return row.to_frame().T.astype(X.dtypes)
    return np.asarray(row)[None]
