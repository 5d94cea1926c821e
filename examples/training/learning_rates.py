"""
Learning rates: too small, too large, and decay
===============================================

The learning rate scales every step. If it is too small, training is slow; if it is too large, the
loss explodes to far above that of guessing, and may never come back. A range test raises the rate
until that happens: good rates are well below. A decaying rate (which is not weight decay) takes
long steps first and small ones at the end.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from sknn import MLPClassifier
from sknn.callbacks import LearningRateRange
from sknn.exceptions import TrainingWarning
from sknn.inspection import LearningRateDisplay, house_style

# A fixed number of epochs, whether or not that is enough.
warnings.simplefilter("ignore", ConvergenceWarning)
warnings.simplefilter("ignore", TrainingWarning)
X, y = load_digits(return_X_y=True)
X = X / 16
settings = {"solver": "sgd", "momentum": 0.0, "batch_size": 100, "random_state": 0}
settings |= {"max_iter": 40, "n_iter_no_change": 40, "alpha": 0.0}

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["rates", "range"], ["schedules"] * 2], figsize=(8.3, 7.8), layout="constrained"
)
search = MLPClassifier((50,), callbacks=[LearningRateRange(high=20.0)], **settings).fit(X, y)
search.callbacks_[0].plot(axes["range"])
axes["range"].set_title("range test: raise the rate\nuntil the loss explodes")
good = float(f"{search.callbacks_[0].suggestion_:.1g}")

ax = axes["rates"]
rates = {"too small": (0.001, 1.3), "good": (good, 0.25), "too large": (30.0, 10.0)}
for i, (name, (rate, height)) in enumerate(rates.items()):
    net = MLPClassifier((50,), learning_rate_init=rate, **settings).fit(X, y)
    loss = net.history_["loss"]
    ax.semilogy(net.history_["epoch"], loss, color=f"C{i}")
    ax.text(40, height, f"{name}: {rate:g}", color=f"C{i}", ha="right", va="center")
    print(f"{name:<9} rate {rate:<5} largest loss {loss.max():.2f}, after 40 epochs {loss[-1]:.3f}")
guess = np.log(10)
ax.axhline(guess, color="0.5", linestyle=":", linewidth=1)
ax.set(title="three rates\n(dotted: the loss of guessing)", xlabel="epoch", ylabel="training loss")

LearningRateDisplay.from_schedules(
    ["step", "exponential", "cosine"], learning_rate_init=good, max_iter=40, ax=axes["schedules"]
)
axes["schedules"].set_title("decay: schedules let the rate shrink")
plt.show()
