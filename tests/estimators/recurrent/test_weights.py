"""Sample weights in recurrent networks."""

import numpy as np
import pytest

from sknn import RNNClassifier, RNNRegressor


@pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1 or larger")
@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
def test_weights_are_repetitions_until_training_turns_steep(cell):
    # In 200 epochs, rounding exceeds the tolerance of scikit-learn's check (differences page).
    rng = np.random.default_rng(0)
    X, y, weight = rng.uniform(size=(15, 30)), rng.integers(0, 3, 15), rng.integers(0, 4, 15)
    for kind, answer in ((RNNClassifier, "predict_proba"), (RNNRegressor, "predict")):
        # One batch: the order of rows is drawn for each.
        settings = {"batch_size": 64, "learning_rate_init": 0.001, "max_iter": 20}
        nets = [kind(cell=cell, random_state=0, **settings) for _ in range(2)]
        nets[0].fit(X, y, sample_weight=weight)
        nets[1].fit(X.repeat(weight, axis=0), y.repeat(weight))
        one, other = (getattr(net, answer)(X) for net in nets)
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)
