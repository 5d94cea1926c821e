"""Numerical verification of back-propagation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sknn.core.layout import Role, Slot
from sknn.estimators.session import Call, Session
from sknn.training.objective import Supervised

_EPSILON = 1e-6


def check_gradients(
    estimator: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    *,
    tol: float = 1e-6,
    n_directions: int = 3,
    random_state: int = 0,
) -> float:
    r"""Compare the gradients of a network with central differences.

    For each parameter array and some random directions d of unit length the derivative of the
    training objective J, :math:`\nabla J \cdot d`, is held against
    :math:`(J(\theta + \epsilon d) - J(\theta - \epsilon d)) / 2 \epsilon`, in float64 and with the
    noise of dropout held fixed. So a layer, activation or loss of your own can be trusted.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor
        Fitted (its weights are used) or not (initial weights are). It is not changed.
    X, y, sample_weight
        As for `fit`; a few rows suffice.
    tol : float, default=1e-6
        Largest error that passes, relative to the gradient of the array (and at least to 1e-3 of
        that of the whole network).
    n_directions : int, default=3
        Directions tried for each array.
    random_state : int, default=0

    Returns
    -------
    error : float
        The largest relative error.

    Raises
    ------
    AssertionError
        If it is larger than `tol`; the text names the parameter.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import check_gradients
    >>> X, y = load_iris(return_X_y=True)
    >>> check_gradients(MLPClassifier(activation="gelu", random_state=0), X, y) < 1e-7
    True
    """
    session = _session(estimator, X, y, sample_weight)
    network = session.network
    objective = session.objective(network, session.train.x.shape[0])
    rng = np.random.default_rng(random_state)
    evaluate = _Evaluation(session, objective)
    evaluate()
    gradient = objective.grad.copy()
    worst = 0.0
    for slot in network.layout.slots:
        if slot.param.role is Role.TRACKED:
            continue
        error = max(_error(evaluate, gradient, slot, rng) for _ in range(n_directions))
        if not error <= tol:
            raise AssertionError(
                f"The gradient of {network.names[slot.layer]}.{slot.name} differs from central "
                f"differences by {error:.2g} (relative), more than tol={tol:g}."
            )
        worst = max(worst, error)
    return float(worst)


def _session(estimator: Any, X: Any, y: Any, sample_weight: Any) -> Session:
    """Return a session that stands before the first batch, in float64."""
    trial = clone(estimator).set_params(dtype="float64", callbacks=None, early_stopping=False)
    trial._check_parameters()
    session = Session(
        trial, Call(X, y, sample_weight, classes=getattr(estimator, "classes_", None))
    )
    session.prepare()
    if hasattr(estimator, "network_"):
        session.network.load(estimator.network_.theta)
        session.targets.unfold(session.network, session.loss)
    return session


class _Evaluation:
    """The objective on all rows, with the same noise every time."""

    def __init__(self, session: Session, objective: Supervised) -> None:
        self.objective = objective
        self.theta = session.network.trainable
        self.noise = session.state.streams.noise
        self.start = self.noise.bit_generator.state
        rows = session.rows_used
        pick = slice(None) if rows is None else rows
        weight = session.train.weight
        self.batch = (
            session.train.x[pick],
            session.target[pick],
            None if weight is None else weight[pick][:, None],
        )

    def __call__(self) -> float:
        self.noise.bit_generator.state = self.start
        return self.objective.batch(*self.batch)


def _error(evaluate: _Evaluation, gradient: NDArray, slot: Slot, rng: np.random.Generator) -> float:
    """Return the relative error along one random direction of one parameter array."""
    part = np.s_[..., slot.start : slot.stop]
    direction = rng.standard_normal(evaluate.theta[part].shape)
    direction /= np.linalg.norm(direction)
    theta = evaluate.theta[part].copy()
    values = []
    for sign in (1.0, -1.0):
        evaluate.theta[part] = theta + sign * _EPSILON * direction
        values.append(evaluate())
    evaluate.theta[part] = theta
    numeric = (values[0] - values[1]) / (2 * _EPSILON)
    members = gradient.shape[0] if gradient.ndim > 1 else 1
    analytic = float((gradient[part] * direction).sum()) / members
    scale = np.linalg.norm(gradient[part]) + 1e-3 * np.linalg.norm(gradient)
    return abs(numeric - analytic) / max(scale / members, 1e-12)
