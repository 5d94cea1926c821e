"""Members that learn from different rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from sknn.core.layers import Defaults, Dense
from sknn.core.losses import LogLoss, SquaredError
from sknn.core.losses.per_member import PerMember
from sknn.core.network import Network
from sknn.core.workspace import Workspace
from sknn.estimators.tabular.ridge import ridge
from sknn.training.callbacks import Progress
from sknn.training.folds import FoldBatches, Folds, OutOfFold, ScoredWeights, _within_memory, pick
from sknn.training.objective import Supervised
from sknn.training.run import Run, Streams

pytestmark = pytest.mark.bits

RNG = np.random.default_rng(0)


def network(n_members, n_out=3, dtype=np.float64):
    layers = [Dense(4, "tanh").bind(Defaults()), Dense(n_out, "identity").bind(Defaults())]
    net = Network(layers, ["hidden0", "output"], (5,), dtype, n_members)
    net.initialize(np.random.default_rng(1))
    return net


@given(
    n=st.integers(8, 60),
    n_splits=st.integers(2, 5),
    groups=st.integers(1, 3),
    seed=st.integers(0, 99),
)
@settings(max_examples=40, deadline=None)
def test_folds_cover_all_rows_once_in_every_group(n, n_splits, groups, seed):
    rows = np.arange(100, 100 + n)
    order = RNG.integers(0, 3, n)
    folds = Folds.deal(rows, order, groups * n_splits, n_splits, np.random.default_rng(seed))
    assert folds.n_groups == groups
    np.testing.assert_array_equal(folds.judged, rows)
    for g in range(groups):
        held_out = folds.held_out[g * n_splits : (g + 1) * n_splits]
        np.testing.assert_array_equal(np.sort(np.concatenate(held_out)), rows)
        assert max(map(len, held_out)) - min(map(len, held_out)) <= 1
    for train, held_out in zip(folds.train, folds.held_out, strict=True):
        np.testing.assert_array_equal(np.sort(np.r_[train, held_out]), rows)


@pytest.mark.parametrize("n_members", [1, 2, 3])
def test_fewer_members_than_folds_judge_some_of_the_rows(n_members):
    rows = np.arange(40)
    folds = Folds.deal(rows, rows.astype(float), n_members, 4, np.random.default_rng(0))
    assert folds.n_groups == 1
    assert len(folds.judged) == 10 * n_members
    np.testing.assert_array_equal(folds.judged, np.sort(np.concatenate(folds.held_out)))


def test_folds_have_equal_shares_of_classes_and_of_the_range_of_a_target():
    codes = np.repeat([0, 1, 2], [40, 20, 8])
    folds = Folds.deal(np.arange(68), codes, 4, 4, np.random.default_rng(0))
    for held_out in folds.held_out:
        assert np.abs(np.bincount(codes[held_out]) - [10, 5, 2]).max() <= 1
    y = RNG.standard_normal(400) ** 3
    folds = Folds.deal(np.arange(400), y, 4, 4, np.random.default_rng(0))
    medians = [np.median(y[held_out]) for held_out in folds.held_out]
    assert np.ptp(medians) < 0.1 * y.std()


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("size", [7, 16, 100])
def test_batches_hold_the_rows_of_their_member(size, weighted):
    n = 50
    x, y = RNG.standard_normal((n, 2)), np.arange(n)
    weight = y[:, None] / 7.0 if weighted else None
    rows = [np.arange(0, n, 2), np.arange(1, n, 2), np.arange(10, 40)]
    batches = FoldBatches(x, y, weight, rows)
    seen, sizes = [[] for _ in rows], []
    for bx, by, bw in batches.epoch(size, np.random.default_rng(0)):
        assert bx.shape[:2] == by.shape == (3, bx.shape[1])
        np.testing.assert_array_equal(bx, x[by])
        if weighted:
            np.testing.assert_array_equal(bw, weight[by])
        sizes.append(bx.shape[1])
        for own, part in zip(seen, by, strict=True):
            own.extend(part)
    assert len(sizes) == batches.count(size)
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= min(size, 25)
    for own, mine in zip(seen, rows, strict=True):
        assert len(own) == len(set(own)) == batches.n_rows == 25
        assert set(own) <= set(mine.tolist())
    for m in range(3):
        alone = FoldBatches(x, y, weight, rows, m).epoch(size, np.random.default_rng(0))
        for one, joint in zip(alone, batches.epoch(size, np.random.default_rng(0)), strict=True):
            for part, whole in zip(one, joint, strict=True):
                np.testing.assert_array_equal(part, None if whole is None else whole[m])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("recipe", "task", "n_out"),
    [
        (LogLoss(0.1), "multiclass", 3),
        (LogLoss(), "multiclass", 70),
        (SquaredError(), "regression", 2),
    ],
)
def test_a_loss_with_rows_for_each_member_is_that_of_each_alone(recipe, task, n_out, weighted):
    loss, members, rows = recipe.bind(task), 3, 9
    shape = (members, rows) if task == "multiclass" else (members, rows, n_out)
    target = RNG.integers(0, n_out, shape) if task == "multiclass" else RNG.standard_normal(shape)
    x = RNG.standard_normal((members, rows, 5))
    weight = RNG.uniform(0.5, 2.0, (members, rows, 1)) if weighted else None
    joint = network(members, n_out)
    objective = Supervised(Workspace(joint, PerMember(loss), rows), l2=0.3, total=9.0)
    value = objective.batch(x, target, weight)
    values = []
    for m in range(members):
        single = network(1, n_out)
        single.load(joint.theta[m])
        alone = Supervised(Workspace(single, loss, rows), l2=0.3, total=9.0)
        values.append(alone.batch(x[m], target[m], None if weight is None else weight[m]))
        np.testing.assert_allclose(objective.grad[m], alone.grad, rtol=1e-10, atol=1e-13)
    assert value == pytest.approx(np.mean(values), rel=1e-12)


def test_every_epoch_is_kept_and_judged_on_rows_not_seen():
    x, y = RNG.standard_normal((24, 5)), RNG.standard_normal((24, 1))
    folds = Folds.deal(np.arange(24), y[:, 0], 4, 4, np.random.default_rng(0))
    net = network(4, 1)

    def judge(raw):
        assert raw.shape == (1, 24, 1)
        return float(((raw[0] - y) ** 2).mean())

    progress = Progress(Run(Streams.from_seed(0), 10), net)
    watcher = OutOfFold(folds, x, judge)
    watcher.on_train_begin(progress)
    losses = [progress.run.candidates[0].loss]
    for epoch in range(1, 5):
        progress.run.epoch = epoch
        net.theta[...] += 0.01 * RNG.standard_normal(net.theta.shape)
        watcher.on_epoch_end(progress)
        losses.append(progress.row["out_of_fold_loss"])
    kept = progress.run.candidates
    assert [each.loss for each in kept] == losses
    assert [each.epoch for each in kept] == [0, 1, 2, 3, 4]
    for m, held_out in enumerate(folds.held_out):
        alone = network(1, 1)
        alone.load(kept[0].theta[m])
        np.testing.assert_allclose(kept[0].raw[0, held_out], alone.predict(x[held_out]))
    # A later call judges again what was kept, here with the same result.
    watcher.on_train_begin(progress)
    assert [each.loss for each in progress.run.candidates] == [each.loss for each in kept]


def test_ridge_of_more_columns_than_rows():
    x, y = RNG.standard_normal((12, 30)), RNG.standard_normal((12, 1))
    weight = RNG.uniform(0.5, 2, 12)
    slopes, intercepts = ridge(x, y, weight, (1.0,))
    model = Ridge(1.0).fit(x, y, weight)
    np.testing.assert_allclose(slopes, model.coef_.reshape(1, -1).T, rtol=1e-8)
    np.testing.assert_allclose(intercepts, model.intercept_, rtol=1e-8)


@pytest.mark.parametrize("weighted", [False, True])
def test_ridge_is_that_of_scikit_learn_with_the_penalty_of_least_error(weighted):
    x = RNG.standard_normal((60, 4)) * [1, 2, 3, 0.1] + 5
    y = x @ RNG.standard_normal((4, 2)) + 3 * RNG.standard_normal((60, 2))
    weight = RNG.uniform(0.5, 2, 60) if weighted else None
    penalties = (0.1, 10.0, 1000.0)
    slopes, intercepts = ridge(x, y, weight, penalties)
    models = [Ridge(alpha).fit(x, y, weight) for alpha in penalties]
    errors = [np.abs(model.coef_.T - slopes).max() for model in models]
    best = models[int(np.argmin(errors))]
    np.testing.assert_allclose(slopes, best.coef_.T, rtol=1e-8)
    np.testing.assert_allclose(intercepts, best.intercept_, rtol=1e-8)


def test_ridge_weight_two_is_the_row_twice():
    x, y = RNG.standard_normal((30, 3)), RNG.standard_normal((30, 1))
    weight = np.ones(30)
    weight[:10] = 2.0
    twice = np.r_[np.arange(30), np.arange(10)]
    for weighed, repeated in zip(ridge(x, y, weight), ridge(x[twice], y[twice], None), strict=True):
        np.testing.assert_allclose(weighed, repeated, rtol=1e-9)


def test_the_worst_epochs_go_where_memory_is_short(monkeypatch):
    monkeypatch.setattr("sknn.training.folds._BYTES", 1)
    kept = ()
    for epoch in range(20):
        found = ScoredWeights(abs(epoch - 7.5), epoch, np.zeros(3), np.zeros(2))
        kept = _within_memory((*kept, found))
    assert [each.epoch for each in kept] == list(range(2, 14))


@pytest.mark.parametrize("weighted", [False, True])
def test_picks_are_those_of_a_slow_search(weighted):
    n_picks, answers, ideal = 7, RNG.standard_normal((6, 30, 2)), RNG.standard_normal((30, 2))
    answers = 0.5 * ideal + answers
    weight = RNG.uniform(0.1, 3, 30) if weighted else None
    chosen = []
    for _ in range(n_picks):
        means = [answers[[*chosen, j]].mean(axis=0) for j in range(len(answers))]
        errors = [np.average(((mean - ideal) ** 2).sum(axis=1), weights=weight) for mean in means]
        chosen.append(int(np.argmin(errors)))
    counts = pick(answers, ideal, weight, n_picks)
    np.testing.assert_array_equal(counts, np.bincount(chosen, minlength=6))


def test_predictions_are_computed_piece_by_piece(monkeypatch):
    answers, ideal = RNG.standard_normal((4, 30, 2)), np.exp(RNG.standard_normal((30, 2)))
    given = answers.copy()
    expected = pick(np.exp(answers), ideal, None, 5)
    monkeypatch.setattr("sknn.training.folds._PIECE", 4 * 7 * 2)
    counts = pick(answers, ideal, None, 5, lambda some: np.exp(some, out=some))
    np.testing.assert_array_equal(counts, expected)
    np.testing.assert_array_equal(answers, given)


def test_rows_are_judged_piece_by_piece(monkeypatch):
    x = RNG.standard_normal((24, 5))
    folds = Folds.deal(np.arange(24), np.arange(24), 4, 2, np.random.default_rng(0))
    net = network(4, 3)
    whole = folds.held_out_scores(net, x)
    monkeypatch.setattr("sknn.training.folds._ROWS", 5)
    np.testing.assert_allclose(folds.held_out_scores(net, x), whole, rtol=1e-12)


def test_a_perfect_predictor_is_picked_alone():
    ideal = RNG.standard_normal((10, 1)) + 1e6
    answers = np.stack([ideal + 1, ideal, ideal - 0.5])
    np.testing.assert_array_equal(pick(answers, ideal, None, 5), [0, 5, 0])


def test_picks_do_not_depend_on_how_answers_are_cut_into_pieces(monkeypatch):
    answers, ideal = RNG.standard_normal((6, 31, 2)), RNG.standard_normal((31, 2))
    weight = RNG.uniform(0.1, 3, 31)
    whole = pick(answers, ideal, weight, 20)
    monkeypatch.setattr("sknn.training.folds._PIECE", 60)
    np.testing.assert_array_equal(pick(answers, ideal, weight, 20), whole)
