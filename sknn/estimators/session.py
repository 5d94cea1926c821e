"""One call of fit or partial_fit, from checked arrays to published weights."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sknn.core.layers import Dense
from sknn.core.network import Network
from sknn.core.schedules import BatchSizeSchedule
from sknn.core.workspace import Workspace
from sknn.estimators import architecture, data, parameters
from sknn.estimators.data import Rows
from sknn.estimators.watching import callbacks_for
from sknn.training.batches import Batches
from sknn.training.lbfgs import minimize_lbfgs
from sknn.training.objective import Supervised
from sknn.training.run import Run, Streams
from sknn.training.threads import blas_threads
from sknn.training.trainer import Trainer
from sknn.training.update import Update


@dataclass
class Call:
    """What the user asked for.

    Attributes
    ----------
    resume : bool
        Continue the stored run if there is one.
    keep : bool
        Keep what a later call needs to continue exactly.
    stream : bool
        A call of partial_fit: one pass, no rows are held out, and the history stays bounded.
    """

    X: Any
    y: Any
    sample_weight: Any = None
    X_val: Any = None
    y_val: Any = None
    sample_weight_val: Any = None
    classes: Any = None
    epochs: int = 1
    resume: bool = False
    keep: bool = False
    stream: bool = False


@contextmanager
def restored_on_error(random_state: Any) -> Iterator[None]:
    """Give a RandomState its former state back when the block fails."""
    before = random_state.get_state() if isinstance(random_state, np.random.RandomState) else None
    try:
        yield
    except BaseException:
        if before is not None:
            random_state.set_state(before)
        raise


class Session:
    """Trains a working copy of an estimator; the caller swaps it in when all went well.

    The parameters of the estimator have been checked.

    Parameters
    ----------
    estimator : BaseNetwork
        The working copy. Its attributes may be replaced, the objects behind them may not change.
    call : Call
    context : sklearn.callback.CallbackContext or None
    """

    def __init__(self, estimator: Any, call: Call, context: Any = None) -> None:
        self.estimator = estimator
        self.call = call
        self.context = context
        self.fresh = not (call.resume and hasattr(estimator, "network_"))
        self.lbfgs = parameters.is_lbfgs(estimator)

    def run(self) -> None:
        """Do everything."""
        self._read()
        if self.rows_used is not None and not len(self.rows_used):
            return  # A chunk of a stream in which every weight is zero teaches nothing.
        self._make_network()
        self._open_run()
        self._hold_out()
        self._start_output_bias()
        self._train()
        self._publish()

    def prepare(self) -> None:
        """Go as far as a network with initial or last weights."""
        self._read()
        self._make_network()
        self._open_run()
        self._start_output_bias()

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
        known = None if self.fresh else estimator.network_.dtype
        self.dtypes = data.input_dtypes(estimator.dtype) if known is None else [known]
        numeric = estimator._numeric_target
        rows = data.check_rows(
            estimator,
            call.X,
            call.y,
            call.sample_weight,
            dtypes=self.dtypes,
            reset=self.fresh,
            numeric=numeric,
        )
        if not self.fresh:
            estimator._check_same_task(rows.y, call)
        weight = estimator._combined_weight(rows, call)
        self.train = Rows(rows.x, rows.y, weight)
        self.rows_used = data.training_rows(weight, may_be_empty=call.stream and not self.fresh)
        if self.fresh:
            estimator._set_targets(self.train, call)
        self.targets = estimator._targets
        self.validation = data.check_validation(
            estimator, call.X_val, call.y_val, call.sample_weight_val, self.dtypes, numeric
        )

    def _make_network(self) -> None:
        """Plan the network; give it its initial or its last weights."""
        estimator = self.estimator
        recipe = estimator._loss_recipe()
        self.loss = self.targets.bind(recipe)
        n_raw = self.loss.n_raw(self.targets.n_outputs)
        x = self.train.x
        network = architecture.build_network(
            estimator, x.shape[1], n_raw, x.dtype, estimator.n_members
        )
        if self.lbfgs:
            parameters.check_lbfgs(estimator, network.layers)
        if not isinstance(x, np.ndarray) and not network.layers[0].reads_sparse:
            raise ValueError(
                f"X is sparse, but the first layer {network.layers[0]!r} needs dense rows; put a "
                "Dense layer first, or pass X.toarray()."
            )
        self.network = network
        self.target = self.targets.encode(self.train.y, network.dtype)
        self._check_target_domain()
        if not self.fresh:
            self._continue_from(estimator.network_, estimator.run_)

    def _check_target_domain(self) -> None:
        if isinstance(self.target, np.ndarray):
            self.loss.check_target(self.target)

    def _continue_from(self, served: Network, run: Run) -> None:
        now, before = architecture.signature(self.network), architecture.signature(served)
        if now != before or self.network.lead != served.lead:
            raise ValueError(
                "The architecture parameters differ from those of the previous call, so training "
                f"cannot continue: the fitted network has {_shapes(before)}, the parameters now "
                f"describe {_shapes(now)}. Restore them, or fit anew with warm_start=False."
            )
        if run.theta is not None:
            self.network.load(run.theta)
        else:
            self.network.load(served.theta)
            self.targets.unfold(self.network, self.loss)

    def _open_run(self) -> None:
        """Start a run, or copy the stored one."""
        estimator = self.estimator
        if not self.fresh:
            self.state = estimator.run_.copy()
            return
        self.state = Run(
            streams=Streams.from_seed(_seed(estimator.random_state)), horizon=estimator.max_iter
        )
        weight = self.train.weight
        if weight is not None:
            self.state.unit = float(weight[weight > 0].mean())
        self.network.initialize(self.state.streams.init)

    def _start_output_bias(self) -> None:
        """Let a fresh network start at the best constant prediction."""
        if not self.fresh:
            return
        bias = self.network.params[-1]["b"]
        target, weight = self.target, self.train.weight
        rows = self.rows_used
        if rows is not None:
            target, weight = target[rows], None if weight is None else weight[rows]
        bias[...] = self.targets.constant_optimum(self.loss, target, weight)

    def _hold_out(self) -> None:
        """Split off validation rows for early stopping."""
        estimator = self.estimator
        wanted = estimator.early_stopping and not self.lbfgs and not self.call.stream
        if not wanted or self.validation is not None:
            return
        self.rows_used, held_out = data.split_rows(
            self.rows_used,
            self.train.x.shape[0],
            estimator.validation_fraction,
            self.state.streams.split_seed,
            estimator._strata(self.target),
        )
        self.validation = self.train.take(held_out)

    def column(self, weight: NDArray | None) -> NDArray | None:
        """Return weights as the kernels want them, (n, 1) in the dtype of the network."""
        return None if weight is None else weight.astype(self.network.dtype)[:, None]

    def _total_weight(self) -> float:
        weight, rows = self.train.weight, self.rows_used
        if weight is None:
            return float(self.train.x.shape[0] if rows is None else len(rows))
        return float(weight.sum() if rows is None else weight[rows].sum())

    def objective(self, network: Network, rows: int) -> Supervised:
        """Return loss and gradient as functions of batches of up to `rows` rows."""
        estimator = self.estimator
        frozen = architecture.frozen_layers(estimator.freeze, network)
        workspace = Workspace(network, self.loss, rows, self.state.streams.noise, frozen)
        return Supervised(
            workspace,
            l2=estimator.alpha,
            l1=estimator.l1,
            unit=self.state.unit,
            total=self._total_weight(),
        )

    def _train(self) -> None:
        batches = Batches(self.train.x, self.target, self.column(self.train.weight), self.rows_used)
        self.epochs_before = self.state.epoch
        if not self.call.epochs:
            return
        size = _batch_sizes(self.estimator, batches.n_rows, self.state.horizon)
        largest = 4096 if self.lbfgs else size(self.state.epoch)
        with blas_threads(_multiply_adds(self.network, min(largest, batches.n_rows))):
            if self.lbfgs:
                self._train_full_batch(batches)
            else:
                self._train_stochastic(batches, size)

    def _train_stochastic(self, batches: Batches, size: Callable[[int], int]) -> None:
        estimator, run = self.estimator, self.state
        optimizer = parameters.optimizer_of(estimator)
        objective = self.objective(self.network, min(size(run.epoch), batches.n_rows))
        if run.optimizer_state is None:
            run.optimizer_state = optimizer.init(self.network.trainable)
        decay = estimator.weight_decay
        update = Update(
            self.network,
            objective.grad,
            optimizer,
            run.optimizer_state,
            l1=objective.l1,
            weight_decay=optimizer.weight_decay if isinstance(decay, str) else decay,
            max_grad_norm=estimator.max_grad_norm,
            rates=architecture.rate_factors(estimator, self.network),
        )
        Trainer(
            objective,
            update,
            batches,
            base_rate=estimator.learning_rate_init,
            schedule=parameters.schedule_of(estimator),
            batch_size=size,
            callbacks=callbacks_for(self, self.network),
            shuffle=estimator.shuffle,
            max_time=estimator.max_time,
        ).run(run, self.call.epochs)

    def _train_full_batch(self, batches: Batches) -> None:
        """Minimise by L-BFGS, in float64, the members one after the other."""
        estimator, state = self.estimator, self.state
        runs = []
        for index in range(self.network.n_members):
            network = self.network.member(index).copy(np.float64)
            objective = self.objective(network, min(4096, batches.n_rows))
            run = state.copy()
            result = minimize_lbfgs(
                objective,
                batches,
                run,
                callbacks_for(self, network),
                max_iter=self.call.epochs,
                max_fun=estimator.max_fun,
                tol=estimator.tol,
                max_time=estimator.max_time,
                held=architecture.rate_factors(estimator, network),
            )
            runs.append(run)
            self.network.member(index).load(network.theta)
            if run.stop_reason == "max_iter":
                _warn_lbfgs(result, self.call.epochs)
        self.state = max(runs, key=lambda run: run.epoch)

    def served(self, network: Network) -> Network:
        """Return an independent network in the units of the user."""
        served = network.copy()
        self.targets.fold(served, self.loss)
        return served

    def _publish(self) -> None:
        """Choose the weights to serve, warn of what the user should know, set attributes."""
        estimator, run = self.estimator, self.state
        self._react_to_stop()
        keep = self.call.keep
        # Where the served weights are the last ones, nothing else need be kept.
        served_differs = run.best is not None or self.targets.folds
        run.theta = self.network.theta.copy() if keep and served_differs else None
        if run.best is not None:
            self.network.load(run.best.theta)
        self.targets.fold(self.network, self.loss)
        if not keep:
            run.forget()
        if self.call.stream:
            run.history.trim()
        estimator.network_ = self.network
        estimator._loss = self.loss
        estimator.run_ = run
        estimator.n_iter_ = run.epoch - self.epochs_before
        estimator._after_training()

    def _react_to_stop(self) -> None:
        run = self.state
        if run.stop_reason == "diverged":
            self._recover()
        elif run.stop_reason == "interrupted":
            warnings.warn("Training interrupted by user.", stacklevel=_users_level())
        elif run.stop_reason == "max_iter" and not self.call.stream and not self.lbfgs:
            self._warn_unconverged()

    def _recover(self) -> None:
        """Return to the best weights after a divergence, if there are any."""
        run = self.state
        advice = (
            "Scale X (for example with StandardScaler), lower learning_rate_init, or set "
            "max_grad_norm."
        )
        if run.best is None:
            raise ValueError(
                "Solver produced non-finite parameter weights. The input data may contain large "
                f"values and need to be preprocessed. {advice}"
            )
        warnings.warn(
            f"Training diverged in epoch {run.epoch}; the best weights before it were restored. "
            f"{advice}",
            ConvergenceWarning,
            stacklevel=_users_level(),
        )
        self.network.load(run.best.theta)
        run.optimizer_state = None

    def _warn_unconverged(self) -> None:
        # A schedule with a horizon has done what it was made for when its epochs are over.
        if "epochs" not in parameters.schedule_of(self.estimator).get_params():
            warnings.warn(
                f"Stochastic Optimizer: Maximum iterations ({self.call.epochs}) "
                "reached and the optimization hasn't converged yet.",
                ConvergenceWarning,
                stacklevel=_users_level(),
            )


def _users_level() -> int:
    """Return the `stacklevel` at which a warning shows the line that called fit."""
    frame, level = inspect.currentframe(), 0
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not name.startswith(("sknn.", "sklearn.callback")):
            break
        frame, level = frame.f_back, level + 1
    return level


def _seed(random_state: Any) -> int:
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(np.iinfo(np.int32).max))
    return int(random_state)


def _shapes(signature: list[tuple[str, str, tuple[int, ...]]]) -> str:
    return ", ".join(f"{layer}.{name} {shape}" for layer, name, shape in signature)


def _multiply_adds(network: Network, rows: int) -> int:
    sizes = [
        views["W"].shape[-2] * views["W"].shape[-1]
        for layer, views in zip(network.layers, network.params, strict=True)
        if isinstance(layer, Dense)
    ]
    return rows * max(sizes)


def _batch_sizes(estimator: Any, n_rows: int, horizon: int) -> Callable[[int], int]:
    """Return the function from the number of epochs so far to the rows of a batch."""
    size = estimator.batch_size
    if isinstance(size, BatchSizeSchedule):
        return lambda epoch: min(n_rows, size.size(epoch, horizon, n_rows))
    if isinstance(size, str):
        return lambda epoch: min(200, n_rows)
    if size > n_rows and not parameters.is_lbfgs(estimator):
        warnings.warn(
            "Got `batch_size` less than 1 or larger than sample size. It is going to be clipped",
            stacklevel=_users_level(),
        )
    return lambda epoch: min(int(size), n_rows)


def _warn_lbfgs(result: Any, max_iter: int) -> None:
    warnings.warn(
        f"lbfgs failed to converge after {result.nit} iteration(s) (status={result.status}):\n"
        f"{result.message}\n\nIncrease the number of iterations to improve the convergence "
        f"(max_iter={max_iter}).\nYou might also want to scale the data.",
        ConvergenceWarning,
        stacklevel=_users_level(),
    )
