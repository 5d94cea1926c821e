"""Numbers: the formulas against a slow reference, and the bins of a table."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.tree import DecisionTreeRegressor

from sknn.preprocessing import TableEncoder
from tests.preprocessing.reference import edges, encode


def numbers(n, seed=0):
    """Return columns: skewed, with ties, with many zeros, two-valued, and with gaps."""
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((n, 6)) * [1, 100, 1e-5, 1, 1, 1] + [0, 5, 0, 1e6, 0, 0]
    columns[:, 1] = np.exp(columns[:, 1] / 50)
    columns[:, 2] = np.round(columns[:, 2] * 3e5)
    columns[:, 3][rng.random(n) < 0.8] = 0
    columns[:, 4] = columns[:, 4] > 0
    columns[:, 5][rng.random(n) < 0.3] = np.nan
    return columns


@pytest.mark.parametrize("n", [7, 60, 501])
@pytest.mark.parametrize("n_bins", ["auto", 3, 5, 30])
def test_formulae(n, n_bins):
    train, new = numbers(n), numbers(40, seed=1)
    encoder = TableEncoder(linear=True, n_bins=n_bins).fit(train)
    expected = encode(train, new, n_bins=16 if n_bins == "auto" else n_bins)
    np.testing.assert_allclose(encoder.transform(new), expected, rtol=2e-6, atol=2e-6)
    assert encoder.n_linear_ == 7


@pytest.mark.parametrize("whole", [True, False])
def test_formulae_with_weights(whole):
    rng = np.random.default_rng(3)
    train = numbers(200)
    weight = rng.integers(0, 4, 200).astype(float) if whole else rng.random(200)
    encoder = TableEncoder(linear=True).fit(train, sample_weight=weight)
    expected = encode(train, train, weight)
    np.testing.assert_allclose(encoder.transform(train), expected, rtol=2e-6, atol=2e-6)


@pytest.mark.filterwarnings("ignore:Some columns of X:sknn.exceptions.TableWarning")
@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(3, 30), st.integers(1, 4)),
        elements=st.one_of(st.integers(-4, 4).map(float), st.floats(-1e6, 1e6), st.just(np.nan)),
    )
)
def test_any_numbers_give_finite_features(X):
    encoder = TableEncoder(linear=True).fit(X)
    out = encoder.transform(X)
    assert out.dtype == np.float32 and np.isfinite(out).all()
    n = out.shape[1] - encoder.n_linear_
    assert np.abs(out[:, :n]).max() <= 3
    assert len(encoder.get_feature_names_out()) == out.shape[1]
    # The row is the same if encoded alone.
    assert np.array_equal(encoder.transform(X[-1:]), out[-1:])


def test_bins_have_mean_zero():
    X = numbers(300)
    encoder = TableEncoder().fit(X)
    binned = ["_bin" in name for name in encoder.get_feature_names_out()]
    assert np.abs(encoder.transform(X)[:, binned].mean(axis=0)).max() < 1e-6


@pytest.mark.parametrize(
    "n_columns, n_bins, expected",
    [(2, "auto", 16), (40, "auto", 12), (300, "auto", 3), (40, 32, 25), (500, 2, 2), (2, 8, 8)],
)
def test_many_columns_get_fewer_bins(n_columns, n_bins, expected):
    X = np.random.default_rng(0).standard_normal((60, n_columns))
    width = TableEncoder(n_bins=n_bins).fit_transform(X).shape[1]
    assert width == n_columns * (1 + expected)


def test_columns_that_do_not_vary_do_not_count():
    X = np.random.default_rng(0).standard_normal((60, 300))
    X[:, 32:] = 1
    assert TableEncoder().fit_transform(X).shape[1] == 32 * 17


@pytest.mark.parametrize("n_bins", [0, None])
def test_no_bins(n_bins):
    assert TableEncoder(n_bins=n_bins).fit_transform(numbers(50)).shape[1] == 7


def test_zero_inflated_columns_are_cut_where_they_vary():
    x = np.where(np.arange(1000) % 10 == 0, np.arange(1000.0), 0)
    found = edges(x, np.ones(1000), 16)
    assert len(found) > 12
    names = TableEncoder().fit(x[:, None]).get_feature_names_out()
    assert len(names) == len(found)  # the bins and the number itself


@pytest.mark.parametrize("task", ["numbers", "labels", "words", "several"])
def test_trees_cut_where_the_target_jumps(task):
    rng = np.random.default_rng(0)
    x = np.sort(rng.random(400))[:, None]
    high = x[:, 0] > 0.123
    y = {
        "numbers": high + rng.random(400) / 100,
        "labels": high.astype(int),
        "words": np.where(high, "yes", "no"),
        "several": np.column_stack([high, ~high]),
    }[task]
    encoder = TableEncoder(bins="tree", n_bins=4).fit(x, y)
    near = encoder.transform([[0.10], [0.118], [0.128], [0.15]])
    quantiles = TableEncoder(n_bins=4).fit(x).transform([[0.118], [0.128]])
    # An edge at the jump: other bins are filled on either side of it.
    changed = (near[1] != near[2]).sum()
    assert changed == (quantiles[0] != quantiles[1]).sum() + 1


def test_trees_as_scikit_learn_grows_them():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((500, 1)).astype(np.float32).astype(float)
    y = np.sin(3 * x[:, 0]) + rng.standard_normal(500) / 3
    tree = DecisionTreeRegressor(max_leaf_nodes=8, min_samples_leaf=8, random_state=0).fit(x, y)
    thresholds = tree.tree_.threshold[tree.tree_.feature == 0]
    some = np.quantile(x[:, 0], np.arange(5) / 4, method="inverted_cdf")
    expected = np.unique(np.concatenate([some, thresholds]))
    names = TableEncoder(bins="tree", n_bins=8).fit(x, y).get_feature_names_out()
    assert len(names) == len(expected)


def test_trees_of_few_rows_are_quantiles():
    x = np.arange(12.0)[:, None]
    by_tree = TableEncoder(bins="tree", n_bins=6).fit_transform(x, np.arange(12.0))
    assert np.array_equal(by_tree, TableEncoder(n_bins=3).fit_transform(x))


def test_whole_numbers_with_many_values_are_not_labels():
    x = np.random.default_rng(0).random((300, 1))
    y = (x[:, 0] * 1000).astype(int)
    one = TableEncoder(bins="tree").fit_transform(x, y)
    assert np.array_equal(one, TableEncoder(bins="tree").fit_transform(x, y[:, None].astype(float)))


def test_trees_ask_for_a_target():
    with pytest.raises(ValueError, match="requires y"):
        TableEncoder(bins="tree").fit(numbers(20))
    with pytest.raises(ValueError, match="inconsistent numbers"):
        TableEncoder(bins="tree").fit(numbers(20), np.zeros(19))
    with pytest.raises(ValueError, match="y contains NaN"):
        TableEncoder(bins="tree").fit(numbers(20), np.full(20, np.nan))


def test_columns_that_do_not_vary_are_left_out():
    X = np.array([[1.0, np.nan, 2.0, 1.0], [1.0, np.nan, 3.0, np.nan]])
    encoder = TableEncoder(n_bins=None, linear=True).fit(X)
    names = ["x2", "x3_missing"]
    assert encoder.get_feature_names_out().tolist() == names + [f"linear_{n}" for n in names]


def test_what_is_left_out_may_hold_anything():
    X = np.array([[1.0, 2.0], [1.0, 3.0]])
    encoder = TableEncoder(n_bins=None).fit(X)
    np.testing.assert_array_equal(encoder.transform([[np.inf, 2.0]]), encoder.transform(X[:1]))
    assert encoder.transform(np.array([["word", 2.0]], object))[0, 0] == 0


def test_nothing_varies():
    encoder = TableEncoder(linear=True).fit(np.ones((4, 2)))
    assert encoder.get_feature_names_out().tolist() == ["constant", "linear_constant"]
    assert np.array_equal(encoder.transform(np.ones((3, 2))), np.zeros((3, 2)))
    assert encoder.n_linear_ == 1


def test_missing_numbers_that_were_not_missing_in_training():
    X = np.arange(10.0)[:, None]
    encoder = TableEncoder().fit(X)
    assert np.array_equal(encoder.transform([[np.nan]]), encoder.transform([[4.0]]))


@pytest.mark.parametrize("scale", [5e-324, 1e-200, 1e150, 4e307])
def test_extreme_scales(scale):
    X = np.array([-1.0, 0, 1, 1, -1, 0.5])[:, None] * scale
    out = TableEncoder(linear=True).fit(X).transform(np.vstack([X, [[7e307], [-7e307]]]))
    assert np.isfinite(out).all()
    assert np.isfinite(out**2).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.longdouble, np.int8, np.uint64])
def test_dtypes_of_numbers(dtype):
    X = np.array([[1, 5], [2, 6], [4, 4], [9, 0]])
    expected = TableEncoder().fit_transform(X)
    assert np.array_equal(TableEncoder().fit_transform(X.astype(dtype)), expected)
    assert np.array_equal(TableEncoder().fit_transform(np.asfortranarray(X)), expected)
    assert np.array_equal(TableEncoder().fit_transform(X.tolist()), expected)
    assert np.array_equal(TableEncoder().fit_transform(X.astype(object)), expected)


def test_x_is_not_changed():
    X = numbers(50)
    before = X.copy()
    TableEncoder(linear=True).fit(X).transform(X)
    np.testing.assert_array_equal(X, before)
