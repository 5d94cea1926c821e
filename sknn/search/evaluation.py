"""Networks that share a fold and the steps before them, trained and scored in one block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from joblib.logger import short_format_time

from sknn.estimators.fit.block import fit_block
from sknn.search.curves import with_curves
from sknn.search.fold import Fold, Lesson, with_network
from sknn.search.judge import Exam, Judge, in_words, prepare_all


@dataclass(frozen=True)
class TrainingBlock:
    """Networks of several candidates on one split.

    Attributes
    ----------
    networks : sequence of estimator
        Not fitted.
    wishes : sequence of dict
        What scikit-learn requests for each, and what to print.
    model : estimator
        One of the networks, or the model that it ends.
    fold : Fold
    lesson : Lesson or None
        None if the steps before the networks have not been fitted yet.
    share : float
        Share of the seconds of fitting these steps that each network counts.
    """

    networks: Sequence[Any]
    wishes: Sequence[dict[str, Any]]
    model: Any
    fold: Fold
    lesson: Lesson | None = None
    share: float = 0.0


def evaluate(block: TrainingBlock, judge: Judge) -> list[dict[str, Any]]:
    """Train and score the networks of a block; return outcomes with the names of scikit-learn."""
    begin = perf_counter()
    lesson = block.lesson
    if lesson is None:
        lesson = prepare_all(block.model, block.fold, judge)
    results = _fitted(block, lesson, judge.error_score)
    seconds = (perf_counter() - begin) / len(results) + block.share
    outcomes = []
    for network, wishes in zip(results, block.wishes, strict=True):
        outcome = _outcome(network, lesson.exam, judge) | {"fit_time": seconds}
        if wishes["verbose"] > 1:
            print(_message(wishes, outcome))
        failed = outcome["fit_error"] is not None
        model = block.model if failed else with_network(lesson.model, network)
        outcomes.append(outcome | _extras(model, block.fold.test, wishes))
    return outcomes


def _fitted(block: TrainingBlock, lesson: Lesson, error_score: Any) -> Sequence[Any]:
    """Return all fitted networks, or the text of the error if one failed."""
    if lesson.error is not None:
        return [lesson.error] * len(block.networks)
    results = fit_block(block.networks, lesson.X, lesson.y, **(lesson.params or {}))
    for each in results:
        if isinstance(each, Exception) and error_score == "raise":
            raise each
        if getattr(each, "stop_reason_", None) == "interrupted":
            raise KeyboardInterrupt
    return [in_words(each) for each in results]


def _outcome(network: Any, exam: Exam | None, judge: Judge) -> dict[str, Any]:
    """Return the error, or scores and the time of scoring the held-out rows."""
    if exam is None or isinstance(network, str):
        return {"fit_error": network, "score_time": 0.0} | judge.failed()
    begin = perf_counter()
    outcome = {"fit_error": None, "test_scores": exam.score(network, "test_scores")}
    outcome["score_time"] = perf_counter() - begin
    if judge.return_train_score:
        outcome["train_scores"] = exam.score(network, "train_scores")
    return with_curves(outcome, network) if judge.return_loss_curves else outcome


def _extras(model: Any, test: Any, wishes: dict[str, Any]) -> dict[str, Any]:
    """Return the results that not all searches request."""
    test = np.asarray(test)
    known = {
        "n_test_samples": int(test.sum()) if test.dtype == bool else len(test),
        "parameters": wishes["parameters"],
        "estimator": model,
    }
    return {name: each for name, each in known.items() if wishes.get(f"return_{name}")}


def _message(wishes: dict[str, Any], outcome: dict[str, Any]) -> str:
    """Return the line that scikit-learn prints about a fit."""
    verbose, split, given = wishes["verbose"], wishes.get("split_progress"), wishes["parameters"]
    begin = f"[CV {split[0] + 1}/{split[1]}] END " if verbose > 2 and split else "[CV] END "
    end = ", ".join(f"{name}={given[name]}" for name in sorted(given)) + ";" if given else ""
    if verbose > 2:
        end += _scores_in_words(outcome)
    end += f" total time={short_format_time(outcome['fit_time'] + outcome['score_time'])}"
    return begin + "." * (80 - len(begin) - len(end)) + end


def _scores_in_words(outcome: dict[str, Any]) -> str:
    """Return all scores, those on the training rows first."""
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
