"""The rounds of a search: all due candidates are trained together, then the best continue."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from typing import Any

import joblib
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.parallel import delayed

from sknn._sklearn import Report
from sknn.search.brackets import Bracket
from sknn.search.candidate import Candidate, survivors
from sknn.search.checkpoint import NoCheckpoint
from sknn.search.fold import Fold, Lesson
from sknn.search.judge import Judge, prepare_all
from sknn.search.plan import cut, rows_of
from sknn.search.training import Part, train
from sknn.search.workers import results
from sknn.training.callbacks.progress_bar import ProgressBar, StepCount, counted

_FREE_NETWORKS = 1000
_NETWORK_BYTES = 1 << 14

Task = tuple[Candidate, int]
"""A candidate and the split its network is trained on."""


def _kind(task: Task) -> Any:
    """Return the key that networks of a block share; they have the same rows."""
    candidate, split = task
    return candidate.kind, candidate.parts[split].n_epochs if candidate.parts else 0


def _stretch(bracket: Bracket, rung: int) -> int:
    """Return the epochs from the previous rung to this one."""
    return bracket[rung].n_epochs - (bracket[rung - 1].n_epochs if rung else 0)


class Rounds:
    """Trains candidates rung by rung.

    Parameters
    ----------
    candidates : list of Candidate
    brackets : list of list of Rung
    folds : list of Fold
    judge : Judge
    metric : str
        Name of the score by which candidates survive.
    n_jobs, pre_dispatch
        For joblib.
    say : callable
        Gets one line per round.
    shown : ProgressBar or None
        Counts the epochs of all networks.
    checkpoint : NoCheckpoint
        Where results are kept; rounds begin where those of an earlier call ended.

    Attributes
    ----------
    done : int
        Number of finished rounds.
    interrupted : bool
        Ctrl-C has ended it.
    """

    def __init__(
        self,
        candidates: list[Candidate],
        brackets: list[Bracket],
        folds: list[Fold],
        judge: Judge,
        metric: str,
        *,
        n_jobs: int | None,
        pre_dispatch: Any,
        say: Callable[[str], None],
        checkpoint: NoCheckpoint,
        shown: ProgressBar | None = None,
    ) -> None:
        self.candidates = candidates
        self.brackets = brackets
        self.folds = folds
        self.judge = judge
        self.metric = metric
        self.n_jobs = n_jobs
        self.pre_dispatch = pre_dispatch
        self.say = say
        self.shown = shown
        self.checkpoint = checkpoint
        self.done = 0
        self.interrupted = False
        self._steps = StepCount()
        self._lessons: dict[tuple[str | None, int], Lesson] = {}
        if checkpoint.known is not None:
            self._restore(checkpoint.known)
            # Networks would be kept twice, and the first copies long after training continued.
            checkpoint.known = None

    @property
    def levels(self) -> list[int]:
        """Epochs at which some bracket has a rung."""
        return sorted({rung.n_epochs for bracket in self.brackets for rung in bracket})

    def budget(self, candidate: Candidate) -> int:
        """Return the epochs of the last rung that a candidate has finished, 0 if it failed.

        The `error_score` must not rank it before candidates that were trained.
        """
        if candidate.failed:
            return 0
        return self.brackets[candidate.bracket][candidate.rungs[-1][0]].n_epochs

    def run(self, report: Report) -> None:
        """Run all rounds, or those before Ctrl-C."""
        total = self._planned(len(self.levels))
        with counted(self.shown, total, "epoch") as self._steps:
            self._steps.up_to(self._planned(self.done))
            for epochs in self.levels[self.done :]:
                self._round(epochs, report)
                if self.interrupted:
                    break
                self.done += 1
                # Candidates that failed or stopped earlier count as done.
                self._steps.up_to(self._planned(self.done))
                self.checkpoint.write(self._state())
        self._lessons.clear()

    def _planned(self, rounds: int) -> int:
        """Return the total number of epochs of all networks in the first rounds."""
        each_rung = [
            rung.n_candidates * _stretch(bracket, number)
            for bracket in self.brackets
            for number, rung in enumerate(bracket)
            if rung.n_epochs in self.levels[:rounds]
        ]
        return len(self.folds) * sum(each_rung)

    def _state(self) -> dict[str, Any]:
        """Return the state that another process needs to continue."""
        states = [each.state() for each in self.candidates]
        paused = sum(len(state["networks"]) + len(state["pending"]) for state in states)
        # Loading a file may take only a multiple of its size in memory; tiny networks take more.
        room = np.zeros(max(0, paused - _FREE_NETWORKS) * _NETWORK_BYTES, np.uint8)
        return {"done": self.done, "candidates": states, "room": room}

    def _restore(self, state: dict[str, Any]) -> None:
        """Restore a state."""
        self.done = state["done"]
        for each, known in zip(self.candidates, state["candidates"], strict=True):
            each.restore(known)

    def _round(self, epochs: int, report: Report) -> None:
        """Train the candidates due at a level, and drop those that are not good enough."""
        due = [each for each in self.candidates if each.alive and self._rung(each, epochs)]
        # The longest come first, so that no worker waits for a long task of another at the end.
        ordered = sorted(due, key=lambda each: -each.seconds_left(epochs))
        tasks = [(each, split) for each in ordered for split in each.due()]
        self.say(f"Training {len(due)} candidates up to epoch {epochs}: {len(tasks)} networks")
        inner = report.part("rung", len(tasks))
        with inner.told():
            self._train(tasks, epochs, inner)
        for each in due:
            if not each.due():
                each.finish(self._rung(each, epochs) - 1)
        if not self.interrupted:
            self._select(epochs, due)

    def _rung(self, candidate: Candidate, epochs: int) -> int:
        """Return the number, counted from 1, of the rung of a level in a bracket; 0 for none."""
        known = [rung.n_epochs for rung in self.brackets[candidate.bracket]]
        return known.index(epochs) + 1 if epochs in known else 0

    def _train(self, tasks: list[Task], epochs: int, report: Report) -> None:
        """Train networks up to an epoch."""
        try:
            self._prepare(tasks)
            blocks = self._blocks(tasks, heard=report.context is not None)
            work = [
                delayed(train)(
                    [each.network(split) for each, split in block],
                    self.folds[block[0][1]],
                    self._lesson(*block[0]),
                    epochs,
                    self.judge,
                    [report.part("candidate-split", 0) for _ in block],
                )
                for block in blocks
            ]
            with closing(self._results(work)) as done, closing(self._kept(blocks, done)) as pairs:
                for block, parts in pairs:
                    for (each, split), part in zip(block, parts, strict=True):
                        if part.interrupted:
                            raise KeyboardInterrupt
                        each.take(split, part, self._lesson(each, split))
                        bracket = self.brackets[each.bracket]
                        self._steps.add(_stretch(bracket, self._rung(each, epochs) - 1))
        except KeyboardInterrupt:
            self.interrupted = True

    def _kept(
        self, blocks: list[list[Task]], done: Iterable[list[Part]]
    ) -> Generator[tuple[list[Task], list[Part]], None, None]:
        """Yield the outcome of each block, and keep it."""
        return self.checkpoint.watch(zip(blocks, done, strict=True), self._state)

    def _lesson(self, candidate: Candidate, split: int) -> Lesson | None:
        """Return the training rows of the network of a candidate; None if there are no steps."""
        return self._lessons.get((candidate.key, split))

    def _blocks(self, tasks: list[Task], heard: bool) -> list[list[Task]]:
        """Return the tasks in blocks, each alone if callbacks of scikit-learn follow the fits."""
        if heard:
            return [[task] for task in tasks]
        by_rows: dict[Any, list[Task]] = {}
        for each, split in tasks:
            by_rows.setdefault((each.key, split), []).append((each, split))
        workers = joblib.effective_n_jobs(self.n_jobs)
        most = math.ceil(len(tasks) / workers)
        blocks: list[list[Task]] = []
        for (each, split), *_ in by_rows.values():
            rows = rows_of(self._lesson(each, split), self.folds[split])
            same = by_rows[each.key, split]
            blocks += cut(same, _kind, lambda task: task[0].template, rows, most)
        places = {task: place for place, task in enumerate(tasks)}
        return sorted(blocks, key=lambda block: places[block[0]])

    def _prepare(self, tasks: list[Task]) -> None:
        """Fit the steps before the networks, once for candidates that share them."""
        owners = {(each.key, split): each for each, split in tasks if each.key is not None}
        self._lessons = {key: known for key, known in self._lessons.items() if key in owners}
        missing = [key for key in owners if key not in self._lessons]
        work = [
            delayed(prepare_all)(owners[key].model, self.folds[key[1]], self.judge)
            for key in missing
        ]
        for (key, split), lesson in zip(missing, self._results(work), strict=True):
            name = f"the output of the steps before the network for split {split}, {key}"
            self.checkpoint.identify(**{name: (lesson.X, lesson.y, lesson.params)})
            self._lessons[key, split] = lesson

    def _results(self, work: list[Any]) -> Generator[Any, None, None]:
        """Do work in parallel and yield the results, in order."""
        with warnings.catch_warnings():
            # A part need not converge, and the search itself warns about Ctrl-C.
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", "Training interrupted by user")
            yield from results(work, n_jobs=self.n_jobs, pre_dispatch=self.pre_dispatch)

    def _select(self, epochs: int, due: list[Candidate]) -> None:
        """Drop the candidates that do not continue to the next rung of their bracket."""
        for number, bracket in enumerate(self.brackets):
            members = [each for each in due if each.bracket == number]
            rung = self._rung(members[0], epochs) if members else 0
            if not rung or rung == len(bracket):
                continue
            kept = survivors(members, bracket[rung].n_candidates, self.metric)
            for each in members:
                if each not in kept:
                    each.drop()
