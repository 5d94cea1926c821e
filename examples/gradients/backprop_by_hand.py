r"""
Backpropagation by hand
=======================

Backpropagation is the chain rule, applied from the output backward. The error of an output comes
from the loss. The error of a hidden unit is the sum, over the outputs it feeds, of their error
times the weight between them, times the slope of its own activation:
:math:`\delta_h = \left(\sum_k \delta_k\, w_{hk}\right) (1 - h^2)` for tanh. The gradient of a
weight is its input times the error of its output.

The diagram shows this for one hidden unit and one row, with real numbers. Below it, two layers by
hand, in a few lines of NumPy, agree with sknn, and both agree with the brute-force check: change
one weight a little, and see how the loss changes.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import check_gradients, house_style

iris = load_iris()
X, y = StandardScaler().fit_transform(iris.data), iris.target
target = np.eye(3)[y]


def forward(X, W1, b1, W2, b2):
    hidden = np.tanh(X @ W1 + b1)
    raw = hidden @ W2 + b2
    e = np.exp(raw - raw.max(axis=1, keepdims=True))
    return hidden, e / e.sum(axis=1, keepdims=True)


def loss(*weights):
    _, p = forward(X, *weights)
    return -np.log((p * target).sum(axis=1)).mean()


def gradients(W1, b1, W2, b2):
    hidden, p = forward(X, W1, b1, W2, b2)
    error_2 = (p - target) / len(X)  # Of the outputs: softmax and cross-entropy.
    error_1 = error_2 @ W2.T * (1 - hidden**2)  # Of the hidden units: back through W2.
    return X.T @ error_1, error_1.sum(axis=0), hidden.T @ error_2, error_2.sum(axis=0)


# sknn: one step of gradient descent at rate 1 moves the weights by minus the gradient.
net = MLPClassifier(
    (5,), "tanh", solver="sgd", momentum=0, learning_rate_init=1.0, alpha=0, batch_size=len(X),
    random_state=0,
).initialize(X, y)  # fmt: skip
names = [("hidden0", "W"), ("hidden0", "b"), ("output", "W"), ("output", "b")]
before = net.get_weights()
weights = [before[layer][name] for layer, name in names]
after = net.partial_fit(X, y).get_weights()
by_sknn = [before[layer][name] - after[layer][name] for layer, name in names]
by_hand = gradients(*weights)

# The brute-force check: change one weight at a time, and look at the loss.
by_nudges = [np.empty_like(array) for array in weights]
for array, slopes in zip(weights, by_nudges, strict=True):
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + 1e-6
        above = loss(*weights)
        array[place] = kept - 1e-6
        slopes[place] = (above - loss(*weights)) / 2e-6
        array[place] = kept


def flat(arrays):
    return np.concatenate([array.ravel() for array in arrays])


for name, others in {"sknn": by_sknn, "small changes": by_nudges}.items():
    far = np.abs(flat(by_hand) - flat(others)).max()
    print(f"by hand and by {name}: differ by at most {far:.0e}")
print(f"check_gradients of sknn, largest relative error: {check_gradients(net, X, y):.0e}")

plt.style.use(house_style())
figure, (above, below) = plt.subplots(
    2, 1, figsize=(8.3, 9.4), height_ratios=(1, 1.1), layout="constrained"
)
row, unit = 50, 1  # A versicolor.
(h, p), w = forward(X[[row]], *weights), weights[2][unit]
errors = (p - target[row])[0]
back = errors @ w
error = back * (1 - h[0, unit] ** 2)
print(f"error of hidden unit {unit}: {back:.3f} x {1 - h[0, unit] ** 2:.3f} = {error:.3f}")
above.scatter([0, 2, 2, 2], [1, 2, 1, 0], s=1200, facecolor="white", edgecolor="0.2", zorder=2)
above.text(0, 1, "$h$", ha="center", va="center", fontsize=14)
places = [(1.0, 1.63, "right"), (1.0, 1.1, "center"), (1.02, 0.56, "left")]
for k, (x, height, align) in enumerate(places):
    sent, end = errors[k] * w[k], 2 - k
    above.annotate(
        "", (0.14, 1 + 0.09 * (end - 1)), (1.86, end),
        arrowprops={"arrowstyle": "->", "color": "C1" if sent > 0 else "C0",
                    "linewidth": 1 + 15 * abs(sent), "mutation_scale": 22},
    )  # fmt: skip
    above.text(x, height, f"$w = {w[k]:.2f}$: sends back ${sent:.2f}$", ha=align)
    above.text(2, end, f"$o_{k}$", ha="center", va="center", fontsize=14)
    answer = f"{iris.target_names[k]}: $p = {p[0, k]:.2f}$, truth {target[row, k]:.0f}"
    above.text(2.2, end, f"{answer}\nerror $\\delta = {errors[k]:.2f}$", va="center")
above.text(
    0, 0.1, f"sum ${back:.2f}$, times the slope\n$1 - h^2 = {1 - h[0, unit] ** 2:.2f}$:\n"
    f"error $\\delta_h = {error:.2f}$", ha="center", va="center",
)  # fmt: skip
above.set(
    title="one row: errors travel back along the weights (sent back: orange +, blue −)",
    xlim=(-0.5, 3.3),
    ylim=(-0.4, 2.4),
)
above.axis("off")
low, high = flat(by_hand).min(), flat(by_hand).max()
below.plot([low, high], [low, high], color="0.6", linewidth=1)
for i, (layer, name) in enumerate(names):
    kind, nudges = f"{layer}, {'weights' if name == 'W' else 'biases'}", by_nudges[i].ravel()
    below.plot(nudges, by_hand[i].ravel(), "o", markersize=10, alpha=0.35, color=f"C{i + 2}")
    below.plot(nudges, by_sknn[i].ravel(), "x", color=f"C{i + 2}", label=kind)
below.set(
    title="the gradient of every weight, all rows: three ways agree",
    xlabel="slope of the loss when the weight is changed a little",
    ylabel="backpropagation:\nby hand (o) and by sknn (x)",
)
below.legend()
plt.show()
