"""Rows for every public estimator: configurations, and which checks of scikit-learn fail and why.

`tests/contract/test_estimator_checks.py` runs the checks on every row, and fails if a public
estimator has no row. A new family needs one call of `enter` here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    CNNRegressor,
    DBNClassifier,
    DBNRegressor,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TableSynthesizer,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.preprocessing import TableEncoder
from sknn.search import ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV


class Row(NamedTuple):
    """One configuration of one estimator.

    Attributes
    ----------
    name : str
    estimator : estimator
    failing : mapping of str to str
        Beginnings of the names of checks that must fail, and the reasons.
    warnings : tuple of str
        Filters for the warnings that the data of the checks gives.
    further : bool
        Whether to run also the checks that scikit-learn runs only on its own estimators.
    """

    name: str
    estimator: Any
    failing: Mapping[str, str]
    warnings: tuple[str, ...]
    further: bool

    def __str__(self):
        return f"{type(self.estimator).__name__}-{self.name}"


ROWS: list[Row] = []

SHORT_TRAINING = "ignore::sklearn.exceptions.ConvergenceWarning"
LARGE_BATCH = "ignore:Got `batch_size` less than 1 or larger"
# Three checks draw columns of mean 100 and standard deviation 1.
SCALES = "ignore::sknn.exceptions.DataScaleWarning"
NO_BITS = "ignore:X has values from"
WEIGHTS = "check_sample_weight_equivalence"
DENSE_WEIGHTS = "check_sample_weight_equivalence_on_dense_data"
PER_ROW = "order, noise, split and samples are drawn for each row (law 2)"


def enter(kinds, configurations, common, warnings, failing=None, further=()):
    """Enter every class in every configuration; `common` holds the parameters of all of them."""
    for kind in kinds:
        for name, parameters in configurations.items():
            estimator = kind(**common | parameters)
            row = Row(name, estimator, failing or {}, tuple(warnings), name in further)
            ROWS.append(row)


# Few epochs are enough for checks that do not depend on accuracy.
SEED = {"random_state": 0}
BRIEF = {"max_iter": 60, "learning_rate_init": 0.01}
MLPS = (MLPClassifier, MLPRegressor)
FEED_FORWARD = (SHORT_TRAINING, LARGE_BATCH, SCALES)
enter(
    MLPS,
    {
        "default": {},
        "deep": {"hidden_layer_sizes": (16, 8), "normalization": "layer"} | BRIEF,
        "sgd": {"solver": "sgd", "max_iter": 60, "learning_rate_init": 0.05},
        "lbfgs": {"solver": "lbfgs", "hidden_layer_sizes": (10,)},
        "members": {"n_members": 3, "max_iter": 40, "learning_rate_init": 0.01},
    },
    SEED,
    FEED_FORWARD,
    further=("deep", "lbfgs", "members"),
)
# Numbers drawn for every row are drawn twice for a repeated row.
enter(
    MLPS,
    {
        "dropout": {"dropout": 0.1} | BRIEF,
        "small batches": {"batch_size": 4, "max_iter": 20, "learning_rate_init": 0.01},
    },
    SEED,
    FEED_FORWARD,
    {WEIGHTS: PER_ROW},
)
# Without X_val, partial_fit(X, y) raises scikit-learn's error where early_stopping is on (law 7);
# scikit-learn's own MLP fails these checks for the same reason.
NO_VALIDATION_ROWS = "partial_fit with early_stopping=True asks for X_val"
STREAMS = (
    "check_fit_score_takes_y",
    "check_n_features_in_after_fitting",
    "check_estimators_partial_fit_n_features",
)
enter(
    MLPS,
    {"early stopping": {"early_stopping": True, "validation_fraction": 0.25} | BRIEF},
    SEED,
    FEED_FORWARD,
    {WEIGHTS: PER_ROW} | dict.fromkeys(STREAMS, NO_VALIDATION_ROWS),
)

enter(
    [AutoEncoder],
    {
        "default": {},
        "deep": {"hidden_layer_sizes": (16, 4)} | BRIEF,
        "tied": {"tied_weights": True, "activation": "tanh"} | BRIEF,
        "sparse": {"sparsity": 0.2, "activation": "logistic"} | BRIEF,
        "contractive": {"contraction": 0.1, "activation": "tanh"} | BRIEF,
        "batch norm": {"hidden_layer_sizes": (8, 4), "normalization": "batch"} | BRIEF,
        "sgd": {"solver": "sgd", "max_iter": 60, "learning_rate_init": 0.05},
        "lbfgs": {"solver": "lbfgs", "hidden_layer_sizes": (2,), "max_iter": 20},
    },
    SEED,
    FEED_FORWARD,
    further=("default", "deep", "sparse"),
)
enter(
    [AutoEncoder],
    {
        "dropout": {"corruption": "gaussian"},
        "variational": {"variational": True, "hidden_layer_sizes": (8, 2)},
        "layerwise": {"pretrain": "layerwise", "corruption": "masking"},
    },
    SEED | BRIEF,
    FEED_FORWARD,
    {WEIGHTS: PER_ROW},
)

# The checks pass flat rows.
ONE_BATCH = {"learning_rate_init": 0.01, "batch_size": 1000} | SEED
CNN = {"max_iter": 40} | ONE_BATCH
SMALL_CNN = {"filters": (8,), "hidden_layer_sizes": (16,)}
enter([CNNClassifier], {"small": SMALL_CNN}, CNN, FEED_FORWARD, further=("small",))
enter([CNNRegressor], {"small": SMALL_CNN}, CNN, FEED_FORWARD)
enter(
    [CNNClassifier],
    {"deep": {"filters": (4, 8), "pooling": "average", "normalization": "layer"}},
    CNN,
    FEED_FORWARD,
)
enter(
    [CNNRegressor],
    {"members": {"n_members": 2} | SMALL_CNN},
    CNN,
    FEED_FORWARD,
    further=("members",),
)
# Rounding grows during training; if that is short and slow, no difference shows.
RNN = {"units": (12,), "max_iter": 30} | ONE_BATCH
enter(
    [RNNClassifier],
    {
        "lstm": {"cell": "lstm"},
        "gru": {"cell": "gru", "bidirectional": True},
        "jordan": {"cell": "jordan", "n_members": 2},
    },
    RNN,
    FEED_FORWARD,
    further=("lstm", "jordan"),
)
enter(
    [RNNRegressor],
    {
        "lstm": {"cell": "lstm", "readout": "last", "max_iter": 40}
        | {"learning_rate": "constant", "learning_rate_init": 0.02},
        "elman": {"cell": "elman", "hidden_layer_sizes": (8,)},
    },
    RNN,
    FEED_FORWARD,
)

# Tabular networks give no warnings: they scale columns by themselves.
TABULAR = {"hidden_layer_sizes": (16,), "n_members": 2, "n_splits": 2, "max_iter": 16} | SEED
FOLDS_PER_ROW = {DENSE_WEIGHTS: "folds, order and dropout are drawn for each row"}
enter(
    [TabularMLPClassifier, TabularMLPRegressor],
    {"folds": {}},
    TABULAR,
    (),
    FOLDS_PER_ROW,
    further=("folds",),
)
# One check trains 1,000 epochs: without held-out rows, relu units memorize single rows.
LINE = {"n_splits": 1, "linear_path": 1.0, "activation": "selu"}
enter([TabularMLPClassifier], {"linear path": LINE}, TABULAR, (), FOLDS_PER_ROW)
ONE_MEMBER = {"n_members": 1, "bins": "quantile"}
enter([TabularMLPRegressor], {"one member": ONE_MEMBER}, TABULAR, (), FOLDS_PER_ROW)

enter(
    [TableSynthesizer],
    {
        "default": {"max_iter": 20},
        "small": {"hidden_layer_sizes": 32, "max_iter": 10, "early_stopping": False},
        "one order": {"hidden_layer_sizes": (16, 16), "max_iter": 10, "condition_rate": 0.0},
    },
    SEED,
    (),
    {DENSE_WEIGHTS: "order, split, dropout and what is told beforehand are drawn for each row"},
    further=("small",),
)

GAN_SIZES = {"generator_layer_sizes": 16, "discriminator_layer_sizes": 16, "latent_dim": 4}
enter(
    [GAN],
    {
        "default": {},
        "wasserstein": {"objective": "wasserstein_gp", "n_critic": 2},
        "penalized": {"objective": "minimax", "gradient_penalty": 0.1, "instance_noise": 0.1},
        "least squares": {"objective": "least_squares", "label_smoothing": 0.1, "averaging": 0.0},
    },
    GAN_SIZES | {"max_iter": 10} | SEED,
    (SCALES,),
    {DENSE_WEIGHTS: "latent numbers are drawn for each row"},
    further=("default",),
)

MACHINES = (BernoulliRBM, GaussianRBM)
enter(
    MACHINES,
    {"small batches": {"n_components": 16, "batch_size": 10}},
    SEED,
    (NO_BITS, SCALES),
    {WEIGHTS: "order and samples are drawn for each row"},
)
enter(
    MACHINES,
    {"one batch": {"n_components": 16, "batch_size": 1000}},
    SEED,
    (NO_BITS, SCALES),
    further=("one batch",),
)
enter(
    [DBNClassifier, DBNRegressor],
    {"default": {"hidden_layer_sizes": (32, 16), "max_iter": 100}},
    SEED,
    (SHORT_TRAINING, SCALES),
    {WEIGHTS: "machines draw their samples and the order for each row"},
    further=("default",),
)

enter(
    [TableEncoder],
    {
        "default": {},
        "linear": {"linear": True, "n_bins": 5},
        "tree": {"bins": "tree"},
        "no bins": {"n_bins": None},
        "numbers alone": {"categorical_features": None},
    },
    {},
    (),
    further=("default",),
)
SEARCHED = {
    # Some checks depend on accuracy.
    "classifier": {
        "estimator": MLPClassifier((10,), solver="lbfgs", max_iter=30, random_state=0),
    },
    "coder": {
        "estimator": AutoEncoder((2,), max_iter=4, learning_rate_init=0.01, random_state=0),
    },
}
SEARCHING = (
    *FEED_FORWARD,
    "ignore::sklearn.exceptions.FitFailedWarning",
    "ignore:Scoring failed",
    # scikit-learn's splitters look at y before any network does.
    "ignore:invalid value encountered in cast",
    "ignore:One or more of the test scores are non-finite",
)
ALPHAS = {"alpha": [1e-4, 1e-2]}
SPACE = {"search_space": ALPHAS, "n_candidates": 2, "cv": 2} | SEED
enter([ArchitectureSearchCV], SEARCHED, SPACE, SEARCHING)
BLOCK = {"estimator": MLPClassifier((10,), **BRIEF, **SEED)}
enter([GridSearchCV], SEARCHED | {"block": BLOCK}, {"param_grid": ALPHAS, "cv": 2}, SEARCHING)
DRAWN = {"param_distributions": ALPHAS, "n_iter": 2, "cv": 2} | SEED
enter([RandomizedSearchCV], SEARCHED, DRAWN, SEARCHING)
