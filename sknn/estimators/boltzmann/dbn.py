"""Deep belief networks: signatures and docstrings."""

from __future__ import annotations

from typing import Any

from sknn.estimators.boltzmann.pretraining import DeepBelief
from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.regressor import NetworkRegressor


class DBNClassifier(DeepBelief, NetworkClassifier):
    """Deep belief network classifier: pretrained without y, then fine-tuned with y.

    Every hidden layer is first trained as a restricted Boltzmann machine on the output of the layer
    below [1]_. From these weights, backpropagation trains the whole network, whose units are
    logistic. From small random weights, such a network hardly learns if it has three hidden layers
    or more, because its gradients vanish.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(256, 128)
        Number of units in each hidden layer. All hidden units are logistic.
    pretrain_visible : {"auto", "bernoulli", "gaussian"}, default="auto"
        Kind of the lowest machine. "auto": "bernoulli" (bits or probabilities) if all of X in the
        first call is in [0, 1], otherwise "gaussian" (real numbers of variance 1; standardize X).
    pretrain_learning_rate : float or "auto", default="auto"
        Learning rate of pretraining. "auto" is 0.1, or 0.01 for a Gaussian machine.
    pretrain_n_iter : int, default=20
        Epochs of each machine; 0 keeps its small random initial weights.
    pretrain_batch_size : int, default=10
        Rows in a batch, and number of persistent chains.
    pretrain_n_gibbs : int, default=1
        Steps of Gibbs sampling between two updates.
    pretrain_persistent : bool, default=False
        Continue the chains of the last batch, or start them from the rows of each batch.
    pretrain_momentum : float, default=0.5
        Share of the last step that is added to the next.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is ``min(200, n_samples)``.
    learning_rate : str or Schedule, default="constant"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.01
        Learning rate, which the schedule multiplies by a factor. Logistic units need about ten
        times the rate of rectified linear units.
    max_iter : int, default=200
        Maximum number of epochs in one call to `fit`.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order. Pretraining uses it, too.
    tol : float, default=0.0001
        Smallest improvement of the loss that counts.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left. Pretraining prints its epochs, too.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k. Pretraining is not repeated.
    early_stopping : bool, default=False
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights. The held-out rows are not used in
        pretraining.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for this share of the epochs that led to them.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``. They
        are called only during fine-tuning.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, multiplied by the sample weights. A list gives one dict for each
        output of a `y` with several columns of classes. Not for multi-label `y`. Pretraining uses
        it, too.

    Attributes
    ----------
    rbms_ : list of BernoulliRBM or GaussianRBM
        The machines that gave the network its initial weights, the lowest first.
    coefs_, intercepts_ : list of ndarray
        Weights (inputs, units) and biases (units,) of each layer after fine-tuning.
    classes_ : ndarray or list of ndarray
        Labels in the order of the columns of `predict_proba`.
    loss_, loss_curve_, validation_scores_, history_, n_iter_, stop_reason_, n_features_in_, \
feature_names_in_
        As in :class:`MLPClassifier`.

    See Also
    --------
    MLPClassifier : The same network without pretraining.
    BernoulliRBM : One machine of the stack.

    References
    ----------
    .. [1] Hinton, Osindero & Teh (2006), "A fast learning algorithm for deep belief nets", Neural
       Computation 18.
    .. [2] Bengio, Lamblin, Popovici & Larochelle (2007), "Greedy layer-wise training of deep
       networks", NeurIPS.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import DBNClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    >>> net = DBNClassifier((64, 32), learning_rate="cosine", learning_rate_init=0.01, max_iter=20,
    ...                     random_state=0)
    >>> net = net.fit(X_train, y_train)
    >>> print(f"accuracy {net.score(X_test, y_test):.2f}")
    accuracy 0.95
    """

    def __init__(
        self,
        hidden_layer_sizes: Any = (256, 128),
        *,
        pretrain_visible: Any = "auto",
        pretrain_learning_rate: Any = "auto",
        pretrain_n_iter: Any = 20,
        pretrain_batch_size: Any = 10,
        pretrain_n_gibbs: Any = 1,
        pretrain_persistent: Any = False,
        pretrain_momentum: Any = 0.5,
        solver: Any = "adam",
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.01,
        max_iter: Any = 200,
        random_state: Any = None,
        tol: Any = 1e-4,
        verbose: Any = False,
        warm_start: Any = False,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        dtype: Any = "auto",
        callbacks: Any = None,
        class_weight: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.pretrain_visible = pretrain_visible
        self.pretrain_learning_rate = pretrain_learning_rate
        self.pretrain_n_iter = pretrain_n_iter
        self.pretrain_batch_size = pretrain_batch_size
        self.pretrain_n_gibbs = pretrain_n_gibbs
        self.pretrain_persistent = pretrain_persistent
        self.pretrain_momentum = pretrain_momentum
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.dtype = dtype
        self.callbacks = callbacks
        self.class_weight = class_weight


class DBNRegressor(DeepBelief, NetworkRegressor):
    """Deep belief network regressor: pretrained without y, then fine-tuned with y.

    Every hidden layer is first trained as a restricted Boltzmann machine on the output of the layer
    below [1]_. From these weights, backpropagation trains the whole network, whose units are
    logistic.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(256, 128)
        Number of units in each hidden layer. All hidden units are logistic.
    pretrain_visible : {"auto", "bernoulli", "gaussian"}, default="auto"
        Kind of the lowest machine. "auto": "bernoulli" (bits or probabilities) if all of X in the
        first call is in [0, 1], otherwise "gaussian" (real numbers of variance 1; standardize X).
    pretrain_learning_rate : float or "auto", default="auto"
        Learning rate of pretraining. "auto" is 0.1, or 0.01 for a Gaussian machine.
    pretrain_n_iter : int, default=20
        Epochs of each machine; 0 keeps its small random initial weights.
    pretrain_batch_size : int, default=10
        Rows in a batch, and number of persistent chains.
    pretrain_n_gibbs : int, default=1
        Steps of Gibbs sampling between two updates.
    pretrain_persistent : bool, default=False
        Continue the chains of the last batch, or start them from the rows of each batch.
    pretrain_momentum : float, default=0.5
        Share of the last step that is added to the next.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is ``min(200, n_samples)``.
    learning_rate : str or Schedule, default="constant"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.01
        Learning rate, which the schedule multiplies by a factor. Logistic units need about ten
        times the rate of rectified linear units.
    max_iter : int, default=200
        Maximum number of epochs in one call to `fit`.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order. Pretraining uses it, too.
    tol : float, default=0.0001
        Smallest improvement of the loss that counts.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left. Pretraining prints its epochs, too.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k. Pretraining is not repeated.
    early_stopping : bool, default=False
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights. The held-out rows are not used in
        pretraining.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for this share of the epochs that led to them.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``. They
        are called only during fine-tuning.
    normalize_y : bool, default=True
        Standardize the target internally, unless that would change what the loss means (as for
        "poisson"). Weights and predictions are in the units of y; `loss_`, `tol`, and parameters of
        the loss are in standardized units.

    Attributes
    ----------
    rbms_ : list of BernoulliRBM or GaussianRBM
        The machines that gave the network its initial weights, the lowest first.
    coefs_, intercepts_ : list of ndarray
        Weights (inputs, units) and biases (units,) of each layer after fine-tuning.
    loss_, loss_curve_, validation_scores_, history_, n_iter_, stop_reason_, n_features_in_, \
feature_names_in_
        As in :class:`MLPRegressor`.

    See Also
    --------
    MLPRegressor : The same network without pretraining.
    BernoulliRBM : One machine of the stack.

    References
    ----------
    .. [1] Hinton, Osindero & Teh (2006), "A fast learning algorithm for deep belief nets", Neural
       Computation 18.
    .. [2] Bengio, Lamblin, Popovici & Larochelle (2007), "Greedy layer-wise training of deep
       networks", NeurIPS.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.preprocessing import scale
    >>> from sknn import DBNRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> net = DBNRegressor((32, 16), learning_rate="cosine", learning_rate_init=0.01, max_iter=50,
    ...                    random_state=0)
    >>> net = net.fit(scale(X), y)
    >>> print(f"R2 {net.score(scale(X), y):.1f}")
    R2 0.5
    """

    # The loss of these networks is fixed.
    _wording = {
        **DeepBelief._wording,
        """With
    ``loss="gaussian_nll"`` it is that of the target: the network predicts it and, with
    several members, it is the square root of the sum of two terms: the mean of their
    variances and the variance of their means. With other losses, it is the standard
    deviation of the members'
    predictions.""": "It is the standard deviation of the members' predictions.",
        "a single member, unless the loss learns a spread.": "a single member.",
    }

    def __init__(
        self,
        hidden_layer_sizes: Any = (256, 128),
        *,
        pretrain_visible: Any = "auto",
        pretrain_learning_rate: Any = "auto",
        pretrain_n_iter: Any = 20,
        pretrain_batch_size: Any = 10,
        pretrain_n_gibbs: Any = 1,
        pretrain_persistent: Any = False,
        pretrain_momentum: Any = 0.5,
        solver: Any = "adam",
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.01,
        max_iter: Any = 200,
        random_state: Any = None,
        tol: Any = 1e-4,
        verbose: Any = False,
        warm_start: Any = False,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        dtype: Any = "auto",
        callbacks: Any = None,
        normalize_y: Any = True,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.pretrain_visible = pretrain_visible
        self.pretrain_learning_rate = pretrain_learning_rate
        self.pretrain_n_iter = pretrain_n_iter
        self.pretrain_batch_size = pretrain_batch_size
        self.pretrain_n_gibbs = pretrain_n_gibbs
        self.pretrain_persistent = pretrain_persistent
        self.pretrain_momentum = pretrain_momentum
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.dtype = dtype
        self.callbacks = callbacks
        self.normalize_y = normalize_y
