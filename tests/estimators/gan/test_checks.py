"""scikit-learn's own checks, on GANs with every objective."""

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from sknn import GAN

CONFIGURATIONS = {
    "default": {},
    "wasserstein": {"objective": "wasserstein_gp", "n_critic": 2},
    "penalised": {"objective": "minimax", "gradient_penalty": 0.1, "instance_noise": 0.1},
    "least squares": {"objective": "least_squares", "label_smoothing": 0.1, "averaging": 0.0},
}
PER_ROW = "latent numbers are drawn for each row"
WEIGHTS = "check_sample_weight_equivalence"


def network(configuration):
    brief = {"max_iter": 10, "latent_dim": 4, "random_state": 0}
    return GAN(16, 16, **brief, **CONFIGURATIONS[configuration])


def cases():
    for configuration in CONFIGURATIONS:
        for estimator, check in estimator_checks_generator(network(configuration)):
            name = check.func.__name__
            failing = name.startswith(WEIGHTS)
            marks = [pytest.mark.xfail(reason=PER_ROW, strict=True)] if failing else []
            words = "".join(f"-{value}" for value in check.keywords.values())
            yield pytest.param(estimator, check, id=f"{configuration}-{name}{words}", marks=marks)


@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
@pytest.mark.parametrize(("estimator", "check"), list(cases()))
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
    "check_estimators_partial_fit_n_features",
    "check_estimator_repr",
]


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize("check_name", MORE_CHECKS)
def test_further_checks(check_name):
    check = getattr(estimator_checks, check_name, None)
    if check is None:
        pytest.skip("not in this version of scikit-learn")
    check("GAN", network("default"))
