"""Numbers, dates, and time spans written as the texts of a column are."""

import numpy as np
import pytest

from sknn.preprocessing.kinds import Form
from sknn.preprocessing.texts import DATES, NUMBERS, SPANS
from sknn.preprocessing.writing import writing_of

READ = {"number": NUMBERS, "date": DATES, "time span": SPANS}
FORMS = [
    ["1,234", "12", "1,234,567", "-1,234"],
    ["1234", "12", "1234567"],
    ["1,234.50", "3.00", "-0.25"],
    ["1.5", "2", "0.25"],
    ["$3", "-$12", "$1,200"],
    ["€ 3.50", "€ 12.25"],
    ["3 EUR", "12 EUR"],
    ["12%", "3%", "29%", "-5%"],
    ["12.5 %", "3.0 %"],
    ["(1,200)", "30"],
    ["\u22125", "7"],
    ["1'234", "5"],
    ["1\u00a0234", "5"],
    ["1.234,5", "-2,0"],
    ["1,5 €", "1.000,5 €"],
    ["1e-07", "2.5e-05", "3e+20"],
    ["0.1234567890123", "5.25"],
    ["2024-01-31", "2023-12-05"],
    ["2024-01", "2023-12"],
    ["2024/1/31", "2023/12/5"],
    ["31/01/2024", "05/12/2023"],
    ["1/31/2024", "12/5/2023"],
    ["31.1.2024", "5.12.2023"],
    ["31 Jan 2024", "05 Dec 2023", "01 May 2023"],
    ["31 January 2024", "5 December 2023"],
    ["31. JAN 2024", "05. DEC 2023"],
    ["January 31, 2024", "May 5, 2023"],
    ["Wed, 31 Jan 2024 10:30:00", "Tue, 05 Dec 2023 09:05:01"],
    ["2024-01-31T10:30:00Z", "2023-12-05T00:00:00Z"],
    ["2024-01-31 10:30:00+02:00", "2023-12-05 01:00:00+02:00"],
    ["2024-01-31 10:30:00.250", "2023-12-05 01:00:00.000"],
    ["1/31/2024 10:30 AM", "12/5/2023 12:05 AM", "12/5/2023 12:05 PM", "2/1/2024 1:00 PM"],
    ["01:30:00", "112:05:59"],
    ["1:30", "12:05", "-0:30"],
    ["1 days 02:30:00", "12 days 00:00:05"],
    ["01:30:00.5", "02:00:10.0"],
]


@pytest.mark.parametrize("texts", FORMS, ids=lambda texts: texts[0])
def test_texts_are_written_as_they_were_read(texts):
    form = Form.of_texts(texts)
    writing = writing_of(form.kind, form.way, np.array(texts, object))
    assert [writing.write(READ[form.kind][form.way](text)) for text in texts] == texts


@pytest.mark.parametrize(
    ("texts", "value", "expected"),
    [
        (["1.23e-10", "5", "7", "9"], 1.23e-10, "0.000000000123"),
        (["1,234", "5,678.5", "12"], 98765.5, "98,765.5"),
        (["$3", "$4", "5"], 7.0, "$7"),
        (["12%", "n/a", "7%"], 0.28999999999999998, "29%"),
        (["-0.25", "3.50"], -0.001, "0.00"),
        (["5", "\u22127", "-8"], -3.0, "\u22123"),
        ([b"1,234", b"5"], 4000.0, "4,000"),
    ],
)
def test_the_most_frequent_form_counts(texts, value, expected):
    column = np.array(texts, object)
    assert writing_of("number", "decimal point", column).write(value) == expected


def test_the_most_frequent_layout_of_mixed_dates_counts():
    texts = ["2024-01-31", "5 Feb 2024", "2024-03-01"]
    form = Form.of_texts(texts)
    assert form.way == "mixed, day first"
    writing = writing_of(form.kind, form.way, np.array(texts, object))
    assert writing.write(DATES[form.way]("5 Feb 2024")) == "2024-02-05"


@pytest.mark.parametrize("column", [[1.0, 2.5, "3"], [1, "n/a", None]])
def test_columns_of_other_entries_are_not_written_as_text(column):
    assert writing_of("number", "decimal point", np.array(column, object)) is None
    assert writing_of("number", "", np.array(column, object)) is None
