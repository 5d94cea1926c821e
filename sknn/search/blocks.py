"""Tasks of scikit-learn's searches in blocks: networks of a fold are trained together."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Iterable
from contextlib import closing
from dataclasses import replace
from typing import Any

import joblib
from sklearn.utils.parallel import delayed

from sknn.search.checkpoint import NoCheckpoint
from sknn.search.evaluation import evaluate
from sknn.search.fold import Lesson
from sknn.search.interrupted import fill
from sknn.search.judge import Judge, prepare_all
from sknn.search.pairs import Pair, PairReader
from sknn.search.plan import Group, blocks_of, judge_of, waves
from sknn.search.workers import results
from sknn.training.callbacks.in_search import bar_of, check_final_fit, for_candidate
from sknn.training.callbacks.progress_bar import ProgressBar, counted

Outcomes = Generator[tuple[Pair, Any], None, None]
"""Pairs and their outcomes."""


class KeptOutcomes:
    """The outcomes of all pairs so far, here and in the calls of an earlier process.

    Parameters
    ----------
    checkpoint : NoCheckpoint
    """

    def __init__(self, checkpoint: NoCheckpoint) -> None:
        self.checkpoint = checkpoint
        self._known = checkpoint.known or []
        self._rounds: list[list[Any]] = []

    def of(self, pairs: list[Pair]) -> list[Any]:
        """Return the outcomes of the pairs of a round, None if unknown, to be filled in."""
        number = len(self._rounds)
        suffix = f" of round {number}" if number else ""
        candidates = {pair.candidate: pair.asked["parameters"] for pair in pairs}
        splits = {pair.split: (pair.asked["train"], pair.asked["test"]) for pair in pairs}
        self.checkpoint.identify(
            **{f"candidates{suffix}": [*candidates.values()], f"splits{suffix}": [*splits.values()]}
        )
        known = self._known[number : number + 1] or [[None] * len(pairs)]
        self._rounds += known
        return self._rounds[-1]

    def watch(self, found: Outcomes) -> Outcomes:
        """Yield results, and keep them."""
        return self.checkpoint.watch(found, lambda: self._rounds)

    def write(self) -> None:
        """Keep all outcomes."""
        self.checkpoint.write(self._rounds)


class BlockParallel:
    """Replaces :class:`joblib.Parallel` where scikit-learn runs candidates and splits.

    Networks that have a split, the steps before them and an architecture in common are one task;
    the others are passed on as they are.

    Parameters
    ----------
    n_jobs, pre_dispatch, verbose
        For joblib.
    checkpoint : NoCheckpoint
        Where outcomes are kept.
    return_loss_curves : bool
        Whether outcomes of networks include their losses.
    needs_all_splits : bool
        After Ctrl-C, only candidates with all splits have results.
    """

    def __init__(
        self,
        n_jobs: int | None = None,
        pre_dispatch: Any = "2*n_jobs",
        verbose: int = 0,
        *,
        checkpoint: NoCheckpoint | None = None,
        return_loss_curves: bool = False,
        needs_all_splits: bool = True,
    ) -> None:
        self.options = {"n_jobs": n_jobs, "pre_dispatch": pre_dispatch, "verbose": verbose}
        self.outcomes = KeptOutcomes(checkpoint or NoCheckpoint())
        self.return_loss_curves = bool(return_loss_curves)
        self.needs_all_splits = needs_all_splits

    def __enter__(self) -> BlockParallel:
        """Do nothing: each round of work has its own workers."""
        return self

    def __exit__(self, *error: object) -> None:
        """Do nothing."""

    def __call__(self, tasks: Iterable[Any]) -> list[dict[str, Any]]:
        """Do all tasks and return the outcome of each, in order."""
        tasks = list(tasks)
        shown = _prepared_bar([args[0] for _, args, _ in tasks])
        pairs = PairReader().read(tasks)
        known = self.outcomes.of(pairs)
        left = [pair for pair in pairs if known[pair.index] is None]
        if not left:
            return _copies(known)
        if all(pair.model is None for pair in pairs):
            self._gather(self._alone(left), known, shown)
            return _copies(known)
        try:
            with warnings.catch_warnings():
                # The search itself warns about Ctrl-C.
                warnings.filterwarnings("ignore", "Training interrupted by user")
                self._gather(self._outcomes(left), known, shown)
        except KeyboardInterrupt:
            outcomes = _copies(known)
            fill(pairs, outcomes, self.needs_all_splits)
            return outcomes
        return _copies(known)

    def _gather(self, found: Outcomes, known: list[Any], shown: ProgressBar | None) -> None:
        """Put the outcomes of pairs in their places, and count them in a bar."""
        with (
            closing(found),
            closing(self.outcomes.watch(found)) as watched,
            counted(shown, len(known), "fit") as steps,
        ):
            steps.add(len(known) - known.count(None))
            for pair, outcome in watched:
                known[pair.index] = outcome
                steps.add(1)
        self.outcomes.write()

    def _outcomes(self, pairs: list[Pair]) -> Outcomes:
        """Yield the outcome of each pair, networks first."""
        networks = [pair for pair in pairs if pair.model is not None]
        workers = joblib.effective_n_jobs(self.options["n_jobs"])
        for groups in waves(networks, workers):
            judge = replace(judge_of(networks[0]), return_loss_curves=self.return_loss_curves)
            lessons = self._prepared(groups, judge)
            share = math.ceil(sum(len(group.pairs) for group in groups) / workers)
            blocks = blocks_of(groups, lessons, share)
            work = [delayed(evaluate)(block, judge) for _, block in blocks]
            done = results(work, **self.options)
            for (members, _), found in zip(blocks, done, strict=True):
                yield from zip(members, found, strict=True)
        yield from self._alone([pair for pair in pairs if pair.model is None])

    def _alone(self, pairs: list[Pair]) -> Outcomes:
        """Yield the outcome of each pair, computed as in scikit-learn."""
        yield from zip(pairs, results([pair.task for pair in pairs], **self.options), strict=True)

    def _prepared(self, groups: list[Group], judge: Judge) -> list[Lesson | None]:
        """Fit the steps before the networks if several networks share them."""
        shared = [group for group in groups if group.shares_steps]
        work = [delayed(prepare_all)(group.pairs[0].model, group.fold, judge) for group in shared]
        lessons = iter(list(results(work, **self.options)))
        return [next(lessons) if group.shares_steps else None for group in groups]


def _prepared_bar(models: list[Any]) -> ProgressBar | None:
    """Remove the callbacks for the last fit only from the models of a search; return its bar."""
    shown = bar_of(models[0]) if models else None
    if models and check_final_fit(models[0]):
        for model in models:
            for_candidate(model)
    return shown


def _copies(outcomes: list[Any]) -> list[Any]:
    """Return outcomes for a search to change."""
    return [None if each is None else dict(each) for each in outcomes]
