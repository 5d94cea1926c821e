"""scikit-learn's own checks, on both estimators in many configurations and with no exceptions."""

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

from sknn import MLPClassifier, MLPRegressor

# A model of few epochs is enough for the checks that do not ask for accuracy.
CONFIGURATIONS = {
    "default": {"max_iter": 60, "learning_rate_init": 0.01},
    "deep": {
        "hidden_layer_sizes": (16, 8),
        "normalization": "layer",
        "max_iter": 60,
        "learning_rate_init": 0.01,
    },
    "sgd": {"solver": "sgd", "max_iter": 60, "learning_rate_init": 0.05},
    "lbfgs": {"solver": "lbfgs", "hidden_layer_sizes": (10,), "max_iter": 60},
    "members": {"n_members": 3, "max_iter": 40, "learning_rate_init": 0.01},
}
# Law 2: what is drawn for each row differs where a row stands twice.
PER_ROW = {
    "dropout": {"dropout": 0.1, "max_iter": 60, "learning_rate_init": 0.01},
    "small batches": {"batch_size": 4, "max_iter": 20, "learning_rate_init": 0.01},
    "early stopping": {
        "early_stopping": True,
        "validation_fraction": 0.25,
        "max_iter": 60,
        "learning_rate_init": 0.01,
    },
}
WEIGHT_CHECKS = dict.fromkeys(
    (
        "check_sample_weight_equivalence_on_dense_data",
        "check_sample_weight_equivalence_on_sparse_data",
    ),
    "order, noise and split are drawn row by row, so a row that stands twice is drawn for twice",
)


def build(kind, parameters):
    return kind(random_state=0, **parameters)


def pairs():
    for kind in (MLPClassifier, MLPRegressor):
        for name, parameters in CONFIGURATIONS.items():
            for estimator, check in estimator_checks_generator(build(kind, parameters)):
                yield name, kind, estimator, check, False
        for name, parameters in PER_ROW.items():
            for estimator, check in estimator_checks_generator(build(kind, parameters)):
                yield name, kind, estimator, check, check.func.__name__ in WEIGHT_CHECKS


def cases():
    for name, kind, estimator, check, expected in pairs():
        arguments = "".join(f"-{value}" for value in check.keywords.values())
        reason = WEIGHT_CHECKS.get(check.func.__name__, "")
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if expected else []
        test_id = f"{kind.__name__}-{name}-{check.func.__name__}{arguments}"
        yield pytest.param(estimator, check, id=test_id, marks=marks)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:.*clipped.*")
@pytest.mark.parametrize(("estimator", "check"), list(cases()))
def test_estimator_checks(estimator, check):
    check(estimator)
