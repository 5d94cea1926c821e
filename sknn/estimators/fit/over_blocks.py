"""Loss and gradient over rows in blocks: the parts of a full batch."""

from __future__ import annotations

import warnings
from typing import Any

from numpy.typing import NDArray

from sknn._sklearn import shallow_copy, without_listeners
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.publishing import publish
from sknn.estimators.fit.solvers import loss_and_gradient
from sknn.estimators.fit.stages import open_fit
from sknn.training.threads import blas_threads


def parcel_for_blocks(estimator: Any, call: Call) -> tuple[Any, NDArray | None]:
    """Return the estimator that reads and measures blocks, and the weight of every row.

    Parameters
    ----------
    estimator : estimator
        It stays as it is.
    call : Call
        Of fit, with y and weights of all rows.
    """
    twin = without_listeners(shallow_copy(estimator))
    names = estimator.get_params(deep=False)
    plain = {"callbacks": None, "verbose": False, "random_state": 0}
    vars(twin).update({name: value for name, value in plain.items() if name in names})
    given = twin._check_parameters()
    with warnings.catch_warnings():
        # The call that trains will warn again.
        warnings.simplefilter("ignore")
        state = open_fit(twin, call, twin._recipe(), given)
        publish(state, twin, state.network, state.run, keep=True)
    vars(twin).update(given)
    if "class_weight" in names:
        # The weights of the rows already contain it.
        twin.class_weight = None
    return twin, state.train.weight


def measure_block(
    parcel: Any, call: Call, vector: NDArray, scale: float
) -> tuple[float, NDArray] | None:
    """Return loss and gradient over the rows of a block; None if none counts."""
    limit = blas_threads(0, firm=True)
    with limit, limit:
        trial = shallow_copy(parcel)
        given = trial._check_parameters()
        state = open_fit(trial, call, trial._recipe(), given)
        return loss_and_gradient(state, vector, scale) if state.n_rows else None
