"""Where the work on blocks is done: in Dask tasks, or in joblib jobs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import joblib


def has_client() -> bool:
    """Return whether there is a client of dask.distributed."""
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return False
    try:
        distributed.default_client()
    except ValueError:
        return False
    return True


def run_tasks(function: Callable[..., Any], shared: Any, tasks: Sequence[tuple]) -> list[Any]:
    """Return ``function(shared, *task)`` of every task, in their order.

    With a client, they are Dask tasks, which depend only on their arguments: if a worker dies, its
    tasks run again elsewhere. Without a client, they are joblib jobs, which run one after the other
    unless more are configured.
    """
    if not has_client():
        return run_jobs(function, shared, tasks)
    return computed(delayed_calls(function, shared, tasks))


def run_jobs(function: Callable[..., Any], shared: Any, tasks: Iterable[tuple]) -> list[Any]:
    """Return ``function(shared, *task)`` of every task, from joblib jobs."""
    return joblib.Parallel()(joblib.delayed(function)(shared, *task) for task in tasks)


def sum_of_tasks(
    function: Callable[..., Any], shared: Any, tasks: Sequence[tuple], add: Callable[..., Any]
) -> Any:
    """Return the sum of the results of tasks, neighbors first: in the same order on a cluster."""
    if not has_client():
        return _in_pairs(run_tasks(function, shared, tasks), add)
    import dask

    adding = dask.delayed(add, pure=False, traverse=False)
    return computed([_in_pairs(delayed_calls(function, shared, tasks), adding)])[0]


def _in_pairs(values: list[Any], add: Callable[..., Any]) -> Any:
    while len(values) > 1:
        pairs = [add(*values[i : i + 2]) for i in range(0, len(values) - 1, 2)]
        values = pairs + values[2 * len(pairs) :]
    return values[0]


def delayed_calls(function: Callable[..., Any], shared: Any, tasks: Iterable[tuple]) -> list[Any]:
    """Return the calls of all tasks, whose arguments and `shared` may be calls, too."""
    import dask

    # As a separate task, the shared argument is sent once, and is not inspected.
    common = dask.delayed(shared, pure=False, traverse=False)
    call = dask.delayed(function, pure=False, traverse=False)
    return [call(common, *map(_literal, task)) for task in tasks]


def computed(calls: list[Any]) -> list[Any]:
    """Return the results of calls; their arguments are not loaded into this process."""
    import dask

    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"}):
        return list(dask.compute(*calls))


def fetched(values: Sequence[Any]) -> tuple[Any, ...]:
    """Return values in this process, including those on a cluster."""
    if not any(map(_is_delayed, values)):
        return tuple(values)
    import dask

    return dask.compute(*values, traverse=False)


def _is_delayed(value: Any) -> bool:
    return hasattr(value, "__dask_graph__")


def _literal(value: Any) -> Any:
    """Return an argument as Dask takes it: it would look for tasks inside of containers."""
    if not isinstance(value, (list, tuple, dict)):
        return value
    import dask

    return dask.delayed(value, pure=False, traverse=False)
