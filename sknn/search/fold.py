"""The rows on which a network inside a model is trained and scored, in one split."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from traceback import format_exc
from typing import Any

from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline

from sknn._sklearn import shallow_copy, split_params, split_rows, without_listeners
from sknn.callbacks import Callback, Checkpoint, Pause
from sknn.estimators.base import BaseNetwork
from sknn.training.callbacks.copies import with_inner

_OUT_OF_PLACE = {
    Pause: "the search itself decides in how many parts it is trained. Remove it; max_iter of the "
    "search bounds the epochs.",
    Checkpoint: "all candidates would write the same file, and nothing could be resumed from it. "
    "Remove it from callbacks; to train the best network further, set it on best_estimator_ or "
    "fit a network with best_params_.",
}


def network_of(model: Any) -> tuple[Any, str]:
    """Return the network at the end of a model, and the prefix of its parameters.

    Raises
    ------
    TypeError
        If there is none.
    """
    network, prefix = model, ""
    while isinstance(network, Pipeline):
        name, network = network.steps[-1]
        prefix += f"{name}__"
    if not isinstance(network, BaseNetwork):
        raise TypeError(
            "The 'estimator' parameter of ArchitectureSearchCV must be a network of sknn, or a "
            f"Pipeline whose last step is one. Got {model!r} instead."
        )
    return network, prefix


def resource_of(network: Any) -> str:
    """Return the name of the parameter that limits the epochs."""
    return "max_iter" if hasattr(network, "max_iter") else "n_iter"


def configured(model: Any, params: dict[str, Any]) -> Any:
    """Return a copy of a model with other parameters, for at most this many epochs.

    A parameter may be the whole network, which has its own number of epochs.

    Raises
    ------
    ValueError
        If the network has a callback that makes no sense in a search.
    """
    network = network_of(model)[0]
    epochs = getattr(network, resource_of(network))
    made = clone(model).set_params(**clone(params, safe=False))
    network = network_of(made)[0]
    _check_callbacks(network.callbacks)
    network.set_params(**{resource_of(network): epochs})
    return made


def _check_callbacks(own: Any) -> None:
    """Raise for callbacks that interfere with a search; fit refuses other invalid values."""
    listed = own if isinstance(own, (list, tuple)) else ()
    for each in with_inner(each for each in listed if isinstance(each, Callback)):
        for kind, reason in _OUT_OF_PLACE.items():
            if isinstance(each, kind):
                raise ValueError(
                    "The network of ArchitectureSearchCV must not have the callback "
                    f"{kind.__name__}: {reason}"
                )


def with_network(model: Any, network: Any) -> Any:
    """Return the model with another network, without changing the model."""
    if not isinstance(model, Pipeline):
        return network
    twin = shallow_copy(model)
    name, last = model.steps[-1]
    twin.steps = [*model.steps[:-1], (name, with_network(last, network))]
    return twin


@dataclass(frozen=True)
class Fold:
    """One split of the rows, and the data that belong to them.

    Attributes
    ----------
    X, y : all rows
    train, test : ndarray of int
    fit_params, score_params : dict
        Arrays with one entry per row are split, too.
    """

    X: Any
    y: Any
    train: NDArray
    test: NDArray
    fit_params: dict[str, Any]
    score_params: dict[str, Any]

    def training(self, model: Any) -> tuple[Any, Any, dict[str, Any]]:
        """Return the rows to fit a model on, and further arguments of `fit`."""
        rows = split_rows(model, self.X, self.y, self.train)
        return *rows, split_params(self.X, params=self.fit_params, indices=self.train)

    def judging(self, model: Any, held_out: bool = True) -> tuple[Any, Any, dict[str, Any]]:
        """Return the rows to score a model on, and further arguments of the scorer."""
        rows = self.test if held_out else self.train
        params = split_params(self.X, params=self.score_params, indices=rows)
        return *split_rows(model, self.X, self.y, rows, self.train), params


class Recorder(BaseEstimator):
    """Replaces the network at the end of a Pipeline and keeps the arguments of its `fit`."""

    def __init__(self, network: Any = None) -> None:
        self.network = network

    def fit(self, X: Any, y: Any = None, **params: Any) -> Recorder:
        """Keep all arguments."""
        self.seen_ = X, y, params
        return self

    def get_metadata_routing(self) -> Any:
        """Request the metadata that the network requests."""
        return self.network.get_metadata_routing()


@dataclass(frozen=True)
class Lesson:
    """The arguments that a network is fitted with.

    Attributes
    ----------
    model : estimator
        Fitted except for its network.
    X, y : array-like
    params : dict
    seconds : float
        Time of fitting the previous steps.
    error : str or None
        The error, if a step failed.
    exam : Exam or None
        The rows by which the network is scored.
    """

    model: Any = None
    X: Any = None
    y: Any = None
    params: dict[str, Any] | None = None
    seconds: float = 0.0
    error: str | None = None
    exam: Any = None


def prepare(model: Any, fold: Fold) -> Lesson:
    """Fit the steps before the network."""
    begin = perf_counter()
    recorder = Recorder(network_of(model)[0])
    X, y, params = fold.training(model)
    # A Pipeline fits its steps in place, and those of other splits must not change.
    model = without_listeners(with_network(clone(model), recorder))
    model.fit(X, **params) if y is None else model.fit(X, y, **params)
    return Lesson(model, *recorder.seen_, perf_counter() - begin)


def try_to_prepare(model: Any, fold: Fold, error_score: Any) -> Lesson:
    """Fit the steps before the network; return errors unless they should be raised."""
    begin = perf_counter()
    try:
        return prepare(model, fold)
    except Exception:
        if error_score == "raise":
            raise
        return Lesson(seconds=perf_counter() - begin, error=format_exc())
