"""Table encoders fitted to all blocks, alone and for networks."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import MLPRegressor, TabularMLPClassifier, TabularMLPRegressor
from sknn.exceptions import TableWarning
from sknn.preprocessing import TableEncoder
from sknn.streams import encoders, fit_blocks
from sknn.streams.encoders import fit_encoder
from sknn.streams.fit import source_of
from sknn.streams.tasks import sum_of_tasks

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

N = 240
rng = np.random.default_rng(0)
X = pd.DataFrame({
    "a": rng.normal(size=N) + np.arange(N) / 40,
    "b": pd.Categorical(np.repeat(list("xyzx"), N // 4)),
    "c": np.where(rng.random(N) < 0.1, np.nan, rng.integers(0, 99, N)),
    "d": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D"),
})  # fmt: skip
y = X["a"].to_numpy() + rng.normal(size=N) / 9
weight = rng.integers(0, 3, N).astype(float)
CUT = [slice(0, 60), slice(60, 130), slice(130, 140), slice(140, N)]
PARTS = [(X[rows], y[rows], weight[rows]) for rows in CUT]
LAZY = dd.from_pandas(X, npartitions=4)
TINY = {
    "preset": "fast",
    "hidden_layer_sizes": (4,),
    "n_members": 2,
    "n_splits": 1,
    "random_state": 0,
}


@pytest.mark.parametrize("bins", ["quantile", "tree"])
def test_an_encoder_is_fitted_by_all_blocks(bins):
    exact = TableEncoder(bins=bins, linear=True).fit(X, y, weight)
    sources = [
        (PARTS,),
        ([X[rows] for rows in CUT], y, weight),
        (LAZY, dd.from_pandas(pd.Series(y), npartitions=4), weight),
        (LAZY, y, dd.from_pandas(pd.Series(weight), npartitions=4)),
        ([(X[:0], y[:0], weight[:0]), *PARTS],),
    ]
    for source in sources:
        found = fit_blocks(TableEncoder(bins=bins, linear=True), *source)
        assert_array_equal(found.transform(X), exact.transform(X))
        assert found.n_features_in_ == 4


def test_an_encoder_of_an_array_on_dask():
    rows = rng.normal(size=(50, 3))
    found = fit_blocks(TableEncoder(), da.from_array(rows, (20, 2)), np.zeros(50))
    assert_array_equal(found.transform(rows), TableEncoder().fit(rows).transform(rows))


def test_blocks_are_merged_in_the_order_of_a_cluster(monkeypatch):
    def merged(one, other):
        return one or other if None in (one, other) else f"({one}{other})"

    monkeypatch.setattr(encoders, "_merged", merged)
    for n in range(1, 20):
        texts = [(f"{i},",) for i in range(n)]
        expected = sum_of_tasks(lambda _, text: text, None, texts, merged)
        assert encoders._in_pairs(text for (text,) in texts) == expected


def network(kind=TabularMLPRegressor, **more):
    return kind(**TINY | more)


@pytest.mark.parametrize("together", [1, 2])
@pytest.mark.parametrize("bins", ["quantile", "tree"])
def test_a_network_takes_the_encoder_of_all_blocks(bins, together):
    net = network(bins=bins, n_bins=8)
    fit_blocks(net, PARTS, together=together, encoder="all")
    exact = TableEncoder(bins=bins, n_bins=8, linear=True).fit(X, y[:, None], weight)
    assert_array_equal(net.encoder_.transform(X), exact.transform(X))
    assert "_lent_encoder" not in vars(net)
    assert net.n_features_in_ == 4
    assert np.isfinite(net.predict(X)).all()


def test_labels_cut_bins_by_their_codes():
    labels = np.where(y > 3, "high", "low")
    net = network(TabularMLPClassifier, bins="tree")
    fit_blocks(net, [(X[r], labels[r]) for r in CUT], classes=["high", "low"], encoder="all")
    exact = network(TabularMLPClassifier, bins="tree").fit(X, labels)
    assert_array_equal(net.encoder_.transform(X), exact.encoder_.transform(X))


@pytest.mark.parametrize(
    ("source", "more", "by_all"),
    [
        ((LAZY, y), {"together": 2}, True),
        ((LAZY, y), {"together": 2, "encoder": "first"}, False),
        ((LAZY, y), {}, False),
        ((LAZY, y), {"encoder": "all"}, True),
        ((PARTS,), {"together": 2}, False),
    ],
)
def test_who_fits_the_encoder(source, more, by_all):
    """All Dask blocks side by side decide; one after the other, it is the stream."""
    net = fit_blocks(network(), *source, **more)
    levels = [name for name in net.encoder_.get_feature_names_out() if name.startswith("b_")]
    assert levels == (["b_x", "b_y", "b_z"] if by_all else [])


def test_together_1_stays_the_stream():
    net = fit_blocks(network(), LAZY, y, epochs=2)
    twin = network()
    for _ in range(2):
        for i in range(4):
            rows = LAZY.partitions[i].compute()
            twin.partial_fit(rows, y[rows.index])
    assert_array_equal(net.network_.theta, twin.network_.theta)


def test_small_first_blocks_do_with_an_encoder_of_all():
    parts = [(X[:5], y[:5]), (X[5:], y[5:])]
    net = fit_blocks(network(), parts, together=2, encoder="all")
    assert net.run_.epoch == 1
    whole = fit_blocks(network(), parts, encoder="all")
    assert whole.run_.epoch == 2


def test_a_network_that_continues_keeps_its_encoder():
    net = fit_blocks(network(), PARTS, together=2, encoder="all")
    before = net.encoder_.transform(X)
    fit_blocks(net, [(X[:60], y[:60])], encoder="all")
    assert_array_equal(net.encoder_.transform(X), before)


def test_a_failed_call_leaves_nothing_behind():
    for net in (network(), network(n_members=0)):
        before = vars(net).copy()
        with pytest.raises(ValueError, match=r"infinity|n_members"):
            fit_blocks(net, [(X, y), (X.assign(a=np.inf), y)], encoder="all")
        assert vars(net) == before
    encoder = TableEncoder()
    with pytest.raises(ValueError, match="infinity"):
        fit_blocks(encoder, [X, X.assign(a=np.inf)])
    assert not hasattr(encoder, "kinds_")


def test_warnings_come_once():
    ids = [pd.DataFrame({"id": [f"n {i}" for i in range(k, k + 40)], "x": 1.0}) for k in (0, 40)]
    with pytest.warns(TableWarning, match="'id' has 80 different entries in 80 rows") as caught:
        fit_blocks(TableEncoder(), ids)
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("arguments", "more", "error", "words"),
    [
        ((TableEncoder(), PARTS), {"epochs": 2}, ValueError, "leave epochs and together at 1"),
        ((TableEncoder(), PARTS), {"classes": [0, 1]}, ValueError, "nothing but X"),
        ((TableEncoder(), PARTS), {"X_val": X}, ValueError, "nothing but X, y, and sample_weight"),
        ((TableEncoder(), [X[:0]]), {}, ValueError, "no rows with a positive weight"),
        ((TableEncoder(), LAZY, None, weight * 0), {}, ValueError, "positive weight"),
        ((TableEncoder(), X), {}, TypeError, "X must be a Dask array or data frame"),
        ((TableEncoder(bins="tree"), [X]), {}, ValueError, "target y is None"),
        ((TableEncoder(), LAZY, None, weight[:9]), {}, ValueError, "sample_weight"),
        ((TableEncoder(n_bins=-1), [X]), {}, ValueError, "n_bins"),
        ((network(), PARTS), {"encoder": "some"}, ValueError, "'auto', 'first' or 'all'"),
        ((MLPRegressor(), PARTS), {"encoder": 3}, ValueError, "'auto', 'first' or 'all'"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, more, error, words):
    with pytest.raises(error, match=words):
        fit_blocks(*arguments, **more)


def test_rows_come_one_block_at_a_time():
    seen = []

    class Blocks:
        def __iter__(self):
            for k in range(9):
                seen.append(k)
                yield rng.normal(size=(50, 2))

    class Counts(TableEncoder):
        def summarize(self, *arguments):
            assert len(seen) == arguments[-1] + 1
            return super().summarize(*arguments)

    fit_encoder(Counts(), source_of(Blocks(), None, None))
    assert seen == [*range(9)]
