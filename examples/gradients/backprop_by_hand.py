r"""
Backpropagation by hand
=======================

Backpropagation is the chain rule, applied from the output backward. The error of an output comes
from the loss. The error of a hidden unit is the sum over the units it feeds, of their error times
the weight between them, times the slope of its own activation. The gradient of a weight is its
input times the error of its output.

Twenty lines of NumPy do it for two layers. They agree with sknn, and both agree with the change of
the loss when a weight is changed a little.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import check_gradients, house_style

X, y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
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


# %%
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

# %%
# Check: change one weight at a time, and look at the loss.

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


print(f"by hand and sknn differ by {np.abs(flat(by_hand) - flat(by_sknn)).max():.0e}")
print(f"by hand and nudges differ by {np.abs(flat(by_hand) - flat(by_nudges)).max():.0e}")
print(f"check_gradients: {check_gradients(net, X, y):.0e}")

plt.style.use(house_style())
figure, ax = plt.subplots(figsize=(6, 5), layout="constrained")
low, high = flat(by_hand).min(), flat(by_hand).max()
ax.plot([low, high], [low, high], color="0.6", linewidth=1)
for i, (layer, name) in enumerate(names):
    ax.plot(by_nudges[i].ravel(), by_hand[i].ravel(), "o", markersize=9, alpha=0.35, color=f"C{i}")
    ax.plot(by_nudges[i].ravel(), by_sknn[i].ravel(), "x", color=f"C{i}", label=f"{layer} {name}")
ax.set(
    title="the gradient of every weight: on one line",
    xlabel="slope of the loss, by central differences",
    ylabel="backpropagation: by hand (o) and by sknn (x)",
)
ax.legend()
plt.show()
