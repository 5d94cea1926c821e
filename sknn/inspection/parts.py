"""Each part of a network by itself against central differences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.layers.base import Context, Layer
from sknn.core.layout import Views
from sknn.core.losses.base import Loss
from sknn.core.workspace import Frame
from sknn.training.objective import Supervised

EPSILON = 1e-6


def slope_error(
    value: Callable[[], float],
    array: NDArray,
    gradient: NDArray,
    rng: np.random.Generator,
    floor: float,
) -> float:
    """Return the relative error of a gradient along one random direction.

    Parameters
    ----------
    value : callable
        The function, of `array`.
    array : ndarray
        Changed temporarily, in place.
    gradient : ndarray, same shape
    floor : float
        Added to the length of the gradient, to which errors are relative.
    """
    direction = rng.standard_normal(array.shape)
    direction /= max(float(np.linalg.norm(direction)), EPSILON)
    start = array.copy()
    step = EPSILON * max(1.0, float(np.linalg.norm(start)) / max(start.size, 1) ** 0.5)
    values = []
    for sign in (1.0, -1.0):
        array[...] = start + sign * step * direction
        values.append(value())
    array[...] = start
    numeric = (values[0] - values[1]) / (2 * step)
    analytic = float((gradient * direction).sum())
    return abs(numeric - analytic) / max(float(np.linalg.norm(gradient)) + floor, 1e-12)


def part_errors(
    objective: Supervised, batch: tuple[Any, NDArray, Any], quiet: Callable[[], None], n: int
) -> Iterator[tuple[str, float]]:
    """Yield a description of every checked part, and its largest relative error.

    Parameters
    ----------
    objective : Supervised
        A batch has just passed through it.
    batch : tuple
        Its rows, targets and weights.
    quiet : callable
        Resets the source of noise.
    n : int
        Number of directions.
    """
    x, target, weight = batch
    rng = np.random.default_rng(0)
    frame = objective.workspace.frame(x.shape[0])
    yield (
        f"derivative of the loss {objective.loss!r}",
        _loss_error(objective.loss, frame, target, weight, rng, n),
    )
    names = objective.network.names
    # From the top down: an error there affects everything below.
    for i in reversed(range(len(names))):
        layer, p, y, context = frame.forward[i]
        for part in vars(layer).values():
            if isinstance(part, Activation):
                label = f"derivative of the activation {part!r} of layer {names[i]!r}"
                yield label, _activation_error(part, rng)
        source = frame.forward[i - 1][2] if i else _for_members(x, objective.network.lead)
        trained = objective.workspace.grads[i]
        alone = _Alone(layer, p, source, y, context, quiet)
        yield from alone.errors(f"{names[i]!r} ({type(layer).__name__})", trained, rng, n)


def _for_members(x: Any, lead: tuple[int, ...]) -> Any:
    """Give every member its own copy of dense rows: the gradient has one per member as well."""
    return np.array(np.broadcast_to(x, (*lead, *x.shape))) if isinstance(x, np.ndarray) else x


def _loss_error(
    loss: Loss, frame: Frame, target: NDArray, weight: Any, rng: np.random.Generator, n: int
) -> float:
    out = np.empty_like(frame.raw)
    weight = 1.0 if weight is None else weight
    raw = frame.raw.copy()

    def value() -> float:
        found = loss.value_and_grad(raw, target, weight, out, frame.loss_scratch)
        return float(np.sum(found))

    value()
    gradient = out.copy()
    return max(slope_error(value, raw, gradient, rng, 1e-3) for _ in range(n))


def _activation_error(activation: Activation, rng: np.random.Generator) -> float:
    """Compare f' with differences of f at points of every size; return the largest error."""
    points = rng.standard_normal(64) * np.geomspace(0.1, 3.0, 64)

    def slopes() -> NDArray:
        z, y, dy = points.copy(), np.empty_like(points), np.ones_like(points)
        activation.forward(z, y)
        kind = activation.work_dtype
        work = None if kind is None else np.empty(y.shape, y.dtype if kind == "same" else kind)
        activation.backward(z if activation.needs_input else y, y, dy, work)
        return dy

    numeric = (activation(points + EPSILON) - activation(points - EPSILON)) / (2 * EPSILON)
    analytic = slopes()
    return float(np.max(np.abs(numeric - analytic) / (1.0 + np.abs(analytic))))


class _Alone:
    """One layer with its input, and a random gradient of its output: J = sum(v * y)."""

    def __init__(
        self,
        layer: Layer,
        p: Views,
        x: Any,
        y: NDArray,
        context: Context,
        quiet: Callable[[], None],
    ) -> None:
        self.layer, self.p, self.context, self.quiet = layer, p, context, quiet
        self.x = x.copy()
        if layer.takes_maximum:
            # Images have equal regions, such as margins, between which a maximum jumps.
            noise = np.random.default_rng(0).standard_normal(x.shape)
            self.x += 1e-3 * (float(np.abs(x).max()) or 1.0) * noise
        self.y = np.empty_like(y)

    def value(self) -> float:
        self.quiet()
        added = self.layer.forward(self.p, self.x, self.y, self.context)
        return float((self.v * self.y).sum()) + (added or 0.0)

    def errors(
        self, name: str, trained: Views, rng: np.random.Generator, n: int
    ) -> Iterator[tuple[str, float]]:
        """Yield the errors of the gradients of parameters and input."""
        self.v = rng.standard_normal(self.y.shape)
        floor = 1e-3 * float(np.linalg.norm(self.v))
        dense = isinstance(self.x, np.ndarray)
        g = {key: np.empty_like(self.p[key]) for key in trained}
        dx = np.empty_like(self.x) if dense else None
        self.value()
        self.layer.backward(self.p, g, self.x, self.y, self.v.copy(), dx, self.context)
        for key, gradient in g.items():
            errors = [slope_error(self.value, self.p[key], gradient, rng, floor) for _ in range(n)]
            yield f'gradient g["{key}"] of layer {name}', max(errors)
        if dx is not None:
            yield f"gradient dx of layer {name}", self._input_error(dx, rng, floor, n)

    def _input_error(self, dx: NDArray, rng: np.random.Generator, floor: float, n: int) -> float:
        # Zeros stay as they are: they are at the kinks of rectifiers.
        moved = self.x != 0
        entries = self.x[moved]

        def value() -> float:
            self.x[moved] = entries
            return self.value()

        return max(slope_error(value, entries, dx[moved], rng, floor) for _ in range(n))
