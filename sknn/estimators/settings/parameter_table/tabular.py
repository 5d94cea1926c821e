"""Parameters of networks for tables."""

from __future__ import annotations

from sknn.core import constraints as c
from sknn.estimators.settings.allowed_values import AUTO, SHARE
from sknn.estimators.settings.parameter_table.entry import Entry

ENTRIES = {
    "preset": Entry(
        '{"fast", "default", "best"}',
        "default",
        'How much is trained: it decides what "auto" means for the other parameters. For 1,000 '
        "rows on one core the three take roughly 0.3, 0.8 and 2 seconds.",
        c.one_of(["fast", "default", "best"]),
    ),
    "categorical_features": Entry(
        '"from_dtype", None or array-like',
        "from_dtype",
        'Which columns are categories. "from_dtype": those of the dtype category, truth values, '
        "and strings and objects that are not nearly all numbers or dates. None: none of them. "
        "Otherwise a mask, indices or names.",
    ),
    "n_splits": Entry(
        'int or "auto"',
        "auto",
        "Number of folds the rows are dealt into; each member trains on all but one and is judged "
        "by that one. With 1, all members train on all rows and the last epoch is served. "
        '"auto" is 4, 5 or 8 by preset.',
        AUTO | c.integer(1),
    ),
    "n_bins": Entry(
        'int or "auto"',
        "auto",
        "Most bins that a numeric column is encoded in; 0 for none. With many columns there are "
        "fewer, see :class:`~sknn.preprocessing.TableEncoder`.",
        AUTO | c.integer(0),
    ),
    "bins": Entry(
        '{"auto", "quantile", "tree"}',
        "auto",
        "Where the edges of the bins come from.",
        c.one_of(["auto", "quantile", "tree"]),
    ),
    "linear_path": Entry(
        'float in [0, 1] or "auto"',
        "auto",
        "Share of the members with a linear path from the columns to the output, past the hidden "
        "layers and all clipping. It starts at ridge regression.",
        AUTO | SHARE,
    ),
    "n_picks": Entry(
        'int or "auto"',
        "auto",
        "Number of epochs picked to be served, one after the other, some more than once: each time "
        "the one that most improves the mean prediction of all picks on the rows held out.",
        AUTO | c.integer(1, 1000),
    ),
}
