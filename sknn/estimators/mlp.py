"""Multilayer perceptrons with the parameters, methods, and attributes of scikit-learn."""

from __future__ import annotations

from typing import Any

from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.regressor import NetworkRegressor


class MLPClassifier(NetworkClassifier):
    """Multilayer perceptron classifier.

    It has the parameters, methods, and attributes of :class:`sklearn.neural_network.MLPClassifier`,
    and more. Tasks: binary, multiclass, multi-label (dense or sparse indicator matrix), and several
    multiclass outputs.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of units in each hidden layer. ``()`` gives a linear model.
    activation : str, Activation or list, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. A list gives one for each hidden layer.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is ``min(200, n_samples)``. lbfgs does not use it.
    learning_rate : str or Schedule, default="constant"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.001
        Learning rate, which the schedule multiplies by a factor.
    power_t : float, default=0.5
        Exponent of "invscaling", which counts updates.
    max_iter : int, default=200
        Maximum number of epochs in one call to `fit`. For lbfgs, maximum number of iterations.
    shuffle : bool, default=True
        Whether to shuffle the rows in every epoch.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order.
    tol : float, default=0.0001
        Smallest improvement of the loss that counts. For lbfgs, training ends when no entry of the
        gradient is larger.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    momentum : float, default=0.9
        Momentum of "sgd".
    nesterovs_momentum : bool, default=True
        Whether to use Nesterov's momentum.
    early_stopping : bool, default=False
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights. With `scoring`, the score is monitored
        instead. As in scikit-learn, ``solver="lbfgs"`` does not stop early.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for this share of the epochs that led to them.
    beta_1 : float, default=0.9
        Decay of the running mean of gradients ("adam", "adamw", "amsgrad", "lazy_adam", "nadam").
    beta_2 : float, default=0.999
        Decay of the running mean of squared gradients ("adam", "adamw", "amsgrad", "lazy_adam",
        "nadam").
    epsilon : float, default=1e-8
        Prevents division by zero in updates ("adam", "adamw", "amsgrad", "lazy_adam", "nadam").
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    max_fun : int, default=15000
        Maximum number of function evaluations of lbfgs.
    loss : str or Loss, default="log_loss"
        "focal", "hinge" (no probabilities), "log_loss" (cross-entropy), "squared_error" (on
        probabilities), or a spec from :mod:`sknn.losses`.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. For example
        ``[Dense(64), Dropout(0.2), Dense(32)]``. They replace `hidden_layer_sizes`, `activation`,
        `dropout`, and `normalization`, and are searched as ``hidden0__units``.
    l1 : float, default=0.0
        Strength of the L1 penalty, on the scale of `alpha`. It makes weights exactly zero.
    weight_decay : float or "auto", default="auto"
        Decoupled weight decay per update, multiplied by the learning rate. "auto" is 0.01 for
        "adamw", "lion", otherwise 0.
    regularization_schedule : str or Schedule, default=None
        How dropout, Gaussian noise, and decoupled weight decay fade during training, for example
        ``FlatCosine()``. None keeps them constant.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped after each hidden layer.
    input_dropout : float, default=0.0
        Fraction of inputs dropped.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each hidden layer and its activation.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
        "lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`. "auto" is
        scikit-learn's rule for its four activations, LeCun's for selu, and He's for the others.
        :class:`~sknn.initializers.Pretrained` starts from a fitted network. The output bias starts
        at the best constant prediction.
    max_grad_norm : float, default=None
        Bound on the Euclidean norm of the gradient.
    freeze : int or list of str, default=None
        Layers that are not trained: how many of those with parameters, counted from the input, or
        names as in :meth:`summary`. Normalization layers count, and a block counts as one.
    layer_rates : dict, default=None
        Factor on the learning rate by layer name.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.
    transform_layer : int, default=-1
        Index of the hidden layer whose activations `transform` returns.
    scoring : str or callable, default=None
        What early stopping monitors: a scikit-learn scorer, or None for the validation loss. A
        callable gets the estimator, X_val as the network sees it, and y_val, and returns a number;
        larger is better. `tol` is then in units of the score.
    stop_below : float, default=None
        Stop when the training loss falls below this.
    max_time : float, default=None
        Seconds after which training stops.
    restore_best : bool, default=True
        With early stopping, keep the best weights rather than the last ones. If no X_val is passed,
        they are then trained further on all rows, see `validation_fraction`.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    n_members : int, default=1
        Number of networks trained in one pass, with different initial weights but the same order of
        rows; their predictions are averaged. Each stops on its own. Within
        ``joblib.parallel_config`` with several jobs, each job trains some of them.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, multiplied by the sample weights. A list gives one dict for each
        output of a `y` with several columns of classes. Not for multi-label `y`.
    label_smoothing : float, default=0.0
        Share of the target that is spread evenly over all classes.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Weights (inputs, units) and biases (units,) of each dense layer. ``x @ W + b`` and the
        activation, layer after layer and with `out_activation_` at the end, give the predictions.
        The arrays share the memory of the network, so setting them changes it. Batch normalization
        is multiplied into them; they are then read-only. With several members there is a leading
        axis. Networks with other layers have :meth:`get_weights` instead.
    classes_ : ndarray or list of ndarray
        Labels in the order of the columns of `predict_proba`.
    loss_ : float
        Objective of the last epoch, penalty included.
    loss_curve_ : list of float
        Objective after each epoch.
    best_loss_ : float or None
        Lowest value of `loss_curve_`; None with early stopping, and before the first epoch ends.
    validation_scores_ : list of float or None
        Accuracy on the validation rows after each epoch.
    best_validation_score_ : float or None
        Highest value of `validation_scores_`.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss, learning_rate, seconds, gradient_norm, penalty;
        with validation rows also validation_loss and validation_score, and with `scoring` score;
        with `n_members` above 1 also members, the number still in training.
    n_iter_ : int
        Number of epochs of the last call.
    t_ : int
        Number of rows that training has passed through the network.
    stop_reason_ : str or None
        Why training ended: "max_iter", "converged", "early_stopping", "stop_below", "max_time",
        "interrupted", "diverged", "paused" (by :class:`~sknn.callbacks.Pause`), "range_test" (by
        :class:`~sknn.callbacks.LearningRateRange`), or the reason another callback gave.
    n_layers_, n_outputs_, n_parameters_ : int
        Number of layers including input and output, of units in the output layer, and of weights
        and biases.
    out_activation_ : str
        Link from raw scores to predictions.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    See Also
    --------
    MLPRegressor : The same for real-valued targets.

    References
    ----------
    .. [1] Rumelhart, Hinton & Williams (1986), "Learning representations by back-propagating
       errors", Nature 323.
    .. [2] Kingma & Ba (2015), "Adam: a method for stochastic optimization", ICLR.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import MLPClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    >>> net = MLPClassifier(learning_rate_init=0.01, early_stopping=True, random_state=0)
    >>> net = net.fit(X_train, y_train)
    >>> print(f"accuracy {net.score(X_test, y_test):.2f}")
    accuracy 0.98
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        power_t: Any = 0.5,
        max_iter: Any = 200,
        shuffle: Any = True,
        random_state: Any = None,
        tol: Any = 1e-4,
        verbose: Any = False,
        warm_start: Any = False,
        momentum: Any = 0.9,
        nesterovs_momentum: Any = True,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-8,
        n_iter_no_change: Any = 10,
        max_fun: Any = 15000,
        loss: Any = "log_loss",
        layers: Any = None,
        l1: Any = 0.0,
        weight_decay: Any = "auto",
        regularization_schedule: Any = None,
        dropout: Any = 0.0,
        input_dropout: Any = 0.0,
        normalization: Any = None,
        weight_init: Any = "auto",
        max_grad_norm: Any = None,
        freeze: Any = None,
        layer_rates: Any = None,
        callbacks: Any = None,
        transform_layer: Any = -1,
        scoring: Any = None,
        stop_below: Any = None,
        max_time: Any = None,
        restore_best: Any = True,
        dtype: Any = "auto",
        n_members: Any = 1,
        class_weight: Any = None,
        label_smoothing: Any = 0.0,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.loss = loss
        self.layers = layers
        self.l1 = l1
        self.weight_decay = weight_decay
        self.regularization_schedule = regularization_schedule
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.normalization = normalization
        self.weight_init = weight_init
        self.max_grad_norm = max_grad_norm
        self.freeze = freeze
        self.layer_rates = layer_rates
        self.callbacks = callbacks
        self.transform_layer = transform_layer
        self.scoring = scoring
        self.stop_below = stop_below
        self.max_time = max_time
        self.restore_best = restore_best
        self.dtype = dtype
        self.n_members = n_members
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing


class MLPRegressor(NetworkRegressor):
    """Multilayer perceptron regressor.

    It has the parameters, methods, and attributes of :class:`sklearn.neural_network.MLPRegressor`,
    and more.

    Parameters
    ----------
    loss : str or Loss, default="squared_error"
        "absolute_error", "gamma" (with a log link), "gaussian_nll" (also learns a standard
        deviation, which ``predict(X, return_std=True)`` returns), "huber", "log_cosh", "poisson"
        (with a log link), "quantile" (the median; ``Quantile([0.05, 0.5, 0.95])`` learns several),
        "squared_error" (half the square), "tweedie" (with a log link), or a spec from
        :mod:`sknn.losses`. With several outputs, the loss is the mean over them.
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Number of units in each hidden layer. ``()`` gives a linear model.
    activation : str, Activation or list, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. A list gives one for each hidden layer.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is ``min(200, n_samples)``. lbfgs does not use it.
    learning_rate : str or Schedule, default="constant"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.001
        Learning rate, which the schedule multiplies by a factor.
    power_t : float, default=0.5
        Exponent of "invscaling", which counts updates.
    max_iter : int, default=200
        Maximum number of epochs in one call to `fit`. For lbfgs, maximum number of iterations.
    shuffle : bool, default=True
        Whether to shuffle the rows in every epoch.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order.
    tol : float, default=0.0001
        Smallest improvement of the loss that counts. For lbfgs, training ends when no entry of the
        gradient is larger.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    momentum : float, default=0.9
        Momentum of "sgd".
    nesterovs_momentum : bool, default=True
        Whether to use Nesterov's momentum.
    early_stopping : bool, default=False
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights. With `scoring`, the score is monitored
        instead. As in scikit-learn, ``solver="lbfgs"`` does not stop early.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for this share of the epochs that led to them.
    beta_1 : float, default=0.9
        Decay of the running mean of gradients ("adam", "adamw", "amsgrad", "lazy_adam", "nadam").
    beta_2 : float, default=0.999
        Decay of the running mean of squared gradients ("adam", "adamw", "amsgrad", "lazy_adam",
        "nadam").
    epsilon : float, default=1e-8
        Prevents division by zero in updates ("adam", "adamw", "amsgrad", "lazy_adam", "nadam").
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    max_fun : int, default=15000
        Maximum number of function evaluations of lbfgs.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. For example
        ``[Dense(64), Dropout(0.2), Dense(32)]``. They replace `hidden_layer_sizes`, `activation`,
        `dropout`, and `normalization`, and are searched as ``hidden0__units``.
    l1 : float, default=0.0
        Strength of the L1 penalty, on the scale of `alpha`. It makes weights exactly zero.
    weight_decay : float or "auto", default="auto"
        Decoupled weight decay per update, multiplied by the learning rate. "auto" is 0.01 for
        "adamw", "lion", otherwise 0.
    regularization_schedule : str or Schedule, default=None
        How dropout, Gaussian noise, and decoupled weight decay fade during training, for example
        ``FlatCosine()``. None keeps them constant.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped after each hidden layer.
    input_dropout : float, default=0.0
        Fraction of inputs dropped.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each hidden layer and its activation.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal",
        "lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`. "auto" is
        scikit-learn's rule for its four activations, LeCun's for selu, and He's for the others.
        :class:`~sknn.initializers.Pretrained` starts from a fitted network. The output bias starts
        at the best constant prediction.
    max_grad_norm : float, default=None
        Bound on the Euclidean norm of the gradient.
    freeze : int or list of str, default=None
        Layers that are not trained: how many of those with parameters, counted from the input, or
        names as in :meth:`summary`. Normalization layers count, and a block counts as one.
    layer_rates : dict, default=None
        Factor on the learning rate by layer name.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.
    transform_layer : int, default=-1
        Index of the hidden layer whose activations `transform` returns.
    scoring : str or callable, default=None
        What early stopping monitors: a scikit-learn scorer, or None for the validation loss. A
        callable gets the estimator, X_val as the network sees it, and y_val, and returns a number;
        larger is better. `tol` is then in units of the score.
    stop_below : float, default=None
        Stop when the training loss falls below this.
    max_time : float, default=None
        Seconds after which training stops.
    restore_best : bool, default=True
        With early stopping, keep the best weights rather than the last ones. If no X_val is passed,
        they are then trained further on all rows, see `validation_fraction`.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    n_members : int, default=1
        Number of networks trained in one pass, with different initial weights but the same order of
        rows; their predictions are averaged. Each stops on its own. Within
        ``joblib.parallel_config`` with several jobs, each job trains some of them.
    normalize_y : bool, default=True
        Standardize the target internally, unless that would change what the loss means (as for
        "poisson"). Weights and predictions are in the units of y; `loss_`, `tol`, and parameters of
        the loss are in standardized units.
    output_range : None, "train" or (low, high), default=None
        Bounds to which predictions are clipped; "train" is the range of y in the first call.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Weights (inputs, units) and biases (units,) of each dense layer. ``x @ W + b`` and the
        activation, layer after layer and with `out_activation_` at the end, give the predictions,
        which are then clipped to `output_range`. The arrays share the memory of the network, so
        setting them changes it. Batch normalization is multiplied into them; they are then
        read-only. With several members there is a leading axis. Networks with other layers have
        :meth:`get_weights` instead.
    loss_ : float
        Objective of the last epoch, penalty included.
    loss_curve_ : list of float
        Objective after each epoch.
    best_loss_ : float or None
        Lowest value of `loss_curve_`; None with early stopping, and before the first epoch ends.
    validation_scores_ : list of float or None
        R2 on the validation rows after each epoch.
    best_validation_score_ : float or None
        Highest value of `validation_scores_`.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss, learning_rate, seconds, gradient_norm, penalty;
        with validation rows also validation_loss and validation_score, and with `scoring` score;
        with `n_members` above 1 also members, the number still in training.
    n_iter_ : int
        Number of epochs of the last call.
    t_ : int
        Number of rows that training has passed through the network.
    stop_reason_ : str or None
        Why training ended: "max_iter", "converged", "early_stopping", "stop_below", "max_time",
        "interrupted", "diverged", "paused" (by :class:`~sknn.callbacks.Pause`), "range_test" (by
        :class:`~sknn.callbacks.LearningRateRange`), or the reason another callback gave.
    n_layers_, n_outputs_, n_parameters_ : int
        Number of layers including input and output, of units in the output layer, and of weights
        and biases.
    out_activation_ : str
        Link from raw scores to predictions.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    See Also
    --------
    MLPClassifier : The same for classes.

    References
    ----------
    .. [1] Rumelhart, Hinton & Williams (1986), "Learning representations by back-propagating
       errors", Nature 323.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.model_selection import train_test_split
    >>> from sklearn.preprocessing import scale
    >>> from sknn import MLPRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(scale(X), y, random_state=0)
    >>> net = MLPRegressor(random_state=0, early_stopping=True).fit(X_train, y_train)
    >>> print(f"R2 {net.score(X_test, y_test):.1f}")
    R2 0.3
    """

    def __init__(
        self,
        loss: Any = "squared_error",
        hidden_layer_sizes: Any = (100,),
        activation: Any = "relu",
        *,
        solver: Any = "adam",
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        power_t: Any = 0.5,
        max_iter: Any = 200,
        shuffle: Any = True,
        random_state: Any = None,
        tol: Any = 1e-4,
        verbose: Any = False,
        warm_start: Any = False,
        momentum: Any = 0.9,
        nesterovs_momentum: Any = True,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        beta_1: Any = 0.9,
        beta_2: Any = 0.999,
        epsilon: Any = 1e-8,
        n_iter_no_change: Any = 10,
        max_fun: Any = 15000,
        layers: Any = None,
        l1: Any = 0.0,
        weight_decay: Any = "auto",
        regularization_schedule: Any = None,
        dropout: Any = 0.0,
        input_dropout: Any = 0.0,
        normalization: Any = None,
        weight_init: Any = "auto",
        max_grad_norm: Any = None,
        freeze: Any = None,
        layer_rates: Any = None,
        callbacks: Any = None,
        transform_layer: Any = -1,
        scoring: Any = None,
        stop_below: Any = None,
        max_time: Any = None,
        restore_best: Any = True,
        dtype: Any = "auto",
        n_members: Any = 1,
        normalize_y: Any = True,
        output_range: Any = None,
    ) -> None:
        self.loss = loss
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.layers = layers
        self.l1 = l1
        self.weight_decay = weight_decay
        self.regularization_schedule = regularization_schedule
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.normalization = normalization
        self.weight_init = weight_init
        self.max_grad_norm = max_grad_norm
        self.freeze = freeze
        self.layer_rates = layer_rates
        self.callbacks = callbacks
        self.transform_layer = transform_layer
        self.scoring = scoring
        self.stop_below = stop_below
        self.max_time = max_time
        self.restore_best = restore_best
        self.dtype = dtype
        self.n_members = n_members
        self.normalize_y = normalize_y
        self.output_range = output_range
