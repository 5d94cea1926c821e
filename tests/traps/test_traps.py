"""Pitfalls of scikit-learn's MLP: sknn passes every check, scikit-learn fails it.

An expected failure is strict: if a later scikit-learn passes a check, it must be reviewed.
"""

import pytest
from sklearn import neural_network

import sknn
from tests.traps import (  # noqa: F401  (they fill the table)
    families,
    inputs,
    outputs,
    training,
    weights,
)
from tests.traps.table import TRAPS

N_ROWS = 32
pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
    # An older scikit-learn passes on an option that SciPy no longer has.
    pytest.mark.filterwarnings("ignore:scipy.optimize.*iprint:DeprecationWarning"),
]


def cases():
    for _, trap in sorted(TRAPS.items()):
        name = f"{trap.row:02d}-{trap.check.__name__}"
        yield pytest.param(trap.check, sknn, id=f"{name}-sknn")
        marks = ()
        if trap.fault is not None:
            marks = pytest.mark.xfail(strict=True, raises=trap.raises, reason=trap.fault)
        yield pytest.param(trap.check, neural_network, id=f"{name}-sklearn", marks=marks)


@pytest.mark.parametrize(("check", "lib"), list(cases()))
def test_trap(check, lib):
    check(lib)


def test_every_row_has_a_check():
    assert {trap.row for trap in TRAPS.values()} == set(range(1, N_ROWS + 1))


def test_scikit_learn_fails_in_every_row():
    assert {trap.row for trap in TRAPS.values() if trap.fault} == set(range(1, N_ROWS + 1))
