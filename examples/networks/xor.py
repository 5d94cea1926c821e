"""
Why hidden layers? The XOR problem
==================================

A network without hidden layers has a straight boundary between the classes, and no straight line
separates the four points of the exclusive or (XOR): opposite corners have the same class. A line
gets three of them right at best, and is then confidently wrong about the fourth. The loss is lowest
if every probability is one half: no boundary at all. With a hidden layer of four units, the network
draws two boundaries, and class 0 is the band between them.
"""

# sphinx_gallery_thumbnail_panels = [0, 1]

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import MLPClassifier
from sknn.inspection import house_style

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = np.array([0, 1, 1, 0])
settings = {"activation": "tanh", "solver": "lbfgs", "random_state": 0}

plt.style.use(house_style())
figure, axes = plt.subplots(1, 2, figsize=(8.3, 4), sharey=True, layout="constrained")
networks = {"no hidden layer": (), "one hidden layer of 4": (4,)}
for ax, (name, sizes) in zip(axes, networks.items(), strict=True):
    net = MLPClassifier(hidden_layer_sizes=sizes, **settings).fit(X, y)
    p = net.predict_proba(X)[:, 1]
    print(f"{name:<22} probabilities {p.round(2)}, accuracy {net.score(X, y):.2f}")
    image = DecisionBoundaryDisplay.from_estimator(
        net, X, ax=ax, response_method="predict_proba", plot_method="pcolormesh", eps=0.5,
        cmap="RdBu_r", alpha=0.6, vmin=0, vmax=1,
    ).surface_  # fmt: skip
    ax.scatter(*X.T, c=np.where(y == 1, "C1", "C0"), s=120, edgecolors="white", linewidths=1.5)
    ax.set(title=f"{name}: {net.score(X, y):.0%} right", xlabel="$x_1$", xticks=[0, 1])
    ax.set(yticks=[0, 1], ylabel="")
    ax.grid(False)
axes[0].set_ylabel("$x_2$")
axes[0].axline((0.5, 0), (0, 0.5), color="0.3", linestyle="--", linewidth=1.2)
axes[0].text(0.5, 0.6, "1/2 everywhere;\nany line (dashed) gets\n3 of 4 at best", ha="center")
figure.colorbar(image, ax=axes, label="probability of class 1 (orange dots)")
plt.show()
