"""
Three searches at equal seconds
===============================

A grid tries all combinations of a few values. A random search draws from ranges. An architecture
search by successive halving starts many candidates, drops most of them after a few epochs, and
continues with the best. All three get about the same number of seconds: the grid and the random
search end when the time of the architecture search is over. A dot is a candidate, a line the best
score so far.
"""

import time
import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import (
    ParameterGrid,
    ParameterSampler,
    cross_val_score,
    train_test_split,
)

from sknn import MLPClassifier
from sknn.inspection import house_style
from sknn.search import ArchitectureSearchCV, space

warnings.simplefilter("ignore", ConvergenceWarning)
X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X / 16, y, train_size=400, stratify=y, random_state=0)
net = MLPClassifier(learning_rate="cosine", max_iter=27, random_state=0)

# %%
# The architecture search first: its time is everyone's time.

begin = time.perf_counter()
search = ArchitectureSearchCV(net, n_candidates=27, factor=3, cv=3, random_state=0).fit(X, y)
budget = time.perf_counter() - begin
rows = search.history_
spent, seconds = np.zeros(search.n_candidates), []
for candidate, so_far in zip(rows["candidate"], rows["seconds"], strict=True):
    spent[candidate] = so_far
    seconds.append(spent.sum())
found = {"architecture search": (seconds, list(rows["mean_test_score"]))}
tried = {"architecture search": search.n_candidates}
best = {"architecture search": search.best_params_}

# %%
# The others, one candidate after another, until the time is over.


def one_by_one(candidates):
    begin, seconds, scores, settings = time.perf_counter(), [], [], []
    for params in candidates:
        scores.append(cross_val_score(clone(net).set_params(**params), X, y, cv=3).mean())
        seconds.append(time.perf_counter() - begin)
        settings.append(params)
        if seconds[-1] > budget:
            break
    return seconds, scores, settings


grid = {
    "hidden_layer_sizes": [(16,), (64,), (256,), (64, 64)],
    "learning_rate_init": [0.0003, 0.003, 0.03],
    "alpha": [0.0001, 0.01, 1.0],
}
for name, candidates in {
    "grid": ParameterGrid(grid),
    "random search": ParameterSampler(space(net), 1000, random_state=0),
}.items():
    seconds, scores, settings = one_by_one(candidates)
    found[name], tried[name] = (seconds, scores), len(scores)
    best[name] = settings[int(np.argmax(scores))]

plt.style.use(house_style())
figure, ax = plt.subplots(figsize=(8, 4.4), layout="constrained")
for i, (name, (seconds, scores)) in enumerate(found.items()):
    unseen = clone(net).set_params(**best[name]).fit(X, y).score(X_test, y_test)
    so_far = np.maximum.accumulate(scores)
    print(f"{name:<20} {tried[name]:>3} candidates, best {so_far[-1]:.3f}, unseen {unseen:.3f}")
    label = f"{name}: {tried[name]} candidates"
    ax.step(seconds, so_far, where="post", color=f"C{i}", linewidth=2.5, label=label)
    ax.plot(seconds, scores, ".", color=f"C{i}", alpha=0.5)
ax.set(title="the best so far, at equal seconds", xlabel="seconds", ylabel="accuracy (3 folds)")
ax.set_ylim(0.8, 0.97)
ax.legend(loc="lower right")
plt.show()
