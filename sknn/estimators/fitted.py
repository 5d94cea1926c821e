"""Attributes that exist only after fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

from sknn._drawing.diagram import diagram
from sknn._drawing.svg import network_svg
from sknn.core.network import Network
from sknn.training.run import Run

# Layers of more units are boxes in the picture that a notebook shows.
_FEW_UNITS = 10


class Learned:
    """Placeholder for an attribute that fit sets, as long as the estimator has none.

    Before fit, access raises NotFittedError, which is an AttributeError.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        """Learn the name of the attribute."""
        self.name = name

    def __get__(self, estimator: Any, owner: type | None = None) -> Any:
        """Raise, because the estimator has no such attribute."""
        if estimator is None:
            return self
        estimator._check_fitted()
        raise AttributeError(f"{type(estimator).__name__!r} object has no attribute {self.name!r}")


def learned() -> Any:
    """Return the descriptor of a fitted attribute, which may be annotated with its type."""
    return Learned()


class Fitted:
    """An estimator that is fitted once it has a network, and raises an error if it has none."""

    network_: Network = learned()
    run_: Run = learned()
    n_iter_: int = learned()
    n_layers_: int = learned()
    n_features_in_: int = learned()
    feature_names_in_: Any = learned()
    out_activation_: str = learned()
    stop_reason_: str | None = learned()
    callbacks_: list = learned()

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether there is a network."""
        return "network_" in self.__dict__

    def _check_fitted(self) -> None:
        # check_is_fitted builds all tags first, which takes longer than a prediction.
        if "network_" not in self.__dict__:
            raise NotFittedError(
                f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with "
                "appropriate arguments before using this estimator."
            )

    def _repr_html_inner(self) -> str:
        """Add the picture of the network to scikit-learn's HTML of an estimator."""
        return super()._repr_html_inner() + self._picture()  # type: ignore[misc]

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the HTML for notebooks, with the picture of the network."""
        bundle = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        if "text/html" in bundle:
            bundle["text/html"] += self._picture()
        return bundle

    def _picture(self) -> str:
        """Return the picture of the network as HTML, or blank before fit."""
        if not self.__sklearn_is_fitted__():
            return ""
        classes = vars(self).get("classes_", ())
        picture = diagram(
            self.network_,
            max_units=_FEW_UNITS,
            inputs=vars(self).get("feature_names_in_", ()),
            outputs=() if isinstance(classes, list) else classes,
            n_machines=len(vars(self).get("rbms_", ())),
        )
        n = self.network_.n_members
        which = f"Network, the first of {n}" if n > 1 else "Network"
        return (
            f'<details open style="overflow-x: auto"><summary>{which}</summary>'
            f"{network_svg(picture)}</details>"
        )

    def _column_of_history(self, name: str) -> list[float] | None:
        return self.run_.history.columns.get(name)

    @property
    def history_(self) -> dict[str, NDArray]:
        """Measurements: a dict of arrays with one entry per epoch.

        The keys are epoch, loss, learning_rate, seconds (of the epoch), gradient_norm (of the last
        batch), and penalty (the part of the loss that is not an error of predictions: penalties on
        weights, and terms that layers add; ``loss - penalty`` is comparable with validation_loss).
        With validation rows there are also validation_loss and validation_score, and with `scoring`
        score. Callbacks may add more, such as the measurements of
        :class:`~sknn.callbacks.Diagnostics` in every layer. Until the first epoch has ended, for
        example if Ctrl-C comes before, there is only epoch, without entries.

        The columns cover all calls that continued one training (`warm_start`, `partial_fit`,
        `resume`), in streams the last 1,000 epochs, whereas ``n_iter_`` counts the epochs of the
        last call. The epoch whose weights early stopping keeps is
        ``history_["epoch"][np.nanargmin(history_["validation_loss"])]``; with `scoring`, the one
        with the highest score. If a later call had other validation rows, only its epochs count.

        With several members there is also members, the number of those still in training, and all
        losses and scores are means over these. Early stopping keeps another epoch of each member,
        so the losses above do not show which, and no epoch has the loss of the mean prediction.

        Networks for tables have no early stopping, and keep several epochs. Instead of penalty,
        they have out_of_fold_loss, the loss on the rows that each member has not seen, if there
        are several folds. It is NaN in every second epoch after the 40th, in which it is not
        computed: ``np.nanmin`` finds the lowest. Validation rows have no influence on training.
        """
        return {name: np.array(values) for name, values in self.run_.history.columns.items()}

    @property
    def loss_curve_(self) -> list[float]:
        """Objective after each epoch, penalty included."""
        return list(self.run_.history.columns.get("loss", []))

    @property
    def loss_(self) -> float:
        """Objective of the last epoch."""
        values = self._column_of_history("loss")
        if not values:
            raise AttributeError("loss_ exists after the first epoch of training.")
        return values[-1]

    @property
    def best_loss_(self) -> float | None:
        """Lowest objective of an epoch; None with early stopping, which monitors something else.

        Also None before the first epoch has ended.
        """
        none = self._watches_validation() or not len(self.run_.history)
        return None if none else self.run_.best_loss

    @property
    def validation_scores_(self) -> list[float] | None:
        """Accuracy or R2 on the validation rows after each epoch, None without such rows."""
        values = self._column_of_history("validation_score")
        return None if values is None else list(values)

    @property
    def best_validation_score_(self) -> float | None:
        """Highest validation score, None without validation rows."""
        values = self._column_of_history("validation_score")
        if values is None:
            return None
        return float(np.nanmax(values)) if np.isfinite(values).any() else float("nan")

    @property
    def t_(self) -> int:
        """Number of rows passed through the network in training."""
        return self.run_.samples

    def _watches_validation(self) -> bool:
        run, early_stopping = self.run_, self.early_stopping  # type: ignore[attr-defined]
        return bool(early_stopping) and "validation_score" in run.history.columns
