"""
An epoch: forward, loss, backward, update
=========================================

Training repeats four steps: rows pass forward, the loss says how far off the predictions are,
errors pass backward, and the weights are updated. An epoch is one pass over all rows.
``history_`` records every epoch; ``partial_fit`` trains one epoch at a time.

The four panels in the middle show two classes of training rows (orange and blue) in the plane of
their two features, and how the boundary between the predictions (red and blue shades) bends around
them from epoch to epoch.
"""

# sphinx_gallery_thumbnail_panels = [4]

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_moons
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = make_moons(400, noise=0.2, random_state=0)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)
net = MLPClassifier((30, 30), learning_rate_init=0.005, batch_size=32, random_state=2)

shown, accuracy = (1, 3, 10, 100), []
plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["loop"] * 4, list(shown), ["loss", "loss", "accuracy", "accuracy"]],
    figsize=(8.3, 7.4), height_ratios=(0.8, 1.5, 1.9), layout="constrained",
)  # fmt: skip
for epoch in range(1, 101):
    net.partial_fit(X, y, classes=[0, 1])
    accuracy.append(net.score(X_test, y_test))
    if epoch in shown:
        ax = axes[epoch]
        DecisionBoundaryDisplay.from_estimator(
            net, X, ax=ax, eps=0.4, cmap="RdBu_r", alpha=0.5, response_method="predict_proba"
        )
        ax.scatter(*X.T, c=np.where(y == 1, "C1", "C0"), s=8, edgecolors="white", linewidths=0.4)
        ax.set(title=f"after epoch {epoch}", xticks=[], yticks=[], xlabel="", ylabel="")
        ax.grid(False)
        print(f"epoch {epoch:>3}: loss {net.history_['loss'][-1]:.3f}, accuracy {accuracy[-1]:.3f}")

loop = axes["loop"]
steps = ["forward:\nanswers", "loss:\nhow far off", "backward:\nerrors", "update:\nweights"]
box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": "C0", "linewidth": 1.8}
for i, step in enumerate(steps):
    loop.text(i, 0, step, ha="center", va="center", bbox=box)
    begin = i - 0.69 if i else -0.55
    loop.annotate("", (i - 0.3, 0), (begin, 0), arrowprops={"arrowstyle": "-|>"})
loop.plot([3.3, 3.66], [0, 0], color="black", linewidth=1)
loop.plot([3.66, 3.66, -0.55, -0.55], [0, 0.95, 0.95, 0], color="black", linewidth=1)
loop.text(1.5, 1.0, "next batch of rows; all rows once: an epoch", ha="center", va="bottom")
loop.set(xlim=(-0.6, 3.75), ylim=(-0.7, 1.4))
loop.axis("off")
axes["loss"].plot(net.history_["epoch"], net.history_["loss"])
axes["loss"].set(title="training loss", xlabel="epoch", ylabel="cross-entropy", ylim=(0, None))
axes["accuracy"].plot(range(1, 101), accuracy, color="C2")
axes["accuracy"].set(title="accuracy on unseen rows", xlabel="epoch", ylim=(None, 1.0))
axes["accuracy"].set_ylabel("share of correct predictions")
for name in ("loss", "accuracy"):
    for epoch in shown:
        axes[name].axvline(epoch, color="0.5", linewidth=1, linestyle=":")
plt.show()
