"""Common parts of the two tabular networks: encoded columns, members that check each other."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn._sklearn import shallow_copy, validate_data
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.messages import check_same_rows
from sknn.core.initializers import LecunNormal, Normal, Zeros
from sknn.core.layers import Dense, Dropout, Layer
from sknn.core.layers.names import OUTPUT
from sknn.core.layout import Slot
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.schedules import FlatCosine
from sknn.estimators.coefs import Link
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.holdout import Holdout
from sknn.estimators.fit.problem import Problem, supervised_objective, update_of
from sknn.estimators.fit.state import FitState
from sknn.estimators.fitted import learned
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings import specs
from sknn.estimators.settings.freezing import decay_factors, rate_factors
from sknn.estimators.settings.recipe import Recipe, recipe_of
from sknn.estimators.settings.wording import KEPT, LAST_LAYER, ROWS
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.tabular.encoded import EncodedTable
from sknn.estimators.tabular.first_rows import ENOUGH, FEW, FirstRows
from sknn.estimators.tabular.held_out_loss import HeldOut
from sknn.estimators.tabular.holdout import FoldHoldout, Team
from sknn.estimators.tabular.presets import Preset
from sknn.estimators.tabular.ridge import LinearModel
from sknn.estimators.tabular.time_limit import LINEAR_SHARE, Drawn, limit_rows
from sknn.preprocessing.columns import read_table
from sknn.preprocessing.encoder import TableEncoder
from sknn.training.threads import blas_threads

# Rows whose predictions are pooled at a time, as raw scores of all members take more memory.
_CHUNK_ROWS = 8192
# Parameters that a preset determines if they are "auto".
_SETTINGS = ("n_members", "n_splits", "n_bins", "bins", "linear_path", "n_picks")
# The factors of columns move at this many times the rate of weights.
_SCALE_RATE = 6.0
_NTK = {"parametrization": "ntk"}


class TableNetwork(SupervisedNetwork):
    """Reads raw tables, and trains members on all folds but one.

    The members of a group hold out different folds. After every epoch, each predicts its own fold;
    the epochs that are best together on all rows are used for prediction.
    """

    alpha: Any = 0.0
    beta_2: Any = 0.95
    dtype: Any = "float32"
    early_stopping: Any = False
    validation_fraction: Any = 0.1
    tol: Any = 0.0

    _wording = {
        **LAST_LAYER,
        ROWS: "array-like or frame of shape (n_samples, n_features)",
        KEPT: """
    A table: a frame of pandas, polars, or pyarrow, or an array or list of rows. Columns may hold
    numbers, categories, booleans, dates, time spans, and text that contains these; see
    :class:`~sknn.preprocessing.TableEncoder`. Entries may be missing. Sparse matrices are
    rejected.""",
        "score are recorded, and early stopping watches them.": "score are recorded.",
        "rows; required with ``early_stopping=True``.": "rows, whose loss and score are recorded.",
    }

    _presets: ClassVar[dict[str, Preset]]
    _scales_columns: ClassVar[bool] = True
    _serves_several_epochs: ClassVar[bool] = True
    _double_up_to: ClassVar[int] = 1024
    # The products of members are computed one after the other, and none of them is large: on a busy
    # machine, a second thread made training fourteen times slower.
    _single_threaded: ClassVar[bool] = True
    _holdout: ClassVar[Holdout] = FoldHoldout()
    _slope_factor: ClassVar[float] = 1.0
    """Factor from slopes of a linear model of the encoded target to those of raw scores."""

    _settings: Preset
    _first_rows: FirstRows | None = None
    _drawn: Drawn | None = None
    """How many of the rows of X are used, if `max_time` is too short for all."""
    _lent_encoder: TableEncoder | None = None
    """An encoder fitted to more rows than those of the first call, which uses it as its own."""
    encoder_: TableEncoder = learned()
    member_shares_: NDArray | None = learned()
    member_epochs_: NDArray | None = learned()

    # -- settings -------------------------------------------------------------------------

    def _recipe(self) -> Recipe:
        if specs.is_lbfgs(self):
            raise ValueError(
                f"solver='lbfgs' has no epochs from which {type(self).__name__} could choose; use "
                "a stochastic solver such as 'adamw', or MLPClassifier or MLPRegressor."
            )
        asked = {name: getattr(self, name) for name in (*_SETTINGS, "max_iter")}
        settings = self._presets[self.preset].changed(asked)
        schedule = specs.schedule_of(self)
        # Dropout and decay fade in the second half of the schedule, if it has a horizon.
        epochs = getattr(schedule, "epochs", 0)
        fading = None if epochs == 0 else FlatCosine(epochs=epochs, final=0.0)
        return recipe_of(
            self,
            loss=self._loss_recipe(),
            schedule=schedule,
            epochs=settings.epochs,
            patience=math.inf,
            n_members=settings.n_members,
            automatic_sizes=((1024, 64), (8192, 128), (100_000, 256), (math.inf, 512)),
            regularization=fading,
            # The epochs are planned, and the best of them are used.
            must_converge=False,
            family_settings=settings,
        )

    # -- rows of a call that are used -----------------------------------------------------

    def _adapt_call(self, state: FitState) -> None:
        """Let a stream of small chunks start over with all rows so far until there are enough.

        A fit whose time is too short for all rows gets some of them.
        """
        self._settings = state.recipe.family_settings
        known, self._first_rows = self._first_rows, None
        if state.call.stream:
            self._begin_stream(state, known)
        elif state.call.elsewhere is None and not isinstance(state.call.X, EncodedTable):
            limit_rows(self, state)

    def _begin_stream(self, state: FitState, known: FirstRows | None) -> None:
        call = state.call
        begun = "network_" in vars(self) or self._lent_encoder is not None
        if known is None and begun:
            return
        rows = known if call.finish else self._gathered(known, state)
        if rows is None or (known is None and rows.n_rows >= FEW):
            return
        if call.epochs == 0:
            raise ValueError(
                f"The first block has {rows.n_rows} rows, too few to determine scales, bins, "
                f"and levels; with together > 1 it needs at least {FEW}. Make "
                "blocks larger."
            )
        self._first_rows = rows if rows.n_rows < ENOUGH else None
        X, resume = rows.table(read_table(call.X).frame), call.finish
        state.call = replace(
            call, X=X, y=rows.y, sample_weight=rows.weight, classes=rows.classes, resume=resume
        )

    def _gathered(self, known: FirstRows | None, state: FitState) -> FirstRows:
        """Return the rows so far, including those of this call."""
        call = state.call
        y, table = arrays.check_target(call.y, self._numeric_target), read_table(call.X)
        check_same_rows(np.empty(table.n_rows), y)
        weight = arrays.check_weight(call.sample_weight, table.n_rows)
        rows = FirstRows.of(table, y, weight, call.classes)
        if known is None:
            return rows
        self.encoder_.check_columns(table, self)
        targets, _ = self._task.update_targets(self._targets, y, state)
        targets.encode(y, np.dtype(np.float64))
        return known.then(rows)

    # -- rows -----------------------------------------------------------------------------

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        y = arrays.check_target(y, self._numeric_target)
        if reset:
            table = X if isinstance(X, EncodedTable) else self._encoded(X, y, sample_weight)
            self.encoder_, x = table.encoder, table.x
            validate_data(self, table.frame, skip_check_array=True)
        else:
            x = self._check_inputs(X)
        check_same_rows(x, y)
        return Rows(x, y, arrays.check_weight(sample_weight, len(x)))

    def _encoded(self, X: Any, y: Any, sample_weight: Any) -> EncodedTable:
        """Return the rows, read by an encoder that has learned from them."""
        table = read_table(X)
        encoder = self.__dict__.pop("_lent_encoder", None)
        if encoder is None:
            encoder = self._new_encoder()
            remarks = encoder.learn(table, self._split_target(y), sample_weight)
            if self._first_rows is None:
                remarks.warn()
        # transform would return a frame if scikit-learn is set to return frames.
        return EncodedTable(encoder, encoder.encode(table, encoder), table.frame)

    def _encoder_and_target(self) -> tuple[TableEncoder, Callable[[Any], Any]]:
        """Return the encoder that this network fits, and the function that makes its target."""
        trial = shallow_copy(self)
        trial._check_parameters()
        trial._settings = trial._recipe().family_settings
        numeric = trial._numeric_target
        return trial._new_encoder(), lambda y: trial._split_target(arrays.check_target(y, numeric))

    def _new_encoder(self) -> TableEncoder:
        return TableEncoder(
            categorical_features=self.categorical_features,
            n_bins=self._settings.n_bins,
            bins=self._settings.bins,
            linear=self._settings.linear_path > 0,
        )

    def _split_target(self, y: Any) -> Any:
        """Return the target of the trees that cut columns into bins."""
        if self._settings.bins != "tree":
            return None
        # The encoder reads two dimensions as numbers.
        return y.reshape(len(y), -1) if self._numeric_target else _codes(y)

    def _check_inputs(self, X: Any) -> Any:
        return self.encoder_.encode(X, self)

    # -- layers ---------------------------------------------------------------------------

    def _chain(self, n_raw: int) -> list[Layer]:
        n_linear = self.encoder_.n_linear_
        sizes = layer_specs.hidden_sizes(self.hidden_layer_sizes)
        activations = layer_specs.per_layer(self.activation, len(sizes), "activation")
        rates = layer_specs.per_layer(self.dropout, len(sizes), "dropout")
        # Hidden layers see bounded columns, and a linear path unbounded ones.
        first: dict[str, Any] = {
            "input_scale": _SCALE_RATE,
            "columns": self.encoder_.n_outputs_ - n_linear,
        }
        layers: list[Layer] = []
        for i, (size, activation) in enumerate(zip(sizes, activations, strict=True)):
            bias = Normal(0.1 if layers else 0.5)
            start: dict[str, Any] = {"weight_init": LecunNormal(), "bias_init": bias, **_NTK}
            layers.append(Dense(size, activation, **start | ({} if layers else first)))
            if rates[i]:
                layers.append(Dropout(rates[i]))
        output: dict[str, Any] = {**_NTK, "weight_init": Zeros(), "input_skip": n_linear}
        own = output | ({} if layers else first)
        return [*layers, Dense(n_raw, "identity", **own, name=OUTPUT)]

    def _problem(self, state: FitState, network: Network, rows: int) -> Problem:
        objective = supervised_objective(state, network, rows)
        factors = self._factors(network, state.members)
        return Problem(objective, lambda: update_of(state, network, objective, factors))

    def _factors(
        self, network: Network, members: Sequence[int] | None = None
    ) -> tuple[NDArray, NDArray]:
        """Freeze the linear path of the members that should have none; None if all have one.

        Decay follows the rate. If one score is the difference of two, each of the two decays.
        """
        rates, decays = rate_factors(self, network), decay_factors(network)
        n_members = network.n_members
        assert rates is not None
        rates = np.tile(rates, (n_members, 1))
        if decays is None:
            decays = np.ones(network.layout.n_decayed)
        last, several = self._last_slots(network), self._n_scores_in_one(network)
        for slot in last.values():
            rates[:, slot.start : slot.stop] *= several
        if "S" in last:
            there = np.arange(n_members) if members is None else np.asarray(members)
            others = there >= self._n_linear(self._settings.n_members)
            rates[others, last["S"].start : last["S"].stop] = 0.0
        decays[last["W"].start : last["W"].stop] /= several
        return (rates if network.lead else rates[0]), decays

    def _n_scores_in_one(self, network: Network) -> float:
        """Return how many scores would move if one is the difference of two, as for two classes."""
        return 2.0 if network.out_shape[-1] == 1 and not self._numeric_target else 1.0

    def _last_slots(self, network: Network) -> dict[str, Slot]:
        last = len(network.layers) - 1
        return {slot.name: slot for slot in network.layout.slots if slot.layer == last}

    def _n_linear(self, n_members: int) -> int:
        """Return how many members have a linear path: the first ones."""
        return int(np.ceil(self._settings.linear_path * n_members))

    def _start_from_data(self, state: FitState) -> bool:
        """Let the linear paths start at ridge regression, each on the rows of its member."""
        network, train, folds = state.network, state.train, state.folds
        n_linear = self.encoder_.n_linear_
        target = self._linear_target(state.target, state.loss)
        if not n_linear or target is None:
            return False
        n_models = self._n_linear(network.n_members)
        seconds = LINEAR_SHARE * state.recipe.max_time
        model = LinearModel(train.x[:, -n_linear:], target, train.weight, n_models, seconds)
        # After the scores for the target, there may be others, for its variance.
        last = {name: part[..., : target.shape[1]] for name, part in network.params[-1].items()}
        for m in range(n_models):
            seen, held_out = (state.rows_used, None) if folds is None else folds.of(m)
            slopes, center, mean = model.fit(seen, held_out)
            member = (m,) if network.lead else ()
            last["S"][member] = slopes * self._slope_factor
            # The path passes through the best constant at the center of the rows.
            constant = mean if self._numeric_target else last["b"][member]
            last["b"][member] = constant - center @ last["S"][member]
        return False

    @abstractmethod
    def _linear_target(self, target: Any, loss: Loss) -> NDArray | None:
        """Return the targets of a linear model, one column per raw score; None: no model."""

    # -- members that check each other ----------------------------------------------------

    def _judging_loss(self, loss: Loss) -> Loss:
        """Return the loss by which epochs are chosen, given the training loss."""
        return loss

    @abstractmethod
    def _calibrate(self, judge: HeldOut | None, pooled: Any, team: Team | None) -> None:
        """Learn from pooled scores of held-out rows; None if there are none.

        The team consists of all networks that will predict; None if each judges all rows.
        """

    def _seconds_to_calibrate(self, judge: HeldOut, network: Network) -> tuple[float, float]:
        """Return the seconds of :meth:`_calibrate` in addition to those of judging.

        Returns
        -------
        once, each : float
            For the rows, and for each epoch that is picked.
        """
        return 0.0, 0.0

    def _links(self) -> list[Link]:
        self._check_fitted()
        raise self._no_list("the rows of a table are encoded before")

    def _raw(self, X: Any) -> NDArray:
        """Return raw scores equivalent to the prediction of all members."""
        self._check_fitted()
        return self._raw_of(self._check_inputs(X))

    def _raw_of(self, x: NDArray) -> NDArray:
        """Return the raw scores of encoded rows."""
        network = self._network_for(len(x))
        chunks = (x[start : start + _CHUNK_ROWS] for start in range(0, len(x), _CHUNK_ROWS))
        limit = blas_threads(0)
        with limit, limit:
            return np.concatenate([self._pooled(network, chunk) for chunk in chunks])

    def _pooled(self, network: Network, x: NDArray) -> NDArray:
        """Return raw scores equivalent to the mean prediction, in double precision."""
        raw = computed(network.predict, x)
        if network.lead:
            raw = computed(self._targets.pool, raw, self._loss, self.member_shares_)
        return raw.astype(np.float64)

    def __sklearn_tags__(self) -> Any:
        """Accept any contents of columns; a table is dense."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _codes(y: Any) -> NDArray:
    """Return labels as numbers; several outputs as one column each."""
    if sp.issparse(y):
        return y.toarray()
    columns = [np.unique(column, return_inverse=True)[1] for column in y.reshape(len(y), -1).T]
    return columns[0] if len(columns) == 1 else np.column_stack(columns)
