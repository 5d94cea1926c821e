"""Many one-of-k outputs side by side, some of which are not predicted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight, weighted_total
from sknn.core.losses.optimum import Vector, class_shares


class TokenCrossEntropy(Loss):
    r"""Sum over tokens of the cross-entropy of their softmax probabilities.

    .. math:: l(z, c) = \sum_{t: c_t \ge 0} \Big( \log \sum_{j \in t} e^{z_j} - z_{c_t} \Big)

    The raw scores of the tokens are side by side; targets are codes of shape (rows, tokens), where
    -1 does not count. All tokens are computed at once, while :class:`Grouped` goes from one to the
    next.

    Parameters
    ----------
    sizes : sequence of int
        Number of codes of each token.

    Examples
    --------
    >>> from sknn.losses import TokenCrossEntropy
    >>> TokenCrossEntropy([3, 2]).n_raw(2)
    5
    """

    tasks = frozenset({"reconstruction"})
    link_name = "softmax"
    constraints = {"sizes": constraints.integers()}

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes

    def n_raw(self, n_outputs: int) -> int:
        """Return the raw scores of all tokens; `n_outputs` is not asked."""
        return int(np.sum(self.sizes))

    def starts(self) -> NDArray[np.intp]:
        """Return where the raw scores of each token begin."""
        sizes = np.asarray(self.sizes, np.intp)
        return np.cumsum(sizes) - sizes

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays: two of the shape of the raw scores, others one per token."""
        q = len(self.sizes)
        return {
            "spread": Scratch((n_raw,)),
            "hot": Scratch((n_raw,), shared=True),
            "peak": Scratch((q,)),
            "norm": Scratch((q,)),
            "asked": Scratch((q,), dtype=np.bool_, shared=True),
            "place": Scratch((q,), dtype=np.intp, shared=True),
            "row": Scratch((1,)),
            "lost": Scratch(()),
            "start": Scratch((), dtype=np.intp, shared=True),
            "width": Scratch((), dtype=np.intp, shared=True, fill=n_raw),
            "ones": Scratch((n_raw, 1), per_row=False, shared=True, fill=1.0),
        }

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        starts, token = self.starts(), np.repeat(np.arange(len(self.sizes)), self.sizes)
        peak, norm, spread, row = (scratch[name] for name in ("peak", "norm", "spread", "row"))
        hot = _ones(target, starts, scratch)
        np.maximum.reduceat(raw, starts, axis=-1, out=peak)
        np.subtract(raw, _at_all_codes(peak, token, spread), out=out)
        np.multiply(out, hot, out=spread)
        np.matmul(spread, scratch["ones"], out=row)
        np.exp(out, out=out)
        np.add.reduceat(out, starts, axis=-1, out=norm)
        np.log(norm, out=peak)
        np.multiply(peak, scratch["asked"], out=peak)
        lost = np.add.reduce(peak, axis=-1, out=scratch["lost"])
        np.subtract(lost, row[..., 0], out=lost)
        # p - [j is the code], zero for a skipped token.
        np.divide(scratch["asked"], norm, out=norm)
        np.multiply(out, _at_all_codes(norm, token, spread), out=out)
        np.subtract(out, hot, out=out)
        np.multiply(out, weight, out=out)
        return weighted_total(lost, weight)

    def link(self, raw: NDArray) -> NDArray:
        """Turn the scores of every token into probabilities, in place."""
        starts, sizes = self.starts(), np.asarray(self.sizes, np.intp)
        raw -= np.repeat(np.maximum.reduceat(raw, starts, axis=-1), sizes, axis=-1)
        np.exp(raw, out=raw)
        raw /= np.repeat(np.add.reduceat(raw, starts, axis=-1), sizes, axis=-1)
        return raw

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the logarithms of the (slightly smoothed) shares of the codes of each token."""
        return np.concatenate(
            [
                _log_shares(codes, weight, int(k))
                for codes, k in zip(target.T, self.sizes, strict=True)
            ]
        )


def _ones(target: NDArray, starts: NDArray, scratch: Mapping[str, NDArray]) -> NDArray:
    """Return zeros with a one at each target code, and record these codes."""
    asked, place, start, hot = (scratch[name] for name in ("asked", "place", "start", "hot"))
    np.copyto(place, target, casting="unsafe")
    np.greater_equal(place, 0, out=asked)
    np.maximum(place, 0, out=place)
    np.add(place, starts, out=place)
    # Running totals of the width are the ends of the rows in the flat array.
    np.add.accumulate(scratch["width"], out=start)
    np.subtract(start, hot.shape[-1], out=start)
    np.add(place, start[:, None], out=place)
    hot.fill(0.0)
    hot.reshape(-1)[place] = asked
    return hot


def _at_all_codes(values: NDArray, token: NDArray, out: NDArray) -> NDArray:
    """Fill `out` with the number of each token at all of its codes."""
    return np.take(values, token, axis=-1, out=out, mode="clip")


def _log_shares(codes: NDArray, weight: NDArray | None, k: int) -> NDArray:
    asked = codes >= 0
    if not asked.any():
        return np.zeros(k)
    weight = None if weight is None else weight[asked]
    return np.log(class_shares(codes[asked].astype(np.intp), weight, k, 0.0))
