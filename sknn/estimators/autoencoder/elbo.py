"""The evidence lower bound of variational autoencoders, epoch by epoch."""

from __future__ import annotations

import math

from sknn.training.callbacks import Callback, Phase, Progress


class EvidenceBound(Callback):
    r"""Record the two parts of the loss, in nats per row.

    .. math:: \text{ELBO} = E[\log p(x \mid z)] - \text{KL}(q(z \mid x) \parallel p(z))

    ``kl`` is the second part as it enters the loss (times `kl_weight`), and ``elbo`` the whole,
    with the density of a normal distribution of unit variance if the output is linear: in the units
    of training, X divided by its scale.

    Parameters
    ----------
    scale : int
        The loss is this many times smaller than the negative log-likelihood: it is a mean over
        the outputs, or 1 for a sum.
    n_outputs : int
    gaussian : bool
        Add the constant of the normal density.
    """

    phase = Phase.MEASURE

    def __init__(self, scale: int, n_outputs: int, gaussian: bool) -> None:
        self.scale = scale
        self.n_outputs = n_outputs
        self.gaussian = gaussian
        self.sums = [0.0, 0.0]
        self.rows = 0

    def on_gradient(self, progress: Progress) -> None:
        """Add up the parts of the loss of a batch."""
        workspace = progress.workspace
        assert workspace is not None
        rows = len(workspace.frame_in_use.raw)
        self.sums[0] += workspace.fit * rows
        self.sums[1] += workspace.added * rows
        self.rows += rows

    def on_epoch_end(self, progress: Progress) -> None:
        """Write the means of the epoch."""
        error, divergence = (self.scale * part / max(1, self.rows) for part in self.sums)
        constant = 0.5 * self.n_outputs * math.log(2 * math.pi) if self.gaussian else 0.0
        progress.row["kl"] = divergence
        progress.row["elbo"] = -error - divergence - constant
        self.sums, self.rows = [0.0, 0.0], 0
