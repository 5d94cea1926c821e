r"""
L1 makes zeros, L2 makes small weights
======================================

L2 adds :math:`\frac{\alpha}{2} \lVert W \rVert^2` to the loss: under gradient descent every step
shrinks every weight by the same share, hence weight decay. L1 adds
:math:`l_1 \lVert W \rVert_1`, which pulls with the same force whatever the size of the weight,
so weights
that are not needed become exactly 0.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
penalties = {
    "no penalty": {"alpha": 0.0},
    "L2: alpha=5": {"alpha": 5.0},
    "L1: l1=4": {"alpha": 0.0, "l1": 4.0},
}

plt.style.use(house_style())
figure, axes = plt.subplots(2, 3, figsize=(11, 6), layout="constrained")
for i, (name, penalty) in enumerate(penalties.items()):
    net = MLPClassifier(
        (40,), solver="sgd",
        batch_size=32,
        learning_rate="cosine", learning_rate_init=0.1, max_iter=80, n_iter_no_change=80,
        random_state=0, **penalty,
    ).fit(X, y)  # fmt: skip
    W = net.coefs_[0]
    zeros, accuracy = (W == 0).mean(), net.score(X_test, y_test)
    print(f"{name:<13} {zeros:6.1%} of weights are 0, accuracy {accuracy:.3f}")
    axes[0, i].hist(W.ravel(), bins=np.linspace(-1, 1, 61), color=f"C{i}")
    axes[0, i].set(title=f"{name}\n{zeros:.0%} are 0, accuracy {accuracy:.3f}", yscale="log")
    axes[0, i].set(xlabel="weight", ylim=(0.7, 3000))
    axes[1, i].imshow(W, cmap="RdBu_r", vmin=-0.6, vmax=0.6, aspect="auto")
    axes[1, i].set(xlabel="hidden unit", ylabel="pixel")
    axes[1, i].grid(False)
axes[0, 0].set_ylabel("weights")
plt.show()
