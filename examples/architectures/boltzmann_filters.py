"""
Boltzmann machines: filters without labels
==========================================

A restricted Boltzmann machine (Smolensky 1986, Hinton 2002) has a visible and a hidden layer, and
weights only between the two layers. It learns which data are likely, without labels. Each square of
weights shows what one hidden unit looks for: ink in the red pixels, no ink in the blue ones. The
trained machine can fill in digits whose lower half is covered: hidden units are drawn given the
visible ones, then visible units given the hidden ones, and so on.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import BernoulliRBM
from sknn.inspection import SamplesDisplay, WeightsDisplay, house_style

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

# %%
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
figure = plt.figure(figsize=(11.5, 4.8), layout="constrained")
left, right = figure.subplots(1, 2, width_ratios=(1, 1.35))
loud = np.argsort(-np.linalg.norm(rbm.components_, axis=1))[:25]
filters = rbm.components_[loud].reshape(-1, 8, 8)
WeightsDisplay(weights={"hidden": filters}, kind="images").plot(left, vmin=-1.5, vmax=1.5)
left.set_title("what 25 of 64 hidden units look for")
rows = {
    "unseen": X_test,
    "given": np.where(covered, 0.5, X_test),
    "filled in": np.where(covered, filled, X_test),
}
images = {name: each[:8].reshape(-1, 8, 8) for name, each in rows.items()}
SamplesDisplay(samples=images).plot(right, vmin=0, vmax=1)
right.set_title("the lower half, filled in")
plt.show()
