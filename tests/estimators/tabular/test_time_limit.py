"""Rows that are drawn if `max_time` is too short for all."""

import numpy as np
import pytest
import scipy.sparse as sp

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.callbacks import Pause
from sknn.estimators.tabular import time_limit
from sknn.estimators.tabular.ridge import LinearModel
from sknn.estimators.tabular.time_limit import in_random_order, rows_within
from sknn.exceptions import TrainingWarning
from sknn.persistence import load, save

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(1000, 3))
SETTINGS = {"preset": "fast", "hidden_layer_sizes": (4,), "random_state": 0}


@pytest.mark.parametrize(
    ("once", "each", "seconds", "low", "high"),
    [
        (0.0, 1e-3, 100.0, 50_000, 50_000),
        (0.0, 1e-3, 10.0, 10_000, 10_000),
        (0.2, 1e-3, 10.0, 6_000, 10_000),
        (0.0, 1.0, 10.0, 10, 10),
        (0.0, 0.0, 1.0, 50_000, 50_000),
    ],
)
def test_as_many_rows_as_there_is_time_for(once, each, seconds, low, high):
    """What is done once for each column hardly counts; measuring takes little of the time."""
    taken = []

    def measure(rows):
        taken.append(once + each * len(rows))
        return taken[-1]

    found = rows_within(seconds, np.arange(50_000), measure)
    assert low <= found <= high
    assert len(taken) == 1 or sum(taken) < 0.3 * seconds


def test_small_tables_are_used_whole():
    assert rows_within(1e-9, np.arange(300), lambda rows: pytest.fail("measured")) == 300


@pytest.mark.parametrize(
    ("y", "first"),
    [
        (np.array([*"aaaaaaab"]), ["a", "b"]),
        (np.array([*"aaaaab"], object), ["a", "b"]),
        (np.array([[0, 5], [0, 5], [1, 5], [0, 6]]), [(0, 5), (0, 6), (1, 5)]),
        (sp.csr_array(np.array([[0, 0], [0, 0], [0, 0], [1, 1]])), [(0, 0), (1, 1)]),
    ],
)
def test_one_row_of_each_label_comes_first(y, first):
    order, n_first = in_random_order(y, None, has_labels=True)
    assert n_first == len(first)
    assert sorted(order) == list(range(y.shape[0]))
    labels = (y.toarray() if sp.issparse(y) else y)[order[: len(first)]].tolist()
    assert {*map(str, labels)} >= {str(list(each)) if len(each) > 1 else each for each in first}


def test_rows_that_do_not_count_come_last():
    weight = np.tile([1.0, 0.0], 50)
    order, n_first = in_random_order(np.arange(100.0), weight, has_labels=False)
    assert n_first == 0
    assert (weight[order[:50]] == 1).all()
    again, _ = in_random_order(np.ones(100), weight, has_labels=False)
    np.testing.assert_array_equal(order, again)


def test_labels_are_those_of_rows_that_count():
    y = np.repeat([2, 1, 0], [6, 1494, 1500])
    order, n_first = in_random_order(y, None, has_labels=True)
    weight = np.ones(len(y))
    weight[order[:n_first]] = 0
    order, n_first = in_random_order(y, weight, has_labels=True)
    assert n_first == 3
    assert (weight[order[:n_first]] > 0).all()


def test_the_time_needed_is_not_that_of_the_fewest_rows():
    X = np.random.default_rng(0).normal(size=(3000, 4))
    net = TabularMLPRegressor(**SETTINGS, max_iter=1, max_time=1e-6)
    with pytest.warns(TrainingWarning, match="from only 300 of the 3,000 rows") as caught:
        net.fit(X, X[:, 0])
    (told,) = [str(each.message) for each in caught if "Set max_time" in str(each.message)]
    assert float(told.split("Set max_time to ")[1].split()[0]) > 1e-4


@pytest.fixture
def short(monkeypatch):
    """Time is too short for more than 400 rows in the first call; later ones have enough."""
    monkeypatch.setattr(time_limit, "rows_within", lambda *arguments: 400)


@pytest.mark.parametrize("kind", [TabularMLPClassifier, TabularMLPRegressor])
def test_a_continued_fit_has_the_same_rows(short, kind):
    """Other rows would be judged by members that have seen them."""
    y = TABLE[:, 0] if kind is TabularMLPRegressor else TABLE[:, 0] > 0
    weight = np.tile([1.0, 2.0], 500)
    with pytest.warns(TrainingWarning, match="from only 400 of the 1,000 rows"):
        whole = kind(**SETTINGS, max_iter=4, max_time=1000).fit(TABLE, y, weight)
    paused = kind(**SETTINGS, max_iter=4, max_time=1000, callbacks=[Pause(2)])
    with pytest.warns(TrainingWarning, match="from only 400"):
        paused.fit(TABLE, y, weight)
    paused.set_params(max_time=None, callbacks=None).resume(TABLE, y, weight)
    np.testing.assert_array_equal(paused.predict(TABLE), whole.predict(TABLE))


@pytest.mark.filterwarnings("ignore:The number of unique classes")
def test_all_classes_are_kept(short):
    y = np.arange(1000) % 450
    with pytest.warns(TrainingWarning, match="from only 450 of the 1,000 rows"):
        net = TabularMLPClassifier(**SETTINGS, max_iter=1, max_time=1000).fit(TABLE, y)
    assert len(net.classes_) == 450


def test_labels_without_an_order_are_rejected_as_usual(short):
    net = TabularMLPClassifier(**SETTINGS, max_time=1000)
    with (
        pytest.warns(TrainingWarning, match="from only 400"),
        pytest.raises(TypeError, match="mixes labels that cannot be sorted"),
    ):
        net.fit(TABLE, np.tile(np.array([1, "a"], object), 500))


def test_the_next_fit_starts_over(short):
    net = TabularMLPRegressor(**SETTINGS, max_iter=1, max_time=1000)
    with pytest.warns(TrainingWarning, match="from only 400"):
        net.fit(TABLE, TABLE[:, 0])
    again = net.set_params(max_time=None).fit(TABLE, TABLE[:, 0])
    free = TabularMLPRegressor(**SETTINGS, max_iter=1).fit(TABLE, TABLE[:, 0])
    np.testing.assert_array_equal(again.predict(TABLE), free.predict(TABLE))


def test_linear_models_keep_to_their_time():
    """They use fewer rows, and hardly differ from those of all rows."""
    x = RNG.normal(size=(20_000, 5))
    y = x[:, :1] + RNG.normal(size=(20_000, 1))
    whole = LinearModel(x, y, None).fit(None, None)[0]
    some = LinearModel(x, y, None, seconds=1e-9).fit(None, None)[0]
    assert 1e-6 < np.abs(some - whole).max() < 0.1


def test_more_rows_are_not_those_that_were_drawn(short, tmp_path):
    y = TABLE[:, 0]
    net = TabularMLPRegressor(
        **SETTINGS, max_iter=1, max_time=1000, warm_start=True, learning_rate="constant"
    )
    with pytest.warns(TrainingWarning, match="from only 400 of the 1,000 rows"):
        net.fit(TABLE, y)
    save(net, tmp_path / "net.sknn")
    net = load(tmp_path / "net.sknn")
    with pytest.warns(TrainingWarning, match="from only 400 of the 2,000 rows"):
        net.fit(np.r_[TABLE, TABLE], np.r_[y, y])
    # Without a limit, all rows are used, and there is nothing to say.
    net.set_params(max_time=None).fit(np.r_[TABLE, TABLE, TABLE], np.r_[y, y, y])
    assert net._drawn is None
