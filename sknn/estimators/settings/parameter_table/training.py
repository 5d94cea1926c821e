"""Parameters that define how weights are updated."""

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
        text=f"A stochastic optimizer: {_STOCHASTIC}. By name, it uses ``beta_2=0.95``.",
    )
    .on(
        "GAN",
        text=f"A stochastic optimizer: {_STOCHASTIC}. By name, it uses "
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
        "Strength of the L1 penalty, on the scale of `alpha`. It makes weights exactly zero.",
        NON_NEGATIVE,
    ),
    "weight_decay": Entry(
        'float or "auto"',
        "auto",
        'Decoupled weight decay per update, multiplied by the learning rate. "auto" is '
        f"{decaying()}, otherwise 0.",
        AUTO | NON_NEGATIVE,
    )
    .on(
        "BoltzmannMachine",
        types="float",
        default=0.0,
        text="Decoupled weight decay per update, multiplied by the learning rate.",
        constraint=NON_NEGATIVE,
    )
    .on("TableNetwork", default=0.02, also="It fades in the second half of training.")
    .on("TableSynthesizer", default=0.05),
    "regularization_schedule": Entry(
        "str or Schedule",
        None,
        "How dropout, Gaussian noise, and decoupled weight decay fade during training, for example "
        "``FlatCosine()``. None keeps them constant.",
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
        also='"auto" is 8 up to 400 rows, 16 up to 800, 32 up to 1,600, and 64 beyond.',
    )
    .on(
        "RecurrentNetwork",
        also='"auto" is 8 up to 200 rows, 16 up to 400, and 32 beyond, or all rows if `stateful`.',
    )
    .on("GAN", also='"auto" is ``min(128, n_samples)``. A batch has as many samples as rows.')
    .on(
        "TableNetwork",
        also='"auto" is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, and 512 beyond.',
    )
    .on(
        "TableSynthesizer",
        also='"auto" is 64 up to 1,024 rows, 128 up to 8,192, 256 up to 100,000, and 512 beyond.',
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
        also="A schedule given by name ends after `max_iter` epochs or, in a stream, after as many "
        'calls to `partial_fit`; for longer streams pass "constant".',
    )
    .on(
        "AutoEncoder",
        default="auto",
        also='"auto" is "cosine", and "constant" for a code that is the only layer. A cosine ends '
        "after `max_iter` epochs or, in a stream, after as many calls to `partial_fit`; for longer "
        'streams pass "constant".',
    )
    .on("TableNetwork", default="cos_log")
    .on("TableSynthesizer", default="cosine")
    .on("GAN", also="It applies to both networks.")
    .on(
        "BoltzmannMachine",
        types="float",
        default=0.1,
        text="Learning rate.",
        constraint=POSITIVE,
    )
    .on(
        "GaussianRBM",
        default=0.01,
        also="Real-valued units need a tenth of the rate of binary units.",
    ),
    "learning_rate_init": Entry(
        "float", 0.001, "Learning rate, which the schedule multiplies by a factor.", POSITIVE
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
        "AutoEncoder",
        types='float or "auto"',
        default="auto",
        also='"auto" is 0.016 over the square root of the units of the widest hidden layer, at '
        "most 0.005, and 0.001 for a single hidden layer and with `layers`.",
        constraint=AUTO | POSITIVE,
    )
    .on(
        "DeepBelief",
        default=0.01,
        also="Logistic units need about ten times the rate of rectified linear units.",
    )
    .on(
        "TableNetwork",
        also="Weights move at this rate divided by the square root of the number of inputs of "
        "their layer, biases at a tenth of this rate, and the factors of columns at six times "
        "this rate.",
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
        "BoltzmannMachine",
        default=0.0,
        text="Share of the last step that is added to the next step.",
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
        "float", 1e-8, f"Prevents division by zero in updates ({sharing('epsilon')}).", POSITIVE
    ),
    "max_grad_norm": Entry(
        "float", None, "Bound on the Euclidean norm of the gradient.", c.none() | POSITIVE
    ).on("RecurrentNetwork", default=1.0),
    "shuffle": Entry("bool", True, "Whether to shuffle the rows in every epoch.", c.boolean()),
    "random_state": Entry(
        "int, RandomState or None",
        None,
        "Seed of the initial weights, the validation split, the order of rows, and noise. Each "
        "has its own stream of random numbers, so dropout changes neither the initial weights "
        "nor the order.",
        SEED,
    )
    .on("DeepBelief", also="Pretraining uses it, too.")
    .on(
        "TableNetwork",
        text="Seed of the initial weights, the folds, the order of rows, and noise. Each has its "
        "own stream of random numbers, so dropout changes neither the initial weights nor the "
        "order.",
    )
    .on("BoltzmannMachine", text="Seed of the initial weights, the order of rows, and sampling."),
}
