"""
Weights: what a unit looks for
==============================

A weight says how much a unit listens to an input, and with which sign. If the inputs are pixels,
the weights of a unit form a picture: what counts for it is red, what counts against it is blue. A
strong penalty (``alpha``) keeps the pictures smooth. The images, of 8 x 8 pixels, are enlarged to
28 x 28.

Without a hidden layer, each output has one such picture: a template of its digit (the black outline
is the mean image of that digit). Hidden units look for strokes and gaps.
"""

# sphinx_gallery_thumbnail_panels = [0, 1, 2, 5, 6, 7]

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

digits = load_digits()
images = zoom(digits.images / 16, (1, 3.5, 3.5), order=1)
X, X_test, y, y_test = train_test_split(
    images.reshape(-1, 28 * 28).astype(np.float32), digits.target, random_state=0
)
settings = {"learning_rate": "cosine", "learning_rate_init": 0.003, "random_state": 0}
settings |= {"max_iter": 30, "n_iter_no_change": 30, "weight_init": "normal"}
linear = MLPClassifier((), alpha=100.0, **settings).fit(X, y)
hidden = MLPClassifier((30,), "tanh", alpha=20.0, **settings).fit(X, y)
for name, net in {"no hidden layer": linear, "30 hidden units": hidden}.items():
    print(f"{name:<16} accuracy on unseen digits {net.score(X_test, y_test):.3f}")

plt.style.use(house_style())
figure, axes = plt.subplots(4, 5, figsize=(8.3, 8), layout="constrained")
for rows, net in [(axes[:2], linear), (axes[2:], hidden)]:
    W = net.coefs_[0]
    for ax, weights in zip(rows.ravel(), W.T, strict=False):
        image = ax.imshow(weights.reshape(28, 28), cmap="RdBu_r", vmin=-W.max(), vmax=W.max())
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    bar = figure.colorbar(image, ax=rows, label="weight", shrink=0.8)
    bar.ax.set_title("for", color=image.cmap(1.0), fontsize="medium")
    bar.ax.set_xlabel("against", color=image.cmap(0.0))
for digit, ax in enumerate(axes[:2].ravel()):
    ax.contour(X[y == digit].mean(axis=0).reshape(28, 28), [0.45], colors="black", linewidths=1)
    ax.set_title(f"output {digit}")
for unit, ax in enumerate(axes[2:].ravel()):
    ax.set_title(f"hidden unit {unit}")
figure.suptitle("no hidden layer: ten templates; with one: strokes and gaps (10 of 30 units)")
plt.show()
