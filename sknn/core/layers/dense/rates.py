r"""How fast the parameters move, apart from the learning rate.

In the neural tangent parametrization W moves at the learning rate times :math:`1 / \sqrt{n}`, n the
number of inputs, and b at a tenth of it: under Adam this is the layer
:math:`f(x W / \sqrt{n} + b)`. Jacot, Gabriel & Hongler (2018), "Neural tangent kernel".
"""

from __future__ import annotations

from typing import NamedTuple


class Rates(NamedTuple):
    """Factors on the learning rate of W, of b, and of S on the linear path."""

    weights: float
    bias: float
    path: float


def rates(parametrization: str, n_in: int, n_path: int) -> Rates:
    """Return the factors for a number of inputs, and for those of the linear path."""
    if parametrization == "standard":
        return Rates(1.0, 1.0, 1.0)
    return Rates(n_in**-0.5, 0.1, 0.1 * n_path**-0.5 if n_path else 0.1)
