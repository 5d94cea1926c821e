"""How candidates are scored: with which metrics, and on which rows."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from traceback import format_exception
from typing import Any

from sklearn.pipeline import Pipeline

from sknn._sklearn import MultimetricScorer, is_own_score, score_of, sees_answers_only
from sknn._validation.marks import marked
from sknn.estimators.base import BaseNetwork
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.targets.scores import checked_once
from sknn.search.fold import Fold, Lesson, try_to_prepare, with_network


@dataclass(frozen=True)
class Judge:
    """How candidates are scored, the score of an error, and whether losses are kept."""

    scorer: Any
    error_score: Any
    return_train_score: bool
    return_loss_curves: bool = False

    @property
    def kinds(self) -> dict[str, bool]:
        """Scores by name, for held-out rows or training rows."""
        kinds = {"test_scores": True, "train_scores": False}
        return kinds if self.return_train_score else {"test_scores": True}

    def scores(self, model: Any, fold: Fold) -> dict[str, Any]:
        """Return the scores of a fitted model, by kind of rows."""
        return {
            kind: self.score(model, *fold.judging(model, held_out))
            for kind, held_out in self.kinds.items()
        }

    def score(self, model: Any, X: Any, y: Any, params: dict[str, Any]) -> Any:
        """Return the score on some rows, or the scores of all metrics."""
        return score_of(model, X, y, self.scorer, params, self.error_score)

    def failed(self) -> dict[str, Any]:
        """Return the scores of a model that could not be fitted."""
        several = isinstance(self.scorer, MultimetricScorer)
        names = self.scorer._scorers if several else ()
        return {
            kind: dict.fromkeys(names, self.error_score) if several else self.error_score
            for kind in self.kinds
        }


class Exam:
    """The rows by which models of one fold are scored; steps before the networks see them once.

    Scorers and metrics get copies, because they may change their arguments.

    Parameters
    ----------
    model : estimator
        Fitted except for its network.
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
                rows = self.rows.items()
                self.rows = {kind: (_to_end(model, X), *rest) for kind, (X, *rest) in rows}
            except Exception:  # Every scoring will raise it, or return the `error_score`.
                self.apart = False
        self._checked: dict[tuple[type, str], tuple[Any, Any, Any]] = {}

    def score(self, network: Any, kind: str) -> Any:
        """Return the score of the model with a network on some rows."""
        if not self.apart:
            rows = copy.deepcopy(self.rows[kind])
            return self.judge.score(with_network(self.model, network), *rows)
        looked_at = type(network), kind
        if looked_at not in self._checked:
            self._checked[looked_at] = _checked(network, self.judge.scorer, *self.rows[kind])
        X, *rest = self._checked[looked_at]
        if not is_own_score(self.judge.scorer):
            rest = copy.deepcopy(rest)
        return self.judge.score(network, X, *rest)


def _checked(network: Any, scorer: Any, X: Any, y: Any, params: Any) -> tuple[Any, Any, Any]:
    """Return rows that networks like this one need not check again.

    Metrics get y as it was given.
    """
    kind = type(network)
    ours = issubclass(kind, SupervisedNetwork) and kind.__module__.startswith("sknn.")
    if not ours or kind._check_inputs is not BaseNetwork._check_inputs:
        return X, y, params  # Its check changes the rows, or is unknown.
    try:
        x = marked(network._check_inputs(X))
        if is_own_score(scorer):
            y = checked_once(y, network._numeric_target)
    except Exception:  # It is raised again where `error_score` is applied.
        return X, y, params
    return x, y, params


def _to_end(model: Any, X: Any) -> Any:
    """Return the rows that reach the last step of a model."""
    while isinstance(model, Pipeline):
        X = model[:-1].transform(X) if len(model) > 1 else X
        model = model.steps[-1][1]
    return X


def prepare_all(model: Any, fold: Fold, judge: Judge) -> Lesson:
    """Fit the steps before the networks, and transform the rows that score the networks."""
    lesson = try_to_prepare(model, fold, judge.error_score)
    exam = Exam(lesson.model, fold, judge) if lesson.error is None else None
    return replace(lesson, exam=exam)


def in_words(error: Any) -> str | None:
    """Return the text of an error with its stack, as scikit-learn keeps it."""
    return "".join(format_exception(error)) if isinstance(error, Exception) else error
