"""What every network estimator shares."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from math import prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.exceptions import ConvergenceWarning

from sknn._version import __version__
from sknn.core.constraints import Constraint
from sknn.core.layers import Layer
from sknn.core.layers.nested import NestedLayers
from sknn.core.layout import Growth, Shape
from sknn.core.losses.base import Loss
from sknn.core.naming import take_over
from sknn.core.network import Network
from sknn.estimators import architecture, data, parameters
from sknn.estimators._sklearn import (
    CallbackSupportMixin,
    callback_context,
    shallow_copy,
    with_callbacks,
)
from sknn.estimators.answers import computed
from sknn.estimators.call import Call, restored_on_error
from sknn.estimators.data import Rows
from sknn.estimators.fitted import Fitted, learnt
from sknn.estimators.parameters import Pace
from sknn.estimators.session import Session
from sknn.estimators.solving import update_of
from sknn.estimators.targets import Targets
from sknn.estimators.watching import validation_measures
from sknn.estimators.weights import WeightAccess
from sknn.exceptions import InconsistentVersionWarning
from sknn.training.callbacks import PAUSED, Callback, PrintProgress
from sknn.training.caller import users_level
from sknn.training.folds import Folds
from sknn.training.run import Run
from sknn.training.threads import blas_threads

_KERNEL_FOR_THREADS = 1 << 16
"""Numbers in a kernel from which on two threads are faster than one, measured."""


class BaseNetwork(
    NestedLayers,
    Fitted,
    WeightAccess,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    CallbackSupportMixin,
    BaseEstimator,
):
    """Fit template and everything that only looks at a fitted network.

    Subclasses give the table of parameter constraints, say what their rows, layers and targets
    are, and dress ``_train`` as ``fit`` and ``partial_fit``.

    The class attributes below are the settings of training that a family does not offer as
    parameters of its constructor.
    """

    activation: Any = "relu"
    layers: Any = None
    power_t: Any = 0.5
    shuffle: Any = True
    momentum: Any = 0.9
    nesterovs_momentum: Any = True
    beta_1: Any = 0.9
    beta_2: Any = 0.999
    epsilon: Any = 1e-8
    max_fun: Any = 15000
    l1: Any = 0.0
    weight_decay: Any = "auto"
    weight_init: Any = "auto"
    max_grad_norm: Any = None
    freeze: Any = None
    layer_rates: Any = None
    scoring: Any = None
    stop_below: Any = None
    regularization_schedule: Any = None
    max_time: Any = None
    restore_best: Any = True
    n_members: Any = 1

    _doc_link_module = "sknn"
    _constraints: ClassVar[dict[str, Constraint]] = parameters.NETWORK
    _score_name: ClassVar[str] = ""
    """Scorer that gives what ``validation_scores_`` records anyway."""

    _scales_columns: ClassVar[bool] = False
    """X may come in any units."""
    _serves_several_epochs: ClassVar[bool] = False
    """The network served has the weights of every member after several epochs."""

    network_: Network = learnt()
    run_: Run = learnt()
    _targets: Targets
    _loss: Loss

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let the methods of the public classes, those with a constructor, speak in their name."""
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls) and cls.__module__.startswith("sknn."):
            for name in dir(cls):
                if not name.startswith("_"):
                    take_over(cls, name)

    # -- the fit template -----------------------------------------------------------------

    def _train(self, call: Call) -> Any:
        """Train a working copy and become it; on any error nothing has happened."""
        trial = shallow_copy(self)
        given = trial._check_parameters()
        call.epochs = int(call.epochs)
        # L-BFGS trains members one after the other.
        in_turn = trial.n_members if parameters.is_lbfgs(trial) else 1
        context = callback_context(self, call.epochs * in_turn)
        # The context has left its marks on the estimator: by them it is closed after the call.
        vars(trial).update({name: each for name, each in vars(self).items() if name not in given})
        # Whatever a call does is small until it knows its network.
        limit = blas_threads(0)
        with restored_on_error(self.random_state), limit, limit:  # type: ignore[attr-defined]
            Session(trial, trial._opened(call), context, given).run()
        self.__dict__ = trial.__dict__ | given
        return self

    @with_callbacks
    def resume(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Any:
        """Train what an interrupted call had left.

        For an estimator that :meth:`sknn.callbacks.Checkpoint.load` returned, or that
        :class:`~sknn.callbacks.Pause` stopped. With the data of
        the interrupted call the result is that of a call that was never interrupted, to the
        last bit, given the same machine, versions and number of BLAS threads, and no `max_time`
        (whose seconds begin anew).

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val, sample_weight_val
            As in the interrupted call; auto-encoders have no y.

        Returns
        -------
        self : estimator
            Unchanged if the call had come to its end.

        Raises
        ------
        NotFittedError
            If there is no network.
        ValueError
            If there is no interrupted call, or what is needed to continue was not kept.
        """
        self._check_fitted()
        run = self.run_
        if run.optimizer_state is None:
            raise ValueError(
                f"This {type(self).__name__} has no interrupted call to resume, or kept nothing to "
                "continue from; resume what Checkpoint.load returns or Pause stopped, or call fit."
            )
        if run.stop_reason not in (None, "interrupted", PAUSED):
            return self
        call = Call(X, y, sample_weight, X_val, y_val, sample_weight_val)
        call.epochs = run.until - run.epoch
        call.keep = run.stream or self.warm_start  # type: ignore[attr-defined]
        call.stream, call.resume, call.finish = run.stream, True, True
        return self._train(call)

    def _opened(self, call: Call) -> Call:
        """Return what a working copy is to do in a call, and note what later calls need."""
        return call

    def _check_parameters(self) -> dict[str, Any]:
        """Check and read the parameters of a working copy; return what the user gave."""
        given = parameters.check_parameters(self, self._constraints)
        self._check_own_parameters()
        return given

    def _check_own_parameters(self) -> None:  # noqa: B027  (the table says it all for some)
        """Raise for parameters that the table of constraints cannot judge."""

    @abstractmethod
    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        """Return checked rows; with `reset` record the features seen."""

    @abstractmethod
    def _check_validation(self, call: Call, dtypes: Any) -> Rows | None:
        """Return the checked validation rows of a call, None where it has none."""

    @abstractmethod
    def _chain(self, n_raw: int) -> list[Layer]:
        """Return the specs of all layers, for `n_raw` raw scores."""

    @abstractmethod
    def _loss_recipe(self) -> Loss:
        """Return the loss, not yet bound to a task."""

    @abstractmethod
    def _set_targets(self, rows: Rows, call: Call) -> None:
        """Learn from the first rows what y means; set ``_targets`` and public attributes."""

    @abstractmethod
    def _check_same_task(self, y: Any, call: Call) -> Growth | None:
        """Raise when y of a later call does not fit the first; say where it has more outputs."""

    @abstractmethod
    def _combined_weight(self, rows: Rows, call: Call) -> NDArray | None:
        """Return what each row counts, all weights multiplied."""

    def _check_network(self, network: Network) -> None:  # noqa: B027
        """Raise for parameters that do not fit the layers."""

    def _start_from_data(self, network: Network, train: Rows, index: Any, seed: int) -> bool:
        """Improve initial weights by what the rows at `index` tell; most families do not.

        Parameters
        ----------
        index : ndarray of int, Folds or None
            Rows to train on, of all members or of each; None means all.
        seed : int
            Of the run, for whatever is drawn.

        Returns
        -------
        good : bool
            Whether the result may be served, should training not improve on it.
        """
        return False

    def _deal(self, session: Session) -> Folds | None:
        """Return which rows each member learns from; None where all learn from all."""
        return None

    def _member_count(self) -> int:
        """Return how many networks are trained at once."""
        return int(self.n_members)

    def _epochs(self) -> int:
        """Return the most epochs of one call of `fit`."""
        return self.max_iter  # type: ignore[attr-defined]

    def _patience(self) -> float:
        """Return after how many epochs without progress training ends."""
        return float(self.n_iter_no_change)  # type: ignore[attr-defined]

    def _network_for(self, x: Any) -> Network:
        """Return the network that serves such rows."""
        return self.network_

    def _work(self, network: Network, rows: int) -> int:
        """Return the multiply-adds of the largest product of a step; threads depend on it."""
        kernels = [
            prod(param.shape)
            for plan in network.plans
            for param in plan.params.values()
            if len(param.shape) > 2
        ]
        # Convolutions are many small products, with copies between them: a second thread
        # has little to do, and on a busy machine all wait for it.
        if kernels and max(kernels) < _KERNEL_FOR_THREADS:
            return 0
        return rows * max(plan.multiply_adds for plan in network.plans)

    def _automatic_batch_size(self, n_rows: int) -> int:
        """Return the rows of a batch for ``batch_size="auto"``."""
        return min(200, n_rows)

    def _rates(self, network: Network) -> NDArray | None:
        """Return the factor on the learning rate of every parameter; None where all are 1."""
        return architecture.rate_factors(self, network)

    def _decays(self, network: Network) -> NDArray | None:
        """Return the factor on the decay of every decayed parameter; None where all are 1."""
        return architecture.decay_factors(network)

    def _forget_choice(self, fresh: bool) -> None:  # noqa: B027
        """Forget what was learnt when weights were last chosen to be served.

        Parameters
        ----------
        fresh : bool
            Training begins anew.
        """

    def _choose(self, session: Session, run: Run) -> NDArray | None:
        """Return the weights to serve, None for those of the best or last epoch."""
        return None

    def _check_inputs(self, X: Any) -> Any:
        """Return the rows of the network, checked against what the estimator was fitted on."""
        return data.check_inputs(self, X, [np.float64, np.float32])

    def _after_fit(self, train: Rows) -> None:  # noqa: B027
        """Learn from the rows of a call what needs the trained network."""

    def _pace(self) -> Pace:
        """Return epochs and rate; here by the names of scikit-learn's networks."""
        return parameters.pace_of(self)

    def _objective(self, session: Session, network: Network, rows: int) -> Any:
        """Return the function of batches that training minimises; here a loss of raw scores."""
        return session.objective(network, rows)

    def _update(self, session: Session, objective: Any) -> Any:
        """Return what moves the weights; here one optimizer moves all of them."""
        return update_of(session, objective)

    def _averages(self) -> bool:
        """Whether an average of weights is kept, and served."""
        return any(callback.averages for callback in self.callbacks or ())  # type: ignore[attr-defined]

    def _row_shape(self, x: Any) -> Shape:
        """Return the shape of the rows the network is fed with; here that of those of X."""
        return x.shape[1:]

    def _doubt(self, X: Any, x: Any) -> str | None:
        """Return how X was read, namely as `x`, and what to pass if, as is likely, it is wrong."""
        return None

    def _measures(self, session: Session, network: Network) -> list[Callback]:
        """Return what adds figures to an epoch; here loss and score of the validation rows."""
        return validation_measures(session, network)

    def _report(self, session: Session) -> Callback:
        """Return what prints a line an epoch."""
        return PrintProgress()

    def _batch_is_clipped(self) -> None:
        """Warn of fewer rows than a batch is to have."""
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=users_level(),
        )

    def _epochs_are_over(self, run: Run) -> None:
        """Warn where training ended because there were no more epochs, not for being done."""
        # A schedule with a horizon has done what it was made for when its epochs are over.
        if "epochs" not in self._pace().schedule.get_params():
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({run.until - run.began}) "
                "reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=users_level(),
            )

    def _strata(self, target: Any, rows: NDArray | None) -> NDArray | None:
        """Return groups whose shares a validation split keeps."""
        return None

    def _after_training(self) -> None:
        """Set further public attributes from network and run."""
        network = self.network_
        self.n_layers_ = sum(layer.has_units for layer in network.layers) + 1
        self.out_activation_ = self._loss.link_name
        self.stop_reason_ = self.run_.stop_reason

    # -- fitted state ---------------------------------------------------------------------

    def _column_of_history(self, name: str) -> list[float] | None:
        return self.run_.history.columns.get(name)

    @property
    def history_(self) -> dict[str, NDArray]:
        """What was measured, one entry an epoch, by column.

        epoch, loss, learning_rate, seconds (of the epoch), gradient_norm (of the last batch);
        with validation rows validation_loss and validation_score, with `scoring` score.
        Callbacks may add more, :class:`~sknn.callbacks.Diagnostics` figures of every layer.
        """
        return {name: np.array(values) for name, values in self.run_.history.columns.items()}

    @property
    def loss_curve_(self) -> list[float]:
        """Objective after each epoch, penalty included."""
        return list(self.run_.history.columns.get("loss", []))

    @property
    def loss_(self) -> float:
        """Objective of the last epoch."""
        values = self._column_of_history("loss")
        if not values:
            raise AttributeError("loss_ exists after the first epoch of training.")
        return values[-1]

    @property
    def best_loss_(self) -> float | None:
        """Lowest objective of an epoch; None with early stopping, which watches other figures."""
        return None if self._watches_validation() else self.run_.best_loss

    @property
    def validation_scores_(self) -> list[float] | None:
        """Accuracy or R2 on the validation rows after each epoch, None without such rows."""
        values = self._column_of_history("validation_score")
        return None if values is None else list(values)

    @property
    def best_validation_score_(self) -> float | None:
        """Highest validation score, None without validation rows."""
        values = self._column_of_history("validation_score")
        if values is None:
            return None
        return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")

    @property
    def t_(self) -> int:
        """Number of rows passed through the network in training."""
        return self.run_.samples

    def _watches_validation(self) -> bool:
        run, early_stopping = self.run_, self.early_stopping  # type: ignore[attr-defined]
        return bool(early_stopping) and "validation_score" in run.history.columns

    # -- prediction -----------------------------------------------------------------------

    def _raw(self, X: Any) -> NDArray:
        """Return raw scores, in the units of the user."""
        self._check_fitted()
        return self._through(self._check_inputs(X))

    def _through(self, x: Any, **layers: Any) -> NDArray:
        """Return what the network, or some of its layers, makes of checked rows."""
        network = self._network_for(x)
        limit = self._limit(x.shape[0], network)
        with limit, limit:
            return computed(network.predict, x, **layers)

    def _limit(self, rows: int, network: Network | None = None) -> blas_threads:
        """Return what holds BLAS at one thread where rows are few for the network."""
        return blas_threads(self._work(self.network_ if network is None else network, rows))

    # -- contract -------------------------------------------------------------------------

    def __sklearn_tags__(self) -> Any:
        """Sparse rows are welcome, and both precisions are kept."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        if tags.transformer_tags is not None:
            tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Add the version of sknn; scikit-learn stamps only its own estimators."""
        state = super().__getstate__()
        state = dict(self.__dict__) if state is None else dict(state)
        return state | {"_sknn_version": __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Warn of a pickle from another version."""
        state = dict(state)
        written = state.pop("_sknn_version", "unknown")
        if written != __version__:
            warnings.warn(
                f"This {type(self).__name__} was pickled by sknn {written} and is loaded by "
                f"{__version__}, which may not understand it. Fit it anew to be safe.",
                InconsistentVersionWarning,
                stacklevel=2,
            )
        super().__setstate__(state)
