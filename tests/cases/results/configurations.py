"""What is trained for stored results: a table of all estimators and ways to train them.

Every public network is found automatically and is here with its defaults, as is every solver, loss,
and schedule by its short name. The names of the rows are the keys of the stored file.
"""

from collections.abc import Callable
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
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.callbacks import Diagnostics, Pause, WeightAveraging
from sknn.estimators.settings.specs import LBFGS
from sknn.layers import BatchNorm, Dense, Dropout, Parallel, Residual
from sknn.losses import Loss
from sknn.optimizers import Optimizer
from sknn.schedules import BatchSize, Cosine, FlatCosine, Schedule
from sknn.search import ArchitectureSearchCV
from tests.cases.results import data as d
from tests.cases.results.training import (
    fit,
    grow,
    in_blocks,
    pause_and_resume,
    stream,
    twice,
    with_pretrained,
    with_weights_set,
)
from tests.checks.public import networks
from tests.estimators.data import X, target_of


class Configuration(NamedTuple):
    """One way to train one estimator.

    Attributes
    ----------
    estimator : estimator
    data : Data
    train : callable
        Takes an estimator and data; returns the trained estimator.
    alone : bool
        Whether its parameters keep their defaults, so that they are stored, too.
    """

    estimator: Any
    data: d.Data
    train: Callable
    alone: bool = False


CONFIGURATIONS: dict[str, Configuration] = {}


def short_names(family, task=None):
    """Return the short names of all our parts of a family; for losses, those of a task."""
    return sorted(
        name
        for name, kind in family.registry.items()
        if kind.__module__.startswith("sknn.") and (task is None or task in kind.tasks)
    )


def enter(kind, data, rows, common=None, train=fit, alone=False):
    """Enter one class on the same data, once with the parameters of each row."""
    for name, parameters in rows.items():
        estimator = kind(**{"random_state": 0} | (common or {}) | parameters)
        key = f"{kind.__name__}: {name}"
        assert key not in CONFIGURATIONS, key
        CONFIGURATIONS[key] = Configuration(estimator, data, train, alone)


# Defaults, except for the length of training: a changed default changes a result. In
# double precision, which shows the smallest change; other rows do not set the precision.
BRIEF = {"max_iter": 3, "n_iter": 2, "pretrain_n_iter": 1, "dtype": "float64"}
for each in networks():
    short = {name: value for name, value in BRIEF.items() if name in each._get_param_names()}
    enter(each, d.Data(X, target_of(each)), {"defaults": short}, alone=True)

# -- multi-layer perceptrons ----------------------------------------------------------------------

EIGHT = {"max_iter": 8}
SMALL = EIGHT | {"hidden_layer_sizes": (9,)}
BATCHES = EIGHT | {"batch_size": 32}
enter(
    MLPClassifier,
    d.IRIS,
    {name: {"solver": name} for name in (LBFGS, *short_names(Optimizer))},
    SMALL,
)
enter(
    MLPClassifier,
    d.IRIS,
    {name: {"learning_rate": name} for name in short_names(Schedule)},
    SMALL | {"batch_size": 32, "max_iter": 12},
)
enter(
    MLPClassifier,
    d.IRIS,
    {name: {"loss": name} for name in short_names(Loss, "multiclass")},
    EIGHT,
)
enter(
    MLPRegressor,
    d.DIABETES,
    {name: {"loss": name} for name in short_names(Loss, "regression")},
    SMALL | {"batch_size": 32},
)
DIGIT_SIZES = EIGHT | {"hidden_layer_sizes": (20, 10), "batch_size": 40}
enter(MLPClassifier, d.DIGITS, {"double precision": DIGIT_SIZES})
enter(MLPClassifier, d.DIGITS.single(), {"single precision": DIGIT_SIZES})
enter(
    MLPClassifier,
    d.WEIGHTED_IRIS,
    {"weights of rows": {"hidden_layer_sizes": (8,), "batch_size": 20}},
    EIGHT,
)
enter(MLPClassifier, d.LABELS, {"several labels": {}}, EIGHT)
enter(MLPClassifier, d.TWO_ANSWERS, {"several answers": {}}, BATCHES)
SPARSE_SIZES = EIGHT | {"hidden_layer_sizes": (12,), "batch_size": 50}
enter(
    MLPClassifier,
    d.SPARSE,
    {"sparse": {}, "sparse members": {"n_members": 3}},
    SPARSE_SIZES,
)
enter(
    MLPClassifier,
    d.IRIS,
    {
        "class weights": {"class_weight": "balanced", "label_smoothing": 0.1},
        "no hidden layer": {"hidden_layer_sizes": ()},
        "batch normalization": {
            "hidden_layer_sizes": (12, 9),
            "normalization": "batch",
            "dropout": 0.2,
            "input_dropout": 0.1,
        },
        "layer normalization": {"normalization": "layer", "l1": 0.01, "max_grad_norm": 0.5},
        "decay": {"solver": "adamw", "weight_decay": 0.02, "alpha": 0.1},
        "layers": {
            "layers": [Dense(12, "selu"), BatchNorm(), Dropout(0.1), Dense(6, max_norm=1.0)]
        },
        "tangent kernel": {
            "layers": [
                Dense(12, parametrization="ntk", input_scale=4.0),
                Dense(6, parametrization="ntk"),
            ]
        },
        "blocks of layers": {
            "layers": [Dense(8), Residual([Dense(8)]), Parallel([[Dense(4)], [Dense(3)]])]
        },
        "frozen layer": {
            "hidden_layer_sizes": (8, 6),
            "freeze": ["hidden0"],
            "layer_rates": {"hidden1": 0.5},
        },
        "fading noise": {
            "dropout": 0.3,
            "regularization_schedule": FlatCosine(epochs=8, final=0.0),
            "solver": "adamw",
        },
        "growing batches": {"batch_size": BatchSize(8, 64)},
        "average of weights": {"callbacks": [WeightAveraging("ema"), Diagnostics()]},
    },
    BATCHES,
)
MEMBERS = {"n_members": 3, "max_iter": 30, "early_stopping": True}
enter(
    MLPClassifier,
    d.IRIS,
    {
        "early stopping": {"early_stopping": True, "max_iter": 40, "learning_rate_init": 0.02},
        "members stop by score": MEMBERS | {"scoring": "accuracy"},
        "members stop by loss": MEMBERS | {"learning_rate_init": 0.03, "n_iter_no_change": 3},
        "members by lbfgs": {"solver": "lbfgs", "n_members": 2, "hidden_layer_sizes": (5,)},
    },
    BATCHES,
)
enter(
    MLPClassifier,
    d.IRIS.single(),
    {
        "members in single precision": {
            "hidden_layer_sizes": (7,),
            "n_members": 4,
            "batch_size": 30,
            "dropout": 0.1,
        }
    },
    EIGHT,
)
enter(MLPClassifier, d.WATCHED_IRIS, {"rows of validation": {}}, BATCHES)
enter(MLPRegressor, d.TWO_NUMBERS, {"two numbers": {"output_range": "train"}}, BATCHES)
enter(MLPRegressor, d.DIABETES.single(), {"members stop": MEMBERS}, BATCHES)

# -- training in several calls --------------------------------------------------------------------

TWENTY = {"batch_size": 20, "hidden_layer_sizes": (6,)}
enter(MLPClassifier, d.MIXED_IRIS, {"stream": {"batch_size": 20}}, train=stream)
enter(
    MLPRegressor,
    d.DIABETES,
    {"stream of members": {"batch_size": 20, "n_members": 2}},
    None,
    stream,
)
enter(MLPClassifier, d.IRIS, {"a class more": {}}, TWENTY, grow)
CONTINUED = {
    "max_iter": 4,
    "warm_start": True,
    "learning_rate": Cosine(epochs=12),
    "early_stopping": True,
    "n_iter_no_change": 20,
}
enter(MLPClassifier, d.IRIS, {"warm start": CONTINUED}, TWENTY, twice)
PAUSED = {"max_iter": 9, "n_members": 2, "callbacks": [Pause(4)]}
enter(MLPClassifier, d.IRIS, {"pause": PAUSED}, TWENTY, pause_and_resume)
FIVE = {"max_iter": 5}
enter(MLPClassifier, d.IRIS, {"pretrained": {"hidden_layer_sizes": (6, 4)}}, FIVE, with_pretrained)
enter(MLPClassifier, d.IRIS, {"weights set": {"warm_start": True}}, TWENTY | FIVE, with_weights_set)
enter(MLPClassifier, d.IRIS, {"blocks": {"hidden_layer_sizes": (5,)}}, None, in_blocks)

# -- autoencoders, Boltzmann machines, two networks ----------------------------------------------

enter(
    AutoEncoder,
    d.ROWS,
    {
        "deep": {"hidden_layer_sizes": (12, 4)},
        "tied": {"hidden_layer_sizes": (8, 3), "tied_weights": True},
        "early stopping": {"corruption": "masking", "early_stopping": True},
        "sparse code": {"sparsity": 0.1, "activation": "logistic"},
        "contractive": {"contraction": 0.1, "activation": "tanh"},
        "variational": {"variational": True},
        "layerwise": {"hidden_layer_sizes": (8, 4), "pretrain": "layerwise"},
    },
    BATCHES,
)
enter(AutoEncoder, d.BITS.single(), {"bits": {"hidden_layer_sizes": (16,)}}, BATCHES)
enter(AutoEncoder, d.GROUPS, {"groups": {"output_groups": {"binary": [0]}}}, BATCHES)
enter(AutoEncoder, d.SPARSE._replace(y=None), {"sparse rows": {}}, BATCHES)
enter(AutoEncoder, d.ROWS, {"stream": {}}, BATCHES, stream)
FOUR = {"n_iter": 4}
enter(BernoulliRBM, d.BITS, {"twelve units": {"n_components": 12}}, FOUR)
enter(
    BernoulliRBM,
    d.WATCHED_BITS,
    {
        "contrastive divergence": {
            "n_components": 12,
            "persistent": False,
            "sparsity_target": 0.1,
            "n_gibbs": 2,
            "momentum": 0.3,
        }
    },
    FOUR,
)
enter(GaussianRBM, d.Data(d.IRIS.X), {"six units": {"n_components": 6}}, FOUR)
enter(BernoulliRBM, d.BITS, {"stream": {"n_components": 8}}, None, stream)
DEEP = {"hidden_layer_sizes": (10, 6), "pretrain_n_iter": 2}
enter(DBNClassifier, d.DIGITS, {"small": {"max_iter": 4}}, DEEP)
enter(DBNRegressor, d.DIABETES, {"early stopping": {"early_stopping": True}}, DEEP | EIGHT)
PAIR = {"generator_layer_sizes": (8,), "discriminator_layer_sizes": (8,), "latent_dim": 3}
THREE = {"max_iter": 3}
RIVALS = PAIR | THREE | {"batch_size": 32}
enter(
    GAN,
    d.Data(d.IRIS.X),
    {name: {"objective": name} for name in ("non_saturating", "wasserstein_gp")},
    RIVALS,
)
enter(
    GAN,
    d.IRIS.single(),
    {"classes": {"averaging": 0.9, "generator_solver": "rmsprop"}},
    RIVALS,
)
enter(GAN, d.Data(d.IRIS.X), {"stream": {}}, PAIR, stream)

# -- images, sequences, tables --------------------------------------------------------------------

FIFTY = THREE | {"batch_size": 50}
enter(
    CNNClassifier,
    d.IMAGES.single(),
    {"two convolutions": {"filters": (4, 6), "hidden_layer_sizes": (8,)}},
    FIFTY,
)
enter(
    CNNRegressor,
    d.IMAGES_AND_NUMBERS,
    {"members": {"filters": 4, "n_members": 2, "dropout": 0.1}},
    FIFTY,
)
FLAT = {"filters": 4, "input_shape": (8, 8)}
enter(CNNClassifier, d.DIGITS, {"flat rows": {"early_stopping": True}}, THREE | FLAT)
enter(CNNClassifier, d.DIGITS, {"stream": {}}, FLAT, stream)
SIXTEEN = THREE | {"units": 6, "batch_size": 16}
CELLS = ("elman", "jordan", "lstm", "gru")
enter(RNNClassifier, d.SERIES, {name: {"cell": name} for name in CELLS}, SIXTEEN)
enter(RNNClassifier, d.SERIES, {"stream": {"units": 6}}, None, stream)
enter(RNNRegressor, d.RAGGED, {"both directions": {"bidirectional": True}}, SIXTEEN)
EVERY_STEP = {"cell": "gru", "return_sequences": True}
CARRIED = {"stateful": True, "tbptt": 3, "batch_size": "auto"}
enter(
    RNNRegressor,
    d.STEP_BY_STEP,
    {"answer at every step": {}, "state carried on": CARRIED},
    SIXTEEN | EVERY_STEP,
)
FAST = {"preset": "fast", "max_iter": 4, "hidden_layer_sizes": (16, 16)}
ONE_SPLIT = {"n_splits": 1, "n_members": 2}
BEST = {"preset": "best", "n_members": 4, "n_splits": 2}
enter(TabularMLPClassifier, d.TABLE_CLASSES, {"fast": {}}, FAST)
enter(TabularMLPClassifier, d.WATCHED_TABLE, {"one split": ONE_SPLIT}, FAST)
enter(TabularMLPClassifier, d.TABLE_CLASSES, {"stream": {}}, FAST, stream)
enter(TabularMLPClassifier, d.TABLE_CLASSES, {"warm start": {"warm_start": True}}, FAST, twice)
enter(TabularMLPRegressor, d.TABLE_NUMBERS, {"fast": {}}, FAST)
enter(TabularMLPRegressor, d.WEIGHTED_TABLE, {"best": BEST}, FAST)

# -- search ---------------------------------------------------------------------------------------

enter(
    ArchitectureSearchCV,
    d.IRIS,
    {
        "sizes and penalties": {
            "estimator": MLPClassifier(max_iter=8, random_state=0, batch_size=32),
            "search_space": {"hidden_layer_sizes": [(4,), (8,)], "alpha": [1e-4, 1e-2]},
            "n_candidates": 4,
            "cv": 2,
        }
    },
)
