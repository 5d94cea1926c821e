"""
A network of perceptrons
========================

A perceptron adds up its inputs, each times a weight, and applies an activation function to the sum.
Layers of perceptrons form a network. Every unit is connected to every unit of the next layer and to
none of its own: two neighboring layers form a bipartite graph, and signals only go forward. More
hidden layers make the network deeper.

Each line below is one learned weight: orange if positive, blue if negative, and wider if larger.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_iris
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import NetworkDisplay, house_style

iris = load_iris(as_frame=True)
X = StandardScaler().set_output(transform="pandas").fit_transform(iris.data)
X.columns = ["sepal length", "sepal width", "petal length", "petal width"]
y = iris.target_names[iris.target]

plt.style.use(house_style())
figure, axes = plt.subplots(2, 1, figsize=(8, 7.5), layout="constrained")
for ax, sizes in zip(axes, [(5,), (6, 5, 4)], strict=True):
    net = MLPClassifier(sizes, solver="lbfgs", alpha=1.0, max_iter=500, random_state=0).fit(X, y)
    display = NetworkDisplay.from_estimator(net, ax=ax)
    links = [len(lines.get_segments()) for lines in display.lines_]
    print(f"hidden layers {sizes}: {' + '.join(map(str, links))} = {sum(links)} weights")
    ax.set_title(f"{len(sizes)} hidden layer{'s' if len(sizes) > 1 else ''}: {sum(links)} weights")
plt.show()
