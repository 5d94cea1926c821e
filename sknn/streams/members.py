"""Members of tabular networks as tasks, from tables that no process holds as a whole."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np

from sknn._sklearn import shallow_copy
from sknn.estimators.fit.apart import close_apart, open_apart, train_apart
from sknn.estimators.fit.call import Call, restored_on_error
from sknn.estimators.fit.side_by_side import check_listeners
from sknn.estimators.fit.stages import seed_from
from sknn.estimators.fit.state import FitState
from sknn.estimators.tabular.encoded import EncodedTable
from sknn.estimators.tabular.network import TableNetwork
from sknn.preprocessing.encoder import TableEncoder
from sknn.streams.dask import DaskBlocks
from sknn.streams.encoders import encoder_of
from sknn.streams.rows import check_rows, check_y, joined, joined_weights, n_rows
from sknn.streams.sources import source_of, without_y
from sknn.streams.tasks import computed, delayed_calls, has_client, run_jobs
from sknn.training.replay import MemberEpoch
from sknn.training.warnings import users_level

_NAMES = ("X", "y", "sample_weight")
Remarks = list[tuple[type[Warning], str]]


def fit_members(estimator: Any, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Fit a tabular network on rows that come in blocks, with one task per member.

    The result is that of ``estimator.fit`` on all rows, but no process needs the whole table, and
    the process that calls this function does not need the encoded rows, either. Members learn from
    folds and are judged by them, epochs are picked, and predictions are calibrated as in ``fit``.

    Parameters
    ----------
    estimator : TabularMLPClassifier or TabularMLPRegressor
        It is fitted in place, and training starts over.
    X : dask.dataframe.DataFrame, dask.array.Array or iterable of blocks
        An iterable yields rows of X, or tuples ``(X, y)`` or ``(X, y, sample_weight)``. It is
        iterated over more than once, so it must be a list, or an object whose ``__iter__`` starts
        over.
    y : Dask collection or array-like, default=None
        Required unless the blocks contain it. Dask collections must have the partitions of X. Data
        in memory must be in the order of its rows; ``dask.dataframe.from_pandas`` sorts by index.
    sample_weight : Dask collection or array-like, default=None

    Returns
    -------
    estimator : estimator
        The estimator that was passed. After an error or Ctrl-C, it is as it was before.

    Raises
    ------
    TypeError
        If the estimator is not a tabular network, if there is no y, or if X is neither a Dask
        collection nor an iterable of blocks.
    ValueError
        Before anything is computed, for parameters that would have to watch or stop all members
        while they train: `callbacks`, `verbose`, `warm_start`, `max_time`, and learning rates that
        follow the loss. Also for X, y, and weights that do not match, and for everything that
        ``fit`` rejects.

    See Also
    --------
    fit_blocks : Train one network on blocks, one after the other or side by side.

    Notes
    -----
    One pass over all blocks fits the encoder, as with ``fit_blocks(..., encoder="all")``. A second
    pass encodes them. With a ``dask.distributed.Client`` and a Dask collection, the rest runs in
    Dask tasks, too: one collects the encoded rows, `n_members` others train one member each, and
    the last one picks the epochs. The client gets a summary of the table and the fitted attributes,
    a few megabytes each. Every worker that trains holds one copy of the encoded rows, which takes
    ``4 * n_rows * encoder_.n_outputs_`` bytes, and the first worker needs twice as much while it
    collects them. After every judged epoch, a member returns its weights and the scores of the rows
    that it holds out. Tasks depend only on their arguments: if a worker dies, they run again
    elsewhere.

    Otherwise, this process holds the encoded rows, and members are joblib jobs, which run one after
    the other unless ``joblib.parallel_config`` sets more jobs.

    Weights, picked epochs, and predictions are those of ``fit`` on the same rows, bit for bit,
    if the encoder is the same. That is the case if no column has more than 4,096 different numbers
    or 16,384 different texts, and, with ``bins="tree"``, for up to 50,000 rows; :func:`fit_blocks`
    describes the encoder beyond these bounds. For the same encoder, they do not depend on the
    blocks, the workers, or the threads. In `history_`, the loss and the norm of the gradient may
    differ by rounding from those of ``fit``, because sums over members are taken in another order.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sknn import TabularMLPRegressor
    >>> from sknn.streams import fit_members
    >>> rng = np.random.default_rng(0)
    >>> size, kind = rng.integers(1, 99, 400), rng.choice(["a", "b"], 400)
    >>> table = pd.DataFrame({"size": size, "kind": kind})
    >>> price = size * np.where(kind == "a", 2, 3) + rng.normal(size=400)
    >>> lazy = dd.from_pandas(table, npartitions=4)
    >>> net = fit_members(TabularMLPRegressor(preset="fast", random_state=0), lazy, price)
    >>> print(f"R2 {net.score(table, price):.2f}")
    R2 1.00
    >>> twin = TabularMLPRegressor(preset="fast", random_state=0).fit(table, price)
    >>> print(np.abs(net.predict(table) - twin.predict(table)).max())
    0.0
    """
    if not isinstance(estimator, TableNetwork):
        raise TypeError(
            "estimator must be a TabularMLPClassifier or TabularMLPRegressor; got "
            f"{estimator!r}. Train other networks with fit_blocks."
        )
    trial = shallow_copy(estimator)
    n_members = _checked(trial)
    source = source_of(X, y, sample_weight)
    if y is None and not _has_y(source):
        raise without_y(estimator)
    with restored_on_error(estimator.random_state):
        encoder, head = encoder_of(estimator, source)
        trial.random_state = seed_from(estimator.random_state)
        parcel = (_bare(trial), encoder, head)
        train = _on_cluster if isinstance(source, DaskBlocks) and has_client() else _here
        found, remarks = train(parcel, source, n_members)
        for category, text in remarks:
            warnings.warn(text, category, stacklevel=users_level())
    known = vars(estimator).copy()
    # Those of an earlier frame; an array has none.
    known.pop("feature_names_in_", None)
    estimator.__dict__ = known | found | estimator.get_params(deep=False)
    return estimator


def _checked(trial: TableNetwork) -> int:
    """Check a working copy, and make its numbers Python's own; return how many members it has."""
    check_listeners(trial)
    trial._check_parameters()
    recipe = trial._recipe()
    remedy = "cannot be used with fit_members, because members are trained separately. "
    if recipe.callbacks:
        raise ValueError(f"callbacks {remedy}Pass callbacks=None; history_ has every epoch.")
    if recipe.verbose:
        raise ValueError(f"verbose {remedy}Set it to False; history_ has every epoch.")
    if recipe.follows_loss:
        raise ValueError(
            f"learning_rate={trial.learning_rate!r} {remedy}Choose a schedule that does not follow "
            "the loss, such as 'cos_log'."
        )
    if trial.warm_start:
        raise ValueError(
            f"warm_start {remedy}Set it to False, or continue with partial_fit on new rows."
        )
    if trial.max_time is not None:
        raise ValueError(f"max_time {remedy}Set it to None, and choose max_iter.")
    return recipe.n_members


def _has_y(source: Any) -> bool:
    """Return whether the blocks contain y, by the first of them that has rows."""
    if isinstance(source, DaskBlocks):
        return False
    filled = (block for _, [block] in source.groups(1) if n_rows(block[0]))
    return all(block[1] is not None for block in islice(filled, 1))


def _bare(trial: TableNetwork) -> TableNetwork:
    """Return an estimator with the same parameters, without anything learned before."""
    return type(trial)(**trial.get_params(deep=False))


# -- where tasks run ----------------------------------------------------------------------------


def _on_cluster(parcel: Any, source: DaskBlocks, n_members: int) -> Any:
    """Let Dask tasks do everything; only the fitted attributes come to this process."""
    blocks = enumerate(source.delayed())
    parts = delayed_calls(_encoded, parcel[1], [(index, *block) for index, block in blocks])
    opened = delayed_calls(_opened, parcel, [tuple(parts)])[0]
    members = delayed_calls(_trained, opened, [(m,) for m in range(n_members)])
    return computed(delayed_calls(_closed, opened, [tuple(members)]))[0]


def _here(parcel: Any, source: Any, n_members: int) -> Any:
    """Encode block by block in this process, and train the members in joblib jobs."""
    opened = _opened(parcel, *(_encoded(parcel[1], *block) for block in _numbered(source)))
    return _closed(opened, *run_jobs(_trained, opened, [(m,) for m in range(n_members)]))


def _numbered(source: Any) -> Iterator[tuple[Any, ...]]:
    for index, [block] in source.groups(1):
        yield (index, *block)


# -- tasks ------------------------------------------------------------------------------------


def _encoded(encoder: TableEncoder, index: int, x: Any, y: Any, weight: Any) -> Any:
    """Return encoded rows of a block with their y and weights; None if it has no rows."""
    check_y(x, y, index)
    check_rows((x, y, weight), index, _NAMES)
    return (encoder.encode(x, encoder), y, weight) if n_rows(x) else None


def _opened(parcel: Any, *parts: Any) -> tuple[FitState, Remarks]:
    """Prepare a call with the encoded rows of all blocks, up to the first batch."""
    estimator, encoder, head = parcel
    known = [part for part in parts if part is not None]
    if not known:
        raise ValueError(
            "X has no rows when it is iterated over again; pass a list of blocks, or an object "
            "whose __iter__ starts over."
        )
    rows, y, weight = zip(*known, strict=True)
    table = EncodedTable(encoder, np.concatenate(rows), head)
    call = Call.of_fit(False, table, joined(y, "y"), joined_weights(weight, rows))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        state = open_apart(estimator, call)
    return state, _remarks(caught)


def _trained(opened: tuple[FitState, Remarks], member: int) -> list[MemberEpoch]:
    return train_apart(opened[0], member)


def _closed(
    opened: tuple[FitState, Remarks], *members: list[MemberEpoch]
) -> tuple[dict[str, Any], Remarks]:
    """Return the attributes of the fitted estimator, and the warnings to issue."""
    state, remarks = opened
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = close_apart(state, members)
    return found, remarks + _remarks(caught)


def _remarks(caught: Any) -> Remarks:
    return [(each.category, str(each.message)) for each in caught]
