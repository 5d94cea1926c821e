"""Tables as matrices, and back."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn.preprocessing.columns import read_table
from sknn.preprocessing.matrix.asked import AskedRows
from sknn.preprocessing.matrix.coder import MatrixCoder, drawn
from sknn.preprocessing.matrix.forms import ArrayForm, NumericForm, TableForm, form_of_rows
from sknn.preprocessing.matrix.scores import NormalScores
from sknn.preprocessing.plan import Sample
from sknn.preprocessing.quantiles import Distinct
from tests.estimators.tables import mixed

pd = pytest.importorskip("pandas")


def coded(frame, weight=None):
    table = read_table(frame)
    return MatrixCoder.fit(table, Sample.of(weight, table.n_rows)), table


def test_what_is_encoded_is_given_back():
    frame = mixed()
    coder, table = coded(frame)
    matrix = coder.encode(table, np.float64)
    assert matrix.shape == (len(frame), coder.width) and np.isfinite(matrix).all()
    back = coder.maker.make(coder.decode(matrix))
    there = frame["size"].notna()
    assert_allclose(back.loc[there, "size"], frame.loc[there, "size"], atol=0.1)
    rest = [name for name in frame if name not in ("size", "rest")]
    # Few numbers lie between two of the 256 stored places.
    pd.testing.assert_frame_equal(back[rest], frame[rest])
    assert_array_equal(back["size"].isna(), ~there)


def test_places_are_used_once():
    coder, _ = coded(mixed())
    used = [*coder.numbers, *(place for group in coder.groups for place in group)]
    assert sorted(used) == list(range(coder.width))


def test_groups_sum_to_one_whatever_is_in_them():
    frame = mixed()
    coder, _ = coded(frame)
    odd = frame.head(5).assign(note="never", grade=9, flag=None, size=np.inf)
    with pytest.raises(ValueError, match="column 'size'"):
        coder.encode(read_table(odd), np.float64)
    matrix = coder.encode(read_table(odd.assign(size=1e300)), np.float32)
    assert np.isfinite(matrix).all()
    for group in coder.groups:
        assert_allclose(matrix[:, group].sum(axis=1), 1.0, rtol=1e-6)


def test_numbers_become_normal():
    values = np.sort(np.random.default_rng(0).lognormal(0, 3, 1000))
    scores = NormalScores.fit(Distinct.of(values, np.ones(1000)))
    coded = scores.encode(values)
    assert abs(coded.mean()) < 0.02 and coded.std() == pytest.approx(1.0, abs=0.02)
    assert (np.diff(coded) > 0).all() and len(scores.values) <= 257
    assert_allclose(scores.decode(coded), values, rtol=1e-9)
    # Beyond the ends, scores continue to rise, and are clipped to the ends.
    far = scores.encode(np.array([-1e300, values[0] - 1, values[-1] + 1, values[-1] * 10, 1e300]))
    assert (np.diff(far) > 0).all() and np.isfinite(far).all()
    assert_array_equal(scores.decode(far[[0, -1]]), values[[0, -1]])


def test_weights_count_as_rows():
    frame = mixed(120)
    weight = np.repeat([3.0, 1.0], 60)
    one, table = coded(frame, weight)
    again = pd.concat([frame[:60], frame[:60], frame])
    other, _ = coded(again)
    assert_allclose(
        one.encode(table, np.float64), other.encode(read_table(frame), np.float64), atol=1e-12
    )


def test_choices_are_drawn_by_their_probabilities():
    rows = np.tile([0.5, 0.2, 0.3, 0.0, 7.0], (20_000, 1))
    made = drawn(rows, [[0, 1, 2, 3]], np.random.RandomState(0))
    assert_allclose(made[:, :4].mean(axis=0), [0.5, 0.2, 0.3, 0.0], atol=0.02)
    assert set(np.unique(made[:, :4])) == {0.0, 1.0} and (made[:, 4] == 7.0).all()
    assert_array_equal(rows[0], [0.5, 0.2, 0.3, 0.0, 7.0])


def test_rows_that_fit_are_picked():
    rng = np.random.RandomState(0)
    pool = np.column_stack([rng.rand(5000), np.zeros(5000), rng.standard_normal(5000)])
    pool[:, 1] = 1.0 - pool[:, 0]
    asked = AskedRows(400)
    asked.add(0, np.empty(400), choices=(slice(0, 2), np.ones(400, np.intp)))
    asked.add(1, np.empty(400), numbers=(2, np.full(400, 1.0)))
    picked = pool[asked.pick(pool, None, rng)]
    # If p is uniform and drawn in proportion to p, its mean is 2/3.
    assert picked[:, 1].mean() == pytest.approx(2 / 3, abs=0.05)
    assert_allclose(picked[:, 2], 1.0, atol=0.5)
    asked.write(picked)
    assert_array_equal(np.unique(picked, axis=0), [[0.0, 1.0, 1.0]])


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (np.ones((3, 2)), ArrayForm),
        ([[1.0, "a"]], ArrayForm),
        ({"a": [1, 2], "b": [True, False]}, NumericForm),
        ({"a": [1.0, np.nan]}, TableForm),
        ({"a": [1.0, 2.0], "b": ["x", "y"]}, TableForm),
        ({"a": pd.Categorical([1, 2])}, TableForm),
        ({"a": pd.to_datetime(["2024-01-01", "2024-01-02"])}, TableForm),
    ],
)
def test_forms(frame, kind):
    X = pd.DataFrame(frame) if isinstance(frame, dict) else frame
    assert type(form_of_rows(X, None, None, 1.0)) is kind
