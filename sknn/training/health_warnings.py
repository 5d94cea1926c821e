"""Warnings about unhealthy training: cause and remedy from figures of the layers.

The thresholds come from networks of 0 to 8 hidden layers on the digits, breast cancer, and diabetes
data, with nine optimizers. They lie between the worst figure of networks that learned well and the
mildest of networks that were made to fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

VANISHED = 1e-4
"""Gradient of a layer relative to that of the last one; healthy: above 0.02."""
EXPLODED = 10.0
"""The same, growing toward the input; healthy: below 2."""
LONG_GRADIENT = 100.0
"""Norm of the whole gradient; healthy: below 5."""
SHORT_GRADIENT = 1.0
"""Norm of the whole gradient below which no layer's gradient counts as large."""
DEAD = 0.5
"""Share of units of a layer; healthy: below 0.4."""
SATURATED = 0.5
"""Share of outputs of a layer; healthy: below 0.2."""
SHORT_UPDATE = 1e-4
"""Update relative to weights; healthy: above 4e-4 ..."""
SHORT_WAY = 0.02
"""... and all updates together relative to the weights; healthy: above 0.08."""
LONG_UPDATE = 1.0
"""Update relative to weights; healthy: below 0.3."""
RISE = 0.25
"""Share of its fall by which the loss may rise again; healthy: below 0.1."""

_FEWEST_UPDATES = 30
_LAST = 3


@dataclass
class Chart:
    """The history of a run.

    Attributes
    ----------
    columns : dict of list
        Columns of the history.
    sizes : dict of int
        Number of parameters of every trained layer, in the order of the layers.
    updates_per_epoch : float
    """

    columns: Mapping[str, list[float]]
    sizes: Mapping[str, int]
    updates_per_epoch: float

    def column(self, name: str) -> NDArray:
        """Return one column."""
        return np.array(self.columns[name], np.float64)

    def by_layer(self, stem: str) -> dict[str, NDArray]:
        """Return the columns ``stem.layer`` of this network."""
        start = f"{stem}."
        return {
            name.removeprefix(start): self.column(name)
            for name in self.columns
            if name.startswith(start)
        }

    def lately(self, stem: str) -> dict[str, float]:
        """Return the median of the last epochs, by layer."""
        return {name: _median(values[-_LAST:]) for name, values in self.by_layer(stem).items()}

    @property
    def gradients(self) -> dict[str, NDArray]:
        """Root mean square of a layer's gradient relative to that of the last, by epoch."""
        norms = self.by_layer("gradient_norm")
        roots = {name: norms[name] / np.sqrt(size) for name, size in self.sizes.items()}
        *earlier, last = list(roots) or [""]
        return {name: roots[name] / roots[last] for name in earlier}

    @property
    def gradient(self) -> NDArray:
        """Norm of the whole gradient, by epoch."""
        norms = self.by_layer("gradient_norm")
        return np.sqrt(sum((norms[name] ** 2 for name in self.sizes), np.zeros(1)))

    @property
    def ratio(self) -> NDArray:
        """Update relative to weights in the layer where this is largest, by epoch."""
        ratios = [self.by_layer("update_ratio")[name] for name in self.sizes]
        return np.max(ratios, axis=0) if ratios else np.full(1, np.nan)


def _known(values: NDArray) -> NDArray:
    """Return the measurements, NaN if there are none."""
    known = values[~np.isnan(values)]
    return known if known.size else np.full(1, np.nan)


def _median(values: NDArray) -> float:
    return float(np.median(_known(values)))


def _first(values: NDArray) -> float:
    return float(_known(values)[0])


def findings(chart: Chart) -> dict[str, str]:
    """Return the findings and the remedy for each kind of trouble."""
    with np.errstate(all="ignore"):
        checks = {
            "rate too high": _rate_too_high(chart),
            "rate too low": _rate_too_low(chart),
            "exploding": _exploding(chart),
            "vanishing": _vanishing(chart),
            "dead": _dead(chart),
            "saturated": _saturated(chart),
        }
    return {kind: text for kind, text in checks.items() if text}


def _list(figures: Mapping[str, float], form: str) -> str:
    return ", ".join(f"{name} ({value:{form}})" for name, value in figures.items())


def _rate(chart: Chart) -> str:
    rate = float(np.max(chart.column("learning_rate")))
    return f"learning_rate_init (the highest rate was {rate:.3g})"


def _rate_too_high(chart: Chart) -> str | None:
    reason = next(_signs_of_high_rate(chart), None)
    if reason is None:
        return None
    return (
        f"The learning rate looks too high: {reason}. Lower {_rate(chart)}, for example to a "
        "tenth; scaled inputs and max_grad_norm help, too."
    )


def _signs_of_high_rate(chart: Chart) -> Iterator[str]:
    loss, longest = chart.column("loss"), float(np.nanmax(np.append(chart.ratio, 0.0)))
    if not np.isfinite(loss[-1]):
        yield f"the loss is {loss[-1]} in epoch {chart.column('epoch')[-1]:.0f}"
    if longest > LONG_UPDATE:
        yield f"updates were {longest:.3g} times as large as the weights they changed"
    if len(loss) < 2 * _LAST:
        return
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(loss, _LAST), axis=1)
    first, best, last = loss[0], smooth.min(), smooth[-1]
    risen = last - best
    marked = risen > 0.05 * max(abs(first), abs(last))
    # If weights hardly move, the loss of a stream does not rise because of the rate.
    if marked and risen > RISE * (first - best) and _median(chart.ratio) > 10 * SHORT_UPDATE:
        yield f"the loss rose from {best:.3g} to {last:.3g}"


def _rate_too_low(chart: Chart) -> str | None:
    ratio, epochs = chart.ratio, chart.column("epoch")
    updates = chart.updates_per_epoch * len(ratio)
    # NaN, if the first epochs were not measured or were dropped, leads to no warning.
    way = float(ratio.sum()) * chart.updates_per_epoch if epochs[0] == 1.0 else np.nan
    usual = _median(ratio)
    if updates < _FEWEST_UPDATES or not (usual < SHORT_UPDATE and way < SHORT_WAY):
        return None
    return (
        f"The learning rate looks too low: an update changes the weights by {usual:.1g} of their "
        f"size, all updates together by {way:.1g}. Raise {_rate(chart)}, ten times or more."
    )


def _exploding(chart: Chart) -> str | None:
    usual = {name: _median(values) for name, values in chart.gradients.items()}
    grown = {name: value for name, value in usual.items() if value > EXPLODED}
    norms = chart.gradient
    if _median(norms) < SHORT_GRADIENT:
        # An output layer that starts at its optimum has almost no gradient to compare with.
        grown = {}
    if not np.isfinite(norms[-1]) or _median(norms) > LONG_GRADIENT:
        what = f"the norm of the gradient is {norms[-1]:.3g}"
    elif grown:
        what = f"compared with the last layer, the gradient is large in {_list(grown, '.3g')}"
    else:
        return None
    return (
        f"Gradients explode: {what}. Use smaller initial weights (weight_init='auto'), scale "
        f"inputs "
        "and regression targets, set max_grad_norm, or use normalization='batch'."
    )


def _vanishing(chart: Chart) -> str | None:
    vanished = {
        name: _median(values)
        for name, values in chart.gradients.items()
        # A gradient that was fine at the start has not vanished: dead units block it.
        if _median(values) < VANISHED and _first(values) < 10 * VANISHED
    }
    dead = chart.by_layer("dead_units").values()
    if not vanished or any(_first(shares) >= 1.0 for shares in dead):
        return None
    return (
        "Gradients vanish on the way to the input: for each parameter, compared with the "
        f"last layer, {_list(vanished, '.1g')}. Use relu, larger initial weights "
        f"(weight_init='auto'; "
        "'glorot_normal', 'he_normal'), normalization='batch', or fewer layers."
    )


def _dead(chart: Chart) -> str | None:
    dead = {name: share for name, share in chart.lately("dead_units").items() if share > DEAD}
    if not dead:
        return None
    return (
        f"Units are dead, that is, 0 for every row seen: {_list(dead, '.0%')}. Lower "
        f"{_rate(chart)}, check biases and the scale of X, or use activation='leaky_relu' or 'elu'."
    )


def _saturated(chart: Chart) -> str | None:
    flat = {n: share for n, share in chart.lately("saturated").items() if share > SATURATED}
    if not flat:
        return None
    return (
        f"Activations are saturated, where their slope is almost zero: {_list(flat, '.0%')} of "
        f"the outputs. Scale X, use smaller initial weights, lower {_rate(chart)}, or use relu."
    )
