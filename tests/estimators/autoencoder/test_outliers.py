"""How autoencoders detect outliers: by distances from usual rows, or by the error of columns."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.covariance import OAS
from sklearn.metrics import roc_auc_score

from sknn import AutoEncoder
from sknn._validation.arrays import Rows
from sknn.callbacks import Checkpoint
from sknn.estimators.autoencoder import distances
from sknn.estimators.autoencoder.column_errors import ColumnErrors
from sknn.estimators.autoencoder.described import Described, some_rows
from sknn.estimators.autoencoder.distances import Neighborhood, Spread, Spreads, shrunk
from sknn.layers import Conv2D, Dense, Flatten, Reshape
from sknn.persistence import load, save
from tests.estimators.data import X

FAST = {"outlier_score": "distance", "max_iter": 5, "random_state": 0}
KINDS = {
    "one layer": {"hidden_layer_sizes": (3,)},
    "as wide as X": {"hidden_layer_sizes": (32,)},
    "deep": {"hidden_layer_sizes": (8, 2)},
    "tied": {"hidden_layer_sizes": (6, 2), "tied_weights": True},
    "variational": {"hidden_layer_sizes": (8, 2), "variational": True},
    "batch norm": {"hidden_layer_sizes": (8, 2), "normalization": "batch"},
    "noise": {"hidden_layer_sizes": (8, 2), "corruption": "gaussian"},
}


def judge(kind="deep", **parameters):
    return AutoEncoder(**FAST | KINDS[kind] | parameters)


def rows_of(n, p, seed=0):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, p)) @ rng.standard_normal((p, p)) + rng.standard_normal(p)


def described(n=200, seed=0):
    return Described(rows_of(n, 4, seed), rows_of(n, 4, seed + 1), rows_of(n, 2, seed + 2))


# -- formulas -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "p"), [(100, 5), (20, 5), (6, 20), (3, 1), (50, 1)])
def test_covariances_are_those_of_scikit_learn(n, p):
    rows = rows_of(n, p)
    model = OAS().fit(rows)
    plain = np.cov(rows.T, bias=True).reshape(p, p)
    assert_allclose(shrunk(plain, n), model.covariance_, rtol=1e-9, atol=1e-12)
    spread = Spread.of(rows, np.ones(n), n, 0.0)
    squares = (spread.standardized(rows) ** 2).sum(axis=1)
    assert_allclose(squares, model.mahalanobis(rows), rtol=1e-7)


def test_only_variances_are_used_of_many_columns(monkeypatch):
    monkeypatch.setattr(distances, "_MOST_COLUMNS", 3)
    rows = rows_of(50, 4)
    spread = Spread.of(rows, np.ones(50), 50, 0.25)
    expected = (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + 0.25)
    assert_allclose(spread.standardized(rows), expected)
    assert_allclose(Spread.of(np.ones((5, 4)), np.ones(5), 5, 0.0).standardized(rows), rows - 1)


def test_the_distance_is_that_to_the_third_nearest_of_the_central_half():
    seen = described(300)
    usual = Neighborhood.of(seen, np.ones(300))
    units = seen.rows.std(axis=0)
    every = Spreads.of(units, seen, np.ones(300), 300).standardized(seen)
    central = np.argsort((every**2).sum(axis=1))[:150]
    scale = Spreads.of(units, seen[central], np.ones(150), 150)
    assert len(usual.references) == 150
    points = scale.standardized(seen)
    gaps = np.linalg.norm(points[:, None] - points[None, central], axis=-1)
    assert_allclose(usual.oddness(seen), np.sort(gaps, axis=1)[:, 2], rtol=1e-6, atol=1e-6)


def test_references_are_spread_evenly_over_many_rows():
    usual = Neighborhood.of(described(3000), np.ones(3000))
    lengths = np.sort((usual.references**2).sum(axis=1))
    assert len(lengths) == 256
    every = Neighborhood.of(described(500), np.ones(500))
    assert np.median(lengths) == pytest.approx(
        np.median((every.references**2).sum(axis=1)), rel=0.2
    )


@pytest.mark.parametrize("factor", [1.0, 1 / 7])
def test_weights_are_repetitions_of_points(factor):
    seen, counts = described(400), np.random.default_rng(0).integers(0, 4, 400)
    kept = counts > 0
    weighted = Neighborhood.of(seen[kept], factor * counts[kept])
    repeated = Neighborhood.of(seen[np.repeat(np.arange(400), counts)], np.ones(counts.sum()))
    # How much the covariance of all rows is shrunk depends on their number.
    assert_allclose(weighted.oddness(seen), repeated.oddness(seen), rtol=1e-6, atol=1e-6)


def test_of_too_many_rows_some_are_looked_at():
    x = np.arange(5000.0)[:, None]
    weight = np.tile([0.0, 1.0], 2500)
    some, counts = some_rows(Rows(x, x, weight), 1 << 12)
    assert some.shape == (1024, 1) and (counts == 1.0).all() and (some % 2 == 1).all()
    assert some[0] == 1.0 and some[-1] == 4999.0
    assert some_rows(Rows(x, x, None), 1)[0].shape == (5000, 1)


def test_errors_of_columns_are_relative_to_what_is_usual():
    residuals = np.array([[1.0, 0.0, 3.0, 0.0], [0.0, 1.0, 1.0, 0.0]])
    rows = np.array([[0.0, 0.0, 0.0, 5.0], [1.0, 1.0, 1.0, 5.0]])
    seen = Described(rows, residuals, residuals[:, :1])
    parts = [slice(0, 2), slice(2, 3), slice(3, 4)]
    errors = ColumnErrors.of(seen, np.array([1.0, 3.0]), parts)
    assert_allclose(errors.usual, [1.0, 3.0, np.inf])
    assert_allclose(errors.oddness(seen), [(1 + 3) / 3, (1 + 1 / 3) / 3])


# -- estimators -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_kind_judges_by_distances(kind, dtype):
    rows = np.vstack([X, 1000 * np.ones((1, X.shape[1]))]).astype(dtype)
    net = judge(kind).fit(rows[:-1])
    scores = net.score_samples(rows)
    assert np.isfinite(scores).all() and scores.max() <= 0.0 and scores.argmin() == len(X)
    assert_allclose(net.decision_function(rows), scores - net.offset_)
    labels = net.predict_outlier(rows)
    assert (labels[:-1] == -1).mean() == pytest.approx(0.1, abs=1 / len(X)) and labels[-1] == -1
    assert_array_equal(clone(net).fit_predict(rows[:-1]), labels[:-1])
    errors = np.mean((rows - net.predict(rows)) ** 2)
    assert net.score(rows) == pytest.approx(-errors, rel=1e-4)


def test_training_does_not_depend_on_the_score():
    by_error, by_distance = judge(outlier_score="error").fit(X), judge().fit(X)
    assert_array_equal(by_error.network_.theta, by_distance.network_.theta)
    errors = ((X - by_error.predict(X)) ** 2).mean(axis=1)
    assert_allclose(by_error.score_samples(X), -errors)
    by_error.set_params(outlier_score="distance")
    assert_allclose(by_error.score_samples(X), -errors)


def test_units_and_order_of_rows_do_not_matter():
    order = np.random.default_rng(0).permutation(len(X))
    settings = {"hidden_layer_sizes": (3,), "batch_size": len(X)}
    net = judge(**settings).fit(X)
    scores = net.score_samples(X)
    moved = judge(**settings).fit(1000 * X + 5000)
    assert_allclose(moved.score_samples(1000 * X + 5000), scores, rtol=1e-2)
    assert_allclose(judge(**settings).fit(X[order]).score_samples(X), scores, rtol=1e-2)


def test_sparse_rows_are_judged_alike():
    rows = X * (np.abs(X) > 0.3)
    dense, sparse = judge().fit(rows), judge().fit(sp.csr_array(rows))
    found = sparse.score_samples(sp.csr_array(rows))
    assert_allclose(found, dense.score_samples(rows), rtol=1e-4, atol=1e-6)


def test_images_are_judged_by_their_whole_code():
    rows = np.random.default_rng(0).random((60, 16))
    layers = [Reshape((4, 4, 1)), Conv2D(2, 3, name="code"), Flatten(), Dense(8)]
    net = AutoEncoder(layers=layers, **FAST).fit(rows)
    assert net._usual.references.shape[1] == 16 + net.transform(rows).shape[1]
    assert np.isfinite(net.score_samples(rows)).all()


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_few_rows_are_enough(n):
    net = judge().partial_fit(X[:n])
    assert np.isfinite(net.score_samples(X)).all()
    assert np.isfinite(judge().fit(np.ones((n, 3))).score_samples(np.eye(3))).all()


def test_one_column_and_constant_ones():
    column = np.random.default_rng(0).standard_normal((200, 1))
    net = judge().fit(column)
    assert net.score_samples([[8.0]]) < net.score_samples(column).min()
    wide = np.hstack([column, np.ones((200, 3)), -column])
    net = judge().fit(wide)
    assert net.score_samples([[0.0, 1.0, 4.0, 1.0, 0.0]]) < net.score_samples(wide).min()


def test_in_a_stream_the_last_chunk_says_what_is_usual():
    net = judge().partial_fit(X).partial_fit(X[:50])
    scores = net.score_samples(X[:50])
    assert net.offset_ == pytest.approx(np.quantile(scores, 0.1), abs=1e-6)
    assert len(net._usual.references) == 25


def test_copies_judge_alike(tmp_path):
    path = tmp_path / "ae.ckpt"
    judge(callbacks=[Checkpoint(path)]).fit(X)
    net = judge().fit(X)
    save(net, tmp_path / "net")
    for twin in (load(tmp_path / "net"), pickle.loads(pickle.dumps(net)), Checkpoint.load(path)):
        assert_array_equal(twin.score_samples(X), net.score_samples(X))
        assert_array_equal(twin.decision_function(X), net.decision_function(X))


def test_calls_in_parts_judge_as_one():
    settings = {"warm_start": True, "learning_rate": "constant"}
    parts = judge(max_iter=2, **settings).fit(X).set_params(max_iter=3).fit(X)
    whole = judge(max_iter=5, **settings).fit(X)
    assert_array_equal(parts.score_samples(X), whole.score_samples(X))


def test_odd_rows_that_resemble_each_other_are_found():
    rng = np.random.default_rng(0)
    usual = np.sin(rng.uniform(-2, 2, (930, 2)) @ rng.standard_normal((2, 8)))
    odd = 2.5 * rng.standard_normal(8) + 0.1 * rng.standard_normal((70, 8))
    rows = np.vstack([usual + 0.05 * rng.standard_normal(usual.shape), odd])
    truth = np.repeat([0, 1], [930, 70])
    found = {}
    for kind in ("error", "distance"):
        net = judge(outlier_score=kind, max_iter=200, hidden_layer_sizes=(16, 4)).fit(rows)
        found[kind] = roc_auc_score(truth, -net.score_samples(rows))
    assert found["distance"] > 0.99 > 0.9 > found["error"]


def test_levels_that_nothing_predicts_do_not_hide_odd_numbers():
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    a = rng.standard_normal(600)
    table = pd.DataFrame({"a": a, "b": a + 0.05 * rng.standard_normal(600)})
    for name in "cdef":
        table[name] = rng.choice(list("uvwxyz"), 600)
    odd = table.head(60).assign(b=-table.a.head(60))
    net = AutoEncoder((32, 3), max_iter=100, random_state=0).fit(table)
    scores = net.score_samples(pd.concat([table, odd]))
    assert roc_auc_score(np.repeat([1, 0], [600, 60]), scores) > 0.8
    assert scores[:600].mean() == pytest.approx(-1.0, abs=0.01)
    encoded = net._check_inputs(table)
    errors = net._targets.errors(net.network_.predict(encoded), net._loss, encoded)
    # Networks are compared by the error itself, which is not close to 1 for all of them.
    assert net.score(table) == pytest.approx(-errors.mean(), rel=1e-5)
