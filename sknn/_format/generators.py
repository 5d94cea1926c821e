"""Random generators: their state, and what they would spawn."""

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
_MOST_WORDS = 64
_SEED_FIELDS = ("entropy", "spawn_key", "pool_size", "n_children_spawned")
_ANY_SEED = SeedSequence(0)


class BitGenerator(Kind):
    """Where random bits come from; generators may share one."""

    key = "bits"

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
        bits.state = state | {"bit_generator": kind.__name__}
        return bits


def _seed(told: Any) -> SeedSequence:
    """Return a seed that spawns what the one that was written would; its pool is no bomb."""
    entropy, spawn_key, pool_size, spawned = told
    if type(pool_size) is not int or pool_size > _MOST_WORDS:
        raise ValueError("the pool of a seed is too large")
    return SeedSequence(
        entropy, spawn_key=spawn_key, pool_size=pool_size, n_children_spawned=spawned
    )


class RandomGenerator(Kind):
    """NumPy's generator over its bits."""

    key = "generator"

    def suits(self, value: Any) -> bool:
        return type(value) is Generator

    def tell(self, value: Generator, out: Telling) -> Any:
        return {self.key: out.tell(value.bit_generator)}

    def make(self, node: Any, source: Making) -> Generator:
        return Generator(source.make(node[self.key]))


class Members(Kind):
    """Our generator of members: the generators of all of them."""

    key = "members"

    def suits(self, value: Any) -> bool:
        return type(value) is MemberGenerator

    def tell(self, value: MemberGenerator, out: Telling) -> Any:
        return {self.key: [out.tell(each) for each in value.members]}

    def make(self, node: Any, source: Making) -> MemberGenerator:
        return MemberGenerator([source.make(each) for each in node[self.key]])


class OldGenerator(Kind):
    """NumPy's RandomState."""

    key = "randomstate"

    def suits(self, value: Any) -> bool:
        return type(value) is RandomState

    def tell(self, value: RandomState, out: Telling) -> Any:
        state = value.get_state(legacy=False)
        if state["bit_generator"] != "MT19937":
            raise Unsavable("a RandomState over other bits than those of MT19937 cannot be written")
        return {self.key: out.tell({name: each for name, each in state.items()})}

    def make(self, node: Any, source: Making) -> RandomState:
        made = RandomState(0)
        made.set_state(source.make(node[self.key]))
        return made


KINDS = (BitGenerator(), RandomGenerator(), Members(), OldGenerator())
