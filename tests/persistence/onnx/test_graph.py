import subprocess
import sys

import numpy as np
import pytest

from sknn.persistence.onnx.graph import Graph
from tests.persistence.onnx.running import run


def answer(compute, **inputs):
    """Return the outputs of a graph for some arrays."""
    graph = Graph("float64")
    given = [graph.input(name, x.dtype, [None] * x.ndim) for name, x in inputs.items()]
    made = compute(graph, *given)
    graph.output("made", made, [None] * 2)
    return run(graph.model("a formula"), inputs)["made"]


def test_arithmetic_is_written_as_in_numpy():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))

    def compute(graph, x, y):
        return 1.0 + x * y / 2.0 - (3.0 - y) * np.arange(4.0) + -x / (1.0 / y)

    expected = 1.0 + a * b / 2.0 - (3.0 - b) * np.arange(4.0) + -a / (1.0 / b)
    np.testing.assert_allclose(answer(compute, a=a, b=b), expected, rtol=1e-12)


def test_constants_take_the_dtype_of_what_they_meet():
    graph = Graph("float64")
    x = graph.input("x", "float32", [None])
    assert (x + 1).dtype == (1 + x).dtype == (x * np.ones(1)).dtype == np.float32
    assert graph.constant(np.zeros(3), "float32") is graph.constant(np.zeros(3), "float32")
    assert graph.constant(np.zeros(3)) is not graph.constant(-np.zeros(3))
    large = np.zeros(1000)
    assert graph.constant(large).name != graph.constant(large).name


def test_choices_and_bounds():
    a = np.array([[-2.0, -0.5, np.nan, 3.0]])
    found = answer(lambda graph, x: graph.where(x > 0.0, graph.clip(x, high=2.0), -1.0), a=a)
    np.testing.assert_array_equal(found, [[-1.0, -1.0, -1.0, 2.0]])


def test_without_onnx_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'the extra "onnx" of sknn: pip install onnx'):
        Graph("float64").input("x", "float64", [None])


def test_without_skl2onnx_it_is_named(monkeypatch):
    from sknn.persistence import register_skl2onnx

    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(ImportError, match="pip install skl2onnx"):
        register_skl2onnx()


def test_neither_is_imported_before_it_is_needed():
    code = (
        "import sys, sknn, sknn.persistence; sknn.persistence.to_onnx; "
        "sknn.persistence.register_skl2onnx; "
        "assert not {'onnx', 'skl2onnx', 'onnxruntime'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
