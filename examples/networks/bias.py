r"""
What a bias is for
==================

A weight belongs to a pair of units. A bias belongs to one unit, and says how active the unit is
before it sees any input. It moves the line where the unit turns on, :math:`x w + b = 0`. Without
biases, this line passes through the origin for every hidden unit, wherever the data are. Both
weights and biases are learned.

The output unit has a bias in all four networks; only the hidden layer has none in some.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.inspection import DecisionBoundaryDisplay

from sknn import MLPClassifier, MLPRegressor
from sknn.inspection import house_style
from sknn.layers import Dense

rng = np.random.default_rng(0)
X = rng.uniform(-1, 5, (400, 2))
y = (np.linalg.norm(X - 2.5, axis=1) < 1.3).astype(int)
settings = {"solver": "lbfgs", "alpha": 1e-3, "max_iter": 3000, "random_state": 3}
names = {False: "without bias", True: "with bias"}

plt.style.use(house_style())
figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained")
for ax, use_bias in zip(axes, [False, True], strict=False):
    net = MLPClassifier(layers=[Dense(6, "tanh", use_bias=use_bias)], **settings).fit(X, y)
    DecisionBoundaryDisplay.from_estimator(
        net, X, ax=ax, cmap="RdBu_r", alpha=0.45, eps=0, response_method="predict_proba"
    )
    ax.scatter(*X.T, c=np.where(y == 1, "C1", "C0"), s=12, edgecolors="white", linewidths=0.5)
    for w, b in zip(net.coefs_[0].T, net.intercepts_[0], strict=True):
        ax.axline(-b * w / (w @ w), slope=-w[0] / w[1], color="black", linewidth=1.2)
    ax.set(title=f"{names[use_bias]}: {net.score(X, y):.0%} right", xlabel="$x_1$", ylabel="$x_2$")
    ax.set(xlim=(-1, 5), ylim=(-1, 5))
    ax.grid(False)
    print(f"border {names[use_bias]}: accuracy {net.score(X, y):.3f}")

# %%
# The same for a curve, with 100 ReLU units.

x = np.linspace(-2, 4, 120)[:, None]
curve = np.cos(2 * x).ravel()
axes[2].plot(x, curve, color="0.75", linewidth=6, label="target")
for use_bias, color in [(False, "C1"), (True, "C0")]:
    net = MLPRegressor(layers=[Dense(100, "relu", use_bias=use_bias)], **settings).fit(x, curve)
    axes[2].plot(x, net.predict(x), color=color, label=names[use_bias])
    print(f"curve {names[use_bias]}: R2 {net.score(x, curve):.3f}")
axes[2].axvline(0, color="black", linewidth=1)
axes[2].set(title="without bias, ReLU units bend only at 0", xlabel="x", ylabel="y", ylim=(-1.2, 2))
axes[2].legend(loc="upper right")
plt.show()
