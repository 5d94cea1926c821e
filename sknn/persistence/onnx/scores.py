"""The raw scores of all members, and one network that is equivalent to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses import Loss
from sknn.estimators.targets.classification import (
    BinaryTargets,
    MulticlassTargets,
    MultilabelTargets,
    MultioutputTargets,
)
from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.graph import Graph, Tensor
from sknn.persistence.onnx.links import linked


@dataclass
class Scores:
    """The raw scores of all members, and their meaning.

    Attributes
    ----------
    members : list of Tensor of shape (rows, n_raw)
    loss : Loss
    n_raw : int
    shares : ndarray of shape (n_members,) or None
        How much each member counts; None means equally.
    """

    members: list[Tensor]
    loss: Loss
    n_raw: int
    shares: NDArray | None = None

    @property
    def graph(self) -> Graph:
        """The graph they are in."""
        return self.members[0].graph

    def cut(self, start: int, stop: int, loss: Loss) -> Scores:
        """Return some columns, with their own loss."""
        parts = [self.graph.slice(each, start, stop) for each in self.members]
        return replace(self, members=parts, loss=loss, n_raw=stop - start)

    def with_members(self, members: list[Tensor]) -> Scores:
        """Return the same of other members."""
        return replace(self, members=members, shares=None)

    def weights(self) -> NDArray:
        """Return how much each member counts, of the shape (members, 1, 1)."""
        n = len(self.members)
        shares = np.full(n, 1.0 / n) if self.shares is None else self.shares
        return np.asarray(shares, self.graph.dtype).reshape(-1, 1, 1)

    def mean(self, values: list[Tensor]) -> Tensor:
        """Return the mean of a quantity over members."""
        if len(values) == 1:
            return values[0]
        return self.graph.reduce("Sum", self.graph.stack(values) * self.weights(), 0)

    def mean_of_logs(self, values: list[Tensor]) -> Tensor:
        """Return the logarithm of the mean over members, given logarithms."""
        if len(values) == 1:
            return values[0]
        return formulas.mean_of_logs(self.graph.stack(values), self.weights())

    def linked(self) -> list[Tensor]:
        """Return the predictions of each member."""
        return [linked(self.loss, each, self.n_raw) for each in self.members]


def decision(targets: Any, scores: Scores) -> Tensor:
    """Return the scores by which classes are chosen, one column per raw score."""
    if len(scores.members) == 1:
        return scores.members[0]
    return pooled(targets, scores)


def pooled(targets: Any, scores: Scores) -> Tensor:
    """Return the raw scores of one network that predicts the mean of the members."""
    loss = scores.loss
    if loss.link_name == "exp":
        return scores.mean_of_logs(scores.members)
    pool = _POOLS.get(type(targets))
    if pool is None or not loss.has_probabilities:
        return scores.mean(scores.members)
    return pool(targets, scores)


def _pool_labels(targets: Any, scores: Scores) -> Tensor:
    log_sigmoid, members = formulas.log_sigmoid, scores.members
    right = scores.mean_of_logs([log_sigmoid(each) for each in members])
    return right - scores.mean_of_logs([log_sigmoid(-each) for each in members])


def _pool_classes(targets: MulticlassTargets, scores: Scores) -> Tensor:
    return scores.mean_of_logs([formulas.log_softmax(each) for each in scores.members])


def _pool_outputs(targets: MultioutputTargets, scores: Scores) -> Tensor:
    blocks = outputs_of(targets, scores)
    return scores.graph.concat([pooled(part, own) for part, own in blocks], axis=-1)


_POOLS: dict[type, Any] = {
    BinaryTargets: _pool_labels,
    MulticlassTargets: _pool_classes,
    MultilabelTargets: _pool_labels,
    MultioutputTargets: _pool_outputs,
}


def outputs_of(
    targets: MultioutputTargets, scores: Scores
) -> list[tuple[MulticlassTargets, Scores]]:
    """Return the tasks learned together, each with its own scores."""
    loss: Any = scores.loss
    cuts = zip(targets.parts, loss.blocks(), loss.losses, strict=True)
    return [(part, scores.cut(block.start, block.stop, own)) for part, block, own in cuts]
