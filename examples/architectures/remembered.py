"""
Recurrent networks: what gates remember
=======================================

A recurrent network feeds its state back and so remembers what it has read: unrolled in time, it is
a deep network with the same weights at every step. Elman's network feeds back its hidden layer,
Jordan's its output (a). In the adding problem (Hochreiter & Schmidhuber 1997), two numbers of a
sequence are marked, one in each half, and the target is their sum (b).

Over many steps, the gradient vanishes on its way back (c). At 20 steps, it depends on the seed
whether the networks of Elman and Jordan learn to remember; at 40, they predict the mean. With 60
epochs instead of 15, one of three seeds of each begins to remember at 40 steps (its error falls to
0.71 of the variance for Elman and 0.57 for Jordan), and the others still predict the mean. The
gates of the LSTM and the GRU learn to keep the marked numbers: if the first one grows by 0.1, the
prediction grows by nearly as much (d).
"""

# sphinx_gallery_thumbnail_panels = [4]
# sphinx_gallery_thumbnail_words = True

import matplotlib.pyplot as plt
import numpy as np

from sknn import RNNRegressor
from sknn.inspection import house_style


def adding(n, length, seed):
    """Return sequences of numbers and marks, the sums of the marked numbers, the first marks."""
    rng = np.random.default_rng(seed)
    X = np.stack([rng.uniform(size=(n, length)), np.zeros((n, length))], axis=-1)
    rows, half = np.arange(n), length // 2
    first, second = rng.integers(0, half, n), rng.integers(half, length, n)
    X[rows, first, 1] = X[rows, second, 1] = 1.0
    return X.astype(np.float32), (X[..., 0] * X[..., 1]).sum(axis=1), first


lengths, seeds = (4, 10, 20, 40), 3
cells = {"elman": "C1", "jordan": "C3", "gru": "C2", "lstm": "C0"}
names = {"elman": "Elman", "jordan": "Jordan", "gru": "GRU", "lstm": "LSTM"}
forgotten, nets = {cell: [] for cell in cells}, {}
for length in lengths:
    X, y, _ = adding(1500, length, 0)
    X_test, y_test, first = adding(1000, length, 1)
    for cell in cells:
        nets[cell] = [
            RNNRegressor(
                24,
                cell=cell,
                readout="last",
                learning_rate="cosine",
                learning_rate_init=0.01,
                batch_size=50,
                max_iter=15,
                n_iter_no_change=15,
                random_state=seed,
            ).fit(X, y)
            for seed in range(seeds)
        ]
        errors = [np.mean((net.predict(X_test) - y_test) ** 2) for net in nets[cell]]
        errors /= np.var(y_test)
        forgotten[cell].append(errors)
        each = " ".join(f"{error:.2f}" for error in errors)
        print(f"{length:>3} steps, {cell:<6} squared error / variance {errors.mean():.3f} ({each})")

plt.style.use(house_style())
figure, axes = plt.subplot_mosaic(
    [["elman", "jordan", "gates"], ["task"] * 3, ["length"] * 3, ["slope"] * 3],
    figsize=(8.3, 12), height_ratios=(1.1, 0.7, 1.4, 1.2), layout="constrained",
)  # fmt: skip


def unroll(ax, title, links, gates=False):
    """Draw three steps of a network, and what each feeds back to the next."""
    arrow = {"arrowstyle": "-|>", "shrinkA": 13, "shrinkB": 13, "color": "0.4"}
    back = arrow | {"color": "black", "linewidth": 3}
    for t in range(3):
        for height, name in enumerate("xho"):
            ax.plot(t, height, "o", markersize=24, color="black", markerfacecolor="white")
            ax.text(t, height, f"${name}_{t + 1}$", fontsize="large", ha="center", va="center")
        for height in range(2):
            ax.annotate("", (t, height + 1), (t, height), arrowprops=arrow)
        for start, end in links if t < 2 else ():
            ax.annotate("", (t + 1, end), (t, start), arrowprops=back)
            if gates:
                ax.plot(t + 0.5, (start + end) / 2, "s", color="black", markersize=10)
    ax.set(title=title, xlim=(-0.4, 2.4), ylim=(-0.4, 2.4))
    ax.set_axis_off()


unroll(axes["elman"], "a) Elman: the hidden\nlayer $h$ is fed back", [(1, 1)])
unroll(axes["jordan"], "a) Jordan: the output\n$o$ is fed back", [(2, 1)])
unroll(axes["gates"], "a) LSTM and GRU: the same\nthrough gates (squares)", [(1, 1)], gates=True)

# One sequence, as long as those of the longest task: its numbers, two of which are marked.
ax, steps = axes["task"], np.arange(1, lengths[-1] + 1)
numbers, marks = X_test[0].T
ax.bar(steps, numbers, color=np.where(marks, "black", "0.8"))
for step in np.flatnonzero(marks):
    ax.text(step + 1, numbers[step] + 0.03, f"{numbers[step]:.2f}", ha="center", weight="bold")
ax.set(title=f"b) the task: add the two marked numbers (black); target {y_test[0]:.2f}")
ax.set(xlabel="step", ylabel="number", ylim=(0, 1.25), xlim=(0, lengths[-1] + 1))

ax = axes["length"]
for i, (cell, color) in enumerate(cells.items()):
    means = np.mean(forgotten[cell], axis=1)
    style, marker = ("--", "s") if cell == "jordan" else ("-", "o")
    ax.plot(lengths, means, style, color=color)
    # Side by side, so that none hides another.
    ax.plot(np.array(lengths) + 0.35 * (i - 1.5), forgotten[cell], marker, color=color, alpha=0.6)
    beside = "bottom" if cell in ("jordan", "lstm") else "top"
    ax.text(41, means[-1], names[cell], color=color, va=beside, weight="bold")
ax.plot(lengths, np.ones(4), color="0.5", linestyle=":")
ax.text(4, 1.03, "predicts the mean", color="0.4")
ax.set(
    title=f"c) with longer sequences, Elman and Jordan forget (points: {seeds} seeds, lines: means)"
)
ax.set(xlabel="steps of a sequence", xticks=lengths, xlim=(3, 45))
ax.set(ylabel="squared error / variance", ylim=(-0.05, 1.2))

# Nudge the first marked number: how far does the prediction move?
ax, nudged = axes["slope"], X_test.copy()
nudged[np.arange(len(X_test)), first, 0] += 0.1
back = lengths[-1] - 1 - first
steps = np.unique(back)
for cell, color in cells.items():
    moved = np.mean([net.predict(nudged) - net.predict(X_test) for net in nets[cell]], axis=0)
    slopes = [moved[back == step].mean() / 0.1 for step in steps]
    ax.plot(steps, slopes, "--" if cell == "jordan" else "-", color=color)
    print(f"slope of the prediction at the first mark, {cell:<6} {moved.mean() / 0.1:.2f}")
    beside = "bottom" if cell in ("elman", "gru") else "top"
    ax.text(steps[-1] + 0.3, slopes[-1], names[cell], color=color, va=beside, weight="bold")
ax.set(title=f"d) {lengths[-1]} steps: does the prediction follow the first marked number?")
ax.set(xlabel="steps from the first mark to the prediction", ylabel="slope (1: all of it)")
ax.set(xlim=(steps[0] - 0.5, steps[-1] + 2.5), xticks=range(20, 40, 3), ylim=(-0.15, 1.2))
plt.show()
