"""Random numbers of several networks at once."""

import pickle

import numpy as np
import pytest

from sknn.core.layers.base import Context
from sknn.core.random_streams import MemberGenerator, SharedGenerator
from sknn.layers import Dropout


def shared():
    return SharedGenerator(np.random.default_rng(0))


@pytest.mark.parametrize("draw", ["random", "standard_normal"])
def test_all_members_get_what_one_would_get(draw):
    rng, alone, out = shared(), np.random.default_rng(0), np.empty((3, 4, 5))
    assert getattr(rng, draw)(out=out) is out
    assert (out == getattr(alone, draw)((4, 5))).all()
    assert getattr(rng, draw)(3).tolist() == getattr(alone, draw)(3).tolist()
    assert rng.bit_generator.state == alone.bit_generator.state


@pytest.mark.parametrize(
    "rng", [shared(), MemberGenerator([np.random.default_rng(seed) for seed in (0, 1)])]
)
def test_a_pickle_continues_alike(rng):
    twin = pickle.loads(pickle.dumps(rng))
    assert type(twin) is type(rng)
    assert (twin.random(out=np.empty((2, 5))) == rng.random(out=np.empty((2, 5)))).all()


@pytest.mark.parametrize("strength", [1.0, 0.3])
@pytest.mark.parametrize("rates", [(0.2, 0.2), (0.1, 0.7), (0.99999, 0.5)])
def test_members_of_one_seed_drop_by_the_same_numbers(rates, strength):
    x = np.ones((2, 7, 9), np.float32)
    together = Dropout()
    together.rate = rates[0] if rates[0] == rates[1] else np.array(rates)
    seen = run(together, x, shared(), strength)
    for own, rate in zip(seen, rates, strict=True):
        alone = run(Dropout(rate), x[0], np.random.default_rng(0), strength)
        assert own.tobytes() == alone.tobytes()


def run(layer, x, rng, strength):
    scratch = {"keep": np.empty(x.shape, bool), "factor": np.empty_like(x)}
    context, y = Context(scratch, True, rng), np.empty_like(x)
    context.strength = strength
    layer.forward({}, x, y, context)
    return y
