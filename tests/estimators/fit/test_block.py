"""Estimators trained in one block are the same, bit for bit, as if trained alone."""

import copy
import warnings
from collections import defaultdict

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning

from sknn import AutoEncoder, DBNClassifier, DBNRegressor, MLPClassifier, MLPRegressor
from sknn.activations import Activation
from sknn.callbacks import Diagnostics
from sknn.estimators.fit import block as block_module
from sknn.estimators.fit import stages
from sknn.estimators.fit import together as together_module
from sknn.estimators.fit.block import block_key, fit_block, members_in_block
from sknn.initializers import Pretrained
from sknn.layers import Dense, Dropout, GaussianNoise, Sparsity
from sknn.optimizers import Adam
from sknn.schedules import BatchSize, Cosine, Plateau, Step
from sknn.training.block import BlockTrainer

X, y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
SMALL = {"hidden_layer_sizes": 8, "max_iter": 12, "random_state": 0}
STREAMS = ("init", "order", "noise")
PLANNED = ["constant", "exponential", "step", Step(every=3)]
BY_UPDATE = ["cosine", "one_cycle", "invscaling", "flat_cosine", "cos_log"]
SOLVERS = ["adam", "adam", "sgd", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad", "adadelta"]
SCORING = {"multiclass": "accuracy", "binary": "roc_auc", "labels": "accuracy", "real": "r2"}


# -- as alone -----------------------------------------------------------------------------------


def told(call):
    """Return the result of a call, and its warnings."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        result = call()
    return result, sorted((str(each.message), each.category.__name__) for each in said)


def ends(said):
    return [each for each in said if each[1] == "ConvergenceWarning"]


def fitted(estimator, *data, **more):
    try:
        return clone(estimator).fit(*data, **more)
    except ValueError as error:
        return error


def facts(estimator):
    """Return everything that must be equal, with arrays as bytes."""
    if isinstance(estimator, Exception):
        return {"error": repr(estimator)}
    run = estimator.run_
    streams = {each: getattr(run.streams, each).bit_generator.state for each in STREAMS}
    history = {name: column for name, column in run.history.columns.items() if name != "seconds"}
    state = {name: each.tobytes() for name, each in (run.optimizer_state or {}).items()}
    best = run.best and (run.best.value, run.best.theta.tobytes(), run.best.epoch, run.best.rate)
    apart = ("streams", "history", "optimizer_state", "best")
    plain = {name: value for name, value in vars(run).items() if name not in apart}
    return {
        "attributes": sorted(vars(estimator)),
        "weights": estimator.network_.theta.tobytes(),
        "layers": repr(estimator.network_.layers),
        "history": repr(history),
        "run": repr(plain),
        "streams": streams,
        "optimizer": state,
        "best": repr(best),
        "parameters": repr(estimator.get_params()),
    }


def check_as_alone(estimators, *data, **more):
    """Fit in one block and each alone, and compare everything."""
    alone, said_alone = told(lambda: [fitted(each, *data, **more) for each in estimators])
    members = list(map(clone, estimators))
    together, said = told(lambda: fit_block(members, *data, **more))
    for mine, other in zip(together, alone, strict=True):
        expected = facts(other)
        for name, fact in facts(mine).items():
            assert fact == expected[name], (name, other)
    # A block warns once about odd data; each member warns about its own end.
    assert set(said) == set(said_alone)
    assert ends(said) == ends(said_alone)
    return together


@pytest.fixture
def in_one_block(monkeypatch):
    """Fail if anything is fitted alone."""

    def refuse(*anything):
        raise AssertionError("fitted alone")

    monkeypatch.setattr(block_module, "_fit_alone", refuse)


def test_each_has_its_own_horizon(in_one_block):
    rates = [Cosine(epochs=4), Cosine(epochs=9), "cosine"]
    members = [
        MLPClassifier(**SMALL | {"max_iter": epochs}, learning_rate=rate, tol=9.0)
        for rate in rates
        for epochs in (11, 30)
    ]
    check_as_alone([each.set_params(n_iter_no_change=2) for each in members], X, y)
    assert len({clone(each).fit(X, y).n_iter_ for each in members}) == 4


# -- random estimators --------------------------------------------------------------------------


def random_rows(rng):
    n, d = int(rng.integers(20, 200)), int(rng.integers(1, 24))
    x = rng.standard_normal((n, d)).astype(rng.choice(["f4", "f8"]))
    task = str(rng.choice(list(SCORING)))
    answers = {
        "multiclass": rng.integers(int(rng.integers(3, 9)), size=n),
        "binary": (x[:, 0] > 0).astype(int),
        "labels": (rng.random((n, 3)) < 0.4).astype(int),
        "real": 5.0 + 2.0 * x[:, 0] + 0.1 * rng.standard_normal(n),
    }
    return task, x, answers[task]


def random_common(rng, task):
    """Return parameters that all estimators of a block have in common."""
    common = {
        "hidden_layer_sizes": [8, (16,), (5, 7), (33,), (100,), ()][rng.integers(6)],
        "activation": str(rng.choice(["relu", "tanh", "logistic", "gelu", "silu", "softplus"])),
        "batch_size": ["auto", 8, 16, 31, 64][rng.integers(5)],
        "random_state": int(rng.integers(1e6)),
        "shuffle": bool(rng.random() < 0.9),
        "solver": str(rng.choice([*SOLVERS, "lion"])),
        "nesterovs_momentum": bool(rng.random() < 0.7),
        "early_stopping": bool(rng.random() < 0.35),
        "restore_best": bool(rng.random() < 0.7),
    }
    hidden = common["hidden_layer_sizes"] != ()
    often = {
        "normalization": (0.3 * hidden, ["batch", "layer"]),
        "regularization_schedule": (0.2, ["cosine", "flat_cosine"]),
        "max_grad_norm": (0.15, [0.01, 1.0]),
        "freeze": (0.1 * hidden, [1]),
        "layer_rates": (0.1 * hidden, [{"hidden0": 0.5}]),
        "scoring": (0.3 * common["early_stopping"], [SCORING[task]]),
        "loss": (0.2, ["huber"] if task == "real" else ["squared_error"]),
    }
    picked = {name: each for name, (share, each) in often.items() if rng.random() < share}
    return common | {name: each[rng.integers(len(each))] for name, each in picked.items()}


def random_own(rng, task, common):
    """Return a function that draws the parameters of one member."""
    kinds = ("dropout", "input_dropout", "l1", "weight_decay", "schedule", "epochs", "patience")
    has = {name: rng.random() < 0.35 for name in kinds}
    has["smoothing"] = task != "real" and "loss" not in common and rng.random() < 0.3
    schedules = PLANNED if rng.random() < 0.5 else BY_UPDATE
    l2 = rng.random() < 0.8

    def own():
        drawn = {
            "alpha": float(10 ** rng.uniform(-5, 0)) if l2 else 0.0,
            "learning_rate_init": float(10 ** rng.uniform(-3.5, -0.5)),
            "beta_1": float(rng.uniform(0.5, 0.95)),
            "beta_2": float(rng.choice([0.9, 0.99, 0.999])),
            "epsilon": float(rng.choice([1e-8, 1e-4])),
            "momentum": float(rng.uniform(0.1, 0.95)),
            "max_iter": int(rng.integers(3, 40)) if has["epochs"] else 20,
        }
        if rng.random() < 0.05:
            drawn["learning_rate_init"] = 1e3
        if has["dropout"] and common["hidden_layer_sizes"] != ():
            drawn["dropout"] = float(rng.uniform(0.05, 0.6))
        if has["input_dropout"]:
            drawn["input_dropout"] = float(rng.uniform(0.05, 0.4))
        if has["l1"]:
            drawn["l1"] = float(10 ** rng.uniform(-4, -1))
        if has["weight_decay"]:
            drawn["weight_decay"] = float(10 ** rng.uniform(-4, -1))
        if has["schedule"]:
            drawn["learning_rate"] = schedules[rng.integers(len(schedules))]
        if has["smoothing"]:
            drawn["label_smoothing"] = float(rng.choice([0.0, 0.05, 0.2]))
        if has["patience"]:
            drawn["n_iter_no_change"] = int(rng.integers(1, 6))
            drawn["tol"] = float(rng.choice([0.0, 1e-4, 0.01, 0.1]))
        return drawn

    return own


def check_random(seed):
    """Draw estimators and rows, and compare; return how many were trained in blocks."""
    rng = np.random.default_rng(seed)
    task, x, target = random_rows(rng)
    kind = MLPRegressor if task == "real" else MLPClassifier
    common = random_common(rng, task)
    own = random_own(rng, task, common)
    groups = defaultdict(list)
    for _ in range(int(rng.integers(3, 10))):
        estimator = kind(**common, **own())
        groups[block_key(estimator)].append(estimator)
    more = {}
    if rng.random() < 0.25:
        more["sample_weight"] = rng.integers(0, 3, size=len(x)) + 0.5
    if rng.random() < 0.2:
        more["X_val"], more["y_val"] = x[::3], target[::3]
    if rng.random() < 0.15 and "input_dropout" not in estimator.get_params(False):
        x = sp.csr_matrix(x)
    assert None not in groups
    for members in groups.values():
        check_as_alone(members, x, target, **more)
    return sum(map(len, groups.values()))


@pytest.mark.bits
@pytest.mark.parametrize("seed", range(10))
def test_random_estimators_end_as_alone(seed):
    assert check_random(seed)


OTHERS = [
    (AutoEncoder, {"hidden_layer_sizes": 3}),
    (AutoEncoder, {"corruption": "masking", "early_stopping": True, "batch_size": 32}),
    (AutoEncoder, {"corruption": "salt_and_pepper", "normalization": "batch", "solver": "sgd"}),
    (AutoEncoder, {"tied_weights": True, "hidden_layer_sizes": (6, 3, 6), "activation": "tanh"}),
    (DBNClassifier, {"pretrain_n_iter": 1, "hidden_layer_sizes": (6, 4)}),
    (DBNRegressor, {"pretrain_n_iter": 1, "hidden_layer_sizes": 6, "early_stopping": True}),
]


@pytest.mark.bits
@pytest.mark.parametrize(("kind", "common"), OTHERS)
def test_other_families_end_as_alone(kind, common, in_one_block):
    own = [(1e-3, 0.01, 9), (0.1, 0.03, 15), (1.0, 0.003, 15)]
    each = [
        kind(**SMALL | common | {"max_iter": n}, alpha=alpha, learning_rate_init=rate)
        for alpha, rate, n in own
    ]
    assert len({*map(block_key, each), None}) == 2
    members = check_as_alone(each, X, y)
    if hasattr(members[0], "rbms_"):
        assert members[0].rbms_[0] is not members[1].rbms_[0]


@pytest.mark.parametrize("name", ["contraction", "sparsity", "variational"])
def test_auto_encoders_that_add_to_the_loss_are_trained_alone(name):
    values = {"contraction": 0.1, "sparsity": 0.05, "variational": True}
    assert block_key(AutoEncoder(random_state=0)) is not None
    assert block_key(AutoEncoder(random_state=0, **{name: values[name]})) is None


@pytest.mark.slow
@pytest.mark.bits
def test_a_thousand_random_estimators_end_as_alone():
    seeds, members = iter(range(100, 1000)), 0
    while members < 1000:
        members += check_random(next(seeds))


# -- what goes wrong ----------------------------------------------------------------------------


@pytest.mark.bits
@pytest.mark.parametrize("more", [{"batch_size": 500}, {"early_stopping": True}])
def test_a_member_that_diverges_fails_alone(more):
    rates = (0.01, 1e30, 0.03)
    each = [MLPClassifier(**SMALL, **more, solver="sgd", learning_rate_init=r) for r in rates]
    results = check_as_alone(each, X * 100.0, y)
    ends = [getattr(result, "stop_reason_", "failed") for result in results]
    # If somebody looked, the earlier best weights are used.
    assert ends[1] == ("diverged" if "early_stopping" in more else "failed")
    assert not {ends[0], ends[2]} & {"failed", "diverged"}
    assert not hasattr(each[1], "network_")


@pytest.mark.bits
def test_a_parameter_out_of_range_fails_alone():
    each = [MLPClassifier(**SMALL, alpha=alpha) for alpha in (0.1, -1.0, 1.0)]
    assert [block_key(net) is None for net in each] == [False, True, False]
    results = check_as_alone(each, X, y)
    assert "The 'alpha' parameter" in str(results[1])


def test_rows_that_cannot_be_read_fail_for_all():
    each = [MLPClassifier(**SMALL, alpha=alpha) for alpha in (0.1, 1.0)]
    results = check_as_alone(each, np.where(X > 2, np.nan, X), y)
    assert all("NaN" in str(result) for result in results)
    results = check_as_alone(each, X, y, sample_weight=-np.ones(len(X)))
    assert all(isinstance(result, ValueError) for result in results)


def test_a_warning_made_an_error_is_that_of_each():
    each = [MLPClassifier(**SMALL, alpha=alpha) for alpha in (0.1, 1.0)]
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        results = fit_block(each, X, y)
    assert [type(result) for result in results] == [ConvergenceWarning] * 2
    assert not any(hasattr(net, "network_") for net in each)


@pytest.mark.bits
def test_odd_data_are_warned_of_once():
    each = [MLPClassifier(**SMALL, alpha=alpha) for alpha in (0.1, 1.0)]
    check_as_alone(each, X * 1000.0, y)
    said = told(lambda: fit_block(each, X * 1000.0, y))[1]
    assert [kind for _, kind in said].count("DataScaleWarning") == 1


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_fit_of_its_own_is_called():
    class Doubled(MLPClassifier):
        def fit(self, X, y):
            super().fit(2 * X, y)

    (found,) = fit_block([Doubled(**SMALL)], X, y)
    same = MLPClassifier(**SMALL).fit(2 * X, y)
    np.testing.assert_array_equal(found.coefs_[0], same.coefs_[0])


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_filters_of_warnings_are_left_alone(monkeypatch):
    """Threads that change the filters in turns leave each other's behind."""
    filters, seen = warnings.filters, []

    def opened(*each):
        seen.append(warnings.filters)
        return stages.open_fit(*each)

    monkeypatch.setattr(block_module, "open_fit", opened)
    fit_block([MLPClassifier(**SMALL, alpha=alpha) for alpha in (0.1, 1.0)], X, y)
    assert len(seen) == 1
    assert seen[0] is filters


@pytest.mark.bits
@pytest.mark.parametrize("early_stopping", [False, True])
def test_ctrl_c_leaves_what_was_known(early_stopping, monkeypatch):
    more = SMALL | {"max_iter": 50, "early_stopping": early_stopping, "batch_size": 32}
    each = [MLPClassifier(**more, learning_rate_init=rate) for rate in (0.01, 0.02, 0.03)]
    tell = BlockTrainer._tell

    def interrupt(self, progress):
        if progress.run.epoch == 5:
            raise KeyboardInterrupt
        tell(self, progress)

    monkeypatch.setattr(BlockTrainer, "_tell", interrupt)
    results, said = told(lambda: fit_block(each, X, y))
    assert [net.stop_reason_ for net in results] == ["interrupted"] * 3
    assert [kind for _, kind in said] == ["UserWarning"] * 3
    assert all(text.startswith("Training interrupted by user. To finish") for text, _ in said)
    assert [net.n_iter_ for net in results] == [5] * 3
    if not early_stopping:
        five, _ = told(lambda: clone(each[1]).set_params(max_iter=5).fit(X, y))
        assert results[1].network_.theta.tobytes() == five.network_.theta.tobytes()
        assert results[1].loss_curve_ == five.loss_curve_
    assert all(net.score(X, y) > 0.5 for net in results)


def test_ctrl_c_in_the_last_passes_is_for_all_that_are_to_come(monkeypatch):
    more = SMALL | {"max_iter": 60, "early_stopping": True, "n_iter_no_change": 2}
    more |= {"learning_rate_init": 0.1, "batch_size": 32}
    each = [MLPClassifier(**more | {"max_iter": n}, alpha=n) for n in (10, 10, 10, 60)]
    begun = []

    def interrupt(state, rows):
        begun.append(state)
        if len(begun) == 2:
            state.run.stop_reason = "interrupted"

    monkeypatch.setattr(stages, "rejoin", interrupt)
    monkeypatch.setattr(together_module, "_rejoin_together", lambda states: False)
    results, _ = told(lambda: fit_block(each, X, y))
    assert [net.stop_reason_ for net in results] == ["max_iter", *["interrupted"] * 3]
    assert [net.n_iter_ for net in results] == [10] * 4
    assert len(begun) == 2


def test_ctrl_c_in_last_passes_of_several(monkeypatch):
    more = SMALL | {"max_iter": 10, "early_stopping": True, "learning_rate_init": 0.01}
    each = [MLPClassifier(**more, alpha=alpha) for alpha in (0.01, 0.1, 1.0)]

    def interrupt(block, *anything):
        block.run.stop_reason = "interrupted"

    monkeypatch.setattr(together_module, "pass_over_all", interrupt)
    results, said = told(lambda: fit_block(each, X, y))
    assert [net.stop_reason_ for net in results] == ["interrupted"] * 3
    assert [kind for _, kind in said] == ["UserWarning"] * 3
    assert all(text.startswith("Training interrupted by user. To finish") for text, _ in said)


@pytest.mark.bits
def test_last_passes_that_fail_leave_the_best_weights(monkeypatch):
    more = SMALL | {"max_iter": 10, "early_stopping": True, "learning_rate_init": 0.01}
    each = [MLPClassifier(**more, alpha=alpha) for alpha in (0.01, 0.1, 1.0)]
    passes = together_module.pass_over_all

    def spoil(block, *more):
        done = passes(block, *more)
        block.network.theta[1] = np.inf
        return done

    monkeypatch.setattr(together_module, "pass_over_all", spoil)
    # It is tried again, alone.
    check_as_alone(each, X, y)


@pytest.mark.bits
@pytest.mark.parametrize(
    "solver", [{"solver": "lazy_adam"}, {"solver": "sgd", "momentum": 0.0, "alpha": 0.0}]
)
def test_weights_that_wait_do_so_alone(solver):
    """With sparse rows; dense ones touch all weights."""
    each = [MLPClassifier(**SMALL, **solver, tol=tol) for tol in (1e-4, 0.1)]
    assert block_key(each[0]) == block_key(each[1]) is not None
    for rows in (X, sp.csr_matrix(np.where(X > 0.5, X, 0.0))):
        check_as_alone(each, rows, y)


# -- ends ---------------------------------------------------------------------------------------


@pytest.mark.bits
def test_members_leave_one_by_one(in_one_block):
    each = [MLPClassifier(**SMALL | {"max_iter": n}, dropout=0.2) for n in (3, 9, 9, 14, 20)]
    results = check_as_alone(each, X, y)
    assert [net.n_iter_ for net in results] == [3, 9, 9, 14, 20]
    assert [len(net.history_["seconds"]) for net in results] == [3, 9, 9, 14, 20]


@pytest.mark.bits
def test_after_early_stopping_each_learns_from_all_rows(in_one_block):
    more = SMALL | {"max_iter": 40, "early_stopping": True, "n_iter_no_change": 2}
    rates = (0.02, 0.05, 0.1, 0.3)
    each = [MLPRegressor(**more, learning_rate_init=rate) for rate in rates]
    check_as_alone(each, X, X[:, 0] ** 2)


@pytest.mark.bits
def test_one_unit_and_one_row(in_one_block):
    """Only products of vectors, in which some BLAS kernels depend on addresses."""
    more = SMALL | {"hidden_layer_sizes": (3, 1), "batch_size": 7}
    each = [MLPRegressor(**more, alpha=alpha) for alpha in (0.1, 1.0, 2.0)]
    check_as_alone(each, X[:141, :3], X[:141, 0])


def test_the_seconds_of_a_block_are_shared_out():
    each = [MLPClassifier(**SMALL, alpha=alpha) for alpha in (0.1, 1.0)]
    a, b = (net.history_["seconds"] for net in told(lambda: fit_block(each, X, y))[0])
    assert (a == b).all()
    assert (a > 0).all()


@pytest.mark.parametrize("n", [0, 1])
def test_no_estimator_and_one(n):
    each = [MLPClassifier(**SMALL)] * n
    assert told(lambda: fit_block(each, X, y))[0] == each
    assert all(hasattr(net, "network_") for net in each)


def test_nothing_is_shared_between_fitted_estimators():
    each = [MLPClassifier(**SMALL, alpha=alpha, dropout=0.1) for alpha in (0.1, 1.0)]
    a, b = told(lambda: fit_block(each, X, y))[0]
    assert not np.shares_memory(a.network_.theta, b.network_.theta)
    for name in STREAMS:
        mine, other = (getattr(net.run_.streams, name) for net in (a, b))
        assert mine.bit_generator is not other.bit_generator
    before = b.network_.theta.copy()
    told(lambda: a.set_params(warm_start=True).fit(X, y))
    assert (b.network_.theta == before).all()


# -- keys ---------------------------------------------------------------------------------------


class Own(Activation):
    """A part about which nothing is known."""

    def forward(self, z, y):
        np.copyto(y, z)

    def backward(self, z, y, dy, work):
        pass


NET = MLPClassifier(**SMALL)
OWN_VALUES = {
    "alpha": 0.5,
    "learning_rate_init": 0.1,
    "beta_1": 0.5,
    "beta_2": 0.9,
    "epsilon": 1e-3,
    "momentum": 0.3,
    "max_iter": 99,
    "tol": 0.1,
    "n_iter_no_change": 3,
    "learning_rate": "exponential",
    "label_smoothing": 0.1,
    "power_t": 0.3,
    "solver": Adam(beta_1=0.3),
}
SHARED_VALUES = {
    "hidden_layer_sizes": 9,
    "activation": "tanh",
    "batch_size": 10,
    "random_state": 1,
    "shuffle": False,
    "early_stopping": True,
    "normalization": "batch",
    "class_weight": {0: 2.0},
    "loss": "focal",
    "layers": [Dense(8)],
    "solver": "sgd",
    "learning_rate": "cosine",
    # A number that is zero in only one of them leads to other steps.
    "alpha": 0.0,
    "l1": 0.1,
    "weight_decay": 0.1,
    "dropout": 0.1,
    "input_dropout": 0.1,
}
ALONE_VALUES = {
    "random_state": [None, np.random.RandomState(0)],
    "solver": ["lbfgs", "nonsense"],
    "callbacks": [[Diagnostics()]],
    "verbose": [True, 1],
    "max_time": [10.0],
    "stop_below": [0.1],
    "warm_start": [True],
    "n_members": [2],
    "learning_rate": ["adaptive", Plateau()],
    "activation": [Own()],
    "layers": [[Dense(8), Sparsity(0.1)], [Dense(8, max_norm=1.0)], [Dense(8, Own())]],
    "weight_init": [Pretrained(clone(NET).initialize(X, y))],
    "scoring": [lambda net, x, target: 0.0],
    "alpha": [-1.0],
}


@pytest.mark.parametrize("name", OWN_VALUES)
def test_members_may_differ_in(name):
    assert block_key(clone(NET).set_params(**{name: OWN_VALUES[name]})) == block_key(NET)
    hash(block_key(NET))


@pytest.mark.parametrize("name", SHARED_VALUES)
def test_members_have_in_common(name):
    key = block_key(clone(NET).set_params(**{name: SHARED_VALUES[name]}))
    assert key is not None
    assert key != block_key(NET)


@pytest.mark.parametrize("name", ALONE_VALUES)
def test_alone_for(name):
    for value in ALONE_VALUES[name]:
        assert block_key(clone(NET).set_params(**{name: value})) is None


def test_what_is_fitted_or_derived_is_trained_alone():
    class Derived(MLPClassifier):
        pass

    assert block_key(Derived(**SMALL)) is None
    assert block_key(told(lambda: clone(NET).fit(X, y))[0]) is None
    assert block_key(object()) is None


def test_equal_parts_make_equal_keys():
    parts = {"layers": [Dense(8), GaussianNoise(0.1)], "batch_size": BatchSize(8, 16)}
    first, second = (MLPClassifier(**copy.deepcopy(parts), random_state=0) for _ in range(2))
    assert block_key(first) == block_key(second)
    assert block_key(first) != block_key(first.set_params(max_iter=7))


SIZES = [
    (16, 64),
    ((100, 100), 64),
    ((1000, 1000), 8),
    ((2000, 2000), 4),
    ((9999, 9999), 1),
    ((), 64),
]


@pytest.mark.parametrize(("sizes", "n"), SIZES)
def test_members_in_block(sizes, n):
    assert members_in_block(MLPClassifier(sizes), X) == n
    layers = [Dense(units) for units in np.atleast_1d(np.array(sizes, int)).tolist()]
    assert members_in_block(MLPClassifier(layers=[*layers, Dropout(0.1)]), X) == n


def test_members_in_block_go_by_bytes():
    wide = np.zeros((2, 500))
    assert members_in_block(MLPClassifier(100), wide) == 20
    assert members_in_block(MLPClassifier(100), wide.astype(np.float32)) == 41
