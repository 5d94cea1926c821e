"""One row per schedule: points computed by hand, and the bounds of its factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sknn.schedules import (
    Adaptive,
    BatchSize,
    Constant,
    Cosine,
    CosLog,
    Exponential,
    FlatCosine,
    InverseScaling,
    OneCycle,
    Plateau,
    Schedule,
    Step,
)


@dataclass(frozen=True)
class Row:
    """A schedule and what it should give."""

    spec: Schedule
    points: tuple[tuple[float, int, float], ...]
    """Epoch, updates so far, factor; the horizon is 100 epochs."""
    lowest: float = 0.01
    ends: bool = True
    """Whether nothing changes after the horizon, 100 epochs or the spec's own."""
    falls: bool = True
    """Whether the factor never rises."""

    def __str__(self) -> str:
        return str(self.spec)


HORIZON = 100

ROWS = (
    Row(Constant(), ((0, 0, 1.0), (3.5, 17, 1.0), (1000, 10**6, 1.0)), lowest=1.0),
    Row(
        InverseScaling(),
        ((0, 0, 1.0), (0, 1, 0.7071067811865475), (0, 3, 0.5), (50, 99, 0.1), (0, 9999, 0.01)),
        lowest=0.0,
        ends=False,
    ),
    Row(InverseScaling(power=1), ((0, 0, 1.0), (0, 3, 0.25)), lowest=0.0, ends=False),
    Row(Adaptive(), ((0, 0, 1.0), (500, 5000, 1.0)), lowest=1.0),
    Row(
        Exponential(),
        ((0, 0, 1.0), (1, 9, 0.95), (2, 9, 0.9025), (89, 9, 0.010408804957535737), (90, 9, 0.01)),
    ),
    Row(
        Exponential(decay=0.5, min_factor=0.0),
        ((0, 0, 1.0), (10, 0, 0.0009765625)),
        lowest=0.0,
        ends=False,
    ),
    Row(
        Step(),
        ((0, 0, 1.0), (33, 9, 1.0), (34, 9, 0.1), (66, 9, 0.1), (67, 9, 0.01), (300, 9, 0.01)),
    ),
    Row(
        Step(every=2, decay=0.5),
        ((0, 0, 1.0), (1, 9, 1.0), (2, 9, 0.5), (3, 9, 0.5), (20, 9, 0.0009765625)),
        lowest=0.0,
        ends=False,
    ),
    Row(
        Cosine(),
        ((0, 0, 1.0), (25, 9, 0.855017856687341), (50, 9, 0.505), (100, 9, 0.01), (150, 9, 0.01)),
    ),
    Row(
        Cosine(epochs=8, final=0.1),
        ((0, 0, 1.0), (2, 9, 0.8681980515339464), (4, 9, 0.55), (8, 9, 0.1), (100, 9, 0.1)),
        lowest=0.1,
    ),
    Row(
        Cosine(warmup=0.2),
        ((0, 0, 0.01), (10, 9, 0.505), (20, 9, 1.0), (60, 9, 0.505), (100, 9, 0.01)),
        falls=False,
    ),
    Row(
        OneCycle(),
        ((0, 0, 0.04), (10, 9, 0.28), (15, 9, 0.52), (30, 9, 1.0), (65, 9, 0.505), (101, 9, 0.01)),
        falls=False,
    ),
    Row(
        OneCycle(epochs=4, peak_at=0.5, start=0.2, final=0.0),
        ((0, 0, 0.2), (1, 9, 0.6), (2, 9, 1.0), (3, 9, 0.5), (4, 9, 0.0)),
        lowest=0.0,
        falls=False,
    ),
    Row(Plateau(), ((0, 0, 1.0), (500, 5000, 1.0)), lowest=1.0),
    Row(
        CosLog(),
        (
            (0, 0, 0.01),
            (100 * (2**0.5 - 1) / 15, 9, 1.0),
            (100 / 15, 9, 0.01),
            (100 * 3 / 15, 9, 0.01),
            (100, 9, 0.01),
            (150, 9, 0.01),
        ),
        falls=False,
    ),
    Row(
        CosLog(epochs=3, cycles=2, final=0.0),
        ((0, 0, 0.0), (2**0.5 - 1, 9, 1.0), (1, 9, 0.0), (3, 9, 0.0)),
        lowest=0.0,
        falls=False,
    ),
    Row(FlatCosine(), ((0, 0, 1.0), (50, 9, 1.0), (75, 9, 0.505), (100, 9, 0.01), (150, 9, 0.01))),
    Row(
        FlatCosine(epochs=8, flat=0.0, final=0.1),
        ((0, 0, 1.0), (2, 9, 0.8681980515339464), (8, 9, 0.1)),
        lowest=0.1,
    ),
)

BATCH_SIZES = (
    # spec, horizon, rows, sizes of the first epochs
    (BatchSize(10, 1000, epochs=3), 100, 5000, (10, 100, 1000, 1000)),
    (BatchSize(512, 32, epochs=5), 100, 5000, (512, 256, 128, 64, 32, 32)),
    (BatchSize(10, 1000), 3, 5000, (10, 100, 1000, 1000)),
    (BatchSize(10, 1000), 3, 300, (10, 100, 300, 300)),
    (BatchSize(64, 64), 10, 1000, (64, 64, 64)),
    (BatchSize(8, 16), 1, 1000, (8, 16)),
)

INVALID: tuple[tuple[type, str, Any], ...] = (
    (InverseScaling, "power", -0.5),
    (Adaptive, "decay", 1.0),
    (Adaptive, "min_rate", -1e-6),
    (Exponential, "decay", 0.0),
    (Exponential, "min_factor", 1.5),
    (Step, "every", 0),
    (Step, "decay", -0.1),
    (Cosine, "epochs", 2.5),
    (Cosine, "warmup", 1.0),
    (Cosine, "final", "0.01"),
    (OneCycle, "epochs", True),
    (OneCycle, "peak_at", 0.0),
    (OneCycle, "start", 0.0),
    (OneCycle, "final", None),
    (CosLog, "epochs", 0),
    (CosLog, "cycles", 1.5),
    (CosLog, "final", -0.1),
    (FlatCosine, "epochs", "10"),
    (FlatCosine, "flat", 1.0),
    (FlatCosine, "final", 2),
    (Plateau, "decay", float("nan")),
    (Plateau, "patience", 0),
    (Plateau, "cooldown", -1),
    (Plateau, "tol", -1e-4),
    (Plateau, "min_factor", 2),
    (BatchSize, "first", 0),
    (BatchSize, "last", 12.5),
    (BatchSize, "epochs", 0),
)
