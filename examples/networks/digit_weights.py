"""
What weights look for
=====================

A weight says how much a unit listens to an input, and with which sign. If the inputs are pixels,
the weights of a unit form a picture: what the unit looks for is red, what speaks against it is
blue.

Without a hidden layer, each output has one such picture: a template of its digit. Hidden units look
for strokes that several digits share.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import WeightsDisplay, house_style

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
figure = plt.figure(figsize=(11, 4.6), layout="constrained")
left, right = figure.subfigures(1, 2)
left.suptitle("no hidden layer: one template for each digit")
bound = np.abs(linear.coefs_[0]).max()
for ax, digit in zip(left.subplots(2, 5).ravel(), range(10), strict=True):
    template = linear.coefs_[0][:, digit].reshape(28, 28)
    ax.imshow(template, cmap="RdBu_r", vmin=-bound, vmax=bound)
    ax.set(title=str(digit), xticks=[], yticks=[])
    ax.grid(False)
right.suptitle("30 hidden units: strokes and gaps")
WeightsDisplay.from_estimator(hidden, ax=right.subplots(), shape=(28, 28))
plt.show()
