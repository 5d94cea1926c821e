"""Table encoders on real local clusters: the same bits, and no rows in this process."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import TabularMLPRegressor
from sknn.preprocessing import TableEncoder
from sknn.streams import fit_blocks
from tests.scale.test_side_by_side import cluster

dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(120),
]

N, BLOCKS = 6000, 5


def part(k, n=N):
    rng = np.random.default_rng(k)
    levels = list("abcdef")[: 2 + k % 3]
    return pd.DataFrame({
        "normal": rng.normal(size=n),
        "some": np.where(rng.random(n) < 0.1, np.nan, rng.lognormal(0, 2, n)),
        "coded": pd.Categorical(rng.choice(levels, n)),
        "text": rng.choice(["u", "v", None, "w"], n),
        "spelt": rng.integers(0, 10**6, n).astype(str),
        "when": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**8, n), "s"),
        "y": rng.normal(size=n),
    })  # fmt: skip


@pytest.fixture(scope="module")
def frame():
    return dd.from_map(part, range(BLOCKS), meta=part(0, 1)[:0])


@pytest.fixture(scope="module")
def rows():
    return part(9, 500).drop(columns="y")


def encoded(frame, rows, bins):
    encoder = TableEncoder(bins=bins, linear=True)
    fit_blocks(encoder, frame.drop(columns="y"), frame["y"])
    return encoder.transform(rows)


@pytest.mark.slow
@pytest.mark.parametrize(("n_workers", "n_threads"), [(2, 1), (1, 3)])
def test_a_cluster_gives_the_same(frame, rows, n_workers, n_threads):
    here = [encoded(frame, rows, bins) for bins in ("quantile", "tree")]
    with cluster(n_workers, n_threads):
        there = [encoded(frame, rows, bins) for bins in ("quantile", "tree")]
    for one, other in zip(here, there, strict=True):
        assert_array_equal(one, other)


@pytest.mark.slow
def test_networks_and_errors(frame, rows):
    def trained():
        net = TabularMLPRegressor(
            preset="fast", hidden_layer_sizes=(4,), n_members=1, n_splits=1, random_state=0
        )
        return fit_blocks(net, frame.drop(columns="y"), frame["y"], together=2).predict(rows)

    here = trained()
    with cluster(2, 1):
        assert_array_equal(trained(), here)
        with pytest.raises(ValueError, match="infinity .* in column 'normal'"):
            fit_blocks(TableEncoder(), frame.assign(normal=np.inf))
        with pytest.raises(ValueError, match="in column 'spelt': could not|column 'spelt' of X"):
            fit_blocks(
                TableEncoder(categorical_features=None), frame[["spelt", "text"]].assign(spelt="x")
            )
        with pytest.raises(ValueError, match="has 6000 rows in X and 5999 in sample_weight"):
            fit_blocks(TableEncoder(), frame, None, frame["y"].map_partitions(lambda y: y[1:] ** 2))
