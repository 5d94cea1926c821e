"""
Vanishing gradients
===================

On its way back through a network, the error is multiplied in every layer by the weights and by the
slope of the activation. The slope of a sigmoid is at most 1/4, and small weights shrink the error
further: products of numbers below 1 fade, so layers near the input hardly learn. ReLU with He's
initial weights keeps the size of the error. The callback ``Diagnostics`` measures the gradients of
every layer in training and names what is wrong (dead: hidden units that are 0 for every row).

Panel a shows the norm of the gradient of the biases in the first update. It is the error that
reaches the layer, summed over the rows. Panel b shows which of the networks learn. Lines of
sigmoids are dashed; the markers show the initial weights.
"""

# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits

from sknn import MLPClassifier
from sknn.callbacks import Diagnostics
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X, y = X[:600] / 16, y[:600]
cases = {
    "sigmoid, N(0, 0.01²)": ("logistic", "normal"),
    "sigmoid, Xavier": ("logistic", "glorot_normal"),
    "ReLU, N(0, 0.01²)": ("relu", "normal"),
    "ReLU, Xavier": ("relu", "glorot_normal"),
    "ReLU, He": ("relu", "he_normal"),
}
descent = {"solver": "sgd", "momentum": 0.0, "learning_rate": "constant", "callbacks": None}
descent |= {"learning_rate_init": 1.0, "batch_size": 600}

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(8.3, 5), layout="constrained")
for label, (activation, weight_init) in cases.items():
    net = MLPClassifier(
        (50,) * 9, activation, weight_init=weight_init, batch_size=50, alpha=0.0,
        learning_rate="cosine", max_iter=25, n_iter_no_change=25,
        callbacks=[Diagnostics(warn=False)], random_state=0,
    )  # fmt: skip
    # One update of plain gradient descent at rate 1 moves the biases by minus their gradient.
    first = clone(net).set_params(**descent).initialize(X, y)
    before = [b.copy() for b in first.intercepts_]
    after = first.partial_fit(X, y).intercepts_
    norms = [np.linalg.norm(b - a) for b, a in zip(before, after, strict=True)]
    found = ", ".join(net.fit(X, y).callbacks_[0].findings_) or "nothing wrong"
    ratio = norms[0] / norms[-1]
    print(f"{label:<22} first/last layer {ratio:8.1e}  loss {net.loss_:.3f}  {found}")
    style = "--" if activation == "logistic" else "-"
    marker = {"normal": "s", "glorot_normal": "o", "he_normal": "^"}[weight_init]
    left.semilogy(range(1, len(norms) + 1), norms, style, marker=marker, label=label)
    # Dots at different epochs, so that no line hides another.
    dots = {"marker": marker, "markevery": (len(right.lines), 5)}
    right.plot(net.history_["epoch"], net.history_["loss"], style, **dots)
left.set(title="a) error that reaches each layer", xlabel="layer, counted from the input")
left.set(ylabel="norm of the gradient", xticks=range(1, 11), ylim=(None, 30))
left.text(1, 0.6, "ReLU, He: the error arrives", va="bottom")
left.text(10, 1e-17, "sigmoid, N(0, 0.01²):\nit vanishes", ha="right")
right.set(title="b) which networks learn", xlabel="epoch", ylabel="training loss", ylim=(0, None))
right.text(25, 2.14, "three are stuck at guessing", ha="right")
figure.legend(loc="outside lower center", ncols=3)
plt.show()
