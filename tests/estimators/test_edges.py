"""Edge cases, each of which was once a bug."""

import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.metrics import make_scorer, max_error, roc_auc_score

from sknn import MLPClassifier, MLPRegressor, TabularMLPClassifier
from sknn.inspection import check_gradients
from sknn.layers import BatchNorm, Dense, Dropout
from sknn.training import lbfgs

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 5))
Y = (X[:, 0] + X[:, 1] > 0).astype(int)
Y3 = np.arange(60) % 3
REAL = X[:, 0] * 3 + 10
FEW = {"hidden_layer_sizes": (5,), "max_iter": 3, "learning_rate": "cosine", "random_state": 0}


# ------------------------------------------------------------------ runs that change their settings


@pytest.mark.parametrize("change", [{"early_stopping": False}, {"solver": "lbfgs", "max_fun": 40}])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_old_best_is_not_used_if_nothing_is_watched(change):
    net = MLPRegressor(**FEW, early_stopping=True, warm_start=True).fit(X, REAL)
    before = net.score(X, REAL)
    net.set_params(**change, max_iter=200, learning_rate="constant", learning_rate_init=0.05).fit(
        X, REAL
    )
    assert net.score(X, REAL) > max(0.9, before)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_figures_of_another_measure_are_not_compared():
    net = MLPClassifier(**FEW, early_stopping=True, warm_start=True, scoring="accuracy")
    net.set_params(max_iter=60, learning_rate_init=0.05, learning_rate="constant").fit(X, Y)
    best = net.run_.best.value
    net.set_params(scoring=None, max_iter=20).fit(X, Y)
    assert net.run_.best.value != best and net.run_.best.value > 0


@pytest.mark.parametrize(
    ("first", "second"),
    [("sgd", "adam"), ("adam", "amsgrad"), ("rmsprop", "adadelta"), ("adam", "lion")],
)
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_another_solver_starts_with_its_own_state(first, second):
    net = MLPClassifier(**FEW, solver=first, warm_start=True).fit(X, Y)
    net.set_params(solver=second).fit(X, Y)
    assert net.run_.optimizer_step == 3 and net.run_.step == 6


def test_a_fresh_optimizer_state_counts_its_own_updates():
    net = MLPRegressor(**FEW | {"max_iter": 50}, n_iter_no_change=np.inf).fit(X, REAL)
    before = net.network_.theta.copy()
    net.set_params(normalize_y=True, learning_rate="constant", alpha=0.0)
    net.partial_fit(X, REAL)
    assert net.run_.optimizer_step == 1
    moved = np.abs(net.network_.theta - before)[: net.coefs_[0].size]
    # The first step of Adam has the size of the learning rate in any case.
    assert moved.max() < 1.01 * net.learning_rate_init


@pytest.mark.parametrize("change", [{"dtype": "float32"}, {"normalize_y": False}])
def test_what_cannot_change_in_a_run_is_refused(change):
    net = MLPRegressor(**FEW, warm_start=True).fit(X, REAL)
    with pytest.raises(ValueError, match=next(iter(change))):
        net.set_params(**change).fit(X, REAL)


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_the_range_of_predictions_may_change():
    net = MLPRegressor(**FEW, warm_start=True).fit(X, REAL)
    net.set_params(output_range=(9.9, 10.1)).fit(X, REAL)
    assert net.predict(X).max() <= 10.1
    net.set_params(output_range="train").fit(X, REAL)
    assert net.predict(X * 100).max() <= REAL.max()


# ------------------------------------------------------------------ undefined figures


def test_nothing_is_restored_where_nothing_was_good():
    net = MLPClassifier(**FEW | {"learning_rate_init": 1e200}, early_stopping=True)
    with pytest.raises(ValueError, match="non-finite parameter weights"):
        net.fit(X, Y)


def test_a_score_that_is_not_defined_is_named():
    net = MLPRegressor(**FEW, early_stopping=True, scoring="r2")
    with pytest.raises(ValueError, match=r"scoring='r2' gives nan"):
        net.fit(X, REAL, X_val=X[:1], y_val=REAL[:1])


def test_validation_weights_that_are_all_zero():
    with pytest.raises(ValueError, match="sample_weight_val"):
        MLPRegressor(**FEW).fit(X, REAL, X_val=X, y_val=REAL, sample_weight_val=np.zeros(60))


def test_a_member_that_diverges_in_lbfgs_is_not_used(monkeypatch):
    real, calls = lbfgs.minimize_lbfgs, []

    def diverge_once(objective, batches, run, *args, **kwargs):
        result = real(objective, batches, run, *args, **kwargs)
        calls.append(run)
        if len(calls) == 1:
            objective.network.theta[...] = np.nan
            run.stop_reason = "diverged"
        return result

    monkeypatch.setattr("sknn.estimators.fit.solvers.minimize_lbfgs", diverge_once)
    net = MLPRegressor(**FEW | {"max_iter": 500}, solver="lbfgs", n_members=3)
    with pytest.raises(ValueError, match="non-finite"):
        net.fit(X, REAL)
    assert len(calls) == 1


def test_y_beyond_float32():
    with pytest.raises(ValueError, match="dtype='float64'"):
        MLPRegressor(**FEW).fit(X.astype(np.float32), REAL * 1e40)
    assert np.isfinite(MLPRegressor(**FEW).fit(X, REAL * 1e40).predict(X)).all()


def test_y_finer_than_float32_resolves():
    with pytest.warns(UserWarning, match="dtype='float64'"):
        MLPRegressor(**FEW).fit(X.astype(np.float32), REAL + 1e8)


@pytest.mark.parametrize("size", [1e300, 1e-42])
def test_the_scale_of_weights_does_not_matter_in_float32(size):
    rows = X.astype(np.float32)
    weight = RNG.uniform(0.5, 2.0, 60)
    plain = MLPClassifier(**FEW, alpha=0.0).fit(rows, Y, weight)
    scaled = MLPClassifier(**FEW, alpha=0.0).fit(rows, Y, weight * size)
    np.testing.assert_allclose(scaled.network_.theta, plain.network_.theta, rtol=1e-4, atol=1e-6)


def test_lbfgs_that_starts_at_the_minimum_has_a_loss():
    net = MLPClassifier(solver="lbfgs", random_state=0).fit(X, np.zeros(60))
    # The evaluation at the start counts: scikit-learn wants at least one iteration.
    assert net.n_iter_ == 1 and np.isfinite(net.loss_) and net.loss_curve_ == [net.loss_]
    np.testing.assert_array_equal(net.predict_proba(X), np.ones((60, 1)))


# ------------------------------------------------------------------ layers held fixed


@pytest.mark.parametrize("held", [{"freeze": ["hidden0"]}, {"layer_rates": {"hidden0": 0.0}}])
def test_a_held_layer_with_a_bound_on_its_weights_does_not_move(held):
    few = {key: value for key, value in FEW.items() if key != "hidden_layer_sizes"}
    net = MLPRegressor(layers=[Dense(5, max_norm=0.01), Dense(3)], **few, **held)
    start = net.initialize(X, REAL).coefs_[0].copy()
    np.testing.assert_array_equal(net.fit(X, REAL).coefs_[0], start)


def test_a_rate_of_zero_holds_running_statistics():
    few = {key: value for key, value in FEW.items() if key != "hidden_layer_sizes"}
    layers = [Dense(4), BatchNorm(name="norm")]
    net = MLPRegressor(layers=layers, layer_rates={"norm": 0.0}, **few).fit(X, REAL)
    norm = net.get_weights()["norm"]
    assert all(np.unique(values).size == 1 for values in norm.values())


# ------------------------------------------------------------------ targets


@pytest.mark.parametrize("labels", [(1, 2), (-1, 1), (0, 2)])
@pytest.mark.parametrize("loss", ["log_loss", "hinge", "squared_error"])
def test_two_columns_of_classes_are_not_an_indicator(labels, loss):
    answers = np.asarray(labels)[np.column_stack([Y, 1 - Y])]
    net = MLPClassifier(**FEW | {"max_iter": 100, "learning_rate_init": 0.02}, loss=loss)
    net.fit(X, answers)
    assert [list(classes) for classes in net.classes_] == [list(labels)] * 2
    assert net.score(X, answers) > 0.8


def test_a_stream_may_announce_more_classes_than_an_indicator_shows():
    net = MLPClassifier(**FEW)
    net.partial_fit(X, np.column_stack([Y, Y]), classes=[[0, 1], [0, 1, 2]])
    net.partial_fit(X, np.column_stack([Y, Y3]))
    assert [len(p[0]) for p in net.predict_proba(X)] == [2, 3]


def test_an_indicator_holds_zeros_and_ones():
    indicator = np.column_stack([Y, 1 - Y, Y])
    net = MLPClassifier(**FEW).partial_fit(X, indicator, classes=[0, 1, 2])
    net.partial_fit(X, indicator, classes=[0, 1, 2])
    with pytest.raises(ValueError, match="0 and 1"):
        net.partial_fit(X, sp.csr_array(indicator * 3))
    with pytest.raises(ValueError, match="3 labels"):
        MLPClassifier(**FEW).partial_fit(X, indicator, classes=[0, 1])


def test_rows_of_weight_zero_do_not_count_in_the_split():
    y = np.r_[np.zeros(25), np.ones(25), [2, 2], np.zeros(8)]
    weight = np.ones(60)
    weight[51] = 0.0
    net = MLPClassifier(**FEW, early_stopping=True).fit(X, y, weight)
    seen = weight > 0
    twin = MLPClassifier(**FEW, early_stopping=True).fit(X[seen], y[seen])
    assert net.n_outputs_ == twin.n_outputs_ == 3


def test_labels_that_cannot_be_sorted():
    with pytest.raises(TypeError, match="y mixes labels"):
        MLPClassifier(**FEW).fit(X, np.array(["a", 1] * 30, object))


def test_y_val_with_another_shape_or_label_is_named():
    with pytest.raises(ValueError, match="y_val"):
        MLPClassifier(**FEW).fit(X, Y, X_val=X, y_val=np.column_stack([Y, Y]))
    with pytest.raises(ValueError, match="y_val"):
        MLPClassifier(**FEW).fit(X, Y, X_val=X, y_val=Y + 1)


def test_a_fold_may_lack_a_class_that_has_a_weight():
    MLPClassifier(**FEW, class_weight={0: 1, 1: 2, 2: 3}).fit(X, Y)
    with pytest.raises(ValueError, match="not classes of y"):
        MLPClassifier(**FEW, class_weight={"0": 1, "1": 2}).fit(X, Y)


# ------------------------------------------------------------------ scorers


def test_scorers_that_take_no_weights_get_none():
    net = MLPRegressor(**FEW, early_stopping=True, scoring=make_scorer(max_error))
    net.fit(X, REAL, np.ones(60))
    assert len(net.history_["score"]) == 3


def test_a_scorer_the_estimator_cannot_serve_is_named():
    net = MLPClassifier(**FEW, loss="hinge", early_stopping=True, scoring="neg_log_loss")
    with pytest.raises(ValueError, match="scoring='neg_log_loss' cannot judge"):
        net.fit(X, Y)
    with pytest.raises(ValueError, match="'scoring' parameter"):
        MLPClassifier(**FEW, scoring="nonsense").fit(X, Y)


@pytest.mark.parametrize("scoring", ["accuracy", lambda net, X, y: "good"])
def test_a_scorer_of_another_kind_is_named(scoring):
    net = MLPRegressor(**FEW, early_stopping=True, scoring=scoring)
    with pytest.raises(ValueError, match="scoring=.* cannot judge this MLPRegressor: "):
        net.fit(X, REAL)


def test_the_name_of_a_file_is_no_table():
    for net in (MLPClassifier(**FEW), TabularMLPClassifier(preset="fast", max_iter=1)):
        net.fit(X, Y)
        with pytest.raises(ValueError, match="X is a text, 'new.csv'. Read a file first"):
            net.predict("new.csv")


def test_a_scorer_on_a_frame_does_not_miss_the_names():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(X, columns=list("abcde"))
    scorer = make_scorer(roc_auc_score, response_method="predict_proba")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier(**FEW, early_stopping=True, scoring=scorer).fit(frame, Y)


# ------------------------------------------------------------------ weights, layers, start


def test_set_weights_is_all_or_nothing():
    net = MLPClassifier(**FEW).fit(X, Y)
    before = net.network_.theta.copy()
    good = net.get_weights()["hidden0"]["W"] * 0
    for bad in (np.array(["a"]), np.full(1, np.nan), np.zeros(2)):
        with pytest.raises(ValueError, match=r"output\.b"):
            net.set_weights({"hidden0": {"W": good}, "output": {"b": bad}})
    for junk in ([], {"hidden0": 3}, 5):
        with pytest.raises(TypeError, match="get_weights"):
            net.set_weights(junk)
    for junk in (5, [good], ["a", "b"]):
        with pytest.raises(ValueError, match="coefs_"):
            net.coefs_ = junk
    np.testing.assert_array_equal(net.network_.theta, before)


def test_a_pickled_list_of_weights_does_not_drag_the_estimator_along():
    net = MLPClassifier(**FEW).fit(X, Y)
    weights = pickle.loads(pickle.dumps(net.coefs_))
    assert type(weights) is list
    np.testing.assert_array_equal(weights[0], net.coefs_[0])


def test_layer_names_are_unique_across_the_whole_chain():
    few = {key: value for key, value in FEW.items() if key != "hidden_layer_sizes"}
    net = MLPClassifier(input_dropout=0.1, layers=[Dropout(0.1, name="dropout0"), Dense(2)], **few)
    with pytest.raises(ValueError, match="dropout0"):
        net.fit(X, Y)


def test_layers_and_their_parameters_may_be_set_at_once():
    net = MLPClassifier(layers=[Dense(3, name="first")])
    net.set_params(layers=[Dense(5, name="second")], second__units=9)
    assert net.layers[0].units == 9


@pytest.mark.parametrize(
    ("net", "y", "offered", "foreign"),
    [
        (MLPRegressor("hinge"), REAL, "'huber'", "'focal'"),
        (MLPClassifier(loss="huber"), Y, "'focal'", "'poisson'"),
    ],
)
def test_only_losses_of_the_task_are_offered(net, y, offered, foreign):
    with pytest.raises(ValueError, match="'loss' parameter") as caught:
        net.fit(X, y)
    assert offered in str(caught.value) and foreign not in str(caught.value)


def test_transform_layer_is_checked_in_fit():
    with pytest.raises(ValueError, match="transform_layer=3"):
        MLPClassifier(**FEW, transform_layer=3).fit(X, Y)


def test_initialize_is_how_fit_begins():
    answers = np.column_stack([Y3, Y])
    MLPClassifier(**FEW, class_weight="balanced").initialize(X, answers)
    for early_stopping in (False, True):
        net = MLPClassifier(**FEW, warm_start=True, early_stopping=early_stopping)
        started = net.initialize(X, Y3).fit(X, Y3)
        twin = MLPClassifier(**FEW, early_stopping=early_stopping).fit(X, Y3)
        np.testing.assert_array_equal(started.network_.theta, twin.network_.theta)


def test_gradients_of_a_fitted_classifier_on_rows_of_few_classes():
    net = MLPClassifier(**FEW).fit(X, Y3)
    assert check_gradients(net, X[::3], Y3[::3]) < 1e-6
