"""
Gates remember what others forget
=================================

A recurrent network feeds its state back, and so carries along what it has read. In the adding
problem (Hochreiter & Schmidhuber 1997), two numbers of a sequence are marked, one in each half, and
the target is their sum. Elman's network feeds back its hidden layer, Jordan's its output. Both
remember over a few steps. Over many steps, the gradient vanishes on its way back, and they predict
the mean. The gates of LSTM and GRU learn to keep the marked numbers.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknn import RNNRegressor
from sknn.inspection import house_style


def adding(n, length, seed):
    """Return sequences of numbers and marks, and the sums of the marked numbers."""
    rng = np.random.default_rng(seed)
    X = np.stack([rng.uniform(size=(n, length)), np.zeros((n, length))], axis=-1)
    rows, half = np.arange(n), length // 2
    X[rows, rng.integers(0, half, n), 1] = X[rows, rng.integers(half, length, n), 1] = 1.0
    return X.astype(np.float32), (X[..., 0] * X[..., 1]).sum(axis=1)


lengths = (4, 10, 20, 40)
cells = {"elman": "v", "jordan": "^", "gru": "s", "lstm": "o"}
forgotten, answers = {cell: [] for cell in cells}, {}
for length in lengths:
    X, y = adding(1500, length, 0)
    X_test, y_test = adding(1000, length, 1)
    for cell in cells:
        net = RNNRegressor(
            24,
            cell=cell,
            learning_rate="cosine",
            learning_rate_init=0.01,
            batch_size=50,
            max_iter=15,
            n_iter_no_change=15,
            random_state=0,
        ).fit(X, y)
        answers[cell] = net.predict(X_test)
        forgotten[cell].append(np.mean((answers[cell] - y_test) ** 2) / np.var(y_test))
        print(f"{length:>3} steps, {cell:<6} squared error / variance {forgotten[cell][-1]:.3f}")

plt.style.use(house_style())
figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.4), layout="constrained")
for cell, marker in cells.items():
    left.plot(lengths, forgotten[cell], marker=marker, label=cell)
left.axhline(1, color="0.5", linestyle=":")
left.text(4, 1.02, "answers with the mean", color="0.4", fontsize="small")
left.set(title="forgotten, by the length of the sequence", xlabel="steps", xticks=lengths)
left.set(ylabel="squared error / variance", ylim=(-0.03, 1.12))
left.legend(loc="center left")
for cell, color in (("elman", "C0"), ("lstm", "C3")):
    right.scatter(y_test, answers[cell], s=6, color=color, label=cell)
right.axline((1, 1), slope=1, color="0.5", linestyle=":")
right.set(title=f"predictions after {lengths[-1]} steps", xlabel="sum of the marked numbers")
right.set(ylabel="answer")
right.legend(loc="upper left", markerscale=2)
plt.show()
