"""Fitted networks are converted to scikit-learn and back."""

import warnings

import numpy as np
import pytest
from sklearn import neural_network as theirs
from sklearn.exceptions import ConvergenceWarning, NotFittedError

import sknn
from sknn.layers import BatchNorm, Dense, Dropout, LayerNorm
from sknn.persistence import from_sklearn, to_sklearn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 5))
TASKS = {
    "binary": np.where(X[:, 0] > 0, "yes", "no"),
    "multiclass": np.arange(60) % 4,
    "multilabel": (X[:, :3] > 0).astype(int),
    "regression": 10 + 3 * X[:, 0],
    "two targets": X[:, :2] + 1,
}


def _pair(task):
    return "MLPRegressor" if task in ("regression", "two targets") else "MLPClassifier"


def _fitted(module, task, **params):
    net = getattr(module, _pair(task))(hidden_layer_sizes=(7, 6), random_state=0, max_iter=20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return net.set_params(**params).fit(X, TASKS[task])


def _answers(net):
    return net.predict_proba(X) if hasattr(net, "predict_proba") else net.predict(X)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
@pytest.mark.parametrize("task", TASKS)
def test_from_scikit_learn(task, solver):
    net = _fitted(theirs, task, solver=solver)
    ours = from_sklearn(net)
    assert type(ours) is getattr(sknn, _pair(task))
    assert np.abs(_answers(ours) - _answers(net)).max() < 1e-13
    np.testing.assert_array_equal(ours.predict(X).shape, net.predict(X).shape)
    known = net.get_params()
    assert {name: ours.get_params()[name] for name in known} == known


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("task", TASKS)
def test_to_scikit_learn(task, dtype):
    net = _fitted(sknn, task, dtype=dtype)
    made = to_sklearn(net)
    assert type(made) is getattr(theirs, _pair(task))
    error = np.abs(_answers(made).astype(float) - _answers(net)).max()
    assert error < {"float64": 1e-12, "float32": 1e-4}[dtype] * max(1, np.abs(_answers(net)).max())
    np.testing.assert_array_equal(made.score(X, TASKS[task]) > -1, True)
    if hasattr(net, "classes_"):
        np.testing.assert_array_equal(made.predict(X), net.predict(X))


@pytest.mark.parametrize("task", TASKS)
def test_training_continues_there_and_here(task):
    there, here = to_sklearn(_fitted(sknn, task)), from_sklearn(_fitted(theirs, task))
    for net in (there, here):
        before = [array.copy() for array in net.coefs_]
        net.partial_fit(X, TASKS[task])
        moved = max(np.abs(a - b).max() for a, b in zip(before, net.coefs_, strict=True))
        assert 0 < moved < 0.02
        net.set_params(warm_start=True, max_iter=2)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            net.fit(X, TASKS[task])
        moved = max(np.abs(a - b).max() for a, b in zip(before, net.coefs_, strict=True))
        assert 0 < moved < 0.05


@pytest.mark.parametrize("task", TASKS)
def test_there_and_back_to_the_bit(task):
    net = _fitted(sknn, task)
    back = from_sklearn(to_sklearn(net))
    for ours, again in zip(
        [*net.coefs_, *net.intercepts_], [*back.coefs_, *back.intercepts_], strict=True
    ):
        np.testing.assert_array_equal(ours, again)


def test_machines():
    rows = (RNG.random((30, 6)) > 0.5).astype(float)
    made = theirs.BernoulliRBM(4, n_iter=3, random_state=0).fit(rows)
    ours = from_sklearn(made)
    np.testing.assert_allclose(ours.transform(rows), made.transform(rows), rtol=1e-14)
    ours.partial_fit(rows)
    again = to_sklearn(ours)
    np.testing.assert_allclose(again.transform(rows), ours.transform(rows), rtol=1e-14)
    again.partial_fit(rows)
    assert again.get_feature_names_out().shape == (4,)


def test_batch_norm_is_multiplied_in_and_dropout_named():
    net = sknn.MLPClassifier(layers=[Dense(6), Dropout(0.2), BatchNorm(), Dense(5)], random_state=0)
    net.set_params(max_iter=5, learning_rate="cosine").fit(X, TASKS["multiclass"])
    with pytest.warns(UserWarning, match="no counterpart for learning_rate"):
        made = to_sklearn(net)
    assert np.abs(_answers(made) - _answers(net)).max() < 1e-13
    assert made.hidden_layer_sizes == (6, 5)


def test_names_of_columns_travel():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcde"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        net = sknn.MLPClassifier((5,), max_iter=3).fit(frame, TASKS["binary"])
    made = to_sklearn(net)
    assert list(made.feature_names_in_) == list(from_sklearn(made).feature_names_in_)
    np.testing.assert_array_equal(made.predict(frame), net.predict(frame))


def _layers(*layers):
    return sknn.MLPClassifier(layers=list(layers)).initialize(X, TASKS["multiclass"])


@pytest.mark.parametrize(
    ("net", "error", "words"),
    [
        (lambda: _layers(Dense(4, "silu")), ValueError, "SiLU"),
        (lambda: _layers(Dense(4, "tanh"), Dense(3, "relu")), ValueError, "ReLU, Tanh"),
        (lambda: _layers(Dense(4), LayerNorm()), AttributeError, "LayerNorm"),
        (lambda: _fitted(sknn, "binary", n_members=2), ValueError, "2 members"),
        (
            lambda: sknn.MLPRegressor(loss="gaussian_nll").initialize(X, X[:, 0]),
            ValueError,
            "the loss 'gaussian_nll' and 1 outputs",
        ),
        (lambda: sknn.MLPClassifier().initialize(X, ["a"] * len(X)), ValueError, "single class"),
        (lambda: sknn.MLPClassifier(), NotFittedError, "not fitted"),
        (lambda: sknn.CNNClassifier(), TypeError, "CNNClassifier"),
    ],
)
def test_what_scikit_learn_has_not_is_refused(net, error, words):
    with pytest.raises(error, match=words):
        to_sklearn(net())


def test_what_is_not_a_network_of_scikit_learn_is_refused():
    with pytest.raises(TypeError, match="must be an MLPClassifier"):
        from_sklearn(sknn.MLPClassifier())
    with pytest.raises(NotFittedError):
        from_sklearn(theirs.MLPClassifier())
