"""Seconds per training epoch: sknn against scikit-learn, PyTorch, and JAX, side by side.

Run from the root of the repository, on a machine with nothing else to do::

    python -m benchmarks.training                   # all shapes, a few minutes
    python -m benchmarks.training --quick           # the same table in less than a minute
    python -m benchmarks.training --shapes digits-200 wide --dtypes float32 --peers sklearn

Every contestant trains the same network on the same rows: Adam, an L2 penalty of strength 1e-4, a
new order of the rows in each epoch, a fixed number of epochs. PyTorch runs an eager loop; for JAX,
a whole epoch is compiled (compile time is not counted). Those that are not installed are left out
with a note. `--quick` runs fewer rounds on at most 4,000 rows.

The contestants take turns, so that a slow minute of the machine affects all of them. A round times
a fit of one epoch and a fit of several; the figure is the difference between the fastest of each,
divided by the difference in epochs, so setup does not count. The table shows sknn's milliseconds
and how many times as long each peer took.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import os
import platform
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import sklearn.neural_network
from threadpoolctl import threadpool_limits

import sknn

ALPHA = 1e-4
LEARNING_RATE = 1e-3
# BLAS threads keep spinning for a while after their last product and slow down the next one.
PAUSE = 0.15
PEERS = {"sklearn": "scikit-learn", "torch": "torch", "jax": "jax"}

Train = Callable[[int], Any]
"""Trains a new network for a number of epochs."""


@dataclass(frozen=True)
class Shape:
    """One task; `epochs` is the number of epochs that the longer fit adds."""

    rows: int
    features: int
    hidden: tuple[int, ...]
    classes: int
    batch: int
    epochs: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """Widths of all layers, including inputs and outputs."""
        return (self.features, *self.hidden, self.classes)

    def data(self, dtype: str) -> tuple[np.ndarray, np.ndarray]:
        """Return inputs and labels that can be learned."""
        rng = np.random.default_rng(0)
        X = rng.standard_normal((self.rows, self.features))
        y = np.argmax(X @ rng.standard_normal((self.features, self.classes)), axis=1)
        return X.astype(dtype), y


SHAPES = {
    "digits-200": Shape(1797, 64, (100,), 10, 200, 40),
    "digits-32": Shape(1797, 64, (100,), 10, 32, 12),
    "binary": Shape(20_000, 20, (100,), 2, 200, 6),
    "deep": Shape(20_000, 50, (256, 128, 64), 10, 256, 2),
    "wide": Shape(10_000, 784, (512, 512), 10, 256, 1),
}


def estimator_trainer(estimator: type, shape: Shape, X: np.ndarray, y: np.ndarray) -> Train:
    """Return the trainer of a classifier with scikit-learn's parameters."""

    def train(epochs: int) -> Any:
        return estimator(
            hidden_layer_sizes=shape.hidden,
            batch_size=shape.batch,
            alpha=ALPHA,
            learning_rate_init=LEARNING_RATE,
            max_iter=epochs,
            tol=0,
            n_iter_no_change=np.inf,
            random_state=0,
        ).fit(X, y)

    return train


def torch_trainer(fused: bool, shape: Shape, X: np.ndarray, y: np.ndarray) -> Train:
    """Return the trainer of a plain eager loop."""
    import torch
    from torch import nn

    inputs, labels = torch.from_numpy(X), torch.from_numpy(y)

    def network() -> nn.Module:
        layers: list[nn.Module] = []
        for n_in, n_out in zip(shape.sizes, shape.sizes[1:], strict=False):
            layers += [nn.Linear(n_in, n_out, dtype=inputs.dtype), nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    def train(epochs: int) -> nn.Module:
        net = network()
        # Biases decay, too: excluding them would need a second parameter group, which costs time.
        decay = ALPHA / shape.batch
        options = {"fused": True} if fused else {}
        adam = torch.optim.Adam(net.parameters(), LEARNING_RATE, weight_decay=decay, **options)
        for _ in range(epochs):
            for index in torch.randperm(shape.rows).split(shape.batch):
                adam.zero_grad()
                nn.functional.cross_entropy(net(inputs[index]), labels[index]).backward()
                adam.step()
        return net

    return train


def jax_trainer(shape: Shape, X: np.ndarray, y: np.ndarray) -> Train:
    """Return a trainer whose epochs are one compiled function."""
    import jax
    import jax.numpy as jnp

    inputs, labels = jnp.asarray(X), jnp.asarray(y)
    epoch = jax.jit(jax_epoch(shape))

    def train(epochs: int) -> Any:
        state, key = jax_initial(shape, X.dtype), jax.random.key(0)
        for _ in range(epochs):
            key, order = jax.random.split(key)
            state = epoch(state, order, inputs, labels)
        return jax.block_until_ready(state)

    return train


def jax_initial(shape: Shape, dtype: np.dtype) -> Any:
    """Return parameters, both moments, and the number of steps."""
    import jax
    import jax.numpy as jnp

    rng = np.random.default_rng(0)
    theta = [
        (
            jnp.asarray(rng.normal(0, (2 / n_in) ** 0.5, (n_in, n_out)), dtype),
            jnp.zeros(n_out, dtype),
        )
        for n_in, n_out in zip(shape.sizes, shape.sizes[1:], strict=False)
    ]
    zeros = jax.tree.map(jnp.zeros_like, theta)
    return theta, zeros, zeros, jnp.zeros((), dtype)


def jax_epoch(shape: Shape) -> Callable[..., Any]:
    """Return a function that scans over the batches of one epoch."""
    import jax

    whole = shape.rows - shape.rows % shape.batch

    def epoch(state: Any, key: Any, inputs: Any, labels: Any) -> Any:
        def step(state: Any, index: Any) -> tuple[Any, None]:
            theta, first, second, t = state
            grad = jax.grad(jax_loss)(theta, inputs[index], labels[index])
            return jax_adam(theta, grad, first, second, t + 1), None

        order = jax.random.permutation(key, shape.rows)
        state, _ = jax.lax.scan(step, state, order[:whole].reshape(-1, shape.batch))
        return state if whole == shape.rows else step(state, order[whole:])[0]

    return epoch


def jax_loss(theta: Any, x: Any, codes: Any) -> Any:
    """Return cross-entropy and penalty of one batch."""
    import jax

    for weight, bias in theta[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    raw = x @ theta[-1][0] + theta[-1][1]
    likelihood = jax.nn.log_softmax(raw)[np.arange(len(codes)), codes].mean()
    penalty = 0.5 * ALPHA / len(codes) * sum((weight**2).sum() for weight, _ in theta)
    return penalty - likelihood


def jax_adam(theta: Any, grad: Any, first: Any, second: Any, t: Any) -> Any:
    """Return the state after one step of Adam."""
    import jax
    import jax.numpy as jnp

    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, grad)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, grad)
    rate = LEARNING_RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    theta = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), theta, first, second)
    return theta, first, second, t


def trainers(names: list[str], shape: Shape, dtype: str, fused: bool) -> dict[str, Train]:
    """Return the contestants by name, sknn first."""
    X, y = shape.data(dtype)
    makers = {
        "sklearn": lambda: estimator_trainer(sklearn.neural_network.MLPClassifier, shape, X, y),
        "torch": lambda: torch_trainer(fused, shape, X, y),
        "jax": lambda: jax_trainer(shape, X, y),
    }
    ours = estimator_trainer(sknn.MLPClassifier, shape, X, y)
    return {"sknn": ours} | {name: makers[name]() for name in names}


def seconds(train: Train, epochs: int) -> float:
    """Return the time that one fit takes."""
    begin = time.perf_counter()
    train(epochs)
    return time.perf_counter() - begin


def race(contestants: dict[str, Train], epochs: int, rounds: int) -> dict[str, float]:
    """Return seconds per epoch by name."""
    shortest: dict[str, list[float]] = {name: [np.inf, np.inf] for name in contestants}
    for train in contestants.values():
        train(1)  # Compiles, loads libraries, wakes threads.
    for _ in range(rounds):
        for name, train in contestants.items():
            time.sleep(PAUSE)
            times = seconds(train, 1), seconds(train, 1 + epochs)
            shortest[name] = np.minimum(shortest[name], times).tolist()
    return {name: (long - short) / epochs for name, (short, long) in shortest.items()}


def table(names: list[str], options: argparse.Namespace, dtype: str) -> None:
    """Run every shape in one precision and print its row when it is done."""
    print(f"\n{dtype:<12}{'sknn ms/epoch':>15}" + "".join(f"{name:>10}" for name in names))
    ratios = []
    for key in options.shapes:
        shape = SHAPES[key]
        if options.quick:
            rows = min(shape.rows, 4000)
            shape = replace(shape, rows=rows, epochs=shape.epochs * shape.rows // (2 * rows))
        contestants = trainers(names, shape, dtype, options.torch_fused)
        times = race(contestants, shape.epochs, options.rounds)
        ratios.append([times[name] / times["sknn"] for name in names])
        print(f"{key:<12}{1e3 * times['sknn']:>15.2f}" + cells(ratios[-1]), flush=True)
    print(f"{'geometric mean':<27}" + cells(geometric_mean(ratios)))


def geometric_mean(ratios: list[list[float]]) -> np.ndarray:
    """Return the mean over shapes; nan if noise made a difference of times negative."""
    with np.errstate(invalid="ignore"):
        return np.exp(np.log(ratios).mean(axis=0))


def cells(ratios: Any) -> str:
    """Return the ratios of a row as text."""
    return "".join(f"{ratio:>9.2f}x" for ratio in ratios)


def installed(names: list[str]) -> list[str]:
    """Return the peers that can be imported, and say which cannot."""
    found = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            print(f"{name} is not installed and is left out")
        else:
            found.append(name)
    return found


def set_up(names: list[str], threads: int | None) -> None:
    """Give every library the same threads, and JAX both precisions."""
    if threads is not None:
        threadpool_limits(threads)
        if hasattr(os, "sched_setaffinity"):  # Read by JAX.
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    if "torch" in names and threads is not None:
        importlib.import_module("torch").set_num_threads(threads)
    if "jax" in names:
        importlib.import_module("jax").config.update("jax_enable_x64", True)


def describe(names: list[str]) -> None:
    """Print the versions, the processor, and the meaning of the figures."""
    packages = ["numpy", *(PEERS[name] for name in names)]
    versions = [f"{name} {importlib.metadata.version(name)}" for name in packages]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    print(f"Python {platform.python_version()}, sknn {sknn.__version__}, {', '.join(versions)}")
    print(f"{platform.system()} {platform.machine()}, {cores} cores")
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > 0.5:
        print("Other programs are running: contestants with several threads will look too slow")
    print("Ratios: time of the peer / time of sknn, so 2.00x is twice as fast as the peer")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES))
    dtypes = ["float32", "float64"]
    parser.add_argument("--dtypes", nargs="+", choices=dtypes, default=dtypes)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--rounds", type=int, help="default 7, or 2 with --quick")
    parser.add_argument("--threads", type=int, help="default: what each library chooses")
    parser.add_argument("--torch-fused", action="store_true", help="Adam(fused=True)")
    parser.add_argument("--quick", action="store_true", help="less than a minute, but noisier")
    options = parser.parse_args()
    options.rounds = options.rounds or (2 if options.quick else 7)
    return options


def main() -> None:
    """Print one table per precision."""
    options = arguments()
    names = installed(options.peers)
    set_up(names, options.threads)
    describe(names)
    warnings.filterwarnings("ignore", category=sklearn.exceptions.ConvergenceWarning)
    for dtype in options.dtypes:
        table(names, options, dtype)


if __name__ == "__main__":
    main()
