"""Functions that ONNX lacks, or whose kernels lose digits or exist in float32 alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sknn.persistence.onnx.graph import Tensor


def logistic(z: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-z))`` from a tanh, which keeps its digits in both precisions."""
    return z.graph.op("Tanh", z * 0.5) * 0.5 + 0.5


def gate(z: Tensor) -> Tensor:
    """Return the logistic function as exact as 1 is, in the way that is fastest for the dtype."""
    return z.graph.op("Sigmoid", z) if z.dtype == np.float32 else logistic(z)


def expit(z: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-z))``, small values with all their digits."""
    return 1.0 / (1.0 + z.graph.op("Exp", -z))


def expm1(z: Tensor) -> Tensor:
    """Return ``exp(z) - 1`` for z of at most 0: with t = tanh(z / 2) it is ``2 t / (1 - t)``."""
    t = z.graph.op("Tanh", z * 0.5)
    return 2.0 * t / (1.0 - t)


def log1p(e: Tensor) -> Tensor:
    """Return ``log(1 + e)`` for e of at least 0 without losing digits of a small e.

    With the rounded sum u it is ``e log(u) / (u - 1)``, and e itself where u is 1
    (Kahan; see Goldberg 1991, "What every computer scientist should know about floating-point
    arithmetic", theorem 4).
    """
    graph = e.graph
    u = 1.0 + e
    rest = u - 1.0
    lost = rest.equals(0.0)
    return graph.where(
        lost, e, e * graph.op("Log", u) / graph.where(lost, graph.constant(1.0, e.dtype), rest)
    )


def softplus(z: Tensor) -> Tensor:
    """Return ``log(1 + exp(z))``, large and small part apart."""
    graph = z.graph
    return graph.op("Relu", z) + log1p(graph.op("Exp", -graph.op("Abs", z)))


def log_sigmoid(z: Tensor) -> Tensor:
    """Return the logarithm of the logistic function."""
    return -softplus(-z)


def log_softmax(raw: Tensor) -> Tensor:
    """Return the logarithms of the shares along the last axis."""
    graph = raw.graph
    shifted = raw - graph.reduce("Max", raw, -1, keep=True)
    return shifted - graph.op("Log", graph.reduce("Sum", graph.op("Exp", shifted), -1, keep=True))


def softmax(raw: Tensor) -> Tensor:
    """Return the shares along the last axis."""
    graph = raw.graph
    powers = graph.op("Exp", raw - graph.reduce("Max", raw, -1, keep=True))
    return powers / graph.reduce("Sum", powers, -1, keep=True)


def mean_of_logs(logs: Tensor, shares: NDArray) -> Tensor:
    """Return the logarithm of a weighted mean over the first axis, from logarithms."""
    graph = logs.graph
    highest = graph.reduce("Max", logs, 0, keep=True)
    total = graph.reduce("Sum", graph.op("Exp", logs - highest) * shares, 0)
    return graph.squeeze(highest, 0) + graph.op("Log", total)
