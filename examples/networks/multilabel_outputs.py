r"""
Several labels: sigmoids, not softmax
=====================================

Softmax divides a total probability of 1 among the classes: more of one is less of the others. This
is right for one of k classes. If a row may have several labels, or none, it needs a sigmoid for
each label, because they are separate questions.

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
settings = {"solver": "lbfgs", "activation": "tanh", "alpha": 0.01, "max_iter": 2000}

# %%
# An indicator matrix makes ``fit`` take a sigmoid for every label.

sigmoids = MLPClassifier((20,), **settings, random_state=0).fit(X, Y)
print(f"output activation for labels: {sigmoids.out_activation_}")

# %%
# Softmax needs one class a row. A row with two labels is given to it twice, with half the weight;
# a row without labels cannot be given to it at all.

rows, label = np.nonzero(Y)
weight = 1 / Y.sum(axis=1)[rows]
softmax = MLPClassifier((20,), **settings, random_state=0)
classes = np.array(["left", "right"])
softmax.fit(X[rows], classes[label], sample_weight=weight)

# %%
# Along a line through both circles: what each says of the two labels.

line = np.c_[np.linspace(-3, 3, 400), np.zeros(400)]
inside = np.abs(line[:, :1] - centers[:, 0]) < 1.5
plt.style.use(house_style())
figure, axes = plt.subplots(3, 1, figsize=(8, 7.5), sharex=True, layout="constrained")
for i, name in enumerate(("left", "right")):
    only = Y[:, i] > 0
    axes[0].scatter(*X[only].T, s=34 if i == 0 else 8, color=f"C{i}", label=f"label {name}")
axes[0].scatter(*X[~Y.any(axis=1)].T, s=6, color="0.75", label="no label")
axes[0].axhline(0, color="black", linewidth=1)
axes[0].set(title="two labels, both where the circles overlap", ylabel="$x_2$")
axes[0].legend(loc="upper right", framealpha=0.9, frameon=True)
pairs = {
    "sigmoids: both, either or none": sigmoids.predict_proba(line),
    "softmax: always 1 in all, half and half where both are certain": softmax.predict_proba(line),
}
for ax, (title, p) in zip(axes[1:], pairs.items(), strict=True):
    for i, name in enumerate(("left", "right")):
        ax.plot(line[:, 0], inside[:, i], ":", color=f"C{i}", linewidth=1)
        ax.plot(line[:, 0], p[:, i], color=f"C{i}", label=f"P({name})")
    ax.set(title=title, ylabel="on the black line", ylim=(-0.05, 1.1))
    ax.legend(loc="center right")
    middle, outside = p[200], p[-1]
    print(f"{title.split(':')[0]:<9} in both circles {middle.round(2)}, in none {outside.round(2)}")
axes[-1].set_xlabel("$x_1$ (dotted: the truth)")
plt.show()
