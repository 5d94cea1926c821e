"""Encoders of tables, fitted in one pass over blocks of rows, wherever they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sknn.estimators.tabular.network import TableNetwork
from sknn.preprocessing.encoder import TableEncoder
from sknn.preprocessing.summaries.table import TableSummary
from sknn.streams.dask import DaskBlocks
from sknn.streams.rows import check_rows, check_y, n_rows
from sknn.streams.tasks import has_client, sum_of_tasks

_NAMES = ("X", "y", "sample_weight")


def fit_encoder(encoder: TableEncoder, source: Any) -> None:
    """Fit an encoder to all blocks; this process receives only summaries of rows."""
    encoder.learn_summary(summary_of(encoder, source, _summarized)).warn()


def lend_encoder(net: TableNetwork, source: Any) -> None:
    """Give a network that starts from scratch its encoder, fitted to all blocks."""
    if "network_" not in vars(net):
        net._lent_encoder, _ = encoder_of(net, source)


def encoder_of(net: TableNetwork, source: Any) -> tuple[TableEncoder, Any]:
    """Return the encoder that a network would fit, fitted to all blocks, and the first row."""
    encoder, target = net._encoder_and_target()
    summary = summary_of(encoder, source, _summarized_with_y)
    if summary.rows is not None:
        summary.rows.y = target(summary.rows.y)
    encoder.learn_summary(summary).warn()
    return encoder, summary.head


def summary_of(encoder: TableEncoder, source: Any, summarize: Callable[..., Any]) -> TableSummary:
    """Return the summary of all blocks, merged in the same order on a cluster and here.

    Raises
    ------
    ValueError
        If no row has a positive weight.
    """
    if isinstance(source, DaskBlocks) and has_client():
        tasks = [(index, *block) for index, block in enumerate(source.delayed())]
        summary = sum_of_tasks(summarize, encoder, tasks, _merged)
    else:
        blocks = (block for _, group in source.groups(1) for block in group)
        parts = (summarize(encoder, index, *block) for index, block in enumerate(blocks))
        summary = _in_pairs(parts)
    if summary is None:
        raise ValueError("X has no rows with a positive weight; at least one is needed.")
    return summary


def _summarized(encoder: TableEncoder, index: int, x: Any, y: Any, weight: Any) -> Any:
    """Summarize a block, on any machine."""
    check_rows((x, y, weight), index, _NAMES)
    return encoder.summarize(x, y, weight, index) if n_rows(x) else None


def _summarized_with_y(encoder: TableEncoder, index: int, x: Any, y: Any, weight: Any) -> Any:
    """Summarize a block for a network, which will need its y."""
    check_y(x, y, index)
    return _summarized(encoder, index, x, y, weight)


def _merged(one: TableSummary | None, other: TableSummary | None) -> TableSummary | None:
    if one is None or other is None:
        return other if one is None else one
    return one.merged(other)


def _in_pairs(parts: Iterable[TableSummary | None]) -> TableSummary | None:
    """Merge summaries in the order of :func:`~sknn.streams.tasks.sum_of_tasks`, few at a time."""
    waiting: list[tuple[int, TableSummary | None]] = []
    for part in parts:
        size = 1
        while waiting and waiting[-1][0] == size:
            part, size = _merged(waiting.pop()[1], part), 2 * size
        waiting.append((size, part))
    found = None
    for _, part in reversed(waiting):
        found = _merged(part, found)
    return found
