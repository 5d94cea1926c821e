"""The BLAS libraries of the process, and the numbers of threads in them."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any, NamedTuple

import threadpoolctl


class Library(NamedTuple):
    """A library: how many threads it uses, and how that is changed."""

    path: str
    number: Callable[[], int]
    use: Callable[[int], Any]


class Held(NamedTuple):
    """What the user has set in libraries that are to use one thread.

    Attributes
    ----------
    before : list of (Library, int)
        Those that use more, and how many.
    limiting : Thread or None
        Who had an own limit then, see `_limiting_thread`.
    """

    before: list[tuple[Library, int]]
    limiting: Any

    def set_one(self) -> None:
        """Let all use one thread."""
        for library, _ in self.before:
            library.use(1)


@cache
def libraries() -> tuple[list[Library], list[Library]]:
    """Return the libraries in which all threads share a number, and those where each has its own.

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
    """Return its own functions.

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
    """Return what the user has set, before it is changed."""
    numbers = [(library, library.number()) for library in those]
    # What cannot tell its number gives None.
    return Held([each for each in numbers if each[1] and each[1] > 1], _limiting_thread())


def restore(what: Held) -> None:
    """Let the libraries have what the user had set.

    Somebody else may have set a limit of their own in the meantime. They found one thread, and
    will set that again when they leave: they are told what they should have found, and until then
    their limit stands.
    """
    before = what.before
    if _somebody_limits(what) and _tell_limiters(before):
        return
    for library, number in before:
        if library.number() == 1:
            library.use(number)


def _somebody_limits(what: Held) -> bool:
    """Say whether there are signs of somebody else's limit."""
    if any(library.number() != 1 for library, _ in what.before):
        return True
    thread = _limiting_thread()
    foreign = thread is not None and thread is not what.limiting and thread.is_alive()
    return foreign and thread is not threading.current_thread()


def _limiting_thread() -> Any:
    """Return the thread whose limits count in threadpoolctl 3.8 and later, None if unknown."""
    controller = getattr(threadpoolctl, "OpenBLASController", None)
    return getattr(getattr(controller, "_SHARED_STATE", None), "controlling_thread", None)


def _tell_limiters(before: list[tuple[Library, int]]) -> bool:
    """Correct what open limits of threadpoolctl will restore; say whether there was one."""
    numbers = {library.path: number for library, number in before}
    told = False
    for limiter in _open_limiters():
        for info in getattr(limiter, "_original_info", None) or ():
            path = info.get("filepath")
            if path in numbers and info["num_threads"] == 1:
                info["num_threads"] = numbers[path]
                told = True
    return told


def _open_limiters() -> list[Any]:
    # Nobody keeps a list of them. Looking at all objects takes milliseconds, but is rarely needed.
    kind = getattr(threadpoolctl, "_ThreadpoolLimiter", None)
    if kind is None:
        return []
    kinds = {kind, *kind.__subclasses__()}
    # By type, as isinstance would ask proxies what they stand for.
    return [each for each in gc.get_objects() if type(each) in kinds]
