"""A search has the tags and methods of its network, and needs y if the network does."""

import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags

from sknn import AutoEncoder, GaussianRBM, MLPClassifier, MLPRegressor
from sknn.search import ArchitectureSearchCV
from tests.estimators.data import THREE, X

BRIEF = {"max_iter": 4, "learning_rate_init": 0.01, "random_state": 0}
MODELS = {
    # Some checks depend on accuracy.
    "classifier": MLPClassifier((10,), solver="lbfgs", max_iter=30, random_state=0),
    "regressor": MLPRegressor(hidden_layer_sizes=(4,), solver="lbfgs", **BRIEF),
    "pipeline": make_pipeline(StandardScaler(), MLPClassifier((4,), **BRIEF)),
    "coder": AutoEncoder((2,), **BRIEF),
    "machine": GaussianRBM(2, n_iter=2, random_state=0),
}
SPACES = {"pipeline": {"mlpclassifier__alpha": [1e-4, 1e-2]}, "machine": {"momentum": [0.0, 0.5]}}


def search(kind):
    space = SPACES.get(kind, {"alpha": [1e-4, 1e-2]})
    return ArchitectureSearchCV(MODELS[kind], space, n_candidates=2, cv=2, random_state=0)


@pytest.mark.parametrize("kind", MODELS)
def test_tags_are_those_of_the_estimator(kind):
    ours, theirs = get_tags(search(kind)), get_tags(MODELS[kind])
    for name in ("estimator_type", "transformer_tags", "input_tags", "target_tags"):
        assert getattr(ours, name) == getattr(theirs, name), name


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_what_the_best_estimator_says():
    found = search("classifier")
    for name in ("n_iter_", "n_features_in_", "classes_"):
        assert not hasattr(found, name)
    assert (found.fit_transform(X, THREE) == found.transform(X)).all()
    assert found.n_iter_ == found.best_estimator_.n_iter_ == 30
    assert not hasattr(search("classifier").set_params(refit=False), "fit_transform")


def test_a_missing_y_is_named():
    with pytest.raises(ValueError, match="requires y to be passed"):
        search("classifier").fit(X)
    assert search("coder").fit(X).best_index_ in (0, 1)
