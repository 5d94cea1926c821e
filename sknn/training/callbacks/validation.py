"""Loss and score of the validation rows, after every epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.core.row_order import in_order
from sknn.training.callbacks.base import Callback, Phase, Progress

# Sparse targets are made dense in slabs of about this many numbers.
_SLAB_NUMBERS = 1 << 20


def mean_loss(
    network: Network, loss: Loss, raw: NDArray, target: Any, weight: NDArray | None
) -> float:
    """Return the weighted mean loss of raw scores, without penalty; with members, their mean.

    Parameters
    ----------
    weight : ndarray of shape (n, 1) or None
    """
    return float(np.mean(mean_losses(network, loss, raw, target, weight)))


def mean_losses(
    network: Network, loss: Loss, raw: NDArray, target: Any, weight: NDArray | None
) -> Any:
    """Return the weighted mean loss of raw scores, separately for every member."""
    target = in_order(target) if isinstance(target, np.ndarray) else target.toarray()
    scratch = network.scratch(loss.scratch(raw.shape[-1]), target.shape[0], train=True)
    total = loss.total(target, weight)
    counts = 1.0 / total if weight is None else weight / weight.dtype.type(total)
    return loss.value_and_grad(raw, target, counts, np.empty_like(raw), scratch)


class Validate(Callback):
    """Measures loss and score of every member on the validation rows after every epoch.

    Parameters
    ----------
    loss : Loss
    x, target, weight : validation rows, encoded as the training rows are
    score : callable
        Maps raw scores and the slice of the rows they belong to to the validation score.
    scores : callable
        Does so for a sequence of raw scores, and returns a list.
    judge : callable or None
        Maps the network and the validation score to further figures to record, a dict of float.

    Notes
    -----
    Sparse targets are made dense slab by slab; loss and score are then means over the slabs.
    """

    phase = Phase.MEASURE

    def __init__(
        self,
        loss: Loss,
        x: Any,
        target: Any,
        weight: NDArray | None,
        score: Callable[[NDArray, slice], float],
        scores: Callable[[Sequence[NDArray] | NDArray, slice], list[float]],
        judge: Callable[[Network, float], dict[str, float]] | None,
    ) -> None:
        self.loss = loss
        self.x = x
        self.target = target
        self.weight = weight
        self.score = score
        self.scores = scores
        self.judge = judge
        self.slabs, self.shares = _slabs(target, weight)

    def on_epoch_end(self, progress: Progress) -> None:
        """Add the figures to the row of the epoch."""
        network = progress.candidate
        trained = np.flatnonzero(progress.active)
        # Each alone, so that the results of a member do not depend on the others.
        members = [network.member(int(m)) for m in trained]
        pieces = [self._measure(members, slab) for slab in self.slabs]
        losses, scores, score = (
            np.average(np.stack(figures), axis=0, weights=self.shares)
            for figures in zip(*pieces, strict=True)
        )
        figures: dict[str, list[float]] = {"validation_loss": losses.tolist()}
        if self.judge is not None and math.isfinite(losses.sum()):
            judged = map(self.judge, members, scores.tolist())
            for each in judged:
                for name, value in each.items():
                    figures.setdefault(name, []).append(value)
        for name, found in figures.items():
            values = np.full(network.n_members, np.nan)
            values[trained] = found
            progress.record(name, values.reshape(network.lead))
        progress.row["validation_score"] = float(score)

    def rows(self, slab: slice) -> tuple[Any, Any, NDArray | None]:
        """Return x, target, and weight of one of the pieces."""
        parts = (self.x, self.target, self.weight)
        if len(self.slabs) > 1:
            parts = tuple(None if part is None else part[slab] for part in parts)  # type: ignore[assignment]
        return parts

    def _measure(
        self, members: list[Network], slab: slice
    ) -> tuple[list[float], list[float], float]:
        """Return losses and scores of members on some rows, and their joint score."""
        x, target, weight = self.rows(slab)
        raws = [network.predict(x) for network in members]
        pairs = zip(members, raws, strict=True)
        losses = [mean_loss(network, self.loss, raw, target, weight) for network, raw in pairs]
        if not math.isfinite(sum(losses)):
            return losses, [math.nan] * len(losses), math.nan
        scores = self.scores(raws, slab)
        return losses, scores, scores[0] if len(raws) == 1 else self.score(np.stack(raws), slab)


def _slabs(target: Any, weight: NDArray | None) -> tuple[list[slice], list[float]]:
    """Return the slices of rows to measure, and their weights, without those of weight zero.

    Not all scores of dense targets are means over the rows.
    """
    n = target.shape[0]
    rows = n if isinstance(target, np.ndarray) else max(1, _SLAB_NUMBERS // target.shape[1])
    pieces = [slice(start, min(start + rows, n)) for start in range(0, n, rows)]
    shares = [float(p.stop - p.start if weight is None else weight[p].sum()) for p in pieces]
    heavy = [i for i, share in enumerate(shares) if share > 0]
    return [pieces[i] for i in heavy], [shares[i] for i in heavy]
