"""Starting from the weights of another network."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.initializers import Pretrained
from sknn.layers import BatchNorm, Dense
from tests.estimators.data import BINARY, REAL, THREE, X

FAST = {
    "hidden_layer_sizes": (6, 5),
    "learning_rate": "cosine",
    "max_iter": 5,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def source():
    return MLPClassifier(**FAST).fit(X, THREE)


def test_the_same_question_starts_from_the_same_answers(source):
    net = MLPClassifier(**FAST, weight_init=Pretrained(source)).initialize(X, THREE)
    assert_array_equal(net.predict_proba(X), source.predict_proba(X))


def test_another_question_takes_the_hidden_layers_only(source):
    start = Pretrained(source)
    net = MLPClassifier(**FAST, weight_init=start).initialize(X, BINARY)
    plain = MLPClassifier(**FAST).initialize(X, BINARY)
    for mine, theirs in zip(net.coefs_[:2], source.coefs_, strict=False):
        assert_array_equal(mine, theirs)
    assert_array_equal(net.coefs_[2], plain.coefs_[2])
    assert_array_equal(net.intercepts_[2], plain.intercepts_[2])
    # The same number of classes, but other classes.
    net = MLPClassifier(**FAST, weight_init=start).initialize(X, THREE + 1)
    assert (net.coefs_[2] != source.coefs_[2]).any()


def test_a_regressor_starts_in_the_units_of_y():
    source = MLPRegressor(**FAST).fit(X, REAL)
    net = MLPRegressor(**FAST, weight_init=Pretrained(source)).initialize(X, 10 * REAL + 7)
    assert_allclose(net.predict(X), source.predict(X), rtol=1e-9)


def test_the_arrays_are_copies():
    source = MLPClassifier(**FAST).fit(X, THREE)
    start, before = Pretrained(source), source.coefs_[0].copy()
    source.coefs_[0][...] = 0.0
    net = MLPClassifier(**FAST, weight_init=start).initialize(X, THREE)
    assert_array_equal(net.coefs_[0], before)
    net.coefs_[0][...] = 0.0
    assert_array_equal(start.weights["hidden0"]["W"], before)


def test_a_loss_with_more_raw_scores_takes_the_hidden_layers_only():
    source = MLPRegressor(**FAST).fit(X, REAL)
    settings = FAST | {"loss": "gaussian_nll", "weight_init": Pretrained(source)}
    net = MLPRegressor(**settings).initialize(X, REAL)
    assert_array_equal(net.coefs_[1], source.coefs_[1])
    assert net.coefs_[2].shape == (5, 2)
    again = MLPRegressor(**settings | {"weight_init": Pretrained(net)}).initialize(X, REAL)
    assert_array_equal(again.coefs_[2], net.coefs_[2])


def test_from_a_classifier_to_a_regressor(source):
    net = MLPRegressor(**FAST, weight_init=Pretrained(source), freeze=2).fit(X, REAL)
    assert_array_equal(net.coefs_[1], source.coefs_[1])
    assert net.coefs_[2].shape == (5, 1)


def test_chosen_layers(source):
    deeper = FAST | {"hidden_layer_sizes": (6, 9, 4)}
    start = Pretrained(source, layers=["hidden0"])
    net = MLPClassifier(**deeper, weight_init=start).initialize(X, THREE)
    assert_array_equal(net.coefs_[0], source.coefs_[0])
    start = Pretrained(source, layers="output")
    net = MLPClassifier(**FAST, weight_init=start).initialize(X, THREE + 5)
    assert_array_equal(net.coefs_[2], source.coefs_[2])


def test_batch_normalization_comes_along():
    layers = [Dense(6, "identity"), BatchNorm(), Dense(5, "relu")]
    settings = {"layers": layers, "learning_rate": "cosine", "max_iter": 4, "random_state": 0}
    source = MLPClassifier(**settings).fit(X, THREE)
    net = MLPClassifier(**settings, weight_init=Pretrained(source)).initialize(X, THREE)
    assert_array_equal(net.predict_proba(X), source.predict_proba(X))


def test_members():
    source = MLPClassifier(**FAST, n_members=2).fit(X, THREE)
    net = MLPClassifier(**FAST, n_members=2, weight_init=Pretrained(source)).initialize(X, THREE)
    assert_array_equal(net.predict_proba(X), source.predict_proba(X))
    single = MLPClassifier(**FAST).fit(X, THREE)
    net = MLPClassifier(**FAST, n_members=3, weight_init=Pretrained(single)).initialize(X, THREE)
    for member in net.coefs_[0]:
        assert_array_equal(member, single.coefs_[0])
    with pytest.raises(ValueError, match="Give both the same layers"):
        MLPClassifier(**FAST, weight_init=Pretrained(source)).fit(X, THREE)


def test_the_arrays_are_copied_when_the_start_is_made():
    source = MLPClassifier(**FAST).fit(X, THREE)
    start, before = Pretrained(source), source.coefs_[0].copy()
    source.fit(X, BINARY)
    net = MLPClassifier(**FAST, weight_init=start).initialize(X, THREE)
    assert_array_equal(net.coefs_[0], before)


def test_clone_pickle_and_get_params(source):
    net = MLPClassifier(**FAST, weight_init=Pretrained(source), freeze=1)
    assert not [name for name in net.get_params() if name.startswith("weight_init__")]
    twins = [clone(net), pickle.loads(pickle.dumps(net)), clone(clone(net))]
    for twin in twins:
        assert_array_equal(twin.fit(X, BINARY).coefs_[0], source.coefs_[0])
    assert repr(Pretrained(source)) == "Pretrained(MLPClassifier: hidden0, hidden1, output)"


def test_searches_and_cross_validation(source):
    grid = {
        "weight_init": ["auto", Pretrained(source)],
        "freeze": [None, 1, ["hidden0"]],
        "layer_rates": [None, {"hidden1": 0.5}],
    }
    search = GridSearchCV(MLPClassifier(**FAST), grid, cv=2, error_score="raise", n_jobs=2)
    search.fit(X, BINARY)
    assert len(search.cv_results_["params"]) == 12
    net = MLPClassifier(**FAST, weight_init=Pretrained(source), freeze=1)
    pipe = make_pipeline(StandardScaler(), net)
    assert np.isfinite(cross_val_score(pipe, X, BINARY, cv=3, error_score="raise")).all()


@pytest.mark.filterwarnings("ignore:lbfgs failed to converge")
@pytest.mark.parametrize("solver", ["adam", "lbfgs", "sgd"])
def test_every_solver(solver, source):
    settings = {k: v for k, v in FAST.items() if solver != "lbfgs" or k != "max_iter"}
    net = MLPClassifier(**settings, solver=solver, weight_init=Pretrained(source), freeze=1)
    assert_array_equal(net.fit(X, BINARY).coefs_[0], source.coefs_[0])


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_a_warm_run_continues_and_does_not_start_again(source):
    net = MLPClassifier(**FAST, weight_init=Pretrained(source), warm_start=True)
    once = net.fit(X, THREE).coefs_[0].copy()
    net.fit(X, THREE)
    assert (net.coefs_[0] != once).any()
    other = MLPClassifier(**FAST, weight_init=Pretrained(source), warm_start=True)
    other.fit(X, THREE).set_params(weight_init="auto").fit(X, THREE)
    assert_array_equal(other.coefs_[0], net.coefs_[0])


def test_a_bare_estimator_is_refused(source):
    with pytest.raises(TypeError, match=r"weight_init=Pretrained\(estimator\)"):
        MLPClassifier(**FAST, weight_init=source).fit(X, THREE)


@pytest.mark.parametrize("sizes", [(7, 5), (6,), (6, 5, 4)], ids=str)
def test_layers_that_do_not_fit(sizes, source):
    net = MLPClassifier(**FAST | {"hidden_layer_sizes": sizes}, weight_init=Pretrained(source))
    with pytest.raises(ValueError, match=r"Pretrained\(..., layers=\[...\]\)"):
        net.fit(X, THREE)
    assert not hasattr(net, "network_")


def test_features_that_do_not_fit(source):
    with pytest.raises(ValueError, match=r"layer 'hidden0' with W \(5, 6\)"):
        MLPClassifier(**FAST, weight_init=Pretrained(source)).fit(X[:, :4], THREE)


def test_sources_that_are_none(source):
    with pytest.raises(NotFittedError):
        Pretrained(MLPClassifier())
    with pytest.raises(TypeError, match="needs a fitted network of sknn"):
        Pretrained(LinearRegression().fit(X, REAL))
    for layers in (["hidden7"], []):
        with pytest.raises(ValueError, match="must name layers with weights"):
            Pretrained(source, layers=layers)
    with pytest.raises(ValueError, match="'weight_init' parameter of Dense"):
        MLPClassifier(layers=[Dense(4, weight_init=Pretrained(source))]).fit(X, THREE)


def test_transfer_wins_on_few_labels():
    X, y = load_digits(return_X_y=True)
    settings = {"hidden_layer_sizes": (64, 32), "learning_rate": "cosine", "max_iter": 100}
    gains = []
    for seed in range(5):
        X_source, X_rest, y_source, y_rest = train_test_split(
            X / 16, y, train_size=1000, stratify=y, random_state=seed
        )
        net = MLPClassifier(**settings, learning_rate_init=0.005, random_state=seed)
        start = Pretrained(net.fit(X_source, y_source))
        X_few, X_test, y_few, y_test = train_test_split(
            X_rest, y_rest % 2, train_size=50, stratify=y_rest % 2, random_state=seed
        )
        net.set_params(learning_rate_init=0.01, batch_size=10)
        scratch = clone(net).fit(X_few, y_few).score(X_test, y_test)
        net = clone(net).set_params(weight_init=start, freeze=1)
        gains.append(net.fit(X_few, y_few).score(X_test, y_test) - scratch)
    assert np.mean(gains) > 2 * np.std(gains, ddof=1) / len(gains) ** 0.5 > 0
