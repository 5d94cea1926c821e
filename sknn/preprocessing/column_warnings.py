"""Warnings about unused columns of a table, and remedies."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn._validation.places import column_at, hint_at
from sknn.exceptions import TableWarning
from sknn.preprocessing.categories import MISSING, Levels, Texts
from sknn.preprocessing.columns import Table
from sknn.preprocessing.kinds import CATEGORY, Form, missing
from sknn.preprocessing.rounding import Ranges
from sknn.preprocessing.sample import Sample
from sknn.training.warnings import users_level

_NAMED = 5
_FEW = 10
"""Fewer rows than this may differ from each other, or from those of fit, by chance."""
_MUCH = 0.5
_LONG = 25
"""Texts with blanks between words count as sentences from this mean number of characters on."""
_REPEATED = 10
"""With at least this many rows per text, sentences count as ordinary levels."""
_TEXT_TO_NUMBERS = (
    "turn them into numbers, for example with scikit-learn's TfidfVectorizer or skrub's "
    'TextEncoder (see "A column of text" in the guide)'
)
_AS_CATEGORY = 'give the column the dtype "category"'


class ColumnWarnings:
    """Collects remarks about columns for a single warning."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._nameless = False

    def look_at_forms(self, labels: list, forms: list[Form]) -> None:
        """Note texts that count as missing, and dates that cannot be read."""
        for label, form in zip(labels, forms, strict=True):
            if form.ambiguous:
                self._note(
                    label,
                    f"{column_at(label)} holds dates, but day and month cannot be distinguished, "
                    "so it is read as a category; convert it, for example with "
                    "pandas.to_datetime(..., dayfirst=True)",
                )
            elif form.odd:
                shown = ", ".join(map(repr, form.odd[:3])) + (", ..." if len(form.odd) > 3 else "")
                self._note(
                    label,
                    f"{column_at(label)} is read as {form.kind}s, and entries that are not "
                    f"({shown}) count as missing; to keep its texts, {_AS_CATEGORY}",
                )

    def look_at_ranges(self, labels: list, ranges: Ranges, constant: NDArray) -> None:
        """Note columns of numbers that may differ by rounding alone."""
        alike = [labels[i] for i in np.flatnonzero(constant)]
        if alike:
            self._note(
                alike[0],
                f"{_listed(alike)} differ only in the last digits, as if by rounding, and count as "
                "constant",
            )
        tiny = np.flatnonzero(ranges.near_zero() & ~constant)
        if len(tiny):
            self._note(
                labels[tiny[0]],
                f"{_listed([labels[i] for i in tiny])} are tiny compared with the other columns "
                "(up to "
                f"{ranges.peak[tiny].max():.0e}) and are scaled up like them; if they are rounding "
                "errors, such as surplus components of TruncatedSVD or PCA, leave them out or use "
                "fewer components; if not, convert them to smaller units",
            )

    def look_at_levels(
        self, label: Any, found: Texts, levels: Levels, each: NDArray | None = None
    ) -> None:
        """Note a category if most rows have rare levels, or if its levels are sentences.

        `each` is the number of rows of each entry; None: one.
        """
        texts = np.array(found.texts, object)
        kept, given = np.isin(texts, [*levels.levels, MISSING]), texts != MISSING
        rows = np.bincount(found.codes, each, minlength=len(texts))
        lost, n_rows = int(rows[~kept].sum()), int(rows[given].sum())
        # Leaving out a column with one level loses nothing.
        n_levels = int((rows > 0).sum())
        if n_levels <= _FEW:
            return
        if lost > _MUCH * n_rows:
            self._note(
                label,
                f"{column_at(label)} has {n_levels} different entries in {int(rows.sum())} rows, "
                f"and {lost} of these rows hold entries too rare to learn from; "
                f"{_advice(texts[~kept])}",
            )
        elif n_levels * _REPEATED > n_rows and not found.declared and _sentences(texts[given]):
            self._note(
                label,
                f"{column_at(label)} holds {n_levels} different sentences, each of which counts as "
                f"a separate category, regardless of its words; {_TEXT_TO_NUMBERS}; if they are "
                f"categories, {_AS_CATEGORY}",
            )

    def warn(self) -> None:
        """Issue one warning with all remarks, if there are any."""
        if not self._texts:
            return
        said, more = self._texts[:_NAMED], len(self._texts) - _NAMED
        said += [f"and so on for {more} more columns"] * (more > 0)
        listed = "".join(f"\n- {each}." for each in said)
        names = "\nIn a pipeline, pipe[:-1].get_feature_names_out() returns the names of columns."
        warnings.warn(
            f"Some columns of X are not used as they are:{listed}{names * self._nameless}",
            TableWarning,
            stacklevel=users_level(),
        )

    def _note(self, label: Any, text: str) -> None:
        """Add a remark about a column, or about several, given the first."""
        self._texts.append(text)
        self._nameless |= not isinstance(label, str)


def warn_of_columns(table: Table, forms: list[Form], sample: Sample, most: int) -> None:
    """Issue one warning about the columns of a table of which up to `most` levels are used."""
    remarks = ColumnWarnings()
    remarks.look_at_forms(table.labels, forms)
    for place, form in enumerate(forms):
        if form.kind == CATEGORY:
            found = Texts.of(table.column(place))
            levels = Levels.fit(found, sample.weight, sample.counts, most)
            remarks.look_at_levels(table.labels[place], found, levels)
    remarks.warn()


def _listed(labels: list) -> str:
    """Return the beginning of a sentence about the numbers of some columns."""
    named, more = ", ".join(map(repr, labels[:_NAMED])), len(labels) - _NAMED
    kind = "column" if len(labels) == 1 else "columns"
    counted = "" if all(isinstance(each, str) for each in labels) else " (counted from 0)"
    return f"the numbers of {kind} {named}" + (f" and {more} more" if more > 0 else "") + counted


def _advice(lost: NDArray) -> str:
    """Say what helps where texts are hardly ever the same."""
    if _sentences(lost):
        return f"if these are sentences, {_TEXT_TO_NUMBERS}, or leave the column out"
    return (
        "if it is an ID, leave the column out; if it holds numbers or dates in an unusual form, "
        "convert it"
    )


def _sentences(texts: NDArray) -> bool:
    """Return whether texts are long and most have blanks between words."""
    mean = sum(map(len, texts)) / len(texts)
    spaced = sum(" " in text.strip() for text in texts)
    return mean >= _LONG and spaced > _MUCH * len(texts)


def unread(column: Any, found: NDArray, rows: NDArray | None = None) -> tuple[int, int]:
    """Return the number of entries that could not be read, and of those that are not missing.

    `rows` is the number of rows of the table with each entry; None: one each.
    """
    lost = np.isnan(found) if found.dtype.kind == "f" else np.isnat(found)
    rows = np.ones(len(found), np.int64) if rows is None else rows
    n_lost, n_rows = int(rows[lost].sum()), int(rows.sum())
    if n_lost < _FEW:
        return 0, n_rows
    n_none = int(rows[missing(column)].sum())
    return n_lost - n_none, n_rows - n_none


def warn_of_unread(label: Any, kind: str, n_lost: int, n_given: int, usual: float) -> None:
    """Warn if most texts of a column, and many more than in fit, cannot be read as in fit."""
    if n_lost >= _FEW and n_lost > max(_MUCH, 2 * usual) * n_given:
        warnings.warn(
            f"In X {n_lost} of {n_given} entries of {column_at(label)} cannot be read as the "
            f"{kind}s that it held in fit, and count as missing; pass them in the same form."
            f"{hint_at(label)}",
            TableWarning,
            stacklevel=users_level(),
        )
