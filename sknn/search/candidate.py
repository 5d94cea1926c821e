"""One setting of the parameters, and the progress of its networks."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import joblib
import numpy as np

from sknn.estimators.fit.block import block_key
from sknn.search.fold import Lesson, configured, network_of
from sknn.search.training import Part, continued

_KEPT = ("rungs", "pending", "pace", "alive")


class Candidate:
    """One setting of the parameters, with a network for every split of the rows.

    Parameters
    ----------
    model : estimator
        With these parameters, not fitted.
    params : dict
    bracket : int
    n_splits : int

    Attributes
    ----------
    template : estimator
        The network of `model`.
    kind : hashable
        The same for candidates whose networks can be trained in one block.
    key : str or None
        Key of the steps before the network, the same for candidates with the same steps; None if
        there are none.
    networks : list of estimator or None, one per split
        To continue with; None if training is over, or over until the next rung.
    pending : dict of int to Part
        Training on each split since the last rung.
    parts : list of Part, one per split
        From the last rung that was finished; empty before the first.
    rungs : list of (int, list of Part)
        All finished rungs, by number.
    pace : dict of int to float
        Seconds per epoch on each split, in the last rung.
    alive : bool
        It may continue to the next rung, even if it has nothing left to train.
    """

    def __init__(self, model: Any, params: dict[str, Any], bracket: int, n_splits: int) -> None:
        self.model = model
        self.params = params
        self.bracket = bracket
        self.template, prefix = network_of(model)
        kind = block_key(self.template)
        self.kind = object() if kind is None else kind
        self.key = None
        if prefix:
            apart = {name: value for name, value in params.items() if not name.startswith(prefix)}
            self.key = joblib.hash(sorted(apart.items()))
        self.networks: list[Any] = [self.template] * n_splits
        self.pending: dict[int, Part] = {}
        self.pace: dict[int, float] = {}
        self.rungs: list[tuple[int, list[Part]]] = []
        self.alive = True

    @property
    def parts(self) -> list[Part]:
        """State after the last finished rung."""
        return self.rungs[-1][1] if self.rungs else []

    @property
    def failed(self) -> bool:
        """Whether a network could not be trained."""
        return any(part.outcome["fit_error"] is not None for part in self.parts)

    def seconds_left(self, epochs: int) -> float:
        """Return how long training up to an epoch should take on all splits, inf if unknown."""
        if not self.parts:
            return math.inf
        return sum(self.pace[i] * (epochs - self.parts[i].n_epochs) for i in self.due())

    def due(self) -> list[int]:
        """Return the splits on which there is something to train in this rung."""
        return [split for split, network in enumerate(self.networks) if network is not None]

    def network(self, split: int) -> Any:
        """Return the network to continue with."""
        network = self.networks[split]
        return network if network is self.template else continued(network, self.template)

    def take(self, split: int, part: Part, lesson: Lesson | None) -> None:
        """Keep the outcome of training on a split; times add up."""
        outcome = dict(part.outcome)
        earlier = self.parts[split].n_epochs if self.rungs else 0
        self.pace[split] = outcome["fit_time"] / max(1, part.n_epochs - earlier)
        if self.rungs:
            before = self.parts[split].outcome
            for name in ("fit_time", "score_time"):
                outcome[name] += before[name]
        elif lesson is not None:
            outcome["fit_time"] += lesson.seconds
        self.pending[split] = Part(outcome, part.n_epochs, part.network)
        self.networks[split] = None

    def state(self) -> dict[str, Any]:
        """Return the results besides the parameters."""
        begun = {i: self.networks[i] for i in self.due() if self.networks[i] is not self.template}
        return {name: getattr(self, name) for name in _KEPT} | {"networks": begun}

    def restore(self, state: dict[str, Any]) -> None:
        """Restore this state."""
        for name in _KEPT:
            setattr(self, name, state[name])
        begin = None if self.rungs else self.template
        self.networks = [
            None if i in self.pending else state["networks"].get(i, begin)
            for i in range(len(self.networks))
        ]

    def finish(self, rung: int) -> None:
        """Finish a rung with the training since the last one, if there was any."""
        before = self.parts
        parts = [self.pending.get(i) or before[i] for i in range(len(self.networks))]
        self.pending = {}
        self.networks = [part.network for part in parts]
        # Networks are needed once: kept for longer, they would only take memory.
        parts = [Part(part.outcome, part.n_epochs) for part in parts]
        self.rungs.append((rung, parts))
        if self.failed:
            self.drop()

    def drop(self) -> None:
        """Drop out: free the networks."""
        self.alive = False
        self.networks = [None] * len(self.networks)

    def score(self, metric: str) -> float:
        """Return the mean score on held-out rows."""
        return float(np.mean([_figure(part.outcome["test_scores"], metric) for part in self.parts]))


def _figure(scores: Any, metric: str) -> float:
    """Return the score with a name, or the first one if there is no such name."""
    if not isinstance(scores, dict):
        return scores
    return scores[metric] if metric in scores else next(iter(scores.values()))


def candidates_of(
    model: Any, settings: Iterable[dict[str, Any]], sizes: Iterable[int], n_splits: int
) -> list[Candidate]:
    """Return a candidate for each setting, the first ones in the first bracket.

    Parameters
    ----------
    sizes : iterable of int
        Candidates of each bracket.

    Raises
    ------
    ValueError, TypeError
        For a parameter that is wrong in all of them.
    """
    brackets = [bracket for bracket, size in enumerate(sizes) for _ in range(size)]
    candidates = [
        Candidate(configured(model, params), params, bracket, n_splits)
        for params, bracket in zip(settings, brackets, strict=False)
    ]
    _refuse_what_all_share([each.template for each in candidates])
    return candidates


def _refuse_what_all_share(networks: list[Any]) -> None:
    """Raise the error of a parameter that all networks have in common, however they are drawn."""
    errors = [_error_of(network) for network in networks]
    first = errors[0]
    if first is not None and len({str(error) for error in errors}) == 1:
        raise first


def _error_of(network: Any) -> Exception | None:
    """Return the error about the parameters of a network."""
    try:
        network._check_parameters()
        network._recipe()
    except Exception as error:
        return error
    return None


def survivors(candidates: list[Candidate], n: int, metric: str) -> list[Candidate]:
    """Return the `n` best candidates, without those that failed; earlier ones win ties."""
    sound = [each for each in candidates if not each.failed and np.isfinite(each.score(metric))]
    return sorted(sound, key=lambda each: -each.score(metric))[:n]
