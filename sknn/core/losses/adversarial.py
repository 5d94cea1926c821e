"""Losses of generators and discriminators."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.spec import Spec

Judged = tuple[NDArray, NDArray]
"""The loss of every row, and its derivative by the score of the row."""


def _softplus(a: NDArray) -> NDArray:
    """Return log(1 + exp(a)) without overflow."""
    return np.logaddexp(a.dtype.type(0), a)


def _logistic(a: NDArray) -> NDArray:
    return 0.5 * np.tanh(0.5 * a) + 0.5


def _square(a: NDArray, aim: float) -> Judged:
    miss = a - aim
    return 0.5 * miss * miss, miss


class Adversarial(Spec, family=True):
    """Base class of losses of GANs: of generator and discriminator, given raw scores.

    The discriminator gives every row an unbounded score. It aims at high scores for rows of the
    data and low scores for generated rows; the generator aims at high scores for its rows. Each
    method returns the loss of every row and its derivative.
    """

    penalty: ClassVar[float] = 0.0
    """Default strength of the gradient penalty."""
    slope: ClassVar[float] = 0.0
    """Length the penalty pulls the gradient of the score by the row to."""
    between: ClassVar[bool] = False
    """The penalty is at points between rows of the data and generated rows, not at the former."""
    has_targets: ClassVar[bool] = True
    """There is a score for rows of the data to aim at, so that it can be smoothed."""

    @abstractmethod
    def real(self, a: NDArray, smoothing: float = 0.0) -> Judged:
        """Return the loss of the discriminator for scores of rows of the data.

        Parameters
        ----------
        a : ndarray of shape (rows, 1)
        smoothing : float in [0, 1), default=0.0
            How far the target is moved from 1 toward 0.
        """

    @abstractmethod
    def fake(self, a: NDArray) -> Judged:
        """Return the loss of the discriminator for scores of generated rows."""

    @abstractmethod
    def generator(self, a: NDArray) -> Judged:
        """Return the loss of the generator for scores of its rows."""


class _CrossEntropy(Adversarial):
    """The score is the logarithm of the odds that a row is of the data."""

    def real(self, a: NDArray, smoothing: float = 0.0) -> Judged:
        """Return the cross-entropy with target 1, or the smoothed target."""
        return _softplus(-a) + smoothing * a, _logistic(a) - (1.0 - smoothing)

    def fake(self, a: NDArray) -> Judged:
        """Return the cross-entropy against 0."""
        return _softplus(a), _logistic(a)


class Minimax(_CrossEntropy, alias="minimax"):
    r"""Original (minimax) GAN [1]_: what one network gains, the other loses.

    With :math:`D = \sigma(a)` the discriminator minimizes
    :math:`-\log D(x) - \log(1 - D(G(z)))`, the generator :math:`\log(1 - D(G(z)))`. The latter is
    flat where the discriminator is certain, as at the beginning.

    References
    ----------
    .. [1] Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.losses import Minimax
    >>> loss, slope = Minimax().generator(np.array([[-10.0], [0.0]]))
    >>> slope.round(4).ravel()
    array([-0. , -0.5])
    """

    def generator(self, a: NDArray) -> Judged:
        """Return log(1 - D)."""
        return -_softplus(a), -_logistic(a)


class NonSaturating(_CrossEntropy, alias="non_saturating"):
    r"""Non-saturating GAN: the generator minimizes :math:`-\log D(G(z))` [1]_.

    The discriminator minimizes the same as in :class:`Minimax`. The fixed point is the same, but
    the generator also has a slope where the discriminator is certain.

    References
    ----------
    .. [1] Goodfellow et al. (2014), "Generative adversarial nets", NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.losses import NonSaturating
    >>> loss, slope = NonSaturating().generator(np.array([[-10.0], [0.0]]))
    >>> slope.round(4).ravel()
    array([-1. , -0.5])
    """

    def generator(self, a: NDArray) -> Judged:
        """Return -log D."""
        return self.real(a)


class LeastSquares(Adversarial, alias="least_squares"):
    r"""Least-squares GAN: scores aim at 1 for rows of the data, at 0 for generated rows [1]_.

    The discriminator minimizes :math:`\tfrac12 (a(x) - 1)^2 + \tfrac12 a(G(z))^2`, the generator
    :math:`\tfrac12 (a(G(z)) - 1)^2`: generated rows far on the right side are pulled back, too.

    References
    ----------
    .. [1] Mao et al. (2017), "Least squares generative adversarial networks", ICCV.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.losses import LeastSquares
    >>> loss, slope = LeastSquares().real(np.array([[0.0], [1.0]]))
    >>> loss.ravel(), slope.ravel()
    (array([0.5, 0. ]), array([-1.,  0.]))
    """

    def real(self, a: NDArray, smoothing: float = 0.0) -> Judged:
        """Return half the squared distance from 1, or from less with smoothing."""
        return _square(a, 1.0 - smoothing)

    def fake(self, a: NDArray) -> Judged:
        """Return half the squared distance from 0."""
        return _square(a, 0.0)

    def generator(self, a: NDArray) -> Judged:
        """Return half the squared distance from 1."""
        return _square(a, 1.0)


class Wasserstein(Adversarial, alias="wasserstein_gp"):
    r"""Wasserstein GAN: the difference of mean scores [1]_, with a gradient penalty [2]_.

    The discriminator, here called critic, minimizes :math:`a(G(z)) - a(x)` plus
    :math:`\lambda (\lVert \nabla a(\hat x) \rVert - 1)^2` at points :math:`\hat x` drawn between
    rows of the data and generated rows. For a critic of slope 1, the difference of the means is the
    distance by which the mass of the generated rows must be moved to become that of the data.

    References
    ----------
    .. [1] Arjovsky, Chintala & Bottou (2017), "Wasserstein generative adversarial networks", ICML.
    .. [2] Gulrajani et al. (2017), "Improved training of Wasserstein GANs", NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.losses import Wasserstein
    >>> loss, slope = Wasserstein().fake(np.array([[3.0]]))
    >>> float(loss[0, 0]), float(slope[0, 0])
    (3.0, 1.0)
    """

    penalty = 10.0
    slope = 1.0
    between = True
    has_targets = False

    def real(self, a: NDArray, smoothing: float = 0.0) -> Judged:
        """Return minus the score."""
        return -a, np.full_like(a, -1.0)

    def fake(self, a: NDArray) -> Judged:
        """Return the score."""
        return a, np.ones_like(a)

    def generator(self, a: NDArray) -> Judged:
        """Return minus the score."""
        return self.real(a)
