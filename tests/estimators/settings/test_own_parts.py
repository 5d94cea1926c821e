"""User-defined parts work everywhere, and mistakes in them are named."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier, MLPRegressor
from sknn.activations import Activation, Tanh
from sknn.initializers import Initializer, Zeros
from sknn.inspection import check_gradients
from sknn.layers import BatchNorm, Dense, Dropout, GaussianNoise, Layer, Param, Plan
from sknn.losses import Loss, SigmoidLoss
from sknn.optimizers import Optimizer
from sknn.schedules import Schedule
from sknn.training.user_parts import is_own
from tests.estimators.data import BINARY, LABELS, REAL, THREE, TWO_LABELS, TWO_REAL, X
from tests.estimators.settings.own_parts import (
    Brier,
    Halving,
    PowerError,
    PReLU,
    Robust,
    SignDescent,
    Sine,
    Sparse,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
WEIGHT = np.linspace(0.5, 2.0, len(X))


def regressor(**params):
    own = {"loss": PowerError(), "layers": [Dense(5, Sine()), PReLU(), Dense(4, "tanh")]}
    own |= {"solver": SignDescent(), "learning_rate": Halving(2), "weight_init": Sparse()}
    return MLPRegressor(**own | {"max_iter": 5, "random_state": 0} | params)


def classifier(**params):
    own = {"loss": Robust(), "layers": [Dense(5, Sine()), PReLU(name="bend")]}
    own |= {"solver": SignDescent(), "learning_rate": Halving(2), "weight_init": Sparse(0.9)}
    return MLPClassifier(**own | {"max_iter": 5, "random_state": 0} | params)


# -- everywhere -------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("make", "y"),
    [(regressor, REAL), (regressor, TWO_REAL), (classifier, BINARY), (classifier, LABELS)],
)
def test_own_parts_train_clone_and_pickle(make, y, dtype, members):
    net = make(n_members=members).fit(X.astype(dtype), y)
    assert net.network_.dtype == dtype
    twin = clone(net).fit(X.astype(dtype), y)
    assert_array_equal(twin.network_.theta, net.network_.theta)
    loaded = pickle.loads(pickle.dumps(net))
    assert_array_equal(loaded.predict(X), net.predict(X))


def test_own_parts_continue_exactly():
    whole = regressor(max_iter=6).fit(X, REAL)
    parts = regressor(max_iter=2, warm_start=True).fit(X, REAL)
    parts = pickle.loads(pickle.dumps(parts)).set_params(max_iter=4).fit(X, REAL)
    assert_array_equal(whole.predict(X), parts.predict(X))


@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_own_parts_under_other_solvers(solver):
    assert np.isfinite(regressor(solver=solver).fit(X, REAL).predict(X)).all()
    assert np.isfinite(classifier(solver=solver).fit(X, BINARY).predict_proba(X)).all()


def test_own_parts_in_a_pipeline_and_a_grid():
    grid = {
        "mlpclassifier__hidden0__units": [3, 6],
        "mlpclassifier__hidden0__activation__frequency": [1.0, 2.0],
        "mlpclassifier__loss__q": [0.5],
        "mlpclassifier__bend__start": [0.1],
        "mlpclassifier__solver__beta": [0.5],
        "mlpclassifier__learning_rate__every": [3],
        "mlpclassifier__weight_init__share": [0.8],
    }
    search = GridSearchCV(make_pipeline(StandardScaler(), classifier()), grid, cv=2, n_jobs=2)
    best = search.fit(X, BINARY).best_estimator_[-1]
    assert best.loss.q == 0.5 and best.layers[1].start == 0.1 and best.solver.beta == 0.5
    assert best.get_weights()["hidden0"]["W"].shape[1] in (3, 6)


def test_whole_parts_are_values_of_a_grid():
    grid = {"activation": [Sine(), "tanh"], "loss": [PowerError(2), "huber"]}
    grid["hidden_layer_sizes"] = [(3,)]
    search = GridSearchCV(MLPRegressor(max_iter=3, random_state=0), grid, cv=2).fit(X, REAL)
    assert len(search.cv_results_["params"]) == 4
    layers = {"layers": [[Dense(3), PReLU()], [Dense(2, Sine())]], "loss__power": [2.0]}
    search = GridSearchCV(regressor(), layers, cv=2).fit(X, REAL)
    assert search.best_estimator_.loss.power == 2.0


def test_an_own_loss_of_power_two_is_the_squared_error():
    settings = {"hidden_layer_sizes": (4,), "max_iter": 5, "random_state": 0}
    own = MLPRegressor(PowerError(2), **settings).fit(X, REAL, WEIGHT)
    ours = MLPRegressor("squared_error", **settings).fit(X, REAL, WEIGHT)
    np.testing.assert_allclose(own.predict(X), ours.predict(X))


# -- gradients --------------------------------------------------------------------------------


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize(
    ("make", "y"),
    [(regressor, REAL), (regressor, TWO_REAL), (classifier, BINARY), (classifier, LABELS)],
)
def test_gradients_of_own_parts(make, y, members):
    net = make(n_members=members, alpha=0.1)
    assert check_gradients(net, X, y) < 1e-6
    assert check_gradients(net, X, y, WEIGHT) < 1e-6
    assert check_gradients(net, sp.csr_array(X), y, WEIGHT) < 1e-6


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("y", [BINARY, THREE, LABELS, sp.csr_array(LABELS), TWO_LABELS])
def test_gradients_with_noise_and_norms(y, members):
    layers = [Dropout(0.2), PReLU(), Dense(5, Sine()), BatchNorm(), GaussianNoise(0.1), PReLU()]
    net = MLPClassifier(layers=layers, n_members=members, random_state=0)
    assert check_gradients(net, X, y, WEIGHT) < 1e-6


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize("y", [THREE, TWO_LABELS])
def test_an_own_loss_of_one_of_many(y, members):
    net = MLPClassifier((5,), "tanh", loss=Brier(), n_members=members, max_iter=3, random_state=0)
    assert check_gradients(net, X, y, WEIGHT) < 1e-6
    assert np.isfinite(np.hstack(net.fit(X, y).predict_proba(X))).all()


def test_gradients_at_large_inputs():
    net = MLPRegressor(layers=[BatchNorm(), Dense(4, "tanh")], random_state=0)
    assert check_gradients(net, 1e6 + 1e5 * X, REAL) < 1e-6


def spoiled(kind, method, spoil):
    """Return a subclass whose method is followed by `spoil`."""

    def wrong(self, *args):
        value = getattr(kind, method)(self, *args)
        spoil(*args)
        return value

    return type("Wrong", (kind,), {method: wrong})


def scaled(index, key=None):
    def spoil(*args):
        array = args[index] if key is None else args[index][key]
        if array is not None:
            array *= 1.001

    return spoil


@pytest.mark.parametrize("members", [1, 2])
@pytest.mark.parametrize(
    ("net", "blamed"),
    [
        (
            {"layers": [Dense(4), Dense(5, spoiled(Tanh, "backward", scaled(2))()), Dense(3)]},
            r"derivative of the activation Wrong\(\) of layer 'hidden1'",
        ),
        (
            {"loss": spoiled(PowerError, "value_and_grad", scaled(3))()},
            r"derivative of the loss Wrong\(\)",
        ),
        (
            {"layers": [Dense(4), Dense(5), spoiled(PReLU, "backward", scaled(5))(), Dense(3)]},
            r"gradient dx of layer 'prelu0' \(Wrong\)",
        ),
        (
            {"layers": [Dense(4, "tanh"), spoiled(PReLU, "backward", scaled(1, "slope"))()]},
            r'gradient g\["slope"\] of layer \'prelu0\' \(Wrong\)',
        ),
        (
            {"layers": [spoiled(PReLU, "backward", scaled(5))(), Dense(4)]},
            r"gradient dx of layer 'prelu0' \(Wrong\)",
        ),
    ],
    ids=["activation", "loss", "dx", "parameter", "first dx"],
)
def test_a_wrong_gradient_is_blamed_on_its_part(net, blamed, members):
    net = MLPRegressor(**net, n_members=members, random_state=0)
    with pytest.raises(AssertionError, match=blamed):
        check_gradients(net, X, REAL)


# -- mistakes ---------------------------------------------------------------------------------


def part(base, **body):
    return type("Mine", (base,), body)


def tanh(self, z, y):
    np.tanh(z, out=y)


def slope(self, z, y, dy, work):
    dy *= 1 - y * y


def square(self, raw, target, weight, out, scratch):
    np.subtract(raw, target, out=out)
    value = np.sum(weight * out**2) / 2
    out *= weight
    return value


def mean(self, target, weight, n_outputs):
    return np.average(target, axis=0, weights=weight)


def plan(self, in_shape):
    return Plan(in_shape)


def copied(self, p, x, y, ctx):
    np.copyto(y, x)


def passed(self, p, g, x, y, dy, dx, ctx):
    if dx is not None:
        np.copyto(dx, dy)


def changes_x(self, p, x, y, ctx):
    np.copyto(y, x)
    x += 1


@pytest.mark.parametrize(
    ("family", "body", "missing"),
    [
        (Activation, {"forward": tanh}, "backward"),
        (Loss, {"value_and_grad": square}, "constant_optimum"),
        (Layer, {"plan": plan, "forward": copied}, "backward"),
        (Schedule, {}, "factor"),
        (Initializer, {}, "draw"),
        (Optimizer, {"init": lambda self, theta: {}}, "update"),
    ],
)
def test_a_missing_method_is_named(family, body, missing):
    with pytest.raises(TypeError, match=f"abstract.*{missing}"):
        part(family, **body)()


def reads_late(self, z, y):
    np.exp(z, out=y)
    y *= z


def ignores_weight(self, raw, target, weight, out, scratch):
    return square(self, raw, target, 1.0, out, scratch)


def changes_raw(self, raw, target, weight, out, scratch):
    value = square(self, raw, target, weight, out, scratch)
    raw += 1
    return value


def rebinds(self, p, g, x, y, dy, dx, ctx):
    g["s"] = np.ones_like(p["s"])


def with_parameter(self, in_shape):
    return Plan(in_shape, {"s": Param(in_shape, Zeros())})


def descend(self, state, grad, theta, lr, step):
    grad *= lr


def moves_theta(self, state, grad, theta, lr, step):
    theta -= lr * grad


FAMILIES = {
    "activation": (Activation, {"forward": tanh, "backward": slope}),
    "loss": (Loss, {"value_and_grad": square, "constant_optimum": mean, "tasks": {"regression"}}),
    "layer": (Layer, {"name": None, "plan": plan, "forward": copied, "backward": passed}),
    "learning_rate": (Schedule, {"factor": lambda self, *args: 1.0}),
    "weight_init": (Initializer, {"draw": lambda self, rng, shape, *fans: np.zeros(shape)}),
    "solver": (Optimizer, {"init": lambda self, theta: {}, "update": descend}),
}
MISTAKES = [
    ("activation", "forward", lambda self, z, y: np.tanh(z), "forward must fill `y`"),
    ("activation", "forward", lambda self, z, y: None, "forward left `y` unfilled"),
    ("activation", "forward", reads_late, "set needs_input = True"),
    ("activation", "backward", lambda self, z, y, dy, work: dy * y, "backward must multiply `dy`"),
    ("activation", "backward", lambda self, z, y, dy, work: y.fill(0), "backward changed `y`"),
    ("activation", "forward", lambda self, z: None, "takes 2 positional arguments"),
    ("loss", "value_and_grad", lambda self, *args: None, "return one number"),
    ("loss", "value_and_grad", lambda self, raw, *rest: (1.0, raw), "return one number"),
    ("loss", "value_and_grad", lambda self, raw, *rest: raw**2, "return one number"),
    ("loss", "value_and_grad", lambda self, *args: 1.0, "left `out` unfilled"),
    ("loss", "value_and_grad", ignores_weight, "multiply loss and gradient by `weight`"),
    ("loss", "value_and_grad", changes_raw, "changed `raw`"),
    ("loss", "constant_optimum", lambda self, *args: None, "finite numbers of shape"),
    ("loss", "constant_optimum", lambda self, *args: np.zeros(7), r"of shape \(1,\)"),
    ("loss", "constant_optimum", lambda self, *args: np.array([np.inf]), "finite numbers"),
    ("loss", "tasks", frozenset(), 'add to it tasks = {"regression"}'),
    ("loss", "tasks", frozenset({"binary"}), "does not support a regression target"),
    ("layer", "plan", lambda self, in_shape: in_shape, "must return a Plan"),
    ("layer", "plan", lambda self, in_shape: Plan(in_shape[0]), "must be a tuple of ints"),
    ("layer", "plan", lambda self, in_shape: Plan(in_shape, {"s": 1}), "must be a Param"),
    ("layer", "plan", lambda self, s: Plan(s, {"s": Param(s, "zeros")}), "must be an object"),
    ("layer", "plan", lambda self, in_shape: Plan((2,)), "broadcast"),
    ("layer", "plan", with_parameter, r'left g\["s"\] unfilled'),
    ("layer", "forward", lambda self, p, x, y, ctx: 2 * x, "forward must fill `y`"),
    ("layer", "forward", lambda self, p, x, y, ctx: None, "forward left `y` unfilled"),
    ("layer", "forward", changes_x, "changed `x`"),
    ("layer", "backward", lambda self, *args: None, "left `dx` unfilled"),
    ("learning_rate", "factor", lambda self, *args: None, "must return a number >= 0"),
    ("learning_rate", "factor", lambda self, *args: -1.0, "must return a number >= 0"),
    ("learning_rate", "factor", lambda self, epoch: 1.0, "positional arguments"),
    ("weight_init", "draw", lambda self, *args: np.zeros(3), "must return an array of numbers"),
    ("weight_init", "draw", lambda self, *args: None, "must return an array of numbers"),
    ("weight_init", "draw", lambda self, r, s, *fans: np.full(s, np.nan), "not finite"),
    ("solver", "init", lambda self, theta: None, "must return a dict of arrays"),
    ("solver", "init", lambda self, theta: {"t": 0}, "must return a dict of arrays"),
    ("solver", "update", lambda self, s, grad, *rest: 2 * grad, "in place"),
    ("solver", "update", moves_theta, "changed `theta`"),
]


def net_with(name, value):
    if name == "layer":
        return MLPRegressor(layers=[Dense(4), value], max_iter=2, random_state=0)
    return MLPRegressor(hidden_layer_sizes=(4,), max_iter=2, random_state=0, **{name: value})


@pytest.mark.parametrize("name", FAMILIES)
def test_the_parts_that_mistakes_are_made_in_are_right(name):
    family, body = FAMILIES[name]
    net_with(name, part(family, **body)()).fit(X, REAL)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda case: f"{case[0]}: {case[3]}")
def test_a_mistake_is_named_before_training(mistake):
    name, attribute, wrong, words = mistake
    family, body = FAMILIES[name]
    net = net_with(name, part(family, **body | {attribute: wrong})())
    with pytest.raises((TypeError, ValueError), match=words) as raised:
        net.fit(X, REAL)
    notes = "".join(getattr(raised.value, "__notes__", ""))
    assert "Mine" in notes + str(raised.value) or "must be" in words
    assert not hasattr(net, "network_")


def test_a_gradient_in_a_new_array_is_named():
    kind = part(Layer, name=None, plan=with_parameter, forward=copied, backward=rebinds)
    with pytest.raises(ValueError, match=r'left g\["s"\] unfilled'):
        net_with("layer", kind()).fit(X, REAL)


def test_with_members_a_loss_returns_one_number_each():
    family, body = FAMILIES["loss"]
    net = MLPRegressor(part(family, **body)(), n_members=2)
    with pytest.raises(ValueError, match=r"an array of shape \(2,\), one number per member"):
        net.fit(X, REAL)


@pytest.mark.parametrize("tasks", ["regression", {"regresion"}])
def test_unknown_tasks_are_refused_in_the_class(tasks):
    with pytest.raises(TypeError, match="must be a set of some of"):
        part(Loss, tasks=tasks)


def test_a_link_that_gives_no_probabilities():
    kind = part(SigmoidLoss, pointwise=Robust.pointwise, q=0.5, link=lambda self, raw: raw)
    with pytest.raises(ValueError, match="probabilities by the logistic function"):
        MLPClassifier(loss=kind()).fit(X, BINARY)
    kind.has_probabilities = False
    net = MLPClassifier(loss=kind(), max_iter=2).fit(X, BINARY)
    assert not hasattr(net, "predict_proba") and net.predict(X).shape == (60,)


@pytest.mark.parametrize("name", ["activation", "loss", "learning_rate", "weight_init", "solver"])
def test_classes_and_functions_in_place_of_objects(name):
    family, body = FAMILIES[name]
    with pytest.raises(ValueError, match=r"Pass an instance, Mine\(...\)"):
        net_with(name, part(family, **body)).fit(X, REAL)
    for foreign in (np.tanh, object):
        with pytest.raises(TypeError, match=f"Derive a class from {family.__name__}"):
            net_with(name, foreign).fit(X, REAL)
    with pytest.raises(ValueError, match="classes derived from Layer"):
        net_with("layer", PReLU).fit(X, REAL)


def test_a_parameter_that_is_not_stored():
    def init(self, slope=0.1):
        self._slope = slope

    kind = part(Activation, __init__=init, forward=tanh, backward=slope)
    with pytest.raises(ValueError, match=r"self\.slope = slope"):
        MLPRegressor(activation=kind()).fit(X, REAL)


def test_our_own_parts_are_not_tried():
    assert not is_own(Tanh) and is_own(Sine)
