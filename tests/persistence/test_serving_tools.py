"""MLflow and BentoML store estimators of sknn as they store those of scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.persistence import trusted_types

pytestmark = pytest.mark.filterwarnings("ignore")
X = np.random.default_rng(0).normal(size=(40, 4))
Y = (X[:, 0] > 0).astype(int)


@pytest.fixture
def model():
    return make_pipeline(StandardScaler(), MLPClassifier((4,), max_iter=5, random_state=0)).fit(
        X, Y
    )


@pytest.mark.parametrize("way", ["cloudpickle", "skops"])
def test_mlflow(tmp_path, model, way):
    flavor = pytest.importorskip("mlflow.sklearn", reason="saves with MLflow")
    names = getattr(flavor, "SUPPORTED_SERIALIZATION_FORMATS", ())
    if way not in names:
        pytest.skip(f"this MLflow does not write {way}")
    more = {"skops_trusted_types": trusted_types()} if way == "skops" else {}
    flavor.save_model(model, tmp_path / "model", serialization_format=way, **more)
    assert_array_equal(flavor.load_model(tmp_path / "model").predict(X), model.predict(X))


def test_bentoml(tmp_path, model, monkeypatch):
    monkeypatch.setenv("BENTOML_HOME", str(tmp_path))
    monkeypatch.setenv("BENTOML_DO_NOT_TRACK", "True")
    flavor = pytest.importorskip("bentoml", reason="saves with BentoML").sklearn
    flavor.save_model("net", model)
    assert_array_equal(flavor.load_model("net:latest").predict(X), model.predict(X))
