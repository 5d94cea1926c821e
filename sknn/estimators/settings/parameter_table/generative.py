"""Parameters of Boltzmann machines, autoencoders and adversarial networks."""

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
        "Epochs in one call of `fit`. There is no test of convergence.",
        c.integer(0),
    ),
    "n_gibbs": Entry(
        "int", 1, "Steps of Gibbs sampling between two updates, the k of CD-k.", c.integer(1)
    ),
    "persistent": Entry(
        "bool",
        True,
        "Continue the chains of the last batch (stochastic maximum likelihood [2]_), or start them "
        "anew at the rows of each batch (contrastive divergence [1]_).",
        c.boolean(),
    ),
    "sparsity_target": Entry(
        "float in (0, 1)",
        None,
        "How often a hidden unit should be on; None leaves it to the data.",
        c.none() | INSIDE,
    ),
    "sparsity_weight": Entry("float", 0.1, "Strength of the pull toward sparsity.", NON_NEGATIVE)
    .on(
        "BoltzmannMachine",
        also="It is a factor on the gradient of the cross-entropy between target and mean "
        "activity, a running mean over about twenty batches ([3]_, section 11).",
    )
    .on("AutoEncoder", default=1.0),
    "pretrain_visible": Entry(
        '{"auto", "bernoulli", "gaussian"}',
        "auto",
        'What the lowest machine takes X for. "auto": bits or probabilities where all of X of the '
        "first call lies in [0, 1], else real numbers of variance 1 (standardize X).",
        c.one_of(["auto", "bernoulli", "gaussian"]),
    ),
    "pretrain_learning_rate": Entry(
        'float or "auto"',
        "auto",
        'Size of the steps of pretraining. "auto" is 0.1, and 0.01 for a Gaussian machine.',
        AUTO | POSITIVE,
    ),
    "pretrain_n_iter": Entry(
        "int",
        20,
        "Epochs of each machine; 0 leaves it at its small random weights.",
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
        "Continue the chains of the last batch, or start them anew at the rows of each batch.",
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
        "The decoder uses the transposed weights of the encoder: half as many to learn.",
        c.boolean(),
    ),
    "corruption": Entry(
        '{None, "gaussian", "masking", "salt_and_pepper"}',
        None,
        "Damage done to the input, anew for every batch, while the target stays whole [2]_.",
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
        "Kullback-Leibler penalty, others an L1 penalty on what exceeds it.",
        c.none() | INSIDE,
    ),
    "contraction": Entry(
        "float",
        0.0,
        "Strength of a penalty on the squared derivatives of every layer of the encoder with "
        "respect to its inputs [3]_; for the activations identity, logistic, relu and tanh.",
        NON_NEGATIVE,
    ),
    "contamination": Entry(
        'float or "auto"',
        "auto",
        'Share of the training rows that :meth:`predict_outlier` calls abnormal; "auto" is 0.1. As '
        "in :class:`~sklearn.ensemble.IsolationForest`, 0.1 of 100 rows are 10 of them.",
        AUTO | c.real(0.0, 0.5, closed="right"),
    ),
    "condition_rate": Entry(
        "float in [0, 1)",
        0.5,
        "Share of the rows of a batch of which some columns, drawn at random, are told beforehand: "
        "so the network learns to fill in what is not known. With 0 there is only one order, and "
        "neither conditions nor imputation.",
        BELOW_ONE,
    ),
    "output_groups": Entry(
        "dict",
        None,
        'Kinds of columns of a table: ``{"numeric": columns, "binary": columns, "categorical": '
        "[columns of one-hot group, ...]}``, columns by position or name; what is not named is "
        "numeric. The groups get squared error, binary cross-entropy and softmax cross-entropy.",
    ),
    "variational": Entry(
        "bool",
        False,
        "The encoder gives a normal distribution over codes, and the decoder sees a draw from it "
        "[4]_; new codes can then be drawn, see :meth:`sample`.",
        c.boolean(),
    ),
    "kl_weight": Entry(
        "float",
        1.0,
        "Strength of the divergence from the standard normal distribution (variational).",
        NON_NEGATIVE,
    ),
    "output_activation": Entry(
        '{"auto", "identity", "logistic"}',
        "auto",
        'Activation of the output. "auto": logistic if X of the first call lies in [0, 1].',
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
        '"layerwise" first trains a shallow autoencoder for each layer on the codes of the one '
        "before, each for a quarter of `max_iter` epochs.",
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
        "has one for each hidden layer.",
        Activations(several=True),
    ),
    "discriminator_activation": Entry(
        "str, Activation or list",
        "leaky_relu",
        'Activation of the hidden layers of the discriminator; "leaky_relu" has a slope of 0.2. A '
        "list has one for each hidden layer.",
        Activations(several=True),
    ),
    "generator_layers": Entry(
        "list of Layer",
        None,
        _SIDE_LAYERS.format("generator")
        + " Where they end in a convolution, its output is the row; otherwise an output layer "
        "follows.",
        Layers(),
    ),
    "discriminator_layers": Entry(
        "list of Layer",
        None,
        _SIDE_LAYERS.format("discriminator")
        + " With classes, the first Dense layer is told the class.",
        Layers(),
    ),
    "latent_dim": Entry(
        "int",
        16,
        "Number of random numbers a row is made from, each standard normal.",
        c.integer(1),
    ),
    "objective": Entry(
        "str or Adversarial",
        "non_saturating",
        'What each network wants: "non_saturating", "minimax", "least_squares", "wasserstein_gp", '
        "or a spec from :mod:`sknn.losses`.",
    ),
    "n_critic": Entry(
        "int",
        1,
        "Turns (batches) of the discriminator for each turn of the generator.",
        c.integer(1),
    ),
    "gradient_penalty": Entry(
        'float or "auto"',
        "auto",
        r'Strength :math:`\lambda` of a penalty on the discriminator. For "wasserstein_gp" it is '
        r":math:`\lambda (\lVert \nabla a \rVert - 1)^2` between rows and samples [3]_, "
        r'"auto" is 10; for the others :math:`\lambda \lVert \nabla a \rVert^2` at the rows [4]_, '
        r'"auto" is 0. It keeps the discriminator from swinging, and needs dense and elementwise '
        r"layers.",
        AUTO | NON_NEGATIVE,
    ),
    "instance_noise": Entry(
        "float or pair (float, int)",
        0.0,
        "Standard deviation, in the units of X, of noise on everything the discriminator sees. It "
        "falls to nothing in the given number of epochs; without one, over the `max_iter` epochs "
        "of the first call.",
        NON_NEGATIVE | NOISE,
    ),
    "averaging": Entry(
        "float in [0, 1)",
        0.999,
        "Decay of a moving average of all weights, which is what is served; 0 serves the "
        "last weights.",
        BELOW_ONE,
    ),
    "generator_solver": Entry("str or Optimizer", None, "Another `solver` for the generator."),
    "generator_learning_rate_init": Entry(
        "float",
        None,
        "Another `learning_rate_init` for the generator: two time scales [5]_.",
        c.none() | POSITIVE,
    ),
}

ENTRIES = _BOLTZMANN | _AUTO_ENCODER | _ADVERSARIAL
