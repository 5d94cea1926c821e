r"""
Sigmoid and squared error
=========================

With a sigmoid output :math:`o` and the squared error :math:`(o - d)^2 / 2`, the gradient of a
weight is :math:`(o - d)\, o (1 - o)\, x`. The factor :math:`o (1 - o)` is largest where the output
is undecided, at 0.5, and almost zero where the output is certain, even if it is certain and wrong.
Cross-entropy cancels this factor: what remains is :math:`(o - d)\, x`, and the worst errors are
corrected first.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_blobs

from sknn import MLPClassifier
from sknn.inspection import house_style

o = np.linspace(0, 1, 201)
plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
left.plot(o, o, color="C0", label="cross-entropy: $o - d$")
left.plot(o, o * o * (1 - o), color="C1", label="squared error: $(o - d)\\, o (1 - o)$")
left.plot(o, o * (1 - o), ":", color="0.4", label="$o (1 - o)$")
left.annotate(
    "sure and wrong:\nno gradient", (0.99, 0.02), (0.7, 0.42), arrowprops={"arrowstyle": "->"}
)
left.set(title="gradient of the raw score, truth $d = 0$", xlabel="output $o$", ylim=(-0.03, 1))
left.legend(loc="upper left")

# %%
# Two networks without a hidden layer start sure and wrong: with the same large weights of the wrong
# sign. Full batches, the same rate.

X, y = make_blobs(200, centers=[[-1, -1], [1, 1]], cluster_std=0.7, random_state=0)
for loss, color, name in [
    ("log_loss", "C0", "cross-entropy"),
    ("squared_error", "C1", "squared error"),
]:
    net = MLPClassifier(
        (), loss=loss, solver="sgd", momentum=0, learning_rate_init=0.5, batch_size=200, alpha=0,
        random_state=0,
    ).initialize(X, y)  # fmt: skip
    net.set_weights({"output": {"W": np.array([[-2.0], [-2.0]]), "b": np.zeros(1)}})
    accuracy = [net.score(X, y)]
    for _ in range(300):
        accuracy.append(net.partial_fit(X, y).score(X, y))
    right.plot(accuracy, color=color, label=name)
    there = next((i for i, value in enumerate(accuracy) if value > 0.9), None)
    print(f"{name:<14} begins at {accuracy[0]:.2f}, above 0.9 after {there} steps")
right.set(title="starting certain and wrong", xlabel="step", ylabel="accuracy", ylim=(0, 1.02))
right.legend(loc="center right")
plt.show()
