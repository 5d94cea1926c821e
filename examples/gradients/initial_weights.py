r"""
Initial weights: signals that fade
==================================

The output of a layer is its input times its weights. With :math:`N(0, 0.01^2)`, every layer makes
signals smaller, and after a few layers all rows look alike. Xavier (Glorot & Bengio 2010) draws
weights so that the variance stays the same where activations have slope 1, as tanh has near 0;
where tanh bends, the outputs shrink (here from 0.5 to 0.2). ReLU drops half of the variance; He et
al. (2015) compensate with weights larger by a factor of :math:`\sqrt 2`. Signals then neither fade
nor grow systematically, but drift with the seed: here from 0.7 to 0.5, and with seven more seeds to
values between 0.5 and 1.2.

The histograms show the outputs of ten hidden layers before any training, and their standard
deviation (std). Below, you see what becomes of such initial weights when the same ten layers are
trained: from :math:`N(0, 0.01^2)`, nothing gets through, and the network learns nothing; with
Xavier's weights, ReLU learns more slowly than with He's. Every line is one of three seeds.

With three hidden layers, Adam learns something even from :math:`N(0, 0.01^2)` (gradient descent
does not, in as many epochs). But then few inputs dominate. The maps show the influence of each of
the 64 pixels: its squared weights in the first layer, added up, times its variance. Half of the
influence belongs to 10 to 14 pixels when the weights were small at first, and to 15 or 16 when they
were He's, for each of eight seeds, three of which are shown.
"""

# sphinx_gallery_thumbnail_panels = [5, 6, 9, 10]

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import house_style

# A fixed number of epochs, whether or not that is enough.
warnings.simplefilter("ignore", ConvergenceWarning)
images, digits = load_digits(return_X_y=True)
X, y = StandardScaler().fit_transform(images)[:500], digits[:500]
images = images / 16
starts = {
    "ReLU, N(0, 0.01²)": ("relu", "normal"),
    "ReLU, Xavier": ("relu", "glorot_normal"),
    "ReLU, He": ("relu", "he_normal"),
    "tanh, Xavier": ("tanh", "glorot_normal"),
}
shown = [0, 2, 5, 9]

plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 12.8), layout="constrained")
above, middle, below = figure.subfigures(3, 1, height_ratios=(2.7, 1, 0.85))
axes = above.subplots(len(starts), len(shown), sharex="row", sharey=True)
for i, (name, (activation, start)) in enumerate(starts.items()):
    net = MLPClassifier((100,) * 10, activation, weight_init=start, random_state=0)
    outputs = net.initialize(X, y).activations(X)
    deviations = [output.std() for output in outputs]
    print(f"{name:<17} deviation in layer 1 {deviations[0]:.1e}, in layer 10 {deviations[9]:.1e}")
    low = -1 if activation == "tanh" else 0
    for ax, layer in zip(axes[i], shown, strict=True):
        counts, edges = np.histogram(outputs[layer], bins=40, range=(low, 1 if low else 3))
        ax.stairs(counts / outputs[layer].size, edges, fill=True, color=f"C{i}")
        ax.set_title(f"layer {layer + 1}: std {deviations[layer]:.1g}")
    axes[i, 0].set(yscale="log", ylim=(1e-4, 2), ylabel=name)
above.suptitle("before training: signals through ten layers", fontsize="medium", weight="bold")
above.supxlabel("output of a hidden unit (He: up to 1% lie beyond 3)", fontsize="medium")
above.supylabel("share of outputs (logarithmic)", fontsize="medium")

# The same networks, trained.
ax = middle.subplots()
for i, (name, (activation, start)) in enumerate(starts.items()):
    for seed in range(3):
        net = MLPClassifier(
            (100,) * 10, activation, weight_init=start, alpha=0, batch_size=50, max_iter=10,
            n_iter_no_change=10, random_state=seed,
        ).fit(images[:1200], digits[:1200])  # fmt: skip
        ax.plot(net.history_["epoch"], net.history_["loss"], color=f"C{i}", linewidth=1.5)
        right = net.score(images[1200:], digits[1200:])
        print(
            f"{name:<17} seed {seed}: loss {net.loss_:.2f}, accuracy on unseen digits {right:.2f}"
        )
    ax.plot([], color=f"C{i}", label=name)
ax.axhline(np.log(10), color="0.5", linestyle=":", label="knows nothing: log 10")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(0, 2.5), xticks=range(1, 11))
ax.legend(loc="upper right", bbox_to_anchor=(1, 0.88))
middle.suptitle("the same ten layers, trained", fontsize="medium", weight="bold")

# Shallow enough to learn from small weights, too: which pixels count?
maps = below.subplots(1, 6)
for i, (name, start) in enumerate({"N(0, 0.01²)": "normal", "He": "he_normal"}.items()):
    for seed in range(3):
        net = MLPClassifier(
            (100,) * 3, weight_init=start, alpha=0, batch_size=32, learning_rate="cosine",
            learning_rate_init=0.003, max_iter=15, n_iter_no_change=15, random_state=seed,
        ).fit(images[:1200], digits[:1200])  # fmt: skip
        influence = (net.coefs_[0] ** 2).sum(axis=1) * images[:1200].var(axis=0)
        shares = influence / influence.sum()
        needed = 1 + np.searchsorted(np.sort(shares)[::-1].cumsum(), 0.5)
        right = net.score(images[1200:], digits[1200:])
        print(f"{name}, 3 layers: {needed} pixels hold half of the influence, accuracy {right:.2f}")
        ax = maps[3 * i + seed]
        shown = ax.imshow(shares.reshape(8, 8), cmap="Greys", vmin=0, vmax=0.1)
        ax.set(title=f"{name}:\n{needed} pixels,\n{right:.0%} right", xticks=[], yticks=[])
        ax.grid(False)
bar = below.colorbar(shown, ax=maps, label="share of the influence", shrink=0.75)
bar.set_ticks([0, 0.05, 0.1], labels=["0", "5%", "10%"])
below.suptitle(
    "three layers, trained by Adam: influence of each pixel (titles: how many hold half of it)",
    fontsize="medium", weight="bold",
)  # fmt: skip
plt.show()
