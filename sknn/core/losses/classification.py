"""Classification losses by their public names."""

from __future__ import annotations

from sknn.core import constraints
from sknn.core.losses.base import Loss
from sknn.core.losses.by_task import LossByTask
from sknn.core.losses.sigmoid import SigmoidCrossEntropy, SigmoidFocal
from sknn.core.losses.softmax import SoftmaxCrossEntropy, SoftmaxFocal


class LogLoss(LossByTask, alias="log_loss"):
    """Cross-entropy between the observed classes and the predicted probabilities.

    It is bound to :class:`SigmoidCrossEntropy` (two classes, labels) or
    :class:`SoftmaxCrossEntropy` (one of many).

    Parameters
    ----------
    label_smoothing : float, default=0.0
        Share of every target spread evenly over all classes (over both sides of a label).

    Examples
    --------
    >>> from sknn.losses import LogLoss
    >>> LogLoss(label_smoothing=0.1).bind("binary")
    SigmoidCrossEntropy(label_smoothing=0.1)
    """

    constraints = {"label_smoothing": constraints.real(0, 1, closed="left")}

    def __init__(self, label_smoothing: float = 0.0) -> None:
        self.label_smoothing = label_smoothing

    def bind(self, task: str) -> Loss:
        """Return the kernel for `task`."""
        kernel = SoftmaxCrossEntropy if task == "multiclass" else SigmoidCrossEntropy
        return kernel(label_smoothing=self.label_smoothing)


class Focal(LossByTask, alias="focal"):
    r"""Focal loss: cross-entropy in which rows that are already right count less.

    .. math:: l = -(1 - p_t)^\gamma \log p_t

    where :math:`p_t` is the probability of the observed class. It is bound to :class:`SigmoidFocal`
    (two classes, labels) or :class:`SoftmaxFocal` (one of many).

    Parameters
    ----------
    gamma : float, default=2.0
        How much rows that are already right count less; 0 gives cross-entropy.

    References
    ----------
    Lin, Goyal, Girshick, He & Dollar (2017), Focal loss for dense object detection. ICCV.

    Examples
    --------
    >>> from sknn.losses import Focal
    >>> Focal().bind("multiclass")
    SoftmaxFocal()
    """

    constraints = {"gamma": constraints.real(0, closed="left")}

    def __init__(self, gamma: float = 2.0) -> None:
        self.gamma = gamma

    def bind(self, task: str) -> Loss:
        """Return the kernel for `task`."""
        kernel = SoftmaxFocal if task == "multiclass" else SigmoidFocal
        return kernel(gamma=self.gamma)
