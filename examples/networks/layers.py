"""
Layers: a network of perceptrons
================================

A perceptron adds up its inputs, each times a weight, adds its bias, and bends the sum. Perceptrons
in layers make a network. Every unit is linked to every unit of the next layer and to none in its
own layer: two neighboring layers are a bipartite graph, and signals only go forward. The more
hidden layers, the deeper the network.

Each line below is one learned weight: orange for positive, blue for negative; the larger the
weight, the wider the line.
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
