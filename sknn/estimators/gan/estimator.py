"""Generative adversarial networks."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from sknn._sklearn import with_callbacks
from sknn._validation.arrays import Rows
from sknn._validation.draws import generator_of_draws
from sknn.core.activations import Activation
from sknn.core.layers import Layer
from sknn.core.layout import Shape
from sknn.core.losses import SquaredError
from sknn.core.network import Network
from sknn.core.spec import resolve
from sknn.estimators.base import BaseNetwork
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.frames import FrameRows
from sknn.estimators.fit.problem import Problem
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.fitted import learned
from sknn.estimators.gan import layers as gan_layers
from sknn.estimators.gan import problem
from sknn.estimators.gan.conditions import (
    Conditions,
    ConditionsTask,
    labeled,
    read,
    row_shape,
)
from sknn.estimators.gan.diversity import Surroundings
from sknn.estimators.settings.recipe import Recipe, recipe_of
from sknn.preprocessing.matrix.asked import AskedRows
from sknn.preprocessing.matrix.coder import drawn
from sknn.training.callbacks import Callback
from sknn.training.threads import blas_threads

# Largest number of rows with which samples are compared, for a score.
_SCORED_ROWS = 2000
# Rows that are generated at a time, so that not all random numbers need memory at once.
_DRAWN_ROWS = 10_000
# Number of rows of which one is taken if columns must have certain values.
_POOL_FOR_ONE = 50
_SMALLEST_POOL, _LARGEST_POOL = 5_000, 100_000


class GAN(FrameRows, BaseNetwork):  # type: ignore[override]
    r"""Generative adversarial network: two networks that compete.

    The generator turns random numbers into rows, like a counterfeiter. The discriminator scores
    rows of the data and generated rows, like a detective. In turn, the discriminator learns to
    distinguish them, and the generator learns to deceive it [1]_. After training, :meth:`sample`
    draws new rows like those of X and, if classes (y) were passed, rows of a requested class [2]_.

    X may be an array of numbers or a frame of any columns: numbers, categories, booleans, dates,
    time spans, and text, with missing entries. Then samples are also frames, and any columns can be
    conditions, see :meth:`sample`.

    Parameters
    ----------
    generator_layer_sizes : int or sequence of int, default=(128, 128)
        Number of units in each hidden layer of the generator.
    discriminator_layer_sizes : int or sequence of int, default=(128, 128)
        Number of units in each hidden layer of the discriminator.
    latent_dim : int, default=16
        Number of standard normal random numbers that the generator turns into a row.
    objective : str or Adversarial, default="non_saturating"
        What each network minimizes: "non_saturating", "minimax", "least_squares", "wasserstein_gp",
        or a spec from :mod:`sknn.losses`.
    n_critic : int, default=1
        Updates (batches) of the discriminator for each update of the generator.
    generator_activation : str, Activation or list, default="relu"
        Activation of the hidden layers of the generator; "leaky_relu" has a slope of 0.2. A list
        gives one for each hidden layer.
    discriminator_activation : str, Activation or list, default="leaky_relu"
        Activation of the hidden layers of the discriminator; "leaky_relu" has a slope of 0.2. A
        list gives one for each hidden layer.
    output_activation : str or Activation, default="identity"
        Activation of the output; "logistic" for numbers between 0 and 1.
    generator_layers : list of Layer, default=None
        The hidden layers of the generator one by one, instead of sizes and activations. If they end
        in a convolution, its output is the row; otherwise an output layer is added.
    discriminator_layers : list of Layer, default=None
        The hidden layers of the discriminator one by one, instead of sizes and activations. With
        classes, the first Dense layer also gets the class.
    input_shape : tuple of int, default=None
        Shape in which `discriminator_layers` see a row of X: ``(28, 28, 1)``.
    gradient_penalty : float or "auto", default="auto"
        Strength :math:`\lambda` of a penalty on the discriminator. For "wasserstein_gp" it is
        :math:`\lambda (\lVert \nabla a \rVert - 1)^2` between rows and samples [3]_, "auto" is 10;
        for the others :math:`\lambda \lVert \nabla a \rVert^2` at the rows [4]_, "auto" is 0. It
        prevents oscillations, and needs dense and elementwise layers.
    label_smoothing : float, default=0.0
        How far the target of real rows is moved from 1 toward 0.
    instance_noise : float or pair (float, int), default=0.0
        Standard deviation, in the units of X, of the noise on everything the discriminator sees. It
        falls to zero over the given number of epochs or, without one, over the `max_iter` epochs of
        the first call.
    averaging : float in [0, 1), default=0.999
        Decay of the moving average of all weights that is used after training; 0 uses the last
        weights.
    solver : str or Optimizer, default="adam"
        A stochastic optimizer: "adadelta", "adagrad", "adam", "adamw", "amsgrad", "lazy_adam",
        "lion", "nadam", "rmsprop", "sgd", or a spec from :mod:`sknn.optimizers`. By name, it uses
        ``beta_1=0.5`` and ``beta_2=0.9``.
    generator_solver : str or Optimizer, default=None
        `solver` of the generator, if it should differ.
    learning_rate : str or Schedule, default="constant"
        How the learning rate changes: "adaptive", "constant", "cos_log", "cosine", "exponential",
        "flat_cosine", "invscaling", "one_cycle", "plateau", "step", or a spec from
        :mod:`sknn.schedules`. Works with every stochastic solver. It applies to both networks.
    learning_rate_init : float, default=0.001
        Learning rate, which the schedule multiplies by a factor.
    generator_learning_rate_init : float, default=None
        `learning_rate_init` of the generator, if it should differ: two time scales [5]_.
    alpha : float, default=0.0
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``:
        the same function for every solver and batch size.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch. "auto"
        is ``min(128, n_samples)``. A batch has as many samples as rows.
    max_iter : int, default=200
        Maximum number of epochs in one call to `fit`. Convergence is not tested, because no loss
        says how close samples are to the data.
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

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Present if y was passed.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss (of the discriminator, including penalties),
        generator_loss, learning_rate, seconds, gradient_norm, and generator_gradient_norm;
        real_score and fake_score, the mean scores of rows and samples; accuracy, how often the
        discriminator gives a row a higher score than a sample (0.5: it sees no difference);
        coverage, the share of up to 256 rows with a sample as close as their fifth neighbor; and
        diversity, the mean distance between samples, in units of that between rows. If coverage or
        diversity falls toward 0, this is mode collapse.
    n_iter_, t_, stop_reason_, loss_, loss_curve_
        As for :class:`MLPRegressor`, for the discriminator.
    coefs_, intercepts_ : list of ndarray
        Weights and biases of the dense layers, those of the generator first; absent if there are
        other kinds of layers, or classes.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    Notes
    -----
    A frame in which every column holds numbers or booleans without gaps is read as an array; scale
    it first. Any other frame is encoded: a level becomes one column, and so do missing entries of a
    column and numbers that at least one row in a hundred holds; other numbers, dates, and time
    spans become normal scores, which are the quantiles of a normal distribution at their ranks. The
    generator chooses levels by a softmax with Gumbel noise, see :class:`~sknn.layers.Choices`. The
    first call decides. With ``dtype="auto"``, training is in float32. Numbers are
    rounded like those in training, and lie in their range. Text is read as by
    :class:`~sknn.preprocessing.TableEncoder`; numbers and dates in text are returned as text in the
    usual form of the column.

    See Also
    --------
    TableSynthesizer : Learns frames better, and knows the likelihood of every row.
    AutoEncoder : With ``variational=True``, it learns to sample in another way.

    References
    ----------
    .. [1] Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS.
    .. [2] Mirza & Osindero (2014), "Conditional generative adversarial nets".
    .. [3] Gulrajani et al. (2017), "Improved training of Wasserstein GANs", NeurIPS.
    .. [4] Mescheder, Geiger & Nowozin (2018), "Which training methods for GANs do actually
       converge?", ICML.
    .. [5] Heusel et al. (2017), "GANs trained by a two time-scale update rule converge to a local
       Nash equilibrium", NeurIPS.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import GAN
    >>> X, y = load_iris(return_X_y=True)
    >>> gan = GAN(32, 32, latent_dim=4, max_iter=20, random_state=0).fit(X, y)
    >>> gan.sample(5, y=2, random_state=0).shape
    (5, 4)
    >>> gan.score_samples(X, y).shape
    (150,)
    """

    # Training parameters that this estimator does not have.
    beta_1 = 0.5
    beta_2 = 0.9
    early_stopping = False
    tol = 0.0
    n_iter_no_change = math.inf

    _task: ClassVar[Task] = ConditionsTask()
    _targets: Conditions
    classes_: NDArray = learned()
    input_shape_: Shape = learned()

    def __init__(
        self,
        generator_layer_sizes: Any = (128, 128),
        discriminator_layer_sizes: Any = (128, 128),
        *,
        latent_dim: Any = 16,
        objective: Any = "non_saturating",
        n_critic: Any = 1,
        generator_activation: Any = "relu",
        discriminator_activation: Any = "leaky_relu",
        output_activation: Any = "identity",
        generator_layers: Any = None,
        discriminator_layers: Any = None,
        input_shape: Any = None,
        gradient_penalty: Any = "auto",
        label_smoothing: Any = 0.0,
        instance_noise: Any = 0.0,
        averaging: Any = 0.999,
        solver: Any = "adam",
        generator_solver: Any = None,
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        generator_learning_rate_init: Any = None,
        alpha: Any = 0.0,
        batch_size: Any = "auto",
        max_iter: Any = 200,
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        dtype: Any = "auto",
        callbacks: Any = None,
    ) -> None:
        self.generator_layer_sizes = generator_layer_sizes
        self.discriminator_layer_sizes = discriminator_layer_sizes
        self.latent_dim = latent_dim
        self.objective = objective
        self.n_critic = n_critic
        self.generator_activation = generator_activation
        self.discriminator_activation = discriminator_activation
        self.output_activation = output_activation
        self.generator_layers = generator_layers
        self.discriminator_layers = discriminator_layers
        self.input_shape = input_shape
        self.gradient_penalty = gradient_penalty
        self.label_smoothing = label_smoothing
        self.instance_noise = instance_noise
        self.averaging = averaging
        self.solver = solver
        self.generator_solver = generator_solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.generator_learning_rate_init = generator_learning_rate_init
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.dtype = dtype
        self.callbacks = callbacks

    # -- training -------------------------------------------------------------------------

    @with_callbacks
    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> GAN:
        """Learn to generate rows like those of X.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
            float32 is kept, and all other numbers are converted to float64.
        y : array-like of shape (n_samples,), default=None
            Classes; rows of each class can then be generated.
        sample_weight : array-like of shape (n_samples,), default=None
            A weight of 2 counts the row twice, and a weight of 0 leaves it out.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For an invalid parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(Call.of_fit(self.warm_start, X, y, sample_weight))

    @with_callbacks
    def partial_fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, classes: Any = None
    ) -> GAN:
        """Train for one epoch on X, and continue where the last call ended.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), default=None
            Classes, either in every call or in none.
        sample_weight : array-like of shape (n_samples,), default=None
        classes : array-like, default=None
            All classes that will occur, for the first call; None takes those in `y`.

        Returns
        -------
        self : estimator
        """
        return self._train(Call.of_stream(X, y, sample_weight, classes=classes))

    # -- use --------------------------------------------------------------------------------

    def sample(
        self, n_samples: int = 1, y: Any = None, random_state: Any = None, conditions: Any = None
    ) -> Any:
        """Generate rows.

        Parameters
        ----------
        n_samples : int, default=1
        y : class or array-like of shape (n_samples,), default=None
            The class of all rows, or of each row. None draws classes with their frequencies in
            training.
        random_state : int, RandomState or None, default=None
            Seed of these rows, whatever the parameter of the estimator is; None draws other ones in
            every call.
        conditions : dict or frame, default=None
            Values of some columns of the frame that was passed to `fit`, by name: one for all rows,
            or one for each row. None makes the entry missing. Many more rows are generated, and
            rows are drawn from them by how probable the generator considers these values.

        Returns
        -------
        X : ndarray or frame of shape (n_samples, n_features)
            Of the kind of X in `fit`, with its names and dtypes.

        Raises
        ------
        ValueError
            If conditions name columns that are not in the frame, or levels that were never seen, or
            if X was an array.
        """
        self._check_fitted()
        rng, targets = generator_of_draws(n_samples, random_state), self._targets
        targets.check(y)
        n = int(n_samples)
        if conditions is None:
            return self._form.made(self._new_rows(n, y, rng))
        wanted = self._form.wanted(conditions, n)
        if not wanted.given:
            return self._form.made(self._new_rows(n, y, rng))
        rows = self._hardened(self._fitting(wanted, y, rng), rng)
        wanted.write(rows)
        return self._form.made(rows, wanted)

    def _new_rows(self, n: int, y: Any, rng: np.random.RandomState) -> NDArray:
        """Return a number of new rows of the matrix."""
        return self._hardened(self._generated(self._codes(n, y, rng), n, rng), rng)

    def _fitting(self, wanted: AskedRows, y: Any, rng: np.random.RandomState) -> NDArray:
        """Return rows that fit the request, chosen from many more."""
        m = int(np.clip(_POOL_FOR_ONE * wanted.n, _SMALLEST_POOL, max(_LARGEST_POOL, wanted.n)))
        codes = None if y is None else self._codes(wanted.n, y, rng)
        if codes is None:
            pool = self._generated(self._codes(m, None, rng), m, rng)
            return pool[wanted.pick(pool, None, rng)]
        pool_codes = np.resize(codes, m)
        pool = self._generated(pool_codes, m, rng)
        return pool[wanted.pick(pool, (codes, pool_codes), rng)]

    def _codes(self, n: int, y: Any, rng: np.random.RandomState) -> NDArray | None:
        """Return the codes of the classes of a number of rows, None without classes."""
        targets = self._targets
        if not len(targets):
            return None
        return targets.draw(n, rng) if y is None else targets.codes(y, n)

    def _generated(self, codes: NDArray | None, n: int, rng: np.random.RandomState) -> NDArray:
        """Return the output of the generator: numbers, and probabilities of choices."""
        made = np.empty((n, self._n_columns), self.network_.dtype)
        for begin in range(0, n, _DRAWN_ROWS):
            some = slice(begin, begin + _DRAWN_ROWS)
            made[some] = self._made_of(rng, len(made[some]), None if codes is None else codes[some])
        return made

    def _hardened(self, rows: NDArray, rng: np.random.RandomState) -> NDArray:
        """Return rows with choices drawn by their probabilities."""
        coder = self._form.coder
        return rows if coder is None else drawn(rows, coder.groups, rng)

    def _made_of(self, rng: np.random.RandomState, rows: int, codes: NDArray | None) -> NDArray:
        """Return a number of rows, of classes if there are any."""
        network, targets = self.network_, self._targets
        # Not `latent_dim`, which may have been set since.
        z = rng.standard_normal((rows, network.in_shape[0] - len(targets)))
        if codes is not None:
            z = np.hstack([z, targets.one_hot(codes, z.dtype)])
        return self._through(z, stop=gan_layers.first_of(network))

    def score_samples(self, X: Any, y: Any = None) -> NDArray:
        """Return the score of the discriminator for each row, high for real-looking rows.

        With "minimax" and "non_saturating" it is the logarithm of the odds that a row is from the
        data rather than from the generator. It is not a density.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), default=None
            Classes of the rows. Without them, a GAN trained with classes assigns each row to the
            class in which it looks most real.

        Returns
        -------
        scores : ndarray of shape (n_samples,)
        """
        return self._judged(X, y)[:, 0]

    def transform(self, X: Any, y: Any = None) -> NDArray:
        """Return the output of the last hidden layer of the discriminator for each row.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        y : array-like of shape (n_samples,), default=None
            As in :meth:`score_samples`.

        Returns
        -------
        features : ndarray of shape (n_samples, n_units)
        """
        return self._judged(X, y, stop=len(self._checked_network().layers) - 1)

    def score(self, X: Any, y: Any = None) -> float:
        """Return the share of rows that have a sample as close as their fifth neighbor.

        This is the coverage of Naeem et al. (2020), between 0 and 1. Higher is better: both bad
        samples and samples that are all alike lower it. As many samples as rows (2,000 at most) are
        drawn, with the `random_state` of the estimator.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        y : ignored
            The classes of the samples have their frequencies in training.

        Returns
        -------
        coverage : float
        """
        self._check_fitted()
        x, some = self._checked(X), slice(_SCORED_ROWS)
        # Rows whose distances are not finite are not near any other.
        computed(np.einsum, "ij,ij->i", x, x, dtype=np.float64)
        rng = check_random_state(self.random_state)
        samples = self._new_rows(len(x[some]), None, rng)
        limit = blas_threads(len(samples) ** 2 * x.shape[1])
        with limit, limit:
            return Surroundings(x[some]).coverage(samples)

    def _judged(self, X: Any, y: Any, stop: int | None = None) -> NDArray:
        """Return the output of some layers of the discriminator for rows."""
        network, targets, x = self._checked_network(), self._targets, self._checked(X)
        through = partial(self._through, x, start=gan_layers.first_of(network))
        targets.check(y)
        if not len(targets):
            return through(stop=stop)

        def told(codes: Any, stop: int | None = None) -> NDArray:
            every = np.broadcast_to(codes, len(x))
            return through(stop=stop, given=targets.one_hot(every, network.dtype))

        if y is not None:
            return told(targets.codes(y, len(x)), stop)
        scores = [told(code) for code in range(len(targets))]
        return told(np.hstack(scores).argmax(axis=1), stop)

    def _checked(self, X: Any) -> NDArray:
        return self._check_inputs(X)

    def _checked_network(self) -> Network:
        self._check_fitted()
        return self.network_

    @property
    def _n_features_out(self) -> int:
        return self.network_.plans[-2].out_shape[0]

    # -- hooks ------------------------------------------------------------------------------

    def _recipe(self) -> Recipe:
        gan_layers.check(self)
        return recipe_of(
            self,
            loss=SquaredError(),
            automatic_sizes=((math.inf, 128),),
            averages=bool(self.averaging),
            # There is no test of convergence.
            must_converge=False,
        )

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        if reset:
            self._learn_form(X, sample_weight)
        x = self._matrix(X, dtypes, reset, partial(read, self, X, dtypes, reset))
        rows = labeled(x, y, sample_weight)
        shape = row_shape(self.input_shape, rows.x.shape[1])
        if not reset and shape != self.input_shape_:
            raise ValueError(
                f"input_shape needs rows of shape {shape}, but training began with those of "
                f"shape {self.input_shape_}; restore it, or fit again with warm_start=False."
            )
        self.input_shape_ = shape
        return rows

    def _check_inputs(self, X: Any) -> Any:
        dtypes = [self.network_.dtype] if self._form.coder else [np.float64, np.float32]
        return self._matrix(X, dtypes, False, partial(read, self, X, dtypes, False))

    def _chain(self, n_raw: int) -> list[Layer]:
        return gan_layers.chain(self, self._n_columns, self.input_shape_, len(self._targets))

    def _build_network(self, state: FitState, in_shape: Shape) -> Network:
        network = super()._build_network(state, (int(self.latent_dim) + len(self._targets),))
        gan_layers.check_layers(self, network, self._n_columns)
        return network

    def _problem(self, state: FitState, network: Network, rows: int) -> Problem:
        return problem.duel_problem(self, state, network, rows)

    def _observers(self, state: FitState, network: Network) -> list[Callback]:
        return [*super()._observers(state, network), *problem.measures(self, state, network)]

    def _after_training(self, train: Rows) -> None:
        super()._after_training(train)
        owner = type(self).__name__
        output = resolve(Activation, self.output_activation, "output_activation", owner)
        self.out_activation_ = output.alias or repr(output)

    def __sklearn_tags__(self) -> Any:
        """Accept only dense rows."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = False
        return tags
