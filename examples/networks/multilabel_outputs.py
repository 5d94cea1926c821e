"""
Several labels: sigmoid outputs, not softmax
============================================

Softmax divides a total probability of 1 among the classes: more for one means less for the others.
This is right for one of k classes. If a row may have several labels, or none, it needs a sigmoid
for each label, because they are separate questions.

Below, points inside a circle have its label, and two circles overlap. The data and the hidden
layers are the same; only the outputs differ.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknn import MLPClassifier
from sknn.inspection import house_style

rng = np.random.default_rng(0)
X = rng.uniform((-3, -2), (3, 2), (1500, 2))
centers = np.array([[-0.8, 0.0], [0.8, 0.0]])
Y = (np.linalg.norm(X[:, None] - centers, axis=2) < 1.5).astype(int)
names = np.array(["left", "right"])
settings = {"solver": "lbfgs", "activation": "tanh", "alpha": 0.01, "max_iter": 2000}
settings |= {"hidden_layer_sizes": (20,), "random_state": 0}

# An indicator matrix makes `fit` use one sigmoid per label.
sigmoids = MLPClassifier(**settings).fit(X, Y)
print(f"output activation for labels: {sigmoids.out_activation_}")

# Softmax needs one class per row. A row with two labels is given to it twice, with half the weight;
# a row without labels cannot be given to it at all.
rows, label = np.nonzero(Y)
weight = 1 / Y.sum(axis=1)[rows]
softmax = MLPClassifier(**settings).fit(X[rows], names[label], sample_weight=weight)

plt.style.use(house_style())
figure, axes = plt.subplots(3, 1, figsize=(8.3, 8.6), sharex=True, layout="constrained")
for i, name in enumerate(names):
    axes[0].scatter(*X[Y[:, i] > 0].T, s=34 if i == 0 else 8, color=f"C{i}", label=f"label {name}")
axes[0].scatter(*X[~Y.any(axis=1)].T, s=6, color="0.75", label="no label")
axes[0].axhline(0, color="black", linewidth=1)
axes[0].set(title="two labels, both where the circles overlap", ylabel="$x_2$", xlim=(-3, 4.6))
axes[0].legend(loc="center right")

# What each says about the two labels, along the black line through both circles.
line = np.c_[np.linspace(-3, 3, 400), np.zeros(400)]
inside = np.abs(line[:, :1] - centers[:, 0]) < 1.5
pairs = {
    "sigmoids: both, either, or none": sigmoids.predict_proba(line),
    "softmax: always sums to 1": softmax.predict_proba(line),
}
for ax, (title, p) in zip(axes[1:], pairs.items(), strict=True):
    for i, name in enumerate(names):
        ax.plot(line[:, 0], inside[:, i], ":", color=f"C{i}", linewidth=1.5)
        ax.plot(line[:, 0], p[:, i], color=f"C{i}", label=f"P({name})")
    ax.set(title=title, ylabel="probability", ylim=(-0.05, 1.2))
    ax.legend(loc="center right")
    middle, outside = p[200], p[-1]
    print(f"{title.split(':')[0]:<9} in both circles {middle.round(2)}, in none {outside.round(2)}")
pointing = {"arrowprops": {"arrowstyle": "->"}, "ha": "center", "va": "center"}
axes[1].annotate("no label:\nnear 0", (2.7, 0.03), (2.7, 0.5), **pointing)
axes[2].annotate("no label,\nyet 1.0", (2.7, 0.98), (2.7, 0.5), **pointing)
axes[2].annotate("both labels,\nyet 1/2 each", (0, 0.49), (0, 0.17), **pointing)
axes[2].set_xlabel("$x_1$, along the black line (dotted: the truth)", loc="left")
plt.show()
