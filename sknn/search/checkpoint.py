"""Progress of a search in a file, from which the same call continues after a crash."""

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
"""Compared by the splits it produces, so that any iterable works."""
_LEAST_SECONDS = 1.0
_WRITINGS = 20
"""Results are written after this many seconds, or this many times the duration of a writing."""
_ANEW = "choose another path, or remove the file to start over"
_VERSIONS = {
    "sknn": __version__,
    "scikit-learn": sklearn.__version__,
    "NumPy": np.__version__,
    "SciPy": scipy.__version__,
}


class NoCheckpoint:
    """Used in place of a checkpoint when nothing is saved.

    Attributes
    ----------
    known : object
        State saved by an earlier call; None if there was none.
    """

    known: Any = None

    def identify(self, **parts: Any) -> None:
        """Raise a ValueError if something that the search depends on has changed."""

    def seed(self, random_state: Any) -> Any:
        """Return the seed for a `random_state`; for None, one that is drawn once and saved."""
        return random_state

    def watch(self, items: Iterable[Item], state: State) -> Generator[Item, None, None]:
        """Yield all items; write the state from time to time, and after an error."""
        yield from items

    def write(self, state: Any) -> None:
        """Write the state."""


class SearchCheckpoint(NoCheckpoint):
    """Saves the progress of a search to a file.

    Parameters
    ----------
    path : path-like
    run : dict of str to str
        Hashes of everything that defines the search, by name.
    trusted : list of classes and functions
        Classes that may be in the file besides those of sknn: the parts of the search.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is damaged, or belongs to another search.
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
        """Raise a ValueError if something that the search depends on has changed."""
        found = {name: _hash(name, value) for name, value in parts.items()}
        self._refuse_changes(found | self._parts, self._parts | found)
        self._parts |= found

    def _refuse_changes(self, before: dict[str, str], now: dict[str, str]) -> None:
        changed = {name for name in before | now if before.get(name) != now.get(name)}
        if changed:
            raise ValueError(
                f"checkpoint={os.fspath(self.path)!r} belongs to another search, with other "
                f"values of {', '.join(_innermost(changed))}. Search with the same values, {_ANEW}."
            )

    def seed(self, random_state: Any) -> Any:
        """Return the seed for a `random_state`; for None, one that is drawn once and saved."""
        return self._seed if random_state is None else random_state

    def watch(self, items: Iterable[Item], state: State) -> Generator[Item, None, None]:
        """Yield all items; write the state from time to time, and after an error."""
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
        """Write the state.

        Raises
        ------
        OSError
            If the file cannot be written; the previous file is kept.
        ValueError
            If the state cannot be saved.
        """
        begin = time.monotonic()
        try:
            kept = {"run": self.run, "parts": self._parts, "seed": self._seed, "state": state}
            told = files.told(kept)
        except ValueError as error:
            raise ValueError(f"checkpoint: {error} Search without a checkpoint.") from error
        if missing := self.names.missing(told.head["graph"]):
            raise ValueError(
                f"checkpoint: the networks hold {', '.join(sorted(missing))}, which is not part "
                "of the parameters of the search, so it could not be loaded again. Leave it out in "
                "the __getstate__ of the object that holds it, or search without a checkpoint."
            )
        try:
            told.write(self.path)
        except OSError as error:
            raise archive.with_path(error, self.path, "The checkpoint", "written") from error
        end = time.monotonic()
        self._next = end + max(_LEAST_SECONDS, _WRITINGS * (end - begin))


def checkpoint_of(search: Any, X: Any, y: Any, params: dict[str, Any]) -> NoCheckpoint:
    """Return the checkpoint of a search, with the state an earlier call saved.

    Raises
    ------
    InvalidParameterError
        If the file cannot be written, or if the search draws random numbers without a seed.
    OSError, ValueError
        As for :class:`SearchCheckpoint`, and if the search cannot be compared with the saved one.
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
    """Check now for errors that would otherwise occur after the first networks."""
    given = c.check(type(search).__name__, {"checkpoint": search.checkpoint}, {"checkpoint": PATH})
    try:
        archive.check_target(given["checkpoint"])
    except OSError as error:
        raise InvalidParameterError(
            f"The 'checkpoint' parameter of {type(search).__name__} must name a file in a folder "
            f"that exists and can be written. Got {search.checkpoint!r} instead: {error}."
        ) from error


def _refuse_draws(search: Any) -> None:
    """Raise for splits and pipeline steps that would differ in the next call."""
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
            f"With a checkpoint, {' and '.join(names)} must not be None: a search that continues "
            "must get the same rows again. Pass an int."
        )


def _parameters_of(search: Any) -> dict[str, Any]:
    """Return the parameters that results depend on, including those of the estimator."""
    skipped = _WITHOUT_INFLUENCE | _COMPARED_LATER
    params = search.get_params(deep=False)
    params = {name: value for name, value in params.items() if name not in skipped}
    # An unfitted copy: earlier fits have no influence, nor have parameters that only # affect the
    # last fit.
    estimator = params["estimator"] = for_candidate(clone(search.estimator))
    inner = estimator.get_params(deep=True).items()
    return params | {f"estimator__{name}": value for name, value in inner}


def _told(name: str, value: Any) -> tuple[Any, str]:
    """Return the graph of a parameter and its hash."""
    try:
        told = files.told(value)
    except ValueError as error:
        raise ValueError(
            f"checkpoint: whether {name} is the same when the search continues cannot be "
            f"determined. {error}"
        ) from error
    return told.head["graph"], joblib.hash((told.head["graph"], told.arrays))


def _hash(name: str, value: Any) -> str:
    """Return a hash of data."""
    try:
        # Joblib hands large arrays to its workers as files.
        return joblib.hash(_contents(value), coerce_mmap=True)
    except Exception as error:
        raise ValueError(
            f"checkpoint: whether {name} is the same when the search continues cannot be "
            f"determined: {type(error).__name__}: {error.args[0] if error.args else error}"
        ) from error


def _contents(value: Any) -> Any:
    """Return data without the caches that SciPy and pandas keep in their objects."""
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
    """Return the names of parameters, without objects that contain other parameters."""
    return sorted(name for name in names if not any(each.startswith(f"{name}__") for each in names))


def _kept_in(path: str | os.PathLike, trusted: list[Any]) -> Any:
    """Return the contents of the file of a search, None if there is no file."""
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
            f"checkpoint={os.fspath(path)!r} is not the checkpoint of a search: it contains a "
            f"{type(kept).__name__}. To search, {_ANEW}."
        )
    return kept
