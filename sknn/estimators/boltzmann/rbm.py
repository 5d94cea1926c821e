"""The restricted Boltzmann machines: signatures, docstrings, and visible units."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.losses.optimum import column_means, label_log_odds
from sknn.estimators.boltzmann.base import BoltzmannMachine
from sknn.training.warnings import users_level


class BernoulliRBM(BoltzmannMachine):
    r"""Restricted Boltzmann machine with visible units in [0, 1].

    A model of the distribution of X, with visible units v and hidden units h that are zero or one.
    Weights connect visible with hidden units, but not units of the same kind. The energy is

    .. math:: E(v, h) = -a \cdot v - b \cdot h - v W h, \qquad p(v, h) = e^{-E(v, h)} / Z

    It has the parameters, methods, and attributes of :class:`sklearn.neural_network.BernoulliRBM`,
    and more. The differences: rows are shuffled again in every epoch, the visible biases start at
    the log-odds of the means, and :meth:`score_samples` is exact.

    Parameters
    ----------
    n_components : int, default=256
        Number of hidden units.
    learning_rate : float, default=0.1
        Learning rate.
    batch_size : int, default=10
        Rows in a batch, and number of persistent chains.
    n_iter : int, default=10
        Epochs in one call to `fit`. Convergence is not tested.
    verbose : bool or int, default=0
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left. The line shows the mean log-pseudo-likelihood of up to 256 training rows.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the order of rows, and sampling.
    n_gibbs : int, default=1
        Steps of Gibbs sampling between two updates, the k of CD-k.
    persistent : bool, default=True
        Continue the chains of the last batch (stochastic maximum likelihood [2]_), or start them
        from the rows of each batch (contrastive divergence [1]_).
    momentum : float, default=0.0
        Share of the last step that is added to the next step.
    weight_decay : float, default=0.0
        Decoupled weight decay per update, multiplied by the learning rate.
    sparsity_target : float in (0, 1), default=None
        How often a hidden unit should be on; None sets no target.
    sparsity_weight : float, default=0.1
        Strength of the pull toward sparsity. It multiplies the gradient of the cross-entropy
        between the target and the mean activity, which is a running mean over about twenty batches
        ([3]_, section 11).
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        Weights. The array shares the memory of the network, so setting it changes the network.
    intercept_hidden_ : ndarray of shape (n_components,)
        Biases b of the hidden units.
    intercept_visible_ : ndarray of shape (n_features,)
        Biases a of the visible units.
    h_samples_ : ndarray of shape (batch_size, n_components)
        Hidden states of the persistent chains.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss (the reconstruction error of up to 256 training
        rows, the mean of (v - reconstruction)^2), learning_rate, seconds, gradient_norm; with
        validation rows also validation_loss, free_energy (of as many training rows), and
        validation_free_energy. A growing gap between the free energies shows overfitting.
    n_iter_ : int
        Number of epochs of the last call.
    stop_reason_ : str or None
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    See Also
    --------
    GaussianRBM : The same for real numbers.
    DBNClassifier : A classifier that starts from a stack of these.

    Notes
    -----
    Numbers between 0 and 1 count as probabilities. For X outside [0, 1], `fit` warns, because such
    values have no meaning in a model of zeros and ones.

    References
    ----------
    .. [1] Hinton (2002), "Training products of experts by minimizing contrastive divergence",
       Neural Computation 14.
    .. [2] Tieleman (2008), "Training restricted Boltzmann machines using approximations to the
       likelihood gradient", ICML.
    .. [3] Hinton (2010), "A practical guide to training restricted Boltzmann machines", UTML TR
       2010-003.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import BernoulliRBM
    >>> X = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    >>> rbm = BernoulliRBM(n_components=2, n_iter=100, random_state=0).fit(X)
    >>> rbm.transform(X).shape
    (4, 2)
    >>> rbm.log_likelihood(X).shape
    (4,)
    """

    _visible = "bernoulli"

    def __init__(
        self,
        n_components: Any = 256,
        *,
        learning_rate: Any = 0.1,
        batch_size: Any = 10,
        n_iter: Any = 10,
        verbose: Any = 0,
        random_state: Any = None,
        n_gibbs: Any = 1,
        persistent: Any = True,
        momentum: Any = 0.0,
        weight_decay: Any = 0.0,
        sparsity_target: Any = None,
        sparsity_weight: Any = 0.1,
        warm_start: Any = False,
        callbacks: Any = None,
    ) -> None:
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.verbose = verbose
        self.random_state = random_state
        self.n_gibbs = n_gibbs
        self.persistent = persistent
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.sparsity_target = sparsity_target
        self.sparsity_weight = sparsity_weight
        self.warm_start = warm_start
        self.callbacks = callbacks

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        rows = super()._check_rows(X, y, sample_weight, dtypes, reset)
        values = rows.x if isinstance(rows.x, np.ndarray) else rows.x.data
        if values.size and (values.min() < 0 or values.max() > 1):
            warnings.warn(
                f"X has values from {values.min():g} to {values.max():g}, but BernoulliRBM models "
                "probabilities in [0, 1]. Scale X (for example with MinMaxScaler), or use "
                "GaussianRBM for real numbers.",
                stacklevel=users_level(),
            )
        return rows

    def _visible_start(self, x: Any, weight: NDArray | None) -> NDArray:
        """Return the log-odds of the means, finite even if a feature is always off or on."""
        means = np.clip(column_means(x, weight), 0.0, 1.0)
        return label_log_odds(means[None], None, 0.0)


class GaussianRBM(BoltzmannMachine):
    r"""Restricted Boltzmann machine with real-valued visible units of variance 1.

    .. math:: E(v, h) = \tfrac12 \lVert v - a \rVert^2 - b \cdot h - v W h

    Given h, v is normal with mean :math:`a + W h` and variance 1. X must have about that variance,
    so standardize it first, for example with :class:`sklearn.preprocessing.StandardScaler`. The
    methods are those of :class:`BernoulliRBM`.

    Parameters
    ----------
    n_components : int, default=256
        Number of hidden units.
    learning_rate : float, default=0.01
        Learning rate. Real-valued units need a tenth of the rate of binary units.
    batch_size : int, default=10
        Rows in a batch, and number of persistent chains.
    n_iter : int, default=10
        Epochs in one call to `fit`. Convergence is not tested.
    verbose : bool or int, default=0
        Print one line per epoch: its number and the total number, losses, score, learning rate, and
        the time left. The line shows the mean log-pseudo-likelihood of up to 256 training rows.
    random_state : int, RandomState or None, default=None
        Seed of the initial weights, the order of rows, and sampling.
    n_gibbs : int, default=1
        Steps of Gibbs sampling between two updates, the k of CD-k.
    persistent : bool, default=True
        Continue the chains of the last batch (stochastic maximum likelihood [2]_), or start them
        from the rows of each batch (contrastive divergence [1]_).
    momentum : float, default=0.0
        Share of the last step that is added to the next step.
    weight_decay : float, default=0.0
        Decoupled weight decay per update, multiplied by the learning rate.
    sparsity_target : float in (0, 1), default=None
        How often a hidden unit should be on; None sets no target.
    sparsity_weight : float, default=0.1
        Strength of the pull toward sparsity. It multiplies the gradient of the cross-entropy
        between the target and the mean activity, which is a running mean over about twenty batches
        ([3]_, section 11).
    warm_start : bool, default=False
        Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs
        followed by n - k.
    callbacks : list of Callback, default=None
        Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.

    Attributes
    ----------
    components_ : ndarray of shape (n_components, n_features)
        Weights. The array shares the memory of the network, so setting it changes the network.
    intercept_hidden_ : ndarray of shape (n_components,)
        Biases b of the hidden units.
    intercept_visible_ : ndarray of shape (n_features,)
        Biases a of the visible units.
    h_samples_ : ndarray of shape (batch_size, n_components)
        Hidden states of the persistent chains.
    history_ : dict of ndarray
        One entry per epoch of each of: epoch, loss (the reconstruction error of up to 256 training
        rows, the mean of (v - reconstruction)^2), learning_rate, seconds, gradient_norm; with
        validation rows also validation_loss, free_energy (of as many training rows), and
        validation_free_energy. A growing gap between the free energies shows overfitting.
    n_iter_ : int
        Number of epochs of the last call.
    stop_reason_ : str or None
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    See Also
    --------
    BernoulliRBM : The same for zeros and ones, or probabilities.

    Notes
    -----
    The variance is fixed at 1, although the residual variance of standardized data is lower. A
    model that learns the variance could fit better, but seldom trains well [3]_.
    :meth:`score_samples` normalizes each conditional density on a grid, at about thirty times the
    cost of the Bernoulli machine.

    References
    ----------
    .. [1] Hinton (2002), "Training products of experts by minimizing contrastive divergence",
       Neural Computation 14.
    .. [2] Tieleman (2008), "Training restricted Boltzmann machines using approximations to the
       likelihood gradient", ICML.
    .. [3] Hinton (2010), "A practical guide to training restricted Boltzmann machines", UTML TR
       2010-003.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sknn import GaussianRBM
    >>> X = StandardScaler().fit_transform(load_iris().data)
    >>> rbm = GaussianRBM(n_components=8, random_state=0).fit(X)
    >>> rbm.sample(3).shape
    (3, 4)
    """

    _visible = "gaussian"

    def __init__(
        self,
        n_components: Any = 256,
        *,
        learning_rate: Any = 0.01,
        batch_size: Any = 10,
        n_iter: Any = 10,
        verbose: Any = 0,
        random_state: Any = None,
        n_gibbs: Any = 1,
        persistent: Any = True,
        momentum: Any = 0.0,
        weight_decay: Any = 0.0,
        sparsity_target: Any = None,
        sparsity_weight: Any = 0.1,
        warm_start: Any = False,
        callbacks: Any = None,
    ) -> None:
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.verbose = verbose
        self.random_state = random_state
        self.n_gibbs = n_gibbs
        self.persistent = persistent
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.sparsity_target = sparsity_target
        self.sparsity_weight = sparsity_weight
        self.warm_start = warm_start
        self.callbacks = callbacks

    def _visible_start(self, x: Any, weight: NDArray | None) -> NDArray:
        """Return the means."""
        return column_means(x, weight)
