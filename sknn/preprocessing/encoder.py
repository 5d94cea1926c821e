"""TableEncoder: the transformer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from sknn._sklearn import feature_names_in, validate_data
from sknn._validation.arrays import check_weight, reject_odd_arrays, training_rows
from sknn._validation.messages import check_same_rows
from sknn.core import constraints as c
from sknn.preprocessing.column_warnings import ColumnWarnings
from sknn.preprocessing.columns import Table, read_table
from sknn.preprocessing.in_memory import InMemory
from sknn.preprocessing.plan import Settings, TablePlan
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.summaries.table import TableSummary

_BINS = 16
_NAMED = 10
_PARAMETERS = {
    "categorical_features": c.Constraint(lambda value: True, "checked along with the table"),
    "n_bins": c.none() | c.one_of(["auto"]) | c.integer(0),
    "bins": c.one_of(["quantile", "tree"]),
    "max_categories": c.integer(1),
    "linear": c.boolean(),
}


class TableEncoder(TransformerMixin, BaseEstimator):
    r"""Encode a table of numbers, categories, and dates as a float32 matrix for a network.

    Columns may hold numbers, categories, booleans, dates, and time spans, and entries may be
    missing in any of them.

    **Numbers.** A missing entry becomes the median of the others. If some were missing in `fit`, an
    extra column marks them (1 missing, -1 not). The number itself is scaled by its quartiles and
    smoothly squashed into (-3, 3) [1]_,

    .. math:: r = v / \sqrt{1 + (v/3)^2}, \qquad v = (x - \text{median}) / (q_{75} - q_{25}),

    with half the range instead of the distance of the quartiles if that is zero. Bins encode the
    number a second time, piecewise linearly [2]_: each is :math:`2 p_t` minus its mean in training,
    where

    .. math:: p_t = \text{clip}((x - e_t) / (e_{t+1} - e_t), 0, 1).

    **Categories.** Two levels share one column (-1 and 1; 0 for an unseen level). With more levels,
    the most frequent ones that occur in at least two rows get one column each, with 1.66 for the
    rows of that level and 0 for the others. Missing entries are a level. Levels are compared by
    their text, so 1, 1.0, and "1" are the same level in any dtype. If the dtype is an ordered
    category of pandas or an ordered dictionary of pyarrow, with three or more levels, the rank of
    the level in this order is an additional number, ``_rank``, without an indicator of missing
    entries.

    **Dates** become numbers: days since 1970, and those of year, month, day of the month, weekday
    (Monday is 0), and hour that vary in `fit`. Dates with a time zone are converted to UTC. Time
    spans become seconds.

    **Text** is read as numbers, dates, or time spans if nearly all different texts of a column are
    (95%): ``"1,234.5"``, ``"$3"``, ``"12%"``, ``"2020-01-31 12:00"``, ``"31 Jan 2020"``, and
    ``"31/01/2020"`` if the column shows which part is the day and which the month. Texts that stand
    for missing entries (``"?"``, ``"NA"``, ``"-"``, ``"null"``, and the like) are missing in such a
    column, and so are all texts that cannot be read. Whole numbers with leading zeros or more than
    15 digits are codes, and are therefore treated as categories.

    Constant columns are left out, and so are those that vary only by rounding: numbers, not all
    whole, that agree to about 16 units in the last place. If no column remains, there is one column
    of zeros.

    Parameters
    ----------
    categorical_features : "from_dtype", array-like or None, default="from_dtype"
        Which columns are categories. "from_dtype": columns of dtype category, with any contents;
        booleans; and strings and objects unless nearly all of them are numbers, dates, or time
        spans; no column of a numeric array. A mask, indices, or names: these columns, and no
        others. None: no column. All other columns must be convertible to numbers.
    n_bins : int, "auto" or None, default="auto"
        Largest number of bins of a numeric column; "auto" is 16. With many numeric columns there
        are fewer: about 512 in all for 16, but at least 3 each. None or 0: no bins. Columns with
        two values have none.
    bins : {"quantile", "tree"}, default="quantile"
        How the edges are chosen: at quantiles, or at half as many quantiles and at the thresholds
        where a small decision tree on this column alone splits `y`.
    max_categories : int, default=256
        Largest number of columns for the levels of one column.
    linear : bool, default=False
        Add a second part for a linear path: standardized numbers, 1 for missing entries and for
        levels, otherwise 0; two levels as above; no bins.

    Attributes
    ----------
    kinds_ : list of str
        How each column is read: "number", "time span", "date", or "category".
    n_outputs_ : int
        Number of columns of the matrix.
    n_linear_ : int
        Number of columns of the linear part, which come last.
    n_features_in_ : int
    feature_names_in_ : ndarray of str
        Present if X has column names.

    See Also
    --------
    sknn.streams.fit_blocks : Fits an encoder to a table that does not fit in memory.
    sklearn.compose.ColumnTransformer : Your own steps for groups of columns.
    sklearn.preprocessing.OneHotEncoder : Categories alone.

    Notes
    -----
    Quantiles, means, and frequencies take sample weights into account: a weight of 2 counts the row
    twice, a weight of 0 leaves it out, and a common factor changes nothing. Two rules need a number
    of rows:
    a level must occur in two rows, and a leaf of a tree must hold 8 rows and one in 200. If all
    weights are whole multiples of the smallest one, a row counts as that many rows; otherwise every
    row counts as one.

    References
    ----------
    .. [1] Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: Strong pre-tuned MLPs
       and boosted trees on tabular data", NeurIPS.
    .. [2] Gorishniy, Rubachev and Babenko (2022), "On embeddings for numerical features in tabular
       deep learning", NeurIPS.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn.preprocessing import TableEncoder
    >>> X = np.array(
    ...     [[1.0, "red"], [2.0, "blue"], [None, "red"], [4.0, "green"], [8.0, "blue"]], object
    ... )
    >>> encoder = TableEncoder(n_bins=None).fit(X)
    >>> encoder.kinds_
    ['number', 'category']
    >>> encoder.get_feature_names_out().tolist()
    ['x0', 'x0_missing', 'x1_blue', 'x1_red']
    >>> encoder.transform([[None, "red"], [1e9, "black"]]).round(2)
    array([[ 0.  ,  1.  ,  0.  ,  1.66],
           [ 3.  , -1.  ,  0.  ,  0.  ]], dtype=float32)
    """

    def __init__(
        self,
        *,
        categorical_features: Any = "from_dtype",
        n_bins: Any = "auto",
        bins: Any = "quantile",
        max_categories: Any = 256,
        linear: Any = False,
    ) -> None:
        self.categorical_features = categorical_features
        self.n_bins = n_bins
        self.bins = bins
        self.max_categories = max_categories
        self.linear = linear

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> TableEncoder:
        """Learn medians, scales, edges, and levels.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
            An array, a list of rows, or a frame of pandas, polars or pyarrow. NaN, None, NA, NaT,
            blank text, and masked entries are missing.
        y : array-like of shape (n_samples,) or (n_samples, n_targets), default=None
            Required for ``bins="tree"``, otherwise ignored. Labels or numbers: whole numbers with
            up to 100 different values count as labels, and two dimensions always as numbers.
        sample_weight : array-like of shape (n_samples,), default=None

        Returns
        -------
        self : TableEncoder

        Raises
        ------
        TypeError
            For sparse matrices, lazy frames, times of day, and records.
        ValueError
            For infinite numbers, columns that cannot be converted, columns with the same name,
            invalid parameters, or a missing `y`.

        Warns
        -----
        TableWarning
            Once, about columns in which most rows have levels that are too rare to learn from,
            columns of sentences (different texts of 25 characters or more on average, most of them
            with blanks, each in fewer than ten rows on average) that do not have the dtype
            category, texts that count as missing, dates whose day and month cannot be
            distinguished, numbers that vary only by rounding, and numbers around zero that are so
            small compared to the other columns that they may be rounding errors. The latter are
            still scaled, because they may be quantities in large units.
        """
        table = read_table(X)
        plan, remarks = self._planned(table, y, sample_weight)
        remarks.warn()
        return self._become(plan, table.frame)

    def learn(self, table: Table, y: Any, sample_weight: Any) -> ColumnWarnings:
        """Do the same as :meth:`fit`, but return the warnings instead of issuing them."""
        plan, remarks = self._planned(table, y, sample_weight)
        self._become(plan, table.frame)
        return remarks

    def summarize(
        self, X: Any, y: Any = None, sample_weight: Any = None, block: int = 0
    ) -> TableSummary | None:
        """Return the summary of a block of rows for :meth:`learn_summary`; None without rows.

        Parameters
        ----------
        X, y, sample_weight : as in :meth:`fit`
        block : int
            The position of the block.
        """
        plain = c.check(type(self).__name__, vars(self), _PARAMETERS)
        table = read_table(X)
        weight = check_weight(sample_weight, table.n_rows)
        y = self._target(y, table)
        rows = training_rows(weight, may_be_empty=True)
        if rows is not None and weight is not None:
            table, weight = table.take(rows), weight[rows]
            y = y if y is None else y[rows]
        if not table.n_rows:
            return None
        categorical = categorical_mask(plain["categorical_features"], table)
        return TableSummary.of(table, weight, categorical, y, block)

    def learn_summary(self, summary: TableSummary) -> ColumnWarnings:
        """Fit to a summary as :meth:`fit` does to rows, and return the warnings."""
        plain = c.check(type(self).__name__, vars(self), _PARAMETERS)
        remarks = ColumnWarnings()
        settings = _settings(plain, summary, summary.rows is not None)
        self._become(TablePlan.fit(summary, settings, remarks), summary.head)
        return remarks

    def _planned(
        self, table: Table, y: Any, sample_weight: Any
    ) -> tuple[TablePlan, ColumnWarnings]:
        plain = c.check(type(self).__name__, vars(self), _PARAMETERS)
        weight = check_weight(sample_weight, table.n_rows)
        y = self._target(y, table)
        settings = _settings(plain, table, y is not None)
        rows = training_rows(weight, may_be_empty=False)
        if rows is not None and weight is not None:
            table, weight = table.take(rows), weight[rows]
            y = y if y is None else y[rows]
        facts, remarks = InMemory(table, Sample.of(weight, table.n_rows), y), ColumnWarnings()
        return TablePlan.fit(facts, settings, remarks), remarks

    def _become(self, plan: TablePlan, frame: Any) -> TableEncoder:
        validate_data(self, frame, skip_check_array=True)
        self._plan = plan
        self.kinds_ = list(plan.kinds)
        self.n_linear_ = plan.n_linear
        self.n_outputs_ = plan.n_hidden + plan.n_linear
        return self

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> NDArray:
        """Learn from X and encode it; see :meth:`fit`.

        Returns
        -------
        encoded : ndarray of float32 of shape (n_samples, n_columns)
        """
        table = read_table(X)
        return self.fit(table, y, sample_weight).encode(table, self)

    def transform(self, X: Any) -> NDArray:
        """Encode a table with the columns that were seen in `fit`.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
            It may have another form than in `fit`: strings for categories, other dtypes for
            numbers, or numbers as text. In a column that was text in `fit` and was read as numbers
            or dates, entries that cannot be read in this way are missing.

        Returns
        -------
        encoded : ndarray of float32 of shape (n_samples, n_columns)
            :meth:`get_feature_names_out` names the columns.

        Raises
        ------
        ValueError
            For infinite numbers, for columns that cannot be converted to what they were in `fit`,
            or if columns are missing or in another order.
        """
        check_is_fitted(self)
        return self.encode(X, self)

    def encode(self, X: Any, owner: Any) -> NDArray:
        """Encode a table on behalf of an estimator, whose class is named in errors about columns.

        Parameters
        ----------
        X : array-like or frame of shape (n_samples, n_features)
        owner : estimator
            It has seen the columns, too.

        Returns
        -------
        encoded : ndarray of float32 of shape (n_samples, n_columns)
        """
        table = read_table(X)
        self.check_columns(table, owner)
        return self._plan.apply(table)

    def check_columns(self, table: Table, owner: Any) -> None:
        """Raise for a table with other columns than those that an estimator has seen in fit."""
        validate_data(owner, table.frame, reset=False, skip_check_array=True)
        self._plan.check_names(table)

    def get_feature_names_out(self, input_features: Any = None) -> NDArray:
        """Return the names of the columns of the matrix.

        Parameters
        ----------
        input_features : array-like of str, default=None
            Names of the columns of X; by default those seen in `fit`, else x0, x1, ...

        Returns
        -------
        names : ndarray of str objects
            A number ``age`` becomes ``age``, ``age_missing``, ``age_bin0``, ``age_bin1``, ...; a
            date becomes ``day_days`` and so on; a category becomes ``color_red`` and so on, with
            ``size_rank`` if it is ordered. Names of the linear part begin with ``linear_``.
        """
        check_is_fitted(self)
        names = self._plan.columns
        # scikit-learn before 1.9 does not see the names of every frame.
        if names is None or input_features is not None:
            names = feature_names_in(self, input_features).tolist()
        return np.asarray(self._plan.names(names), dtype=object)

    def origins(self) -> NDArray:
        """Return the column of X that each column of the matrix comes from, -1 for none.

        Returns
        -------
        places : ndarray of int of shape (n_columns,)
            Positions, counted from 0, one for each column of the matrix.
        """
        check_is_fitted(self)
        return np.asarray(self._plan.origins(), dtype=np.intp)

    @property
    def needs_target(self) -> bool:
        """Whether bins are cut for y."""
        return bool(isinstance(self.bins, str) and self.bins == "tree" and self.n_bins)

    def _target(self, y: Any, table: Table) -> NDArray | None:
        """Return the target that bins are cut for."""
        if not self.needs_target:
            return None
        if y is None:
            raise ValueError(
                'bins="tree" requires y to be passed, but the target y is None; '
                'use bins="quantile" without a target.'
            )
        reject_odd_arrays(y, "y")
        y = check_array(y, ensure_2d=False, dtype=None, input_name="y")
        check_same_rows(np.empty(table.n_rows), y)
        return y

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.required = self.bins == "tree"
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _settings(plain: dict[str, Any], table: Table | TableSummary, by_trees: bool) -> Settings:
    """Return the settings that the parameters mean for a table."""
    n_bins = _BINS if plain["n_bins"] == "auto" else (plain["n_bins"] or 0)
    categorical = categorical_mask(plain["categorical_features"], table)
    return Settings(categorical, n_bins, by_trees, plain["max_categories"], plain["linear"])


def categorical_mask(features: Any, table: Table | TableSummary) -> NDArray | None:
    """Return which columns are categories; None leaves it to the columns.

    Raises
    ------
    ValueError
        If `features` is not a mask, indices, or names of columns of the table.
    """
    if isinstance(features, str) and features == "from_dtype":
        return None
    mask = np.zeros(len(table.labels), bool)
    wanted = np.asarray([] if features is None else features)
    if wanted.size:
        mask[_places(wanted, table.labels)] = True
    return mask


def _places(wanted: NDArray, labels: list) -> NDArray:
    """Return which columns are meant, as a mask or as indices."""
    n = len(labels)
    if wanted.ndim != 1:
        problem = "must be 'from_dtype', None, a mask, indices, or names"
    elif wanted.dtype.kind == "b":
        if len(wanted) == n:
            return wanted
        problem = f"is a mask of {len(wanted)} entries, but X has {n} columns"
    elif wanted.dtype.kind in "iu":
        if wanted.min() >= 0 and wanted.max() < n:
            return wanted
        problem = f"holds indices outside [0, {n - 1}]"
    else:
        unknown = [name for name in wanted.tolist() if name not in labels]
        if not unknown:
            return np.array([labels.index(name) for name in wanted.tolist()])
        raise ValueError(_not_columns(unknown, labels))
    raise ValueError(f"categorical_features {problem}; got {wanted.tolist()!r}.")


def _not_columns(unknown: list, labels: list) -> str:
    """Return the message about names that no column has."""
    if any(isinstance(label, str) for label in labels):
        more = ", ..." if len(labels) > _NAMED else ""
        known = f"its columns are {', '.join(map(repr, labels[:_NAMED]))}{more}"
    else:
        known = f"X has no column names; pass indices from 0 to {len(labels) - 1}"
    return f"categorical_features names {unknown}, which are not columns of X: {known}."
