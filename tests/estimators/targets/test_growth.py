"""Labels that first appear later in a stream."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sknn import MLPClassifier

RNG = np.random.default_rng(0)
X = RNG.standard_normal((90, 4))
Y = np.digitize(X[:, 0], [-1.0, -0.3, 0.4, 1.1])  # 0 .. 4


def net(**parameters):
    settings = {"hidden_layer_sizes": (6,), "random_state": 0, "learning_rate_init": 0.01}
    return MLPClassifier(**settings | parameters)


def stream(network, labels, classes, **arguments):
    chosen = np.isin(Y, labels)
    return network.partial_fit(X[chosen], Y[chosen], classes=classes, **arguments)


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("first", [[1, 3], [1, 2, 4], [0, 4]], ids=str)
def test_old_weights_stay_where_their_class_is(first, members, monkeypatch):
    network = stream(net(n_members=members), first, first)
    before = network.get_weights()
    old = network.decision_function(X) if members == 1 else None
    # A chunk without weight adds no class, so check the step before training.
    monkeypatch.setattr("sknn.estimators.fit.stages.solve", lambda *call: None)
    stream(network, range(5), range(5))
    assert_array_equal(network.classes_, np.arange(5))
    after = network.get_weights()
    assert_array_equal(before["hidden0"]["W"], after["hidden0"]["W"])
    assert after["output"]["W"].shape[-1] == 5
    if len(first) > 2:
        assert_array_equal(after["output"]["W"][..., first], before["output"]["W"])
        assert_array_equal(after["output"]["b"][..., first], before["output"]["b"])
    else:
        zero, moved = first
        assert (after["output"]["W"][..., zero] == 0).all()
        assert (after["output"]["b"][..., zero] == 0).all()
        assert_array_equal(after["output"]["W"][..., [moved]], before["output"]["W"])
    if members == 1:
        scores = network.decision_function(X)[:, first]
        now = scores[:, 1] - scores[:, 0] if len(first) == 2 else scores
        assert_allclose(now, old, rtol=1e-12)


@pytest.mark.parametrize("solver", ["adam", "sgd", "amsgrad", "adadelta", "lion", "lazy_adam"])
def test_moments_move_along(solver, monkeypatch):
    network = stream(net(solver=solver), [1, 2, 4], [1, 2, 4])
    old = {name: array.copy() for name, array in network.run_.optimizer_state.items()}
    layout = network.network_.layout
    monkeypatch.setattr("sknn.estimators.fit.stages.solve", lambda *call: None)
    stream(network, range(5), range(5))
    new_layout = network.network_.layout
    assert set(old) == set(network.run_.optimizer_state)
    for name, moment in network.run_.optimizer_state.items():
        was, now = layout.views(old[name]), new_layout.views(moment)
        assert_array_equal(was[0]["W"], now[0]["W"])
        assert_array_equal(was[-1]["W"], now[-1]["W"][:, [1, 2, 4]])
        assert (now[-1]["W"][:, [0, 3]] == 0).all()


def test_a_grown_network_learns_the_new_class_and_keeps_the_old():
    network = net(learning_rate_init=0.02)
    for _ in range(60):
        stream(network, [1, 2], [1, 2])
    old = Y[:, None] == [1, 2]
    known = old.any(axis=1)
    assert network.score(X[known], Y[known]) > 0.9
    for _ in range(120):
        stream(network, range(5), range(5))
    assert network.score(X, Y) > 0.85
    assert network.score(X[known], Y[known]) > 0.8
    assert_array_equal(pickle.loads(pickle.dumps(network)).predict(X), network.predict(X))


def test_growth_is_exact_when_pickled_in_between():
    through = stream(net(dropout=0.3), [0, 1], [0, 1])
    paused = pickle.loads(pickle.dumps(through))
    for network in (through, paused):
        stream(network, range(5), range(5))
    assert_array_equal(through.predict_proba(X), paused.predict_proba(X))


def test_from_one_class_to_two_and_three():
    network = stream(net(), [2], [2])
    assert network.predict_proba(X).shape == (90, 1)
    stream(network, [2, 3], [2, 3])
    assert network.predict_proba(X).shape == (90, 2)
    stream(network, [1, 2, 3], [1, 2, 3])
    assert network.predict_proba(X).shape == (90, 3)
    assert_allclose(network.predict_proba(X).sum(axis=1), 1.0)


def test_strings_of_greater_length():
    names = np.array(["ox", "cat", "horse"])
    y = names[np.digitize(X[:, 0], [-0.5, 0.5])]
    known = y != "horse"
    network = net().partial_fit(X[known], y[known], classes=["cat", "ox"])
    network.partial_fit(X, y, classes=names)
    assert_array_equal(network.classes_, np.sort(names))
    for _ in range(100):
        network.partial_fit(X, y)
    assert set(network.predict(X)) == set(names)


@pytest.mark.parametrize("sparse", [False, True])
def test_labels_and_outputs_grow(sparse):
    labels = (X[:, :3] > 0).astype(int)
    wrap = sp.csr_array if sparse else np.asarray
    network = net().partial_fit(X, wrap(labels[:, :2]))
    old = network.coefs_[-1].copy()
    network.partial_fit(X, wrap(labels), classes=np.arange(3))
    assert network.predict_proba(X).shape == (90, 3)
    assert old.shape == (6, 2)

    both = np.column_stack([Y, X[:, 1] > 0])
    few = np.isin(Y, [1, 2])
    network = net().partial_fit(X[few], both[few], classes=[[1, 2], [0, 1]])
    network.partial_fit(X, both, classes=[range(5), [0, 1]])
    assert [p.shape[1] for p in network.predict_proba(X)] == [5, 2]


@pytest.mark.parametrize("loss", ["squared_error", "focal", "hinge"])
def test_every_loss_grows(loss):
    network = stream(net(loss=loss), [0, 1], [0, 1])
    stream(network, range(5), range(5))
    assert np.isfinite(network.decision_function(X)).all()


@pytest.mark.parametrize("classes", [[0, 1], [1, 3, 4], [5, 6, 7], ["0", "1", "2"]], ids=str)
def test_a_known_label_may_not_be_missing(classes):
    network = stream(net(), [0, 1, 2], [0, 1, 2])
    before = network.predict_proba(X)
    with pytest.raises(ValueError, match="is not the same as on last call to partial_fit"):
        stream(network, [0, 1, 2], classes)
    assert_array_equal(network.predict_proba(X), before)


def test_a_label_nobody_announced():
    network = stream(net(), [0, 1, 2], [0, 1, 2])
    with pytest.raises(ValueError, match="`y` has classes not in `self.classes_`"):
        stream(network, range(5), None)
    with pytest.raises(ValueError, match="`y` has classes not in `self.classes_`"):
        stream(network, range(5), [0, 1, 2, 3])


def test_a_failed_call_grows_nothing(monkeypatch):
    network = stream(net(), [0, 1, 2], [0, 1, 2])
    before = network.predict_proba(X)

    def fail(*call):
        raise RuntimeError("stop")

    monkeypatch.setattr("sknn.estimators.fit.stages.solve", fail)
    with pytest.raises(RuntimeError):
        stream(network, range(5), range(5))
    assert_array_equal(network.classes_, [0, 1, 2])
    assert_array_equal(network.predict_proba(X), before)


def test_a_chunk_without_weight_grows_nothing():
    network = stream(net(), [0, 1, 2], [0, 1, 2])
    network.partial_fit(X, Y, np.zeros(len(Y)), classes=range(5))
    assert_array_equal(network.classes_, [0, 1, 2])
    assert network.predict_proba(X).shape == (90, 3)


def test_the_best_of_fewer_classes_is_not_used_for_more():
    network = net(learning_rate_init=0.02)
    few = np.isin(Y, [1, 2])
    for _ in range(40):
        network.partial_fit(X[few], Y[few], classes=[1, 2], X_val=X[few], y_val=Y[few])
    for _ in range(40):
        network.partial_fit(X, Y, classes=range(5), X_val=X, y_val=Y)
    assert set(network.predict(X)) - {1, 2}


def test_class_weight_and_early_stopping_grow_along():
    network = net(class_weight={0: 2.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 0.5}, early_stopping=True)
    few = np.isin(Y, [0, 1])
    network.set_params(class_weight=None)
    network.partial_fit(X[few], Y[few], classes=[0, 1], X_val=X[few], y_val=Y[few])
    network.set_params(class_weight={4: 0.5})
    network.partial_fit(X, Y, classes=range(5), X_val=X, y_val=Y)
    assert network.predict_proba(X).shape == (90, 5)


def test_warm_start_still_needs_the_same_classes():
    network = net(warm_start=True, max_iter=2, learning_rate="cosine").fit(X, Y > 1)
    with pytest.raises(ValueError, match="warm_start can only be used"):
        network.fit(X, Y)
