"""scikit-learn's own checks, on every estimator in many configurations.

The checks are run one by one, so that a failure names its check.
"""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from sknn import AutoEncoder, MLPClassifier, MLPRegressor

KINDS = (MLPClassifier, MLPRegressor)
# Few epochs are enough for the checks that do not ask for accuracy.
BRIEF = {"max_iter": 60, "learning_rate_init": 0.01}
CONFIGURATIONS = {
    "default": {},
    "deep": {"hidden_layer_sizes": (16, 8), "normalization": "layer"} | BRIEF,
    "sgd": {"solver": "sgd", "max_iter": 60, "learning_rate_init": 0.05},
    "lbfgs": {"solver": "lbfgs", "hidden_layer_sizes": (10,)},
    "members": {"n_members": 3, "max_iter": 40, "learning_rate_init": 0.01},
}
# What is drawn for every row is drawn twice for a row that stands twice (law 2).
PER_ROW = {
    "dropout": {"dropout": 0.1} | BRIEF,
    "small batches": {"batch_size": 4, "max_iter": 20, "learning_rate_init": 0.01},
    "early stopping": {"early_stopping": True, "validation_fraction": 0.25} | BRIEF,
}
CODERS = {
    "default": {},
    "deep": {"hidden_layer_sizes": (16, 4)} | BRIEF,
    "tied": {"tied_weights": True, "activation": "tanh"} | BRIEF,
    "sparse": {"sparsity": 0.2, "activation": "logistic"} | BRIEF,
    "contractive": {"contraction": 0.1, "activation": "tanh"} | BRIEF,
    "batch norm": {"hidden_layer_sizes": (8, 4), "normalization": "batch"} | BRIEF,
    "sgd": {"solver": "sgd", "max_iter": 60, "learning_rate_init": 0.05},
    "lbfgs": {"solver": "lbfgs", "hidden_layer_sizes": (2,), "max_iter": 20},
}
CODERS_PER_ROW = {
    "dropout": {"corruption": "gaussian"} | BRIEF,
    "variational": {"variational": True, "hidden_layer_sizes": (8, 2)} | BRIEF,
    "layerwise": {"pretrain": "layerwise", "corruption": "masking"} | BRIEF,
}
WEIGHTS = {
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
}
# These call partial_fit(X, y), which without X_val raises scikit-learn's error where
# early_stopping is on (law 7); scikit-learn's own MLP fails them for the same reason.
STREAMS = {
    "check_fit_score_takes_y",
    "check_n_features_in_after_fitting",
    "check_estimators_partial_fit_n_features",
}


def expected_failure(configuration, check_name):
    if configuration in PER_ROW | CODERS_PER_ROW and check_name in WEIGHTS:
        return "order, noise and split are drawn for each row"
    if configuration == "early stopping" and check_name in STREAMS:
        return "partial_fit with early_stopping=True asks for X_val"
    return None


def cases():
    every = [(kind, CONFIGURATIONS | PER_ROW) for kind in KINDS]
    for kind, configurations in [*every, (AutoEncoder, CODERS | CODERS_PER_ROW)]:
        for configuration, parameters in configurations.items():
            network = kind(random_state=0, **parameters)
            for estimator, check in estimator_checks_generator(network):
                name = check.func.__name__
                reason = expected_failure(configuration, name)
                marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
                words = "".join(f"-{value}" for value in check.keywords.values())
                test_id = f"{kind.__name__}-{configuration}-{name}{words}"
                yield pytest.param(estimator, check, id=test_id, marks=marks)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1 or larger")
# Three checks draw columns of mean 100 and standard deviation 1.
@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
@pytest.mark.parametrize(("estimator", "check"), list(cases()))
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
KEPT = {name: CONFIGURATIONS[name] for name in ("deep", "lbfgs", "members")}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize("check_name", MORE_CHECKS)
@pytest.mark.parametrize(
    ("kind", "parameters"),
    [(kind, parameters) for kind in KINDS for parameters in KEPT.values()]
    + [(AutoEncoder, CODERS[name]) for name in ("default", "deep", "sparse")],
)
def test_further_checks(kind, parameters, check_name):
    check = getattr(estimator_checks, check_name, None)
    if check is None:
        pytest.skip("not in this version of scikit-learn")
    check(kind.__name__, kind(random_state=0, **parameters))
