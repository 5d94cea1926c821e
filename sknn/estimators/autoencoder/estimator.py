"""Autoencoders: networks that learn to reconstruct their input."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if

from sknn._sklearn import with_callbacks
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn.core.layers import Layer
from sknn.core.layout import Shape
from sknn.core.network import Network
from sknn.estimators.autoencoder import automatic
from sknn.estimators.autoencoder import layers as codec
from sknn.estimators.autoencoder.column_errors import ColumnErrors
from sknn.estimators.autoencoder.described import Described, some_rows
from sknn.estimators.autoencoder.distances import Neighborhood
from sknn.estimators.autoencoder.elbo import EvidenceBound
from sknn.estimators.autoencoder.targets import ReconstructionTargets
from sknn.estimators.autoencoder.task import ReconstructionTask
from sknn.estimators.base import BaseNetwork
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.frames import FrameRows
from sknn.estimators.fit.outliers import OutlierScores, weighted_mean
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.mlp import MLPClassifier, MLPRegressor
from sknn.estimators.settings.recipe import Recipe, recipe_of
from sknn.training.callbacks import Callback

# Reconstructions are compared in slabs of about this many numbers.
_SLAB_NUMBERS = 1 << 22


def _is_variational(estimator: Any) -> bool:
    if not estimator.variational:
        raise AttributeError("sample needs variational=True.")
    return True


class AutoEncoder(FrameRows, OutlierScores, BaseNetwork):  # type: ignore[override]
    r"""Autoencoder: a network with a narrow middle that learns to reconstruct its input.

    The encoder maps a row to its code (:meth:`transform`), and the decoder maps a code back
    (:meth:`inverse_transform`). The code is a compressed description of the row. The reconstruction
    error shows how unusual the row is (:meth:`score_samples`). Trained on corrupted rows, the
    network learns to restore them (`corruption`).

    X may be an array of numbers or a frame of any columns: numbers, categories, booleans, dates,
    time spans, and text, with missing entries. What :meth:`predict`, :meth:`inverse_transform`, and
    :meth:`sample` return is then such a frame, too. See the notes.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(32,)
        Number of units in each hidden layer. The last one is the length of the code; the decoder
        mirrors the encoder.
    activation : str, Activation or list, default="auto"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. A list gives one for each hidden layer. "auto" is "relu", except
        for the code of several layers, where it is "identity" without `sparsity`. The last layer of
        the decoder has `output_activation`.
    tied_weights : bool, default=False
        Let the decoder use the transposed weights of the encoder, which halves the number of
        weights.
    corruption : {None, "gaussian", "masking", "salt_and_pepper"}, default=None
        How the input is corrupted in every batch, while the target stays intact [2]_.
    corruption_level : float, default=0.1
        Standard deviation of the noise in the units of X ("gaussian"), or the share of inputs set
        to zero ("masking") or to the lowest or highest number of X ("salt_and_pepper").
    sparsity : float, default=None
        Desired mean activation of the code's units. Logistic and tanh codes get the
        Kullback-Leibler penalty, other codes an L1 penalty on the mean activation above it.
    sparsity_weight : float, default=1.0
        Strength of the pull toward sparsity.
    contraction : float or "auto", default="auto"
        Strength of a penalty on the squared derivatives of every layer of the encoder with respect
        to its inputs [3]_; for the activations identity, logistic, relu, and tanh. "auto" is 0,
        except for a single hidden layer that could copy X; see the notes.
    contamination : float or "auto", default="auto"
        Share of the training rows that :meth:`predict_outlier` reports as outliers; "auto" is 0.1.
        As in :class:`~sklearn.ensemble.IsolationForest`, 0.1 of 100 rows means exactly 10 rows.
    outlier_score : {"error", "distance"}, default="error"
        How unusual a row is: :meth:`score_samples` returns minus the reconstruction error, or minus
        the distance from usual rows by residuals and codes, see the notes. "distance" is the better
        choice if outliers are among the training rows.
    output_groups : dict, default=None
        Kinds of columns of a table: ``{"numeric": columns, "binary": columns, "categorical":
        [columns of one-hot group, ...]}``, with columns by position or name. Columns that are not
        listed are numeric. The losses are the squared error, binary cross-entropy, and softmax
        cross-entropy.
    layers : list of Layer, default=None
        The hidden layers one by one, instead of the parameters that describe them. The code is the
        layer named "code" or, without one, the narrowest layer.
    variational : bool, default=False
        Let the encoder return a normal distribution over codes, from which the code that the
        decoder sees is drawn [4]_. New rows can then be drawn, see :meth:`sample`.
    kl_weight : float, default=1.0
        Weight of the divergence from the standard normal distribution (variational).
    output_activation : {"auto", "identity", "logistic"}, default="auto"
        Activation of the output. "auto": logistic if X in the first call is in [0, 1], otherwise
        identity.
    loss : str or Loss, default="auto"
        "squared_error", "log_loss" (cross-entropy of each output), a spec from :mod:`sknn.losses`,
        or "auto": "log_loss" with a logistic output if `variational` or if at least 95% of X in the
        first call is 0 or 1, otherwise "squared_error".
    pretrain : {None, "layerwise"}, default=None
        "layerwise" first trains a shallow autoencoder for each layer, on the codes of the layer
        before, for a quarter of `max_iter` epochs each.
    normalization : {None, "batch", "layer"}, default=None
        Normalization between each hidden layer and its activation.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights. "auto" starts a network with linear output from the principal components of
        the training rows if its layers can represent them, otherwise at random.
    solver : str or Optimizer, default="adam"
        "lbfgs", or a stochastic one: "adadelta", "adagrad", "adam", "adamw", "amsgrad",
        "lazy_adam", "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`, whose
        parameters are searched as ``solver__beta_1``.
    learning_rate : str or Schedule, default="auto"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver. "auto" is "cosine", and
        "constant" for a code that is the only layer. A cosine ends after `max_iter` epochs or, in a
        stream, after as many calls to `partial_fit`; for longer streams pass "constant".
    learning_rate_init : float or "auto", default="auto"
        Learning rate, which the schedule multiplies by a factor. "auto" is 0.016 over the square
        root of the units of the widest hidden layer, at most 0.005, and 0.001 for a single hidden
        layer and with `layers`.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is ``min(200, n_samples)``.
    max_iter : int, default=200
        Maximum number of epochs in one call to `fit`.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order.
    tol : float, default=0.0
        Smallest improvement of the loss that counts. By default, every improvement counts, because
        a good reconstruction has a small loss that keeps falling in small steps.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
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
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and converts everything else to float64, which takes about
        twice as long.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.

    Attributes
    ----------
    offset_ : float
        Score below which a row counts as an outlier, computed from the training rows of the last
        call.
    loss_, loss_curve_, best_loss_, history_, n_iter_, t_, stop_reason_, validation_scores_
        As for :class:`MLPRegressor`; the validation score is minus the reconstruction error.
        Variational autoencoders also record ``kl`` and ``elbo`` (nats per row) in ``history_``.
        With a linear output, the losses are those of X divided by the square root of its mean
        variance.
    coefs_, intercepts_ : list of ndarray
        Weights and biases of the dense layers, as for :class:`MLPRegressor`.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    Notes
    -----
    A single hidden layer could copy X if it has at least as many units as X has components with a
    variance above one percent of :math:`\bar v`, the mean variance of the columns. Errors would
    then say nothing about a row. So with ``contraction="auto"``, the derivatives of the code and of
    the output are penalized such that a component of variance :math:`v` loses the share
    :math:`\min(1, 0.01 \, \bar v / v)` [8]_. Unusual directions lose most, while the mean squared
    error is below :math:`0.01 \, \bar v`. The rows of the first call decide, and X with more than
    twice as many columns as units is not examined. This holds for the squared error, relu or
    identity units, and stochastic solvers, without other parameters that prevent copies
    (`corruption`, `normalization`, `pretrain`, `sparsity`, `tied_weights`, `variational`).
    ``contraction=0`` allows a copy.

    A frame in which every column holds numbers or booleans without gaps is read as an array, and
    reconstructions are arrays, as in scikit-learn; only :meth:`sample` returns a frame. The first
    call decides. Any other frame is encoded: a level becomes one column, and so do missing entries
    of a column and numbers that at least one row in a hundred holds; other numbers, dates, and time
    spans become normal scores, which are the quantiles of a normal distribution at their ranks,
    times 4. The loss is the cross-entropy of levels plus half the squared error of scores. The
    reconstruction error is that of a column of the frame relative to its mean over the training
    rows of the last call, averaged over columns: levels that nothing predicts would otherwise hide
    everything else. A level that was never seen counts as equal parts of all known ones. With
    ``dtype="auto"``, training is in float32. Reconstructed numbers are rounded like those in
    training, and lie in their range. Text is read as by :class:`~sknn.preprocessing.TableEncoder`;
    numbers and dates in text are returned as text in the usual form of the column.

    With ``outlier_score="distance"``, rows are judged by their residuals
    :math:`r = (x - \hat x) / s`, where :math:`s` are the standard deviations of the columns, and by
    their codes :math:`z`. The central half of the training rows are those for which

    .. math:: D^2 = r'^T (S_r + 0.01 I)^{-1} r' + z'^T S_z^{-1} z'

    is least, where :math:`r'` and :math:`z'` are :math:`r` and :math:`z` minus their means, and
    :math:`S_r` and :math:`S_z` their covariances [5]_, shrunk as in
    :class:`sklearn.covariance.OAS` [6]_. With means and covariances of the central half, the
    distance of a row is that to the third nearest of up to 256 rows of this half [7]_. So a few
    outliers among the training rows, even if they resemble each other, do not count as usual. Means
    and covariances are learned in every call, from the rows of this call; in a stream, pass chunks
    of a few hundred rows. Beyond 2,048 columns, only variances are used.

    See Also
    --------
    TableSynthesizer : Generates rows of frames, and scores them by their likelihood.
    MLPClassifier : What :meth:`to_classifier` returns, with the layers of the encoder.

    References
    ----------
    .. [1] Hinton & Salakhutdinov (2006), "Reducing the dimensionality of data with neural
       networks", Science 313.
    .. [2] Vincent et al. (2010), "Stacked denoising autoencoders", JMLR 11.
    .. [3] Rifai et al. (2011), "Contractive auto-encoders", ICML.
    .. [4] Kingma & Welling (2014), "Auto-encoding variational Bayes", ICLR.
    .. [5] Yue & Qin (2001), "Reconstruction-based fault identification using a combined index",
       Industrial & Engineering Chemistry Research 40.
    .. [6] Chen, Wiesel, Eldar & Hero (2010), "Shrinkage algorithms for MMSE covariance estimation",
       IEEE Transactions on Signal Processing 58.
    .. [7] Sugiyama & Borgwardt (2013), "Rapid distance-based outlier detection via sampling", NIPS.
    .. [8] Kunin, Bloom, Goeva & Seed (2019), "Loss landscapes of regularized linear autoencoders",
       ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import AutoEncoder
    >>> X, _ = load_digits(return_X_y=True)
    >>> coder = AutoEncoder((64, 8), learning_rate="cosine", max_iter=20, random_state=0).fit(X)
    >>> coder.transform(X).shape
    (1797, 8)
    >>> coder.inverse_transform(coder.transform(X)).shape
    (1797, 64)
    >>> judge = AutoEncoder((32, 8), outlier_score="distance", max_iter=20, random_state=0)
    >>> print((judge.fit_predict(X) == -1).sum(), "of 1797 digits are outliers")
    180 of 1797 digits are outliers
    """

    _task: ClassVar[Task] = ReconstructionTask()
    # With 1, the error of numbers would hardly count beside that of levels.
    _stress: ClassVar[float] = 4.0
    # Files that were written before there was a choice do not hold it.
    outlier_score: Any = "error"
    _targets: ReconstructionTargets
    _usual: Neighborhood | ColumnErrors | None = None
    """What rows are compared with; None: with their reconstruction alone."""

    def __init__(
        self,
        hidden_layer_sizes: Any = (32,),
        activation: Any = "auto",
        *,
        tied_weights: Any = False,
        corruption: Any = None,
        corruption_level: Any = 0.1,
        sparsity: Any = None,
        sparsity_weight: Any = 1.0,
        contraction: Any = "auto",
        contamination: Any = "auto",
        outlier_score: Any = "error",
        output_groups: Any = None,
        layers: Any = None,
        variational: Any = False,
        kl_weight: Any = 1.0,
        output_activation: Any = "auto",
        loss: Any = "auto",
        pretrain: Any = None,
        normalization: Any = None,
        weight_init: Any = "auto",
        solver: Any = "adam",
        learning_rate: Any = "auto",
        learning_rate_init: Any = "auto",
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 200,
        random_state: Any = None,
        tol: Any = 0.0,
        verbose: Any = False,
        warm_start: Any = False,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        dtype: Any = "auto",
        callbacks: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.tied_weights = tied_weights
        self.corruption = corruption
        self.corruption_level = corruption_level
        self.sparsity = sparsity
        self.sparsity_weight = sparsity_weight
        self.contraction = contraction
        self.contamination = contamination
        self.outlier_score = outlier_score
        self.output_groups = output_groups
        self.layers = layers
        self.variational = variational
        self.kl_weight = kl_weight
        self.output_activation = output_activation
        self.loss = loss
        self.pretrain = pretrain
        self.normalization = normalization
        self.weight_init = weight_init
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.batch_size = batch_size
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

    # -- training -------------------------------------------------------------------------

    @with_callbacks
    def fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        sample_weight_val: Any = None,
    ) -> AutoEncoder:
        """Learn to reconstruct X.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None
            A weight of 2 counts the row twice, and a weight of 0 leaves it out.
        X_val : {array-like, frame, sparse matrix}, default=None
            Validation rows. Their loss is recorded, and early stopping watches it.
        sample_weight_val : array-like, default=None
            Weights of the validation rows.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For an invalid parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(
            Call.of_fit(self.warm_start, X, None, sample_weight, X_val, None, sample_weight_val)
        )

    @with_callbacks
    def partial_fit(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        sample_weight_val: Any = None,
    ) -> AutoEncoder:
        """Train for one epoch on X, and continue where the last call ended.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None
        X_val, sample_weight_val : default=None
            Validation rows; required with ``early_stopping=True``.

        Returns
        -------
        self : estimator
        """
        return self._train(Call.of_stream(X, None, sample_weight, X_val, None, sample_weight_val))

    # -- use --------------------------------------------------------------------------------

    def transform(self, X: Any) -> NDArray:
        """Return the code of every row (variational: its mean).

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        codes : ndarray of shape (n_samples, n_code)
        """
        x = self._checked(X)
        codes = self._through(x, stop=codec.code_stop(self.network_))
        return codes.reshape(len(codes), -1)

    def inverse_transform(self, X: Any) -> NDArray:
        """Decode codes into rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_code)
            Codes, as :meth:`transform` returns them.

        Returns
        -------
        rows : ndarray or frame of shape (n_samples, n_features)
            A frame with the names and dtypes of that of `fit`, if that held more than numbers, and
            with the index of X.
        """
        return self._form.restored(self._decoded(X), X)

    def _decoded(self, X: Any) -> NDArray:
        """Return the output of the decoder for codes, before it becomes a table again."""
        self._check_fitted()
        network, stop = self.network_, codec.code_stop(self.network_)
        codes = arrays.check_matrix(X, network.dtype)
        shape = network.plans[stop - 1].out_shape
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"X must hold codes of {self._n_features_out} numbers; got {codes.shape[1]}."
            )
        raw = self._through(codes.reshape(len(codes), *shape), start=stop)
        return self._targets.predict(raw, self._loss)

    def predict(self, X: Any) -> NDArray:
        """Return the reconstruction of every row.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)

        Returns
        -------
        reconstruction : ndarray or frame of shape (n_samples, n_features)
            A frame with the names and dtypes of that of `fit`, if that held more than numbers, and
            with the index of X.

        Raises
        ------
        TypeError
            For sparse rows: their reconstruction is dense, and may not fit in memory as a whole.
        """
        x = self._checked(X)
        if not isinstance(x, np.ndarray):
            raise TypeError(
                "predict would make a dense array of sparse X; call score_samples(X) for errors, "
                "inverse_transform(transform(X)) for the dense array, or predict some rows, "
                "X[:1000].toarray(), at a time."
            )
        return self._form.restored(self._targets.predict(self._through(x), self._loss), X)

    def score_samples(self, X: Any) -> NDArray:
        """Return minus the mean squared reconstruction error of every row, or minus its distance.

        `outlier_score` says which of the two; its value in the last call to `fit` or
        `partial_fit` counts. In a frame that is encoded, the error of each column is relative to
        its mean in training.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            The lower, the more unusual.
        """
        return self._scores(self._checked(X))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return minus the (weighted) mean squared reconstruction error.

        It compares networks, whatever `outlier_score` is. In a frame that is encoded, it is the
        error of the encoded columns.

        Parameters
        ----------
        X : {array-like, frame, sparse matrix} of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        x = self._checked(X)
        return weighted_mean(self._slab_by_slab(self._errors_of, x), sample_weight)

    @available_if(_is_variational)
    def sample(self, n_samples: int = 1, random_state: Any = None) -> NDArray:
        """Decode codes drawn from the standard normal distribution.

        Levels are drawn by the probabilities that the decoder returns for them, and normal scores
        with the variance that the loss implies.

        Parameters
        ----------
        n_samples : int, default=1
        random_state : int, RandomState or None, default=None
            Seed of these rows, whatever the parameter of the estimator is; None draws other ones in
            every call.

        Returns
        -------
        rows : ndarray or frame of shape (n_samples, n_features)
            Of the kind of X in `fit`, with its names and dtypes.
        """
        self._check_fitted()
        rng = check_random_state(random_state)
        codes = codec.draw_codes(n_samples, self._n_features_out, rng)
        return self._form.made(self._targets.drawn(self._decoded(codes), rng))

    def to_classifier(self, **params: Any) -> MLPClassifier:
        """Return an unfitted classifier whose hidden layers start as the encoder.

        Parameters
        ----------
        **params : dict
            Parameters of :class:`MLPClassifier`; ``freeze=["hidden0"]`` keeps layers of the
            encoder fixed.

        Returns
        -------
        classifier : MLPClassifier
        """
        self._check_fitted()
        return MLPClassifier(**codec.encoder_start(self, params))

    def to_regressor(self, **params: Any) -> MLPRegressor:
        """Return an unfitted regressor whose hidden layers start as the encoder.

        Parameters
        ----------
        **params : dict
            Parameters of :class:`MLPRegressor`.

        Returns
        -------
        regressor : MLPRegressor
        """
        self._check_fitted()
        return MLPRegressor(**codec.encoder_start(self, params))

    def _checked(self, X: Any) -> Any:
        self._check_fitted()
        return self._check_inputs(X)

    def _scores(self, x: Any) -> NDArray:
        return self._slab_by_slab(self._errors_of if self._usual is None else self._oddness_of, x)

    def _slab_by_slab(self, compute: Callable[[Any], NDArray], x: Any) -> NDArray:
        """Return minus what is computed: neither sparse rows nor reconstructions are whole."""
        rows = max(1, _SLAB_NUMBERS // x.shape[1])
        scores = []
        limit = self._limit(min(rows, x.shape[0]))
        with limit, limit:
            for start in range(0, x.shape[0], rows):
                scores.append(-computed(compute, x[start : start + rows]))
        return np.concatenate(scores)

    def _errors_of(self, x: Any) -> NDArray:
        return self._targets.errors(self.network_.predict(x), self._loss, x)

    def _oddness_of(self, x: Any) -> NDArray:
        assert self._usual is not None
        return self._usual.oddness(self._described(x))

    def _learn_usual(self, train: Rows) -> Neighborhood | ColumnErrors | None:
        coder = self._form.coder
        if coder is None and self.outlier_score == "error":
            return None
        x, weight = some_rows(train, self._n_columns)
        seen = self._described(x)
        if coder is None or self.outlier_score == "distance":
            return Neighborhood.of(seen, weight)
        return ColumnErrors.of(seen, weight, coder.parts)

    def _described(self, x: Any) -> Described:
        network = self.network_
        return Described.of(network, codec.code_stop(network), self._targets, self._loss, x)

    @property
    def _n_features_out(self) -> int:
        stop = codec.code_stop(self.network_)
        return int(np.prod(self.network_.plans[stop - 1].out_shape))

    # -- hooks ------------------------------------------------------------------------------

    def _recipe(self) -> Recipe:
        codec.check(self)
        # With tol=0 the loss may fall forever, so reaching max_iter is not a failure.
        return recipe_of(
            self,
            loss=self.loss,
            schedule=automatic.schedule(self),
            base_rate=automatic.base_rate(self),
            must_converge=self.tol > 0,
        )

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        if reset:
            self._learn_form(X, sample_weight)
        x = self._matrix(X, dtypes, reset, partial(arrays.check_array_rows, self, X, dtypes, reset))
        return Rows(x, x, arrays.check_weight(sample_weight, x.shape[0]))

    def _check_inputs(self, X: Any) -> Any:
        dtypes = [self.network_.dtype] if self._form.coder else [np.float64, np.float32]
        return self._matrix(X, dtypes, False, partial(super()._check_inputs, X))

    def _chain(self, n_raw: int) -> list[Layer]:
        return codec.chain(self, n_raw, self._targets)

    def _build_network(self, state: FitState, in_shape: Shape) -> Network:
        network = super()._build_network(state, in_shape)
        codec.check_output(network, self._targets.n_outputs)
        return network

    def _start_from_data(self, state: FitState) -> bool:
        return codec.start(self, state)

    def _observers(self, state: FitState, network: Network) -> list[Callback]:
        observers = super()._observers(state, network)
        targets = self._targets
        if self.variational:
            gaussian = targets.task == "regression"
            observers.append(EvidenceBound(targets.loss_scale, targets.n_outputs, gaussian))
        return observers

    def _after_training(self, train: Rows) -> None:
        super()._after_training(train)
        self._usual = self._learn_usual(train)
        self.offset_ = self._border(self._scores(train.x), train.weight)
