"""Every configuration of every public estimator in the contract tests."""

import copy

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_iris

from sknn import GAN, DBNClassifier, DBNRegressor, TableSynthesizer
from sknn.persistence import onnx_inputs, to_onnx
from sknn.persistence.onnx.convert import family_of
from tests.cases.estimators import ROWS
from tests.persistence.onnx.running import DTYPES, assert_near, run

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
X, KINDS = load_iris(return_X_y=True)
SCALED = (X - X.mean(axis=0)) / X.std(axis=0)
SHARES = (X - X.min(axis=0)) / np.ptp(X, axis=0)
NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
QUESTIONS = {
    "label": "predict",
    "probabilities": "predict_proba",
    "predictions": "predict",
    "codes": "transform",
    "reconstruction": "predict",
    "hidden": "transform",
    "encoded": "transform",
    "scores": "score_samples",
}


def rows_for(estimator):
    """Return rows and targets that suit an estimator."""
    bits = isinstance(estimator, (DBNClassifier, DBNRegressor)) or hasattr(estimator, "n_gibbs")
    y = (
        NAMES
        if is_classifier(estimator)
        else 3.0 * SCALED[:, 0]
        if is_regressor(estimator)
        else KINDS
    )
    return (SHARES if bits else SCALED), y


def in_dtype(estimator, dtype):
    """Return an estimator whose network computes in `dtype`, with the same rounding."""
    twin = copy.copy(family_of(estimator).estimator)
    if "network_" in vars(twin):
        twin.network_ = twin.network_.copy(dtype)
    return twin


WRITTEN = [row for row in ROWS if not isinstance(row.estimator, TableSynthesizer)]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("row", WRITTEN, ids=str)
def test_every_configuration_answers_the_same(row, dtype):
    estimator = clone(row.estimator)
    rows, y = rows_for(estimator)
    estimator.fit(rows, y)
    told = {"part": "discriminator"} if isinstance(estimator, GAN) else {}
    inputs = onnx_inputs(estimator, rows, dtype)
    if told:
        inputs["y"] = y
    twin, arguments = in_dtype(estimator, dtype), (rows, y)[: 1 + len(told)]
    found = run(to_onnx(estimator, dtype, **told), inputs)
    assert found
    for name, answer in found.items():
        expected = getattr(twin, QUESTIONS[name])(*arguments)
        if name == "label":
            np.testing.assert_array_equal(answer, expected)
        else:
            assert_near(answer, expected, dtype)
