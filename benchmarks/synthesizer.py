"""Made-up tables beside real ones: what models learn from them, and what they give away.

Run from the root of the repository::

    python -m benchmarks.synthesizer --sets adult abalone --seeds 2

The data sets come with other packages; they are used if the module ``load_data`` can be imported
and ``SKNN_DATA_DIR`` names the folder with these packages. Up to 4,000 rows are trained on, as many
others held out; so many rows are made up. All figures are of one thread, seconds of the processor.

useful
    The score on rows held out (AUC; R2 for numbers) of HistGradientBoosting trained on rows made
    up, and beside it of one trained on the real rows.
told apart
    The AUC of HistGradientBoosting, cross-validated, that tells rows made up from rows held out;
    0.5 is perfect.
closer
    The share of rows made up that are nearer to a row trained on than to any held out; 0.5 is
    perfect, 1 is learned by heart.
copies
    The share of rows made up that are equal to a row trained on, and beside it of rows held out.

CTGAN, TVAE and the Gaussian copula are measured, too, where the package ``sdv`` is installed.
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
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import r2_score, roc_auc_score
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from sknn import TableSynthesizer
from sknn.preprocessing import TableEncoder

SETS = ("adult", "telco_churn", "abalone", "spambase")
ROWS = 4000
TARGET = "target"
Maker = Callable[[Any, int, int], Any]
"""From a table, a number of rows and a seed to rows made up."""


# -- methods ------------------------------------------------------------------------------------


def _sknn(table: Any, n: int, seed: int) -> Any:
    return TableSynthesizer(random_state=seed).fit(table).sample(n, random_state=seed)


def _sdv(name: str) -> Maker:
    def make(table: Any, n: int, seed: int) -> Any:
        from sdv import single_table
        from sdv.metadata import Metadata

        kind = getattr(single_table, name)
        return kind(Metadata.detect_from_dataframe(table)).fit(table).sample(n)

    return make


def methods() -> dict[str, Maker]:
    """Return what makes rows up, as far as it is installed."""
    found: dict[str, Maker] = {"sknn": _sknn}
    if importlib.util.find_spec("sdv") is not None:
        for name in ("CTGANSynthesizer", "TVAESynthesizer", "GaussianCopulaSynthesizer"):
            found[name] = _sdv(name)
    return found


# -- figures ------------------------------------------------------------------------------------


def codes(table: Any) -> NDArray:
    """Return a table as numbers for trees: categories as places in the list of their levels."""
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
    """Return how well trees tell both kinds of rows apart."""
    n = min(len(made), len(real))
    x = np.vstack([codes(made.iloc[:n]), codes(real.iloc[:n])])
    y = np.repeat([1, 0], n)
    model = HistGradientBoostingClassifier(random_state=0)
    shares = cross_val_predict(model, x, y, cv=3, method="predict_proba")
    return roc_auc_score(y, shares[:, 1])


def closer(made: Any, train: Any, held_out: Any) -> float:
    """Return the share of rows that are nearer to a row trained on; ties count half."""
    n = min(len(train), len(held_out))
    encoder = TableEncoder(n_bins=None).fit(train)
    rows = encoder.transform(made)
    gaps = [
        NearestNeighbors(n_neighbors=1).fit(encoder.transform(some.iloc[:n])).kneighbors(rows)[0]
        for some in (train, held_out)
    ]
    return float(np.mean(gaps[0] < gaps[1]) + np.mean(gaps[0] == gaps[1]) / 2)


def copies(rows: Any, train: Any) -> float:
    """Return the share of rows that are equal to a row trained on."""
    known = set(map(tuple, np.nan_to_num(codes(train), nan=-1e9).tolist()))
    return float(
        np.mean([row in known for row in map(tuple, np.nan_to_num(codes(rows), nan=-1e9).tolist())])
    )


# -- the benchmark ------------------------------------------------------------------------------


def split(name: str, seed: int) -> tuple[Any, Any, bool]:
    """Return rows to train on and rows held out, and whether the target is a label."""
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
    """Print one line for each data set, seed and method."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sets", nargs="+", default=list(SETS))
    parser.add_argument("--seeds", type=int, default=2)
    asked = parser.parse_args()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in asked.sets:
            for seed in range(asked.seeds):
                for method, found in figures(name, seed):
                    told = "  ".join(f"{key} {value:.3f}" for key, value in found.items())
                    print(f"{name:<14}{seed:>3} {method:<28}{told}", flush=True)


if __name__ == "__main__":
    main()
