"""Recurrent layers agree with loops over single rows and steps, written from the formulas."""

import tracemalloc

import numpy as np
import pytest
from scipy.special import expit

from sknn.core.layers import GRU, LSTM, Defaults, Dense, Elman, FillSteps, Jordan
from sknn.core.network import Network
from sknn.exceptions import InvalidParameterError
from tests.checks.layers import MEMBERS, ROWS, Bench, Watched, check_gradient

STEPS, FEATURES, UNITS = 5, 2, 3
SHAPE = (STEPS, FEATURES)
CELLS = {
    "elman": lambda **options: Elman(UNITS, **options),
    "relu": lambda **options: Elman(UNITS, "relu", **options),
    "softplus": lambda **options: Elman(UNITS, "softplus", **options),
    "jordan": lambda **options: Jordan(UNITS, n_outputs=2, **options),
    "lstm": lambda **options: LSTM(UNITS, **options),
    "gru": lambda **options: GRU(UNITS, **options),
}
# Complete; a gap in the middle, at the end, at the front; a single step; no step at all.
MASK = np.array(
    [[1, 1, 1, 1, 1], [1, 1, 0, 0, 1], [1, 1, 1, 0, 0], [0, 0, 1, 1, 1], [0, 1, 0, 0, 0], [0] * 5],
    bool,
)
WAYS = [
    {"return_sequences": sequences, "reverse": reverse}
    for sequences in (False, True)
    for reverse in (False, True)
]

cells = pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
ways = pytest.mark.parametrize("way", WAYS, ids=str)
masks = pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "gaps"])


def elman(layer, p, x, state, factor):
    return (layer.activation(x @ p["W"] + (state[0] * factor) @ p["U"] + p["b"]),)


def jordan(layer, p, x, state, factor):
    h = layer.activation(x @ p["W"] + (state[0] * factor) @ p["U"] + p["b"])
    return (layer.activation(h @ p["V"] + p["c"]),)


def lstm(layer, p, x, state, factor):
    h, c = state
    o, i, f, g = np.split(x @ p["W"] + (h * factor) @ p["U"] + p["b"], 4)
    c = expit(f) * c + expit(i) * np.tanh(g)
    return expit(o) * np.tanh(c), c


def gru(layer, p, x, state, factor):
    inputs = np.split(x @ p["W"] + p["b"], 3)
    memory = np.split((state[0] * factor) @ p["U"], 3)
    r, u = (expit(inputs[k] + memory[k]) for k in (0, 1))
    n = np.tanh(inputs[2] + r * (memory[2] + p["c"]))
    return ((1 - u) * n + u * state[0],)


STEP = {Elman: elman, Jordan: jordan, LSTM: lstm, GRU: gru}


def start_of(layer, p):
    """Return a state of zeros."""
    width = len(p["U"])
    return (np.zeros(width),) * (2 if isinstance(layer, LSTM) else 1)


def states_of(layer, p, x, present, *, factor=1.0, start=None, constant=None):
    """Return the state before each step of one row, in reading order, and after the last.

    `constant` are states that a cut leaves as they are, whatever the parameters.
    """
    states = [start_of(layer, p) if start is None else start]
    order = range(len(x))[::-1] if layer.reverse else range(len(x))
    for count, t in enumerate(order):
        state, left = states[-1], len(x) - count
        if constant is not None and count and left % layer.tbptt == 0 and present[t]:
            state = constant[count]
        if present[t]:
            state = STEP[type(layer)](layer, p, x[t], state, factor)
        states.append(state)
    return states


def output_of(layer, states):
    """Return the output of the layer for the states of one row."""
    if not layer.return_sequences:
        return states[-1][0]
    outputs = np.array([state[0] for state in states[1:]])
    return outputs[::-1] if layer.reverse else outputs


def expected(bench, x=None, params=None, constants=None, factors=None):
    """Return the outputs of all rows, computed by loops."""
    x = bench.x if x is None else x
    p = bench.params if params is None else params
    mask = np.ones(x.shape[:2], bool) if bench.context.mask is None else bench.context.mask
    outputs = []
    for row in range(len(x)):
        constant = None if constants is None else constants[row]
        factor = 1.0 if factors is None else factors[row]
        states = states_of(bench.layer, p, x[row], mask[row], factor=factor, constant=constant)
        outputs.append(output_of(bench.layer, states))
    return np.array(outputs)


@cells
@ways
@masks
@pytest.mark.parametrize("train", [True, False])
def test_forward(cell, way, mask, train):
    bench = Bench(cell(**way), SHAPE, mask=mask, train=train)
    bench.forward()
    np.testing.assert_allclose(bench.y, expected(bench), rtol=1e-12, atol=1e-14)


@cells
@ways
@pytest.mark.parametrize("members", [0, MEMBERS])
def test_gradient_with_missing_steps(cell, way, members):
    check_gradient(cell(**way), SHAPE, mask=MASK, members=members)


@cells
def test_gradient_with_missing_steps_and_dropout(cell):
    check_gradient(cell(return_sequences=True, recurrent_dropout=0.4), SHAPE, mask=MASK)


@cells
@ways
def test_members_with_missing_steps(cell, way):
    joint = Bench(cell(**way), SHAPE, members=MEMBERS, mask=MASK)
    joint.forward()
    joint.backward()
    for member in range(MEMBERS):
        single = Bench(cell(**way), SHAPE, mask=MASK)
        single.theta[...] = joint.theta[member]
        single.forward(joint.x[member])
        single.backward(joint.dy[member], joint.x[member])
        for name in ("y", "grad", "dx"):
            actual, wanted = getattr(joint, name)[member], getattr(single, name)
            np.testing.assert_allclose(actual, wanted, rtol=1e-10, atol=1e-13, err_msg=name)


@cells
def test_missing_steps_make_no_arrays_and_keep_float32(cell):
    layer = cell(return_sequences=True, recurrent_dropout=0.4, tbptt=2)
    bench = Bench(layer, SHAPE, dtype=np.float32, array=Watched, mask=MASK)
    bench.forward()
    bench.backward()


@cells
@pytest.mark.parametrize("reverse", [False, True])
def test_row_with_gaps_is_the_row_alone(cell, reverse):
    bench = Bench(cell(reverse=reverse), SHAPE, mask=MASK)
    bench.forward()
    bench.backward()
    for row, present in enumerate(MASK[:-1]):
        alone = Bench(cell(reverse=reverse), (present.sum(), FEATURES), rows=1)
        alone.theta[...] = bench.theta
        alone.forward(bench.x[row : row + 1, present])
        alone.backward(bench.dy[row : row + 1], bench.x[row : row + 1, present])
        np.testing.assert_allclose(alone.y[0], bench.y[row], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(alone.dx[0], bench.dx[row, present], rtol=1e-12, atol=1e-14)
    assert not bench.dx[~MASK].any()
    assert not bench.y[-1].any()


# -- truncation ---------------------------------------------------------------------------


def slope(f, base, step):
    """Return the derivative of f along a direction."""
    return (f(base + 1e-6 * step) - f(base - 1e-6 * step)) / 2e-6


@cells
@ways
@masks
@pytest.mark.parametrize("tbptt", [1, 2, 4])
def test_truncated_gradient(cell, way, mask, tbptt):
    """The states at the cuts are held fixed while everything else varies."""
    bench = Bench(cell(**way, tbptt=tbptt), SHAPE, mask=mask)
    bench.forward()
    bench.backward()
    there = np.ones((ROWS, STEPS), bool) if mask is None else mask
    theta, p, x = bench.theta.copy(), bench.params, bench.x
    constants = [states_of(bench.layer, p, x[row], there[row]) for row in range(ROWS)]

    def loss(theta, x):
        outputs = expected(bench, x, bench.layout.views(theta)[0], constants)
        return float(np.sum(bench.dy * outputs))

    rng = np.random.default_rng(5)
    for base, gradient, f in (
        (theta, bench.grad, lambda moved: loss(moved, x)),
        (x, bench.dx, lambda moved: loss(theta, moved)),
    ):
        step = rng.standard_normal(base.shape)
        wanted = slope(f, base, step)
        assert np.sum(gradient * step) == pytest.approx(wanted, rel=1e-6, abs=1e-7)


@cells
@masks
@pytest.mark.parametrize("sequences", [False, True])
def test_truncation_beyond_the_sequence_changes_nothing(cell, mask, sequences):
    benches = [
        Bench(cell(return_sequences=sequences, tbptt=tbptt), SHAPE, mask=mask)
        for tbptt in (None, STEPS, STEPS + 1)
    ]
    for bench in benches:
        bench.forward()
        bench.backward()
    for bench in benches[1:]:
        np.testing.assert_array_equal(bench.grad, benches[0].grad)
        np.testing.assert_array_equal(bench.dx, benches[0].dx)


@cells
def test_truncation_leaves_short_rows_their_gradient(cell):
    mask = np.arange(STEPS) < np.arange(1, ROWS)[:, None]
    mask = np.vstack([mask, mask[-1]])
    bench = Bench(cell(tbptt=1), SHAPE, mask=mask)
    bench.forward()
    bench.backward()
    moved = np.any(bench.dx != 0.0, axis=-1)
    last = mask & ~np.hstack([mask[:, 1:], np.zeros((ROWS, 1), bool)])
    assert not moved[~last].any()
    assert moved[last].mean() > 0.7  # relu units may be inactive


# -- state --------------------------------------------------------------------------------


@cells
@masks
def test_two_halves_are_the_whole(cell, mask):
    whole = Bench(cell(return_sequences=True), (2 * STEPS, FEATURES))
    options = {"stateful": True, "n_series": ROWS, "return_sequences": True}
    part = Bench(cell(**options), SHAPE, mask=mask)
    if mask is not None:
        whole.context.mask = np.hstack([mask, mask])
    part.theta[: whole.layout.size] = whole.theta
    part.params["state"][...] = 0.0
    whole.forward()
    for half in (slice(STEPS), slice(STEPS, None)):
        part.forward(whole.x[:, half])
        np.testing.assert_allclose(part.y, whole.y[:, half], rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(part.params["state"][:, : part.y.shape[-1]], part.y[:, -1])


@cells
@pytest.mark.parametrize("frozen", [False, True])
def test_training_carries_the_state_and_prediction_does_not(cell, frozen):
    layer = cell(stateful=True, n_series=ROWS)
    training = Bench(layer, SHAPE, frozen=frozen)
    before = training.tracked()
    training.forward()
    after = training.tracked()
    assert np.any(after != before)
    training.backward()
    np.testing.assert_array_equal(training.tracked(), after)
    prediction = Bench(layer, SHAPE, train=False)
    prediction.theta[...] = training.theta
    prediction.forward()
    first = prediction.y.copy()
    prediction.forward()
    np.testing.assert_array_equal(prediction.y, first)
    np.testing.assert_array_equal(prediction.tracked(), after)
    start = np.split(after.reshape(ROWS, -1)[1], len(start_of(prediction.layer, prediction.params)))
    states = states_of(
        prediction.layer, prediction.params, prediction.x[1], np.ones(STEPS, bool), start=start
    )
    np.testing.assert_allclose(first[1], states[-1][0], rtol=1e-12, atol=1e-14)


def test_prediction_of_another_number_of_rows_starts_from_zero():
    bench = Bench(LSTM(UNITS, stateful=True, n_series=ROWS + 1), SHAPE, train=False)
    bench.forward()
    np.testing.assert_allclose(bench.y, expected(bench), rtol=1e-12, atol=1e-14)


def test_training_with_another_number_of_rows():
    bench = Bench(GRU(UNITS, stateful=True, n_series=ROWS + 1), SHAPE)
    with pytest.raises(ValueError, match=r"n_series=7 series; a batch of 6 rows"):
        bench.forward()


# -- dropout ------------------------------------------------------------------------------


@cells
@masks
def test_recurrent_dropout_drops_the_same_units_at_every_step(cell, mask):
    bench = Bench(cell(recurrent_dropout=0.5, return_sequences=True), SHAPE, mask=mask)
    bench.forward()
    width = bench.y.shape[-1]
    factors = bench.context.scratch["factor"].reshape(width, ROWS).T
    assert set(np.unique(factors)) == {0.0, 2.0}
    wanted = expected(bench, factors=factors)
    np.testing.assert_allclose(bench.y, wanted, rtol=1e-12, atol=1e-14)


def test_recurrent_dropout_without_strength_is_none():
    bench = Bench(GRU(UNITS, recurrent_dropout=0.5), SHAPE)
    assert bench.layer.fades
    bench.context.strength = 0.0
    bench.forward()
    np.testing.assert_allclose(bench.y, expected(bench), rtol=1e-12, atol=1e-14)


# -- the recipe ---------------------------------------------------------------------------


def initial(layer, shape=(4, 5)):
    """Return drawn parameters by name."""
    plan = layer.bind(Defaults()).plan(shape)
    rng = np.random.default_rng(0)
    return {name: param.draw(rng) for name, param in plan.params.items()}


@pytest.mark.parametrize(("layer", "gates"), [(Elman(6), 1), (LSTM(6), 4), (GRU(6), 3)], ids=str)
def test_initial_values_gate_by_gate(layer, gates):
    p = initial(layer)
    for block in np.split(p["U"], gates, axis=1):
        np.testing.assert_allclose(block.T @ block, np.eye(6), atol=1e-12)
    bound = np.sqrt(6 / (5 + 6))
    assert 0.8 * bound < np.abs(p["W"]).max() <= bound
    blocks = np.array(np.split(p["b"], gates))
    np.testing.assert_array_equal(blocks[:, 0], [0, 0, 1, 0] if gates == 4 else np.zeros(gates))
    assert not initial(LSTM(6, bias_init="zeros"))["b"].any()


def test_units_and_outputs_of_jordan():
    p = initial(Jordan(6, n_outputs=2))
    shapes = {"W": (5, 6), "U": (2, 6), "b": (6,), "V": (6, 2), "c": (2,)}
    assert {name: array.shape for name, array in p.items()} == shapes
    assert initial(Jordan(6))["V"].shape == (6, 6)


def test_threads_are_chosen_by_the_product_of_one_step():
    work = [LSTM(6).bind(Defaults()).plan((steps, 5)).multiply_adds for steps in (4, 400)]
    assert work == [4 * 6 * (5 + 1 + 6)] * 2


@pytest.mark.parametrize(
    ("layer", "message"),
    [
        (LSTM(0), "units"),
        (GRU(3, recurrent_dropout=1.0), "recurrent_dropout"),
        (Elman(3, tbptt=0), "tbptt"),
        (Jordan(3, n_outputs=0), "n_outputs"),
        (Elman(3, "no such"), "activation"),
        (LSTM(3, recurrent_init="no such"), "recurrent_init"),
        (LSTM(3, stateful=True, n_series=3, reverse=True), "stateful and reverse"),
        (GRU(3, stateful=True), "n_series"),
        (GRU(3, n_series=3), "stateful=True"),
    ],
    ids=str,
)
def test_bad_parameters(layer, message):
    with pytest.raises(InvalidParameterError, match=message):
        layer.bind(Defaults())


@cells
@pytest.mark.parametrize("shape", [(5,), (4, 3, 2)], ids=str)
def test_rows_that_are_not_sequences(cell, shape):
    with pytest.raises(ValueError, match=r"\(steps, features\)"):
        cell().bind(Defaults()).plan(shape)


def test_steps_changed_by_a_layer_before():
    bench = Bench(LSTM(UNITS), SHAPE, mask=np.ones((ROWS, 2 * STEPS), bool))
    with pytest.raises(ValueError, match="10 steps .* is given 5: an earlier layer"):
        bench.forward()


def built(*layers, shape, dtype=np.float64):
    """Return a network of these layers with initial weights."""
    bound = [layer.bind(Defaults()) for layer in layers]
    network = Network(bound, [f"layer{i}" for i in range(len(layers))], shape, dtype)
    network.initialize(np.random.default_rng(0))
    return network


def test_stacked_layers_see_rows_as_if_alone():
    layers = FillSteps(), GRU(4, return_sequences=True), LSTM(3, reverse=True), Dense(2, "identity")
    network = built(*layers, shape=SHAPE)
    x = np.random.default_rng(1).standard_normal((ROWS, *SHAPE))
    together = network.predict(np.where(MASK[..., None], x, np.nan))
    for row, present in enumerate(MASK[:-1]):
        single = built(*layers, shape=(present.sum(), FEATURES))
        alone = single.predict(x[row : row + 1, present])
        np.testing.assert_allclose(together[row], alone[0], rtol=1e-12)


def test_prediction_works_in_chunks():
    network = built(LSTM(16), Dense(1, "identity"), shape=(100, 1), dtype=np.float32)
    x = np.zeros((2000, 100, 1), np.float32)
    tracemalloc.start()
    try:
        network.predict(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    states = 4 * 2000 * 100 * 16
    assert peak < 0.4 * states
