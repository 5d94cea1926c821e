"""Blocks compute what their layers compute one by one, and refuse what they cannot join."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from sknn.core.initializers import Zeros
from sknn.core.layers import (
    BatchNorm,
    Defaults,
    Dense,
    Dropout,
    FillSteps,
    GaussianNoise,
    LayerNorm,
    Parallel,
    Residual,
    Sparsity,
)
from sknn.core.layers.base import Layer
from sknn.core.layout import Param, Plan, Role
from sknn.exceptions import InvalidParameterError
from tests.checks.layers import Bench


def part(prefix, views):
    """Return the arrays of one layer of a block."""
    return {key[len(prefix) :]: view for key, view in views.items() if key.startswith(prefix)}


def alone(layer, in_shape, params, x, dy=None, members=0):
    """Run one layer by itself with given parameters; return its bench."""
    bench = Bench(layer, in_shape, members=members)
    for key, view in bench.params.items():
        view[...] = params[key]
    bench.forward(x)
    if dy is not None:
        bench.backward(dy, x)
    return bench


@pytest.mark.parametrize("members", [0, 3])
@pytest.mark.parametrize("in_shape", [(5,), (3, 5)], ids=str)
def test_residual_is_its_chain_next_to_its_input(in_shape, members):
    first, second = Dense(6, "tanh"), Dense(5, "silu")
    block = Bench(Residual([first, second]), in_shape, members=members)
    block.forward()
    block.backward()
    p, g = block.params, block.layout.views(block.grad)[0]
    one = alone(first, in_shape, part("hidden0.", p), block.x, members=members)
    inner = (*in_shape[:-1], 6)
    two = alone(second, inner, part("hidden1.", p), one.y, block.dy, members)
    one.backward(two.dx, block.x)
    np.testing.assert_allclose(block.y, block.x + two.y, rtol=1e-12)
    np.testing.assert_allclose(block.dx, block.dy + one.dx, rtol=1e-12)
    for name, bench in (("hidden0.", one), ("hidden1.", two)):
        for key, view in bench.layout.views(bench.grad)[0].items():
            np.testing.assert_allclose(g[name + key], view, rtol=1e-12)


@pytest.mark.parametrize("in_shape", [(5,), (3, 5)], ids=str)
def test_residual_projects_the_last_axis(in_shape):
    layer = Dense(4, "tanh")
    block = Bench(Residual([layer]), in_shape)
    block.forward()
    block.backward()
    p, g = block.params, block.layout.views(block.grad)[0]
    one = alone(layer, in_shape, part("hidden0.", p), block.x, block.dy)
    np.testing.assert_allclose(block.y, block.x @ p["W"] + one.y, rtol=1e-12)
    np.testing.assert_allclose(block.dx, block.dy @ p["W"].T + one.dx, rtol=1e-12)
    expected = block.x.reshape(-1, 5).T @ block.dy.reshape(-1, 4)
    np.testing.assert_allclose(g["W"], expected, rtol=1e-12)


@pytest.mark.parametrize("merge", ["concat", "sum"])
@pytest.mark.parametrize("members", [0, 3])
def test_parallel_is_its_branches(merge, members):
    layers = [Dense(4, "tanh"), Dense(4, "silu"), LayerNorm()]
    block = Bench(Parallel(layers, merge=merge), (4,), members=members)
    block.forward()
    block.backward()
    parts = [block.dy] * 3 if merge == "sum" else np.split(block.dy, 3, axis=-1)
    names = ["0.hidden0.", "1.hidden0.", "2.norm0."]
    benches = [
        alone(layer, (4,), part(name, block.params), block.x, dy, members)
        for layer, name, dy in zip(layers, names, parts, strict=True)
    ]
    ys = [bench.y for bench in benches]
    expected = sum(ys) if merge == "sum" else np.concatenate(ys, axis=-1)
    np.testing.assert_allclose(block.y, expected, rtol=1e-12)
    np.testing.assert_allclose(block.dx, sum(bench.dx for bench in benches), rtol=1e-12, atol=1e-14)
    g = block.layout.views(block.grad)[0]
    for name, bench in zip(names, benches, strict=True):
        for key, view in bench.layout.views(bench.grad)[0].items():
            np.testing.assert_allclose(g[name + key], view, rtol=1e-12)


def test_an_empty_branch_passes_the_input_on():
    bench = Bench(Parallel([[], Dense(3, "tanh")]), (5,))
    bench.forward()
    np.testing.assert_array_equal(bench.y[:, :5], bench.x)


def test_noise_inside_vanishes_in_prediction():
    block = Residual([Dropout(0.5), Dense(5, "tanh"), GaussianNoise(3.0)])
    bench = Bench(block, (5,), train=False)
    bench.forward()
    one = alone(Dense(5, "tanh"), (5,), part("hidden0.", bench.params), bench.x)
    np.testing.assert_allclose(bench.y, bench.x + one.y, rtol=1e-12)
    only = Bench(Residual([Dropout(0.5)]), (5,), train=False)
    only.forward()
    np.testing.assert_array_equal(only.y, 2 * only.x)


def test_noise_of_one_block_is_that_of_the_layer_alone():
    block, single = Bench(Parallel([[Dropout(0.5)]]), (5,)), Bench(Dropout(0.5), (5,))
    block.forward()
    single.forward()
    np.testing.assert_array_equal(block.y, single.y)


def test_what_layers_add_to_the_loss_is_added_up():
    sparsity = Sparsity(0.3, penalty="l1")
    expected = Bench(sparsity, (5,)).forward()
    assert expected > 0
    twice = Parallel([sparsity, Residual([sparsity])])
    assert Bench(twice, (5,)).forward() == pytest.approx(2 * expected)
    assert Bench(Residual([Dense(5)]), (5,)).forward() is None


def test_only_what_is_trained_is_run_back_where_nobody_asks_for_dx():
    class Still(FillSteps):
        def backward(self, *arguments):
            raise AssertionError("nobody asked")

    bench = Bench(Residual([Still(), Dense(3, "tanh")]), (4, 3))
    bench.forward()
    bench.backward(want_dx=False)
    assert np.isfinite(bench.grad).all()


FLAGS = ["uses_weight", "reads_input", "uses_mask", "fades", "depends_on_rows", "constrained"]


@pytest.mark.parametrize("bound", [False, True])
@pytest.mark.parametrize(
    ("layer", "flags"),
    [
        (Dense(5), []),
        (Dense(5, input_skip=1), ["reads_input"]),
        (Dense(5, max_norm=1.0), ["constrained"]),
        (BatchNorm(), ["uses_weight", "uses_mask", "depends_on_rows"]),
        (Dropout(0.1), ["fades", "depends_on_rows"]),
        (FillSteps(), ["uses_mask"]),
    ],
    ids=repr,
)
def test_a_block_asks_for_what_its_layers_need(layer, flags, bound):
    for block in (Residual([layer]), Parallel([Dense(2), [Residual([layer])]])):
        used = block.bind(Defaults()) if bound else block
        assert {flag for flag in FLAGS if getattr(used, flag)} == set(flags)
        assert used.has_units
        assert not used.training_only
        assert not used.reads_sparse


def test_bounds_of_inner_layers_are_restored():
    bench = Bench(Parallel([Residual([Dense(5, max_norm=0.1)]), Dense(5)]), (5,))
    before = bench.params["1.hidden0.W"].copy()
    bench.layer.constrain(bench.params)
    lengths = np.linalg.norm(bench.params["0.residual0.hidden0.W"], axis=0)
    np.testing.assert_allclose(lengths, 0.1)
    np.testing.assert_array_equal(bench.params["1.hidden0.W"], before)


def test_inner_layers_see_mask_and_freezing():
    bench = Bench(Residual([FillSteps(), BatchNorm()]), (4, 3), frozen=True)
    bench.context.mask = np.arange(24).reshape(6, 4) % 3 > 0
    bench.x[~bench.context.mask] = np.nan
    before = bench.tracked()
    bench.forward()
    assert np.isfinite(bench.y[bench.context.mask]).all()
    np.testing.assert_array_equal(bench.tracked(), before)


def test_defaults_reach_inner_layers():
    bound = Residual([Dense(5), Parallel([Dense(5)])]).bind(Defaults("silu", "zeros"))
    (_, first), (_, inner) = bound.chains[0].pairs
    ((_, second),) = inner.chains[0].pairs
    for layer in (first, second):
        assert layer.activation.alias == "silu"
        assert isinstance(layer.weight_init, Zeros)
    assert isinstance(bound.plan((3,)).params["W"].init, Zeros)


def test_work_is_that_of_the_largest_product():
    block = Residual([Dense(50), Dense(4)]).bind(Defaults())
    assert block.plan((3,)).work == 200
    assert block.plan((3,)).params["W"].shape == (3, 4)
    wide = Parallel([Residual([Dense(2), Dense(70)]), Dense(4)]).bind(Defaults())
    assert wide.plan((30,)).work == 30 * 70


def test_binding_leaves_the_recipe_alone():
    block = Parallel([[Dense(4), Dropout(0.1)], Residual([Dense(3)])])
    before = repr(vars(block))
    block.bind(Defaults())
    assert repr(vars(block)) == before
    bound = pickle.loads(pickle.dumps(block.bind(Defaults())))
    assert bound.plan((3,)).out_shape == (7,)
    assert repr(clone(block)) == repr(block)


@pytest.mark.parametrize("junk", [None, 5, "x", [], [Dense(3), 5], [Dense], {}], ids=repr)
@pytest.mark.parametrize("kind", [Residual, Parallel])
def test_junk_is_borne_by_the_recipe_and_refused_at_binding(kind, junk):
    block = kind(junk)
    assert block.get_params(deep=True)["name"] is None
    assert kind.__name__ in repr(block)
    assert block.constrained is False
    with pytest.raises(InvalidParameterError, match=f"'{kind.parts}' parameter of {kind.__name__}"):
        block.bind(Defaults())


@pytest.mark.parametrize(
    ("block", "shape", "text"),
    [
        (Parallel([Dense(3), Dense(4)], merge="sum"), (5,), r"\(3,\), \(4,\).*have one shape"),
        (Residual([Dense(3, tied_to="hidden0")]), (5,), "tied to 'hidden0'"),
        (Parallel([Residual([Dense(3, tied_to="a")])]), (5,), "tied to 'a'"),
    ],
    ids=repr,
)
def test_plans_that_do_not_fit(block, shape, text):
    with pytest.raises(ValueError, match=text):
        block.bind(Defaults()).plan(shape)


class Halve(Layer):
    """Keep every other step."""

    kind = "halve"

    def __init__(self, name=None):
        self.name = name

    def plan(self, in_shape):
        return Plan((in_shape[0] // 2, *in_shape[1:]))

    def forward(self, p, x, y, ctx):
        y[...] = x[..., ::2, :]

    def backward(self, p, g, x, y, dy, dx, ctx):
        dx[...] = 0.0
        dx[..., ::2, :] = dy


def test_axes_other_than_the_last_must_stay():
    with pytest.raises(ValueError, match=r"shape \(4, 3\) into rows of shape \(2, 3\).*last axis"):
        Residual([Halve()]).bind(Defaults()).plan((4, 3))
    with pytest.raises(ValueError, match=r"\(2, 3\), \(4, 5\).*differ in the last axis only"):
        Parallel([Halve(), Dense(5)]).bind(Defaults()).plan((4, 3))


@pytest.mark.parametrize("name", ["a.b", "a__b", "layers"])
def test_names_that_would_be_ambiguous(name):
    with pytest.raises(ValueError, match="cannot be named"):
        Residual([Dense(3, name=name)]).bind(Defaults())


def test_two_layers_of_one_name():
    with pytest.raises(ValueError, match="'hidden0' is used 2 times"):
        Residual([Dense(3), Dense(3, name="hidden0")]).bind(Defaults())
    Parallel([Dense(3, name="a"), Dense(3, name="a")]).bind(Defaults())


def test_inner_layers_may_keep_statistics():
    class Counter(Layer):
        """Counts batches."""

        kind = "counter"

        def __init__(self, name=None):
            self.name = name

        def plan(self, in_shape):
            return Plan(in_shape, {"n": Param((), Zeros(), Role.TRACKED)})

        def forward(self, p, x, y, ctx):
            p["n"] += 1
            np.copyto(y, x)

        def backward(self, p, g, x, y, dy, dx, ctx):
            assert not g
            np.copyto(dx, dy)

    bench = Bench(Residual([Counter(), Dense(5)]), (5,))
    start = float(bench.params["counter0.n"])
    for _ in range(3):
        bench.forward()
        bench.backward()
    assert bench.params["counter0.n"] == start + 3
