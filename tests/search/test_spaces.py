"""Ready-made spaces: every candidate drawn from them can be trained."""

import pickle

import numpy as np
import pytest
from scipy.stats import loguniform
from sklearn.base import clone
from sklearn.model_selection import ParameterSampler
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    GaussianRBM,
    MLPClassifier,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.layers import Dense, Elman
from sknn.search import ArchitectureSearchCV, LayerSizes, space, spaces
from tests.checks.public import networks
from tests.estimators.data import REAL, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
WITHOUT = (GAN, BernoulliRBM, GaussianRBM)
NETWORKS = [kind for kind in networks() if kind not in WITHOUT and hasattr(kind, "resume")]


@pytest.mark.parametrize("kind", NETWORKS, ids=lambda kind: kind.__name__)
def test_every_network_has_a_space_that_works(kind):
    y = REAL if kind.__name__.endswith("Regressor") else THREE
    small = {"pretrain_n_iter": [1]} if kind.__name__.startswith("DBN") else {}
    model = make_pipeline(StandardScaler(), kind(max_iter=2, random_state=0))
    try:
        usual = space(kind())
    except ValueError as error:
        pytest.fail(f"{error} Enter one in _SPACES of sknn/search/spaces.py.")
    if any(isinstance(each, LayerSizes) for each in usual.values()):
        small["units"] = (2, 5)
    found = space(model, **small)
    assert all(name.startswith(f"{kind.__name__.lower()}__") for name in found)
    search = ArchitectureSearchCV(
        model, found, n_candidates=4, cv=2, random_state=0, error_score="raise"
    ).fit(X, y)
    assert set(search.best_params_) == set(found)
    assert set(space(kind())) <= set(kind().get_params())


def test_depth_is_refused_where_a_space_has_no_layer_sizes(monkeypatch):
    monkeypatch.setattr(spaces, "_SPACES", {(MLPClassifier,): {"alpha": [0.1, 1.0]}})
    with pytest.raises(ValueError, match="units has no effect on the space of MLPClassifier"):
        space(MLPClassifier(), units=(2, 5))


def test_no_space_is_the_space_of_the_estimator():
    net = MLPClassifier(max_iter=1, random_state=0)
    options = {"n_candidates": 3, "cv": 2, "random_state": 0}
    one = ArchitectureSearchCV(net, **options).fit(X, THREE)
    other = ArchitectureSearchCV(net, space(net), **options).fit(X, THREE)
    assert one.best_params_ == other.best_params_


@pytest.mark.parametrize("kind", [MLPClassifier, AutoEncoder], ids=lambda kind: kind.__name__)
def test_given_layers_leave_only_training_to_search(kind):
    net = kind(layers=[Dense(3)], max_iter=2, random_state=0)
    assert list(space(net)) == ["alpha", "learning_rate_init"]
    ArchitectureSearchCV(net, n_candidates=3, cv=2, error_score="raise").fit(X, THREE)
    with pytest.raises(ValueError, match="n_layers has no effect together with the 'layers'"):
        space(net, n_layers=(1, 2))
    among = space(kind(max_iter=2, random_state=0), layers=[[Dense(3)], [Dense(4)]])
    assert set(among) == {"layers", "alpha", "learning_rate_init"}
    ArchitectureSearchCV(kind(max_iter=2), among, n_candidates=3, cv=2, error_score="raise").fit(
        X, THREE
    )


@pytest.mark.parametrize("prefix", ["", "mlpclassifier__"])
def test_parts_of_given_layers_are_searched_by_their_names(prefix):
    net = MLPClassifier(layers=[Dense(3), Dense(2)], max_iter=2, random_state=0)
    asked = make_pipeline(StandardScaler(), net) if prefix else net
    found = space(asked, hidden0__units=[4, 5], hidden1__activation=["relu", "tanh"])
    names = ["alpha", "learning_rate_init", "hidden0__units", "hidden1__activation"]
    assert list(found) == [f"{prefix}{name}" for name in names]
    options = {"n_candidates": 3, "cv": 2, "random_state": 0, "error_score": "raise"}
    search = ArchitectureSearchCV(asked, found, **options).fit(X, THREE)
    assert search.best_params_[f"{prefix}hidden0__units"] in (4, 5)
    with pytest.raises(ValueError, match="has no parameter 'hidden2__units'"):
        space(asked, hidden2__units=[4])
    with pytest.raises(ValueError, match=r"by the name in get_params.., such as hidden0__units="):
        space(asked, units=(4, 8))


@pytest.mark.parametrize(
    ("net", "changes", "words"),
    [
        (
            MLPClassifier(),
            {"layers": [Dense(3)]},
            r"layers must list the choices.*=\[\[Dense",
        ),
        (MLPClassifier(), {"layers": (Dense(3), Dense(2))}, "layers must list the choices"),
        (MLPClassifier(), {"layers": 3}, "layers must be a list of choices"),
        (MLPClassifier(), {"layers": []}, "layers must be a list of choices that is not empty"),
        (MLPClassifier(), {"layers": Dense(3)}, "layers must be a list of choices"),
        (MLPClassifier(), {"layers": [[Dense(3)]], "activation": ["relu"]}, "activation has no"),
        (MLPClassifier(), {"layers": [[Dense(3)]], "units": (3, 4)}, "units has no effect"),
        (
            MLPClassifier(layers=[Dense(3)]),
            {"hidden_layer_sizes": [(3,)]},
            "has no effect",
        ),
        (RNNClassifier(), {"layers": [[Elman(3)]], "cell": ["gru"]}, "cell has no effect"),
        (TabularMLPClassifier(), {"layers": [[Dense(3)]]}, "has no parameter 'layers'"),
        (MLPClassifier(), {"alpha": 3}, "alpha must be a list of choices"),
        (MLPClassifier(), {"solver": "adam"}, "solver must be a list of choices"),
        (MLPClassifier(), {"alpha": np.array([])}, "alpha must be a list of choices"),
    ],
    ids=str,
)
def test_changes_with_which_nothing_could_be_trained(net, changes, words):
    with pytest.raises(ValueError, match=words):
        space(net, **changes)


def test_choices_of_every_kind():
    found = space(MLPClassifier(), alpha=np.array([0.1, 1.0]), batch_size=range(8, 9), l1=(0.0,))
    assert ArchitectureSearchCV(
        MLPClassifier(max_iter=1), found, n_candidates=2, cv=2, error_score="raise"
    ).fit(X, THREE)
    given = MLPClassifier(layers=[Dense(3)])
    assert list(space(given, layers=None, dropout=None)) == ["alpha", "learning_rate_init"]


def test_layers_that_are_not_a_parameter_do_not_change_spaces():
    net = TabularMLPClassifier()
    net.layers = [Dense(3)]
    assert list(space(net)) == list(space(TabularMLPClassifier()))


def test_layer_sizes():
    sizes = LayerSizes((0, 3), (4, 64))
    rng = np.random.RandomState(0)
    drawn = [sizes.rvs(random_state=rng) for _ in range(2000)]
    assert {len(each) for each in drawn} == {0, 1, 2, 3}
    widths = np.array([each[0] for each in drawn if each])
    assert widths.min() == 4 and widths.max() == 64
    assert 14 < np.median(widths) < 18
    assert all(len(set(each)) <= 1 for each in drawn)
    assert {each[-1] for each in [LayerSizes(last=7).rvs(i) for i in range(9)]} == {7}
    assert sizes == pickle.loads(pickle.dumps(sizes)) == clone(sizes, safe=False)
    assert sizes.rvs(random_state=3) == sizes.rvs(random_state=3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_layers": 3},
        {"n_layers": (3, 1)},
        {"n_layers": (-1, 1)},
        {"units": (0, 5)},
        {"units": (1.5, 5)},
        {"units": "ab"},
    ],
    ids=str,
)
def test_ranges_that_hold_nothing(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        space(MLPClassifier(), **wrong)


def test_changes():
    found = space(MLPClassifier(), dropout=None, solver=["adam", "lion"], alpha=loguniform(1, 2))
    assert "dropout" not in found and found["solver"] == ["adam", "lion"]
    for params in ParameterSampler(found, 20, random_state=0):
        assert 1 <= params["alpha"] <= 2
    found = space(MLPClassifier(), hidden_layer_sizes=[(3,), (4, 4)])
    assert found["hidden_layer_sizes"] == [(3,), (4, 4)]
    assert space(AutoEncoder((50, 7)))["hidden_layer_sizes"].last == 7
    assert space(AutoEncoder(9))["hidden_layer_sizes"].last == 9


def test_what_is_not_a_space():
    with pytest.raises(ValueError, match="no ready-made search space for GaussianRBM"):
        space(GaussianRBM())
    with pytest.raises(ValueError, match="has no parameter 'depth'"):
        space(MLPClassifier(), depth=[1, 2])
    with pytest.raises(ValueError, match="not both"):
        space(MLPClassifier(), units=(1, 2), hidden_layer_sizes=[(3,)])
    with pytest.raises(TypeError, match="network of sknn"):
        space(StandardScaler())
