"""Depth, width, and the parameters of every spec can be searched."""

import numpy as np
import pytest
from scipy.stats import loguniform, randint
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingRandomSearchCV, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.layers import Dense, Dropout
from sknn.losses import Focal, Huber
from sknn.optimizers import SGD, Adam
from sknn.schedules import Cosine, Exponential
from tests.estimators.data import BINARY, REAL, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SIZES = [(), (3,), 4, [5, 2], (4, 3, 2)]


def layered(kind=MLPClassifier, **params):
    layers = [Dense(4), Dropout(0.1), Dense(3, name="wide")]
    own = {"layers": layers, "solver": Adam(), "learning_rate": Cosine(), "max_iter": 3}
    own["loss"] = Focal() if kind is MLPClassifier else Huber()
    return kind(**own | {"random_state": 0} | params)


SPACE = {
    "hidden0__units": [2, 6],
    "hidden0__activation": [None, "tanh"],
    "dropout0__rate": [0.0, 0.3],
    "wide": [Dense(5, name="wide"), Dense(3, "tanh", name="wide")],
    "solver__beta_1": [0.8, 0.9],
    "learning_rate__final": [0.0, 0.1],
    "loss__gamma": [1.0, 2.0],
}


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_depth_and_width_in_a_grid(kind):
    net = kind(max_iter=3, random_state=0)
    search = GridSearchCV(net, {"hidden_layer_sizes": SIZES}, cv=2, error_score="raise")
    search.fit(X, BINARY if kind is MLPClassifier else REAL)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    depth = {0: (), 1: (3,), 2: 4, 3: [5, 2], 4: (4, 3, 2)}[search.best_index_]
    assert search.best_params_ == {"hidden_layer_sizes": depth}
    assert search.best_estimator_.hidden_layer_sizes == depth


def test_every_spec_has_keys_in_a_grid():
    space = {key: values[:2] for key, values in SPACE.items() if key in ("hidden0__units", "wide")}
    space |= {key: values[-1:] for key, values in SPACE.items() if key not in space}
    model = layered()
    search = GridSearchCV(model, space, cv=2, n_jobs=2, error_score="raise").fit(X, BINARY)
    best = search.best_estimator_
    assert best.solver.beta_1 == 0.9 and best.learning_rate.final == 0.1 and best.loss.gamma == 2.0
    assert best.layers[1].rate == 0.3 and best.layers[0].activation == "tanh"
    assert best.coefs_[0].shape == (5, search.best_params_["hidden0__units"])
    assert best.coefs_[1].shape[1] == search.best_params_["wide"].units
    assert model.layers[0].units == 4 and model.layers[2].units == 3, (
        "the model itself is as it was"
    )


def test_whole_lists_of_layers_and_other_specs_are_values():
    space = {
        "layers": [[Dense(3)], [Dense(4), Dropout(0.2), Dense(2)]],
        "solver": [SGD(), "adam", Adam(0.8)],
        "learning_rate": [Exponential(), "constant"],
    }
    net = MLPClassifier(max_iter=2, random_state=0)
    search = GridSearchCV(net, space, cv=2, error_score="raise").fit(X, BINARY)
    assert len(search.cv_results_["params"]) == 12
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_random_search_behind_a_scaler():
    space = {f"mlpclassifier__{key}": values for key, values in SPACE.items()}
    space["mlpclassifier__hidden0__units"] = randint(2, 9)
    space["mlpclassifier__learning_rate_init"] = loguniform(1e-4, 1e-1)
    search = RandomizedSearchCV(
        make_pipeline(StandardScaler(), layered()),
        space,
        n_iter=6,
        cv=2,
        random_state=0,
        error_score="raise",
    ).fit(X, BINARY)
    best = search.best_estimator_[-1]
    assert best.coefs_[0].shape[1] == search.best_params_["mlpclassifier__hidden0__units"]


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_halving_with_epochs_as_the_resource(kind):
    search = HalvingRandomSearchCV(
        kind(random_state=0),
        {"hidden_layer_sizes": SIZES, "learning_rate_init": loguniform(1e-3, 1e-1)},
        n_candidates=8,
        resource="max_iter",
        min_resources=2,
        max_resources=8,
        factor=2,
        cv=2,
        random_state=0,
        error_score="raise",
    ).fit(X, BINARY if kind is MLPClassifier else REAL)
    assert list(search.n_resources_) == [2, 4, 8]
    assert list(search.n_candidates_) == [8, 4, 2]
    assert search.best_estimator_.n_iter_ == search.best_estimator_.max_iter == 8


@pytest.mark.parametrize(
    "key", ["hidden9__units", "solver__beta_3", "wide__width", "learning_rate__epoch"]
)
def test_a_key_that_does_not_exist(key):
    with pytest.raises(ValueError, match="Invalid parameter"):
        layered().set_params(**{key: 1})


@pytest.mark.parametrize("name", ["solver", "loss", "activation", "learning_rate"])
def test_a_key_of_a_spec_given_by_name(name):
    with pytest.raises(ValueError, match=rf"{name}='\w+' is a name.*pass an object"):
        MLPClassifier().set_params(**{f"{name}__anything": 0.9})


def test_a_name_may_be_replaced_along_with_its_parameters():
    net = MLPClassifier().set_params(solver=Adam(), solver__beta_1=0.8)
    assert net.solver.beta_1 == 0.8
