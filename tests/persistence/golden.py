"""Write files that must always load: ``python -m tests.persistence.golden``.

Each file holds an estimator, rows, and its predictions for them. They are written once for each
format and never again: the test looks for files that later code cannot read.
"""

import sys
import warnings
from pathlib import Path

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNRegressor,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNRegressor,
    TabularMLPClassifier,
)
from sknn._format.migrations import FORMAT
from sknn.callbacks import Checkpoint, Diagnostics, LearningRateRange, Pause, WeightAveraging
from sknn.layers import BatchNorm, Dense, Dropout, Parallel, Residual
from sknn.losses import Huber
from sknn.optimizers import Adam
from sknn.persistence import save
from sknn.preprocessing import TableEncoder
from sknn.schedules import Cosine
from sknn.search import ArchitectureSearchCV

FOLDER = Path(__file__).parent / "files"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4))
Y = np.array(["a", "b", "c"])[np.argsort(X[:, 0]) % 3]
REAL = X @ np.arange(4.0)
BITS = (X > 0).astype(float)
SERIES = RNG.normal(size=(12, 5, 2))
IMAGES = RNG.random((12, 6, 6)).astype(np.float32)
TABLE = np.array(
    [[f"{x:.2f}", "uvw"[i % 3], None if i % 5 == 0 else x] for i, x in enumerate(REAL)], object
)
SMALL = {"max_iter": 4, "random_state": 0, "batch_size": 10}
GRID = {"mlpclassifier__alpha": [1e-4, 1e-2]}


def parts():
    """Return a network of many parts."""
    layers = [
        Dense(5, "selu"),
        BatchNorm(),
        Dropout(0.1),
        Residual([Dense(5, "tanh")]),
        Parallel([[Dense(2)], [Dense(3, "mish")]]),
    ]
    net = MLPRegressor(
        layers=layers,
        loss=Huber(delta=2.0),
        solver=Adam(beta_1=0.8),
        learning_rate=Cosine(epochs=9),
        callbacks=[WeightAveraging(), Diagnostics()],
        **SMALL,
    )
    return net.fit(X, REAL).set_params(callbacks=[LearningRateRange(), Checkpoint("elsewhere")])


def estimators():
    """Yield names, fitted estimators and rows for them."""
    net = MLPClassifier(hidden_layer_sizes=(5,), **SMALL)
    yield "classifier", net.fit(X, Y), X
    yield "parts", parts(), X
    members = MLPRegressor(hidden_layer_sizes=(4,), n_members=2, dropout=0.1, **SMALL)
    yield "stream", members.partial_fit(X, REAL), X
    paused = MLPClassifier(hidden_layer_sizes=(5,), callbacks=[Pause(2)], **SMALL)
    yield "paused", paused.set_params(early_stopping=True).fit(X, Y), X
    yield "coder", AutoEncoder(hidden_layer_sizes=(3, 2), variational=True, **SMALL).fit(X), X
    yield "bits", BernoulliRBM(3, n_iter=3, random_state=0).fit(BITS), BITS
    yield "gaussian", GaussianRBM(3, n_iter=3, random_state=0).partial_fit(X), X
    yield "belief", DBNRegressor((3, 2), pretrain_n_iter=2, **SMALL).fit(X, REAL), X
    images = CNNClassifier(filters=(2,), hidden_layer_sizes=(3,), **SMALL)
    yield "images", images.fit(IMAGES, Y[:12]), IMAGES
    series = RNNRegressor(units=3, cell="gru", bidirectional=True, **SMALL)
    yield "series", series.fit(SERIES, REAL[:12]), SERIES
    table = TabularMLPClassifier(hidden_layer_sizes=(4,), n_members=2, n_splits=2, **SMALL)
    yield "table", table.fit(TABLE, Y), TABLE
    yield "encoder", TableEncoder().fit(TABLE, REAL), TABLE
    yield "adversaries", GAN((4,), (4,), latent_dim=2, **SMALL).fit(X, Y), X
    pipe = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(3,), **SMALL))
    yield "grid", GridSearchCV(pipe, GRID, cv=2).fit(X, Y), X
    space = {"alpha": [1e-4, 1e-2]}
    search = ArchitectureSearchCV(net, space, n_candidates=2, cv=2, random_state=0)
    yield "search", search.fit(X, Y), X


def answers(estimator, rows):
    """Return the results of an estimator, by method."""
    names = ("predict", "predict_proba", "transform", "score_samples", "discriminate")
    found = {}
    for name in names:
        if hasattr(estimator, "n_features_in_") and hasattr(estimator, name):
            found[name] = getattr(estimator, name)(rows)
    return found


def main():
    """Write the files of the current format, if there are none."""
    folder = FOLDER / f"format-{FORMAT}"
    if folder.exists():
        sys.exit(f"{folder} exists: stored files must always load, and are never renewed.")
    folder.mkdir(parents=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, estimator, rows in estimators():
            content = {"estimator": estimator, "rows": rows, "answers": answers(estimator, rows)}
            save(content, folder / f"{name}.sknn")


if __name__ == "__main__":
    main()
