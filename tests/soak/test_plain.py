"""Long runs: random configurations, and a stream of ten thousand chunks. `pytest -m slow`."""

import os
import pathlib
import pickle
import tracemalloc
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone

from sknn import MLPClassifier, MLPRegressor
from sknn.core.activations import Activation
from sknn.core.optimizers import Optimizer
from sknn.core.schedules import Schedule
from sknn.schedules import BatchSize

pytestmark = pytest.mark.slow

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 4))
REAL = X @ [1.0, -2.0, 0.5, 0.0] + 3.0
CHOICES = {
    "hidden_layer_sizes": [(), 5, (6, 4)],
    "activation": sorted(Activation.registry),
    "solver": [*sorted(Optimizer.registry), "lbfgs"],
    "learning_rate": sorted(Schedule.registry),
    "batch_size": ["auto", 1, 7, BatchSize(32, 4)],
    "alpha": [0.0, 0.1],
    "l1": [0.0, 0.01],
    "dropout": [0.0, 0.3],
    "input_dropout": [0.0, 0.2],
    "normalization": [None, "batch", "layer"],
    "weight_init": ["auto", "normal", "he_normal", "orthogonal"],
    "max_grad_norm": [None, 1.0],
    "early_stopping": [False, True],
    "warm_start": [False, True],
    "n_members": [1, 3],
    "dtype": ["auto", "float32"],
}
CLASSIFIER = {
    "loss": ["log_loss", "squared_error", "focal", "hinge"],
    "class_weight": [None, "balanced"],
    "label_smoothing": [0.0, 0.1],
}
REGRESSOR = {
    "loss": ["squared_error", "huber", "quantile", "log_cosh", "gaussian_nll", "absolute_error"],
    "normalize_y": [True, False],
    "output_range": [None, "train"],
}
TARGETS = {
    MLPClassifier: [
        np.arange(40) % 2,
        np.array(["a", "b", "c"])[np.arange(40) % 3],
        (RNG.random((40, 3)) < 0.5).astype(int),
        np.column_stack([np.arange(40) % 3, np.arange(40) % 2]),
        np.zeros(40),
    ],
    MLPRegressor: [REAL, np.column_stack([REAL, -REAL])],
}


def draw(rng, options):
    return {name: values[rng.integers(len(values))] for name, values in options.items()}


def outputs(net, rows):
    answers = [net.predict(rows)]
    if hasattr(net, "predict_proba"):
        answers += [net.predict_proba(rows), net.decision_function(rows)]
    return answers


def parts(answer):
    return answer if isinstance(answer, list) else [answer]


def is_finite(answer):
    return all(part.dtype.kind not in "fc" or np.isfinite(part).all() for part in parts(answer))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_random_configurations(kind, seed):
    rng = np.random.default_rng(seed)
    fitted = 0
    for _ in range(60):
        params = draw(rng, CHOICES | (CLASSIFIER if kind is MLPClassifier else REGRESSOR))
        y = TARGETS[kind][rng.integers(len(TARGETS[kind]))]
        rows = X if rng.random() < 0.7 else sp.csr_array(X * (np.abs(X) > 0.5))
        weight = None if rng.random() < 0.5 else rng.integers(0, 3, 40).astype(float)
        net = clone(kind(max_iter=3, random_state=0, **params))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                net.fit(rows, y, weight)
            except (ValueError, TypeError) as error:
                assert len(str(error)) > 20
                assert not [name for name in vars(net) if name.endswith("_")]
                continue
            answers = outputs(net, rows)
        fitted += 1
        assert all(map(is_finite, answers)), params
        again = outputs(pickle.loads(pickle.dumps(net)), rows)
        for first, second in zip(answers, again, strict=True):
            for a, b in zip(parts(first), parts(second), strict=True):
                np.testing.assert_array_equal(a, b)
    assert fitted > 15


def resident_bytes():
    """Return the memory that this process holds, or None if the system does not say."""
    table = pathlib.Path("/proc/self/statm")
    if not table.exists():
        return None
    return int(table.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_a_stream_of_ten_thousand_chunks_does_not_grow():
    rng = np.random.default_rng(0)
    net = MLPClassifier((8,), random_state=0)

    def feed(chunks):
        for _ in range(chunks):
            rows = rng.standard_normal((20, 4))
            net.partial_fit(rows, (rows[:, 0] > 0).astype(int), classes=[0, 1])

    feed(2000)
    size, resident = len(pickle.dumps(net)), resident_bytes()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    feed(4000)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    feed(4000)
    assert grown < 200_000
    # What NumPy and the allocator keep shows only from outside.
    assert resident is None or resident_bytes() - resident < 20e6
    assert abs(len(pickle.dumps(net)) - size) < 2_000
    assert len(net.loss_curve_) == 1000 and net.t_ == 200_000
    rows = rng.standard_normal((500, 4))
    assert net.score(rows, rows[:, 0] > 0) > 0.95
