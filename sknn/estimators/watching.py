"""Who watches a call of fit: validation, early stopping, reports, the callbacks of the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from sknn.core.network import Network
from sknn.estimators._sklearn import SklearnCallbacks, shallow_copy, takes_weights
from sknn.estimators.data import Rows, shares
from sknn.estimators.ensemble import independent
from sknn.estimators.messages import located
from sknn.training.callbacks import Callback, StopBelow, copies
from sknn.training.monitor import Validate, Watch

if TYPE_CHECKING:
    from sknn.estimators.session import Session


def callbacks_for(session: Session, network: Network) -> list[Callback]:
    """Return the user's callbacks and those the parameters ask for."""
    estimator = session.estimator
    callbacks = _own(session)
    estimator.callbacks_ = list(callbacks)
    callbacks += estimator._measures(session, network)
    if not session.lbfgs:
        callbacks.append(_watch(session))
    if estimator.stop_below is not None:
        callbacks.append(StopBelow(estimator.stop_below))
    if estimator.verbose:
        callbacks.append(estimator._report(session))
    if session.bridge is not None:
        callbacks.append(session.bridge)
    return callbacks


def _own(session: Session) -> list[Callback]:
    """Return copies of the user's callbacks; in a resumed call they go on with their state."""
    estimator = session.estimator
    given = estimator.callbacks or ()
    fresh = copies.for_a_call(given)
    kept = estimator.callbacks_ if session.call.finish else []
    if [type(callback) for callback in kept] != [type(callback) for callback in fresh]:
        return fresh
    resumed = copies.with_state(kept, given)
    for callback, now in zip(resumed, fresh, strict=True):
        # Parameters may have been changed since: a checkpoint moves to another path.
        vars(callback).update(now.get_params(deep=False))
    return resumed


@contextmanager
def announced(session: Session) -> Iterator[None]:
    """Tell scikit-learn's callbacks, if there are any, of the begin and the end of training."""
    if session.context is None:
        yield
        return
    session.bridge = _bridge(session)
    session.bridge.begin()
    yield
    session.bridge.end(session.final())


def validation_measures(session: Session, network: Network) -> list[Callback]:
    """Return what measures loss and score on the validation rows, if there are any."""
    return [] if session.validation is None else [_validate(session, network.dtype)]


def _validate(session: Session, dtype: Any) -> Validate:
    rows, targets, loss = session.validation, session.targets, session.loss
    assert rows is not None
    target = _encoded(session, rows, dtype)
    x = rows.x
    if targets.scale != 1.0:
        x = x * (1.0 / targets.scale)
        target = x if target is rows.x else target
    scoring = session.estimator.scoring
    scorer = None if scoring is None else get_scorer(scoring)
    own = session.estimator._score_name
    weighted = rows.weight is not None and takes_weights(scorer)
    weights = {"sample_weight": rows.weight} if weighted else {}

    def score(raw: NDArray, slab: slice) -> float:
        weight = None if rows.weight is None else rows.weight[slab]
        return targets.score(raw, loss, target[slab], weight)

    def judge(network: Network, own_score: float) -> dict[str, float]:
        if scorer is None or scoring == own:
            return {} if scorer is None else {"score": own_score}
        model = shallow_copy(session.estimator)
        # The rows were checked before and have lost their names.
        vars(model).pop("feature_names_in_", None)
        model.network_ = session.served(network)
        model._loss = loss
        return {"score": _judge(scorer, model, rows, weights)}

    kernel = targets.kernel(loss, x.shape[1:])
    return Validate(kernel, x, target, shares(rows.weight, dtype), score, judge)


def _encoded(session: Session, rows: Rows, dtype: Any) -> Any:
    try:
        return session.targets.encode(rows.y, dtype)
    except (TypeError, ValueError) as error:
        raise located(error, "y_val") from error


def _judge(scorer: Any, model: Any, rows: Rows, weights: dict[str, Any]) -> float:
    try:
        return float(scorer(model, rows.x, rows.y, **weights))
    except (AttributeError, TypeError) as error:
        raise ValueError(
            f"scoring={model.scoring!r} cannot judge this {type(model).__name__}: {error}"
        ) from error


def _say_nothing(message: str) -> None:
    """Stand in for print."""


def _watch(session: Session) -> Watch:
    estimator, pace = session.estimator, session.estimator._pace()
    watching = estimator.early_stopping and session.validation is not None
    scored = watching and estimator.scoring is not None
    column = "loss" if not watching else "score" if scored else "validation_loss"
    patience = estimator._patience()
    if watching:
        patience = max(patience, pace.epochs / 10)
    return Watch(
        column,
        measure=str(estimator.scoring) if scored else column,
        sign=-1.0 if scored else 1.0,
        tol=estimator.tol,
        patience=patience,
        schedule=pace.schedule,
        base_rate=pace.base_rate,
        keep_best=watching and estimator.restore_best,
        reason="early_stopping" if watching else "converged",
        say=print if estimator.verbose else _say_nothing,
        leave=independent(session),
    )


def _bridge(session: Session) -> SklearnCallbacks:
    session.estimator._loss = session.loss
    # Callbacks are shown the weights of each epoch before any are chosen.
    session.estimator._forget_choice(session.fresh)
    call = session.call
    weight = call.sample_weight
    metadata = {} if weight is None else {"sample_weight": weight}
    told = {"X": call.X, "y": call.y, "metadata": metadata}
    return SklearnCallbacks(session.estimator, session.context, told, call.epochs, session.served)
