"""
Why this prediction? Gradients and importance of the inputs
===========================================================

A network does not explain itself. But you can ask it: how would the score of a class change
with each input (``input_gradients``), and how much worse does the network get when a column is
shuffled (``feature_importances``)? For digits, the gradient shows where ink would count for a
class, and where it would count against it (a).

The importance of a column (b) is estimated from random shuffles of the 107 test rows. Bars near
zero, above or below it, are columns that the network can do without: a bar of -0.01 means that
about one more row was classified correctly with the column shuffled.

Columns that carry the same information hide each other: of flavanoids, total phenols, and od280
(diluted wines), each one can be shuffled at little cost. But if all three are shuffled in the same
order, the accuracy falls by 0.12 (orange bar): they still agree with each other, but are those of
another wine. Which column comes first depends on the seed of the network. That the three together
cost far more than each of them alone does not: with five more seeds, 0.05 to 0.18.
"""

# sphinx_gallery_thumbnail_panels = [0, 1]

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits, load_wine
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import feature_importances, house_style, input_gradients

settings = {"learning_rate": "cosine", "learning_rate_init": 0.003, "random_state": 0}
images = zoom(load_digits().images / 16, (1, 3.5, 3.5), order=1)
X, X_test, y, y_test = train_test_split(
    images.reshape(-1, 28 * 28).astype(np.float32), load_digits().target, random_state=0
)
net = MLPClassifier((64,), alpha=30.0, max_iter=30, n_iter_no_change=30, **settings).fit(X, y)
eight = X_test[y_test == 8][5][None]
gradients = {digit: input_gradients(net, eight, target=digit)[0] for digit in (8, 3, 9)}

# The columns of a table: the wines of three growers.
wine = load_wine()
A, B, c, d = train_test_split(wine.data, wine.target, test_size=0.6, random_state=0)
model = make_pipeline(StandardScaler(), MLPClassifier((20,), max_iter=150, **settings)).fit(A, c)
importance = feature_importances(model, B, d, n_repeats=20, random_state=0)
order = np.argsort(importance)
for column in order[::-1][:3]:
    print(f"{wine.feature_names[column]:<16} accuracy lost when shuffled {importance[column]:.3f}")

# Three columns that belong together, shuffled in one order.
rng, alike, scores = np.random.default_rng(0), [5, 6, 11], []
for _ in range(20):
    shuffled = B.copy()
    shuffled[:, alike] = B[rng.permutation(len(B))][:, alike]
    scores.append(model.score(shuffled, d))
lost = model.score(B, d) - np.mean(scores)
together = ", ".join(wine.feature_names[column].split("/")[0] for column in alike)
print(f"{together}, all in the same order: {lost:.3f}")

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["image", *gradients], ["bars"] * 4],
    figsize=(8.3, 7.4), height_ratios=(1, 1.8), layout="constrained",
)  # fmt: skip
axes["image"].imshow(eight.reshape(28, 28), cmap="gray_r")
axes["image"].set_title(f"a) unseen image:\npredicted as {net.predict(eight)[0]}")
bound = max(np.abs(gradient).max() for gradient in gradients.values())
for digit, gradient in gradients.items():
    axes[digit].imshow(gradient.reshape(28, 28), cmap="RdBu_r", vmin=-bound, vmax=bound)
    axes[digit].contour(eight.reshape(28, 28), levels=[0.4], colors="black", linewidths=1)
    axes[digit].set_title(f"ink for and\nagainst a {digit}".replace("a 8", "an 8"))
colors = axes[9].images[0]
figure.colorbar(
    colors,
    ax=axes[9],
    label="red: for, blue: against\n(score per unit of ink)",
    ticks=[-bound, 0, bound],
    format="%.2g",
    shrink=0.7,
)
for name in ("image", *gradients):
    axes[name].set(xticks=[], yticks=[])
    axes[name].grid(False)
ax = axes["bars"]
names = [wine.feature_names[column].split("/")[0].replace("_", " ") for column in order]
ax.barh(names, importance[order])
ax.barh(len(order) + 0.6, lost, color="C1")
ax.set_yticks([*range(len(order)), len(order) + 0.6], [*names, "total phenols,\nflavanoids, od280"])
ax.set(title="b) wine: importance of each column (orange: of three, shuffled in the same order)")
ax.set(xlabel="accuracy lost when the column is shuffled")
plt.show()
