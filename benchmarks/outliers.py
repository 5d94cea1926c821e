"""How well the defaults of AutoEncoder find outliers, compared with an isolation forest.

Run from the root of the repository::

    python -m benchmarks.outliers
    python -m benchmarks.outliers --seeds 2

All rows are used for training, and outliers are among them. The table shows the area under the ROC
curve of an isolation forest, and of ``AutoEncoder()`` and ``AutoEncoder((16, 4))`` with the error
and with the distance as the score; then the mean squared error of ``AutoEncoder()`` on a held-out
third of the rows, relative to the variance.

Six sets are generated here, three come with scikit-learn (one class is rare), and the kddcup sets
are used if the module ``load_data`` can be imported and ``SKNN_DATA_DIR`` names the folder with its
packages. Columns are scaled.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits, load_wine
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from benchmarks.autoencoder import anomalies
from sknn import AutoEncoder

SHARE = 0.07
NAMES = ("ring", "cross", "clusters", "sensors", "shuffled", "attack")
KDD = ("kddcup_land_vs_satan", "kddcup_rootkit_vs_back")
COMPARED = {
    "default: error": AutoEncoder(),
    "distance": AutoEncoder(outlier_score="distance"),
    "(16, 4): error": AutoEncoder((16, 4)),
    "distance ": AutoEncoder((16, 4), outlier_score="distance"),
}


def generated(name: str, seed: int, n: int = 1000) -> tuple[NDArray, NDArray]:
    """Return rows, and which of them are outliers."""
    rng = np.random.default_rng(seed)
    abnormal = np.arange(n) < SHARE * n
    m = int(abnormal.sum())
    if name == "clusters":
        x = 3 * rng.normal(size=(6, 8))[rng.integers(0, 6, n)] + 0.3 * rng.normal(size=(n, 8))
        x[abnormal] = x.mean(axis=0) + x.std(axis=0) * rng.normal(size=(m, 8))
    elif name in ("ring", "cross"):
        x = _in_the_plane(name, abnormal, rng) @ rng.normal(size=(2, 6))
        x += 0.05 * rng.normal(size=x.shape)
    else:
        x = _readings(n, rng)
        if name == "sensors":  # Some readings are far off.
            x[abnormal] += rng.normal(size=(m, 9)) * rng.exponential(3.0, (m, 9)) * x.std(axis=0)
        elif name == "shuffled":  # Each reading is usual, but not together with the others.
            x[abnormal] = rng.permuted(x[abnormal], axis=0)
        else:  # All outliers are alike.
            x[abnormal] += 3 * rng.normal(size=9) * rng.uniform(0.7, 1.5, (m, 1))
    return x, abnormal


def _in_the_plane(name: str, abnormal: NDArray, rng: np.random.Generator) -> NDArray:
    n, m = len(abnormal), int(abnormal.sum())
    if name == "ring":
        angle = rng.uniform(0, 2 * np.pi, n)
        x = np.column_stack([np.cos(angle), np.sin(angle)])
        x[abnormal] = rng.uniform(-0.6, 0.6, (m, 2))
    else:
        x = rng.uniform(-2, 2, (n, 2)) * np.eye(2)[rng.integers(0, 2, n)]
        x[abnormal] = rng.choice([-1, 1], (m, 2)) * rng.uniform(0.6, 1.8, (m, 2))
    return x + 0.05 * rng.normal(size=x.shape)


def _readings(n: int, rng: np.random.Generator) -> NDArray:
    """Return nine readings that follow two numbers."""
    z = rng.uniform(-2, 2, (n, 2))
    x = np.sin(z @ rng.normal(size=(2, 9))) + 0.5 * z @ rng.normal(size=(2, 9))
    return x + 0.05 * rng.normal(size=x.shape)


def sets(seed: int) -> Iterator[tuple[str, NDArray, NDArray]]:
    """Yield the name of each set, its rows, and which of them are outliers."""
    for name in NAMES:
        yield name, *generated(name, seed)
    rng = np.random.default_rng(seed)
    loaders = {"breast cancer": load_breast_cancer, "wine": load_wine, "digits": load_digits}
    for name, load in loaders.items():
        x, y = load(return_X_y=True)
        usual, odd = np.flatnonzero(y != 0), rng.permutation(np.flatnonzero(y == 0))
        chosen = np.concatenate([usual, odd[: int(SHARE * len(usual))]])
        yield name, x[chosen], y[chosen] == 0
    for name in KDD:
        found = anomalies(name, on_all=True, seed=seed)
        if found is not None:
            yield name, found[0], found[2]


def compared(x: NDArray, abnormal: NDArray, seed: int) -> list[float]:
    """Return the areas under the ROC curve, and the error on held-out rows."""
    x = StandardScaler().fit_transform(x[:, x.std(axis=0) > 0])
    judges = [IsolationForest(), *COMPARED.values()]
    scores = [each.set_params(random_state=seed).fit(x).score_samples(x) for each in judges]
    train, test = train_test_split(x, test_size=1 / 3, random_state=seed)
    error = -AutoEncoder(random_state=seed).fit(train).score(test)
    return [*(float(roc_auc_score(abnormal, -each)) for each in scores), error]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=2)
    seeds = range(parser.parse_args().seeds)
    found: dict[str, list[list[float]]] = {}
    for seed in seeds:
        for name, x, abnormal in sets(seed):
            found.setdefault(name, []).append(compared(x, abnormal, seed))
    titles = ("forest", *COMPARED, "held-out")
    print("Area under the ROC curve, mean of the seeds\n")
    print(f"{'':<26}" + "".join(f"{title:>16}" for title in titles))
    means = {name: np.mean(rows, axis=0) for name, rows in found.items()}
    means["mean"] = np.mean(list(means.values()), axis=0)
    for name, figures in means.items():
        print(f"{name:<26}" + "".join(f"{figure:>16.3f}" for figure in figures), flush=True)


if __name__ == "__main__":
    main()
