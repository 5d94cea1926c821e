"""Gradients of scores with respect to rows: central differences, and completeness."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import RFE
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    CNNRegressor,
    DBNClassifier,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TableSynthesizer,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.inspection import feature_importances, input_gradients, integrated_gradients
from sknn.inspection.answers import RawScore
from sknn.inspection.integrals import integral
from sknn.layers import BatchNorm, Dense, Dropout, GaussianNoise, LayerNorm, Parallel, Residual
from sknn.losses import Quantile

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((24, 6))
Y = RNG.standard_normal(24)
BINARY = np.where(Y > 0, "yes", "no")
THREE = np.digitize(Y, [-0.5, 0.5])
IMAGES = X.reshape(24, 3, 2, 1)
SERIES = X.reshape(24, 3, 2)
BRIEF = {"max_iter": 3, "random_state": 0}
TWO = np.column_stack([Y, Y + X[:, 0]])


def predicted(net, x):
    return net.predict(x)


def scored(net, x):
    return net.score_samples(x)


SMOOTH = {"activation": "tanh", **BRIEF}
BLOCKS = [
    Dense(5, "gelu"),
    Residual([Dense(5, "tanh"), Dropout(0.3), BatchNorm(), Dense(5, "silu")]),
    Parallel([[Dense(2, "tanh")], [GaussianNoise(0.2), Dense(3, "elu")]]),
    LayerNorm(),
    BatchNorm(),
]


def decided(net, x):
    return net.decision_function(x)


def steps(net, x):
    return net.predict(x).sum(axis=1)


def scored_at(place):
    """Scores that cross are sorted only at the end."""
    return lambda net, x: net.network_.predict(x)[:, place]


def energy(net, x):
    return -net.free_energy(x)


def coder(**params):
    return AutoEncoder(**{"hidden_layer_sizes": (4,), **SMOOTH} | params)


def mlp(loss="squared_error", **params):
    return MLPRegressor(loss, **{"hidden_layer_sizes": (5,), **SMOOTH} | params)


def classifier(*sizes):
    return MLPClassifier(sizes, **SMOOTH)


def cnn(kind=CNNRegressor, **params):
    pooling = {"pooling": "average", "hidden_layer_sizes": (4,), **SMOOTH}
    return kind((3,), 2, **pooling | params)


LEVELS = [0.1, 0.5, 0.9]
LABELS = (TWO > 0).astype(int)
FIRST = np.moveaxis(IMAGES, -1, 1)
PARTS = SERIES[..., 0]
# Estimator, rows, target of fit, requested target, and the public number that it means.
CASES = {
    "binary": (classifier(5), X, BINARY, "yes", decided),
    "other class": (classifier(5), X, BINARY, "no", lambda n, x: -n.decision_function(x)),
    "multiclass": (classifier(5, 4), X, THREE, 2, lambda n, x: n.decision_function(x)[:, 2]),
    "multilabel": (classifier(5), X, LABELS, 1, lambda n, x: n.decision_function(x)[:, 1]),
    "regressor": (mlp(), X, 1e3 * Y, None, predicted),
    "two outputs": (mlp(), X, TWO, 1, lambda n, x: n.predict(x)[:, 1]),
    "log link": (mlp(loss="poisson"), X, np.abs(Y), None, lambda n, x: np.log(n.predict(x))),
    "spread": (mlp(loss="gaussian_nll"), X, Y, None, predicted),
    "median": (mlp(loss=Quantile(LEVELS)), X, Y, None, scored_at(1)),
    "second median": (mlp(loss=Quantile(LEVELS)), X, TWO, 1, scored_at(3)),
    "members": (mlp(n_members=3), X, Y, None, predicted),
    "no hidden layer": (mlp(hidden_layer_sizes=()), X, Y, None, predicted),
    "blocks": (MLPRegressor(layers=BLOCKS, **BRIEF), X, Y, None, predicted),
    "noise": (mlp(dropout=0.5, input_dropout=0.2, normalization="batch"), X, Y, None, predicted),
    "float32": (mlp(), X.astype(np.float32), Y, None, None),
    "images": (cnn(), IMAGES, Y, None, predicted),
    "max pooling": (cnn(CNNClassifier, pooling="max"), IMAGES, BINARY, "yes", decided),
    "channels first": (cnn(channels="first"), FIRST, Y, None, predicted),
    "flat images": (cnn(input_shape=(3, 2, 1)), X, Y, None, predicted),
    "elman": (RNNRegressor((4,), cell="elman", **BRIEF), SERIES, Y, None, predicted),
    "jordan": (RNNRegressor((4,), cell="jordan", **BRIEF), SERIES, Y, None, predicted),
    "lstm": (RNNRegressor((4,), **BRIEF), SERIES, Y, None, predicted),
    "gru": (RNNRegressor((4,), cell="gru", **BRIEF), SERIES, Y, None, predicted),
    "both ways": (RNNClassifier((3,), bidirectional=True, **BRIEF), SERIES, BINARY, "yes", decided),
    "every step": (RNNRegressor((3,), return_sequences=True, **BRIEF), SERIES, PARTS, None, steps),
    "stateful": (
        RNNRegressor((3,), stateful=True, return_sequences=True, **BRIEF),
        *(SERIES, PARTS, None, steps),
    ),
    "autoencoder": (coder(hidden_layer_sizes=(4, 2)), X, None, None, scored),
    "column": (coder(output_activation="identity"), X, None, 3, lambda n, x: n.predict(x)[:, 3]),
    "probabilities": (coder(output_activation="logistic"), X, None, None, scored),
    "contraction": (coder(contraction=0.5), X, None, None, scored),
    "sparse code": (
        coder(activation="logistic", sparsity=0.1, corruption="gaussian"),
        *(X, None, None, scored),
    ),
    "tied": (coder(tied_weights=True), X, None, None, scored),
    "variational": (coder(variational=True), X, None, None, scored),
    "binary RBM": (BernoulliRBM(4, n_iter=3, random_state=0), X, None, None, energy),
    "Gaussian RBM": (GaussianRBM(4, n_iter=3, random_state=0), X, None, None, energy),
    "hidden unit": (
        BernoulliRBM(4, n_iter=3, random_state=0),
        *(X, None, 2, lambda n, x: n.transform(x)[:, 2]),
    ),
    "DBN": (DBNClassifier((4, 3), **BRIEF), X, BINARY, "yes", decided),
    "GAN": (GAN((4,), (4,), discriminator_activation="tanh", **BRIEF), X, None, None, scored),
    "classes": (GAN((4,), (4,), discriminator_activation="tanh", **BRIEF), X, BINARY, None, scored),
}


@pytest.fixture(scope="module", params=CASES, ids=str)
def case(request):
    net, rows, y, target, answer = CASES[request.param]
    fitted = net.fit(rows) if y is None else net.fit(rows, y)
    return fitted, rows, target, answer


def test_gradients_are_those_of_central_differences(case):
    net, rows, target, answer = case
    found = input_gradients(net, rows, target=target)
    assert found.shape == rows.shape and np.abs(found).max() > 0
    if answer is None:
        return
    rng = np.random.default_rng(1)
    for _ in range(3):
        way = rng.standard_normal(rows.shape)
        step = 1e-5
        slope = (answer(net, rows + step * way) - answer(net, rows - step * way)) / (2 * step)
        along = (found * way).reshape(len(rows), -1).sum(axis=1)
        np.testing.assert_allclose(along, slope, rtol=1e-4, atol=1e-6 * np.abs(slope).max())


def test_shares_add_up_to_what_they_explain(case):
    net, rows, target, answer = case
    baseline = rows.mean(axis=0)
    shares = integrated_gradients(net, rows, baseline=baseline, target=target, max_steps=4096)
    assert shares.shape == rows.shape
    # A GAN takes one class for the row and another for the baseline.
    if answer is None or getattr(net, "_targets", None) is not None and isinstance(net, GAN):
        return
    change = answer(net, rows) - answer(net, np.broadcast_to(baseline, rows.shape).copy())
    total = shares.reshape(len(rows), -1).sum(axis=1)
    sizes = np.abs(shares).reshape(len(rows), -1).sum(axis=1)
    assert (np.abs(total - change) <= 1.01e-3 * sizes + 1e-9).all()


def test_the_fitted_network_is_left_alone(case):
    net, rows, target, _ = case
    before = net.network_.theta.copy()
    input_gradients(net, rows, target=target)
    np.testing.assert_array_equal(net.network_.theta, before)


@pytest.mark.parametrize(("y", "sign"), [(BINARY, True), (THREE, False)])
def test_by_default_the_predicted_class_is_meant(y, sign):
    net = MLPClassifier((5,), **SMOOTH).fit(X, y)
    found = input_gradients(net, X)
    for row, label in zip(range(len(X)), net.predict(X), strict=True):
        alone = input_gradients(net, X[[row]], target=label)
        np.testing.assert_allclose(found[[row]], alone, rtol=1e-10)


def test_chunks_do_not_matter():
    net = mlp().fit(X, Y)
    many = np.tile(X, (100, 1))
    np.testing.assert_allclose(
        input_gradients(net, many), np.tile(input_gradients(net, X), (100, 1))
    )


def test_mixed_outputs():
    kinds = {"binary": [2], "categorical": [[3, 4, 5]]}
    x = np.hstack([X[:, :2], X[:, [2]] > 0.5, np.eye(3)[THREE]])
    net = AutoEncoder((4,), activation="tanh", output_groups=kinds, **BRIEF).fit(x)
    found, way, step = input_gradients(net, x), RNG.standard_normal(x.shape), 1e-5
    slope = (net.score_samples(x + step * way) - net.score_samples(x - step * way)) / (2 * step)
    np.testing.assert_allclose((found * way).sum(axis=1), slope, rtol=1e-4, atol=1e-8)


def test_ragged_sequences():
    series = [SERIES[i][: 1 + i % 3] for i in range(24)]
    # Maxima over steps have kinks, at which shares add up slowly.
    net = RNNRegressor((4,), readout="last", **BRIEF).fit(series, Y)
    for found in (input_gradients(net, series), integrated_gradients(net, series)):
        assert [each.shape for each in found] == [each.shape for each in series]
        assert all(np.isfinite(each).all() for each in found)
    shares = integrated_gradients(net, series, tol=1e-4)
    change = net.predict(series) - net.predict([0 * each for each in series])
    np.testing.assert_allclose([each.sum() for each in shares], change, rtol=1e-3)


def test_sparse_rows_and_frames_are_read_as_predict_reads_them():
    net = mlp()
    dense = input_gradients(net.fit(X, Y), X)
    np.testing.assert_allclose(input_gradients(net, sp.csr_array(X)), dense)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    net.fit(frame, Y)
    np.testing.assert_allclose(input_gradients(net, frame), dense)
    shares = integrated_gradients(net, frame, baseline=X.mean(axis=0))
    np.testing.assert_allclose(shares, integrated_gradients(net, frame, baseline=frame.mean()))


def test_inside_of_pipelines_and_searches():
    net = mlp()
    scaler = StandardScaler().fit(X)
    search = GridSearchCV(make_pipeline(StandardScaler(), net), {}, cv=2).fit(X, Y)
    inner = search.best_estimator_[-1]
    np.testing.assert_allclose(
        input_gradients(search, X), input_gradients(inner, scaler.transform(X))
    )
    # The baseline is in the units of X.
    shares = integrated_gradients(search, X, baseline=X[0], tol=1e-4)
    change = search.predict(X) - search.predict(X[:1])
    assert (np.abs(shares.sum(axis=1) - change) <= 1e-4 * np.abs(shares).sum(axis=1)).all()


@pytest.mark.parametrize("kind", [TabularMLPClassifier, TabularMLPRegressor])
def test_tables_answer_for_the_inputs_of_their_network(kind):
    frame = pd.DataFrame({"number": Y, "city": np.array(["a", "b", "c"])[THREE], "x": X[:, 0]})
    net = kind(max_iter=3, n_members=2, n_splits=2, random_state=0).fit(
        frame, BINARY if kind is TabularMLPClassifier else Y
    )
    found = input_gradients(net, frame)
    assert found.shape == (24, net.encoder_.n_outputs_)
    shares = integrated_gradients(net, frame, baseline=frame.iloc[:1], tol=1e-3)
    assert shares.shape == found.shape and not shares[0].any()
    places = net.encoder_.origins()
    names = net.encoder_.get_feature_names_out()
    for name, place in zip(names, places, strict=True):
        assert name.removeprefix("linear_").startswith(frame.columns[place])


def test_what_is_asked_must_be_there():
    net = MLPClassifier((3,), **BRIEF)
    with pytest.raises(NotFittedError):
        input_gradients(net, X)
    net.fit(X, THREE)
    with pytest.raises(ValueError, match="classes"):
        input_gradients(net, X, target="red")
    two = MLPRegressor("squared_error", (3,), **BRIEF).fit(X, TWO)
    for wrong in (None, 2, -1, True, "a"):
        with pytest.raises(ValueError, match="which of 2 outputs"):
            input_gradients(two, X, target=wrong)
    with pytest.raises(ValueError, match="one score"):
        input_gradients(GAN((3,), (3,), **BRIEF).fit(X), X, target=0)
    with pytest.raises(ValueError, match="baseline"):
        integrated_gradients(net, X, baseline=X[:3])
    for wrong, words in ((0.5, "the single value 0.5"), ([0.5], "Reading it as X failed")):
        with pytest.raises(ValueError, match=f"^baseline must be a row like those of X.*{words}"):
            integrated_gradients(net, X, baseline=wrong)


def test_too_few_steps_are_reported():
    net = MLPRegressor("squared_error", (50,), "relu", random_state=0, max_iter=50).fit(X, Y)
    with pytest.warns(UserWarning, match="max_steps=1") as caught:
        integrated_gradients(net, X, max_steps=1, tol=1e-9)
    assert caught[0].filename == __file__


def test_jumps_of_the_slope_need_no_more_steps_than_allowed():
    # The slope of a ReLU network jumps; equal steps would need tens of thousands.
    net = MLPRegressor("squared_error", (50,), "relu", random_state=0, max_iter=50).fit(X, Y)
    for baseline in (None, X.mean(axis=0)):
        shares = integrated_gradients(net, X, baseline=baseline, tol=1e-5)
        start = np.zeros(6) if baseline is None else baseline
        change = net.predict(X) - net.predict(start[None])
        assert (np.abs(shares.sum(axis=1) - change) <= 1e-5 * np.abs(shares).sum(axis=1)).all()


@pytest.mark.parametrize("max_steps", [1, 5, 40])
def test_no_line_has_more_points_than_allowed(max_steps):
    net = MLPRegressor("squared_error", (50,), "relu", random_state=0, max_iter=50).fit(X, Y)
    answer = CountedPoints(net.network_, 0)
    answer.settle(X)
    with pytest.warns(UserWarning, match=f"max_steps={max_steps}"):
        integral(answer, X, np.zeros(X.shape), 1e-12, max_steps)
    assert answer.asked.max() <= 2 * max_steps


class CountedPoints(RawScore):
    """A score that counts how often the gradient of each row is requested."""

    asked = np.zeros(len(X))

    def gradient(self, x, rows=slice(None)):
        self.asked = self.asked + np.bincount(rows, minlength=len(X))
        return super().gradient(x, rows)


@pytest.mark.parametrize("wrong", [["no", "yes"], ("yes",), [False, True], np.array(["yes"])])
def test_a_list_is_not_a_class(wrong):
    for y in (BINARY, np.array(["no", "yes", "well"])[THREE]):
        net = MLPClassifier((3,), **BRIEF).fit(X, y)
        with pytest.raises(ValueError, match="target must be one of the classes"):
            input_gradients(net, X, target=wrong)


def test_inside_of_frozen_estimators_and_selections_of_features():
    net = MLPClassifier((3,), **BRIEF)
    frozen = FrozenEstimator(net.fit(X, BINARY))
    np.testing.assert_array_equal(
        input_gradients(frozen, X, target="yes"), input_gradients(net, X, target="yes")
    )
    few = RFE(clone(net), n_features_to_select=2, importance_getter=feature_importances)
    few.fit(X, BINARY)
    np.testing.assert_array_equal(
        input_gradients(few, X), input_gradients(few.estimator_, X[:, few.support_])
    )


def test_codes_have_no_gradient():
    table = TableSynthesizer(max_iter=1, random_state=0).fit(X)
    for ask in (input_gradients, integrated_gradients, feature_importances):
        with pytest.raises(TypeError, match="method='permutation'"):
            ask(table, X)
    assert feature_importances(table, X, method="permutation", random_state=0).shape == (6,)
