"""How an estimator trains: all training parameters, resolved once per call."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sknn.core.optimizers import Optimizer
from sknn.core.schedules import BatchSizeSchedule, Schedule
from sknn.estimators.settings import specs
from sknn.training.callbacks import Callback


class TrainingDefaults:
    """Training parameters that the constructor of a family does not have."""

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


@dataclass(frozen=True)
class Recipe:
    """How one call of fit trains.

    Attributes
    ----------
    loss : Loss or str
        Not yet bound to a task; a name if the targets determine its meaning.
    optimizer : Optimizer or None
        None for L-BFGS.
    full_batch : bool
        Training is minimization by L-BFGS over all rows.
    schedule : Schedule
    base_rate : float
        Learning rate that the schedule multiplies.
    epochs : int
        Largest number of epochs of one call to `fit`.
    patience : float
        Epochs without progress after which training ends.
    tol : float
        Smallest improvement that counts as progress.
    batch_size : int, BatchSizeSchedule or None
        None is one of `automatic_sizes`.
    automatic_sizes : tuple of (rows, size)
        Batch size for up to that many rows; the last pair is for all larger numbers.
    weight_decay : float or None
        None: the optimizer's own default.
    l2, l1 : float
    max_grad_norm : float or None
    regularization : Schedule or None
        How noise and decoupled decay fade.
    shuffle : bool
    n_members : int
        Networks that are trained at once.
    early_stopping, restore_best : bool
    validation_fraction : float
    scoring : str, callable or None
    stop_below : float or None
    max_time : float
        Seconds.
    max_fun : int
        Evaluations of L-BFGS.
    callbacks : tuple of Callback
        The user's.
    averages : bool
        An average of weights is kept, and used for prediction.
    verbose : bool or int
    must_converge : bool
        To have used up the epochs is worth a warning.
    must_fill_batches : bool
        To have fewer rows than a batch is worth a warning.
    family_settings : object
        What the family alone has to resolve, as presets.
    """

    loss: Any
    optimizer: Optimizer | None
    full_batch: bool
    schedule: Schedule
    base_rate: float
    epochs: int
    patience: float
    tol: float
    batch_size: int | BatchSizeSchedule | None
    automatic_sizes: tuple[tuple[float, int], ...]
    weight_decay: float | None
    l2: float
    l1: float
    max_grad_norm: float | None
    regularization: Schedule | None
    shuffle: bool
    n_members: int
    early_stopping: bool
    restore_best: bool
    validation_fraction: float
    scoring: Any
    stop_below: float | None
    max_time: float
    max_fun: int
    callbacks: tuple[Callback, ...]
    averages: bool
    verbose: Any
    must_converge: bool
    must_fill_batches: bool
    family_settings: Any

    @property
    def decay(self) -> float:
        """Decoupled decay; that of the optimizer by default."""
        kept = 0.0 if self.optimizer is None else self.optimizer.weight_decay
        return kept if self.weight_decay is None else self.weight_decay

    @property
    def follows_loss(self) -> bool:
        """Whether the learning rate depends on the progress of training."""
        return self.schedule.follows_loss

    def planned_epochs(self, horizon: int) -> int:
        """Return how many epochs the rate, the batch size, or the noise is planned for, or 0.

        Parameters
        ----------
        horizon : int
            `epochs` of the call that began the run.
        """
        plans: list[Any] = [self.schedule]
        if isinstance(self.batch_size, BatchSizeSchedule):
            plans.append(self.batch_size)
        if self.regularization is not None:
            plans.append(self.regularization)
        return max(plan.planned_epochs(horizon) for plan in plans)

    def batch_sizes(self, n_rows: int, horizon: int) -> Callable[[int], int]:
        """Return the function from the number of epochs so far to the rows of a batch."""
        size = self.batch_size
        if isinstance(size, BatchSizeSchedule):
            planned = size
            return lambda epoch: min(n_rows, planned.size(epoch, horizon, n_rows))
        if size is None:
            sizes = self.automatic_sizes
            size = next((size for rows, size in sizes if n_rows <= rows), sizes[-1][1])
        constant = min(size, n_rows)
        return lambda epoch: constant

    def epochs_of(self, asked: int | None) -> int:
        """Return the number of new epochs of a call that requests a number, or leaves it open."""
        return self.epochs if asked is None else int(asked)


def recipe_of(
    estimator: Any,
    *,
    loss: Any,
    base_rate: float | None = None,
    schedule: Schedule | None = None,
    epochs: int | None = None,
    patience: float | None = None,
    n_members: int | None = None,
    automatic_sizes: Sequence[tuple[float, int]] = ((math.inf, 200),),
    regularization: Schedule | None = None,
    averages: bool = False,
    must_converge: bool = True,
    must_fill_batches: bool = True,
    family_settings: Any = None,
) -> Recipe:
    """Resolve the parameters of training; `None` is read from the parameter of scikit-learn's name.

    Raises
    ------
    InvalidParameterError
        For an unknown name.
    """
    get = partial(getattr, estimator)
    full_batch = specs.is_lbfgs(estimator)
    size, decay, limit, seconds = map(
        get, ("batch_size", "weight_decay", "max_grad_norm", "max_time")
    )
    callbacks = tuple(get("callbacks") or ())
    return Recipe(
        loss=loss,
        full_batch=full_batch,
        optimizer=None if full_batch else specs.optimizer_of(estimator),
        schedule=specs.schedule_of(estimator) if schedule is None else schedule,
        base_rate=get("learning_rate_init") if base_rate is None else base_rate,
        epochs=int(get("max_iter") if epochs is None else epochs),
        patience=float(get("n_iter_no_change") if patience is None else patience),
        tol=get("tol"),
        batch_size=None if isinstance(size, str) else size,
        automatic_sizes=tuple(automatic_sizes),
        weight_decay=None if isinstance(decay, str) else float(decay),
        l2=float(get("alpha")),
        l1=float(get("l1")),
        max_grad_norm=None if limit is None else float(limit),
        regularization=regularization or specs.regularization_of(estimator),
        shuffle=get("shuffle"),
        n_members=int(get("n_members") if n_members is None else n_members),
        early_stopping=get("early_stopping"),
        restore_best=get("restore_best"),
        validation_fraction=get("validation_fraction") if get("early_stopping") else 0.0,
        scoring=get("scoring"),
        stop_below=get("stop_below"),
        max_time=math.inf if seconds is None else seconds,
        max_fun=get("max_fun"),
        callbacks=callbacks,
        averages=averages or any(callback.averages for callback in callbacks),
        verbose=get("verbose"),
        must_converge=must_converge,
        must_fill_batches=must_fill_batches,
        family_settings=family_settings,
    )
