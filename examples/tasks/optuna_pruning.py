"""Optuna: pruning with `partial_fit`
==================================

A trial trains a network epoch by epoch and reports its score after each; the pruner ends those that
fall behind. Training in parts loses nothing: n calls to `partial_fit` equal a `fit` of n epochs.

Run this script from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]" optuna
    python examples/tasks/optuna_pruning.py
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import optuna
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknn import MLPClassifier
from sknn.inspection import house_style

X, y = load_digits(return_X_y=True)
X_TRAIN, X_VAL, Y_TRAIN, Y_VAL = train_test_split((X / 16).astype(np.float32), y, random_state=0)


def network(trial: optuna.Trial) -> MLPClassifier:
    """Return a network with suggested depth, width, and parameters."""
    depth = trial.suggest_int("depth", 1, 3)
    units = trial.suggest_int("units", 16, 64, log=True)
    return MLPClassifier(
        hidden_layer_sizes=(units,) * depth,
        activation=trial.suggest_categorical("activation", ["relu", "silu", "tanh"]),
        dropout=trial.suggest_float("dropout", 0.0, 0.4),
        learning_rate_init=trial.suggest_float("learning_rate_init", 1e-3, 5e-2, log=True),
        random_state=0,
    )


def objective(trial: optuna.Trial, epochs: int) -> float:
    """Train, report, and stop if the trial is not worth continuing."""
    net, score = network(trial), 0.0
    for epoch in range(epochs):
        score = net.partial_fit(X_TRAIN, Y_TRAIN, classes=np.arange(10)).score(X_VAL, Y_VAL)
        trial.report(score, epoch)
        if trial.should_prune():
            raise optuna.TrialPruned
    return score


def draw(study: optuna.Study, output: Path) -> None:
    """Draw score against epochs for every trial."""
    plt.style.use(house_style())
    figure, ax = plt.subplots(figsize=(8.3, 4.6), layout="constrained")
    for trial in study.trials:
        pruned = trial.state is optuna.trial.TrialState.PRUNED
        epochs = [epoch + 1 for epoch in trial.intermediate_values]
        scores = list(trial.intermediate_values.values())
        ax.plot(epochs, scores, color="0.7" if pruned else "C0", linewidth=1)
        ax.plot(epochs[-1], scores[-1], "x" if pruned else "o", color="0.5" if pruned else "C0")
    best = study.best_trial.intermediate_values
    ax.plot([epoch + 1 for epoch in best], best.values(), color="C1", linewidth=3)
    ax.set(title="pruned trials (gray) end early; blue: trained to the end, orange: the best")
    ax.set(xlabel="epoch (call of partial_fit)", ylabel="accuracy on validation rows")
    ax.set(xticks=range(2, len(best) + 1, 2), ylim=(0.7, 1))
    figure.savefig(output, dpi=110)


def main() -> None:
    """Search, print, and draw."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=18)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--output", type=Path, default=Path("optuna_pruning.png"))
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=3, n_warmup_steps=2),
    )
    study.optimize(lambda trial: objective(trial, arguments.epochs), n_trials=arguments.trials)
    pruned = sum(trial.state is optuna.trial.TrialState.PRUNED for trial in study.trials)
    print(f"trials {len(study.trials)}, pruned {pruned}")
    print(f"best accuracy {study.best_value:.4f} with {study.best_params}")
    draw(study, arguments.output)


if __name__ == "__main__":
    main()
