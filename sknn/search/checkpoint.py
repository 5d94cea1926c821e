"""What a search knows, in a file: after its process died, the same call goes on from there."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any, TypeVar

import joblib
import numpy as np
import scipy
import scipy.sparse as sp
import sklearn
from sklearn.base import clone
from sklearn.utils import check_random_state

from sknn._format import files
from sknn._format.names import Names, at_hand
from sknn._version import __version__
from sknn.core import archive
from sknn.core import constraints as c
from sknn.exceptions import InvalidParameterError
from sknn.search.pairs import end_of
from sknn.training.callbacks.in_search import for_candidate

Item = TypeVar("Item")
State = Callable[[], Any]

PATH = c.none() | c.Constraint(
    archive.is_path, "a path that is not empty and has no null characters"
)
_WITHOUT_INFLUENCE = frozenset({"checkpoint", "n_jobs", "pre_dispatch", "verbose", "refit"})
_COMPARED_LATER = frozenset({"cv"})
"""By the splits it makes, so that any iterable will do."""
_LEAST_SECONDS = 1.0
_WRITINGS = 20
"""What was finished waits for the disk so long, or as long as so many writings would take."""
_ANEW = "choose another path, or remove the file to begin anew"
_VERSIONS = {
    "sknn": __version__,
    "scikit-learn": sklearn.__version__,
    "NumPy": np.__version__,
    "SciPy": scipy.__version__,
}


class NoCheckpoint:
    """Stands where nothing is kept.

    Attributes
    ----------
    known : object
        What an earlier call knew; None where there was none.
    """

    known: Any = None

    def identify(self, **parts: Any) -> None:
        """Raise a ValueError if something that the search depends on is not as it was."""

    def seed(self, random_state: Any) -> Any:
        """Return what stands for a `random_state`; None is a seed that is drawn once."""
        return random_state

    def watch(self, items: Iterable[Item], state: State) -> Generator[Item, None, None]:
        """Yield all items; what was made of them is written now and then, and after an error."""
        yield from items

    def write(self, state: Any) -> None:
        """Write what is known."""


class SearchCheckpoint(NoCheckpoint):
    """Keeps what a search knows in a file.

    Parameters
    ----------
    path : path-like
    run : dict of str to str
        Digests of what the search is, by name.
    trusted : list of classes and functions
        What may be in the file beside our own classes: what the search is made of.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is damaged, or of another search.
    """

    def __init__(self, path: str | os.PathLike, run: dict[str, str], trusted: list[Any]) -> None:
        self.path = path
        self.run = run
        self.names = Names(trusted)
        kept = _kept_in(path, trusted)
        if kept is None:
            seed = int(check_random_state(None).randint(np.iinfo(np.int32).max))
            kept = {"run": run, "parts": {}, "seed": seed, "state": None}
        self._refuse_changes(kept["run"], run)
        self._parts: dict[str, str] = kept["parts"]
        self._seed: int = kept["seed"]
        self.known = kept["state"]
        self._next = time.monotonic() + _LEAST_SECONDS

    def identify(self, **parts: Any) -> None:
        """Raise a ValueError if something that the search depends on is not as it was."""
        found = {name: _hash(name, value) for name, value in parts.items()}
        self._refuse_changes(found | self._parts, self._parts | found)
        self._parts |= found

    def _refuse_changes(self, before: dict[str, str], now: dict[str, str]) -> None:
        changed = {name for name in before | now if before.get(name) != now.get(name)}
        if changed:
            raise ValueError(
                f"checkpoint={os.fspath(self.path)!r} is of another search, one with other values "
                f"of {', '.join(_innermost(changed))}. Search with the same as before, {_ANEW}."
            )

    def seed(self, random_state: Any) -> Any:
        """Return what stands for a `random_state`; None is a seed that is drawn once."""
        return self._seed if random_state is None else random_state

    def watch(self, items: Iterable[Item], state: State) -> Generator[Item, None, None]:
        """Yield all items; what was made of them is written now and then, and after an error."""
        news = False
        try:
            for item in items:
                news = True
                yield item
                if self._is_due():
                    news = False
                    self.write(state())
        except BaseException:
            if news:
                self.write(state())
            raise

    def _is_due(self) -> bool:
        return time.monotonic() >= self._next

    def write(self, state: Any) -> None:
        """Write what is known.

        Raises
        ------
        OSError
            If the file cannot be written; the one before stays.
        ValueError
            If what is known cannot be in a file.
        """
        begin = time.monotonic()
        try:
            kept = {"run": self.run, "parts": self._parts, "seed": self._seed, "state": state}
            told = files.told(kept)
        except ValueError as error:
            raise ValueError(f"checkpoint: {error} Search without a checkpoint.") from error
        if missing := self.names.missing(told.head["graph"]):
            raise ValueError(
                f"checkpoint: the networks hold {', '.join(sorted(missing))}, which is no part of "
                "the parameters of the search, and so would not be read again. Let the "
                "__getstate__ of what holds it leave it out, or search without a checkpoint."
            )
        try:
            told.write(self.path)
        except OSError as error:
            raise archive.with_path(error, self.path, "The checkpoint", "written") from error
        end = time.monotonic()
        self._next = end + max(_LEAST_SECONDS, _WRITINGS * (end - begin))


def checkpoint_of(search: Any, X: Any, y: Any, params: dict[str, Any]) -> NoCheckpoint:
    """Return the checkpoint of a search, with what an earlier call left there.

    Raises
    ------
    InvalidParameterError
        If there can be no file, or if the search draws without a seed.
    OSError, ValueError
        As :class:`SearchCheckpoint`, and if the search cannot be compared with another.
    """
    if search.checkpoint is None:
        return NoCheckpoint()
    _check_path(search)
    _refuse_draws(search)
    run = {f"the version of {name}": version for name, version in _VERSIONS.items()}
    run["the class of the search"] = type(search).__name__
    trusted = []
    for name, value in _parameters_of(search).items():
        graph, run[name] = _told(name, value)
        trusted += at_hand(graph)
    given = {f"{name}, given to fit": value for name, value in params.items()}
    run |= {name: _hash(name, value) for name, value in {"X": X, "y": y, **given}.items()}
    return SearchCheckpoint(search.checkpoint, run, trusted)


def _check_path(search: Any) -> None:
    """Find out now what would fail after the first networks."""
    given = c.check(type(search).__name__, {"checkpoint": search.checkpoint}, {"checkpoint": PATH})
    try:
        archive.check_target(given["checkpoint"])
    except OSError as error:
        raise InvalidParameterError(
            f"The 'checkpoint' parameter of {type(search).__name__} must name a file in a folder "
            f"that exists and can be written. Got {search.checkpoint!r} instead: {error}."
        ) from error


def _refuse_draws(search: Any) -> None:
    """Raise for splits and steps before the network that would be others in the next call."""
    names = []
    if getattr(search.cv, "random_state", 0) is None and getattr(search.cv, "shuffle", True):
        names.append("random_state of cv")
    _, network = end_of(search.estimator)
    if network:
        names += [
            f"{name} of the estimator"
            for name, value in search.estimator.get_params(deep=True).items()
            if value is None and name.endswith("__random_state") and not name.startswith(network)
        ]
    if names:
        raise InvalidParameterError(
            f"With a checkpoint, {' and '.join(names)} must not be None: a search that goes on "
            "has to find the same rows again. Pass an int."
        )


def _parameters_of(search: Any) -> dict[str, Any]:
    """Return the parameters that results depend on, those of the estimator one by one, too."""
    skipped = _WITHOUT_INFLUENCE | _COMPARED_LATER
    params = search.get_params(deep=False)
    params = {name: value for name, value in params.items() if name not in skipped}
    # A copy is not fitted: what an estimator has learned before has no influence, nor has
    # what only looks at the last fit.
    estimator = params["estimator"] = for_candidate(clone(search.estimator))
    inner = estimator.get_params(deep=True).items()
    return params | {f"estimator__{name}": value for name, value in inner}


def _told(name: str, value: Any) -> tuple[Any, str]:
    """Return the graph of a parameter and a digest of it."""
    try:
        told = files.told(value)
    except ValueError as error:
        raise ValueError(
            f"checkpoint: whether {name} is the same when the search goes on cannot be told. "
            f"{error}"
        ) from error
    return told.head["graph"], joblib.hash((told.head["graph"], told.arrays))


def _hash(name: str, value: Any) -> str:
    """Return a digest of data."""
    try:
        # Joblib hands large arrays to its workers as files.
        return joblib.hash(_contents(value), coerce_mmap=True)
    except Exception as error:
        raise ValueError(
            f"checkpoint: whether {name} is the same when the search goes on cannot be told: "
            f"{type(error).__name__}: {error.args[0] if error.args else error}"
        ) from error


def _contents(value: Any) -> Any:
    """Return data without what SciPy and pandas note in their objects when these are used."""
    if sp.issparse(value) and value.ndim == 2:
        rows = value.tocsr(copy=True)
        rows.sum_duplicates()
        return type(value).__name__, rows.shape, rows.data, rows.indices, rows.indptr
    if hasattr(value, "iloc") and hasattr(value, "columns"):
        columns = [_contents(value.iloc[:, place]) for place in range(value.shape[1])]
        return type(value).__name__, list(value.columns), columns
    if hasattr(value, "iloc"):
        levels = getattr(value.dtype, "categories", None)
        levels = None if levels is None else (list(levels), value.dtype.ordered)
        return str(value.dtype), value.name, value.index.to_numpy(), value.to_numpy(), levels
    return value


def _innermost(names: set[str]) -> list[str]:
    """Return names of parameters, without those of what holds others of them."""
    return sorted(name for name in names if not any(each.startswith(f"{name}__") for each in names))


def _kept_in(path: str | os.PathLike, trusted: list[Any]) -> Any:
    """Return what a file of a search holds, None where there is no file."""
    try:
        kept = files.found(path, trusted).value
    except FileNotFoundError:
        return None
    except OSError as error:
        raise archive.with_path(error, path, "The checkpoint", "read") from error
    except ValueError as error:
        raise ValueError(f"checkpoint: {error} To search, {_ANEW}.") from error
    if not isinstance(kept, dict) or kept.keys() != {"run", "parts", "seed", "state"}:
        raise ValueError(
            f"checkpoint={os.fspath(path)!r} is not the file of a search: it holds a "
            f"{type(kept).__name__}. To search, {_ANEW}."
        )
    return kept
