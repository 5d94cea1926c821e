"""Searches in blocks find the same as scikit-learn's, bit for bit."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix
from scipy.stats import loguniform
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import RidgeClassifier
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GroupKFold, ShuffleSplit
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknn import AutoEncoder, CNNClassifier, MLPClassifier, MLPRegressor, TabularMLPClassifier
from sknn.losses import Quantile
from tests.search.grouped import both, record

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Training interrupted"),
]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)) * 3 + 1
LABELS = np.array(["no", "yes", "who"])[(X[:, 0] > 1).astype(int) + (X[:, 1] > 2)]
LEVELS = X @ [1.0, -2.0, 0.5, 0.0] + RNG.normal(size=60)
SHORT = {"hidden_layer_sizes": (5,), "max_iter": 6, "batch_size": 16, "random_state": 0}
NET = MLPClassifier(**SHORT)
LINE = MLPRegressor(**SHORT)
RATES = {"alpha": [0.1, 0.001], "learning_rate_init": [0.001, 0.03], "beta_1": [0.8, 0.9]}


def piped(space, name="mlpclassifier"):
    return {f"{name}__{key}": values for key, values in space.items()}


FIRST = np.arange(30)


def writing(model, X, y):
    """Score rows, and then overwrite them."""
    found = float(X.sum())
    X += 1
    return found


class Doubled(MLPClassifier):
    """Doubles the rows on which it is fitted."""

    def fit(self, X, y):
        return super().fit(2 * X, y)


CASES = {
    "alone": (NET, RATES, LABELS, {}),
    "piped": (make_pipeline(StandardScaler(), NET), piped(RATES), LABELS, {}),
    "regressor": (make_pipeline(MinMaxScaler(), LINE), piped(RATES, "mlpregressor"), LEVELS, {}),
    "quantiles": (
        LINE,
        {"loss": [Quantile([0.1, 0.5]), Quantile([0.2, 0.5])], "alpha": [0.1, 1.0]},
        LEVELS,
        {},
    ),
    "two outputs": (LINE, {"alpha": [0.1, 1.0]}, np.c_[LEVELS, -LEVELS], {}),
    "widths": (NET, {"hidden_layer_sizes": [(3,), (5,)], "alpha": [0.1, 0.2]}, LABELS, {}),
    "seeds": (NET, {"random_state": [0, 1], "alpha": [0.1, 0.2]}, LABELS, {}),
    "generator": (NET, {"random_state": [np.random.RandomState(3)], "alpha": [0, 1]}, LABELS, {}),
    "stops early": (
        NET.__class__(**SHORT | {"max_iter": 30}, early_stopping=True, n_iter_no_change=2),
        {"alpha": [0.1, 10.0], "learning_rate_init": [0.1, 0.01]},
        LABELS,
        {},
    ),
    "epochs": (NET, {"max_iter": [2, 5], "tol": [0.0, 1.0]}, LABELS, {}),
    "lbfgs": (NET, {"solver": ["lbfgs", "adam", "sgd"]}, LABELS, {}),
    "dropout": (NET, {"dropout": [0.0, 0.2, 0.5], "alpha": [0, 1.0]}, LABELS, {}),
    "train scores": (NET, RATES, LABELS, {"return_train_score": True}),
    "several metrics": (
        make_pipeline(StandardScaler(), NET),
        piped(RATES),
        LABELS,
        {"scoring": ["accuracy", "neg_log_loss", "f1_macro"], "refit": "neg_log_loss"},
    ),
    "regression metrics": (
        LINE,
        RATES,
        LEVELS,
        {"scoring": ["r2", "neg_mean_squared_error", "neg_max_error"], "refit": False},
    ),
    "own scorer": (NET, RATES, LABELS, {"scoring": make_scorer(accuracy_score)}),
    "a callable": (
        make_pipeline(StandardScaler(), NET),
        piped(RATES),
        LABELS,
        {"scoring": lambda model, X, y: float(model[-1].n_iter_ + model.score(X, y))},
    ),
    "a callable that writes on rows": (NET, RATES, LABELS, {"scoring": writing}),
    "a metric that writes on targets": (
        LINE,
        RATES,
        LEVELS,
        {"scoring": make_scorer(lambda y, answers: writing(None, y, answers))},
    ),
    "a network with a fit of its own": (
        make_pipeline(StandardScaler(), Doubled((4,), max_iter=4, random_state=0)),
        {"doubled__alpha": [0.1, 1.0]},
        LABELS,
        {"scoring": "neg_log_loss"},
    ),
    "a dict from a callable": (
        NET,
        RATES,
        LABELS,
        {"scoring": lambda model, X, y: {"a": model.score(X, y), "b": 1.0}, "refit": "a"},
    ),
    "refit by hand": (NET, RATES, LABELS, {"refit": lambda table: 2}),
    "front is searched": (
        Pipeline([("front", PCA(random_state=0)), ("net", NET)]),
        {"front__n_components": [2, 3], "net__alpha": [0.1, 0.2]},
        LABELS,
        {"scoring": "accuracy"},
    ),
    "steps are replaced": (
        Pipeline([("front", PCA(2)), ("net", NET)]),
        {
            "front": ["passthrough", StandardScaler(), MinMaxScaler()],
            "net": [NET, RidgeClassifier(), MLPClassifier((2,), max_iter=3, random_state=1)],
        },
        LABELS,
        {},
    ),
    "nested": (
        make_pipeline(StandardScaler(), make_pipeline(PCA(3), NET)),
        piped(RATES, "pipeline__mlpclassifier"),
        LABELS,
        {},
    ),
    "network only": (make_pipeline(NET), piped(RATES), LABELS, {}),
    "of targets": (
        TransformedTargetRegressor(LINE, transformer=StandardScaler()),
        {"regressor__alpha": [0.1, 1.0]},
        LEVELS,
        {},
    ),
    "no network": (RidgeClassifier(), {"alpha": [0.1, 1.0]}, LABELS, {}),
    "no y": (
        AutoEncoder((2,), max_iter=3, random_state=0),
        {"alpha": [0.1, 0.01]},
        None,
        {},
    ),
    "splits": (NET, RATES, LABELS, {"cv": ShuffleSplit(2, random_state=0)}),
    "splits of the same rows to train on": (
        make_pipeline(StandardScaler(), NET),
        piped(RATES),
        LABELS,
        {"cv": [(FIRST, np.arange(30, 50)), (FIRST, np.arange(45, 60)), (FIRST, FIRST)]},
    ),
}


@pytest.mark.bits
@pytest.mark.parametrize("case", CASES)
def test_all_is_as_in_scikit_learn(case):
    model, space, y, options = CASES[case]
    both(model, space, X, y, **{"cv": 3} | options)


TEXTS = [f"rain {'sun' if i % 2 else 'snow'} {'wind ' * (i % 3)}" for i in range(40)]
PICTURES = np.random.default_rng(1).normal(size=(40, 6, 6))
OTHERS = {
    "texts": (
        make_pipeline(TfidfVectorizer(), NET),
        piped({"alpha": [0.1, 1.0]}),
        TEXTS,
    ),
    "table": (
        TabularMLPClassifier(max_iter=2, random_state=0),
        {"weight_decay": [0.01, 0.1]},
        pd.DataFrame({"number": np.arange(40.0), "word": ["a", "b"] * 20}),
    ),
    "pictures": (
        CNNClassifier(filters=(2,), hidden_layer_sizes=(3,), max_iter=2, random_state=0),
        {"alpha": [0.1, 1.0]},
        PICTURES,
    ),
    "sparse": (NET, {"alpha": [0.1, 1.0]}, csr_matrix(X[:40])),
}


@pytest.mark.bits
@pytest.mark.parametrize("case", OTHERS)
def test_rows_of_all_kinds(case):
    model, space, rows = OTHERS[case]
    both(model, space, rows, np.arange(40) % 2, cv=2, return_train_score=True)


@pytest.mark.bits
@pytest.mark.parametrize("options", [{}, {"cv": 2, "n_iter": 4}])
def test_draws_are_the_same(options):
    space = {"alpha": loguniform(1e-4, 1.0), "learning_rate_init": loguniform(1e-3, 0.1)}
    both(NET, space, X, LABELS, kind="random", random_state=0, **{"n_iter": 3, "cv": 3} | options)


@pytest.mark.bits
def test_weights_and_groups_go_with_the_rows():
    given = {"sample_weight": np.arange(60) % 3 + 0.5, "groups": np.arange(60) % 5}
    both(NET, RATES, X, LABELS, given=given, cv=GroupKFold(3))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_candidates_of_a_split_are_one_block(monkeypatch, n_jobs):
    sizes = record(monkeypatch)
    from joblib import parallel_config

    with parallel_config("threading"):
        both(make_pipeline(StandardScaler(), NET), piped(RATES), X, LABELS, cv=3, n_jobs=n_jobs)
    assert sum(sizes) == 24
