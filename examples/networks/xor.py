"""
Why hidden layers: exclusive or
===============================

A network without hidden layers has a straight boundary between the classes, and no straight line
separates the corners of the exclusive or: opposite corners have the same class. Four hidden units
bend the boundary.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import MLPClassifier
from sknn.inspection import house_style

rng = np.random.default_rng(0)
bits = rng.integers(0, 2, (200, 2))
X, y = bits + 0.12 * rng.standard_normal((200, 2)), bits[:, 0] ^ bits[:, 1]

plt.style.use(house_style())
figure, axes = plt.subplots(1, 2, figsize=(8.5, 4.2), layout="constrained")
networks = {"no hidden layer": (), "one hidden layer of 4": (4,)}
for ax, (name, hidden_layer_sizes) in zip(axes, networks.items(), strict=True):
    net = MLPClassifier(
        hidden_layer_sizes, activation="tanh", learning_rate_init=0.05, max_iter=500, random_state=0
    ).fit(X, y)
    accuracy = net.score(X, y)
    print(f"{name:<24} accuracy {accuracy:.3f}")
    drawn = {"ax": ax, "response_method": "predict_proba", "eps": 0.3}
    DecisionBoundaryDisplay.from_estimator(net, X, cmap="RdBu_r", alpha=0.45, **drawn)
    DecisionBoundaryDisplay.from_estimator(
        net, X, plot_method="contour", levels=[0.5], colors="black", **drawn
    )
    ax.scatter(*X.T, c=np.where(y == 1, "C1", "C0"), s=25, edgecolors="white", linewidths=0.5)
    ax.set(title=f"{name}: {accuracy:.0%} right", xlabel="$x_1$", ylabel="$x_2$", aspect="equal")
    ax.grid(False)
plt.show()
