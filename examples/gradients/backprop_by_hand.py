r"""
Backpropagation by hand
=======================

Backpropagation is the chain rule, applied from the output backward. The error of an output comes
from the loss. The error of a hidden unit is the sum, over the outputs it feeds, of their errors
times the weights between them, times the slope of its own activation:
:math:`\delta_h = \left(\sum_k \delta_k\, w_{hk}\right) (1 - h^2)` for tanh. The gradient of a
weight is its input times the error of its output.

The diagram shows this for one row and one hidden unit :math:`h`, with actual numbers, from right to
left in four steps, each rounded to three decimals as on paper. An arrow has the color of the number
that travels along it: orange if positive, blue if negative. Below, two layers computed by hand, in
a few lines of NumPy, agree with sknn, and both agree with the brute-force check: change one weight
a little, and see how the loss changes.
"""

# sphinx_gallery_thumbnail_panels = [0]

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import Circle
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


# sknn: one update of gradient descent at rate 1 moves the weights by minus the gradient.
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
    2, 1, figsize=(8.3, 10.6), height_ratios=(1.75, 1), layout="constrained"
)
row, unit = 61, 1  # A versicolor.
hidden, p = forward(X[[row]], *weights)
exact = (((p - target[row]) @ weights[2].T) * (1 - hidden**2))[0, unit]
# By hand: every result is rounded before the next step.
p, w, h = p[0].round(3), weights[2][unit].round(3), hidden[0, unit].round(3)
errors = p - target[row]
sent = (errors * w).round(3)
slope = (1 - h**2).round(3)
error = (sent.sum() * slope).round(3)
print(
    f"error of hidden unit {unit}: {sent.sum():.3f} x {slope:.3f} = {error:.3f}, exact {exact:.4f}"
)


RADIUS = 0.22


def node(x, y, text):
    above.add_patch(Circle((x, y), RADIUS, edgecolor="0.2", facecolor="white"))
    above.text(x, y, text, ha="center", va="center", fontsize=14)


def arrow(begin, end, number, label, place=0.5):
    """Draw a number that travels back, in the color of its sign."""
    color = "C1" if number > 0 else "C0"
    style = {"arrowstyle": "-|>", "color": color, "linewidth": 2, "mutation_scale": 18}
    begin, end = np.array(begin), np.array(end)
    around = 1.1 * RADIUS * (end - begin) / np.linalg.norm(end - begin)
    style |= {"shrinkA": 0, "shrinkB": 0}
    above.annotate("", end - around, begin + around, arrowprops=style)
    x, y = begin + place * (end - begin)
    dx, dy = begin - end
    along = {"rotation": np.degrees(np.arctan2(dy, dx)), "rotation_mode": "anchor"}
    above.text(x, y + 0.05, label, color=color, ha="center", va="bottom", fontsize=10, **along)


places, middle = np.array([3.0, 1.5, 0.0]), (2.8, 1.5)
for k, y_k in enumerate(places):
    truth = f"{target[row, k]:.0f}"
    arrow((5.5, y_k), middle, sent[k], f"${errors[k]:.3f} \\cdot {w[k]:.3f} = {sent[k]:.3f}$")
    node(5.5, y_k, f"$p_{k}$")
    color = "C1" if errors[k] > 0 else "C0"
    above.text(5.82, y_k + 0.17, iris.target_names[k], va="center")
    text = f"${p[k]:.3f} - {truth} = {errors[k]:.3f}$"
    above.text(5.82, y_k - 0.17, text, va="center", color=color)
for i, y_i in enumerate(np.linspace(3, 0, 4)):
    x_i = X[row, i].round(3)
    label = f"${x_i:.3f} \\cdot {error:.3f} = {x_i * error:.3f}$"
    arrow(middle, (0, y_i), x_i * error, label, place=0.57)
    node(0, y_i, f"$x_{i}$")
node(*middle, "$h$")
total = " + ".join(f"{each:.3f}" for each in sent).replace("+ -", "- ")
color = "C1" if error > 0 else "C0"
lines = [
    (f"sum: ${total} = {sent.sum():.3f}$", "black"),
    (f"slope: $h = {h:.3f}$, $1 - h^2 = {slope:.3f}$", "black"),
    (f"$\\delta_h = {sent.sum():.3f} \\cdot {slope:.3f} = {error:.3f}$", color),
]
for i, (text, color) in enumerate(lines):
    above.text(middle[0], 0.2 - 0.28 * i, text, ha="center", va="center", color=color)
steps = [
    (5.9, "1. output errors", r"$\delta_k = p_k - t_k$"),
    (4.1, "2. times the weight", r"$\delta_k\, w_{hk}$"),
    (
        middle[0],
        "3. sum, times the slope of $h$",
        r"$\delta_h = (\sum_k \delta_k\, w_{hk})(1 - h^2)$",
    ),
    (1.2, "4. gradients: input times error", r"$x_i\, \delta_h$"),
]
for i, (x, title, formula) in enumerate(steps):
    y = 4.15 if i != 2 else -0.75
    above.text(x, y, title, ha="center", va="center", weight="bold")
    above.text(x, y - 0.36, formula, ha="center", va="center", fontsize=13)
output = f"$h\\, \\delta_0 = {h:.3f} \\cdot {errors[0]:.3f} = {h * errors[0]:.3f}$"
above.text(
    5.7,
    -0.75,
    "4. gradient at the output: $h\\,\\delta_k$",
    ha="center",
    va="center",
    weight="bold",
)
above.text(5.7, -1.11, output, ha="center", va="center", color="C1" if h * errors[0] > 0 else "C0")
above.set(
    title="the chain rule in numbers, one row: from right to left (orange +, blue −)",
    xlim=(-0.25, 7.1),
    ylim=(-1.4, 4.4),
    aspect="equal",
)
above.axis("off")
low, high = flat(by_hand).min(), flat(by_hand).max()
below.plot([low, high], [low, high], color="0.6", linewidth=1)
for i, (layer, name) in enumerate(names):
    color = ["C0", "C1", "C2", "C7"][i]
    kind, nudges = f"{layer}, {'weights' if name == 'W' else 'biases'}", by_nudges[i].ravel()
    below.plot(nudges, by_hand[i].ravel(), "o", markersize=10, alpha=0.35, color=color)
    below.plot(nudges, by_sknn[i].ravel(), "x", color=color, label=kind)
below.set(
    title="the gradient of every weight, all rows: three ways agree",
    xlabel="slope of the loss when the weight is changed a little",
    ylabel="backpropagation:\nby hand (o) and by sknn (x)",
)
below.legend()
plt.show()
