"""
Convolutional networks: filters and feature maps
================================================

A convolution slides a small window of weights over the image and finds the same local feature
wherever it is: move the digit, and the map moves with it. Pooling keeps the largest output in every
patch: what was found, but not exactly where. The filters of the first layer become edges, strokes
in several directions, and blobs. Each makes a map of where the digit has its feature (red) and
where it has the opposite (blue). A convolutional network (CNN) therefore recognizes digits shifted
by two pixels, to positions it has never seen, better than a network of dense layers. The images, of
8 x 8 pixels, are enlarged to 20 x 20, with an empty margin. The filters are those of one of five
networks.
"""

# sphinx_gallery_thumbnail_panels = [1, 2, 3, 4, 5, 6]

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

SEEDS = range(5)
digits = load_digits()
images = zoom(digits.images / 16, (1, 2.5, 2.5), order=1).astype(np.float32)
images = np.pad(images, ((0, 0), (4, 4), (4, 4)))
X, X_test, y, y_test = train_test_split(images, digits.target, train_size=1000, random_state=0)
settings = {"learning_rate": "cosine", "max_iter": 12, "n_iter_no_change": 12}
cnn = CNNClassifier(
    (6, 32),
    kernel_size=7,
    pool_size=3,
    hidden_layer_sizes=(),
    activation="tanh",
    normalization=None,
    weight_init="normal",
    alpha=1.0,
    learning_rate_init=0.01,
    **settings,
)
dense = make_pipeline(
    FunctionTransformer(lambda images: images.reshape(-1, 784)),
    MLPClassifier((100,), learning_rate_init=0.003, **settings),
)


def accuracy(nets, moved):
    """Return the mean over networks and four ways to move the unseen digits."""
    rows = [np.roll(X_test, way, axis) for way in (moved, -moved) for axis in (1, 2)]
    return np.mean([net.score(each, y_test) for net in nets for each in rows])


cnns = [clone(cnn).set_params(random_state=seed).fit(X, y) for seed in SEEDS]
flat = [clone(dense).set_params(mlpclassifier__random_state=seed).fit(X, y) for seed in SEEDS]
cnn = cnns[1]  # The one that is drawn.
for moved in (0, 2):
    means = accuracy(cnns, moved), accuracy(flat, moved)
    print("unseen digits moved by {} pixels, right: CNN {:.3f}, dense {:.3f}".format(moved, *means))

weights = cnn.get_weights()["conv0"]
filters = weights["W"][:, :, 0]
digit = X_test[y_test == 5][0]
middle = np.average(np.arange(28), weights=digit.sum(axis=0))

plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 7.8), layout="constrained")
figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02)
titles = (
    "filters: 7 x 7 weights of the first layer",
    "maps: where each filter finds its feature (red) or its opposite (blue)",
    "pooled: the largest of every 3 x 3",
    "the digit has moved two pixels to the right, and the maps with it (dotted: old place)",
    "pooled",
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
    "unseen digits moved by 2 pixels: CNN {:.0%} right, dense layers {:.0%} "
    "(means of five seeds)".format(*means),
    fontsize="medium", weight="bold",
)  # fmt: skip
plt.show()
