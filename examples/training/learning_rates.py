"""
Too small, too large, and decay
===============================

The learning rate scales every step. If it is too small, training is slow; if it is too large, the
loss explodes. A range test raises the rate until that happens: good rates are well below. A
decaying rate (which is not weight decay) takes long steps first and small ones at the end.
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

# The epochs are counted here, whether they are enough or not.
warnings.simplefilter("ignore", ConvergenceWarning)
X, y = load_digits(return_X_y=True)
X = X / 16
settings = {"solver": "sgd", "momentum": 0.0, "batch_size": 100, "random_state": 0}
settings |= {"max_iter": 40, "n_iter_no_change": 40, "alpha": 0.0}

plt.style.use(house_style())
figure, axes = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
rates = {"too small": 0.001, "good": 0.3, "too large": 5.0}
for i, (name, rate) in enumerate(rates.items()):
    net = MLPClassifier((50,), learning_rate_init=rate, **settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TrainingWarning)
        loss = net.fit(X, y).history_["loss"]
    axes[0].semilogy(loss, color=f"C{i}", label=f"{name}: {rate}")
    print(f"{name:<10} rate {rate:<6} loss after 40 epochs {loss[-1]:.3f}")
guess = np.log(10)
axes[0].axhline(guess, color="0.5", linestyle=":", linewidth=1)
axes[0].text(40, guess * 1.05, "guessing", ha="right", color="0.4", fontsize="small")
axes[0].set(title="three rates", xlabel="epoch", ylabel="training loss")
axes[0].legend(loc="center right")

search = MLPClassifier((50,), callbacks=[LearningRateRange(high=20.0)], **settings).fit(X, y)
search.callbacks_[0].plot(axes[1])
axes[1].set_title("range test: raise the rate until it explodes")

LearningRateDisplay.from_schedules(
    ["constant", "step", "exponential", "cosine"], learning_rate_init=0.3, max_iter=40, ax=axes[2]
)
axes[2].set_title("schedules: the rate shrinks")
plt.show()
