"""The only module that touches scikit-learn names that depend on its version."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import FunctionType
from typing import Any, NamedTuple, TypeVar

from sklearn import model_selection
from sklearn.base import _fit_context
from sklearn.metrics._scorer import _MultimetricScorer, _PassthroughScorer, _Scorer
from sklearn.model_selection._search import BaseSearchCV as BaseSearchCV
from sklearn.model_selection._validation import (
    _insert_error_scores,
    _score,
    _warn_or_raise_about_fit_failures,
)
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import validate_params
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_feature_names_in, _check_method_params
from sklearn.utils.validation import validate_data as validate_data

from sknn._format.allowed import LISTENERS
from sknn.training.callbacks import Callback, Phase, Progress

try:  # scikit-learn >= 1.9
    from sklearn.callback import CallbackSupportMixin, with_callbacks

    HAS_CALLBACKS = True
except ImportError:
    HAS_CALLBACKS = False

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Replacement for scikit-learn without callbacks: there is nothing to set."""

    def with_callbacks(method: Callable) -> Callable:  # type: ignore[no-redef]
        """Return the method as it is."""
        return method


feature_names_in = _check_feature_names_in
MultimetricScorer = _MultimetricScorer
split_rows = _safe_split
rows_at = _safe_indexing
split_params = _check_method_params
score_of = _score
insert_error_scores = _insert_error_scores
warn_or_raise_about_failures = _warn_or_raise_about_fit_failures


def columns_of_steps(transformer: Any) -> Iterator[tuple[Any, list[int], slice]]:
    """Yield each step of a fitted ColumnTransformer, its columns of X and its places in the result.

    Parameters
    ----------
    transformer : ColumnTransformer
    """
    for name, step, _ in transformer.transformers_:
        places = transformer.output_indices_[name]
        if places.stop > places.start:
            yield step, list(transformer._transformer_to_input_indices[name]), places


class Listener(NamedTuple):
    """The estimator that scikit-learn's callbacks know, and its context."""

    estimator: Any
    context: Any


class SklearnCallbacks(Callback):
    """Tells the callbacks set with ``set_callbacks`` of every epoch.

    scikit-learn thinks in tasks: the fit is one, each epoch is one below it. Members that are
    trained one after the other are one fit.

    Parameters
    ----------
    estimator : estimator
        The working copy that is being fitted.
    listener : Listener
        The estimator callbacks know, and the context of the whole fit.
    data : dict
        X, y and metadata as the hooks want them.
    epochs : int
        Most epochs of one training.
    served : callable
        Returns a network that is being trained as it would predict now.
    """

    phase = Phase.REPORT

    def __init__(
        self,
        estimator: Any,
        listener: Listener,
        data: dict[str, Any],
        epochs: int,
        served: Callable[[Any], Any],
    ) -> None:
        self.estimator = estimator
        self.known, self.context = listener
        self.data = data
        self.epochs = epochs
        self.served = served
        self.task: Any = None

    def begin(self) -> None:
        """Open the task of the fit."""
        self._tell(self.context.call_on_fit_task_begin, **self.data)

    def end(self, network: Any) -> None:
        """Close the task of the fit, which ends with `network`."""
        self._tell(
            self.context.call_on_fit_task_end,
            reconstruction_attributes=lambda: self._attributes(network),
            **self.data,
        )

    def _attributes(self, network: Any) -> dict[str, Any]:
        """Return the attributes with which the estimator that callbacks know counts as fitted."""
        before = vars(self.known)
        learned = {
            name: value
            for name, value in vars(self.estimator).items()
            if name not in before or before[name] is not value
        }
        return learned | {"network_": network}

    def _now(self) -> dict[str, Any]:
        return self._attributes(self.served(self.progress.candidate))

    def _tell(self, hook: Callable, **values: Any) -> bool:
        return bool(hook(estimator=self.known, **values))

    def _open(self) -> None:
        self.task = self.context.subcontext(task_name="epoch")
        self._tell(
            self.task.call_on_fit_task_begin,
            reconstruction_attributes=self._now,
            **self.data,
        )

    def on_train_begin(self, progress: Progress) -> None:
        """Open the task of the first epoch."""
        self.progress = progress
        self._epochs_left = self.epochs
        if self._epochs_left > 0:
            self._open()

    def on_epoch_end(self, progress: Progress) -> None:
        """Close the task of the epoch; a callback may ask to stop."""
        stop = self._tell(
            self.task.call_on_fit_task_end,
            reconstruction_attributes=self._now,
            **self.data,
        )
        self.task = None
        self._epochs_left -= 1
        if stop:
            progress.stop("callback")
        if self._epochs_left > 0 and progress.stop_reason is None:
            self._open()

    def on_train_end(self, progress: Progress) -> None:
        """Close open contexts."""
        if self.task is not None:
            self._tell(self.task.call_on_fit_task_end)
            self.task = None


def callback_context(estimator: Any, epochs: int) -> Listener | None:
    """Open scikit-learn's callback context for one call; None without callbacks."""
    listening = hasattr(estimator, "_skl_callbacks") or hasattr(estimator, "_parent_callback_ctx")
    if not HAS_CALLBACKS or not listening:
        return None
    return Listener(estimator, estimator._init_callback_context(max_subtasks=epochs))


class Report(NamedTuple):
    """A task of a search as scikit-learn's callbacks see it; without a context, none is called.

    Attributes
    ----------
    search : estimator or None
        The one whose task it is.
    context : sklearn.callback.CallbackContext or None
    """

    search: Any = None
    context: Any = None

    def part(self, name: str, n_parts: int) -> Report:
        """Return a task below this one, of `n_parts` that may run at once."""
        if self.context is None:
            return self
        known = self.context._children_map
        inner = self.context.subcontext(
            task_name=name,
            task_id=None if self.context.sequential_subtasks else len(known),
            max_subtasks=n_parts,
            sequential_subtasks=False,
        )
        return Report(self.search, inner)

    @contextmanager
    def told(self, part: Any = None, **data: Any) -> Iterator[None]:
        """Tell of begin and end of the task; what an estimator does in it is part of it."""
        if self.context is None:
            yield
            return
        try:
            if part is None:
                self.context.call_on_fit_task_begin(estimator=self.search, **data)
                yield
            else:
                with self.context.propagate_callback_context(part):
                    self.context.call_on_fit_task_begin(estimator=self.search, **data)
                    yield
        finally:
            self.context.call_on_fit_task_end(estimator=self.search, **data)


def report_of(search: Any, parts: list[Any], n_parts: int) -> Report:
    """Open the task of a whole search, if somebody listens to it or to a part of it."""
    listening = any(
        hasattr(each, name)
        for each in (search, *parts)
        for name in ("_skl_callbacks", "_parent_callback_ctx")
    )
    if not HAS_CALLBACKS or not listening:
        return Report()
    return Report(search, search._init_callback_context(max_subtasks=n_parts))


def requests_of(estimator: Any) -> tuple[type, str]:
    """Return a key that is equal for estimators with the same routed metadata."""
    return type(estimator), repr(getattr(estimator, "_metadata_request", None))


def listeners_of(estimator: Any) -> dict[str, Any]:
    """Return the attributes in which an estimator holds scikit-learn's callbacks."""
    return {name: value for name, value in vars(estimator).items() if name == "_skl_callbacks"}


def without_listeners(estimator: Any) -> Any:
    """Remove from an estimator scikit-learn's callbacks and the objects they hold during a call.

    They may hold bars, queues or threads, which cannot be pickled.
    """
    for name in LISTENERS:
        vars(estimator).pop(name, None)
    return estimator


def _with_names(function: Callable, **names: Any) -> Callable:
    """Return a twin of a function that finds other things under some names of its module.

    All else is what the installed version of scikit-learn does. The twin looks names up in a copy
    of the globals of the module, so nothing of scikit-learn's is changed.
    """
    plain: Any = inspect.unwrap(function)
    known = plain.__globals__ | names
    twin = FunctionType(
        plain.__code__, known, plain.__name__, plain.__defaults__, plain.__closure__
    )
    twin.__kwdefaults__ = plain.__kwdefaults__
    return wraps(plain)(twin)


def _checked(function: Any, **names: Any) -> Callable:
    """Return a twin of a public function that checks its arguments in the same way."""
    check = validate_params(
        function._skl_parameter_constraints, prefer_skip_nested_validation=False
    )
    return check(_with_names(function, **names))


def search_by(parallel: Callable) -> Callable:
    """Return the `fit` of scikit-learn's searches with another class for joblib's Parallel."""
    twin = _with_names(BaseSearchCV.fit, Parallel=parallel)
    return _fit_context(prefer_skip_nested_validation=False)(twin)


def cross_validate_by(parallel: type) -> Callable:
    """Return scikit-learn's `cross_validate` with another class for joblib's Parallel."""
    return _checked(model_selection.cross_validate, Parallel=parallel)


def cross_val_score_by(cross_validate: Callable) -> Callable:
    """Return scikit-learn's `cross_val_score` with another `cross_validate` below it."""
    return _checked(model_selection.cross_val_score, cross_validate=cross_validate)


def hears(context: Any) -> bool:
    """Return whether callbacks of scikit-learn listen to a task of a search."""
    return bool(getattr(context, "_callbacks", ()))


def sees_answers_only(scorer: Any, params: dict[str, Any]) -> bool:
    """Return whether a scorer asks a model for answers to rows, and looks at nothing else.

    A Pipeline passes on what its own `score` is given to its steps, too.
    """
    if isinstance(scorer, _MultimetricScorer):
        return all(sees_answers_only(each, params) for each in scorer._scorers.values())
    return type(scorer) is _Scorer or (type(scorer) is _PassthroughScorer and not params)


class _Apart(_MultimetricScorer):
    """Several metrics, each of which asks the model for its answers."""

    def _use_cache(self, estimator: Any) -> bool:
        return False


def apart(scorer: Any) -> Any:
    """Return a scorer whose metrics do not share answers that differ.

    scikit-learn keeps the answers of a model by the name of its method alone, so metrics with
    another `pos_label` get those that an earlier one has asked for.
    """
    if not isinstance(scorer, _MultimetricScorer):
        return scorer
    each = scorer._scorers.values()
    labels = {repr(getattr(one, "_kwargs", {}).get("pos_label")) for one in each}
    if len(labels) < 2:
        return scorer
    return _Apart(scorers=scorer._scorers, raise_exc=scorer._raise_exc)


def is_own_score(scorer: Any) -> bool:
    """Return whether a scorer is the method `score` of the estimator."""
    return type(scorer) is _PassthroughScorer


def takes_weights(scorer: Any) -> bool:
    """Return whether the metric of a scorer takes sample weights; False for a bare callable."""
    metric = getattr(scorer, "_score_func", None)
    return metric is not None and "sample_weight" in inspect.signature(metric).parameters


E = TypeVar("E")


def shallow_copy(estimator: E) -> E:
    """Return a second object with the same attributes; none of them is copied."""
    twin = object.__new__(type(estimator))
    twin.__dict__.update(copy.copy(estimator.__dict__))
    return twin


def searches() -> tuple[type, ...]:
    """Return the classes of scikit-learn's searches, also those that it calls experimental."""
    from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
    from sklearn.model_selection._search_successive_halving import (
        HalvingGridSearchCV,
        HalvingRandomSearchCV,
    )

    return GridSearchCV, RandomizedSearchCV, HalvingGridSearchCV, HalvingRandomSearchCV
