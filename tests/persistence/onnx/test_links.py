import inspect

import numpy as np
import pytest

import sknn.losses
from sknn.core.losses.by_task import LossByTask
from sknn.losses import Loss, SquaredError
from sknn.persistence.onnx.graph import Graph
from sknn.persistence.onnx.links import LINKS, linked
from tests.cases.losses import ROWS
from tests.persistence.onnx.running import DTYPES, NEAR, run


def written(loss, raw):
    """Return the output of the graph of a link for raw scores."""
    graph = Graph(raw.dtype)
    scores = graph.input("raw", raw.dtype, ["rows", raw.shape[1]])
    graph.output("y", linked(loss, scores, raw.shape[1]), ["rows", raw.shape[1]])
    return run(graph.model("a link"), {"raw": raw})["y"]


def test_every_loss_has_a_converter():
    public = {
        each
        for name in sknn.losses.__all__
        if inspect.isclass(each := getattr(sknn.losses, name))
        and issubclass(each, Loss)
        and not issubclass(each, LossByTask)
        and not inspect.isabstract(each)
    }
    kernels = public | {type(row.kernel) for row in ROWS}
    lacking = sorted(each.__name__ for each in kernels - LINKS.known.keys())
    assert not lacking, f"write a converter for {lacking} in sknn/persistence/onnx/links.py"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_links_compute_the_same(row, dtype):
    raw = (4.0 * np.random.default_rng(0).standard_normal((7, row.n_raw))).astype(dtype)
    raw[0] = 60.0
    raw[1] = -60.0
    expected = row.kernel.link(raw.copy())
    scale = np.maximum(np.abs(expected), 1e-30)
    assert np.max(np.abs(written(row.kernel, raw) - expected) / scale) < NEAR[dtype]


def test_a_loss_of_the_user_is_refused_by_name():
    class Odd(SquaredError):
        def link(self, raw):
            return 3.0 * raw

    with pytest.raises(TypeError, match="The loss Odd cannot be written to ONNX"):
        written(Odd(), np.zeros((2, 1)))
