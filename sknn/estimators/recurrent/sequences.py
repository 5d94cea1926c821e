"""Missing steps of sequences, and targets for every step that is present."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation import arrays
from sknn._validation.arrays import reject_odd_arrays
from sknn._validation.messages import located
from sknn._validation.row_shapes import reject_uneven
from sknn.core.losses.base import Loss
from sknn.core.losses.per_step import MISSING_CODE, PerStep, answered, as_rows
from sknn.core.network import Network
from sknn.estimators.targets.base import Targets

# -- rows -----------------------------------------------------------------------------------------


def check_steps(x: NDArray, channels_first: bool) -> None:
    """Raise if a step is missing in part, or a row has no step at all."""
    missing = np.isnan(x)
    if not missing.any():
        return
    gone = missing.all(axis=-1)
    partly = missing.any(axis=-1) & ~gone
    if partly.any():
        row, step = np.argwhere(partly)[0]
        raise ValueError(
            f"Step {step} of row {row} of X is NaN in some of its features; NaN marks steps that "
            "are missing as a whole. Impute single values first, for example with "
            f"sklearn.impute.SimpleImputer.{_hint(missing, channels_first)}"
        )
    empty = np.flatnonzero(gone.all(axis=1))
    if len(empty):
        raise ValueError(f"Row {empty[0]} of X is a sequence without steps; leave it out.")


def _hint(missing: NDArray, channels_first: bool) -> str:
    """Return which `channels` to pass if steps would be missing as a whole with swapped axes."""
    if (missing != missing.all(axis=1, keepdims=True)).any():
        return ""
    here, other = ("first", "last") if channels_first else ("last", "first")
    return f" If channels={here!r} is not what X has, pass channels={other!r}."


# -- answers --------------------------------------------------------------------------------------


class Steps:
    """Answers to the steps of sequences, one after the other.

    Parameters
    ----------
    values : ndarray of shape (n_answers,) or (n_answers, n_outputs)
    there : ndarray of bool, shape (n, n_steps)
        Which steps they belong to, row by row.
    """

    def __init__(self, values: NDArray, there: NDArray) -> None:
        self.values = values
        self.there = there

    def __len__(self) -> int:
        """Return the number of sequences."""
        return len(self.there)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of sequences, as of any y."""
        return (len(self.there),)

    def __getitem__(self, index: Any) -> Steps:
        """Return the targets of some of the sequences."""
        place = np.zeros(self.there.shape, np.intp)
        place[self.there] = np.arange(len(self.values))
        there = self.there[index]
        return Steps(self.values[place[index][there]], there)

    def with_gaps(self, values: NDArray) -> NDArray:
        """Return a quantity of each target as an array (n, n_steps, ...), with gaps marked."""
        gap = MISSING_CODE if values.dtype.kind in "iu" else np.nan
        out = np.full((*self.there.shape, *values.shape[1:]), gap, values.dtype)
        out[self.there] = values
        return out

    def repeat(self, weight: NDArray | None) -> NDArray | None:
        """Return the weight of each target: that of its row."""
        return None if weight is None else np.repeat(weight, self.there.sum(axis=1))


def answers_of(y: Any, x: NDArray, lengths: list[int] | None, numeric: bool) -> Steps:
    """Return one prediction for every step that is present in `x`.

    Parameters
    ----------
    y : array-like of shape (n, n_steps) or (n, n_steps, n_outputs), or a list of arrays
    x : ndarray of shape (n, n_steps, n_features)
        NaN if a step is missing.
    lengths : list of int or None
        Steps of each row as the user gave it; None if all came in one array.
    numeric : bool
        Answers are real numbers.
    """
    if y is None:
        raise ValueError("This estimator requires y to be passed, but the target y is None.")
    reject_odd_arrays(y, "y")
    if hasattr(y, "columns") or hasattr(y, "column_names"):
        # A frame yields its columns, not its rows.
        y = np.asarray(y)
    if not hasattr(y, "__len__") or len(y) != len(x):
        found = len(y) if hasattr(y, "__len__") else 1
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: X has {len(x)} rows and "
            f"y {found}; they must have the same number of rows."
        )
    there = ~np.isnan(x[..., 0])
    parts = [
        _answers(each, i, present, own)
        for i, (each, present, own) in enumerate(
            zip(y, there, _lengths_of_answers(y, there, lengths), strict=True)
        )
    ]
    if len({part.ndim for part in parts}) > 1 or len({part.shape[1:] for part in parts}) > 1:
        raise ValueError("All entries of y must have the same number of outputs per step.")
    return Steps(arrays.check_target(np.concatenate(parts), numeric), there)


def _lengths_of_answers(y: Any, there: NDArray, lengths: list[int] | None) -> list[tuple[int, ...]]:
    """Return how many predictions each row may have: one for each of its steps."""
    most = there.shape[1]
    own = [most - int(np.argmax(present[::-1])) for present in there]
    if lengths is None:
        # An array X is padded, and y may be padded alike.
        alike = all(hasattr(each, "__len__") and len(each) == most for each in y)
        lengths = [most] * len(own) if alike else own
    return list(zip(lengths, own, strict=True))


def _answers(sequence: Any, i: int, present: NDArray, lengths: tuple[int, ...]) -> NDArray:
    """Return the targets of the steps of one row."""
    try:
        answers = np.asarray(sequence)
    except ValueError as error:
        reject_uneven(sequence, f"y[{i}]")
        raise located(error, f"y[{i}]") from error
    if answers.ndim not in (1, 2) or len(answers) not in lengths:
        raise ValueError(
            f"With return_sequences=True y must have a target for every step; y[{i}] has the shape "
            f"{answers.shape} for {min(lengths)} steps."
        )
    return answers[present[: len(answers)]]


def by_row(answer: NDArray, there: NDArray) -> list[NDArray]:
    """Return the entries of the steps that are present, one array per row."""
    return [row[present] for row, present in zip(answer, there, strict=True)]


class SequenceTargets(Targets):
    """Any single task, asked at every step.

    Parameters
    ----------
    inner : Targets
        The task of one step.
    steps : Steps
        Answers of the first call.
    weight : ndarray of shape (n,) or None
    """

    def __init__(self, inner: Any, steps: Steps, weight: NDArray | None) -> None:
        self.inner = inner
        counts = steps.there.sum(axis=1)
        self.answers = float(np.average(counts, weights=weight))

    def around(self, inner: Any) -> SequenceTargets:
        """Return the same for another task of a step."""
        twin = copy.copy(self)
        twin.inner = inner
        return twin

    @property
    def task(self) -> str:  # type: ignore[override]
        """What the loss is bound to."""
        return self.inner.task

    @property
    def n_outputs(self) -> int:  # type: ignore[override]
        """Raw scores per step."""
        return self.inner.n_outputs

    @property
    def classes(self) -> Any:
        """Labels in order."""
        return self.inner.classes

    def bind(self, loss: Loss) -> Loss:
        """Return the loss of one step."""
        return self.inner.bind(loss)

    def kernel(self, loss: Loss, in_shape: tuple[int, ...]) -> Any:
        """Return the objective of training: the loss of all steps."""
        return PerStep(loss, in_shape[0])

    def encode(self, y: Steps, dtype: np.dtype) -> NDArray:
        """Return codes (n, n_steps) or numbers (n, n_steps, n_outputs)."""
        return y.with_gaps(np.asarray(self.inner.encode(y.values, dtype)))

    def answers_of(self, y: Steps) -> NDArray:
        """Return the targets of all steps."""
        return y.values

    def listed(self, target: NDArray) -> NDArray:
        """Return the encoded targets one after the other."""
        return target[answered(target)]

    def check_domain(self, loss: Loss, target: NDArray) -> None:
        """Raise if a target is outside the domain of the loss."""
        self.inner.check_domain(loss, self.listed(target))

    def start(self, network: Network, loss: Loss, target: NDArray, weight: NDArray | None) -> None:
        """Let new output units start at the best constant prediction."""
        self.inner.start(network, loss, self.listed(target), _repeated(weight, target))

    def score(self, raw: NDArray, loss: Loss, target: NDArray, weight: NDArray | None) -> float:
        """Return accuracy or R2 over all steps there are."""
        picked = raw[..., answered(target), :]
        return self.inner.score(picked, loss, self.listed(target), _repeated(weight, target))

    def predict(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return a prediction per step, (n, n_steps, ...)."""
        return self._each_step("predict", raw, loss)

    def quantiles(self, raw: NDArray, loss: Loss, places: NDArray) -> NDArray:
        """Return quantiles of every step, (n, n_steps, n_levels, ...)."""
        return self._each_step("quantiles", raw, loss, places)

    def proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return probabilities (n, n_steps, n_classes)."""
        return self._each_step("proba", raw, loss)

    def log_proba(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return their logarithms."""
        return self._each_step("log_proba", raw, loss)

    def decision(self, raw: NDArray, loss: Loss) -> NDArray:
        """Return confidence scores."""
        return self._each_step("decision", raw, loss)

    def _each_step(self, question: str, raw: NDArray, loss: Loss, *more: Any) -> NDArray:
        answer = getattr(self.inner, question)(as_rows(raw), loss, *more)
        return answer.reshape(*raw.shape[-3:-1], *answer.shape[1:])

    @property
    def rescales(self) -> bool:
        """Whether training and the user have different units."""
        return self.inner.rescales

    def resolved(self, dtype: np.dtype) -> bool:
        """Whether numbers of this precision can distinguish the values of y."""
        return self.inner.resolved(dtype)

    def vanishes(self, dtype: np.dtype) -> bool:
        """Whether numbers of that precision are zero although y is not."""
        return self.inner.vanishes(dtype)

    def exceeds(self, y: Steps, rows: NDArray | None, dtype: np.dtype) -> bool:
        """Whether numbers of that precision cannot be as large as y."""
        return self.inner.exceeds((y if rows is None else y[rows]).values, None, dtype)

    def to_user_units(self, network: Network, loss: Loss) -> None:
        """Bring the last layer from the units of training to those of the user, in place."""
        self.inner.to_user_units(network, loss)

    def to_training_units(self, network: Network, loss: Loss) -> None:
        """Undo :meth:`fold`, up to rounding."""
        self.inner.to_training_units(network, loss)


def _repeated(weight: NDArray | None, target: NDArray) -> NDArray | None:
    return None if weight is None else np.repeat(weight, answered(target).sum(axis=1))
