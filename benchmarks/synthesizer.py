"""Compare synthetic tables with real ones: usefulness for models, and privacy.

Run from the root of the repository::

    python -m benchmarks.synthesizer --sets adult abalone --seeds 2

The data sets come with other packages; they are used if the module ``load_data`` can be imported
and ``SKNN_DATA_DIR`` names the folder with these packages. Up to 4,000 rows are for training, and
as many others are held out; the same number of rows is generated. Everything runs on one thread,
and seconds are CPU seconds.

useful
    The score on held-out rows (AUC; R2 for numbers) of HistGradientBoosting trained on synthetic
    rows, and next to it the score of one trained on the real rows.
told apart
    The cross-validated AUC of HistGradientBoosting trained to distinguish synthetic rows from
    held-out rows; 0.5 is perfect.
closer
    The share of synthetic rows that are closer to a training row than to any held-out row; 0.5 is
    perfect, 1 means that rows were memorized.
copies
    The share of synthetic rows that are equal to a training row, and next to it the share of
    held-out rows that are.

The GAN and the variational autoencoder of sknn read the same tables. CTGAN, TVAE, and the Gaussian
copula are measured if a package that has them is installed: ``sdv``, ``ctgan``, or ``copulas``.

With ``--impute``, a fifth of the held-out entries are removed and filled in again:

error
    The root mean squared error of numbers, in standard deviations of their columns.
levels
    The share of levels that are imputed correctly.
log score
    The mean logarithm of the density of the missing entries, estimated from 25 draws: a normal
    kernel around each number, in standard deviations of the column, and a share for each level.
    An additional draw with a wide density smooths the former, and one draw of each level the
    latter.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from sknn import GAN, AutoEncoder, TableSynthesizer
from sknn.preprocessing import TableEncoder

SETS = ("adult", "telco_churn", "abalone", "spambase")
ROWS = 4000
HOLES, DRAWS = 0.2, 25
TARGET = "target"
Maker = Callable[[Any, int, int], Any]
"""Maps a table, a number of rows, and a seed to synthetic rows."""


# -- methods ------------------------------------------------------------------------------------


def _sknn(table: Any, n: int, seed: int) -> Any:
    return TableSynthesizer(random_state=seed).fit(table).sample(n, random_state=seed)


def _gan(table: Any, n: int, seed: int) -> Any:
    net = GAN(gradient_penalty=0.1, max_iter=150, random_state=seed)
    return net.fit(table).sample(n, random_state=seed)


def _variational(table: Any, n: int, seed: int) -> Any:
    net = AutoEncoder((256, 32), variational=True, batch_size=128, max_iter=100, random_state=seed)
    return net.fit(table).sample(n, random_state=seed)


def _sdv(name: str) -> Maker:
    def make(table: Any, n: int, seed: int) -> Any:
        from sdv import single_table
        from sdv.metadata import Metadata

        kind = getattr(single_table, f"{name}Synthesizer")
        return kind(Metadata.detect_from_dataframe(table)).fit(table).sample(n)

    return make


def _without_gaps(table: Any) -> Any:
    """Replace missing numbers by medians: CTGAN, TVAE, and the copula refuse gaps."""
    numbers = [label for label in table if table[label].dtype != "category"]
    return table.assign(**{label: table[label].fillna(table[label].median()) for label in numbers})


def _ctgan(name: str) -> Maker:
    def make(table: Any, n: int, seed: int) -> Any:
        import ctgan

        discrete = [label for label in table if table[label].dtype == "category"]
        net = getattr(ctgan, name)()
        net.set_random_state(seed)
        net.fit(_without_gaps(table).astype(dict.fromkeys(discrete, str)), discrete)
        return net.sample(n).astype(table.dtypes.to_dict())

    return make


def _copula(table: Any, n: int, seed: int) -> Any:
    """Draw from a copula of numbers, in which levels are positions between 0 and 1."""
    import pandas as pd
    from copulas.multivariate import GaussianMultivariate
    from copulas.univariate import BetaUnivariate

    rng = np.random.default_rng(seed)
    plain, ends = {}, {}
    for label, column in _without_gaps(table).items():
        if column.dtype != "category":
            plain[label] = column.astype(float)
            continue
        ends[label] = np.cumsum(column.value_counts(sort=False, normalize=True).to_numpy())
        last = ends[label][column.cat.codes]
        width = np.diff(ends[label], prepend=0.0)[column.cat.codes]
        plain[label] = last - rng.random(len(column)) * width
    model = GaussianMultivariate(BetaUnivariate, random_state=seed)
    model.fit(pd.DataFrame(plain))
    made = model.sample(n)
    whole = [label for label in table if table[label].dtype.kind in "iu"]
    made[whole] = made[whole].round()
    for label, edges in ends.items():
        codes = np.minimum(np.searchsorted(edges, made[label]), len(edges) - 1)
        made[label] = pd.Categorical.from_codes(codes, dtype=table[label].dtype)
    return made[list(table)]


def methods() -> dict[str, Maker]:
    """Return the installed methods that generate rows."""
    found: dict[str, Maker] = {
        "TableSynthesizer": _sknn,
        "GAN": _gan,
        "AutoEncoder (variational)": _variational,
    }
    has = {name: importlib.util.find_spec(name) is not None for name in ("sdv", "ctgan", "copulas")}
    for name in ("CTGAN", "TVAE"):
        if has["sdv"] or has["ctgan"]:
            found[name] = _sdv(name) if has["sdv"] else _ctgan(name)
    if has["sdv"] or has["copulas"]:
        found["Gaussian copula"] = _sdv("GaussianCopula") if has["sdv"] else _copula
    return found


def peers_missing() -> str:
    """Return a line about the methods that are not measured; it is empty if all are."""
    missing = [name for name in ("CTGAN", "TVAE", "Gaussian copula") if name not in methods()]
    if not missing:
        return ""
    return f"not measured: {', '.join(missing)}; pip install sdv, or ctgan and copulas"


# -- imputation ---------------------------------------------------------------------------------


def holes(table: Any, seed: int) -> Any:
    """Return which of the known entries of a table are removed."""
    return table.notna() & (np.random.default_rng(seed).random(table.shape) < HOLES)


def filled(train: Any, gappy: Any, seed: int) -> dict[str, list[Any]]:
    """Return tables with the gaps filled by each method, several times."""
    net = TableSynthesizer(random_state=seed).fit(train)
    found = {
        "TableSynthesizer": [net.impute(gappy, "draw", random_state=k) for k in range(DRAWS)],
        "as often as in training": [_marginal(train, gappy, k) for k in range(DRAWS)],
    }
    numbers = [label for label in train if train[label].dtype != "category"]
    if numbers:
        imputer = IterativeImputer(sample_posterior=True, random_state=seed)
        imputer.fit(train[numbers].astype(float))
        found["IterativeImputer"] = []
        for table in found["as often as in training"]:
            made = imputer.transform(gappy[numbers].astype(float))
            found["IterativeImputer"].append(
                table.assign(**dict(zip(numbers, made.T, strict=True)))
            )
    return found


def _marginal(train: Any, gappy: Any, seed: int) -> Any:
    """Fill the gaps of each column with entries of other rows."""
    rows = train.sample(len(gappy), replace=True, random_state=seed).reset_index(drop=True)
    out = gappy.copy()
    for label in out:
        known = train[label].dropna().sample(len(out), replace=True, random_state=seed)
        other = rows[label].where(rows[label].notna(), known.to_numpy())
        out[label] = out[label].where(out[label].notna(), other)
    return out


def imputed(true: Any, gaps: Any, draws: list[Any], scale: Any) -> dict[str, float]:
    """Return how close the draws are to the missing entries."""
    squares, hits, logs = [], [], []
    for label in true:
        where = gaps[label].to_numpy()
        if not where.any():
            continue
        made = np.array([draw[label].astype(object).to_numpy()[where] for draw in draws])
        truth = true[label].astype(object).to_numpy()[where]
        if true[label].dtype == "category":
            same = (made == truth).mean(axis=0)
            k = len(true[label].cat.categories)
            logs.append(np.log((same * len(draws) + 1.0) / (len(draws) + k)))
            hits.append([_most_frequent(column) for column in made.T] == truth)
            continue
        made, truth = made.astype(float) / scale[label], truth.astype(float) / scale[label]
        squares.append((np.median(made, axis=0) - truth) ** 2)
        width = 1.06 * np.maximum(made.std(axis=0), 0.05) * len(draws) ** -0.2
        kernels = -0.5 * ((made - truth) / width) ** 2 - np.log(width * np.sqrt(2 * np.pi))
        # One additional draw has a wide density, like one draw of each level above.
        anywhere = -np.log(np.pi * (1.0 + (truth - np.median(made, axis=0)) ** 2))
        every = np.vstack([kernels, anywhere])
        logs.append(logsumexp(every, axis=0) - np.log(len(draws) + 1))
    return {
        "error": float(np.sqrt(np.mean(np.concatenate(squares)))) if squares else np.nan,
        "levels": float(np.mean(np.concatenate(hits))) if hits else np.nan,
        "log score": float(np.mean(np.concatenate(logs))),
    }


def _most_frequent(entries: NDArray) -> Any:
    values = list(entries)
    return max(dict.fromkeys(values), key=values.count)


def imputation(name: str, seed: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield methods and their figures on held-out rows with gaps."""
    train, held_out, _ = split(name, seed)
    held_out = held_out.iloc[:1000]
    gaps = holes(held_out, seed)
    numbers = [label for label in train if train[label].dtype != "category"]
    scale = train[numbers].astype(float).std().replace(0.0, 1.0)
    gappy = held_out.astype(dict.fromkeys(numbers, float)).mask(gaps)
    for method, draws in filled(train.astype(dict.fromkeys(numbers, float)), gappy, seed).items():
        yield method, imputed(held_out, gaps, draws, scale)


# -- figures ------------------------------------------------------------------------------------


def codes(table: Any) -> NDArray:
    """Return a table as numbers for trees: categories as positions in the list of their levels."""
    columns = [
        column.cat.codes.where(column.notna(), np.nan) if column.dtype == "category" else column
        for _, column in table.items()
    ]
    return np.column_stack([np.asarray(column, float) for column in columns])


def useful(train: Any, test: Any, is_class: bool) -> float:
    """Return the score on real rows of trees trained on a table."""
    x, y = codes(train.drop(columns=TARGET)), train[TARGET]
    x_test, y_test = codes(test.drop(columns=TARGET)), test[TARGET]
    if not is_class:
        return r2_score(
            y_test, HistGradientBoostingRegressor(random_state=0).fit(x, y).predict(x_test)
        )
    model = HistGradientBoostingClassifier(random_state=0).fit(x, y.astype(str))
    if len(model.classes_) < 2:
        return 0.5
    shares = model.predict_proba(x_test)
    binary = shares.shape[1] == 2
    return roc_auc_score(y_test.astype(str), shares[:, 1] if binary else shares, multi_class="ovr")


def told_apart(made: Any, real: Any) -> float:
    """Return how well trees distinguish the two kinds of rows."""
    n = min(len(made), len(real))
    x = np.vstack([codes(made.iloc[:n]), codes(real.iloc[:n])])
    y = np.repeat([1, 0], n)
    model = HistGradientBoostingClassifier(random_state=0)
    shares = cross_val_predict(model, x, y, cv=3, method="predict_proba")
    return roc_auc_score(y, shares[:, 1])


def closer(made: Any, train: Any, held_out: Any) -> float:
    """Return the share of rows that are closer to a training row; ties count half."""
    n = min(len(train), len(held_out))
    encoder = TableEncoder(n_bins=None).fit(train)
    rows = encoder.transform(made)
    gaps = [
        NearestNeighbors(n_neighbors=1).fit(encoder.transform(some.iloc[:n])).kneighbors(rows)[0]
        for some in (train, held_out)
    ]
    return float(np.mean(gaps[0] < gaps[1]) + np.mean(gaps[0] == gaps[1]) / 2)


def copies(rows: Any, train: Any) -> float:
    """Return the share of rows that are equal to a training row."""
    known = set(map(tuple, np.nan_to_num(codes(train), nan=-1e9).tolist()))
    return float(
        np.mean([row in known for row in map(tuple, np.nan_to_num(codes(rows), nan=-1e9).tolist())])
    )


# -- the benchmark ------------------------------------------------------------------------------


def split(name: str, seed: int) -> tuple[Any, Any, bool]:
    """Return training rows and held-out rows, and whether the target is a label."""
    from load_data import load

    X, y, meta = load(name)
    is_class = meta["kind"] == "clf"
    table = X.assign(**{TARGET: y})
    if is_class:
        table[TARGET] = table[TARGET].astype("category")
    table = table.sample(min(len(table), 2 * ROWS), random_state=seed)
    train, held_out = train_test_split(table, test_size=0.5, random_state=seed)
    return train.reset_index(drop=True), held_out.reset_index(drop=True), is_class


def figures(name: str, seed: int) -> Iterator[tuple[str, dict[str, float]]]:
    """Yield methods and their figures on one split of a data set."""
    train, held_out, is_class = split(name, seed)
    real = useful(train, held_out, is_class)
    base = copies(held_out, train)
    for method, make in methods().items():
        began = time.process_time()
        made = make(train, len(train), seed)
        seconds = time.process_time() - began
        yield (
            method,
            {
                "useful": useful(made, held_out, is_class),
                "real": real,
                "told apart": told_apart(made, held_out),
                "closer": closer(made, train, held_out),
                "copies": copies(made, train),
                "held out": base,
                "seconds": seconds,
            },
        )


def main() -> None:
    """Print one line for each data set, seed, and method."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--impute", action="store_true")
    asked = parser.parse_args()
    measure = imputation if asked.impute else figures
    if not asked.impute and peers_missing():
        print(peers_missing(), flush=True)
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in asked.sets:
            for seed in range(asked.seeds):
                for method, found in measure(name, seed):
                    told = "  ".join(f"{key} {value:.3f}" for key, value in found.items())
                    print(f"{name:<14}{seed:>3} {method:<28}{told}", flush=True)


if __name__ == "__main__":
    main()
