"""
No global optimum
=================

The loss of a network has many valleys. Where training ends depends on where it begins: ten seeds
lead to ten different ends, some better, some worse. Equally good ones can be far apart, with hills
between them.

The picture on the right is a slice through the space of weights that contains the ends of three
runs.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import log_loss

from sknn import MLPClassifier
from sknn.inspection import house_style

rng = np.random.default_rng(0)
angle, y = rng.uniform(0.5, 2.2 * np.pi, 300), rng.integers(0, 2, 300)
X = np.c_[np.cos(angle + np.pi * y), np.sin(angle + np.pi * y)] * angle[:, None] / 5
X += 0.05 * rng.standard_normal(X.shape)

nets = []
for seed in range(10):
    net = MLPClassifier(
        (8,), "tanh", learning_rate_init=0.05, learning_rate="cosine", max_iter=150, alpha=0.01,
        n_iter_no_change=150, random_state=seed,
    )  # fmt: skip
    nets.append(net.fit(X, y))
losses = np.array([log_loss(y, net.predict_proba(X)) for net in nets])
print(f"ten ends: loss from {losses.min():.3f} to {losses.max():.3f}")

# %%
# All weights as one vector, and the loss anywhere.

probe = MLPClassifier((8,), "tanh").initialize(X, y)
shapes = {(k, n): a.shape for k, part in probe.get_weights().items() for n, a in part.items()}


def vector(net):
    weights = net.get_weights()
    return np.concatenate([weights[layer][name].ravel() for layer, name in shapes])


def loss_at(theta):
    weights, begin = {}, 0
    for (layer, name), shape in shapes.items():
        size = int(np.prod(shape))
        weights.setdefault(layer, {})[name] = theta[begin : begin + size].reshape(shape)
        begin += size
    probe.set_weights(weights)
    return log_loss(y, np.clip(probe.predict_proba(X), 1e-12, 1))


a, b, c = (vector(nets[i]) for i in np.argsort(losses)[:3])
u = b - a
v = (c - a) - (c - a) @ u / (u @ u) * u
v *= np.linalg.norm(u) / np.linalg.norm(v)
corner = (c - a) @ u / (u @ u), (c - a) @ v / (v @ v)
s, t = np.linspace(-0.4, 1.4, 45), np.linspace(-0.4, max(1.2, corner[1] + 0.4), 45)
slice_ = np.array([[loss_at(a + i * u + j * v) for i in s] for j in t])
between = max(loss_at(a + i * u) for i in np.linspace(0, 1, 30))
print(f"from the best end to the next: over a hill of {between:.2f}")

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained")
for net in nets:
    data_loss = net.history_["loss"] - net.history_["penalty"]
    left.plot(data_loss, color="C0", alpha=0.6, linewidth=1.3)
    left.plot(len(data_loss) - 1, data_loss[-1], "o", color="C1", markersize=5)
left.set(title="ten seeds, ten ends", xlabel="epoch", ylabel="training loss")
levels = np.geomspace(slice_.min(), np.percentile(slice_, 80), 18)
image = right.contourf(s, t, slice_, levels=levels, norm="log", cmap="viridis", extend="max")
for place, name in zip([(0, 0), (1, 0), corner], "ABC", strict=True):
    right.plot(*place, "*", color="C1", markersize=15, markeredgecolor="white")
    right.annotate(
        name, place, xytext=(7, 6), textcoords="offset points", weight="bold", color="white"
    )
figure.colorbar(image, ax=right, label="loss", format="%.2f", ticks=levels[::3]).minorticks_off()
right.set(title="a slice through three ends", xticks=[], yticks=[])
right.grid(False)
plt.show()
