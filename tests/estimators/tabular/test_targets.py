"""Every kind of target, and the losses that suit it."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sknn.losses import Focal, Quantile
from tests.estimators.settings.own_parts import Brier, PowerError, Robust
from tests.estimators.tabular.parts import (
    BINARY,
    COUNTS,
    LABELS,
    REAL,
    TABLE,
    THREE,
    TWO_LABELS,
    TWO_REAL,
    N,
    assert_finite,
    classifier,
    regressor,
)

LINEAR = [0.0, 0.5, 1.0]
SPELT = np.array(["no", "yes"], object)[BINARY]
KINDS_OF_LABELS = {
    "binary": BINARY,
    "strings": SPELT,
    "str dtype": SPELT.astype(str),
    "bool": BINARY == 1,
    "series": pd.Series(SPELT, index=np.arange(N)[::-1]),
    "categorical": pd.Series(pd.Categorical(SPELT)),
    "one column": SPELT[:, None],
    "list": SPELT.tolist(),
    "three": THREE,
    "floats": THREE.astype(float),
}


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize("linear_path", LINEAR)
@pytest.mark.parametrize("name", KINDS_OF_LABELS)
def test_labels(name, linear_path):
    y = KINDS_OF_LABELS[name]
    network = classifier(linear_path=linear_path).fit(TABLE, y)
    expected = np.unique(np.asarray(y))
    assert_array_equal(network.classes_, expected)
    answer = network.predict(TABLE)
    assert answer.shape == (N,)
    assert answer.dtype == expected.dtype
    proba = network.predict_proba(TABLE)
    assert proba.shape == (N, len(expected))
    assert_allclose(proba.sum(axis=1), 1.0, rtol=1e-6)
    assert_array_equal(network.classes_[proba.argmax(axis=1)], answer)
    assert_allclose(network.predict_log_proba(TABLE), np.log(proba), rtol=1e-6, atol=1e-9)
    assert network.temperature_ > 0
    assert np.isfinite(network.history_["out_of_fold_loss"]).all()


@pytest.mark.parametrize("linear_path", LINEAR)
@pytest.mark.parametrize("bins", ["quantile", "tree"])
@pytest.mark.parametrize("n_splits", [1, 2])
@pytest.mark.parametrize("form", ["dense", "sparse", "outputs"])
def test_several_outputs_of_a_classifier(form, n_splits, bins, linear_path):
    y = {"dense": LABELS, "sparse": sp.csr_array(LABELS), "outputs": TWO_LABELS}[form]
    network = classifier(n_splits=n_splits, bins=bins, linear_path=linear_path, max_iter=10)
    network.fit(TABLE, y)
    answer = network.predict(TABLE)
    assert answer.shape == y.shape
    assert sp.issparse(answer) == sp.issparse(y)
    proba = network.predict_proba(TABLE)
    if form == "outputs":
        assert [part.shape for part in proba] == [(N, 3), (N, 2)]
    else:
        assert proba.shape == y.shape
    assert_finite(network, TABLE)
    assert network.score(TABLE, y) > 0.0


def test_linear_paths_learn_each_output():
    """If hidden layers learn nothing, a linear path starts at what it would learn."""
    X = np.column_stack([TABLE["weight"], np.linspace(-1, 1, N)])
    y = np.column_stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 0] < 0]).astype(int)
    few = {"learning_rate_init": 1e-6, "max_iter": 1, "linear_path": 1.0}
    for target in (y, sp.csr_array(y), y + 1, y[:, 0]):
        network = classifier(**few).fit(X, target)
        wrong = network.predict(X) != target
        wrong = wrong.toarray() if sp.issparse(wrong) else wrong
        assert wrong.mean() < 0.15
    for target in (X[:, 0], X @ [[1.0, 2.0], [0.5, -1.0]]):
        assert regressor(**few, output_range=None).fit(X, target).score(X, target) > 0.99


@pytest.mark.parametrize("n_splits", [1, 2])
def test_one_class(n_splits):
    network = classifier(n_splits=n_splits).fit(TABLE, np.full(N, "only"))
    assert set(network.predict(TABLE)) == {"only"}
    assert_allclose(network.predict_proba(TABLE), 1.0)


CLASS_LOSSES = {
    "focal": "focal",
    "focal spec": Focal(gamma=1.0),
    "hinge": "hinge",
    "robust": Robust(),
    "brier": Brier(),
}


@pytest.mark.parametrize("linear_path", [0.0, 1.0])
@pytest.mark.parametrize("n_members", [1, 2])
@pytest.mark.parametrize("name", CLASS_LOSSES)
def test_losses_of_a_classifier(name, n_members, linear_path):
    loss = CLASS_LOSSES[name]
    y = THREE if name in ("brier",) else BINARY
    network = classifier(loss=loss, n_members=n_members, linear_path=linear_path, max_iter=12)
    network.fit(TABLE, y)
    assert network.score(TABLE, y) > 0.5
    assert_finite(network, TABLE)
    assert hasattr(network, "predict_proba") == (name != "hinge")
    if name == "hinge":
        assert network.temperature_ == 1.0


def test_label_smoothing_is_for_log_loss():
    assert classifier().get_params()["label_smoothing"] == "auto"
    auto, stated, none = (
        classifier(label_smoothing=value).fit(TABLE, THREE) for value in ("auto", 0.1, 0.0)
    )
    assert_array_equal(auto.network_.theta, stated.network_.theta)
    assert not np.array_equal(auto.network_.theta, none.network_.theta)
    with pytest.raises(ValueError, match=r"label_smoothing=0.1 needs loss='log_loss'"):
        classifier(label_smoothing=0.1, loss="focal").fit(TABLE, BINARY)
    for value in (1.0, -0.1, "some", None):
        with pytest.raises(ValueError, match="label_smoothing"):
            classifier(label_smoothing=value).fit(TABLE, BINARY)


REAL_LOSSES = {
    "absolute_error": ("absolute_error", REAL),
    "huber": ("huber", REAL),
    "log_cosh": ("log_cosh", REAL),
    "quantile": (Quantile(0.9), REAL),
    "quantiles": (Quantile([0.1, 0.5, 0.9]), REAL),
    "quantiles of two": (Quantile([0.1, 0.5, 0.9]), TWO_REAL),
    "gaussian_nll": ("gaussian_nll", REAL),
    "gaussian_nll of two": ("gaussian_nll", TWO_REAL),
    "poisson": ("poisson", COUNTS),
    "large poisson": ("poisson", 1000.0 * COUNTS),
    "own": (PowerError(3.0), REAL),
    "two": ("squared_error", TWO_REAL),
    "one column": ("squared_error", REAL[:, None]),
    "ints": ("squared_error", REAL.astype(int)),
    "strings": ("squared_error", REAL.astype(str)),
}


@pytest.mark.filterwarnings("ignore:A column-vector y was passed")
@pytest.mark.parametrize("linear_path", [0.0, 1.0])
@pytest.mark.parametrize("n_members", [1, 4])
@pytest.mark.parametrize("name", REAL_LOSSES)
def test_losses_of_a_regressor(name, n_members, linear_path):
    loss, y = REAL_LOSSES[name]
    network = regressor(loss=loss, n_members=n_members, linear_path=linear_path, max_iter=16)
    network.fit(TABLE, y)
    mean, std = network.predict(TABLE, return_std=True)
    flat = np.ravel(y) if np.shape(y) == (N, 1) else np.asarray(y)
    assert mean.shape == std.shape == flat.shape
    assert np.isfinite(mean).all()
    assert np.isfinite(std).all()
    assert (std > 0).all()
    # In the units of y: errors are not much larger than those of the mean.
    spread = np.asarray(flat, float).std(axis=0)
    assert (network.residual_std_ <= 2.0 * spread).all()
    assert (network.residual_std_ >= 0.1 * spread).all()


def test_the_answer_of_members_is_their_mean():
    """Also after a link: that of MLPRegressor."""
    network = regressor(loss="poisson", n_members=4, max_iter=16, learning_rate_init=0.3)
    network.fit(TABLE, COUNTS)
    x = network.encoder_.transform(TABLE)
    expected = np.exp(network.network_.copy(np.float64).predict(x)).mean(axis=0).ravel()
    expected = np.clip(expected, COUNTS.min(), COUNTS.max())
    assert_allclose(network.predict(TABLE), expected, rtol=1e-10)


@pytest.mark.parametrize("value", [0.0, 5.0, -0.001])
@pytest.mark.parametrize("n_splits", [1, 2])
def test_constant_targets(value, n_splits):
    network = regressor(n_splits=n_splits, max_iter=8).fit(TABLE, np.full(N, value))
    assert_allclose(network.predict(TABLE), value, rtol=1e-6)


def test_targets_far_from_zero():
    """The advice names no parameter that does not exist."""
    with pytest.warns(UserWarning, match="cannot follow it; subtract a constant from y"):
        regressor().fit(TABLE, 1e9 + REAL)
    with pytest.raises(ValueError, match="y is too large for float32 weights; scale it down"):
        regressor().fit(TABLE, 1e60 * REAL)


def test_wrong_targets():
    bad = np.where(np.arange(N) == 3, np.nan, REAL)
    for network, y, words in [
        (regressor(), bad, "y contains NaN"),
        (regressor(), np.where(np.arange(N) == 3, np.inf, REAL), "y contains infinity"),
        (regressor(), None, "requires y"),
        (regressor(), REAL[:-1], "inconsistent numbers of samples"),
        (regressor(), SPELT, "y"),
        (regressor(), sp.csr_array(LABELS), "sparse"),
        (regressor(loss="poisson"), REAL - 100.0, "poisson|Poisson|negative"),
        (classifier(), bad, "y contains NaN"),
        (classifier(), REAL, "continuous|Unknown label type"),
        (classifier(), None, "requires y"),
        (classifier(), TABLE["sold"].to_numpy(), "y holds dates"),
        (classifier(loss="poisson"), BINARY, "loss"),
        (regressor(loss="log_loss"), REAL, "loss"),
    ]:
        with pytest.raises((ValueError, TypeError), match=words):
            network.fit(TABLE, y)
        assert "network_" not in vars(network)
