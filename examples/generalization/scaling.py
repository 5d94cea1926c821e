"""
Preprocessing: scale the inputs
===============================

The columns of the wine data range from 0.1 to 1,680. Unscaled, the largest column drowns out the
others: sknn warns, and no learning rate brings the training loss close to that after scaling.
Normalized to [0, 1], or standardized to mean 0 and standard deviation 1, all columns count. In a
pipeline, the scaler learns from the training rows alone, and is applied whenever the network is.
"""

# sphinx_gallery_thumbnail_panels = [3]
# sphinx_gallery_thumbnail_words = True

import warnings

import matplotlib.pyplot as plt
import numpy as np
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
scalers = {"unscaled": "passthrough", "0 to 1": MinMaxScaler(), "standardized": StandardScaler()}
rates, splits = 10.0 ** np.arange(-4, -0.5, 0.5), 5
columns = [name.split("/")[0].replace("_", " ") for name in wine.feature_names][::-1]

plt.style.use(house_style())
figure = plt.figure(figsize=(8.3, 8.4), layout="constrained")
above, below = figure.subfigures(2, 1)
ranges = above.subplots(1, 3, sharey=True)
left, right = below.subplots(1, 2)
for i, (name, scaler) in enumerate(scalers.items()):
    losses, scores = np.empty((2, splits, len(rates)))
    for split in range(splits):
        X, X_test, y, y_test = train_test_split(
            wine.data, wine.target, test_size=0.4, random_state=split
        )
        for j, rate in enumerate(rates):
            net = MLPClassifier(
                (30,), learning_rate_init=rate, max_iter=100, n_iter_no_change=100, random_state=0
            )
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always", DataScaleWarning)
                model = make_pipeline(scaler, net).fit(X, y)
            losses[split, j] = net.loss_
            scores[split, j] = model.score(X_test, y_test)
    for warning in told:
        print(f"{type(warning.message).__name__}: {warning.message}\n")
    loss, score = losses.mean(axis=0), scores.mean(axis=0)
    print(
        f"{name:<13} at the best rate: loss {loss.min():.4f}, "
        f"accuracy on unseen wines {score.max():.3f}"
    )
    scaled = model[:-1].transform(X)
    ends = scaled.min(axis=0)[::-1], scaled.max(axis=0)[::-1]
    ranges[i].hlines(columns, *ends, f"C{i}", linewidth=7)
    ranges[i].set(title=name, xlabel="range of every column\n(training rows)")
    left.loglog(rates, loss, "o-", color=f"C{i}", label=name)
    right.semilogx(rates, score, "o-", color=f"C{i}")
left.set(xlabel="learning rate", ylabel="training loss after 100 epochs")
left.legend()
right.set(xlabel="learning rate", ylabel="accuracy on unseen wines", ylim=(0, 1.05))
below.suptitle("the same network at seven rates: means of five splits", fontsize="medium")
plt.show()
