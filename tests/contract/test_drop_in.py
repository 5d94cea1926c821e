"""What users of sklearn.neural_network rely on: names, defaults, attributes, texts."""

import inspect
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import neural_network
from sklearn.datasets import load_digits, make_regression
from sklearn.exceptions import ConvergenceWarning

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, COUNTS, LABELS, REAL, THREE, TWO_REAL, X

KINDS = {
    MLPClassifier: neural_network.MLPClassifier,
    MLPRegressor: neural_network.MLPRegressor,
}
quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"hidden_layer_sizes": (8,), "random_state": 0, "max_iter": 20}
THE_23 = (
    "hidden_layer_sizes activation solver alpha batch_size learning_rate learning_rate_init "
    "power_t max_iter shuffle random_state tol verbose warm_start momentum nesterovs_momentum "
    "early_stopping validation_fraction beta_1 beta_2 epsilon n_iter_no_change max_fun"
).split()


def parameters(function):
    return list(inspect.signature(function).parameters.values())[1:]


def test_parameters_of_the_classifier():
    ours, theirs = (parameters(k.__init__) for k in (MLPClassifier, KINDS[MLPClassifier]))
    assert [p.name for p in theirs] == THE_23
    for own, other in zip(ours, theirs, strict=False):
        assert (own.name, own.default, own.kind) == (other.name, other.default, other.kind)
    assert all(p.kind is p.KEYWORD_ONLY for p in ours[23:])


def test_parameters_of_the_regressor():
    ours, theirs = (parameters(k.__init__) for k in (MLPRegressor, KINDS[MLPRegressor]))
    assert ours[0].name == "loss" and ours[0].default == "squared_error"
    assert ours[0].kind is ours[0].POSITIONAL_OR_KEYWORD
    # Before 1.7, scikit-learn's regressor had no `loss`.
    theirs = [p for p in theirs if p.name != "loss"]
    for own, other in zip(ours[1:], theirs, strict=False):
        assert (own.name, own.default, own.kind) == (other.name, other.default, other.kind)
    assert all(p.kind is p.KEYWORD_ONLY for p in ours[24:])


@pytest.mark.parametrize("kind", KINDS)
def test_methods_take_the_same_arguments(kind):
    names = [
        n for n in dir(KINDS[kind]) if not n.startswith("_") and callable(getattr(KINDS[kind], n))
    ]
    for name in names:
        assert hasattr(kind, name), name
    for name in ("fit", "partial_fit", "predict", "score"):
        ours, theirs = parameters(getattr(kind, name)), parameters(getattr(KINDS[kind], name))
        for own, other in zip(ours, theirs, strict=False):
            # sample_weight of fit came with 1.7
            if own.name == other.name:
                assert own.default == other.default and own.kind == other.kind
        assert ours[0].name == theirs[0].name == "X"


@quiet
@pytest.mark.parametrize(
    "settings", [{}, {"solver": "lbfgs"}, {"solver": "sgd", "early_stopping": True}]
)
@pytest.mark.parametrize(
    ("kind", "y"), [(MLPClassifier, BINARY), (MLPClassifier, THREE), (MLPRegressor, REAL)]
)
def test_fitted_attributes(kind, y, settings):
    ours, theirs = kind(**SMALL | settings).fit(X, y), KINDS[kind](**SMALL | settings).fit(X, y)
    public = [n for n in vars(theirs) if n.endswith("_") and not n.startswith("_")]
    missing = [name for name in public if not hasattr(ours, name)]
    assert missing == []
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_", "n_iter_"):
        assert type(getattr(ours, name)) is type(getattr(theirs, name)), name
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name), name
    assert [c.shape for c in ours.coefs_] == [c.shape for c in theirs.coefs_]
    assert [b.shape for b in ours.intercepts_] == [b.shape for b in theirs.intercepts_]
    assert isinstance(ours.coefs_, list) and isinstance(
        ours.loss_curve_ if hasattr(ours, "loss_curve_") else [], list
    )
    if "early_stopping" in settings:
        assert ours.best_loss_ is None and theirs.best_loss_ is None
        assert len(ours.validation_scores_) == ours.n_iter_
        assert ours.best_validation_score_ == max(ours.validation_scores_)
    elif "solver" not in settings:
        assert ours.validation_scores_ is None and ours.best_validation_score_ is None
        assert ours.t_ == theirs.t_ == 20 * 60
        assert ours.best_loss_ == min(ours.loss_curve_)


@quiet
def test_positional_arguments():
    assert MLPClassifier((7,), "tanh").get_params()["activation"] == "tanh"
    assert MLPRegressor("poisson", (7,)).hidden_layer_sizes == (7,)
    with pytest.raises(TypeError):
        MLPClassifier((7,), "tanh", "sgd")


WRONG = {
    "hidden_layer_sizes": [-1, (3, -1), 0],
    "activation": ["cloak", 3],
    "solver": ["hadoken", 1.0],
    "alpha": [-1, "big"],
    "batch_size": [0, -3, "huge", 2.5],
    "learning_rate": ["converge", 0.1],
    "learning_rate_init": [-1, 0, "slow"],
    "power_t": ["x", -1],
    "max_iter": [0, -1, 1.5],
    "shuffle": ["true", 1, None],
    "random_state": ["a", -1, 1.5],
    "tol": [-1, "x"],
    "verbose": ["loud"],
    "warm_start": ["yes", 2],
    "momentum": [2, -0.5],
    "nesterovs_momentum": ["yes"],
    "early_stopping": ["true", 3],
    "validation_fraction": [1, -0.1, 0, 1.0],
    "beta_1": [1, -0.5],
    "beta_2": [1, -0.5],
    "epsilon": [-0.5, 0],
    "n_iter_no_change": [-1, 0, 1.5],
    "max_fun": [0, -1],
}


@pytest.mark.parametrize(
    ("name", "value"), [(n, v) for n, values in WRONG.items() for v in values], ids=str
)
@pytest.mark.parametrize("kind", KINDS)
def test_wrong_parameters_are_named(kind, name, value):
    with pytest.raises(ValueError, match=name):
        kind(**{name: value}).fit(X, BINARY)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "value"), [("alpha", -1), ("max_iter", 0), ("shuffle", "x"), ("beta_1", 1)]
)
def test_the_sentence_of_scikit_learn(kind, name, value):
    """The same up to the set of allowed values."""
    texts = []
    for each in (kind, KINDS[kind]):
        with pytest.raises(ValueError) as error:
            each(**{name: value}).fit(X, BINARY)
        texts.append(str(error.value))
    start = f"The '{name}' parameter of {kind.__name__} must be "
    end = f"Got {value!r} instead."
    for text in texts:
        assert text.startswith(start) and text.endswith(end)


def both_raise(kind, call, words):
    for each in (kind, KINDS[kind]):
        with pytest.raises(ValueError, match=words):
            call(each)


def test_errors_scikit_learn_users_know():
    both_raise(
        MLPClassifier,
        lambda k: k(hidden_layer_sizes=(3, -1)).fit(X, BINARY),
        "hidden_layer_sizes must be > 0, got",
    )
    both_raise(
        MLPClassifier,
        lambda k: k().partial_fit(X, BINARY),
        "classes must be passed on the first call",
    )
    both_raise(
        MLPClassifier,
        lambda k: k().partial_fit(X, BINARY, classes=[2]),
        "`y` has classes not in `self.classes_`",
    )
    both_raise(
        MLPClassifier,
        lambda k: k(early_stopping=True).partial_fit(X, BINARY, classes=[0, 1]),
        "partial_fit does not support early_stopping=True",
    )
    both_raise(
        MLPClassifier,
        lambda k: k(early_stopping=True).fit([[1, 2], [2, 3], [3, 4], [4, 5]], [0, 0, 0, 1]),
        "The least populated class",
    )
    both_raise(
        MLPClassifier,
        lambda k: k(early_stopping=True).fit([[1, 2], [2, 3], [3, 4]], [0, 0, 1]),
        ".",
    )
    # Older versions of scikit-learn continue with one row.
    with pytest.raises(ValueError, match="The validation set is too small. Increase 'validation"):
        MLPRegressor(early_stopping=True).fit([[1, 2], [2, 3]], [1, 0])
    for each in KINDS:
        assert not hasattr(each(solver="lbfgs"), "partial_fit")


@quiet
def test_warm_start_needs_the_same_classes():
    for kind in (MLPClassifier, KINDS[MLPClassifier]):
        network = kind(**SMALL, warm_start=True).fit(X, BINARY)
        network.fit(X, BINARY)
        for y in (THREE, np.zeros(60, int), BINARY + 5):
            words = "warm_start can only be used where `y` has the same classes as in the previous"
            with pytest.raises(ValueError, match=words):
                network.fit(X, y)


def test_warnings_scikit_learn_users_know():
    for kind in (MLPRegressor, KINDS[MLPRegressor]):
        words = r"Stochastic Optimizer: Maximum iterations \(2\) reached and the optimization"
        with pytest.warns(ConvergenceWarning, match=words):
            kind(hidden_layer_sizes=(3,), max_iter=2).fit(X, REAL)
        with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge"):
            kind(hidden_layer_sizes=(30,), max_iter=2, solver="lbfgs").fit(X, REAL)
        with pytest.warns(
            UserWarning, match="Got `batch_size` less than 1 or larger than sample size"
        ):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                kind(hidden_layer_sizes=(3,), max_iter=2, batch_size=100).fit(X, REAL)


def test_verbose_text(capsys):
    for kind in (MLPClassifier, KINDS[MLPClassifier]):
        kind(solver="sgd", max_iter=2, verbose=10, hidden_layer_sizes=2).fit(
            [[3, 2], [1, 6]], [1, 0]
        )
        assert "Iteration" in capsys.readouterr().out


test_verbose_text = quiet(test_verbose_text)


@quiet
def test_stopping_text(capsys):
    MLPRegressor(hidden_layer_sizes=(3,), tol=100.0, n_iter_no_change=2, verbose=True).fit(X, REAL)
    # As in scikit-learn, but with the number of these epochs: one more than n_iter_no_change.
    text = (
        "Training loss did not improve more than tol=100.000000 for 3 consecutive epochs. Stopping."
    )
    assert text in capsys.readouterr().out


@quiet
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_warm_start_runs_max_iter_each_time(solver):
    network = MLPRegressor(**SMALL | {"max_iter": 3}, solver=solver, warm_start=True)
    for _ in range(3):
        assert network.fit(X, REAL).n_iter_ == 3


@quiet
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("labels", [np.array([0, 1]), np.array(["x", "y"])])
def test_scores_are_those_of_the_task(kind, labels):
    if kind is MLPRegressor and labels.dtype.kind == "U":
        with pytest.raises(ValueError):
            kind().fit(X, labels[BINARY])
        return
    network = kind(**SMALL).fit(X, labels[BINARY])
    score = network.score(X, labels[BINARY])
    assert type(score) is float and score <= 1.0


@quiet
def test_digits_are_learned_as_well():
    x, y = load_digits(n_class=5, return_X_y=True)
    x = x[:300] / 16
    for solver in ("lbfgs", "adam", "sgd"):
        rate = 0.1 if solver == "sgd" else 0.01
        network = MLPClassifier(
            (30,), solver=solver, max_iter=60, learning_rate_init=rate, random_state=1
        )
        assert network.fit(x, y[:300]).score(x, y[:300]) > 0.95


@quiet
@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
def test_regression_is_learned_as_well(activation):
    x, y = make_regression(200, 10, n_informative=5, noise=1.0, random_state=0)
    network = MLPRegressor(
        hidden_layer_sizes=(50,),
        activation=activation,
        solver="lbfgs",
        max_iter=150,
        random_state=1,
    )
    assert network.fit(x, y).score(x, y) > 0.97


@quiet
def test_multilabel_streams():
    network = MLPClassifier(
        (50,), solver="sgd", activation="logistic", learning_rate_init=0.5, random_state=0
    )
    for _ in range(100):
        network.partial_fit(X, LABELS, classes=[0, 1, 2])
    assert network.score(X, LABELS) > 0.8


@quiet
def test_poisson_predictions_are_means():
    network = MLPRegressor(
        loss="poisson", solver="lbfgs", hidden_layer_sizes=(), alpha=0.0, max_iter=500
    )
    network.fit(X, COUNTS)
    assert network.out_activation_ == "exp"
    assert_allclose(network.predict(X).mean(), COUNTS.mean(), rtol=1e-3)


@quiet
def test_shuffle_matters():
    x, y = np.arange(50.0)[:, None], np.arange(50.0)
    settings = {"hidden_layer_sizes": 1, "max_iter": 1, "batch_size": 1, "random_state": 0}
    same = [MLPRegressor(**settings, shuffle=False).fit(x, y).coefs_[0] for _ in range(2)]
    assert_array_equal(*same)
    other = MLPRegressor(**settings, shuffle=True).fit(x, y).coefs_[0]
    assert (other != same[0]).any()


@quiet
def test_feature_names_survive_early_stopping():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcde"))
    for kind in KINDS:
        network = kind(**SMALL, early_stopping=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            warnings.simplefilter("ignore", ConvergenceWarning)
            network.fit(frame, BINARY)
        assert list(network.feature_names_in_) == list("abcde")


@quiet
def test_strings_and_early_stopping():
    network = MLPClassifier(**SMALL, early_stopping=True).fit(X, np.array(["a", "b", "c"])[THREE])
    assert len(network.validation_scores_) == network.n_iter_


@quiet
def test_several_targets():
    network = MLPRegressor(solver="lbfgs", hidden_layer_sizes=50, max_iter=200, random_state=1)
    assert network.fit(X, TWO_REAL).score(X, TWO_REAL) > 0.9
