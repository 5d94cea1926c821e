"""Every schedule gives the hand-computed points and keeps its bounds and the family's promises."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

from sknn.core.spec import resolve
from sknn.exceptions import InvalidParameterError
from sknn.schedules import (
    Adaptive,
    BatchSize,
    Constant,
    Cosine,
    CosLog,
    Exponential,
    FlatCosine,
    InverseScaling,
    OneCycle,
    Plateau,
    Schedule,
    Step,
)
from tests.cases.schedules import BATCH_SIZES, HORIZON, INVALID, ROWS

each_row = pytest.mark.parametrize("row", ROWS, ids=str)
quick = settings(max_examples=60, deadline=None, database=None)
shares = st.floats(0.0, 1.0)
losses = st.lists(st.floats(-10.0, 10.0), max_size=40)


def rates(schedule, losses, state=None):
    """Return the factor after each of the observed losses."""
    state = {} if state is None else state
    factors = []
    for epoch, loss in enumerate(losses, start=1):
        schedule.observe(loss, state)
        factors.append(schedule.factor(epoch, 10 * epoch, HORIZON, state))
    return factors


@each_row
def test_points(row):
    for epoch, step, expected in row.points:
        factor = row.spec.factor(epoch, step, HORIZON, {})
        assert type(factor) is float
        assert factor == pytest.approx(expected, rel=1e-7, abs=1e-15)


@each_row
@given(epoch=st.floats(0, 1e4), later=st.floats(0, 1e3), horizon=st.integers(1, 2000))
@quick
def test_bounds_and_direction(row, epoch, later, horizon):
    now = row.spec.factor(epoch, int(7 * epoch), horizon, {})
    then = row.spec.factor(epoch + later, int(7 * (epoch + later)), horizon, {})
    assert row.lowest <= now <= 1.0
    assert then <= now or not row.falls


@each_row
@given(after=st.floats(0, 1e4), horizon=st.integers(1, 500))
@quick
def test_holds_after_the_horizon(row, after, horizon):
    if isinstance(row.spec, Exponential):
        horizon += 90  # its horizon is where the floor is reached
    end = getattr(row.spec, "epochs", None) or horizon
    last = row.spec.factor(end, 7 * end, horizon, {})
    held = row.spec.factor(end + after, 7 * end + int(7 * after), horizon, {})
    assert held == last or not row.ends


@pytest.mark.parametrize("alias", sorted(set(Schedule.registry) - {"invscaling"}))
@pytest.mark.parametrize("horizon", [1, 7, 30, 200])
def test_by_name_a_rate_stays_above_one_percent(alias, horizon):
    schedule = resolve(Schedule, alias, "learning_rate", "Test")
    factors = [schedule.factor(epoch / 4, epoch, horizon, {}) for epoch in range(16 * horizon)]
    assert 0.01 <= min(factors) and max(factors) <= 1.0


@pytest.mark.parametrize("kind", [Cosine, OneCycle])
@given(epoch=st.floats(0, 100), epochs=st.integers(1, 60), horizon=st.integers(1, 60))
@quick
def test_epochs_override_the_horizon(kind, epoch, epochs, horizon):
    by_spec = kind(epochs=epochs).factor(epoch, 0, horizon, {})
    assert by_spec == kind().factor(epoch, 0, epochs, {})


@given(warmup=st.floats(0, 0.99), final=shares, epoch=st.floats(0, 20))
@quick
def test_cosine_stays_between_its_ends(warmup, final, epoch):
    factor = Cosine(epochs=10, warmup=warmup, final=final).factor(epoch, 0, HORIZON, {})
    assert min(0.01, final) <= factor <= 1.0


@given(peak=st.floats(0.01, 0.99), start=st.floats(0.001, 1), final=shares, epoch=st.floats(0, 20))
@quick
def test_one_cycle_stays_between_its_ends(peak, start, final, epoch):
    schedule = OneCycle(10, peak, start, final)
    factor = schedule.factor(epoch, 0, HORIZON, {})
    assert min(start, final) - 1e-12 <= factor <= 1.0
    assert schedule.factor(10 * peak, 0, HORIZON, {}) == pytest.approx(1.0)


def test_who_is_asked_before_every_update():
    per_update = {kind for kind in Schedule.registry.values() if kind.per_update}
    assert per_update == {InverseScaling, Cosine, OneCycle, CosLog, FlatCosine}
    assert [kind for kind in Schedule.registry.values() if kind.waits_for_stall] == [Adaptive]


@pytest.mark.parametrize("alias", sorted(set(Schedule.registry) - {"adaptive"}))
def test_a_stall_ends_training_elsewhere(alias):
    state = {}
    assert Schedule.registry[alias]().on_stall(0.1, state) is False
    assert state == {}


def test_adaptive_cuts_as_scikit_learn_does():
    schedule, state, base_rate, expected = Adaptive(), {}, 0.001, 0.001
    while expected > 1e-6:
        assert schedule.on_stall(base_rate, state) is True
        expected /= 5.0
        assert base_rate * schedule.factor(0, 0, HORIZON, state) == pytest.approx(expected)
    before = dict(state)
    assert schedule.on_stall(base_rate, state) is False
    assert state == before


def test_adaptive_stops_at_once_from_a_tiny_rate():
    state = {}
    assert Adaptive().on_stall(1e-6, state) is False
    assert Adaptive(min_rate=0.0).on_stall(1e-6, state) is True


def test_plateau_leaves_progress_alone():
    assert set(rates(Plateau(patience=1), np.linspace(5.0, 1.0, 50))) == {1.0}


def test_plateau_cuts_when_patience_ends_and_then_rests():
    schedule = Plateau(decay=0.5, patience=3, cooldown=2, min_factor=0.2)
    factors = rates(schedule, [1.0] * 20)
    # One epoch sets the reference, three wait; then two rest and three wait.
    assert factors == [1.0] * 3 + [0.5] * 5 + [0.25] * 5 + [0.2] * 7


def test_plateau_needs_more_than_tol():
    slow = [1.0 - 0.01 * i for i in range(8)]
    assert rates(Plateau(patience=2, tol=0.5), slow)[-1] < 1.0
    # Small steps add up relative to a reference that does not follow them.
    assert set(rates(Plateau(patience=2, tol=0.015), slow)) == {1.0}


def test_plateau_cuts_once_for_one_lucky_epoch():
    steady = [1.0 - 0.01 * i for i in range(30)]
    lucky = [2.0, 0.1, *steady]
    assert rates(Plateau(patience=3), lucky)[-1] == 0.5


def test_plateau_takes_progress_during_the_rest():
    schedule, state = Plateau(patience=1, cooldown=5), {}
    rates(schedule, [1.0, 1.0, 0.5], state)
    assert state["reference"] == 0.5 and state["factor"] == 0.5


@given(losses=losses, patience=st.integers(1, 4), cooldown=st.integers(0, 4))
@quick
def test_plateau_falls_and_keeps_its_floor(losses, patience, cooldown):
    state = {}
    factors = rates(Plateau(patience=patience, cooldown=cooldown, min_factor=0.1), losses, state)
    assert factors == sorted(factors, reverse=True)
    assert all(0.1 <= factor <= 1.0 for factor in factors)
    assert all(type(value) is float for value in state.values())


@given(losses=losses, cut=st.integers(0, 40))
@quick
def test_plateau_continues_from_a_pickle(losses, cut):
    schedule, state = Plateau(patience=2, cooldown=1), {}
    first = rates(schedule, losses[:cut], state)
    schedule, state = pickle.loads(pickle.dumps((schedule, state)))
    whole = rates(Plateau(patience=2, cooldown=1), losses)
    assert first + rates(schedule, losses[cut:], state) == whole


@pytest.mark.parametrize("spec, horizon, rows, sizes", BATCH_SIZES, ids=str)
def test_batch_sizes(spec, horizon, rows, sizes):
    given_sizes = tuple(spec.size(epoch, horizon, rows) for epoch in range(len(sizes)))
    assert given_sizes == sizes
    assert all(type(size) is int for size in given_sizes)


@given(
    first=st.integers(1, 4096),
    last=st.integers(1, 4096),
    horizon=st.integers(1, 50),
    rows=st.integers(1, 5000),
)
@quick
def test_batch_sizes_move_one_way(first, last, horizon, rows):
    spec = BatchSize(np.int64(first), np.int64(last))
    sizes = [spec.size(epoch, np.int64(horizon), rows) for epoch in range(horizon + 3)]
    assert sizes == sorted(sizes, reverse=first > last)
    assert sizes[0] == min(first, rows)
    assert sizes[-1] == min(last, rows)
    assert all(type(size) is int and 1 <= size <= rows for size in sizes)


@each_row
def test_numpy_scalars_are_welcome(row):
    spec = clone(row.spec)
    drawn = {name: np.array(v)[()] for name, v in spec.get_params().items() if v is not None}
    spec.set_params(**drawn).check()
    for epoch, step, _ in row.points:
        factor = spec.factor(np.float64(epoch), np.int64(step), np.int64(HORIZON), {})
        assert type(factor) is float
        assert factor == row.spec.factor(epoch, step, HORIZON, {})


@pytest.mark.parametrize(
    "spec", [*(row.spec for row in ROWS), *(spec for spec, *_ in BATCH_SIZES)], ids=str
)
def test_is_a_spec(spec):
    assert clone(spec).get_params() == spec.get_params()
    assert pickle.loads(pickle.dumps(spec)).get_params() == spec.get_params()
    assert set(spec.get_params()) == set(spec.constraints)
    spec.check()


def test_names():
    for alias, kind in Schedule.registry.items():
        assert type(resolve(Schedule, alias, "learning_rate", "Test")) is kind
    assert isinstance(Schedule.registry["constant"](), Constant)
    assert isinstance(Schedule.registry["step"](), Step)


@pytest.mark.parametrize("kind, parameter, value", INVALID)
def test_invalid_parameters_are_named(kind, parameter, value):
    required = {"first": 32, "last": 64} if kind is BatchSize else {}
    with pytest.raises(InvalidParameterError, match=f"'{parameter}' parameter of {kind.__name__}"):
        kind(**(required | {parameter: value})).check()
