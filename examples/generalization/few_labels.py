"""
Transfer learning: few labels, weights of another task
======================================================

A network learns to recognize digits from 1,000 labeled images. A second one learns to tell
odd digits from even ones, using 20, 50, or 100 labeled images that the first has not seen. Starting
from the weights of the first network helps a little (with 100 labels, in 6 of 10 seeds), and
freezing its first layer helps more, because fewer weights have to be learned from the few labels.

Which images happen to be labeled matters, too, so the error bars of the two lower curves in panel a
overlap. Panel b compares starts on the same images: the gain over random weights.
"""

# sphinx_gallery_thumbnail_panels = [1]
# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.initializers import Pretrained
from sknn.inspection import house_style

labels, seeds = (20, 50, 100), 10
X, y = load_digits(return_X_y=True)
digits = {"train_size": 1000, "stratify": y}
names = ("random weights", "learned weights", "learned weights, first layer frozen")
right = {name: np.empty((seeds, len(labels))) for name in names}
for seed in range(seeds):
    X_first, X_rest, y_first, y_rest = train_test_split(X / 16, y, random_state=seed, **digits)
    net = MLPClassifier(
        (64, 32), learning_rate="cosine", learning_rate_init=0.005, max_iter=40, random_state=seed
    )
    learned = Pretrained(net.fit(X_first, y_first))
    second = clone(net).set_params(learning_rate_init=0.01, batch_size=10, max_iter=200)
    starts = [
        second,
        clone(second).set_params(weight_init=learned),
        clone(second).set_params(weight_init=learned, freeze=1),
    ]
    odd = y_rest % 2
    for i, n in enumerate(labels):
        X_few, X_test, y_few, y_test = train_test_split(
            X_rest, odd, train_size=n, stratify=odd, random_state=seed
        )
        for name, start in zip(right, starts, strict=True):
            right[name][seed, i] = start.fit(X_few, y_few).score(X_test, y_test)

plt.style.use(house_style())
figure, (above, below) = plt.subplots(
    2, 1, figsize=(8.3, 7.6), sharex=True, height_ratios=(1.3, 1), layout="constrained"
)
for i, (name, found) in enumerate(right.items()):
    style = {"marker": "o", "capsize": 4, "color": f"C{i}"}
    mean, error = found.mean(axis=0), found.std(axis=0, ddof=1) / np.sqrt(seeds)
    above.errorbar(labels, mean, error, label=f"start from {name}", **style)
    for n, accuracy in zip(labels, mean, strict=True):
        print(f"{n:>3} labels, {name:<35} accuracy {accuracy:.3f}")
    if i:
        gain = 100 * (found - right["random weights"])
        below.errorbar(
            labels, gain.mean(axis=0), gain.std(axis=0, ddof=1) / np.sqrt(seeds), **style
        )
        better = ", ".join(f"{n}" for n in (gain > 0).sum(axis=0))
        print(f"{name}: better than random weights in {better} of {seeds} seeds")
above.set(
    title="a) transfer: odd or even? Starting from a network that recognizes digits",
    xticks=labels,
    ylabel="accuracy on unseen images",
)
above.legend(loc="lower right")
below.axhline(0, color="C0")
below.set(title=f"b) on the same images, mean and standard error of {seeds} seeds")
below.set(ylabel="gain (points)", ylim=(-1, 6.2), xlabel="labeled images")
words = {"ha": "right", "weight": "bold"}
below.text(100, 3.3, "first layer frozen", color="C2", **words)
below.text(100, 1.55, "learned weights", color="C1", **words)
below.text(100, -0.7, "random weights", color="C0", **words)
plt.show()
