"""
Batch sizes: one row, some rows, or all of them
===============================================

The gradient over all rows (a batch) is exact; that of one row (stochastic gradient descent) costs
next to nothing. A mini-batch is in between: 32 rows take hardly longer than one. A larger batch
needs more memory, because the outputs of every layer are kept for the backward pass.

With a learning rate that suits each size, and that decays so that the last steps are small, all
three end up nearly the same on unseen digits. They differ in what they need to get there. Whether
large batches should come first or last is an open question; a schedule can do either.
"""

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
settings = {"solver": "sgd", "learning_rate": "cosine", "alpha": 0.1, "random_state": 0}
n = len(X)

plt.style.use(house_style())
figure, axes = plt.subplots(2, 2, figsize=(8.3, 8), layout="constrained")
(by_epoch, by_second), (memory, schedules) = axes
# Batch size, epochs, and learning rate.
for i, (size, epochs, rate) in enumerate([(1, 20, 0.01), (32, 60, 0.1), (n, 900, 0.5)]):
    begin = time.process_time()
    net = MLPClassifier(
        (50,), batch_size=size, max_iter=epochs, learning_rate_init=rate, n_iter_no_change=epochs,
        **settings,
    ).fit(X, y)  # fmt: skip
    seconds = time.process_time() - begin
    loss, score = net.history_["loss"], net.score(X_test, y_test)
    name = "1 row" if size == 1 else f"{size} rows" if size < n else "all rows"
    print(f"{name:<8} per update: loss {loss[-1]:.4f}, unseen digits {score:.3f}")
    epoch = np.arange(1, epochs + 1)
    by_epoch.loglog(epoch, loss, color=f"C{i}")
    by_second.loglog(epoch / epochs * seconds, loss, color=f"C{i}", label=f"{name}: {score:.1%}")
    # Inputs, hidden units, and outputs of the rows of an update.
    kept = size * (64 + 50 + 10) * X.itemsize / 1000
    bars = memory.bar(name, kept, color=f"C{i}")
    memory.bar_label(bars, fmt="%.0f kB")
for i, (first, last) in enumerate([(8, 256), (256, 8)]):
    net = MLPClassifier(
        (50,), batch_size=BatchSize(first, last), max_iter=40, learning_rate_init=0.1,
        n_iter_no_change=40, **settings,
    ).fit(X, y)  # fmt: skip
    score = net.score(X_test, y_test)
    name = f"{first} to {last} rows"
    print(f"{name:<13}: loss {net.loss_:.4f}, unseen digits {score:.3f}")
    schedules.loglog(
        net.history_["epoch"], net.history_["loss"], color=f"C{i + 3}",
        label=f"{name}: {score:.1%}",
    )  # fmt: skip
by_epoch.set(title="all rows at once need many epochs", xlabel="epoch", ylabel="training loss")
by_second.set(
    title="one row at a time is slow", xlabel="seconds of processor time", ylabel="training loss"
)
memory.set(title="memory for one update", ylabel="kB (logarithmic)", yscale="log", ylim=(0.5, 5000))
schedules.set(title="batches that grow or shrink", xlabel="epoch", ylabel="training loss")
for ax in (by_epoch, by_second, schedules):
    ax.set_ylim(0.0008, 4)
for ax in (by_second, schedules):
    ax.legend(loc="lower left", title="accuracy on unseen digits")
plt.show()
