"""Small networks of both players, and gradients by finite differences."""

import numpy as np

from sknn.core.layers import Defaults, Dense
from sknn.core.network import Network

LATENT, FEATURES = 2, 3


def small_network(maker="tanh", judge="tanh", n_classes=0, middle=(), seed=0):
    """A generator of two layers and a discriminator of three or more."""
    layers = [
        Dense(4, maker),
        Dense(FEATURES, "identity"),
        Dense(5, judge, input_skip=n_classes),
        *middle,
        Dense(4, judge),
        Dense(1, "identity"),
    ]
    bound = [layer.bind(Defaults()) for layer in layers]
    names = [f"layer{i}" for i in range(len(bound))]
    network = Network(bound, names, (LATENT + n_classes,), np.float64)
    network.theta[...] = np.random.default_rng(seed).normal(0.0, 0.7, network.theta.shape)
    return network


def differences(function, theta, step=1e-6):
    """Return the gradient of a function of a vector, which is changed in place and restored."""
    gradient = np.empty_like(theta)
    for i, value in enumerate(theta.copy()):
        ends = []
        for sign in (1, -1):
            theta[i] = value + sign * step
            ends.append(function())
        theta[i] = value
        gradient[i] = (ends[0] - ends[1]) / (2 * step)
    return gradient
