"""One row per optimizer: three steps computed by hand, and the learning rates to try."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sknn.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    AMSGrad,
    LazyAdam,
    Lion,
    NAdam,
    Optimizer,
    RMSProp,
)

GRADIENTS = ((0.5, -2.0, 0.0), (0.25, 1.0, 0.0), (-1.5, 0.125, 0.0))
RATES = (0.1, 0.1, 0.05)
"""What :attr:`Row.steps` were computed from: in 30 digits, from the formulas of the papers."""


@dataclass(frozen=True)
class Row:
    """An optimizer and what it should do."""

    spec: Optimizer
    steps: tuple[tuple[float, float, float], ...]
    """Steps for GRADIENTS at RATES."""
    state: frozenset[str]
    parabola: float
    """Learning rate for a bowl with curvatures 0.5 to 3."""
    valley: float
    """Learning rate for Rosenbrock's valley."""
    decay: float = 0.0
    """Decoupled decay where the estimator leaves it to the optimizer."""

    def __str__(self) -> str:
        return str(self.spec)


_ADAM = (
    (0.09999993675448679, -0.0999999841886142, 0.0),
    (0.09321791112802176, -0.02663370019795872, 0.0),
    (-0.017361171918130157, -0.008493532568619106, 0.0),
)
_M, _V, _MV = frozenset({"m"}), frozenset({"v"}), frozenset({"m", "v"})
_VELOCITY = frozenset({"velocity"})

ROWS = (
    Row(
        SGD(),
        ((0.095, -0.38, 0.0), (0.088, 0.028, 0.0), (-0.0858, -0.052925, 0.0)),
        _VELOCITY,
        parabola=0.05,
        valley=5e-4,
    ),
    Row(
        SGD(nesterov=False),
        ((0.05, -0.2, 0.0), (0.07, -0.08, 0.0), (-0.012, -0.06575, 0.0)),
        _VELOCITY,
        parabola=0.05,
        valley=2e-4,
    ),
    Row(
        SGD(momentum=0),
        ((0.05, -0.2, 0.0), (0.025, 0.1, 0.0), (-0.075, 0.00625, 0.0)),
        frozenset(),
        parabola=0.3,
        valley=1e-3,
    ),
    Row(
        Adagrad(),
        (
            (0.09999999800000003, -0.0999999995, 0.0),
            (0.04472135874999581, 0.04472135934999579, 0.0),
            (-0.046852128273898896, 0.002790727848468679, 0.0),
        ),
        _V,
        parabola=0.5,
        valley=0.1,
    ),
    Row(
        RMSProp(),
        (
            (0.3162277460168392, -0.316227761016838, 0.0),
            (0.14744194745924546, 0.14744195398098411, 0.0),
            (-0.1497381840693334, 0.009695313027042542, 0.0),
        ),
        _V,
        parabola=0.05,
        valley=0.01,
    ),
    Row(
        RMSProp(rho=0.5, momentum=0.9),
        (
            (0.14142135223730962, -0.1414213552373095, 0.0),
            (0.2089288724396847, -0.04562956228747262, 0.0),
            (0.11875395353296112, -0.033887024555022204, 0.0),
        ),
        _V | _VELOCITY,
        parabola=0.02,
        valley=1e-3,
    ),
    Row(
        Adadelta(),
        (
            (0.000447195708029379, -0.0004472124774701618, 0.0),
            (0.0002886597396652763, 0.00028867417234857405, 0.0),
            (-0.00032407315918559236, 2.0101881580359148e-05, 0.0),
        ),
        _V | {"w"},
        parabola=10.0,
        valley=1.0,
    ),
    Row(Adam(), _ADAM, _MV, parabola=0.05, valley=0.02),
    Row(
        Adam(beta_1=0.5, beta_2=0.75, epsilon=0.1),
        (
            (0.07142857142857142, -0.09090909090909091, 0.0),
            (0.06299407883487121, 0.0, 0.0),
            (-0.030836278305346514, 0.002804483515798558, 0.0),
        ),
        _MV,
        parabola=0.05,
        valley=0.02,
    ),
    Row(LazyAdam(), _ADAM, _MV, parabola=0.05, valley=0.02),
    Row(AdamW(), _ADAM, _MV, parabola=0.05, valley=0.02, decay=0.01),
    Row(AMSGrad(), _ADAM, _MV | {"v_max"}, parabola=0.05, valley=0.02),
    Row(
        AMSGrad(beta_2=0.5),
        (
            (0.09999999717157296, -0.09999999929289323, 0.0),
            (0.09024435639214755, -0.025784102373291266, 0.0),
            (-0.01387021981680435, -0.0072611716741328445, 0.0),
        ),
        _MV | {"v_max"},
        parabola=0.1,
        valley=0.1,
    ),
    Row(
        NAdam(),
        (
            (0.1473683278487174, -0.14736839775164198, 0.0),
            (0.09211226906140052, 0.016486358701872973, 0.0),
            (-0.0422459071127708, -0.0042394088658310155, 0.0),
        ),
        _MV,
        parabola=0.05,
        valley=0.02,
    ),
    Row(
        NAdam(beta_1=0.5, beta_2=0.75, epsilon=0.1),
        (
            (0.09523809523809523, -0.12121212121212122, 0.0),
            (0.058494501775237545, 0.04008714107673622, 0.0),
            (-0.05139379717557752, 0.004113242489837885, 0.0),
        ),
        _MV,
        parabola=0.05,
        valley=0.02,
    ),
    Row(
        Lion(),
        ((0.1, -0.1, 0.0), (0.1, 0.1, 0.0), (-0.05, 0.05, 0.0)),
        _M,
        parabola=0.03,
        valley=0.005,
        decay=0.01,
    ),
    Row(
        Lion(beta_2=0.5),
        ((0.1, -0.1, 0.0), (0.1, -0.1, 0.0), (0.05, 0.05, 0.0)),
        _M,
        parabola=0.03,
        valley=0.005,
        decay=0.01,
    ),
)

INVALID = (
    (SGD, "momentum", 1.5),
    (SGD, "momentum", "0.9"),
    (SGD, "nesterov", 1),
    (Adagrad, "epsilon", 0.0),
    (RMSProp, "rho", 1.0),
    (RMSProp, "epsilon", -1e-8),
    (RMSProp, "momentum", -0.1),
    (Adadelta, "rho", float("nan")),
    (Adadelta, "epsilon", None),
    (Adam, "beta_1", 1.0),
    (Adam, "beta_2", -0.1),
    (Adam, "epsilon", 0),
    (LazyAdam, "beta_1", 1.0),
    (LazyAdam, "beta_2", -0.1),
    (LazyAdam, "epsilon", 0),
    (AdamW, "beta_1", True),
    (AdamW, "beta_2", 1.0),
    (AdamW, "epsilon", float("inf")),
    (AMSGrad, "beta_1", -1),
    (AMSGrad, "beta_2", 1),
    (AMSGrad, "epsilon", 0.0),
    (NAdam, "beta_1", [0.9]),
    (NAdam, "beta_2", np.array([0.9])),
    (NAdam, "epsilon", "1e-8"),
    (Lion, "beta_1", 0.0),
    (Lion, "beta_2", 1.0),
)
