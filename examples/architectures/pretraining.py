"""
Deep belief networks: with and without pretraining
==================================================

This is where deep networks began (Hinton, Osindero & Teh 2006). Four hidden layers of sigmoid units
do not learn from small normal weights: the gradient vanishes on its way back. A stack of Boltzmann
machines, each trained without labels on the output of the one below, finds weights from which
backpropagation learns at once. Xavier's initial weights, proposed later, need a few more epochs.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import DBNClassifier, MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, test_size=0.3, stratify=y, random_state=0)
sizes = (100,) * 4
settings = {"learning_rate": "cosine", "learning_rate_init": 0.01, "random_state": 0}
settings |= {"max_iter": 30, "n_iter_no_change": 30}
starts = {
    "N(0, 0.01²)": MLPClassifier(sizes, "logistic", weight_init="normal", **settings),
    "Xavier": MLPClassifier(sizes, "logistic", weight_init="glorot_normal", **settings),
    "pretrained": DBNClassifier(sizes, **settings),
}

plt.style.use(house_style())
figure, ax = plt.subplots(figsize=(7.5, 4.4), layout="constrained")
for name, net in starts.items():
    net.fit(X, y)
    accuracy = net.score(X_test, y_test)
    print(f"{name:<12} accuracy on unseen digits {accuracy:.3f}")
    ax.plot(
        net.history_["epoch"],
        net.history_["loss"],
        label=f"{name}: {accuracy:.0%} of unseen digits right",
    )
ax.set(title="four layers of sigmoid units", xlabel="epoch of backpropagation")
ax.set(ylabel="training loss", ylim=(0, None))
ax.legend(loc="center right", title="initial weights")
plt.show()
