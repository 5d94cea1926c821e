"""The base class of losses."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn.core.layout import Scratch
from sknn.core.spec import Spec

Weight = float | NDArray
"""What each row counts: one number for all rows, or an array of shape (rows, 1)."""


def weighted_total(values: NDArray, weight: Weight) -> Any:
    """Sum per-row `values` of shape (..., rows) times `weight`; one number per member.

    The sum of a member has the bits of that of a network alone, which a product of matrix and
    vector would not.
    """
    if isinstance(weight, float):
        return np.add.reduce(values, axis=-1) * weight
    return np.vecdot(values, weight[:, 0])


_TASKS = frozenset({"binary", "multiclass", "multilabel", "reconstruction", "regression"})


class Loss(Spec, family=True):
    """Base class of losses of raw scores, together with their link.

    The last layer of a network is linear, and the loss sees only its output, the raw scores ``(...,
    rows, n_raw)``. So softmax and logarithm become one log-sum-exp, and nothing is clipped.

    Targets are already encoded: integer codes ``(rows,)`` for one-of-k classes, otherwise a float
    matrix ``(rows, n_outputs)``. The loss of several real targets is their mean, that of several
    labels their sum.
    """

    tasks: ClassVar[frozenset[str]] = frozenset()
    """Tasks :meth:`bind` accepts: some of binary, multiclass, multilabel, regression, and
    reconstruction for columns of several kinds."""
    link_name: ClassVar[str] = "identity"
    """Public name of the link, ``out_activation_``."""
    location_scale: ClassVar[bool] = False
    """Standardizing the target leaves the meaning of the loss unchanged."""
    has_spread: ClassVar[bool] = False
    """For regressors: the link gives the predictions of all targets, then as many standard
    deviations of the targets about them; ``predict(X, return_std=True)`` reports these."""
    has_probabilities: ClassVar[bool] = True
    """For classifiers: the link gives probabilities, by the logistic function (two classes, labels)
    or the softmax (one of many). Where it does not, there is no ``predict_proba``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if isinstance(cls.tasks, str) or not _TASKS.issuperset(cls.tasks):
            raise TypeError(
                f"{cls.__name__}.tasks must be a set of some of {sorted(_TASKS)}, such as "
                f'{{"regression"}}. Got {cls.tasks!r} instead.'
            )

    def bind(self, task: str) -> Loss:
        """Return the loss to use for `task`; one spec may have several kernels.

        Parameters
        ----------
        task : {"binary", "multiclass", "multilabel", "regression"}
        """
        return self

    def n_raw(self, n_outputs: int) -> int:
        """Return the number of raw scores for `n_outputs` outputs (classes, labels, or targets)."""
        return n_outputs

    @property
    def levels(self) -> tuple[float, ...]:
        """For regressors: the levels of the quantiles that raw scores represent, ascending.

        The scores of all outputs at the first level come first, then those at the second.
        """
        return ()

    def prediction_at(self, n_outputs: int) -> slice:
        """Return where the predictions of a regressor are in the output of the link."""
        return slice(0, n_outputs)

    def scratch(self, n_raw: int) -> Mapping[str, Scratch]:
        """Declare the work arrays of `value_and_grad`, as the plan of a layer does."""
        return {}

    @abstractmethod
    def value_and_grad(
        self,
        raw: NDArray,
        target: NDArray,
        weight: Weight,
        out: NDArray,
        scratch: Mapping[str, NDArray],
    ) -> Any:
        """Return ``sum(weight * loss)`` and write its gradient with respect to `raw` into `out`.

        Parameters
        ----------
        raw : ndarray of shape (..., rows, n_raw)
            Left untouched.
        target : ndarray of shape (rows,) or (rows, n_outputs)
            Encoded targets, without a members axis.
        weight : float or ndarray of shape (rows, 1)
        out : ndarray, same shape and dtype as `raw`
        scratch : mapping of ndarray
            What :meth:`scratch` declared, cut to the rows.

        Returns
        -------
        value : float or ndarray of shape (members,)
        """

    def total(self, target: Any, weight: NDArray | None) -> float:
        """Return the total weight of `target`, which turns a sum into a mean."""
        return float(target.shape[0]) if weight is None else float(weight.sum())

    def link(self, raw: NDArray) -> NDArray:
        """Turn raw scores into predictions, in place, and return them."""
        return raw

    @abstractmethod
    def constant_optimum(
        self, target: NDArray, weight: NDArray | None, n_outputs: int
    ) -> NDArray[np.float64]:
        """Return the raw scores (n_raw,) of the best constant; finite for every target."""

    def check_target(self, target: NDArray) -> None:  # noqa: B027  (most losses allow every number)
        """Raise a ValueError if a target is outside the domain of the loss."""
