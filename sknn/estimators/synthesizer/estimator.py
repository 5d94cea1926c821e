"""Synthetic rows, imputation, and outliers of tables, by a learned density."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn._sklearn import validate_data, with_callbacks
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.draws import generator_of_draws
from sknn._validation.messages import check_same_rows
from sknn.core.layers import Layer
from sknn.core.network import Network
from sknn.estimators.base import BaseNetwork
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.holdout import Holdout
from sknn.estimators.fit.outliers import OutlierScores, weighted_mean
from sknn.estimators.fit.problem import Problem, update_of
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.fitted import learned
from sknn.estimators.settings.recipe import Recipe, recipe_of
from sknn.estimators.settings.wording import ROWS
from sknn.estimators.synthesizer import filling, layers
from sknn.estimators.synthesizer.objective import ConditionalHoldout, conditional_objective
from sknn.estimators.synthesizer.surprise import ColumnSurprise
from sknn.estimators.synthesizer.task import TokenTask, log_likelihoods
from sknn.preprocessing.columns import Table, read_table
from sknn.preprocessing.encoder import categorical_mask
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.coder import TableCoder

_SLAB_ROWS = 4096
_MOST_LEVELS = 256
_ENOUGH = 50
"""Smallest number of rows of which some can be held out."""


class TableSynthesizer(OutlierScores, BaseNetwork):
    r"""Generate rows like those of a table, fill in missing entries, and find outliers.

    This is a masked autoencoder for distribution estimation [1]_: one network predicts every column
    from those before it, so the product of its predictions is the probability of a row,

    .. math:: p(x) = \prod_j p(x_j \mid x_1, \dots, x_{j-1}),

    and rows are drawn column by column. An entry becomes one or two tokens: the level of a
    category, a number that at least one row in a hundred holds, or a coarse and a fine bin between
    quantiles. During training, some columns of some rows are given in advance, in any position, so
    that the network can predict any columns given any others.

    Text is read as by :class:`~sknn.preprocessing.TableEncoder`: a column of ``"1,234"``, ``"12%"``
    or ``"31/01/2024"`` holds numbers or dates, ``"n/a"`` is a missing entry there, and new entries
    are text in the usual form of the column.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default=(128, 128)
        Number of units in each hidden layer. With tens of thousands of rows, more are better, such
        as (256, 256, 256) with a `dropout` of 0.1.
    activation : str, Activation or list, default="silu"
        Activation of the hidden layers: "elu", "gelu", "hard_sigmoid", "identity", "leaky_relu",
        "logistic", "mish", "relu", "selu", "silu", "softplus", "softsign", "tanh", or a spec from
        :mod:`sknn.activations`. A list gives one for each hidden layer.
    categorical_features : "from_dtype", None or array-like, default="from_dtype"
        Which columns are categories. "from_dtype": columns of dtype category, booleans, and strings
        and objects unless nearly all of them are numbers or dates. None: no column. Otherwise a
        mask, indices, or names.
    condition_rate : float in [0, 1), default=0.5
        Share of the rows of a batch for which some columns, drawn at random, are given in advance,
        so that the network learns to fill in the others. With 0, the columns have one fixed order,
        and conditions and imputation are not available. Use 0.95 if the network only fills in
        missing entries.
    contamination : float or "auto", default="auto"
        Share of the training rows that :meth:`predict_outlier` reports as outliers; "auto" is 0.1.
        As in :class:`~sklearn.ensemble.IsolationForest`, 0.1 of 100 rows means exactly 10 rows.
    outlier_score : {"density", "columns"}, default="density"
        How unusual a row is: :meth:`score_samples` returns the log-likelihood, or minus the
        surprisals of columns, each relative to what is usual; see the notes. "columns" is usually
        the better choice for finding outliers, but a number of a training row that is far beyond
        all others may stand out only with "density".
    dropout : float or list of float, default=0.2
        Fraction of activations dropped after each hidden layer.
    solver : str or Optimizer, default="adamw"
        A stochastic optimizer: "adadelta", "adagrad", "adam", "adamw", "amsgrad", "lazy_adam",
        "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`.
    learning_rate : str or Schedule, default="cosine"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver.
    learning_rate_init : float, default=0.005
        Learning rate, which the schedule multiplies by a factor.
    weight_decay : float or "auto", default=0.05
        Decoupled weight decay per update, multiplied by the learning rate. "auto" is 0.01 for
        "adamw", "lion", otherwise 0.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, and 512 beyond.
    max_iter : int, default=100
        Maximum number of epochs in one call to `fit`.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the validation split, the order of rows, and noise. Each has
        its own stream of random numbers, so dropout changes neither the initial weights nor the
        order.
    tol : float, default=0.0
        Smallest improvement of the loss that counts.
    verbose : bool or int, default=False
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left.
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    early_stopping : bool or "auto", default="auto"
        Stop when the validation loss has not improved for more than ``max(n_iter_no_change,
        max_iter / 10)`` epochs, and keep the best weights. "auto": if X_val is passed, and in `fit`
        with 50 rows or more.
    validation_fraction : float, default=0.1
        Share of rows to hold out for early stopping if no X_val is passed. At the end, the best
        weights are trained further on all rows, for 30% of the epochs that led to them (or this
        share, if it is larger), while the learning rate falls to zero.
    n_iter_no_change : int or inf, default=10
        Training stops after more than this many epochs without improvement; with early stopping,
        after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a
        schedule such as "cosine" count only if a validation loss is monitored.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.

    Attributes
    ----------
    coder_ : TableCoder
        Converts the table to tokens and back.
    offset_ : float
        Score below which a row counts as an outlier, computed from the training rows of the last
        call.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss (of the columns that are predicted),
        learning_rate, seconds, gradient_norm, and for held-out rows validation_loss and
        validation_score, the mean log-likelihood of their tokens (of whole rows, and given some of
        their columns).
    loss_, loss_curve_, best_loss_, n_iter_, t_, stop_reason_, validation_scores_
        As for :class:`MLPRegressor`.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    See Also
    --------
    GAN : Generates rows with two networks that compete.
    AutoEncoder : Finds outliers by their reconstruction error.

    Notes
    -----
    Synthetic rows are not anonymous. The likelihood of held-out rows stops training before the
    network memorizes rows, and numbers are drawn at random within their bins. But a level that only
    one person has, or a number that many rows share, is returned as it is. There is no guarantee
    such as differential privacy.

    Numbers on a grid (whole numbers, cents, days) have probabilities, all other numbers have
    densities in their units. Entries that were not seen in training are outside the distribution: a
    new level counts as one row added to the training rows, and a number beyond the range counts as
    one in the last bin, with a density that falls with the square of the distance.

    With ``outlier_score="columns"``, the surprisal of an entry,
    :math:`s_j = -\log p(x_j \mid x_1, \dots, x_{j-1})`, counts only where it exceeds its mean over
    the training rows of the last call, relative to the mean of this excess:

    .. math:: u(x) = \frac{1}{d} \sum_j \frac{\max(s_j - \bar s_j, 0)}{e_j}, \quad
        e_j = \frac{\sum \max(s_j - \bar s_j, 0) + \log(n + 1)}{n + 1},

    where the sum is over the :math:`n` training rows, to which :math:`e_j` adds one in which the
    entry was never seen. So :math:`u` is about 1 on average. In the likelihood, columns that
    nothing predicts outweigh those that are usually predicted well.

    References
    ----------
    .. [1] Germain, Gregor, Murray & Larochelle (2015), "MADE: masked autoencoder for distribution
       estimation", ICML.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import TableSynthesizer
    >>> X, y = load_iris(return_X_y=True)
    >>> net = TableSynthesizer(max_iter=20, random_state=0).fit(X)
    >>> net.sample(5, random_state=0).shape
    (5, 4)
    >>> net.score_samples(X).shape
    (150,)
    """

    # Training parameters that this estimator does not have.
    alpha = 0.0
    dtype = "float32"

    _task: ClassVar[Task] = TokenTask()
    _holdout: ClassVar[Holdout] = ConditionalHoldout()
    _scales_columns: ClassVar[bool] = True
    _double_up_to: ClassVar[int] = 1024
    # A second BLAS thread, on a machine with other work, made training ten times slower.
    _single_threaded: ClassVar[bool] = True
    coder_: TableCoder = learned()
    _usual: ColumnSurprise | None = None
    """What the surprisals of columns are compared with; None: they are added."""

    _wording = {ROWS: "array-like or frame of shape (n_samples, n_features)"}

    def __init__(
        self,
        hidden_layer_sizes: Any = (128, 128),
        activation: Any = "silu",
        *,
        categorical_features: Any = "from_dtype",
        condition_rate: Any = 0.5,
        contamination: Any = "auto",
        outlier_score: Any = "density",
        dropout: Any = 0.2,
        solver: Any = "adamw",
        learning_rate: Any = "cosine",
        learning_rate_init: Any = 0.005,
        weight_decay: Any = 0.05,
        batch_size: Any = "auto",
        max_iter: Any = 100,
        random_state: Any = None,
        tol: Any = 0.0,
        verbose: Any = False,
        warm_start: Any = False,
        early_stopping: Any = "auto",
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        callbacks: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.categorical_features = categorical_features
        self.condition_rate = condition_rate
        self.contamination = contamination
        self.outlier_score = outlier_score
        self.dropout = dropout
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
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
    ) -> TableSynthesizer:
        """Learn the distribution of the rows of X.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
            An array, a list of rows, or a frame of pandas, polars or pyarrow. NaN, None, NA, NaT
            and blank text count as missing.
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None
            A weight of 2 counts the row twice, and a weight of 0 leaves it out.
        X_val : array-like or frame, default=None
            Validation rows, whose likelihood early stopping watches.
        sample_weight_val : array-like, default=None
            Their weights.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For an invalid parameter or table, or when training diverges. The estimator is then as
            it was before the call.

        Warns
        -----
        TableWarning
            About columns of IDs and sentences, whose entries are returned unchanged, texts that
            count as missing, and dates whose day and month cannot be distinguished.
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
    ) -> TableSynthesizer:
        """Train for one epoch on X, and continue where the last call ended.

        Levels and bins are those of the first chunk, which should have a few hundred rows.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None
        X_val, sample_weight_val : default=None
            Validation rows.

        Returns
        -------
        self : estimator
        """
        return self._train(Call.of_stream(X, None, sample_weight, X_val, None, sample_weight_val))

    # -- use --------------------------------------------------------------------------------

    def sample(self, n: int = 1, conditions: Any = None, random_state: Any = None) -> Any:
        """Generate rows.

        Parameters
        ----------
        n : int, default=1
        conditions : dict, Series or frame, default=None
            Values of some columns, by name or position: one for all rows, or one for each row. None
            makes the entry missing.
        random_state : int, RandomState or None, default=None
            Seed of these rows, whatever the parameter of the estimator is; None draws other ones in
            every call.

        Returns
        -------
        rows : frame or ndarray
            Of the kind of the table in the first call to `fit`, with its names and dtypes.

        Raises
        ------
        ValueError
            If conditions name columns that are not in the table, levels that were never seen, or
            numbers that the dtype of the column cannot hold, or text that cannot be read as in the
            column.
        """
        self._check_fitted()
        rng = generator_of_draws(n, random_state, "n")
        wanted = filling.conditions(self.coder_, conditions, int(n))
        return self._drawn(wanted, rng, lost=True)

    def impute(self, X: Any, strategy: str = "most_likely", random_state: Any = None) -> Any:
        """Fill in the missing entries of a table; the others, and its index, stay as they are.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        strategy : {"most_likely", "mean", "draw"}, default="most_likely"
            "draw": one draw from the distribution of the missing entries given the others; several
            calls give several tables, for multiple imputation. "most_likely": the most frequent
            level, or the median of numbers, of 25 draws. "mean": the most frequent level, or the
            mean of numbers, rounded as the column is. The median minimizes the absolute error, the
            mean the squared error.
        random_state : int, RandomState or None, default=None
            Seed of the draws, whatever the parameter of the estimator is; None draws other ones in
            every call.

        Returns
        -------
        rows : frame or ndarray
            Of the kind of the table in the first call to `fit`, with its dtypes unless they cannot
            hold the entries of X.
        """
        table = self._checked(X)
        rng = generator_of_draws(1, random_state)
        wanted = filling.gaps(self.coder_, table)
        made = self._drawn(wanted, rng, lost=False, summarize=filling.summary(strategy))
        return self.coder_.maker.aligned(made, table.frame)

    def score_samples(self, X: Any) -> NDArray:
        """Return the log-likelihood of every row, or minus its surprisals relative to usual ones.

        `outlier_score` says which of the two; what it was in the last call of `fit` or
        `partial_fit` counts.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)

        Returns
        -------
        scores : ndarray of shape (n_samples,)
            Lower scores are more unusual; log-likelihoods are in nats.
        """
        return self._scores(self._check_inputs(X))

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Return the (weighted) mean of the log-likelihood of rows, whatever `outlier_score` is.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        scores = self._slab_by_slab(self._likelihood_of, self._check_inputs(X))
        return weighted_mean(scores, sample_weight)

    def transform(self, X: Any) -> NDArray:
        """Return the output of the last hidden layer for each row.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)

        Returns
        -------
        features : ndarray of shape (n_samples, n_units)
        """
        return self._through(self._check_inputs(X), stop=len(self.network_.layers) - 1)

    @property
    def _n_features_out(self) -> int:
        return int(self.network_.plans[-2].out_shape[0])

    def _drawn(
        self,
        wanted: filling.Wanted,
        rng: Any,
        lost: bool,
        summarize: filling.Summary | None = None,
    ) -> Any:
        limit = self._limit(min(len(wanted.rows), _SLAB_ROWS))
        with limit, limit:
            columns = filling.fill(self.coder_, self.network_, wanted, rng, lost, summarize)
        return filling.table(self.coder_, wanted, columns)

    def _slab_by_slab(self, compute: Callable[[NDArray], NDArray], x: NDArray) -> NDArray:
        limit = self._limit(min(len(x), _SLAB_ROWS))
        slabs = (x[start : start + _SLAB_ROWS] for start in range(0, len(x), _SLAB_ROWS))
        with limit, limit:
            return np.concatenate([computed(compute, slab) for slab in slabs])

    def _scores(self, x: NDArray) -> NDArray:
        compute = self._likelihood_of if self._usual is None else self._usualness_of
        return self._slab_by_slab(compute, x)

    def _likelihood_of(self, x: NDArray) -> NDArray:
        return -self._surprisals_of(x).sum(axis=1)

    def _usualness_of(self, x: NDArray) -> NDArray:
        assert self._usual is not None
        return -self._usual.oddness(self._surprisals_of(x))

    def _surprisals_of(self, x: NDArray) -> NDArray:
        """Return minus the log-probability of each entry of rows, given those before it."""
        coder = self.coder_
        raw = self._network_for(len(x)).predict(x)
        raw[~filling.allowed(coder, x)] = -np.inf
        tokens = log_likelihoods(raw, self._loss, coder.codes(x))
        firsts = np.searchsorted(coder.owners, np.arange(len(coder.columns)))
        return -np.add.reduceat(tokens, firsts, axis=1) - x[:, coder.densities]

    # -- hooks ------------------------------------------------------------------------------

    def _recipe(self) -> Recipe:
        return recipe_of(
            self,
            loss=None,
            automatic_sizes=((1024, 64), (8192, 128), (100_000, 256), (np.inf, 512)),
            must_converge=False,
            must_fill_batches=False,
        )

    def _adapt_call(self, state: FitState) -> None:
        """Decide whether rows are held out, if that is left open.

        Where none are, all epochs are trained: the loss of a batch depends on what it is told.
        """
        call, stops = state.call, self.early_stopping
        if stops == "auto":
            enough = not call.stream and read_table(call.X).n_rows >= _ENOUGH
            stops = call.X_val is not None or enough
        patience = state.recipe.patience if stops else math.inf
        state.recipe = replace(state.recipe, early_stopping=stops, patience=patience)

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        table = read_table(X)
        weight = arrays.check_weight(sample_weight, table.n_rows)
        if reset:
            self.coder_ = self._new_coder(table, weight)
            validate_data(self, table.frame, skip_check_array=True)
        else:
            self._check_columns(table)
        x = self.coder_.encode(table, np.float32)
        check_same_rows(x, x)
        return Rows(x, self.coder_.codes(x), weight)

    def _new_coder(self, table: Table, weight: NDArray | None) -> TableCoder:
        categorical = categorical_mask(self.categorical_features, table)
        rows = arrays.training_rows(weight, may_be_empty=False)
        some = table if rows is None else table.take(rows)
        sample = Sample.of(weight if rows is None or weight is None else weight[rows], some.n_rows)
        return TableCoder.fit(some, sample, categorical, _MOST_LEVELS)

    def _check_columns(self, table: Table) -> None:
        validate_data(self, table.frame, reset=False, skip_check_array=True)
        self.coder_.check_names(table)

    def _checked(self, X: Any) -> Table:
        self._check_fitted()
        table = read_table(X)
        self._check_columns(table)
        return table

    def _check_inputs(self, X: Any) -> Any:
        return self.coder_.encode(self._checked(X), np.float32)

    def _chain(self, n_raw: int) -> list[Layer]:
        return layers.chain(self, self.coder_)

    def _problem(self, state: FitState, network: Network, rows: int) -> Problem:
        objective = conditional_objective(state, network, rows, float(self.condition_rate))
        return Problem(objective, lambda: update_of(state, network, objective))

    def _after_training(self, train: Rows) -> None:
        super()._after_training(train)
        self._usual = None
        if self.outlier_score == "columns":
            surprisals = self._slab_by_slab(self._surprisals_of, train.x)
            self._usual = ColumnSurprise.of(surprisals, train.weight)
        self.offset_ = self._border(self._scores(train.x), train.weight)

    def __sklearn_tags__(self) -> Any:
        """Accept any contents of columns; a table is dense."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags
