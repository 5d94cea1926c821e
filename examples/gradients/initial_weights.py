r"""
Initial weights: signals that fade
==================================

The output of a layer is its input times its weights. With :math:`N(0, 0.01^2)`, every layer makes
signals smaller, and after a few layers all rows look alike. Xavier (Glorot & Bengio 2010) draws
weights so that the variance stays the same where activations have slope 1, as tanh has near 0;
where it bends, the outputs shrink a little. ReLU drops half of the variance; He et al. (2015)
compensate with weights larger by a factor of :math:`\sqrt 2`.

Below are the outputs of ten hidden layers before any training, and their standard deviation (std).
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X = StandardScaler().fit_transform(X)[:500]
starts = {
    "ReLU, N(0, 0.01²)": ("relu", "normal"),
    "ReLU, Xavier": ("relu", "glorot_normal"),
    "ReLU, He": ("relu", "he_normal"),
    "tanh, Xavier": ("tanh", "glorot_normal"),
}
shown = [0, 2, 5, 9]

plt.style.use(house_style())
figure, axes = plt.subplots(
    len(starts), len(shown), figsize=(8.3, 8.6), sharex="row", sharey=True, layout="constrained"
)
for i, (name, (activation, start)) in enumerate(starts.items()):
    net = MLPClassifier((100,) * 10, activation, weight_init=start, random_state=0)
    outputs = net.initialize(X, y[:500]).activations(X)
    deviations = [output.std() for output in outputs]
    print(f"{name:<17} deviation in layer 1 {deviations[0]:.1e}, in layer 10 {deviations[9]:.1e}")
    low = -1 if activation == "tanh" else 0
    for ax, layer in zip(axes[i], shown, strict=True):
        counts, edges = np.histogram(outputs[layer], bins=40, range=(low, 1 if low else 3))
        ax.stairs(counts / outputs[layer].size, edges, fill=True, color=f"C{i}")
        ax.set_title(f"layer {layer + 1}: std {deviations[layer]:.1g}")
    axes[i, 0].set(yscale="log", ylim=(1e-4, 2), ylabel=name)
figure.supxlabel("output of a hidden unit")
figure.supylabel("share of outputs (logarithmic)")
plt.show()
