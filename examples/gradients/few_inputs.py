r"""
Small initial weights: few inputs dominate
==========================================

A network with three hidden layers is shallow enough to learn something even from
:math:`N(0, 0.01^2)`, if Adam trains it (gradient descent does not, in as many epochs). But then few
inputs dominate, and unseen digits are recognized less often.

The maps show the influence of each of the 64 pixels: its squared weights in the first layer, added
up, times its variance. Half of the influence belongs to 10 to 14 pixels if the weights were small
at first, and to 15 or 16 if they were He's, for each of eight seeds, four of which are shown.
"""

# sphinx_gallery_thumbnail_panels = [0, 1, 2, 4, 5, 6]

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from sknn import MLPClassifier
from sknn.inspection import house_style

# A fixed number of epochs, whether or not that is enough.
warnings.simplefilter("ignore", ConvergenceWarning)
X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = X[:1200] / 16, X[1200:] / 16, y[:1200], y[1200:]

plt.style.use(house_style())
figure, maps = plt.subplots(2, 4, figsize=(8.3, 4.9), layout="constrained")
for line, (name, start) in zip(
    maps, {"N(0, 0.01²)": "normal", "He": "he_normal"}.items(), strict=True
):
    for seed, ax in enumerate(line):
        net = MLPClassifier(
            (100,) * 3, weight_init=start, alpha=0, batch_size=32, learning_rate="cosine",
            learning_rate_init=0.003, max_iter=15, n_iter_no_change=15, random_state=seed,
        ).fit(X, y)  # fmt: skip
        influence = (net.coefs_[0] ** 2).sum(axis=1) * X.var(axis=0)
        shares = influence / influence.sum()
        needed = 1 + np.searchsorted(np.sort(shares)[::-1].cumsum(), 0.5)
        right = net.score(X_test, y_test)
        print(
            f"{name:<11} seed {seed}: {needed} pixels hold half of the influence, "
            f"accuracy on unseen digits {right:.2f}"
        )
        shown = ax.imshow(shares.reshape(8, 8), cmap="Greys", vmin=0, vmax=0.1)
        ax.set(title=f"{needed} pixels,\n{right:.0%} right", xticks=[], yticks=[])
        ax.grid(False)
    line[0].set_ylabel(f"initial weights:\n{name}")
bar = figure.colorbar(shown, ax=maps, label="share of the influence", shrink=0.75)
bar.set_ticks([0, 0.05, 0.1], labels=["0", "5%", "10%"])
figure.suptitle(
    "influence of each pixel after training, four seeds (titles: how many hold half of it)",
    fontsize="medium", weight="bold",
)  # fmt: skip
plt.show()
