"""Docstrings that need a package which is not installed are left out of the tests."""

import importlib.util

_NEEDED = {
    "sknn/streams/dask.py": "dask",
    "sknn/streams/fit.py": "dask",
    "sknn/persistence/onnx/convert.py": "onnx",
    "sknn/persistence/onnx/pipelines.py": "skl2onnx",
}
collect_ignore = [path for path, name in _NEEDED.items() if not importlib.util.find_spec(name)]
