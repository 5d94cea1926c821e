"""Activations as operators that ONNX Runtime has in both precisions."""

from __future__ import annotations

from sknn.core.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
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
from sknn.persistence.onnx import formulas
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.registry import Converters

ACTIVATIONS = Converters("activation")
# Beyond it, exponentials vanish next to 1, or overflow float32.
_EXP_LIMIT = 80.0


def activate(activation: Activation, z: Tensor) -> Tensor:
    """Return f(z)."""
    return ACTIVATIONS.find(activation)(activation, z)


@ACTIVATIONS.of(Identity)
def _identity(activation: Identity, z: Tensor) -> Tensor:
    return z


@ACTIVATIONS.of(ReLU)
def _relu(activation: ReLU, z: Tensor) -> Tensor:
    return z.graph.op("Relu", z)


@ACTIVATIONS.of(LeakyReLU)
def _leaky_relu(activation: LeakyReLU, z: Tensor) -> Tensor:
    return z.graph.op("Max", z, z * float(activation.slope))


@ACTIVATIONS.of(Logistic)
def _logistic(activation: Logistic, z: Tensor) -> Tensor:
    return formulas.logistic(z)


@ACTIVATIONS.of(Tanh)
def _tanh(activation: Tanh, z: Tensor) -> Tensor:
    return z.graph.op("Tanh", z)


@ACTIVATIONS.of(Softsign)
def _softsign(activation: Softsign, z: Tensor) -> Tensor:
    return z / (z.graph.op("Abs", z) + 1.0)


@ACTIVATIONS.of(HardSigmoid)
def _hard_sigmoid(activation: HardSigmoid, z: Tensor) -> Tensor:
    return z.graph.clip(z * (1.0 / 6.0) + 0.5, 0.0, 1.0)


def _exponential_linear(z: Tensor, low: float, high: float) -> Tensor:
    graph = z.graph
    return formulas.expm1(graph.clip(z, high=0.0)) * low + graph.op("Relu", z) * high


@ACTIVATIONS.of(ELU)
def _elu(activation: ELU, z: Tensor) -> Tensor:
    return _exponential_linear(z, float(activation.alpha), 1.0)


@ACTIVATIONS.of(SELU)
def _selu(activation: SELU, z: Tensor) -> Tensor:
    return _exponential_linear(z, activation.scale * activation.alpha, activation.scale)


@ACTIVATIONS.of(Softplus)
def _softplus(activation: Softplus, z: Tensor) -> Tensor:
    return formulas.softplus(z)


@ACTIVATIONS.of(GELU)
def _gelu(activation: GELU, z: Tensor) -> Tensor:
    graph, limit = z.graph, activation._limit
    kept = graph.clip(z, -limit)
    inside = graph.clip(kept, high=limit)
    slope = inside * inside * -activation._cubic - activation._linear
    return kept / (graph.op("Exp", slope * inside) + 1.0)


@ACTIVATIONS.of(SiLU)
def _silu(activation: SiLU, z: Tensor) -> Tensor:
    kept = z.graph.clip(z, -_EXP_LIMIT)
    return kept / (z.graph.op("Exp", -kept) + 1.0)


@ACTIVATIONS.of(Mish)
def _mish(activation: Mish, z: Tensor) -> Tensor:
    graph = z.graph
    kept = graph.clip(z, -_EXP_LIMIT)
    e = graph.op("Exp", graph.clip(kept, high=activation._limit))
    return kept * (e * (e + 2.0)) / ((e + 1.0) * (e + 1.0) + 1.0)
