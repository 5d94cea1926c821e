"""Diagnostics changes nothing, is silent if all is well, and names what is wrong."""

import pickle
import re
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import scale

from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import Callback, Diagnostics
from sknn.exceptions import DataScaleWarning, TrainingWarning
from sknn.initializers import Constant, Normal
from sknn.layers import Activate, BatchNorm, Dense, Dropout
from sknn.training.health_warnings import Chart, findings

DIGITS, DIGIT = load_digits(return_X_y=True)
DIGITS, DIGIT = DIGITS[:600] / 16, DIGIT[:600]
CANCER, MALIGNANT = load_breast_cancer(return_X_y=True)
DIABETES, PROGRESS = load_diabetes(return_X_y=True)
DATA = {
    "digits": (MLPClassifier, DIGITS, DIGIT),
    "cancer": (MLPClassifier, scale(CANCER), MALIGNANT),
    "diabetes": (MLPRegressor, scale(DIABETES), PROGRESS),
}
STEMS = ("gradient_norm", "update_ratio")
SETTINGS = {"max_iter": 15, "random_state": 0}


def trained(data="digits", *, diagnostics=None, **parameters):
    kind, X, y = DATA[data]
    callbacks = [Diagnostics() if diagnostics is None else diagnostics]
    net = kind(callbacks=callbacks, **SETTINGS | parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return net.fit(X, y)


def kinds(net):
    return list(net.callbacks_[0].findings_)


# -- what is measured ---------------------------------------------------------------------


def test_columns_of_a_plain_network():
    net = trained(hidden_layer_sizes=(20, 10))
    columns = [name for name in net.history_ if "." in name]
    names = ("hidden0", "hidden1", "output")
    assert columns == [
        *(f"gradient_norm.{name}" for name in names),
        *(f"update_ratio.{name}" for name in names),
        "dead_units.hidden0",
        "dead_units.hidden1",
    ]
    assert all(np.isfinite(net.history_[name]).all() for name in columns)
    assert len(net.history_["gradient_norm.output"]) == net.n_iter_


def test_figures_are_those_of_one_step():
    kind, X, y = DATA["digits"]
    net = kind((7,), "tanh", solver="sgd", momentum=0.0, learning_rate_init=0.5, alpha=0.0,
               batch_size=len(X), callbacks=[Diagnostics(rows=10_000)], random_state=0)  # fmt: skip
    net.initialize(X, y)
    before = net.get_weights()
    flat = np.mean(np.abs(net.activations(X)[0]) >= np.sqrt(0.9))
    net.partial_fit(X, y)
    for name, after in net.get_weights().items():
        step = np.concatenate([(before[name][key] - after[key]).ravel() for key in after])
        start = np.concatenate([before[name][key].ravel() for key in after])
        history = {stem: net.history_[f"{stem}.{name}"][-1] for stem in STEMS}
        assert history["gradient_norm"] == pytest.approx(np.linalg.norm(step) / 0.5)
        ratio = np.linalg.norm(step) / np.linalg.norm(start)
        assert history["update_ratio"] == pytest.approx(ratio)
    assert net.history_["saturated.hidden0"][-1] == pytest.approx(flat)


@pytest.mark.parametrize("batch_size", [37, 200, 600])
def test_dead_units_are_those_that_never_fire(batch_size):
    layers = [Dense(20, "relu", bias_init=Constant(-0.7))]
    net = MLPClassifier(
        layers=layers, weight_init="glorot_uniform", solver="sgd", learning_rate_init=1e-9,
        batch_size=batch_size, callbacks=[Diagnostics(rows=600, warn=False)], random_state=0,
    ).partial_fit(DIGITS, DIGIT, classes=np.unique(DIGIT))  # fmt: skip
    dead = np.mean(net.activations(DIGITS)[0].max(axis=0) <= 0)
    assert 0 < dead < 1
    assert net.history_["dead_units.hidden0"][-1] == pytest.approx(dead)


def test_figures_of_activations_in_separate_layers():
    layers = [Dense(12, "identity"), BatchNorm(), Activate("logistic"), Dropout(0.2)]
    history = trained(layers=layers).history_
    assert {"gradient_norm.norm0", "saturated.activation0"} <= set(history)
    assert "gradient_norm.dropout0" not in history


def test_held_layers_have_no_gradient_to_measure():
    history = trained(hidden_layer_sizes=(9, 8), freeze=1).history_
    assert "gradient_norm.hidden0" not in history
    assert {"dead_units.hidden0", "gradient_norm.hidden1"} <= set(history)


# -- it only looks ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"n_members": 3},
        {"dropout": 0.3, "normalization": "batch", "batch_size": 70},
        {"solver": "sgd", "l1": 0.1, "max_grad_norm": 1.0, "activation": "tanh"},
        {"early_stopping": True},
    ],
    ids=str,
)
def test_weights_are_the_same_with_and_without(parameters):
    watched = trained(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        alone = MLPClassifier(**SETTINGS | parameters).fit(DIGITS, DIGIT)
    np.testing.assert_array_equal(watched.network_.theta, alone.network_.theta)
    assert watched.loss_curve_ == alone.loss_curve_
    assert watched.run_.streams.order.bit_generator.state == (
        alone.run_.streams.order.bit_generator.state
    )


def test_history_continues_exactly():
    whole = trained(max_iter=6)
    net = MLPClassifier(callbacks=[Diagnostics()], warm_start=True, max_iter=4, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        net.fit(DIGITS, DIGIT)
        net = pickle.loads(pickle.dumps(net)).set_params(max_iter=2).fit(DIGITS, DIGIT)
    for name in ("gradient_norm.hidden0", "update_ratio.output", "dead_units.hidden0"):
        # Figures are pickled in single precision.
        np.testing.assert_allclose(net.history_[name], whole.history_[name], rtol=1e-6)


def test_nothing_large_is_kept():
    net = trained()
    assert vars(net.callbacks_[0]).keys() == {"rows", "warn", "findings_"}


@pytest.mark.parametrize("rows", [0, -1, 2.5, "all", True])
def test_odd_rows(rows):
    with pytest.raises(ValueError, match="'rows' parameter of Diagnostics"):
        trained(diagnostics=Diagnostics(rows=rows))


def test_a_snapshot_carries_no_work_arrays():
    class Keep(Callback):
        def on_epoch_end(self, progress):
            self.size_ = len(pickle.dumps(progress.snapshot().callbacks_[0]))

    net = MLPClassifier(callbacks=[Diagnostics(), Keep()], learning_rate="cosine", max_iter=2)
    assert net.fit(DIGITS, DIGIT).callbacks_[1].size_ < 1000


def test_interrupted_in_the_first_epoch():
    class Stop(Callback):
        def on_gradient(self, progress):
            raise KeyboardInterrupt

    net = MLPClassifier(callbacks=[Diagnostics(), Stop()])
    with pytest.warns(UserWarning, match="interrupted"):
        net.fit(DIGITS, DIGIT)
    assert kinds(net) == []


# -- silent where all is well -------------------------------------------------------------

HEALTHY = {
    "default": {},
    "tanh": {"activation": "tanh"},
    "logistic": {"activation": "logistic"},
    "two logistic": {"activation": "logistic", "hidden_layer_sizes": (50, 50)},
    "six layers": {"hidden_layer_sizes": (50,) * 6},
    "linear": {"hidden_layer_sizes": ()},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.1},
    "default rate of sgd": {"solver": "sgd"},
    "slow": {"learning_rate_init": 1e-4},
    "fast": {"learning_rate_init": 0.03},
    "small batches": {"batch_size": 20},
    "dropout": {"dropout": 0.3},
    "batch norm": {"normalization": "batch"},
    "layer norm": {"normalization": "layer", "activation": "tanh"},
    "cosine": {"learning_rate": "cosine"},
    "one cycle": {"learning_rate": "one_cycle"},
    "early stopping": {"early_stopping": True},
    "members": {"n_members": 3},
    "softsign": {"activation": "softsign"},
    "hard sigmoid": {"activation": "hard_sigmoid"},
    "linear from zero": {"weight_init": "zeros", "hidden_layer_sizes": ()},
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("parameters", HEALTHY.values(), ids=HEALTHY)
def test_no_false_alarm(data, parameters):
    assert kinds(trained(data, **parameters)) == []


def test_no_false_alarm_on_rare_words():
    rng = np.random.default_rng(0)
    words = sp.csr_array(np.where(rng.random((300, 2000)) < 0.01, rng.random((300, 2000)), 0.0))
    X = TfidfTransformer().fit_transform(words)
    y = np.asarray(X[:, :1000].sum(axis=1)).ravel() > np.asarray(X[:, 1000:].sum(axis=1)).ravel()
    net = MLPClassifier((50,), learning_rate="cosine", max_iter=20, random_state=0,
                        callbacks=[Diagnostics()])  # fmt: skip
    assert kinds(net.fit(X, y)) == []


def test_no_false_alarm_when_classes_join():
    """The loss over more classes is higher, which does not mean that the rate is too high."""
    net = MLPClassifier((20,), random_state=0, callbacks=[Diagnostics()])
    for low, classes in ((3, range(3)), (10, range(10))):
        for _ in range(12):
            net.partial_fit(DIGITS[DIGIT < low], DIGIT[DIGIT < low], classes=classes)
            assert kinds(net) == []


def test_no_false_alarm_when_a_good_network_continues():
    net = trained(solver="sgd", learning_rate_init=0.1, warm_start=True, max_iter=40)
    net.set_params(learning_rate_init=1e-6, max_iter=30)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        assert kinds(net.fit(DIGITS, DIGIT)) == []


# -- the classic cases --------------------------------------------------------------------

DEEP = (50,) * 8
ILL = {
    "logistic from N(0, .01^2)": (
        {"hidden_layer_sizes": DEEP, "activation": "logistic", "weight_init": "normal"},
        "vanishing",
        r"hidden0 \(\d+e-\d\d\), hidden1 .*'glorot_normal'",
    ),
    "tanh from N(0, .01^2)": (
        {"hidden_layer_sizes": DEEP, "activation": "tanh", "weight_init": "normal"},
        "vanishing",
        "hidden0",
    ),
    "relu from N(0, .01^2), members": (
        {"hidden_layer_sizes": DEEP, "weight_init": "normal", "n_members": 2},
        "vanishing",
        "hidden0",
    ),
    "relu from N(0, 1)": (
        {"hidden_layer_sizes": DEEP, "weight_init": Normal(sigma=1.0)},
        "exploding",
        "norm of the gradient is .*max_grad_norm",
    ),
    "tanh from N(0, 1)": (
        {"hidden_layer_sizes": DEEP, "activation": "tanh", "weight_init": Normal(sigma=1.0)},
        "exploding",
        "explode",
    ),
    "relu with huge negative biases": (
        {"layers": [Dense(50, "relu", bias_init=Constant(-50.0))]},
        "dead",
        r"hidden0 \(100%\).*leaky_relu",
    ),
    "tanh from N(0, 1), one layer": (
        {"activation": "tanh", "weight_init": Normal(sigma=3.0)},
        "saturated",
        r"hidden0 \(\d\d%\) of the outputs",
    ),
    "rate 1e-7": ({"learning_rate_init": 1e-7}, "rate too low", r"Raise .*1e-07"),
    "sgd, rate 1e-7": ({"solver": "sgd", "learning_rate_init": 1e-7}, "rate too low", "Raise"),
    "rate 10": ({"learning_rate_init": 10.0}, "rate too high", "Lower learning_rate_init .*was 10"),
    "rate 10, tanh": (
        {"learning_rate_init": 10.0, "activation": "tanh"},
        "rate too high",
        "times as large as the weights",
    ),
}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize(("parameters", "kind", "words"), ILL.values(), ids=ILL)
def test_alarm(data, parameters, kind, words):
    longer = {"n_iter_no_change": 100, "tol": 0.0}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net = trained(data, **longer | parameters)
    assert kind in kinds(net)
    assert [str(w.message) for w in caught] == list(net.callbacks_[0].findings_.values())
    assert all(w.category is TrainingWarning and w.filename == __file__ for w in caught)
    assert re.search(words, net.callbacks_[0].findings_[kind])


@pytest.mark.parametrize("activation", ["logistic", "tanh"])
def test_unscaled_inputs_saturate_sigmoids(activation):
    net = MLPClassifier(activation=activation, callbacks=[Diagnostics()], max_iter=10,
                        learning_rate="cosine", random_state=0)  # fmt: skip
    with (
        pytest.warns(TrainingWarning, match=r"saturated.*hidden0.*Scale X"),
        pytest.warns(DataScaleWarning),
    ):
        net.fit(CANCER, MALIGNANT)


def test_divergence_comes_with_the_diagnosis():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with pytest.raises(ValueError, match="non-finite"):
            trained("diabetes", solver="sgd", learning_rate_init=10.0)
    assert "The learning rate looks too high" in str(caught[0].message)


def test_recording_without_warning():
    net = trained(learning_rate_init=10.0, diagnostics=Diagnostics(warn=False))
    assert "rate too high" in kinds(net)


def test_loss_that_rises_again():
    loss = [2.0, 1.0, 0.5, 0.4, 0.4, 0.4, 0.8, 1.2, 1.3, 1.2, 1.25]
    columns = {
        "epoch": list(np.arange(1.0, 12.0)),
        "loss": loss,
        "learning_rate": [0.1] * 11,
        "gradient_norm.output": [1.0] * 11,
        "update_ratio.output": [0.01] * 11,
    }
    (text,) = findings(Chart(columns, {"output": 10}, 5.0)).values()
    assert "the loss rose from 0.4 to 1.25" in text


# -- once, and everywhere -----------------------------------------------------------------


@pytest.mark.parametrize(("whole", "told"), [(0.1, False), (3.0, True)])
def test_a_layer_is_large_only_where_the_whole_gradient_is(whole, told):
    # An output layer that starts at its optimum has almost no gradient to compare with.
    rows = 12
    columns = {
        "epoch": list(np.arange(1.0, rows + 1)),
        "loss": list(np.linspace(1.0, 0.5, rows)),
        "learning_rate": [0.01] * rows,
        "gradient_norm": [whole] * rows,
        "gradient_norm.hidden0": [whole] * rows,
        "gradient_norm.output": [whole / 50] * rows,
        "update_ratio.hidden0": [0.01] * rows,
        "update_ratio.output": [0.01] * rows,
    }
    found = findings(Chart(columns, {"hidden0": 100, "output": 100}, 10.0))
    assert ("exploding" in found) is told


def test_each_kind_is_reported_once_in_a_run():
    net = MLPClassifier(learning_rate_init=10.0, callbacks=[Diagnostics()], random_state=0)
    told = []
    for _ in range(8):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            net.partial_fit(DIGITS, DIGIT, classes=np.arange(10))
        told += [str(w.message).split(":")[0] for w in caught]
        net = pickle.loads(pickle.dumps(net))
    assert told.count("The learning rate looks too high") == 1
    assert len(told) == len(set(told))
    assert "rate too high" in kinds(net)


def test_streams_stay_bounded_and_silent():
    net = MLPClassifier((5,), callbacks=[Diagnostics()], random_state=0)
    for start in range(0, 600, 20):
        net.partial_fit(DIGITS[start : start + 20], DIGIT[start : start + 20], classes=range(10))
    assert len(net.history_["gradient_norm.output"]) == 30
    for _ in range(990):
        net.partial_fit(DIGITS[:20], DIGIT[:20])
    assert len(net.history_["gradient_norm.output"]) == 1000
    assert kinds(net) == []


def test_next_to_other_callbacks_and_validation_rows():
    class Idle(Callback):
        def on_gradient(self, progress):
            progress.row["seen"] = 1.0

    net = MLPClassifier(callbacks=[Diagnostics(), Idle()], learning_rate="cosine", max_iter=5)
    net.fit(DIGITS[:400], DIGIT[:400], X_val=DIGITS[400:], y_val=DIGIT[400:])
    assert {"validation_loss", "update_ratio.hidden0"} <= set(net.history_)


def test_in_a_parallel_search():
    net = MLPClassifier(
        callbacks=[Diagnostics()], learning_rate="cosine", max_iter=3, random_state=0
    )
    search = GridSearchCV(net, {"hidden_layer_sizes": [(5,), (9,)]}, n_jobs=2, cv=2)
    search.fit(DIGITS[:200], DIGIT[:200])
    assert "gradient_norm.hidden0" in search.best_estimator_.history_
