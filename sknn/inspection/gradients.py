"""Numerical verification of backpropagation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from sknn.core.layout import Role, Slot
from sknn.core.row_order import in_order
from sknn.estimators.autoencoder.estimator import AutoEncoder
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.problem import supervised_objective
from sknn.estimators.fit.stages import complete_weights, prepare_fit
from sknn.estimators.fit.state import FitState
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.tabular.network import TableNetwork
from sknn.inspection.parts import part_errors, slope_error
from sknn.training.objective import Supervised
from sknn.training.run import noise_of
from sknn.training.threads import blas_threads

Finding = tuple[str, float]


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

    For each parameter array and some random directions d of unit length, the derivative of the
    training objective J, :math:`\nabla J \cdot d`, is compared with
    :math:`(J(\theta + \epsilon d) - J(\theta - \epsilon d)) / 2 \epsilon`, in float64 and with
    fixed dropout noise. Then the loss, the activations, and the layers are tested separately,
    including each layer's gradient with respect to its input, which shows where a mistake is. Use
    it to test your own layers, activations, and losses.

    Parameters
    ----------
    estimator : MLPClassifier, MLPRegressor
        Fitted (its weights are used) or not (initial weights are used). It is not changed.
    X, y, sample_weight
        As for `fit`; a few rows suffice.
    tol : float, default=1e-6
        Largest error that passes, relative to the gradient of the array (and at least to 1e-3 of
        that of the whole network).
    n_directions : int, default=3
        Number of directions for each array.
    random_state : int, default=0

    Returns
    -------
    error : float
        The largest relative error.

    Raises
    ------
    AssertionError
        If it is larger than `tol`; the message names the parameter and the part that is wrong.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.inspection import check_gradients
    >>> X, y = load_iris(return_X_y=True)
    >>> print(f"{check_gradients(MLPClassifier(activation='gelu', random_state=0), X, y):.6f}")
    0.000000
    """
    state = state_before_training(estimator, X, y, sample_weight)
    objective = supervised_objective(state, state.network, state.train.x.shape[0])
    rng = np.random.default_rng(random_state)
    evaluate = _Evaluation(state, objective)
    evaluate()
    gradient = objective.grad.copy()
    whole = [
        (f"gradient of {state.network.names[slot.layer]}.{slot.name}", max(errors))
        for slot in state.network.layout.slots
        if slot.param.role is not Role.TRACKED
        for errors in [[_error(evaluate, gradient, slot, rng) for _ in range(n_directions)]]
    ]
    evaluate()
    alone = list(part_errors(objective, evaluate.batch, evaluate.rewind, n_directions))
    _judge(whole, alone, tol)
    return max(error for _, error in whole + alone)


def _judge(whole: list[Finding], alone: list[Finding], tol: float) -> None:
    """Raise if a gradient is wrong, and name the part at fault."""
    wrong = next((found for found in whole if not found[1] <= tol), None)
    blamed = next((found for found in alone if not found[1] <= tol), None)
    if wrong is None and blamed is None:
        return
    name, error = wrong or blamed  # type: ignore[misc]
    text = f"The {name} differs from central differences by {error:.2g} (relative), "
    text += f"more than tol={tol:g}."
    if wrong and blamed:
        text += f" Tested separately, the first part that is wrong is the {blamed[0]}."
    elif wrong:
        text += " Every part is correct when tested separately; one may change arrays of others."
    raise AssertionError(text)


def state_before_training(estimator: Any, X: Any, y: Any, sample_weight: Any) -> FitState:
    """Return a call of fit just before its first batch, in float64."""
    able = isinstance(estimator, (SupervisedNetwork, AutoEncoder))
    if not able or isinstance(estimator, TableNetwork):
        raise TypeError(
            f"estimator must be a network that is trained on numbers; got "
            f"{type(estimator).__name__}. Of a pipeline or search, pass the network inside."
        )
    trial = clone(estimator).set_params(dtype="float64", callbacks=None, early_stopping=False)
    trial._check_parameters()
    call = Call(X, y, sample_weight, classes=getattr(estimator, "classes_", None))
    limit = blas_threads(0)
    with limit, limit:
        state = prepare_fit(trial, call, trial._recipe())
        complete_weights(state)
    if hasattr(estimator, "network_"):
        state.network.load(estimator.network_.theta)
        state.targets.to_training_units(state.network, state.loss)
    return state


class _Evaluation:
    """The objective on all rows, with the same noise every time."""

    def __init__(self, state: FitState, objective: Supervised) -> None:
        self.objective = objective
        self.theta = state.network.trainable
        self.noise = [each.bit_generator for each in noise_of(state.run.streams.noise)]
        self.start = [bits.state for bits in self.noise]
        self.tracked = state.network.theta[..., self.theta.shape[-1] :]
        self.figures = self.tracked.copy()
        rows = state.rows_used
        pick = slice(None) if rows is None else rows
        target = state.target[pick]
        weight = state.train.weight
        self.batch = (
            in_order(state.train.x[pick]),
            target if isinstance(target, np.ndarray) else target.toarray(),
            None if weight is None else weight[pick][:, None],
        )

    def rewind(self) -> None:
        """Reset the noise, and the states of series."""
        for bits, state in zip(self.noise, self.start, strict=True):
            bits.state = state
        self.tracked[...] = self.figures

    def __call__(self) -> float:
        self.rewind()
        return self.objective.batch(*self.batch)


def _error(evaluate: _Evaluation, gradient: NDArray, slot: Slot, rng: np.random.Generator) -> float:
    """Return the relative error along one random direction of one parameter array."""
    part = np.s_[..., slot.start : slot.stop]
    # The objective is the mean over members, and `gradient` is that of each.
    mean = gradient / (gradient.shape[0] if gradient.ndim > 1 else 1)
    floor = 1e-3 * float(np.linalg.norm(mean))
    return slope_error(evaluate, evaluate.theta[part], mean[part], rng, floor)
