"""Which candidates and splits are trained together, and in which order."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from sknn.estimators.fit.block import members_in_block
from sknn.search.evaluation import TrainingBlock
from sknn.search.fold import Fold, Lesson
from sknn.search.judge import Judge
from sknn.search.pairs import NO_FRONT, Pair

Item = TypeVar("Item")

_SPLITS_AT_ONCE = 10


@dataclass(frozen=True)
class Group:
    """Pairs of one split whose networks follow the same steps.

    Attributes
    ----------
    pairs : list of Pair
    fold : Fold
    """

    pairs: list[Pair]
    fold: Fold

    @property
    def shares_steps(self) -> bool:
        """Whether several networks share the fit of the steps before them."""
        return len(self.pairs) > 1 and self.pairs[0].front != NO_FRONT

    def chunks(self, lesson: Lesson | None, most: int) -> Iterator[list[Pair]]:
        """Yield the pairs of every block, up to a maximum number, of about the same size."""
        rows = rows_of(lesson, self.fold)
        return cut(self.pairs, _kind, lambda pair: pair.network, rows, most)


def _kind(pair: Pair) -> Any:
    """Return the key that pairs of a block share; they have the same rows."""
    return pair.index if pair.key is None else pair.key


def rows_of(lesson: Lesson | None, fold: Fold) -> Any:
    """Return rows like those that networks are trained on."""
    return fold.X if lesson is None or lesson.error is not None else lesson.X


def cut(
    items: Sequence[Item],
    key: Callable[[Item], Any],
    network: Callable[[Item], Any],
    rows: Any,
    most: int,
) -> Iterator[list[Item]]:
    """Yield blocks of items that can be trained together, of about the same size up to a maximum.

    Parameters
    ----------
    items : sequence
    key, network : callable
        Return what the items of a block have in common, and the network of one.
    rows : array-like
        What the networks are trained on.
    most : int
    """
    alike: dict[Any, list[Item]] = {}
    for item in items:
        alike.setdefault(key(item), []).append(item)
    for members in alike.values():
        size = min(most, _best_size(network(members[0]), rows)) if len(members) > 1 else 1
        for places in np.array_split(np.arange(len(members)), math.ceil(len(members) / size)):
            yield [members[i] for i in places]


def waves(pairs: list[Pair], n_workers: int) -> Iterator[list[Group]]:
    """Yield groups to do at the same time, with the same steps next to each other.

    There are two for every worker, and more only to finish all splits of some candidates before
    others, so that these have scores after Ctrl-C. Each may hold a copy of the rows.
    """
    fronts: dict[Any, dict[Any, list[Pair]]] = {}
    for pair in pairs:
        fronts.setdefault(pair.front, {}).setdefault(pair.split, []).append(pair)
    most = max(2 * n_workers, _SPLITS_AT_ONCE)
    wave: list[Group] = []
    for splits in fronts.values():
        for members in splits.values():
            if len(wave) == most:
                yield wave
                wave = []
            wave.append(Group(members, fold_of(members[0])))
        if len(wave) >= 2 * n_workers:
            yield wave
            wave = []
    if wave:
        yield wave


def fold_of(pair: Pair) -> Fold:
    """Return the split of a pair."""
    _, X, y = pair.task[1]
    asked = pair.asked
    given = asked["fit_params"] or {}, asked["score_params"] or {}
    return Fold(X, y, asked["train"], asked["test"], *given)


def judge_of(pair: Pair) -> Judge:
    """Return how a pair, and its whole search, is scored."""
    asked = pair.asked
    return Judge(asked["scorer"], asked["error_score"], bool(asked["return_train_score"]))


def blocks_of(
    groups: list[Group], lessons: list[Lesson | None], most: int
) -> list[tuple[list[Pair], TrainingBlock]]:
    """Return the blocks of all groups with the pairs in them, the longest first."""
    blocks = []
    for group, lesson in zip(groups, lessons, strict=True):
        share = 0.0 if lesson is None else lesson.seconds / len(group.pairs)
        for place, pairs in enumerate(group.chunks(lesson, most)):
            networks, wishes = zip(*((pair.network, pair.wishes) for pair in pairs), strict=True)
            block = TrainingBlock(networks, wishes, pairs[0].model, group.fold, lesson, share)
            blocks.append((_work(pairs, group.fold), place, pairs, block))
    # At the end, no worker should wait for a long block of another. Equal blocks of the same
    # candidates are adjacent, so that after Ctrl-C some candidates have scores on all splits.
    blocks.sort(key=lambda each: (-each[0], each[1]))
    return [(pairs, block) for _, _, pairs, block in blocks]


def _work(pairs: list[Pair], fold: Fold) -> float:
    """Return a number that grows with the time of a block, the highest if it is unknown."""
    if pairs[0].key is None:
        return math.inf
    epochs = sum(pair.network.max_iter for pair in pairs)
    return epochs / _best_size(pairs[0].network, fold.X)


def _best_size(network: Any, rows: Any) -> int:
    """Return how many networks for such rows, which may be lists, are best trained together."""
    return members_in_block(network, rows if hasattr(rows, "shape") else np.asarray(rows[:1]))
