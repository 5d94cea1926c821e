"""
Layers: a network of perceptrons
================================

A perceptron adds up its inputs, each times a weight, adds its bias, and applies an activation
function to the sum. Layers of perceptrons form a network. Every unit is connected to every unit of
the next layer and to none in its own layer: two neighboring layers form a bipartite graph, and
signals only go forward. More hidden layers make the network deeper.

Each line below is one learned weight: orange if positive, blue if negative, and wider if larger.
"""

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
figure, axes = plt.subplots(2, 1, figsize=(8.3, 8.6), layout="constrained")
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
figure.supxlabel("signals go forward: input $\\longrightarrow$ hidden $\\longrightarrow$ output")
plt.show()
