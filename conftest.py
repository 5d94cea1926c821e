"""Docstrings that need a package which is not installed are left out of the tests."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("dask") else ["sknn/streams/dask.py"]
