"""What scikit-learn's searches hand out, in blocks: networks of a fold are trained together."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any

import joblib
import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from sknn.search.evaluation import evaluate
from sknn.search.fold import Lesson
from sknn.search.judge import Judge, prepare_all
from sknn.search.pairs import Pair, PairReader
from sknn.search.plan import Group, blocks_of, judge_of, waves
from sknn.search.workers import results
from sknn.training.warnings import users_level


class BlockParallel:
    """Stands for :class:`joblib.Parallel` where scikit-learn hands out candidates and splits.

    Networks that have a split, the steps before them and an architecture in common are one task;
    the others are handed out as they come.

    Parameters
    ----------
    n_jobs, pre_dispatch, verbose
        For joblib.
    """

    def __init__(
        self, n_jobs: int | None = None, pre_dispatch: Any = "2*n_jobs", verbose: int = 0
    ) -> None:
        self.options = {"n_jobs": n_jobs, "pre_dispatch": pre_dispatch, "verbose": verbose}

    def __enter__(self) -> BlockParallel:
        """Do nothing: each round of work has workers of its own."""
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing."""

    def __call__(self, tasks: Iterable[Any]) -> list[dict[str, Any]]:
        """Do all tasks and return what came of each, in order."""
        pairs = PairReader().read(tasks)
        networks = [pair for pair in pairs if pair.model is not None]
        if not networks:
            return Parallel(**self.options)([pair.task for pair in pairs])
        outcomes: list[Any] = [None] * len(pairs)
        try:
            with (
                warnings.catch_warnings(),
                closing(self._outcomes(pairs, networks)) as found,
            ):
                # Of Ctrl-C the search itself tells.
                warnings.filterwarnings("ignore", "Training interrupted by user")
                for pair, outcome in found:
                    outcomes[pair.index] = outcome
        except KeyboardInterrupt:
            _fill(pairs, outcomes)
        return outcomes

    def _outcomes(
        self, pairs: list[Pair], networks: list[Pair]
    ) -> Generator[tuple[Pair, Any], None, None]:
        """Yield what came of each pair, networks first."""
        judge = judge_of(networks[0])
        workers = joblib.effective_n_jobs(self.options["n_jobs"])
        for groups in waves(networks, workers):
            lessons = self._prepared(groups, judge)
            share = math.ceil(sum(len(group.pairs) for group in groups) / workers)
            blocks = blocks_of(groups, lessons, share)
            work = [delayed(evaluate)(block, judge) for _, block in blocks]
            done = results(work, **self.options)
            for (members, _), found in zip(blocks, done, strict=True):
                yield from zip(members, found, strict=True)
        alone = [pair for pair in pairs if pair.model is None]
        yield from zip(alone, results([pair.task for pair in alone], **self.options), strict=True)

    def _prepared(self, groups: list[Group], judge: Judge) -> list[Lesson | None]:
        """Fit the steps before the networks where several networks share them."""
        shared = [group for group in groups if group.shares_steps]
        work = [delayed(prepare_all)(group.pairs[0].model, group.fold, judge) for group in shared]
        lessons = iter(list(results(work, **self.options)))
        return [next(lessons) if group.shares_steps else None for group in groups]


def _fill(pairs: list[Pair], outcomes: list[Any]) -> None:
    """Put NaN in the places that Ctrl-C left empty.

    Raises
    ------
    KeyboardInterrupt
        If no candidate is known on all splits.
    """
    missing = {pair.candidate for pair in pairs if outcomes[pair.index] is None}
    known = [pair for pair in pairs if pair.candidate not in missing]
    if not known:
        raise KeyboardInterrupt
    n_candidates = len({pair.candidate for pair in pairs})
    warnings.warn(
        f"Search interrupted by user; {n_candidates - len(missing)} of {n_candidates} candidates "
        "have scores; those of the others are NaN.",
        stacklevel=users_level(),
    )
    empty = _emptied(outcomes[known[0].index])
    for pair in pairs:
        if outcomes[pair.index] is None:
            outcomes[pair.index] = dict(empty)


def _emptied(outcome: Any) -> Any:
    """Return an outcome of the same form that knows nothing."""
    if isinstance(outcome, dict):
        return {name: _emptied(each) for name, each in outcome.items()} | {"fit_error": None}
    return np.nan if isinstance(outcome, float) else outcome
