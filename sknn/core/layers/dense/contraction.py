r"""The penalty of contractive autoencoders on a fully connected layer.

.. math:: \lambda \lVert \partial y / \partial x \rVert_F^2
          = \lambda \sum_j f'(z_j)^2 \sum_k W_{kj}^2

as a (weighted) mean over the rows of a batch; Rifai, Vincent, Muller, Glorot & Bengio (2011),
"Contractive auto-encoders: explicit invariance during feature extraction", ICML.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.layers.base import Context
from sknn.core.layers.row_weights import fill_shares
from sknn.core.layout import Scratch
from sknn.exceptions import InvalidParameterError


def check_activation(strength: float, activation: Activation) -> None:
    """Raise for an activation whose derivatives do not follow from its output."""
    if not activation.slope_from_output:
        known = [name for name, kind in Activation.registry.items() if kind.slope_from_output]  # type: ignore[attr-defined]
        raise InvalidParameterError(
            f"contraction={strength} needs one of the activations {tuple(sorted(known))}; "
            f"got {activation.alias or activation!r}."
        )


def scratch(n_in: int, units: int) -> dict[str, Scratch]:
    """Name the work arrays of the penalty."""
    return {
        "pull": Scratch((n_in, units), per_row=False, training_only=True),
        "share": Scratch((), training_only=True, shared=True),
        "slope": Scratch((units,), training_only=True),
        "bend": Scratch((units,), training_only=True),
        "length": Scratch((units,), per_row=False, training_only=True),
        "steepness": Scratch((units,), per_row=False, training_only=True),
    }


def penalty(
    activation: Activation, weights: NDArray, y: NDArray, strength: float, ctx: Context
) -> float:
    """Return the penalty; leave f'(z), squared lengths and mean squared slopes in scratch."""
    work = ctx.scratch
    slope, length, steepness = work["slope"], work["length"], work["steepness"]
    fill_shares(work["share"], ctx.weight)
    slope.fill(1.0)
    activation.backward(y, y, slope, work.get("work"))
    np.multiply(slope, slope, out=work["bend"])
    np.matmul(work["share"], work["bend"], out=steepness)
    np.einsum("...ku,...ku->...u", weights, weights, out=length)
    return strength * float(np.vdot(length, steepness))


def add_to_output_gradient(
    activation: Activation, y: NDArray, dy: NDArray, strength: float, ctx: Context
) -> None:
    """Add to `dy`, before the chain rule through f, what the slopes owe to z."""
    bend: Any = ctx.scratch["bend"]
    if not activation.curved:
        return
    activation.relative_curvature(y, bend)
    bend *= ctx.scratch["slope"]
    bend *= ctx.scratch["length"][..., None, :]
    bend *= ctx.scratch["share"][:, None]
    bend *= 2.0 * strength
    dy += bend


def add_to_weight_gradient(
    weights: NDArray, gradient: NDArray, strength: float, ctx: Context
) -> None:
    """Add what the lengths of the incoming weights owe to W."""
    factor, work = ctx.scratch["steepness"], ctx.scratch["pull"]
    factor *= 2.0 * strength
    np.multiply(weights, factor[..., None, :], out=work)
    gradient += work
