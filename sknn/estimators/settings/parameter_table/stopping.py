"""Parameters that define how long training lasts, which weights are kept, and what is reported."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.estimators.settings.allowed_values import (
    AUTO,
    INFINITE,
    INSIDE,
    NON_NEGATIVE,
    POSITIVE,
    SCORER,
    Callbacks,
)
from sknn.estimators.settings.parameter_table.entry import MLP, Entry

ENTRIES = {
    "max_iter": Entry("int", 200, "Maximum number of epochs in one call to `fit`.", c.integer(1))
    .on(*MLP, also="For lbfgs, maximum number of iterations.")
    .on(
        "GAN",
        also="Convergence is not tested, because no loss says how close samples are to the data.",
    )
    .on(
        "TableNetwork",
        types='int or "auto"',
        default="auto",
        constraint=AUTO | c.integer(1),
    )
    .on("RecurrentNetwork", default=60)
    .on("CNNClassifier", default=20)
    .on("CNNRegressor", default=40)
    .on("TabularMLPClassifier", also='"auto" is 24 or 40, depending on the preset.')
    .on("TabularMLPRegressor", also='"auto" is 24 or 32, depending on the preset.')
    .on("TableSynthesizer", default=100),
    "max_fun": Entry(
        "int", 15000, "Maximum number of function evaluations of lbfgs.", c.integer(1)
    ),
    "max_time": Entry("float", None, "Seconds after which training stops.", c.none() | POSITIVE).on(
        "TableNetwork",
        text="Seconds that `fit` may take: training stops early enough for what follows, and the "
        "best epochs so far are used. If encoding X and scoring members would take more than 40% "
        "of this time, rows are drawn at random, with a warning. One batch takes place in any "
        "case.",
    ),
    "tol": Entry("float", 1e-4, "Smallest improvement of the loss that counts.", NON_NEGATIVE)
    .on(*MLP, also="For lbfgs, training ends when no entry of the gradient is larger.")
    .on(
        "AutoEncoder",
        default=0.0,
        also="By default, every improvement counts, because a good reconstruction has a small "
        "loss that keeps falling in small steps.",
    )
    .on("TableSynthesizer", default=0.0),
    "n_iter_no_change": Entry(
        "int or inf",
        10,
        "Training stops after more than this many epochs without improvement; with early stopping, "
        "after more than ``max(n_iter_no_change, max_iter / 10)``. Epochs within the horizon of a "
        'schedule such as "cosine" count only if a validation loss is monitored.',
        c.integer(1) | INFINITE,
    ),
    "stop_below": Entry(
        "float", None, "Stop when the training loss falls below this.", c.none() | c.real()
    ),
    "early_stopping": Entry(
        "bool",
        False,
        "Stop when the validation loss has not improved for more than ``max(n_iter_no_change, "
        "max_iter / 10)`` epochs, and keep the best weights.",
        c.boolean(),
    )
    .on(
        *MLP,
        also="With `scoring`, the score is monitored instead. As in scikit-learn, "
        '``solver="lbfgs"`` does not stop early.',
    )
    .on("DeepBelief", also="The held-out rows are not used in pretraining.")
    .on(
        "TableSynthesizer",
        types='bool or "auto"',
        default="auto",
        constraint=AUTO | c.boolean(),
        also='"auto": if X_val is passed, and in `fit` with 50 rows or more.',
    ),
    "validation_fraction": Entry(
        "float",
        0.1,
        "Share of rows to hold out for early stopping if no X_val is passed. At the end, the best "
        "weights are trained further on all rows, for this share of the epochs that led to them.",
        INSIDE,
    ).on(
        "TableSynthesizer",
        text="Share of rows to hold out for early stopping if no X_val is passed. At the end, the "
        "best weights are trained further on all rows, for 30% of the epochs that led to them (or "
        "this share, if it is larger), while the learning rate falls to zero.",
    ),
    "scoring": Entry(
        "str or callable",
        None,
        "What early stopping monitors: a scikit-learn scorer, or None for the validation loss. A "
        "callable gets the estimator, X_val as the network sees it, and y_val, and returns a "
        "number; larger is better. `tol` is then in units of the score.",
        c.none() | SCORER,
    ),
    "restore_best": Entry(
        "bool",
        True,
        "With early stopping, keep the best weights rather than the last ones. If no X_val is "
        "passed, they are then trained further on all rows, see `validation_fraction`.",
        c.boolean(),
    ),
    "warm_start": Entry(
        "bool",
        False,
        "Let `fit` continue exactly where the last call ended: n epochs in one call equal k epochs "
        "followed by n - k.",
        c.boolean(),
    )
    .on("DeepBelief", also="Pretraining is not repeated.")
    .on(
        "TableNetwork",
        text="Let `fit` continue training; columns keep the encoding of the first call. Pass the "
        "same rows again, because members are judged by rows they have not seen.",
    ),
    "verbose": Entry(
        "bool or int",
        False,
        "Print one line per epoch: its number and the total number, losses, score, learning "
        "rate, and the time left.",
        c.boolean() | c.integer(0),
    )
    .on("DeepBelief", also="Pretraining prints its epochs, too.")
    .on(
        "BoltzmannMachine",
        default=0,
        also="The line shows the mean log-pseudo-likelihood of up to 256 training rows.",
    ),
    "callbacks": Entry(
        "list of Callback",
        None,
        "Callbacks to run, see :mod:`sknn.callbacks`; the copies that ran are in ``callbacks_``.",
        Callbacks(),
    ).on("DeepBelief", also="They are called only during fine-tuning."),
}
