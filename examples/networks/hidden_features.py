"""
Hidden features: learned, not made by hand
==========================================

A hidden layer turns inputs into features. Nobody designs them: training finds what distinguishes
the classes. ``transform`` returns them. Each panel shows two numbers for every unseen image, which
is drawn as its digit.

The first two principal components (PCA) are computed, too, but without labels: of all linear
features, they keep the most variance, and leave many classes mixed. The two units of a narrow
hidden layer mix the classes even more before training: the nearest training images name the right
digit for only a fifth to a third of the unseen images, depending on the seed. Once trained with
labels, the units separate the classes: the digit is right for nine images out of ten.
"""

# sphinx_gallery_thumbnail_panels = [2]

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
    "2 principal components, no labels": (pca.transform(X), pca.transform(X_test)),
    "2 hidden units, untrained": (net.transform(X), net.transform(X_test)),
}
net.fit(X, y)
stages["2 hidden units, trained with labels"] = (net.transform(X), net.transform(X_test))

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [list(stages)[:2], [list(stages)[2]] * 2], figsize=(8.3, 8.6), height_ratios=(1, 1.4),
    layout="constrained",
)  # fmt: skip
colors = plt.get_cmap("tab10")
for name, (seen, unseen) in stages.items():
    accuracy = KNeighborsClassifier(3).fit(seen, y).score(unseen, y_test)
    print(f"{name:<35} accuracy of 3 nearest neighbors {accuracy:.3f}")
    ax = axes[name]
    for digit in range(10):
        ax.scatter(
            *unseen[y_test == digit].T, s=42, marker=f"${digit}$", linewidth=0.3,
            color=colors(digit),
        )  # fmt: skip
    ax.set(title=f"{name}\n3-nearest-neighbor accuracy: {accuracy:.0%}", xticks=[], yticks=[])
    ax.set(xlabel="first number", ylabel="second number")
    ax.grid(False)
plt.show()
