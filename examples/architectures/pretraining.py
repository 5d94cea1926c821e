"""
Deep belief networks: with and without pretraining
==================================================

This is where deep networks began (Hinton, Osindero & Teh 2006). Four hidden layers of sigmoid units
learn little or nothing when they start from small, normally distributed weights: the gradient
vanishes on its way back. A deep belief network (DBN) is a stack of Boltzmann machines, each trained
without labels on the output of the one below, as in the small one drawn here. From its weights,
backpropagation learns from the first epoch on. From Xavier's initial weights, proposed later,
learning begins only after some epochs. Each line is one of three seeds.

Pretraining takes time, too: 20 epochs per machine, which the axis does not count, and more CPU time
than all that follows. In less time, 70 epochs from Xavier's weights reach a lower loss and about
the same accuracy, and 30 epochs of ReLU from He's weights do better in both. With as many labels as
here (1,257), pretraining is no longer needed.
"""

# sphinx_gallery_thumbnail_panels = [1]

import time

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import DBNClassifier, MLPClassifier
from sknn.inspection import NetworkDisplay, house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, test_size=0.3, stratify=y, random_state=0)
sizes = (100,) * 4
settings = {"learning_rate": "cosine", "learning_rate_init": 0.01}
settings |= {"max_iter": 30, "n_iter_no_change": np.inf}
xavier = MLPClassifier(sizes, "logistic", weight_init="glorot_normal", **settings)
starts = {
    "sigmoid, N(0, 0.01²)": MLPClassifier(sizes, "logistic", weight_init="normal", **settings),
    "sigmoid, Xavier": xavier,
    "sigmoid, Xavier, 70 epochs": clone(xavier).set_params(max_iter=70),
    "ReLU, He": MLPClassifier(sizes, "relu", weight_init="he_normal", **settings),
    "sigmoid, pretrained": DBNClassifier(sizes, **settings),
}

plt.style.use(house_style())
figure, (above, ax) = plt.subplots(
    2, 1, figsize=(8.3, 8.6), height_ratios=(1.1, 1.4), layout="constrained"
)
# Small enough to be drawn: is there much ink in each of 3 x 2 patches? Digits 0 to 3.
few, patches = y < 4, X.reshape(-1, 8, 8)[:, 1:7].reshape(-1, 3, 2, 2, 4)
coarse, y_few = patches.mean(axis=(2, 4)).reshape(-1, 6)[few], y[few]
small = DBNClassifier((5, 4), **settings, random_state=0).fit(coarse > coarse.mean(axis=0), y_few)
NetworkDisplay.from_estimator(small, ax=above)
above.set_title(
    "a small DBN: each RBM learns from the layer below; then backpropagation trains all"
)
above.legend(
    [Line2D([], [], color=color, linewidth=3) for color in ("C1", "C0")],
    ["positive weight", "negative weight"], loc="lower left", fontsize="small",
)  # fmt: skip
for (name, start), color in zip(starts.items(), ("C2", "C1", "C1", "C4", "C0"), strict=True):
    begin = time.process_time()
    nets = [clone(start).set_params(random_state=seed).fit(X, y) for seed in range(3)]
    seconds = (time.process_time() - begin) / 3
    for net in nets:
        style = "--" if net.n_iter_ > 30 else "-." if "ReLU" in name else "-"
        ax.semilogy(net.history_["epoch"], net.history_["loss"], style, color=color)
    accuracy = np.mean([net.score(X_test, y_test) for net in nets])
    print(f"{name:<26} accuracy on unseen digits {accuracy:.3f}, CPU time of a fit {seconds:.2f} s")
    label = f"{name}: {accuracy:.0%}, {seconds:.1f} s"
    ax.plot([], [], style, color=color, label=label)
ax.set_title(
    "five ways to train four hidden layers: accuracy on unseen digits, CPU seconds of a fit"
)
ax.set(xlabel="epoch of backpropagation (pretraining, 20 epochs per layer, not counted)")
ax.set(ylabel="training loss (logarithmic)", xlim=(0, 71))
ax.legend()
plt.show()
