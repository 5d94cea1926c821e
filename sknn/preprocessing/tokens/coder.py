"""Convert a table to codes and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.column_warnings import warn_of_columns
from sknn.preprocessing.columns import Table, check_names
from sknn.preprocessing.kinds import CATEGORY, forms_of, naming
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.frames import FrameMaker
from sknn.preprocessing.tokens.levels import LevelTokens
from sknn.preprocessing.tokens.makers import maker_of
from sknn.preprocessing.tokens.numbers import NumberTokens
from sknn.preprocessing.tokens.reading import check_texts, returned

ColumnTokens = LevelTokens | NumberTokens


@dataclass
class TableCoder:
    """The tokens of all columns, and how to turn them back into a table.

    Attributes
    ----------
    columns : list of LevelTokens and NumberTokens
    maker : FrameMaker
    labels : list
        Name of each column in messages.
    names : list of str or None
    """

    columns: list[ColumnTokens]
    maker: FrameMaker
    labels: list
    names: list[str] | None

    @classmethod
    def fit(
        cls, table: Table, sample: Sample, categorical: NDArray | None, most: int
    ) -> TableCoder:
        """Learn from training rows.

        Parameters
        ----------
        table : Table
        sample : Sample
        categorical : ndarray of bool or None
            The columns that are categories; None leaves it to the columns.
        most : int
            Largest number of levels of a column with separate codes.
        """
        columns: list[ColumnTokens] = []
        maker, forms = maker_of(table), forms_of(table, categorical)
        warn_of_columns(table, forms, sample, most)
        for place, form in enumerate(forms):
            with naming(table.labels[place]):
                column = table.column(place)
                if form.kind == CATEGORY:
                    columns.append(LevelTokens.fit(column, sample, most))
                else:
                    columns.append(NumberTokens.fit(form, column, sample, maker.zone(place)))
        return cls(columns, maker, list(table.labels), table.names)

    @property
    def sizes(self) -> list[int]:
        """Number of codes of each token."""
        return [size for column in self.columns for size in column.sizes]

    @property
    def owners(self) -> list[int]:
        """Column of each token."""
        return [place for place, each in enumerate(self.columns) for _ in each.sizes]

    @property
    def numbers(self) -> list[int]:
        """The columns that have a number in addition to their tokens."""
        return [place for place, each in enumerate(self.columns) if each.has_number]

    @property
    def known(self) -> slice:
        """Entries of a row for the network that are 1 for columns that are given in advance."""
        start = len(self.sizes) + len(self.numbers)
        return slice(start, start + len(self.columns))

    @property
    def densities(self) -> slice:
        """Entries of a row for the network that are the log-density of each column."""
        return slice(self.known.stop, self.n_inputs)

    @property
    def n_inputs(self) -> int:
        """Entries of a row for the network: codes, numbers, which are known, log-densities."""
        return self.known.stop + len(self.columns)

    def encode(self, table: Table, dtype: Any) -> NDArray:
        """Return rows for the network: codes, numbers, none of them known, and log-densities.

        The last are the logarithms of the density of each entry, given its codes.
        """
        check_texts(self.columns, table)
        out = np.zeros((table.n_rows, self.n_inputs), dtype)
        at, beside, densities = 0, len(self.sizes), out[:, self.densities]
        for place, column in enumerate(self.columns):
            with naming(self.labels[place]):
                codes, number, log_p = column.encode(table.column(place))
            out[:, at : at + codes.shape[1]] = codes
            at += codes.shape[1]
            if number is not None:
                out[:, beside] = number
                beside += 1
            densities[:, place] = log_p
        return out

    def table(self, columns: list[NDArray]) -> Any:
        """Return a table of entries, as `decode` of its columns returns them."""
        return self.maker.make(returned(self.columns, columns))

    def codes(self, rows: NDArray) -> NDArray:
        """Return the codes in rows for the network."""
        return np.rint(rows[:, : len(self.sizes)]).astype(np.intp)

    def check_names(self, table: Table) -> None:
        """Raise for other columns in frames whose names scikit-learn does not check."""
        check_names(self.names, table)
