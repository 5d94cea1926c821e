"""scikit-learn's own checks, on rows laid flat."""

import numpy as np
import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from sknn import CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor

BRIEF = {"max_iter": 40, "learning_rate_init": 0.01, "batch_size": 1000, "random_state": 0}
CNN = {"filters": (8,), "hidden_layer_sizes": (16,)} | BRIEF
# Rounding grows along the way of training; where it is short and slow, no difference is seen.
RNN = {"units": (12,)} | BRIEF | {"max_iter": 30}
NETWORKS = {
    "cnn-classifier": CNNClassifier(**CNN),
    "cnn-regressor": CNNRegressor(**CNN),
    "cnn-deep": CNNClassifier((4, 8), pooling="average", normalization="layer", **BRIEF),
    "cnn-members": CNNRegressor(n_members=2, **CNN),
    "rnn-classifier": RNNClassifier(**RNN),
    "rnn-regressor": RNNRegressor(**RNN | {"max_iter": 40, "learning_rate_init": 0.02}),
    "rnn-gru": RNNClassifier(**RNN, cell="gru", bidirectional=True),
    "rnn-elman": RNNRegressor(**RNN, cell="elman", hidden_layer_sizes=(8,)),
    "rnn-jordan": RNNClassifier(**RNN, cell="jordan", n_members=2),
}
CHECKS = [
    pytest.param(estimator, check, id=f"{name}-{check.func.__name__}-{i}")
    for name, network in NETWORKS.items()
    for i, (estimator, check) in enumerate(estimator_checks_generator(network))
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1 or larger")
# Some checks draw columns of mean 100 and standard deviation 1.
@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_estimator_checks(estimator, check):
    check(estimator)


# Defined by scikit-learn, but run on its own estimators only.
MORE_CHECKS = [
    "check_dataframe_column_names_consistency",
    "check_get_feature_names_out_error",
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_global_output_transform_pandas",
    "check_global_set_output_transform_polars",
    "check_inplace_ensure_writeable",
    "check_estimators_partial_fit_n_features",
    "check_estimator_repr",
]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1 or larger")
@pytest.mark.parametrize("check_name", MORE_CHECKS)
@pytest.mark.parametrize("name", ["cnn-classifier", "cnn-members", "rnn-classifier", "rnn-jordan"])
def test_further_checks(name, check_name):
    check = getattr(estimator_checks, check_name, None)
    if check is None:
        pytest.skip("not in this version of scikit-learn")
    network = NETWORKS[name]
    check(type(network).__name__, network)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("cell", ["elman", "jordan", "lstm", "gru"])
def test_weights_are_repetitions_until_training_turns_steep(cell):
    # In 200 epochs rounding grows beyond what scikit-learn's check bears (differences page).
    rng = np.random.default_rng(0)
    X, y, weight = rng.uniform(size=(15, 30)), rng.integers(0, 3, 15), rng.integers(0, 4, 15)
    for kind, answer in ((RNNClassifier, "predict_proba"), (RNNRegressor, "predict")):
        nets = [kind(cell=cell, max_iter=20, random_state=0) for _ in range(2)]
        nets[0].fit(X, y, sample_weight=weight)
        nets[1].fit(X.repeat(weight, axis=0), y.repeat(weight))
        one, other = (getattr(net, answer)(X) for net in nets)
        np.testing.assert_allclose(one, other, rtol=1e-7, atol=1e-9)
