"""Everything a training run needs to continue."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from ctypes import c_float
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from numbers import Number
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.random_streams import MemberGenerator

_STREAM_ROWS = 1000
# Diagnostics do not need sixteen digits; a pickle of 200 epochs is then a fifth smaller. They are
# rounded when they are added, so that a pickle changes nothing.
_COARSE = ("seconds", "gradient_norm", "update_ratio", "dead_units", "saturated")


class History:
    """Measurements, epoch by epoch, in columns of equal length.

    Columns may be added later; values that were not measured are NaN.
    """

    def __init__(self) -> None:
        self.columns: dict[str, list[float]] = {"epoch": []}

    def __len__(self) -> int:
        return len(self.columns["epoch"])

    def append(self, row: Mapping[str, float]) -> None:
        """Add one epoch.

        Raises
        ------
        TypeError
            For a value that is not a number.
        """
        row = {name: _figure(name, value) for name, value in row.items()}
        if not row.keys() <= self.columns.keys():
            new = [name for name in row if name not in self.columns]
            self.columns = self.columns | {name: [math.nan] * len(self) for name in new}
        figures = [row.get(name, math.nan) for name in self.columns]
        # One call into C for all columns: Ctrl-C comes before it or after it.
        deque(map(list.append, self.columns.values(), figures), maxlen=0)

    def trim(self, rows: int = _STREAM_ROWS) -> None:
        """Forget all but the last `rows` epochs."""
        if len(self) > rows:
            for values in self.columns.values():
                del values[:-rows]

    def back_to(self, columns: dict[str, list[float]], rows: int) -> None:
        """Restore the earlier columns, with the earlier number of rows."""
        self.columns = columns
        for values in columns.values():
            del values[rows:]

    def since(self, epoch: int) -> dict[str, list[float]]:
        """Return the columns without the entries up to an epoch."""
        known = sum(value <= epoch for value in self.columns["epoch"])
        return {name: values[known:] for name, values in self.columns.items()}

    def copy(self) -> History:
        """Return an independent history."""
        twin = History()
        twin.columns = {name: list(values) for name, values in self.columns.items()}
        return twin

    def __getstate__(self) -> dict[str, Any]:
        """Pack columns into arrays, those that rise evenly (epochs, rates) into a range."""
        return {name: _pack(name, values) for name, values in self.columns.items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Unpack; a range that is longer than all arrays next to it was not packed here."""
        arrays = [_rows_of(packed) for packed in state.values() if not isinstance(packed, tuple)]
        most = max(_STREAM_ROWS, *arrays, 0)
        self.columns = {name: _unpack(packed, most) for name, packed in state.items()}


def _figure(name: str, value: Any) -> float:
    """Return a figure in the form of a column."""
    if type(value) is not float:
        if not isinstance(value, Number):
            raise TypeError(
                f"What callbacks write into progress.row must be numbers; {name!r} is {value!r}."
            )
        value = float(value)  # type: ignore[arg-type]
    return _rounded(value) if is_coarse(name) else value


@lru_cache(maxsize=256)
def is_coarse(name: str) -> bool:
    """Whether a column, or the group of columns by layer to which it belongs, is a diagnostic."""
    return name.partition(".")[0] in _COARSE


def _rounded(value: float) -> float:
    # As numpy.float32 rounds, at a fifth of the time, and silent where it overflows.
    return c_float(value).value


def _pack(name: str, values: list[float]) -> Any:
    """Return (first, increment, length) if values rise evenly, else an array."""
    if values:
        step = values[1] - values[0] if len(values) > 1 else 0.0
        if all(value == values[0] + i * step for i, value in enumerate(values)):
            return (values[0], step, len(values))
    return np.array(values, np.float32 if is_coarse(name) else np.float64)


def _rows_of(packed: Any) -> int:
    if not isinstance(packed, np.ndarray) or packed.ndim != 1 or packed.dtype.kind != "f":
        raise ValueError("The columns of a history are of equal length, and hold numbers.")
    return len(packed)


def _unpack(packed: Any, most: int) -> list[float]:
    if isinstance(packed, tuple):
        first, step, length = packed
        if length > most or not isinstance(first, float) or not isinstance(step, float):
            raise ValueError("The columns of a history are of equal length, and hold numbers.")
        return [first + i * step for i in range(length)]
    return packed.tolist()


@dataclass
class Streams:
    """The random generators of a run, one per purpose, so that none disturbs another."""

    init: np.random.Generator
    split_seed: int
    order: np.random.Generator
    noise: np.random.Generator

    @classmethod
    def from_seed(cls, seed: int, n_members: int = 1) -> Streams:
        """Make the four streams from one seed; every member has its own noise."""
        init, split, order, noise = np.random.SeedSequence(seed).spawn(4)
        seeds = [noise, *noise.spawn(n_members - 1)]
        return cls(
            init=np.random.default_rng(init),
            split_seed=int(split.generate_state(1)[0]),
            order=np.random.default_rng(order),
            noise=_joined([np.random.default_rng(each) for each in seeds]),
        )

    @classmethod
    def of_members(cls, parts: Sequence[Streams]) -> Streams:
        """Return the streams of all members, from those of members that were trained alone."""
        return replace(parts[0], noise=_joined([part.noise for part in parts]))

    def part(self, members: Sequence[int]) -> Streams:
        """Return independent streams for some of the members."""
        twin = self.copy()
        noise = [noise_of(twin.noise)[m] for m in members]
        return replace(twin, noise=_joined(noise))

    def copy(self) -> Streams:
        """Return independent streams that continue in the same way."""
        return Streams(_twin(self.init), self.split_seed, _twin(self.order), _twin(self.noise))

    def __getstate__(self) -> dict[str, Any]:
        """Keep the noise of members as plain generators, which can be saved in every way."""
        return vars(self) | {"noise": noise_of(self.noise)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Join them again."""
        noise = state["noise"]
        members = noise if isinstance(noise, tuple) else noise_of(noise)
        vars(self).update(state, noise=_joined(list(members)))


# Seeding is the expensive part of making a generator, and its state is replaced at once.
_ANY_SEED = np.random.SeedSequence(0)


def _joined(generators: list[np.random.Generator]) -> np.random.Generator:
    return generators[0] if len(generators) == 1 else MemberGenerator(generators)


def noise_of(noise: np.random.Generator) -> tuple[np.random.Generator, ...]:
    """Return the generators of all members, or the one of a single network."""
    return noise.members if isinstance(noise, MemberGenerator) else (noise,)


def _twin(generator: np.random.Generator) -> np.random.Generator:
    """Copy a generator, four times as fast as deepcopy: streams do it in every call."""
    if isinstance(generator, MemberGenerator):
        return MemberGenerator([_twin(each) for each in generator.members])
    bits = type(generator.bit_generator)(_ANY_SEED)
    bits.state = generator.bit_generator.state
    return np.random.Generator(bits)


def jumped(generator: np.random.Generator, times: int) -> np.random.Generator:
    """Return a generator moved ahead by a number of jumps, those of members separately."""
    if isinstance(generator, MemberGenerator):
        return MemberGenerator([jumped(each, times) for each in generator.members])
    bits: Any = generator.bit_generator
    return np.random.Generator(bits.jumped(times))


@dataclass
class Best:
    """The weights with the best monitored value, their epoch, and their rate.

    With members, everything is an array, with an entry or a row for each.
    """

    value: Any
    theta: NDArray
    epoch: Any = 0
    rate: Any = 0.0

    def part(self, pick: Any) -> Best:
        """Return the share of one member, or of several."""
        return Best(self.value[pick], self.theta[pick], self.epoch[pick], self.rate[pick])

    def improved(self, better: NDArray, other: Best) -> Best:
        """Return the better of two, member by member."""
        return Best(
            np.where(better, other.value, self.value)[()],
            np.where(np.expand_dims(better, -1), other.theta, self.theta),
            np.where(better, other.epoch, self.epoch)[()],
            np.where(better, other.rate, self.rate)[()],
        )

    def without_weights(self) -> Best:
        """Return everything but the weights."""
        return replace(self, theta=self.theta[..., :0].copy())


@dataclass
class Average:
    """Weights averaged over updates or epochs, their number, and the kind of average."""

    theta: NDArray
    count: int
    kind: str = ""


@dataclass
class Run:
    """State of training. `fit` starts a new run; everything else continues the stored one.

    Attributes
    ----------
    streams : Streams
    horizon : int
        `max_iter` of the call that began the run, which a schedule given by name spans.
    began, until : int
        Epochs between which the last call had to train; an interrupted one is resumed up to the
        second.
    stream : bool
        That call is one of partial_fit.
    data : tuple of (str, float)
        Sums by which the data of that call can be recognized; none if they are not needed.
    held : tuple of (str, float)
        Such sums of the validation rows that `best` and `reference` refer to.
    unit : float
        Mean positive sample weight of the first call.
    epoch, step, samples : int
        Passes, updates and rows so far.
    theta : ndarray or None
        Last weights in the units of training, or those with which an epoch began that Ctrl-C
        ended; None during training, and if training will not continue.
    optimizer_state : dict of ndarray or None
    optimizer_kind : str or None
        Class of the optimizer to which the state belongs; another one starts over.
    optimizer_step : int
        Updates since that state was made.
    schedule_state : dict of float
    watched : str or None
        Name of the figure that `best` and `reference` refer to.
    start : ndarray or None
        Initial weights that are used for prediction if training does not improve on them.
    best : Best or None
    served : Best or None
        The best weights of a call that kept nothing else, if they are those that predict; they
        themselves are only in the network.
    average : Average or None
        Kept by a callback; used for prediction if there is no best.
    candidates : tuple of ScoredWeights
        Epochs with the best weights on rows that members had not seen; used together.
    saw_all : bool
        All members have been trained on all rows of some call.
    reference : float or ndarray of shape (n_members,)
        The value that the next epoch has to beat.
    best_loss : float
        Lowest training loss.
    stall : int or ndarray of shape (n_members,)
        Epochs without improvement.
    stopped : bool or ndarray of shape (n_members,)
        Which members are no longer trained in this call.
    history : History
    n_members : int
        Number of trained networks; prediction uses more if it uses several epochs.
    of_several : bool
        They are members of an ensemble, even if only the last of them is left.
    grown : int
        Epochs before the last new classes; their losses cannot be compared with later ones.
    stop_reason : str or None
    warned : frozenset of str
        Kinds of trouble that a callback has warned about, each once per run.
    """

    streams: Streams
    horizon: int
    began: int = 0
    until: int = 0
    stream: bool = False
    unit: float = 1.0
    epoch: int = 0
    step: int = 0
    samples: int = 0
    theta: NDArray | None = None
    optimizer_state: dict[str, NDArray] | None = None
    optimizer_kind: str | None = None
    optimizer_step: int = 0
    schedule_state: dict[str, float] = field(default_factory=dict)
    watched: str | None = None
    start: NDArray | None = None
    best: Best | None = None
    served: Best | None = None
    average: Average | None = None
    candidates: tuple[Any, ...] = ()
    saw_all: bool = False
    reference: Any = float("inf")
    best_loss: float = float("inf")
    stall: Any = 0
    stopped: Any = False
    history: History = field(default_factory=History)
    n_members: int = 1
    of_several: bool = False
    grown: int = 0
    stop_reason: str | None = None
    warned: frozenset[str] = frozenset()
    data: tuple[tuple[str, float], ...] = ()
    held: tuple[tuple[str, float], ...] = ()

    def copy(self) -> Run:
        """Return an independent run, whose changes do not affect this one."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values["streams"] = self.streams.copy()
        values["history"] = self.history.copy()
        values["schedule_state"] = dict(self.schedule_state)
        if self.average is not None:
            values["average"] = replace(self.average, theta=self.average.theta.copy())
        if self.optimizer_state is not None:
            values["optimizer_state"] = {
                name: array.copy() for name, array in self.optimizer_state.items()
            }
        return Run(**values)

    def note(self, finish: Callable[[], Mapping[str, float]], tell: Callable[[], None]) -> None:
        """Record an epoch as a whole or, if Ctrl-C comes before it is judged, not at all.

        Parameters
        ----------
        finish : callable
            Measures and decides at the end of an epoch, and returns the measurements.
        tell : callable
            Calls the callbacks of the epoch; they may add to the measurements.
        """
        before, columns, rows = self._before(), self.history.columns, len(self.history)
        row = None
        try:
            row = finish()
            tell()
            self.history.append(row)
        except KeyboardInterrupt:
            if row is None:
                vars(self).update(before)
                self.history.back_to(columns, rows)
            elif len(self.history) == rows:
                self.history.append(row)
            raise

    def _before(self) -> dict[str, Any]:
        """Return the state to restore; in an epoch, other arrays are replaced, not changed."""
        return vars(self) | {"schedule_state": dict(self.schedule_state)}

    def watch(self, key: str | None) -> None:
        """Start to monitor a quantity; the best value of another measure is forgotten."""
        if self.watched != key:
            self.watched, self.best, self.reference, self.stall = key, None, float("inf"), 0
            self.stopped = False

    def forget(self, serves_best: bool) -> None:
        """Drop what only a continuation needs: last weights, optimizer state, best and average.

        Parameters
        ----------
        serves_best : bool
            The best weights are those that predict.
        """
        self.served = self.best.without_weights() if serves_best and self.best else None
        self.theta = None
        self.optimizer_state = None
        self.start = None
        self.best = None
        self.average = None
        self.candidates = ()
        self.data = ()
