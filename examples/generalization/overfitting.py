"""
Overfitting, and what helps
===========================

A hundred rows and a large network: the training loss goes to 0, while the loss on held-out rows
first falls and then rises. The network memorizes the rows. What helps: fewer epochs (stop at the
best one, with ``early_stopping``, or as soon as the training loss falls below a threshold,
``stop_below``), fewer layers and units, fewer features, and a penalty on large weights (``alpha``).

Each bar is a mean over five data sets; each remedy is applied alone. The best epoch is read from
1,000 further labeled rows, which in practice you do not have: it shows what is possible. The
threshold 0.4 is a guess (0.3 and 0.5 do nearly as well). Early stopping, with a patience of 10
epochs, does worse than the threshold here, because it holds out only 10 of the 100 rows: the epochs
it chooses range from 1 to 22, when 6 to 9 would be best. Of the 20 features, 4 carry
information. With these alone, the network still trains for too long, so this helps less than
stopping in time.
"""

# sphinx_gallery_thumbnail_words = True

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

warnings.simplefilter("ignore", ConvergenceWarning)  # A fixed number of epochs.
rest = {"learning_rate_init": 0.003, "alpha": 0.0, "max_iter": 120, "n_iter_no_change": 120}
rest |= {"random_state": 0}
ways = {
    "large network, 120 epochs": {},
    "best epoch (known afterward)": {},
    "early_stopping=True": {"early_stopping": True, "n_iter_no_change": 10},
    "stop_below=0.4": {"stop_below": 0.4},
    "one layer of 4 units": {"hidden_layer_sizes": (4,)},
    "4 features of 20": {},
    "alpha=10": {"alpha": 10.0},
}
losses = {name: [] for name in ways}
curves, best = {}, {}
for data in range(1, 6):
    X, y = make_classification(
        2100, 20, n_informative=4, n_redundant=0, flip_y=0.1, shuffle=False, random_state=data
    )
    X, X_test, y, y_test = train_test_split(X, y, train_size=100, stratify=y, random_state=0)
    (X_val, y_val), (X_test, y_test) = (
        (X_test[:1000], y_test[:1000]),
        (X_test[1000:], y_test[1000:]),
    )
    large = MLPClassifier((100, 100), **rest).fit(X, y, X_val=X_val, y_val=y_val)
    curves[data] = large.history_
    best[data] = int(np.argmin(large.history_["validation_loss"])) + 1
    for name, way in ways.items():
        if "best" in name:
            way = {"max_iter": best[data]}
        k = 4 if "features" in name else 20
        net = MLPClassifier((100, 100), **rest).set_params(**way).fit(X[:, :k], y)
        losses[name].append(log_loss(y_test, net.predict_proba(X_test[:, :k])))
means = {name: np.mean(values) for name, values in losses.items()}
for name, mean in means.items():
    print(f"{name:<28} loss on unseen rows {mean:.2f}")

plt.style.use(house_style())
figure, (above, below) = plt.subplots(2, 1, figsize=(8.3, 7.6), layout="constrained")
above.plot(curves[1]["epoch"], curves[1]["loss"], "C0", label="training")
above.plot(curves[1]["epoch"], curves[1]["validation_loss"], "C1", label="validation")
above.axvline(best[1], color="0.3", linestyle=":")
above.text(best[1] + 1.5, 1.6, f"best epoch: {best[1]}")
above.set(
    title="overfitting: the rows are memorized (the first of five data sets)",
    xlabel="epoch",
    ylabel="loss",
    ylim=(0, 2.1),
)
above.legend(loc="center right")
bars = below.barh(list(means)[::-1], list(means.values())[::-1])
bars[-1].set_color("C1")
below.bar_label(bars, fmt="%.2f", padding=3)
below.set(title="what helps: loss on unseen rows", xlabel="cross-entropy, mean of five data sets")
below.set_xlim(0, 1.15 * max(means.values()))
plt.show()
