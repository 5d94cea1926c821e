r"""
Losses: why not just count errors?
==================================

There are three rows and three networks. All networks predict the first two rows correctly and miss
the third, so their classification error is the same. But A is barely right and badly wrong, while B
is clearly right and barely wrong. Squared error, :math:`\sum_k (p_k - t_k)^2`, and cross-entropy,
:math:`-\log p` of the true class, can tell the difference.

C gives every true class the same probability as B does, and spreads the rest differently.
Cross-entropy looks only at the probability of the true class and rates them the same; squared error
looks at all classes.
"""

# sphinx_gallery_thumbnail_panels = [3]
# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Patch
from sklearn.metrics import log_loss, zero_one_loss

from sknn.inspection import house_style

COLORS = ["C7", "C4", "C5"]  # Of the classes.
truth = np.array([0, 1, 2])
networks = {
    "A: barely right,\nbadly wrong": np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.7, 0.2, 0.1]]),
    "B: clearly right,\nbarely wrong": np.array(
        [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.4, 0.3, 0.3]]
    ),
    "C: B with the rest\non one wrong class": np.array(
        [[0.8, 0.2, 0.0], [0.2, 0.8, 0.0], [0.7, 0.0, 0.3]]
    ),
}
losses = {
    "classification error": lambda p: zero_one_loss(truth, p.argmax(axis=1)),
    "squared error": lambda p: ((p - np.eye(3)[truth]) ** 2).sum(axis=1).mean(),
    "cross-entropy": lambda p: log_loss(truth, p),
}

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [list(networks), ["losses"] * 3], figsize=(8.3, 7.4), layout="constrained"
)
for i, (name, p) in enumerate(networks.items()):
    ax = axes[name]
    for k in range(3):
        edges = ["black" if truth[row] == k else "none" for row in range(3)]
        ax.bar(np.arange(3) + 0.25 * (k - 1), p[:, k], 0.22, color=COLORS[k], edgecolor=edges,
               linewidth=2)  # fmt: skip
    ax.set(title=name, xticks=range(3), xlabel="row", ylim=(0, 1.1))
    ax.set_xticklabels(["1", "2", "3"])
    ax.title.set_color(f"C{i}")
    values = [loss(p) for loss in losses.values()]
    print(f"{name[0]}: " + ", ".join(f"{k} {v:.2f}" for k, v in zip(losses, values, strict=True)))
    bars = axes["losses"].bar(
        np.arange(3) + 0.28 * (i - 1), values, 0.26, color=f"C{i}", label=name[0]
    )
    axes["losses"].bar_label(bars, fmt="%.2f", fontsize="x-small")
first, *_ = axes.values()
first.set_ylabel("probability")
patches = [Patch(color=COLORS[k], label=f"class {k}") for k in range(3)]
true = Patch(facecolor="none", edgecolor="black", linewidth=2, label="true class")
first.legend(handles=[*patches, true], loc="upper left", fontsize="small", ncols=2)
axes["losses"].set(title="three losses, mean over the rows", xticks=range(3), ylim=(0, 1.9))
axes["losses"].set_xticklabels([name.replace(" ", "\n") for name in losses])
axes["losses"].set_xlim(-0.5, 2.5)
axes["losses"].legend(loc="upper left", ncols=3)
plt.show()
