"""Recurrent networks: sequences in, one answer or one a step out."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Sequence
from math import inf, prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, r2_score

from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.ragged import (
    are_lists_of_numbers,
    is_list,
    n_axes,
    n_steps,
    padded,
    unpacked,
)
from sknn.core import constraints as c
from sknn.core.layers import GRU, LSTM, Elman, FillSteps, Jordan, Layer, Parallel
from sknn.core.layers.recurrent import STATE, Recurrent
from sknn.core.layout import Growth, Role, Shape
from sknn.core.network import Network
from sknn.estimators.answers import scored
from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.fit.state import FitState
from sknn.estimators.fitted import learnt
from sknn.estimators.recurrent.sequences import (
    SequenceTargets,
    Steps,
    answers_of,
    by_row,
    check_steps,
)
from sknn.estimators.regressor import NetworkRegressor
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings import parameters
from sknn.estimators.settings.constraints import Sizes
from sknn.estimators.settings.recipe import Recipe
from sknn.estimators.shaped import CONSTRAINTS as SHAPES
from sknn.estimators.shaped import ShapedNetwork
from sknn.estimators.targets.classification import MultioutputTargets
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks import Callback, Phase, Progress

CELLS: dict[str, type[Recurrent]] = {"elman": Elman, "jordan": Jordan, "lstm": LSTM, "gru": GRU}
# What `layers` replaces, with the defaults that say it was left alone.
_EXPANDED = {
    "units": (64,),
    "cell": "lstm",
    "bidirectional": False,
    "tbptt": None,
    "recurrent_dropout": 0.0,
    "hidden_layer_sizes": (),
    "activation": "relu",
    "dropout": 0.0,
    "normalization": None,
}
CONSTRAINTS = SHAPES | {
    "units": Sizes(),
    "cell": c.one_of(list(CELLS)),
    "bidirectional": c.boolean(),
    "return_sequences": c.boolean(),
    "stateful": c.boolean(),
    "tbptt": c.none() | c.integer(1),
    "recurrent_dropout": c.real(0.0, 1.0, closed="left"),
}


class BeginAnew(Callback):
    """Lets every pass over the rows begin from the state zero; the last pass leaves its own."""

    phase = Phase.KEEP

    def on_train_begin(self, progress: Progress) -> None:
        """Forget where an earlier call ended."""
        forget_state(progress.network)

    def on_epoch_end(self, progress: Progress) -> None:
        """Forget where this pass ended, if there is another."""
        if progress.stop_reason is None and progress.run.epoch < progress.run.until:
            forget_state(progress.network)


def forget_state(network: Network) -> None:
    """Let sequences begin anew: set the state that recurrent layers carry to zero."""
    for layer, views, plan in zip(network.layers, network.params, network.plans, strict=True):
        if layer.carries_state:
            for name, param in plan.params.items():
                # Inside a block names have those of the layers in front.
                if param.role is Role.TRACKED and name.rpartition(".")[2] == STATE:
                    views[name][...] = 0.0


class RecurrentNetwork(ShapedNetwork):
    """Recurrent layers over sequences that may have gaps and different lengths."""

    units: Any = (64,)
    cell: Any = "lstm"
    bidirectional: Any = False
    return_sequences: Any = False
    stateful: Any = False
    tbptt: Any = None
    recurrent_dropout: Any = 0.0
    hidden_layer_sizes: Any = ()

    _hidden_parameters: ClassVar[tuple[str, ...]] = ("units", "hidden_layer_sizes")
    _finite: ClassVar[Any] = "allow-nan"
    _free_axes: ClassVar[int] = 1

    n_series_: int = learnt()

    def _recipe(self) -> Recipe:
        for name in ("bidirectional", "early_stopping"):
            if self.stateful and getattr(self, name):
                raise ValueError(f"stateful=True does not go with {name}=True.")
        if self.layers is None and self.units in ([], ()) and not self.return_sequences:
            raise InvalidParameterError(
                "units must name at least one recurrent layer, unless return_sequences=True."
            )
        if self.return_sequences and self.scoring not in (None, self._score_name):
            raise ValueError(
                f"With return_sequences=True scoring must be None or {self._score_name!r}; "
                f"got {self.scoring!r}."
            )
        return super()._recipe()

    # -- rows -----------------------------------------------------------------------------

    def _with_channels(self, shape: Shape) -> Shape:
        """Let single numbers be steps with one feature."""
        first = self._channels_first
        if len(shape) == 1:
            return (1, *shape) if first else (*shape, 1)
        if len(shape) != 2:
            wanted = "(n_features, n_steps)" if first else "(n_steps, n_features)"
            raise ValueError(
                f"Rows of shape {shape} are no sequences; give X, or input_shape, rows of shape "
                f"{wanted}."
            )
        return shape

    def _read(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        X = unpacked(X)
        if not is_list(X) or self._lies_flat(X, reset):
            return super()._read(X, dtypes, reset)
        if are_lists_of_numbers(X):
            # Taken for a table, whose columns are counted; later lists may be of another length.
            arrays.reject_odd_arrays(X, "X")
            x = self._read_shaped(X, dtypes, reset)
        else:
            x = padded(X, dtypes, self._channels_first)
            self._settle(x.shape[1:], reset)
            if reset:
                # Rows have no size in common, steps have.
                self.n_features_in_ = x.shape[-1]
        self._check_values(x)
        return x

    def _lies_flat(self, X: Any, reset: bool) -> bool:
        """Whether the items of a list are rows laid flat, as `input_shape` says, not sequences."""
        if not reset:
            shape = self.input_shape_
        elif self.input_shape is not None:
            shape = self._full_shape(self._asked_shape(()))
        else:
            return False
        size = prod(shape)
        return shape[-1] > 1 and all(n_axes(each) == 1 and len(each) == size for each in X)

    def _lengths(self, X: Any) -> list[int] | None:
        """Return the steps of each sequence of a list that was read, None where X is none."""
        X = unpacked(X)
        if not is_list(X) or self._lies_flat(X, reset=False):
            return None
        return [n_steps(each, self._channels_first) for each in X]

    def _doubt(self, X: Any, x: NDArray) -> str | None:
        """Doubt neither steps that are missing, as lengths differ, nor one step of many calls."""
        certain = np.isnan(x[..., 0]).any() or (self.stateful and x.shape[1] == 1)
        return None if certain else super()._doubt(X, x)

    def _read_flat(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        if reset or self.n_features_in_ == prod(self.input_shape_):
            return super()._read_flat(X, dtypes, reset)
        # Fitted on sequences of different lengths: a row laid flat has no size to be told by.
        if self.n_features_in_ == 1:
            return self._read_shaped(X, dtypes, reset)
        raise ValueError(
            f"X has two axes, but {type(self).__name__} was fitted on a list of sequences with "
            f"{self.n_features_in_} features a step; pass such a list, or an array of shape "
            f"(n, {', '.join(self._given_axes())})."
        )

    def _given_axes(self) -> list[str]:
        axes = ["n_steps", str(self.n_features_in_)]
        return axes[::-1] if self._channels_first else axes

    def _check_values(self, x: NDArray) -> None:
        check_steps(x, self._channels_first)

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        rows = super()._check_rows(X, y, sample_weight, dtypes, reset)
        if reset:
            self.n_series_ = len(rows.x)
        return rows

    def _read_target(self, y: Any, x: NDArray, X: Any) -> Any:
        if not self.return_sequences:
            return super()._read_target(y, x, X)
        return answers_of(y, x, self._lengths(X), self._numeric_target)

    # -- targets --------------------------------------------------------------------------

    def _set_targets(self, rows: Rows, state: FitState) -> None:
        if not self.return_sequences:
            super()._set_targets(rows, state)
            return
        super()._set_targets(_single(rows), state)
        if isinstance(self._targets, MultioutputTargets):
            raise ValueError(
                "With return_sequences=True a step has one class, or a set of labels; y has "
                f"{len(self._targets.classes)} outputs a step. Train one network for each."
            )
        self._targets: Any = SequenceTargets(self._targets, rows.y, rows.weight)

    def _check_same_task(self, y: Any, state: FitState) -> Growth | None:
        known: Any = self._targets
        if isinstance(known, SequenceTargets) != bool(self.return_sequences):
            raise ValueError(
                "return_sequences differs from the previous call, so training cannot continue; "
                "restore it, or fit anew with warm_start=False."
            )
        if not self.return_sequences:
            return super()._check_same_task(y, state)
        self._targets = known.inner
        growth = super()._check_same_task(y.values, state)
        self._targets = known.around(self._targets)
        return growth

    def _combined_weight(self, rows: Rows, state: FitState) -> NDArray | None:
        weight = self._weight_of_rows(rows, state)
        if self.stateful and weight is not None and not weight.all():
            raise ValueError(
                f"Row {int(np.argmin(weight))} has the weight 0 and would not be read, but with "
                "stateful=True every row carries a state; give it a small sample_weight instead."
            )
        return weight

    def _weight_of_rows(self, rows: Rows, state: FitState) -> NDArray | None:
        if not self.return_sequences:
            return super()._combined_weight(rows, state)
        if getattr(self, "class_weight", None) is not None:
            raise ValueError(
                "class_weight is not defined where every step has a class of its own "
                "(return_sequences=True); weigh rows by sample_weight."
            )
        super()._combined_weight(_single(rows), state)
        return rows.weight

    # -- layers ---------------------------------------------------------------------------

    def _chain(self, n_raw: int) -> list[Layer]:
        output = layer_specs.output_layer(n_raw)
        if self.layers is not None:
            return [FillSteps(), *layer_specs.given_layers(self, _EXPANDED), output]
        units = layer_specs.hidden_sizes(self.units)
        sizes = layer_specs.hidden_sizes(self.hidden_layer_sizes)
        rates = layer_specs.per_layer(self.dropout, len(units) + len(sizes), "dropout")
        layers: list[Layer] = [FillSteps()]
        for i, size in enumerate(units):
            layers.append(self._recurrent(size, self.return_sequences or i < len(units) - 1))
            layers += layer_specs.dropout(rates[i])
        for size, rate in zip(sizes, rates[len(units) :], strict=True):
            layers += layer_specs.block(self, size, self.activation)
            layers += layer_specs.dropout(rate)
        return [*layers, output]

    def _recurrent(self, size: int, return_sequences: bool) -> Layer:
        """Return one layer of cells, or one for each direction."""
        settings: dict[str, Any] = {
            "return_sequences": bool(return_sequences),
            "recurrent_dropout": self.recurrent_dropout,
            "tbptt": self.tbptt,
        }
        kind: Any = CELLS[self.cell]
        if self.bidirectional:
            return Parallel([kind(size, **settings), kind(size, reverse=True, **settings)])
        if self.stateful:
            settings |= {"stateful": True, "n_series": self.n_series_}
        return kind(size, **settings)

    def _check_network(self, network: Network) -> None:
        size = self.batch_size  # type: ignore[attr-defined]
        if self.stateful and isinstance(size, numbers.Integral) and size < self.n_series_:
            raise ValueError(
                f"batch_size={size} would part the {self.n_series_} series whose state is carried "
                "(stateful=True); leave it at 'auto'."
            )
        if self.stateful and not network.carries_state:
            raise ValueError(
                "stateful=True has no effect together with `layers` that carry no state; say it in "
                f"the layers, as GRU(8, stateful=True, n_series={self.n_series_})."
            )
        if not self.return_sequences:
            super()._check_network(network)
        elif len(network.out_shape) != 2 or network.out_shape[0] != network.in_shape[0]:
            raise ValueError(
                f"return_sequences=True asks for an answer to each of {network.in_shape[0]} steps, "
                f"but the layers end in rows of shape {network.out_shape}; recurrent layers must "
                "have return_sequences=True, and none may change the number of steps."
            )

    def _automatic_sizes(self) -> Sequence[tuple[float, int]]:
        # Whoever carries a state reads all series side by side.
        return ((inf, sys.maxsize if self.stateful else 32),)

    def _measures(self, state: FitState, network: Network) -> list[Callback]:
        measures = super()._measures(state, network)
        carries = network.carries_state and not state.call.stream
        return [*measures, BeginAnew()] if carries else measures

    def reset_state(self) -> Any:
        """Forget where the series seen last have ended: the next ones begin anew.

        Returns
        -------
        self : estimator
        """
        self._check_fitted()
        self._own_weights()
        forget_state(self.network_)
        return self

    # -- answers --------------------------------------------------------------------------

    def _as_given(self, answer: Any, X: Any) -> Any:
        """Return the answers to all steps as one array, or a list where rows differ in length."""
        # What was fitted counts, not what the parameter has become since.
        if not isinstance(self._targets, SequenceTargets):
            return answer
        there = ~np.isnan(self._check_inputs(X)[..., 0])
        each = self._lengths(X) is not None or not there.all()
        return by_row(answer, there) if each else answer

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return accuracy or R2; with `return_sequences` over all steps there are.

        Parameters
        ----------
        X : array-like or list of arrays
        y : array-like or list of arrays
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        self._check_fitted()
        if not isinstance(self._targets, SequenceTargets):
            return super().score(X, y, sample_weight)  # type: ignore[misc]
        steps = answers_of(y, self._check_inputs(X), self._lengths(X), self._numeric_target)
        answer = self.predict(X)  # type: ignore[attr-defined]
        flat = np.concatenate(list(answer))
        measure: Any = r2_score if self._numeric_target else accuracy_score
        weight = steps.repeat(arrays.check_weight(sample_weight, len(steps)))
        return scored(measure, steps.values, flat, sample_weight=weight)

    def __sklearn_tags__(self) -> Any:
        """NaN marks a step that is missing."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _single(rows: Rows) -> Rows:
    """Return the answers of all steps as rows of their own; X is of no interest."""
    steps: Steps = rows.y
    return Rows(steps.values, steps.values, steps.repeat(rows.weight))


class RNNClassifier(RecurrentNetwork, NetworkClassifier):
    """Recurrent network for classification: Elman, Jordan, LSTM or GRU [1]_ [2]_ [3]_ [4]_.

    Parameters
    ----------
    units : int or sequence of int, default=(64,)
        Units of each recurrent layer.
    cell : {"elman", "jordan", "lstm", "gru"}, default="lstm"
        Kind of the recurrent layers.
    input_shape : tuple of int, default=None
        (n_steps, n_features) of a row where X is flat. None: every number of a flat row is a step.
    channels : {"last", "first"}, default="last"
        Where the features of a step are: "last" for sequences (n_steps, n_features), "first" for
        (n_features, n_steps). `input_shape`, flat rows and lists of arrays are in the same order.
    bidirectional : bool, default=False
        Read sequences in both directions: each layer has twice the units.
    return_sequences : bool, default=False
        Answer at every step: y is (n, n_steps), or a list of arrays. Otherwise once a sequence.
    stateful : bool, default=False
        Carry the state: each row of a call of `partial_fit` continues the row of the call before,
        and so does `predict`, given as many rows. `fit` begins every pass from zero.
        See :meth:`reset_state`.
    tbptt : int, default=None
        Truncated back-propagation through time: gradients flow back at most so many steps.
    recurrent_dropout : float, default=0.0
        Fraction of the state dropped on its way to the next step, the same for all steps.
    hidden_layer_sizes : int or sequence of int, default=()
        Units of dense layers between the recurrent ones and the output.
    activation : str or Activation, default="relu"
        Non-linearity of these dense layers.
    dropout : float or list of float, default=0.0
        Fraction dropped behind each recurrent and each dense layer.
    normalization : {None, "batch", "layer"}, default=None
        Normalise between each dense layer and its activation.
    layers : list of Layer, default=None
        All layers but the last, instead of the parameters above, for example
        ``[Embedding(1000, 16), GRU(32, return_sequences=True), GlobalMaxPool()]``.
    loss : str or Loss, default="log_loss"
        "log_loss", "squared_error" on probabilities, "focal", "hinge", or a spec from
        :mod:`sknn.losses`.
    solver : str or Optimizer, default="adam"
        "adam", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad", "adadelta", "sgd", "lion",
        "lbfgs", or a spec from :mod:`sknn.optimizers`.
    learning_rate : str or Schedule, default="constant"
        "constant", "invscaling", "adaptive", "exponential", "step", "cosine", "one_cycle",
        "plateau", or a spec from :mod:`sknn.schedules`.
    learning_rate_init : float, default=0.001
        Base learning rate, which the schedule multiplies.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows of a batch; "auto" is ``min(32, n_samples)``, all rows where `stateful`.
    max_iter : int, default=200
        Most epochs of one call of `fit`.
    early_stopping : bool, default=False
        Stop when the validation loss no longer improves, and serve the best weights.
    validation_fraction : float, default=0.1
        Share of rows held out for early stopping where no X_val is given.
    n_iter_no_change : int or inf, default=10
        Epochs without improvement that are borne before training stops.
    tol : float, default=1e-4
        Least improvement that counts.
    max_grad_norm : float, default=1.0
        Bound on the Euclidean norm of the gradient.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights, as for :class:`MLPClassifier`.
    freeze : int or list of str, default=None
        Layers held fixed, by name or counted from the input.
    n_members : int, default=1
        Train so many networks from different initial weights, and average their answers.
    random_state : int, RandomState or None, default=None
        Seed of initial weights, validation split, order and noise.
    verbose : bool or int, default=False
        Print one line an epoch.
    warm_start : bool, default=False
        Let `fit` continue where the last call ended, exactly.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and makes everything else float64, which takes about twice
        as long.
    callbacks : list of Callback, default=None
        See :mod:`sknn.callbacks`.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, times the sample weights.
    label_smoothing : float, default=0.0
        Share of the target spread evenly over the classes.

    Attributes
    ----------
    network_ : Network
        The chain of layers; ``summary()`` prints it, ``get_weights()`` gives its arrays by layer.
    input_shape_ : tuple of int
        Shape of a row as the layers see it, (n_steps, n_features).
    classes_ : ndarray
        Labels in the order of the columns of `predict_proba`.
    n_features_in_ : int
        Numbers of a row; features of a step where X is a list.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As of :class:`MLPClassifier`.

    See Also
    --------
    RNNRegressor : The same for real-valued targets.

    Notes
    -----
    X is (n, n_steps, n_features), a list of arrays (n_steps_i, n_features), or flat, (n, numbers).
    A list is one of sequences, whatever their lengths: arrays or lists of numbers have one feature,
    unless they are as long as `input_shape` makes a flat row. With
    ``channels="first"`` X is (n, n_features, n_steps), or a list of arrays (n_features, n_steps_i).
    A :class:`~sknn.exceptions.ShapeWarning` says where a shape was probably meant otherwise.
    A step whose features are all NaN is missing: the state is held, and no answer is asked for. So
    NaN may also pad sequences of different lengths. Later calls may bring longer sequences.

    References
    ----------
    .. [1] Elman (1990), "Finding structure in time", Cognitive Science 14.
    .. [2] Jordan (1986), "Serial order: a parallel distributed processing approach".
    .. [3] Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9.
    .. [4] Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP.

    Examples
    --------
    Sequences of different lengths; does the sum of their numbers exceed zero?

    >>> import numpy as np
    >>> from sknn import RNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=(rng.integers(3, 9), 1)) for _ in range(300)]
    >>> y = [int(each.sum() > 0) for each in X]
    >>> net = RNNClassifier(8, cell="gru", learning_rate_init=0.02, max_iter=30, random_state=0,
    ...                     learning_rate="cosine")
    >>> net.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9
    True
    """

    _constraints = parameters.FAMILY | parameters.CLASSIFIER | CONSTRAINTS

    def __init__(
        self,
        units: Any = (64,),
        *,
        cell: Any = "lstm",
        input_shape: Any = None,
        channels: Any = "last",
        bidirectional: Any = False,
        return_sequences: Any = False,
        stateful: Any = False,
        tbptt: Any = None,
        recurrent_dropout: Any = 0.0,
        hidden_layer_sizes: Any = (),
        activation: Any = "relu",
        dropout: Any = 0.0,
        normalization: Any = None,
        layers: Any = None,
        loss: Any = "log_loss",
        solver: Any = "adam",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 200,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        tol: Any = 1e-4,
        max_grad_norm: Any = 1.0,
        weight_init: Any = "auto",
        freeze: Any = None,
        n_members: Any = 1,
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        dtype: Any = "auto",
        callbacks: Any = None,
        class_weight: Any = None,
        label_smoothing: Any = 0.0,
    ) -> None:
        self.units = units
        self.cell = cell
        self.input_shape = input_shape
        self.channels = channels
        self.bidirectional = bidirectional
        self.return_sequences = return_sequences
        self.stateful = stateful
        self.tbptt = tbptt
        self.recurrent_dropout = recurrent_dropout
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.normalization = normalization
        self.layers = layers
        self.loss = loss
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.max_grad_norm = max_grad_norm
        self.weight_init = weight_init
        self.freeze = freeze
        self.n_members = n_members
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.dtype = dtype
        self.callbacks = callbacks
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing


class RNNRegressor(RecurrentNetwork, NetworkRegressor):
    """Recurrent network for regression: Elman, Jordan, LSTM or GRU [1]_ [2]_ [3]_ [4]_.

    Parameters
    ----------
    units : int or sequence of int, default=(64,)
        Units of each recurrent layer.
    cell : {"elman", "jordan", "lstm", "gru"}, default="lstm"
        Kind of the recurrent layers.
    input_shape : tuple of int, default=None
        (n_steps, n_features) of a row where X is flat. None: every number of a flat row is a step.
    channels : {"last", "first"}, default="last"
        Where the features of a step are: "last" for sequences (n_steps, n_features), "first" for
        (n_features, n_steps). `input_shape`, flat rows and lists of arrays are in the same order.
    bidirectional : bool, default=False
        Read sequences in both directions: each layer has twice the units.
    return_sequences : bool, default=False
        Answer at every step: y is (n, n_steps), or a list of arrays. Otherwise once a sequence.
    stateful : bool, default=False
        Carry the state: each row of a call of `partial_fit` continues the row of the call before,
        and so does `predict`, given as many rows. `fit` begins every pass from zero.
        See :meth:`reset_state`.
    tbptt : int, default=None
        Truncated back-propagation through time: gradients flow back at most so many steps.
    recurrent_dropout : float, default=0.0
        Fraction of the state dropped on its way to the next step, the same for all steps.
    hidden_layer_sizes : int or sequence of int, default=()
        Units of dense layers between the recurrent ones and the output.
    activation : str or Activation, default="relu"
        Non-linearity of these dense layers.
    dropout : float or list of float, default=0.0
        Fraction dropped behind each recurrent and each dense layer.
    normalization : {None, "batch", "layer"}, default=None
        Normalise between each dense layer and its activation.
    layers : list of Layer, default=None
        All layers but the last, instead of the parameters above, for example
        ``[Embedding(1000, 16), GRU(32, return_sequences=True), GlobalMaxPool()]``.
    loss : str or Loss, default="squared_error"
        "squared_error", "absolute_error", "huber", "log_cosh", "quantile", "poisson", "gamma",
        "tweedie", "gaussian_nll", or a spec from :mod:`sknn.losses`.
    solver : str or Optimizer, default="adam"
        "adam", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad", "adadelta", "sgd", "lion",
        "lbfgs", or a spec from :mod:`sknn.optimizers`.
    learning_rate : str or Schedule, default="constant"
        "constant", "invscaling", "adaptive", "exponential", "step", "cosine", "one_cycle",
        "plateau", or a spec from :mod:`sknn.schedules`.
    learning_rate_init : float, default=0.001
        Base learning rate, which the schedule multiplies.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows of a batch; "auto" is ``min(32, n_samples)``, all rows where `stateful`.
    max_iter : int, default=200
        Most epochs of one call of `fit`.
    early_stopping : bool, default=False
        Stop when the validation loss no longer improves, and serve the best weights.
    validation_fraction : float, default=0.1
        Share of rows held out for early stopping where no X_val is given.
    n_iter_no_change : int or inf, default=10
        Epochs without improvement that are borne before training stops.
    tol : float, default=1e-4
        Least improvement that counts.
    max_grad_norm : float, default=1.0
        Bound on the Euclidean norm of the gradient.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights, as for :class:`MLPClassifier`.
    freeze : int or list of str, default=None
        Layers held fixed, by name or counted from the input.
    n_members : int, default=1
        Train so many networks from different initial weights, and average their answers.
    random_state : int, RandomState or None, default=None
        Seed of initial weights, validation split, order and noise.
    verbose : bool or int, default=False
        Print one line an epoch.
    warm_start : bool, default=False
        Let `fit` continue where the last call ended, exactly.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and makes everything else float64, which takes about twice
        as long.
    callbacks : list of Callback, default=None
        See :mod:`sknn.callbacks`.
    normalize_y : bool, default=True
        Standardise the target inside; predictions are in the units of y.
    output_range : None, "train" or (low, high), default=None
        Bound on predictions.

    Attributes
    ----------
    network_ : Network
        The chain of layers; ``summary()`` prints it, ``get_weights()`` gives its arrays by layer.
    input_shape_ : tuple of int
        Shape of a row as the layers see it, (n_steps, n_features).
    n_features_in_ : int
        Numbers of a row; features of a step where X is a list.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As of :class:`MLPRegressor`.

    See Also
    --------
    RNNClassifier : The same for classes.

    Notes
    -----
    X is (n, n_steps, n_features), a list of arrays (n_steps_i, n_features), or flat, (n, numbers).
    A list is one of sequences, whatever their lengths: arrays or lists of numbers have one feature,
    unless they are as long as `input_shape` makes a flat row. With
    ``channels="first"`` X is (n, n_features, n_steps), or a list of arrays (n_features, n_steps_i).
    A :class:`~sknn.exceptions.ShapeWarning` says where a shape was probably meant otherwise.
    A step whose features are all NaN is missing: the state is held, and no answer is asked for. So
    NaN may also pad sequences of different lengths. Later calls may bring longer sequences.

    References
    ----------
    .. [1] Elman (1990), "Finding structure in time", Cognitive Science 14.
    .. [2] Jordan (1986), "Serial order: a parallel distributed processing approach".
    .. [3] Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9.
    .. [4] Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP.

    Examples
    --------
    The next value of a wave from the ten before:

    >>> import numpy as np
    >>> from sknn import RNNRegressor
    >>> wave = np.sin(0.4 * np.arange(200))
    >>> windows = np.lib.stride_tricks.sliding_window_view(wave, 11)
    >>> X, y = windows[:, :10], windows[:, 10]
    >>> net = RNNRegressor(8, learning_rate_init=0.02, max_iter=30, random_state=0,
    ...                    learning_rate="cosine")
    >>> net.fit(X[:150], y[:150]).score(X[150:], y[150:]) > 0.95
    True
    """

    _constraints = parameters.FAMILY | parameters.REGRESSOR | CONSTRAINTS

    def __init__(
        self,
        units: Any = (64,),
        *,
        cell: Any = "lstm",
        input_shape: Any = None,
        channels: Any = "last",
        bidirectional: Any = False,
        return_sequences: Any = False,
        stateful: Any = False,
        tbptt: Any = None,
        recurrent_dropout: Any = 0.0,
        hidden_layer_sizes: Any = (),
        activation: Any = "relu",
        dropout: Any = 0.0,
        normalization: Any = None,
        layers: Any = None,
        loss: Any = "squared_error",
        solver: Any = "adam",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 200,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        tol: Any = 1e-4,
        max_grad_norm: Any = 1.0,
        weight_init: Any = "auto",
        freeze: Any = None,
        n_members: Any = 1,
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        dtype: Any = "auto",
        callbacks: Any = None,
        normalize_y: Any = True,
        output_range: Any = None,
    ) -> None:
        self.units = units
        self.cell = cell
        self.input_shape = input_shape
        self.channels = channels
        self.bidirectional = bidirectional
        self.return_sequences = return_sequences
        self.stateful = stateful
        self.tbptt = tbptt
        self.recurrent_dropout = recurrent_dropout
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.normalization = normalization
        self.layers = layers
        self.loss = loss
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.max_grad_norm = max_grad_norm
        self.weight_init = weight_init
        self.freeze = freeze
        self.n_members = n_members
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.dtype = dtype
        self.callbacks = callbacks
        self.normalize_y = normalize_y
        self.output_range = output_range
