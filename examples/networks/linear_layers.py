"""
Why activations must not be linear
==================================

A sum of linear maps is a linear map:
:math:`(x W_1 + b_1) W_2 + b_2 = x (W_1 W_2) + (b_1 W_2 + b_2)`. With the identity as its
activation, a deep network can therefore do no more than one without hidden layers (a). An
activation must be nonlinear (b), and must be differentiable (almost everywhere), because training
follows slopes (c).
"""

# sphinx_gallery_thumbnail_words = True

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
far = np.abs(straight - identity).max()
print(f"the first two differ by at most {far:.0e}")

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["answers", "curves"], ["answers", "slopes"]], figsize=(8.3, 5.2), layout="constrained"
)
left, curves, slopes = axes.values()
left.scatter(x, y, s=10, color="0.6")
for (name, answer), style in zip(answers.items(), [":", "-", "-"], strict=True):
    front = 3 if style == ":" else 2
    left.plot(x, answer, style, linewidth=4 if style == ":" else 2, zorder=front, label=name)
left.set(
    title=f"a) identity: depth adds nothing\n(predictions differ by {far:.0e} at most)",
    xlabel="$x$",
    ylabel="$y$",
)
left.set_ylim(-1.9, 4.6)
left.legend(loc="upper left")
z = np.linspace(-4, 4, 401)
kinds = {
    "logistic\n(sigmoid)": (activations.Logistic(), "-", (-2.6, 0.55), (-3.0, 0.36)),
    "tanh": (activations.Tanh(), "--", (-1.9, -0.7), (-1.15, 0.75)),
    "relu": (activations.ReLU(), "-.", (2.8, 1.5), (2.0, 0.88)),
}
for color, (name, (curve, style, place, below)) in zip(
    ["C7", "C1", "C0"], kinds.items(), strict=True
):
    words = {"color": color, "ha": "center", "va": "center", "weight": "bold"}
    for ax, values, at in [(curves, curve(z), place), (slopes, np.gradient(curve(z), z), below)]:
        ax.plot(z, values, style, color=color)
        ax.text(*at, name, **words)
curves.set(title="b) nonlinear activations", ylabel="$f(z)$", ylim=(-1.1, 2.5))
curves.tick_params(labelbottom=False)
slopes.set(title="c) their slopes", xlabel="$z$", ylabel="$f'(z)$", ylim=(-0.1, 1.1))
plt.show()
