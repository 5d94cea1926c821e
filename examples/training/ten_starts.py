"""
Different starts, different minima
==================================

The loss of a network has many valleys, and nothing promises the global optimum: where training ends
depends on where it begins. Here L-BFGS runs from ten seeds, each to a minimum. Some are better,
some worse. Equally good ones can be far apart, with hills between them: swapping hidden units
gives the same network at another point.

The lower panel is a slice through the space of weights that contains three of the minima, A, B, and
C. Each lies at the bottom of its own valley. A and B are twins of this kind: their units are
the same, but in another order, and some with the opposite sign, as the printed numbers show.
"""

# sphinx_gallery_thumbnail_panels = [1]
# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import log_loss

from sknn import MLPClassifier
from sknn.inspection import house_style

rng = np.random.default_rng(0)
angle, y = rng.uniform(0.5, 2.2 * np.pi, 300), rng.integers(0, 2, 300)
X = np.c_[np.cos(angle + np.pi * y), np.sin(angle + np.pi * y)] * angle[:, None] / 5
X += 0.05 * rng.standard_normal(X.shape)  # Two spirals.
alpha = 0.1
settings = {"hidden_layer_sizes": (5,), "activation": "tanh", "solver": "lbfgs", "alpha": alpha}
settings |= {"tol": 1e-7, "max_iter": 5000}
nets = [MLPClassifier(**settings, random_state=seed).fit(X, y) for seed in range(10)]
losses = np.array([net.loss_ for net in nets])
print(f"ten ends: loss from {losses.min():.3f} to {losses.max():.3f}")

# All weights as one vector, and the loss with its penalty at any point.
probe = MLPClassifier((5,), "tanh").initialize(X, y)
shapes = {(k, n): a.shape for k, part in probe.get_weights().items() for n, a in part.items()}


def vector(net):
    weights = net.get_weights()
    return np.concatenate([weights[layer][name].ravel() for layer, name in shapes])


def loss_at(theta):
    weights, begin, squares = {}, 0, 0.0
    for (layer, name), shape in shapes.items():
        size = int(np.prod(shape))
        part = theta[begin : begin + size].reshape(shape)
        weights.setdefault(layer, {})[name] = part
        squares += (part**2).sum() * (name == "W")
        begin += size
    probe.set_weights(weights)
    p = np.clip(probe.predict_proba(X), 1e-12, 1)
    return log_loss(y, p) + alpha / 2 * squares / len(X)


# A and B are the two best, C is the worst.
chosen = dict(zip("ABC", np.argsort(losses)[[0, 1, -1]], strict=True))
a, b, c = (vector(nets[seed]) for seed in chosen.values())
u = b - a
v = (c - a) - (c - a) @ u / (u @ u) * u
v *= np.linalg.norm(u) / np.linalg.norm(v)
corner = (c - a) @ u / (u @ u), (c - a) @ v / (v @ v)
s = np.linspace(min(0, corner[0]) - 0.35, max(1, corner[0]) + 0.35, 45)
t = np.linspace(min(0, corner[1]) - 0.35, max(0, corner[1]) + 0.35, 45)
slice_ = np.array([[loss_at(a + i * u + j * v) for i in s] for j in t])
hill = max(loss_at(a + i * u) for i in np.linspace(0, 1, 30))
print(f"from A to B in a straight line: over a hill of {hill:.3f}")
for name, seed in chosen.items():
    print(f"{name}: seed {seed}, loss {losses[seed]:.3f}")

# A unit is four numbers: two weights and a bias before the tanh, and the weight after it.
units_a, units_b = (
    np.vstack([net.coefs_[0], net.intercepts_[0], net.coefs_[1].T]).T
    for net in (nets[chosen["A"]], nets[chosen["B"]])
)
for i, unit in enumerate(units_a):
    far = {
        (j, sign): np.abs(unit - sign * twin).max()
        for j, twin in enumerate(units_b)
        for sign in (1, -1)
    }
    j, sign = min(far, key=far.get)
    print(f"unit {i} of A is {sign:+d} times unit {j} of B: differs by {far[j, sign]:.3f} at most")

plt.style.use(house_style())
figure, (above, below) = plt.subplots(
    2, 1, figsize=(8.3, 8.6), height_ratios=(1, 1.7), layout="constrained"
)
for net in nets:
    above.plot(net.history_["loss"], color="C0", alpha=0.5, linewidth=1.3)
    above.plot(len(net.history_["loss"]) - 1, net.loss_, "o", color="C1", markersize=6)
above.set(title="ten seeds, several minima (dots)", xlabel="step of L-BFGS", ylabel="loss")
levels = np.geomspace(losses.min(), np.percentile(slice_, 90), 24)
image = below.contourf(s, t, slice_, levels=levels, norm="log", extend="max")
for place, (name, seed) in zip([(0, 0), (1, 0), corner], chosen.items(), strict=True):
    below.plot(*place, "*", color="C1", markersize=17, markeredgecolor="white")
    below.annotate(
        f"{name}: {losses[seed]:.3f}", place, (0, 12), textcoords="offset points", weight="bold",
        color="white", ha="center",
    )  # fmt: skip
bar = figure.colorbar(image, ax=below, label="loss", format="%g", ticks=[0.1, 0.2, 0.5, 1, 2, 5])
bar.minorticks_off()
below.set(title="a slice through three minima", xlabel="from A toward B", ylabel="toward C")
below.grid(False)
plt.show()
