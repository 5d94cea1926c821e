"""One call of fit or partial_fit, from checked arrays to published weights."""

from __future__ import annotations

import warnings
from collections.abc import Container
from math import inf
from types import MappingProxyType
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sknn.core.layout import Growth
from sknn.core.losses.per_member import PerMember
from sknn.core.network import Network
from sknn.core.pretrained import Pretrained
from sknn.core.workspace import Workspace
from sknn.estimators import architecture, data, parameters
from sknn.estimators._sklearn import shallow_copy, without_listeners
from sknn.estimators.call import Call
from sknn.estimators.continuation import continue_from
from sknn.estimators.data import Rows
from sknn.estimators.plausibility import warn_of_data
from sknn.estimators.solving import objective_at, rejoin, solve
from sknn.training import trial
from sknn.training.callbacks import PAUSED, copies
from sknn.training.caller import users_level
from sknn.training.folds import Folds
from sknn.training.objective import Supervised
from sknn.training.run import Run, Streams


class Session:
    """Trains a working copy of an estimator; the caller swaps it in when all went well.

    The parameters of the estimator have been checked, and its numbers are Python's own.

    Parameters
    ----------
    estimator : BaseNetwork
        The working copy. Its attributes may be replaced, the objects behind them may not change.
    call : Call
    context : sklearn.callback.CallbackContext or None
    given : mapping
        Parameters as the user gave them, for whoever gets a copy of the estimator.
    """

    def __init__(
        self, estimator: Any, call: Call, context: Any = None, given: Any = MappingProxyType({})
    ) -> None:
        self.estimator = estimator
        self.given = given
        self.call = call
        self.context = context
        self.bridge: Any = None
        self.fresh = not (call.resume and hasattr(estimator, "network_"))
        self.lbfgs = parameters.is_lbfgs(estimator)
        self.before = dict(vars(estimator))
        self.growth: Growth | None = None
        self._snapshots: WeakSet[Any] = WeakSet()
        self.splits = False
        self.folds: Folds | None = None
        self.finished: NDArray | None = None
        self.deadline = inf

    def run(self) -> None:
        """Do everything."""
        self._read()
        if self.rows_used is not None and not len(self.rows_used):
            # A chunk of a stream in which every weight is zero teaches nothing.
            self.estimator.__dict__ = self.before
            return
        self._make_network()
        if self.fresh:
            warn_of_data(self)
        self._open_run()
        self._hold_out()
        self._start()
        if not self.call.finish:
            self._plan_epochs()
        if self.call.epochs or self.call.finish:
            solve(self)
        self._react_to_stop()
        keep = self.call.keep or self.state.stop_reason == PAUSED
        self._publish(self.estimator, self.network, self.state, keep)
        self._check_fold()
        self.estimator._after_fit(self.train)

    def _plan_epochs(self) -> None:
        """Note in the run what this call is to do, should another one have to finish it."""
        run = self.state
        run.began, run.until = run.epoch, run.epoch + self.call.epochs
        run.stream, run.stop_reason = self.call.stream, None

    @property
    def epochs_left(self) -> int:
        """Epochs this call may still train."""
        return self.state.until - self.state.epoch

    def snapshot(self) -> Any:
        """Return an independent fitted estimator that could continue from here.

        scikit-learn's callbacks stay with the call they listen to.
        """
        twin = without_listeners(shallow_copy(self.estimator))
        # A callback may hold earlier snapshots. Copied every time, they would double each time.
        twin.callbacks_ = copies.with_state(twin.callbacks_, twin.callbacks or (), self._snapshots)
        vars(twin).update(self.given)
        self._snapshots.add(twin)
        self._publish(twin, self.network.copy(), self.state.copy(), keep=True)
        twin._after_fit(self.train)
        return twin

    def prepare(self) -> None:
        """Go as far as a network with initial or last weights."""
        self._read()
        self._make_network()
        self._open_run()
        self._start()

    def _check_validation_request(self) -> None:
        call, estimator = self.call, self.estimator
        if call.stream and call.epochs and estimator.early_stopping and call.X_val is None:
            raise ValueError(
                "partial_fit does not support early_stopping=True without a validation set; "
                "pass X_val and y_val."
            )

    def _read(self) -> None:
        """Check arrays, learn what y means, combine weights."""
        estimator, call = self.estimator, self.call
        self._check_validation_request()
        self.dtypes = self._input_dtypes()
        rows = estimator._check_rows(call.X, call.y, call.sample_weight, self.dtypes, self.fresh)
        if not self.fresh:
            self.growth = estimator._check_same_task(rows.y, call)
        weight = estimator._combined_weight(rows, call)
        self.train = Rows(rows.x, rows.y, weight)
        self.rows_used = data.training_rows(weight, may_be_empty=call.stream and not self.fresh)
        if self.fresh:
            estimator._set_targets(self.train, call)
        self.targets = estimator._targets
        self.validation = estimator._check_validation(call, self.dtypes)

    def _input_dtypes(self) -> Any:
        """Return the precisions X may keep; a run that goes on keeps its own."""
        wanted = self.estimator.dtype
        if self.fresh:
            return data.input_dtypes(wanted)
        known = self.estimator.network_.dtype
        if not (isinstance(wanted, str) and wanted == "auto") and np.dtype(wanted) != known:
            raise ValueError(
                f"dtype={wanted!r} differs from that of the previous call, {known}, so training "
                "cannot continue; restore it, or fit anew with warm_start=False."
            )
        return [known]

    def _make_network(self) -> None:
        """Plan the network and encode the target."""
        estimator = self.estimator
        recipe = estimator._loss_recipe()
        self.loss = self.targets.bind(recipe)
        n_raw = self.loss.n_raw(self.targets.n_outputs)
        x = self.train.x
        network = architecture.build_network(estimator, n_raw, estimator._row_shape(x), x.dtype)
        if self.lbfgs:
            parameters.check_lbfgs(estimator, network.layers)
        if not isinstance(x, np.ndarray) and not network.layers[0].reads_sparse:
            raise ValueError(
                f"X is sparse, but the first layer {network.layers[0]!r} needs dense rows; leave "
                "input_dropout at 0 and put a Dense layer first, or pass X.toarray()."
            )
        estimator._check_network(network)
        self.network = network
        if self.fresh and self.targets.vanishes(network.dtype):
            raise ValueError(
                f"y is so small that {network.dtype} cannot tell it from 0; {self._finer()}scale "
                "it up."
            )
        self.target = self.targets.encode(self.train.y, network.dtype)
        self._check_target_domain()
        self._try_parts()

    def _try_parts(self) -> None:
        """Let parts that are the user's own show that they keep to their contract."""
        estimator, network = self.estimator, self.network
        trial.try_layers(network)
        trial.try_loss(self.loss, self.targets.task, self.targets.listed(self.target), network)
        if not self.lbfgs:
            trial.try_optimizer(parameters.optimizer_of(estimator), network.dtype)
            pace = estimator._pace()
            trial.try_schedule(pace.schedule, pace.epochs)

    def _check_target_domain(self) -> None:
        rows = self.rows_used
        target = self.target if rows is None or self.target is None else self.target[rows]
        self.targets.check_domain(self.loss, target)

    def _open_run(self) -> None:
        """Start a run, or copy the stored one; load initial or last weights."""
        estimator = self.estimator
        if not self.fresh:
            self.state = estimator.run_.copy()
            continue_from(self, estimator.network_)
            return
        self.state = Run(
            streams=Streams.from_seed(seed_from(estimator.random_state), self.network.n_members),
            horizon=estimator._pace().epochs,
            n_members=self.network.n_members,
            of_several=bool(self.network.lead),
        )
        weight = self.train.weight
        if weight is not None:
            self.state.unit = float(weight[weight > 0].mean())
        self.network.initialize(self.state.streams.init)

    def _start(self) -> None:
        """Complete the initial weights by what only training rows and other networks know."""
        if not self.fresh:
            return
        self.start_output_bias()
        good = self.estimator._start_from_data(
            self.network,
            self.train,
            self.rows_used if self.folds is None else self.folds,
            self.state.streams.split_seed,
        )
        if good and not self.call.stream:
            self.state.start = self.network.theta.copy()
        if isinstance(self.estimator.weight_init, Pretrained):
            self._transfer(self.estimator.weight_init)

    def _transfer(self, source: Pretrained) -> None:
        """Copy the weights of another network."""
        known = vars(self.estimator)
        link = self.loss.link_name, self.network.out_shape
        asked = link, known.get("classes_", known.get("n_outputs_"))
        self.targets.adopt(self.network, self.loss, source.copy_into(self.network, asked))

    def start_output_bias(self) -> None:
        """Let new output units start at the best constant prediction."""
        rows, target = self.rows_used, self.target
        weight = self.train.weight
        if rows is not None:
            target, weight = (None if part is None else part[rows] for part in (target, weight))
        self.targets.start(self.network, self.loss, target, weight)

    def _hold_out(self) -> None:
        """Split off validation rows for early stopping."""
        estimator = self.estimator
        wanted = estimator.early_stopping and not self.lbfgs and not self.call.stream
        if not self.call.stream:
            self.folds = estimator._deal(self)
        if self.folds is None:
            # From now on there are no rows that members have not seen.
            self.state.candidates, self.state.saw_all = (), True
        if not wanted or self.validation is not None:
            return
        self.splits, self.all_rows = True, self.rows_used
        self.rows_used, held_out = data.split_rows(
            self.rows_used,
            self.train.x.shape[0],
            estimator.validation_fraction,
            self.state.streams.split_seed,
            estimator._strata(self.target, self.rows_used),
        )
        self.validation = self.train.take(held_out)

    def choose_weights(self) -> None:
        """Find the weights to serve where they are neither the last nor the best of an epoch."""
        run = self.state
        kept = run.best or run.average
        if kept is None and run.start is not None and run.stop_reason == "converged":
            # A loss that did not fall may have risen: steps have a length even at a minimum.
            if objective_at(self, run.start) <= objective_at(self, self.network.theta):
                self.finished = run.start
        self._use_all_rows()

    def _use_all_rows(self) -> None:
        """Let the rows held out of training have their say in the weights to serve."""
        run = self.state
        cut_short = run.stop_reason in ("diverged", "interrupted", "max_time", PAUSED)
        if self.splits and run.best is not None and not cut_short:
            self.finished = rejoin(self, self.all_rows)

    def column(self, weight: NDArray | None) -> NDArray | None:
        """Return weights in units of their mean, (n, 1) in the dtype of the network."""
        if weight is None:
            return None
        # Divided in float64: in float32 weights of 1e300 or 1e-42 would not survive.
        return (weight / self.state.unit).astype(self.network.dtype)[:, None]

    def _total_weight(self) -> float:
        weight, rows = self.train.weight, self.rows_used
        if weight is None:
            return float(self.train.x.shape[0] if rows is None else len(rows))
        return float(weight.sum() if rows is None else weight[rows].sum())

    def objective(self, network: Network, rows: int) -> Supervised:
        """Return loss and gradient as functions of batches of up to `rows` rows."""
        estimator = self.estimator
        held = architecture.held_layers(estimator, network)
        apart = self.folds is not None and network.lead
        kernel = self.targets.kernel(self.loss, network.in_shape)
        loss: Any = PerMember(kernel) if apart else kernel
        workspace = Workspace(network, loss, rows, self.state.streams.noise, held)
        return Supervised(
            workspace,
            l2=float(estimator.alpha),
            l1=float(estimator.l1),
            unit=self.targets.answers * (self.state.unit if self.train.weight is None else 1.0),
            total=self.targets.answers * self._total_weight(),
        )

    def served(self, network: Network) -> Network:
        """Return an independent network in the units of the user."""
        served = network.copy()
        self.targets.fold(served, self.loss)
        return served

    def final(self) -> Network:
        """Return the network to serve as things stand: the best weights, if any were kept."""
        chosen = self._chosen(self.estimator, self.state)
        return self.served(self.network if chosen is None else self.network.with_members(chosen))

    def _chosen(self, estimator: Any, run: Run) -> NDArray | None:
        """Return the weights to serve, None where they are the last ones."""
        chosen = estimator._choose(self, run)
        if chosen is not None:
            return chosen
        kept = run.best or run.average
        return self.finished if self.finished is not None or kept is None else kept.theta

    def _publish(self, estimator: Any, network: Network, run: Run, keep: bool) -> None:
        """Choose the weights to serve and set the attributes of a fitted estimator."""
        # Where the served weights are the last ones, nothing else need be kept.
        chosen = self._chosen(estimator, run)
        served_differs = chosen is not None or self.targets.folds
        run.theta = network.theta.copy() if keep and served_differs else None
        if chosen is not None:
            network = network.with_members(chosen)
        with np.errstate(over="ignore", invalid="ignore"):
            self.targets.fold(network, self.loss)
        if not keep:
            run.forget()
        if self.call.stream:
            run.history.trim()
        estimator.network_ = network
        estimator._loss = self.loss
        estimator.run_ = run
        estimator.n_iter_ = run.epoch - run.began
        estimator._after_training()

    def _finer(self) -> str:
        """Say how to get another precision, where there is a choice."""
        fine = self.network.dtype == np.float64 or "dtype" not in self.estimator.get_params(False)
        return "" if fine else "set dtype='float64', or "

    def _check_fold(self) -> None:
        """Raise where the last layer leaves the range of the precision in the units of y."""
        finer = self._finer()
        if self.targets.folds and not np.isfinite(self.estimator.network_.theta).all():
            raise ValueError(
                f"y is too large for {self.network.dtype} weights; {finer}scale it down."
            )
        if self.fresh and not self.targets.resolved(self.network.dtype):
            warnings.warn(
                f"y varies so little around so large a mean that {self.network.dtype} predictions "
                f"cannot follow it; {finer}subtract a constant from y.",
                stacklevel=users_level(),
            )

    def _react_to_stop(self) -> None:
        run = self.state
        if run.stop_reason == "diverged":
            self._recover()
        elif run.stop_reason == "interrupted":
            warnings.warn("Training interrupted by user.", stacklevel=users_level())
        elif run.stop_reason == "max_iter" and not self.call.stream and not self.lbfgs:
            self.estimator._epochs_are_over(run)

    def _recover(self) -> None:
        """Return to the best weights after a divergence, if there are any."""
        run = self.state
        advice = _advice(self.estimator.get_params(deep=False))
        if run.best is None and not run.candidates:
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large "
                f"values and need to be preprocessed. {advice}"
            )
        warnings.warn(
            f"Training diverged in epoch {run.epoch}; the best weights before it were restored. "
            f"{advice}",
            ConvergenceWarning,
            stacklevel=users_level(),
        )
        self.network.load((run.best or min(run.candidates, key=lambda each: each.loss)).theta)
        run.optimizer_state = run.average = None


def _advice(names: Container[str]) -> str:
    """Say what helps against divergence, by parameters that the estimator has."""
    rate = "learning_rate_init" if "learning_rate_init" in names else "learning_rate"
    scale = "Scale X (for example with StandardScaler)"
    if "max_grad_norm" in names:
        return f"{scale}, lower {rate}, or set max_grad_norm."
    return f"{scale}, or lower {rate}."


def seed_from(random_state: Any) -> int:
    """Return a seed: the number itself, one drawn from a RandomState, or a fresh one."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(np.iinfo(np.int32).max))
    return int(random_state)
