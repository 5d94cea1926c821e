"""From PyTorch to ``partial_fit`` and back
===========================================

A small convolutional network learns digits in PyTorch. Then the camera moves: all images are
shifted by one pixel, and many predictions are wrong. The same network in sknn takes over the
weights and learns from a stream of labeled batches, one call to ``partial_fit`` each, next to a
network that starts with random weights. At the end, the weights go back to PyTorch, which then
predicts the same probabilities.

Run this script from the root of the repository; it takes about ten seconds and writes one picture::

    pip install ".[plot]" torch
    python examples/tasks/from_pytorch.py
"""

# sphinx_gallery_thumbnail_path = '_static/generated/from_pytorch.png'

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import CNNClassifier
from sknn.inspection import house_style
from sknn.layers import Conv2D, Dense, Flatten, MaxPool
from sknn.persistence import from_torch_state_dict, to_torch_state_dict

NAMES = ("0", "3", "6", "8")
"""Modules of the ``Sequential`` below that have weights."""


def module() -> torch.nn.Sequential:
    """Return the network in PyTorch."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding="same"),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding="same"),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(512, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )


def network(seed: int) -> CNNClassifier:
    """Return the network in sknn."""
    layers = [Conv2D(16), MaxPool(2), Conv2D(32), Flatten(), Dense(64)]
    # The stream has no end.
    rate = {"learning_rate": "constant", "learning_rate_init": 0.001}
    return CNNClassifier(layers=layers, dtype="float32", random_state=seed, **rate)


def train_there(X: np.ndarray, y: np.ndarray, seed: int, epochs: int = 8) -> dict:
    """Train in PyTorch; return the state dict."""
    torch.manual_seed(seed)
    net, rng = module(), np.random.default_rng(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(X)), len(X) // 32):
            x, target = torch.from_numpy(X[rows, None]), torch.from_numpy(y[rows])
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(net(x), target).backward()
            optimizer.step()
    return net.state_dict()


def stream(net: CNNClassifier, X, y, X_test, y_test) -> list[float]:
    """Return the accuracy after every batch of the stream."""
    scores = [net.score(X_test, y_test)]
    for start in range(0, len(X), 20):
        net.partial_fit(X[start : start + 20], y[start : start + 20])
        scores.append(net.score(X_test, y_test))
    return scores


def main() -> None:
    """Train in PyTorch, adapt in sknn, and return the weights to PyTorch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", type=Path, default=Path("from_pytorch.png"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    X, y = load_digits(return_X_y=True)
    X = (X / 16).astype(np.float32).reshape(-1, 8, 8)
    X, X_new, y, y_new = train_test_split(X, y, train_size=900, random_state=options.seed)
    known = train_there(X, y, options.seed)
    X_new = np.roll(X_new, 1, axis=2)
    X_new, X_test, y_new, y_test = train_test_split(
        X_new, y_new, train_size=400, random_state=options.seed
    )
    curves = {}
    for name in ("random weights", "weights from PyTorch"):
        net = network(options.seed).initialize(X_new, y_new)
        if name == "weights from PyTorch":
            net = from_torch_state_dict(net, known)
        net.set_params(learning_rate_init=0.002)
        curves[name] = stream(net, X_new, y_new, X_test, y_test)
        first, *_, last = curves[name]
        print(f"{name:20s} accuracy {first:.3f} at first, {last:.3f} after the stream")
    back, state = module().eval(), to_torch_state_dict(net, names=NAMES)
    back.load_state_dict({key: torch.from_numpy(array) for key, array in state.items()})
    with torch.no_grad():
        theirs = torch.softmax(back(torch.from_numpy(X_test[:, None])), 1).numpy()
    apart = np.abs(theirs - net.predict_proba(X_test)).max()
    print(f"back in PyTorch, probabilities differ by at most {apart:.0e}")
    plt.style.use(house_style())
    figure, ax = plt.subplots(figsize=(8.3, 4.4), layout="constrained")
    for (name, scores), color in zip(curves.items(), ("0.5", "C0"), strict=True):
        ax.plot(20 * np.arange(len(scores)), scores, "o-", ms=4, color=color, label=name)
    ax.set(xlabel="images of the stream so far", ylabel="accuracy on held-out images", ylim=(0, 1))
    ax.set_title("the camera has moved: partial_fit adapts a network from PyTorch")
    ax.legend(loc="lower right")
    figure.savefig(options.output, dpi=120)


if __name__ == "__main__":
    main()
