"""What the two networks for tables share: encoded columns, and members that check each other."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn._sklearn import validate_data
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.messages import check_same_rows
from sknn.core import constraints as c
from sknn.core.initializers import LecunNormal, Normal, Zeros
from sknn.core.layers import Dense, Dropout, Layer
from sknn.core.layout import Slot
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.schedules import FlatCosine
from sknn.estimators.answers import computed
from sknn.estimators.fit.callbacks import validation_measures
from sknn.estimators.fit.request import Call
from sknn.estimators.fit.session import Session
from sknn.estimators.fitted import learnt
from sknn.estimators.plain_pass import Link
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings import parameters
from sknn.estimators.settings.parameters import Pace
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.tabular.first_rows import ENOUGH, FEW, FirstRows
from sknn.estimators.tabular.presets import Preset
from sknn.estimators.tabular.ridge import LinearModel
from sknn.estimators.tabular.scoring import HeldOut
from sknn.preprocessing.columns import read_table
from sknn.preprocessing.encoder import TableEncoder
from sknn.training.callbacks import Callback
from sknn.training.folds import Folds, OutOfFold, ScoredWeights
from sknn.training.run import Run
from sknn.training.threads import blas_threads

# Rows whose answers are pooled at a time: the raw scores of all members take many times the room.
_CHUNK_ROWS = 8192
# Up to so many rows are predicted in double precision.
_FEW_ROWS = 1024
_MOST_SPLITS = 10
# The factors of columns move at so many times the rate of weights.
_SCALE_RATE = 6.0
_NTK = {"parametrization": "ntk"}


class TableNetwork(SupervisedNetwork):
    """Reads tables as they come, and trains members on all folds but one.

    The members of a group hold out different folds. After every epoch each predicts its own fold;
    the epochs that together do best on all rows are served.
    """

    alpha: Any = 0.0
    beta_2: Any = 0.95
    dtype: Any = "float32"
    early_stopping: Any = False
    validation_fraction: Any = 0.1
    tol: Any = 0.0

    _presets: ClassVar[dict[str, Preset]]
    _scales_columns: ClassVar[bool] = True
    _serves_several_epochs: ClassVar[bool] = True
    _slope_factor: ClassVar[float] = 1.0
    """From slopes of a linear model of the encoded target to those of raw scores."""

    _first_rows: FirstRows | None = None
    encoder_: TableEncoder = learnt()
    member_shares_: NDArray | None = learnt()

    # -- settings -------------------------------------------------------------------------

    @property
    def regularization_schedule(self) -> Any:  # type: ignore[override]
        """Dropout and decay fade in the second half of what the learning rate spans, if it does."""
        spans = parameters.schedule_of(self).get_params()
        return FlatCosine(epochs=spans["epochs"], final=0.0) if "epochs" in spans else None

    def _setting(self, name: str, in_preset: str | None = None) -> Any:
        """Return a parameter; "auto" is what the preset says."""
        value = getattr(self, name)
        if isinstance(value, str) and value == "auto":
            # Epochs are asked for before parameters are checked.
            c.check(type(self).__name__, vars(self), {"preset": self._constraints["preset"]})
            return getattr(self._presets[self.preset], in_preset or name)  # type: ignore[attr-defined]
        return value

    def _check_own_parameters(self) -> None:
        if parameters.is_lbfgs(self):
            raise ValueError(
                f"solver='lbfgs' has no epochs that {type(self).__name__} could choose among; use "
                "a stochastic solver such as 'adamw', or MLPClassifier or MLPRegressor."
            )
        super()._check_own_parameters()
        n_members, n_splits = self._member_count(), self._split_count()
        if n_members > n_splits and n_members % n_splits:
            raise ValueError(
                f"n_members={n_members} must be a multiple of n_splits={n_splits}, or smaller, so "
                "that every row is held out by as many members."
            )

    def _member_count(self) -> int:
        """Return the number of members; where only folds are said, one for each."""
        if self.n_members == "auto" and self.n_splits != "auto" and self.n_splits > 1:  # type: ignore[attr-defined]
            return int(self.n_splits)  # type: ignore[attr-defined]
        return int(self._setting("n_members"))

    def _split_count(self) -> int:
        """Return the number of folds; where only members are said, one that divides them."""
        if self.n_splits != "auto" or self.n_members == "auto" or self.n_members == 1:  # type: ignore[attr-defined]
            return int(self._setting("n_splits"))
        n_members = int(self.n_members)
        return next((k for k in range(_MOST_SPLITS, 1, -1) if n_members % k == 0), n_members)

    def _epochs(self) -> int:
        return self._setting("max_iter", "epochs")

    def _patience(self) -> float:
        return math.inf

    def _pace(self) -> Pace:
        rate = self.learning_rate_init  # type: ignore[attr-defined]
        return Pace(self._epochs(), rate, parameters.schedule_of(self))

    def _work(self, network: Network, rows: int) -> int:
        # The products of members come one after the other, none of them large: on a busy machine
        # a second thread made training fourteen times slower.
        return 0

    def _automatic_batch_size(self, n_rows: int) -> int:
        sizes = ((1024, 64), (8192, 128), (100_000, 256))
        return next((size for limit, size in sizes if n_rows <= limit), 512)

    def _epochs_are_over(self, run: Run) -> None:
        """Say nothing: the epochs are planned, and the best of them are served."""

    # -- the beginning of a stream --------------------------------------------------------

    def _opened(self, call: Call) -> Call:
        """Let a stream of small chunks begin anew with all rows so far until they are enough."""
        known, self._first_rows = self._first_rows, None
        if not call.stream or (known is None and "network_" in vars(self)):
            return call
        rows = known if call.finish else self._gathered(known, call)
        if rows is None or (known is None and rows.n_rows >= FEW):
            return call
        self._first_rows = rows if rows.n_rows < ENOUGH else None
        X, resume = rows.table(read_table(call.X).frame), call.finish
        return replace(
            call, X=X, y=rows.y, sample_weight=rows.weight, classes=rows.classes, resume=resume
        )

    def _gathered(self, known: FirstRows | None, call: Call) -> FirstRows:
        """Return the rows so far, those of a call included."""
        y, table = arrays.check_target(call.y, self._numeric_target), read_table(call.X)
        check_same_rows(np.empty(table.n_rows), y)
        weight = arrays.check_weight(call.sample_weight, table.n_rows)
        rows = FirstRows.of(table, y, weight, call.classes)
        if known is None:
            return rows
        self.encoder_.check_columns(table, self)
        self._check_same_task(y, call)
        self._targets.encode(y, np.dtype(np.float64))
        return known.then(rows)

    # -- rows -----------------------------------------------------------------------------

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        y = arrays.check_target(y, self._numeric_target)
        if reset:
            table = read_table(X)
            self.encoder_ = self._new_encoder()
            remarks = self.encoder_.learn(table, self._split_target(y), sample_weight)
            if self._first_rows is None:
                remarks.warn()
            # By transform it would be a frame where scikit-learn is set to give frames.
            x = self.encoder_.encode(table, self.encoder_)
            validate_data(self, table.frame, skip_check_array=True)
        else:
            x = self._check_inputs(X)
        check_same_rows(x, y)
        return Rows(x, y, arrays.check_weight(sample_weight, len(x)))

    def _new_encoder(self) -> TableEncoder:
        return TableEncoder(
            categorical_features=self.categorical_features,  # type: ignore[attr-defined]
            n_bins=self._setting("n_bins"),
            bins=self._setting("bins"),
            linear=self._setting("linear_path") > 0,
        )

    def _split_target(self, y: Any) -> Any:
        """Return what the trees that cut columns into bins are to tell apart."""
        if self._setting("bins") != "tree":
            return None
        # Two dimensions are numbers to the encoder.
        return y.reshape(len(y), -1) if self._numeric_target else _codes(y)

    def _check_inputs(self, X: Any) -> Any:
        return self.encoder_.encode(X, self)

    # -- layers ---------------------------------------------------------------------------

    def _chain(self, n_raw: int) -> list[Layer]:
        n_linear = self.encoder_.n_linear_
        sizes = layer_specs.hidden_sizes(self.hidden_layer_sizes)  # type: ignore[attr-defined]
        activations = layer_specs.per_layer(self.activation, len(sizes), "activation")
        rates = layer_specs.per_layer(self.dropout, len(sizes), "dropout")
        # Hidden layers see columns that are kept within bounds, a linear path those that are not.
        first = {"input_scale": _SCALE_RATE, "columns": self.encoder_.n_outputs_ - n_linear}
        layers: list[Layer] = []
        for i, (size, activation) in enumerate(zip(sizes, activations, strict=True)):
            bias = Normal(0.1 if layers else 0.5)
            start = {"weight_init": LecunNormal(), "bias_init": bias, **_NTK}
            layers.append(Dense(size, activation, **start | ({} if layers else first)))
            if rates[i]:
                layers.append(Dropout(rates[i]))
        output = {**_NTK, "weight_init": Zeros(), "input_skip": n_linear}
        own = output | ({} if layers else first)
        return [*layers, Dense(n_raw, "identity", **own, name=layer_specs.OUTPUT)]

    def _rates(self, network: Network) -> NDArray | None:
        """Hold the linear path of those members that shall do without."""
        rates = super()._rates(network)
        n_members = network.n_members
        assert rates is not None
        rates = np.tile(rates, (n_members, 1))
        last = self._last_slots(network)
        for slot in last.values():
            rates[:, slot.start : slot.stop] *= self._n_scores_in_one(network)
        if "S" in last:
            rates[self._n_linear(n_members) :, last["S"].start : last["S"].stop] = 0.0
        return rates if network.lead else rates[0]

    def _decays(self, network: Network) -> NDArray | None:
        """Let decay, which goes with the rate, be that of each of two scores."""
        decays, slot = super()._decays(network), self._last_slots(network)["W"]
        if decays is None:
            decays = np.ones(network.layout.n_decayed)
        decays[slot.start : slot.stop] /= self._n_scores_in_one(network)
        return decays

    def _n_scores_in_one(self, network: Network) -> float:
        """Return how many scores would move where one is their difference, that of two classes."""
        return 2.0 if network.out_shape[-1] == 1 and not self._numeric_target else 1.0

    def _last_slots(self, network: Network) -> dict[str, Slot]:
        last = len(network.layers) - 1
        return {slot.name: slot for slot in network.layout.slots if slot.layer == last}

    def _n_linear(self, n_members: int) -> int:
        """Return how many members have a linear path: the first ones."""
        return int(np.ceil(self._setting("linear_path") * n_members))

    def _start_from_data(self, network: Network, train: Rows, index: Any, seed: int) -> bool:
        """Let the linear paths start at ridge regression, each on the rows of its member."""
        n_linear, loss = self.encoder_.n_linear_, self._targets.bind(self._loss_recipe())
        target = self._linear_target(self._targets.encode(train.y, network.dtype), loss)
        if not n_linear or target is None:
            return False
        model = LinearModel(train.x[:, -n_linear:], target, train.weight)
        # Behind the scores that stand for the target there may be others, for its variance.
        last = {name: part[..., : target.shape[1]] for name, part in network.params[-1].items()}
        for m in range(self._n_linear(network.n_members)):
            seen, held_out = (index, None) if not isinstance(index, Folds) else index.of(m)
            slopes, center, mean = model.fit(seen, held_out)
            member = (m,) if network.lead else ()
            last["S"][member] = slopes * self._slope_factor
            # The path passes through the best constant at the center of the rows.
            constant = mean if self._numeric_target else last["b"][member]
            last["b"][member] = constant - center @ last["S"][member]
        return False

    @abstractmethod
    def _linear_target(self, target: Any, loss: Loss) -> NDArray | None:
        """Return what a linear model shall predict, one column a raw score; None for no model."""

    # -- members that check each other ----------------------------------------------------

    def _deal(self, session: Session) -> Folds | None:
        rows = session.rows_used
        rows = np.arange(len(session.train.x)) if rows is None else rows
        n_splits = min(self._split_count(), len(rows))
        # Rows that all members know would make them look better than they are.
        if n_splits < 2 or session.state.saw_all:
            return None
        rng = np.random.default_rng(session.state.streams.split_seed)
        order = self._fold_order(session.target)[rows]
        n_members = session.network.n_members
        if n_members > n_splits:
            n_splits = next(k for k in range(n_splits, 0, -1) if n_members % k == 0)
        return Folds.deal(rows, order, n_members, n_splits, rng) if n_splits > 1 else None

    def _fold_order(self, target: Any) -> NDArray:
        """Return what all folds shall have equal shares of."""
        if target.ndim == 1:
            return target
        return target[:, 0] if isinstance(target, np.ndarray) else target[:, [0]].toarray().ravel()

    def _measures(self, session: Session, network: Network) -> list[Callback]:
        measures = validation_measures(session, network)
        if session.folds is not None:
            judge = self._judge(session, session.train, session.target, session.folds.judged)
            measures.append(OutOfFold(session.folds, session.train.x, judge))
        return measures

    def _judging_loss(self) -> Loss:
        """Return the loss by which epochs are chosen."""
        return self._targets.bind(self._loss_recipe())

    def _judge(self, session: Session, rows: Rows, target: Any, index: NDArray | None) -> HeldOut:
        """Return what judges raw scores of the rows at `index`, None for all."""
        weight = rows.weight
        if index is not None:
            target, weight = target[index], None if weight is None else weight[index]
        network = session.network.member(0)
        return HeldOut(self._targets, session.loss, self._judging_loss(), network, target, weight)

    def _forget_choice(self, fresh: bool) -> None:
        self.member_shares_ = None
        if fresh:
            # A chunk of a stream says nothing new of how sure to be.
            self._calibrate(None, None)

    def _choose(self, session: Session, run: Run) -> NDArray | None:
        """Pick the epochs that together do best on held-out rows; learn there how sure to be."""
        self._forget_choice(session.fresh)
        if run.candidates and session.folds is not None:
            return self._pick(session, session.folds, run.candidates)
        if session.validation is not None:
            rows, network = session.validation, session.network
            if run.average is not None:
                network = network.with_members(run.average.theta)
            target = self._targets.encode(rows.y, network.dtype)
            raw = network.predict(rows.x)
            judge = self._judge(session, rows, target, None)
            self._calibrate(judge, judge.pool(raw) if network.lead else raw)
        return None

    def _pick(self, session: Session, folds: Folds, candidates: Sequence[ScoredWeights]) -> NDArray:
        """Return the weights of the members of all epochs that were picked."""
        judge = self._judge(session, session.train, session.target, folds.judged)
        raw = np.concatenate([each.raw for each in candidates])
        share = judge.pick(raw, int(self._setting("n_picks")))
        picked = np.flatnonzero(share).tolist()
        self._calibrate(judge, judge.pool(raw[picked], share[picked]))
        groups = [
            folds.group(np.atleast_2d(candidates[i // folds.n_groups].theta), i % folds.n_groups)
            for i in picked
        ]
        sizes = np.array([len(group) for group in groups])
        self.member_shares_ = np.repeat(share[picked] / sizes, sizes)
        stack = np.concatenate(groups)
        return stack if len(stack) > 1 else stack[0]

    @abstractmethod
    def _calibrate(self, judge: HeldOut | None, pooled: Any) -> None:
        """Learn from pooled scores of rows that were not trained on; None where there are none."""

    def _links(self) -> list[Link]:
        self._check_fitted()
        raise self._no_list("the rows of a table are encoded before")

    def _raw(self, X: Any) -> NDArray:
        """Return the raw scores that stand for the answer of all members."""
        self._check_fitted()
        x = self._check_inputs(X)
        network = self._network_for(x)
        chunks = (x[start : start + _CHUNK_ROWS] for start in range(0, len(x), _CHUNK_ROWS))
        limit = blas_threads(0)
        with limit, limit:
            return np.concatenate([self._pooled(network, chunk) for chunk in chunks])

    def _pooled(self, network: Network, x: NDArray) -> NDArray:
        """Return the raw scores that stand for the mean answer, in double precision."""
        raw = computed(network.predict, x)
        if network.lead:
            raw = computed(self._targets.pool, raw, self._loss, self.member_shares_)
        return raw.astype(np.float64)

    def _network_for(self, x: Any) -> Network:
        """Serve few rows in double precision: then no row feels which others stand beside it."""
        return self.network_ if len(x) > _FEW_ROWS else self.network_.copy(np.float64)

    def __sklearn_tags__(self) -> Any:
        """Whatever a column holds is welcome; a table is dense."""
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
