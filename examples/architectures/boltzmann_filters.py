"""
Boltzmann machines: filters without labels
==========================================

A restricted Boltzmann machine (RBM; Smolensky 1986, Hinton 2002) has a visible and a hidden layer,
and weights only between the two layers, used in both directions. It learns which rows are likely,
without labels. The weights of a hidden unit are a filter: the unit is active if there is ink in
the orange pixels and none in the blue ones. A small machine, for images of 4 x 4 pixels, is drawn
with all of its weights. In a larger one, each of twelve filters is followed by the unseen digits
that activate it most. The trained machine can fill in digits whose lower half is covered: hidden
units are drawn given the visible ones, then visible units given the hidden ones, and so on. Every
chain of such draws ends with a different guess (*one chain*); the *mean of 20* is gray where the
guesses differ.
"""

# sphinx_gallery_thumbnail_panels = [7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import BernoulliRBM
from sknn.inspection import NetworkDisplay, SamplesDisplay, house_style

X, _ = load_digits(return_X_y=True)
X, X_test = train_test_split(X / 16, random_state=0)
settings = {"persistent": False, "momentum": 0.5, "weight_decay": 0.001, "random_state": 0}
rbm = BernoulliRBM(
    64, learning_rate=0.06, n_iter=60, sparsity_target=0.15, sparsity_weight=0.5, **settings
).fit(X)
# Images of 4 x 4: does a pixel have more ink than in the mean of all images?
coarse = X.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4)).reshape(-1, 16)
small = BernoulliRBM(6, learning_rate=0.3, n_iter=100, **settings).fit(coarse > coarse.mean(axis=0))

# The mean of 20 chains, in each of which the upper half is put back after every step.
covered = np.arange(64) >= 32
mean = X.mean(axis=0)
given = np.where(covered, mean, X_test)
chains = np.tile(given, (20, 1))
for step in range(50):
    chains = rbm.gibbs(chains, random_state=step)
    chains[:, ~covered] = np.tile(X_test[:, ~covered], (20, 1))
guesses = rbm.reconstruct(chains).reshape(20, -1, 64)
filled = guesses.mean(axis=0)
for name, guess in {"mean of all digits": mean, "Boltzmann machine": filled}.items():
    error = np.mean((np.where(covered, guess, X_test) - X_test)[:, covered] ** 2)
    print(f"squared error below, {name:<18} {error:.4f}")

plt.style.use(house_style())
colors = LinearSegmentedColormap.from_list("weights", ["C0", "white", "C1"])
figure = plt.figure(figsize=(8.3, 10.6), layout="constrained")
figure.get_layout_engine().set(w_pad=0.02, h_pad=0.02, wspace=0.02, hspace=0.02)
top, above, below = figure.subfigures(3, 1, height_ratios=(1.2, 1.35, 1.3))
structure, pictures = top.subfigures(1, 2, width_ratios=(1.3, 1))
ax = structure.subplots()
NetworkDisplay.from_estimator(small, ax=ax, unit_kw={"s": 45})
ax.set(title="a small RBM: weights between layers only\n(orange: positive, blue: negative)")
ax.set_xlim(-0.4, 1.4)
bound = np.abs(small.components_).max()
for each, ax in zip(small.components_, pictures.subplots(3, 2).flat, strict=True):
    ax.imshow(each.reshape(4, 4), cmap=colors, vmin=-bound, vmax=bound)
pictures.suptitle("the same weights as pictures:\n6 filters", fontsize="medium")
above.suptitle(
    "12 of 64 filters (orange: ink, blue: no ink), each with three digits it responds to",
    fontsize="medium",
)
parts = above.subfigures(1, 3, wspace=0.06)
rows = np.vstack([part.subplots(4, 4) for part in parts])
active = rbm.transform(X_test)
strongest = np.argsort(-np.linalg.norm(rbm.components_, axis=1))[:12]
for unit, four in zip(strongest, rows, strict=True):
    four[0].imshow(rbm.components_[unit].reshape(8, 8), cmap=colors, vmin=-1.5, vmax=1.5)
    for ax, row in zip(four[1:], np.argsort(-active[:, unit])[:3], strict=True):
        ax.imshow(X_test[row].reshape(8, 8), cmap="gray", vmin=0, vmax=1)
for ax in (*rows.flat, *pictures.axes):
    ax.set(xticks=[], yticks=[])
    ax.grid(False)
    ax.spines[:].set_visible(False)

halves = {
    "unseen": X_test,
    "given": np.where(covered, 0.5, X_test),
    "one chain": np.where(covered, guesses[0], X_test),
    "mean of 20": np.where(covered, filled, X_test),
}
images = {name: each[:12].reshape(-1, 8, 8) for name, each in halves.items()}
ax = below.subplots()
SamplesDisplay(samples=images).plot(ax, vmin=0, vmax=1)
ax.set_title("the lower half, filled in by the machine")
plt.show()
