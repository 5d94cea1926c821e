"""Every activation, also with unusual parameters, and a plain formula to compare with."""

import numpy as np

from sknn.core.activations import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    Identity,
    LeakyReLU,
    Logistic,
    Mish,
    ReLU,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)


def _logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


def _elu(z, alpha=1.0):
    return np.where(z > 0.0, z, alpha * np.expm1(z))


def _gelu(z):
    return 0.5 * z * (1.0 + np.tanh(np.sqrt(2.0 / np.pi) * (z + 0.044715 * z**3)))


CASES = [
    (Identity(), lambda z: z),
    (Logistic(), _logistic),
    (Tanh(), np.tanh),
    (ReLU(), lambda z: np.maximum(z, 0.0)),
    (LeakyReLU(), lambda z: np.where(z > 0.0, z, 0.01 * z)),
    (LeakyReLU(slope=0.0), lambda z: np.maximum(z, 0.0)),
    (LeakyReLU(slope=0.7), lambda z: np.where(z > 0.0, z, 0.7 * z)),
    (ELU(), _elu),
    (ELU(alpha=0.3), lambda z: _elu(z, 0.3)),
    (ELU(alpha=2.5), lambda z: _elu(z, 2.5)),
    (SELU(), lambda z: 1.0507009873554805 * _elu(z, 1.6732632423543772)),
    (GELU(), _gelu),
    (SiLU(), lambda z: z * _logistic(z)),
    (Mish(), lambda z: z * np.tanh(np.log1p(np.exp(z)))),
    (Softplus(), lambda z: np.log1p(np.exp(z))),
    (Softsign(), lambda z: z / (1.0 + np.abs(z))),
    (HardSigmoid(), lambda z: np.clip(z / 6.0 + 0.5, 0.0, 1.0)),
]
"""(activation, the same function written for clarity)."""

INVALID = [
    (LeakyReLU, "slope", 1.0),
    (LeakyReLU, "slope", -0.1),
    (ELU, "alpha", 0.0),
    (ELU, "alpha", "a"),
]
"""(class, parameter, a value it may not have)."""

ANALYTIC = (Identity, Logistic, Tanh)
"""These accept complex numbers."""
SLOW_TAILS = (Softsign,)
"""Approach their asymptotes like 1/z, not exponentially."""
