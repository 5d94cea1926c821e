"""A stream of small chunks starts over with all rows so far until there are a hundred."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

from sknn.callbacks import Checkpoint
from sknn.exceptions import TableWarning
from sknn.preprocessing import TableEncoder
from tests.estimators.tabular.parts import Interruption, classifier, regressor

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

N = 130
RNG = np.random.default_rng(0)
TABLE = pd.DataFrame(
    {
        "size": np.where(RNG.random(N) < 0.1, np.nan, RNG.lognormal(1, 1, N)),
        "color": pd.Categorical(RNG.choice(["red", "green", "blue"], N)),
        "word": RNG.choice(["p", "q"], N).astype(object),
        "price": [f"${v:,.2f}" for v in RNG.lognormal(7, 2, N)],
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(RNG.integers(0, 300, N), "D"),
        "whole": RNG.integers(0, 9, N),
        "truth": RNG.random(N) < 0.5,
    }
)
REAL = np.nan_to_num(TABLE["size"].to_numpy()) * 3.0 + (TABLE["word"] == "p").to_numpy()
LABELS = np.where(REAL > np.median(REAL), "dear", "cheap")
COUNTS = np.digitize(REAL, [3.0, 9.0])
FORMS = {
    "pandas": lambda rows: TABLE[rows],
    "pandas nullable": lambda rows: TABLE[rows].convert_dtypes(),
    "polars": lambda rows: pl.from_pandas(TABLE)[rows],
    "pyarrow": lambda rows: pa.Table.from_pandas(TABLE).slice(rows.start, rows.stop - rows.start),
    "objects": lambda rows: TABLE[rows].astype(object).to_numpy(),
    "lists": lambda rows: TABLE[rows].astype(object).to_numpy().tolist(),
    "numbers": lambda rows: TABLE[["size", "whole"]].to_numpy()[rows],
}


def chunks(size, stop=N, start=0):
    return [slice(first, min(first + size, stop)) for first in range(start, stop, size)]


def same(one, other, X=TABLE):
    assert_array_equal(one.network_.theta, other.network_.theta)
    assert_array_equal(one.predict(X), other.predict(X))
    assert one.t_ == other.t_


@pytest.mark.parametrize("size", [1, 20, 29])
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_small_chunks_are_one_chunk(size):
    """The same bits as if the rows so far had arrived at once."""
    stop = next(rows.stop for rows in chunks(size) if rows.stop >= 100)
    for network, y, first in (
        (regressor(), REAL, {}),
        (classifier(), LABELS, {"classes": ["cheap", "dear"]}),
    ):
        whole = pickle.loads(pickle.dumps(network)).partial_fit(TABLE[:stop], y[:stop], **first)
        for rows in chunks(size, stop):
            network.partial_fit(TABLE[rows], y[rows], **first)
            first = {}
        same(network, whole)
        assert network.run_.epoch == network.n_iter_ == 1
        for rows in chunks(size, N, stop):
            for each in (network, whole):
                each.partial_fit(TABLE[rows], y[rows])
        same(network, whole)
        assert network.t_ == N
        assert network.run_.epoch == 1 + len(chunks(size, N, stop))


@pytest.mark.parametrize("form", FORMS)
def test_forms(form):
    make = FORMS[form]
    whole = regressor().partial_fit(make(slice(0, 105)), REAL[:105])
    part = regressor()
    for rows in chunks(15, 105):
        part.partial_fit(make(rows), REAL[rows])
    same(part, whole, make(slice(0, N)))
    assert part.n_features_in_ == whole.n_features_in_


@pytest.mark.parametrize("n_members", [1, 2])
def test_chunks_of_a_usual_size_begin_at_once(n_members):
    """Law 4: the first chunk decides, and each call is an epoch."""
    network = regressor(n_members=n_members, n_splits=1)
    network.partial_fit(TABLE[:30], REAL[:30])
    expected = network.encoder_.transform(TABLE)
    network.partial_fit(TABLE[30:35], REAL[30:35])
    assert_array_equal(network.encoder_.transform(TABLE), expected)
    assert network.run_.epoch == 2
    assert "_first_rows" not in vars(network) or network._first_rows is None


def test_every_call_leaves_a_network_that_answers():
    network = regressor()
    for rows in chunks(1, 12):
        network.partial_fit(TABLE[rows], REAL[rows])
        assert np.isfinite(network.predict(TABLE)).all()
        assert network.t_ == rows.stop
        assert network.n_features_in_ == TABLE.shape[1]


def test_the_rows_are_copied_and_forgotten():
    X, y = RNG.standard_normal((120, 3)), RNG.standard_normal(120)
    network, whole = regressor(), regressor().partial_fit(X[:100], y[:100])
    for rows in chunks(20, 100):
        chunk, target = X[rows].copy(), y[rows].copy()
        network.partial_fit(chunk, target)
        chunk[:], target[:] = 1e9, -1e9
    same(network, whole, X)
    assert network._first_rows is None
    few = regressor().partial_fit(X[:10], y[:10])
    few.fit(X, y)
    assert few._first_rows is None


def test_pickles_and_checkpoints_between_calls(tmp_path):
    path = tmp_path / "stream.ckpt"
    whole, pickled = regressor(), regressor()
    stored = regressor(callbacks=[Checkpoint(path)])
    for rows in chunks(17):
        whole.partial_fit(TABLE[rows], REAL[rows])
        pickled = pickle.loads(pickle.dumps(pickled)).partial_fit(TABLE[rows], REAL[rows])
        stored.partial_fit(TABLE[rows], REAL[rows])
        stored = Checkpoint.load(path)
        same(pickled, whole)
        same(stored, whole)


def test_weights():
    weight = RNG.integers(0, 3, N).astype(float)
    weight[0] = 1.0
    whole = regressor().partial_fit(TABLE[:120], REAL[:120], weight[:120])
    part = regressor()
    for rows in chunks(10, 120):
        part.partial_fit(TABLE[rows], REAL[rows], weight[rows])
    enough = np.flatnonzero(np.cumsum(weight[:120] > 0) >= 100)
    assert len(enough) == 0, "all of it was gathered"
    same(part, whole)
    mixed = regressor().partial_fit(TABLE[:5], REAL[:5])
    mixed.partial_fit(TABLE[5:9], REAL[5:9], np.full(4, 2.0))
    both = regressor().partial_fit(TABLE[:9], REAL[:9], np.repeat([1.0, 2.0], [5, 4]))
    same(mixed, both)
    with pytest.raises(ValueError, match="weight zero"):
        regressor().partial_fit(TABLE[:5], REAL[:5], np.zeros(5))


def test_rows_of_weight_zero_do_not_count():
    network = regressor().partial_fit(TABLE[:5], REAL[:5])
    before = network.predict(TABLE)
    network.partial_fit(TABLE[5:], REAL[5:], np.zeros(N - 5))
    assert_array_equal(network.predict(TABLE), before)


@pytest.mark.parametrize("as_sparse", [False, True])
def test_several_labels(as_sparse):
    y = np.column_stack([COUNTS > 0, COUNTS > 1]).astype(int)
    wrap = sp.csr_array if as_sparse else np.asarray
    whole = classifier().partial_fit(TABLE[:105], wrap(y[:105]))
    part = classifier()
    for rows in chunks(15, 105):
        part.partial_fit(TABLE[rows], wrap(y[rows]))
    assert_array_equal(part.network_.theta, whole.network_.theta)


def test_classes():
    network = classifier()
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        network.partial_fit(TABLE[:3], COUNTS[:3])
    network.partial_fit(TABLE[:9], COUNTS[:9] % 2, classes=[0, 1])
    network.partial_fit(TABLE[9:18], COUNTS[9:18] % 2)
    network.partial_fit(TABLE[18:27], COUNTS[18:27], classes=[0, 1, 2])
    network.partial_fit(TABLE[27:36], COUNTS[27:36])
    assert_array_equal(network.classes_, [0, 1, 2])
    assert network.predict_proba(TABLE).shape == (N, 3)


FAILING = {
    "classes that are gone": (TABLE[:4], COUNTS[:4], {"classes": [0, 1]}, "none may be missing"),
    "an unseen label": (TABLE[:4], COUNTS[:4] + 5, {}, "not in `self.classes_`"),
    "another target": (TABLE[:4], np.ones((4, 2), int), {}, "y has 2 columns"),
    "other columns": (TABLE[["size"]][:4], COUNTS[:4], {}, "feature names"),
    "other rows": (TABLE[:4], COUNTS[:3], {}, r"X has 4 rows and y 3"),
    "a weight too few": (TABLE[:4], COUNTS[:4], {"sample_weight": [1, 1]}, "sample_weight"),
    "no rows": (TABLE[:0], COUNTS[:0], {}, "minimum of 1|0 sample"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_failed_call_changes_nothing(case):
    X, y, options, message = FAILING[case]
    network = classifier().partial_fit(TABLE[:9], COUNTS[:9], classes=[0, 1, 2])
    before = pickle.dumps(network)
    with pytest.raises(ValueError, match=message):
        network.partial_fit(X, y, **options)
    assert pickle.dumps(network) == before


def test_chunks_of_other_dtypes():
    """Each column is read as both chunks together would be."""
    rows = [[1.5, "a"], [2, "b"], ["$3", "a"], [None, "c"]] * 5
    network = regressor()
    for place, row in enumerate(rows):
        network.partial_fit(pd.DataFrame([row], columns=["n", "c"]), [float(place)])
    assert network.encoder_.kinds_ == ["number", "category"]
    expected = TableEncoder(linear=True, n_bins=32, bins="tree")
    expected.fit(pd.DataFrame(rows, columns=["n", "c"]), np.arange(20.0)[:, None])
    assert network.encoder_.get_feature_names_out().tolist() == (
        expected.get_feature_names_out().tolist()
    )


def test_columns_are_warned_of_once():
    X = pd.DataFrame({"id": [f"a{i}b" for i in range(N)], "size": RNG.standard_normal(N)})
    network = regressor()
    for rows in chunks(20, 80):
        network.partial_fit(X[rows], REAL[rows])
    with pytest.warns(TableWarning, match="'id'") as record:
        network.partial_fit(X[80:100], REAL[80:100])
    assert len(record) == 1
    network.partial_fit(X[100:], REAL[100:])


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_small_chunks_learn_as_much(seed):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame({"a": rng.normal(size=260), "b": rng.choice(["p", "q"], 260)})
    y = 3 * X["a"].to_numpy() + (X["b"] == "p")
    for size in (2, 20, 65):
        network = regressor(hidden_layer_sizes=(16,), random_state=seed, linear_path=1.0)
        for rows in chunks(size, 260):
            network.partial_fit(X[rows], y[rows])
        assert network.score(X, y) > 0.9


def test_an_interrupted_beginning_is_resumed():
    whole = regressor().partial_fit(TABLE[:9], REAL[:9]).partial_fit(TABLE[9:12], REAL[9:12])
    part = regressor().partial_fit(TABLE[:9], REAL[:9]).set_params(callbacks=[Interruption()])
    with pytest.warns(UserWarning, match="interrupted"):
        part.partial_fit(TABLE[9:12], REAL[9:12])
    part.set_params(callbacks=None).resume(TABLE[9:12], REAL[9:12])
    assert part.run_.epoch == 1
    assert part.t_ == 12, "the rows before it too"
    assert_array_equal(part.encoder_.transform(TABLE), whole.encoder_.transform(TABLE))
    for each in (part, whole):
        each.partial_fit(TABLE[12:], REAL[12:])
    same(part, whole)
