"""
Output layers: identity, softmax, or sigmoids
=============================================

The task determines the output. A regression output can be any number: it is the raw score
(identity). For one of k classes, softmax divides a total probability of 1 among them: more for one
means less for the others. If a row may have several labels, or none, it needs a sigmoid for each
label, because they are separate questions. sknn infers the task from the targets and chooses the
output.

The upper panels show these three outputs. Below, points inside a circle have its label, and two
circles overlap. The circles and the hidden layers are the same for both outputs, but softmax cannot
be given rows without a label, and gets a row with two labels twice, at half the weight each. Its
answers are wrong for both kinds of rows.
"""

# sphinx_gallery_thumbnail_panels = [4, 5]

import matplotlib.pyplot as plt
import numpy as np

from sknn import MLPClassifier, MLPRegressor
from sknn.inspection import house_style

settings = {"solver": "lbfgs", "activation": "tanh", "alpha": 0.01, "max_iter": 2000}
settings |= {"hidden_layer_sizes": (20,), "random_state": 0}

# The same input for three tasks: a number, one of three classes, several labels.
rng = np.random.default_rng(0)
x = rng.uniform(-3, 3, (600, 1))
number = 30 * np.sin(1.5 * x[:, 0]) + 6 * rng.standard_normal(600)
kind = np.digitize(x[:, 0] + 0.4 * rng.standard_normal(600), [-1, 1])
labels = (np.abs(x - [-0.8, 0.8]) + 0.2 * rng.standard_normal((600, 2)) < 1.5).astype(int)
small = settings | {"hidden_layer_sizes": (5,)}
ways = {
    "a number: identity": MLPRegressor(**small).fit(x, number),
    "one of 3 classes: softmax": MLPClassifier(**small).fit(x, kind),
    "several labels: sigmoids": MLPClassifier(**small).fit(x, labels),
}
for name, net in ways.items():
    print(f"{name:<25} out_activation_ is {net.out_activation_}")

# Two labels in the plane. An indicator matrix makes `fit` use one sigmoid per label.
X = rng.uniform((-3, -2), (3, 2), (1500, 2))
centers = np.array([[-0.8, 0.0], [0.8, 0.0]])
Y = (np.linalg.norm(X[:, None] - centers, axis=2) < 1.5).astype(int)
names = np.array(["left", "right"])
sigmoids = MLPClassifier(**settings).fit(X, Y)

# Softmax needs one class per row.
rows, label = np.nonzero(Y)
weight = 1 / Y.sum(axis=1)[rows]
softmax = MLPClassifier(**settings).fit(X[rows], names[label], sample_weight=weight)

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [list(ways), ["data"] * 3, ["sigmoids"] * 3, ["softmax"] * 3],
    figsize=(8.3, 11.6), height_ratios=(0.8, 1.5, 0.85, 0.85), layout="constrained",
)  # fmt: skip
grid = np.linspace(-3, 3, 300)[:, None]
for title, net in ways.items():
    ax = axes[title]
    ax.set(title=title, xlabel="$x$", xlim=(-3, 3))
    if "number" in title:
        ax.plot(x, number, ".", color="0.75", markersize=4)
        ax.plot(grid, net.predict(grid), color="C0")
        ax.set(ylabel="prediction")
    elif "one" in title:
        colors = ["C3", "C4", "C5"]
        ax.stackplot(grid[:, 0], net.predict_proba(grid).T, colors=colors, alpha=0.8)
        for k, place in enumerate((-2, 0, 2)):
            ax.text(place, 0.5, f"class {k}", ha="center", va="center")
        ax.set(ylabel="probability, stacked", ylim=(0, 1.05))
    else:
        ax.plot(grid, net.predict_proba(grid))
        ax.text(-1.4, 1.06, "left", color="C0", weight="bold", ha="center")
        ax.text(1.4, 1.06, "right", color="C1", weight="bold", ha="center")
        ax.set(ylabel="probability of each", ylim=(0, 1.2))

data = axes["data"]
for i, name in enumerate(names):
    data.scatter(*X[Y[:, i] > 0].T, s=34 if i == 0 else 8, color=f"C{i}", label=f"label {name}")
data.scatter(*X[~Y.any(axis=1)].T, s=6, color="0.75", label="no label")
data.plot([-3, 3], [0, 0], color="black", linewidth=1)
data.set(title="two labels, both where the circles overlap", ylabel="$x_2$", ylim=(-1.7, 1.7))
data.set_box_aspect(3.4 / 7.6)  # Circles are round.

# The probabilities of the two labels, along the black line through both circles.
line = np.c_[np.linspace(-3, 3, 400), np.zeros(400)]
inside = np.abs(line[:, :1] - centers[:, 0]) < 1.5
pairs = {
    "sigmoids: both, either, or none, right for labels": sigmoids.predict_proba(line),
    "softmax: always sums to 1, wrong for labels": softmax.predict_proba(line),
}
for title, p in pairs.items():
    ax = axes[title.split(":")[0]]
    for i, name in enumerate(names):
        ax.plot(line[:, 0], inside[:, i], ":", color=f"C{i}", linewidth=1.5)
        ax.plot(line[:, 0], p[:, i], color=f"C{i}", label=f"P({name})")
    ax.set(title=title, ylabel="probability", ylim=(-0.05, 1.2))
    middle, outside = p[200], p[-1]
    print(f"{title.split(':')[0]:<9} in both circles {middle.round(2)}, in none {outside.round(2)}")
for name in ("data", "sigmoids", "softmax"):
    axes[name].legend(loc="center right")
    axes[name].set_xlim(-3, 4.6)
    axes[name].set_xticks(range(-3, 4))
pointing = {"arrowprops": {"arrowstyle": "->"}, "ha": "center", "va": "center"}
axes["sigmoids"].annotate("no label:\nnear 0", (2.7, 0.03), (2.7, 0.5), **pointing)
axes["softmax"].annotate("no label,\nyet 1.0", (2.7, 0.98), (2.7, 0.5), **pointing)
axes["softmax"].annotate("both labels,\nyet 1/2 each", (0, 0.49), (0, 0.17), **pointing)
axes["softmax"].set_xlabel("$x_1$, along the black line (dotted: the truth)", loc="left")
plt.show()
