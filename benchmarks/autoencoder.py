"""Measure uses of autoencoders: compression, denoising, anomalies, features.

Run from the root of the repository; name parts to run only those::

    python -m benchmarks.autoencoder compression denoising anomalies features variational

The digits come with scikit-learn. The other sets come with other packages; they are used if the
module ``load_data`` can be imported and ``SKNN_DATA_DIR`` names the folder with these packages.
Errors are measured on rows that no method saw in training; seconds are those of training.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder, MLPClassifier

# A schedule whose rate falls to zero runs to its end.
COSINE: dict[str, Any] = {"learning_rate": "cosine", "n_iter_no_change": np.inf}
# There are only 1,347 digits: small batches give enough updates. Not for compression with a
# long code: large updates lose the last of the components from which training starts.
BRISK = COSINE | {"learning_rate_init": 0.003, "batch_size": 50}
NOISE = 0.3
DENOISER: dict[str, Any] = BRISK | {
    "hidden_layer_sizes": (256, 64),
    "corruption": "gaussian",
    "corruption_level": NOISE,
}
DETECTOR: dict[str, Any] = COSINE | {"hidden_layer_sizes": (64, 8), "max_iter": 60}
ANOMALIES = ("kddcup_land_vs_satan", "kddcup_rootkit_vs_back", "internal_bleeding")
WINDOW = 100
CODER: dict[str, Any] = BRISK | {
    "hidden_layer_sizes": (128, 64),
    "corruption": "gaussian",
    "corruption_level": NOISE,
    "learning_rate_init": 0.005,
    "max_iter": 100,
    # Components are the better start for reconstruction, random weights for features.
    "activation": "relu",
    "weight_init": "he_uniform",
    "loss": "log_loss",
}
FEW: dict[str, Any] = COSINE | {"learning_rate_init": 0.003, "batch_size": 20, "max_iter": 200}


def digits() -> tuple[NDArray, NDArray]:
    """Return training and test images with values from 0 to 16; a quarter is for testing."""
    X, _ = load_digits(return_X_y=True)
    A, B = train_test_split(X, random_state=0)
    return A, B


def open_set(name: str) -> Any:
    """Return X, y, and a description of a set; None if the packages are missing."""
    if "SKNN_DATA_DIR" not in os.environ or importlib.util.find_spec("load_data") is None:
        return None
    return importlib.import_module("load_data").load(name)


def trained(estimator: Any, *rows: NDArray) -> tuple[Any, float]:
    """Return a fitted estimator and the seconds it took."""
    start = time.perf_counter()
    estimator.fit(*rows)
    return estimator, time.perf_counter() - start


def pca_reconstruction(A: NDArray, B: NDArray, k: int) -> NDArray:
    """Return the reconstruction of B from the components of A."""
    pca = PCA(k, random_state=0).fit(A)
    return pca.inverse_transform(pca.transform(B))


# -- compression --------------------------------------------------------------------------------


def compression(A: NDArray, B: NDArray, sizes: tuple[int, ...], **settings: Any) -> tuple:
    """Return squared errors of PCA and an autoencoder with the same code length; seconds."""
    best = float(((pca_reconstruction(A, B, sizes[-1]) - B) ** 2).mean())
    settings = COSINE | {"random_state": 0} | settings
    coder, seconds = trained(AutoEncoder(sizes, **settings), A)
    return best, -coder.score(B), seconds


def print_compression() -> None:
    print("Compression: mean squared error of unseen rows\n")
    print(f"{'rows':<12}{'layers':<18}{'PCA':>9}{'sknn':>9}{'ratio':>8}{'seconds':>9}")
    A, B = digits()
    for k in (8, 16, 32):
        for sizes in ((k,), (256, 128, k)):
            _print_row("digits", sizes, *compression(A, B, sizes))
    found = open_set("mnist_5k")
    if found is not None:
        X = found[0].reshape(len(found[0]), -1).astype(np.float32) / 255
        A, B = train_test_split(X, random_state=0)
        settings: dict[str, Any] = BRISK | {"max_iter": 60, "loss": "squared_error"}
        _print_row("mnist_5k", (256, 16), *compression(A, B, (256, 16), **settings))


def _print_row(rows: str, sizes: tuple[int, ...], best: float, error: float, time: float) -> None:
    figures = f"{best:>9.4f}{error:>9.4f}{error / best:>8.3f}{time:>9.1f}"
    print(f"{rows:<12}{'-'.join(map(str, sizes)):<18}{figures}", flush=True)


# -- denoising ----------------------------------------------------------------------------------


def psnr(image: NDArray, clean: NDArray) -> float:
    """Return the ratio of the peak, which is 1, to the noise, in decibels."""
    return float(-10 * np.log10(((image - clean) ** 2).mean()))


def denoising(**settings: Any) -> tuple[float, float, float, float]:
    """Return decibels for noisy images, the best number of components, and sknn; seconds."""
    A, B = (part / 16 for part in digits())
    noisy = B + NOISE * np.random.default_rng(0).standard_normal(B.shape)
    by_components = max(psnr(pca_reconstruction(A, noisy, k), B) for k in range(1, 64))
    coder, seconds = trained(AutoEncoder(**DENOISER | {"random_state": 0} | settings), A)
    return psnr(noisy, B), by_components, psnr(coder.predict(noisy), B), seconds


def print_denoising() -> None:
    noisy, best, mended, seconds = denoising()
    print(f"Denoising digits, noise {NOISE}: peak signal-to-noise ratio in dB\n")
    print(f"noisy {noisy:.2f}, PCA {best:.2f}, sknn {mended:.2f} ({seconds:.1f} s)", flush=True)


# -- anomalies ----------------------------------------------------------------------------------


def anomalies(name: str, on_all: bool, seed: int) -> Any:
    """Return training rows, rows to judge, and which of them are abnormal; None without data."""
    found = open_set(name)
    if found is None:
        return None
    X, y, about = found
    if "test_index" in about:
        return _windows(X[:, 0], y, about["test_index"][0], on_all)
    table, abnormal = _one_hot(X, about["categorical"]), y == "positive"
    if on_all:
        return table, table, abnormal
    normal = np.random.default_rng(seed).permutation(np.flatnonzero(~abnormal))
    half = len(normal) // 2
    judged = np.concatenate([normal[half:], np.flatnonzero(abnormal)])
    return table[normal[:half]], table[judged], abnormal[judged]


def _one_hot(frame: Any, columns: list[str]) -> NDArray:
    rest = frame.drop(columns=columns).to_numpy(float)
    kinds = [frame[name].to_numpy()[:, None] == np.unique(frame[name]) for name in columns]
    return np.hstack([rest, *kinds])


def _windows(series: NDArray, abnormal: NDArray, split: int, on_all: bool) -> tuple:
    """Cut a series into windows; a window is abnormal if any of its points is."""
    cut = np.lib.stride_tricks.sliding_window_view
    judged = cut(series[split:], WINDOW)
    train = judged if on_all else cut(series[:split], WINDOW)
    return train, judged, cut(abnormal[split:], WINDOW).any(axis=1)


def detection(A: NDArray, B: NDArray, abnormal: NDArray, seed: int) -> list[float]:
    """Return areas under the ROC curve for forest, PCA, and sknn, and the seconds of sknn."""
    scaler = StandardScaler().fit(A)
    A, B = (scaler.transform(part).astype(np.float32) for part in (A, B))
    forest = IsolationForest(random_state=seed).fit(A)
    detector = AutoEncoder(**DETECTOR, random_state=seed)
    k = detector.hidden_layer_sizes[-1]
    components = -((pca_reconstruction(A, B, k) - B) ** 2).mean(axis=1)
    detector, seconds = trained(detector, A)
    scores = (forest.score_samples(B), components, detector.score_samples(B))
    return [float(roc_auc_score(abnormal, -each)) for each in scores] + [seconds]


def print_anomalies(seeds: int = 5) -> None:
    print("Anomalies: area under the ROC curve, mean of the seeds\n")
    print(f"{'trained on':<14}{'rows':<24}{'forest':>8}{'PCA':>8}{'sknn':>8}{'seconds':>9}")
    for on_all in (False, True):
        table = []
        for name in ANOMALIES:
            each = [anomalies(name, on_all, seed) for seed in range(seeds)]
            if each[0] is None:
                print(f"{name}: not available")
                continue
            results = [detection(*rows, seed) for seed, rows in enumerate(each)]
            table.append(np.mean(results, axis=0))
            _print_areas(on_all, name, table[-1])
        if table:
            _print_areas(on_all, "mean", np.mean(table, axis=0))


def _print_areas(on_all: bool, name: str, figures: NDArray) -> None:
    trained_on = "all rows" if on_all else "normal rows"
    areas = "".join(f"{area:>8.4f}" for area in figures[:3])
    print(f"{trained_on:<14}{name:<24}{areas}{figures[3]:>9.1f}", flush=True)


# -- features -----------------------------------------------------------------------------------


def features(seed: int, **settings: Any) -> tuple[float, float, float]:
    """Return accuracies with 100 labels, from random weights and an encoder; its seconds.

    The encoder is trained on 1,347 images, including the 100 with labels; 450 are for testing.
    """
    X, y = load_digits(return_X_y=True)
    X, X_test, y, y_test = train_test_split(X / 16, y, test_size=450, stratify=y, random_state=seed)
    coder, seconds = trained(AutoEncoder(**CODER | settings, random_state=seed), X)
    few, _, y_few, _ = train_test_split(X, y, train_size=100, stratify=y, random_state=seed)
    started = coder.to_classifier(freeze=["hidden0"], **FEW, random_state=seed)
    random = MLPClassifier(coder.hidden_layer_sizes, **FEW, random_state=seed)
    accuracies = [float(net.fit(few, y_few).score(X_test, y_test)) for net in (random, started)]
    return accuracies[0], accuracies[1], seconds


def print_features(seeds: int = 20) -> None:
    # The parameters were chosen with the first seeds.
    found = np.array([features(seed) for seed in range(100, 100 + seeds)])
    gains = found[:, 1] - found[:, 0]
    error = gains.std(ddof=1) / np.sqrt(seeds)
    random, started, seconds = found.mean(axis=0)
    print(f"Features: accuracy on digits with 100 labels, mean of {seeds} seeds\n")
    print(f"random start {random:.4f}, from the encoder {started:.4f} ({seconds:.1f} s)")
    print(f"gain {100 * gains.mean():+.2f} points, standard error {100 * error:.2f}", flush=True)


# -- variational --------------------------------------------------------------------------------


def print_variational() -> None:
    A, B = (part / 16 for part in digits())
    coder, seconds = trained(AutoEncoder((128, 8), variational=True, random_state=0, **BRISK), A)
    history = coder.history_
    nearest = [((B - row) ** 2).mean(axis=1).min() for row in coder.sample(500, random_state=0)]
    print("Variational autoencoder 128-8 of the digits: nats per row, training\n")
    for epoch in (0, 9, len(history["elbo"]) - 1):
        elbo, kl = history["elbo"][epoch], history["kl"][epoch]
        print(f"epoch {epoch + 1:>3}: elbo {elbo:.2f}, of which divergence {kl:.2f}")
    print(f"{seconds:.1f} s; mean squared distance of 500 samples to the nearest")
    print(f"unseen image: {np.mean(nearest):.4f}; of images from training: {_spacing(A, B):.4f}")


def _spacing(A: NDArray, B: NDArray) -> float:
    return float(np.mean([((B - row) ** 2).mean(axis=1).min() for row in A[:500]]))


PARTS: dict[str, Callable[[], None]] = {
    "compression": print_compression,
    "denoising": print_denoising,
    "anomalies": print_anomalies,
    "features": print_features,
    "variational": print_variational,
}


def _wanted() -> Iterator[str]:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="part")
    parts = parser.parse_args().parts
    yield from parts or PARTS


def main() -> None:
    """Print the requested parts."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    for i, part in enumerate(_wanted()):
        print("\n" * (i > 0), end="")
        PARTS[part]()


if __name__ == "__main__":
    main()
