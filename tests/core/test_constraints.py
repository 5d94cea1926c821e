"""Valid values of a parameter, and the sentence that describes them."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from sknn.core import constraints as c
from sknn.exceptions import InvalidParameterError

ROWS = [
    (c.real(), [0, 1.5, np.float32(2), -3], [math.nan, math.inf, "1", True, None, 1j, np.ones(1)]),
    (c.real(0.0, 1.0, closed="left"), [0, 0.5], [1, -0.1, np.bool_(True)]),
    (c.real(0.0, 1.0, closed="right"), [1, 0.5], [0, 1.1]),
    (c.real(0.0, 1.0, closed="both"), [0, 1], [-1e-9, 1.000001]),
    (
        c.real(0.0, closed="left"),
        [Fraction(1, 3), Decimal("0.1"), np.uint8(3), np.longdouble(1)],
        [10**400, Fraction(10**400), Decimal("NaN"), Decimal("sNaN"), np.timedelta64(1, "D")],
    ),
    (c.real(0.0, closed="neither"), [1e-300, 1e300], [0, math.inf, -1]),
    (c.integer(1), [1, np.int64(5), 10**30], [0, 1.0, True, "1", None]),
    (c.boolean(), [True, np.bool_(False)], [0, 1, None, "True"]),
    (c.one_of(["a", "b"]), ["a", np.str_("b")], ["c", None, 1, ["a"]]),
    (c.instance_of(dict), [{}], [dict, None, []]),
    (c.none(), [None], [0, False, ""]),
    (c.array_like(), [[], (), np.ones(2)], [None, 3, "ab"]),
    (c.none() | c.integer(0), [None, 0], [-1, "x"]),
]


@pytest.mark.parametrize("row", range(len(ROWS)))
def test_what_passes(row):
    constraint, good, bad = ROWS[row]
    for value in good:
        c.check("Owner", {"name": value}, {"name": constraint})
    for value in bad:
        with pytest.raises(InvalidParameterError) as error:
            c.check("Owner", {"name": value}, {"name": constraint})
        text = str(error.value)
        assert text.startswith("The 'name' parameter of Owner must be ")
        assert text.endswith(f"Got {value!r} instead.") and constraint.words in text


def test_the_error_is_both_kinds():
    for kind in (ValueError, TypeError):
        with pytest.raises(kind):
            c.check("Owner", {"x": -1}, {"x": c.real(0.0)})


def test_intervals_read_as_scikit_learn_writes_them():
    assert c.real(0.0, 1.0, closed="left").words == "a float in the range [0.0, 1.0)"
    assert c.integer(1).words == "an int in the range [1, inf)"
    assert (c.none() | c.boolean()).words == "None or a bool"


PLAIN = [
    (c.real(), np.float32(0.1), float(np.float32(0.1))),
    (c.real(), Fraction(1, 4), 0.25),
    (c.real(), Decimal("0.1"), 0.1),
    (c.real(), 1, 1.0),
    (c.integer(), np.uint8(8), 8),
    (c.boolean(), np.bool_(True), True),
    (c.pair_of_integers(1), [np.int8(1), 2], [1, 2]),
    (c.none() | c.integer(), np.int64(3), 3),
    (c.none() | c.integer(), None, None),
    (c.one_of(["auto"]) | c.real(), np.float16(0.5), 0.5),
    (c.one_of(["auto"]) | c.real(), "auto", "auto"),
]


@pytest.mark.parametrize(("constraint", "value", "plain"), PLAIN)
def test_numbers_become_pythons_own(constraint, value, plain):
    (found,) = c.check("Owner", {"name": value}, {"name": constraint}).values()
    assert found == plain and type(found) is type(plain)


def test_a_row_without_a_parameter_is_named():
    with pytest.raises(InvalidParameterError, match="Owner has a constraint for 'rate'"):
        c.check("Owner", {"name": 1}, {"name": c.integer(), "rate": c.real()})
