"""Sample weights and class weights."""

from dataclasses import replace

import numpy as np
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sknn.estimators.tabular.held_out_loss import HeldOut
from tests.estimators.tabular.parts import BINARY, LABELS, TABLE, THREE, N, both, classifier, scores

ABSENT = np.arange(N) % 4 == 0
WEIGHT = np.where(ABSENT, 0.0, 1.0 + np.arange(N) % 3)


@pytest.mark.parametrize("bins", ["quantile", "tree"])
@pytest.mark.parametrize("place", [0, 1])
def test_rows_of_weight_zero_are_absent(place, bins):
    network, y = both(bins=bins, linear_path=1.0)[place]
    there = network.fit(TABLE, y, WEIGHT)
    absent = both(bins=bins, linear_path=1.0)[place][0]
    absent.fit(TABLE[~ABSENT], y[~ABSENT], WEIGHT[~ABSENT])
    assert_array_equal(there.encoder_.transform(TABLE), absent.encoder_.transform(TABLE))
    assert there.t_ == absent.t_
    assert np.isfinite(scores(there, TABLE)).all()


@pytest.mark.parametrize("place", [0, 1])
def test_what_rows_of_weight_zero_hold_does_not_matter(place):
    network, y = both(linear_path=1.0)[place]
    before = scores(network.fit(TABLE, y, WEIGHT), TABLE)
    other, changed = y.copy(), TABLE.copy()
    other[ABSENT] = np.random.default_rng(0).permutation(y[ABSENT])
    changed.loc[ABSENT, ["size", "weight"]] = 1e6
    assert_array_equal(scores(network.fit(changed, other, WEIGHT), TABLE), before)


@pytest.mark.parametrize("factor", [100.0, 1e-6, 1e200, 1 / 3])
@pytest.mark.parametrize("linear_path", [0.0, 1.0])
@pytest.mark.parametrize("place", [0, 1])
def test_all_weights_times_a_factor(place, linear_path, factor):
    network, y = both(linear_path=linear_path, max_iter=6)[place]
    for weight in (WEIGHT, 0.1 + np.random.default_rng(0).random(N)):
        before = scores(network.fit(TABLE, y, weight), TABLE)
        assert_allclose(scores(network.fit(TABLE, y, factor * weight), TABLE), before, rtol=1e-4)


@pytest.mark.parametrize("linear_path", [0.0, 1.0])
def test_equal_weights_are_none(linear_path):
    for network, y in both(linear_path=linear_path):
        before = scores(network.fit(TABLE, y), TABLE)
        assert_allclose(scores(network.fit(TABLE, y, np.full(N, 7.0)), TABLE), before, rtol=1e-4)


def test_the_temperature_is_that_of_validation_rows_as_often_as_they_weigh():
    fitted, rest = slice(40), slice(40, N)
    network = classifier(n_splits=1, max_iter=20)
    plain = network.fit(TABLE[fitted], THREE[fitted]).predict_log_proba(TABLE)[rest]
    weight = np.where(plain.argmax(axis=1) == THREE[rest], np.arange(N - 40) % 2, 3)
    times = np.repeat(np.arange(40, N), weight)
    given = {"X_val": TABLE[rest], "y_val": THREE[rest], "sample_weight_val": weight}
    found = network.fit(TABLE[fitted], THREE[fitted], **given).temperature_
    repeated = {"X_val": TABLE.iloc[times], "y_val": THREE[times]}
    assert network.fit(TABLE[fitted], THREE[fitted], **repeated).temperature_ == found
    del given["sample_weight_val"]
    assert network.fit(TABLE[fitted], THREE[fitted], **given).temperature_ < found


def test_the_temperature_is_that_of_rows_held_out_as_often_as_they_weigh(monkeypatch):
    seen, best_power = [], HeldOut.best_power
    monkeypatch.setattr(
        HeldOut, "best_power", lambda *given: seen.append(given) or best_power(*given)
    )
    network = classifier(max_iter=6, class_weight={0: 2.0, 1: 1.0, 2: 1.0})
    network.fit(TABLE, THREE, WEIGHT)
    ((judge, pooled),) = seen
    counted = WEIGHT * np.where(THREE == 0, 2.0, 1.0)
    assert_allclose(np.sort(judge.weight), np.sort(counted[counted > 0]))
    times = np.repeat(np.arange(len(pooled)), np.rint(judge.weight).astype(int))
    repeated = replace(judge, target=judge.target[times], weight=None)
    assert network.temperature_ == 1.0 / best_power(repeated, pooled[times])


def test_wrong_weights():
    for network, y in both():
        for weight, words in [
            (np.zeros(N), "Every row has weight zero"),
            (-np.ones(N), "Negative values"),
            (np.full(N, np.nan), "NaN"),
            (np.ones(N - 1), "expected"),
            (np.ones((N, 2)), "1D"),
        ]:
            with pytest.raises(ValueError, match=words):
                network.fit(TABLE, y, weight)
            assert "network_" not in vars(network)


def test_class_weights():
    y = np.where(BINARY == 1, "rare", "common")[np.arange(N)]
    rare = (y == "rare") & (np.arange(N) % 3 > 0)
    X, y = TABLE[~rare], y[~rare]
    shares = {}
    for name, weight in {
        "none": None,
        "balanced": "balanced",
        "dict": {"rare": 20.0},
        "zero": {"rare": 0.0},
    }.items():
        network = classifier(class_weight=weight, max_iter=6).fit(X, y)
        shares[name] = network.predict_proba(X)[:, 1].mean()
        assert_array_equal(network.classes_, ["common", "rare"])
    assert shares["zero"] < shares["none"] < shares["balanced"] < shares["dict"]
    with pytest.raises(ValueError, match="class_weight"):
        classifier(class_weight={"nowhere": 1.0}).fit(X, y)
    with pytest.raises(ValueError, match="not defined for multi-label"):
        classifier(class_weight="balanced").fit(TABLE, LABELS)
    with pytest.raises(ValueError, match="not supported for partial_fit"):
        classifier(class_weight="balanced").partial_fit(X, y, classes=["common", "rare"])


def test_class_weights_are_sample_weights():
    by_class = classifier(class_weight={0: 3.0, 1: 1.0, 2: 1.0}).fit(TABLE, THREE)
    by_row = classifier().fit(TABLE, THREE, np.where(THREE == 0, 3.0, 1.0))
    # The encoding uses only sample weights.
    if np.array_equal(by_class.encoder_.transform(TABLE), by_row.encoder_.transform(TABLE)):
        assert_allclose(scores(by_class, TABLE), scores(by_row, TABLE), rtol=1e-5)
    assert by_class.predict_proba(TABLE)[:, 0].mean() > 0.3


def test_weights_are_routed():
    with sklearn.config_context(enable_metadata_routing=True):
        for network, y in both():
            expected = scores(network.fit(TABLE, y, WEIGHT), TABLE)
            network.set_fit_request(sample_weight=True).set_score_request(sample_weight=True)
            model = make_pipeline(FunctionTransformer(), network)
            model.fit(TABLE, y, sample_weight=WEIGHT)
            assert_array_equal(scores(model[-1], TABLE), expected)
            found = cross_validate(network, TABLE, y, cv=2, params={"sample_weight": WEIGHT})
            assert np.isfinite(found["test_score"]).all()
