"""The stored figures of a result: how they are computed, written, and compared."""

import json
import pathlib
import warnings

import numpy as np
from sklearn.base import clone

PATH = pathlib.Path(__file__).with_name("stored.json")
DIGITS = 12
# Relative to the norm of what is compared. Rounding differs by BLAS kernel and version of NumPy, by
# 2e-8 and 2e-5 if training does not amplify it.
TOLERANCES = {"float64": 1e-6, "float32": 1e-3}
# In these it does, up to 1e-3: a fold's best epoch and the weights of members are chosen.
AMPLIFIED = {
    "TabularMLPRegressor: fast": 1e-2,
    "TabularMLPRegressor: best": 1e-2,
}
METHODS = ("predict_proba", "score_samples", "predict", "transform")


def trained(configuration):
    """Train a copy as its row says; warnings are tested elsewhere."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return configuration.train(clone(configuration.estimator), configuration.data)


def figures_of(configuration):
    """Return the stored figures of one configuration.

    Returns
    -------
    figures : dict
        The dtype of the weights, the number of epochs, and why training ended; norm and projection
        of weights, losses, and predictions; the parameters of a network with its defaults.
    """
    net = trained(configuration)
    best = getattr(net, "best_estimator_", net)
    history = {
        key: column for key, column in best.history_.items() if key not in ("epoch", "seconds")
    }
    figures = {
        "dtype": str(best.network_.theta.dtype),
        "epochs": best.n_iter_ if hasattr(best, "n_iter_") else len(history["loss"]),
        "stopped": str(getattr(best, "stop_reason_", None)),
        "weights": sketch(best.network_.theta),
        "history": {key: sketch(history[key]) for key in sorted(history)},
        "answers": sketch(answers(net, configuration.data.X)),
    }
    if configuration.alone:
        # Some have an effect only late, or on other data.
        parameters = type(configuration.estimator)().get_params()
        figures["parameters"] = {name: repr(each) for name, each in parameters.items()}
    if hasattr(net, "cv_results_"):
        figures["history"]["scores"] = sketch(net.cv_results_["mean_test_score"])
    return figures


def answers(net, X):
    """Return the outputs of a fitted estimator as one flat array."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method = next(getattr(net, name) for name in METHODS if hasattr(net, name))
        found = method(X)
    parts = found if isinstance(found, list) else [found]
    return np.concatenate([np.ravel(each) for each in parts])


def sketch(values):
    """Return the norm of numbers, and their product with a fixed vector that has no symmetry."""
    flat = np.ravel(np.asarray(values, float))
    flat = flat[np.isfinite(flat)]
    waves = np.cos(np.arange(len(flat)) ** 1.5)
    return [float(f"{each:.{DIGITS}g}") for each in (np.linalg.norm(flat), flat @ waves)]


def differences(found, stored, tolerance):
    """Yield what is different, in words."""
    for key, expected in stored.items():
        if isinstance(expected, dict):
            yield from differences(found.get(key, {}), expected, tolerance)
        elif isinstance(expected, list):
            off = distance(found[key], expected) if key in found else np.inf
            if not off <= tolerance:
                yield f"{key} {found.get(key)}, stored {expected} (differs by {off:.1e})"
        elif found.get(key) != expected:
            yield f"{key} {found.get(key)}, stored {expected}"
    yield from (f"{key} is new" for key in found.keys() - stored.keys())


def distance(found, expected):
    """Return how far apart two sketches are, relative to the norm."""
    scale = max(abs(expected[0]), 1e-12)
    return max(abs(one - other) for one, other in zip(found, expected, strict=True)) / scale


def load():
    """Return the stored figures by the name of the configuration."""
    return json.loads(PATH.read_text(encoding="utf-8"))


def store(figures):
    """Write the figures, one line per configuration."""
    rows = (f"{json.dumps(name)}: {json.dumps(figures[name])}" for name in sorted(figures))
    PATH.write_text("{\n" + ",\n".join(rows) + "\n}\n", encoding="utf-8")
