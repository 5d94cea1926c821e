"""The table of traps: checks that any MLP library should pass, and where scikit-learn's fails.

A check takes a module with `MLPClassifier` and `MLPRegressor`. The decorator enters it into the
table under the number of its row.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.preprocessing import scale

# What a false claim, a missing warning, or a missing error raises.
WRONG = (AssertionError, pytest.fail.Exception)
# How a library says that it does not know a parameter, a method, or a kind of target.
REFUSED = (AttributeError, TypeError, ValueError)

IRIS, SPECIES = load_iris(return_X_y=True)
IRIS = scale(IRIS)
DIABETES, PROGRESSION = load_diabetes(return_X_y=True)
DIABETES, PROGRESSION = scale(DIABETES), scale(PROGRESSION)
SMALL = {"hidden_layer_sizes": (6,), "random_state": 0}


class Trap(NamedTuple):
    """One claim of a row.

    Attributes
    ----------
    row : int
    check : callable
    fault : str or None
        What scikit-learn does instead; None if it passes, too.
    raises : tuple of exception
        The exceptions by which scikit-learn's failure shows.
    """

    row: int
    check: Callable[[Any], None]
    fault: str | None
    raises: tuple[type[BaseException], ...]


# By row and name: collecting doctests imports the modules a second time.
TRAPS: dict[tuple[int, str], Trap] = {}


def trap(row: int, fault: str | None, raises: tuple[type[BaseException], ...] = WRONG):
    """Enter a check into the table."""

    def enter(check):
        TRAPS[row, check.__name__] = Trap(row, check, fault, raises)
        return check

    return enter


def theta(net) -> np.ndarray:
    """Return all weights and biases as one vector."""
    arrays = [*net.coefs_, *net.intercepts_]
    return np.concatenate([np.ravel(array) for array in arrays])
