"""Where ONNX or its runtime is missing there is nothing to compare with."""

import importlib.util
import os

_HERE = all(map(importlib.util.find_spec, ("onnx", "onnxruntime")))
# Continuous integration installs both: there it is an error if one is missing.
collect_ignore_glob = [] if _HERE or os.environ.get("SKNN_NOTHING_MISSING") else ["*.py"]
