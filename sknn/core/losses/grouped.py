"""Several one-of-k outputs side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core import constraints
from sknn.core.layout import Scratch
from sknn.core.losses.base import Loss, Weight
from sknn.core.losses.optimum import Vector


class Grouped(Loss):
    r"""Sum of classification losses over several multiclass outputs.

    .. math:: l(z, c) = \sum_{j=1}^q l_j(z_{(j)}, c_j)

    The raw scores are blocks side by side, one per output; targets are integer codes of shape
    (rows, q). An output with two classes takes two raw scores.

    Parameters
    ----------
    losses : sequence of Loss
        Bound loss of each output, for one of many classes, such as
        ``LogLoss().bind("multiclass")``.
    n_outputs : sequence of int
        Number of classes of each output.

    Examples
    --------
    >>> from sknn.losses import Grouped, LogLoss
    >>> softmax = LogLoss().bind("multiclass")
    >>> Grouped([softmax, softmax], [3, 2]).n_raw(2)
    5
    """

    constraints = {
        "losses": constraints.array_like("a sequence of bound losses"),
        "n_outputs": constraints.array_like("a sequence of int"),
    }

    def __init__(self, losses: Sequence[Loss], n_outputs: Sequence[int]) -> None:
        self.losses = losses
        self.n_outputs = n_outputs

    @property
    def link_name(self) -> str:  # type: ignore[override]
        """Public name of the link of the first block."""
        return self.losses[0].link_name

    @property
    def has_probabilities(self) -> bool:  # type: ignore[override]
        """Whether every block gives probabilities."""
        return all(loss.has_probabilities for loss in self.losses)

    def blocks(self) -> list[slice]:
        """Return the positions of the raw scores of each output."""
        return [block for _, _, block in self._blocks()]

    def _blocks(self) -> Iterator[tuple[int, Loss, slice]]:
        start = 0
        for j, (loss, k) in enumerate(zip(self.losses, self.n_outputs, strict=True)):
            stop = start + loss.n_raw(k)
            yield j, loss, slice(start, stop)
            start = stop

    def n_raw(self, n_outputs: int) -> int:
        """Return the raw scores of all blocks; `n_outputs` is not asked."""
        return self.blocks()[-1].stop

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Name the work arrays of every block, and one for the codes of one output."""
        needs = {"codes": Scratch((), dtype=np.intp, shared=True)}
        for j, loss, block in self._blocks():
            for name, need in loss.scratch(block.stop - block.start).items():
                needs[f"{j}.{name}"] = need
        return needs

    def _parts(self, scratch: Mapping[str, NDArray]) -> list[dict[str, NDArray]]:
        """Sort work arrays by block, under the names the blocks gave them."""
        parts: list[dict[str, NDArray]] = [{} for _ in self.losses]
        for name, array in scratch.items():
            j, _, rest = name.partition(".")
            if rest:
                parts[int(j)][rest] = array
        return parts

    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return the weighted sum of the loss and write its gradient into `out`."""
        codes = scratch["codes"]
        parts = self._parts(scratch)
        total = 0.0
        for j, loss, block in self._blocks():
            np.copyto(codes, target[:, j])
            total = total + loss.value_and_grad(
                raw[..., block], codes, weight, out[..., block], parts[j]
            )
        return total

    def link(self, raw: NDArray) -> NDArray:
        """Turn the scores of every block into predictions, in place."""
        for _, loss, block in self._blocks():
            loss.link(raw[..., block])
        return raw

    def constant_optimum(self, target: NDArray, weight: NDArray | None, n_outputs: int) -> Vector:
        """Return the best constants of all blocks, side by side."""
        return np.concatenate(
            [
                loss.constant_optimum(target[:, j], weight, self.n_outputs[j])
                for j, loss, _ in self._blocks()
            ]
        )
