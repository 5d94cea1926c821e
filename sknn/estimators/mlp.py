"""Multi-layer perceptrons with the parameters, methods and attributes of scikit-learn's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import unique_labels

from sknn.core.layout import Growth
from sknn.core.losses import LogLoss
from sknn.core.losses.base import Loss
from sknn.estimators import data, parameters
from sknn.estimators._sklearn import with_callbacks
from sknn.estimators.call import Call
from sknn.estimators.data import Rows
from sknn.estimators.growth import grow
from sknn.estimators.labels import (
    BinaryTargets,
    ClassificationTargets,
    MulticlassTargets,
    MultilabelTargets,
    MultioutputTargets,
    check_labels,
    classification_targets,
    encode_labels,
)
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.targets import RegressionTargets


def _is_stochastic(estimator: Any) -> bool:
    if parameters.is_lbfgs(estimator):
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


def _gives_probabilities(estimator: Any) -> bool:
    loss = estimator.loss
    kind = Loss.registry.get(loss) if isinstance(loss, str) else type(loss)
    if not getattr(kind, "has_probabilities", True):
        raise AttributeError(f"loss={loss!r} gives scores, not probabilities.")
    return True


class MLPClassifier(ClassifierMixin, SupervisedNetwork):
    """Multi-layer perceptron classifier.

    Parameters, methods and attributes of :class:`sklearn.neural_network.MLPClassifier`, and more.
    Tasks: binary, multiclass, multi-label (dense or sparse indicator), several multiclass outputs.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units of each hidden layer. ``()`` leaves a linear model.
    activation : str, Activation or list, default="relu"
        Non-linearity of the hidden layers, or one for each: "identity", "logistic", "tanh",
        "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "softsign",
        "hard_sigmoid", or a spec from :mod:`sknn.activations`.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adam", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad",
        "adadelta", "sgd", "lion", or a spec from :mod:`sknn.optimizers`, whose parameters can
        be searched as ``solver__beta_1``.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows of a batch. "auto" is ``min(200, n_samples)``; a
        :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. Not used by lbfgs.
    learning_rate : str or Schedule, default="constant"
        "constant", "invscaling", "adaptive", "exponential", "step", "cosine", "one_cycle",
        "plateau", or a spec from :mod:`sknn.schedules`; works with every stochastic solver.
    learning_rate_init : float, default=0.001
        Base learning rate, which the schedule multiplies.
    power_t : float, default=0.5
        Exponent of "invscaling", which counts updates.
    max_iter : int, default=200
        Most epochs (lbfgs: iterations) of one call of `fit`.
    shuffle : bool, default=True
        Draw a new order of the rows in every epoch.
    random_state : int, RandomState or None, default=None
        Seed of initial weights, validation split, order and noise. Each has a stream of its own,
        so dropout changes neither initial weights nor order.
    tol : float, default=1e-4
        Least improvement that counts. lbfgs: largest gradient entry that counts as zero.
    verbose : bool or int, default=False
        Print one line an epoch.
    warm_start : bool, default=False
        Let `fit` continue where the last call ended, exactly: n epochs in one call equal k epochs
        followed by n - k.
    momentum : float, default=0.9
        Momentum of "sgd".
    nesterovs_momentum : bool, default=True
        Nesterov's form of it.
    early_stopping : bool, default=False
        Stop when the validation loss (or `scoring`) no longer improves for
        ``max(n_iter_no_change, max_iter / 10)`` epochs, and serve the best weights.
    validation_fraction : float, default=0.1
        Share of rows held out for early stopping where no X_val is given. At the end the best
        weights take this share of their epochs in passes over all rows.
    beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
        Parameters of "adam", "adamw", "amsgrad" and "nadam".
    n_iter_no_change : int or inf, default=10
        Epochs without improvement that are borne before training stops.
    max_fun : int, default=15000
        Most evaluations of lbfgs.
    loss : str or Loss, default="log_loss"
        "log_loss" (cross-entropy), "squared_error" on probabilities, "focal", "hinge" (no
        probabilities), or a spec from :mod:`sknn.losses`.
    layers : list of Layer, default=None
        The hidden part layer by layer, for example ``[Dense(64), Dropout(0.2), Dense(32)]``,
        instead of `hidden_layer_sizes`, `activation`, `dropout` and `normalization`. Named
        layers are searched as ``hidden0__units``.
    l1 : float, default=0.0
        Strength of the L1 penalty, on the scale of `alpha`; gives exact zeros.
    weight_decay : float or "auto", default="auto"
        Decoupled decay of weights per step, times the learning rate. "auto" is 0.01 for "adamw"
        and "lion", else 0.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped behind each hidden layer.
    input_dropout : float, default=0.0
        Fraction of inputs dropped.
    normalization : {None, "batch", "layer"}, default=None
        Normalise between each hidden layer and its activation.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform",
        "he_normal", "lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`.
        "auto" is scikit-learn's rule for its four activations, LeCun's for selu and He's for
        the others. :class:`~sknn.initializers.Pretrained` starts from a fitted network.
        The output bias starts at the best constant prediction.
    max_grad_norm : float, default=None
        Bound on the Euclidean norm of the gradient.
    freeze : int or list of str, default=None
        Layers held fixed, by name or counted from the input.
    layer_rates : dict, default=None
        Factor on the learning rate by layer name.
    callbacks : list of Callback, default=None
        See :mod:`sknn.callbacks`; the clones that ran are in ``callbacks_``.
    transform_layer : int, default=-1
        Hidden layer whose activations `transform` returns.
    scoring : str or callable, default=None
        What early stopping watches: None for the validation loss, or a scikit-learn scorer.
    stop_below : float, default=None
        Stop when the training loss is lower.
    max_time : float, default=None
        Seconds after which training stops.
    restore_best : bool, default=True
        With early stopping, serve the best weights and not the last.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and makes everything else float64.
    n_members : int, default=1
        Train this many networks in one pass, from different initial weights but in the same
        order of rows, and average their predictions.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, times the sample weights; a list has one entry an output.
    label_smoothing : float, default=0.0
        Share of the target spread evenly over the classes.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Weights (inputs, units) and biases (units,) of each dense layer, windows on the network:
        setting them changes it. With members there is a leading axis.
    classes_ : ndarray or list of ndarray
        Labels in the order of the columns of `predict_proba`.
    loss_ : float
        Objective of the last epoch, penalty included.
    loss_curve_ : list of float
        Objective after each epoch.
    best_loss_ : float or None
        Lowest of them; None with early stopping.
    validation_scores_ : list of float or None
        Accuracy on the validation rows after each epoch.
    best_validation_score_ : float or None
        Highest of them.
    history_ : dict of ndarray
        All figures of each epoch: epoch, loss, learning_rate, seconds, gradient_norm, and with
        validation rows validation_loss, validation_score, score.
    n_iter_ : int
        Epochs of the last call.
    t_ : int
        Rows passed through the network in training.
    stop_reason_ : str or None
        "max_iter", "converged", "early_stopping", "stop_below", "max_time", "interrupted",
        "diverged", or what a callback said.
    n_layers_, n_outputs_, n_parameters_ : int
        Layers with input and output, units of the output layer, trained numbers.
    out_activation_ : str
        Link of the output layer.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present where X has column names.

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
    >>> net.score(X_test, y_test) > 0.95
    True
    """

    _constraints = parameters.NETWORK | parameters.CLASSIFIER
    _score_name = "accuracy"

    _targets: ClassificationTargets

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

    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPClassifier:
        """Train on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            float32 is kept, everything else becomes float64; sparse rows are never made dense.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Labels; an indicator matrix for multi-label.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight 2 is the row twice, weight 0 the row absent.
        X_val, y_val : default=None
            Validation rows: both curves are recorded, and early stopping watches them.
        sample_weight_val : array-like, default=None
            Their weights.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For a wrong parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                epochs=self.max_iter,
                resume=self.warm_start,
                keep=self.warm_start,
            )
        )

    @available_if(_is_stochastic)
    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        classes: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPClassifier:
        """Pass over X and y once more, where the last call ended.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
        classes : array-like or list of array-like, default=None
            All labels that will come; needed in the first call. Later calls may name further
            ones: the output layer grows, and the weights so far stay.
        X_val, y_val, sample_weight_val : default=None
            Validation rows; needed with ``early_stopping=True``.

        Returns
        -------
        self : estimator
        """
        return self._train(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                classes=classes,
                resume=True,
                keep=True,
                stream=True,
            )
        )

    def initialize(self, X: Any, y: Any, classes: Any = None) -> MLPClassifier:
        """Draw initial weights without training, as `fit` would begin.

        Parameters
        ----------
        X, y : as for `fit`
        classes : array-like, default=None
            All labels that will come; None takes those of y.

        Returns
        -------
        self : estimator
        """
        return self._train(Call(X, y, classes=classes, epochs=0, keep=True))

    def predict(self, X: Any) -> Any:
        """Return the likeliest class of each row (multi-label: the indicator of likely labels).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        return self._targets_checked().predict(self._raw(X), self._loss)

    @available_if(_gives_probabilities)
    def predict_proba(self, X: Any) -> Any:
        """Return the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes), or a list of them, one an output
        """
        return self._targets_checked().proba(self._raw(X), self._loss)

    @available_if(_gives_probabilities)
    def predict_log_proba(self, X: Any) -> Any:
        """Return the logarithm of the probabilities, finite however sure the network is.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        log_proba : ndarray of shape (n_samples, n_classes), or a list of them, one an output
        """
        return self._targets_checked().log_proba(self._raw(X), self._loss)

    def decision_function(self, X: Any) -> Any:
        """Return confidence scores.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,) or (n_samples, n_classes)
            Binary: the log-odds of the second class. Otherwise raw scores, and with members
            the logarithm of their mean probability.
        """
        return self._targets_checked().decision(self._raw(X), self._loss)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return the accuracy; with several outputs the share of rows right in all of them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        if not isinstance(self._targets_checked(), MultioutputTargets):
            return super().score(X, y, sample_weight)
        right = (self.predict(X) == np.asarray(y)).all(axis=1)
        return float(np.average(right, weights=sample_weight))

    def _targets_checked(self) -> ClassificationTargets:
        self._check_fitted()
        return self._targets

    def _loss_recipe(self) -> Loss:
        loss = parameters.loss_of(self)
        if not self.label_smoothing:
            return loss
        if type(loss) is not LogLoss:
            raise ValueError(
                f"label_smoothing={self.label_smoothing} needs loss='log_loss'; got {self.loss!r}."
            )
        return LogLoss(label_smoothing=self.label_smoothing)

    def _set_targets(self, rows: Rows, call: Call) -> None:
        if call.stream and call.classes is None and not _names_itself(rows.y):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        self._targets = classification_targets(rows.y, call.classes)
        self.classes_ = self._targets.classes
        self.n_outputs_ = self._targets.n_outputs

    def _check_same_task(self, y: Any, call: Call) -> Growth | None:
        """Compare labels with those of earlier calls, in scikit-learn's words."""
        known = self.classes_
        self._targets, growth = self._grown(call.classes)
        self.classes_, self.n_outputs_ = self._targets.classes, self._targets.n_outputs
        single = isinstance(self._targets, (BinaryTargets, MulticlassTargets))
        if single and y.ndim == 2:
            raise ValueError(f"y has {y.shape[1]} columns; in the first call it had one.")
        if single and not call.stream:
            labels = unique_labels(y)
            if set(labels.tolist()) != set(known.tolist()):
                raise ValueError(
                    "warm_start can only be used where `y` has the same classes as in the previous "
                    f"call to fit. Previously got {known}, `y` has {labels}"
                )
        return growth

    def _grown(self, classes: Any) -> tuple[ClassificationTargets, Growth | None]:
        return (self._targets, None) if classes is None else grow(self._targets, classes)

    def _combined_weight(self, rows: Rows, call: Call) -> NDArray | None:
        check_labels(rows.y)
        if self.class_weight is None:
            return rows.weight
        if call.stream and self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' is not supported for partial_fit: a chunk does not know "
                "the shares of the classes. Pass the weights as a dict."
            )
        continues = call.resume and hasattr(self, "network_")
        targets = self._targets if continues else classification_targets(rows.y, call.classes)
        factor = _class_factor(self.class_weight, rows, targets)
        return factor if rows.weight is None else factor * rows.weight

    def _strata(self, target: Any, rows: NDArray | None) -> NDArray | None:
        if isinstance(self._targets, BinaryTargets):
            # scikit-learn names a class that is too small in these words.
            return np.where(target[:, 0] > 0, "True", "False")
        if not isinstance(self._targets, MulticlassTargets):
            return None
        # Where a class is too rare to stand on both sides, scikit-learn does not stratify either.
        seen = target if rows is None else target[rows]
        counts = np.bincount(seen)
        n_held_out = len(seen) * self.validation_fraction
        rare = counts[counts > 0].min() < 2 or n_held_out < (counts > 0).sum()
        return None if rare else target

    def __sklearn_tags__(self) -> Any:
        """Several labels and several outputs are welcome."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags


def _names_itself(y: Any) -> bool:
    """Say whether y shows all its labels: an indicator matrix has a column for each."""
    return isinstance(classification_targets(y), MultilabelTargets)


def _class_factor(class_weight: Any, rows: Rows, targets: ClassificationTargets) -> NDArray:
    """Return the product over outputs of the weights of each row's classes."""
    if isinstance(targets, MultilabelTargets):
        raise ValueError(
            "class_weight is not defined for multi-label y; weigh rows by sample_weight."
        )
    columns, known = [rows.y], [targets.classes]
    if isinstance(targets, MultioutputTargets):
        targets.check_columns(rows.y)
        columns, known = list(rows.y.T), targets.classes
    wanted = class_weight if isinstance(class_weight, list) else [class_weight] * len(columns)
    if len(wanted) != len(columns):
        raise ValueError(f"class_weight has {len(wanted)} entries for {len(columns)} outputs.")
    factor = np.ones(len(rows.y))
    for each, column, classes in zip(wanted, columns, known, strict=True):
        codes = encode_labels(column, classes)
        factor *= data.class_weights(each, codes, classes, rows.weight)
    return factor


class MLPRegressor(RegressorMixin, SupervisedNetwork):
    """Multi-layer perceptron regressor.

    Parameters, methods and attributes of :class:`sklearn.neural_network.MLPRegressor`, and more.

    Parameters
    ----------
    loss : str or Loss, default="squared_error"
        "squared_error" (half of it), "absolute_error", "huber", "log_cosh", "quantile",
        "poisson", "gamma", "tweedie" (these three with a log link), "gaussian_nll", or a spec
        from :mod:`sknn.losses`. With several outputs the loss is their mean.
    hidden_layer_sizes : int or sequence of int, default=(100,)
        Units of each hidden layer. ``()`` leaves a linear model.
    activation : str, Activation or list, default="relu"
        Non-linearity of the hidden layers, or one for each: "identity", "logistic", "tanh",
        "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "softplus", "softsign",
        "hard_sigmoid", or a spec from :mod:`sknn.activations`.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adam", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad",
        "adadelta", "sgd", "lion", or a spec from :mod:`sknn.optimizers`, whose parameters can
        be searched as ``solver__beta_1``.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows of a batch. "auto" is ``min(200, n_samples)``; a
        :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. Not used by lbfgs.
    learning_rate : str or Schedule, default="constant"
        "constant", "invscaling", "adaptive", "exponential", "step", "cosine", "one_cycle",
        "plateau", or a spec from :mod:`sknn.schedules`; works with every stochastic solver.
    learning_rate_init : float, default=0.001
        Base learning rate, which the schedule multiplies.
    power_t : float, default=0.5
        Exponent of "invscaling", which counts updates.
    max_iter : int, default=200
        Most epochs (lbfgs: iterations) of one call of `fit`.
    shuffle : bool, default=True
        Draw a new order of the rows in every epoch.
    random_state : int, RandomState or None, default=None
        Seed of initial weights, validation split, order and noise. Each has a stream of its own,
        so dropout changes neither initial weights nor order.
    tol : float, default=1e-4
        Least improvement that counts. lbfgs: largest gradient entry that counts as zero.
    verbose : bool or int, default=False
        Print one line an epoch.
    warm_start : bool, default=False
        Let `fit` continue where the last call ended, exactly: n epochs in one call equal k epochs
        followed by n - k.
    momentum : float, default=0.9
        Momentum of "sgd".
    nesterovs_momentum : bool, default=True
        Nesterov's form of it.
    early_stopping : bool, default=False
        Stop when the validation loss (or `scoring`) no longer improves for
        ``max(n_iter_no_change, max_iter / 10)`` epochs, and serve the best weights.
    validation_fraction : float, default=0.1
        Share of rows held out for early stopping where no X_val is given. At the end the best
        weights take this share of their epochs in passes over all rows.
    beta_1, beta_2, epsilon : float, default=0.9, 0.999, 1e-8
        Parameters of "adam", "adamw", "amsgrad" and "nadam".
    n_iter_no_change : int or inf, default=10
        Epochs without improvement that are borne before training stops.
    max_fun : int, default=15000
        Most evaluations of lbfgs.
    layers : list of Layer, default=None
        The hidden part layer by layer, for example ``[Dense(64), Dropout(0.2), Dense(32)]``,
        instead of `hidden_layer_sizes`, `activation`, `dropout` and `normalization`. Named
        layers are searched as ``hidden0__units``.
    l1 : float, default=0.0
        Strength of the L1 penalty, on the scale of `alpha`; gives exact zeros.
    weight_decay : float or "auto", default="auto"
        Decoupled decay of weights per step, times the learning rate. "auto" is 0.01 for "adamw"
        and "lion", else 0.
    dropout : float or list of float, default=0.0
        Fraction of activations dropped behind each hidden layer.
    input_dropout : float, default=0.0
        Fraction of inputs dropped.
    normalization : {None, "batch", "layer"}, default=None
        Normalise between each hidden layer and its activation.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform",
        "he_normal", "lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`.
        "auto" is scikit-learn's rule for its four activations, LeCun's for selu and He's for
        the others. :class:`~sknn.initializers.Pretrained` starts from a fitted network.
        The output bias starts at the best constant prediction.
    max_grad_norm : float, default=None
        Bound on the Euclidean norm of the gradient.
    freeze : int or list of str, default=None
        Layers held fixed, by name or counted from the input.
    layer_rates : dict, default=None
        Factor on the learning rate by layer name.
    callbacks : list of Callback, default=None
        See :mod:`sknn.callbacks`; the clones that ran are in ``callbacks_``.
    transform_layer : int, default=-1
        Hidden layer whose activations `transform` returns.
    scoring : str or callable, default=None
        What early stopping watches: None for the validation loss, or a scikit-learn scorer.
    stop_below : float, default=None
        Stop when the training loss is lower.
    max_time : float, default=None
        Seconds after which training stops.
    restore_best : bool, default=True
        With early stopping, serve the best weights and not the last.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and makes everything else float64.
    n_members : int, default=1
        Train this many networks in one pass, from different initial weights but in the same
        order of rows, and average their predictions.
    normalize_y : bool, default=True
        Standardise the target inside, for the losses that have location and scale; weights
        and predictions come back in the units of y, `loss_`, `tol` and parameters of the loss
        are in standardised ones.
    output_range : (low, high) or "train", default=None
        Bound on predictions; "train" is the range seen in the first call.

    Attributes
    ----------
    coefs_, intercepts_ : list of ndarray
        Weights (inputs, units) and biases (units,) of each dense layer, windows on the network:
        setting them changes it. With members there is a leading axis.
    loss_ : float
        Objective of the last epoch, penalty included.
    loss_curve_ : list of float
        Objective after each epoch.
    best_loss_ : float or None
        Lowest of them; None with early stopping.
    validation_scores_ : list of float or None
        R2 on the validation rows after each epoch.
    best_validation_score_ : float or None
        Highest of them.
    history_ : dict of ndarray
        All figures of each epoch: epoch, loss, learning_rate, seconds, gradient_norm, and with
        validation rows validation_loss, validation_score, score.
    n_iter_ : int
        Epochs of the last call.
    t_ : int
        Rows passed through the network in training.
    stop_reason_ : str or None
        "max_iter", "converged", "early_stopping", "stop_below", "max_time", "interrupted",
        "diverged", or what a callback said.
    n_layers_, n_outputs_, n_parameters_ : int
        Layers with input and output, units of the output layer, trained numbers.
    out_activation_ : str
        Link of the output layer.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present where X has column names.

    See Also
    --------
    MLPClassifier : The same for labels.

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
    >>> net.score(X_test, y_test) > 0.25
    True
    """

    _constraints = parameters.NETWORK | parameters.REGRESSOR
    _score_name = "r2"
    _numeric_target = True

    _targets: RegressionTargets

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

    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPRegressor:
        """Train on X and y.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            float32 is kept, everything else becomes float64; sparse rows are never made dense.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Real numbers.
        sample_weight : array-like of shape (n_samples,), default=None
            Weight 2 is the row twice, weight 0 the row absent.
        X_val, y_val : default=None
            Validation rows: both curves are recorded, and early stopping watches them.
        sample_weight_val : array-like, default=None
            Their weights.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For a wrong parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                epochs=self.max_iter,
                resume=self.warm_start,
                keep=self.warm_start,
            )
        )

    @available_if(_is_stochastic)
    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPRegressor:
        """Pass over X and y once more, where the last call ended.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), default=None
        X_val, y_val, sample_weight_val : default=None
            Validation rows; needed with ``early_stopping=True``.

        Returns
        -------
        self : estimator
        """
        return self._train(
            Call(
                X,
                y,
                sample_weight,
                X_val,
                y_val,
                sample_weight_val,
                resume=True,
                keep=True,
                stream=True,
            )
        )

    def initialize(self, X: Any, y: Any) -> MLPRegressor:
        """Draw initial weights without training, as `fit` would begin.

        Parameters
        ----------
        X, y : as for `fit`

        Returns
        -------
        self : estimator
        """
        return self._train(Call(X, y, epochs=0, keep=True))

    def predict(self, X: Any) -> NDArray:
        """Return the predicted targets.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        """
        raw = self._raw(X)
        return self._targets.predict(raw, self._loss)

    def _set_targets(self, rows: Rows, call: Call) -> None:
        standardize = bool(self.normalize_y) and self._loss_recipe().location_scale
        targets = RegressionTargets(rows.y, rows.weight, standardize, self.output_range)
        self._targets = targets
        self.n_outputs_ = targets.n_outputs

    def _check_same_task(self, y: Any, call: Call) -> Growth | None:
        """Take over a new range of predictions; the scale of y stays that of the first call."""
        standardize = bool(self.normalize_y) and self._loss_recipe().location_scale
        self._targets = self._targets.continued(standardize, self.output_range, y)
        return None

    def _combined_weight(self, rows: Rows, call: Call) -> NDArray | None:
        return rows.weight

    def __sklearn_tags__(self) -> Any:
        """Several outputs are welcome."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
