"""The flat vector: order of sections, views that remain views, initial values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknn.core.initializers import Ones, Uniform
from sknn.core.layout import Growth, Layout, Param, Plan, Role

shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)
params = st.builds(Param, shape=shapes, init=st.just(Ones()), role=st.sampled_from(list(Role)))
plans = st.lists(
    st.dictionaries(st.sampled_from("abcd"), params, max_size=3).map(lambda p: Plan((1,), p)),
    min_size=1,
    max_size=4,
)


@given(plans)
def test_sections_follow_each_other_and_cover_the_vector(plans):
    layout = Layout(plans)
    assert [slot.start for slot in layout.slots] == [0, *(s.stop for s in layout.slots)][:-1]
    assert layout.n_decayed <= layout.n_trainable <= layout.size
    for slot in layout.slots:
        ends = {
            Role.DECAYED: layout.n_decayed,
            Role.PLAIN: layout.n_trainable,
            Role.TRACKED: layout.size,
        }
        assert slot.stop <= ends[slot.param.role]
        if slot.param.role is not Role.DECAYED:
            assert slot.start >= layout.n_decayed


@given(plans, st.sampled_from([(), (3,)]))
def test_views_share_memory_and_hold_everything(plans, lead):
    layout = Layout(plans)
    vector = np.zeros((*lead, layout.size))
    for views in layout.views(vector):
        for view in views.values():
            view += 1.0
    assert (vector == 1.0).all()


@given(plans)
def test_a_gradient_has_no_views_of_tracked_parameters(plans):
    layout = Layout(plans)
    views = layout.views(np.zeros(layout.n_trainable))
    for plan, own in zip(plans, views, strict=True):
        trained = {k for k, param in plan.params.items() if param.role is not Role.TRACKED}
        assert set(own) == trained


def test_members_are_drawn_one_after_the_other():
    plan = Plan((2,), {"W": Param((2, 3), Uniform(-1, 1)), "b": Param((3,), Uniform(-1, 1))})
    layout = Layout([plan])
    together = np.zeros((2, layout.size))
    layout.draw(together, np.random.default_rng(0))
    rng = np.random.default_rng(0)
    alone = np.zeros(layout.size)
    for member in together:
        layout.draw(alone, rng)
        np.testing.assert_array_equal(member, alone)
    assert (together[0] != together[1]).all()


@pytest.mark.parametrize("lead", [(), (2,)])
def test_no_parameters_at_all(lead):
    layout = Layout([Plan((2,))])
    vector = np.zeros((*lead, 0))
    layout.draw(vector, np.random.default_rng(0))
    assert layout.views(vector) == [{}]


@pytest.mark.parametrize("lead", [(), (3,)])
def test_remap_moves_units_and_leaves_the_rest(lead):
    def layout(units):
        hidden = Plan((4,), {"W": Param((2, 4), Uniform(-1, 1))})
        params = {"W": Param((4, units), Uniform(-1, 1)), "b": Param((units,), Uniform(-1, 1))}
        return Layout([hidden, Plan((units,), params)], ["hidden0", "output"])

    old, new = layout(2), layout(4)
    growth = Growth("output", np.array([3, 1]), np.array([0]))
    vector = np.random.default_rng(0).standard_normal((*lead, old.size))
    out = np.full((*lead, new.size), 7.0)
    old.remap(vector, new, out, growth)
    before, after = old.views(vector), new.views(out)
    np.testing.assert_array_equal(before[0]["W"], after[0]["W"])
    for key in ("W", "b"):
        np.testing.assert_array_equal(before[1][key], after[1][key][..., [3, 1]])
        assert (after[1][key][..., 0] == 0).all()
        assert (after[1][key][..., 2] == 7.0).all()


def test_a_parameter_may_be_one_number():
    layout = Layout([Plan((3,), {"n": Param((), Ones())})])
    for lead in ((), (2,)):
        vector = np.zeros((*lead, layout.size))
        layout.draw(vector, np.random.default_rng(0))
        view = layout.views(vector)[0]["n"]
        assert view.shape == lead
        assert (view == 1.0).all()
