"""Restricted Boltzmann machines keep scikit-learn's contract and add what it lacks."""

import pickle
import re
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import sklearn.neural_network
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from sknn import BernoulliRBM, GaussianRBM, MLPClassifier
from sknn.callbacks import Callback, Diagnostics, LearningRateRange, WeightAveraging
from sknn.exceptions import InvalidParameterError
from sknn.initializers import Pretrained
from tests.checks.runs import (
    assert_checkpoints_go_on,
    assert_parts_make_the_whole,
)

KINDS = (BernoulliRBM, GaussianRBM)
RNG = np.random.default_rng(0)
# Two patterns of six bits, each bit wrong with probability 0.1.
PATTERNS = np.array([[1, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 1]])
BITS = (PATTERNS[RNG.integers(2, size=80)] ^ (RNG.random((80, 6)) < 0.1)).astype(float)
SMALL = {"n_components": 4, "n_iter": 6, "random_state": 3}
WAYS = {
    "plain": {},
    "contrastive": {"persistent": False},
    "gibbs": {"n_gibbs": 3},
    "momentum": {"momentum": 0.5, "weight_decay": 0.01},
    "sparse": {"sparsity_target": 0.2, "batch_size": 7},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_resumption_is_exact(kind, way):
    assert_parts_make_the_whole(kind(**SMALL | WAYS[way]), 6, BITS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_sparse_rows_and_precision(kind, dtype):
    dense = kind(**SMALL).fit(BITS.astype(dtype))
    sparse = kind(**SMALL).fit(sp.csr_array(BITS.astype(dtype)))
    assert_allclose(sparse.components_, dense.components_, rtol=1e-6)
    rows = sp.csr_array(BITS.astype(dtype))
    for name in ("transform", "reconstruct", "free_energy", "score_samples"):
        one, other = getattr(dense, name)(BITS.astype(dtype)), getattr(dense, name)(rows)
        assert one.dtype == dtype
        assert_allclose(one, other, rtol=1e-4)
    assert dense.components_.dtype == dense.sample(2, n_steps=3).dtype == dtype


@pytest.mark.parametrize("way", ["plain", "sparse"])
@pytest.mark.parametrize("kind", KINDS)
def test_weights_are_repeated_rows(kind, way):
    counts = RNG.integers(0, 3, len(BITS))
    rbm = kind(**SMALL | WAYS[way] | {"batch_size": 500})
    weighted = clone(rbm).fit(BITS, sample_weight=counts)
    repeated = clone(rbm).fit(BITS.repeat(counts, axis=0))
    hundred = clone(rbm).fit(BITS, sample_weight=100.0 * counts)
    assert_allclose(weighted.components_, repeated.components_, atol=1e-10)
    assert_allclose(weighted.components_, hundred.components_, atol=1e-10)


def test_constructor_is_that_of_scikit_learn():
    theirs = sklearn.neural_network.BernoulliRBM().get_params()
    ours = BernoulliRBM().get_params()
    assert {name: ours[name] for name in theirs} == theirs
    names = BernoulliRBM.__init__.__code__.co_varnames[1:7]
    assert set(names) == set(theirs)
    with pytest.raises(TypeError):
        BernoulliRBM(2, 0.1)


def test_attributes_are_those_of_scikit_learn():
    theirs = sklearn.neural_network.BernoulliRBM(4, random_state=0).fit(BITS)
    ours = BernoulliRBM(4, random_state=0).fit(BITS)
    for name in ("components_", "intercept_hidden_", "intercept_visible_", "h_samples_"):
        assert getattr(ours, name).shape == getattr(theirs, name).shape
    assert ours.n_features_in_ == 6
    for name in ("components_", "intercept_hidden_", "intercept_visible_", "h_samples_"):
        setattr(ours, name, getattr(theirs, name))
    assert_allclose(ours.transform(BITS), theirs.transform(BITS))
    assert_allclose(ours.free_energy(BITS), theirs._free_energy(BITS))


def test_no_chains_to_show_without_persistence():
    rbm = BernoulliRBM(**SMALL, persistent=False).fit(BITS)
    assert not hasattr(rbm, "h_samples_")
    assert rbm.sample(3, n_steps=5).shape == (3, 6)


def test_scores_are_exact_and_the_same_twice():
    rbm = BernoulliRBM(**SMALL).fit(BITS)
    first = rbm.score_samples(BITS)
    assert_array_equal(first, rbm.score_samples(BITS))
    assert rbm.score(BITS) == first.mean()
    log_p = -rbm.free_energy(BITS)
    expected = np.zeros(len(BITS))
    for i in range(6):
        flipped = BITS.copy()
        flipped[:, i] = 1 - flipped[:, i]
        expected += log_p - np.logaddexp(log_p, -rbm.free_energy(flipped))
    assert_allclose(first, expected)
    noise = RNG.integers(0, 2, BITS.shape).astype(float)
    assert rbm.score(BITS) > rbm.score(noise)


def test_score_can_be_searched():
    search = GridSearchCV(
        BernoulliRBM(4, random_state=0), {"learning_rate": [1e-4, 0.3], "n_iter": [20]}, cv=2
    )
    assert search.fit(BITS).best_params_["learning_rate"] == 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_training_makes_the_rows_likelier(kind):
    bits = kind is BernoulliRBM
    rows = BITS if bits else (BITS - BITS.mean(axis=0)) / BITS.std(axis=0)
    rbm = kind(4, learning_rate=0.2 if bits else 0.05, random_state=0)
    before = clone(rbm).set_params(n_iter=0).fit(rows).log_likelihood(rows).mean()
    after = clone(rbm).set_params(n_iter=60).fit(rows).log_likelihood(rows).mean()
    assert after > before + 0.3


def test_likelihood_by_both_methods():
    rbm = BernoulliRBM(6, learning_rate=0.3, n_iter=30, random_state=0).fit(BITS)
    exact = rbm.log_partition()
    estimated = rbm.log_partition(method="ais", n_steps=500, random_state=1)
    assert exact == rbm.log_partition(method="exact")
    assert exact.standard_error == 0.0 < estimated.standard_error
    assert abs(estimated.value - exact.value) < 4 * estimated.standard_error + 0.01
    assert_array_equal(
        rbm.log_likelihood(BITS, method="ais", n_steps=9, random_state=1),
        rbm.log_likelihood(BITS, method="ais", n_steps=9, random_state=1),
    )
    with pytest.raises(ValueError, match="method must be"):
        rbm.log_likelihood(BITS, method="exactly")


def test_real_numbers():
    """A Gaussian machine learns two clouds that one normal distribution cannot represent."""
    clouds = RNG.standard_normal((200, 2)) * 0.5 + np.where(RNG.random((200, 1)) < 0.5, -2, 2)
    rbm = GaussianRBM(3, n_iter=40, learning_rate=0.02, random_state=0).fit(clouds)
    samples = rbm.sample(300, n_steps=200)
    assert np.abs(samples.mean(axis=1)).mean() > 1.2
    assert_allclose(samples.std(axis=0), clouds.std(axis=0), rtol=0.25)
    middle = np.zeros((1, 2))
    assert rbm.log_likelihood(clouds).mean() > rbm.log_likelihood(middle)[0]


def test_samples_look_like_the_rows():
    rbm = BernoulliRBM(8, learning_rate=0.05, n_iter=200, persistent=False, random_state=0)
    rbm = rbm.fit(BITS)
    samples = rbm.sample(400, n_steps=100)
    assert set(np.unique(samples)) == {0.0, 1.0}
    assert_allclose(samples.mean(axis=0), BITS.mean(axis=0), atol=0.25)
    wrong = np.abs(samples[:, None] - PATTERNS).sum(axis=2).min(axis=1)
    assert wrong.mean() < 1.2


def test_generators_of_sampling():
    rbm = BernoulliRBM(**SMALL).fit(BITS)
    twin = clone(rbm).fit(BITS)
    first = rbm.gibbs(BITS)
    assert first.shape == BITS.shape
    assert not np.array_equal(first, rbm.gibbs(BITS))
    assert_array_equal(first, twin.gibbs(BITS))
    assert_array_equal(rbm.gibbs(BITS, 3, random_state=1), twin.gibbs(BITS, 3, random_state=1))
    assert_array_equal(rbm.sample(4, random_state=1), rbm.sample(4, random_state=1))
    # Sampling does not affect training.
    assert_array_equal(rbm.partial_fit(BITS).components_, twin.partial_fit(BITS).components_)
    for wrong in ({"n_samples": 0}, {"n_steps": 1.5}):
        with pytest.raises(ValueError, match="must be an int >= 1"):
            rbm.sample(**wrong)


def test_reconstruction_is_a_mean():
    rbm = BernoulliRBM(8, learning_rate=0.2, n_iter=60, random_state=0).fit(BITS)
    rebuilt = rbm.reconstruct(BITS)
    assert ((rebuilt > 0) & (rebuilt < 1)).all()
    assert np.mean((rebuilt - BITS) ** 2) < BITS.var(axis=0).mean()
    assert rbm.loss_ == pytest.approx(np.mean((rebuilt - BITS) ** 2))


@pytest.mark.parametrize("X", [BITS * 2.0, BITS - 0.5, sp.csr_array(BITS * 3.0)])
def test_warns_outside_the_unit_interval(X):
    with pytest.warns(UserWarning, match="X has values from .*GaussianRBM"):
        BernoulliRBM(**SMALL).fit(X)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        BernoulliRBM(**SMALL).fit(BITS)
        GaussianRBM(**SMALL).fit(X)


def test_history_shows_overfitting():
    """With many units and few rows, the free energy of new rows exceeds that of known rows."""
    rows, fresh = BITS[:12], BITS[12:40]
    rbm = BernoulliRBM(32, n_iter=150, learning_rate=0.2, persistent=False, random_state=0)
    history = rbm.fit(rows, X_val=fresh).history_
    names = {"loss", "validation_loss", "free_energy", "validation_free_energy", "gradient_norm"}
    assert names <= set(history)
    gap = history["validation_free_energy"] - history["free_energy"]
    assert gap[-1] > gap[0] + 0.5
    assert history["loss"][-1] < history["loss"][0]
    assert history["validation_loss"][-1] > history["loss"][-1]
    assert "free_energy" not in rbm.fit(rows).history_


def test_sparsity_target_is_met():
    loose = BernoulliRBM(16, n_iter=40, random_state=0).fit(BITS)
    tight = BernoulliRBM(
        16, n_iter=40, random_state=0, sparsity_target=0.1, sparsity_weight=1.0
    ).fit(BITS)
    assert tight.transform(BITS).mean() < 0.2 < loose.transform(BITS).mean()


def test_weight_decay_shrinks():
    free = BernoulliRBM(**SMALL).fit(BITS)
    held = BernoulliRBM(**SMALL, weight_decay=1.0).fit(BITS)
    assert np.linalg.norm(held.components_) < np.linalg.norm(free.components_)


def test_visible_biases_start_at_the_means():
    bits = BernoulliRBM(4, n_iter=0, random_state=0).fit(BITS).intercept_visible_
    shares = (BITS.mean(axis=0) + 0.05) / 1.1
    assert_allclose(bits, np.log(shares / (1 - shares)))
    reals = GaussianRBM(4, n_iter=0, random_state=0).fit(BITS).intercept_visible_
    assert_allclose(reals, BITS.mean(axis=0))


def test_a_failed_call_changes_nothing():
    rbm = BernoulliRBM(**SMALL).partial_fit(BITS)
    before = pickle.dumps(rbm)

    class Fail(Callback):
        def on_epoch_end(self, progress):
            raise RuntimeError("no")

    for fails in (
        lambda: rbm.partial_fit(BITS[:, :4]),
        lambda: rbm.partial_fit(np.full((3, 6), np.nan)),
        lambda: rbm.set_params(callbacks=[Fail()]).partial_fit(BITS),
    ):
        with pytest.raises((ValueError, RuntimeError)):
            fails()
        rbm.set_params(callbacks=None)
        assert pickle.dumps(rbm) == before


def test_divergence_is_reported():
    rbm = GaussianRBM(8, learning_rate=50.0, random_state=0)
    with pytest.raises(ValueError, match="non-finite"):
        rbm.set_params(n_iter=200).fit(100.0 * BITS)
    assert not hasattr(rbm, "network_")


def test_pickle_of_a_plain_fit_is_small():
    rbm = BernoulliRBM(64, momentum=0.9, random_state=0).fit(RNG.random((50, 200)))
    assert len(pickle.dumps(rbm)) < 1.2 * rbm.network_.theta.nbytes


def test_weights_by_name_and_as_a_start():
    rbm = BernoulliRBM(**SMALL).fit(BITS)
    weights = rbm.get_weights()["hidden0"]
    assert set(weights) == {"W", "b", "a", "chains"}
    assert "Boltzmann" in rbm.summary()
    labels = BITS[:, 0].astype(int)
    net = MLPClassifier((4,), "logistic", weight_init=Pretrained(rbm), random_state=0)
    net = net.initialize(BITS, labels)
    assert_array_equal(net.coefs_[0], rbm.components_.T)
    assert_array_equal(net.intercepts_[0], rbm.intercept_hidden_)


@pytest.mark.parametrize(
    "wrong",
    [
        {"n_components": 0},
        {"learning_rate": 0},
        {"learning_rate": "constant"},
        {"batch_size": "auto"},
        {"n_iter": -1},
        {"n_gibbs": 0},
        {"persistent": 1},
        {"momentum": 1.5},
        {"weight_decay": -1},
        {"sparsity_target": 1.0},
        {"sparsity_weight": -0.1},
        {"random_state": -1},
    ],
)
def test_wrong_parameters(wrong):
    with pytest.raises(InvalidParameterError, match=f"The '{next(iter(wrong))}' parameter"):
        BernoulliRBM(**wrong).fit(BITS)


@pytest.mark.parametrize(
    "method", ["transform", "reconstruct", "gibbs", "free_energy", "score_samples", "score"]
)
def test_needs_a_fit(method):
    with pytest.raises(NotFittedError):
        getattr(BernoulliRBM(), method)(BITS)
    with pytest.raises(NotFittedError):
        BernoulliRBM().sample(2)


def test_changed_shapes_are_refused_in_a_stream():
    rbm = BernoulliRBM(**SMALL).partial_fit(BITS)
    with pytest.raises(ValueError, match="architecture parameters differ"):
        rbm.set_params(n_components=5).partial_fit(BITS)


def test_batches_larger_than_the_data_and_verbosity(capsys):
    rbm = BernoulliRBM(2, batch_size=100, n_iter=2, verbose=True, random_state=0).fit(BITS[:4])
    assert capsys.readouterr().out.count("Iteration") == 2
    rbm.partial_fit(BITS[:4], X_val=BITS[4:])
    told = capsys.readouterr().out
    assert "Iteration 3, 4 rows, " in told and "validation loss = " in told


@pytest.mark.parametrize("weight", [None, np.arange(4.0)])
@pytest.mark.parametrize("kind", KINDS)
def test_the_line_of_an_epoch_begins_as_that_of_scikit_learn(kind, weight, capsys):
    sklearn.neural_network.BernoulliRBM(2, n_iter=2, verbose=1, random_state=0).fit(BITS[:4])
    theirs = re.sub(r"Iteration (\d)", r"Iteration \1/2", capsys.readouterr().out).splitlines()
    rbm = kind(2, n_iter=2, verbose=1, random_state=0).fit(BITS[:4], sample_weight=weight)
    ours = capsys.readouterr().out
    number = re.compile(r"(?<=pseudo-likelihood = )-?\d+\.\d+")
    for own, line in zip(ours.splitlines(), theirs, strict=True):
        begin = line[: line.index(", time")].replace("Bernoulli", kind.__name__[:-3])
        assert number.sub("0.00", own).startswith(number.sub("0.00", begin) + ", loss = ")
    last = float(number.findall(ours)[-1])
    assert last == pytest.approx(np.average(rbm.score_samples(BITS[:4]), weights=weight), abs=0.006)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_name_what_the_user_gave(kind):
    for wrong in (BITS[:, :2], BITS[:0], np.full((2, 6), np.nan)):
        with pytest.raises(ValueError, match="X_val"):
            kind(**SMALL).fit(BITS, X_val=wrong)


@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
def test_advice_against_divergence_names_parameters_there_are():
    with pytest.raises(ValueError, match="lower learning_rate[.]"):
        GaussianRBM(**SMALL, learning_rate=10).fit(BITS * 1e200)


@pytest.mark.parametrize("callback", [Diagnostics(), LearningRateRange()], ids=repr)
def test_callbacks_that_need_a_loss_say_so(callback):
    rbm = BernoulliRBM(**SMALL, callbacks=[callback])
    with pytest.raises(ValueError, match=f"{type(callback).__name__}.*remove it from callbacks"):
        rbm.fit(BITS)
    assert not hasattr(rbm, "network_")


def test_a_checkpoint_continues_bit_for_bit(tmp_path):
    rbm = BernoulliRBM(**SMALL | {"momentum": 0.5, "sparsity_target": 0.2})
    assert_checkpoints_go_on(rbm, tmp_path / "rbm.ckpt", 6, BITS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_weights_are_weights_of_one_in_a_run_that_began_with_others(kind):
    begun = kind(**SMALL).partial_fit(BITS, sample_weight=np.full(len(BITS), 2.0))
    without = clone(begun).partial_fit(BITS, sample_weight=np.full(len(BITS), 2.0))
    without.partial_fit(BITS)
    begun.partial_fit(BITS, sample_weight=np.ones(len(BITS)))
    assert_allclose(without.components_, begun.components_, rtol=1e-12)


@pytest.mark.parametrize(
    "average", [WeightAveraging(), WeightAveraging("swa", start=0.5)], ids=repr
)
def test_an_average_of_weights_keeps_the_states_of_the_chains(average):
    plain = BernoulliRBM(**SMALL).fit(BITS)
    rbm = BernoulliRBM(**SMALL, callbacks=[average]).fit(BITS)
    assert_array_equal(rbm.h_samples_, plain.h_samples_)
    assert np.abs(rbm.components_ - plain.components_).max() > 0
