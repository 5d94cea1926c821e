"""Common parts of networks that learn y from hidden layers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf, prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.metaestimators import available_if

from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn.core.layers import Flatten, Layer
from sknn.core.layout import Shape
from sknn.core.losses.base import Loss
from sknn.core.network import Network
from sknn.estimators.base import BaseNetwork
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings import specs
from sknn.estimators.settings.recipe import Recipe, recipe_of


def _has_hidden(estimator: Any) -> bool:
    """Return whether there is a hidden layer; fit raises for invalid values."""
    if estimator.layers is not None:
        return any(isinstance(layer, Layer) and layer.has_units for layer in estimator.layers)
    sizes = [getattr(estimator, name) for name in estimator._hidden_parameters]
    return any(not hasattr(size, "__len__") or len(size) > 0 for size in sizes)


def is_stochastic(estimator: Any) -> bool:
    """Return whether there are batches; raise an AttributeError in scikit-learn's words if not."""
    if specs.is_lbfgs(estimator):
        raise AttributeError(
            "partial_fit is only available for stochastic optimizers. "
            f"{estimator.solver} is not stochastic."
        )
    return True


class SupervisedNetwork(BaseNetwork):
    """Rows with targets, a chain of hidden layers, and the outputs of these layers."""

    transform_layer: Any = -1
    dropout: Any = 0.0
    input_dropout: Any = 0.0
    normalization: Any = None

    _numeric_target: ClassVar[bool] = False
    _hidden_parameters: ClassVar[tuple[str, ...]] = ("hidden_layer_sizes",)
    """Parameters that determine the number of hidden layers."""

    def _loss_recipe(self) -> Loss:
        """Return the loss, not yet bound to a task."""
        return specs.loss_of(self)

    def _recipe(self) -> Recipe:
        return recipe_of(self, loss=self._loss_recipe(), automatic_sizes=self._automatic_sizes())

    def _automatic_sizes(self) -> Sequence[tuple[float, int]]:
        """Return pairs: the largest number of rows, and the size of batches up to it ("auto")."""
        return ((inf, 200),)

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        return arrays.check_rows(
            self, X, y, sample_weight, dtypes=dtypes, reset=reset, numeric=self._numeric_target
        )

    def _build_network(self, state: FitState, in_shape: Shape) -> Network:
        network = super()._build_network(state, in_shape)
        self._check_network(network)
        return network

    def _check_network(self, network: Network) -> None:
        """Raise if the last layer, or the one of `transform`, is not valid."""
        layer_specs.check_flat(network)
        wanted = self.transform_layer
        n_hidden = sum(layer.has_units for layer in network.layers) - 1
        if n_hidden and not -n_hidden <= wanted < n_hidden:
            raise ValueError(f"transform_layer={wanted} is not among the {n_hidden} hidden layers.")

    def _chain(self, n_raw: int) -> list[Layer]:
        return [*layer_specs.hidden_layers(self), layer_specs.output_layer(n_raw)]

    def _hidden_ends(self) -> list[int]:
        """Return for each hidden block the index just after its last layer.

        A block is a layer with units, and the layers that normalize, activate, or drop its output.
        """
        layers = self.network_.layers
        starts = [i for i, layer in enumerate(layers) if layer.has_units]
        return [self._end_of_block(start, stop) for start, stop in pairwise(starts)]

    def _end_of_block(self, start: int, stop: int) -> int:
        """Leave out layers that only prepare the output of a block for the next one."""
        layers = self.network_.layers
        while stop > start + 1 and (
            isinstance(layers[stop - 1], Flatten) or layers[stop - 1].training_only
        ):
            stop -= 1
        return stop

    def _as_given(self, answer: Any, X: Any) -> Any:
        """Return predictions in the form of X."""
        return answer

    def _check_members(self, remedy: str = "") -> None:
        """Raise if there is a single member; the message may name another remedy."""
        if not self.network_.lead:
            offered = "n_members" in self._get_param_names()
            first = (
                "for example, set n_members=5"
                if offered
                else "for example, use an MLP with n_members=5"
            )
            raise ValueError(
                f"return_std=True needs members to compare, but this {type(self).__name__} is a "
                f"single network; {first}{remedy}."
            )

    def activations(self, X: Any) -> list[NDArray]:
        """Return the output of every hidden layer.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        activations : list of ndarray of shape (n_samples, n_units)
            For feature maps of images (n_samples, height, width, n_filters). With several members,
            one more axis comes first.
        """
        self._check_fitted()
        x = self._check_inputs(X)
        return [self._through(x, stop=stop) for stop in self._hidden_ends()]

    def transform(self, X: Any) -> NDArray:
        """Return the activations of the hidden layer `transform_layer`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_units)
            With several members, their activations side by side: ``n_members * n_units`` columns.
        """
        self._check_fitted()
        x, lead = self._check_inputs(X), self.network_.lead
        hidden = self._through(x, stop=self._transform_stop())
        hidden = hidden.reshape(*lead, x.shape[0], -1)
        return np.hstack(list(hidden)) if lead else hidden

    def _transform_stop(self) -> int:
        ends, wanted = self._hidden_ends(), self.transform_layer
        if not -len(ends) <= wanted < len(ends):
            raise ValueError(
                f"transform_layer={wanted} is not among the {len(ends)} hidden layers."
            )
        return ends[wanted]

    @property
    def _n_features_out(self) -> int:
        network = self.network_
        try:
            stop = self._transform_stop()
        except ValueError as error:
            # Code that lists attributes, such as the HTML of a notebook, checks whether it exists.
            raise AttributeError(str(error)) from error
        return prod(network.plans[stop - 1].out_shape) * network.n_members


# Decorated here and not in the class body: TransformerMixin wraps what it finds in the body,
# and the wrapped method would always be there.
SupervisedNetwork.transform = available_if(_has_hidden)(SupervisedNetwork.transform)  # type: ignore[method-assign]
SupervisedNetwork.activations = available_if(_has_hidden)(SupervisedNetwork.activations)  # type: ignore[method-assign]
