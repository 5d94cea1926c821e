"""
Boltzmann machines: filters without labels
==========================================

A restricted Boltzmann machine (RBM; Smolensky 1986, Hinton 2002) has a visible and a hidden layer,
and weights only between the two layers. It learns which data are likely, without labels. The
weights of a hidden unit are a filter: the unit is active where there is ink in the red pixels and
none in the blue ones. Each of twelve filters is followed by the unseen digits that activate it
most. The trained machine can fill in digits whose lower half is covered: hidden units are drawn
given the visible ones, then visible units given the hidden ones, and so on.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import BernoulliRBM
from sknn.inspection import SamplesDisplay, house_style

X, _ = load_digits(return_X_y=True)
X, X_test = train_test_split(X / 16, random_state=0)
rbm = BernoulliRBM(
    64,
    learning_rate=0.06,
    n_iter=60,
    persistent=False,
    momentum=0.5,
    weight_decay=0.001,
    sparsity_target=0.15,
    sparsity_weight=0.5,
    random_state=0,
).fit(X)

# The mean of 20 chains, in each of which the upper half is put back after every step.
covered = np.arange(64) >= 32
mean = X.mean(axis=0)
given = np.where(covered, mean, X_test)
chains = np.tile(given, (20, 1))
for step in range(50):
    chains = rbm.gibbs(chains, random_state=step)
    chains[:, ~covered] = np.tile(X_test[:, ~covered], (20, 1))
filled = rbm.reconstruct(chains).reshape(20, -1, 64).mean(axis=0)
for name, guess in {"mean of all digits": mean, "Boltzmann machine": filled}.items():
    error = np.mean((np.where(covered, guess, X_test) - X_test)[:, covered] ** 2)
    print(f"squared error below, {name:<18} {error:.4f}")

plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 6.2), layout="constrained")
figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
above, below = figure.subfigures(2, 1, height_ratios=(1.35, 1))
above.suptitle(
    "12 of 64 filters (red: ink, blue: no ink), each followed by three digits it responds to",
    fontsize="medium",
)
axes = above.subplots(4, 12)
active = rbm.transform(X_test)
strongest = np.argsort(-np.linalg.norm(rbm.components_, axis=1))[:12]
for unit, four in zip(strongest, axes.reshape(12, 4), strict=True):
    four[0].imshow(rbm.components_[unit].reshape(8, 8), cmap="RdBu_r", vmin=-1.5, vmax=1.5)
    for ax, row in zip(four[1:], np.argsort(-active[:, unit])[:3], strict=True):
        ax.imshow(X_test[row].reshape(8, 8), cmap="gray", vmin=0, vmax=1)
for ax in axes.flat:
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)

rows = {
    "unseen": X_test,
    "given": np.where(covered, 0.5, X_test),
    "filled in": np.where(covered, filled, X_test),
}
images = {name: each[:12].reshape(-1, 8, 8) for name, each in rows.items()}
ax = below.subplots()
SamplesDisplay(samples=images).plot(ax, vmin=0, vmax=1)
ax.set_title("the lower half, filled in by the machine")
plt.show()
