"""Copies of callbacks: for one call, and for a snapshot of it."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterable
from typing import Any

from sklearn.base import clone

from sknn.core.spec import Spec
from sknn.training.callbacks.base import Callback

# Objects raise one of these if they cannot be copied or saved; a lack of memory is not meant.
REFUSALS = (
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    copy.Error,
    pickle.PickleError,
)


def for_a_call(callbacks: Iterable[Callback]) -> list[Callback]:
    """Return copies that may be changed, which share all that the callbacks hold.

    Specs are copied, callbacks inside callbacks as these are; one that occurs twice is one copy.
    """
    known: dict[int, Callback] = {}
    return [_shallow(callback, known) for callback in callbacks]


def _shallow(callback: Callback, known: dict[int, Callback]) -> Callback:
    # Not by the copy protocol: a __getstate__ says what cannot be saved, not what is not shared.
    if id(callback) not in known:
        twin = known[id(callback)] = object.__new__(type(callback))
        for name, value in vars(callback).items():
            twin.__dict__[name] = _part(value, known)
    return known[id(callback)]


def _part(value: Any, known: dict[int, Callback]) -> Any:
    if isinstance(value, Callback):
        return _shallow(value, known)
    return clone(value) if isinstance(value, Spec) else value


def with_state(
    callbacks: list[Callback], given: Iterable[Callback], kept: Iterable[Any] = ()
) -> list[Callback]:
    """Return independent copies of callbacks in the middle of a call.

    Parameters
    ----------
    callbacks : list of Callback
        Those that run.
    given : iterable of Callback
        Those of the user; the objects they hold are shared.
    kept : iterable
        Other shared objects.
    """
    held = [value for each in with_inner(given) for value in vars(each).values()]
    memo = {id(each): each for each in (*held, *kept) if not isinstance(each, Spec)}
    found = dict(memo)
    try:
        twins = copy.deepcopy(callbacks, found)
    except REFUSALS:  # Objects that cannot be copied are shared, too.
        found = memo | _stubborn(callbacks, memo)
        twins = copy.deepcopy(callbacks, found)
    for callback in with_inner(callbacks):
        _complete(found[id(callback)], callback)
    return twins


def _complete(twin: Callback, callback: Callback) -> None:
    """Share what a __getstate__ leaves out, because it will look for it when the copy is saved."""
    for name, value in vars(callback).items():
        if name not in callback.fleeting:
            twin.__dict__.setdefault(name, value)


def with_inner(callbacks: Iterable[Callback]) -> Iterable[Callback]:
    """Return callbacks and those that are attributes of theirs."""
    found: dict[int, Callback] = {}
    waiting = list(callbacks)
    while waiting:
        callback = waiting.pop()
        if id(callback) not in found:
            found[id(callback)] = callback
            waiting += [each for each in vars(callback).values() if isinstance(each, Callback)]
    return found.values()


def _stubborn(callbacks: Iterable[Callback], memo: dict[int, Any]) -> dict[int, Any]:
    """Return attributes and callbacks that cannot be copied, as a memo that shares them."""
    everybody = with_inner(callbacks)
    values = [value for each in everybody for value in state_of(each).values()]
    parts = [value for value in values if not isinstance(value, Callback)]
    found: dict[int, Any] = {}
    for part in (*parts, *everybody):
        if fails(copy.deepcopy, part, memo | found):
            found[id(part)] = part
    return found


def state_of(callback: Callback) -> dict[str, Any]:
    """Return the state of a callback that would be saved, or nothing if it has none."""
    state = {} if fails(callback.__getstate__) else callback.__getstate__()
    return state if isinstance(state, dict) else callback.__dict__


def fails(function: Callable, *arguments: Any) -> bool:
    """Return whether a call to copy or save something is refused."""
    try:
        function(*arguments)
    except REFUSALS:
        return True
    return False
