"""One user-defined part of each kind, in a module that can be imported, as pickles require."""

import numpy as np
from scipy.special import expit

from sknn.activations import Activation
from sknn.initializers import Constant, Initializer
from sknn.layers import Layer, Param, Plan, Role, Scratch
from sknn.losses import Pointwise, SigmoidLoss, SoftmaxLoss
from sknn.optimizers import Optimizer
from sknn.schedules import Schedule


class Sine(Activation):
    needs_input = True

    def __init__(self, frequency=1.0):
        self.frequency = frequency

    def forward(self, z, y):
        z *= self.frequency
        np.sin(z, out=y)

    def backward(self, z, y, dy, work):
        np.cos(z, out=z)
        z *= self.frequency
        dy *= z


class PowerError(Pointwise):
    tasks = frozenset({"regression"})
    location_scale = True

    def __init__(self, power=4.0):
        self.power = power

    def pointwise(self, raw, target, values, out, scratch):
        np.subtract(raw, target, out=out)
        np.abs(out, out=values)
        out *= values ** (self.power - 2)
        values **= self.power
        values /= self.power

    def constant_optimum(self, target, weight, n_outputs):
        return np.average(target, axis=0, weights=weight)


class Robust(SigmoidLoss):
    def __init__(self, q=0.7):
        self.q = q

    def pointwise(self, raw, target, values, out, scratch):
        sign = 2 * target - 1
        p = expit(sign * raw)
        values[...] = (1 - p**self.q) / self.q
        out[...] = -sign * p**self.q * (1 - p)


class PReLU(Layer):
    kind = "prelu"

    def __init__(self, start=0.25, name=None):
        self.start = start
        self.name = name

    def plan(self, in_shape):
        slope = Param(in_shape, Constant(self.start), Role.PLAIN)
        return Plan(in_shape, {"slope": slope}, {"low": Scratch(in_shape)})

    def forward(self, p, x, y, ctx):
        low = ctx.scratch["low"]
        np.minimum(x, 0, out=low)
        np.multiply(low, p["slope"][..., None, :] - 1, out=y)
        y += x

    def backward(self, p, g, x, y, dy, dx, ctx):
        low = ctx.scratch["low"]
        low *= dy
        np.sum(low, axis=-2, out=g["slope"])
        if dx is not None:
            np.copyto(dx, dy)
            np.multiply(dy, p["slope"][..., None, :], out=dx, where=x < 0)


class Halving(Schedule):
    def __init__(self, every=10):
        self.every = every

    def factor(self, epoch, step, horizon, state):
        return 0.5 ** (epoch // self.every)


class Sparse(Initializer):
    def __init__(self, share=0.5):
        self.share = share

    def draw(self, rng, shape, fan_in, fan_out):
        return rng.standard_normal(shape) * (rng.random(shape) < self.share)


class SignDescent(Optimizer):
    def __init__(self, beta=0.9):
        self.beta = beta

    def init(self, theta):
        return {"mean": np.zeros_like(theta)}

    def update(self, state, grad, theta, lr, step):
        mean = state["mean"]
        mean *= self.beta
        grad *= 1 - self.beta
        mean += grad
        np.sign(mean, out=grad)
        grad *= lr


class Brier(SoftmaxLoss):
    def value_and_grad(self, raw, target, weight, out, scratch):
        p = self.link(raw.copy())
        wrong = p - np.eye(raw.shape[-1])[target]
        value = (wrong**2).sum(axis=-1) / 2
        out[...] = weight * p * (wrong - (wrong * p).sum(axis=-1, keepdims=True))
        counts = weight if isinstance(weight, float) else weight[:, 0]
        return (value * counts).sum(axis=-1)
