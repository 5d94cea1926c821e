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

The histograms (a) show the outputs of ten hidden layers before any training, and their standard
deviation (std). Below, you see what becomes of such initial weights when the same ten layers are
trained (b): from :math:`N(0, 0.01^2)`, nothing gets through, and the network learns nothing; with
Xavier's weights, ReLU learns more slowly than with He's. Every line is one of three seeds.
"""

# sphinx_gallery_thumbnail_panels = [16]
# sphinx_gallery_thumbnail_words = True

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
figure = plt.figure(figsize=(8.3, 10.8), layout="constrained")
above, below = figure.subfigures(2, 1, height_ratios=(2.5, 1))
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
above.suptitle("a) before training: signals through ten layers", fontsize="medium", weight="bold")
above.supxlabel("output of a hidden unit (He: up to 1% lie beyond 3)", fontsize="medium")
above.supylabel("share of outputs (logarithmic)", fontsize="medium")

# The same networks, trained.
ax = below.subplots()
for i, (name, (activation, start)) in enumerate(starts.items()):
    style = "--" if activation == "tanh" else "-"
    for seed in range(3):
        net = MLPClassifier(
            (100,) * 10, activation, weight_init=start, alpha=0, batch_size=50, max_iter=10,
            n_iter_no_change=10, random_state=seed,
        ).fit(images[:1200], digits[:1200])  # fmt: skip
        ax.plot(net.history_["epoch"], net.history_["loss"], style, color=f"C{i}", linewidth=1.5)
        right = net.score(images[1200:], digits[1200:])
        print(
            f"{name:<17} seed {seed}: loss {net.loss_:.2f}, accuracy on unseen digits {right:.2f}"
        )
    ax.plot([], [], style, color=f"C{i}", label=name)
ax.axhline(np.log(10), color="0.5", linestyle=":", label="guessing: log 10")
ax.set(xlabel="epoch", ylabel="training loss", ylim=(0, 2.5), xticks=range(1, 11))
ax.legend(loc="upper right", bbox_to_anchor=(1, 0.88))
below.suptitle("b) the same ten layers, trained", fontsize="medium", weight="bold")
plt.show()
