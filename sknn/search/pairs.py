"""The tasks of scikit-learn's searches: one candidate on one split of the rows."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

import joblib
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from sknn._sklearn import apart, hears, listeners_of, requests_of
from sknn.estimators.base import BaseNetwork
from sknn.estimators.fit.block import block_key

WISHES = (
    "parameters",
    "verbose",
    "split_progress",
    "return_n_test_samples",
    "return_parameters",
    "return_estimator",
)
NO_FRONT = "no steps before the network"


@dataclass
class Pair:
    """One candidate on one split of the rows.

    Attributes
    ----------
    index : int
        Its place among the tasks.
    task : (callable, tuple, dict)
        As scikit-learn passes it.
    model : estimator or None
        A copy with the parameters of the candidate, not fitted. None: an ordinary task.
    network : estimator
        `model`, or the network at its end.
    front : hashable
        The same for pairs with the same steps before the network.
    key : hashable or None
        The same for pairs whose networks can be trained in one block; None: it is trained alone.
    """

    index: int
    task: tuple[Callable, tuple[Any, ...], dict[str, Any]]
    model: Any = None
    network: Any = None
    front: Hashable = None
    key: Hashable = None

    @property
    def asked(self) -> dict[str, Any]:
        """Information that scikit-learn needs."""
        return self.task[2]

    @property
    def wishes(self) -> dict[str, Any]:
        """The part of it that a single pair needs; sending the rest would be a waste."""
        return {name: self.asked.get(name) for name in WISHES}

    @property
    def split(self) -> tuple[int, int]:
        """Key of the split: all candidates share the arrays of rows."""
        return id(self.asked["train"]), id(self.asked["test"])

    @property
    def candidate(self) -> int:
        """Key of the candidate."""
        return id(self.asked["parameters"])


def end_of(model: Any) -> tuple[Any, str]:
    """Return the last step of the last Pipeline, and the prefix of its parameters.

    Pipelines of other packages may do other things with the rows, so they are not unwrapped.
    """
    prefix = ""
    while type(model) is Pipeline:
        name, model = model.steps[-1]
        prefix += f"{name}__"
    return model, prefix


@dataclass
class PairReader:
    """Finds the network of each pair, and what it shares with others.

    The same candidate comes once for every split, so results about it are kept.
    """

    known: dict[int, tuple[Hashable, Hashable]] = field(default_factory=dict)

    def read(self, tasks: Iterable[Any]) -> list[Pair]:
        """Return all tasks as pairs."""
        pairs = [Pair(index, task) for index, task in enumerate(tasks)]
        for pair in pairs:
            pair.asked["scorer"] = apart(pair.asked["scorer"])
            self._look_at(pair)
        return pairs

    def _look_at(self, pair: Pair) -> None:
        """Note which pairs can be trained together; the others stay ordinary tasks."""
        model = pair.task[1][0]
        # scikit-learn prints the lines of the most verbose searches; callbacks follow its fits.
        if pair.asked["verbose"] > 9 or hears(pair.asked.get("callback_ctx")):
            return
        given = pair.asked["parameters"] or {}
        try:
            model = model.set_params(**clone(given, safe=False))
        except Exception:  # The ordinary task raises it.
            return
        network, prefix = end_of(model)
        if not isinstance(network, BaseNetwork) or listeners_of(network) or listeners_of(model):
            return
        if pair.candidate not in self.known:
            front = _front_of(given, prefix) if type(model) is Pipeline else NO_FRONT
            if front not in (None, NO_FRONT):
                # The output of the steps depends on what the network requests.
                front = front, requests_of(network)
            self.known[pair.candidate] = front, block_key(network)
        front, key = self.known[pair.candidate]
        pair.model, pair.network = model, network
        # Steps that cannot be compared are not shared.
        pair.front = object() if front is None else front
        pair.key = key


def _front_of(given: dict[str, Any], prefix: str) -> Hashable | None:
    """Return a key of the steps before a network, equal for candidates that share them."""
    own = {name for name in given if name.startswith(prefix) or f"{name}__" == prefix}
    try:
        return joblib.hash(sorted((name, each) for name, each in given.items() if name not in own))
    except Exception:  # Lambdas, for example, have no bytes to compare.
        return None
