"""
Scale the inputs
================

The columns of the wine data range from 0.1 to 1,680. Unscaled, the largest column drowns out the
others, and no learning rate suits all weights: sknn warns. Scaled to [0, 1], or standardized to
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
from sknn.inspection import LossCurveDisplay, house_style

warnings.simplefilter("ignore", ConvergenceWarning)  # The epochs are counted.
wine = load_wine()
X, X_test, y, y_test = train_test_split(wine.data, wine.target, test_size=0.4, random_state=0)
scalers = {"as they are": "passthrough", "0 to 1": MinMaxScaler(), "standardized": StandardScaler()}
models, scores = {}, {}
for name, scaler in scalers.items():
    net = MLPClassifier(
        (30,), learning_rate_init=0.003, max_iter=100, n_iter_no_change=100, random_state=0
    )
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", DataScaleWarning)
        models[name] = make_pipeline(scaler, net).fit(X, y)
    for warning in told:
        print(f"{type(warning.message).__name__}: {warning.message}\n")
    scores[name] = models[name].score(X_test, y_test)
    print(f"{name:<13} loss {net.loss_:.3f}, accuracy on unseen wines {scores[name]:.3f}")

plt.style.use(house_style())
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
places = range(1, X.shape[1] + 1)
left.hlines(places, X.min(axis=0), X.max(axis=0), linewidth=5, color="C0")
left.set(title="the range of every column", xscale="symlog", yticks=places)
left.set_yticklabels(wine.feature_names, fontsize=7)
LossCurveDisplay.from_estimator(models, ax=middle, log_scale=True)
middle.set_title("the same network, three scales")
bars = right.bar(list(scores), scores.values(), color=["C0", "C1", "C2"])
right.bar_label(bars, fmt="%.2f")
right.set(title="accuracy on unseen wines", ylim=(0, 1.08))
plt.show()
