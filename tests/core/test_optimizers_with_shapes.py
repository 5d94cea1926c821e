"""With the layout, an optimizer can treat matrices in a special way."""

import copy
import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn import GAN, CNNRegressor, MLPClassifier, MLPRegressor
from sknn.core.initializers import Zeros
from sknn.core.layout import Layout, Param, Plan, Role
from sknn.exceptions import InvalidParameterError
from sknn.optimizers import Optimizer
from tests.cases.optimizers import ROWS

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
rng = np.random.default_rng(0)
X = rng.standard_normal((60, 5))
y = (X[:, 0] * X[:, 1] > 0).astype(int)


each_row = pytest.mark.parametrize("row", ROWS, ids=str)


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


@pytest.fixture(scope="module")
def layout():
    """Three layers, a normalization, and a matrix that is not trained."""
    net = MLPRegressor(hidden_layer_sizes=(6, 4), normalization="layer").initialize(X, X[:, 0])
    memory = Plan((1,), {"state": Param((2, 3), Zeros(), Role.TRACKED)})
    return Layout([*net.network_.plans, memory])


@each_row
def test_a_bound_optimizer_keeps_what_the_family_promises(row, layout):
    spec = copy.deepcopy(row.spec)
    told = pickle.dumps(vars(spec))
    bound = spec.bind(layout)
    theta = drawn(layout.n_trainable)
    state, before = bound.init(theta), theta.copy()
    assert pickle.dumps(vars(spec)) == told, "bind changes self: change copy.copy(self) instead"
    assert state.keys() == row.state, f"declare the state of {row} in tests/cases/optimizers.py"
    for step in (1, 2, 3):
        grad = drawn(*theta.shape, seed=step)
        buffer = grad
        assert bound.update(state, grad, theta, 0.01, step) is None
        assert grad is buffer and grad.dtype == theta.dtype and np.isfinite(grad).all()
        assert_array_equal(theta, before)
    for array in state.values():
        assert array.dtype == theta.dtype and array.shape == theta.shape


@each_row
def test_bound_members_train_as_if_alone(row, layout):
    bound = row.spec.bind(layout)
    theta = drawn(3, layout.size)[:, : layout.n_trainable]
    states = [bound.init(theta), *(bound.init(each) for each in theta)]
    for step in (1, 2):
        grad = drawn(*theta.shape, seed=step)
        alone = grad.copy()
        bound.update(states[0], grad, theta, 0.01, step)
        for member, state in enumerate(states[1:]):
            bound.update(state, alone[member], theta[member], 0.01, step)
        # Products of matrices may differ in the last bits, alone and in a stack.
        assert_allclose(grad, alone, rtol=1e-4, atol=1e-6)


@each_row
def test_a_bound_optimizer_goes_downhill(row, layout):
    """Gradients of half the squared distance from a point, with a rate that falls to 0."""
    bound, theta = row.spec.bind(layout), drawn(layout.n_trainable).astype(float)
    goal, state, steps = drawn(layout.n_trainable, seed=1), bound.init(theta), 400
    start = np.linalg.norm(theta - goal)
    for step in range(1, steps + 1):
        grad = theta - goal
        bound.update(state, grad, theta, row.parabola * (1.0 - step / steps), step)
        theta -= grad
    assert np.linalg.norm(theta - goal) < 0.1 * start


class RowByRow(Optimizer):
    """Momentum; all steps of rows of a matrix have one length, those of the rest their own."""

    matrices = ()

    def __init__(self, momentum=0.9):
        self.momentum = momentum

    def bind(self, layout):
        bound = copy.copy(self)
        trained = [slot for slot in layout.slots if slot.stop <= layout.n_trainable]
        found = [slot for slot in trained if len(slot.param.shape) > 1]
        bound.matrices = [(slice(s.start, s.stop), s.param.shape) for s in found]
        return bound

    def init(self, theta):
        return {"m": np.zeros_like(theta)}

    def update(self, state, grad, theta, lr, step):
        m = state["m"]
        m *= self.momentum
        m += grad
        grad[...] = m
        for place, shape in self.matrices:
            rows = grad[..., place].reshape(*grad.shape[:-1], *shape)
            length = np.linalg.norm(rows, axis=-1, keepdims=True)
            rows /= np.maximum(length, 1e-12)
        grad *= lr


def net(kind=MLPClassifier, **settings):
    own = {"hidden_layer_sizes": (6, 4), "max_iter": 5, "random_state": 0, "batch_size": 20}
    own |= {"learning_rate_init": 0.01, "n_iter_no_change": 50} | settings
    return kind(**{"solver": RowByRow()} | own)


def weights(model):
    return model.network_.theta


def test_rows_move_by_the_rate():
    model = net(max_iter=1, batch_size=60)
    before = copy.deepcopy(model).initialize(X, y)
    model.fit(X, y)
    for old, new in zip(before.coefs_, model.coefs_, strict=True):
        assert_allclose(np.linalg.norm(new - old, axis=1), 0.01, rtol=1e-4)


def test_the_users_optimizer_is_left_as_it_was():
    solver = RowByRow()
    net(solver=solver).fit(X, y)
    assert vars(solver) == {"momentum": 0.9}


def test_training_continues_where_it_stood():
    whole, part = net(), net()
    for epoch in range(4):
        whole.partial_fit(X, y, classes=[0, 1])
        part = pickle.loads(pickle.dumps(part)).partial_fit(X, y, classes=[0, 1])
        assert part.run_.optimizer_step == 3 * (epoch + 1)
    assert_array_equal(weights(part), weights(whole))


def test_members_train_as_if_alone():
    together = net(n_members=3).initialize(X, y)
    layout = together.network_.layout
    optimizer, theta = RowByRow().bind(layout), together.network_.trainable.copy()
    grad = np.random.default_rng(1).standard_normal(theta.shape).astype(theta.dtype)
    alone = grad.copy()
    optimizer.update(optimizer.init(theta), grad, theta, 0.1, 1)
    for member in range(3):
        one = theta[member].copy()
        optimizer.update(optimizer.init(one), alone[member], one, 0.1, 1)
    assert_array_equal(grad, alone)


def test_new_classes_bring_their_layout():
    model = net().partial_fit(X, y, classes=[0, 1])
    model.partial_fit(X, y + (X[:, 2] > 1), classes=[0, 1, 2])
    assert len(model.classes_) == 3 and model.run_.optimizer_step > 3
    state = model.run_.optimizer_state["m"]
    assert state.shape == model.network_.trainable.shape


@pytest.mark.parametrize("kind", [MLPRegressor, CNNRegressor])
def test_other_families(kind):
    rows = rng.standard_normal((30, 6, 6)) if kind is CNNRegressor else X[:30]
    settings = {"input_shape": (6, 6, 1)} if kind is CNNRegressor else {}
    rows = rows.reshape(30, -1)
    model = net(kind, **settings).fit(rows, rows[:, 0])
    assert np.isfinite(model.predict(rows)).all()


def test_both_players_have_their_own_layouts():
    gan = GAN(
        generator_layer_sizes=(5,),
        discriminator_layer_sizes=(4,),
        solver=RowByRow(),
        max_iter=2,
        random_state=0,
    )
    assert np.isfinite(gan.fit(X).sample(3)).all()


def test_bind_must_return_an_optimizer():
    class Forgetful(RowByRow):
        def bind(self, layout):
            super().bind(layout)

    with pytest.raises(InvalidParameterError, match=r"Forgetful\.bind must return an optimizer"):
        net(solver=Forgetful()).fit(X, y)


def test_what_is_not_trained_is_passed_over():
    class Greedy(RowByRow):
        def bind(self, layout):
            bound = super().bind(layout)
            bound.matrices = [(slice(s.start, s.stop), s.param.shape) for s in layout.slots]
            return bound

    with pytest.raises(ValueError, match="reshape") as caught:
        net(solver=Greedy()).fit(X, y)
    assert "Greedy" in caught.value.__notes__[0]


def test_init_and_update_are_enough():
    class Plain(Optimizer):
        def init(self, theta):
            return {}

        def update(self, state, grad, theta, lr, step):
            grad *= lr

    assert net(solver=Plain()).fit(X, y).score(X, y) > 0.4
