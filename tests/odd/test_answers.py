"""Finite rows give finite results, or an error that names X."""

import warnings

import numpy as np
import pytest

import sknn
from sknn.losses import Quantile
from tests.checks.public import networks
from tests.estimators.data import BINARY, LABELS, REAL, THREE, TWO_LABELS, X, target_of

HUGE = {np.float64: (1e30, 1e200, 1e300, 1.7e308), np.float32: (1e15, 1e19, 1e30, 3e38)}
SHARES = 1.0 / (1.0 + np.exp(-X))
SIGNS = np.array([[1, -1, 1, -1, 1], [-1, -1, 1, 1, -1], [1, 1, 1, 1, 1]])
METHODS = (
    *("predict", "predict_proba", "predict_log_proba", "decision_function", "transform"),
    *("activations", "score_samples", "free_energy", "reconstruct", "gibbs", "log_likelihood"),
    *("predict_outlier", "inverse_transform", "score"),
)
NETS = {
    "MLPClassifier": (BINARY, {}),
    "MLPClassifier, members": (THREE, {"n_members": 2}),
    "MLPClassifier, labels": (LABELS, {"n_members": 2, "activation": "identity"}),
    "MLPClassifier, outputs": (TWO_LABELS, {}),
    "MLPClassifier, hinge": (BINARY, {"loss": "hinge"}),
    "MLPClassifier, softplus": (BINARY, {"activation": "softplus", "normalization": "layer"}),
    "MLPRegressor": (REAL, {"n_members": 2}),
    "MLPRegressor, poisson": (np.abs(REAL), {"loss": "poisson", "n_members": 2}),
    "MLPRegressor, spread": (REAL, {"loss": "gaussian_nll", "n_members": 2}),
    "MLPRegressor, quantiles": (REAL, {"loss": Quantile([0.1, 0.5]), "n_members": 2}),
    "CNNClassifier": (BINARY, {}),
    "CNNRegressor": (REAL, {}),
    "RNNClassifier": (BINARY, {}),
    "RNNRegressor": (X, {"return_sequences": True}),
    "DBNClassifier": (BINARY, {"hidden_layer_sizes": (3,), "pretrain_n_iter": 1}),
    "TabularMLPClassifier": (BINARY, {"preset": "fast"}),
    "TabularMLPRegressor": (REAL, {"preset": "fast", "output_range": None}),
    "AutoEncoder": (None, {"hidden_layer_sizes": 2}),
    "AutoEncoder, identity": (None, {"hidden_layer_sizes": 2, "output_activation": "identity"}),
    "BernoulliRBM": (None, {"n_components": 4}),
    "GaussianRBM": (None, {"n_components": 4}),
    "GAN": (None, {}),
    "GAN, classes": (BINARY, {}),
}
NETS |= {kind.__name__: (target_of(kind), {}) for kind in networks() if kind.__name__ not in NETS}


def arrays(answer):
    if isinstance(answer, (list, tuple)):
        for each in answer:
            yield from arrays(each)
    else:
        yield np.asarray(answer, float)


def asked(net, y, rows):
    """Yield the calls of every method."""
    for method in METHODS:
        if hasattr(net, method):
            call = getattr(net, method)
            codes = rows[:, :2] if method == "inverse_transform" else rows
            own = (y[:3],) if method == "score" and y is not None else ()
            yield method, lambda call=call, codes=codes, own=own: call(codes, *own)
            spread = "predict" if hasattr(net, "output_range") else "predict_proba"
            if method == spread and getattr(net, "n_members", 1) == 2:
                yield method, lambda call=call: call(rows, return_std=True)
            loss = getattr(net, "loss", None)
            if method == "predict" and isinstance(loss, Quantile):
                yield method, lambda call=call, q=loss.q: call(rows, return_quantiles=q)


@pytest.mark.parametrize("dtype", HUGE)
@pytest.mark.parametrize("name", NETS)
def test_finite_or_an_error(name, dtype):
    y, more = NETS[name]
    epochs = {"n_iter": 1} if "RBM" in name else {"max_iter": 1}
    net = getattr(sknn, name.split(",")[0])(random_state=0, **epochs, **more)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(SHARES.astype(dtype), *(() if y is None else (y,)))
    for size in HUGE[dtype]:
        for rows in (np.full((3, 5), size, dtype), (size * SIGNS).astype(dtype)):
            for method, call in asked(net, y, rows):
                try:
                    answer = call()
                except ValueError as error:
                    assert "X" in str(error) and "large" in str(error), (method, str(error))
                else:
                    assert all(np.isfinite(each).all() for each in arrays(answer)), (method, size)
