"""What every layer must do, checked on a single layer.

Each function takes an unbound layer and the shape of one input row.
"""

from __future__ import annotations

import pickle
from math import prod

import numpy as np
from sklearn.base import clone

from sknn.core.layers.base import Context, Defaults
from sknn.core.layout import Layout, Scratch
from tests.cases.layers import INPUTS, normal

ROWS = 6
MEMBERS = 3


class Bench:
    """One layer with the arrays that a network would pass to it.

    Every array lies at the front of a larger buffer, and everything that a kernel must not rely on
    is filled with `poison`.
    """

    def __init__(
        self,
        layer,
        in_shape,
        *,
        rows=ROWS,
        members=0,
        dtype=np.float64,
        train=True,
        frozen=False,
        weight=None,
        poison=np.nan,
        array=np.ndarray,
        mask=None,
    ):
        self.layer = layer.bind(Defaults())
        self.plan = self.layer.plan(in_shape)
        self.layout = Layout([self.plan])
        self.lead = (members,) if members else ()
        self.in_shape, self.rows, self.train, self.dtype = in_shape, rows, train, np.dtype(dtype)
        self.poison, self.array = poison, array
        rng = np.random.default_rng(0)
        start = np.zeros((*self.lead, self.layout.size))
        if self.layout.size:
            self.layout.draw(start, rng)
        start += rng.uniform(
            0.0, 0.5, start.shape
        )  # away from ones and zeros; variances stay positive
        self.theta = start.astype(dtype).view(array)
        self.grad = np.full((*self.lead, self.layout.n_trainable), poison, dtype).view(array)
        draw = INPUTS.get(type(layer), normal)
        self.x = draw(layer, rng, (*self.lead, rows, *in_shape)).astype(dtype).view(array)
        self.dy = rng.standard_normal((*self.lead, rows, *self.plan.out_shape)).astype(dtype)
        self.dx = self._cut(Scratch(in_shape))
        self.y = self._cut(Scratch(self.plan.out_shape))
        self.context = Context(self._scratch(), train, None, frozen)
        self.context.weight = weight
        self.context.mask = mask
        # What was passed to the network is not an input of the layer: no gradient flows to it.
        wide = np.random.default_rng(3).standard_normal((ROWS, 7)).astype(dtype)
        self.context.input = wide[:rows].view(array)
        self.seed = 1

    def _cut(self, need):
        lead = () if need.shared else self.lead
        shape = (*lead, self.rows, *need.shape) if need.per_row else (*lead, *need.shape)
        dtype = np.dtype(need.dtype or self.dtype)
        poison = self.poison if dtype.kind == "f" else True
        fill = poison if need.fill is None else need.fill
        return np.full(prod(shape) + 17, fill, dtype)[: prod(shape)].reshape(shape).view(self.array)

    def _scratch(self):
        needs = self.plan.scratch.items()
        return {n: self._cut(need) for n, need in needs if self.train or not need.training_only}

    @property
    def params(self):
        return self.layout.views(self.theta)[0]

    def tracked(self):
        return np.array(self.theta[..., self.layout.n_trainable :])

    def forward(self, x=None):
        """Run the layer; the noise is the same in every call."""
        if self.train:
            self.context.rng = None if self.seed is None else np.random.default_rng(self.seed)
        x = self.x if x is None else x
        return self.layer.forward(self.params, x, self.y, self.context)

    def backward(self, dy=None, x=None, want_dx=True):
        """Run the backward pass; the incoming gradient is kept for the next call."""
        dy = np.array(self.dy if dy is None else dy).view(self.array)
        x = self.x if x is None else x
        g = self.layout.views(self.grad)[0]
        dx = self.dx if want_dx else None
        self.layer.backward(self.params, g, x, self.y, dy, dx, self.context)

    def value(self, theta, x):
        """Return the number whose gradient `backward` computes for ``self.dy``."""
        self.theta[...] = theta
        added = self.forward(x)
        return float(np.sum(self.dy * self.y)) + (added or 0.0)


class Watched(np.ndarray):
    """A float32 array that fails if a kernel mixes precisions or allocates an array."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **kwargs):
        for operand in inputs:
            dtype = getattr(operand, "dtype", None)
            wide = dtype is not None and dtype.kind in "fc" and dtype != np.float32
            assert not wide, f"{ufunc.__name__} got {dtype}"
        inputs = [np.asarray(i) if isinstance(i, Watched) else i for i in inputs]
        if out is None:
            result = getattr(ufunc, method)(*inputs, **kwargs)
            assert np.ndim(result) == 0, f"{ufunc.__name__} allocated {np.shape(result)}"
            return result
        getattr(ufunc, method)(*inputs, out=tuple(np.asarray(o) for o in out), **kwargs)
        return out[0]


def check_shapes(layer, in_shape):
    """Output, parameter gradients, and input gradient have the planned shapes and are filled."""
    for members in (0, MEMBERS):
        bench = Bench(layer, in_shape, members=members)
        bench.forward()
        bench.backward()
        assert np.isfinite(bench.y).all()
        assert np.isfinite(bench.grad).all()
        assert np.isfinite(bench.dx).all()
        assert np.isfinite(bench.theta).all()


def check_gradient(layer, in_shape, tolerance=1e-7, **kwargs):
    """Gradients agree with central differences along random directions.

    The step is so short that no unit crosses a kink.
    """
    bench = Bench(layer, in_shape, **kwargs)
    theta, x, rng = bench.theta.copy(), bench.x, np.random.default_rng(2)
    bench.forward()
    bench.backward()
    for name, gradient in (("theta", bench.grad.copy()), ("x", bench.dx.copy())):
        step = rng.standard_normal(gradient.shape)
        expected = float(np.sum(gradient * step))
        step *= 1e-6
        if name == "x":
            values = [bench.value(theta, x + sign * step) for sign in (1.0, -1.0)]
        else:
            full = np.zeros_like(theta)
            full[..., : step.shape[-1]] = step
            values = [bench.value(theta + sign * full, x) for sign in (1.0, -1.0)]
        numeric = (values[0] - values[1]) / 2e-6
        scale = max(1.0, float(np.linalg.norm(gradient)))
        assert abs(numeric - expected) <= tolerance * scale, (name, numeric, expected)


def check_members(layer, in_shape):
    """One pass over a member axis equals a loop over the members."""
    joint = Bench(layer, in_shape, members=MEMBERS)
    theta = joint.theta.copy()
    joint.forward()
    joint.backward()
    rng = np.random.default_rng(joint.seed)
    for member in range(MEMBERS):
        single = Bench(layer, in_shape)
        single.theta[...] = theta[member]
        single.context.rng = rng  # the noise of a member follows that of the one before
        single.layer.forward(single.params, joint.x[member], single.y, single.context)
        single.backward(joint.dy[member], joint.x[member])
        for name in ("y", "grad", "dx", "theta"):
            actual, expected = getattr(joint, name)[member], getattr(single, name)
            np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12, err_msg=name)


def check_first_layer(layer, in_shape):
    """The first layer reads rows that all members share, and no input gradient is needed."""
    full = Bench(layer, in_shape, members=MEMBERS)
    full.x[...] = full.x[0]
    first = Bench(layer, in_shape, members=MEMBERS)
    full.forward()
    full.backward()
    first.forward(full.x[0])
    first.backward(x=full.x[0], want_dx=False)
    np.testing.assert_allclose(first.y, full.y, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(first.grad, full.grad, rtol=1e-12, atol=1e-14)


def check_float32(layer, in_shape):
    """Float32 stays float32 in every step, and no step allocates an array."""
    weight = np.ones((ROWS, 1), np.float32).view(Watched) if layer.uses_weight else None
    for members in (0, MEMBERS):
        for train in (True, False):
            options = {"dtype": np.float32, "members": members, "train": train}
            bench = Bench(layer, in_shape, weight=weight, array=Watched, **options)
            bench.forward()
            if train:
                bench.backward()


def check_scratch(layer, in_shape):
    """The previous contents of work arrays, output, and gradients do not matter."""
    clean = Bench(layer, in_shape, poison=0.0)
    poisoned = Bench(layer, in_shape, poison=np.nan)
    for bench in (clean, poisoned):
        bench.forward()
        bench.backward()
    for name in ("y", "grad", "dx", "theta"):
        np.testing.assert_array_equal(getattr(poisoned, name), getattr(clean, name), err_msg=name)


def check_short_batch(layer, in_shape):
    """The first rows of a batch do not depend on the others."""
    assert not layer.depends_on_rows
    whole, part = Bench(layer, in_shape, rows=ROWS), Bench(layer, in_shape, rows=ROWS - 2)
    part.theta[...] = whole.theta
    part.x[...] = whole.x[: ROWS - 2]
    for bench in (whole, part):
        bench.forward()
        bench.backward(whole.dy[: bench.rows])
    for name in ("y", "dx"):
        expected = getattr(whole, name)[: ROWS - 2]
        np.testing.assert_allclose(getattr(part, name), expected, rtol=1e-12, atol=1e-14)


def check_untouched(layer, in_shape):
    """Input, output, and trained parameters are only read."""
    bench = Bench(layer, in_shape)
    x, theta = bench.x.copy(), bench.theta.copy()
    bench.forward()
    y, after = bench.y.copy(), bench.theta.copy()
    bench.backward()
    n = bench.layout.n_trainable
    np.testing.assert_array_equal(bench.x, x)
    np.testing.assert_array_equal(bench.y, y)
    np.testing.assert_array_equal(bench.theta[:n], theta[:n])
    np.testing.assert_array_equal(bench.theta[n:], after[n:])


def check_recipe(layer, in_shape):
    """A layer can be pickled and cloned, and use leaves no trace in it."""
    before = repr(vars(layer))
    bench = Bench(layer, in_shape)
    bench.forward()
    bench.backward()
    assert repr(vars(layer)) == before
    assert repr(pickle.loads(pickle.dumps(layer))) == repr(layer)
    assert repr(clone(layer)) == repr(layer)
    assert clone(layer).set_params(name="other").name == "other"
    layer.check()


def check_prediction(layer, in_shape):
    """Prediction works without training arrays, draws nothing, and changes no statistics."""
    bench = Bench(layer, in_shape, train=False)
    theta = bench.theta.copy()
    bench.forward()
    first = bench.y.copy()
    bench.forward()
    assert np.isfinite(first).all()
    np.testing.assert_array_equal(bench.y, first)
    np.testing.assert_array_equal(bench.theta, theta)
    if layer.training_only:
        np.testing.assert_array_equal(first, bench.x)


def check_weights(layer, in_shape):
    """A row of weight 2 counts as the row twice, and a row of weight 0 as no row."""
    assert layer.uses_weight
    counts = np.array([1, 2, 1, 0, 3, 1])
    where = np.repeat(np.arange(ROWS), counts)
    weighted = Bench(layer, in_shape, weight=counts[:, None].astype(float))
    repeated = Bench(layer, in_shape, rows=len(where))
    repeated.x[...] = weighted.x[where]
    repeated.theta[...] = weighted.theta
    weighted.seed = repeated.seed = None  # noise is drawn row by row
    column = counts.reshape(-1, *(1,) * len(weighted.plan.out_shape))
    weighted.forward()
    weighted.backward(weighted.dy * column)
    repeated.forward()
    repeated.backward(weighted.dy[where])
    summed = np.zeros_like(weighted.dx)
    np.add.at(summed, where, repeated.dx)
    close = {"rtol": 1e-10, "atol": 1e-12}
    np.testing.assert_allclose(weighted.y[where], repeated.y, **close)
    np.testing.assert_allclose(weighted.grad, repeated.grad, **close)
    np.testing.assert_allclose(weighted.dx, summed, **close)
    np.testing.assert_allclose(weighted.tracked(), repeated.tracked(), **close)


def check_no_weight(layer, in_shape):
    """A batch of total weight 0 gives finite numbers and changes no statistics."""
    bench = Bench(layer, in_shape, weight=np.zeros((ROWS, 1)))
    before = bench.tracked()
    bench.forward()
    bench.backward()
    assert np.isfinite(bench.y).all()
    assert np.isfinite(bench.dx).all()
    np.testing.assert_array_equal(bench.tracked(), before)


CHECKS = [
    check_shapes,
    check_gradient,
    check_members,
    check_first_layer,
    check_float32,
    check_scratch,
    check_untouched,
    check_recipe,
    check_prediction,
]
"""Checks for every layer; the ones below are for layers that make the promise in question."""
ROW_CHECKS = [check_short_batch]
WEIGHT_CHECKS = [check_weights, check_no_weight]


def checks_for(layer):
    """Name the checks that apply to a layer."""
    rows = [] if layer.depends_on_rows else ROW_CHECKS
    return CHECKS + rows + (WEIGHT_CHECKS if layer.uses_weight else [])
