"""Random generators: their state, and the seeds of generators they would spawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator, RandomState, SeedSequence

from sknn._format.kind import Kind, Making, Telling, Unsavable
from sknn.core.random_streams import MemberGenerator

_BITS = {
    kind.__name__: kind
    for kind in (
        np.random.PCG64,
        np.random.PCG64DXSM,
        np.random.MT19937,
        np.random.Philox,
        np.random.SFC64,
    )
}
_PLACES = {"pos": 624, "buffer_pos": 4}
"""Position of a generator in its block of numbers, at which NumPy reads without a check."""

_MOST_WORDS = 64
"""In a pool, an entropy or a spawn key."""

_SEED_FIELDS = ("entropy", "spawn_key", "pool_size", "n_children_spawned")
_ANY_SEED = SeedSequence(0)


class BitGenerator(Kind):
    """A source of random bits, which generators may share."""

    key = "bits"
    cost = 4096

    def suits(self, value: Any) -> bool:
        return type(value) in _BITS.values()

    def tell(self, value: Any, out: Telling) -> Any:
        seed = value.seed_seq
        told = (
            [getattr(seed, name) for name in _SEED_FIELDS] if type(seed) is SeedSequence else None
        )
        state = {name: each for name, each in value.state.items() if name != "bit_generator"}
        return {self.key: type(value).__name__, "state": out.tell(state), "seed": out.tell(told)}

    def make(self, node: Any, source: Making) -> Any:
        kind = _BITS[node[self.key]]
        state, seed = source.make(node["state"]), source.make(node["seed"])
        bits = kind(_ANY_SEED if seed is None else _seed(seed))
        _check_state(state)
        bits.state = state | {"bit_generator": kind.__name__}
        return bits


def _check_state(state: Any) -> None:
    """Raise ValueError for a state that leads out of the memory of a generator."""
    if type(state) is not dict:
        raise ValueError("the state of a generator is a dict")
    for name, each in state.items():
        if type(each) is dict:
            _check_state(each)
        elif name in _PLACES and not (type(each) is int and 0 <= each <= _PLACES[name]):
            raise ValueError(f"a generator has no number at {name} {each!r}")
        elif not isinstance(each, (int, float, str, np.ndarray)):
            raise ValueError("the state of a generator is made of numbers")


def _seed(told: Any) -> SeedSequence:
    """Return a seed that spawns the same as the saved one; its pool has bounded size."""
    entropy, spawn_key, pool_size, spawned = told
    if type(pool_size) is not int or pool_size > _MOST_WORDS:
        raise ValueError("the pool of a seed is too large")
    if not (entropy is None or _are_words(entropy)) or not _are_words(spawn_key):
        raise ValueError("a seed is made of whole numbers")
    return SeedSequence(
        entropy, spawn_key=spawn_key, pool_size=pool_size, n_children_spawned=spawned
    )


def _are_words(value: Any) -> bool:
    """Return whether a value is a whole number or a plain sequence of them."""
    if isinstance(value, (int, np.integer)):
        return True
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "iu"
    return isinstance(value, (list, tuple)) and all(
        isinstance(each, (int, np.integer)) for each in value
    )


class RandomGenerator(Kind):
    """NumPy's generator over its bits."""

    key = "generator"

    def suits(self, value: Any) -> bool:
        return type(value) is Generator

    def tell(self, value: Generator, out: Telling) -> Any:
        return {self.key: out.tell(value.bit_generator)}

    def make(self, node: Any, source: Making) -> Generator:
        bits = source.make(node[self.key])
        if type(bits) not in _BITS.values():
            raise ValueError("a generator is made of bits")
        return Generator(bits)


class Members(Kind):
    """The generator of members in sknn: the generators of all of them."""

    key = "members"

    def suits(self, value: Any) -> bool:
        return type(value) is MemberGenerator

    def tell(self, value: MemberGenerator, out: Telling) -> Any:
        return {self.key: [out.tell(each) for each in value.members]}

    def make(self, node: Any, source: Making) -> MemberGenerator:
        members = [source.make(each) for each in node[self.key]]
        if not members or any(type(each) is not Generator for each in members):
            raise ValueError("the members of a generator are generators")
        return MemberGenerator(members)


class OldGenerator(Kind):
    """NumPy's RandomState."""

    key = "randomstate"
    cost = 1 << 15

    def suits(self, value: Any) -> bool:
        return type(value) is RandomState

    def tell(self, value: RandomState, out: Telling) -> Any:
        state = value.get_state(legacy=False)
        if state["bit_generator"] != "MT19937":
            raise Unsavable("a RandomState over other bits than those of MT19937 cannot be written")
        return {self.key: out.tell({name: each for name, each in state.items()})}

    def make(self, node: Any, source: Making) -> RandomState:
        state = source.make(node[self.key])
        _check_state(state)
        made = RandomState(0)
        made.set_state(state)
        return made


KINDS = (BitGenerator(), RandomGenerator(), Members(), OldGenerator())
