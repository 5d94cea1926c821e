"""
Grid, random, and architecture search at equal seconds
======================================================

A grid tries all combinations of a few values. A random search draws new values every time. In the
upper panels, both get nine fits to find two numbers, of which only the learning rate matters here:
the grid (a) tries three rates, three times each, and misses the peak; the random search (b) tries
nine rates (Bergstra & Bengio 2012).

An architecture search by successive halving starts many candidates, drops most of them after a few
epochs, and continues with the best. Each candidate has its own hidden layers (1 to 3 of them, with
16 to 256 units), activation, dropout, normalization, penalty, and learning rate. In panel c, each
dot, or line of dots, is one candidate; the legend names the two that were never dropped.

In panel d, all three searches get the same number of seconds: the grid (in random order)
and the random search end when the time of the architecture search is over. On such a small task,
the means of the three end within about one percentage point, while single runs (dots) differ more.
The random search draws its candidates as the architecture search does. Some of these networks are
larger than any in the grid, so fewer of them fit into the time. How many seconds the architecture
search takes, and how many candidates can be trained in that time, depends on the machine, so these
numbers vary from run to run.
"""

# sphinx_gallery_thumbnail_panels = [2, 3]

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

# Nine fits on a grid, nine at random: learning rates from 1e-4 to 1, alpha from 1e-6 to 0.01.
small = MLPClassifier((32,), learning_rate="cosine", max_iter=27, random_state=0)


def accuracy(point):
    """Return the mean over 3 folds; `point` holds the logarithms of the two numbers."""
    rate, alpha = 10.0 ** np.array(point)
    small.set_params(learning_rate_init=rate, alpha=alpha)
    return cross_val_score(small, X, y, cv=3).mean()


def at_random(seed):
    """Return nine points of the plane."""
    return np.random.default_rng(seed).uniform((-4, -6), (0, -2), (9, 2))


rates = np.linspace(-4, 0, 17)
curve = [accuracy((rate, -4)) for rate in rates]
planes = {"grid": [(i, j) for i in (-4, -2, 0) for j in (-6, -4, -2)], "random": at_random(0)}
found_by = {name: np.array([accuracy(each) for each in at]) for name, at in planes.items()}
others = [max(map(accuracy, at_random(seed))) for seed in range(1, 4)]
print(f"grid of 3 x 3   best {found_by['grid'].max():.3f}")
print(
    f"nine at random  best {found_by['random'].max():.3f}, mean of three more {np.mean(others):.3f}"
)


def architecture(params):
    """Return units per hidden layer and activation, as text."""
    return f"{'-'.join(map(str, params['hidden_layer_sizes']))} {params['activation']}"


def by_halving(net, seed):
    """Return when each candidate was scored, its score, the best parameters, and the search."""
    search = ArchitectureSearchCV(net, n_candidates=18, factor=3, cv=3, random_state=seed)
    rows = search.fit(X, y).history_
    spent, seconds = np.zeros(search.n_candidates), []
    for candidate, so_far in zip(rows["candidate"], rows["seconds"], strict=True):
        spent[candidate] = so_far
        seconds.append(spent.sum())
    return seconds, list(rows["mean_test_score"]), search.best_params_, search


def one_by_one(net, candidates, budget):
    """Return the same for candidates that are trained to the end, until time is up."""
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
figure, axes = plt.subplot_mosaic(
    [["grid above", "random above"], ["grid", "random"], ["halving", "seconds"]],
    figsize=(8.3, 10), height_ratios=(0.7, 1.15, 1.35), layout="constrained",
)  # fmt: skip
for i, (letter, (name, points)) in enumerate(zip("ab", planes.items(), strict=True), 1):
    plane, above = axes[name], axes[f"{name} above"]
    x, z = np.transpose(points)
    above.plot(rates, curve, color="0.7", zorder=1)
    above.vlines(x, 0, found_by[name], color=f"C{i}", linewidth=1)
    above.scatter(x, found_by[name], color=f"C{i}", zorder=3)
    tried = len(np.unique(x))
    above.set_title(f"{letter}) {name}: 9 fits, {tried} rates, best {found_by[name].max():.1%}")
    above.set(ylabel="accuracy", xlim=(-4.3, 0.3), ylim=(0, 1.05), xticks=(-4, -2, 0))
    above.tick_params(labelbottom=False)
    plane.vlines(x, z, -1.7, color=f"C{i}", linewidth=1, alpha=0.6)
    plane.scatter(x, z, s=70, color=f"C{i}", zorder=3)
    plane.set(xlabel="learning rate (matters)", ylabel="alpha (does not matter)", xlim=(-4.3, 0.3))
    plane.set(ylim=(-6.3, -1.7), xticks=(-4, -2, 0), yticks=range(-6, -1))
    plane.xaxis.set_major_formatter("$10^{{{x:.0f}}}$")
    plane.yaxis.set_major_formatter("$10^{{{x:.0f}}}$")
axes["random"].set_ylabel("")
axes["random"].tick_params(labelleft=False)

above, below = axes["halving"], axes["seconds"]
names = ("architecture search", "grid", "random search")
counts, best, unseen = ({name: [] for name in names} for _ in range(3))
budgets = []
share = np.linspace(0, 1, 300)
for seed in range(3):
    net = MLPClassifier(learning_rate="cosine", max_iter=27, random_state=seed)
    begin = time.perf_counter()
    *halving, search = by_halving(net, seed)
    budget = time.perf_counter() - begin
    budgets.append(budget)
    shuffled = np.random.default_rng(seed).permutation(ParameterGrid(grid))
    drawn = ParameterSampler(space(net), 1000, random_state=seed + 100)
    results = (halving, one_by_one(net, shuffled, budget), one_by_one(net, drawn, budget))
    for i, (name, (seconds, scores, params)) in enumerate(zip(names, results, strict=True)):
        counts[name].append(search.n_candidates if i == 0 else len(scores))
        best[name].append(best_so_far(seconds, scores, share * budget))
        unseen[name].append(clone(net).set_params(**params).fit(X, y).score(X_test, y_test))
    winner = architecture(search.best_params_)
    print(f"seed {seed}: {budget:.1f} s for each search, found by halving: {winner}")
    if seed == 0:
        found, candidates = search.history_, search.cv_results_["params"]
for i, name in enumerate(names):
    mean = np.mean(best[name], axis=0)
    ends = [each[-1] for each in best[name]]
    below.plot(share, mean, color=f"C{i}")
    label = f"{name}\n({np.mean(counts[name]):.0f} candidates)"
    below.plot([], [], color=f"C{i}", label=label)
    below.plot(1.05 + 0.06 * i + 0.015 * np.arange(len(ends)), ends, "o", color=f"C{i}", alpha=0.6)
    print(
        f"{name:<20} {np.mean(counts[name]):3.0f} candidates, "
        f"best {mean[-1]:.3f}, unseen {np.mean(unseen[name]):.3f}"
    )

colors = iter(["C0", "C4"])
for candidate in np.unique(found["candidate"]):
    rungs = found["candidate"] == candidate
    epochs, scores = found["n_epochs"][rungs], found["mean_test_score"][rungs]
    line = {"color": "0.6"}
    if len(epochs) == len(np.unique(found["rung"])):
        label = f"{architecture(candidates[candidate])}: {scores[-1]:.1%}"
        line = {"color": next(colors), "label": label, "zorder": 3}
    above.plot(epochs, scores, "o-", **line)
ticks = np.unique(found["n_epochs"])
left = [np.sum(found["n_epochs"] == tick) for tick in ticks]
above.set(title="c) architecture search: most\ncandidates are dropped early", xscale="log")
above.set_xticks(ticks, [f"{k} after\n{e} epochs" for k, e in zip(left, ticks, strict=True)])
above.minorticks_off()
above.legend(loc="lower right", fontsize="small", title="never dropped:\nunits, activation")
above.margins(x=0.12)
above.set(xlabel="candidates", ylabel="accuracy (3 folds)", ylim=(0, 1))
below.set(title="d) equal seconds: no clear winner\n(lines: means; dots: single runs)")
below.set(ylabel="best accuracy so far (axis from 0.86)", ylim=(0.86, 0.97))
end = f"time is up:\n{min(budgets):.1f} to {max(budgets):.1f} s"
below.set_xticks([0, 0.5, 1], ["0", "half", end])
below.text(1.13, 0.953, "single\nruns", ha="center", fontsize="small")
below.legend(loc="lower right", fontsize="small")
plt.show()
