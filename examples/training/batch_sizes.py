"""
Batch sizes: one row, some rows, or all of them
===============================================

The gradient over all rows (*batch* gradient descent) is exact; that of one row (*stochastic*
gradient descent) costs next to nothing. A *mini-batch* is in between: 32 rows take far less than 32
times as long as one (c). A larger batch needs more memory, because the outputs of every layer are
kept for the backward pass: panel d shows the sizes of these arrays. The loss of all rows rises
around epoch 10 (a), when momentum, at a large rate, carries the weights too far.

With a learning rate that suits each size, and that decays so that the last steps are small, all
three reach nearly the same accuracy on unseen digits (b): they differ by less than the seeds of a
single size do. They differ in what it takes to get there (a, b). Whether large batches should come
first or last is an open question; a schedule can do either (e). Here, at the same rate, growing
batches do a little better on unseen digits. Every line is one of four seeds.
"""

# sphinx_gallery_thumbnail_words = True

import time

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style
from sknn.schedules import BatchSize

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, random_state=0)
settings = {"solver": "sgd", "learning_rate": "cosine", "alpha": 0.1}
n = len(X)

SEEDS = range(4)


def fits(**changed):
    """Return networks of all seeds, and the mean CPU seconds of one."""
    nets, begin = [], time.process_time()
    for seed in SEEDS:
        net = MLPClassifier((50,), random_state=seed, **settings | changed)
        nets.append(net.set_params(n_iter_no_change=net.max_iter).fit(X, y))
    return nets, (time.process_time() - begin) / len(nets)


def scores(name, nets):
    """Return a label with mean and range of the accuracy on unseen digits; print it, too."""
    right, loss = [net.score(X_test, y_test) for net in nets], np.mean([net.loss_ for net in nets])
    print(
        f"{name:<13} loss {loss:.4f}, unseen digits {np.mean(right):.3f}, "
        f"from {min(right):.3f} to {max(right):.3f}"
    )
    return f"{name}: {np.mean(right):.1%} ({100 * min(right):.1f} to {100 * max(right):.1f})"


plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["epoch", "second"], ["time", "memory"], ["schedules"] * 2],
    figsize=(8.3, 10.8), height_ratios=(1.2, 0.7, 1), layout="constrained",
)  # fmt: skip
by_epoch, by_second, update, memory, schedules = axes.values()
# Batch size, epochs, and learning rate.
for i, (size, epochs, rate) in enumerate([(1, 20, 0.01), (32, 60, 0.1), (n, 900, 0.5)]):
    nets, seconds = fits(batch_size=size, max_iter=epochs, learning_rate_init=rate)
    name = "1 row" if size == 1 else f"{size} rows" if size < n else "all rows"
    label = scores(name, nets)
    epoch = np.arange(1, epochs + 1)
    for net in nets:
        style = {"color": f"C{i}", "linewidth": 1, "alpha": 0.7}
        by_epoch.loglog(epoch, net.history_["loss"], **style)
        by_second.loglog(epoch / epochs * seconds, net.history_["loss"], **style, label=label)
        label = None
    by_epoch.plot([], color=f"C{i}", label=name)
    milliseconds = 1000 * seconds / (epochs * -(-n // size))
    print(f"{name:<13} {milliseconds:.2f} ms of CPU time per update")
    update.bar_label(update.bar(name, milliseconds, color=f"C{i}"), fmt="%.2f ms")
    # Inputs, hidden units, and outputs of the rows of an update.
    kept = size * (64 + 50 + 10) * X.itemsize / 1000
    bars = memory.bar(name, kept, color=f"C{i}")
    memory.bar_label(bars, fmt="%.0f kB")
for i, (first, last) in enumerate([(8, 256), (256, 8)]):
    nets, _ = fits(batch_size=BatchSize(first, last), max_iter=40, learning_rate_init=0.1)
    label = scores(f"{first} to {last} rows", nets)
    for net in nets:
        style = {"color": ["C7", "C5"][i], "linewidth": 1, "alpha": 0.7}
        schedules.loglog(net.history_["epoch"], net.history_["loss"], **style, label=label)
        label = None
by_epoch.set(title="a) all rows at once need many epochs", xlabel="epoch", ylabel="training loss")
by_second.set(title="b) one row at a time is slow", xlabel="CPU seconds")
by_second.set_ylabel("training loss")
update.set(
    title="c) CPU time of one update", ylabel="ms (logarithmic)", yscale="log", ylim=(0.005, 5)
)
memory.set(
    title="d) memory for one update", ylabel="kB (logarithmic)", yscale="log", ylim=(0.5, 9000)
)
schedules.set(title="e) batches that grow or shrink", xlabel="epoch")
schedules.set(ylabel="training loss")
for ax in (by_epoch, by_second, schedules):
    ax.set_ylim(0.001, 4)
by_epoch.legend(loc="lower left", title="batch size", fontsize="small")
for ax in (by_second, schedules):
    legend = ax.legend(loc="lower left", title="unseen digits, 4 seeds (range)", fontsize="small")
    for handle in legend.get_lines():
        handle.set(linewidth=2, alpha=1)
plt.show()
