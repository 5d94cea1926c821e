"""scikit-learn's callbacks (1.9 and later) see every epoch, wherever a network is trained."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, REAL, THREE, X

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn has no callbacks yet")

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"hidden_layer_sizes": (6,), "max_iter": 5, "random_state": 0}
GRID = {"alpha": [0.1, 1.0]}


def rows(monitor, task=None, run="most_recent"):
    """Return what a monitor logged for tasks with this name."""
    return [row for row in monitor.get_logs(run).data if task in (None, row["task_name"])]


def scores(monitor, task="epoch", metric="r2"):
    return [row[metric] for row in rows(monitor, task)]


def watched(metric="r2", kind=MLPRegressor, **params):
    monitor = callback.ScoringMonitor(scoring=metric)
    return kind(**SMALL | params).set_callbacks(monitor), monitor


# -- alone ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"solver": "lbfgs"},
        {"n_members": 3},
        {"solver": "lbfgs", "n_members": 3},
        {"early_stopping": True},
        {"early_stopping": True, "n_members": 2},
        {"early_stopping": True, "learning_rate_init": 0.1, "max_iter": 60},
        {"dropout": 0.2, "normalization": "batch"},
    ],
    ids=str,
)
def test_the_monitor_logs_every_epoch_and_the_model_that_is_used(params):
    net, monitor = watched(**params)
    net.fit(X, REAL)
    plain = MLPRegressor(**SMALL | params).fit(X, REAL)
    assert_array_equal(net.network_.theta, plain.network_.theta)
    in_turn = net.n_members if net.solver == "lbfgs" else 1
    assert len(scores(monitor)) <= net.n_iter_ * in_turn
    assert len(scores(monitor)) == net.n_iter_ or in_turn > 1
    assert_allclose(scores(monitor, "fit"), [net.score(X, REAL)])


def test_the_score_of_an_epoch_is_that_of_a_network_trained_so_far():
    net, monitor = watched()
    net.fit(X, REAL)
    alone = [MLPRegressor(**SMALL | {"max_iter": n}).fit(X, REAL).score(X, REAL) for n in (1, 3, 5)]
    assert_allclose([scores(monitor)[n - 1] for n in (1, 3, 5)], alone)


def test_several_metrics_of_a_classifier():
    net, monitor = watched(["accuracy", "neg_log_loss"], MLPClassifier)
    net.fit(X, THREE)
    assert scores(monitor, metric="accuracy")[-1] == net.score(X, THREE)
    assert len(scores(monitor, metric="neg_log_loss")) == 5


def test_weights_reach_the_metric():
    weight = np.linspace(0.1, 3.0, len(X))
    net, monitor = watched()
    net.fit(X, REAL, weight)
    assert_allclose(scores(monitor)[-1], r2_score(REAL, net.predict(X), sample_weight=weight))


def test_a_stream_logs_one_run_a_call():
    net, monitor = watched()
    for _ in range(3):
        net.partial_fit(X, REAL)
    assert net.t_ == 180
    logs = monitor.get_logs("all")
    assert [sum(row["task_name"] == "epoch" for row in log.data) for log in logs] == [1, 1, 1]
    assert_allclose(logs[-1].data[-1]["r2"], net.score(X, REAL))


def test_a_watched_network_travels():
    net, _ = watched()
    net.fit(X, REAL)
    assert_allclose(net.predict(X), pickle.loads(pickle.dumps(net)).predict(X))
    assert clone(net).fit(X, REAL).loss_ == net.loss_


def test_a_failed_fit_with_callbacks_changes_nothing():
    net, _ = watched()
    net.fit(X, REAL)
    before = net.network_.theta.copy()
    with pytest.raises(ValueError, match="NaN"):
        net.fit(X * np.nan, REAL)
    assert_array_equal(net.network_.theta, before)
    net.fit(X, REAL)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_a_callback_may_stop(early_stopping):
    # With separate validation rows, early stopping uses the best epoch as it was.
    validation = {"X_val": X, "y_val": REAL} if early_stopping else {}

    class Stop:
        def setup(self, estimator, context):
            self.scores = []

        def teardown(self, estimator, context):
            pass

        def on_fit_task_begin(self, estimator, context):
            pass

        def on_fit_task_end(self, estimator, context, *, X=None, y=None, fitted_estimator=None):
            if context.task_name != "epoch":
                return False
            self.scores.append(fitted_estimator.score(X, y))
            return len(self.scores) == 3

    stop = Stop()
    net = MLPRegressor(**SMALL, early_stopping=early_stopping).set_callbacks(stop)
    net.fit(X, REAL, **validation)
    assert net.stop_reason_ == "callback" and net.n_iter_ == 3
    assert stop.scores[-1] == pytest.approx(net.score(X, REAL))


# -- in pipelines and searches ----------------------------------------------------------------


def test_the_monitor_in_a_pipeline():
    net, monitor = watched()
    pipe = make_pipeline(StandardScaler(), net).fit(X, REAL)
    assert monitor.get_logs().estimator_name == "Pipeline"
    assert len(scores(monitor)) == 5
    assert_allclose(scores(monitor)[-1], pipe.score(X, REAL))


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize("piped", [False, True])
def test_the_monitor_in_a_search(n_jobs, piped):
    net, monitor = watched(early_stopping=True)
    model = make_pipeline(StandardScaler(), net) if piped else net
    grid = {f"mlpregressor__{key}" if piped else key: value for key, value in GRID.items()}
    search = GridSearchCV(model, grid, cv=2, n_jobs=n_jobs).fit(X, REAL)
    assert monitor.get_logs().estimator_name == "GridSearchCV"
    assert len(scores(monitor)) == 5 * (2 * 2 + 1)
    assert any(np.isclose(scores(monitor, "fit"), search.score(X, REAL)))
    best = search.best_estimator_[-1] if piped else search.best_estimator_
    assert best.n_iter_ == 5


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"solver": "lbfgs"},
        {"solver": "lbfgs", "n_members": 2},
        {"early_stopping": True, "n_members": 2},
    ],
    ids=str,
)
def test_progress_bars(kind, params, capsys):
    pytest.importorskip("rich")
    metric = "r2" if kind is MLPRegressor else "accuracy"
    monitor = callback.ScoringMonitor(scoring=metric)
    net = kind(**SMALL | params).set_callbacks(callback.ProgressBar(), monitor).fit(X, BINARY)
    assert net.n_iter_ <= 5
    inner, _ = watched(metric, kind, **params)
    pipe = make_pipeline(StandardScaler(), inner).set_callbacks(callback.ProgressBar())
    assert pipe.fit(X, BINARY)[-1].n_iter_ <= 5


def test_a_progress_bar_over_a_parallel_search(capsys):
    pytest.importorskip("rich")
    net, monitor = watched()
    grid = {"mlpregressor__alpha": [0.1, 1.0]}
    search = GridSearchCV(make_pipeline(StandardScaler(), net), grid, cv=2, n_jobs=2)
    search.set_callbacks(callback.ProgressBar()).fit(X, REAL)
    assert search.best_estimator_[-1].n_iter_ == 5
    assert len(scores(monitor)) == 25


def test_a_progress_bar_over_a_stream(capsys):
    pytest.importorskip("rich")
    net = MLPRegressor(**SMALL).set_callbacks(callback.ProgressBar())
    assert net.partial_fit(X, REAL).partial_fit(X, REAL).t_ == 120
