"""A task of a search: train one network from its current epoch to another one."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from sknn._sklearn import Report, listeners_of, shallow_copy, without_listeners
from sknn.callbacks import Pause
from sknn.estimators.fit.block import fit_block
from sknn.search.curves import with_curves
from sknn.search.fold import Fold, Lesson
from sknn.search.judge import Exam, Judge, in_words, prepare_all
from sknn.training.callbacks import PAUSED


@dataclass(frozen=True)
class Part:
    """Outcome of training.

    Attributes
    ----------
    outcome : dict
        With the names of scikit-learn's searches: fit_error, test_scores, fit_time, and so on.
    n_epochs : int
        Number of epochs so far.
    network : estimator or None
        To continue with; None if training is over.
    interrupted : bool
        By Ctrl-C.
    """

    outcome: dict[str, Any]
    n_epochs: int = 0
    network: Any = None
    interrupted: bool = False


def train(
    networks: Sequence[Any],
    fold: Fold,
    lesson: Lesson | None,
    until: int,
    judge: Judge,
    reports: Sequence[Report],
) -> list[Part]:
    """Train networks of one kind, new or paused, up to an epoch, and score their models.

    No argument is changed, so the work may be repeated elsewhere.
    """
    begin = perf_counter()
    twins = [_beginning(network) for network in networks]
    lesson = prepare_all(twins[0], fold, judge) if lesson is None else lesson
    errors: list[Any] = [lesson.error] * len(twins)
    if lesson.error is None:
        errors = _taught(twins, lesson, until, reports)
        if judge.error_score == "raise":
            for error in filter(None, errors):
                raise error
    seconds = (perf_counter() - begin) / len(twins)
    return [
        _part(twin, error, seconds, lesson.exam, judge, until)
        for twin, error in zip(twins, errors, strict=True)
    ]


def _beginning(network: Any) -> Any:
    """Return a copy to train."""
    twin = shallow_copy(network)
    # A RandomState changes with every draw; every network begins where `clone` would.
    twin.random_state = copy.deepcopy(network.random_state)
    return twin


def _part(
    network: Any, error: Any, seconds: float, exam: Exam | None, judge: Judge, until: int
) -> Part:
    """Score a network; return the outcome."""
    begin = perf_counter()
    outcome = {"fit_error": in_words(error), "fit_time": seconds}
    if error is not None or exam is None:
        return Part(outcome | judge.failed() | {"score_time": 0.0})
    outcome |= {kind: exam.score(network, kind) for kind in judge.kinds}
    outcome["score_time"] = perf_counter() - begin
    if judge.return_loss_curves:
        outcome = with_curves(outcome, network)
    reason = network.stop_reason_
    if reason == PAUSED and network.n_iter_ < until:
        # Not a failure of this candidate: all have the callback, and rungs would differ in epochs.
        raise ValueError(
            f"A callback of the network ended its training like a Pause, in epoch "
            f"{network.n_iter_}, but ArchitectureSearchCV needs epoch {until}: the search itself "
            "decides in how many parts a network is trained. Remove the pausing callback from "
            "callbacks."
        )
    kept = without_listeners(network) if reason == PAUSED else None
    return Part(outcome, int(network.n_iter_), kept, reason == "interrupted")


def _taught(
    networks: Sequence[Any], lesson: Lesson, until: int, reports: Sequence[Report]
) -> list[Exception | None]:
    """Train all networks up to an epoch; return their errors."""
    if len(networks) > 1:
        return _teach_together(networks, lesson, until)
    try:
        _teach(networks[0], lesson, until, reports[0])
    except Exception as error:
        return [error]
    return [None]


def _teach_together(networks: Sequence[Any], lesson: Lesson, until: int) -> list[Exception | None]:
    """Train networks of one key in a block, without callbacks."""
    for network in networks:
        network.callbacks = [Pause(until)]
    results = fit_block(networks, lesson.X, lesson.y, **(lesson.params or {}))
    for network in networks:
        network.callbacks = None
    return [each if isinstance(each, Exception) else None for each in results]


def _teach(network: Any, lesson: Lesson, until: int, report: Report) -> None:
    """Fit a network up to an epoch, or continue its training up to there."""
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
    """Return a paused network as it was before it was sent: with scikit-learn's callbacks."""
    twin = shallow_copy(network)
    vars(twin).update(listeners_of(template))
    return twin
