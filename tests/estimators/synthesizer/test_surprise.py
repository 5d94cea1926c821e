"""How synthesizers find odd rows by columns, each relative to its usual surprise."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from sknn import TableSynthesizer
from sknn.estimators.synthesizer.surprise import ColumnSurprise
from sknn.exceptions import InvalidParameterError
from sknn.persistence import load, save
from tests.estimators.tables import mixed

pd = pytest.importorskip("pandas")
BRIEF = {"hidden_layer_sizes": 32, "max_iter": 8, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    return mixed()


@pytest.fixture(scope="module")
def net(table):
    return TableSynthesizer(**BRIEF, outlier_score="columns").fit(table)


# -- formula ------------------------------------------------------------------------------------


def test_columns_are_relative_to_their_mean_excess():
    usual = ColumnSurprise.of(np.array([[0.0, 5.0], [2.0, 5.0], [4.0, 5.0]]), None)
    assert_allclose(usual.means, [2.0, 5.0])
    assert_allclose(usual.usual, [(2 + np.log(4)) / 4, np.log(4) / 4])
    odd = np.array([[1.0, 4.0], [3.0, 5.0], [2.0, 5.0 + np.log(4)]])
    assert_allclose(usual.oddness(odd), [0.0, 2 / (2 + np.log(4)), 2.0])


@pytest.mark.parametrize("factor", [1.0, 1 / 7])
def test_weights_are_repetitions(factor):
    rng = np.random.default_rng(0)
    rows, counts = rng.normal(size=(60, 4)), rng.integers(0, 4, 60)
    weighted = ColumnSurprise.of(rows, factor * counts)
    repeated = ColumnSurprise.of(np.repeat(rows, counts, axis=0), None)
    assert_allclose(weighted.oddness(rows), repeated.oddness(rows))


# -- estimator ----------------------------------------------------------------------------------


def test_the_next_call_changes_the_score(table):
    net = TableSynthesizer(
        **BRIEF | {"max_iter": 1}, learning_rate="constant", outlier_score="columns"
    ).fit(table)
    for score in ("density", "columns"):
        net.set_params(outlier_score=score).partial_fit(table)
        is_likelihood = net.score(table) == pytest.approx(net.score_samples(table).mean())
        assert is_likelihood == (score == "density")
        assert 0.05 < (net.predict_outlier(table) < 0).mean() <= 0.1


def test_training_and_likelihoods_do_not_depend_on_the_score(net, table):
    plain = TableSynthesizer(**BRIEF).fit(table)
    assert_array_equal(plain.network_.theta, net.network_.theta)
    assert plain.score(table) == net.score(table)
    assert plain.score(table) == pytest.approx(plain.score_samples(table).mean())
    before = plain.score_samples(table)
    plain.set_params(outlier_score="columns")
    assert_array_equal(plain.score_samples(table), before)


def test_scores_are_about_minus_one_and_borders_hold(net, table):
    scores = net.score_samples(table)
    assert scores.max() <= 0.0 and scores.mean() == pytest.approx(-1.0, abs=0.2)
    assert_array_equal(net.decision_function(table), scores - net.offset_)
    labels = net.predict_outlier(table)
    assert (labels == -1).sum() == len(table) // 10
    assert_array_equal(clone(net).fit_predict(table), labels)


def test_what_was_never_seen_is_odd(net, table):
    row = table.iloc[[int(np.argmax(net.score_samples(table)))]]
    for name, value in {"note": "zzz", "price": 1e9, "grade": 9}.items():
        assert net.predict_outlier(row.assign(**{name: value}))[0] == -1


def test_alike_outliers_show_beside_columns_that_nothing_predicts():
    rng = np.random.default_rng(0)
    n, odd = 600, np.arange(600) < 12
    noise = {f"noise{j}": rng.normal(size=n) for j in range(12)}
    table = pd.DataFrame(noise).assign(flag=odd | (rng.random(n) < 0.02), state=np.where(odd, 9, 1))
    found = {}
    for kind in ("density", "columns"):
        net = TableSynthesizer(**BRIEF | {"max_iter": 30}, outlier_score=kind).fit(table)
        found[kind] = roc_auc_score(odd, -net.score_samples(table))
    assert found["columns"] > 0.99 > 0.95 > found["density"]


def test_every_call_learns_what_is_usual_of_its_rows(table):
    net = TableSynthesizer(**BRIEF, outlier_score="columns")
    net.partial_fit(table)
    first = net.offset_
    weight = np.arange(len(table)) % 3
    net.partial_fit(table, sample_weight=weight)
    assert net.offset_ != first
    labels = net.predict_outlier(table)
    assert weight[labels == -1].sum() == pytest.approx(0.1 * weight.sum(), abs=2)


def test_a_file_holds_what_is_usual(net, table, tmp_path):
    save(net, tmp_path / "net")
    twin = load(tmp_path / "net")
    assert_array_equal(twin.score_samples(table), net.score_samples(table))


def test_other_names_are_refused(table):
    with pytest.raises(InvalidParameterError, match="outlier_score"):
        TableSynthesizer(outlier_score="distance").fit(table)
