"""Layers that scale, cut, or rearrange their input, and those that only matter in training."""

from __future__ import annotations

from sknn.core.layers.activation import Activate
from sknn.core.layers.activity import Latent, Sparsity
from sknn.core.layers.corruption import Densify, Masking, SaltAndPepper
from sknn.core.layers.noise import Dropout, GaussianNoise
from sknn.core.layers.norm import BatchNorm, LayerNorm
from sknn.core.layers.shape import Flatten, Reshape
from sknn.core.layers.steps import FillSteps
from sknn.persistence.onnx.graph import Tensor
from sknn.persistence.onnx.layers.base import LAYERS, Place, with_activation


@LAYERS.of(Densify, Dropout, GaussianNoise, Masking, SaltAndPepper, Sparsity)
def _nothing(place: Place, x: Tensor) -> Tensor:
    return x


@LAYERS.of(Activate)
def _activate(place: Place, x: Tensor) -> Tensor:
    return with_activation(place, x)


@LAYERS.of(Latent)
def _latent(place: Place, x: Tensor) -> Tensor:
    return place.graph.slice(x, 0, place.in_shape[-1] // 2)


@LAYERS.of(BatchNorm)
def _batch_norm(place: Place, x: Tensor) -> Tensor:
    spread = (place.weights("var") + place.graph.dtype.type(place.layer.epsilon)) ** -0.5
    return (x - place.weights("mean")) * spread * place.weights("gain") + place.weights("bias")


@LAYERS.of(LayerNorm)
def _layer_norm(place: Place, x: Tensor) -> Tensor:
    graph = place.graph
    centered = x - graph.reduce("Mean", x, -1, keep=True)
    variance = graph.reduce("Mean", centered * centered, -1, keep=True)
    spread = graph.op("Sqrt", variance + float(place.layer.epsilon))
    return centered / spread * place.weights("gain") + place.weights("bias")


@LAYERS.of(Flatten, Reshape)
def _reshape(place: Place, x: Tensor) -> Tensor:
    return place.graph.reshape(x, [-1, *place.out_shape])


@LAYERS.of(FillSteps)
def _fill_steps(place: Place, x: Tensor) -> Tensor:
    mask = place.around.mask
    if mask is None:
        return x
    return place.graph.where(place.graph.unsqueeze(mask, -1), x, 0.0)
