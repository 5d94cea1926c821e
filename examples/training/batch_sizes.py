"""
One row, some rows, or all of them
==================================

The gradient over all rows is exact; that of one row costs next to nothing. A mini-batch is in
between: 32 rows take hardly longer than one. With a learning rate that suits each size, and that
decays so that the last steps are small, all three end up within a percent of each other on unseen
digits. They differ in what they need to get there. Whether large batches should come first or last
is an open question; a schedule can do either.
"""

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

# %%
# Batch size, epochs and learning rate.

plt.style.use(house_style())
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(13, 4), layout="constrained")
for i, (size, epochs, rate) in enumerate([(1, 20, 0.01), (32, 60, 0.1), (n, 900, 0.5)]):
    net = MLPClassifier(
        (50,), batch_size=size, max_iter=epochs, learning_rate_init=rate, n_iter_no_change=epochs,
        **settings,
    ).fit(X, y)  # fmt: skip
    loss = net.history_["loss"]
    seconds = np.cumsum(net.history_["seconds"])
    name = f"{'all' if size == n else size} row{'s' if size > 1 else ''} per update"
    left.semilogy(net.history_["epoch"], loss, color=f"C{i}", label=name)
    middle.semilogy(seconds, loss, color=f"C{i}", label=name)
    score = net.score(X_test, y_test)
    print(f"{name:<20} loss {loss[-1]:.4f}, unseen digits {score:.3f}")
left.set(title="epochs: small batches need fewer", xlabel="epoch", ylabel="training loss")
left.set_xscale("log")
middle.set(title="seconds: one row at a time is slow", xlabel="seconds", xscale="log")
middle.legend(loc="upper right")

for i, (first, last) in enumerate([(8, 256), (256, 8)]):
    net = MLPClassifier(
        (50,), batch_size=BatchSize(first, last), max_iter=40, learning_rate_init=0.1,
        n_iter_no_change=40, **settings,
    ).fit(X, y)  # fmt: skip
    name = f"BatchSize({first}, {last})"
    right.semilogy(net.history_["epoch"], net.history_["loss"], color=f"C{i + 3}", label=name)
    print(f"{name:<20} loss {net.loss_:.4f}, unseen digits {net.score(X_test, y_test):.3f}")
right.set(title="growing and shrinking batches", xlabel="epoch")
right.legend()
plt.show()
