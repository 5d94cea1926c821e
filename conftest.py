"""What concerns docstrings, pages, and tests alike.

Docstrings that need a package which is not installed are left out.
"""

import importlib.util
import sys

import pytest

_NEEDED = {
    "sknn/streams/dask.py": "dask",
    "sknn/streams/fit.py": "dask",
    "sknn/streams/members.py": "dask",
    "sknn/persistence/onnx/convert.py": "onnx",
    "sknn/persistence/onnx/pipelines.py": "skl2onnx",
}
collect_ignore = [path for path, name in _NEEDED.items() if not importlib.util.find_spec(name)]


@pytest.fixture(autouse=True)
def close_pictures():
    """Close the figures that a snippet or a test has drawn: Matplotlib warns of more than 20."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
