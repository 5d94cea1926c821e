"""
Incremental learning: new data without starting over
====================================================

Rows arrive in chunks, and the rule behind their labels drifts: the boundary between two classes
slowly turns, by half a circle in the end. ``partial_fit`` learns each chunk in five passes and
continues where the last one ended. A network that was trained only once gets worse and worse: after
half a circle, the classes have changed sides, and it is wrong about four rows in five. Training a
new network on all rows so far costs more with every chunk, and old rows mislead it.
"""

import time

import matplotlib.pyplot as plt
import numpy as np

from sknn import MLPClassifier
from sknn.inspection import house_style

rng = np.random.default_rng(0)
chunks, rows = 60, 100


def chunk(i):
    """Return rows whose boundary turns half a circle by the end."""
    angle = np.pi * i / chunks
    X = rng.standard_normal((rows, 2))
    return X, (X @ [np.cos(angle), np.sin(angle)] + 0.3 * np.sin(3 * X[:, 0]) > 0).astype(int)


settings = {"learning_rate_init": 0.01, "random_state": 0}
once = MLPClassifier((20,), max_iter=50, learning_rate="cosine", **settings)
along = MLPClassifier((20,), batch_size=10, **settings)
again = MLPClassifier((20,), max_iter=20, learning_rate="cosine", **settings)
seen, hits = [], {"trained once": [], "partial_fit": [], "retrained on everything": []}
seconds = {name: [] for name in hits}
for i in range(chunks):
    X, y = chunk(i)
    if i >= 5:
        for name, net in zip(hits, (once, along, again), strict=True):
            hits[name].append(net.score(X, y))
    seen.append((X, y))
    begin = time.process_time()
    for _ in range(5):
        along.partial_fit(X, y, classes=[0, 1])
    between = time.process_time()
    again.fit(np.concatenate([X for X, _ in seen]), np.concatenate([y for _, y in seen]))
    seconds["partial_fit"].append(between - begin)
    seconds["retrained on everything"].append(time.process_time() - between)
    if i == 4:
        once.fit(np.concatenate([X for X, _ in seen]), np.concatenate([y for _, y in seen]))

plt.style.use(house_style())
figure, ax = plt.subplots(figsize=(8.3, 4.8), layout="constrained")
window = np.ones(5) / 5
for i, (name, values) in enumerate(hits.items()):
    label = f"{name} ({sum(seconds[name]):.1f} s)" if seconds[name] else name
    print(f"{label:<31} accuracy in the last ten chunks {np.mean(values[-10:]):.3f}")
    if "retrained" in name:
        first, last = seconds[name][0], seconds[name][-1]
        print(f"CPU time of the first retraining {first:.3f} s, of the last {last:.3f} s")
        label += f"\nfirst {first:.3f} s, last {last:.3f} s"
    ax.plot(range(7, chunks - 2), np.convolve(values, window, "valid"), color=f"C{i}", label=label)
ax.axhline(0.5, color="0.4", linestyle=":", linewidth=1)
ax.text(2, 0.52, "guessing", color="0.3")
ax.set(title="each chunk is predicted, then learned, while the boundary turns", xlabel="chunk")
ax.set(ylabel="accuracy, mean of 5 chunks", ylim=(0, 1.02), xlim=(1, chunks))
ax.legend(loc="lower left", title="network (CPU time)")
plt.show()
