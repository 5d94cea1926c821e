"""How many threads the matrix products may use.

Small products gain nothing from a second thread, and two threads that spin while they wait turn a
millisecond into many on a busy machine. The number depends only on shapes.
"""

from __future__ import annotations

import os
import threading
import weakref
from math import prod
from typing import Any

from sknn.core.network import Network
from sknn.training.blas import Held, held, libraries, restore

# Multiply-adds of the largest product of a step from which on a second thread pays off; measured in
# docs/developer/performance.md.
PARALLEL_FROM = 2_000_000
# Numbers in a kernel from which on two threads are faster than one, measured.
_KERNEL_FOR_THREADS = 1 << 16

# Reentrant: the handler of a signal may train a network, too.
_lock = threading.RLock()
_users: dict[int, weakref.ref[blas_threads]] = {}
"""The innermost limit of each thread."""
_limiter: Held | None = None
"""Settings of the user in libraries that all threads share; None while they are in effect."""
_own = threading.local()
"""The same for libraries in which each thread has its own number."""


class blas_threads:  # noqa: N801  (a context manager, read as a verb)
    """Hold BLAS at one thread while products are small.

    Parameters
    ----------
    multiply_adds : int
        Of the largest matrix product of a step: rows times inputs times outputs. 0 where all
        products are small, and for factorizations, which wait for their threads once a column.
    firm : bool, default=False
        Limits inside this one do not loosen it: results must not depend on how many
        threads a worker has.

    Notes
    -----
    From ``PARALLEL_FROM`` on, the setting of the user is in effect, even within an outer limit: of
    nested ones, the innermost counts. With the environment variable ``SKNN_BLAS_THREADS`` set to
    "user", it is always in effect. Calls that run at once share one limit: the first sets it, and
    the last one to leave lifts it.

    Ctrl-C may cut an exit short, so a public call as a whole is guarded by ``with limit, limit:``,
    of which it can cut only one. If something is left over, the next limit corrects it. (A
    finalizer would swallow a Ctrl-C that comes while it runs.)
    """

    def __init__(self, multiply_adds: int, firm: bool = False) -> None:
        by_user = os.environ.get("SKNN_BLAS_THREADS") == "user"
        self.small = multiply_adds < PARALLEL_FROM and not by_user
        self.firm = firm
        self.open = False
        self.thread = 0
        self.outer: blas_threads | None = None

    def __enter__(self) -> blas_threads:
        """Make this limit the current one of its thread."""
        if self.open:
            return self
        try:
            with _lock:
                self.thread = threading.get_ident()
                if _limiter is not None:
                    _settle()
                self.outer = _innermost(self.thread)
                if self.outer is not None and self.outer.firm:
                    self.firm, self.small = True, self.outer.small
                self.open = True
                _users[self.thread] = weakref.ref(self)
                _settle()
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *why: Any) -> None:
        """Return to the outer limit; all steps may be repeated."""
        if not self.open:
            return
        with _lock:
            self._leave()
            _settle()
            self.open = False

    def _leave(self) -> None:
        """Remove this limit, with inner ones that were cut short; do nothing if it is gone."""
        inner = _innermost(self.thread)
        while inner is not None and inner is not self:
            inner = inner.outer
        if inner is None:
            return
        if self.outer is None:
            _users.pop(self.thread, None)
        else:
            _users[self.thread] = weakref.ref(self.outer)


def _innermost(thread: int) -> blas_threads | None:
    known = _users.get(thread)
    return None if known is None else known()


def _settle() -> None:
    """Set the numbers of threads for the current limits, even after an interrupted attempt."""
    global _limiter
    for thread, known in list(_users.items()):
        if known() is None:
            _users.pop(thread, None)
    shared, own = libraries()
    inside = [known() for known in list(_users.values())]
    small = any(limit is not None and limit.small for limit in inside)
    if small and _limiter is None:
        # Noted before anything is changed.
        _limiter = held(shared)
        _limiter.set_one()
    elif not small and _limiter is not None:
        restore(_limiter)
        _limiter = None
    if own:
        _settle_own(own)


def _settle_own(own: Any) -> None:
    mine, limit = getattr(_own, "held", None), _innermost(threading.get_ident())
    small = limit is not None and limit.small
    if small and mine is None:
        _own.held = held(own)
        _own.held.set_one()
    elif not small and mine is not None:
        restore(mine)
        _own.held = None


def _after_fork() -> None:
    """Forget the threads that a forked process does not have, and reset the lock."""
    global _lock
    _lock = threading.RLock()
    for thread in list(_users):
        if thread != threading.get_ident():
            _users.pop(thread, None)
    if _limiter is not None:
        _settle()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def largest_product(network: Network, rows: int) -> int:
    """Return the multiply-adds of the largest product of a step; threads depend on it."""
    kernels = [
        prod(param.shape)
        for plan in network.plans
        for param in plan.params.values()
        if len(param.shape) > 2
    ]
    # Convolutions are many small products, with copies between them: a second thread
    # has little to do, and on a busy machine all wait for it.
    if kernels and max(kernels) < _KERNEL_FOR_THREADS:
        return 0
    return rows * max(plan.multiply_adds for plan in network.plans)
