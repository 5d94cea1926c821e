"""
Vanishing gradients
===================

On its way back through a network, the gradient is multiplied in every layer by the weights and by
the slope of the activation. The slope of a sigmoid is at most 1/4, and small weights shrink the
rest, so layers near the input hardly learn. ReLU with He's initial weights keeps the size of the
gradient. The callback Diagnostics measures every layer and names what is wrong.

The norms are means over the first epoch. At the very first step, those of ReLU with N(0, 0.01²) are
the same in all layers, about 1e-11: what a gradient loses on its way back, the input of the layer
has lost on its way forward. Then Adam moves all biases equally far, the inputs of the upper layers
are no longer tiny, and the norms fall toward the input.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits

from sknn import MLPClassifier
from sknn.callbacks import Diagnostics
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X, y = X[:600] / 16, y[:600]
cases = {
    "logistic, N(0, 0.01²)": ("logistic", "normal"),
    "logistic, Xavier": ("logistic", "glorot_normal"),
    "ReLU, N(0, 0.01²)": ("relu", "normal"),
    "ReLU, Xavier": ("relu", "glorot_normal"),
    "ReLU, He": ("relu", "he_normal"),
}

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for label, (activation, weight_init) in cases.items():
    net = MLPClassifier(
        (50,) * 9,
        activation,
        weight_init=weight_init,
        batch_size=50,
        alpha=0.0,  # The penalty has a gradient of its own.
        learning_rate="cosine",
        max_iter=25,
        n_iter_no_change=25,
        callbacks=[Diagnostics(warn=False)],
        random_state=0,
    ).fit(X, y)
    history = net.history_
    norms = [history[name][0] for name in history if name.startswith("gradient_norm.")]
    found = ", ".join(net.callbacks_[0].findings_) or "nothing wrong"
    print(
        f"{label:<24} first/last layer {norms[0] / norms[-1]:8.1e}  loss {net.loss_:.3f}  {found}"
    )
    style = "--" if activation == "logistic" else "-"
    left.semilogy(range(1, len(norms) + 1), norms, style, marker="o", label=label)
    right.plot(history["epoch"], history["loss"], style, label=label)
left.set(title="what reaches each layer", xlabel="layer, counted from the input")
left.set(ylabel="norm of the gradient", xticks=range(1, 11))
right.set(title="who learns", xlabel="epoch", ylabel="training loss")
right.legend(loc="center right")
plt.show()
