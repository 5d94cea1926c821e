"""Convolutions and pooling agree with their definitions, written as loops."""

import itertools
import tracemalloc

import numpy as np
import pytest
from scipy.signal import correlate

import sknn.core.layers.windows
from sknn.core.initializers import HeNormal
from sknn.core.layers.base import Context, Defaults
from sknn.core.layers.convolution import Conv1D, Conv2D
from sknn.core.layers.filtering import correlation
from sknn.core.layers.global_pooling import GlobalAveragePool, GlobalMaxPool
from sknn.core.layers.pooling import AveragePool, MaxPool
from sknn.core.layers.transposed import ConvTranspose1D, ConvTranspose2D
from sknn.core.layers.windows import Axis
from sknn.core.losses.regression import SquaredError
from sknn.core.network import Network
from sknn.core.workspace import Workspace
from sknn.exceptions import InvalidParameterError
from tests.cases.layers import CASES
from tests.checks.layers import Bench, check_gradient

CONVOLUTIONS = [(layer, shape) for layer, shape in CASES if isinstance(layer, (Conv1D, Conv2D))]
TRANSPOSED = [
    (layer, shape)
    for layer, shape in CASES
    if isinstance(layer, (ConvTranspose1D, ConvTranspose2D))
]
MAXIMA = [(layer, shape) for layer, shape in CASES if isinstance(layer, MaxPool)]
MEANS = [(layer, shape) for layer, shape in CASES if isinstance(layer, AveragePool)]


def pair(value, n_axes):
    return tuple(value) if isinstance(value, tuple) else (value,) * n_axes


def window_places(n, size, stride, dilation, padding):
    """Return, for each window of an axis, the positions of its entries, also those outside."""
    reach = (size - 1) * dilation + 1
    if padding == "same":
        count = (n + stride - 1) // stride
        before = max((count - 1) * stride + reach - n, 0) // 2
    else:
        count, before = len(range(0, n - reach + 1, stride)), 0
    return [[o * stride + j * dilation - before for j in range(size)] for o in range(count)]


def grid_of_windows(shape, sizes, strides, dilations, padding):
    """Yield an output place and, for each entry of its window, the entry and its place."""
    axes = [
        window_places(*axis, padding) for axis in zip(shape, sizes, strides, dilations, strict=True)
    ]
    for out in itertools.product(*(range(len(places)) for places in axes)):
        chosen = [places[o] for places, o in zip(axes, out, strict=True)]
        entries = []
        for entry in itertools.product(*(range(len(places)) for places in chosen)):
            place = tuple(places[j] for places, j in zip(chosen, entry, strict=True))
            if all(0 <= p < n for p, n in zip(place, shape, strict=True)):
                entries.append((entry, place))
        yield out, entries


def windows_of(layer, shape):
    n_axes = len(shape)
    dilation = getattr(layer, "dilation", 1)
    values = (layer.kernel_size, layer.strides, dilation)
    return grid_of_windows(shape, *(pair(value, n_axes) for value in values), layer.padding)


def slow_convolution(layer, x, W, out_shape):
    z = np.zeros((len(x), *out_shape))
    for out, entries in windows_of(layer, x.shape[1:-1]):
        for entry, place in entries:
            z[(slice(None), *out)] += x[(slice(None), *place)] @ W[entry]
    return z


def slow_transpose(layer, x, W, out_shape):
    z = np.zeros((len(x), *out_shape))
    for out, entries in windows_of(layer, out_shape[:-1]):
        for entry, place in entries:
            z[(slice(None), *place)] += x[(slice(None), *out)] @ W[entry].T
    return z


def slow_pool(layer, x, reduce, out_shape):
    y = np.zeros((len(x), *out_shape))
    shape = x.shape[1:-1]
    sizes = pair(layer.pool_size, len(shape))
    strides = sizes if layer.strides is None else pair(layer.strides, len(shape))
    cut = [min(size, n) for size, n in zip(sizes, shape, strict=True)]
    dilations = (1,) * len(shape)
    for out, entries in grid_of_windows(shape, cut, strides, dilations, layer.padding):
        values = np.stack([x[(slice(None), *place)] for _, place in entries])
        y[(slice(None), *out)] = reduce(values, axis=0)
    return y


def by_definition(layer, shape, slow):
    """Return the output of a layer and that of the loops, both before the activation."""
    bench = Bench(layer.__class__(**{**layer.get_params(), "activation": "identity"}), shape)
    bench.forward()
    b = bench.params.get("b", 0.0)
    return bench.y, slow(layer, bench.x, bench.params["W"], bench.plan.out_shape) + b


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS, ids=repr)
def test_convolution_is_what_its_definition_says(layer, shape):
    actual, expected = by_definition(layer, shape, slow_convolution)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("layer", "shape"), TRANSPOSED, ids=repr)
def test_transpose_is_what_its_definition_says(layer, shape):
    actual, expected = by_definition(layer, shape, slow_transpose)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("layer", "shape"), MAXIMA, ids=repr)
def test_max_pooling_is_what_its_definition_says(layer, shape):
    bench = Bench(layer, shape)
    bench.forward()
    expected = slow_pool(layer, bench.x, np.max, bench.plan.out_shape)
    np.testing.assert_array_equal(bench.y, expected)


@pytest.mark.parametrize(("layer", "shape"), MEANS, ids=repr)
def test_average_pooling_is_what_its_definition_says(layer, shape):
    bench = Bench(layer, shape)
    bench.forward()
    expected = slow_pool(layer, bench.x, np.mean, bench.plan.out_shape)
    np.testing.assert_allclose(bench.y, expected, rtol=1e-12, atol=1e-12)


def test_convolution_agrees_with_scipy():
    bench = Bench(Conv2D(1, (3, 4), "identity", padding="valid", use_bias=False), (9, 8, 2))
    bench.forward()
    for image, out in zip(bench.x, bench.y, strict=True):
        expected = correlate(image, bench.params["W"][..., 0], mode="valid")[..., 0]
        np.testing.assert_allclose(out[..., 0], expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2, 3, (2, 1)])
@pytest.mark.parametrize("kernel", [1, 2, 3, (4, 3)])
def test_transpose_is_the_adjoint(kernel, strides, padding):
    settings = {"strides": strides, "padding": padding, "use_bias": False}
    up = Bench(ConvTranspose2D(3, kernel, "identity", **settings), (3, 2, 4))
    down = Bench(Conv2D(4, kernel, "identity", **settings), up.plan.out_shape)
    assert down.plan.out_shape == (3, 2, 4)
    down.params["W"][...] = up.params["W"]
    up.forward()
    down.forward()
    assert np.vdot(down.y, up.x) == pytest.approx(np.vdot(down.x, up.y), rel=1e-12)


@pytest.mark.parametrize(("layer", "shape"), CONVOLUTIONS + TRANSPOSED, ids=repr)
@pytest.mark.parametrize("slab", [1, 40, 150])
def test_slabs_make_no_difference(layer, shape, slab, monkeypatch):
    """One window, a few windows, or a few lines at a time add up to the same."""
    benches = []
    for size in (sknn.core.layers.windows.SLAB, slab):
        monkeypatch.setattr(sknn.core.layers.windows, "SLAB", size)
        correlation.cache_clear()
        bench = Bench(layer, shape)
        bench.forward()
        bench.backward()
        benches.append(bench)
    correlation.cache_clear()
    assert benches[1].context.scratch["windows"].size < benches[0].context.scratch["windows"].size
    for name in ("y", "grad", "dx"):
        whole, pieces = (getattr(bench, name) for bench in benches)
        np.testing.assert_allclose(pieces, whole, rtol=1e-11, atol=1e-12, err_msg=name)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(Conv2D(8, 3, "relu"), (256, 256, 8)), (Conv1D(8, 9, "relu"), (1 << 16, 8))],
    ids=repr,
)
def test_memory_for_a_large_row(layer, shape):
    """The windows of the whole row would take 9 times its memory, 19 MB."""
    layer = layer.bind(Defaults())
    plan = layer.plan(shape)
    rng = np.random.default_rng(0)
    p = {"W": np.zeros(plan.params["W"].shape, np.float32), "b": np.zeros(8, np.float32)}
    x = rng.standard_normal((1, *shape), dtype=np.float32)
    y, dy, dx = np.empty_like(x), np.ones_like(x), np.empty_like(x)
    tracemalloc.start()
    try:
        scratch = {}
        for name, need in plan.scratch.items():
            rows = (1,) if need.per_row else ()
            fill = 0.0 if need.fill is None else need.fill
            scratch[name] = np.full((*rows, *need.shape), fill, need.dtype or np.float32)
        held, _ = tracemalloc.get_traced_memory()
        context = Context(scratch, True)
        layer.forward(p, x, y, context)
        layer.backward(p, {key: np.empty_like(p[key]) for key in p}, x, y, dy, dx, context)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert scratch["windows"].nbytes <= 4 * sknn.core.layers.windows.SLAB
    # Windows, two images with their borders, which values were positive, and small arrays.
    assert held < 2.5 * x.nbytes + scratch["windows"].nbytes + 1e5
    assert peak < held + 1e5


@pytest.mark.parametrize("shape", [(5, 6, 1), (5, 6, 3)], ids=str)
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_rows_in_any_order_in_memory(shape, padding):
    bench = Bench(Conv2D(3, 3, "tanh", padding=padding), shape)
    bench.forward()
    bench.backward()
    y, grad = bench.y.copy(), bench.grad.copy()
    x = np.asfortranarray(bench.x)
    bench.forward(x)
    bench.backward(x=x)
    np.testing.assert_allclose(bench.y, y, rtol=1e-12)
    np.testing.assert_allclose(bench.grad, grad, rtol=1e-12)


@pytest.mark.parametrize("channels", [1, 3])
def test_rows_of_another_dtype(channels):
    bench = Bench(Conv2D(3, 3, "tanh", padding="valid"), (5, 6, channels))
    bench.x[...] = np.rint(bench.x)
    bench.forward()
    y = bench.y.copy()
    bench.forward(bench.x.astype(np.float32))
    np.testing.assert_array_equal(bench.y, y)


def test_shapes_of_parameters_and_their_fans():
    weights = Bench(Conv2D(8, (2, 3)), (5, 6, 4)).plan.params["W"]
    assert (weights.shape, weights.fan_in, weights.fan_out) == ((2, 3, 4, 8), 24, 48)
    assert Bench(Conv1D(8, 5), (9, 4)).plan.params["W"].shape == (5, 4, 8)
    weights = Bench(ConvTranspose2D(8, 4, strides=2), (5, 6, 4)).plan.params["W"]
    assert (weights.shape, weights.fan_in) == ((4, 4, 8, 4), 16)


def test_work_is_the_number_of_multiply_adds():
    assert Bench(Conv2D(8, 3), (5, 6, 4)).plan.work == 5 * 6 * 9 * 4 * 8


def test_defaults_reach_the_layers():
    defaults = Defaults(activation="tanh", weight_init="he_normal")
    for layer in (Conv2D(4), ConvTranspose1D(4)):
        bound = layer.bind(defaults)
        assert bound.activation.alias == "tanh"
        assert isinstance(bound.weight_init, HeNormal)
        assert layer.activation is None


@pytest.mark.parametrize(
    "layer",
    [
        Conv2D(0),
        Conv2D(4, 0),
        Conv2D(4, (3, 3, 3)),
        Conv2D(4, (3, 0)),
        Conv2D(4, 2.5),
        Conv1D(4, (3, 3)),
        Conv2D(4, strides=0),
        Conv2D(4, dilation="2"),
        Conv2D(4, padding="full"),
        Conv2D(4, use_bias=1),
        ConvTranspose2D(4, strides=(1, 0)),
        MaxPool(0),
        MaxPool((2, 2, 2)),
        AveragePool(2, 0),
        AveragePool(padding="none"),
        Conv2D(4, 3, "no such"),
    ],
    ids=repr,
)
def test_bad_parameters(layer):
    with pytest.raises(InvalidParameterError):
        layer.bind(Defaults())


@pytest.mark.parametrize(
    ("layer", "shape", "words"),
    [
        (Conv2D(4), (784,), r"Conv2D needs rows of shape \(height, width, channels\).*\(784,\)"),
        (Conv1D(4), (28, 28, 1), r"Conv1D needs rows of shape \(steps, channels\)"),
        (ConvTranspose2D(4), (7, 3), "ConvTranspose2D needs rows"),
        (MaxPool(), (28,), "MaxPool needs rows"),
        (MaxPool((2, 2)), (28, 3), "must be an int for signals"),
        (AveragePool(2, (1, 2)), (28, 3), "must be an int for signals"),
        (GlobalMaxPool(), (28,), "GlobalMaxPool needs rows"),
        (Conv2D(4, 5, padding="valid"), (8, 4, 1), r"kernel_size.*\(5, 5\).*\(8, 4, 1\).*same"),
        (Conv1D(4, 3, dilation=4, padding="valid"), (8, 1), r"kernel_size.*\(9,\).*\(8, 1\)"),
    ],
    ids=repr,
)
def test_rows_that_do_not_fit(layer, shape, words):
    with pytest.raises(ValueError, match=words):
        layer.bind(Defaults()).plan(shape)


@pytest.mark.parametrize("n", range(1, 9))
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_pooling_never_empties_an_axis(n, padding):
    for size, strides in itertools.product((1, 2, 5, 9), (None, 1, 3, 12)):
        assert MaxPool(size, strides, padding).plan((n, 1)).out_shape[0] >= 1


@pytest.mark.parametrize(
    "layer",
    [MaxPool(2), MaxPool(3, 1, "same"), MaxPool(3, 2), MaxPool(3, 2, "same")],
    ids=repr,
)
def test_one_of_equal_maxima_gets_the_gradient(layer):
    bench = Bench(layer, (6, 7, 2))
    bench.x[...] = 1.0
    bench.forward()
    bench.backward(np.ones_like(bench.dy))
    assert bench.dx.sum() == bench.y.size
    np.testing.assert_array_equal(bench.dx, np.rint(bench.dx))


@pytest.mark.parametrize("shape", [(7, 3), (3, 4, 3)], ids=str)
def test_the_first_of_equal_maxima_gets_the_gradient_of_global_pooling(shape):
    bench = Bench(GlobalMaxPool(), shape)
    bench.x[...] = np.random.default_rng(0).integers(0, 2, bench.x.shape)
    bench.forward()
    bench.backward()
    places, gradient = (array.reshape(len(bench.x), -1, 3) for array in (bench.x, bench.dx))
    expected = np.zeros_like(gradient)
    first = np.argmax(places, axis=1)[:, None, :]
    np.put_along_axis(expected, first, bench.dy[:, None, :], axis=1)
    np.testing.assert_array_equal(gradient, expected)


MASK = np.array(
    [
        [True, True, True, True],
        [True, False, False, False],
        [False, False, False, False],
        [False, True, True, False],
        [False, False, True, True],
        [True, True, True, False],
    ]
)


@pytest.mark.parametrize(
    ("layer", "reduce"), [(GlobalMaxPool(), "max"), (GlobalAveragePool(), "mean")], ids=repr
)
def test_global_pooling_leaves_missing_steps_out(layer, reduce):
    bench = Bench(layer, (4, 3), mask=MASK)
    bench.x[~MASK] = 99.0
    bench.forward()
    bench.backward()
    for row, there, out in zip(bench.x, MASK, bench.y, strict=True):
        expected = getattr(np, reduce)(row[there], axis=0) if there.any() else np.zeros(3)
        np.testing.assert_allclose(out, expected, rtol=1e-12)
    np.testing.assert_array_equal(bench.dx[~MASK], 0.0)
    for members in (0, 3):
        check_gradient(layer, (4, 3), mask=MASK, members=members)


@pytest.mark.parametrize("layer", [GlobalMaxPool(), GlobalAveragePool()], ids=repr)
def test_global_pooling_heeds_no_mask_where_rows_are_images(layer):
    shape = (4, 2, 3)
    with_mask, without = Bench(layer, shape, mask=MASK), Bench(layer, shape)
    for bench in (with_mask, without):
        bench.forward()
        bench.backward()
    np.testing.assert_array_equal(with_mask.y, without.y)
    np.testing.assert_array_equal(with_mask.dx, without.dx)


@pytest.mark.parametrize("layer", [GlobalMaxPool(), GlobalAveragePool()], ids=repr)
def test_global_pooling_refuses_steps_it_cannot_follow(layer):
    """Counting missing steps as steps would make a row depend on the longest of its batch."""
    with pytest.raises(ValueError, match="is given 5"):
        Bench(layer, (5, 3), mask=MASK).forward()


@pytest.mark.parametrize("members", [1, 3])
def test_network_of_images(members):
    """Chunks of prediction, short batches, and training give the same scores."""
    layers = [Conv2D(3, 3, "tanh"), MaxPool(), ConvTranspose2D(2, 3, "silu", strides=2)]
    layers = [layer.bind(Defaults()) for layer in (*layers, GlobalAveragePool())]
    network = Network(layers, "abcd", (6, 5, 2), np.float64, members)
    network.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((600, 6, 5, 2))
    whole = network.predict(x)
    pieces = [network.predict(x[i : i + 70]) for i in range(0, 600, 70)]
    np.testing.assert_allclose(np.concatenate(pieces, axis=-2), whole, rtol=1e-12)
    workspace = Workspace(network, SquaredError(), 80)
    for rows in (80, 33, 80):
        frame = workspace.frame(rows)
        workspace.forward(x[:rows], frame, None)
        np.testing.assert_allclose(frame.raw, whole[..., :rows, :], rtol=1e-12)


def test_padding_follows_the_rule_of_keras():
    """The additional zero goes at the end."""
    even = Axis.padded(5, 2, 1, 1, "same")
    assert (even.count, even.before, even.extent) == (5, 0, 6)
    strided = Axis.padded(6, 3, 2, 1, "same")
    assert (strided.count, strided.before, strided.extent) == (3, 0, 7)
    dilated = Axis.padded(6, 3, 1, 2, "same")
    assert (dilated.count, dilated.before, dilated.extent) == (6, 2, 10)
