"""
Why not count the errors?
=========================

There are three rows and two networks. Both predict the first two rows correctly and miss the third,
so their classification error is the same. But one is barely right and badly wrong, the other
clearly right and barely wrong. Squared error and cross-entropy can tell the difference.
Cross-entropy looks only at the probability of the true class, squared error at all of them.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.metrics import log_loss, zero_one_loss

from sknn.inspection import house_style

truth = np.array([0, 1, 2])
networks = {
    "barely right, badly wrong": np.array([[0.4, 0.3, 0.3], [0.3, 0.4, 0.3], [0.7, 0.2, 0.1]]),
    "clearly right, barely wrong": np.array([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1], [0.4, 0.3, 0.3]]),
}
losses = {
    "classification error": lambda p: zero_one_loss(truth, p.argmax(axis=1)),
    "squared error": lambda p: ((p - np.eye(3)[truth]) ** 2).sum(axis=1).mean(),
    "cross-entropy": lambda p: log_loss(truth, p),
}

plt.style.use(house_style())
figure = plt.figure(figsize=(11, 4), layout="constrained")
left, right = figure.subfigures(1, 2, width_ratios=(1.5, 1))
for i, (ax, (name, p)) in enumerate(
    zip(left.subplots(1, 2, sharey=True), networks.items(), strict=True)
):
    for k in range(3):
        place = np.arange(3) + 0.25 * (k - 1)
        edges = ["black" if truth[row] == k else "none" for row in range(3)]
        ax.bar(place, p[:, k], 0.22, color=f"C{k + 2}", edgecolor=edges, linewidth=1.6)
    ax.set(title=name, xticks=range(3), xticklabels=[f"sample {row + 1}" for row in range(3)])
    ax.title.set_color(f"C{i}")
    ax.set_ylim(0, 1)
left.axes[0].set_ylabel("probability of each class (framed: the true one)")
ax = right.subplots()
for i, (name, p) in enumerate(networks.items()):
    values = [loss(p) for loss in losses.values()]
    print(f"{name:<28}" + ", ".join(f"{k} {v:.2f}" for k, v in zip(losses, values, strict=True)))
    bars = ax.bar(np.arange(3) + 0.4 * (i - 0.5), values, 0.36, color=f"C{i}")
    ax.bar_label(bars, fmt="%.2f")
ax.set(title="three losses", xticks=range(3), xticklabels=[k.replace(" ", "\n") for k in losses])
plt.show()
