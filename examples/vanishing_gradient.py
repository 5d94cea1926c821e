"""Vanishing gradients: what reaches the first of ten layers
=========================================================

Run it from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]"
    python examples/vanishing_gradient.py

On its way back through a network the gradient is multiplied by the weights and by the slope of the
activation in every layer. A sigmoid's slope is at most 1/4 and small weights shrink the rest, so
layers near the input stand still. ReLU with initial values after He keeps the gradient at one size.
The callback Diagnostics measures each layer and names what is wrong.

The norms are means over an epoch. At the very first step those of ReLU with N(0, 0.01²) are the
same in all layers, about 1e-11: what the way back takes from a gradient, the way forward takes from
the other factor, the layer's input. Then Adam moves every bias by as much as any other, the inputs
of the upper layers are no longer tiny, and the fall can be seen.
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from sklearn.datasets import load_digits

from sknn import MLPClassifier
from sknn.callbacks import Diagnostics
from sknn.exceptions import TrainingWarning
from sknn.inspection import house_style

HIDDEN = 9
CASES = [
    ("logistic", "normal", "logistic, N(0, 0.01²)"),
    ("logistic", "glorot_normal", "logistic, Xavier"),
    ("relu", "normal", "ReLU, N(0, 0.01²)"),
    ("relu", "glorot_normal", "ReLU, Xavier"),
    ("relu", "he_normal", "ReLU, He"),
]


def train(activation: str, weight_init: str, X: np.ndarray, y: np.ndarray) -> MLPClassifier:
    """Return a deep classifier after some epochs; what Diagnostics says of it is collected."""
    net = MLPClassifier(
        (50,) * HIDDEN,
        activation,
        weight_init=weight_init,
        batch_size=50,
        alpha=0.0,  # The penalty has a gradient of its own.
        learning_rate="cosine",
        max_iter=25,
        n_iter_no_change=25,
        callbacks=[Diagnostics()],
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        return net.fit(X, y)


def norms(net: MLPClassifier, epoch: int) -> np.ndarray:
    """Return the gradient norm of every layer in one epoch."""
    layers = [f"hidden{i}" for i in range(HIDDEN)] + ["output"]
    return np.array([net.history_[f"gradient_norm.{layer}"][epoch] for layer in layers])


def draw_norms(nets: dict[str, MLPClassifier], epoch: int, ax: Axes) -> None:
    """Show the gradient norms by layer."""
    for label, net in nets.items():
        style = "--" if label.startswith("logistic") else "-"
        ax.semilogy(range(1, HIDDEN + 2), norms(net, epoch), style, marker="o", label=label)
    which = "first" if epoch == 0 else "last"
    ax.set(title=f"{which} epoch", xlabel="layer, counted from the input")
    ax.grid(alpha=0.3)


def draw_losses(nets: dict[str, MLPClassifier], ax: Axes) -> None:
    """Show which of the networks learn."""
    for label, net in nets.items():
        style = "--" if label.startswith("logistic") else "-"
        ax.plot(net.history_["epoch"], net.loss_curve_, style, label=label)
    ax.set(title="training", xlabel="epoch", ylabel="loss")
    ax.grid(alpha=0.3)


def main() -> None:
    """Train all cases, print what was found and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("vanishing_gradient.png"))
    output = parser.parse_args().output
    X, y = load_digits(return_X_y=True)
    X, y = X[:600] / 16, y[:600]
    nets = {label: train(activation, init, X, y) for activation, init, label in CASES}
    for label, net in nets.items():
        first, *_, last = norms(net, 0)
        found = ", ".join(net.callbacks_[0].findings_) or "nothing wrong"
        print(f"{label:<24} first/last layer {first / last:8.1e}  loss {net.loss_:.3f}  {found}")
    plt.style.use(house_style())
    figure = plt.figure(figsize=(12, 4), layout="constrained")
    axes = figure.subplots(1, 3)
    draw_norms(nets, 0, axes[0])
    draw_norms(nets, -1, axes[1])
    draw_losses(nets, axes[2])
    axes[0].set_ylabel("norm of the gradient")
    axes[2].legend(fontsize="small")
    figure.savefig(output, dpi=110)
    print(f"\nPicture: {output}")


if __name__ == "__main__":
    main()
