"""
Filters and feature maps
========================

A convolution slides a small window of weights over the image and finds the same local feature
wherever it is. Pooling keeps the largest output in every patch: what was found, but not exactly
where. The filters of the first layer become edges and strokes in several directions. Each makes a
map of where the digit has its feature (red) and where it has the opposite (blue).
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import CNNClassifier
from sknn.inspection import house_style

digits = load_digits()
images = zoom(digits.images / 16, (1, 3.5, 3.5), order=1).astype(np.float32)
X, X_test, y, y_test = train_test_split(images, digits.target, train_size=1000, random_state=0)

net = CNNClassifier(
    (8,),
    kernel_size=7,
    pool_size=4,
    hidden_layer_sizes=(32,),
    activation="tanh",
    normalization=None,
    weight_init="normal",
    alpha=1.0,
    learning_rate="cosine",
    learning_rate_init=0.01,
    max_iter=12,
    n_iter_no_change=12,
    random_state=0,
).fit(X, y)
print(f"accuracy on unseen digits {net.score(X_test, y_test):.3f}")

digit = X_test[y_test == 5][0]
filters = net.get_weights()["conv0"]["W"][:, :, 0]
pooled = net.activations(digit[None])[0][0]
print(f"one image {digit.shape}, {filters.shape[-1]} maps after pooling {pooled.shape[:2]}")

# %%
# The maps before pooling: each filter moved over the digit.

windows = np.lib.stride_tricks.sliding_window_view(np.pad(digit, 3), (7, 7))
maps = np.tanh(np.einsum("ijkl,klf->ijf", windows, filters) + net.get_weights()["conv0"]["b"])

plt.style.use(house_style())
figure = plt.figure(figsize=(12, 4.6), layout="constrained")
left, right = figure.subfigures(1, 2, width_ratios=(1, 4))
ax = left.subplots()
ax.imshow(digit, cmap="gray_r")
ax.set(title="a digit, 28 x 28", xticks=[], yticks=[])
ax.grid(False)
axes = right.subplots(3, 8)
bound = np.abs(filters).max()
for i in range(8):
    axes[0, i].imshow(filters[..., i], cmap="RdBu_r", vmin=-bound, vmax=bound)
    axes[1, i].imshow(maps[..., i], cmap="RdBu_r", vmin=-1, vmax=1)
    axes[2, i].imshow(pooled[..., i], cmap="RdBu_r", vmin=-1, vmax=1)
titles = ("filters, 7 x 7", "where each is found", "the largest of every 4 x 4")
for row, title in zip(axes, titles, strict=True):
    row[0].set_title(title, loc="left")
    for ax in row:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
plt.show()
