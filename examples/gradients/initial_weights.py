r"""
Initial weights: signals that fade
==================================

The output of a layer is its input times its weights. With :math:`N(0, 0.01^2)`, every layer makes
signals smaller, and after a few layers all rows look alike. Xavier (Glorot & Bengio 2010) draws
weights so that the variance stays the same, for activations with slope 1 at 0. ReLU drops half of
the variance; He et al. (2015) compensate with weights larger by :math:`\sqrt 2`.

Below are the outputs of the ten hidden layers of a network of ReLU units, before any training.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X)[:500]
starts = {"N(0, 0.01²)": "normal", "Xavier": "glorot_normal", "He": "he_normal"}
shown = [0, 1, 3, 6, 9]

plt.style.use(house_style())
figure, axes = plt.subplots(
    3, len(shown), figsize=(11, 6), sharex=True, sharey=True, layout="constrained"
)
for i, (name, start) in enumerate(starts.items()):
    net = MLPClassifier((100,) * 10, weight_init=start, random_state=0).initialize(X, y[:500])
    outputs = net.activations(X)
    deviations = [output.std() for output in outputs]
    print(f"{name:<12} deviation of layer 1 {deviations[0]:.1e}, of layer 10 {deviations[-1]:.1e}")
    for ax, layer in zip(axes[i], shown, strict=True):
        counts, edges = np.histogram(outputs[layer], bins=40, range=(0, 3))
        ax.stairs(counts / outputs[layer].size, edges, fill=True, color=f"C{i}")
        ax.text(
            0.95, 0.85, f"deviation {deviations[layer]:.2g}", ha="right", transform=ax.transAxes
        )
    axes[i, 0].set_ylabel(f"{name}\nshare of outputs")
for ax, layer in zip(axes[0], shown, strict=True):
    ax.set_title(f"hidden layer {layer + 1}")
axes[0, 0].set(yscale="log", ylim=(1e-4, 2), xlim=(0, 3))
figure.supxlabel("output of a unit")
plt.show()
