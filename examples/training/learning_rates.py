"""
Learning rates: too small, too large, and decay
===============================================

The learning rate scales every step. If it is too small, training is slow; if it is too large,
steps leap over the minimum, each farther than the one before, and the loss explodes to far above
that of guessing. A range test raises the rate until that happens: good rates are well below
that (c). A decaying rate (which is not weight decay) takes long steps first and small ones at the
end (d): cosine changes with every update, the others once per epoch.

In panels a, one weight descends a parabola from the same place at three rates. In panels b and c, a
network of 50 hidden units learns digits, and the curves show the loss before every single update.
"""

# sphinx_gallery_thumbnail_panels = [0, 1, 2]

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from sknn import MLPClassifier, MLPRegressor
from sknn.callbacks import LearningRateRange
from sknn.exceptions import TrainingWarning
from sknn.inspection import LearningRateDisplay, house_style
from sknn.schedules import Step

# A fixed number of epochs, whether or not that is enough.
warnings.simplefilter("ignore", ConvergenceWarning)
warnings.simplefilter("ignore", TrainingWarning)
X, y = load_digits(return_X_y=True)
X = X / 16
settings = {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "random_state": 0}
names = ("too small", "good", "too large")

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [[name for name in names for _ in range(2)], ["updates"] * 3 + ["range"] * 3, ["decay"] * 6],
    figsize=(8.3, 10), height_ratios=(1, 1.2, 1), layout="constrained",
)  # fmt: skip

# Two rows whose loss is (w - 1)**2 / 2, because x = y.
ends, w = np.array([[1.0], [-1.0]]), np.linspace(-3.5, 5.5, 100)
for i, (name, rate) in enumerate(zip(names, (0.03, 0.6, 2.15), strict=True)):
    line = MLPRegressor(
        hidden_layer_sizes=(), batch_size=2, learning_rate_init=rate, normalize_y=False, **settings
    ).initialize(ends, ends[:, 0])  # fmt: skip
    line.set_weights({"output": {"W": np.array([[-0.5]]), "b": np.zeros(1)}})
    steps = [line.partial_fit(ends, ends[:, 0]).coefs_[0].item() for _ in range(7)]
    way = np.array([-0.5, *steps])
    axes[name].plot(w, (w - 1) ** 2 / 2, color="0.7")
    axes[name].plot(way, (way - 1) ** 2 / 2, "o-", color=f"C{i}", markersize=5, linewidth=1.2)
    axes[name].plot(way[0], (way[0] - 1) ** 2 / 2, "o", color="black", markersize=8)
    axes[name].set_title(f"a) {name}: rate {rate:g},\nafter 7 steps {abs(way[-1] - 1):.2f} away")
    axes[name].set(xlabel="weight", xticks=[-2, 1, 4], ylim=(-0.4, 9))
axes["too small"].set_ylabel("loss (black: start)")

test = LearningRateRange(high=20.0)
search = MLPClassifier(
    (50,), "tanh", batch_size=100, max_iter=40, callbacks=[test], **settings
).fit(X, y)  # fmt: skip
search.callbacks_[0].plot(axes["range"])
axes["range"].set_title("c) range test: raise the rate\nuntil the loss explodes")
good = float(f"{search.callbacks_[0].suggestion_:.1g}")

ax, order = axes["updates"], np.random.default_rng(0)
batches = [order.choice(len(X), 100, replace=False) for _ in range(150)]
for i, (name, rate) in enumerate(zip(names, (0.001, good, 10.0), strict=True)):
    net = MLPClassifier((50,), "tanh", batch_size=100, learning_rate_init=rate, **settings)
    for rows in batches:
        net.partial_fit(X[rows], y[rows], classes=range(10))
    loss = net.history_["loss"]
    ax.semilogy(loss, color=f"C{i}", linewidth=1.2)
    height = {"too small": 3.4, "good": 0.25, "too large": 40}[name]
    ax.text(150, height, f"{name}: {rate:g}", color=f"C{i}", ha="right", va="center", weight="bold")
    print(f"{name:<9} rate {rate:<5} largest loss {loss.max():.2f}, after 150 {loss[-1]:.3f}")
ax.axhline(np.log(10), color="0.5", linestyle=":", linewidth=1)
ax.set(title="b) digits: the loss of every update\n(dotted: guessing)", xlabel="update")
ax.set(ylabel="loss of 100 rows", ylim=(0.1, 600))

LearningRateDisplay.from_schedules(
    {"step": Step(every=10, decay=0.5), "exponential": "exponential", "cosine": "cosine"},
    learning_rate_init=good,
    max_iter=40,
    ax=axes["decay"],
)
axes["decay"].set_title("d) decay: schedules let the rate shrink")
plt.show()
