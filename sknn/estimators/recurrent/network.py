"""What recurrent networks share: sequences, recurrent layers, one prediction or one per step."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Sequence
from math import inf, prod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.sequences import (
    are_lists_of_numbers,
    is_list,
    n_axes,
    n_steps,
    padded,
    unpacked,
)
from sknn.core.layers import (
    GRU,
    LSTM,
    Elman,
    FillSteps,
    GlobalAveragePool,
    GlobalMaxPool,
    Jordan,
    LastStep,
    Layer,
    Parallel,
)
from sknn.core.layers.recurrent import Recurrent
from sknn.core.layout import Shape
from sknn.core.network import Network
from sknn.estimators.fit.state import FitState
from sknn.estimators.fitted import learned
from sknn.estimators.recurrent.sequences import (
    SequenceTargets,
    answers_of,
    by_row,
    check_steps,
)
from sknn.estimators.recurrent.state import BeginAnew, forget_state
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings.recipe import Recipe
from sknn.estimators.settings.wording import KEPT, LAST_LAYER, ROWS
from sknn.estimators.shaped import ShapedNetwork
from sknn.estimators.targets.scores import accuracy, r2
from sknn.exceptions import InvalidParameterError
from sknn.training.callbacks import Callback

CELLS: dict[str, type[Recurrent]] = {"elman": Elman, "jordan": Jordan, "lstm": LSTM, "gru": GRU}
# What `layers` replaces.
_EXPANDED = (
    "units",
    "cell",
    "bidirectional",
    "readout",
    "tbptt",
    "recurrent_dropout",
    "hidden_layer_sizes",
    "activation",
    "dropout",
    "normalization",
)


def _readout(reverse: bool) -> Layer:
    """Return the readout of the steps [1].

    [1] Howard & Ruder (2018), "Universal language model fine-tuning for text classification", ACL
    (there "concat pooling").
    """
    return Parallel([LastStep(reverse), GlobalAveragePool(), GlobalMaxPool()])


class RecurrentNetwork(ShapedNetwork):
    """Recurrent layers over sequences that may have gaps and different lengths."""

    units: Any = (64,)
    cell: Any = "gru"
    bidirectional: Any = False
    readout: Any = "auto"
    return_sequences: Any = False
    stateful: Any = False
    tbptt: Any = None
    recurrent_dropout: Any = 0.0
    hidden_layer_sizes: Any = ()

    _wording = {
        **LAST_LAYER,
        ROWS: "array-like of shape (n_samples, n_steps, n_features) or (n_samples, n_steps), or "
        "list of arrays of shape (n_steps, n_features)",
        KEPT: """
    Sequences with the features of a step last or, with ``channels="first"``, right after the
    samples. Sequences of different lengths are passed as a list of arrays, or padded with NaN.
    float32 is kept, and everything else is converted to float64. Sparse matrices are rejected.""",
        "y : array-like of shape (n_samples,) or (n_samples, n_outputs)": "y : array-like of shape "
        "(n_samples,) or (n_samples, n_outputs); with `return_sequences` (n_samples, n_steps), or "
        "a list of arrays of shape (n_steps,)",
    }

    _hidden_parameters: ClassVar[tuple[str, ...]] = ("units", "hidden_layer_sizes")
    _finite: ClassVar[Any] = "allow-nan"
    _free_axes: ClassVar[int] = 1

    n_series_: int = learned()

    def _recipe(self) -> Recipe:
        for name in ("bidirectional", "early_stopping"):
            if self.stateful and getattr(self, name):
                raise ValueError(f"stateful=True cannot be combined with {name}=True.")
        if self.layers is None and self.units in ([], ()) and not self.return_sequences:
            raise InvalidParameterError(
                "units must hold at least one recurrent layer, unless return_sequences=True."
            )
        if self.return_sequences and self.readout == "pooled":
            raise InvalidParameterError(
                "readout='pooled' cannot be combined with return_sequences=True, which predicts at "
                "every step from the state of that step; leave readout at 'auto'."
            )
        if self.return_sequences and self.scoring not in (None, self._score_name):
            raise ValueError(
                f"With return_sequences=True scoring must be None or {self._score_name!r}; "
                f"got {self.scoring!r}."
            )
        return super()._recipe()

    # -- rows -----------------------------------------------------------------------------

    def _with_channels(self, shape: Shape) -> Shape:
        """Let single numbers be steps with one feature."""
        first = self._channels_first
        if len(shape) == 1:
            return (1, *shape) if first else (*shape, 1)
        if len(shape) != 2:
            wanted = "(n_features, n_steps)" if first else "(n_steps, n_features)"
            raise ValueError(
                f"Rows of shape {shape} are not sequences; X, or input_shape, must have rows of "
                f"shape "
                f"{wanted}."
            )
        return shape

    def _read(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        X = unpacked(X)
        if not is_list(X) or self._lies_flat(X, reset):
            return super()._read(X, dtypes, reset)
        if are_lists_of_numbers(X):
            # Taken for a table, whose columns are counted; later lists may be of another length.
            arrays.reject_odd_arrays(X, "X")
            x = self._read_shaped(X, dtypes, reset)
        else:
            x = padded(X, dtypes, self._channels_first)
            self._settle(x.shape[1:], reset)
            if reset:
                # Rows have different sizes, but steps do not.
                self.n_features_in_ = x.shape[-1]
        self._check_values(x)
        return x

    def _lies_flat(self, X: Any, reset: bool) -> bool:
        """Whether the items of a list are rows laid flat, as `input_shape` says, not sequences."""
        if not reset:
            shape = self.input_shape_
        elif self.input_shape is not None:
            shape = self._full_shape(self._asked_shape(()))
        else:
            return False
        size = prod(shape)
        return shape[-1] > 1 and all(n_axes(each) == 1 and len(each) == size for each in X)

    def _lengths(self, X: Any) -> list[int] | None:
        """Return the steps of each sequence of a list that was read, None if X is none."""
        X = unpacked(X)
        if not is_list(X) or self._lies_flat(X, reset=False):
            return None
        return [n_steps(each, self._channels_first) for each in X]

    def _doubt(self, X: Any, x: NDArray) -> str | None:
        """Doubt neither steps that are missing, as lengths differ, nor one step of many calls."""
        certain = np.isnan(x[..., 0]).any() or (self.stateful and x.shape[1] == 1)
        return None if certain else super()._doubt(X, x)

    def _read_flat(self, X: Any, dtypes: Any, reset: bool) -> NDArray:
        if reset or self.n_features_in_ == prod(self.input_shape_):
            return super()._read_flat(X, dtypes, reset)
        # Fitted on sequences of different lengths: flattened rows cannot be recognized by size.
        if self.n_features_in_ == 1:
            return self._read_shaped(X, dtypes, reset)
        raise ValueError(
            f"X has two axes, but {type(self).__name__} was fitted on a list of sequences with "
            f"{self.n_features_in_} features per step; pass such a list, or an array of shape "
            f"(n, {', '.join(self._given_axes())})."
        )

    def _given_axes(self) -> list[str]:
        axes = ["n_steps", str(self.n_features_in_)]
        return axes[::-1] if self._channels_first else axes

    def _check_values(self, x: NDArray) -> None:
        check_steps(x, self._channels_first)

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        rows = super()._check_rows(X, y, sample_weight, dtypes, reset)
        if reset:
            self.n_series_ = len(rows.x)
        return rows

    def _read_target(self, y: Any, x: NDArray, X: Any) -> Any:
        if not self.return_sequences:
            return super()._read_target(y, x, X)
        return answers_of(y, x, self._lengths(X), self._numeric_target)

    # -- layers ---------------------------------------------------------------------------

    def _chain(self, n_raw: int) -> list[Layer]:
        output = layer_specs.output_layer(n_raw)
        if self.layers is not None:
            return [FillSteps(), *layer_specs.given_layers(self, _EXPANDED), output]
        units = layer_specs.hidden_sizes(self.units)
        sizes = layer_specs.hidden_sizes(self.hidden_layer_sizes)
        rates = layer_specs.per_layer(self.dropout, len(units) + len(sizes), "dropout")
        layers: list[Layer] = [FillSteps()]
        for i, size in enumerate(units):
            final = i == len(units) - 1 and not self.return_sequences
            layers += (
                self._pooled(size) if final and self._pools else [self._cells(size, not final)]
            )
            layers += layer_specs.dropout(rates[i])
        for size, rate in zip(sizes, rates[len(units) :], strict=True):
            layers += layer_specs.block(self, size, self.activation)
            layers += layer_specs.dropout(rate)
        return [*layers, output]

    @property
    def _pools(self) -> bool:
        """Whether the prediction for a sequence is computed from all its steps."""
        # The ends and means of pieces of a series say little about the series.
        return self.readout == "pooled" or (self.readout == "auto" and not self.stateful)

    def _cells(self, size: int, return_sequences: bool) -> Layer:
        """Return one layer of cells, or one for each direction."""
        ways = [self._one_way(size, return_sequences, back) for back in self._directions]
        return Parallel(ways) if self.bidirectional else ways[0]

    def _pooled(self, size: int) -> list[Layer]:
        """Return cells, and the pooling of their steps: the last, the mean, and the maximum."""
        ways = [[self._one_way(size, True, back), _readout(back)] for back in self._directions]
        return [Parallel(ways)] if self.bidirectional else ways[0]

    @property
    def _directions(self) -> list[bool]:
        """Whether cells read backward, for each layer of cells side by side."""
        return [False, True] if self.bidirectional else [False]

    def _one_way(self, size: int, return_sequences: bool, reverse: bool) -> Layer:
        settings: dict[str, Any] = {
            "return_sequences": return_sequences,
            "recurrent_dropout": self.recurrent_dropout,
            "tbptt": self.tbptt,
        }
        if reverse:
            settings["reverse"] = True
        if self.stateful:
            settings |= {"stateful": True, "n_series": self.n_series_}
        kind: Any = CELLS[self.cell]
        return kind(size, **settings)

    def _check_network(self, network: Network) -> None:
        size = self.batch_size
        if self.stateful and isinstance(size, numbers.Integral) and size < self.n_series_:
            raise ValueError(
                f"batch_size={size} would split the {self.n_series_} series whose state is carried "
                "(stateful=True); leave it at 'auto'."
            )
        if self.stateful and not network.carries_state:
            raise ValueError(
                "stateful=True has no effect together with `layers` that carry no state; set it in "
                f"the layers, such as GRU(8, stateful=True, n_series={self.n_series_})."
            )
        if not self.return_sequences:
            super()._check_network(network)
        elif len(network.out_shape) != 2 or network.out_shape[0] != network.in_shape[0]:
            raise ValueError(
                f"return_sequences=True asks for a prediction at each of {network.in_shape[0]} "
                f"steps, "
                f"but the layers end in rows of shape {network.out_shape}; recurrent layers must "
                "have return_sequences=True, and none may change the number of steps."
            )

    def _automatic_sizes(self) -> Sequence[tuple[float, int]]:
        # Layers that carry a state read all series side by side.
        return ((inf, sys.maxsize),) if self.stateful else ((200, 8), (400, 16), (inf, 32))

    def _observers(self, state: FitState, network: Network) -> list[Callback]:
        observers = super()._observers(state, network)
        carries = network.carries_state and not state.call.stream
        return [*observers, BeginAnew()] if carries else observers

    def reset_state(self) -> Any:
        """Clear the state of all series, so that the next ones start from zero.

        Returns
        -------
        self : estimator
        """
        self._check_fitted()
        self._own_weights()
        forget_state(self.network_)
        return self

    # -- answers --------------------------------------------------------------------------

    def _as_given(self, answer: Any, X: Any) -> Any:
        """Return the predictions for all steps as one array, or a list if rows differ in length."""
        # The fitted value counts; the parameter may have been changed since.
        if not isinstance(self._targets, SequenceTargets):
            return answer
        there = ~np.isnan(self._check_inputs(X)[..., 0])
        each = self._lengths(X) is not None or not there.all()
        return by_row(answer, there) if each else answer

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Return accuracy or R2; with `return_sequences`, over all steps that are not missing.

        Parameters
        ----------
        X : array-like or list of arrays
        y : array-like or list of arrays
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        score : float
        """
        self._check_fitted()
        if not isinstance(self._targets, SequenceTargets):
            return super().score(X, y, sample_weight)  # type: ignore[misc]
        steps = answers_of(y, self._check_inputs(X), self._lengths(X), self._numeric_target)
        answer = self.predict(X)
        flat = np.concatenate(list(answer))
        measure = r2 if self._numeric_target else accuracy
        weight = steps.repeat(arrays.check_weight(sample_weight, len(steps)))
        return measure(steps.values, flat, weight)

    def __sklearn_tags__(self) -> Any:
        """NaN marks a step that is missing."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
