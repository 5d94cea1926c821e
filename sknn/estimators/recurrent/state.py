"""The state that recurrent layers carry from call to call, and when it is reset."""

from __future__ import annotations

from sknn.core.layers.recurrent import STATE
from sknn.core.layout import Role
from sknn.core.network import Network
from sknn.training.callbacks import Callback, Phase, Progress


class BeginAnew(Callback):
    """Lets every pass over the rows begin from the state zero; the last pass leaves its own."""

    phase = Phase.KEEP

    def on_train_begin(self, progress: Progress) -> None:
        """Forget where an earlier call ended."""
        forget_state(progress.network)

    def on_epoch_end(self, progress: Progress) -> None:
        """Forget where this pass ended, if there is another."""
        if progress.stop_reason is None and progress.run.epoch < progress.run.until:
            forget_state(progress.network)


def forget_state(network: Network) -> None:
    """Reset the state that recurrent layers carry to zero."""
    for layer, views, plan in zip(network.layers, network.params, network.plans, strict=True):
        if layer.carries_state:
            for name, param in plan.params.items():
                # Inside a block, names have the names of the outer layers as prefix.
                if param.role is Role.TRACKED and name.rpartition(".")[2] == STATE:
                    views[name][...] = 0.0
