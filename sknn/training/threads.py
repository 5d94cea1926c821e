"""How many threads the matrix products may use.

Small products gain nothing from a second thread, and two threads that spin while they
wait turn a millisecond into many on a busy machine. The number depends on shapes only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController

# Multiply-adds of the largest product of a step from which a second thread pays; measured in
# docs/developer/performance.md.
PARALLEL_FROM = 2_000_000

_lock = threading.Lock()
_users = 0
_limiter = None


@cache
def _controller() -> ThreadpoolController:
    # Looking for the loaded BLAS libraries takes milliseconds; they do not change.
    return ThreadpoolController().select(user_api="blas")


@contextmanager
def blas_threads(multiply_adds: int) -> Iterator[None]:
    """Hold BLAS at one thread while products are small.

    Parameters
    ----------
    multiply_adds : int
        Of the largest matrix product of a step: rows times inputs times outputs.

    Notes
    -----
    From ``PARALLEL_FROM`` on the user's own setting stands. The environment variable
    ``SKNN_BLAS_THREADS`` set to "user" lets it stand always. Fits that run at once share
    one limit: the first sets it, the last one lifts it.
    """
    if multiply_adds >= PARALLEL_FROM or os.environ.get("SKNN_BLAS_THREADS") == "user":
        yield
        return
    _enter()
    try:
        yield
    finally:
        _leave()


def _enter() -> None:
    global _users, _limiter
    with _lock:
        if _users == 0:
            _limiter = _controller().limit(limits=1)
        _users += 1


def _leave() -> None:
    global _users, _limiter
    with _lock:
        _users -= 1
        if _users == 0 and _limiter is not None:
            _limiter.restore_original_limits()
            _limiter = None
