"""
Overfitting, and five ways out
==============================

A hundred rows and a large network: the training loss goes to 0, while the loss on held-out rows
first falls and then rises. The network memorizes the rows. What helps: stop at the best epoch, stop
as soon as the training loss is small enough (``stop_below``), use fewer units, use fewer columns,
or penalize large weights (``alpha``).
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import LossCurveDisplay, house_style

warnings.simplefilter("ignore", ConvergenceWarning)  # The epochs are counted.
X, y = make_classification(
    2100, 20, n_informative=4, n_redundant=0, flip_y=0.1, shuffle=False, random_state=1
)
X, X_test, y, y_test = train_test_split(X, y, train_size=100, stratify=y, random_state=0)
rest = {"learning_rate_init": 0.003, "alpha": 0.0, "max_iter": 120, "n_iter_no_change": 120}
rest |= {"random_state": 0}
large = MLPClassifier((100, 100), **rest)
large.fit(X, y, X_val=X_test[:1000], y_val=y_test[:1000])
best = int(np.argmin(large.history_["validation_loss"])) + 1

ways = {
    "large network, to the end": large,
    f"stop at epoch {best}": MLPClassifier((100, 100), **rest | {"max_iter": best}),
    "stop_below=0.4": MLPClassifier((100, 100), stop_below=0.4, **rest),
    "one layer of 4 units": MLPClassifier((4,), **rest),
    "alpha=10": MLPClassifier((100, 100), **rest | {"alpha": 10.0}),
    "the 4 columns that matter": MLPClassifier((100, 100), **rest | {"max_iter": best}),
}
losses = {}
for name, net in ways.items():
    k = 4 if "columns" in name else 20
    if net is not large:
        net.fit(X[:, :k], y)
    losses[name] = log_loss(y_test[1000:], net.predict_proba(X_test[1000:, :k]))
    print(f"{name:<26} loss on rows never seen {losses[name]:.2f}")

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), layout="constrained")
LossCurveDisplay.from_estimator(large, name="large network", ax=left)
left.axvline(best, color="C1", linestyle=":")
left.set(title="learned by heart", ylim=(0, 1.5))
bars = right.barh(list(losses)[::-1], list(losses.values())[::-1])
bars[-1].set_color("C1")
right.bar_label(bars, fmt="%.2f", padding=3)
right.set(title="loss on rows never seen", xlabel="cross-entropy")
plt.show()
