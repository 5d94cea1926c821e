"""Skip these tests if ONNX or its runtime is missing."""

import importlib.util
import os

_HERE = all(map(importlib.util.find_spec, ("onnx", "onnxruntime")))
# Continuous integration installs both: there, it is an error if one is missing.
collect_ignore_glob = [] if _HERE or os.environ.get("SKNN_NOTHING_MISSING") else ["*.py"]
