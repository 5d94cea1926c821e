r"""
Sigmoid and squared error
=========================

With a sigmoid output :math:`p` (often written :math:`o`), truth :math:`t` (or :math:`d`), and the
squared error :math:`(p - t)^2 / 2`, the gradient of a weight is :math:`(p - t)\, p (1 - p)\, x`.
The factor :math:`p (1 - p)` is largest where the output is undecided, at 0.5, and almost zero where
the output is certain, even if it is confidently wrong. Cross-entropy cancels this factor: what
remains is :math:`(p - t)\, x`, and the worst errors are corrected first.

Below, two networks without a hidden layer start confidently wrong, from the same large weights of
the wrong sign, with full batches at the same rate.
"""

# sphinx_gallery_thumbnail_panels = [2]
# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_blobs

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = make_blobs(200, centers=[[-1, -1], [1, 1]], cluster_std=0.7, random_state=0)
losses, accuracy = {}, {}
for name, loss in {"cross-entropy": "log_loss", "squared error": "squared_error"}.items():
    net = MLPClassifier(
        (), loss=loss, solver="sgd", momentum=0, learning_rate_init=0.5, batch_size=200, alpha=0,
        random_state=0,
    ).initialize(X, y)  # fmt: skip
    net.set_weights({"output": {"W": np.array([[-2.0], [-2.0]]), "b": np.zeros(1)}})
    accuracy[name] = [net.score(X, y)]
    for _ in range(120):
        accuracy[name].append(net.partial_fit(X, y).score(X, y))
    losses[name] = net.history_["loss"]
    there = next(step for step, value in enumerate(accuracy[name]) if value > 0.9)
    print(f"{name:<14} begins at {accuracy[name][0]:.2f}, above 0.9 after {there} steps")

p = np.linspace(0, 1, 201)
plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["slope", "slope"], ["loss", "accuracy"]], figsize=(8.3, 7.6), layout="constrained"
)
ax = axes["slope"]
ax.plot(p, p, color="C0", label="cross-entropy: $p - t$")
ax.plot(p, p * p * (1 - p), color="C1", label="squared error: $(p - t)\\, p (1 - p)$")
ax.plot(p, p * (1 - p), ":", color="0.3", label="the factor $p (1 - p)$")
arrow = {"arrowprops": {"arrowstyle": "->"}, "ha": "center"}
ax.annotate("undecided:\nlargest factor", (0.5, 0.25), (0.35, 0.55), **arrow)
wrong = "confidently wrong: the squared\nerror has no gradient left"
ax.annotate(wrong, (0.99, 0.02), (0.79, 0.32), **arrow)
ax.set(title="gradient with respect to the raw score, truth $t = 0$", xlabel="output $p$")
ax.set_ylabel("gradient")
ax.set_ylim(-0.03, 1.05)
ax.legend(loc="upper left")
for name, color in [("cross-entropy", "C0"), ("squared error", "C1")]:
    axes["loss"].plot(losses[name] / losses[name][0], color=color, label=name)
    axes["accuracy"].plot(accuracy[name], color=color, label=name)
axes["loss"].set(title="training loss, each as a\nshare of its first value", xlabel="step")
axes["accuracy"].set(title="both start\nconfidently wrong", xlabel="step", ylabel="accuracy")
for name in ("loss", "accuracy"):
    axes[name].set_ylim(0, 1.02)
axes["accuracy"].text(10, 0.89, "cross-entropy", color="C0", weight="bold", va="top")
axes["accuracy"].text(10, 0.1, "squared error", color="C1", weight="bold")
plt.show()
