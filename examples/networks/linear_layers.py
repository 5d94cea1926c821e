r"""
Why activations must not be linear
==================================

A sum of linear maps is a linear map:
:math:`(x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)`. With the identity as its
activation, a deep network can therefore do no more than one without hidden layers. An activation
must be nonlinear, and must have a slope, because training follows slopes.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknn import MLPRegressor
from sknn.inspection import house_style

rng = np.random.default_rng(0)
x = np.linspace(-3, 3, 120)
y = np.sin(1.5 * x) + 0.3 * x + 0.1 * rng.standard_normal(120)
X = x[:, None]

# %%
# The same three hidden layers with two activations, and a network without any.

settings = {"solver": "lbfgs", "alpha": 0.001, "max_iter": 2000, "random_state": 0}
networks = {
    "no hidden layer": MLPRegressor(hidden_layer_sizes=(), **settings),
    "3 hidden layers, identity": MLPRegressor(
        hidden_layer_sizes=(20,) * 3, activation="identity", **settings
    ),
    "3 hidden layers, tanh": MLPRegressor(
        hidden_layer_sizes=(20,) * 3, activation="tanh", **settings
    ),
}
answers = {}
for name, net in networks.items():
    answers[name] = net.fit(X, y).predict(X)
    print(f"{name:<26} R2 {net.score(X, y):.3f}")
straight, deep = answers["no hidden layer"], answers["3 hidden layers, identity"]
print(f"the first two differ by at most {np.abs(straight - deep).max():.0e}")

# %%
# Activations that do bend, and their slopes.

curves = {
    "logistic": lambda z: 1 / (1 + np.exp(-z)),
    "tanh": np.tanh,
    "relu": lambda z: np.maximum(z, 0),
}

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
left.scatter(x, y, s=10, color="0.6")
for (name, answer), style in zip(answers.items(), [":", "-", "-"], strict=True):
    front = 3 if style == ":" else 2
    left.plot(x, answer, style, linewidth=4 if style == ":" else 2, zorder=front, label=name)
left.set(title="linear layers: depth adds nothing", xlabel="x", ylabel="y", ylim=(-2.6, 3.4))
left.legend(loc="upper left")
z = np.linspace(-4, 4, 401)
for i, (name, curve) in enumerate(curves.items()):
    right.plot(z, curve(z), color=f"C{i}", label=name)
    right.plot(z, np.gradient(curve(z), z), "--", color=f"C{i}")
right.set(title="activations (solid) and their slopes (dashed)", xlabel="z", ylim=(-1.1, 2))
right.legend(loc="upper left")
plt.show()
