"""Tabular networks."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from sknn.core.losses import LogLoss
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.finite_output import computed
from sknn.estimators.fitted import learned
from sknn.estimators.regressor import NetworkRegressor
from sknn.estimators.tabular import presets
from sknn.estimators.tabular.held_out_loss import HeldOut
from sknn.estimators.tabular.holdout import Team
from sknn.estimators.tabular.intervals import (
    Answers,
    Intervals,
    Known,
    intervals_of,
    rows_for_intervals,
    seconds_for_intervals,
)
from sknn.estimators.tabular.network import TableNetwork
from sknn.estimators.targets.classification import MultioutputTargets
from sknn.estimators.targets.quantiles import places_of

# This many rows, or up to twice as many, show how much networks disagree.
_ROWS_TO_COMPARE = 256
_ROWS_TO_TIME = 64


class TabularMLPClassifier(NetworkClassifier, TableNetwork):
    """Neural network classifier for tables with numbers, categories, dates, and missing values.

    Pass the data frame as it is; no pipeline is needed. The defaults are designed to
    work well without a search, and the probabilities are calibrated.

    Parameters
    ----------
    preset : {"fast", "default", "best"}, default="default"
        How much to train: defines what "auto" means for the other parameters. For 1,000 rows, the
        three take about 0.32, 0.85, and 1.5 seconds on one core.
    categorical_features : "from_dtype", None or array-like, default="from_dtype"
        Which columns are categories. "from_dtype": columns of dtype category, booleans, and strings
        and objects unless nearly all of them are numbers or dates. None: no column. Otherwise a
        mask, indices, or names.
    n_members : int or "auto", default="auto"
        Number of networks trained at once; a multiple of `n_splits`, or smaller. "auto" is 4, 5, or
        8, depending on the preset, or one for each fold.
    n_splits : int or "auto", default="auto"
        Number of folds; each member trains on all folds but one and is judged by that one. With 1,
        all members train on all rows, and the last epoch is used. "auto" is 4, 5, or 8, depending
        on the preset.
    max_time : float, default=None
        Seconds that `fit` may take: training stops early enough for what follows, and the best
        epochs so far are used. If encoding X and scoring members would take more than 40% of this
        time, rows are drawn at random, with a warning. One batch takes place in any case.
    max_iter : int or "auto", default="auto"
        Maximum number of epochs in one call to `fit`. "auto" is 24 or 40, depending on the preset.
    hidden_layer_sizes : int or sequence of int, default=(128, 128, 128)
        Number of units in each hidden layer.
    activation : str, Activation or list, default="relu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. A list gives one for each hidden layer.
    dropout : float or list of float, default=0.15
        Fraction of activations dropped after each hidden layer. It fades in the second half of
        training.
    n_bins : int or "auto", default="auto"
        Largest number of bins that encode a numeric column; 0 for none. With many columns there are
        fewer, see :class:`~sknn.preprocessing.TableEncoder`.
    bins : {"auto", "quantile", "tree"}, default="auto"
        What defines the edges of the bins: quantiles, or also a small decision tree.
    linear_path : float in [0, 1] or "auto", default="auto"
        Share of the members with a linear path from the columns to the output that bypasses the
        hidden layers and all clipping. It starts at ridge regression.
    n_picks : int or "auto", default="auto"
        Number of epochs that are averaged in the end. They are picked one after the other, some
        more than once: each time the one that most improves the mean prediction on held-out rows.
    loss : str or Loss, default="log_loss"
        "focal", "hinge" (no probabilities), "log_loss" (cross-entropy), "squared_error" (on
        probabilities), or a spec from :mod:`sknn.losses`.
    label_smoothing : float or "auto", default="auto"
        Share of the target that is spread evenly over all classes. "auto" is 0.1 with
        ``loss="log_loss"``, else 0. The temperature corrects the underconfidence it causes.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, multiplied by the sample weights. A list gives one dict for each
        output of a `y` with several columns of classes. Not for multi-label `y`.
    solver : str or Optimizer, default="adamw"
        A stochastic optimizer: "adadelta", "adagrad", "adam", "adamw", "amsgrad", "lazy_adam",
        "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`. By name, it uses
        ``beta_2=0.95``.
    learning_rate : str or Schedule, default="cos_log"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.04
        Learning rate, which the schedule multiplies by a factor. Weights move at this rate divided
        by the square root of the number of inputs of their layer, biases at a tenth of this rate,
        and the factors of columns at six times this rate.
    weight_decay : float or "auto", default=0.02
        Decoupled weight decay per update, multiplied by the learning rate. "auto" is 0.01 for
        "adamw", "lion", otherwise 0. It fades in the second half of training.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, and 512 beyond.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the folds, the order of rows, and noise. Each has its own
        stream of random numbers, so dropout changes neither the initial weights nor the order.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue training; columns keep the encoding of the first call. Pass the same rows
        again, because members are judged by rows they have not seen.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.

    Attributes
    ----------
    encoder_ : TableEncoder
        Encodes the table as inputs of the network.
    network_ : Network
        The members of all picked epochs, as one network.
    temperature_ : float
        Temperature, by which log-probabilities are divided. Of 41 values from 1/3 to 3, each 5.6%
        above the one before, it is the one with the lowest log loss on the held-out rows, weighted
        by `sample_weight` and `class_weight`, or, if no rows were held out, on the validation rows,
        weighted by `sample_weight_val` [3]_.
    classes_ : ndarray or list of ndarray
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss, learning_rate, seconds, gradient_norm, members
        (how many there are), with several folds out_of_fold_loss (NaN in every second epoch after
        the 40th, in which it is not computed), and with validation rows validation_loss and
        validation_score, which have no influence on training.
    n_iter_ : int
        Number of epochs of the last call.
    stop_reason_ : str
        Why training ended: "max_iter", "max_time", "interrupted", "diverged", "paused" (by
        :class:`~sknn.callbacks.Pause`), "range_test" (by
        :class:`~sknn.callbacks.LearningRateRange`), or the reason another callback gave.
    member_epochs_ : ndarray of int of shape (n_networks,) or None
        The epoch of each network: the members of every picked epoch, in the order of `network_`; 0
        is the start. None if no epochs were picked: all are of the last one.
    member_shares_ : ndarray of shape (n_networks,) or None
        Weight of each of these networks in the prediction; None if all count the same.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    Notes
    -----
    A member is an ordinary network: factors for the encoded columns, three hidden layers with
    dropout, and an output layer that starts at zero. Rates (the NTK parametrization), schedule,
    dropout, and weight decay follow [1]_; the piecewise-linear encoding of numbers is that of [2]_.
    After every epoch (from the 40th on, every second one), each member predicts the fold it has not
    seen. The epochs whose predictions are best together are averaged in the end.

    Everything, including the encoding, is fitted on the rows passed to `fit`. The encoding sees all
    of them, even those that a member does not train on; with ``bins="tree"`` it also sees their y.

    `partial_fit` trains all members once on all rows of a chunk, and uses the last weights. A `fit`
    with ``warm_start=True`` after `partial_fit` does not hold out rows, either. Columns are encoded
    as in the first chunk, which should have a few hundred rows. If a stream begins with fewer than
    30 rows, each call starts over with all rows so far, until there are 100. A schedule given by
    name ends after `max_iter` chunks; for long streams, set ``learning_rate="constant"``.

    References
    ----------
    .. [1] Holzmüller, Grinsztajn & Steinwart (2024), "Better by default: strong pre-tuned MLPs
       and boosted trees on tabular data", arXiv 2407.04491.
    .. [2] Gorishniy, Rubachev & Babenko (2022), "On embeddings for numerical features in tabular
       deep learning", arXiv 2203.05556.
    .. [3] Guo, Pleiss, Sun & Weinberger (2017), "On calibration of modern neural networks". ICML.

    See Also
    --------
    TabularMLPRegressor : The same for regression.
    sknn.streams.fit_members : Fit on a table larger than memory.
    MLPClassifier : A single network for rows of numbers, with layers of your choice.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sknn import TabularMLPClassifier
    >>> rng = np.random.default_rng(0)
    >>> table = pd.DataFrame({
    ...     "size": np.where(rng.random(200) < 0.1, np.nan, rng.lognormal(3, 1, 200)),
    ...     "color": pd.Categorical(rng.choice(["red", "green", "blue"], 200)),
    ... })
    >>> ripe = (table["color"] == "red") & ~(table["size"] < 15)
    >>> net = TabularMLPClassifier(preset="fast", random_state=0).fit(table, ripe)
    >>> print(f"accuracy {net.score(table, ripe):.2f}")
    accuracy 1.00
    """

    temperature_: float = learned()
    _presets = presets.CLASSIFIER
    _slope_factor = 4.0

    def __init__(
        self,
        *,
        preset: str = "default",
        categorical_features: Any = "from_dtype",
        n_members: Any = "auto",
        n_splits: Any = "auto",
        max_time: Any = None,
        max_iter: Any = "auto",
        hidden_layer_sizes: Any = (128, 128, 128),
        activation: Any = "relu",
        dropout: Any = 0.15,
        n_bins: Any = "auto",
        bins: str = "auto",
        linear_path: Any = "auto",
        n_picks: Any = "auto",
        loss: Any = "log_loss",
        label_smoothing: Any = "auto",
        class_weight: Any = None,
        solver: Any = "adamw",
        learning_rate: Any = "cos_log",
        learning_rate_init: Any = 0.04,
        weight_decay: Any = 0.02,
        batch_size: Any = "auto",
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        callbacks: Any = None,
    ) -> None:
        self.preset = preset
        self.categorical_features = categorical_features
        self.n_members = n_members
        self.n_splits = n_splits
        self.max_time = max_time
        self.max_iter = max_iter
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.n_bins = n_bins
        self.bins = bins
        self.linear_path = linear_path
        self.n_picks = n_picks
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.callbacks = callbacks

    def _smoothing(self) -> float:
        if isinstance(self.label_smoothing, str):
            # A loss that is passed as an object has its own smoothing.
            return 0.1 if isinstance(self.loss, str) and self.loss == "log_loss" else 0.0
        return super()._smoothing()

    def _judging_loss(self, loss: Loss) -> Loss:
        """Return the loss without label smoothing."""
        return LogLoss() if type(loss) is LogLoss else loss

    def _linear_target(self, target: Any, loss: Loss) -> NDArray:
        if sp.issparse(target):
            return target.toarray()
        if isinstance(self._targets, MultioutputTargets):
            parts = zip(self.classes_, target.T, strict=True)
            return np.hstack([np.eye(len(classes))[codes] for classes, codes in parts])
        return np.eye(self._targets.n_outputs)[target] if target.ndim == 1 else target

    def _calibrate(self, judge: HeldOut | None, pooled: Any, team: Team | None) -> None:
        """Choose the temperature."""
        power = 1.0
        if judge is not None and judge.loss.has_probabilities:
            # Not every training loss is lowest for calibrated probabilities.
            by_likelihood = replace(judge, measure=self._targets.bind(LogLoss()))
            power = by_likelihood.best_power(pooled)
        self.temperature_ = 1.0 / power

    def _pooled(self, network: Network, x: NDArray) -> NDArray:
        """Divide log-probabilities by the temperature."""
        return super()._pooled(network, x) / self.temperature_


class TabularMLPRegressor(NetworkRegressor, TableNetwork):
    """Neural network regressor for tables with numbers, categories, dates, and missing values.

    Pass the data frame as it is; no pipeline is needed. The defaults are designed to
    work well without a search, ``predict(X, return_std=True)`` also returns how uncertain the
    predictions are, and ``predict(X, return_quantiles=[0.05, 0.95])`` returns an interval.

    Parameters
    ----------
    preset : {"fast", "default", "best"}, default="default"
        How much to train: defines what "auto" means for the other parameters. For 1,000 rows, the
        three take about 0.33, 0.68, and 2.5 seconds on one core.
    categorical_features : "from_dtype", None or array-like, default="from_dtype"
        Which columns are categories. "from_dtype": columns of dtype category, booleans, and strings
        and objects unless nearly all of them are numbers or dates. None: no column. Otherwise a
        mask, indices, or names.
    n_members : int or "auto", default="auto"
        Number of networks trained at once; a multiple of `n_splits`, or smaller. "auto" is 4, 5, or
        16, depending on the preset, or one for each fold.
    n_splits : int or "auto", default="auto"
        Number of folds; each member trains on all folds but one and is judged by that one. With 1,
        all members train on all rows, and the last epoch is used. "auto" is 4, 5, or 8, depending
        on the preset.
    max_time : float, default=None
        Seconds that `fit` may take: training stops early enough for what follows, and the best
        epochs so far are used. If encoding X and scoring members would take more than 40% of this
        time, rows are drawn at random, with a warning. One batch takes place in any case.
    max_iter : int or "auto", default="auto"
        Maximum number of epochs in one call to `fit`. "auto" is 24 or 32, depending on the preset.
    hidden_layer_sizes : int or sequence of int, default=(128, 128, 128)
        Number of units in each hidden layer.
    activation : str, Activation or list, default="mish"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. A list gives one for each hidden layer.
    dropout : float or list of float, default=0.15
        Fraction of activations dropped after each hidden layer. It fades in the second half of
        training.
    n_bins : int or "auto", default="auto"
        Largest number of bins that encode a numeric column; 0 for none. With many columns there are
        fewer, see :class:`~sknn.preprocessing.TableEncoder`.
    bins : {"auto", "quantile", "tree"}, default="auto"
        What defines the edges of the bins: quantiles, or also a small decision tree.
    linear_path : float in [0, 1] or "auto", default="auto"
        Share of the members with a linear path from the columns to the output that bypasses the
        hidden layers and all clipping. It starts at ridge regression.
    n_picks : int or "auto", default="auto"
        Number of epochs that are averaged in the end. They are picked one after the other, some
        more than once: each time the one that most improves the mean prediction on held-out rows.
    loss : str or Loss, default="squared_error"
        "absolute_error", "gamma" (with a log link), "gaussian_nll" (also learns a standard
        deviation, which ``predict(X, return_std=True)`` returns), "huber", "log_cosh", "poisson"
        (with a log link), "quantile" (the median; ``Quantile([0.05, 0.5, 0.95])`` learns several),
        "squared_error" (half the square), "tweedie" (with a log link), or a spec from
        :mod:`sknn.losses`. With several outputs, the loss is the mean over them.
    output_range : None, "train" or (low, high), default="train"
        Bounds to which predictions are clipped; "train" is the range of y in the first call. None
        lets the linear path extrapolate.
    solver : str or Optimizer, default="adamw"
        A stochastic optimizer: "adadelta", "adagrad", "adam", "adamw", "amsgrad", "lazy_adam",
        "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`. By name, it uses
        ``beta_2=0.95``.
    learning_rate : str or Schedule, default="cos_log"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.07
        Learning rate, which the schedule multiplies by a factor. Weights move at this rate divided
        by the square root of the number of inputs of their layer, biases at a tenth of this rate,
        and the factors of columns at six times this rate.
    weight_decay : float or "auto", default=0.02
        Decoupled weight decay per update, multiplied by the learning rate. "auto" is 0.01 for
        "adamw", "lion", otherwise 0. It fades in the second half of training.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, and 512 beyond.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the folds, the order of rows, and noise. Each has its own
        stream of random numbers, so dropout changes neither the initial weights nor the order.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue training; columns keep the encoding of the first call. Pass the same rows
        again, because members are judged by rows they have not seen.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.

    Attributes
    ----------
    encoder_ : TableEncoder
        Encodes the table as inputs of the network.
    network_ : Network
        The members of all picked epochs, as one network.
    residual_std_ : ndarray of shape (n_outputs,) or None
        Root mean squared error on the held-out rows or, if no rows were held out, on the validation
        rows. It is part of the standard deviations that `predict` returns, unless the loss learns a
        spread.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss, learning_rate, seconds, gradient_norm, members
        (how many there are), with several folds out_of_fold_loss (NaN in every second epoch after
        the 40th, in which it is not computed), and with validation rows validation_loss and
        validation_score, which have no influence on training.
    n_iter_ : int
        Number of epochs of the last call.
    stop_reason_ : str
        Why training ended: "max_iter", "max_time", "interrupted", "diverged", "paused" (by
        :class:`~sknn.callbacks.Pause`), "range_test" (by
        :class:`~sknn.callbacks.LearningRateRange`), or the reason another callback gave.
    member_epochs_ : ndarray of int of shape (n_networks,) or None
        The epoch of each network: the members of every picked epoch, in the order of `network_`; 0
        is the start. None if no epochs were picked: all are of the last one.
    member_shares_ : ndarray of shape (n_networks,) or None
        Weight of each of these networks in the prediction; None if all count the same.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    Notes
    -----
    A member is an ordinary network: factors for the encoded columns, three hidden layers with
    dropout, and an output layer that starts at zero. Rates (the NTK parametrization), schedule,
    dropout, and weight decay follow [1]_; the piecewise-linear encoding of numbers is that of [2]_.
    After every epoch (from the 40th on, every second one), each member predicts the fold it has not
    seen. The epochs whose predictions are best together are averaged in the end.

    Everything, including the encoding, is fitted on the rows passed to `fit`. The encoding sees all
    of them, even those that a member does not train on; with ``bins="tree"`` it also sees their y.

    Quantiles are conformal: they follow from the errors on rows that the predicting members had not
    seen, in units of how large errors are for rows like the one in question [3]_. With
    ``loss=Quantile([...])`` these errors move the quantiles that were learned [4]_. In a stream,
    they are the errors on the last `X_val` and `y_val`.

    `partial_fit` trains all members once on all rows of a chunk, and uses the last weights. A `fit`
    with ``warm_start=True`` after `partial_fit` does not hold out rows, either. Columns are encoded
    as in the first chunk, which should have a few hundred rows. If a stream begins with fewer than
    30 rows, each call starts over with all rows so far, until there are 100. A schedule given by
    name ends after `max_iter` chunks; for long streams, set ``learning_rate="constant"``.

    References
    ----------
    .. [1] Holzmüller, Grinsztajn & Steinwart (2024), "Better by default: strong pre-tuned MLPs
       and boosted trees on tabular data", arXiv 2407.04491.
    .. [2] Gorishniy, Rubachev & Babenko (2022), "On embeddings for numerical features in tabular
       deep learning", arXiv 2203.05556.
    .. [3] Lei, G'Sell, Rinaldo, Tibshirani & Wasserman (2018), "Distribution-free predictive
       inference for regression". JASA 113.
    .. [4] Romano, Patterson & Candès (2019), "Conformalized quantile regression". NeurIPS 32.

    See Also
    --------
    TabularMLPClassifier : The same for classification.
    sknn.streams.fit_members : Fit on a table larger than memory.
    MLPRegressor : A single network for rows of numbers, with layers of your choice.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sknn import TabularMLPRegressor
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> net = TabularMLPRegressor(preset="fast", random_state=0).fit(X, y)
    >>> mean, std = net.predict(X.head(), return_std=True)
    >>> mean.shape, std.shape
    ((5,), (5,))
    >>> net.predict(X.head(), return_quantiles=[0.05, 0.5, 0.95]).shape
    (5, 3)
    """

    residual_std_: NDArray | None = learned()
    _intervals: Intervals | None = None
    _presets = presets.REGRESSOR

    def __init__(
        self,
        *,
        preset: str = "default",
        categorical_features: Any = "from_dtype",
        n_members: Any = "auto",
        n_splits: Any = "auto",
        max_time: Any = None,
        max_iter: Any = "auto",
        hidden_layer_sizes: Any = (128, 128, 128),
        activation: Any = "mish",
        dropout: Any = 0.15,
        n_bins: Any = "auto",
        bins: str = "auto",
        linear_path: Any = "auto",
        n_picks: Any = "auto",
        loss: Any = "squared_error",
        output_range: Any = "train",
        solver: Any = "adamw",
        learning_rate: Any = "cos_log",
        learning_rate_init: Any = 0.07,
        weight_decay: Any = 0.02,
        batch_size: Any = "auto",
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        callbacks: Any = None,
    ) -> None:
        self.preset = preset
        self.categorical_features = categorical_features
        self.n_members = n_members
        self.n_splits = n_splits
        self.max_time = max_time
        self.max_iter = max_iter
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.n_bins = n_bins
        self.bins = bins
        self.linear_path = linear_path
        self.n_picks = n_picks
        self.loss = loss
        self.output_range = output_range
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.callbacks = callbacks

    def _linear_target(self, target: Any, loss: Loss) -> NDArray | None:
        # Raw scores of another link are not on the scale of the target.
        if loss.link_name != "identity":
            return None
        return np.tile(target, len(loss.levels)) if loss.levels else target

    def _calibrate(self, judge: HeldOut | None, pooled: Any, team: Team | None) -> None:
        """Learn the size of errors."""
        if judge is None:
            self.residual_std_ = self._intervals = None
            return
        self.residual_std_ = judge.residual_std(pooled) * self._targets.std
        loss, targets = judge.loss, self._targets

        def answers(raw: NDArray) -> NDArray:
            return targets.linked_in_user_units(loss.link(raw.copy()), loss)

        def predictions(raw: NDArray) -> NDArray:
            return answers(raw)[..., loss.prediction_at(targets.n_outputs)]

        apart = np.zeros(targets.n_outputs)
        if team is not None:
            some = slice(None, None, max(1, len(pooled) // _ROWS_TO_COMPARE))
            apart = apart + team.apart(judge.rows(some), predictions)
        used = rows_for_intervals(len(pooled), judge.weight)
        weight = None if judge.weight is None else judge.weight[used]
        known = Known(judge.target[used] * targets.std + targets.mean, weight, apart)
        said = Answers(judge.rows(used, self._linear_columns), answers(pooled[used]))
        self._intervals = intervals_of(said, known, loss)

    def _seconds_to_calibrate(self, judge: HeldOut, network: Network) -> tuple[float, float]:
        once = 0.0
        if not (judge.loss.has_spread or judge.loss.levels):
            used = rows_for_intervals(len(judge.target), judge.weight)
            columns = judge.rows(used, self._linear_columns)
            once = seconds_for_intervals(columns, self._targets.n_outputs)
        few = judge.rows(slice(_ROWS_TO_TIME))
        begin = perf_counter()
        network.predict(few)
        return once, (perf_counter() - begin) * 2 * _ROWS_TO_COMPARE / len(few)

    @property
    def _linear_columns(self) -> slice:
        """The columns that are neither clipped nor in bins."""
        encoder = self.encoder_
        return slice(encoder.n_outputs_ - encoder.n_linear_, None)

    def _quantiles(self, X: Any, levels: NDArray) -> NDArray:
        """Return quantiles that cover the right share of the held-out rows."""
        self._check_fitted()
        if self._loss.levels:
            places_of(levels, self._loss.levels)
        intervals = self._intervals
        if intervals is None:
            raise ValueError(
                "return_quantiles needs errors on rows that were not used for training, but this "
                "model has none; fit with n_splits of at least 2, or pass X_val and y_val. A model "
                "saved by an earlier version has to be fitted again."
            )
        return computed(self._from_errors, intervals, self._check_inputs(X), levels)

    def _from_errors(self, intervals: Intervals, x: NDArray, levels: NDArray) -> NDArray:
        said = Answers(x[:, self._linear_columns], self._loss.link(self._raw_of(x)))
        answer = self._targets.clipped(intervals.quantiles(said, self._loss, levels))
        return answer[..., 0] if self._targets.flat else answer

    def _std(self, X: Any) -> NDArray:
        """Combine the disagreement of the members with the error on held-out rows.

        If the loss learns a spread, the spread of each member takes the place of this error.
        """
        if self._loss.has_spread:
            return self._spread(X, self.member_shares_)
        if self.residual_std_ is None:
            raise ValueError(
                "return_std=True needs rows that were not used for training; fit with n_splits of "
                "at least 2, or pass X_val and y_val."
            )
        unexplained = self.residual_std_.astype(np.float32)
        if not self.network_.lead:
            return np.tile(unexplained, (len(self._check_inputs(X)), 1))
        return np.hypot(self._spread(X, self.member_shares_), unexplained)
