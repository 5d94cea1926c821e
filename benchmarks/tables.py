"""Compare tabular networks with scikit-learn's network and gradient-boosted trees.

Run from the root of the repository::

    python -m benchmarks.tables --presets fast default best --seeds 3
    python -m benchmarks.tables --ablation
    python -m benchmarks.tables --ablation "no bins" "one member" --sets adult concrete
    python -m benchmarks.tables --data benchmarks.more_tables --presets default best --seeds 2

The data sets come with other packages; they are used if the module ``load_data`` can be imported
and ``SKNN_DATA_DIR`` names the folder with these packages. ``--data`` names another module, such as
``benchmarks.more_tables``, whose sets played no part in the choice of the presets. The error is the
share of wrong labels, or the root mean squared error in standard deviations of y; the second figure
is the log loss, or the mean absolute error in the same unit. The module splits the rows; a seed is
that of the split and of the method. All fits use one thread, and seconds are those of the
processor. Ratios are geometric means over data sets of figures plus 0.01.

With ``--results FILE``, every figure is stored, and figures that are already in the file are not
measured again; use a new file if the code has changed.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import wilcoxon
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.estimators.tabular import presets
from sknn.optimizers import AdamW

KINDS = {"clf": "classification", "reg": "regression"}
REFERENCE = "scikit-learn's MLP"
DEFAULT = "sknn, default"
SHIFT = 0.01
ABLATION: dict[str, dict[str, Any]] = {
    "no bins": {"n_bins": 0},
    "16 bins": {"n_bins": 16},
    "no linear path": {"linear_path": 0.0},
    "all linear": {"linear_path": 1.0},
    "one member": {"n_members": 1},
    "last epoch only": {"n_splits": 1},
    "n_picks=1": {"n_picks": 1},
    "8 folds": {"n_members": 8, "n_splits": 8},
    "no dropout": {"dropout": 0.0},
    "no decay": {"weight_decay": 0.0},
    "no label smoothing": {"label_smoothing": 0.0},
    "constant rate": {"learning_rate": "constant"},
    "cosine rate": {"learning_rate": "cosine"},
    "relu": {"activation": "relu"},
    "beta_2=.999": {"solver": AdamW(beta_2=0.999)},
    "width 64": {"hidden_layer_sizes": (64, 64, 64)},
    "width 256": {"hidden_layer_sizes": (256, 256, 256)},
}


# -- methods ------------------------------------------------------------------------------------


def categories(X: Any) -> list[str]:
    """Return the names of the categorical columns."""
    return list(X.select_dtypes("category").columns)


def usual_pipeline(X: Any, net: Any) -> Any:
    """Impute and scale numbers, encode categories one-hot, and standardize a real target."""
    named = categories(X)
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    kinds = OneHotEncoder(handle_unknown="ignore", max_categories=50, sparse_output=False)
    columns = ColumnTransformer(
        [("numbers", numbers, [c for c in X if c not in named]), ("categories", kinds, named)]
    )
    model = make_pipeline(columns, net)
    if isinstance(net, MLPClassifier):
        return model
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def with_codes(X: Any, trees: Any) -> Any:
    """Give trees ordinal codes of categories, and NaN for missing ones."""
    named = categories(X)

    def codes(frame: Any) -> NDArray:
        numbers = {c: frame[c].cat.codes.astype(float).replace(-1.0, np.nan) for c in named}
        return frame.assign(**numbers).to_numpy(float)

    return make_pipeline(FunctionTransformer(codes), trees)


def with_text(X: Any, trees: Any) -> Any:
    """Give trees that handle categories the text of each."""
    named = categories(X)

    def text(frame: Any) -> Any:
        words = {c: frame[c].astype(object).where(frame[c].notna(), "nan") for c in named}
        return frame.assign(**{c: column.astype(str) for c, column in words.items()})

    return make_pipeline(FunctionTransformer(text), trees)


def _mlp(X: Any, task: str, seed: int) -> Any:
    kind = MLPClassifier if task == "classification" else MLPRegressor
    return usual_pipeline(X, kind(random_state=seed))


def _histgb(X: Any, task: str, seed: int) -> Any:
    classes = task == "classification"
    kind = HistGradientBoostingClassifier if classes else HistGradientBoostingRegressor
    return with_codes(X, kind(random_state=seed))


def _lightgbm(X: Any, task: str, seed: int) -> Any:
    import lightgbm

    classes = task == "classification"
    kind = lightgbm.LGBMClassifier if classes else lightgbm.LGBMRegressor
    return with_codes(X, kind(random_state=seed, n_jobs=1, verbose=-1))


def _catboost(X: Any, task: str, seed: int) -> Any:
    import catboost

    classes = task == "classification"
    kind = catboost.CatBoostClassifier if classes else catboost.CatBoostRegressor
    settings = {"random_seed": seed, "verbose": 0, "thread_count": 1, "allow_writing_files": False}
    return with_text(X, kind(cat_features=categories(X), **settings))


def sknn_network(**changes: Any) -> Callable[[Any, str, int], Any]:
    """Return a maker of networks with some parameters changed."""

    def make(X: Any, task: str, seed: int) -> Any:
        classes = task == "classification"
        net = (TabularMLPClassifier if classes else TabularMLPRegressor)(random_state=seed)
        return net.set_params(**changes)

    return make


def peers() -> dict[str, Callable[[Any, str, int], Any]]:
    """Return the other methods that are installed."""
    found: dict[str, Callable[[Any, str, int], Any]] = {REFERENCE: _mlp, "HistGB": _histgb}
    for name, package, make in (
        ("LightGBM", "lightgbm", _lightgbm),
        ("CatBoost", "catboost", _catboost),
    ):
        if importlib.util.find_spec(package) is not None:
            found[name] = make
    return found


def changes_something(changes: dict[str, Any], task: str) -> bool:
    """Return whether a change differs from the default preset of the task."""
    classes = task == "classification"
    kind = TabularMLPClassifier if classes else TabularMLPRegressor
    preset = (presets.CLASSIFIER if classes else presets.REGRESSOR)["default"]
    known = kind().get_params()
    return all(name in known for name in changes) and any(
        getattr(preset, name, known[name]) != value for name, value in changes.items()
    )


# -- measurement --------------------------------------------------------------------------------


def rows_of(module: Any, name: str, n_rows: int, seed: int) -> tuple:
    """Return training and test rows and the task; labels are codes of the training labels."""
    X, y, about = module.load(name, max_rows=n_rows)
    train, test = module.train_test_indices(y, about, random_state=seed)
    A, B = (X.iloc[rows].reset_index(drop=True) for rows in (train, test))
    if about["task"] != "classification":
        return A, y[train], B, y[test], about["task"]
    labels, codes = np.unique(y[train], return_inverse=True)
    known = np.isin(y[test], labels)
    B = B[known].reset_index(drop=True)
    return A, codes, B, np.searchsorted(labels, y[test][known]), about["task"]


def errors(model: Any, X: Any, y: NDArray, task: str) -> tuple[float, float]:
    """Return the error and the second figure."""
    answer = np.ravel(model.predict(X))
    if task == "classification":
        p = np.clip(model.predict_proba(X), 1e-7, 1.0)
        p = p / p.sum(axis=1, keepdims=True)
        return float(np.mean(answer != y)), float(log_loss(y, p, labels=np.arange(p.shape[1])))
    residual = (answer - y) / np.std(y)
    return float(np.sqrt(np.mean(residual**2))), float(np.mean(np.abs(residual)))


def measure(model: Any, A: Any, y: NDArray, B: Any, y_test: NDArray, task: str) -> dict[str, float]:
    """Fit on one thread; return error, second figure, seconds, and the number of rows."""
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", UserWarning)
        begin = time.process_time()
        model.fit(A, y)
        seconds = time.process_time() - begin
        error, second = errors(model, B, y_test, task)
    return {"error": error, "second": second, "seconds": seconds, "rows": len(A)}


class Results:
    """Figures by data set, method, and seed, kept in a file if one is given."""

    def __init__(self, path: Path | None, n_rows: int) -> None:
        self.path = path
        self.n_rows = n_rows
        lines = path.read_text().splitlines() if path is not None and path.exists() else []
        found = (json.loads(line) for line in lines)
        self.known = {tuple(each["key"]): each["figures"] for each in found}

    def get(self, name: str, method: str, seed: int) -> dict[str, float] | None:
        """Return a known figure."""
        return self.known.get((self.n_rows, name, method, seed))

    def add(self, name: str, method: str, seed: int, figures: dict[str, float]) -> None:
        """Store a figure."""
        key = (self.n_rows, name, method, seed)
        self.known[key] = figures
        if self.path is not None:
            with self.path.open("a") as file:
                file.write(json.dumps({"key": key, "figures": figures}) + "\n")

    def table(self, names: Iterable[str], method: str, seeds: int, figure: str) -> NDArray:
        """Return the means over seeds, one entry per data set."""
        key = [[(self.n_rows, name, method, s) for s in range(seeds)] for name in names]
        return np.array([np.mean([self.known[k][figure] for k in keys]) for keys in key])


def run(
    module: Any, names: list[str], methods: dict[str, Callable], results: Results, seeds: int
) -> None:
    """Measure figures that are not known yet, and print them."""
    print(f"{'data set':<18}{'method':<22}{'error':>9}{'second':>9}{'seconds':>9}   seed")
    for name in names:
        for seed in range(seeds):
            rows = None
            for method, make in methods.items():
                figures = results.get(name, method, seed)
                if figures is None:
                    rows = rows or rows_of(module, name, results.n_rows, seed)
                    figures = measure(make(rows[0], rows[-1], seed), *rows)
                    results.add(name, method, seed, figures)
                cells = f"{figures['error']:>9.4f}{figures['second']:>9.4f}"
                seconds = f"{figures['seconds']:>9.2f}"
                print(f"{name:<18}{method:<22}{cells}{seconds}{seed:>7}", flush=True)


# -- summaries ----------------------------------------------------------------------------------


def log_ratio(figures: NDArray, reference: NDArray) -> NDArray:
    """Return the logarithms of the ratios of shifted figures, one per data set."""
    return np.log((figures + SHIFT) / (reference + SHIFT))


def p_value(figures: NDArray, reference: NDArray) -> float:
    """Return the p-value of Wilcoxon's signed-rank test on paired data sets."""
    difference = log_ratio(figures, reference)
    return float(wilcoxon(difference).pvalue) if np.any(difference) else 1.0


def summarize(
    results: Results, names: list[str], ours: list[str], others: list[str], seeds: int
) -> None:
    """Print ratios to scikit-learn's network, and our networks paired with every peer."""
    error = {m: results.table(names, m, seeds, "error") for m in ours + others}
    print(f"{'method':<22}{'error':>8}{'second':>8}{'s per 1,000 rows':>18}")
    for method, figures in error.items():
        second = results.table(names, method, seeds, "second")
        base = results.table(names, REFERENCE, seeds, "second")
        seconds, rows = (results.table(names, method, seeds, f).sum() for f in ("seconds", "rows"))
        ratios = [
            np.exp(log_ratio(*p).mean()) for p in ((figures, error[REFERENCE]), (second, base))
        ]
        print(f"{method:<22}{ratios[0]:>8.3f}{ratios[1]:>8.3f}{1000 * seconds / rows:>18.2f}")
    print(f"\n{'pair':<42}{'wins':>10}{'change':>18}{'p':>8}")
    for method in ours:
        for peer in others:
            wins = int((error[method] < error[peer]).sum())
            losses = int((error[method] > error[peer]).sum())
            change = _percent(log_ratio(error[method], error[peer]))
            p = p_value(error[method], error[peer])
            pair = f"{method} against {peer}"
            print(f"{pair:<42}{f'{wins} : {losses}':>10}{change:>18}{p:>8.3f}")


def summarize_ablation(
    results: Results, names: list[str], changes: Iterable[str], task: str, seeds: int
) -> None:
    """Print how error and second figure change, with standard errors over data sets."""
    print(f"{'change':<22}{'error, %':>18}{'second, %':>18}{'seconds':>9}")
    for change in changes:
        if not changes_something(ABLATION[change], task):
            continue
        cells = ""
        for figure in ("error", "second"):
            pair = (results.table(names, m, seeds, figure) for m in (change, DEFAULT))
            cells += f"{_percent(log_ratio(*pair)):>18}"
        seconds = [results.table(names, m, seeds, "seconds").sum() for m in (change, DEFAULT)]
        print(f"{change:<22}{cells}{seconds[0] / seconds[1]:>8.2f}x", flush=True)


def _percent(ratios: NDArray) -> str:
    """Return the mean change in percent with its standard error."""
    error = ratios.std(ddof=1) / np.sqrt(len(ratios)) if len(ratios) > 1 else np.nan
    return f"{100 * np.expm1(ratios.mean()):+.1f} +- {100 * error:.1f}"


def of_each_task(module: Any, sets: list[str] | None) -> Iterator[tuple[str, list[str]]]:
    """Yield the tasks with the names of their data sets."""
    for kind, task in KINDS.items():
        known = module.names(kind=kind, split="open")
        names = known if sets is None else [name for name in known if name in sets]
        if names:
            yield task, names


def compare(module: Any, results: Results, options: argparse.Namespace) -> None:
    """Run presets and peers."""
    ours = {f"sknn, {preset}": sknn_network(preset=preset) for preset in options.presets}
    others = peers()
    for task, names in of_each_task(module, options.sets):
        print(f"\n{task}, {len(names)} data sets\n")
        run(module, names, others | ours, results, options.seeds)
        print()
        summarize(results, names, list(ours), list(others), options.seeds)


def ablate(module: Any, results: Results, options: argparse.Namespace) -> None:
    """Run the default preset and changes of it."""
    changes = options.ablation or list(ABLATION)
    for task, names in of_each_task(module, options.sets):
        methods = {DEFAULT: sknn_network()} | {
            change: sknn_network(**ABLATION[change])
            for change in changes
            if changes_something(ABLATION[change], task)
        }
        print(f"\n{task}, {len(names)} data sets\n")
        run(module, names, methods, results, options.seeds)
        print()
        summarize_ablation(results, names, changes, task, options.seeds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    levels = ["fast", "default", "best"]
    parser.add_argument("--presets", nargs="+", choices=levels, default=levels)
    parser.add_argument("--ablation", nargs="*", choices=[*ABLATION, []], metavar="NAME")
    parser.add_argument("--sets", nargs="+", metavar="SET")
    parser.add_argument("--data", default="load_data", metavar="MODULE")
    parser.add_argument("--rows", type=int, default=8000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--results", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    """Print the requested tables."""
    options = _options()
    if importlib.util.find_spec(options.data) is None:
        print(f"There is no data: {options.data} cannot be imported.")
        return
    module = importlib.import_module(options.data)
    results = Results(options.results, options.rows)
    (compare if options.ablation is None else ablate)(module, results, options)


if __name__ == "__main__":
    main()
