"""Tables of any columns as targets of an autoencoder."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.arrays import Rows
from sknn.core.losses import Mixed
from sknn.estimators.autoencoder.targets import ReconstructionTargets
from sknn.preprocessing.matrix.coder import MatrixCoder, drawn

_FIXED = {"output_groups": None, "loss": "auto", "output_activation": "auto"}
"""Parameters that the columns of a table determine."""


class TableTargets(ReconstructionTargets):
    """The matrix of a table: choices and numbers.

    Parameters
    ----------
    rows : Rows
    coder : MatrixCoder
    """

    def __init__(self, rows: Rows, coder: MatrixCoder) -> None:
        groups = Mixed(coder.numbers, (), coder.groups)
        super().__init__(rows, "identity", groups, scalable=False)

    def drawn(self, rows: NDArray, rng: Any) -> NDArray:
        """Draw choices by their probabilities, and numbers with the variance that the loss implies.

        Half the squared error is minus the log-likelihood of a normal distribution of variance 1.
        """
        assert self.groups is not None
        rows = drawn(rows, self.groups.categorical, rng)
        numbers = np.asarray(self.groups.numeric, np.intp)
        rows[:, numbers] += rng.standard_normal((len(rows), len(numbers)))
        return rows


def table_targets(estimator: Any, rows: Rows) -> TableTargets:
    """Return the targets of a table; raise for parameters that it determines itself."""
    for name, wanted in _FIXED.items():
        value = getattr(estimator, name)
        if value is not wanted and value != wanted:
            raise ValueError(
                f"{name}={value!r} has no effect on a frame whose columns are not all numbers "
                f"without gaps, because its columns determine it. Leave it at {wanted!r}."
            )
    return TableTargets(rows, estimator._form.coder)
