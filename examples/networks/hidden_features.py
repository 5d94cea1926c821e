"""
Features that nobody made by hand
=================================

A hidden layer turns inputs into features. Nobody designs them: training finds what tells the
classes apart. ``transform`` returns them. Two numbers for each image of a digit are drawn below.
The best two linear features of the pixels (principal components) leave the classes mixed; the two
units of a narrow hidden layer, once trained, separate them.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, train_size=0.6, random_state=0)
net = MLPClassifier(
    (100, 30, 2),
    ["relu", "relu", "identity"],
    learning_rate="cosine",
    learning_rate_init=0.005,
    max_iter=100,
    n_iter_no_change=100,
    random_state=3,
)
pca = PCA(2).fit(X)
net.initialize(X, y)
stages = {
    "two principal components": (pca.transform(X), pca.transform(X_test)),
    "two hidden units before training": (net.transform(X), net.transform(X_test)),
}
net.fit(X, y)
stages["two hidden units after training"] = (net.transform(X), net.transform(X_test))

plt.style.use(house_style())
figure, axes = plt.subplots(1, 3, figsize=(12, 4.3), layout="constrained")
colors = plt.get_cmap("tab10")
for ax, (name, (seen, unseen)) in zip(axes, stages.items(), strict=True):
    accuracy = KNeighborsClassifier(3).fit(seen, y).score(unseen, y_test)
    print(f"{name:<33} accuracy of 3 neighbors {accuracy:.3f}")
    for digit in range(10):
        rows = unseen[y_test == digit]
        x_1, x_2 = sorted(rows, key=lambda row: row[0])[len(rows) // 2]
        ax.scatter(*rows.T, s=8, color=colors(digit))
        ax.text(
            x_1, x_2, str(digit), fontsize=13, weight="bold", ha="center", va="center",
            bbox={"facecolor": "white", "alpha": 0.75, "pad": 1, "linewidth": 0},
        )  # fmt: skip
    ax.set(title=f"{name}:\n3 neighbors name {accuracy:.0%}", xticks=[], yticks=[])
    ax.grid(False)
plt.show()
