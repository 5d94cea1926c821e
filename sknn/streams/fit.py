"""Training on data that come in blocks."""

from __future__ import annotations

import warnings
from inspect import Parameter, signature
from numbers import Integral
from typing import Any

from sknn.estimators.base import BaseNetwork
from sknn.estimators.fit.side_by_side import check_listeners
from sknn.estimators.settings.specs import is_lbfgs
from sknn.estimators.tabular.network import TableNetwork
from sknn.preprocessing.encoder import TableEncoder
from sknn.streams.dask import DaskBlocks
from sknn.streams.encoders import fit_encoder, lend_encoder
from sknn.streams.full_batch import fit_full_batch
from sknn.streams.progress import Bar, bar_for, figures_so_far
from sknn.streams.rows import is_lazy, n_rows
from sknn.streams.side_by_side import SideBySide
from sknn.streams.sources import source_of, without_y
from sknn.streams.tasks import has_client

_POSITION = "stream_position_"


def fit_blocks(
    estimator: Any,
    X: Any,
    y: Any = None,
    sample_weight: Any = None,
    *,
    epochs: int = 1,
    classes: Any = None,
    together: int = 1,
    encoder: str = "auto",
    resume: bool = False,
    verbose: bool = False,
    **more: Any,
) -> Any:
    """Train on blocks of rows, one after the other or several side by side.

    Each block is one call to ``partial_fit``: one pass over its rows, in batches and in random
    order. One after the other, the result is that of a loop over the same blocks, bit for bit.

    Parameters
    ----------
    estimator : estimator
        An estimator with ``partial_fit``. It is changed in place, and continues where its last call
        ended. It may also be a network with ``solver="lbfgs"``, or a
        :class:`~sknn.preprocessing.TableEncoder`; see the notes.
    X : dask.array.Array, dask.dataframe.DataFrame or iterable of blocks
        An iterable yields rows of X, such as slices of a memory map, or tuples ``(X, y)`` or ``(X,
        y, sample_weight)``. Every epoch iterates over it, so it must be a list, or an object whose
        ``__iter__`` starts over.
    y, sample_weight : as the others of :func:`blocks`, default=None
        With an iterable, they are part of its blocks, or in memory.
    epochs : int, default=1
        Number of passes over all blocks.
    classes : array-like, default=None
        All labels that will occur; required for the first block of a classifier.
    together : int, default=1
        Number of blocks that are trained side by side, each by a copy of the network. After every
        round, the weights and the optimizer state become means over the copies, weighted by
        the total sample weight of their rows [1]_. With a ``dask.distributed.Client``, the copies
        are Dask tasks. Otherwise they are joblib jobs, which run one after the other unless
        ``joblib.parallel_config`` sets more jobs.
    encoder : {"auto", "first", "all"}, default="auto"
        Which blocks fit the encoder of a tabular network: the first one, or all, which takes
        another pass over the rows before training. "auto" is "all" for Dask collections with
        ``together > 1``, otherwise "first". A network that continues keeps its encoder.
    resume : bool, default=False
        Continue an interrupted call with the same blocks, `epochs`, and `together`. The estimator
        was interrupted by Ctrl-C, or comes from a :class:`~sknn.callbacks.Checkpoint`. Without such
        a call, training starts at the first block; if the call had already ended, the estimator is
        not changed.
    verbose : bool, default=False
        Show a progress bar on standard error, with rows per second, the loss, and the time left. A
        :class:`~sknn.callbacks.ProgressBar` among the callbacks of the estimator replaces it.
    **more
        Further arguments of ``partial_fit``, such as `X_val` and `y_val`, in memory. Validation
        rows are scored once per round, with the mean of the copies.

    Returns
    -------
    estimator : estimator
        The estimator that was passed. If a block raises an error, the estimator is in the state
        after the last complete round. The same holds if the rows of a data frame, which are not
        counted in advance, do not match those of y. Ctrl-C ends all passes, and a warning says
        after which block.

    Warns
    -----
    UserWarning
        On Ctrl-C. Before the first block has been trained, KeyboardInterrupt is raised instead.

    Raises
    ------
    TypeError
        If X is neither a Dask collection nor an iterable of blocks, or can be iterated over only
        once; if the others have no rows; or if the estimator has no ``partial_fit``, or needs y.
    ValueError
        If X has no rows, or not as many as y and the weights; if `classes` are missing; with
        ``together > 1`` also for early stopping, for callbacks that need single updates or decide
        when to stop, and for recurrent layers that keep their state from block to block.

    See Also
    --------
    fit_members : The members of a tabular network, with folds as in ``fit``, as tasks.

    Notes
    -----
    The result depends on the blocks and on `together` alone. It does not depend on the number of
    workers and threads, or on which copy finishes first. A task uses one BLAS thread. The first
    copy continues with the random numbers of the stream, and the others jump ahead of it. The first
    block is loaded into this process, where it determines the initial weights and the scale of y,
    and with ``encoder="first"`` the encoder of a table. What callbacks and fitted attributes
    measure on training rows is measured on up to 2,048 of its rows.

    With ``solver="lbfgs"`` there is no ``partial_fit``. In each of `max_iter` iterations, loss and
    gradient are summed over all blocks, on the cluster if there is a client; y and the sample
    weights are loaded into this process. The result is that of ``fit`` on the same rows except for
    rounding, and the same on any cluster. Without a client, all rows are in memory.

    An encoder of tables, by itself or with ``encoder="all"``, is fitted by one pass: each block is
    summarized where it is, and summaries are merged in the order of the blocks. Nothing else is
    loaded into this process. If no column has more than 4,096 different numbers or 16,384 different
    texts, the result is that of ``fit`` on the same rows, except for rounding. Otherwise, quantiles
    and edges of bins are off by at most ``(1 + ceil(log2(n_blocks))) / 4094`` of the total weight;
    numbers and dates in text are represented by an even sample of 8,192 different texts; and only
    the most frequent levels are kept. Means and standard deviations are exact. Trees
    (``bins="tree"``) see an even sample of 50,000 rows, or of 2,000,000 entries, but no fewer than
    10,000 rows.

    The mean of `together` copies has moved about as far as one copy, so a higher rate is better, up
    to `together` times; the guide has figures.

    References
    ----------
    .. [1] Zinkevich, M., Weimer, M., Li, L. and Smola, A. J. (2010). Parallelized stochastic
       gradient descent. Advances in Neural Information Processing Systems 23.

    Examples
    --------
    >>> import dask.array as da
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.streams import fit_blocks
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(learning_rate_init=0.01, random_state=0)
    >>> net = fit_blocks(net, da.from_array(X, (50, 4)), y, epochs=30, classes=[0, 1, 2])
    >>> print(f"{net.score(X, y):.1f}")
    1.0

    A list of blocks, two of them side by side:

    >>> parts = [(X[i::4], y[i::4]) for i in range(4)]
    >>> net = MLPClassifier(learning_rate_init=0.02, batch_size=10, random_state=0)
    >>> net = fit_blocks(net, parts, epochs=30, together=2, classes=[0, 1, 2])
    >>> print(f"{net.score(X, y):.1f}")
    1.0

    An encoder fitted to all blocks:

    >>> from sknn.preprocessing import TableEncoder
    >>> encoder = fit_blocks(TableEncoder(), da.from_array(X, (50, 4)))
    >>> exact = TableEncoder().fit(X)
    >>> print(abs(encoder.transform(X) - exact.transform(X)).max())
    0.0
    """
    _check_count("epochs", epochs)
    _check_count("together", together)
    by_all = _by_all_blocks(encoder, X, together)
    if isinstance(estimator, TableEncoder):
        asked = (epochs, together, resume, classes is None)
        return _encoder(estimator, X, y, sample_weight, asked, more)
    source = source_of(X, y, sample_weight)
    if isinstance(estimator, BaseNetwork) and is_lbfgs(estimator):
        return _full_batch(estimator, source, classes, (epochs, together, resume), more)
    _check_estimator(estimator)
    if isinstance(source, DaskBlocks) and y is None and _needs_y(estimator):
        raise without_y(estimator)
    if classes is not None:
        more["classes"] = classes
    trainer: Any = OneByOne(estimator, more)
    if together > 1:
        trainer = SideBySide(estimator, more, int(together))
    passes = Passes(estimator, source, trainer, int(epochs), int(together), verbose)
    start = _position(estimator, together) if resume else (0, 0)
    try:
        if by_all and isinstance(estimator, TableNetwork):
            lend_encoder(estimator, source)
        passes.run(start)
    finally:
        if isinstance(estimator, TableNetwork):
            estimator.__dict__.pop("_lent_encoder", None)
    return estimator


def _by_all_blocks(encoder: Any, X: Any, together: int) -> bool:
    if encoder not in ("auto", "first", "all"):
        raise ValueError(f"encoder must be 'auto', 'first' or 'all'; got {encoder!r}.")
    return encoder == "all" or (encoder == "auto" and together > 1 and is_lazy(X))


def _encoder(
    encoder: TableEncoder, X: Any, y: Any, sample_weight: Any, asked: Any, more: Any
) -> TableEncoder:
    """Fit an encoder of tables; there are no epochs, and no rounds."""
    if asked != (1, 1, False, True) or more:
        raise ValueError(
            "A TableEncoder looks at all blocks once; leave epochs and together at 1, resume at "
            "False, and pass nothing but X, y, and sample_weight."
        )
    fit_encoder(encoder, source_of(X, y if encoder.needs_target else None, sample_weight))
    return encoder


def _full_batch(estimator: Any, source: Any, classes: Any, asked: Any, more: Any) -> Any:
    """Minimize over all blocks at once; there are no epochs, and no rounds."""
    if asked != (1, 1, False):
        raise ValueError(
            "solver='lbfgs' looks at all blocks in each of max_iter iterations; leave epochs and "
            "together at 1, and resume at False."
        )
    check_listeners(estimator)
    known = {} if classes is None else {"classes": classes}
    fit_full_batch(estimator, source, known | more)
    return estimator


def _check_count(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be an integer >= 1; got {value!r}.")


def _check_estimator(estimator: Any) -> None:
    """Raise for errors that the first block would otherwise report in other words."""
    if isinstance(estimator, type) or not hasattr(estimator, "partial_fit"):
        raise TypeError(f"estimator must be an object with partial_fit; got {estimator!r}.")


def _needs_y(estimator: Any) -> bool:
    wanted = signature(estimator.partial_fit).parameters.get("y")
    return wanted is not None and wanted.default is Parameter.empty


def _position(estimator: Any, together: int) -> tuple[int, int]:
    """Return the epoch and the round where an interrupted call continues."""
    epoch, number, before = getattr(estimator, _POSITION, (0, 0, together))
    if before != together:
        raise ValueError(
            f"The interrupted call had together={before}; got together={together}. Pass the same, "
            "or resume=False."
        )
    return epoch, number


class Passes:
    """All epochs of a call.

    Parameters
    ----------
    estimator : estimator
    source : DaskBlocks or GivenBlocks
    trainer : OneByOne or SideBySide
    epochs, together : int
    verbose : bool
    """

    def __init__(
        self, estimator: Any, source: Any, trainer: Any, epochs: int, together: int, verbose: bool
    ) -> None:
        self.estimator = estimator
        self.source = source
        self.trainer = trainer
        self.epochs = epochs
        self.together = together
        self.verbose = verbose
        self.unit = "block" if together == 1 else "round"
        self.bar: Bar | None = None
        self.last = ""

    def run(self, start: tuple[int, int]) -> None:
        """Train from an epoch and a round on."""
        first, skip = start
        self.bar = self._bar(first, skip)
        try:
            for epoch in range(first, self.epochs):
                rows = self._epoch(epoch, skip)
                if not rows and not skip:
                    raise ValueError("X has no rows; at least one is needed to train on.")
                skip = 0
        except KeyboardInterrupt:
            if not self.last:
                raise
            warnings.warn(
                f"Training interrupted by user: {self.last} was the last one trained on, and the "
                "estimator is in the state after it.",
                stacklevel=3,
            )
        finally:
            if self.bar is not None:
                self.bar.close()

    def _bar(self, epoch: int, skip: int) -> Bar | None:
        """Return the bar of all rounds, including those of an interrupted call."""
        n_blocks = self.source.n_blocks
        in_epoch = None if n_blocks is None else -(-n_blocks // self.together)
        rounds = None if in_epoch is None else in_epoch * self.epochs
        done = skip if in_epoch is None else in_epoch * epoch + skip
        return bar_for(self.estimator, rounds, self.unit, done, self.verbose)

    def _epoch(self, epoch: int, skip: int) -> int:
        rows = 0
        stay = self.together > 1 and has_client()
        needs_y = _needs_y(self.estimator)
        for number, blocks in self.source.groups(self.together, skip, stay=stay):
            if needs_y and any(target is None for _, target, _ in blocks):
                raise without_y(self.estimator)
            trained = self._round(blocks, epoch, number)
            rows += trained
            if trained:
                self.last = f"{self.unit} {number + 1} of epoch {epoch + 1}"
            if self.bar is not None:
                self.bar.show(trained, figures_so_far(self.estimator))
            if self.trainer.interrupted:
                raise KeyboardInterrupt
        return rows

    def _round(self, blocks: list[Any], epoch: int, number: int) -> int:
        """Train on some blocks; if that fails, the position stays where it was."""
        if not isinstance(self.estimator, BaseNetwork):
            return self.trainer.train(blocks, number)
        before = getattr(self.estimator, _POSITION, None)
        # Set during training, so that a checkpoint contains the round of its weights.
        setattr(self.estimator, _POSITION, (epoch, number + 1, self.together))
        try:
            return self.trainer.train(blocks, number)
        except BaseException:
            if before is None:
                delattr(self.estimator, _POSITION)
            else:
                setattr(self.estimator, _POSITION, before)
            raise


class OneByOne:
    """Hands blocks to ``partial_fit``, one after the other.

    Parameters
    ----------
    estimator : estimator
    more : dict
        Further arguments of its ``partial_fit``.

    Attributes
    ----------
    interrupted : bool
        Ctrl-C ended the last block.
    """

    def __init__(self, estimator: Any, more: dict[str, Any]) -> None:
        self.estimator = estimator
        self.more = more
        self.interrupted = False

    def train(self, blocks: list[tuple[Any, ...]], number: int) -> int:
        """Train on a block; return its number of rows."""
        [(x, target, weight)] = blocks
        if not n_rows(x):
            return 0
        own = {} if target is None else {"y": target}
        if weight is not None:
            own["sample_weight"] = weight
        run = getattr(self.estimator, "run_", None)
        self.estimator.partial_fit(x, **own, **self.more)
        # A network does not see a block in which all rows have weight 0.
        heard = getattr(self.estimator, "run_", None) is not run
        self.interrupted = heard and getattr(self.estimator, "stop_reason_", "") == "interrupted"
        return n_rows(x)
