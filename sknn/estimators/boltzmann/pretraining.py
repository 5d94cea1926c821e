"""Greedy layer-wise pretraining: a stack of restricted Boltzmann machines under a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from sknn.core.layers import Dense
from sknn.estimators.boltzmann.base import BoltzmannMachine
from sknn.estimators.boltzmann.rbm import BernoulliRBM, GaussianRBM
from sknn.estimators.fit.layerwise import train_part
from sknn.estimators.fit.state import FitState
from sknn.estimators.fitted import learned
from sknn.estimators.settings.wording import LAST_LAYER


class DeepBelief:
    """The start of a network from a stack of machines, each fed by the one below."""

    _wording: ClassVar[Mapping[str, str]] = LAST_LAYER

    activation: Any = "logistic"
    rbms_: list[BoltzmannMachine] = learned()

    def _start_from_data(self, state: FitState) -> bool:
        """Train one machine per hidden layer on the output of the machine below."""
        network, train, seed = state.network, state.train, state.run.streams.split_seed
        rows = slice(None) if state.rows_used is None else state.rows_used
        x = train.x[rows]
        weight = None if train.weight is None else train.weight[rows]
        visible = self._visible_kind(x)
        self.rbms_ = []
        for layer, views in list(zip(network.layers, network.params, strict=True))[:-1]:
            if isinstance(layer, Dense):
                rbm = self._machine(visible, layer.units, seed + len(self.rbms_))
                where = f"pretraining of layer {len(self.rbms_)} (parameters pretrain_...)"
                train_part(rbm, x, weight, where)
                views["W"][...], views["b"][...] = rbm.components_.T, rbm.intercept_hidden_
                x, visible = rbm.transform(x), "bernoulli"
                self.rbms_.append(rbm)
        return False

    def _visible_kind(self, x: Any) -> str:
        wanted = self.pretrain_visible  # type: ignore[attr-defined]
        if wanted != "auto":
            return wanted
        values = x if isinstance(x, np.ndarray) else x.data
        inside = not values.size or (values.min() >= 0 and values.max() <= 1)
        return "bernoulli" if inside else "gaussian"

    def _machine(self, visible: str, units: int, seed: int) -> BoltzmannMachine:
        kind = {"bernoulli": BernoulliRBM, "gaussian": GaussianRBM}[visible]
        prefix = "pretrain_"
        own = {
            name.removeprefix(prefix): value
            for name, value in vars(self).items()
            if name.startswith(prefix) and name != "pretrain_visible"
        }
        if isinstance(own["learning_rate"], str):
            del own["learning_rate"]
        return kind(units, random_state=seed % 2**32, verbose=self.verbose, **own)  # type: ignore[attr-defined]
