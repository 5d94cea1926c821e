"""Parameters that define a network and its outputs."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.core.activations import Activation
from sknn.core.losses import Loss
from sknn.estimators.settings.allowed_values import (
    AUTO,
    BELOW_ONE,
    BOUNDS,
    CLASS_WEIGHT,
    DROPOUT,
    DTYPE,
    FROZEN,
    Activations,
    Layers,
    Sizes,
)
from sknn.estimators.settings.layers import NORMALIZATION
from sknn.estimators.settings.parameter_table.entry import MLP, Entry
from sknn.estimators.settings.parameter_table.short_names import listed

_ACTIVATIONS = (
    f"Activation of the hidden layers: {listed(Activation)}, or a spec from "
    ":mod:`sknn.activations`."
)
_LOG_LINK = " (with a log link)"
_CLASSIFICATION = listed(
    Loss,
    lambda kind: kind.tasks >= {"binary", "multiclass"},
    {
        "log_loss": " (cross-entropy)",
        "squared_error": " (on probabilities)",
        "hinge": " (no probabilities)",
    },
)
_REGRESSION = listed(
    Loss,
    lambda kind: "regression" in kind.tasks,
    {
        "squared_error": " (half the square)",
        "poisson": _LOG_LINK,
        "gamma": _LOG_LINK,
        "tweedie": _LOG_LINK,
        "quantile": " (the median; ``Quantile([0.05, 0.5, 0.95])`` learns several)",
        "gaussian_nll": " (also learns a standard deviation, which "
        "``predict(X, return_std=True)`` returns)",
    },
)
_OR_SPEC = ", or a spec from :mod:`sknn.losses`."

ENTRIES = {
    "hidden_layer_sizes": Entry(
        "int or sequence of int",
        (100,),
        "Number of units in each hidden layer.",
        Sizes(),
    )
    .on(*MLP, also="``()`` gives a linear model.")
    .on(
        "ConvolutionalNetwork",
        default=(64,),
        also="These are the dense layers after the convolutions.",
    )
    .on(
        "RecurrentNetwork",
        default=(),
        also="These are the dense layers after the recurrent layers.",
    )
    .on("DeepBelief", default=(256, 128), also="All hidden units are logistic.")
    .on("TableNetwork", default=(128, 128, 128))
    .on(
        "AutoEncoder",
        default=(32,),
        also="The last one is the length of the code; the decoder mirrors the encoder.",
    )
    .on(
        "TableSynthesizer",
        default=(128, 128),
        also="With tens of thousands of rows, more are better, such as (256, 256, 256) with a "
        "`dropout` of 0.1.",
    ),
    "activation": Entry(
        "str, Activation or list",
        "relu",
        f"{_ACTIVATIONS} A list gives one for each hidden layer.",
        Activations(several=True),
    )
    .on(
        "ShapedNetwork",
        types="str or Activation",
        text=_ACTIVATIONS,
        constraint=Activations(),
    )
    .on("RecurrentNetwork", also="Recurrent layers have their own activations.")
    .on("TabularMLPRegressor", default="mish")
    .on("TableSynthesizer", default="silu")
    .on(
        "AutoEncoder",
        default="auto",
        also='"auto" is "relu", except for the code of several layers, where it is "identity" '
        "without `sparsity`. The last layer of the decoder has `output_activation`.",
        constraint=Activations(several=True, automatic=True),
    ),
    "layers": Entry(
        "list of Layer",
        None,
        "The hidden layers one by one, instead of the parameters that describe them.",
        Layers(),
    )
    .on(
        *MLP,
        also="For example ``[Dense(64), Dropout(0.2), Dense(32)]``. They replace "
        "`hidden_layer_sizes`, `activation`, `dropout`, and `normalization`, and are searched as "
        "``hidden0__units``.",
    )
    .on(
        "ConvolutionalNetwork",
        also="For example ``[Conv2D(16), MaxPool(2), Residual([Conv2D(16), Conv2D(16)]), "
        "GlobalAveragePool()]``. An output that is not flat is flattened.",
    )
    .on(
        "RecurrentNetwork",
        also="For example ``[Embedding(1000, 16), GRU(32, return_sequences=True), "
        "GlobalMaxPool()]``.",
    )
    .on(
        "AutoEncoder",
        also='The code is the layer named "code" or, without one, the narrowest layer.',
    ),
    "normalization": Entry(
        '{None, "batch", "layer"}',
        None,
        "Normalization between each hidden layer and its activation.",
        c.none() | c.one_of(NORMALIZATION),
    )
    .on("ConvolutionalNetwork", also="It applies to convolutions, too.")
    .on("CNNClassifier", default="batch"),
    "dropout": Entry(
        "float or list of float",
        0.0,
        "Fraction of activations dropped after each hidden layer.",
        DROPOUT,
    )
    .on("ConvolutionalNetwork", also="Nothing is dropped after convolutions.")
    .on("RecurrentNetwork", also="Recurrent layers count, and come first in a list.")
    .on("TableNetwork", default=0.15, also="It fades in the second half of training.")
    .on("TableSynthesizer", default=0.2),
    "input_dropout": Entry("float", 0.0, "Fraction of inputs dropped.", BELOW_ONE),
    "loss": Entry("str or Loss", "log_loss", _CLASSIFICATION + _OR_SPEC)
    .on(
        "NetworkRegressor",
        default="squared_error",
        text=f"{_REGRESSION}{_OR_SPEC} With several outputs, the loss is the mean over them.",
    )
    .on(
        "AutoEncoder",
        default="auto",
        text='"squared_error", "log_loss" (cross-entropy of each output), a spec from '
        ':mod:`sknn.losses`, or "auto": "log_loss" with a logistic output if `variational` or '
        'if at least 95% of X in the first call is 0 or 1, otherwise "squared_error".',
        constraint=c.one_of(["auto", "squared_error", "log_loss"]) | c.spec_of(Loss, "a Loss spec"),
    ),
    "weight_init": Entry(
        "str, Initializer or Pretrained",
        "auto",
        'Initial weights: "normal", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", '
        '"lecun_normal", "orthogonal", or a spec from :mod:`sknn.initializers`. "auto" is '
        "scikit-learn's rule for its four activations, LeCun's for selu, and He's for the others. "
        ":class:`~sknn.initializers.Pretrained` starts from a fitted network. The output bias "
        "starts at the best constant prediction.",
    ).on(
        "AutoEncoder",
        text='Initial weights. "auto" starts a network with linear output from the principal '
        "components of the training rows if its layers can represent them, otherwise at "
        "random.",
    ),
    "freeze": Entry(
        "int or list of str",
        None,
        "Layers that are not trained: how many of those with parameters, counted from the input, "
        "or names as in :meth:`summary`. Normalization layers count, and a block counts as one.",
        c.none() | FROZEN,
    ),
    "n_members": Entry(
        "int",
        1,
        "Number of networks trained in one pass, with different initial weights but the same order "
        "of rows; their predictions are averaged. Each stops on its own. Within "
        "``joblib.parallel_config`` with several jobs, each job trains some of them.",
        c.integer(1),
    )
    .on(
        "TableNetwork",
        types='int or "auto"',
        default="auto",
        text="Number of networks trained at once; a multiple of `n_splits`, or smaller.",
        constraint=AUTO | c.integer(1),
    )
    .on(
        "TabularMLPClassifier",
        also='"auto" is 4, 5, or 8, depending on the preset, or one for each fold.',
    )
    .on(
        "TabularMLPRegressor",
        also='"auto" is 4, 5, or 16, depending on the preset, or one for each fold.',
    ),
    "transform_layer": Entry(
        "int", -1, "Index of the hidden layer whose activations `transform` returns.", c.integer()
    ),
    "dtype": Entry(
        '{"auto", "float32", "float64"}',
        "auto",
        'Precision. "auto" keeps float32 and converts everything else to float64, which takes '
        "about twice as long.",
        DTYPE,
    ),
    "class_weight": Entry(
        'dict, "balanced" or list of dict',
        None,
        "Weight of each class, multiplied by the sample weights. A list gives one dict for each "
        "output of a `y` with several columns of classes. Not for multi-label `y`.",
        c.none() | c.one_of(["balanced"]) | CLASS_WEIGHT,
    ).on("DeepBelief", also="Pretraining uses it, too."),
    "label_smoothing": Entry(
        "float",
        0.0,
        "Share of the target that is spread evenly over all classes.",
        BELOW_ONE,
    )
    .on(
        "TabularMLPClassifier",
        types='float or "auto"',
        default="auto",
        constraint=AUTO | BELOW_ONE,
        also='"auto" is 0.1 with ``loss="log_loss"``, else 0. The temperature corrects the '
        "underconfidence it causes.",
    )
    .on("GAN", text="How far the target of real rows is moved from 1 toward 0."),
    "normalize_y": Entry(
        "bool",
        True,
        "Standardize the target internally, unless that would change what the loss means (as for "
        '"poisson"). Weights and predictions are in the units of y; `loss_`, `tol`, and parameters '
        "of the loss are in standardized units.",
        c.boolean(),
    ),
    "output_range": Entry(
        'None, "train" or (low, high)',
        None,
        'Bounds to which predictions are clipped; "train" is the range of y in the first call.',
        c.none() | c.one_of(["train"]) | BOUNDS,
    ).on("TabularMLPRegressor", default="train", also="None lets the linear path extrapolate."),
}
