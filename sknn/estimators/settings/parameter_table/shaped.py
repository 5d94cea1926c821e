"""Parameters of networks for images, signals, and sequences."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.estimators.settings.allowed_values import AUTO, BELOW_ONE, EXTENT, ROW_SHAPE, Sizes
from sknn.estimators.settings.parameter_table.entry import Entry

ENTRIES = {
    "input_shape": Entry(
        "tuple of int",
        None,
        "Shape of a row, if X is flat.",
        c.none() | ROW_SHAPE,
    )
    .on(
        "ConvolutionalNetwork",
        also="For example ``(8, 8)``, ``(32, 32, 3)``, or ``(150, 2)`` with ``kernel_size=(7,)``. "
        "None reads a flat row as a signal with one channel.",
    )
    .on(
        "RecurrentNetwork",
        also="That is (n_steps, n_features). None reads every number of a flat row as a step.",
    )
    .on("GAN", text="Shape in which `discriminator_layers` see a row of X: ``(28, 28, 1)``."),
    "channels": Entry(
        '{"last", "first"}',
        "last",
        "Position of the channels in a row. `input_shape` and flat rows have the same order.",
        c.one_of(["last", "first"]),
    )
    .on(
        "ConvolutionalNetwork",
        also='"last" is (H, W, C) or (T, C), "first" is (C, H, W) or (C, T), as in some other '
        "libraries.",
    )
    .on(
        "RecurrentNetwork",
        text="Position of the features in a step. `input_shape`, flat rows, and lists of arrays "
        "have the same order.",
        also='"last" is (n_steps, n_features), "first" is (n_features, n_steps).',
    ),
    "filters": Entry(
        "int or sequence of int", (32, 64), "Number of filters of each convolution.", Sizes()
    ),
    "kernel_size": Entry(
        'int, tuple of int or "auto"',
        "auto",
        "Size of the filters. The length of a tuple says along how many axes they move: ``(9,)`` "
        'along the steps of a signal, ``(3, 3)`` over an image. "auto" is 3 for images, and 9 for '
        "signals with ``padding='same'``, ``strides=1``, and at least 16 steps (4 to the power of "
        "the number of convolutions), otherwise 3.",
        AUTO | EXTENT,
    ),
    "strides": Entry("int or tuple of int", 1, "Steps by which the filters move.", EXTENT),
    "padding": Entry(
        '{"same", "valid"}',
        "same",
        '"same" keeps the size (divided by the strides), "valid" uses whole windows only.',
        c.one_of(["same", "valid"]),
    ),
    "pool_size": Entry(
        'int, tuple of int, "auto" or None',
        "auto",
        "Size of the pooling windows after each convolution, at most the length of the axis. "
        '"auto" is 4 if a `kernel_size` of "auto" would be 9, otherwise 2.',
        AUTO | c.none() | EXTENT,
    ),
    "pooling": Entry(
        '{"max", "average", None}',
        "max",
        "How each window is reduced. A nondecreasing activation is applied after the maximum, "
        "which gives the same result and is cheaper.",
        c.none() | c.one_of(["max", "average"]),
    ),
    "units": Entry(
        "int or sequence of int", (64,), "Number of units in each recurrent layer.", Sizes()
    ),
    "cell": Entry(
        '{"elman", "jordan", "lstm", "gru"}',
        "gru",
        "Kind of recurrent layers.",
        c.one_of(["elman", "jordan", "lstm", "gru"]),
    ),
    "bidirectional": Entry(
        "bool",
        False,
        "Read sequences in both directions; each layer then has twice the units.",
        c.boolean(),
    ),
    "readout": Entry(
        '{"auto", "pooled", "last"}',
        "auto",
        'States that the prediction for a sequence uses. "pooled": the last state of the '
        'last recurrent layer, and the mean and the maximum of its states over all steps. "last": '
        'the last state alone. "auto" is "last" if `stateful`, otherwise "pooled". With '
        '`return_sequences` every step has its own state, and "pooled" is not valid.',
        c.one_of(["auto", "pooled", "last"]),
    ),
    "return_sequences": Entry(
        "bool",
        False,
        "Predict at every step rather than once per sequence; y is then of shape (n, n_steps), or "
        "a list of arrays.",
        c.boolean(),
    ),
    "stateful": Entry(
        "bool",
        False,
        "Keep the state between calls: each row of a call to `partial_fit` continues the same "
        "row of the last call, and so does `predict`, if it gets as many rows. `fit` starts every "
        "epoch from zero. See :meth:`reset_state`.",
        c.boolean(),
    ),
    "tbptt": Entry(
        "int",
        None,
        "Truncated backpropagation through time: the largest number of steps through which "
        "gradients flow back.",
        c.none() | c.integer(1),
    ),
    "recurrent_dropout": Entry(
        "float",
        0.0,
        "Fraction of the state dropped on its way to the next step, the same at every step.",
        BELOW_ONE,
    ),
}
