"""scikit-learn's own checks, on every public estimator in many configurations.

The rows are in `tests/cases/estimators.py`. The checks run one by one, so that a failure names its
check. Estimators with their defaults always train in full; the others do so where a check asks how
well they learned, and train a few epochs elsewhere.
"""

from functools import partial
from unittest import SkipTest

import pytest
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator

from tests.cases.estimators import ROWS
from tests.checks.contract import brief, checks_of
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


def has_defaults(estimator):
    return repr(estimator) == f"{type(estimator).__name__}(random_state=0)"


def case(row, estimator, check, name, words=""):
    why = [reason for start, reason in row.failing.items() if name.startswith(start)]
    filters = [pytest.mark.filterwarnings(text) for text in row.warnings]
    return pytest.param(estimator, check, " ".join(why), id=f"{row}-{name}{words}", marks=filters)


def run(check, why):
    """Run a check that fails exactly if there is a reason why.

    The mark xfail would have pytest parse the whole file of the checks for each failure.
    """
    try:
        check()
    except Exception as error:
        if not why or isinstance(error, SkipTest):
            raise
    else:
        assert not why, f"passes, although {why}"
        return
    pytest.xfail(why)


def cases():
    for row in ROWS:
        short = row.estimator if has_defaults(row.estimator) else brief(row.estimator)
        for estimator, check in checks_of(row.estimator, short):
            name = check.func.__name__
            words = "".join(f"-{value}" for value in check.keywords.values())
            yield case(row, estimator, check, name, words)


@pytest.mark.parametrize(("estimator", "check", "why"), list(cases()))
def test_estimator_checks(estimator, check, why):
    run(partial(check, estimator), why)


def further_cases():
    for row in ROWS:
        for name in FURTHER if row.further else ():
            yield case(row, row.estimator, name, name)


@pytest.mark.filterwarnings("ignore:X (has|does not have valid) feature names")
@pytest.mark.parametrize(("estimator", "check", "why"), list(further_cases()))
def test_further_checks(estimator, check, why):
    found = getattr(estimator_checks, check, None)
    if found is None:
        pytest.skip("not in this version of scikit-learn")
    run(partial(found, type(estimator).__name__, brief(estimator)), why)


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
