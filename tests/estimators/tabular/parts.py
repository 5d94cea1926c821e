"""Tables and small parameters that the tests of tabular networks share."""

import numpy as np
import pandas as pd

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.callbacks import Callback

KINDS = (TabularMLPClassifier, TabularMLPRegressor)
SMALL = {
    "hidden_layer_sizes": (8,),
    "n_members": 2,
    "n_splits": 2,
    "max_iter": 3,
    "random_state": 0,
}
RNG = np.random.default_rng(0)
N = 60
X = RNG.standard_normal((N, 3))
TABLE = pd.DataFrame(
    {
        "size": np.where(RNG.random(N) < 0.1, np.nan, RNG.lognormal(1, 1, N)),
        "weight": X[:, 0],
        "color": pd.Categorical(RNG.choice(["red", "green", "blue"], N)),
        "sold": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 300, N), "D"),
    }
)
BINARY = (X[:, 0] + 0.3 * X[:, 1] > 0).astype(int)
THREE = np.digitize(X[:, 0] + 0.3 * X[:, 1], [-0.5, 0.5])
LABELS = (X > 0.2).astype(int)
TWO_LABELS = np.column_stack([THREE, BINARY])
REAL = 30.0 + 5.0 * X[:, 0] - 3.0 * X[:, 1] ** 2
TWO_REAL = np.column_stack([REAL, 0.01 * X[:, 2]])
COUNTS = RNG.poisson(np.exp(0.4 * X[:, 0] + 1.0)).astype(float)


class Interruption(Callback):
    """Ctrl-C in the middle of an epoch."""

    def __init__(self, epoch=0):
        self.epoch = epoch

    def on_gradient(self, progress):
        if progress.run.epoch == self.epoch:
            raise KeyboardInterrupt


def classifier(**parameters):
    return TabularMLPClassifier(**SMALL | parameters)


def regressor(**parameters):
    return TabularMLPRegressor(**SMALL | parameters)


def both(**parameters):
    """Return each kind of network with a target it can learn."""
    return [(classifier(**parameters), THREE), (regressor(**parameters), REAL)]


def scores(network, table):
    """Return the most detailed output of a network."""
    classes = hasattr(network, "decision_function")
    return network.decision_function(table) if classes else network.predict(table)


def assert_finite(network, table):
    answers = scores(network, table)
    for answer in answers if isinstance(answers, list) else [answers]:
        assert np.isfinite(answer).all()
