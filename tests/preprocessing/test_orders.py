"""Ordered categories are encoded as levels and, in addition, as a number."""

import numpy as np
import pytest

from sknn import TabularMLPClassifier
from sknn.persistence import load, save
from sknn.preprocessing import TableEncoder

pd = pytest.importorskip("pandas")
GRADES = ["low", "middle", "high", "top"]
BRIEF = {"preset": "fast", "max_iter": 2, "n_picks": 1, "hidden_layer_sizes": (8,)}


def grades(values, order=GRADES, ordered=True):
    return pd.DataFrame({"grade": pd.Categorical(values, order, ordered=ordered)})


SOME = ["low", "high", None, "middle", "low", "high", "middle"]


def test_an_ordered_category_is_a_number_next_to_its_levels():
    encoder = TableEncoder(n_bins=3, linear=True).fit(grades(SOME))
    names = encoder.get_feature_names_out().tolist()
    assert names[:3] == ["grade_rank", "grade_rank_bin0", "grade_rank_bin1"]
    assert names[3:6] == ["grade_high", "grade_low", "grade_middle"]
    assert names[6] == "linear_grade_rank"
    assert encoder.kinds_ == ["category"]
    assert set(encoder.origins()) == {0}
    rank = encoder.transform(grades(GRADES))[:, 0]
    # The highest level had no row, but its place is known.
    assert (np.diff(rank) > 0).all()


def test_missing_and_unknown_entries_have_the_median():
    encoder = TableEncoder().fit(grades(SOME))
    # The levels say that an entry is missing, so there is no indicator.
    assert "grade_rank_missing" not in encoder.get_feature_names_out()
    later = pd.DataFrame({"grade": ["middle", None, "odd", ""]})
    assert np.unique(encoder.transform(later)[:, 0]).tolist() == [0.0]


def test_ordered_dictionaries_of_pyarrow():
    pa = pytest.importorskip("pyarrow")
    parts = [pa.Table.from_pandas(grades(SOME[start::2])) for start in (0, 1)]
    table, frame = pa.concat_tables(parts), grades(SOME[::2] + SOME[1::2])
    expected, found = TableEncoder().fit(frame), TableEncoder().fit(table)
    assert np.array_equal(found.transform(table), expected.transform(frame))
    assert found.get_feature_names_out()[0] == "grade_rank"
    plain = pa.table({"grade": pa.array(SOME).dictionary_encode()})
    assert np.array_equal(found.transform(plain), expected.transform(grades(SOME)))


FORMS = {
    "words": lambda frame: frame.astype(object),
    "not ordered": lambda frame: grades(frame["grade"], ordered=False),
    "another order": lambda frame: grades(frame["grade"], GRADES[::-1]),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_order_is_that_of_fit(form):
    encoder = TableEncoder().fit(grades(SOME))
    expected = encoder.transform(grades(SOME))
    assert np.array_equal(encoder.transform(FORMS[form](grades(SOME))), expected)


@pytest.mark.parametrize(
    "frame",
    [grades(SOME, ordered=False), grades(["a", "b", "b"], ["a", "b"])],
    ids=["no order", "two levels"],
)
def test_columns_without_a_rank(frame):
    names = TableEncoder().fit(frame).get_feature_names_out()
    assert not [name for name in names if "rank" in name]


def test_as_numbers_where_the_user_says_so():
    column = pd.Categorical([1, 2, 3, 2], [3, 1, 2], ordered=True)
    frame = pd.DataFrame({"n": column})
    encoder = TableEncoder(categorical_features=None, n_bins=0).fit(frame)
    assert encoder.get_feature_names_out().tolist() == ["n"]
    assert "n_rank" in TableEncoder(categorical_features=["n"]).fit(frame).get_feature_names_out()


def test_levels_that_are_spelt_alike_share_a_rank():
    frame = pd.DataFrame({"n": pd.Categorical([1, "1", 2, 3], [1, "1", 2, 3], ordered=True)})
    rank = TableEncoder().fit_transform(frame)[:, 0]
    assert rank[0] == rank[1] < rank[2] < rank[3]


def test_streams_and_files_keep_the_order(tmp_path):
    rng = np.random.default_rng(0)
    frame = grades(rng.choice(GRADES, 120))
    y = frame["grade"].cat.codes.to_numpy() > 1
    net = TabularMLPClassifier(random_state=0, **BRIEF)
    for start in range(0, 120, 20):
        rows = slice(start, start + 20)
        net.partial_fit(frame[rows], y[rows], classes=[False, True])
    assert "grade_rank" in net.encoder_.get_feature_names_out()
    save(net, tmp_path / "net")
    found = load(tmp_path / "net").predict_proba(frame)
    assert np.array_equal(found, net.predict_proba(frame))
