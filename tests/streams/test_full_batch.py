"""L-BFGS over blocks is L-BFGS over all rows, except for the rounding of sums."""

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sknn import MLPClassifier, MLPRegressor
from sknn.streams import fit_blocks

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

pytestmark = [pytest.mark.bits, pytest.mark.filterwarnings("ignore:lbfgs failed to converge")]

rng = np.random.default_rng(0)
X = rng.standard_normal((400, 6))
y = (X[:, 0] * X[:, 1] > 0).astype(int)
weight = rng.uniform(0.5, 2.0, 400)
weight[::7] = 0.0
CUT = (60, 40, 50, 50, 70, 30, 60, 40)
LAZY = da.from_array(X, (CUT, (6,)))
SMALL = {"hidden_layer_sizes": (8,), "solver": "lbfgs", "max_iter": 10, "random_state": 0}
CASES = {
    "classes": (MLPClassifier(**SMALL), y, None),
    "weights": (MLPClassifier(**SMALL), y, weight),
    "class weights": (MLPClassifier(class_weight="balanced", **SMALL), y, weight),
    "scaled y": (MLPRegressor(**SMALL), 40 + 9 * X[:, 0] * X[:, 1], None),
    "members": (MLPRegressor(n_members=2, **SMALL), X[:, :2] ** 2, weight),
}


@pytest.mark.parametrize("case", CASES)
def test_blocks_give_what_all_rows_give(case):
    net, target, counts = CASES[case]
    plain = type(net)(**net.get_params(deep=False)).fit(X, target, counts)
    blocks = fit_blocks(net, LAZY, target, counts)
    assert_allclose(blocks.network_.theta, plain.network_.theta, rtol=0, atol=1e-10)
    assert_allclose(blocks.loss_curve_, plain.loss_curve_, rtol=1e-10)
    assert blocks.n_iter_ == plain.n_iter_ and blocks.t_ == plain.t_
    assert_array_equal(getattr(blocks, "classes_", 0), getattr(plain, "classes_", 0))


def test_it_does_not_matter_where_blocks_are_or_who_sums():
    here = fit_blocks(MLPClassifier(**SMALL), LAZY, y).network_.theta
    ends = np.cumsum([0, *CUT])
    slices = [slice(*pair) for pair in zip(ends[:-1], ends[1:], strict=True)]
    frame = dd.from_map(lambda i: pd.DataFrame(X[slices[i]]), range(len(CUT)))
    given = fit_blocks(MLPClassifier(**SMALL), [(X[rows], y[rows]) for rows in slices])
    assert_array_equal(given.network_.theta, here)
    uncounted = fit_blocks(MLPClassifier(**SMALL), frame.to_dask_array(), y)
    assert_array_equal(uncounted.network_.theta, here)
    with joblib.parallel_config("threading", n_jobs=3):
        apart = fit_blocks(MLPClassifier(**SMALL), LAZY, da.from_array(y, 100))
    assert_array_equal(apart.network_.theta, here)


def test_frames_keep_their_names():
    frame = dd.from_pandas(pd.DataFrame(X, columns=list("abcdef")), npartitions=4)
    net = fit_blocks(MLPClassifier(**SMALL), frame, frame["a"] > 0)
    assert list(net.feature_names_in_) == list("abcdef") and net.n_features_in_ == 6
    assert net.predict(frame.compute()).shape == (400,)


@pytest.mark.parametrize(
    ("X", "y", "more", "error", "words"),
    [
        (LAZY, y, {"epochs": 2}, ValueError, "leave epochs and together at 1"),
        (LAZY, y, {"together": 2}, ValueError, "leave epochs and together at 1"),
        (LAZY, None, {}, TypeError, "y must be passed"),
        (LAZY[:0], y[:0], {}, ValueError, "X has no rows"),
        ([(sp.csr_array(X), y)], None, {}, TypeError, "dense rows; got csr_array"),
        ([(X[:5], y[:4])], None, {}, ValueError, "Block 0 has 5 rows in X and 4 in y"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_fit_is_refused(X, y, more, error, words):
    net = MLPClassifier(**SMALL)
    with pytest.raises(error, match=words):
        fit_blocks(net, X, y, **more)
    assert not hasattr(net, "network_")
