import numpy as np
import pytest

from sknn.core.activations import Activation, Logistic
from sknn.persistence.onnx.activations import ACTIVATIONS, activate
from sknn.persistence.onnx.graph import Graph
from tests.cases.activations import CASES
from tests.persistence.onnx.running import DTYPES, NEAR, run


def written(activation, z):
    """Return the output of the graph of an activation."""
    graph = Graph(z.dtype)
    graph.output("y", activate(activation, graph.input("z", z.dtype, ["n"])), ["n"])
    return run(graph.model("an activation"), {"z": z})["y"]


def test_every_activation_has_a_converter():
    lacking = sorted(
        kind.__name__ for kind in set(Activation.registry.values()) - ACTIVATIONS.known.keys()
    )
    assert not lacking, f"write a converter for {lacking} in sknn/persistence/onnx/activations.py"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", [case[0] for case in CASES], ids=str)
def test_activations_keep_their_digits_everywhere(activation, dtype):
    tiny = np.geomspace(1e-30, 1.0, 50)
    z = np.concatenate([np.linspace(-60.0, 60.0, 481), tiny, -tiny, [1e4, -1e4]]).astype(dtype)
    expected = activation(z)
    # Half of tanh plus a half is as exact as 1; near 0, the others are as exact as they are small.
    floor = 1.0 if isinstance(activation, Logistic) else 1e-7 if dtype == "float64" else 1e-2
    scale = np.maximum(np.abs(expected), floor)
    assert np.max(np.abs(written(activation, z) - expected) / scale) < NEAR[dtype]


def test_an_activation_of_the_user_is_refused_by_name():
    class Halved(Activation):
        def forward(self, z, y):
            np.multiply(z, 0.5, out=y)

        def backward(self, z, y, dy, work):
            dy *= 0.5

    with pytest.raises(TypeError, match="The activation Halved cannot be written to ONNX"):
        written(Halved(), np.zeros(2))
