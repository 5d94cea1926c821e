"""Figures that autoencoders promise: short versions of ``benchmarks/autoencoder.py``."""

import numpy as np
import pytest

from benchmarks.autoencoder import (
    ANOMALIES,
    BRISK,
    WINDOW,
    anomalies,
    compression,
    denoising,
    detection,
    digits,
    features,
    open_set,
)
from sknn import AutoEncoder


@pytest.mark.parametrize("k", [8, 16, 32])
def test_shallow_ones_compress_as_well_as_components(k):
    A, B = digits()
    best, error, _ = compression(A, B, (k,), max_iter=100)
    assert error < best * (1 + 2e-4)


def test_deep_ones_compress_better():
    A, B = (part.astype(np.float32) for part in digits())
    best, error, _ = compression(A, B, (128, 64, 8), **BRISK | {"max_iter": 80})
    assert error < 0.6 * best


def test_noise_is_removed():
    noisy, components, mended, _ = denoising(max_iter=60, dtype="float32")
    assert mended > noisy + 7.0
    assert mended > components + 2.5


def series(rng, n):
    """A beat whose length and height vary a little, its points, and noise."""
    phase = np.cumsum(2 * np.pi / 60 * (1 + 0.1 * np.sin(np.arange(n) / 97)))
    height = 1 + 0.2 * np.sin(np.arange(n) / 211)
    return height * (np.sin(phase) + 0.5 * np.sin(2 * phase)) + 0.05 * rng.standard_normal(n)


def test_a_beat_that_is_missed_is_found():
    rng = np.random.default_rng(0)
    train, test = series(rng, 1500), series(rng, 3000)
    abnormal = np.zeros(3000, bool)
    abnormal[2000:2020] = True
    test[abnormal] *= 0.3
    cut = np.lib.stride_tricks.sliding_window_view
    rows = cut(train, WINDOW), cut(test, WINDOW), cut(abnormal, WINDOW).any(axis=1)
    forest, components, coder, _ = np.mean([detection(*rows, seed) for seed in range(2)], axis=0)
    assert coder > 0.9
    assert coder >= max(forest, components) - 0.005


@pytest.mark.slow
@pytest.mark.parametrize("on_all", [False, True])
def test_anomalies_of_real_data(on_all):
    if open_set(ANOMALIES[0]) is None:
        pytest.skip("needs SKNN_DATA_DIR and load_data")
    each = [detection(*anomalies(name, on_all, 0), 0) for name in ANOMALIES]
    forest, components, coder, _ = np.mean(each, axis=0)
    assert coder >= max(forest, components)


@pytest.mark.slow
def test_features_help_where_labels_are_few():
    # Single seeds differ by a point either way; the slow test below checks the figure.
    accuracies = np.array([features(seed, dtype="float32")[:2] for seed in range(6)])
    assert np.diff(accuracies).mean() > 0


@pytest.mark.slow
def test_features_gain_a_point():
    accuracies = np.array([features(seed)[:2] for seed in range(100, 120)])
    gains = np.diff(accuracies).ravel()
    assert gains.mean() >= 0.01
    assert gains.mean() >= 2 * gains.std(ddof=1) / np.sqrt(20)


def test_samples_look_like_digits():
    A, B = (part / 16 for part in digits())
    coder = AutoEncoder((64, 8), variational=True, max_iter=40, random_state=0, **BRISK).fit(A)
    drawn = coder.sample(100, random_state=0)
    nearest = np.mean([((B - row) ** 2).mean(axis=1).min() for row in drawn])
    noise = np.random.default_rng(0).permuted(B[:100], axis=1)
    assert nearest < 0.5 * np.mean([((B - row) ** 2).mean(axis=1).min() for row in noise])
    assert coder.history_["elbo"][-1] > coder.history_["elbo"][0] + 2.0
