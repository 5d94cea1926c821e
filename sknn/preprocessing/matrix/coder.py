"""Convert a table to a matrix and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.preprocessing.column_warnings import warn_of_columns
from sknn.preprocessing.columns import Table
from sknn.preprocessing.kinds import CATEGORY, forms_of, naming
from sknn.preprocessing.matrix.levels import MOST_LEVELS, LevelBlock
from sknn.preprocessing.matrix.numbers import NumberBlock
from sknn.preprocessing.sample import Sample
from sknn.preprocessing.tokens.frames import FrameMaker
from sknn.preprocessing.tokens.makers import maker_of
from sknn.preprocessing.tokens.reading import check_texts, returned

Block = LevelBlock | NumberBlock


@dataclass
class MatrixCoder:
    """Encode the columns of a table as a matrix, and decode the matrix.

    Attributes
    ----------
    blocks : list of LevelBlock and NumberBlock
    maker : FrameMaker
    labels : list
        Name of each column in messages.
    names : list of str or None
    stress : float
        Standard deviation of the columns of numbers.
    """

    blocks: list[Block]
    maker: FrameMaker
    labels: list
    names: list[str] | None
    stress: float = 1.0

    @classmethod
    def fit(cls, table: Table, sample: Sample, stress: float = 1.0) -> MatrixCoder:
        """Learn from training rows."""
        blocks: list[Block] = []
        maker, forms = maker_of(table), forms_of(table, None)
        warn_of_columns(table, forms, sample, MOST_LEVELS)
        for place, form in enumerate(forms):
            with naming(table.labels[place]):
                column = table.column(place)
                if form.kind == CATEGORY:
                    blocks.append(LevelBlock.fit(column, sample))
                else:
                    blocks.append(NumberBlock.fit(form, column, sample, maker.zone(place)))
        return cls(blocks, maker, list(table.labels), table.names, stress)

    def places(self) -> Iterator[tuple[Block, slice, slice]]:
        """Yield the blocks, the columns of their choices, and those of their numbers."""
        at = 0
        for block in self.blocks:
            middle = at + block.n_choices
            end = middle + block.n_numbers
            yield block, slice(at, middle), slice(middle, end)
            at = end

    @property
    def width(self) -> int:
        """Number of columns of the matrix."""
        return sum(block.n_choices + block.n_numbers for block in self.blocks)

    @property
    def groups(self) -> list[list[int]]:
        """The columns of each group, of which one is 1."""
        every = (range(each.start, each.stop) for _, each, _ in self.places())
        return [list(group) for group in every if group]

    @property
    def parts(self) -> list[slice]:
        """The columns that belong together: choices, or a number."""
        return [part for _, *both in self.places() for part in both if part.start < part.stop]

    @property
    def numbers(self) -> list[int]:
        """The columns of numbers."""
        return [place for _, _, each in self.places() for place in range(each.start, each.stop)]

    def origins(self) -> NDArray:
        """Return the column of the table that each column of the matrix comes from."""
        widths = [block.n_choices + block.n_numbers for block in self.blocks]
        return np.repeat(np.arange(len(widths)), widths)

    def encode(self, table: Table, dtype: Any) -> NDArray:
        """Return the matrix; an unseen entry has an equal share of all choices."""
        check_texts(self.blocks, table)
        out = np.zeros((table.n_rows, self.width), dtype)
        for place, (block, group, number) in enumerate(self.places()):
            with naming(self.labels[place]):
                choices, scores = block.encode(table.column(place))
            fill_choices(out[:, group], choices)
            if scores is not None:
                out[:, number] = self.stress * scores[:, None]
        return out

    def decode(self, matrix: NDArray) -> list[NDArray]:
        """Return the columns of a table, with the most likely choices."""
        columns = []
        for block, group, number in self.places():
            choices = np.zeros(len(matrix), np.intp)
            if block.n_choices:
                choices = matrix[:, group].argmax(axis=1)
            scores = None
            if block.n_numbers:
                scores = matrix[:, number.start].astype(np.float64) / self.stress
            columns.append(block.decode(choices, scores))  # type: ignore[arg-type]
        return columns

    def table(self, columns: list[NDArray]) -> Any:
        """Return a table of entries, as `decode` returns them."""
        return self.maker.make(returned(self.blocks, columns))


def fill_choices(out: NDArray, choices: NDArray) -> None:
    """Write a 1 at the choice of each row into zeros; -1 means an equal share at every choice."""
    if not out.shape[1]:
        return
    known = choices >= 0
    out[np.flatnonzero(known), choices[known]] = 1.0
    out[~known] = 1.0 / out.shape[1]


def drawn(matrix: NDArray, groups: Sequence[Sequence[int]], rng: Any) -> NDArray:
    """Return rows with a choice drawn from the probabilities of each group."""
    matrix = matrix.copy()
    for group in groups:
        part = slice(group[0], group[-1] + 1)
        reached = np.cumsum(matrix[:, part], axis=1, dtype=np.float64)
        point = rng.random_sample((len(matrix), 1)) * reached[:, -1:]
        choices = np.minimum((reached <= point).sum(axis=1), len(group) - 1)
        matrix[:, part] = 0.0
        matrix[np.arange(len(matrix)), group[0] + choices] = 1.0
    return matrix
