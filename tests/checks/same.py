"""Compare two objects and everything they contain, bit for bit."""

from pathlib import Path

import numpy as np
from scipy import sparse

PLAIN = (str, bytes, bool, type(None), int, slice, range, Path)
GENERATORS = (np.random.Generator, np.random.RandomState, np.random.BitGenerator)


def assert_identical(one, two):
    """Check types, values, and shared identity of two objects and all their parts."""
    _compare(one, two, "it", {})


def _compare(one, two, where, known):
    assert type(one) is type(two), f"{where}: {type(one)} and {type(two)}"
    if id(one) in known and not isinstance(one, PLAIN):
        assert known[id(one)][1] is two or isinstance(one, tuple), f"{where}: no longer shared"
        return
    # Both are kept: another object could get the id of one that no longer exists.
    known[id(one)] = (one, two)
    if isinstance(one, PLAIN) or callable(one) and hasattr(one, "__name__"):
        assert one == two or one is two, where
    elif isinstance(one, (float, complex, np.generic)):
        assert np.asarray(one).tobytes() == np.asarray(two).tobytes(), f"{where}: {one}, {two}"
    elif isinstance(one, GENERATORS):
        _compare(_random_state(one), _random_state(two), where, {})
    elif sparse.issparse(one):
        _compare(one.tocoo().coords, two.tocoo().coords, where, {})
        _compare(one.data, two.data, where, {})
    elif isinstance(one, np.ndarray):
        _compare_arrays(one, two, where, known)
    else:
        _compare_parts(_parts(one), _parts(two), where, known)


def _random_state(generator):
    if isinstance(generator, np.random.RandomState):
        return generator.get_state(legacy=False)
    bits = getattr(generator, "bit_generator", generator)
    seed = {name: getattr(bits.seed_seq, name, None) for name in ("entropy", "n_children_spawned")}
    return bits.state | seed


def _compare_arrays(one, two, where, known):
    assert (one.dtype, one.shape) == (two.dtype, two.shape), where
    if isinstance(one, np.ma.MaskedArray):
        _compare(one.filled(), two.filled(), where, {})
        _compare(np.ma.getmaskarray(one), np.ma.getmaskarray(two), where, {})
    elif one.dtype == object:
        _compare_parts(dict(enumerate(one.flat)), dict(enumerate(two.flat)), where, known)
    else:
        # Containers without an order get one.
        ordered = one.flags.forc and two.flags.forc
        assert not ordered or one.flags.f_contiguous == two.flags.f_contiguous, where
        assert one.tobytes() == two.tobytes(), f"{where}: {one}, {two}"


def _parts(thing):
    """Return the parts of an object, by name."""
    if isinstance(thing, dict):
        return thing
    if isinstance(thing, (set, frozenset)):
        return {repr(each): each for each in thing}
    if isinstance(thing, (list, tuple)):
        return dict(enumerate(thing))
    state = thing.__getstate__()
    return state if isinstance(state, dict) else {"state": state}


def _compare_parts(one, two, where, known):
    assert list(one) == list(two) or set(one) == set(two), f"{where}: {list(one)}, {list(two)}"
    for name in one:
        _compare(one[name], two[name], f"{where}.{name}", known)


def public_attributes(estimator):
    """Return the attributes of an estimator that users see, without methods."""
    names = [name for name in dir(estimator) if not name.startswith("_")]
    found = {}
    for name in names:
        try:
            value = getattr(estimator, name)
        except Exception as error:
            value = f"{type(error).__name__}: {error}"
        if not callable(value) or isinstance(value, type):
            found[name] = value
    return found


def assert_same_estimator(one, two):
    """Check the state of two estimators and every public attribute."""
    assert_identical(one, two)
    seen, others = public_attributes(one), public_attributes(two)
    assert seen.keys() == others.keys()
    for name in seen:
        assert_identical(seen[name], others[name])
