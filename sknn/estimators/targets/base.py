"""Convert the y of users to targets of losses, and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.special import logsumexp

from sknn.core.losses.base import Loss
from sknn.core.network import Network


class Targets(ABC):
    """One kind of task: how its y is encoded and how raw scores become predictions.

    Attributes
    ----------
    task : str
        The kind of target that the loss is bound to.
    n_outputs : int
        Raw scores of a loss that has one per output.
    """

    task: ClassVar[str]
    n_outputs: int
    scale: float = 1.0
    """Divisor of the numbers of X in training; only autoencoders have a scale."""
    answers: float = 1.0
    """Predictions per row, on average; more than one if every step of a sequence has its own."""

    @abstractmethod
    def encode(self, y: Any, dtype: np.dtype) -> Any:
        """Return codes (n,) or a matrix (n, n_outputs) for the loss."""

    @abstractmethod
    def predict(self, raw: NDArray, loss: Loss) -> Any:
        """Return predictions in the user's terms; `raw` may have a leading axis of members."""

    def pool(self, raw: NDArray, loss: Loss, share: NDArray | None = None) -> NDArray:
        """Return raw scores (n, n_raw) equivalent to the mean prediction of all members.

        Parameters
        ----------
        raw : ndarray of shape (n_members, n, n_raw)
        loss : Loss
        share : ndarray of shape (n_members,), default=None
            Weight of each member; the sum is 1. None: all the same.
        """
        if loss.link_name != "exp":
            return np.average(raw, axis=0, weights=share).astype(raw.dtype)
        share = np.full(len(raw), 1.0 / len(raw)) if share is None else share
        return logsumexp(raw, axis=0, b=share[:, None, None]).astype(raw.dtype)

    def bind(self, loss: Loss) -> Loss:
        """Return the loss for this task."""
        if not loss.tasks:
            raise ValueError(
                f"The class {type(loss).__name__} does not say which tasks it is for; add to it "
                f'tasks = {{"{self.task}"}}, or more of binary, multiclass, multilabel, regression.'
            )
        if self.task not in loss.tasks:
            raise ValueError(
                f"The loss {loss!r} does not support a {self.task} target; choose one that does."
            )
        return loss.bind(self.task)

    def kernel(self, loss: Loss, in_shape: tuple[int, ...]) -> Any:
        """Return the objective of training, for rows of some shape."""
        return loss

    def answers_of(self, y: Any) -> Any:
        """Return the targets in y one after the other, in the user's terms."""
        return y

    def listed(self, target: Any) -> Any:
        """Return encoded targets one after the other, as the loss takes them."""
        return target

    def check_domain(self, loss: Loss, target: Any) -> None:
        """Raise if the loss cannot measure the encoded targets."""
        if isinstance(target, np.ndarray):
            loss.check_target(target)

    def constant_optimum(self, loss: Loss, target: Any, weight: NDArray | None) -> NDArray:
        """Return the raw scores of the best constant prediction."""
        if sp.issparse(target):
            target = _label_shares(target, weight)
            weight = None if weight is None else np.array([weight.sum()])
        best = np.asarray(loss.constant_optimum(target, weight, self.n_outputs))
        wanted = (loss.n_raw(self.n_outputs),)
        if best.shape != wanted or best.dtype.kind not in "fiu" or not np.isfinite(best).all():
            raise ValueError(
                f"{type(loss).__name__}.constant_optimum must return finite numbers of shape "
                f"{wanted}, one per raw score; it returned {best!r}."
            )
        return best

    def start(self, network: Network, loss: Loss, target: Any, weight: NDArray | None) -> None:
        """Let new output units start at the best constant prediction."""
        network.params[-1]["b"][...] = self.constant_optimum(loss, target, weight)

    @abstractmethod
    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Return accuracy or R2 against encoded targets; `weight` has the shape (n,)."""

    def scores(
        self, raws: Sequence[NDArray] | NDArray, loss: Loss, target: Any, weight: NDArray | None
    ) -> list[float]:
        """Return the score of every member separately."""
        return [self.score(raw, loss, target, weight) for raw in raws]

    def strata(self, target: Any, rows: NDArray | None) -> NDArray | None:
        """Return groups whose shares a validation split of `rows` keeps; None for no groups."""
        return None

    @property
    def rescales(self) -> bool:
        """Whether training and the user have different units."""
        return False

    def resolved(self, dtype: np.dtype) -> bool:
        """Whether numbers of this precision can distinguish the values of y."""
        return True

    def vanishes(self, dtype: np.dtype) -> bool:
        """Whether numbers of that precision are zero, or close to it, although y is not."""
        return False

    def exceeds(self, y: Any, rows: NDArray | None, dtype: np.dtype) -> bool:
        """Whether y is too large for that precision in some rows; None: in all."""
        return False

    def to_user_units(self, network: Network, loss: Loss) -> None:  # noqa: B027
        """Bring the last layer from the units of training to those of the user, in place."""

    def to_training_units(self, network: Network, loss: Loss) -> None:  # noqa: B027
        """Undo :meth:`to_user_units`, up to rounding."""

    def adopt(self, network: Network, loss: Loss, copied: Collection[str]) -> None:
        """Bring layers that were copied in the units of the user to those of training."""
        if network.names[-1] in copied:
            self.to_training_units(network, loss)


def _label_shares(target: Any, weight: NDArray | None) -> NDArray:
    """Return one row with the weighted share of each label, which is enough for a constant."""
    weight = np.ones(target.shape[0]) if weight is None else weight
    return ((target.T @ weight) / weight.sum())[None, :]


def mean_prediction(raw: NDArray, loss: Loss) -> NDArray:
    """Return the link of `raw`, averaged over members if there are several."""
    linked = loss.link(raw.copy())
    return linked.mean(axis=0) if linked.ndim == 3 else linked


class NoTargets(Targets):
    """Rows without targets: nothing is encoded and nothing is predicted."""

    task = "none"
    n_outputs = 0

    def bind(self, loss: Loss) -> Loss:
        """Return the loss as it is."""
        return loss

    def encode(self, y: Any, dtype: np.dtype) -> None:
        """Return None: there is nothing to encode."""

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return the raw scores."""
        return raw

    def score(self, raw: NDArray, loss: Loss, target: Any, weight: NDArray | None) -> float:
        """Do nothing: there is nothing to compare with."""
        return float("nan")

    def start(self, network: Network, loss: Loss, target: Any, weight: NDArray | None) -> None:
        """Leave initial biases to the family."""


def last_layer(network: Network) -> tuple[NDArray, NDArray]:
    """Return weights and bias of the output layer."""
    return network.params[-1]["W"], network.params[-1]["b"]
