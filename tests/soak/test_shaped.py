"""Random configurations of convolutional and recurrent networks. `pytest -m slow`."""

import pickle
import warnings

import numpy as np
import pytest

from sknn import CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor
from sknn.core.activations import Activation
from sknn.core.optimizers import Optimizer
from sknn.core.schedules import Schedule
from tests.estimators.shaped.data import ABOVE, EVEN, IMAGES, LABELS, SEQUENCES, STEPS, SUMS

pytestmark = pytest.mark.slow

SHARED = {
    "activation": sorted(Activation.registry),
    "solver": [*sorted(Optimizer.registry), "lbfgs"],
    "learning_rate": sorted(Schedule.registry),
    "hidden_layer_sizes": [(), 5, (6, 4)],
    "batch_size": ["auto", 7],
    "alpha": [0.0, 0.1],
    "dropout": [0.0, 0.3],
    "normalization": [None, "batch", "layer"],
    "weight_init": ["auto", "he_normal", "orthogonal"],
    "max_grad_norm": [None, 1.0],
    "early_stopping": [False, True],
    "n_members": [1, 2],
    "dtype": ["auto", "float32"],
}
CNN = SHARED | {
    "filters": [(3,), (2, 3), 4],
    "kernel_size": [1, 2, 3, (3, 2)],
    "pool_size": [1, 2, 3],
    "pooling": ["max", "average", None],
    "strides": [1, 2],
    "padding": ["same", "valid"],
}
RNN = SHARED | {
    "units": [3, (3, 2)],
    "cell": ["lstm", "gru", "elman", "jordan"],
    "bidirectional": [False, True],
    "tbptt": [None, 2, 7],
    "recurrent_dropout": [0.0, 0.3],
}
MEANS = np.array([each.mean() for each in SEQUENCES])
CASES = {
    CNNClassifier: [(CNN, IMAGES[:40], LABELS[:40] % 3)],
    CNNRegressor: [(CNN, IMAGES[:40], IMAGES[:40].mean(axis=(1, 2)))],
    RNNClassifier: [
        (RNN, SEQUENCES, ABOVE),
        (RNN, EVEN, ABOVE),
        (RNN | {"return_sequences": [True]}, SEQUENCES, STEPS),
    ],
    RNNRegressor: [
        (RNN, SEQUENCES, MEANS),
        (RNN | {"return_sequences": [True]}, SEQUENCES, SUMS),
    ],
}


def flat(answer):
    """Return predictions, a list for rows of different lengths, as one array."""
    return np.concatenate([np.ravel(each) for each in answer])


def continued(net, rows, y, weight):
    """Return the network after three passes, and after two, a pickle, and another pass."""
    whole = net(3).fit(rows, y, weight)
    begun = net(2).set_params(warm_start=True).fit(rows, y, weight)
    begun = pickle.loads(pickle.dumps(begun)).set_params(max_iter=1).fit(rows, y, weight)
    return whole, begun


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", CASES)
def test_random_configurations(kind, seed):
    rng = np.random.default_rng(seed)
    fitted = 0
    for _ in range(40):
        choices, rows, y = CASES[kind][rng.integers(len(CASES[kind]))]
        params = {name: values[rng.integers(len(values))] for name, values in choices.items()}
        weight = None if rng.random() < 0.5 else rng.integers(1, 3, 40).astype(float)
        net = kind(max_iter=3, random_state=0, **params)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                net.fit(rows, y, weight)
            except (ValueError, TypeError) as error:
                assert len(str(error)) > 20
                assert not [name for name in vars(net) if name.endswith("_")]
                continue
        fitted += 1
        answer = flat(net.predict(rows))
        assert answer.dtype.kind not in "fc" or np.isfinite(answer).all(), params
        np.testing.assert_array_equal(flat(pickle.loads(pickle.dumps(net)).predict(rows)), answer)
        if kind is RNNRegressor:
            alone = flat([flat(net.predict([each])) for each in rows])
            scale = np.abs(answer).max()
            tolerance = 1e-4 if params["dtype"] == "float32" else 1e-9
            np.testing.assert_allclose(
                answer, alone, rtol=0, atol=tolerance * scale, err_msg=params
            )
    assert fitted > 15


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("kind", CASES)
def test_random_configurations_resume_exactly(kind, seed):
    rng = np.random.default_rng(100 + seed)
    compared = 0
    for _ in range(15):
        choices, rows, y = CASES[kind][rng.integers(len(CASES[kind]))]
        params = {name: values[rng.integers(len(values))] for name, values in choices.items()}
        if params["solver"] == "lbfgs" or params["learning_rate"] not in ("constant", "invscaling"):
            continue

        def net(passes, params=params):
            return kind(max_iter=passes, random_state=0, **params)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                whole, begun = continued(net, rows, y, None)
            except (ValueError, TypeError):
                continue
        compared += 1
        for layer, own in whole.get_weights().items():
            for key, array in own.items():
                np.testing.assert_array_equal(begun.get_weights()[layer][key], array, str(params))
    assert compared
