"""Parameters of Boltzmann machines, autoencoders, and adversarial networks."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.estimators.settings.allowed_values import (
    AUTO,
    BELOW_ONE,
    INSIDE,
    NOISE,
    NON_NEGATIVE,
    POSITIVE,
    SHARE,
    Activations,
    Layers,
    Sizes,
)
from sknn.estimators.settings.parameter_table.entry import Entry

_SIDE_LAYERS = "The hidden layers of the {} one by one, instead of sizes and activations."

_BOLTZMANN = {
    "n_components": Entry("int", 256, "Number of hidden units.", c.integer(1)),
    "n_iter": Entry(
        "int",
        10,
        "Epochs in one call to `fit`. Convergence is not tested.",
        c.integer(0),
    ),
    "n_gibbs": Entry(
        "int", 1, "Steps of Gibbs sampling between two updates, the k of CD-k.", c.integer(1)
    ),
    "persistent": Entry(
        "bool",
        True,
        "Continue the chains of the last batch (stochastic maximum likelihood [2]_), or start them "
        "from the rows of each batch (contrastive divergence [1]_).",
        c.boolean(),
    ),
    "sparsity_target": Entry(
        "float in (0, 1)",
        None,
        "How often a hidden unit should be on; None sets no target.",
        c.none() | INSIDE,
    ),
    "sparsity_weight": Entry("float", 0.1, "Strength of the pull toward sparsity.", NON_NEGATIVE)
    .on(
        "BoltzmannMachine",
        also="It multiplies the gradient of the cross-entropy between the target and the mean "
        "activity, which is a running mean over about twenty batches ([3]_, section 11).",
    )
    .on("AutoEncoder", default=1.0),
    "pretrain_visible": Entry(
        '{"auto", "bernoulli", "gaussian"}',
        "auto",
        'Kind of the lowest machine. "auto": "bernoulli" (bits or probabilities) if all of X in '
        'the first call is in [0, 1], otherwise "gaussian" (real numbers of variance 1; '
        "standardize X).",
        c.one_of(["auto", "bernoulli", "gaussian"]),
    ),
    "pretrain_learning_rate": Entry(
        'float or "auto"',
        "auto",
        'Learning rate of pretraining. "auto" is 0.1, or 0.01 for a Gaussian machine.',
        AUTO | POSITIVE,
    ),
    "pretrain_n_iter": Entry(
        "int",
        20,
        "Epochs of each machine; 0 keeps its small random initial weights.",
        c.integer(0),
    ),
    "pretrain_batch_size": Entry(
        "int", 10, "Rows in a batch, and number of persistent chains.", c.integer(1)
    ),
    "pretrain_n_gibbs": Entry(
        "int", 1, "Steps of Gibbs sampling between two updates.", c.integer(1)
    ),
    "pretrain_persistent": Entry(
        "bool",
        False,
        "Continue the chains of the last batch, or start them from the rows of each batch.",
        c.boolean(),
    ),
    "pretrain_momentum": Entry(
        "float",
        0.5,
        "Share of the last step that is added to the next.",
        SHARE,
    ),
}

_AUTO_ENCODER = {
    "tied_weights": Entry(
        "bool",
        False,
        "Let the decoder use the transposed weights of the encoder, which halves the number of "
        "weights.",
        c.boolean(),
    ),
    "corruption": Entry(
        '{None, "gaussian", "masking", "salt_and_pepper"}',
        None,
        "How the input is corrupted in every batch, while the target stays intact [2]_.",
        c.none() | c.one_of(["gaussian", "masking", "salt_and_pepper"]),
    ),
    "corruption_level": Entry(
        "float",
        0.1,
        'Standard deviation of the noise in the units of X ("gaussian"), or the share of inputs '
        'set to zero ("masking") or to the lowest or highest number of X ("salt_and_pepper").',
        NON_NEGATIVE,
    ),
    "sparsity": Entry(
        "float",
        None,
        "Desired mean activation of the code's units. Logistic and tanh codes get the "
        "Kullback-Leibler penalty, other codes an L1 penalty on the mean activation above it.",
        c.none() | INSIDE,
    ),
    "contraction": Entry(
        'float or "auto"',
        "auto",
        "Strength of a penalty on the squared derivatives of every layer of the encoder with "
        "respect to its inputs [3]_; for the activations identity, logistic, relu, and tanh. "
        '"auto" is 0, except for a single hidden layer that could copy X; see the notes.',
        AUTO | NON_NEGATIVE,
    ),
    "contamination": Entry(
        'float or "auto"',
        "auto",
        'Share of the training rows that :meth:`predict_outlier` reports as outliers; "auto" is '
        "0.1. As in :class:`~sklearn.ensemble.IsolationForest`, 0.1 of 100 rows means exactly 10 "
        "rows.",
        AUTO | c.real(0.0, 0.5, closed="right"),
    ),
    "outlier_score": Entry(
        '{"error", "distance"}',
        "error",
        "How unusual a row is: :meth:`score_samples` returns minus the reconstruction error, or "
        "minus the distance from usual rows by residuals and codes, see the notes. "
        '"distance" is the better choice if outliers are among the training rows.',
        c.one_of(["error", "distance"]),
    ).on(
        "TableSynthesizer",
        types='{"density", "columns"}',
        default="density",
        text="How unusual a row is: :meth:`score_samples` returns the log-likelihood, or minus the "
        "surprisals of columns, each relative to what is usual; see the notes. "
        '"columns" is usually the better choice for finding outliers, but a number of a training '
        'row that is far beyond all others may stand out only with "density".',
        constraint=c.one_of(["density", "columns"]),
    ),
    "condition_rate": Entry(
        "float in [0, 1)",
        0.5,
        "Share of the rows of a batch for which some columns, drawn at random, are given in "
        "advance, so that the network learns to fill in the others. With 0, the columns have one "
        "fixed order, and conditions and imputation are not available. Use 0.95 if the network "
        "only fills in missing entries.",
        BELOW_ONE,
    ),
    "output_groups": Entry(
        "dict",
        None,
        'Kinds of columns of a table: ``{"numeric": columns, "binary": columns, "categorical": '
        "[columns of one-hot group, ...]}``, with columns by position or name. Columns that are "
        "not listed are numeric. The losses are the squared error, binary cross-entropy, and "
        "softmax cross-entropy.",
    ),
    "variational": Entry(
        "bool",
        False,
        "Let the encoder return a normal distribution over codes, from which the code that the "
        "decoder sees is drawn [4]_. New rows can then be drawn, see :meth:`sample`.",
        c.boolean(),
    ),
    "kl_weight": Entry(
        "float",
        1.0,
        "Weight of the divergence from the standard normal distribution (variational).",
        NON_NEGATIVE,
    ),
    "output_activation": Entry(
        '{"auto", "identity", "logistic"}',
        "auto",
        'Activation of the output. "auto": logistic if X in the first call is in [0, 1], '
        "otherwise identity.",
        c.one_of(["auto", "identity", "logistic"]),
    ).on(
        "GAN",
        types="str or Activation",
        default="identity",
        text='Activation of the output; "logistic" for numbers between 0 and 1.',
        constraint=Activations(),
    ),
    "pretrain": Entry(
        '{None, "layerwise"}',
        None,
        '"layerwise" first trains a shallow autoencoder for each layer, on the codes of the layer '
        "before, for a quarter of `max_iter` epochs each.",
        c.none() | c.one_of(["layerwise"]),
    ),
}

_ADVERSARIAL = {
    "generator_layer_sizes": Entry(
        "int or sequence of int",
        (128, 128),
        "Number of units in each hidden layer of the generator.",
        Sizes(),
    ),
    "discriminator_layer_sizes": Entry(
        "int or sequence of int",
        (128, 128),
        "Number of units in each hidden layer of the discriminator.",
        Sizes(),
    ),
    "generator_activation": Entry(
        "str, Activation or list",
        "relu",
        'Activation of the hidden layers of the generator; "leaky_relu" has a slope of 0.2. A list '
        "gives one for each hidden layer.",
        Activations(several=True),
    ),
    "discriminator_activation": Entry(
        "str, Activation or list",
        "leaky_relu",
        'Activation of the hidden layers of the discriminator; "leaky_relu" has a slope of 0.2. A '
        "list gives one for each hidden layer.",
        Activations(several=True),
    ),
    "generator_layers": Entry(
        "list of Layer",
        None,
        _SIDE_LAYERS.format("generator")
        + " If they end in a convolution, its output is the row; otherwise an output layer "
        "is added.",
        Layers(),
    ),
    "discriminator_layers": Entry(
        "list of Layer",
        None,
        _SIDE_LAYERS.format("discriminator")
        + " With classes, the first Dense layer also gets the class.",
        Layers(),
    ),
    "latent_dim": Entry(
        "int",
        16,
        "Number of standard normal random numbers that the generator turns into a row.",
        c.integer(1),
    ),
    "objective": Entry(
        "str or Adversarial",
        "non_saturating",
        'What each network minimizes: "non_saturating", "minimax", "least_squares", '
        '"wasserstein_gp", or a spec from :mod:`sknn.losses`.',
    ),
    "n_critic": Entry(
        "int",
        1,
        "Updates (batches) of the discriminator for each update of the generator.",
        c.integer(1),
    ),
    "gradient_penalty": Entry(
        'float or "auto"',
        "auto",
        r'Strength :math:`\lambda` of a penalty on the discriminator. For "wasserstein_gp" it is '
        r":math:`\lambda (\lVert \nabla a \rVert - 1)^2` between rows and samples [3]_, "
        r'"auto" is 10; for the others :math:`\lambda \lVert \nabla a \rVert^2` at the rows [4]_, '
        r'"auto" is 0. It prevents oscillations, and needs dense and elementwise '
        r"layers.",
        AUTO | NON_NEGATIVE,
    ),
    "instance_noise": Entry(
        "float or pair (float, int)",
        0.0,
        "Standard deviation, in the units of X, of the noise on everything the discriminator "
        "sees. It falls to zero over the given number of epochs or, without one, over the "
        "`max_iter` epochs of the first call.",
        NON_NEGATIVE | NOISE,
    ),
    "averaging": Entry(
        "float in [0, 1)",
        0.999,
        "Decay of the moving average of all weights that is used after training; 0 uses the "
        "last weights.",
        BELOW_ONE,
    ),
    "generator_solver": Entry(
        "str or Optimizer", None, "`solver` of the generator, if it should differ."
    ),
    "generator_learning_rate_init": Entry(
        "float",
        None,
        "`learning_rate_init` of the generator, if it should differ: two time scales [5]_.",
        c.none() | POSITIVE,
    ),
}

ENTRIES = _BOLTZMANN | _AUTO_ENCODER | _ADVERSARIAL
