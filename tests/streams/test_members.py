"""Members as tasks give the results of `fit`, bit for bit."""

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn import MLPRegressor, TabularMLPClassifier, TabularMLPRegressor
from sknn.callbacks import Callback
from sknn.exceptions import TableWarning
from sknn.losses import GaussianNLL, Quantile
from sknn.persistence import load, save
from sknn.streams import fit_blocks, fit_members
from sknn.training.replay import Replay
from sknn.training.trainer import Trainer

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

pytestmark = pytest.mark.bits

N = 120
rng = np.random.default_rng(0)
X = pd.DataFrame({
    "a": rng.normal(size=N) + np.arange(N) / 20,
    "b": pd.Categorical(np.repeat(list("xyzx"), N // 4)),
    "c": np.where(rng.random(N) < 0.1, np.nan, rng.integers(0, 99, N)),
    "d": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D"),
})  # fmt: skip
y = X["a"].to_numpy() + rng.normal(size=N) / 9
both = np.c_[y, y**2]
label = np.where(y > 4, "high", np.where(y > 1, "middle", "low"))
several = np.c_[label, np.where(rng.random(N) < 0.5, "no", "yes")]
many = np.c_[y > 1, y > 2, y > 3].astype(int)
weight = rng.integers(0, 3, N).astype(float)
CUT = [slice(0, 40), slice(40, 70), slice(70, 70), slice(70, N)]
PARTS = [(X[rows], y[rows], weight[rows]) for rows in CUT]
LAZY = dd.from_pandas(X, npartitions=4)
SMALL = {"preset": "fast", "max_iter": 3, "hidden_layer_sizes": (6,), "random_state": 0}


def lazy(values):
    return dd.from_pandas(pd.Series(values, X.index), npartitions=4)


def network(kind=TabularMLPRegressor, **more):
    return kind(**SMALL | more)


def assert_same(there, here):
    """All but the loss and the norm in the history, where sums over members are rounded."""
    assert vars(there).keys() == vars(here).keys()
    assert_array_equal(there.network_.theta, here.network_.theta)
    assert_array_equal(there.member_shares_, here.member_shares_)
    assert_array_equal(there.encoder_.transform(X), here.encoder_.transform(X))
    assert there.history_.keys() == here.history_.keys()
    for name, column in here.history_.items():
        if name in ("loss", "gradient_norm"):
            assert_allclose(there.history_[name], column, rtol=1e-6)
        elif name != "seconds":
            assert_array_equal(there.history_[name], column)
    assert there.stop_reason_ == here.stop_reason_ and there.t_ == here.t_
    assert_array_equal(there.predict(X), here.predict(X))
    if isinstance(here, TabularMLPClassifier):
        assert there.temperature_ == here.temperature_
        for one, other in zip(there.predict_proba(X), here.predict_proba(X), strict=True):
            assert_array_equal(one, other)
    elif here.residual_std_ is not None:
        levels = {"return_quantiles": [0.25, 0.5, 0.75]}
        assert_array_equal(there.predict(X, **levels), here.predict(X, **levels))
        for one, other in zip(*(e.predict(X, return_std=True) for e in (there, here)), strict=True):
            assert_array_equal(one, other)


@pytest.mark.parametrize("weight", [None, weight], ids=["", "weighted"])
@pytest.mark.parametrize(
    ("target", "more"),
    [
        (y, {}),
        (y, {"preset": "default", "n_bins": 4, "dropout": 0.2}),
        (y, {"n_members": 6, "n_splits": 3}),
        (y, {"n_members": 2, "n_splits": 4, "linear_path": 0.5}),
        (y, {"n_members": 3, "n_splits": 1}),
        (y, {"n_members": 1, "n_splits": 3}),
        (y, {"n_members": 1, "n_splits": 1}),
        (y, {"loss": Quantile([0.25, 0.5, 0.75])}),
        (y, {"loss": GaussianNLL()}),
        (both, {}),
        (label, {}),
        (label, {"preset": "best", "n_members": 4, "n_splits": 2, "bins": "tree"}),
        (label, {"class_weight": "balanced", "loss": "focal"}),
        (label == "low", {"solver": "lion", "learning_rate": "one_cycle"}),
        (several, {"batch_size": 16}),
        (many, {"batch_size": 50}),
    ],
)
def test_the_result_is_that_of_fit(target, more, weight):
    kind = TabularMLPRegressor if target.dtype == float else TabularMLPClassifier
    here = network(kind, **more).fit(X, target, weight)
    there = fit_members(network(kind, **more), LAZY, target, weight)
    assert_same(there, here)


@pytest.mark.parametrize(
    "source",
    [
        (LAZY, lazy(y), lazy(weight)),
        (LAZY, da.from_array(y, 30), weight),
        (LAZY, y.tolist(), lazy(weight)),
        (PARTS,),
        (tuple(X[rows] for rows in CUT), y, weight),
        ([X[:0], *PARTS, (X[:0], None)],),
        (dd.from_map(lambda i: X[CUT[i]], range(4)), y, weight),
    ],
)
def test_where_blocks_come_from_does_not_matter(source):
    here = network().fit(X, y, weight)
    assert_same(fit_members(network(), *source), here)


def test_a_dask_array():
    rows = rng.normal(size=(N, 3))
    there = fit_members(network(), da.from_array(rows, (50, 2)), da.from_array(both, (50, 1)))
    here = network().fit(rows, both)
    assert_array_equal(there.network_.theta, here.network_.theta)
    assert there.n_features_in_ == 3 and not hasattr(there, "feature_names_in_")


def test_blocks_with_and_without_weights():
    ones = [(X[:50], y[:50]), (X[50:], y[50:], np.full(N - 50, 2.0))]
    here = network().fit(X, y, np.where(np.arange(N) < 50, 1.0, 2.0))
    assert_same(fit_members(network(), ones), here)


def test_a_block_without_y_is_named_where_trees_need_it():
    with pytest.raises(TypeError, match="Block 1 of X has no y; pass y, or blocks"):
        fit_members(network(bins="tree"), [PARTS[0], X[50:]])


@pytest.mark.parametrize("splits", [1, 2])
def test_jobs_do_not_matter(splits):
    more = {"n_members": 4, "n_splits": splits, "linear_path": 0.5, "dropout": 0.2}
    alone = fit_members(network(**more), LAZY, y)
    with joblib.parallel_config("threading", n_jobs=3):
        apart = fit_members(network(**more), LAZY, y)
    assert_same(apart, alone)
    for name in ("loss", "gradient_norm"):
        assert_array_equal(apart.history_[name], alone.history_[name])


def test_a_network_continues_as_after_fit(tmp_path):
    rate = {"learning_rate": "constant"}
    nets = [network(**rate).fit(X, y), fit_members(network(**rate), LAZY, y)]
    save(nets[1], tmp_path / "net.sknn")
    nets.append(load(tmp_path / "net.sknn"))
    for net in nets:
        net.partial_fit(X[:50], y[:50])
    for net in nets[1:]:
        assert_array_equal(net.network_.theta, nets[0].network_.theta)


def test_a_network_starts_over():
    net = network(TabularMLPClassifier).fit(X, label)
    fit_members(net, LAZY, label == "low")
    assert_same(net, network(TabularMLPClassifier).fit(X, label == "low"))
    net = network(TabularMLPClassifier).partial_fit(X, label == "low", classes=[False, True])
    assert_same(fit_members(net, LAZY, label), network(TabularMLPClassifier).fit(X, label))


def test_numbers_are_drawn_as_by_fit():
    states = [np.random.RandomState(3), np.random.RandomState(3)]
    here = network(random_state=states[0]).fit(X, y)
    there = fit_members(network(random_state=states[1]), LAZY, y)
    assert_same(there, here)
    assert there.random_state is states[1]
    assert states[0].randint(1000) == states[1].randint(1000)


def test_parameters_stay_those_of_the_user():
    net = network(random_state=None, loss=GaussianNLL(), n_picks=np.int64(3))
    given = net.get_params(deep=False)
    fit_members(net, LAZY, y)
    assert all(each is given[name] for name, each in net.get_params(deep=False).items())
    first = net.predict(X)
    assert np.any(fit_members(net, LAZY, y).predict(X) != first)


def test_an_array_after_a_frame_has_no_names():
    net = network().fit(X[["a", "c"]], y)
    rows = X[["a", "c"]].to_numpy()
    fit_members(net, da.from_array(rows, 50), y)
    assert not hasattr(net, "feature_names_in_")
    assert_array_equal(net.predict(rows), network().fit(rows, y).predict(rows))


def interrupting(kind, name, at):
    """Return a method that raises KeyboardInterrupt in one of its calls."""
    method, calls = getattr(kind, name), iter(range(1, 1000))

    def interrupted(self, *arguments):
        if next(calls) == at:
            raise KeyboardInterrupt
        return method(self, *arguments)

    return interrupted


@pytest.mark.parametrize(
    ("kind", "name", "at"),
    [(Trainer, "_pass", 1), (Trainer, "_pass", 8), (Replay, "__call__", 2)],
    ids=["first member", "another member", "replay"],
)
def test_ctrl_c_leaves_the_estimator_as_it_was(monkeypatch, kind, name, at):
    state = np.random.RandomState(0)
    net = network(random_state=state).fit(X, y)
    before, position = vars(net).copy(), state.get_state()[2]
    monkeypatch.setattr(kind, name, interrupting(kind, name, at))
    with pytest.raises(KeyboardInterrupt):
        fit_members(net, LAZY, y)
    assert vars(net) == before
    assert state.get_state()[2] == position


def test_divergence_ends_as_in_fit():
    more = {"learning_rate_init": 1e4, "solver": "sgd", "learning_rate": "constant"}
    with pytest.warns(UserWarning, match="Training diverged in epoch") as expected:
        here = network(**more).fit(X, y)
    with pytest.warns(UserWarning, match="Training diverged in epoch") as caught:
        there = fit_members(network(**more), LAZY, y)
    assert [str(each.message) for each in caught] == [str(each.message) for each in expected]
    assert {each.filename for each in caught} == {__file__}
    assert there.stop_reason_ == "diverged"
    assert_array_equal(there.network_.theta, here.network_.theta)


@pytest.mark.parametrize(
    ("more", "category", "words"),
    [
        ({}, TableWarning, "'id' has 120 different entries"),
        ({"batch_size": 500, "categorical_features": None}, UserWarning, "going to be clipped"),
    ],
)
def test_warnings_come_once(more, category, words):
    odd = X[["a"]].assign(id=[f"{i} {'x' * (not more)}" for i in range(N)])
    with pytest.warns(category, match=words) as caught:
        fit_members(network(**more), dd.from_pandas(odd, npartitions=3), y)
    assert len(caught) == 1


def never(i):
    raise AssertionError("a block was computed")


UNREAD = dd.from_map(never, range(3), meta=X.iloc[:0])


@pytest.mark.parametrize(
    ("net", "target", "error", "words"),
    [
        (MLPRegressor(), y, TypeError, "Train other networks with fit_blocks"),
        (TabularMLPRegressor, y, TypeError, "must be a TabularMLPClassifier or"),
        (network(), None, TypeError, "y must be passed"),
        (network(n_members=0), y, ValueError, "n_members"),
        (network(n_members=5, n_splits=2), y, ValueError, "must be a multiple of n_splits"),
        (network(callbacks=[Callback()]), y, ValueError, "callbacks cannot be .* callbacks=None"),
        (network(verbose=True), y, ValueError, "verbose cannot be used with fit_members"),
        (network(warm_start=True), y, ValueError, "warm_start .* continue with partial_fit"),
        (network(max_time=9.0), y, ValueError, "max_time .* choose max_iter"),
        (network(learning_rate="plateau"), y, ValueError, "learning_rate='plateau' .* 'cos_log'"),
        (network(solver="lbfgs"), y, ValueError, "solver='lbfgs' has no epochs"),
    ],
)
def test_what_members_cannot_do_apart_is_refused_before_a_block_is_read(net, target, error, words):
    before = vars(net).copy()
    with pytest.raises(error, match=words):
        fit_members(net, UNREAD, target)
    assert vars(net) == before


class Once:
    """Blocks that differ from one iteration to the next."""

    def __init__(self, passes):
        self.passes = iter(passes)

    def __iter__(self):
        return iter(next(self.passes))


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ((X, y), TypeError, "X must be a Dask array or data frame"),
        ((LAZY, y[:9]), ValueError, "Block 0 has 30 rows in X and 9 in y"),
        (
            (da.from_array(both), y[:9]),
            ValueError,
            "X has 120 rows, but y has 9",
        ),
        ((LAZY, lazy(y).repartition(npartitions=2)), ValueError, "X has 4 blocks and y has 2"),
        ((LAZY, np.where(y > 4, np.nan, y)), ValueError, "y contains NaN"),
        ((LAZY, y, np.zeros(N)), ValueError, "positive weight"),
        ((LAZY, y, -weight), ValueError, "sample_weight"),
        (([X[:50], X[50:]],), TypeError, "y must be passed: TabularMLPRegressor"),
        (([PARTS[0], X[50:]],), TypeError, "Block 1 of X has no y; pass y, or blocks"),
        (([X[:0], (X[:50], None)],), TypeError, "y must be passed: TabularMLPRegressor"),
        (([X[:0]], y[:0]), ValueError, "no rows with a positive weight"),
        (([X, X.assign(a=np.inf)], np.r_[y, y]), ValueError, "infinity"),
        (([(X, y), (X, both)],), ValueError, "y must have the same number of columns in all"),
        (([X], lazy(y)), TypeError, r"y is a Series of Dask, .* pass y\.compute\(\)"),
        (([X], y, lazy(weight)), TypeError, "sample_weight is a Series of Dask"),
        (([dask.delayed(X)], y), TypeError, "Block 0 of X has not been computed .*from_delayed"),
        (([(LAZY, y)],), TypeError, "Block 0 of X has not been computed by Dask"),
        ((Once([PARTS, PARTS, []]),), ValueError, "when it is iterated over again; pass a list"),
    ],
)
def test_a_failed_call_leaves_the_estimator_as_it_was(source, error, words):
    state = np.random.RandomState(0)
    net = network(random_state=state, bins="quantile").fit(X, y)
    before, position = vars(net).copy(), state.get_state()[2]
    with pytest.raises(error, match=words):
        fit_members(net, *source)
    assert vars(net) == before
    assert state.get_state()[2] == position


def test_labels_that_are_missing_are_refused_in_the_words_of_arrays():
    text = dd.from_pandas(pd.Series(label, X.index).mask(y > 4), npartitions=4)
    for target in (text, np.where(y > 4, np.nan, 1.0)):
        with pytest.raises((ValueError, TypeError), match="y contains NaN. Leave out the rows"):
            fit_members(network(TabularMLPClassifier), LAZY, target)


def test_labels_that_are_numbers_and_text_are_refused():
    blocks = [(X[:50], np.ones(50, int)), (X[50:], np.repeat("no", N - 50))]
    with pytest.raises(ValueError, match="y mixes kinds .* all str or all numbers"):
        fit_members(network(TabularMLPClassifier), blocks)


def test_beyond_the_exact_encoder_it_is_fit_with_that_encoder():
    n = 9000
    rows = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n)})
    target, source = rows["a"] * rows["b"], dd.from_pandas(rows, npartitions=5)
    more = {"max_iter": 1, "n_members": 2, "bins": "quantile"}
    there = fit_members(network(**more), source, target)
    here = network(**more)
    here._lent_encoder = fit_blocks(here._encoder_and_target()[0], source)
    here.fit(rows, target)
    assert_array_equal(there.network_.theta, here.network_.theta)
    assert len(np.unique(rows["a"])) > 4096
