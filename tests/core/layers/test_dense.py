"""The fully connected layer, beyond what every layer must do."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sknn.core.layers import Defaults, Dense
from sknn.core.network import Network
from sknn.exceptions import InvalidParameterError
from tests.cases.layers import CASES
from tests.checks.layers import Bench


@pytest.mark.parametrize("members", [0, 3])
@pytest.mark.parametrize("use_bias", [True, False])
def test_forward_and_backward_by_hand(members, use_bias):
    bench = Bench(Dense(4, "tanh", use_bias=use_bias), (5,), members=members)
    bench.forward()
    p = bench.params
    bias = p["b"][..., None, :] if use_bias else 0.0
    assert_allclose(bench.y, np.tanh(bench.x @ p["W"] + bias))
    bench.backward()
    dz = bench.dy * (1 - np.asarray(bench.y) ** 2)
    g = bench.layout.views(bench.grad)[0]
    assert_allclose(g["W"], np.swapaxes(bench.x, -1, -2) @ dz)
    if use_bias:
        assert_allclose(g["b"], dz.sum(axis=-2))
    assert_allclose(bench.dx, dz @ np.swapaxes(p["W"], -1, -2))


@pytest.mark.parametrize("members", [0, 3])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csr_matrix])
def test_sparse_rows(members, kind):
    dense = Bench(Dense(4, "relu"), (5,), members=members)
    rows = np.where(dense.x > 0.5, dense.x, 0.0)
    rows = rows[0] if members else rows
    sparse = Bench(Dense(4, "relu"), (5,), members=members)
    for bench, x in ((dense, rows), (sparse, kind(rows))):
        bench.forward(x)
        bench.backward(x=x, want_dx=False)
    assert_allclose(sparse.y, dense.y)
    assert_allclose(sparse.grad, dense.grad, atol=1e-12)


def test_the_output_gradient_of_the_lowest_layer_is_not_requested():
    bench = Bench(Dense(4, "relu"), (5,))
    bench.forward()
    bench.backward(want_dx=False)
    assert np.isnan(bench.dx).all()


def test_max_norm_shortens_only_long_columns():
    bench = Bench(Dense(3, max_norm=1.0), (5,))
    weights = bench.params["W"]
    weights[...] = 0.1
    weights[:, 1] = 2.0
    bench.layer.constrain(bench.params)
    assert_allclose(weights[:, [0, 2]], 0.1)
    assert np.linalg.norm(weights[:, 1]) == pytest.approx(1.0)
    assert bench.layer.constrained and not Dense(3).constrained


def test_bind_fills_gaps_and_leaves_the_spec_alone():
    spec = Dense(3)
    bound = spec.bind(Defaults("tanh", "he_uniform"))
    assert spec.activation is None and spec.weight_init is None
    assert bound.activation.alias == "tanh" and bound.weight_init.alias == "he_uniform"
    own = Dense(3, "elu", weight_init="orthogonal").bind(Defaults("tanh", "he_uniform"))
    assert own.activation.alias == "elu" and own.weight_init.alias == "orthogonal"


def test_a_layer_keeps_nothing():
    bench = Bench(Dense(4, "gelu"), (5,))
    before = dict(vars(bench.layer))
    bench.forward()
    bench.backward()
    assert vars(bench.layer) == before


def test_the_table_has_rows_for_dense():
    assert sum(isinstance(layer, Dense) for layer, _ in CASES) >= 3
    assert_array_equal(Dense(2).bind(Defaults()).plan((7,)).params["W"].shape, (7, 2))


@pytest.mark.parametrize("in_shape", [(3,), (5, 8)])
def test_an_input_skip_of_more_columns_than_there_are_is_named(in_shape):
    layers = [Dense(4, "tanh").bind(Defaults()), Dense(2, "tanh", input_skip=4).bind(Defaults())]
    with pytest.raises(ValueError, match="input_skip=4"):
        Network(layers, ["hidden0", "output"], in_shape, np.float64)


@pytest.mark.parametrize("option", [{"input_skip": 2}, {"contraction": 0.1}], ids=str)
def test_options_for_flat_rows_refuse_others(option):
    layer = Dense(2, "tanh", **option).bind(Defaults())
    with pytest.raises(ValueError, match=f"{next(iter(option))} needs rows that are flat"):
        layer.plan((4, 3))


@pytest.mark.parametrize("other", [{"input_skip": 2}, {"input_scale": 1.0}], ids=str)
def test_contraction_counts_no_other_weights(other):
    with pytest.raises(
        InvalidParameterError, match=f"contraction and {next(iter(other))} cannot be combined"
    ):
        Dense(2, "tanh", contraction=0.1, **other).bind(Defaults())
