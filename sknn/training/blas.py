"""The BLAS libraries of the process, and the numbers of threads in them."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import threadpoolctl

_LIMITER: Any = getattr(threadpoolctl, "_ThreadpoolLimiter", None)
_LIMITERS: tuple[type, ...] = (_LIMITER, *_LIMITER.__subclasses__()) if _LIMITER else ()
_ONE_THREAD_LIMITS: Any = getattr(
    getattr(threadpoolctl, "OpenBLASController", None), "_SHARED_STATE", None
)


class Library(NamedTuple):
    """A library: how many threads it uses, and how to change that."""

    path: str
    number: Callable[[], int]
    use: Callable[[int], Any]


class Held(NamedTuple):
    """Settings of the user in libraries that should use one thread.

    Attributes
    ----------
    before : list of (Library, int)
        Those that used more, and how many.
    limiting : Thread or None
        The thread that had its own limit then, see `_limiting_thread`.
    holders : int
        References to the classes of limits then, see `_holders`.
    promotions : list of int
        How often garbage collections had promoted objects by then.
    """

    before: list[tuple[Library, int]]
    limiting: threading.Thread | None
    holders: int
    promotions: list[int]

    def set_one(self) -> None:
        """Let all use one thread."""
        for library, _ in self.before:
            library.use(1)


@cache
def libraries() -> tuple[list[Library], list[Library]]:
    """Return the libraries in which all threads share a number, and those with one per thread.

    Looking for them takes milliseconds; they are loaded with this package and do not change.
    """
    shared: list[Library] = []
    own: list[Library] = []
    for found in threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers:
        openmp = getattr(found, "threading_layer", None) == "openmp"
        openblas = found.internal_api == "openblas"
        of_thread = found.internal_api == "mkl" or (openblas and openmp)
        direct = None if of_thread or not openblas else _functions_of_openblas(found.dynlib)
        functions = direct or (found.get_num_threads, found.set_num_threads)
        (own if of_thread else shared).append(Library(found.filepath, *functions))
    return shared, own


def _functions_of_openblas(library: Any) -> tuple[Any, Any] | None:
    """Return the functions of the library.

    threadpoolctl lets only the thread that has set a limit change it, and that thread may end
    before the others that rely on it.
    """
    for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
        names = (f"{prefix}openblas_{verb}_num_threads{suffix}" for verb in ("get", "set"))
        number, use = (getattr(library, name, None) for name in names)
        if number is not None and use is not None:
            return number, use
    return None


def held(those: list[Library]) -> Held:
    """Return the user's numbers, before they are changed."""
    numbers = [(library, library.number()) for library in those]
    # Libraries that do not know their number return None.
    more = [each for each in numbers if each[1] and each[1] > 1]
    return Held(more, _limiting_thread(), _holders(), _promotions())


def restore(what: Held) -> None:
    """Restore the settings of the user.

    Other code may have set its own limit in the meantime. It found one thread, and will restore
    that at the end: it is told what it should have found, and until then its limit stands.
    """
    told = bool(what.before) and _somebody_limits(what) and _tell_limiters(what)
    if told and _can_lift(what):
        return
    for library, number in what.before:
        if library.number() == 1:
            library.use(number)


def _can_lift(what: Held) -> bool:
    """Return whether code that has set a limit since then can also lift it.

    From threadpoolctl 3.8 on, only one thread can at a time; if it is the same as before, it may
    have set a limit for good, and others cannot.
    """
    thread = _limiting_thread()
    return not _ONE_THREAD_LIMITS or (thread is not None and thread is not what.limiting)


def _limiting_thread() -> threading.Thread | None:
    """Return the thread whose limits count in threadpoolctl 3.8 and later, None if none does."""
    return getattr(_ONE_THREAD_LIMITS, "controlling_thread", None)


def _tell_limiters(what: Held) -> bool:
    """Correct what open limits of threadpoolctl will restore; return whether there was one."""
    numbers = {library.path: number for library, number in what.before}
    told = False
    for limiter in _limiters_since(what):
        for info in getattr(limiter, "_original_info", None) or ():
            path = info.get("filepath")
            if path in numbers and info["num_threads"] == 1:
                info["num_threads"] = numbers[path]
                told = True
    return told


def _somebody_limits(what: Held) -> bool:
    """Return whether there are signs of another limit since then."""
    return (
        _holders() > what.holders
        or _limiting_thread() is not what.limiting
        or any(library.number() != 1 for library, _ in what.before)
    )


def _holders() -> int:
    """Return a number that grows with each limit of threadpoolctl: it holds on to its class."""
    return sum(map(sys.getrefcount, _LIMITERS))


def _limiters_since(what: Held) -> list[Any]:
    """Return the limits of threadpoolctl that were opened since then, perhaps others, too."""
    # From Python 3.14 on, collections that promote objects are not counted.
    only_young = sys.version_info < (3, 14) and _promotions() == what.promotions
    # Looking at all objects takes a long time.
    found = [gc.get_objects(0), gc.get_objects(1)] if only_young else [gc.get_objects()]
    # By type, because isinstance would ask proxies for their targets. Not in one list, which would
    # contain itself, and keep everything alive for long.
    return [each for part in found for each in part if type(each) in _LIMITERS]


def _promotions() -> list[int]:
    return [generation["collections"] for generation in gc.get_stats()[1:]]
