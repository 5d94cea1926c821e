"""Separate processes for what must not happen in this one."""

import os
import traceback
import warnings

import pytest

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def forked(work):
    """Start a process that does some work, and return its id; imports are not repeated."""
    with warnings.catch_warnings():
        # BLAS has threads; none of them computes now.
        warnings.filterwarnings("ignore", ".*multi-threaded", DeprecationWarning)
        child = os.fork()
    if child:
        return child
    status = 1
    try:
        warnings.simplefilter("ignore")
        work()
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
