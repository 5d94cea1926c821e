"""The state of one call of fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.layout import Growth, Shape
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.fit.call import Call
from sknn.estimators.settings.recipe import Recipe
from sknn.estimators.targets.base import Targets
from sknn.training.callbacks import Callback
from sknn.training.folds import Folds
from sknn.training.run import Run


class Estimator(Protocol):
    """The working copy as a call of fit sees it; ``BaseNetwork`` documents the members.

    A task, a holdout, and a problem are written in terms of the state, so type annotations name it.
    """

    random_state: Any
    dtype: Any
    weight_init: Any
    network_: Network
    run_: Run
    callbacks_: list[Callback]
    n_iter_: int
    _targets: Targets
    _loss: Loss
    _score_name: ClassVar[str]
    _scales_columns: ClassVar[bool]
    _serves_several_epochs: ClassVar[bool]
    _single_threaded: ClassVar[bool]
    _task: ClassVar[Any]
    _holdout: ClassVar[Any]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters."""

    def _adapt_call(self, state: FitState) -> None: ...

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows: ...

    def _build_network(self, state: FitState, in_shape: Shape) -> Network: ...

    def _start_from_data(self, state: FitState) -> bool: ...

    def _problem(self, state: FitState, network: Network, rows: int) -> Any: ...

    def _observers(self, state: FitState, network: Network) -> list[Callback]: ...

    def _after_training(self, train: Rows) -> None: ...


@dataclass(slots=True)
class FitState:
    """The state of one call of fit, stage by stage; it can be pickled.

    There are no other attributes. Fields without a default raise AttributeError until their stage
    sets them.

    Attributes
    ----------
    estimator : Estimator
        The working copy. Its attributes may be replaced, the objects behind them may not change.
    call : Call
        The arguments of the user.
    recipe : Recipe
        How the estimator trains, resolved from its parameters.
    given : mapping
        Parameters as the user gave them, for copies of the estimator.
    context : sklearn.callback.CallbackContext or None
        Of scikit-learn's callbacks, if there are any.
    epochs : int
        Number of new epochs that the call requests.
    began : float
        Reading of ``time.perf_counter`` when the call began; set by ``prepare_fit``.
    fresh : bool
        Training starts over; set by ``prepare_fit``.
    dtypes : list of dtype
        Precisions that X may keep. From here on: set by ``_read``.
    growth : Growth or None
        The change of outputs, if a later call has more of them.
    train : Rows
        Checked rows, their weights combined.
    rows_used : ndarray of int or None
        Training rows; None means all. ``hold_out`` removes some of them.
    targets : Targets
        The meaning of y.
    validation : Rows or None
        The user's, or those ``hold_out`` has split off.
    loss : Loss
        Bound to the task. From here on: set by ``_make_network``.
    network : Network
        With the weights of the moment.
    target : ndarray or CSR or None
        y, encoded.
    run : Run
        The progress of training; set by ``_make_run``.
    folds : Folds or None
        Which rows each member learns from, if not all from all; set by ``hold_out``.
    members : sequence of int or None
        Which of all members the network has, if they are trained separately; None: all.
    splits : bool
        Validation rows were split off from the training rows.
    all_rows : ndarray of int or None
        `rows_used` before that.
    deadline : float
        Reading of ``time.perf_counter`` at which the call should be over. From here on: set by
        solvers.
    bridge : SklearnCallbacks or None
        Tells scikit-learn's callbacks.
    finished : ndarray or None
        Weights for prediction that are neither the last nor the best of an epoch; set by the end of
        training.
    """

    estimator: Estimator
    call: Call
    recipe: Recipe
    given: Mapping[str, Any]
    context: Any
    epochs: int
    began: float = field(init=False)
    fresh: bool = field(init=False)
    dtypes: list[np.dtype] = field(init=False)
    growth: Growth | None = field(init=False, default=None)
    train: Rows = field(init=False)
    rows_used: NDArray | None = field(init=False, default=None)
    targets: Targets = field(init=False)
    validation: Rows | None = field(init=False, default=None)
    loss: Loss = field(init=False)
    network: Network = field(init=False)
    target: Any = field(init=False)
    run: Run = field(init=False)
    folds: Folds | None = field(init=False, default=None)
    members: Sequence[int] | None = field(init=False, default=None)
    splits: bool = field(init=False, default=False)
    all_rows: NDArray | None = field(init=False, default=None)
    deadline: float = field(init=False, default=inf)
    bridge: Any = field(init=False, default=None)
    finished: NDArray | None = field(init=False, default=None)

    @property
    def epochs_left(self) -> int:
        """Number of epochs that this call may still train."""
        return self.run.until - self.run.epoch

    @property
    def n_rows(self) -> int:
        """Number of training rows."""
        return self.train.x.shape[0] if self.rows_used is None else len(self.rows_used)

    @property
    def total_weight(self) -> float:
        """Total weight of the training rows."""
        weight, rows = self.train.weight, self.rows_used
        if weight is None:
            return float(self.n_rows)
        return float(weight.sum() if rows is None else weight[rows].sum())

    @property
    def unit(self) -> float:
        """Mean sample weight still to divide by; 1.0 if `weight_column` has already done so."""
        return self.run.unit if self.train.weight is None else 1.0

    def some_rows(self, most: int) -> NDArray:
        """Return the indices of up to a number of training rows, evenly spread."""
        rows = np.arange(self.train.x.shape[0]) if self.rows_used is None else self.rows_used
        return rows[np.linspace(0, len(rows) - 1, min(len(rows), most)).astype(int)]
