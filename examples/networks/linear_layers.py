"""
Why activations must not be linear
==================================

A sum of linear maps is a linear map:
:math:`(x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)`. With the identity as its
activation, a deep network can therefore do no more than one without hidden layers. An activation
must be nonlinear, and must have a slope, because training follows slopes.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknn import MLPRegressor, activations
from sknn.inspection import house_style

rng = np.random.default_rng(0)
x = np.linspace(-3, 3, 120)
y = np.sin(1.5 * x) + 0.3 * x + 0.1 * rng.standard_normal(120)
X = x[:, None]

# The same three hidden layers with two activations, and a network without any.
settings = {"solver": "lbfgs", "alpha": 0.001, "max_iter": 2000, "random_state": 0}
deep = {"hidden_layer_sizes": (20, 20, 20)} | settings
networks = {
    "no hidden layer": MLPRegressor(hidden_layer_sizes=(), **settings),
    "3 hidden layers, identity": MLPRegressor(activation="identity", **deep),
    "3 hidden layers, tanh": MLPRegressor(activation="tanh", **deep),
}
answers = {}
for name, net in networks.items():
    answers[name] = net.fit(X, y).predict(X)
    print(f"{name:<26} R2 {net.score(X, y):.3f}")
straight, identity, _ = answers.values()
print(f"the first two differ by at most {np.abs(straight - identity).max():.0e}")

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(8.3, 4.4), layout="constrained")
left.scatter(x, y, s=10, color="0.6")
for (name, answer), style in zip(answers.items(), [":", "-", "-"], strict=True):
    front = 3 if style == ":" else 2
    left.plot(x, answer, style, linewidth=4 if style == ":" else 2, zorder=front, label=name)
left.set(title="without a nonlinear activation,\ndepth adds nothing", xlabel="$x$", ylabel="$y$")
left.set_ylim(-2.6, 4.2)
left.legend(loc="upper left")
z = np.linspace(-4, 4, 401)
curves = {
    "logistic (sigmoid)": activations.Logistic(),
    "tanh": activations.Tanh(),
    "relu": activations.ReLU(),
}
for i, (name, curve) in enumerate(curves.items()):
    right.plot(z, curve(z), color=f"C{i + 3}", label=name)
    right.plot(z, np.gradient(curve(z), z), "--", color=f"C{i + 3}")
right.set(title="nonlinear activations (solid)\nand their slopes (dashed)", xlabel="$z$")
right.set_ylim(-1.1, 2.5)
right.legend(loc="upper left")
plt.show()
