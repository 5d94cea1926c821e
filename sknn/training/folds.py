"""Members that learn from different rows, and their predictions for the rows they did not see."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.network import Network
from sknn.training.batches import Batch
from sknn.training.callbacks import Callback, Phase, Progress

# Noisy data is learned in the first epochs. Whether an epoch is judged must depend on its number
# alone, or training in one call would differ from training in two.
_EARLY = 40
# Bytes that the weights of all epochs may take, and epochs that are kept in any case.
_BYTES = 1 << 29
_FEWEST = 12
# Predictions that are compared at a time, so that copies of them stay small.
_PIECE = 1 << 20
# Time of choosing among the epochs and calibrating, in units of judging one of them.
_TO_CALIBRATE, _TO_COMPARE = 12.0, 0.75
# Rows that a member is judged by at a time, for the same reason.
_ROWS = 1 << 13


class FoldBatches:
    """Training rows of several members, each with its own rows.

    The batches of a pass have the same size, up to one row: a last batch of a few rows would make a
    noisy step. A member with more rows than another leaves out the extra number in each pass,
    different ones every time.

    Parameters
    ----------
    x : ndarray of shape (n, ...)
    target : ndarray of shape (n,) or (n, k), or CSR of shape (n, k)
    weight : ndarray of shape (n, 1) or None
    rows : sequence of ndarray of int
        For each member the rows it learns from.
    member : int or None
        The member whose batches are needed, without an axis of members; None: those of all.
    """

    def __init__(
        self,
        x: NDArray,
        target: Any,
        weight: NDArray | None,
        rows: Sequence[NDArray],
        member: int | None = None,
    ) -> None:
        target = target if isinstance(target, np.ndarray) else target.toarray()
        self.columns = (x, target, weight)
        self.rows = rows
        self.member = member
        self.n_rows = min(len(each) for each in rows)
        self.buffers: dict[int, NDArray] = {}

    def count(self, size: int) -> int:
        """Return the number of batches of one pass, of `size` rows or a few more."""
        return max(1, self.n_rows // size)

    def epoch(self, size: int, rng: np.random.Generator | None) -> Iterator[Batch]:
        """Yield the batches of one pass; their arrays have a leading axis of members.

        Parameters
        ----------
        size : int
            Smallest number of rows of a batch, for each member.
        rng : Generator or None
            Draws the orders, even those of members that are not needed; None keeps the order of the
            rows.
        """
        order = self._order(rng)
        ends = np.linspace(0, self.n_rows, self.count(size) + 1).round().astype(int)
        for start, stop in zip(ends[:-1], ends[1:], strict=True):
            where = order[..., start:stop]
            target, weight = (_taken(column, where) for column in self.columns[1:])
            yield self._rows_of_x(where), target, weight

    def _order(self, rng: np.random.Generator | None) -> NDArray:
        drawn = (each if rng is None else rng.permutation(each) for each in self.rows)
        orders = [each[: self.n_rows] for m, each in enumerate(drawn) if self.member in (None, m)]
        return np.stack(orders) if self.member is None else orders[0]

    def _rows_of_x(self, where: NDArray) -> NDArray:
        """Gather into a reused buffer; batches come in two sizes."""
        x, rows = self.columns[0], where.shape[-1]
        assert x is not None
        if rows not in self.buffers:
            self.buffers[rows] = np.empty((*where.shape, *x.shape[1:]), x.dtype)
        return x.take(where, axis=0, out=self.buffers[rows], mode="clip")


def _taken(column: NDArray | None, where: NDArray) -> NDArray | None:
    return None if column is None else column[where]


@dataclass(frozen=True)
class Folds:
    """Which rows each member learns from, and which it is judged by.

    Attributes
    ----------
    train, held_out : list of ndarray of int
        One per member, sorted. Members come in groups: those of a group hold out different folds.
    judged : ndarray of int
        The rows that one member of every group holds out, sorted.
    n_groups : int
    """

    train: list[NDArray]
    held_out: list[NDArray]
    judged: NDArray
    n_groups: int

    @classmethod
    def deal(
        cls, rows: NDArray, order: NDArray, n_members: int, n_splits: int, rng: np.random.Generator
    ) -> Folds:
        """Assign rows to similar folds.

        Parameters
        ----------
        rows : ndarray of int
        order : ndarray of shape (len(rows),)
            Values by which the folds are stratified: codes of classes, or a real target. Of
            `n_splits` neighbors in this order, each goes to another fold.
        n_members : int
            A multiple of `n_splits`, or fewer.
        n_splits : int
        rng : Generator
        """
        shuffled = rng.permutation(len(rows))
        ranked = shuffled[np.argsort(order[shuffled], kind="stable")]
        n_blocks = -(-len(rows) // n_splits)
        dealt = rng.permuted(np.tile(np.arange(n_splits), (n_blocks, 1)), axis=1).ravel()
        fold = np.empty(len(rows), np.intp)
        fold[ranked] = dealt[: len(rows)]
        of_member = [m % n_splits for m in range(n_members)]
        covered = np.isin(fold, of_member)
        return cls(
            [rows[fold != each] for each in of_member],
            [rows[fold == each] for each in of_member],
            rows[covered],
            -(-n_members // n_splits),
        )

    @property
    def n_members(self) -> int:
        """Number of members."""
        return len(self.train)

    def of(self, member: int) -> tuple[NDArray, NDArray]:
        """Return the rows a member learns from, and those it is judged by."""
        return self.train[member], self.held_out[member]

    def group(self, members: NDArray, index: int) -> NDArray:
        """Return the part of an array with one entry per member that belongs to a group."""
        in_group = -(-len(members) // self.n_groups)
        return members[index * in_group : (index + 1) * in_group]

    def held_out_scores(self, network: Network, x: NDArray) -> NDArray:
        """Return the raw scores of the judged rows by the members that did not see them.

        Returns
        -------
        raw : ndarray of shape (n_groups, len(judged), n_raw)
        """
        members = range(self.n_members)
        return self.gathered(self.own_scores(m, network.member(m), x) for m in members)

    def own_scores(self, member: int, network: Network, x: NDArray) -> NDArray:
        """Return the raw scores of the rows that one member holds out, by its network.

        They are predicted some at a time, because a copy of all of them may be as large as x.
        """
        rows = self.held_out[member]
        starts = range(0, max(len(rows), 1), _ROWS)
        return np.concatenate([network.predict(x[rows[start : start + _ROWS]]) for start in starts])

    def gathered(self, scores: Iterable[NDArray]) -> NDArray:
        """Return the raw scores (n_groups, len(judged), n_raw) from those of every member."""
        in_group = -(-self.n_members // self.n_groups)
        raw: Any = None
        for m, (rows, own) in enumerate(zip(self.held_out, scores, strict=True)):
            if raw is None:
                raw = np.empty((self.n_groups, len(self.judged), *own.shape[1:]), own.dtype)
            raw[m // in_group, np.searchsorted(self.judged, rows)] = own
        return raw


@dataclass(frozen=True)
class ScoredWeights:
    """The weights of all members after some epoch, and their results on rows they had not seen.

    Attributes
    ----------
    loss : float
    epoch : int
    theta : ndarray of shape (n_members, size)
    raw : ndarray of shape (n_groups, n_judged, n_raw)
    """

    loss: float
    epoch: int
    theta: NDArray
    raw: NDArray


class OutOfFold(Callback):
    """Judges the members by the rows each has not seen, and keeps their weights.

    Late in training, it judges only every second epoch. If the weights of all epochs take a lot of
    memory, the worst are dropped.

    Parameters
    ----------
    folds : Folds
    x : ndarray of shape (n, n_features)
    judge : callable
        Maps raw scores of the judged rows, of shape (n_groups, n_judged, n_raw), to the loss.
    calibrating : (float, float)
        Seconds of calibration in addition to those of judging: once, and for each epoch that is
        picked.
    n_picks : int
        Largest number of epochs that are picked.
    """

    phase = Phase.MEASURE

    def __init__(
        self,
        folds: Folds,
        x: NDArray,
        judge: Callable[[NDArray], float],
        calibrating: tuple[float, float] = (0.0, 0.0),
        n_picks: int = 0,
    ) -> None:
        self.folds = folds
        self.x = x
        self.judge = judge
        self.calibrating = calibrating
        self.n_picks = n_picks

    def on_train_begin(self, progress: Progress) -> None:
        """Judge the weights before the first epoch, which may be those of a linear model.

        Those of an earlier call are judged again, because its rows may have been different.
        """
        run = progress.run
        self.seconds = math.inf
        known, run.candidates = run.candidates, ()
        for each in known:
            self._keep(progress.network.with_members(each.theta), each.epoch, progress)
        begin = perf_counter()
        if run.epoch == 0:
            self._keep(progress.network, 0, progress)
            progress.measuring.append(perf_counter() - begin)

    def on_epoch_end(self, progress: Progress) -> None:
        """Score the members, and keep the best states."""
        epoch = progress.run.epoch
        loss = math.nan
        if is_judged(epoch):
            loss = self._keep(progress.candidate, epoch, progress)
        progress.row["out_of_fold_loss"] = loss

    def _keep(self, network: Network, epoch: int, progress: Progress) -> float:
        run = progress.run
        raw = self.folds.held_out_scores(network, self.x)
        begin = perf_counter()
        loss = self.judge(raw)
        self.seconds = min(self.seconds, perf_counter() - begin)
        if math.isfinite(loss):
            found = ScoredWeights(loss, epoch, network.theta.copy(), raw)
            run.candidates = _within_memory((*run.candidates, found))
        n_kept, (once, each) = len(run.candidates), self.calibrating
        choosing = self.seconds * (_TO_CALIBRATE + _TO_COMPARE * n_kept)
        progress.concluding = choosing + once + each * min(n_kept, self.n_picks)
        return loss


def is_judged(epoch: int) -> bool:
    """Return whether members are judged after an epoch."""
    return epoch <= _EARLY or epoch % 2 == 0


def _within_memory(candidates: tuple[ScoredWeights, ...]) -> tuple[ScoredWeights, ...]:
    """Drop the worst candidates if they take too much memory."""
    size = candidates[0].theta.nbytes + candidates[0].raw.nbytes
    if len(candidates) * size <= _BYTES or len(candidates) <= _FEWEST:
        return candidates
    worst = max(candidates, key=lambda each: each.loss)
    return tuple(each for each in candidates if each is not worst)


def pick(
    answers: NDArray | Sequence[NDArray],
    ideal: NDArray,
    weight: NDArray | None,
    n_picks: int,
    link: Callable[[NDArray], NDArray] = np.asarray,
) -> NDArray:
    r"""Return how often each of several predictors counts in a greedily grown ensemble.

    In each step, the predictor is added, with replacement, that makes the squared error of the mean
    of all picks lowest [1]_. Given the inner products of all predictions, a step needs no pass over
    the rows.

    Parameters
    ----------
    answers : sequence of ndarray of shape (n, k)
    ideal : ndarray of shape (n, k)
    weight : ndarray of shape (n,) or None
    n_picks : int

    Returns
    -------
    counts : ndarray of int of shape (n_predictors,)

    References
    ----------
    .. [1] Caruana, Niculescu-Mizil, Crew & Ksikes (2004), "Ensemble selection from libraries of
       models". ICML.
    """
    inner, cross = _products(answers, ideal, weight, link)
    counts = np.zeros(len(answers), np.intp)
    for n in range(1, n_picks + 1):
        toward = inner @ counts
        sums = counts @ toward + 2.0 * toward + np.diag(inner)
        error = sums / n**2 - 2.0 * (counts @ cross + cross) / n
        counts[error.argmin()] += 1
    return counts


def _products(
    answers: NDArray | Sequence[NDArray],
    ideal: NDArray,
    weight: NDArray | None,
    link: Callable[[NDArray], NDArray],
) -> tuple[NDArray, NDArray]:
    """Return the inner products of all predictions, and those with the ideal.

    They are centered on the first, so that their common part costs no precision.
    """
    n_predictors, (n, k) = len(answers), answers[0].shape
    root = np.ones((n, 1)) if weight is None else np.sqrt(weight / weight.mean())[:, None]
    inner, cross = np.zeros((n_predictors, n_predictors)), np.zeros(n_predictors)
    rows = max(1, _PIECE // (n_predictors * k))
    for start in range(0, n, rows):
        piece = slice(start, start + rows)
        some = link(np.stack([each[piece] for each in answers]))
        spread = ((some - some[0]) * root[piece]).astype(np.float64).reshape(n_predictors, -1)
        inner += spread @ spread.T
        cross += spread @ ((ideal[piece] - some[0]) * root[piece]).ravel()
    return inner, cross
