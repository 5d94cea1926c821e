"""
Preprocessing: scale the inputs
===============================

The columns of the wine data range from 0.1 to 1,680. Unscaled, the largest column drowns out the
others, and no learning rate suits all weights: sknn warns. Normalized to [0, 1], or standardized to
mean 0 and standard deviation 1, all columns count. In a pipeline, the scaler learns from the
training rows alone, and is applied wherever the network is.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_wine
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknn import MLPClassifier
from sknn.exceptions import DataScaleWarning
from sknn.inspection import house_style

warnings.simplefilter("ignore", ConvergenceWarning)  # A fixed number of epochs.
wine = load_wine()
X, X_test, y, y_test = train_test_split(wine.data, wine.target, test_size=0.4, random_state=0)
scalers = {"unscaled": "passthrough", "0 to 1": MinMaxScaler(), "standardized": StandardScaler()}

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["ranges", "loss"], ["ranges", "accuracy"]], figsize=(8.3, 7), layout="constrained"
)
for i, (name, scaler) in enumerate(scalers.items()):
    net = MLPClassifier(
        (30,), learning_rate_init=0.003, max_iter=100, n_iter_no_change=100, random_state=0
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", DataScaleWarning)
        model = make_pipeline(scaler, net).fit(X, y)
    for warning in told:
        print(f"{type(warning.message).__name__}: {warning.message}\n")
    score = model.score(X_test, y_test)
    print(f"{name:<13} loss {net.loss_:.3f}, accuracy on unseen wines {score:.3f}")
    axes["loss"].semilogy(net.history_["epoch"], net.history_["loss"], color=f"C{i}", label=name)
    axes["accuracy"].bar_label(axes["accuracy"].bar(name, score, color=f"C{i}"), fmt="%.2f")
axes["loss"].set(title="the same network, three scales", xlabel="epoch", ylabel="training loss")
axes["loss"].legend()
axes["accuracy"].set(title="accuracy on unseen wines", ylim=(0, 1.15))
axes["accuracy"].grid(False)
names = [name.split("/")[0].replace("_", " ") for name in wine.feature_names]
axes["ranges"].hlines(names[::-1], *(end(axis=0)[::-1] for end in (X.min, X.max)), linewidth=7)
axes["ranges"].set(title="the range of every column", xscale="log", xlabel="value (logarithmic)")
plt.show()
