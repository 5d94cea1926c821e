"""Recurrent networks: the forms of X and y, missing steps, state, and what is refused."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor, RNNClassifier, RNNRegressor
from sknn.exceptions import InvalidParameterError
from sknn.inspection import check_gradients
from sknn.layers import (
    GRU,
    LSTM,
    AveragePool,
    BatchNorm,
    Conv1D,
    ConvTranspose1D,
    Dense,
    Embedding,
    GlobalAveragePool,
    GlobalMaxPool,
    MaxPool,
    Parallel,
    Residual,
)
from tests.estimators.shaped.data import ABOVE, EVEN, SEQUENCES, STEPS, SUMS, padded

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"units": (5,), "max_iter": 3, "random_state": 0}
CELLS = ["elman", "jordan", "lstm", "gru"]


# -- rows -----------------------------------------------------------------------------------------


def test_lists_arrays_of_objects_and_padding_are_one():
    net = RNNClassifier(**SMALL).fit(SEQUENCES, ABOVE)
    assert net.input_shape_ == (7, 2)
    assert net.n_features_in_ == 2
    expected = net.predict_proba(SEQUENCES)
    objects = np.empty(len(SEQUENCES), object)
    objects[:] = SEQUENCES
    nested = [each.tolist() for each in SEQUENCES]
    for X in (padded(SEQUENCES), objects, tuple(SEQUENCES), nested, padded(SEQUENCES, 9)):
        np.testing.assert_allclose(net.predict_proba(X), expected, rtol=1e-12)
    for X in (padded(SEQUENCES), objects, nested):
        other = RNNClassifier(**SMALL).fit(X, ABOVE)
        np.testing.assert_array_equal(other.predict_proba(SEQUENCES), expected)


def test_a_row_does_not_depend_on_the_length_of_others():
    net = RNNClassifier(**SMALL, cell="gru", bidirectional=True).fit(SEQUENCES, ABOVE)
    alone = np.concatenate([net.predict_proba([each]) for each in SEQUENCES])
    np.testing.assert_allclose(alone, net.predict_proba(SEQUENCES), rtol=1e-10)


@pytest.mark.parametrize(
    "layers",
    [
        [Conv1D(3), Conv1D(3), LSTM(3)],
        [Dense(3, "softplus"), Conv1D(3, 2, dilation=2), GlobalMaxPool()],
        [ConvTranspose1D(3), ConvTranspose1D(2), GRU(3, reverse=True)],
        [GRU(3, return_sequences=True), Conv1D(3, 5), GlobalAveragePool()],
        [Residual([Conv1D(2), Conv1D(2)]), Parallel([GRU(2), GRU(2, reverse=True)])],
        [BatchNorm(), Conv1D(3), BatchNorm(), GRU(3)],
    ],
)
@pytest.mark.parametrize("members", [1, 2])
def test_a_row_does_not_depend_on_the_length_of_others_in_any_layers(layers, members):
    net = RNNClassifier(layers=layers, max_iter=3, n_members=members, random_state=0)
    net.fit(SEQUENCES, ABOVE)
    alone = np.concatenate([net.decision_function([each]) for each in SEQUENCES])
    np.testing.assert_allclose(net.decision_function(SEQUENCES), alone, rtol=1e-9, atol=1e-12)
    assert check_gradients(net, SEQUENCES, ABOVE) < 1e-5


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ([MaxPool(2), LSTM(3)], "MaxPool does not know which steps are missing"),
        ([AveragePool(2, 1, "same"), LSTM(3)], "AveragePool does not know which steps are missing"),
        ([Conv1D(3, strides=2), GlobalMaxPool()], "GlobalMaxPool is given 4"),
        ([Conv1D(3, padding="valid"), LSTM(3)], "LSTM is given 5"),
        ([Conv1D(3, strides=2), Conv1D(3), LSTM(3)], "Conv1D is given 4"),
        ([Conv1D(3, strides=2), BatchNorm(), LSTM(3)], "BatchNorm is given 4"),
    ],
)
def test_steps_that_nobody_can_follow_are_refused(layers, text):
    net = RNNClassifier(layers=layers, max_iter=2, random_state=0)
    assert net.fit(EVEN, ABOVE).predict(EVEN).shape == (40,)
    with pytest.raises(ValueError, match=text):
        net.fit(SEQUENCES, ABOVE)


def test_batch_norm_counts_the_steps_there_are():
    # Not Adam: it would move a bias before a norm, whose gradient is rounding, by whole steps.
    rate = {"learning_rate": "constant", "learning_rate_init": 0.001}
    settings = {"solver": "sgd", "max_iter": 4, "batch_size": 40, "random_state": 0} | rate
    layers = [BatchNorm(), Dense(4, "tanh"), BatchNorm()]
    net = RNNRegressor(layers=layers, return_sequences=True, max_grad_norm=None, **settings)
    net.fit(SEQUENCES, SUMS)
    flat = MLPRegressor(layers=layers, **settings | {"batch_size": 201})
    assert len(np.concatenate(SEQUENCES)) == 201  # one batch
    flat.fit(np.concatenate(SEQUENCES), np.concatenate(SUMS))
    np.testing.assert_allclose(net.loss_curve_, flat.loss_curve_, rtol=1e-9)
    answers = flat.predict(np.concatenate(SEQUENCES))
    np.testing.assert_allclose(np.concatenate(net.predict(SEQUENCES)), answers, rtol=1e-6)


def test_flat_rows_are_sequences():
    net = RNNClassifier(**SMALL).fit(EVEN[..., 0], ABOVE)
    assert net.input_shape_ == (6, 1)
    assert net.n_features_in_ == 6
    flat = EVEN.reshape(40, -1)
    net = RNNClassifier(**SMALL, input_shape=(6, 2)).fit(flat, ABOVE)
    other = RNNClassifier(**SMALL).fit(EVEN, ABOVE)
    assert other.n_features_in_ == 12
    np.testing.assert_array_equal(net.predict_proba(EVEN), other.predict_proba(flat))


def test_sequences_of_single_numbers():
    X = [each[:, 0] for each in SEQUENCES]
    net = RNNClassifier(**SMALL).fit(X, ABOVE)
    assert net.input_shape_ == (7, 1)
    np.testing.assert_array_equal(net.predict(X), net.predict([each[:, None] for each in X]))


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_longer_and_shorter_sequences_later():
    net = RNNClassifier(**SMALL).fit(EVEN, ABOVE)
    long = np.concatenate([EVEN, EVEN], axis=1)
    assert net.predict_proba(long).shape == (40, 2)
    np.testing.assert_allclose(
        net.predict_proba(EVEN[:, :3]), net.predict_proba(list(EVEN[:, :3])), rtol=1e-12
    )
    net.partial_fit(long, ABOVE, classes=[0, 1]).partial_fit(SEQUENCES, ABOVE)
    assert net.transform(long).shape == (40, 15)  # the last step, the mean, and the maximum


def test_missing_steps_are_passed_over():
    X = EVEN.copy()
    X[:, [0, 3]] = np.nan
    net = RNNClassifier(**SMALL).fit(EVEN, ABOVE)
    np.testing.assert_allclose(
        net.predict_proba(X), net.predict_proba(EVEN[:, [1, 2, 4, 5]]), rtol=1e-12
    )


def test_gaps_go_through_a_scaler():
    flat = padded([each[:, :1] for each in SEQUENCES])[..., 0]
    pipe = make_pipeline(StandardScaler(), RNNClassifier(**SMALL, cell="gru")).fit(flat, ABOVE)
    alone = np.concatenate([pipe.predict_proba(row[None]) for row in flat])
    np.testing.assert_allclose(pipe.predict_proba(flat), alone, rtol=1e-10)


def test_float32_is_kept():
    net = RNNClassifier(**SMALL).fit([each.astype(np.float32) for each in SEQUENCES], ABOVE)
    assert net.network_.dtype == np.float32
    assert net.predict_proba([each.astype(np.float32) for each in SEQUENCES]).dtype == np.float32


# -- learning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_learns_to_remember_the_first_number(cell):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5, 1))
    y = (X[:, 0, 0] > 0).astype(int)
    net = RNNClassifier(8, cell=cell, learning_rate_init=0.03, max_iter=40, random_state=0)
    assert net.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.9


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"return_sequences": True},
        {"bidirectional": True, "units": (3, 2), "hidden_layer_sizes": (4,)},
        {"n_members": 2, "return_sequences": True, "alpha": 1.0},
    ],
)
def test_gradients(cell, settings):
    y = STEPS if settings.get("return_sequences") else ABOVE
    net = RNNClassifier(**SMALL | settings, cell=cell, activation="tanh")
    assert check_gradients(net, SEQUENCES[:12], y[:12]) < 1e-5


@pytest.mark.parametrize(
    "layers",
    [
        [GRU(3, return_sequences=True), GlobalMaxPool()],
        [Conv1D(3, activation="tanh"), LSTM(3)],
        [Parallel([LSTM(3, return_sequences=True), Dense(2, "tanh")]), GlobalAveragePool()],
    ],
)
def test_gradients_of_layers(layers):
    assert check_gradients(RNNClassifier(layers=layers, random_state=0), SEQUENCES, ABOVE) < 1e-5


def test_codes_are_embedded():
    rng = np.random.default_rng(0)
    X = [rng.integers(0, 20, rng.integers(3, 9)) for _ in range(300)]
    y = [int((each == 7).any()) for each in X]
    layers = [Embedding(20, 4), GRU(8, return_sequences=True), GlobalMaxPool()]
    net = RNNClassifier(layers=layers, learning_rate_init=0.02, max_iter=40, random_state=0)
    assert net.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.95


def test_regression_in_the_units_of_y():
    y = np.array([100 + 10 * each[:, 1].sum() for each in SEQUENCES])
    net = RNNRegressor(8, learning_rate_init=0.02, max_iter=80, random_state=0).fit(SEQUENCES, y)
    assert net.score(SEQUENCES, y) > 0.9
    both = RNNRegressor(8, max_iter=2).fit(SEQUENCES, np.stack([y, -y], axis=1))
    assert both.predict(SEQUENCES).shape == (40, 2)


def test_searches_and_cross_validation():
    search = GridSearchCV(RNNClassifier(**SMALL), {"cell": ["gru", "elman"], "units": [(3,), 4]})
    search.fit(EVEN, ABOVE)
    assert search.best_params_["cell"] in CELLS
    assert len(cross_val_score(RNNClassifier(**SMALL), padded(SEQUENCES), ABOVE, cv=3)) == 3
    # Lists are split as well.
    assert len(cross_val_score(RNNClassifier(**SMALL), SEQUENCES, ABOVE, cv=3)) == 3


# -- an answer to every step ----------------------------------------------------------------------


def test_answers_to_every_step():
    net = RNNClassifier(8, return_sequences=True, learning_rate_init=0.02, max_iter=60)
    net.set_params(random_state=0).fit(SEQUENCES, STEPS)
    answer = net.predict(SEQUENCES)
    assert [each.shape for each in answer] == [each.shape for each in STEPS]
    expected = accuracy_score(np.concatenate(STEPS), np.concatenate(answer))
    assert net.score(SEQUENCES, STEPS) == pytest.approx(expected)
    assert expected > 0.9
    for name, width in [("predict_proba", (2,)), ("predict_log_proba", (2,))]:
        answers = getattr(net, name)(SEQUENCES)
        assert [each.shape for each in answers] == [(*each.shape, *width) for each in STEPS]
    assert net.decision_function(SEQUENCES)[0].shape == STEPS[0].shape
    assert net.predict(EVEN).shape == (40, 6)
    assert net.predict_proba(EVEN).shape == (40, 6, 2)


def test_y_of_many_steps_as_array_or_list():
    y = np.stack([np.pad(each, (0, 7 - len(each)), constant_values=9) for each in STEPS])
    lists = RNNClassifier(**SMALL, return_sequences=True).fit(SEQUENCES, STEPS)
    # The number at a missing step is not a prediction.
    array = RNNClassifier(**SMALL, return_sequences=True).fit(padded(SEQUENCES), y)
    np.testing.assert_array_equal(array.classes_, [0, 1])
    np.testing.assert_array_equal(array.predict_proba(EVEN), lists.predict_proba(EVEN))
    assert lists.score(padded(SEQUENCES), y) == lists.score(SEQUENCES, STEPS)


def test_words_are_classes_of_steps():
    y = [np.where(each, "up", "down").tolist() for each in STEPS]
    net = RNNClassifier(**SMALL, return_sequences=True).fit(SEQUENCES, y)
    assert set(np.concatenate(net.predict(SEQUENCES))) <= {"up", "down"}


def test_three_classes_and_a_stream_of_steps():
    y = [each + (np.arange(len(each)) == 0) for each in STEPS]
    net = RNNClassifier(**SMALL, return_sequences=True)
    net.partial_fit(SEQUENCES, y, classes=[0, 1, 2]).partial_fit(SEQUENCES[:7], y[:7])
    assert net.predict_proba(EVEN).shape == (40, 6, 3)
    net.partial_fit(SEQUENCES, y, classes=[0, 1, 2, 3])
    assert net.predict_proba(EVEN).shape == (40, 6, 4)


def test_several_real_answers_per_step():
    net = RNNRegressor(8, return_sequences=True, learning_rate_init=0.02, max_iter=60)
    net.set_params(random_state=0).fit(SEQUENCES, SUMS)
    answer = net.predict(SEQUENCES)
    assert answer[0].shape == SUMS[0].shape
    assert net.score(SEQUENCES, SUMS) > 0.8
    assert net.score(SEQUENCES, SUMS) == pytest.approx(
        r2_score(np.concatenate(SUMS), np.concatenate(answer))
    )
    answer, std = (
        net.set_params(n_members=2, max_iter=2)
        .fit(SEQUENCES, SUMS)
        .predict(SEQUENCES, return_std=True)
    )
    assert [each.shape for each in std] == [each.shape for each in answer]


@pytest.mark.parametrize(
    ("sequence_net", "flat_net", "answers"),
    [
        (RNNClassifier, MLPClassifier, STEPS),
        (RNNRegressor, MLPRegressor, SUMS),
        (RNNRegressor, MLPRegressor, [each[:, 0] for each in SUMS]),
    ],
)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_network_without_memory_is_that_of_the_steps(sequence_net, flat_net, answers, weighted):
    """One batch, the same start: the loss of all steps is that of the rows of a flat X."""
    rate = {"learning_rate": "constant", "learning_rate_init": 0.001}
    settings = {"max_iter": 4, "batch_size": 1000, "alpha": 0.1, "random_state": 0} | rate
    net = sequence_net(layers=[Dense(4, "tanh")], return_sequences=True, **settings)
    net.set_params(max_grad_norm=None)
    flat = flat_net(layers=[Dense(4, "tanh")], **settings)
    weight = np.arange(40) % 4.0 if weighted else None
    rows = None if weight is None else np.repeat(weight, [len(each) for each in SEQUENCES])
    with pytest.warns(UserWarning, match="clipped"):
        net.fit(SEQUENCES, answers, weight)
    with pytest.warns(UserWarning, match="clipped"):
        flat.fit(np.concatenate(SEQUENCES), np.concatenate(answers), rows)
    np.testing.assert_allclose(net.loss_curve_, flat.loss_curve_, rtol=1e-9)
    np.testing.assert_allclose(
        np.concatenate(net.predict(SEQUENCES)), flat.predict(np.concatenate(SEQUENCES)), rtol=1e-7
    )
    score = flat.score(np.concatenate(SEQUENCES), np.concatenate(answers), rows)
    assert net.score(SEQUENCES, answers, weight) == pytest.approx(score)


def test_validation_of_every_step():
    net = RNNClassifier(**SMALL, return_sequences=True, early_stopping=True)
    net.fit(SEQUENCES, STEPS)
    assert len(net.history_["validation_loss"]) == 3
    net = RNNClassifier(**SMALL, return_sequences=True)
    net.fit(SEQUENCES, STEPS, X_val=EVEN, y_val=np.ones((40, 6), int))
    proba = net.predict_proba(EVEN)[..., 1]
    assert net.history_["validation_loss"][-1] == pytest.approx(-np.log(proba).mean())
    assert net.validation_scores_[-1] == pytest.approx(net.score(EVEN, np.ones((40, 6), int)))


def test_weights_of_rows_count_for_all_their_steps():
    weight = np.arange(40) % 3
    index = np.repeat(np.arange(40), weight)
    settings = {"units": (4,), "max_iter": 3, "batch_size": 200, "return_sequences": True}
    weighted = RNNRegressor(**settings, random_state=0)
    repeated = clone(weighted)
    with pytest.warns(UserWarning, match="clipped"):
        weighted.fit(SEQUENCES, SUMS, weight)
    with pytest.warns(UserWarning, match="clipped"):
        repeated.fit([SEQUENCES[i] for i in index], [SUMS[i] for i in index])
    np.testing.assert_allclose(weighted.predict(EVEN), repeated.predict(EVEN), rtol=1e-8)
    assert weighted.loss_ == pytest.approx(repeated.loss_)


# -- state ----------------------------------------------------------------------------------------


def test_state_is_carried_along_a_series():
    rng = np.random.default_rng(0)
    series = rng.normal(size=(3, 12, 2))
    y = series.sum(axis=2)
    settings = {"units": (4,), "return_sequences": True, "random_state": 0, "cell": "gru"}
    net = RNNRegressor(**settings, stateful=True)
    net.partial_fit(series[:, :6], y[:, :6])
    assert net.n_series_ == 3
    # Predictions continue from the state after training.
    first = net.predict(series[:, 6:])
    np.testing.assert_array_equal(net.predict(series[:, 6:]), first)
    net.partial_fit(series[:, 6:], y[:, 6:])
    twin = pickle.loads(pickle.dumps(net))
    np.testing.assert_array_equal(twin.predict(series), net.predict(series))
    plain = RNNRegressor(**settings).fit(series, y)
    names = set(net.network_.names)
    plain.set_weights(
        {
            layer: {key: value for key, value in own.items() if key in plain.get_weights()[layer]}
            for layer, own in net.get_weights().items()
            if layer in names
        }
    )
    assert not np.allclose(net.predict(series), plain.predict(series))
    np.testing.assert_allclose(net.reset_state().predict(series), plain.predict(series))


def test_every_pass_of_fit_starts_over():
    settings = {"stateful": True, "return_sequences": True, "random_state": 0, "units": 3}
    settings["learning_rate"] = "constant"
    y = EVEN.sum(axis=2)
    whole = RNNRegressor(**settings, max_iter=4).fit(EVEN, y)
    parts = RNNRegressor(**settings, max_iter=2, warm_start=True).fit(EVEN, y).fit(EVEN, y)
    np.testing.assert_array_equal(parts.predict(EVEN), whole.predict(EVEN))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"bidirectional": True}, "stateful=True cannot be combined with bidirectional"),
        ({"early_stopping": True}, "stateful=True cannot be combined with early_stopping"),
        ({"batch_size": 10}, "batch_size=10 would split"),
        ({"layers": [GRU(3)], "units": (64,)}, "stateful=True has no effect together with"),
    ],
)
def test_what_does_not_go_with_state(settings, text):
    with pytest.raises(ValueError, match=text):
        RNNClassifier(**SMALL | {"stateful": True} | settings).fit(EVEN, ABOVE)


def test_as_many_series_as_before():
    net = RNNClassifier(**SMALL, stateful=True).partial_fit(EVEN, ABOVE, classes=[0, 1])
    with pytest.raises(ValueError, match="series"):
        net.partial_fit(EVEN[:5], ABOVE[:5])


def test_truncation_changes_training_only_beyond_its_reach():
    whole = RNNClassifier(**SMALL).fit(EVEN, ABOVE)
    same = RNNClassifier(**SMALL, tbptt=6).fit(EVEN, ABOVE)
    other = RNNClassifier(**SMALL, tbptt=2).fit(EVEN, ABOVE)
    np.testing.assert_array_equal(same.predict_proba(EVEN), whole.predict_proba(EVEN))
    assert not np.allclose(other.predict_proba(EVEN), whole.predict_proba(EVEN))


# -- what is refused ------------------------------------------------------------------------------

PARTLY = EVEN.copy()
PARTLY[3, 2, 0] = np.nan
EMPTY = EVEN.copy()
EMPTY[4] = np.nan
ENDLESS = EVEN.copy()
ENDLESS[5, 1, 1] = np.inf


@pytest.mark.parametrize(
    ("X", "settings", "text"),
    [
        (PARTLY, {}, "Step 2 of row 3 of X is NaN in some"),
        (EMPTY, {}, "Row 4 of X is a sequence without steps"),
        (ENDLESS, {}, "infinity"),
        ([*SEQUENCES[:39], np.zeros((3, 5))], {}, "the same features"),
        ([*SEQUENCES[:39], np.zeros((3, 2, 2))], {}, r"X\[39\]"),
        ([*SEQUENCES[:39], np.zeros((0, 2))], {}, r"X\[39\]"),
        ([*SEQUENCES[:39], [["a", "b"]]], {}, r"X\[39\]"),
        (EVEN[..., None], {}, "are not sequences"),
        (EVEN, {"input_shape": (6, 3)}, "input_shape says"),
        (EVEN.reshape(40, 12), {"input_shape": (5, 2)}, "needs 10"),
        (EVEN, {"cell": "rnn"}, "cell"),
        (EVEN, {"units": (0,)}, "units must be > 0"),
        (EVEN, {"tbptt": 0}, "tbptt"),
        (EVEN, {"recurrent_dropout": 1.0}, "recurrent_dropout"),
        (EVEN, {"max_grad_norm": -1.0}, "max_grad_norm"),
        (EVEN, {"layers": [LSTM(3, return_sequences=True)], "units": (64,)}, "one axis"),
        (EVEN, {"layers": [LSTM(3)], "units": (64,), "return_sequences": True}, "each of 6 steps"),
        (EVEN, {"layers": [LSTM(3)], "units": (64,), "cell": "lstm"}, "cell.* has no effect"),
    ],
)
def test_odd_calls_are_refused(X, settings, text):
    net = RNNClassifier(**SMALL | settings)
    y = STEPS if settings.get("return_sequences") else ABOVE
    if settings.get("return_sequences"):
        y = np.zeros((40, 6))
    before = dict(vars(net))
    with pytest.raises(ValueError, match=text):
        net.fit(X, y)
    assert vars(net) == before


@pytest.mark.parametrize(
    ("y", "settings", "text"),
    [
        (ABOVE, {}, r"a target for every step; y\[0\] has the shape \(\)"),
        (STEPS[:-1], {}, "inconsistent numbers"),
        ([*STEPS[:-1], STEPS[-1][:-1]], {}, r"y\[39\] has the shape"),
        (None, {}, "requires y to be passed"),
        (STEPS, {"class_weight": "balanced"}, "class_weight is not defined"),
    ],
)
def test_odd_answers_of_steps_are_refused(y, settings, text):
    with pytest.raises(ValueError, match=text):
        RNNClassifier(**SMALL, return_sequences=True, **settings).fit(SEQUENCES, y)


def test_refused_later():
    net = RNNClassifier(**SMALL).fit(EVEN, ABOVE)
    for X, text in [
        (np.zeros((4, 6, 3)), "fitted on rows of shape"),
        ([np.zeros((4, 3))], "fitted on rows of shape"),
        (np.zeros((4, 11)), "11 features"),
    ]:
        with pytest.raises(ValueError, match=text):
            net.predict(X)
    with pytest.raises(TypeError, match="sparse"):
        net.predict(sp.csr_array(EVEN[..., 0]))
    net.set_params(return_sequences=True, warm_start=True)
    with pytest.raises(ValueError, match="return_sequences differs"):
        net.fit(EVEN, np.zeros((40, 6)))


# -- what an answer is made from ------------------------------------------------------------------


def test_the_readout_is_the_last_step_the_mean_and_the_maximum():
    net = RNNClassifier(**SMALL).fit(EVEN, ABOVE)
    states = net.network_.predict(EVEN, 2)
    expected = [states[:, -1], states.mean(axis=1), states.max(axis=1)]
    np.testing.assert_allclose(net.transform(EVEN), np.hstack(expected), rtol=1e-10, atol=1e-12)


def test_the_readout_of_the_way_back_is_that_of_the_sequence_turned_round():
    net = RNNClassifier(**SMALL, bidirectional=True).fit(SEQUENCES, ABOVE)
    own = net.get_weights()["parallel0"]
    there = {name: each for name, each in own.items() if name.startswith("0.")}
    net.set_weights({"parallel0": there | {f"1{name[1:]}": each for name, each in there.items()}})
    back = net.transform([each[::-1] for each in SEQUENCES])
    np.testing.assert_allclose(net.transform(SEQUENCES)[:, 15:], back[:, :15], rtol=1e-10)


def test_the_last_state_alone_is_read_on_demand_and_along_series():
    for settings in ({"readout": "last"}, {"stateful": True}):
        net = RNNRegressor(**SMALL, **settings).fit(EVEN, EVEN.sum(axis=(1, 2)))
        assert [type(layer).__name__ for layer in net.network_.layers] == [
            "FillSteps",
            "GRU",
            "Dense",
        ]


def test_there_is_nothing_to_pool_where_every_step_is_answered():
    net = RNNRegressor(**SMALL, return_sequences=True, readout="pooled")
    with pytest.raises(InvalidParameterError, match=r"readout='pooled' .* leave readout at 'auto'"):
        net.fit(EVEN, EVEN[..., 0])


def test_long_sequences_are_learned():
    """A bump anywhere in 200 steps of noise: the last state alone only guesses."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(0, 0.3, (160, 200, 1)), np.arange(160) % 2
    for row, place in zip(np.flatnonzero(y), rng.integers(10, 120, 80), strict=True):
        X[row, place : place + 20] += 1.0
    X = X.astype(np.float32)
    net = RNNClassifier(16, max_iter=20, random_state=0).fit(X[:100], y[:100])
    assert net.score(X[100:], y[100:]) > 0.95
