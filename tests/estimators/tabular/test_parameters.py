"""Constructor parameters: valid values, presets, randomness."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.estimators.tabular.holdout import FoldHoldout
from sknn.optimizers import AdamW
from sknn.schedules import BatchSize
from tests.estimators.tabular.parts import (
    BINARY,
    KINDS,
    REAL,
    SMALL,
    TABLE,
    THREE,
    N,
    X,
    both,
    classifier,
    scores,
)

WRONG = [
    {"preset": "slow"},
    {"preset": None},
    {"preset": ["fast"]},
    {"n_members": 0},
    {"n_members": 1.5},
    {"n_members": "many"},
    {"n_members": 3, "n_splits": 2},
    {"n_members": 6, "n_splits": 4},
    {"n_splits": 0},
    {"n_splits": "some"},
    {"n_splits": 1.5},
    {"bins": "uniform"},
    {"bins": None},
    {"n_bins": -1},
    {"n_bins": None},
    {"n_bins": 1.5},
    {"linear_path": 1.1},
    {"linear_path": -0.1},
    {"linear_path": "all"},
    {"linear_path": np.nan},
    {"n_picks": 0},
    {"n_picks": None},
    {"max_iter": 0},
    {"max_iter": "long"},
    {"max_iter": 2.5},
    {"max_time": 0},
    {"max_time": "1h"},
    {"hidden_layer_sizes": (0,)},
    {"hidden_layer_sizes": "wide"},
    {"hidden_layer_sizes": (8, -1)},
    {"hidden_layer_sizes": (8, 2.5)},
    {"activation": "nothing"},
    {"activation": ["relu", "relu", "relu"]},
    {"dropout": 1.0},
    {"dropout": -0.1},
    {"dropout": [0.1, 0.1, 0.1]},
    {"loss": "nothing"},
    {"loss": None},
    {"solver": "lbfgs"},
    {"solver": "nothing"},
    {"learning_rate": "fast"},
    {"learning_rate": 0.1},
    {"learning_rate_init": 0.0},
    {"learning_rate_init": "auto"},
    {"weight_decay": -0.1},
    {"batch_size": 0},
    {"batch_size": "all"},
    {"random_state": -1},
    {"random_state": "seed"},
    {"random_state": np.random.default_rng(0)},
    {"verbose": "yes"},
    {"warm_start": "yes"},
    {"callbacks": [print]},
    {"categorical_features": "some"},
    {"categorical_features": [17]},
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: next(iter(wrong)))
def test_wrong_values_are_named(wrong, kind):
    small = {} if wrong.keys() & {"n_members", "n_splits"} else SMALL
    network = kind(**small | wrong)
    network.get_params(deep=True)
    repr(network)
    name = next(iter(wrong))
    with pytest.raises((ValueError, TypeError), match=name):
        network.fit(TABLE, THREE if kind is TabularMLPClassifier else REAL)
    assert "network_" not in vars(network)


@pytest.mark.parametrize("wrong", [{"output_range": "all"}, {"output_range": (2.0, 1.0)}], ids=str)
def test_wrong_ranges(wrong):
    with pytest.raises(ValueError, match="output_range"):
        TabularMLPRegressor(**SMALL | wrong).fit(TABLE, REAL)


@pytest.mark.parametrize("kind", KINDS)
def test_full_batch_training_is_refused(kind):
    network = kind(solver="lbfgs")
    with pytest.raises(ValueError, match="solver='lbfgs' has no epochs"):
        network.fit(TABLE, THREE)
    assert not hasattr(network, "partial_fit")


def test_presets():
    found = {}
    for preset in ("fast", "default", "best"):
        for kind, y in zip(KINDS, (THREE, REAL), strict=True):
            network = kind(preset=preset, hidden_layer_sizes=(4,), random_state=0).fit(TABLE, y)
            found[kind, preset] = (network.n_iter_, network.run_.n_members)
            stated = kind(preset=preset, hidden_layer_sizes=(4,), max_iter=2, n_members=2)
            stated.set_params(n_splits=2, n_picks=1, n_bins=0, linear_path=0.0)
            stated.fit(TABLE, y)
            assert stated.n_iter_ == stated.network_.n_members == 2
            assert stated.encoder_.n_linear_ == 0
            assert not any("_bin" in name for name in stated.encoder_.get_feature_names_out())
    for kind, epochs in zip(KINDS, (40, 32), strict=True):
        assert found[kind, "fast"] == (24, 4)
        assert found[kind, "default"] == (epochs, 5)
        assert found[kind, "best"] == (epochs, 8 if kind is KINDS[0] else 16)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, (5, 5)),
        ({"n_members": 1}, (1, 5)),
        ({"n_members": 4}, (4, 4)),
        ({"n_members": 12}, (12, 6)),
        ({"n_members": 11}, (11, 11)),
        ({"n_splits": 3}, (3, 3)),
        ({"n_splits": 1}, (5, 1)),
        ({"n_members": 2, "n_splits": 4}, (2, 4)),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_members_and_folds_go_together(kind, given, expected):
    network = kind(**given)
    settings = network._recipe().family_settings
    assert (settings.n_members, settings.n_splits) == expected


def test_parameters_reach_the_network():
    network = classifier(hidden_layer_sizes=(5, 4), dropout=[0.1, 0.0], activation=["relu", "tanh"])
    network.fit(TABLE, THREE)
    weights = [own["W"].shape[1:] for own in network.get_weights().values() if "W" in own]
    assert weights[1:] == [(5, 4), (4, 3)]
    assert "dropout0" in network.network_.names
    assert "dropout1" not in network.network_.names
    for parameters in (
        {"hidden_layer_sizes": 6},
        {"hidden_layer_sizes": ()},
        {"batch_size": 16},
        {"batch_size": BatchSize(8, 32)},
        {"solver": AdamW(beta_1=0.8)},
        {"solver": "sgd"},
        {"learning_rate": "constant"},
        {"learning_rate": "plateau"},
        {"dropout": 0.0, "weight_decay": 0.0},
    ):
        for each, y in both(**parameters):
            each.fit(TABLE, y).predict(TABLE)


def test_get_and_set_params():
    for network, _ in both():
        params = network.get_params()
        assert type(network)(**params).get_params() == params
        assert clone(network).get_params() == params
        assert set(params) == set(network.set_params(preset="fast", n_bins=3).get_params())
        assert network.preset == "fast"
        with pytest.raises(ValueError, match="Invalid parameter"):
            network.set_params(nothing=1)


@pytest.mark.parametrize("place", [0, 1])
def test_random_states(place):
    def answer(seed):
        network, y = both(random_state=seed)[place]
        return scores(network.fit(TABLE, y), TABLE)

    assert_array_equal(answer(1), answer(1))
    assert not np.array_equal(answer(1), answer(2))
    assert not np.array_equal(answer(None), answer(None))
    same = [answer(np.random.RandomState(5)) for _ in range(2)]
    assert_array_equal(*same)
    state = np.random.RandomState(5)
    assert not np.array_equal(answer(state), answer(state))
    assert_array_equal(answer(np.int64(1)), answer(1))


def test_pickles_of_a_plain_fit_are_small():
    for network, y in both(hidden_layer_sizes=(64, 64), n_members=4):
        network.fit(TABLE, y)
        weights = network.network_.theta.nbytes
        encoder = len(pickle.dumps(network.encoder_))
        assert len(pickle.dumps(network)) <= 1.2 * weights + encoder
        twin = pickle.loads(pickle.dumps(network))
        assert_array_equal(scores(twin, TABLE), scores(network, TABLE))
        assert network.run_.optimizer_state is None
        assert network.run_.candidates == ()


def test_out_of_fold_losses_choose_the_epochs():
    for network, y in both(max_iter=10, n_picks=2):
        network.fit(TABLE, y)
        losses = network.history_["out_of_fold_loss"]
        assert losses.shape == (10,)
        assert np.isfinite(losses).all()
        assert network.network_.n_members in (2, 4)
        assert len(network.member_shares_) == network.network_.n_members
        assert network.member_shares_.sum() == pytest.approx(1.0)
        epochs = network.member_epochs_
        assert len(epochs) == network.network_.n_members
        assert set(epochs) <= set(range(11)) and len(set(epochs)) == len(epochs) // 2
        one = type(network)(**network.get_params() | {"n_picks": 1}).fit(TABLE, y)
        assert one.network_.n_members == 2


def test_folds_hold_out_other_rows_of_all_classes(monkeypatch):
    y = np.r_[np.zeros(N - 8, int), np.ones(8, int)]
    seen, deal = [], FoldHoldout.deal

    def spy(self, state):
        seen.append(deal(self, state))
        return seen[-1]

    monkeypatch.setattr(FoldHoldout, "deal", spy)
    classifier(n_members=4, n_splits=4, max_iter=1).fit(X, y)
    (folds,) = seen
    for train, held_out in zip(folds.train, folds.held_out, strict=True):
        assert not set(train) & set(held_out)
        assert len(train) + len(held_out) == N
        assert y[held_out].sum() == 2
    assert_array_equal(np.sort(np.concatenate(folds.held_out)), np.arange(N))


@pytest.mark.parametrize("y", [BINARY, THREE])
@pytest.mark.parametrize("sizes", [(8,), ()])
def test_two_classes_double_the_rate_but_not_the_decay(y, sizes):
    trained = classifier(hidden_layer_sizes=sizes, max_iter=1).fit(TABLE, y)
    network = trained.network_
    single = network.with_members(network.theta[0])
    rates, decays = trained._factors(single)
    assert np.allclose((rates[: len(decays)] * decays), 1.0)
    bias = next(
        s for s in single.layout.slots if s.layer == len(single.layers) - 1 and s.name == "b"
    )
    assert np.allclose(rates[bias.start : bias.stop], 0.1 * (2.0 if y.max() == 1 else 1.0))


def test_a_single_column_and_a_single_unit():
    network = classifier(hidden_layer_sizes=(1,)).fit(BINARY[:, None], BINARY)
    assert np.isfinite(network.predict_proba(BINARY[:, None])).all()
