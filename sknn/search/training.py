"""The work that is handed out: training one network, from where it is to some epoch."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from time import perf_counter
from traceback import format_exc
from typing import Any

from sknn._sklearn import (
    MultimetricScorer,
    Report,
    listeners_of,
    score_of,
    shallow_copy,
    without_listeners,
)
from sknn.callbacks import Pause
from sknn.search.fold import Fold, Lesson, prepare, with_network
from sknn.training.callbacks import PAUSED


@dataclass(frozen=True)
class Judge:
    """How candidates are scored, and what an error counts."""

    scorer: Any
    error_score: Any
    return_train_score: bool

    @property
    def kinds(self) -> dict[str, bool]:
        """Scores by name, and whether they are of rows held out."""
        kinds = {"test_scores": True, "train_scores": False}
        return kinds if self.return_train_score else {"test_scores": True}

    def scores(self, model: Any, fold: Fold) -> dict[str, Any]:
        """Return the scores of a fitted model by the rows they are of."""
        return {
            kind: self.score(model, *fold.judging(model, held_out))
            for kind, held_out in self.kinds.items()
        }

    def score(self, model: Any, X: Any, y: Any, params: dict[str, Any]) -> Any:
        """Return the score on some rows, or of several metrics all of them."""
        return score_of(model, X, y, self.scorer, params, self.error_score)

    def failed(self) -> dict[str, Any]:
        """Return what stands for the scores of a model that could not be fitted."""
        several = isinstance(self.scorer, MultimetricScorer)
        names = self.scorer._scorers if several else ()
        return {
            kind: dict.fromkeys(names, self.error_score) if several else self.error_score
            for kind in self.kinds
        }


@dataclass(frozen=True)
class Part:
    """How it went.

    Attributes
    ----------
    outcome : dict
        In the words of scikit-learn's searches: fit_error, test_scores, fit_time and so on.
    n_epochs : int
        Of the whole training so far.
    network : estimator or None
        To go on with; None where training is over.
    interrupted : bool
        By Ctrl-C.
    """

    outcome: dict[str, Any]
    n_epochs: int = 0
    network: Any = None
    interrupted: bool = False


def train(
    network: Any, fold: Fold, lesson: Lesson | None, until: int, judge: Judge, report: Report
) -> Part:
    """Train a network, new or paused, up to an epoch, and score the model it is part of.

    Nothing that is passed is changed, so the work may be done again elsewhere.
    """
    begin = perf_counter()
    twin = shallow_copy(network)
    # A RandomState moves on as it is drawn from; every network begins where `clone` would.
    twin.random_state = copy.deepcopy(network.random_state)
    try:
        lesson = prepare(twin, fold) if lesson is None else lesson
        if lesson.error is None:
            _teach(twin, lesson, until, report)
        error = lesson.error
    except Exception:
        if judge.error_score == "raise":
            raise
        error = format_exc()
    fitted = perf_counter()
    outcome = {"fit_error": error, "fit_time": fitted - begin}
    if error is not None:
        return Part(outcome | judge.failed() | {"score_time": 0.0})
    assert lesson is not None
    outcome |= judge.scores(with_network(lesson.model, twin), fold)
    outcome["score_time"] = perf_counter() - fitted
    reason = twin.stop_reason_
    if reason == PAUSED and twin.n_iter_ < until:
        # Not a failure of this candidate: all have the callback, and rungs would end unequal.
        raise ValueError(
            f"A callback of the network ended its training as a Pause does, in epoch "
            f"{twin.n_iter_}, and ArchitectureSearchCV wanted epoch {until}: the search itself "
            "decides in how many parts a network is trained. Remove what pauses from callbacks."
        )
    kept = without_listeners(twin) if reason == PAUSED else None
    return Part(outcome, int(twin.n_iter_), kept, reason == "interrupted")


def _teach(network: Any, lesson: Lesson, until: int, report: Report) -> None:
    """Fit a network up to an epoch, or let it go on to there."""
    # Before the search adds to them.
    network._check_parameters()
    network._recipe()
    own = network.callbacks
    y = () if lesson.y is None else (lesson.y,)
    params = lesson.params or {}
    weight = params.get("sample_weight")
    data = {"X": lesson.X, "y": lesson.y}
    data["metadata"] = None if weight is None else {"sample_weight": weight}
    teach = network.resume if network.__sklearn_is_fitted__() else network.fit
    network.callbacks = [*(own or ()), Pause(until)]
    with report.told(network, **data):
        teach(lesson.X, *y, **params)
    network.callbacks = own


def continued(network: Any, template: Any) -> Any:
    """Return a paused network as it was before it travelled: with scikit-learn's callbacks."""
    twin = shallow_copy(network)
    vars(twin).update(listeners_of(template))
    return twin
