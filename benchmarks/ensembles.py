"""Compare one network with eight: error, and seconds per member.

Run from the root of the repository, with the module that loads the open data sets on the path::

    python -m benchmarks.ensembles

At most 8,000 rows of every tabular set are used, and a quarter of them is held out. The error is
the share of wrong classes, or the root mean squared error in standard deviations of y. "separate"
is the time of eight fits of one network each; ratios are from one run.
"""

from __future__ import annotations

import argparse
import warnings
from time import perf_counter
from typing import Any

import load_data
import numpy as np
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from sknn import MLPClassifier, MLPRegressor

MEMBERS = 8
ROWS = 8000
SETTINGS: dict[str, Any] = {"early_stopping": True, "max_iter": 100, "batch_size": 64}


def prepared(X: Any, y: Any, seed: int) -> tuple[Any, ...]:
    """Return training and test rows in float32, scaled and one-hot."""
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=seed)
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    names = OneHotEncoder(handle_unknown="ignore", max_categories=50, sparse_output=False)
    table = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (names, make_column_selector(dtype_exclude="number")),
    )
    x = (table.fit_transform(X_train), table.transform(X_test))
    return *(np.asarray(each, np.float32) for each in x), np.asarray(y_train), np.asarray(y_test)


def compared(kind: Any, data: tuple[Any, ...], seed: int) -> tuple[float, ...]:
    """Return errors of one and of eight, and seconds of eight together and separately."""
    X_train, X_test, y_train, y_test = data
    errors, seconds = [], []
    for count in (1, MEMBERS):
        net = kind(n_members=count, random_state=seed, **SETTINGS)
        begin = perf_counter()
        net.fit(X_train, y_train)
        seconds.append(perf_counter() - begin)
        answer = net.predict(X_test)
        if kind is MLPClassifier:
            errors.append(float(np.mean(answer != y_test)))
        else:
            errors.append(float(np.sqrt(np.mean((answer - y_test) ** 2)) / np.std(y_test)))
    begin = perf_counter()
    for member in range(MEMBERS):
        kind(random_state=seed + 100 + member, **SETTINGS).fit(X_train, y_train)
    return (*errors, seconds[1], perf_counter() - begin)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", nargs="*", help="only some of the sets")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    print(f"{'':26}{'error of 1':>11}{'of 8':>8}{'change':>9}{'s/member':>12}{'separate':>10}")
    changes, ratios = [], []
    open_sets = [n for kind in ("clf", "reg") for n in load_data.names(kind, "open")]
    for name in arguments.names or open_sets:
        X, y, meta = load_data.load(name, max_rows=ROWS)
        kind = MLPClassifier if meta["task"] == "classification" else MLPRegressor
        data = prepared(X, y, arguments.seed)
        one, eight, together, apart = compared(kind, data, arguments.seed)
        changes.append(eight / max(one, 1e-9) - 1.0)
        ratios.append(apart / together)
        print(
            f"{name:26}{one:11.4f}{eight:8.4f}{changes[-1]:+9.1%}{together / MEMBERS:12.3f}"
            f"{ratios[-1]:9.2f}x",
            flush=True,
        )
    spread = np.std(changes) / np.sqrt(len(changes))
    print(f"mean change {np.mean(changes):+.1%} +- {spread:.1%}; together {np.mean(ratios):.2f}x")


if __name__ == "__main__":
    main()
