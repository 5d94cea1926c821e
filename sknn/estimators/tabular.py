"""Networks for tables as they come."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.losses import LogLoss
from sknn.core.losses.base import Loss
from sknn.estimators import parameters, presets
from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.regressor import NetworkRegressor
from sknn.estimators.session import Session
from sknn.estimators.tables import _POWERS, CONSTRAINTS, TableNetwork


class TabularMLPClassifier(NetworkClassifier, TableNetwork):
    """Classifier."""

    _constraints = CONSTRAINTS | parameters.CLASSIFIER
    _presets = presets.CLASSIFIER
    _slope_factor = 4.0

    def __init__(
        self,
        *,
        preset: str = "default",
        categorical_features: Any = "from_dtype",
        n_members: Any = "auto",
        n_splits: Any = "auto",
        max_time: Any = None,
        max_iter: Any = "auto",
        hidden_layer_sizes: Any = (128, 128, 128),
        activation: Any = "selu",
        dropout: Any = 0.15,
        n_bins: Any = "auto",
        bins: str = "auto",
        linear_path: Any = "auto",
        n_epochs_served: Any = "auto",
        loss: Any = "log_loss",
        label_smoothing: Any = 0.1,
        class_weight: Any = None,
        solver: Any = "adamw",
        learning_rate: Any = "cos_log",
        learning_rate_init: Any = 0.04,
        weight_decay: Any = 0.02,
        batch_size: Any = "auto",
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        callbacks: Any = None,
    ) -> None:
        self.preset = preset
        self.categorical_features = categorical_features
        self.n_members = n_members
        self.n_splits = n_splits
        self.max_time = max_time
        self.max_iter = max_iter
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.n_bins = n_bins
        self.bins = bins
        self.linear_path = linear_path
        self.n_epochs_served = n_epochs_served
        self.loss = loss
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.callbacks = callbacks

    def _judging_loss(self) -> Loss:
        """Return the loss without label smoothing."""
        return self._targets.bind(LogLoss() if self.label_smoothing else self._loss_recipe())

    def _linear_target(self, target: Any) -> NDArray:
        return np.eye(self._targets.n_outputs)[target] if target.ndim == 1 else target

    def _calibrate(self, pooled: NDArray, judge: Any, session: Session) -> None:
        """Choose the temperature."""
        if session.loss.has_probabilities:
            self.power_ = float(min(_POWERS, key=lambda power: judge((pooled * power)[None].astype(pooled.dtype))))


class TabularMLPRegressor(NetworkRegressor, TableNetwork):
    """Regressor."""

    _constraints = CONSTRAINTS | {"output_range": parameters.REGRESSOR["output_range"]}
    _presets = presets.REGRESSOR

    def __init__(
        self,
        *,
        preset: str = "default",
        categorical_features: Any = "from_dtype",
        n_members: Any = "auto",
        n_splits: Any = "auto",
        max_time: Any = None,
        max_iter: Any = "auto",
        hidden_layer_sizes: Any = (128, 128, 128),
        activation: Any = "mish",
        dropout: Any = 0.15,
        n_bins: Any = "auto",
        bins: str = "auto",
        linear_path: Any = "auto",
        n_epochs_served: Any = "auto",
        loss: Any = "squared_error",
        output_range: Any = "train",
        solver: Any = "adamw",
        learning_rate: Any = "cos_log",
        learning_rate_init: Any = 0.07,
        weight_decay: Any = 0.02,
        batch_size: Any = "auto",
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        callbacks: Any = None,
    ) -> None:
        self.preset = preset
        self.categorical_features = categorical_features
        self.n_members = n_members
        self.n_splits = n_splits
        self.max_time = max_time
        self.max_iter = max_iter
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.n_bins = n_bins
        self.bins = bins
        self.linear_path = linear_path
        self.n_epochs_served = n_epochs_served
        self.loss = loss
        self.output_range = output_range
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.callbacks = callbacks
