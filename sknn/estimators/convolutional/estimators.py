"""The public classes: networks for images and signals."""

from __future__ import annotations

from typing import Any

from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.convolutional.network import ConvolutionalNetwork
from sknn.estimators.regressor import NetworkRegressor


class CNNClassifier(ConvolutionalNetwork, NetworkClassifier):
    """Convolutional network for classification [1]_.

    Parameters
    ----------
    filters : int or sequence of int, default=(32, 64)
        Number of filters of each convolution.
    kernel_size : int, tuple of int or "auto", default="auto"
        Size of the filters. The length of a tuple says along how many axes they move: ``(9,)``
        along the steps of a signal, ``(3, 3)`` over an image. "auto" is 3 for images, and 9 for
        signals with ``padding='same'``, ``strides=1``, and at least 16 steps (4 to the power of the
        number of convolutions), otherwise 3.
    input_shape : tuple of int, default=None
        Shape of a row, if X is flat. For example ``(8, 8)``, ``(32, 32, 3)``, or ``(150, 2)`` with
        ``kernel_size=(7,)``. None reads a flat row as a signal with one channel.
    channels : {"last", "first"}, default="last"
        Position of the channels in a row. `input_shape` and flat rows have the same order. "last"
        is (H, W, C) or (T, C), "first" is (C, H, W) or (C, T), as in some other libraries.
    pool_size : int, tuple of int, "auto" or None, default="auto"
        Size of the pooling windows after each convolution, at most the length of the axis. "auto"
        is 4 if a `kernel_size` of "auto" would be 9, otherwise 2.
    pooling : {"max", "average", None}, default="max"
        How each window is reduced. A nondecreasing activation is applied after the maximum, which
        gives the same result and is cheaper.
    strides : int or tuple of int, default=1
        Steps by which the filters move.
    padding : {"same", "valid"}, default="same"
        "same" keeps the size (divided by the strides), "valid" uses whole windows only.
    hidden_layer_sizes : int or sequence of int, default=(64,)
        Number of units in each hidden layer. These are the dense layers after the convolutions.
    activation : str or Activation, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped after each hidden layer. Nothing is dropped after
        convolutions.
    normalization : {None, "batch", "layer"}, default="batch"
        Normalization between each hidden layer and its activation. It applies to convolutions, too.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. For example
        ``[Conv2D(16), MaxPool(2), Residual([Conv2D(16), Conv2D(16)]), GlobalAveragePool()]``. An
        output that is not flat is flattened.
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
    learning_rate_init : float, default=0.003
        Learning rate, which the schedule multiplies by a factor.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 8 up to 400 rows, 16 up to 800, 32 up to 1,600, and 64 beyond.
    max_iter : int, default=20
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
    max_grad_norm : float, default=None
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
        Shape of a row as the layers see it, channels last.
    classes_ : ndarray
        Labels in the order of the columns of `predict_proba`.
    n_features_in_ : int
        Numbers per row.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As for :class:`MLPClassifier`.

    See Also
    --------
    CNNRegressor : The same for regression.

    Notes
    -----
    X is (n, H, W) or (n, H, W, C); a signal (n, T, C), if `kernel_size` has one axis or `layers`
    begin with a Conv1D; or flat, (n, n_features), so that scalers and searches work. With
    ``channels="first"``, it is (n, C, H, W), or a signal (n, C, T). A
    :class:`~sknn.exceptions.ShapeWarning` says if a shape was probably meant differently. An
    update needs memory for the outputs of all layers for one batch (twice for the widest layer) and
    for windows of bounded size (see :class:`~sknn.layers.Conv2D`); `predict` works in chunks.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
       recognition", Proceedings of the IEEE 86.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import CNNClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    >>> net = CNNClassifier((8, 16), input_shape=(8, 8), random_state=0)
    >>> print(f"accuracy {net.fit(X_train, y_train).score(X_test, y_test):.2f}")
    accuracy 0.98
    """

    def __init__(
        self,
        filters: Any = (32, 64),
        kernel_size: Any = "auto",
        *,
        input_shape: Any = None,
        channels: Any = "last",
        pool_size: Any = "auto",
        pooling: Any = "max",
        strides: Any = 1,
        padding: Any = "same",
        hidden_layer_sizes: Any = (64,),
        activation: Any = "relu",
        dropout: Any = 0.0,
        normalization: Any = "batch",
        layers: Any = None,
        loss: Any = "log_loss",
        solver: Any = "adam",
        learning_rate: Any = "cosine",
        learning_rate_init: Any = 0.003,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 20,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        tol: Any = 1e-4,
        max_grad_norm: Any = None,
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
        self.filters = filters
        self.kernel_size = kernel_size
        self.input_shape = input_shape
        self.channels = channels
        self.pool_size = pool_size
        self.pooling = pooling
        self.strides = strides
        self.padding = padding
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


class CNNRegressor(ConvolutionalNetwork, NetworkRegressor):
    """Convolutional network for regression [1]_.

    Parameters
    ----------
    filters : int or sequence of int, default=(32, 64)
        Number of filters of each convolution.
    kernel_size : int, tuple of int or "auto", default="auto"
        Size of the filters. The length of a tuple says along how many axes they move: ``(9,)``
        along the steps of a signal, ``(3, 3)`` over an image. "auto" is 3 for images, and 9 for
        signals with ``padding='same'``, ``strides=1``, and at least 16 steps (4 to the power of the
        number of convolutions), otherwise 3.
    input_shape : tuple of int, default=None
        Shape of a row, if X is flat. For example ``(8, 8)``, ``(32, 32, 3)``, or ``(150, 2)`` with
        ``kernel_size=(7,)``. None reads a flat row as a signal with one channel.
    channels : {"last", "first"}, default="last"
        Position of the channels in a row. `input_shape` and flat rows have the same order. "last"
        is (H, W, C) or (T, C), "first" is (C, H, W) or (C, T), as in some other libraries.
    pool_size : int, tuple of int, "auto" or None, default="auto"
        Size of the pooling windows after each convolution, at most the length of the axis. "auto"
        is 4 if a `kernel_size` of "auto" would be 9, otherwise 2.
    pooling : {"max", "average", None}, default="max"
        How each window is reduced. A nondecreasing activation is applied after the maximum, which
        gives the same result and is cheaper.
    strides : int or tuple of int, default=1
        Steps by which the filters move.
    padding : {"same", "valid"}, default="same"
        "same" keeps the size (divided by the strides), "valid" uses whole windows only.
    hidden_layer_sizes : int or sequence of int, default=(64,)
        Number of units in each hidden layer. These are the dense layers after the convolutions.
    activation : str or Activation, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped after each hidden layer. Nothing is dropped after
        convolutions.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each hidden layer and its activation. It applies to convolutions, too.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. For example
        ``[Conv2D(16), MaxPool(2), Residual([Conv2D(16), Conv2D(16)]), GlobalAveragePool()]``. An
        output that is not flat is flattened.
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
    learning_rate_init : float, default=0.003
        Learning rate, which the schedule multiplies by a factor.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 8 up to 400 rows, 16 up to 800, 32 up to 1,600, and 64 beyond.
    max_iter : int, default=40
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
    max_grad_norm : float, default=None
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
        Shape of a row as the layers see it, channels last.
    n_features_in_ : int
        Numbers per row.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As for :class:`MLPRegressor`.

    See Also
    --------
    CNNClassifier : The same for classification.

    Notes
    -----
    X is (n, H, W) or (n, H, W, C); a signal (n, T, C), if `kernel_size` has one axis or `layers`
    begin with a Conv1D; or flat, (n, n_features), so that scalers and searches work. With
    ``channels="first"``, it is (n, C, H, W), or a signal (n, C, T). A
    :class:`~sknn.exceptions.ShapeWarning` says if a shape was probably meant differently. An
    update needs memory for the outputs of all layers for one batch (twice for the widest layer) and
    for windows of bounded size (see :class:`~sknn.layers.Conv2D`); `predict` works in chunks.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
       recognition", Proceedings of the IEEE 86.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import CNNRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(size=(300, 30))  # signals of 30 steps
    >>> y = np.abs(np.diff(X)).mean(axis=1)  # how rough they are
    >>> net = CNNRegressor(8, kernel_size=(3,), pooling="average", learning_rate="cosine",
    ...                    learning_rate_init=0.01, max_iter=60, random_state=0)
    >>> print(f"R2 {net.fit(X[:200], y[:200]).score(X[200:], y[200:]):.1f}")
    R2 0.8
    """

    def __init__(
        self,
        filters: Any = (32, 64),
        kernel_size: Any = "auto",
        *,
        input_shape: Any = None,
        channels: Any = "last",
        pool_size: Any = "auto",
        pooling: Any = "max",
        strides: Any = 1,
        padding: Any = "same",
        hidden_layer_sizes: Any = (64,),
        activation: Any = "relu",
        dropout: Any = 0.0,
        normalization: Any = None,
        layers: Any = None,
        loss: Any = "squared_error",
        solver: Any = "adam",
        learning_rate: Any = "cosine",
        learning_rate_init: Any = 0.003,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 40,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        tol: Any = 1e-4,
        max_grad_norm: Any = None,
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
        self.filters = filters
        self.kernel_size = kernel_size
        self.input_shape = input_shape
        self.channels = channels
        self.pool_size = pool_size
        self.pooling = pooling
        self.strides = strides
        self.padding = padding
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
