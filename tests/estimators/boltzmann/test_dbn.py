"""Deep belief networks: stacked machines, then backpropagation."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits

from sknn import BernoulliRBM, DBNClassifier, DBNRegressor, GaussianRBM, MLPClassifier
from sknn.estimators.boltzmann.contrastive_divergence import Measure
from sknn.exceptions import InvalidParameterError
from tests.checks.runs import assert_parts_make_the_whole
from tests.estimators.data import BINARY, REAL, THREE, X

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    # Some checks draw columns of mean 100 and standard deviation 1.
    pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning"),
]

KINDS = (DBNClassifier, DBNRegressor)
UNIT = (X - X.min(axis=0)) / np.ptp(X, axis=0)
SMALL = {
    "hidden_layer_sizes": (6, 4),
    "pretrain_n_iter": 3,
    "batch_size": 16,
    "max_iter": 4,
    "learning_rate_init": 0.01,
    "random_state": 3,
}


def target(kind):
    return THREE if kind is DBNClassifier else REAL


@pytest.mark.parametrize("kind", KINDS)
def test_starts_from_a_stack_of_machines(kind):
    net = kind(**SMALL).initialize(UNIT, target(kind))
    first, second = net.rbms_
    assert isinstance(first, BernoulliRBM) and isinstance(second, BernoulliRBM)
    for rbm, W, b in zip(net.rbms_, net.coefs_, net.intercepts_, strict=False):
        assert_array_equal(W, rbm.components_.T)
        assert_array_equal(b, rbm.intercept_hidden_)
    again = clone(second).fit(first.transform(UNIT))
    assert_array_equal(again.components_, second.components_)
    assert_allclose(net.transform(UNIT), second.transform(first.transform(UNIT)))
    assert not np.array_equal(kind(**SMALL).fit(UNIT, target(kind)).coefs_[0], net.coefs_[0])


@pytest.mark.parametrize(
    ("wanted", "rows", "found"),
    [
        ("auto", UNIT, BernoulliRBM),
        ("auto", sp.csr_array(UNIT), BernoulliRBM),
        ("auto", X, GaussianRBM),
        ("gaussian", UNIT, GaussianRBM),
        ("bernoulli", UNIT, BernoulliRBM),
    ],
)
def test_the_lowest_machine_suits_the_rows(wanted, rows, found):
    net = DBNClassifier(**SMALL, pretrain_visible=wanted).initialize(rows, THREE)
    assert type(net.rbms_[0]) is found
    assert net.rbms_[0].learning_rate == (0.1 if found is BernoulliRBM else 0.01)
    assert type(net.rbms_[1]) is BernoulliRBM


def test_settings_reach_the_machines():
    own = {"learning_rate": 0.03, "n_iter": 2, "batch_size": 7, "n_gibbs": 2, "persistent": True}
    own |= {"momentum": 0.25}
    prefixed = {f"pretrain_{name}": value for name, value in own.items()}
    net = DBNClassifier(**SMALL | prefixed).initialize(UNIT, THREE)
    for rbm in net.rbms_:
        assert {name: getattr(rbm, name) for name in own} == own


@pytest.mark.parametrize("kind", KINDS)
def test_parts_make_the_whole(kind):
    known = {"classes": np.unique(THREE)} if kind is DBNClassifier else {}
    assert_parts_make_the_whole(kind(**SMALL), 4, UNIT, target(kind), **known)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_pre_trains_once(kind):
    known = {"classes": np.unique(THREE)} if kind is DBNClassifier else {}
    stream = kind(**SMALL).partial_fit(UNIT, target(kind), **known)
    machines = stream.rbms_
    assert stream.partial_fit(UNIT, target(kind)).rbms_ is machines


@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_repeated_rows_where_one_batch_holds_all(kind):
    counts, y = np.random.default_rng(0).integers(0, 3, len(X)), target(kind)
    counts[np.unique(y, return_index=True)[1][:3]] = 1
    together = {"pretrain_batch_size": 200, "pretrain_persistent": True, "batch_size": 200}
    net = kind(**SMALL | together)
    with pytest.warns(UserWarning, match="batch_size"):
        weighted = clone(net).fit(UNIT, y, sample_weight=counts)
        repeated = clone(net).fit(UNIT.repeat(counts, axis=0), y.repeat(counts))
    assert_allclose(weighted.coefs_[0], repeated.coefs_[0], atol=1e-9)
    assert_allclose(weighted.predict(UNIT), repeated.predict(UNIT), atol=1e-6)


def test_class_weight_early_stopping_and_validation_rows():
    net = DBNClassifier(**SMALL, class_weight="balanced", early_stopping=True)
    net = net.set_params(validation_fraction=0.2).fit(UNIT, BINARY)
    assert len(net.history_["validation_loss"]) == net.n_iter_
    chosen = DBNClassifier(**SMALL).fit(UNIT[:40], BINARY[:40], X_val=UNIT[40:], y_val=BINARY[40:])
    assert len(chosen.validation_scores_) == 4


def test_held_out_rows_take_no_part_in_pretraining():
    settings = SMALL | {"early_stopping": True, "validation_fraction": 0.5}
    first = DBNClassifier(**settings).fit(UNIT, BINARY).rbms_[0]
    assert first.t_ == 30 * first.n_iter


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_and_sparse_rows(dtype):
    rows = np.where(UNIT > 0.5, UNIT, 0).astype(dtype)
    dense = DBNClassifier(**SMALL).fit(rows, THREE)
    sparse = DBNClassifier(**SMALL).fit(sp.csr_array(rows), THREE)
    assert dense.coefs_[0].dtype == dtype
    assert_allclose(sparse.predict_proba(rows), dense.predict_proba(rows), rtol=2e-3)


def test_a_failed_call_changes_nothing():
    net = DBNClassifier(**SMALL).fit(UNIT, THREE)
    before = pickle.dumps(net)
    with pytest.raises(ValueError, match="NaN"):
        net.fit(np.full_like(UNIT, np.nan), THREE)
    assert pickle.dumps(net) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"pretrain_visible": "binary"},
        {"pretrain_learning_rate": 0},
        {"pretrain_n_iter": -1},
        {"pretrain_batch_size": "auto"},
        {"pretrain_n_gibbs": 0},
        {"pretrain_persistent": "no"},
        {"pretrain_momentum": 2.0},
        {"max_iter": 0},
    ],
)
def test_wrong_parameters(wrong):
    with pytest.raises(InvalidParameterError, match=f"The '{next(iter(wrong))}' parameter"):
        DBNClassifier(**wrong).fit(UNIT, THREE)


def test_pretraining_cures_vanishing_gradients():
    """Four logistic layers, as many epochs: small weights learn nothing, pretrained ones most."""
    images, digits = load_digits(return_X_y=True)
    images, test = images[:1000] / 16, images[1000:] / 16
    settings = {"max_iter": 15, "learning_rate_init": 0.01, "random_state": 0}
    sizes = (50,) * 4
    small = MLPClassifier(sizes, "logistic", weight_init="normal", **settings)
    deep = DBNClassifier(sizes, pretrain_n_iter=15, **settings)
    small, deep = (net.fit(images, digits[:1000]) for net in (small, deep))
    assert small.score(test, digits[1000:]) < 0.3
    assert deep.score(test, digits[1000:]) > 0.75


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupt_in_pretraining_ends_the_call(kind, monkeypatch):
    def interrupt(self, progress):
        raise KeyboardInterrupt

    monkeypatch.setattr(Measure, "on_epoch_end", interrupt)
    net = kind(**SMALL)
    before = dict(vars(net))
    with pytest.raises(KeyboardInterrupt):
        net.fit(UNIT, target(kind))
    assert vars(net) == before


def test_divergence_in_pretraining_says_where():
    with pytest.raises(ValueError, match="pretraining of layer 0 .parameters pretrain_"):
        DBNClassifier(**SMALL, pretrain_learning_rate=10.0).fit(X * 1e200, THREE)
