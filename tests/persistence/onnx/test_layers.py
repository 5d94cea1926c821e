import inspect

import numpy as np
import pytest

import sknn.layers
from sknn.core.layers.base import Defaults
from sknn.core.layers.steps import FillSteps
from sknn.core.network import Network
from sknn.layers import (
    GRU,
    LSTM,
    BatchNorm,
    Conv1D,
    Dense,
    Elman,
    GlobalAveragePool,
    GlobalMaxPool,
    Jordan,
    LastStep,
    Layer,
    MaxPool,
    Parallel,
)
from sknn.persistence.onnx.graph import Graph
from sknn.persistence.onnx.layers import LAYERS
from sknn.persistence.onnx.network import takes_any_length, write_network
from tests.cases.layers import CASES, INPUTS, normal
from tests.persistence.onnx.running import DTYPES, assert_near, run

STATELESS = [case for case in CASES if not case[0].carries_state]
STATEFUL = [case for case in CASES if case[0].carries_state]
CELLS = (Elman, Jordan, LSTM, GRU)


def built(layers, in_shape, dtype, n_members=1):
    """Return a network of some layers whose parameters are random numbers."""
    bound = [layer.bind(Defaults()) for layer in layers]
    names = [f"layer{i}" for i in range(len(bound))]
    network = Network(bound, names, in_shape, dtype, n_members)
    rng = np.random.default_rng(0)
    network.initialize(rng)
    network.theta[...] += 0.1 * rng.standard_normal(network.theta.shape)
    for views in network.params:
        for name, array in views.items():
            if name.rpartition(".")[2] == "var":
                array[...] = 0.5 + np.abs(array)
    return network


def written(network):
    """Return the model of a network, whose outputs are the raw scores of each member."""
    graph = Graph(network.dtype)
    given = graph.input("X", graph.dtype, ["rows", *(None for _ in network.in_shape)])
    for i, member in enumerate(write_network(graph, network, given)):
        graph.output(f"member_{i}", member, ["rows", *(None for _ in network.out_shape)])
    return graph.model("a network")


def assert_written(network, x):
    """Fail if the graph of a network gives other numbers than the network."""
    answers = run(written(network), {"X": x.astype(network.dtype)})
    found = np.stack(list(answers.values())) if network.lead else answers["member_0"]
    assert_near(found, network.predict(x.astype(network.dtype)), network.dtype)


def with_gaps(rng, shape):
    """Draw sequences with missing steps at the beginning, in the middle, and at the end."""
    x = rng.standard_normal(shape)
    x[0, 0] = x[1, 2] = x[2, -1] = np.nan
    x[3, 1:] = np.nan
    return x


def test_every_layer_has_a_converter():
    public = {
        each
        for name in sknn.layers.__all__
        if inspect.isclass(each := getattr(sknn.layers, name))
        and issubclass(each, Layer)
        and not inspect.isabstract(each)
    }
    lacking = sorted(each.__name__ for each in public - LAYERS.known.keys())
    assert not lacking, f"write a converter for {lacking} in sknn/persistence/onnx/layers/"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", STATELESS, ids=str)
def test_layers_compute_the_same(case, dtype):
    layer, shape = case
    draw = INPUTS.get(type(layer), normal)
    x = draw(layer, np.random.default_rng(1), (6, *shape))
    assert_written(built([layer], shape, dtype), x)


@pytest.mark.parametrize("case", STATEFUL, ids=str)
def test_layers_that_carry_a_state_are_refused_by_name(case):
    layer, shape = case
    network = built([layer], shape, "float64")
    with pytest.raises(ValueError, match=f"(?s){type(layer).__name__}.*carries its state"):
        written(network)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_missing_steps_hold_the_state(cell, reverse, dtype):
    settings = {"reverse": reverse, "return_sequences": True}
    network = built([FillSteps(), cell(3, **settings), cell(2, reverse=reverse)], (5, 2), dtype)
    assert_written(network, with_gaps(np.random.default_rng(1), (6, 5, 2)))


@pytest.mark.parametrize(
    "layers",
    [
        [FillSteps(), Conv1D(3, 3, "tanh"), GlobalMaxPool()],
        [FillSteps(), Dense(3, "tanh"), GlobalAveragePool()],
        [FillSteps(), Parallel([GlobalMaxPool(), GlobalAveragePool()])],
        [FillSteps(), Dense(3, "tanh"), Parallel([LastStep(), LastStep(reverse=True)])],
    ],
    ids=str,
)
def test_missing_steps_do_not_count(layers):
    assert_written(built(layers, (5, 2), "float64"), with_gaps(np.random.default_rng(1), (6, 5, 2)))


@pytest.mark.parametrize(
    "layers", [[FillSteps(), MaxPool(2)], [FillSteps(), Conv1D(2, 3, strides=2), LSTM(2)]], ids=str
)
def test_gaps_a_layer_cannot_bear_leave_no_number(layers):
    network = built(layers, (5, 2), "float64")
    x = with_gaps(np.random.default_rng(1), (6, 5, 2))
    with pytest.raises(ValueError, match="steps"):
        network.predict(x)
    answer = run(written(network), {"X": x})["member_0"]
    assert np.isnan(answer[:4]).all()
    assert np.isfinite(answer[4:]).all()


def test_sequences_may_be_longer_than_those_of_training():
    network = built([FillSteps(), LSTM(3, return_sequences=True), GRU(2)], (5, 2), "float64")
    assert takes_any_length(network)
    for steps in (1, 9):
        assert_written(network, np.random.default_rng(1).standard_normal((4, steps, 2)))
    assert not takes_any_length(built([Conv1D(3, 3), LSTM(2)], (5, 2), "float64"))


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(Dense(4, "tanh", input_skip=2), (5,)), (BatchNorm(), (5,)), (LSTM(3), (5, 2))],
    ids=str,
)
def test_members_are_written_one_by_one(layer, shape):
    x = np.random.default_rng(1).standard_normal((6, *shape))
    assert_written(built([layer], shape, "float64", n_members=3), x)


def test_a_layer_of_the_user_is_refused_by_name():
    class Doubled(Dense):
        def forward(self, p, x, y, ctx):
            return super().forward(p, 2.0 * x, y, ctx)

    network = built([Doubled(3, "tanh")], (5,), "float64")
    with pytest.raises(TypeError, match="The layer Doubled cannot be written to ONNX"):
        written(network)


def test_codes_there_are_not_are_refused():
    layer, shape = sknn.layers.Embedding(3, 2), (2,)
    network = built([layer], shape, "float64")
    model = written(network)
    for code in (-1.0, 3.0):
        with pytest.raises(Exception, match="out of"):
            run(model, {"X": np.array([[0.0, code]])})
