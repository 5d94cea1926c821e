"""Laws 4 to 6: continued training gives the same bits as training that never stopped."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import MLPClassifier, MLPRegressor
from sknn.core.optimizers import Optimizer
from sknn.layers import Dense
from sknn.losses import Quantile
from sknn.optimizers import Adam
from sknn.schedules import BatchSize, Cosine, Exponential, OneCycle, Plateau, Step
from tests.checks.runs import again, assert_parts_make_the_whole, assert_same_progress
from tests.estimators.data import LABELS, REAL, THREE, TWO_LABELS, X

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

EPOCHS = 6
SOLVERS = sorted(Optimizer.registry)
RATES = {
    "constant": "constant",
    "cosine": Cosine(epochs=EPOCHS, warmup=0.3),
    "step": Step(every=2),
    "exponential": Exponential(0.7),
}
BODIES = {
    "plain": {},
    "dropout": {"dropout": 0.3, "input_dropout": 0.1},
    "batch norm": {"normalization": "batch"},
}
BASE = {
    "hidden_layer_sizes": (5,),
    "batch_size": 16,
    "random_state": 3,
    "learning_rate_init": 0.01,
    "max_iter": EPOCHS,
}


def assert_law(network, x, y, classes=None):
    classes = {} if classes is None else {"classes": classes}
    assert_parts_make_the_whole(network, EPOCHS, x, y, cuts=[EPOCHS // 2], **classes)


# Every solver with every rate and every body, every rate with every body.
PAIRS = [
    (solver, rate, list(BODIES)[(i + j) % len(BODIES)])
    for i, solver in enumerate(SOLVERS)
    for j, rate in enumerate(RATES)
]


@pytest.mark.parametrize(("solver", "rate", "body"), PAIRS)
def test_resumption_is_exact(solver, rate, body):
    network = MLPClassifier(solver=solver, learning_rate=RATES[rate], **BASE, **BODIES[body])
    assert_law(network, X, THREE, np.unique(THREE))


OTHERS = {
    "spec solver": (MLPRegressor, {"solver": Adam(beta_1=0.8)}, REAL),
    "one cycle": (MLPRegressor, {"learning_rate": OneCycle(epochs=EPOCHS)}, REAL),
    "invscaling": (MLPRegressor, {"learning_rate": "invscaling", "solver": "sgd"}, REAL),
    "adaptive, the rate has fallen": (
        MLPRegressor,
        {"learning_rate": "adaptive", "solver": "sgd", "tol": 10.0, "n_iter_no_change": 1},
        REAL,
    ),
    "plateau, in the middle of its patience": (
        MLPRegressor,
        {"learning_rate": Plateau(patience=4, tol=10.0), "n_iter_no_change": 99},
        REAL,
    ),
    "adaptive": (MLPRegressor, {"learning_rate": "adaptive", "solver": "sgd"}, REAL),
    "plateau": (MLPRegressor, {"learning_rate": "plateau"}, REAL),
    "batch sizes": (MLPRegressor, {"batch_size": BatchSize(4, 30, epochs=EPOCHS)}, REAL),
    "members": (MLPRegressor, {"n_members": 3, "dropout": 0.2}, REAL),
    "no shuffle": (MLPRegressor, {"shuffle": False}, REAL),
    "one batch": (MLPRegressor, {"batch_size": 60}, REAL),
    "penalties": (MLPRegressor, {"l1": 0.1, "alpha": 0.5, "weight_decay": 0.01}, REAL),
    "clipping": (MLPRegressor, {"max_grad_norm": 0.1}, REAL),
    "frozen": (MLPRegressor, {"freeze": ["hidden0"], "normalization": "batch"}, REAL),
    "rates": (MLPRegressor, {"layer_rates": {"hidden0": 0.5}}, REAL),
    "max norm": (
        MLPRegressor,
        {"hidden_layer_sizes": (100,), "layers": [Dense(4, max_norm=0.5)]},
        REAL,
    ),
    "gaussian": (MLPRegressor, {"loss": "gaussian_nll"}, REAL),
    "quantiles": (MLPRegressor, {"loss": Quantile([0.1, 0.5, 0.9])}, REAL),
    "labels": (MLPClassifier, {}, LABELS),
    "outputs": (MLPClassifier, {}, TWO_LABELS),
    "float32": (MLPRegressor, {"dtype": "float32"}, REAL),
}


@pytest.mark.parametrize("name", OTHERS)
def test_resumption_is_exact_for_everything_else(name):
    kind, parameters, y = OTHERS[name]
    classes = [np.unique(column) for column in y.T] if name == "outputs" else None
    assert_law(kind(**BASE | parameters), X, y, classes)


def test_resumption_of_a_float32_network_from_sparse_rows():
    import scipy.sparse as sp

    assert_law(MLPRegressor(**BASE), sp.csr_array(X.astype(np.float32)), REAL)


def test_resumption_with_weights():
    weight = np.linspace(0.0, 2.0, len(X))
    whole = MLPRegressor(**BASE, warm_start=True).fit(X, REAL, weight)
    part = MLPRegressor(**BASE)
    for _ in range(EPOCHS):
        part.partial_fit(X, REAL, weight)
    assert_same_progress(whole, part)


def test_resumption_with_early_stopping():
    """Best weights, last weights, split, and patience are all kept."""
    settings = BASE | {"early_stopping": True, "warm_start": True, "learning_rate_init": 0.3}
    whole = MLPClassifier(**settings).set_params(max_iter=8).fit(X, THREE)
    part = MLPClassifier(**settings).set_params(max_iter=4).fit(X, THREE)
    part = again(part).fit(X, THREE)
    assert_same_progress(whole, part)
    assert_array_equal(whole.validation_scores_, part.validation_scores_)
    assert np.abs(whole.network_.theta - whole.run_.theta).max() > 0
    assert whole.run_.stall == part.run_.stall and whole.run_.reference == part.run_.reference


def test_resumption_with_a_validation_set_in_a_stream():
    settings = BASE | {"early_stopping": True, "learning_rate_init": 0.3}
    rows = {"X_val": X[:20], "y_val": REAL[:20]}
    whole = MLPRegressor(**settings, warm_start=True).fit(X[20:], REAL[20:], **rows)
    part = MLPRegressor(**settings)
    for _ in range(EPOCHS):
        part = again(part).partial_fit(X[20:], REAL[20:], **rows)
    assert_same_progress(whole, part)
    assert_array_equal(whole.predict(X), part.predict(X))


@pytest.mark.parametrize("seed", [None, np.random.RandomState(4)])
def test_a_run_keeps_its_generators_whatever_the_seed(seed):
    network = MLPClassifier(**BASE | {"random_state": seed})
    network.partial_fit(X, THREE, classes=[0, 1, 2])
    before = network.random_state
    position = None if seed is None else seed.get_state()[2]
    twin = again(network)
    for _ in range(3):
        network.partial_fit(X, THREE)
        twin.partial_fit(X, THREE)
    assert_same_progress(network, twin)
    assert network.random_state is before
    if seed is not None:
        assert seed.get_state()[2] == position, "a run draws from the user's generator once"


def test_every_epoch_of_a_stream_has_its_own_order():
    """An int seed does not replay the same shuffle in every call."""
    network = MLPRegressor(**BASE)
    orders = set()
    for _ in range(4):
        network.partial_fit(X, REAL)
        orders.add(network.run_.streams.order.bit_generator.state["state"]["state"])
    assert len(orders) == 4


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_a_named_schedule_takes_its_horizon_from_the_first_call():
    network = MLPRegressor(**BASE | {"learning_rate": "cosine", "warm_start": True, "max_iter": 4})
    network.fit(X, REAL)
    network.fit(X, REAL)
    rates = network.history_["learning_rate"]
    assert rates[0] > 0.009 and rates[3] < 0.003
    assert_array_equal(rates[4:], np.full(4, 0.0001))


@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_a_named_schedule_in_a_stream_spans_max_iter():
    network = MLPRegressor(**BASE | {"learning_rate": "cosine", "max_iter": 5})
    for _ in range(7):
        network.partial_fit(X, REAL)
    whole = MLPRegressor(**BASE | {"learning_rate": "cosine", "max_iter": 5}).fit(X, REAL)
    rates = network.history_["learning_rate"]
    assert_array_equal(rates[:5], whole.history_["learning_rate"])
    assert_array_equal(rates[5:], np.full(2, 0.0001))


@pytest.mark.parametrize("rate", ["cosine", "one_cycle", "exponential", "step"])
@pytest.mark.filterwarnings("ignore:The learning rate has come to the end")
def test_past_its_horizon_a_named_schedule_keeps_a_hundredth(rate):
    settings = BASE | {"learning_rate": rate, "max_iter": 3, "warm_start": True}
    network = MLPRegressor(**settings).fit(X, REAL)
    for _ in range(3):
        network.fit(X, REAL)
    assert (network.history_["learning_rate"][3:] >= 0.01 * 0.01 * (1 - 1e-12)).all()


def test_what_a_call_counts_and_what_accumulates():
    network = MLPRegressor(**BASE, warm_start=True).fit(X, REAL).fit(X, REAL)
    assert network.n_iter_ == EPOCHS and type(network.n_iter_) is int
    assert len(network.loss_curve_) == 2 * EPOCHS
    assert network.t_ == 2 * EPOCHS * len(X)
    assert_array_equal(network.history_["epoch"], np.arange(1, 2 * EPOCHS + 1))
    assert network.partial_fit(X, REAL).n_iter_ == 1
    assert network.set_params(warm_start=False).fit(X, REAL).t_ == EPOCHS * len(X)


def test_a_stream_keeps_its_last_thousand_rows():
    network = MLPRegressor(hidden_layer_sizes=(2,), random_state=0)
    network.partial_fit(X[:4], REAL[:4])
    for epoch in range(2, 1001):
        network.run_.history.append({"epoch": float(epoch), "loss": 0.0})
    network.run_.epoch = 1000
    for _ in range(3):
        network.partial_fit(X[:4], REAL[:4])
    assert len(network.loss_curve_) == 1000
    assert network.history_["epoch"][-1] == 1003


@pytest.mark.parametrize("parameters", [{}, {"early_stopping": True}, {"solver": "lbfgs"}])
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_the_pickle_of_a_plain_fit_is_little_more_than_its_weights(kind, parameters):
    x = np.random.default_rng(0).standard_normal((100, 64))
    network = kind(max_iter=20, random_state=0, **parameters).fit(x, x[:, 0] > 0)
    size, weights = len(pickle.dumps(network)), network.network_.theta.nbytes
    assert size <= 1.2 * weights


def test_optimizer_state_is_kept_only_where_it_is_needed():
    network = MLPRegressor(**BASE).fit(X, REAL)
    assert network.run_.optimizer_state is None and network.run_.theta is None
    theta = network.network_.theta.copy()
    network.partial_fit(X, REAL)
    assert network.run_.optimizer_state is not None
    assert np.abs(network.network_.theta - theta).max() > 0
    assert len(pickle.dumps(network)) > 2 * theta.nbytes


def test_noise_changes_neither_initial_weights_nor_order():
    plain = MLPRegressor(**BASE).initialize(X, REAL)
    noisy = MLPRegressor(**BASE, dropout=0.5).initialize(X, REAL)
    assert_array_equal(plain.network_.theta, noisy.network_.theta)
    plain.partial_fit(X, REAL)
    noisy.partial_fit(X, REAL)
    position = [n.run_.streams.order.bit_generator.state for n in (plain, noisy)]
    assert position[0] == position[1]


def test_initial_weights_do_not_depend_on_the_number_of_rows():
    small = MLPRegressor(**BASE).initialize(X[:10], REAL[:10])
    large = MLPRegressor(**BASE).initialize(X, REAL)
    assert_array_equal(small.coefs_[0], large.coefs_[0])


def test_lbfgs_continues_from_its_weights():
    settings = BASE | {"solver": "lbfgs", "warm_start": True, "batch_size": "auto"}
    network = MLPRegressor(**settings).fit(X, REAL)
    first = network.loss_
    assert network.fit(X, REAL).loss_ < first
    assert len(network.loss_curve_) == 2 * EPOCHS


@pytest.mark.parametrize(
    "change", [{"hidden_layer_sizes": (7,)}, {"n_members": 2}, {"normalization": "layer"}]
)
def test_a_changed_architecture_is_an_error(change):
    network = MLPRegressor(**BASE, warm_start=True).fit(X, REAL).set_params(**change)
    for method in (network.fit, network.partial_fit):
        with pytest.raises(ValueError, match="architecture parameters differ"):
            method(X, REAL)
    network.set_params(warm_start=False).fit(X, REAL)


def test_resume_after_the_weights_were_set():
    network = MLPRegressor(**BASE, warm_start=True).fit(X, REAL)
    zeros = [np.zeros_like(coef) for coef in network.coefs_]
    network.coefs_ = zeros
    network.set_params(max_iter=1, solver="sgd", learning_rate_init=1e-12).fit(X, REAL)
    assert max(np.abs(coef).max() for coef in network.coefs_) < 1e-6
