"""Outputs of several kinds, as an autoencoder of a table reconstructs them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight
from sknn.core.losses.optimum import Vector, column_means, label_log_odds
from sknn.core.losses.pointwise import total
from sknn.core.losses.regression import SquaredError
from sknn.core.losses.sigmoid import SigmoidCrossEntropy
from sknn.core.losses.softmax import SoftmaxCrossEntropy

Block = tuple[str, Loss, NDArray[np.intp]]


class Mixed(Loss):
    r"""Sum of squared errors, binary cross-entropies and cross-entropies of one-hot groups.

    .. math:: l(z, t) = \sum_{j \in \text{numeric}} \tfrac12 (z_j - t_j)^2
              + \sum_{j \in \text{binary}} \text{CE}(z_j, t_j)
              + \sum_g \Big( \log \sum_{j \in g} e^{z_j} - \sum_{j \in g} t_j z_j \Big)

    Every column belongs to one kind; the link is the identity, the logistic function and the
    softmax over each group.

    Parameters
    ----------
    numeric, binary : sequence of int
        Columns.
    categorical : sequence of sequence of int
        Groups of columns, each a one-hot (or soft) choice that sums to one.

    Examples
    --------
    >>> from sknn.losses import Mixed
    >>> Mixed(numeric=[0, 1], binary=[2], categorical=[[3, 4, 5]]).n_raw(6)
    6
    """

    tasks = frozenset({"reconstruction"})
    link_name = "mixed"
    constraints = {
        name: constraints.array_like("a sequence of columns")
        for name in ("numeric", "binary", "categorical")
    }

    def __init__(
        self,
        numeric: Sequence[int] = (),
        binary: Sequence[int] = (),
        categorical: Sequence[Sequence[int]] = (),
    ) -> None:
        self.numeric = numeric
        self.binary = binary
        self.categorical = categorical

    def _blocks(self) -> Iterator[Block]:
        """Yield a name, the loss and the columns of every part that has columns."""
        if len(self.numeric):
            yield "numeric", SquaredError(), np.asarray(self.numeric, np.intp)
        if len(self.binary):
            yield "binary", SigmoidCrossEntropy(), np.asarray(self.binary, np.intp)
        for j, group in enumerate(self.categorical):
            yield f"group{j}", SoftmaxCrossEntropy(), np.asarray(group, np.intp)

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays of every part: its columns side by side, and a few more."""
        needs = {}
        for name, loss, columns in self._blocks():
            m = len(columns)
            work = getattr(loss, "work", ())
            for each in ("raw", "values", "out", *work):
                needs[f"{name}.{each}"] = Scratch((m,))
            needs[f"{name}.target"] = Scratch((m,), shared=True)
            if isinstance(loss, SoftmaxCrossEntropy):
                needs |= {f"{name}.peak": Scratch((1,)), f"{name}.norm": Scratch((1,))}
        return needs

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        value = 0.0
        for name, loss, columns in self._blocks():
            own = {k.partition(".")[2]: v for k, v in scratch.items() if k.startswith(f"{name}.")}
            _take(raw, columns, own["raw"])
            _take(target, columns, own["target"])
            if isinstance(loss, SoftmaxCrossEntropy):
                _choice(own)
            else:
                loss.pointwise(own["raw"], own["target"], own["values"], own["out"], own)  # type: ignore[attr-defined]
            value = value + total(own["values"], weight, own["out"], 1.0)
            out[..., columns] = own["out"]
        return value

    def link(self, raw: NDArray) -> NDArray:
        """Turn the scores of every part into predictions, in place."""
        for _, loss, columns in self._blocks():
            raw[..., columns] = loss.link(raw[..., columns])
        return raw

    def constant_optimum(self, target: Any, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return means, log odds and logarithms of (slightly smoothed) shares."""
        start = np.zeros(n_outputs)
        for _, loss, columns in self._blocks():
            part = target[:, columns]
            if isinstance(loss, SquaredError):
                start[columns] = column_means(part, weight)
            elif isinstance(loss, SigmoidCrossEntropy):
                start[columns] = label_log_odds(part, weight, 0.0)
            else:
                shares = column_means(part, weight)
                start[columns] = np.log(0.9 * shares / shares.sum() + 0.1 / len(columns))
        return start

    def check_target(self, target: Any) -> None:
        """Raise ValueError if binary columns or groups do not hold shares."""
        for name, loss, columns in self._blocks():
            if isinstance(loss, SquaredError):
                continue
            part = target[:, columns]
            low, high = part.min(initial=0.0), part.max(initial=0.0)
            sums = part.sum(axis=1) if name != "binary" else np.ones(1)
            if low < 0 or high > 1 or not np.allclose(sums, 1.0, atol=1e-3):
                raise ValueError(
                    f"Columns {columns.tolist()} are declared as {name.rstrip('0123456789')}; they "
                    "must lie between 0 and 1, and those of a group must sum to 1 in every row."
                )


def _take(source: NDArray, columns: NDArray[np.intp], out: NDArray) -> None:
    """Copy some columns."""
    if source.dtype == out.dtype:
        np.take(source, columns, axis=-1, out=out, mode="clip")
        return
    for i, column in enumerate(columns):
        out[..., i] = source[..., column]


def _choice(own: Mapping[str, NDArray]) -> None:
    """Fill `values` and `out` for one group of scores that share a softmax."""
    raw, target, values, out = own["raw"], own["target"], own["values"], own["out"]
    peak, norm = own["peak"], own["norm"]
    np.max(raw, axis=-1, keepdims=True, out=peak)
    np.subtract(raw, peak, out=raw)
    np.exp(raw, out=out)
    np.sum(out, axis=-1, keepdims=True, out=norm)
    np.divide(out, norm, out=out)
    # The sum of -t log p over the group; entries alone mean nothing.
    np.log(norm, out=norm)
    np.subtract(norm, raw, out=values)
    np.multiply(values, target, out=values)
    np.subtract(out, target, out=out)
