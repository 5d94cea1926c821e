"""Run a graph, and measure how far its outputs are from those of sknn."""

import numpy as np
import onnxruntime

DTYPES = ("float64", "float32")
NEAR = {"float64": 1e-13, "float32": 1e-5}
"""How far answers may lie apart, beside the largest of them or 1."""


def session(model):
    """Return a session that runs a model on one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def run(model, inputs):
    """Return all outputs by name."""
    running = session(model)
    names = [output.name for output in running.get_outputs()]
    return dict(zip(names, running.run(None, inputs), strict=True))


def assert_near(answer, expected, dtype):
    """Fail if numbers differ by more than the dtype explains, or have another shape."""
    expected = np.asarray(expected, np.float64)
    assert answer.shape == expected.shape
    scale = max(1.0, np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(answer, expected, rtol=0, atol=NEAR[str(np.dtype(dtype))] * scale)
