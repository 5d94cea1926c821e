r"""
Layers: a network of perceptrons
================================

A perceptron adds up its inputs, each times a weight, adds its bias, and applies an activation
function :math:`f` to the sum: :math:`y = f(\sum_i w_i x_i + b)`. Layers of perceptrons form a
network. Every unit is connected to every unit of the next layer (*fully connected*) and to none in
its own layer: two neighboring layers form a bipartite graph. Signals only flow forward
(*feedforward*), from the inputs through the hidden layers to the outputs. More hidden layers make
the network deeper.

The first picture is one unit. In the others, each line is one learned weight: orange if positive,
blue if negative, and thicker if larger. The outputs share their :math:`f`, the softmax, which turns
the sums of all three into probabilities.
"""

# sphinx_gallery_thumbnail_panels = [2]

import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import NetworkDisplay, house_style

iris = load_iris(as_frame=True)
X = StandardScaler().set_output(transform="pandas").fit_transform(iris.data)
X.columns = ["sepal length", "sepal width", "petal length", "petal width"]
y = iris.target_names[iris.target]

plt.style.use(house_style())
figure, (unit, *axes) = plt.subplots(
    3, 1, figsize=(8.3, 10.6), height_ratios=(0.75, 1, 1), layout="constrained"
)

# One unit: what it computes, from left to right.
arrow = {"arrowstyle": "-|>", "color": "0.2", "shrinkA": 13, "shrinkB": 13}
nodes = {(2, 1): r"$\sum$", (4, 1): "$f$", (2, -0.1): "$b$"}
for i, y_i in enumerate((2, 1, 0), start=1):
    nodes[0, y_i] = f"$x_{i}$"
    unit.annotate("", (2, 1), (0, y_i), arrowprops=arrow)
    unit.text(0.9, 0.45 * y_i + 0.55, f"$w_{i}$", ha="center", va="center", backgroundcolor="w")
for begin, end in [((2, -0.1), (2, 1)), ((2, 1), (4, 1)), ((4, 1), (5.7, 1))]:
    unit.annotate("", end, begin, arrowprops=arrow)
for place, text in nodes.items():
    unit.plot(*place, "o", markersize=24, color="0.2", markerfacecolor="white")
    unit.text(*place, text, ha="center", va="center")
unit.text(3, 1.3, "$z = w_1 x_1 + w_2 x_2 + w_3 x_3 + b$", ha="center", va="bottom")
unit.text(5.65, 1, "$y = f(z)$", va="center")
for x, name in [(0, "inputs"), (0.9, "weights"), (2, "sum and bias"), (4, "activation")]:
    unit.text(x, -0.75, name, ha="center", weight="bold")
unit.text(6, -0.75, "output", ha="center", weight="bold")
unit.set(title="one unit (a perceptron)", xlim=(-0.6, 6.6), ylim=(-0.9, 2.4))
unit.axis("off")

for ax, sizes in zip(axes, [(5,), (6, 5, 4)], strict=True):
    net = MLPClassifier(sizes, solver="lbfgs", alpha=1.0, max_iter=500, random_state=0).fit(X, y)
    for text in NetworkDisplay.from_estimator(net, ax=ax).ax_.texts:
        text.set_fontsize(11)
    weights, biases = (sum(a.size for a in arrays) for arrays in (net.coefs_, net.intercepts_))
    print(f"hidden layers {sizes}: {weights} weights + {biases} biases = {weights + biases} in all")
    layers = "1 hidden layer" if len(sizes) == 1 else f"{len(sizes)} hidden layers, deeper"
    ax.set_ylim(-0.72, 1.1)
    ax.set_title(f"{layers}: {weights} weights + {biases} biases")
axes[0].legend(
    [Line2D([], [], color=color, linewidth=3) for color in ("C1", "C0")],
    ["positive weight", "negative weight"],
    loc="lower left",
)
figure.supxlabel(
    "signals flow forward: input $\\longrightarrow$ hidden $\\longrightarrow$ output",
    fontsize="medium",
)
plt.show()
