"""Forecast: eleven years of sunspots
=====================================

The yearly numbers from 1700 to 2008 come with statsmodels. The length of their cycle, about eleven
years, varies, and so do the maxima, so each window is standardized by its own mean and standard
deviation (Kim et al. 2022, reversible instance normalization). The network is trained on the years
up to 1931 and predicts eleven years, starting from every later year. The rule to beat is that
every year is like the one eleven years earlier.

Run this script from the root of the repository; it takes a few seconds and writes one picture::

    pip install ".[plot]" statsmodels
    python examples/tasks/forecast.py
"""

from __future__ import annotations

import argparse
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.exceptions import ConvergenceWarning

from sknn import RNNRegressor
from sknn.inspection import house_style

LENGTH, HORIZON = 33, 11
LAST_TRAINING_YEAR = 1931


def sunspots() -> tuple[np.ndarray, np.ndarray]:
    """Return years and yearly means of the number of sunspots."""
    from statsmodels.datasets import sunspots

    frame = sunspots.load_pandas().data
    return frame["YEAR"].to_numpy(int), frame["SUNACTIVITY"].to_numpy(float)


def windows(series: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return windows, the years that follow each, and the mean and deviation that scale both."""
    both = np.lib.stride_tricks.sliding_window_view(series, LENGTH + HORIZON)
    X, y = both[:, :LENGTH], both[:, LENGTH:]
    mean, std = X.mean(axis=1, keepdims=True), X.std(axis=1, keepdims=True)
    return (X - mean) / std, (y - mean) / std, mean, std


def fit(X: np.ndarray, y: np.ndarray, members: int) -> RNNRegressor:
    """Return a network, or several whose forecasts are averaged."""
    net = RNNRegressor(
        16,
        cell="gru",
        dropout=0.2,
        alpha=1.0,
        learning_rate="cosine",
        learning_rate_init=0.01,
        max_iter=60,
        n_members=members,
        dtype="float32",
        random_state=0,
    )
    return net.fit(X, y)


def draw(years: np.ndarray, series: np.ndarray, shown: list, ax: Axes) -> None:
    """Show the series and some forecasts."""
    ax.plot(years[180:], series[180:], color="0.4", linewidth=1)
    ax.text(years[181], 130, "sunspots", color="0.4", weight="bold")
    for begin, forecast in shown:
        ahead = np.arange(begin, begin + HORIZON)
        ax.plot(ahead, forecast, color="C1", linewidth=3)
    ax.axvspan(years[180], LAST_TRAINING_YEAR + 0.5, color="0.93")
    ax.text(LAST_TRAINING_YEAR, 205, "years of training", color="0.4", ha="right")
    ax.set(title="forecasts of eleven years each (orange), from the 33 years before each")
    ax.set(xlabel="year", ylabel="sunspots, yearly mean", ylim=(0, 220), xlim=(years[180], 2009))


def draw_errors(residuals: dict[str, np.ndarray], ax: Axes) -> None:
    """Show the error by the number of years ahead."""
    ahead = np.arange(1, HORIZON + 1)
    for (name, wrong), color in zip(residuals.items(), ("C1", "C0"), strict=True):
        ax.plot(ahead, np.sqrt(np.mean(wrong**2, axis=0)), color=color, marker="o", label=name)
    ax.legend(loc="lower right")
    ax.set(title="the network beats the rule at every horizon", xlabel="years ahead", xticks=ahead)
    ax.set(ylabel="error (RMS) in held-out years", ylim=(0, 42))


def picture(members: int) -> Figure:
    """Train, print the errors by year ahead, and return the picture."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    years, series = sunspots()
    X, y, mean, std = windows(series)
    begins = years[LENGTH : LENGTH + len(X)]
    train, test = begins + HORIZON - 1 <= LAST_TRAINING_YEAR, begins > LAST_TRAINING_YEAR
    net = fit(X[train], y[train], members)
    forecast = net.predict(X[test]) * std[test] + mean[test]
    truth = y[test] * std[test] + mean[test]
    naive = (X * std + mean)[test][:, -HORIZON:]
    print(f"{'years ahead':<13}{'network':>9}{'11 years ago':>14}")
    for step in range(0, HORIZON, 2):
        errors = [np.sqrt(np.mean((each - truth)[:, step] ** 2)) for each in (forecast, naive)]
        print(f"{step + 1:<13}{errors[0]:>9.1f}{errors[1]:>14.1f}")
    errors = [np.sqrt(np.mean((each - truth) ** 2)) for each in (forecast, naive)]
    print(f"{'all':<13}{errors[0]:>9.1f}{errors[1]:>14.1f}")
    plt.style.use(house_style())
    figure, (above, below) = plt.subplots(2, 1, figsize=(8.3, 7.6), layout="constrained")
    shown = [(begins[test][i], np.maximum(forecast[i], 0)) for i in range(0, sum(test), 13)]
    draw(years, series, shown, above)
    draw_errors({"network": forecast - truth, "same as 11 years before": naive - truth}, below)
    return figure


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", type=Path, default=Path("forecast.png"))
    parser.add_argument("--members", type=int, default=5)
    options = parser.parse_args()
    picture(options.members).savefig(options.output, dpi=110)


if __name__ == "__main__":
    main()
