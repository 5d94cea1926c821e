"""Which containers X may come in, how estimators are pickled, and which callbacks work."""

import copy
import pickle
import warnings

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknn.estimators.base as base_module
from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Callback
from sknn.exceptions import InconsistentVersionWarning
from sknn.layers import Dense, GaussianNoise
from sknn.optimizers import Adam
from tests.estimators.data import BINARY, LABELS, REAL, THREE, TWO_LABELS, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL = {"hidden_layer_sizes": (6,), "max_iter": 5, "random_state": 0, "batch_size": 16}
HOLES = np.where(np.abs(X) < 0.8, 0.0, X)
FORMATS = [
    getattr(sp, f"{form}_{kind}")
    for form in ("csr", "csc", "coo", "lil", "dok", "bsr", "dia")
    for kind in ("matrix", "array")
]


@pytest.mark.parametrize("container", FORMATS, ids=lambda f: f.__name__)
def test_sparse_rows_give_the_dense_network(container):
    dense = MLPClassifier(**SMALL).fit(HOLES, THREE)
    sparse = MLPClassifier(**SMALL).fit(container(HOLES), THREE)
    assert_allclose(sparse.network_.theta, dense.network_.theta, rtol=1e-9, atol=1e-12)
    assert_allclose(sparse.predict_proba(container(HOLES)), dense.predict_proba(HOLES))


@pytest.mark.parametrize(
    "parameters",
    [
        {"n_members": 3},
        {"solver": "lbfgs"},
        {"solver": "lbfgs", "n_members": 2},
        {"early_stopping": True},
        {"batch_size": 60},
        {"normalization": "batch"},
        {"hidden_layer_sizes": ()},
        {"shuffle": False},
    ],
    ids=str,
)
@pytest.mark.parametrize("y", [THREE, LABELS, TWO_LABELS], ids=["three", "labels", "outputs"])
def test_sparse_rows_in_every_mode(parameters, y):
    if "lbfgs" in parameters.values():
        parameters = parameters | {"batch_size": "auto"}
    dense = MLPClassifier(**SMALL | parameters).fit(HOLES, y)
    sparse = MLPClassifier(**SMALL | parameters).fit(sp.csr_array(HOLES), y)
    assert_allclose(sparse.network_.theta, dense.network_.theta, rtol=1e-5, atol=1e-7)
    assert_array_equal(sparse.predict(sp.csc_array(HOLES)), dense.predict(HOLES))


@pytest.mark.parametrize("layer", ["input_dropout", "layers"])
def test_sparse_rows_behind_a_layer_that_needs_dense_ones(layer):
    more = {"input_dropout": 0.2} if layer == "input_dropout" else {}
    if layer == "layers":
        more = {"layers": [GaussianNoise(0.1), Dense(3)], "hidden_layer_sizes": (100,)}
    try:
        network = MLPRegressor(**SMALL | more).fit(sp.csr_array(HOLES), REAL)
    except (ValueError, TypeError) as error:
        assert "sparse" in str(error)
    else:
        assert np.isfinite(network.predict(sp.csr_array(HOLES))).all()


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_frames(library):
    module = pytest.importorskip(library)
    names = [f"c{i}" for i in range(5)]
    columns = {name: X[:, i] for i, name in enumerate(names)}
    make = {"pandas": "DataFrame", "polars": "DataFrame", "pyarrow": "table"}[library]
    frame = getattr(module, make)(columns)
    if library == "pyarrow":
        # scikit-learn itself reads a pyarrow table through __array__ or the interchange protocol.
        try:
            StandardScaler().fit(frame)
        except Exception:
            pytest.skip("this scikit-learn does not read pyarrow tables")
    network = MLPClassifier(**SMALL).fit(frame, THREE)
    plain = MLPClassifier(**SMALL).fit(X, THREE)
    assert_array_equal(network.network_.theta, plain.network_.theta)
    assert_array_equal(network.predict(frame), plain.predict(X))
    if hasattr(StandardScaler().fit(frame), "feature_names_in_"):
        assert list(network.feature_names_in_) == names


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_series_as_targets_and_weights(library):
    module = pytest.importorskip(library)
    network = MLPRegressor(**SMALL).fit(X, module.Series(REAL), module.Series(np.ones(60)))
    assert_array_equal(
        network.predict(X), MLPRegressor(**SMALL).fit(X, REAL, np.ones(60)).predict(X)
    )


def test_string_labels_of_pandas():
    pandas = pytest.importorskip("pandas")
    network = MLPClassifier(**SMALL).fit(X, pandas.Series(np.array(["a", "b", "c"])[THREE]))
    assert set(network.predict(X)) <= {"a", "b", "c"}


def test_read_only_memory_maps(tmp_path):
    joblib.dump(X, tmp_path / "x")
    mapped = joblib.load(tmp_path / "x", mmap_mode="r")
    assert isinstance(mapped, np.memmap)
    for method in ("fit", "partial_fit"):
        network = getattr(MLPRegressor(**SMALL), method)(mapped, REAL)
        plain = getattr(MLPRegressor(**SMALL), method)(X, REAL)
        assert_array_equal(network.predict(mapped), plain.predict(X))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.float16, np.float64),
        (np.int32, np.float64),
        (np.uint8, np.float64),
        (bool, np.float64),
        (np.longdouble, np.float64),
    ],
)
@pytest.mark.parametrize("solver", ["adam", "lbfgs", "sgd"])
@pytest.mark.parametrize("container", [np.asarray, sp.csr_array])
def test_precision(given, kept, solver, container):
    if container is sp.csr_array and given in (np.float16, np.longdouble):
        pytest.skip("SciPy has no such sparse arrays")
    x = container((10 * np.abs(X)).astype(given))
    settings = SMALL | {"solver": solver, "batch_size": "auto"}
    network = MLPRegressor(**settings).fit(x, REAL)
    assert network.predict(x).dtype == network.network_.theta.dtype == kept
    classifier = MLPClassifier(**settings).fit(x, THREE)
    for answer in (
        classifier.predict_proba(x),
        classifier.predict_log_proba(x),
        classifier.decision_function(x),
        classifier.transform(x),
        classifier.coefs_[0],
        classifier.intercepts_[0],
    ):
        assert answer.dtype == kept


@pytest.mark.parametrize("dtype", ["float32", "float64", np.float32])
def test_precision_by_request(dtype):
    network = MLPRegressor(**SMALL, dtype=dtype).fit(X, REAL)
    assert network.network_.dtype == np.dtype(dtype)
    assert network.predict(X.astype(np.float32)).dtype == np.dtype(dtype)
    assert network.partial_fit(X, REAL).network_.dtype == np.dtype(dtype)


def test_a_stream_keeps_the_precision_it_began_with():
    network = MLPRegressor(**SMALL).partial_fit(X.astype(np.float32), REAL)
    assert network.partial_fit(X, REAL).network_.dtype == np.float32


# -- pickles ----------------------------------------------------------------------------------


def fit_elsewhere(network, x, y):
    return network.fit(x, y)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_workers_train_the_same_network(backend):
    network = MLPClassifier(
        **SMALL | {"hidden_layer_sizes": (100,)},
        layers=[Dense(4)],
        solver=Adam(0.8),
        dropout=0.0,
    )
    here = clone(network).fit(X, THREE)
    there = joblib.Parallel(2, backend=backend)(
        joblib.delayed(fit_elsewhere)(clone(network), X, THREE) for _ in range(2)
    )
    for each in there:
        assert_array_equal(each.network_.theta, here.network_.theta)


@pytest.mark.parametrize("way", ["pickle", "joblib", "copy", "deepcopy"])
def test_round_trips(way, tmp_path):
    network = MLPClassifier(**SMALL, early_stopping=True).fit(X, THREE)
    if way == "joblib":
        joblib.dump(network, tmp_path / "net")
        twin = joblib.load(tmp_path / "net")
    else:
        ways = {"copy": copy.copy, "deepcopy": copy.deepcopy}
        twin = ways.get(way, lambda net: pickle.loads(pickle.dumps(net)))(network)
    assert_array_equal(twin.predict_proba(X), network.predict_proba(X))
    assert twin.loss_curve_ == network.loss_curve_
    assert twin.get_params().keys() == network.get_params().keys()
    if way != "copy":
        twin.coefs_ = [np.zeros_like(coef) for coef in twin.coefs_]
        assert np.ptp(twin.predict_proba(X), axis=0).max() == 0, "views are attached"
        assert np.abs(network.coefs_[0]).max() > 0


def test_a_memory_mapped_model_predicts_and_learns(tmp_path):
    joblib.dump(MLPRegressor(**SMALL, warm_start=True).fit(X, REAL), tmp_path / "net")
    network = joblib.load(tmp_path / "net", mmap_mode="r")
    assert not network.network_.theta.flags.writeable
    before = network.predict(X)
    network.coefs_ = [coef + 0.0 for coef in network.coefs_]
    network = joblib.load(tmp_path / "net", mmap_mode="r").partial_fit(X, REAL)
    assert np.abs(network.predict(X) - before).max() > 0
    twin = joblib.load(tmp_path / "net").partial_fit(X, REAL)
    assert_array_equal(network.predict(X), twin.predict(X))


def test_a_pickle_of_another_version_warns(monkeypatch):
    monkeypatch.setattr(base_module, "__version__", "0.0.1")
    stored = pickle.dumps(MLPRegressor(**SMALL).fit(X, REAL))
    monkeypatch.undo()
    with pytest.warns(InconsistentVersionWarning, match="0.0.1"):
        network = pickle.loads(stored)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pickle.loads(pickle.dumps(network))
    assert "_sknn_version" not in vars(network)


def test_clone_of_a_fitted_network_is_bare():
    network = MLPClassifier(**SMALL, callbacks=[Callback()]).fit(X, THREE)
    twin = clone(network)
    assert not hasattr(twin, "network_") and not hasattr(twin, "coefs_")
    assert twin.fit(X, THREE).loss_ == network.loss_


def test_bags_with_weights():
    net = MLPClassifier(**SMALL | {"max_iter": 100})
    bag = BaggingClassifier(net, n_estimators=3, random_state=0).fit(X, BINARY)
    assert bag.score(X, BINARY) > 0.6


# -- metadata routing -------------------------------------------------------------------------


def test_weights_are_routed_in_a_search():
    weight = np.linspace(0.5, 2.0, len(X))
    with config_context(enable_metadata_routing=True):
        network = MLPClassifier(**SMALL).set_fit_request(sample_weight=True)
        network = network.set_score_request(sample_weight=True)
        search = GridSearchCV(network, {"alpha": [0.1, 1.0]}, cv=2)
        search.fit(X, BINARY, sample_weight=weight)
    alone = clone(search.best_estimator_).fit(X, BINARY, weight)
    assert_array_equal(search.best_estimator_.network_.theta, alone.network_.theta)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_requests_exist_for_everything_that_can_be_routed(kind):
    with config_context(enable_metadata_routing=True):
        rows = {"sample_weight": True, "X_val": True, "y_val": True, "sample_weight_val": True}
        network = kind().set_fit_request(**rows).set_partial_fit_request(**rows)
        network.set_score_request(sample_weight=True)
        requested = network.get_metadata_routing()._serialize()["fit"]
    assert requested == rows


# -- callbacks --------------------------------------------------------------------------------


class Record(Callback):
    def __init__(self, log=None):
        self.log = log

    def on_train_begin(self, progress):
        self.calls = ["begin"]

    def on_batch_end(self, progress):
        self.calls.append("batch")

    def on_epoch_end(self, progress):
        self.calls.append("epoch")
        progress.row["own"] = float(len(self.calls))

    def on_train_end(self, progress):
        self.calls.append("end")


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_callbacks_see_training(solver):
    network = MLPRegressor(**SMALL | {"solver": solver}, callbacks=[Record()])
    if solver == "lbfgs":
        network.set_params(batch_size="auto")
    network.fit(X, REAL)
    (record,) = network.callbacks_
    assert record is not network.callbacks[0] and not hasattr(network.callbacks[0], "calls")
    batches = ["batch"] * 4 if solver == "adam" else []
    assert record.calls == ["begin", *(batches + ["epoch"]) * network.n_iter_, "end"]
    assert network.history_["own"].shape == (network.n_iter_,)


def test_a_callback_may_stop():
    class Stop(Callback):
        def on_epoch_end(self, progress):
            if progress.row["epoch"] == 2:
                progress.stop("enough")

    for solver in ("adam", "lbfgs"):
        network = MLPRegressor(hidden_layer_sizes=(4,), solver=solver, callbacks=[Stop()])
        assert network.fit(X, REAL).n_iter_ == 2
        assert network.stop_reason_ == "enough"


def test_callbacks_of_members_under_lbfgs_see_each_member():
    network = MLPRegressor(**SMALL | {"solver": "lbfgs", "batch_size": "auto"}, n_members=2)
    network.set_params(callbacks=[Record()]).fit(X, REAL)
    assert network.callbacks_[0].calls[0] == "begin"


# -- small things -----------------------------------------------------------------------------


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_verbose_prints_a_line_per_epoch(solver, capsys):
    MLPRegressor(hidden_layer_sizes=(3,), max_iter=3, verbose=True, solver=solver).fit(X, REAL)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[:3]] == [f"Iteration {i}/3" for i in (1, 2, 3)]
    assert "loss = " in lines[0]


def test_lbfgs_records_its_curve_and_may_fail_to_converge():
    network = MLPRegressor(hidden_layer_sizes=(3,), max_iter=4, solver="lbfgs", random_state=0)
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge"):
        network.fit(X, REAL)
    assert len(network.loss_curve_) == network.n_iter_ == 4
    assert (np.diff(network.loss_curve_) < 0).all()
    assert network.loss_ == network.loss_curve_[-1] == network.best_loss_


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("l1", 0.1),
        ("weight_decay", 0.1),
        ("max_grad_norm", 1.0),
        ("dropout", 0.1),
        ("input_dropout", 0.1),
        ("normalization", "batch"),
        ("layer_rates", {"hidden0": 0.5}),
    ],
)
def test_lbfgs_refuses(name, value):
    with pytest.raises(ValueError, match="lbfgs"):
        MLPRegressor(solver="lbfgs", **{name: value}).fit(X, REAL)


def test_lbfgs_ignores_what_belongs_to_stochastic_solvers():
    MLPRegressor(
        **SMALL | {"solver": "lbfgs", "batch_size": 7},
        momentum=0.3,
        beta_1=0.1,
        learning_rate="adaptive",
        early_stopping=True,
    ).fit(X, REAL)
    MLPRegressor(solver="lbfgs", normalization="layer", max_iter=3).fit(X, REAL)


@pytest.mark.parametrize("solver", ["adam", "adamw", "lbfgs", "sgd"])
@pytest.mark.parametrize("freeze", [1, ["hidden0"], 2])
def test_frozen_layers_do_not_move(solver, freeze):
    settings = SMALL | {"hidden_layer_sizes": (6, 4), "solver": solver, "batch_size": "auto"}
    network = MLPRegressor(**settings, freeze=freeze, alpha=1.0, warm_start=True)
    start = network.initialize(X, REAL).get_weights()
    network.fit(X, REAL)
    end = network.get_weights()
    held = ["hidden0", "hidden1"][: freeze if isinstance(freeze, int) else 1]
    for name in start:
        moved = np.abs(start[name]["W"] - end[name]["W"]).max()
        assert (moved < 1e-13) == (name in held), name


def test_frozen_batch_norm_keeps_its_statistics():
    network = MLPRegressor(**SMALL, normalization="batch").fit(X, REAL)
    held = [name for name in network.network_.names if name != "output"]
    before = network.get_weights()
    network.set_params(freeze=held).partial_fit(X + 1.0, REAL)
    after = network.get_weights()
    for name in before:
        for key in before[name]:
            same = np.array_equal(before[name][key], after[name][key])
            assert same == (name != "output"), (name, key)


def test_layer_rates_scale_the_step():
    settings = SMALL | {
        "solver": "sgd",
        "max_iter": 1,
        "batch_size": 60,
        "momentum": 0.0,
        "alpha": 0.0,
    }
    start = MLPRegressor(**settings).initialize(X, REAL)
    full = MLPRegressor(**settings).fit(X, REAL)
    half = MLPRegressor(**settings, layer_rates={"hidden0": 0.5}).fit(X, REAL)
    moved = full.coefs_[0] - start.coefs_[0]
    assert_allclose(half.coefs_[0] - start.coefs_[0], 0.5 * moved, rtol=1e-6, atol=1e-12)
    with pytest.raises(ValueError, match="layer_rates"):
        MLPRegressor(layer_rates={"nothing": 1.0}).fit(X, REAL)
    with pytest.raises(ValueError, match="freeze"):
        MLPRegressor(freeze=["nothing"]).fit(X, REAL)


@pytest.mark.parametrize("activation", ["identity", "tanh", "relu", "logistic"])
def test_initial_weights_follow_scikit_learn(activation):
    network = MLPRegressor(hidden_layer_sizes=(400,), activation=activation, random_state=0)
    network.initialize(X, REAL)
    factor = 2.0 if activation == "logistic" else 6.0
    for values, bound in [
        (network.coefs_[0], np.sqrt(factor / 405)),
        (network.intercepts_[0], np.sqrt(factor / 405)),
    ]:
        assert np.abs(values).max() <= bound
        assert values.std() == pytest.approx(bound / np.sqrt(3), rel=0.1)


@pytest.mark.parametrize(("activation", "variance"), [("selu", 1.0), ("gelu", 2.0), ("elu", 2.0)])
def test_initial_weights_of_other_activations(activation, variance):
    network = MLPRegressor(hidden_layer_sizes=(800,), activation=activation, random_state=0)
    network.initialize(X, REAL)
    assert network.coefs_[0].var() * 5 == pytest.approx(variance, rel=0.15)
    assert np.abs(network.intercepts_[0]).max() == 0


def test_the_output_starts_at_the_best_constant():
    settings = {"weight_init": "normal", "random_state": 0}
    network = MLPClassifier(**settings).initialize(X, THREE)
    shares = (np.bincount(THREE) + 1) / (len(X) + 3)
    assert_allclose(network.predict_proba(X).mean(axis=0), shares, atol=0.02)
    regressor = MLPRegressor(**settings).initialize(X, REAL)
    assert_allclose(regressor.predict(X).mean(), REAL.mean(), atol=0.3)


def test_initialize_trains_nothing():
    network = MLPClassifier(**SMALL).initialize(X, THREE)
    assert network.loss_curve_ == [] and network.t_ == 0
    one = network.partial_fit(X, THREE)
    assert_array_equal(
        one.network_.theta, MLPClassifier(**SMALL | {"max_iter": 1}).fit(X, THREE).network_.theta
    )


def test_cross_validation_of_everything_at_once():
    network = make_pipeline(StandardScaler(), MLPClassifier(**SMALL, n_members=2, dropout=0.1))
    scores = cross_validate(network, X, BINARY, cv=3, scoring=["accuracy", "neg_log_loss"])
    assert np.isfinite(scores["test_neg_log_loss"]).all()
