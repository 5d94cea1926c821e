"""scikit-learn's own checks, on every public estimator in many configurations.

The rows are in `tests/cases/estimators.py`. The checks run one by one, so that a failure names its
check.
"""

import pytest
from sklearn.base import clone
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from tests.cases.estimators import ROWS
from tests.checks.public import estimators

# Defined by scikit-learn, but run on its own estimators only.
FURTHER = [
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


def marks(row, check_name):
    found = [pytest.mark.filterwarnings(text) for text in row.warnings]
    reasons = [why for start, why in row.failing.items() if check_name.startswith(start)]
    return found + [pytest.mark.xfail(reason=reason, strict=True) for reason in reasons]


def cases():
    for row in ROWS:
        for estimator, check in estimator_checks_generator(row.estimator):
            name = check.func.__name__
            words = "".join(f"-{value}" for value in check.keywords.values())
            yield pytest.param(estimator, check, id=f"{row}-{name}{words}", marks=marks(row, name))


@pytest.mark.parametrize(("estimator", "check"), list(cases()))
def test_estimator_checks(estimator, check):
    check(estimator)


# None of the further checks depends on accuracy.
BRIEF = {"max_iter": 3, "n_iter": 3, "pretrain_n_iter": 1}


def brief(estimator):
    return clone(estimator).set_params(**{k: BRIEF[k] for k in BRIEF.keys() & vars(estimator)})


def further_cases():
    for row in ROWS:
        for name in FURTHER if row.further else ():
            yield pytest.param(row, name, id=f"{row}-{name}", marks=marks(row, name))


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize(("row", "check_name"), list(further_cases()))
def test_further_checks(row, check_name):
    check = getattr(estimator_checks, check_name, None)
    if check is None:
        pytest.skip("not in this version of scikit-learn")
    check(type(row.estimator).__name__, brief(row.estimator))


@pytest.mark.parametrize("kind", estimators(), ids=lambda kind: kind.__name__)
def test_every_estimator_has_a_row(kind):
    rows = [row for row in ROWS if type(row.estimator) is kind]
    assert rows, f"{kind.__name__} has no row: enter one in tests/cases/estimators.py"


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_expected_failure_is_of_a_check_that_there_is(row):
    known = {check.func.__name__ for _, check in estimator_checks_generator(row.estimator)}
    known |= set(FURTHER)
    for start in row.failing:
        assert any(name.startswith(start) for name in known), start
