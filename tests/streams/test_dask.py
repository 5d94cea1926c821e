"""Streams from Dask are the same as the sequential stream, bit for bit."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

from sknn import AutoEncoder, MLPClassifier, MLPRegressor
from sknn.streams import blocks, fit_blocks

pytestmark = pytest.mark.bits

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

rng = np.random.default_rng(0)
X = rng.standard_normal((100, 4))
y = (X[:, 0] > 0).astype(int)
weight = rng.uniform(0.5, 2.0, 100)
CUT = (30, 30, 25, 15)
ENDS = np.cumsum([0, *CUT])
SMALL = {"hidden_layer_sizes": (6,), "batch_size": 8, "random_state": 0}


def sequential(net, epochs=2, x=X, **more):
    for _ in range(epochs):
        for start, stop in zip(ENDS[:-1], ENDS[1:], strict=True):
            rows = slice(start, stop)
            net.partial_fit(x[rows], y[rows], weight[rows], **more)
    return net


FRAME = pd.DataFrame(X, columns=list("abcd"))
WHOLE = da.from_array(X, (CUT, (4,)))
UNKNOWN = dd.from_delayed(
    [dask.delayed(FRAME.iloc[start:stop]) for start, stop in zip(ENDS[:-1], ENDS[1:], strict=True)],
    meta=FRAME.iloc[:0],
)
CASES = {
    "aligned": (WHOLE, da.from_array(y, (CUT,)), da.from_array(weight, (CUT,))),
    "columns cut too": (da.from_array(X, (CUT, (1, 3))), da.from_array(y, (CUT,)), weight),
    "y cut elsewhere": (WHOLE, da.from_array(y, 17), da.from_array(weight, 100)),
    "y in memory": (WHOLE, y, pd.Series(weight)),
    "rows not counted": (UNKNOWN.to_dask_array(), y, weight),
    "y not counted": (WHOLE, UNKNOWN["a"].to_dask_array() > 0, weight),
}


@pytest.mark.parametrize("case", CASES)
def test_blocks_are_the_sequential_stream(case):
    net = fit_blocks(MLPClassifier(**SMALL, dropout=0.1), *CASES[case], epochs=2, classes=[0, 1])
    expected = sequential(MLPClassifier(**SMALL, dropout=0.1), classes=[0, 1])
    assert_array_equal(net.network_.theta, expected.network_.theta)
    assert net.t_ == 200 and len(net.loss_curve_) == 8


def test_frames_keep_their_names():
    net = fit_blocks(MLPRegressor(**SMALL), UNKNOWN, y, weight, epochs=2)
    assert list(net.feature_names_in_) == list("abcd")
    expected = sequential(MLPRegressor(**SMALL))
    assert_array_equal(net.network_.theta, expected.network_.theta)
    series = [block for _, block in blocks(UNKNOWN, UNKNOWN["a"])]
    assert_array_equal(np.concatenate(series), X[:, 0])


def test_rows_alone_and_sparse_rows():
    net = fit_blocks(AutoEncoder((2,), random_state=0), WHOLE)
    twin = AutoEncoder((2,), random_state=0)
    for start, stop in zip(ENDS[:-1], ENDS[1:], strict=True):
        twin.partial_fit(X[start:stop])
    assert_array_equal(net.network_.theta, twin.network_.theta)
    rare = WHOLE.map_blocks(lambda block: sp.csr_array(np.where(block > 0, block, 0.0)))
    net = fit_blocks(MLPClassifier(**SMALL), rare, y, classes=[0, 1])
    assert net.t_ == 100


def test_blocks_without_rows_are_left_out():
    filtered = UNKNOWN[UNKNOWN["a"] > UNKNOWN["a"].partitions[0].max()]
    rows = [x.shape[0] for x, _ in blocks(filtered, filtered["b"])]
    assert 0 not in rows


def test_one_block_ahead_and_no_more():
    done = []

    def noted(block, block_info=None):
        if block_info:
            done.append(block_info[None]["chunk-location"][0])
        return block

    lazy = WHOLE.map_blocks(noted, dtype=float, meta=np.empty((0, 0)))
    for index, _ in enumerate(blocks(lazy)):
        assert max(done) <= index + 1


@pytest.mark.parametrize(
    ("bad", "error", "words"),
    [
        ((X, y), TypeError, "X must be a Dask array or data frame"),
        ((WHOLE, da.from_array(y[:90], 30)), ValueError, "100 rows, but argument 1 has 90"),
        ((WHOLE, y[:90]), ValueError, "100 rows, but argument 1 has 90"),
        ((WHOLE, None, np.zeros(120)), ValueError, "100 rows, but argument 2 has 120"),
        ((WHOLE, 3), TypeError, "argument 1 must have one entry for each row of X"),
        ((WHOLE, None, np.float64(1)), TypeError, "argument 2 must have one entry .* got float64"),
        ((WHOLE, dict.fromkeys(range(100))), TypeError, "got dict"),
        ((UNKNOWN, y[:90]), ValueError, "Block 3"),
        ((UNKNOWN, np.zeros(120)), ValueError, "100 rows, but argument 1 has 120"),
        ((UNKNOWN, da.from_array(y, 50)), ValueError, "compute_chunk_sizes"),
        (
            (UNKNOWN, da.from_array(y, 25)),
            ValueError,
            "Block 0 has 30 .* and 25 in argument 1",
        ),
        ((da.from_array(np.array(3.0)), y), TypeError, r"X must be .* got Array of shape \(\)"),
        ((dask.delayed(X), y), TypeError, "X must be a Dask array or data frame"),
        ((iter([X]), y), TypeError, "X must be a Dask array or data frame"),
        (
            (WHOLE, da.from_array(np.array(3.0))),
            TypeError,
            r"argument 1 .* Array of shape \(\)",
        ),
        ((WHOLE, np.array(3.0)), TypeError, r"argument 1 .* got ndarray of shape \(\)"),
        ((WHOLE, dask.delayed(y)), TypeError, "argument 1 .* got Delayed"),
        ((WHOLE, UNKNOWN["a"].sum()), TypeError, "argument 1 .* got Scalar"),
        ((WHOLE, None, (i for i in y)), TypeError, "argument 2 .* got generator"),
        ((WHOLE, "x" * 100), TypeError, "argument 1 .* got str"),
        ((WHOLE, sp.coo_array(y)), TypeError, r"argument 1 .* got coo_array of shape \(100,\)"),
        ((WHOLE, sp.coo_array(np.eye(99))), ValueError, "100 rows, but argument 1 has 99"),
        ((WHOLE, []), ValueError, "100 rows, but argument 1 has 0"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused(bad, error, words):
    with pytest.raises(error, match=words):
        list(blocks(*bad))


def test_what_does_not_fit_is_known_before_training():
    net = MLPRegressor(**SMALL)
    with pytest.raises(ValueError, match="100 rows, but sample_weight has 99"):
        fit_blocks(net, WHOLE, y, weight[:99])
    with pytest.raises(ValueError, match="100 rows, but y has 99"):
        fit_blocks(net, WHOLE, y[:99])
    assert not hasattr(net, "network_")
    assert fit_blocks(net, WHOLE, y, epochs=np.int64(2)).t_ == 200
    with pytest.raises(ValueError, match="X has no rows"):
        fit_blocks(MLPRegressor(), WHOLE[:0], y[:0])


class Unlearned:
    """Has no partial_fit."""


@pytest.mark.parametrize(
    ("net", "arguments", "more", "error", "words"),
    [
        (MLPRegressor(), (WHOLE,), {}, TypeError, "y must be passed: MLPRegressor does not learn"),
        (MLPClassifier(), (WHOLE, y), {}, ValueError, "classes must be passed on the first call"),
        (MLPRegressor(), (WHOLE, 3), {}, TypeError, "^y must have one entry .* got int"),
        (MLPRegressor(), (WHOLE, y, 2.0), {}, TypeError, "^sample_weight must have .* got float"),
        (MLPRegressor(), (X, y), {}, TypeError, "X must be a Dask array .* got ndarray"),
        (MLPRegressor(), (UNKNOWN, y[:90]), {}, ValueError, "Block 3 has 15 rows in X and 5 in y"),
        (MLPRegressor(), (UNKNOWN[UNKNOWN["a"] > 99], []), {}, ValueError, "X has no rows"),
        (MLPRegressor(), (UNKNOWN[UNKNOWN["a"] > 99], y), {}, ValueError, "0 rows, but y has 100"),
        (Unlearned(), (WHOLE, y), {}, TypeError, "estimator must be an object with partial_fit"),
        (MLPRegressor, (WHOLE, y), {}, TypeError, "estimator must be an object with partial_fit"),
        (None, (WHOLE, y), {}, TypeError, "estimator must be an object with partial_fit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_arguments_are_named_as_the_user_knows_them(net, arguments, more, error, words):
    with pytest.raises(error, match=words):
        fit_blocks(net, *arguments, **more)


def test_classes_are_required_only_where_they_are_needed():
    indicators = np.c_[y, y]
    assert fit_blocks(MLPClassifier(**SMALL), WHOLE, indicators).t_ == 100
    net = fit_blocks(MLPClassifier(**SMALL), WHOLE, y, classes=[0, 1])
    assert fit_blocks(net, WHOLE, y).t_ == 200


@pytest.mark.parametrize("kind", [list, tuple, range, "pyarrow", "polars"], ids=str)
def test_what_goes_with_the_rows_may_be_of_many_kinds(kind):
    if kind is range:
        given, whole = range(100), np.arange(100)
    elif isinstance(kind, str):
        module = pytest.importorskip(kind)
        given, whole = (module.array if kind == "pyarrow" else module.Series)(y), y
    else:
        given, whole = kind(y), y
    net = fit_blocks(MLPRegressor(**SMALL), WHOLE, given)
    expected = fit_blocks(MLPRegressor(**SMALL), WHOLE, whole)
    assert_array_equal(net.network_.theta, expected.network_.theta)


def test_every_kind_of_sparse_rows_can_be_cut():
    for kind in (sp.coo_array, sp.coo_matrix, sp.dok_array, sp.bsr_array, sp.csc_array):
        pieces = [piece.toarray() for _, piece in blocks(WHOLE, kind(X))]
        assert_array_equal(np.vstack(pieces), X)


@pytest.mark.parametrize("epochs", [0, 1.5, True])
def test_epochs_are_counted(epochs):
    with pytest.raises(ValueError, match="epochs must be an integer"):
        fit_blocks(MLPRegressor(), WHOLE, y, epochs=epochs)


@pytest.mark.parametrize("lazy", [WHOLE, UNKNOWN], ids=["array", "frame"])
def test_fit_computes_the_whole(lazy):
    settings = SMALL | {"max_iter": 3, "learning_rate": "cosine"}
    expected = MLPRegressor(**settings).fit(FRAME.to_numpy(), weight)
    net = MLPRegressor(**settings).fit(lazy, da.from_array(weight, 50))
    assert_array_equal(net.network_.theta, expected.network_.theta)
    assert_array_equal(net.predict(lazy), expected.predict(X))
