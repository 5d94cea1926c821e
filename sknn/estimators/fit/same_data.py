"""Compare the data of a call with that of the call before."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp

from sknn._validation.arrays import Rows
from sknn.estimators.fit.callbacks import encoded
from sknn.estimators.fit.state import FitState

_ROWS = 64
"""Number of checked rows; they distinguish data sets, not versions of one table."""
_NEAR = 1e-4
"""Rows computed on another machine differ by less than this share of their size."""
_REMEDY = (
    "Pass the data of that call (in a pipeline, pipe[:-1].transform(X)). To train further on other "
    "data, call partial_fit (in a pipeline, pipe[-1].partial_fit(pipe[:-1].transform(X), y)), or "
    "fit with warm_start=True."
)


def note_data(state: FitState) -> None:
    """Store sums of the data of a call in its run, or compare them if it finishes another one.

    Passes over a stream are not compared.

    Raises
    ------
    ValueError
        If the data is not that of the interrupted call.
    """
    run, call = state.run, state.call
    if call.stream or call.elsewhere is not None:
        run.data = ()
    elif not call.finish:
        run.data = tuple((name, value) for name, (value, _) in _figures(state).items())
    elif run.data:
        _compare(dict(run.data), _figures(state))


def note_validation(state: FitState, rows: Rows) -> None:
    """Store sums of the validation rows, and forget the best of others, or of another loss."""
    run, now = state.run, _of_validation(state, rows)
    if not state.fresh and (_differ(dict(run.held), now) or not _alike(state)):
        run.watch(None)
    run.held = tuple((name, value) for name, (value, _) in now.items())


def _differ(before: dict[str, float], now: dict[str, tuple[float, float]]) -> bool:
    return any(
        abs(value - before.get(name, value)) > _NEAR * size for name, (value, size) in now.items()
    )


def _alike(state: FitState) -> bool:
    """Return whether the loss and the activations are those of the call before."""
    before, now = state.estimator.network_.layers, state.network.layers
    pairs: list[tuple[Any, Any]] = [(state.estimator._loss, state.loss)]
    pairs += [
        (getattr(one, "activation", None), getattr(other, "activation", None))
        for one, other in zip(before, now, strict=False)
    ]
    return all(type(one) is type(other) and _told(one) == _told(other) for one, other in pairs)


def _told(part: Any) -> str:
    return repr(getattr(part, "__dict__", part))


def _compare(before: dict[str, float], now: dict[str, tuple[float, float]]) -> None:
    for name in ("X", "X_val"):
        had, has = before.get(f"rows of {name}"), now.get(f"rows of {name}", (None,))[0]
        if had != has:
            raise ValueError(_other_rows(name, had, has))
    for name, (value, size) in now.items():
        if abs(value - before.get(name, value)) > _NEAR * size:
            raise ValueError(f"{name} is not that of the interrupted call. {_REMEDY}")


def _other_rows(name: str, had: float | None, has: float | None) -> str:
    if has is None:
        return f"The interrupted call had an X_val of {had:.0f} rows; this one has none. {_REMEDY}"
    if had is None:
        return "The interrupted call had no X_val; leave it out to finish that call."
    return f"{name} has {has:.0f} rows; the interrupted call had {had:.0f}. {_REMEDY}"


def _figures(state: FitState) -> dict[str, tuple[float, float]]:
    """Return sums of the data, each with the scale for differences."""
    found = _of_rows("X", state.train)
    if state.target is not None:
        found["y"] = _sum(state.target)
    if state.validation is not None and not state.splits:
        found |= _of_validation(state, state.validation)
    return found


def _of_validation(state: FitState, rows: Rows) -> dict[str, tuple[float, float]]:
    found = _of_rows("X_val", rows)
    if state.target is not None:
        found["y_val"] = _sum(encoded(state, rows, state.network.dtype))
    return found


def _of_rows(name: str, rows: Rows) -> dict[str, tuple[float, float]]:
    n = rows.x.shape[0]
    return {
        f"rows of {name}": (float(n), 0.0),
        name: _sum(rows.x),
        f"the sample weight of {name}": _sum(np.ones(n) if rows.weight is None else rows.weight),
    }


def _sum(values: Any) -> tuple[float, float]:
    """Return a sum in which every position counts differently, and that of the absolute values."""
    n = values.shape[0]
    some = values[np.linspace(0, n - 1, min(n, _ROWS)).astype(np.intp)]
    some = some.toarray() if sp.issparse(some) else np.asarray(some)
    flat = np.nan_to_num(some.ravel().astype(np.float64)) / max(some.size, 1)
    weight = np.linspace(1.0, 2.0, flat.size)
    with np.errstate(over="ignore", invalid="ignore"):
        return float(flat @ weight), float(np.abs(flat) @ weight)
