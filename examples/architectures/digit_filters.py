"""
Convolutional networks: filters and feature maps
================================================

A convolution slides a small window of weights over the image and finds the same local feature
wherever it is: move the digit, and the map moves with it. Pooling keeps the largest output in every
patch: what was found, but not exactly where.

The filters of the first layer (a) become edges in several directions and one blob (the last). Each
makes a map (b) of where the digit has its feature (red) and where it has the opposite (blue). When
the digit moves, the map moves by as much (d), but the pooled map (c, e) keeps its shape and moves
by less than one of its larger pixels.

A convolutional network (CNN) therefore recognizes digits moved by two pixels, to positions it has
never seen, better than a network of dense layers, which is as good when nothing moves. The images,
of 8 x 8 pixels, are enlarged to 20 x 20, with an empty margin, 28 x 28 in all. The filters are
those of one of three networks.
"""

# sphinx_gallery_thumbnail_panels = [1, 2, 3, 8, 9, 10]

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import zoom
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sknn import CNNClassifier, MLPClassifier
from sknn.inspection import house_style

SEEDS = range(3)
digits = load_digits()
images = zoom(digits.images / 16, (1, 2.5, 2.5), order=1).astype(np.float32)
images = np.pad(images, ((0, 0), (4, 4), (4, 4)))
X, X_test, y, y_test = train_test_split(images, digits.target, train_size=1000, random_state=0)
cnn = CNNClassifier(
    (6, 32),
    kernel_size=7,
    pool_size=3,
    hidden_layer_sizes=(),
    activation="tanh",
    normalization=None,
    weight_init="normal",
    alpha=1.0,
    learning_rate="cosine",
    learning_rate_init=0.01,
    max_iter=12,
)
dense = make_pipeline(
    FunctionTransformer(lambda images: images.reshape(-1, 784)),
    MLPClassifier(
        (100,), learning_rate="cosine", learning_rate_init=0.003, batch_size=32, max_iter=30
    ),
)


def accuracy(nets, moved):
    """Return the mean over networks and four ways to move the unseen digits."""
    rows = [np.roll(X_test, way, axis) for way in (moved, -moved) for axis in (1, 2)]
    return np.mean([net.score(each, y_test) for net in nets for each in rows])


cnns = [clone(cnn).set_params(random_state=seed).fit(X, y) for seed in SEEDS]
flat = [clone(dense).set_params(mlpclassifier__random_state=seed).fit(X, y) for seed in SEEDS]
cnn = cnns[1]  # The one that is drawn.
means = {moved: (accuracy(cnns, moved), accuracy(flat, moved)) for moved in (0, 2)}
for moved, pair in means.items():
    print("unseen digits moved by {} pixels, right: CNN {:.3f}, dense {:.3f}".format(moved, *pair))

weights = cnn.get_weights()["conv0"]
filters = weights["W"][:, :, 0]
digit = X_test[y_test == 5][0]
middle = np.average(np.arange(28), weights=digit.sum(axis=0))

plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 7.8), layout="constrained")
figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, rect=(0, 0, 1, 0.99))
titles = (
    "a) filters: 7 x 7 weights of the first layer",
    "b) maps: where each filter finds its feature (red) or its opposite (blue)",
    "c) pooled: the largest of every 3 x 3",
    "d) the digit has moved two pixels to the right, and the maps with it (dotted: old place)",
    "e) pooled again: moved by less than one of these pixels",
)
lines = figure.subplots(5, 7)
for line, title in zip(lines, titles, strict=True):
    line[3].set_title(title)
bound = np.abs(filters).max()
for i, ax in enumerate(lines[0][1:]):
    shown = ax.imshow(filters[..., i], cmap="RdBu_r", vmin=-bound, vmax=bound)
for two, image in ((lines[1:3], digit), (lines[3:], np.roll(digit, 2, 1))):
    # Each filter moved over the digit, before and after pooling.
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image, 3), (7, 7))
    maps = np.tanh(np.einsum("ijkl,klf->ijf", windows, filters) + weights["b"])
    pooled = cnn.activations(image[None])[0][0]
    two[0][0].imshow(image, cmap="gray_r")
    two[0][0].set_xlabel("input, 28 x 28" if image is digit else "input, moved", fontsize="small")
    for line, found in zip(two, (maps, pooled), strict=True):
        for i, ax in enumerate(line[1:]):
            found_at = ax.imshow(found[..., i], cmap="RdBu_r", vmin=-1, vmax=1)
    for ax in two[0]:
        ax.axvline(middle, color="black", linestyle=":", linewidth=1.2)
for ax in lines.flat:
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(True)
for line, image, name in zip(
    lines[::2], (shown, found_at, found_at), ("weight", "output", "output"), strict=True
):
    bar = figure.colorbar(image, cax=line[0], ticklocation="left", label=name, format="%.1f")
    bar.set_ticks([image.norm.vmin, 0, image.norm.vmax])
    line[0].set_box_aspect(6)
figure.supxlabel(
    "unseen digits, not moved: CNN {:.0%} right, dense layers {:.0%}; "
    "moved by 2 pixels: {:.0%}, {:.0%}\n(means of three seeds)".format(*means[0], *means[2]),
    fontsize="medium", weight="bold",
)  # fmt: skip
plt.show()
