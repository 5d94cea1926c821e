"""Parameters that say how weights move."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.core.optimizers import Optimizer
from sknn.core.schedules import BatchSizeSchedule, Schedule
from sknn.estimators.settings.allowed_values import (
    AUTO,
    BELOW_ONE,
    NON_NEGATIVE,
    POSITIVE,
    RATES,
    SEED,
    SHARE,
)
from sknn.estimators.settings.parameter_table.entry import MLP, Entry
from sknn.estimators.settings.parameter_table.short_names import decaying, listed, sharing

_STOCHASTIC = f"{listed(Optimizer)}, or a spec from :mod:`sknn.optimizers`"

ENTRIES = {
    "solver": Entry(
        "str or Optimizer",
        "adam",
        f'"lbfgs", or a stochastic one: {_STOCHASTIC}, whose parameters are searched as '
        "``solver__beta_1``.",
    )
    .on(
        "TableNetwork",
        default="adamw",
        text=f"A stochastic optimizer: {_STOCHASTIC}. Named, it uses ``beta_2=0.95``.",
    )
    .on(
        "GAN",
        text=f"A stochastic optimizer: {_STOCHASTIC}. Named, it uses "
        "``beta_1=0.5`` and ``beta_2=0.9``.",
    )
    .on("TableSynthesizer", default="adamw", text=f"A stochastic optimizer: {_STOCHASTIC}."),
    "alpha": Entry(
        "float",
        0.0001,
        "Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``: "
        "the same function for every solver and batch size.",
        NON_NEGATIVE,
    ).on("GAN", default=0.0),
    "l1": Entry(
        "float",
        0.0,
        "Strength of the L1 penalty, on the scale of `alpha`; gives exact zeros.",
        NON_NEGATIVE,
    ),
    "weight_decay": Entry(
        'float or "auto"',
        "auto",
        'Decoupled decay of weights per step, times the learning rate. "auto" is '
        f"{decaying()}, else 0.",
        AUTO | NON_NEGATIVE,
    )
    .on(
        "BoltzmannMachine",
        types="float",
        default=0.0,
        text="Decoupled decay of weights per step, times the learning rate.",
        constraint=NON_NEGATIVE,
    )
    .on("TableNetwork", default=0.02, also="It fades in the second half of training.")
    .on("TableSynthesizer", default=0.05),
    "regularization_schedule": Entry(
        "str or Schedule",
        None,
        "How dropout, Gaussian noise and decoupled decay fade, for example ``FlatCosine()``. None "
        "keeps them.",
    ),
    "batch_size": Entry(
        'int, "auto" or BatchSize',
        "auto",
        "Rows in a batch; a :class:`~sknn.schedules.BatchSize` changes it from epoch to epoch.",
        AUTO | c.integer(1) | c.spec_of(BatchSizeSchedule, "a BatchSize spec"),
        also='"auto" is ``min(200, n_samples)``.',
    )
    .on(*MLP, also='"auto" is ``min(200, n_samples)``. lbfgs does not use it.')
    .on(
        "ConvolutionalNetwork",
        also='"auto" is 8 up to 400 rows, 16 up to 800, 32 up to 1,600, else 64.',
    )
    .on(
        "RecurrentNetwork",
        also='"auto" is 8 up to 200 rows, 16 up to 400, else 32, or all rows where `stateful`.',
    )
    .on("GAN", also='"auto" is ``min(128, n_samples)``. A batch has as many samples as rows.')
    .on(
        "TableNetwork",
        also='"auto" is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, else 512.',
    )
    .on(
        "TableSynthesizer",
        also='"auto" is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, else 512.',
    )
    .on(
        "BoltzmannMachine",
        types="int",
        default=10,
        text="Rows in a batch, and number of persistent chains.",
        also="",
        constraint=c.integer(1),
    ),
    "learning_rate": Entry(
        "str or Schedule",
        "constant",
        f"How the learning rate changes: {listed(Schedule)}, or a spec from "
        ":mod:`sknn.schedules`. Works with every stochastic solver.",
    )
    .on(
        "ShapedNetwork",
        default="cosine",
        also="By name, a schedule ends after `max_iter` epochs, in a stream after as many calls of "
        '`partial_fit`; for longer streams pass "constant".',
    )
    .on("TableNetwork", default="cos_log")
    .on("TableSynthesizer", default="cosine")
    .on("GAN", also="It holds for both networks.")
    .on(
        "BoltzmannMachine",
        types="float",
        default=0.1,
        text="Size of the steps.",
        constraint=POSITIVE,
    )
    .on("GaussianRBM", default=0.01, also="Real-valued units need a tenth of the rate of bits."),
    "learning_rate_init": Entry(
        "float", 0.001, "Base learning rate, which the schedule multiplies.", POSITIVE
    )
    .on(
        "RecurrentNetwork",
        default=0.005,
    )
    .on(
        "ConvolutionalNetwork",
        default=0.003,
    )
    .on(
        "DeepBelief",
        default=0.01,
        also="Logistic units need ten times the rate of rectified ones.",
    )
    .on(
        "TableNetwork",
        also="Weights move at this rate over the square root of the number of inputs of their "
        "layer, biases at a tenth of it, the factors of columns at six times it.",
    )
    .on("TabularMLPClassifier", default=0.04)
    .on("TabularMLPRegressor", default=0.07)
    .on("TableSynthesizer", default=0.005),
    "power_t": Entry("float", 0.5, 'Exponent of "invscaling", which counts updates.', NON_NEGATIVE),
    "layer_rates": Entry(
        "dict",
        None,
        "Factor on the learning rate by layer name.",
        c.none() | RATES,
    ),
    "momentum": Entry("float", 0.9, 'Momentum of "sgd".', SHARE).on(
        "BoltzmannMachine", default=0.0, text="Share of the last step that is added to the next."
    ),
    "nesterovs_momentum": Entry("bool", True, "Whether to use Nesterov's momentum.", c.boolean()),
    "beta_1": Entry(
        "float",
        0.9,
        f"Decay of the running mean of gradients ({sharing('beta_1')}).",
        BELOW_ONE,
    ),
    "beta_2": Entry(
        "float",
        0.999,
        f"Decay of the running mean of squared gradients ({sharing('beta_2')}).",
        BELOW_ONE,
    ),
    "epsilon": Entry(
        "float", 1e-8, f"Keeps updates from dividing by zero ({sharing('epsilon')}).", POSITIVE
    ),
    "max_grad_norm": Entry(
        "float", None, "Bound on the Euclidean norm of the gradient.", c.none() | POSITIVE
    ).on("RecurrentNetwork", default=1.0),
    "shuffle": Entry("bool", True, "Whether to shuffle the rows in every epoch.", c.boolean()),
    "random_state": Entry(
        "int, RandomState or None",
        None,
        "Seed of initial weights, validation split, order of rows and noise. Each has its own "
        "stream, so dropout changes neither initial weights nor order.",
        SEED,
    )
    .on("DeepBelief", also="Pre-training uses it, too.")
    .on("TableNetwork", also="It also deals the rows into folds.")
    .on("BoltzmannMachine", text="Seed of initial weights, order of rows and sampling."),
}
