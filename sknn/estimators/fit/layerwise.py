"""Train the parts of a deep network one after the other, before the whole."""

from __future__ import annotations

import warnings
from typing import Any

from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning

from sknn._validation.messages import located
from sknn.exceptions import DataScaleWarning


def train_part(part: Any, x: Any, weight: NDArray | None, where: str) -> None:
    """Fit an estimator of which only the weights are needed.

    Parameters
    ----------
    part : BaseNetwork
    x : ndarray or CSR of shape (n, d)
    weight : ndarray of shape (n,) or None
    where : str
        Name of the part, for errors.

    Raises
    ------
    KeyboardInterrupt
        If the user ends it: no usable network has been trained yet, and the whole call ends.
    """
    with warnings.catch_warnings():
        # X has been checked for the whole, and a part need not converge.
        for unwanted in (DataScaleWarning, ConvergenceWarning):
            warnings.simplefilter("ignore", unwanted)
        warnings.filterwarnings("ignore", "Training interrupted by user")
        try:
            part.fit(x, sample_weight=weight)
        except (TypeError, ValueError) as error:
            raise located(error, where) from error
    if part.stop_reason_ == "interrupted":
        raise KeyboardInterrupt
