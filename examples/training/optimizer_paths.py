"""
Optimizers, step by step
========================

A line is fitted with two weights, one of which matters fifty times as much as the other, so the
loss is a long valley. Plain gradient descent drops to the floor and crawls along it: at a rate
above 2, it would bounce out. Momentum swings from side to side and gathers speed along the floor.
The adaptive methods scale the step of every weight by its own gradients, which suits a valley that
runs along one of the weights (a). Adam also has momentum, so it overshoots the minimum and circles
it for some time.

How far each one gets depends on its learning rate. Each one uses whichever rate does best, out of
0.01, 0.02, 0.05, and so on up to 100: the smallest mean loss over 60 steps in the valley (a), the
smallest training loss after 30 epochs on the digits (c). Adadelta works out its own step lengths,
from its steps so far, and begins with tiny ones. Its rate only multiplies them, so it can be large.

Panel b shows the steps of a single weight whose gradient is 10 for 20 steps, then 1.
Momentum adds up steps. Adagrad divides by the root of the sum of all squared gradients so far,
and stays slow. RMSProp forgets the large ones within a hundred steps. It settles at 0.32, not at 1,
because its first step is three times as long as the later ones: its average of squared gradients
starts at 0. Adadelta forgets them, too, and then takes longer steps. Adam has the longest memory:
after 1,000 steps, it is only two thirds of the way back.

In panel c, the same optimizers train a network on digits. The lines are medians of three seeds.
Adam and momentum end about equal, and lowest; so do RMSProp and Adadelta, behind them: which of the
two is ahead depends on the seed.
"""

# sphinx_gallery_thumbnail_panels = [0, 1]

import warnings

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_rgb
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning

from sknn import MLPClassifier, MLPRegressor
from sknn.inspection import house_style
from sknn.optimizers import SGD, Adadelta, Adagrad, Adam, RMSProp

# A fixed number of epochs, whether or not that is enough.
warnings.simplefilter("ignore", ConvergenceWarning)

OPTIMIZERS = {
    "gradient descent": SGD(momentum=0.0),
    "momentum": SGD(momentum=0.9, nesterov=False),
    "Adagrad": Adagrad(),
    "Adadelta": Adadelta(),
    "RMSProp": RMSProp(),
    "Adam": Adam(),
}
DASHES = ["-", "-", "--", ":", "-.", (0, (6, 1, 1, 1, 1, 1))]  # Some colors look alike to some.
RATES = [number * size for size in (0.01, 0.1, 1, 10) for number in (1, 2, 5)] + [100]

D, digit = load_digits(return_X_y=True)

# The valley: L = (w_1 - 1)**2 / 2 + 0.02 * (w_2 - 1)**2 / 2.
scale = np.array([1.0, np.sqrt(0.02)])
X = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]]) * scale
y = X @ [1.0, 1.0]
begin = np.array([[-0.5], [-1.5]])
line = {"hidden_layer_sizes": (), "alpha": 0, "normalize_y": False, "random_state": 0}


def path(optimizer, rate, steps=60):
    """Return the weights after every step, and the loss there."""
    net = MLPRegressor(solver=optimizer, learning_rate_init=rate, batch_size=4, **line)
    net.initialize(X, y)
    net.set_weights({"output": {"W": begin, "b": np.zeros(1)}})
    places = [begin.ravel()]
    for _ in range(steps):
        places.append(net.partial_fit(X, y).coefs_[0].ravel())
    return np.array(places), np.square(scale * (np.array(places) - 1)).sum(axis=1) / 2


def step_lengths(optimizer, gradients):
    """Return the length of every step of one weight with these gradients, the first being 1."""
    weight, lengths = np.zeros(1), []
    state = optimizer.init(weight)
    for number, gradient in enumerate(gradients, 1):
        step = np.array([gradient])
        optimizer.update(state, step, weight, 0.01, number)  # Turns the gradient into the step.
        lengths.append(step.item())
    return np.array(lengths) / lengths[0]


def trained(optimizer, rate, seed):
    """Return the loss of every epoch on the digits."""
    net = MLPClassifier(
        (50,), solver=optimizer, learning_rate_init=rate, max_iter=30, n_iter_no_change=30,
        random_state=seed,
    )  # fmt: skip
    return net.fit(D / 16, digit).history_["loss"]


def tuned(losses):
    """Return the rate of the smallest loss; a loss that overflows is none."""
    return min(RATES, key=lambda rate: np.nan_to_num(losses[rate], nan=np.inf))


def write_beside(ax, ends, x, apart):
    """Write the names of lines beside their ends, each at least a factor above the one below."""
    below = 0
    for name, end in sorted(ends.items(), key=lambda each: each[1]):
        below = max(end, apart * below)
        color = np.array(to_rgb(f"C{list(OPTIMIZERS).index(name.split(',')[0])}"))
        ax.text(x, below, name, color=0.65 * color, va="center", fontsize="small", weight="bold")


plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [[name for name in list(OPTIMIZERS)[:3] for _ in "ab"],
     [name for name in list(OPTIMIZERS)[3:] for _ in "ab"],
     ["steps"] * 3 + ["digits"] * 3],
    figsize=(8.3, 10), height_ratios=(1, 1, 1.2), layout="constrained",
)  # fmt: skip
w_1, w_2 = np.meshgrid(np.linspace(-0.8, 2.8, 100), np.linspace(-1.8, 2.2, 100))
surface = (w_1 - 1) ** 2 / 2 + 0.02 * (w_2 - 1) ** 2 / 2
lengths, final = {}, {}
for i, (name, optimizer) in enumerate(OPTIMIZERS.items()):
    paths = {rate: path(optimizer, rate) for rate in RATES}
    best = tuned({rate: losses.mean() for rate, (_, losses) in paths.items()})
    places, losses = paths[best]
    ax = axes[name]
    ax.contourf(w_1, w_2, np.sqrt(surface), levels=14, cmap="Greys", alpha=0.55)
    ax.plot(*places.T, ".-", color=f"C{i}", linewidth=1.2, markersize=4)
    ax.plot(1, 1, "k*", markersize=11)
    loss = f"{losses[-1]:.0e}" if losses[-1] else "0 (exactly)"
    ax.set_title(f"{name}, rate {best:g}:\nloss {loss}")
    ax.grid(False)
    ax.set(xlim=(-0.8, 2.8), ylim=(-1.8, 2.2), xticks=[0, 1, 2], yticks=[-1, 0, 1, 2])
    print(f"{name:<17} rate {best:<5g} loss after 60 steps {losses[-1]:.1e}")

    steps = step_lengths(optimizer, [10.0] * 20 + [1.0] * 980)
    style = {"color": f"C{i}", "linestyle": DASHES[i], "linewidth": 1.5}
    axes["steps"].loglog(np.arange(1, 1001), steps, **style)
    lengths[name] = steps[-1]

    best = tuned({rate: trained(optimizer, rate, 0)[-1] for rate in RATES})
    three = [trained(optimizer, best, seed) for seed in range(3)]
    median = np.median(three, axis=0)
    axes["digits"].semilogy(range(1, 31), median, **style)
    final[f"{name}, {best:g}"] = median[-1]
    print(
        f"{'':<17} rate {best:<5g} loss on digits after 30 epochs {median[-1]:.4f}, "
        f"from {min(each[-1] for each in three):.4f} to {max(each[-1] for each in three):.4f}"
    )
for name in ("gradient descent", "Adadelta"):
    axes[name].set_ylabel("second weight")
for name in list(OPTIMIZERS)[3:]:
    axes[name].set_xlabel("first weight")
figure.suptitle("a) a long valley: 60 steps toward the minimum (star)", fontsize=12)
steps, digits = axes["steps"], axes["digits"]
steps.axvline(20.5, color="0.5", linewidth=1, linestyle=":")
steps.set(
    title="b) gradient 10, then (dotted) 1:\nlength of each step", xlabel="step (logarithmic)"
)
steps.set(ylabel="step length (first = 1)", xlim=(1, 60000))
steps.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
steps.minorticks_off()
write_beside(steps, lengths, 1200, 1.4)
digits.set(
    title="c) digits: each optimizer\nat its best rate (number)",
    xlabel="epoch",
    ylabel="training loss",
)
digits.set(xlim=(0, 55), xticks=range(0, 31, 10))
write_beside(digits, final, 31, 1.5)
plt.show()
