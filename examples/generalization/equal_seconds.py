"""
Grid, random, and architecture search at equal seconds
======================================================

A grid tries all combinations of a few values. A random search draws from ranges. An architecture
search by successive halving starts many candidates, drops most of them after a few epochs, and
continues with the best. All three get the same number of seconds: the grid (in random order) and
the random search end when the time of the architecture search is over.

Above, every line is a candidate of one architecture search. Below is the best score so far of the
three searches: the mean of three runs with different seeds, and their range.
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
X, X_test, y, y_test = train_test_split(X / 16, y, train_size=250, stratify=y, random_state=0)
grid = {
    "hidden_layer_sizes": [(16,), (64,), (256,), (64, 64)],
    "learning_rate_init": [0.0003, 0.003, 0.03],
    "alpha": [0.0001, 0.01, 1.0],
}


def by_halving(net, seed):
    """Return when each candidate was scored, its score, the best parameters, and the search."""
    search = ArchitectureSearchCV(net, n_candidates=27, factor=3, cv=3, random_state=seed)
    rows = search.fit(X, y).history_
    spent, seconds = np.zeros(search.n_candidates), []
    for candidate, so_far in zip(rows["candidate"], rows["seconds"], strict=True):
        spent[candidate] = so_far
        seconds.append(spent.sum())
    return seconds, list(rows["mean_test_score"]), search.best_params_, search


def one_by_one(net, candidates, budget):
    """Return the same for candidates that are trained to the end, until the time is up."""
    begin, seconds, scores, settings = time.perf_counter(), [], [], []
    for params in candidates:
        score = cross_val_score(clone(net).set_params(**params), X, y, cv=3).mean()
        now = time.perf_counter() - begin
        if now > budget:
            break
        seconds.append(now)
        scores.append(score)
        settings.append(params)
    return seconds, scores, settings[int(np.argmax(scores))]


def best_so_far(seconds, scores, at):
    """Return the best score that was known at given times; 0 before the first."""
    return np.r_[0.0, np.maximum.accumulate(scores)][np.searchsorted(seconds, at, side="right")]


plt.style.use(house_style())
figure, (above, below) = plt.subplots(2, 1, figsize=(8.3, 8.4), layout="constrained")
names = ("architecture search", "grid", "random search")
counts, best, unseen = ({name: [] for name in names} for _ in range(3))
share = np.linspace(0, 1, 300)
for seed in range(3):
    net = MLPClassifier(learning_rate="cosine", max_iter=27, random_state=seed)
    begin = time.perf_counter()
    *halving, search = by_halving(net, seed)
    budget = time.perf_counter() - begin
    shuffled = np.random.default_rng(seed).permutation(ParameterGrid(grid))
    drawn = ParameterSampler(space(net), 1000, random_state=seed + 100)
    results = (halving, one_by_one(net, shuffled, budget), one_by_one(net, drawn, budget))
    for i, (name, (seconds, scores, params)) in enumerate(zip(names, results, strict=True)):
        counts[name].append(search.n_candidates if i == 0 else len(scores))
        best[name].append(best_so_far(seconds, scores, share * budget))
        unseen[name].append(clone(net).set_params(**params).fit(X, y).score(X_test, y_test))
    if seed == 0:
        found = search.history_
for i, name in enumerate(names):
    label = f"{name}, about {np.mean(counts[name]):.0f} candidates"
    below.plot(share, np.mean(best[name], axis=0), color=f"C{i}", label=label)
    low, high = np.min(best[name], axis=0), np.max(best[name], axis=0)
    below.fill_between(share, low, high, color=f"C{i}", alpha=0.15, linewidth=0)
    print(
        f"{name:<20} {np.mean(counts[name]):3.0f} candidates, "
        f"best {np.mean(best[name], axis=0)[-1]:.3f}, unseen {np.mean(unseen[name]):.3f}"
    )

for candidate in np.unique(found["candidate"]):
    rungs = found["candidate"] == candidate
    epochs, scores = found["n_epochs"][rungs], found["mean_test_score"][rungs]
    survived = len(epochs) == len(np.unique(found["rung"]))
    above.plot(epochs, scores, "o-", color="C0" if survived else "0.6", zorder=2 + survived)
ticks = np.unique(found["n_epochs"])
left = [np.sum(found["n_epochs"] == tick) for tick in ticks]
above.set(title="architecture search: most candidates are dropped early", xscale="log")
above.set_xticks(ticks, [f"{k} after {e} epochs" for k, e in zip(left, ticks, strict=True)])
above.minorticks_off()
above.margins(x=0.12)
above.set(xlabel="candidates (blue: never dropped)", ylabel="accuracy (3 folds)", ylim=(0, 1))
below.set(title="three searches, equal seconds")
below.set(ylabel="best accuracy so far (axis from 0.8)", ylim=(0.8, 0.97))
below.set_xlabel("share of the time budget")
below.legend(loc="lower right")
plt.show()
