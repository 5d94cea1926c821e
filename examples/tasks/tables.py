"""Two messy tables, learned without a pipeline
============================================

The breast cancer and diabetes data, which come with scikit-learn, are made as messy as real tables:
a tenth of the numbers are missing, one column is cut into categories, another has an extreme scale,
one is constant, and one carries no information. sknn and gradient-boosted trees take the frames as
they are; scikit-learn's network gets the usual pipeline. The printed table shows means over several
splits, and the seconds of one fit on one thread. The picture shows the loss on held-out rows,
whether probabilities can be trusted, and which columns matter: how much worse the predictions for
unseen rows get when a column is shuffled. For 111 unseen rows, this is uncertain: the column of
noise (gray) shows how long a bar can be by chance, and where a bar is negative, shuffling happened
to help. You can be sure only of columns whose bars are clearly longer.

Run this script from the root of the repository; it takes about ten seconds and writes one
picture::

    pip install ".[plot]" pandas
    python examples/tasks/tables.py
"""

# sphinx_gallery_thumbnail_panels = [1]

from __future__ import annotations

import argparse
import time
import warnings
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.calibration import calibration_curve
from sklearn.compose import (
    TransformedTargetRegressor,
    make_column_selector,
    make_column_transformer,
)
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.inspection import permutation_importance
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from sknn import TabularMLPClassifier, TabularMLPRegressor
from sknn.inspection import house_style

COLORS = {"sknn": "C0", "network of scikit-learn": "C1", "trees": "C2"}


def messy(frame: pd.DataFrame, cut: str, wild: str, seed: int = 0) -> pd.DataFrame:
    """Return the table with gaps, a category, an extreme scale, a constant, and noise."""
    rng = np.random.default_rng(seed)
    frame = frame.mask(rng.random(frame.shape) < 0.1)
    spread = frame[wild] / frame[wild].std()
    levels = pd.qcut(frame[cut], 4, labels=["low", "middling", "high", "top"])
    return frame.assign(
        **{cut: levels.cat.as_unordered(), wild: 1e6 * np.exp(spread - spread.mean())},
        constant=1.0,
        noise=rng.normal(size=len(frame)),
    )


def usual_pipeline(net: Any) -> Any:
    """Return the pipeline that such a table needs for a network of scikit-learn."""
    categories = make_column_selector(dtype_include="category")
    numbers = make_column_selector(dtype_exclude="category")
    columns = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), categories),
    )
    return make_pipeline(columns, net)


def classifiers(seed: int) -> dict[str, Any]:
    return {
        "sknn": TabularMLPClassifier(preset="fast", random_state=seed),
        "network of scikit-learn": usual_pipeline(MLPClassifier(random_state=seed)),
        "trees": HistGradientBoostingClassifier(
            categorical_features="from_dtype", random_state=seed
        ),
    }


def regressors(seed: int) -> dict[str, Any]:
    theirs = usual_pipeline(MLPRegressor(random_state=seed))
    return {
        "sknn": TabularMLPRegressor(preset="fast", random_state=seed),
        "network of scikit-learn": TransformedTargetRegressor(theirs, transformer=StandardScaler()),
        "trees": HistGradientBoostingRegressor(
            categorical_features="from_dtype", random_state=seed
        ),
    }


def fit_all(models: dict[str, Any], X: pd.DataFrame, y: Any) -> dict[str, float]:
    """Fit every model; return the seconds."""
    seconds = {}
    for name, model in models.items():
        begin = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        seconds[name] = time.perf_counter() - begin
    return seconds


def errors(model: Any, X: pd.DataFrame, y: np.ndarray) -> tuple[float, float]:
    """Return share of wrong labels and log loss, or root mean squared and mean absolute error.

    Errors of numbers are in standard deviations of y.
    """
    if hasattr(model, "predict_proba"):
        return float(1 - model.score(X, y)), float(log_loss(y, model.predict_proba(X)))
    residual = (model.predict(X) - y) / np.std(y)
    return float(np.sqrt(np.mean(residual**2))), float(np.mean(np.abs(residual)))


def compare(title: str, make: Any, table: pd.DataFrame, y: np.ndarray, seeds: int) -> list[Any]:
    """Print means over splits; return fitted models and test rows of each."""
    splits: list[Any] = []
    found: dict[str, list[tuple]] = {}
    for seed in range(seeds):
        X, X_test, y_train, y_test = train_test_split(table, y, random_state=seed)
        splits.append((make(seed), X_test, y_test))
        for name, seconds in fit_all(splits[-1][0], X, y_train).items():
            figures = errors(splits[-1][0][name], X_test, y_test)
            found.setdefault(name, []).append((*figures, seconds))
    print(f"\n{title:<44}{'error':>9}{'second':>9}{'seconds':>9}")
    for name, rows in found.items():
        first, second, seconds = np.mean(rows, axis=0)
        print(f"  {name:<42}{first:>9.3f}{second:>9.3f}{seconds:>9.2f}", flush=True)
    return splits


def draw_loss(nets: dict[str, Any], ax: Any) -> None:
    for (name, net), style in zip(nets.items(), ("-", "--", ":"), strict=True):
        loss = net.history_["out_of_fold_loss"]
        ax.plot(net.history_["epoch"], loss / loss[0], color="C0", linestyle=style, label=name)
    ax.set(title="sknn, loss on held-out rows", xlabel="epoch", ylabel="relative to epoch 1")
    ax.set_ylim(0.4, 1.9)
    ax.legend(loc="upper right", fontsize="small")


def draw_calibration(splits: list[Any], ax: Any) -> None:
    """Show how often the label is right in groups of test rows, over all splits."""
    ax.plot([0, 1], [0, 1], color="gray", linewidth=1)
    y = np.concatenate([y for *_, y in splits])
    for name, color in COLORS.items():
        said = np.concatenate([models[name].predict_proba(X)[:, 1] for models, X, _ in splits])
        share, probability = calibration_curve(y, said, n_bins=5, strategy="quantile")
        ax.plot(probability, share, marker="o", color=color, label=name)
    ax.set(title="diabetes, fast or slow", xlabel="predicted probability of fast")
    ax.set(ylabel="share that was fast")
    ax.legend(loc="upper left", fontsize="small")


def draw_importance(splits: list[Any], ax: Any) -> None:
    """Show the loss of R2 for shuffled columns: mean and standard deviation over all splits."""
    found = np.hstack(
        [
            permutation_importance(models["sknn"], X, y, n_repeats=5, random_state=0).importances
            for models, X, y in splits
        ]
    )
    columns, order = splits[0][1].columns, np.argsort(found.mean(axis=1))
    without = columns[order].isin(["noise", "constant"])
    ax.barh(
        columns[order],
        found.mean(axis=1)[order],
        xerr=found.std(axis=1)[order],
        color=np.where(without, "0.6", "C0"),
    )
    ax.set(title="diabetes, columns that matter (gray: carry no information)")
    ax.set(xlabel="loss of $R^2$ when a column is shuffled (bars: standard deviation)")


def draw(tasks: dict[str, list[Any]], output: Path) -> None:
    """Write the picture."""
    plt.style.use(house_style())
    figure, axes = plt.subplot_mosaic(
        [["loss", "calibration"], ["importance", "importance"]],
        figsize=(8.3, 8.6), height_ratios=(1, 1.2), layout="constrained",
    )  # fmt: skip
    left, middle, right = axes.values()
    last = {name: splits[-1] for name, splits in tasks.items()}
    draw_loss({name: models["sknn"] for name, (models, *_) in last.items()}, left)
    draw_calibration(tasks["diabetes, fast or slow"], middle)
    draw_importance(tasks["diabetes"], right)
    figure.savefig(output, dpi=110)


def main() -> None:
    """Compare on all tasks and write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("tables.png"))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    cells, ill = load_breast_cancer(return_X_y=True, as_frame=True)
    cells = messy(cells, cut="mean texture", wild="mean area")
    people, progress = load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    people = messy(people, cut="age", wild="s5")
    tasks = {
        "breast cancer": (classifiers, cells, ill.to_numpy()),
        "diabetes, fast or slow": (classifiers, people, (progress > 140).to_numpy()),
        "diabetes": (regressors, people, progress.to_numpy()),
    }
    print("second error: log loss of labels, absolute error of numbers")
    with threadpool_limits(1):
        draw({name: compare(name, *task, options.seeds) for name, task in tasks.items()},
             options.output)  # fmt: skip


if __name__ == "__main__":
    main()
