"""partial_fit: chunks, new classes, unseen categories."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from tests.estimators.tabular.parts import (
    BINARY,
    LABELS,
    REAL,
    TABLE,
    THREE,
    TWO_LABELS,
    TWO_REAL,
    N,
    assert_finite,
    both,
    classifier,
    regressor,
    scores,
)

pytestmark = [
    pytest.mark.bits,
    # Some of these train past the end of the schedule on purpose.
    pytest.mark.filterwarnings("ignore:The learning rate has come to the end"),
]

CHUNKS = [slice(0, 30), slice(30, 45), slice(45, N)]


def passed_over(network, y, **options):
    first = options
    for chunk in CHUNKS:
        network.partial_fit(TABLE[chunk], y[chunk], **first)
        first = {}
    return network


@pytest.mark.parametrize("linear_path", [0.0, 1.0])
def test_chunks(linear_path):
    targets = [
        (classifier, BINARY, {"classes": [0, 1]}),
        (classifier, THREE, {"classes": [0, 1, 2]}),
        (classifier, LABELS, {}),
        (classifier, TWO_LABELS, {"classes": [[0, 1, 2], [0, 1]]}),
        (regressor, REAL, {}),
        (regressor, TWO_REAL, {}),
    ]
    for kind, y, options in targets:
        network = passed_over(kind(linear_path=linear_path), y, **options)
        assert network.t_ == N
        assert network.predict(TABLE).shape == y.shape
        assert_finite(network, TABLE)
        assert "out_of_fold_loss" not in network.history_
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        classifier().partial_fit(TABLE, BINARY)
    with pytest.raises(ValueError, match="classes"):
        passed_over(classifier(), THREE, classes=[0, 1])


def test_columns_are_encoded_as_in_the_first_chunk():
    for network, y in both():
        options = {"classes": [0, 1, 2]} if y is THREE else {}
        first = network.partial_fit(TABLE[:30], y[:30], **options).encoder_
        expected = first.transform(TABLE)
        network.partial_fit(TABLE[30:], y[30:])
        assert_array_equal(network.encoder_.transform(TABLE), expected)


@pytest.mark.parametrize("linear_path", [0.0, 1.0])
def test_chunks_hold_what_none_held_before(linear_path):
    for network, y in both(linear_path=linear_path):
        options = {"classes": [0, 1, 2]} if y is THREE else {}
        network.partial_fit(TABLE, y, **options)
        odd = TABLE.copy()
        odd["color"] = pd.Categorical(["violet"] * 20 + [None] * 20 + ["red"] * 20)
        odd["weight"] = np.where(np.arange(N) % 2, np.nan, 1e12)
        odd["sold"] = pd.Series([pd.NaT] * 30 + [pd.Timestamp("1700-01-01")] * 30)
        scores(network, odd)
        network.partial_fit(odd, y)
        assert_finite(network, TABLE)
        assert_finite(network, odd)


@pytest.mark.parametrize("n_members", [1, 2])
@pytest.mark.parametrize("linear_path", [0.0, 1.0])
def test_two_classes_become_three(linear_path, n_members):
    network = classifier(linear_path=linear_path, n_members=n_members, learning_rate="constant")
    few = THREE < 2
    X, y = TABLE[few], THREE[few]
    for _ in range(4):
        network.partial_fit(X, y, classes=[0, 1])
    odds, old = network.decision_function(TABLE), network.network_
    stored = pickle.loads(pickle.dumps(network))
    # A rate of zero shows the effect of growth alone.
    network.set_params(learning_rate_init=1e-12, weight_decay=0.0)
    network.partial_fit(X, y, classes=[0, 1, 2])
    assert_array_equal(network.classes_, [0, 1, 2])
    raw = network.network_.predict(network.encoder_.transform(TABLE))
    assert raw.shape[-1] == 3
    last, before = network.network_.params[-1], old.params[-1]
    for name in ("W", "S", "b") if linear_path else ("W", "b"):
        assert_allclose(last[name][..., 0], 0.0, atol=1e-9)
        assert_allclose(last[name][..., 1], before[name][..., 0], atol=1e-7)
    if n_members == 1:
        found = network.decision_function(TABLE)
        assert_allclose(found[:, 1] - found[:, 0], odds, rtol=1e-4, atol=1e-5)
    for _ in range(30):
        stored.partial_fit(TABLE, THREE, classes=[0, 1, 2])
    assert stored.score(TABLE, THREE) > 0.6
    assert (stored.predict(TABLE) == 2).any()


def test_further_classes_in_every_kind_of_target():
    network = classifier(linear_path=1.0).partial_fit(TABLE, THREE, classes=[0, 1, 2])
    network.partial_fit(TABLE, THREE - 1, classes=[-1, 0, 1, 2])
    assert network.predict_proba(TABLE).shape == (N, 4)
    with pytest.raises(ValueError, match="none may be missing"):
        network.partial_fit(TABLE, THREE, classes=[0, 1, 2])
    network = classifier(linear_path=1.0).partial_fit(
        TABLE, TWO_LABELS, classes=[[0, 1, 2], [0, 1]]
    )
    network.partial_fit(TABLE, TWO_LABELS, classes=[[0, 1, 2], [0, 1, 2]])
    assert network.predict_proba(TABLE)[1].shape == (N, 3)
    network = classifier(linear_path=1.0).partial_fit(TABLE, LABELS)
    wide = np.column_stack([LABELS, BINARY])
    network.partial_fit(TABLE, wide, classes=[0, 1, 2, 3])
    assert network.predict(TABLE).shape == (N, 4)


@pytest.mark.parametrize("warm_start", [False, True])
@pytest.mark.parametrize("served", [1, 3])
def test_partial_fit_continues_where_fit_ended(served, warm_start):
    for network, y in both(n_picks=served, linear_path=1.0, warm_start=warm_start):
        network.fit(TABLE, y)
        assert network.network_.n_members in range(2, 2 * served + 1, 2)
        before = network.predict(TABLE)
        network.set_params(learning_rate_init=1e-12, weight_decay=0.0)
        network.partial_fit(TABLE[:20], y[:20])
        assert network.network_.n_members == 2
        assert network.run_.epoch == 4
        if served == 1 and not warm_start:
            # What the held-out rows showed about the error is kept.
            assert_allclose(network.predict(TABLE), before, rtol=1e-3)
        network.predict(TABLE)


def test_fit_after_a_stream_starts_over():
    for network, y in both(linear_path=0.5):
        options = {"classes": [0, 1, 2]} if y is THREE else {}
        expected = scores(network.fit(TABLE, y), TABLE)
        network.partial_fit(TABLE, y, **options)
        assert_array_equal(scores(network.fit(TABLE, y), TABLE), expected)


def test_warm_start_after_a_stream():
    for network, y in both(warm_start=True, linear_path=0.5):
        options = {"classes": [0, 1, 2]} if y is THREE else {}
        network.partial_fit(TABLE, y, **options).fit(TABLE, y)
        assert network.n_iter_ == 3
        assert network.run_.epoch == 4
        # All members have seen all rows, so none can be held out any longer.
        assert "out_of_fold_loss" not in network.history_
        network.predict(TABLE)


def test_chunks_of_weight_zero_teach_nothing():
    for network, y in both():
        options = {"classes": [0, 1, 2]} if y is THREE else {}
        network.partial_fit(TABLE, y, **options)
        before = scores(network, TABLE)
        network.partial_fit(TABLE, y, np.zeros(N))
        assert_array_equal(scores(network, TABLE), before)


def test_validation_rows_in_a_stream():
    for network, y in both():
        options = {"classes": [0, 1, 2]} if y is THREE else {}
        network.partial_fit(TABLE, y, X_val=TABLE, y_val=y, **options)
        assert len(network.validation_scores_) == 1


def test_initialize():
    for network, y in both(linear_path=1.0):
        network.initialize(TABLE, y)
        assert_finite(network, TABLE)
        network.partial_fit(TABLE, y)
        assert network.run_.epoch == 1


def test_other_architectures_do_not_continue():
    for network, y in both(warm_start=True):
        network.fit(TABLE, y)
        for parameters in (
            {"hidden_layer_sizes": (9,)},
            {"n_members": 4},
            {"n_members": 1},
            {"linear_path": 1.0},
        ):
            changed = pickle.loads(pickle.dumps(network)).set_params(**parameters)
            if "linear_path" in parameters:
                # Without columns for it, there is no linear path to continue.
                changed.fit(TABLE, y)
                continue
            with pytest.raises(ValueError, match="architecture parameters differ"):
                changed.fit(TABLE, y)


@pytest.mark.parametrize("n_splits", [1, 2])
def test_rows_that_all_members_know_are_not_held_out_later(n_splits):
    network = regressor(n_splits=n_splits, warm_start=True).fit(TABLE, REAL)
    known = network.residual_std_
    if n_splits > 1:
        network.partial_fit(TABLE, REAL)
    network.set_params(n_splits=2).fit(TABLE, REAL)
    assert network.run_.candidates == ()
    assert network.residual_std_ is known
    anew = network.set_params(warm_start=False).fit(TABLE, REAL)
    assert anew.residual_std_ is not None
