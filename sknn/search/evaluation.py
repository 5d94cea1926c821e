"""Networks that share a fold and the steps before them: trained in one block, judged together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from traceback import format_exception
from typing import Any

import numpy as np
from joblib.logger import short_format_time
from sklearn.pipeline import Pipeline

from sknn._sklearn import is_own_score, sees_answers_only
from sknn._validation.marks import marked
from sknn.estimators.base import BaseNetwork
from sknn.estimators.fit.block import fit_block
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.targets.scores import checked_once
from sknn.search.fold import Fold, Lesson, try_to_prepare, with_network
from sknn.search.training import Judge


@dataclass(frozen=True)
class TrainingBlock:
    """Networks of several candidates on one split.

    Attributes
    ----------
    networks : sequence of estimator
        Not fitted.
    wishes : sequence of dict
        What scikit-learn wants to know of each, and see printed.
    model : estimator
        What one of the networks is or ends.
    fold : Fold
    lesson : Lesson or None
        None: the steps before the networks are yet to be fitted.
    share : float
        Seconds of fitting these steps that each network counts.
    """

    networks: Sequence[Any]
    wishes: Sequence[dict[str, Any]]
    model: Any
    fold: Fold
    lesson: Lesson | None = None
    share: float = 0.0


class Exam:
    """The rows that models of one fold are judged by; steps before the networks see them once.

    Parameters
    ----------
    model : estimator
        Fitted but for its network.
    fold : Fold
    judge : Judge
    """

    def __init__(self, model: Any, fold: Fold, judge: Judge) -> None:
        self.model = model
        self.judge = judge
        self.rows = {kind: fold.judging(model, held) for kind, held in judge.kinds.items()}
        self.apart = all(sees_answers_only(judge.scorer, rows[2]) for rows in self.rows.values())
        if self.apart:
            try:
                for kind, (X, *rest) in self.rows.items():
                    self.rows[kind] = (_to_end(model, X), *rest)
            except Exception:  # Every score will raise it, or be what an error counts.
                self.apart = False
                self.rows = {kind: fold.judging(model, held) for kind, held in judge.kinds.items()}
        self._to_be_checked = set(self.rows) if self.apart else set()

    def score(self, network: Any, kind: str) -> Any:
        """Return the score of the model with a network on some rows."""
        if kind in self._to_be_checked:
            self._to_be_checked.remove(kind)
            self.rows[kind] = _checked(network, self.judge.scorer, *self.rows[kind])
        model = network if self.apart else with_network(self.model, network)
        return self.judge.score(model, *self.rows[kind])


def _checked(network: Any, scorer: Any, X: Any, y: Any, params: Any) -> tuple[Any, Any, Any]:
    """Return rows that networks like this one need not look at again.

    Metrics get y as it was given.
    """
    kind = type(network)
    ours = issubclass(kind, SupervisedNetwork) and kind.__module__.startswith("sknn.")
    if not ours or kind._check_inputs is not BaseNetwork._check_inputs:
        return X, y, params  # Its check makes other rows of them, or nobody knows what it does.
    try:
        x = marked(network._check_inputs(X))
        if is_own_score(scorer):
            y = checked_once(y, network._numeric_target)
    except Exception:  # It is raised again where it is what an error counts.
        return X, y, params
    return x, y, params


def _to_end(model: Any, X: Any) -> Any:
    """Return what comes to the last step of a model."""
    while isinstance(model, Pipeline):
        X = model[:-1].transform(X) if len(model) > 1 else X
        model = model.steps[-1][1]
    return X


def evaluate(block: TrainingBlock, judge: Judge) -> list[dict[str, Any]]:
    """Train and score the networks of a block; return outcomes in the words of scikit-learn."""
    begin = perf_counter()
    lesson = block.lesson
    if lesson is None:
        lesson = try_to_prepare(block.model, block.fold, judge.error_score)
    results = _fitted(block, lesson, judge.error_score)
    seconds = (perf_counter() - begin) / len(results) + block.share
    exam = Exam(lesson.model, block.fold, judge) if lesson.error is None else None
    outcomes = []
    for network, wishes in zip(results, block.wishes, strict=True):
        outcome = _outcome(network, exam, judge) | {"fit_time": seconds}
        if wishes["verbose"] > 1:
            print(_message(wishes, outcome))
        failed = outcome["fit_error"] is not None
        model = block.model if failed else with_network(lesson.model, network)
        outcomes.append(outcome | _extras(model, block.fold.test, wishes))
    return outcomes


def _fitted(block: TrainingBlock, lesson: Lesson, error_score: Any) -> Sequence[Any]:
    """Return all networks fitted; in the place of one that failed the text of its error."""
    if lesson.error is not None:
        return [lesson.error] * len(block.networks)
    results = fit_block(block.networks, lesson.X, lesson.y, **(lesson.params or {}))
    for each in results:
        if isinstance(each, Exception) and error_score == "raise":
            raise each
        if getattr(each, "stop_reason_", None) == "interrupted":
            raise KeyboardInterrupt
    return ["".join(format_exception(e)) if isinstance(e, Exception) else e for e in results]


def _outcome(network: Any, exam: Exam | None, judge: Judge) -> dict[str, Any]:
    """Return error, or scores and the time that those of the rows held out took."""
    if exam is None or isinstance(network, str):
        return {"fit_error": network, "score_time": 0.0} | judge.failed()
    begin = perf_counter()
    outcome = {"fit_error": None, "test_scores": exam.score(network, "test_scores")}
    outcome["score_time"] = perf_counter() - begin
    if judge.return_train_score:
        outcome["train_scores"] = exam.score(network, "train_scores")
    return outcome


def _extras(model: Any, test: Any, wishes: dict[str, Any]) -> dict[str, Any]:
    """Return what not all searches ask for."""
    test = np.asarray(test)
    known = {
        "n_test_samples": int(test.sum()) if test.dtype == bool else len(test),
        "parameters": wishes["parameters"],
        "estimator": model,
    }
    return {name: each for name, each in known.items() if wishes.get(f"return_{name}")}


def _message(wishes: dict[str, Any], outcome: dict[str, Any]) -> str:
    """Return the line that scikit-learn prints of a fit."""
    verbose, split, given = wishes["verbose"], wishes.get("split_progress"), wishes["parameters"]
    begin = f"[CV {split[0] + 1}/{split[1]}] END " if verbose > 2 and split else "[CV] END "
    end = ", ".join(f"{name}={given[name]}" for name in sorted(given)) + ";" if given else ""
    if verbose > 2:
        end += _scores_in_words(outcome)
    end += f" total time={short_format_time(outcome['fit_time'] + outcome['score_time'])}"
    return begin + "." * (80 - len(begin) - len(end)) + end


def _scores_in_words(outcome: dict[str, Any]) -> str:
    """Return all scores, those on the rows trained on first."""
    kinds = [kind for kind in ("train_scores", "test_scores") if kind in outcome]
    scores = outcome["test_scores"]
    if isinstance(scores, dict):
        told = {
            name: [f"{kind[:-7]}={outcome[kind][name]:.3f}" for kind in kinds]
            for name in sorted(scores)
        }
        return "".join(f" {name}: ({', '.join(figures)})" for name, figures in told.items())
    if len(kinds) == 1:
        return f", score={scores:.3f}"
    return f", score=({', '.join(f'{kind[:-7]}={outcome[kind]:.3f}' for kind in kinds)})"
