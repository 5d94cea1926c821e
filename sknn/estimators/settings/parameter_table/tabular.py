"""Parameters of tabular networks."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.estimators.settings.allowed_values import AUTO, SHARE
from sknn.estimators.settings.parameter_table.entry import Entry

ENTRIES = {
    "preset": Entry(
        '{"fast", "default", "best"}',
        "default",
        'How much to train: defines what "auto" means for the other parameters. For 1,000 rows, '
        "the three take about 0.32, 0.85, and 1.5 seconds on one core.",
        c.one_of(["fast", "default", "best"]),
    ).on(
        "TabularMLPRegressor",
        text='How much to train: defines what "auto" means for the other parameters. For 1,000 '
        "rows, the three take about 0.33, 0.68, and 2.5 seconds on one core.",
    ),
    "categorical_features": Entry(
        '"from_dtype", None or array-like',
        "from_dtype",
        'Which columns are categories. "from_dtype": columns of dtype category, booleans, and '
        "strings and objects unless nearly all of them are numbers or dates. None: no column. "
        "Otherwise a mask, indices, or names.",
    ),
    "n_splits": Entry(
        'int or "auto"',
        "auto",
        "Number of folds; each member trains on all folds but one and is judged by that one. With "
        "1, all members train on all rows, and the last epoch is used. "
        '"auto" is 4, 5, or 8, depending on the preset.',
        AUTO | c.integer(1),
    ),
    "n_bins": Entry(
        'int or "auto"',
        "auto",
        "Largest number of bins that encode a numeric column; 0 for none. With many columns there "
        "are fewer, see :class:`~sknn.preprocessing.TableEncoder`.",
        AUTO | c.integer(0),
    ),
    "bins": Entry(
        '{"auto", "quantile", "tree"}',
        "auto",
        "What defines the edges of the bins: quantiles, or also a small decision tree.",
        c.one_of(["auto", "quantile", "tree"]),
    ),
    "linear_path": Entry(
        'float in [0, 1] or "auto"',
        "auto",
        "Share of the members with a linear path from the columns to the output that bypasses the "
        "hidden layers and all clipping. It starts at ridge regression.",
        AUTO | SHARE,
    ),
    "n_picks": Entry(
        'int or "auto"',
        "auto",
        "Number of epochs that are averaged in the end. They are picked one after the other, some "
        "more than once: each time the one that most improves the mean prediction on held-out "
        "rows.",
        AUTO | c.integer(1, 1000),
    ),
}
