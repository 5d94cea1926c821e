"""The public classes: networks for sequences, with one prediction per sequence or per step."""

from __future__ import annotations

from typing import Any, ClassVar

from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.fit.task import ClassificationTask, RegressionTask, Task
from sknn.estimators.recurrent.network import RecurrentNetwork
from sknn.estimators.recurrent.task import SequenceTask
from sknn.estimators.regressor import NetworkRegressor


class RNNClassifier(RecurrentNetwork, NetworkClassifier):
    """Recurrent network for classification: Elman, Jordan, LSTM, or GRU [1]_ [2]_ [3]_ [4]_.

    Parameters
    ----------
    units : int or sequence of int, default=(64,)
        Number of units in each recurrent layer.
    cell : {"elman", "jordan", "lstm", "gru"}, default="gru"
        Kind of recurrent layers.
    input_shape : tuple of int, default=None
        Shape of a row, if X is flat. That is (n_steps, n_features). None reads every number of a
        flat row as a step.
    channels : {"last", "first"}, default="last"
        Position of the features in a step. `input_shape`, flat rows, and lists of arrays have the
        same order. "last" is (n_steps, n_features), "first" is (n_features, n_steps).
    bidirectional : bool, default=False
        Read sequences in both directions; each layer then has twice the units.
    readout : {"auto", "pooled", "last"}, default="auto"
        States that the prediction for a sequence uses. "pooled": the last state of the last
        recurrent layer, and the mean and the maximum of its states over all steps. "last": the last
        state alone. "auto" is "last" if `stateful`, otherwise "pooled". With `return_sequences`
        every step has its own state, and "pooled" is not valid.
    return_sequences : bool, default=False
        Predict at every step rather than once per sequence; y is then of shape (n, n_steps), or a
        list of arrays.
    stateful : bool, default=False
        Keep the state between calls: each row of a call to `partial_fit` continues the same row of
        the last call, and so does `predict`, if it gets as many rows. `fit` starts every epoch from
        zero. See :meth:`reset_state`.
    tbptt : int, default=None
        Truncated backpropagation through time: the largest number of steps through which gradients
        flow back.
    recurrent_dropout : float, default=0.0
        Fraction of the state dropped on its way to the next step, the same at every step.
    hidden_layer_sizes : int or sequence of int, default=()
        Number of units in each hidden layer. These are the dense layers after the recurrent layers.
    activation : str or Activation, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. Recurrent layers have their own activations.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped after each hidden layer. Recurrent layers count, and come
        first in a list.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each hidden layer and its activation.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. For example
        ``[Embedding(1000, 16), GRU(32, return_sequences=True), GlobalMaxPool()]``.
    loss : str or Loss, default="log_loss"
        "focal", "hinge" (no probabilities), "log_loss" (cross-entropy), "squared_error" (on
        probabilities), or a spec from :mod:`sknn.losses`.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    learning_rate : str or Schedule, default="cosine"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver. A schedule given by name ends
        after `max_iter` epochs or, in a stream, after as many calls to `partial_fit`; for longer
        streams pass "constant".
    learning_rate_init : float, default=0.005
        Learning rate, which the schedule multiplies by a factor.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 8 up to 200 rows, 16 up to 400, and 32 beyond, or all rows if `stateful`.
    max_iter : int, default=60
        Maximum number of epochs in one call to `fit`.
    early_stopping : bool, default=False
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for this share of the epochs that led to them.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    tol : float, default=0.0001
        Smallest improvement of the loss that counts.
    max_grad_norm : float, default=1.0
        Bound on the Euclidean norm of the gradient.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
        "lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`. "auto" is
        scikit-learn's rule for its four activations, LeCun's for selu, and He's for the others.
        :class:`~sknn.initializers.Pretrained` starts from a fitted network. The output bias starts
        at the best constant prediction.
    freeze : int or list of str, default=None
        Layers that are not trained: how many of those with parameters, counted from the input, or
        names as in :meth:`summary`. Normalization layers count, and a block counts as one.
    n_members : int, default=1
        Number of networks trained in one pass, with different initial weights but the same order of
        rows; their predictions are averaged. Each stops on its own. Within
        ``joblib.parallel_config`` with several jobs, each job trains some of them.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, multiplied by the sample weights. A list gives one dict for each
        output of a `y` with several columns of classes. Not for multi-label `y`.
    label_smoothing : float, default=0.0
        Share of the target that is spread evenly over all classes.

    Attributes
    ----------
    network_ : Network
        The chain of layers; ``summary()`` describes it, and ``get_weights()`` returns its arrays by
        layer.
    input_shape_ : tuple of int
        Shape of a row as the layers see it, (n_steps, n_features).
    classes_ : ndarray
        Labels in the order of the columns of `predict_proba`.
    n_features_in_ : int
        Numbers per row; features per step if X is a list.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As for :class:`MLPClassifier`.

    See Also
    --------
    RNNRegressor : The same for regression.

    Notes
    -----
    X is (n, n_steps, n_features), a list of arrays (n_steps_i, n_features), or flat, (n, numbers).
    A list is always a list of sequences of any lengths: its arrays or lists of numbers
    have one feature, unless their length is that of a flat row of `input_shape`. With
    ``channels="first"``, X is (n, n_features, n_steps), or a list of arrays (n_features,
    n_steps_i). A :class:`~sknn.exceptions.ShapeWarning` says if a shape was probably meant
    differently. A step whose features are all NaN is missing: the state stays as it is, and the
    step has no target. So NaN can pad sequences of different lengths. Later calls may pass longer
    sequences.

    References
    ----------
    .. [1] Elman (1990), "Finding structure in time", Cognitive Science 14.
    .. [2] Jordan (1986), "Serial order: a parallel distributed processing approach".
    .. [3] Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9.
    .. [4] Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP.

    Examples
    --------
    Does the sum of a sequence exceed zero? The sequences have different lengths:

    >>> import numpy as np
    >>> from sknn import RNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> X = [rng.normal(size=(rng.integers(3, 9), 1)) for _ in range(300)]
    >>> y = [int(each.sum() > 0) for each in X]
    >>> net = RNNClassifier(8, random_state=0)
    >>> print(f"accuracy {net.fit(X[:200], y[:200]).score(X[200:], y[200:]):.2f}")
    accuracy 0.96
    """

    _task: ClassVar[Task] = SequenceTask(ClassificationTask())

    def __init__(
        self,
        units: Any = (64,),
        *,
        cell: Any = "gru",
        input_shape: Any = None,
        channels: Any = "last",
        bidirectional: Any = False,
        readout: Any = "auto",
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
        learning_rate: Any = "cosine",
        learning_rate_init: Any = 0.005,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 60,
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
        self.readout = readout
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
    """Recurrent network for regression: Elman, Jordan, LSTM, or GRU [1]_ [2]_ [3]_ [4]_.

    Parameters
    ----------
    units : int or sequence of int, default=(64,)
        Number of units in each recurrent layer.
    cell : {"elman", "jordan", "lstm", "gru"}, default="gru"
        Kind of recurrent layers.
    input_shape : tuple of int, default=None
        Shape of a row, if X is flat. That is (n_steps, n_features). None reads every number of a
        flat row as a step.
    channels : {"last", "first"}, default="last"
        Position of the features in a step. `input_shape`, flat rows, and lists of arrays have the
        same order. "last" is (n_steps, n_features), "first" is (n_features, n_steps).
    bidirectional : bool, default=False
        Read sequences in both directions; each layer then has twice the units.
    readout : {"auto", "pooled", "last"}, default="auto"
        States that the prediction for a sequence uses. "pooled": the last state of the last
        recurrent layer, and the mean and the maximum of its states over all steps. "last": the last
        state alone. "auto" is "last" if `stateful`, otherwise "pooled". With `return_sequences`
        every step has its own state, and "pooled" is not valid.
    return_sequences : bool, default=False
        Predict at every step rather than once per sequence; y is then of shape (n, n_steps), or a
        list of arrays.
    stateful : bool, default=False
        Keep the state between calls: each row of a call to `partial_fit` continues the same row of
        the last call, and so does `predict`, if it gets as many rows. `fit` starts every epoch from
        zero. See :meth:`reset_state`.
    tbptt : int, default=None
        Truncated backpropagation through time: the largest number of steps through which gradients
        flow back.
    recurrent_dropout : float, default=0.0
        Fraction of the state dropped on its way to the next step, the same at every step.
    hidden_layer_sizes : int or sequence of int, default=()
        Number of units in each hidden layer. These are the dense layers after the recurrent layers.
    activation : str or Activation, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. Recurrent layers have their own activations.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped after each hidden layer. Recurrent layers count, and come
        first in a list.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each hidden layer and its activation.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. For example
        ``[Embedding(1000, 16), GRU(32, return_sequences=True), GlobalMaxPool()]``.
    loss : str or Loss, default="squared_error"
        "absolute_error", "gamma" (with a log link), "gaussian_nll" (also learns a standard
        deviation, which ``predict(X, return_std=True)`` returns), "huber", "log_cosh", "poisson"
        (with a log link), "quantile" (the median; ``Quantile([0.05, 0.5, 0.95])`` learns several),
        "squared_error" (half the square), "tweedie" (with a log link), or a spec from
        :mod:`sknn.losses`. With several outputs, the loss is the mean over them.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    learning_rate : str or Schedule, default="cosine"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver. A schedule given by name ends
        after `max_iter` epochs or, in a stream, after as many calls to `partial_fit`; for longer
        streams pass "constant".
    learning_rate_init : float, default=0.005
        Learning rate, which the schedule multiplies by a factor.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 8 up to 200 rows, 16 up to 400, and 32 beyond, or all rows if `stateful`.
    max_iter : int, default=60
        Maximum number of epochs in one call to `fit`.
    early_stopping : bool, default=False
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for this share of the epochs that led to them.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    tol : float, default=0.0001
        Smallest improvement of the loss that counts.
    max_grad_norm : float, default=1.0
        Bound on the Euclidean norm of the gradient.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
        "lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`. "auto" is
        scikit-learn's rule for its four activations, LeCun's for selu, and He's for the others.
        :class:`~sknn.initializers.Pretrained` starts from a fitted network. The output bias starts
        at the best constant prediction.
    freeze : int or list of str, default=None
        Layers that are not trained: how many of those with parameters, counted from the input, or
        names as in :meth:`summary`. Normalization layers count, and a block counts as one.
    n_members : int, default=1
        Number of networks trained in one pass, with different initial weights but the same order of
        rows; their predictions are averaged. Each stops on its own. Within
        ``joblib.parallel_config`` with several jobs, each job trains some of them.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.
    normalize_y : bool, default=True
        Standardize the target internally, unless that would change what the loss means (as for
        "poisson"). Weights and predictions are in the units of y; `loss_`, `tol`, and parameters of
        the loss are in standardized units.
    output_range : None, "train" or (low, high), default=None
        Bounds to which predictions are clipped; "train" is the range of y in the first call.

    Attributes
    ----------
    network_ : Network
        The chain of layers; ``summary()`` describes it, and ``get_weights()`` returns its arrays by
        layer.
    input_shape_ : tuple of int
        Shape of a row as the layers see it, (n_steps, n_features).
    n_features_in_ : int
        Numbers per row; features per step if X is a list.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As for :class:`MLPRegressor`.

    See Also
    --------
    RNNClassifier : The same for classification.

    Notes
    -----
    X is (n, n_steps, n_features), a list of arrays (n_steps_i, n_features), or flat, (n, numbers).
    A list is always a list of sequences of any lengths: its arrays or lists of numbers
    have one feature, unless their length is that of a flat row of `input_shape`. With
    ``channels="first"``, X is (n, n_features, n_steps), or a list of arrays (n_features,
    n_steps_i). A :class:`~sknn.exceptions.ShapeWarning` says if a shape was probably meant
    differently. A step whose features are all NaN is missing: the state stays as it is, and the
    step has no target. So NaN can pad sequences of different lengths. Later calls may pass longer
    sequences.

    References
    ----------
    .. [1] Elman (1990), "Finding structure in time", Cognitive Science 14.
    .. [2] Jordan (1986), "Serial order: a parallel distributed processing approach".
    .. [3] Hochreiter & Schmidhuber (1997), "Long short-term memory", Neural Computation 9.
    .. [4] Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder for
       statistical machine translation", EMNLP.

    Examples
    --------
    Predict the next value of a wave from the ten values before:

    >>> import numpy as np
    >>> from sknn import RNNRegressor
    >>> wave = np.sin(0.4 * np.arange(200))
    >>> windows = np.lib.stride_tricks.sliding_window_view(wave, 11)
    >>> X, y = windows[:, :10], windows[:, 10]
    >>> net = RNNRegressor(8, learning_rate_init=0.02, max_iter=30, random_state=0,
    ...                    learning_rate="cosine")
    >>> print(f"R2 {net.fit(X[:150], y[:150]).score(X[150:], y[150:]):.2f}")
    R2 1.00
    """

    _task: ClassVar[Task] = SequenceTask(RegressionTask())

    def __init__(
        self,
        units: Any = (64,),
        *,
        cell: Any = "gru",
        input_shape: Any = None,
        channels: Any = "last",
        bidirectional: Any = False,
        readout: Any = "auto",
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
        learning_rate: Any = "cosine",
        learning_rate_init: Any = 0.005,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 60,
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
        self.readout = readout
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
