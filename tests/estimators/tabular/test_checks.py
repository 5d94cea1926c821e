"""scikit-learn's own checks."""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from sknn import TabularMLPClassifier, TabularMLPRegressor
from tests.estimators.tabular.parts import KINDS

BRIEF = {
    "hidden_layer_sizes": (16,),
    "n_members": 2,
    "n_splits": 2,
    "max_iter": 16,
    "random_state": 0,
}
NETWORKS = [kind(**BRIEF) for kind in KINDS] + [
    # One check trains 1,000 epochs: without rows held out relu units learn single rows by heart.
    TabularMLPClassifier(**BRIEF | {"n_splits": 1}, linear_path=1.0, activation="selu"),
    TabularMLPRegressor(**BRIEF | {"n_members": 1}, bins="quantile"),
]


WEIGHTS = "folds, order and dropout are drawn for each row"
CHECKS = [
    pytest.param(
        estimator,
        check,
        id=f"{place}-{check.func.__name__}",
        marks=[pytest.mark.xfail(reason=WEIGHTS, strict=True)]
        if check.func.__name__ == "check_sample_weight_equivalence_on_dense_data"
        else [],
    )
    for place, network in enumerate(NETWORKS)
    for estimator, check in estimator_checks_generator(network)
]


@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_estimator_checks(estimator, check):
    check(estimator)


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


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize("check_name", MORE_CHECKS)
@pytest.mark.parametrize("kind", KINDS)
def test_further_checks(kind, check_name):
    check = getattr(estimator_checks, check_name, None)
    if check is None:
        pytest.skip("not in this version of scikit-learn")
    check(kind.__name__, kind(**BRIEF))
