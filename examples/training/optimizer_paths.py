"""
Optimizers, step by step
========================

A line is fitted with two weights, one of which matters fifty times as much as the other, so the
loss is a long valley. Plain gradient descent jumps from side to side, momentum rolls along the
valley, and the adaptive methods scale the step of every weight by its own gradients: Adagrad slows
down, Adadelta and RMSProp forget old gradients, and Adam adds momentum. How far each one gets in 60
steps depends on its learning rate, which was chosen by hand: compare the shapes of the paths.

Below the paths, the same optimizers train a network on digits.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from sknn import MLPClassifier, MLPRegressor
from sknn.inspection import house_style

# A fixed number of epochs, whether or not that is enough.
warnings.simplefilter("ignore", ConvergenceWarning)

# Solver, its settings; learning rate in the valley and on the digits.
OPTIMIZERS = {
    "gradient descent": ("sgd", {"momentum": 0.0}, 1.9, 0.1),
    "momentum": ("sgd", {"momentum": 0.9, "nesterovs_momentum": False}, 0.2, 0.1),
    "Adagrad": ("adagrad", {}, 0.4, 0.02),
    "Adadelta": ("adadelta", {}, 20.0, 3.0),
    "RMSProp": ("rmsprop", {}, 0.06, 0.002),
    "Adam": ("adam", {}, 0.1, 0.005),
}

# The valley: L = (w_1 - 1)**2 / 2 + 0.02 * (w_2 - 1)**2 / 2.

scale = np.array([1.0, np.sqrt(0.02)])
X = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]) * scale
y = X @ [1.0, 1.0]
begin = np.array([[-0.5], [-1.5]])


def path(solver, settings, rate, steps=60):
    net = MLPRegressor(
        hidden_layer_sizes=(), solver=solver, learning_rate_init=rate, alpha=0, batch_size=4,
        normalize_y=False, random_state=0, **settings,
    ).initialize(X, y)  # fmt: skip
    net.set_weights({"output": {"W": begin, "b": np.zeros(1)}})
    places = [begin.ravel()]
    for _ in range(steps):
        places.append(net.partial_fit(X, y).coefs_[0].ravel())
    return np.array(places)


plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [list(OPTIMIZERS)[:3], list(OPTIMIZERS)[3:], ["digits"] * 3],
    figsize=(8.3, 9.6), height_ratios=(1, 1, 1.2), layout="constrained",
)  # fmt: skip
w_1, w_2 = np.meshgrid(np.linspace(-0.8, 2.8, 100), np.linspace(-1.8, 2.2, 100))
surface = (w_1 - 1) ** 2 / 2 + 0.02 * (w_2 - 1) ** 2 / 2
for i, (name, (solver, settings, rate, _)) in enumerate(OPTIMIZERS.items()):
    ax = axes[name]
    places = path(solver, settings, rate)
    ax.contourf(w_1, w_2, np.sqrt(surface), levels=14, cmap="Greys", alpha=0.55)
    ax.plot(*places.T, ".-", color=f"C{i}", linewidth=1.2, markersize=4)
    ax.plot(1, 1, "k*", markersize=11)
    far = np.linalg.norm(places[-1] - 1)
    ax.set_title(f"{name}: {far:.3f} away")
    ax.grid(False)
    ax.set(xticks=[], yticks=[], xlim=(-0.8, 2.8), ylim=(-1.8, 2.2))
    print(f"{name:<17} after 60 steps {far:.3f} from the best")
axes["gradient descent"].set_ylabel("second weight")
axes["Adadelta"].set_ylabel("second weight")
for name in list(OPTIMIZERS)[3:]:
    axes[name].set_xlabel("first weight")
figure.suptitle("a long valley: distance from the minimum (star) after 60 steps", fontsize=12)

ax = axes["digits"]
D, digit = load_digits(return_X_y=True)
for i, (name, (solver, settings, _, rate)) in enumerate(OPTIMIZERS.items()):
    net = MLPClassifier(
        (50,), solver=solver, learning_rate_init=rate, max_iter=30, n_iter_no_change=30,
        random_state=0, **settings,
    )  # fmt: skip
    history = net.fit(D / 16, digit).history_
    ax.semilogy(history["epoch"], history["loss"], color=f"C{i}", label=name)
ax.set_ylim(5e-3, None)
ax.set(title="digits, each at a rate that suits it", xlabel="epoch", ylabel="training loss")
ax.legend(ncols=2, loc="lower left")
plt.show()
