"""
What a bias is for
==================

A weight belongs to a pair of units. A bias belongs to one unit, and says how active the unit is
before it sees any input. It moves the line where the unit is 0, :math:`x w + b = 0`. Without biases
this line passes through the origin for every hidden unit. The tanh units used here then cannot
enclose a disk around the origin, and a ReLU unit bends only at 0. Both weights and biases are
learned. Without bias, the network is little better than predicting "outside" for every row.

The output unit has a bias in all four networks; only the hidden layer has none in two of them. In
the upper panels (a, b), the shade is the predicted probability: red for inside, blue for outside.
The lower panel (c) shows the same for a curve.
"""

# sphinx_gallery_thumbnail_panels = [2]
# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import MLPClassifier, MLPRegressor
from sknn.inspection import house_style
from sknn.layers import Dense

rng = np.random.default_rng(0)
X = rng.uniform(-3, 3, (400, 2))
y = (np.linalg.norm(X, axis=1) < 1.8).astype(int)
settings = {"solver": "lbfgs", "alpha": 1e-3, "max_iter": 3000, "random_state": 0}
names = {"without bias": False, "with bias": True}

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [list(names), ["curve", "curve"]], figsize=(8.3, 7.6), height_ratios=(1.2, 1),
    layout="constrained",
)  # fmt: skip
for letter, (name, use_bias) in zip("ab", names.items(), strict=True):
    ax = axes[name]
    net = MLPClassifier(layers=[Dense(6, "tanh", use_bias=use_bias)], **settings).fit(X, y)
    DecisionBoundaryDisplay.from_estimator(
        net, X, ax=ax, cmap="RdBu_r", alpha=0.45, eps=0, response_method="predict_proba"
    )
    ax.scatter(*X.T, c=np.where(y == 1, "C1", "C0"), s=12, edgecolors="white", linewidths=0.5)
    for w, b in zip(net.coefs_[0].T, net.intercepts_[0], strict=True):
        ax.axline(-b * w / (w @ w), slope=-w[0] / w[1], color="black", linewidth=1.2)
    ax.add_patch(plt.Circle((0, 0), 1.8, fill=False, linestyle="--", linewidth=1.8))
    ax.set(title=f"{letter}) 6 tanh units {name}: {net.score(X, y):.0%} right")
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xlim=(-3, 3), ylim=(-3, 3))
    ax.grid(False)
    print(f"boundary {name}: accuracy {net.score(X, y):.3f}")
share = 1 - y.mean()
print(f"outside for every row: accuracy {share:.3f}")
figure.suptitle(
    f"black lines: where a hidden unit is 0 (predicting outside for every row: {share:.0%} right)\n"
    "shade: predicted inside (red) or outside (blue)",
    fontsize="medium",
)
kinds = {"C1": "inside", "C0": "outside"}
axes["without bias"].legend(
    [Line2D([], [], marker="o", linestyle="", color=color) for color in kinds]
    + [Line2D([], [], color="black", linestyle="--")],
    [*kinds.values(), "true circle"], loc="lower left", framealpha=0.9,
)  # fmt: skip

# The same for a curve, with 100 ReLU units.
x = np.linspace(-2, 4, 120)[:, None]
target = np.cos(2 * x).ravel()
ax = axes["curve"]
ax.plot(x, target, color="0.75", linewidth=6, label="target")
for (name, use_bias), line in zip(names.items(), ["C1--", "C0-"], strict=True):
    net = MLPRegressor(layers=[Dense(100, "relu", use_bias=use_bias)], **settings).fit(x, target)
    ax.plot(x, net.predict(x), line, label=name)
    print(f"curve {name}: R2 {net.score(x, target):.3f}")
ax.axvline(0, color="black", linewidth=1)
ax.set(title="c) without bias, 100 ReLU units bend only at 0", xlabel="$x$", ylabel="$y$")
ax.set_ylim(-1.2, 2.7)
ax.legend(loc="upper right")
plt.show()
