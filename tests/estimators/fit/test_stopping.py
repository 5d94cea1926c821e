"""Laws 7 and 8: validation, early stopping, other ways to stop, divergence."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.datasets import load_diabetes, load_iris, load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score, log_loss, r2_score
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from sknn import MLPClassifier, MLPRegressor
from sknn.schedules import BatchSize, Cosine, Step
from tests.estimators.data import BINARY, LABELS, REAL, THREE, TWO_LABELS, TWO_REAL, X

pytestmark = pytest.mark.filterwarnings(
    "ignore:Stochastic Optimizer:sklearn.exceptions.ConvergenceWarning"
)

SMALL = {"hidden_layer_sizes": (8,), "random_state": 0, "learning_rate_init": 0.05}
TRAIN, HELD = slice(0, 40), slice(40, 60)
VAL = {"X_val": X[HELD], "y_val": REAL[HELD]}
VAL_3 = {"X_val": X[HELD], "y_val": THREE[HELD]}


@pytest.mark.parametrize(
    ("kind", "y"),
    [
        (MLPClassifier, BINARY),
        (MLPClassifier, THREE),
        (MLPClassifier, LABELS),
        (MLPClassifier, TWO_LABELS),
        (MLPRegressor, REAL),
        (MLPRegressor, TWO_REAL),
    ],
)
@pytest.mark.parametrize("members", [1, 2])
def test_x_val_only_records(kind, y, members):
    network = kind(**SMALL, max_iter=5, n_members=members)
    network.fit(X[TRAIN], y[TRAIN], X_val=X[HELD], y_val=y[HELD])
    twin = kind(**SMALL, max_iter=5, n_members=members).fit(X[TRAIN], y[TRAIN])
    assert_array_equal(network.network_.theta, twin.network_.theta)
    assert network.stop_reason_ == "max_iter"
    for name in ("validation_loss", "validation_score"):
        assert network.history_[name].shape == (5,)
    assert network.validation_scores_[-1] == pytest.approx(
        network.score(X[HELD], y[HELD]), abs=1e-12
    )
    assert network.best_validation_score_ == max(network.validation_scores_)
    assert network.best_loss_ == min(network.loss_curve_)


def test_the_validation_loss_is_the_loss_without_penalty():
    network = MLPClassifier(**SMALL, max_iter=5, alpha=2.0)
    network.fit(X[TRAIN], THREE[TRAIN], **VAL_3)
    expected = log_loss(THREE[HELD], network.predict_proba(X[HELD]))
    assert network.history_["validation_loss"][-1] == pytest.approx(expected)


def test_lbfgs_records_too():
    network = MLPRegressor(**SMALL, solver="lbfgs", max_iter=500).fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert len(network.validation_scores_) == network.n_iter_
    assert network.validation_scores_[-1] == pytest.approx(network.score(X[HELD], REAL[HELD]))


@pytest.mark.parametrize("scoring", [None, "r2", "neg_mean_absolute_error"])
def test_the_best_weights_are_used_and_training_continues_from_the_last(scoring):
    network = MLPRegressor(**SMALL, early_stopping=True, scoring=scoring, warm_start=True)
    network.set_params(max_iter=60, n_iter_no_change=4, learning_rate_init=0.1)
    network.fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert network.stop_reason_ == "early_stopping"
    column = network.history_["validation_loss" if scoring is None else "score"]
    best = column.argmin() if scoring is None else column.argmax()
    # Patience is max(4, 60 / 10) epochs, exceeded by one.
    assert network.n_iter_ == best + 8
    expected = network.validation_scores_[best]
    assert network.score(X[HELD], REAL[HELD]) == pytest.approx(expected, rel=1e-9)
    assert network.best_loss_ is None
    plain = MLPRegressor(**SMALL | {"learning_rate_init": 0.1}, warm_start=True)
    plain.set_params(max_iter=network.n_iter_).fit(X[TRAIN], REAL[TRAIN])
    assert_allclose(network.run_.theta, plain.run_.theta, rtol=0)
    again = network.set_params(max_iter=1).fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert_allclose(
        again.run_.theta, plain.set_params(max_iter=1).fit(X[TRAIN], REAL[TRAIN]).run_.theta
    )


def test_restore_best_off_uses_the_last():
    settings = SMALL | {"early_stopping": True, "learning_rate_init": 0.1}
    network = MLPRegressor(**settings, restore_best=False).fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert network.score(X[HELD], REAL[HELD]) == pytest.approx(network.validation_scores_[-1])


@pytest.mark.parametrize(("max_iter", "n_iter_no_change", "epochs"), [(100, 5, 10), (20, 5, 5)])
def test_patience_is_relative_to_the_budget(max_iter, n_iter_no_change, epochs):
    network = MLPRegressor(**SMALL | {"learning_rate_init": 1e-9}, early_stopping=True)
    network.set_params(max_iter=max_iter, n_iter_no_change=n_iter_no_change, tol=1e-3)
    network.fit(X, REAL)
    # The first epoch beats infinity, the epochs after it are counted.
    assert network.n_iter_ == 1 + epochs + 1


def test_without_validation_patience_is_n_iter_no_change():
    network = MLPRegressor(**SMALL, tol=1e6, n_iter_no_change=4).fit(X, REAL)
    assert network.n_iter_ == 1 + 4 + 1
    assert network.stop_reason_ == "converged"
    assert network.best_loss_ == min(network.loss_curve_)
    assert network.validation_scores_ is None and network.best_validation_score_ is None


def test_infinite_patience_runs_to_the_end():
    network = MLPRegressor(**SMALL, tol=1e6, n_iter_no_change=np.inf, max_iter=30)
    with pytest.warns(ConvergenceWarning, match=r"Maximum iterations \(30\) reached and the"):
        network.fit(X, REAL)
    assert network.n_iter_ == 30


@pytest.mark.parametrize("scoring", ["f1_macro", accuracy_score, None])
def test_scoring_of_classifiers(scoring):
    def scorer(model, x, y):
        return accuracy_score(y, model.predict(x))

    wanted = scorer if callable(scoring) else scoring
    network = MLPClassifier(**SMALL, early_stopping=True, scoring=wanted, max_iter=20)
    network.fit(X, THREE)
    assert ("score" in network.history_) == (scoring is not None)
    if callable(scoring):
        assert_array_equal(network.history_["score"], network.validation_scores_)


def test_scoring_without_a_validation_set_is_not_asked():
    network = MLPClassifier(**SMALL, scoring="f1_macro", max_iter=3).fit(X, THREE)
    assert "score" not in network.history_


def test_an_unknown_scorer_is_named():
    with pytest.raises(ValueError, match="scoring"):
        MLPClassifier(scoring="cleverness", early_stopping=True).fit(X, THREE)


def test_early_stopping_holds_out_rows_permanently():
    settings = SMALL | {"early_stopping": True, "warm_start": True, "max_iter": 2}
    network = MLPClassifier(**settings).fit(X, THREE)
    assert network.t_ == 2 * 54
    seed = network.run_.streams.split_seed
    assert network.fit(X, THREE).run_.streams.split_seed == seed


@pytest.mark.parametrize("load", [load_iris, load_wine, load_diabetes])
def test_early_stopping_does_not_harm_small_data(load):
    """Trap 7: worse than without it by at most one standard error."""
    x, y = load(return_X_y=True)
    kind = MLPRegressor if load is load_diabetes else MLPClassifier
    means, errors = [], []
    for early_stopping in (False, True):
        network = kind(random_state=0, early_stopping=early_stopping, hidden_layer_sizes=(30,))
        scores = cross_val_score(make_pipeline(StandardScaler(), network), x, y, cv=5)
        means.append(scores.mean())
        errors.append(scores.std() / np.sqrt(5))
    assert means[1] >= means[0] - max(errors)


def test_partial_fit_with_a_validation_set():
    network = MLPRegressor(**SMALL | {"learning_rate_init": 0.1}, early_stopping=True)
    network.set_params(max_iter=20, n_iter_no_change=3)
    reasons = []
    for _ in range(30):
        network.partial_fit(X[TRAIN], REAL[TRAIN], **VAL)
        reasons.append(network.stop_reason_)
    first = reasons.index("early_stopping")
    assert set(reasons[:first]) == {"max_iter"}
    best = max(network.validation_scores_)
    assert network.score(X[HELD], REAL[HELD]) >= best - 0.02
    losses = network.history_["validation_loss"]
    served = network.validation_scores_[losses.argmin()]
    assert network.score(X[HELD], REAL[HELD]) == pytest.approx(served)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_partial_fit_with_early_stopping_asks_for_a_validation_set(kind):
    network = kind(early_stopping=True)
    more = {"classes": [0, 1]} if kind is MLPClassifier else {}
    with pytest.raises(ValueError, match="early_stopping=True without.*, or call set_params"):
        network.partial_fit(X, BINARY, **more)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ({"X_val": X}, "y_val is missing"),
        ({"y_val": REAL}, "X_val is missing"),
        ({"sample_weight_val": np.ones(60)}, "sample_weight_val was passed without"),
        ({"X_val": X[:, :3], "y_val": REAL}, "X_val has 3 features, but MLPRegressor is expecting"),
        ({"X_val": X, "y_val": REAL[:7]}, "inconsistent numbers of samples"),
        ({"X_val": X, "y_val": TWO_REAL}, "y_val must have 1 columns"),
        ({"X_val": X, "y_val": REAL, "sample_weight_val": np.ones(3)}, "sample_weight"),
        ({"X_val": X * np.nan, "y_val": REAL}, "NaN"),
        ({"X_val": X, "y_val": REAL, "sample_weight_val": -np.ones(60)}, "[Nn]egative"),
    ],
)
def test_wrong_validation_rows(rows, words):
    with pytest.raises(ValueError, match=words):
        MLPRegressor().fit(X, REAL, **rows)


def test_a_label_that_only_validation_has():
    with pytest.raises(ValueError, match="`y_val` has classes not in `self.classes_`"):
        MLPClassifier().fit(X, BINARY, X_val=X, y_val=THREE)


@pytest.mark.parametrize("fraction", [0.01, 0.99])
def test_too_few_rows_for_a_split(fraction):
    network = MLPClassifier(early_stopping=True, validation_fraction=fraction)
    with pytest.raises(ValueError):
        network.fit(X[:6], BINARY[:6])


def test_validation_rows_through_a_pipeline():
    if not hasattr(Pipeline([("a", StandardScaler())]), "transform_input"):
        pytest.skip("this scikit-learn has no transform_input")
    x = 100.0 + 50.0 * X
    with config_context(enable_metadata_routing=True):
        network = MLPRegressor(**SMALL, max_iter=5).set_fit_request(X_val=True, y_val=True)
        pipe = Pipeline([("s", StandardScaler()), ("net", network)], transform_input=["X_val"])
        pipe.fit(x[TRAIN], REAL[TRAIN], X_val=x[HELD], y_val=REAL[HELD])
    fitted = pipe[-1]
    score = r2_score(REAL[HELD], pipe.predict(x[HELD]))
    assert fitted.validation_scores_[-1] == pytest.approx(score)


def test_stop_below():
    network = MLPRegressor(**SMALL, stop_below=0.2).fit(X, REAL)
    assert network.stop_reason_ == "stop_below"
    assert network.loss_ < 0.2 <= min(network.loss_curve_[:-1])
    network = MLPRegressor(**SMALL, stop_below=0.2, solver="lbfgs").fit(X, REAL)
    assert network.stop_reason_ == "stop_below" and network.loss_ < 0.2


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_max_time(solver):
    network = MLPRegressor(**SMALL, max_time=1e-9, solver=solver).fit(X, REAL)
    assert network.stop_reason_ == "max_time" and network.n_iter_ == 1


def test_batch_sizes_follow_their_schedule():
    sizes = []

    class Network(MLPRegressor):
        pass

    from sknn.training.batches import Batches

    epoch = Batches.epoch

    def watched(self, size, rng):
        sizes.append(size)
        return epoch(self, size, rng)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Batches, "epoch", watched)
        schedule = BatchSize(8, 32, epochs=3)
        MLPRegressor(**SMALL, batch_size=schedule, max_iter=4).fit(X, REAL)
    assert sizes == [8, 16, 32, 32]


@pytest.mark.parametrize("solver", ["sgd", "adam"])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_divergence_stops_at_once_with_advice(kind, solver):
    network = kind(hidden_layer_sizes=(8, 8), solver=solver, random_state=0, max_iter=500)
    network.set_params(activation="identity", learning_rate_init=1e300)
    with pytest.raises(ValueError, match="Solver produced non-finite parameter weights") as error:
        network.fit(X, BINARY)
    assert "learning_rate_init" in str(error.value) and "Scale X" in str(error.value)


def test_divergence_with_a_kept_best_restores_it():
    from sknn.callbacks import Callback

    class Break(Callback):
        def on_batch_end(self, progress):
            if progress.run.epoch == 5:
                progress.network.theta[...] = np.nan

    network = MLPRegressor(**SMALL, early_stopping=True, callbacks=[Break()])
    with pytest.warns(ConvergenceWarning, match="diverged in epoch 6.*best weights"):
        network.fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert network.stop_reason_ == "diverged" and network.n_iter_ == 6
    best = network.validation_scores_[int(np.nanargmin(network.history_["validation_loss"]))]
    assert network.score(X[HELD], REAL[HELD]) == pytest.approx(best)
    network.set_params(callbacks=None, warm_start=True, max_iter=3)
    network.partial_fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert np.isfinite(network.predict(X)).all()


def test_a_diverged_run_that_continues_starts_from_the_best():
    from sknn.callbacks import Callback

    class Break(Callback):
        def on_batch_end(self, progress):
            if progress.run.epoch == 3:
                progress.network.theta[...] = np.inf

    network = MLPRegressor(**SMALL, early_stopping=True, warm_start=True, callbacks=[Break()])
    with pytest.warns(ConvergenceWarning, match="diverged"):
        network.fit(X[TRAIN], REAL[TRAIN], **VAL)
    network.set_params(callbacks=None, max_iter=2).fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert np.isfinite(network.predict(X)).all()
    assert np.isfinite(network.run_.theta).all()
    assert network.stop_reason_ == "max_iter"


def test_an_adaptive_rate_falls_and_then_training_stops():
    network = MLPRegressor(**SMALL, solver="sgd", learning_rate="adaptive", tol=1e-2)
    network.fit(X, REAL)
    rates = network.history_["learning_rate"]
    assert network.stop_reason_ == "converged"
    assert rates[-1] <= 1e-5 and set(np.round(rates[1:] / rates[:-1], 6)) == {1.0, 0.2}


def test_a_horizon_that_was_reached_needs_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPRegressor(**SMALL, learning_rate="cosine", max_iter=5).fit(scale(X), REAL)


# Nothing counts as progress.
RESTLESS = {"tol": 10.0, "n_iter_no_change": 3}


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize(
    ("rate", "epochs"),
    [
        ("cosine", 40),
        ("one_cycle", 40),
        ("flat_cosine", 40),
        (Cosine(epochs=60), 40),
        # After its horizon, the loss decides again.
        (Cosine(epochs=9), 13),
        ("step", 40),
        (Step(every=10), 5),
        ("constant", 5),
        ("exponential", 5),
    ],
)
def test_a_schedule_with_a_horizon_is_not_cut_off(rate, epochs, members):
    network = MLPRegressor(**SMALL, **RESTLESS, learning_rate=rate, max_iter=40, n_members=members)
    network.fit(X, REAL)
    assert network.n_iter_ == epochs
    assert network.stop_reason_ == ("max_iter" if epochs == 40 else "converged")


@pytest.mark.parametrize(
    ("plan", "epochs"),
    [
        ({"batch_size": BatchSize(4, 16)}, 20),
        ({"batch_size": BatchSize(4, 16, epochs=9)}, 13),
        ({"dropout": 0.1, "regularization_schedule": "flat_cosine"}, 20),
        ({"dropout": 0.1, "regularization_schedule": "constant"}, 5),
    ],
    ids=str,
)
def test_other_plans_with_a_horizon_are_not_cut_off(plan, epochs):
    network = MLPRegressor(**SMALL, **RESTLESS, **plan, max_iter=20).fit(X, REAL)
    assert network.n_iter_ == epochs


def test_held_out_rows_end_a_schedule():
    network = MLPRegressor(**SMALL, **RESTLESS, learning_rate="cosine", max_iter=40)
    network.set_params(early_stopping=True).fit(X, REAL)
    assert network.stop_reason_ == "early_stopping" and network.n_iter_ < 10


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_epochs_behind_a_horizon_count_in_later_calls():
    network = MLPRegressor(**SMALL, **RESTLESS, learning_rate="cosine", max_iter=6, warm_start=True)
    assert network.fit(X, REAL).n_iter_ == 6
    assert network.fit(X, REAL).n_iter_ == 4
    assert network.stop_reason_ == "converged"


def test_the_warning_points_at_the_line_of_the_user():
    with pytest.warns(ConvergenceWarning) as record:
        MLPRegressor(**SMALL, max_iter=2).fit(X, REAL)
    assert record[0].filename == __file__


@pytest.mark.parametrize("scoring", [None, "r2", "neg_mean_absolute_error"])
def test_divergence_under_a_scorer_restores_the_best(scoring):
    from sknn.callbacks import Callback

    class Break(Callback):
        def on_gradient(self, progress):
            if progress.run.epoch == 3:
                progress.network.theta[...] = np.inf

    network = MLPRegressor(**SMALL, early_stopping=True, scoring=scoring, callbacks=[Break()])
    with pytest.warns(ConvergenceWarning, match="diverged in epoch 4"):
        network.fit(X[TRAIN], REAL[TRAIN], **VAL)
    assert np.isfinite(network.predict(X)).all()
