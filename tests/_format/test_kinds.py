"""Every kind of node survives a round trip through the format."""

import math
import pathlib
import queue
import struct
import threading
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np
import pytest
from scipy import sparse, stats
from scipy.interpolate import BSpline
from sklearn.feature_selection import f_classif, mutual_info_regression
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from sknn._format import files
from sknn.callbacks import Phase
from sknn.core.random_streams import MemberGenerator
from tests.checks.files import bytes_of, own_classes, through_a_file
from tests.checks.same import assert_identical

NAN = struct.unpack(">d", bytes.fromhex("fff8000000000123"))[0]


class Color(Enum):
    RED = "r"


class Level(IntEnum):
    LOW = 1


class Pair(NamedTuple):
    one: object
    two: object


class Slots:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = [1]


class Line(queue.SimpleQueue):
    """A class written in Python, with a base written in C."""


class Own:
    def __init__(self, **given):
        vars(self).update(given)


def spawned():
    parent = np.random.SeedSequence(7)
    parent.spawn(3)
    generator = np.random.default_rng(parent)
    generator.random(5)
    return generator


def masked():
    return np.ma.MaskedArray(["a", None, 3], [False, True, False], object, fill_value="?")


RECORD = np.array([(1, [2.0, 3.0])], [("a", "<i4"), ("b", "<f8", (2,))])


@dataclass(frozen=True, slots=True)
class Frozen:
    one: int
    two: list


class Bare:
    def __getstate__(self):
        return None

    def __setstate__(self, state):
        raise AssertionError("there is no state")


VALUES = {
    "plain": [None, True, False, 0, -1, 1 << 200, 0.1, -0.0, 5e-324, "", "a\0\ud800\U0001f600"],
    "odd floats": [math.inf, -math.inf, math.nan, NAN],
    "complex": [1 + 2j, complex(math.nan, -0.0)],
    "exact numbers": [Fraction(1, 3), Decimal("0.10"), Decimal("NaN"), Decimal("1E+30")],
    "bytes": [b"", b"\x00\xff"],
    "limits": [slice(None, 3), slice(np.int64(1), None, -1), range(3, 30, 7)],
    "path": pathlib.Path("a") / "b",
    "tuples": [(), (1, (2.0, [3])), Pair(1, Pair(2, [3]))],
    "sets": [set(), {3, 1, 2}, frozenset({"b", ("a", 1)}), {1, "a"}],
    "dicts": [{}, {"a": 1, "ref": 2, "object": "x"}, {1: "a", (1, 2): 3, None: 4, "k": 5}],
    "bunch": Bunch(a=1, b=[2]),
    "scalars": [np.float32(0.1), np.int8(-3), np.bool_(True), np.str_("é"), np.str_(""), NAN],
    "odd scalars": [
        np.float64("nan"),
        np.datetime64("2024-01-01"),
        np.complex64(1j),
        np.bytes_(b"a"),
    ],
    "dtypes": [np.dtype(">f4"), np.dtype("U7"), np.dtype("M8[s]"), RECORD.dtype, np.dtype(object)],
    "types": [np.float64, np.bool_, np.str_, float, object, StandardScaler, Own],
    "small arrays": [np.arange(6).reshape(2, 3), np.array(1.5), np.empty((0, 3)), np.array(["aé"])],
    "odd arrays": [RECORD, np.array(["2024"], "M8[D]"), np.array([1, 2], ">i2"), np.array([NAN])],
    "orders": [np.asfortranarray(np.arange(6.0).reshape(2, 3)), np.arange(10.0)[::2]],
    "large arrays": [
        np.arange(2000.0),
        np.ones((40, 50, 2), np.float32, order="F"),
        np.zeros(9000, "U2"),
    ],
    "large dates": np.arange(2000).astype("M8[h]"),
    "objects": np.array([[1, "a"], [None, (2, 3)]], object),
    "masked": [masked(), np.ma.MaskedArray([1.0, 2.0]), np.ma.MaskedArray([1, 2], [True, False])],
    "sparse": [kind(np.eye(3)) for kind in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array)],
    "bits": [kind(3) for kind in (np.random.PCG64, np.random.MT19937, np.random.Philox)],
    "more bits": [kind(3) for kind in (np.random.PCG64DXSM, np.random.SFC64)],
    "generators": [np.random.default_rng(3), spawned(), np.random.RandomState(4)],
    "members": MemberGenerator([np.random.default_rng(i) for i in range(3)]),
    "enums": [Color.RED, Level.LOW, Phase.KEEP],
    "distribution": [stats.loguniform(1e-3, 1.0), stats.norm(loc=2.0), stats.randint(1, 9)],
    "splines": [
        BSpline(np.arange(8.0), np.eye(4), 3),
        BSpline(np.arange(6.0), np.ones(4), 1, False),
    ],
    "functions": [np.log1p, np.matmul, f_classif, mutual_info_regression],
    "metrics": [accuracy_score, get_scorer("roc_auc"), get_scorer("neg_log_loss")],
    "slots": [Slots(), Frozen(1, [2]), Bare()],
    "own": Own(a=[1], b=Own(c=2)),
}


@pytest.mark.parametrize("name", VALUES)
def test_there_and_back(name):
    value = VALUES[name]
    twin = through_a_file(value, own_classes(__name__))
    if name == "distribution":
        for one, two in zip(twin, value, strict=True):
            assert (one.args, one.kwds, type(one.dist)) == (two.args, two.kwds, type(two.dist))
    elif name == "members":
        assert_identical(twin.members, value.members)
        assert twin.bit_generator is twin.members[0].bit_generator
    else:
        assert_identical(twin, value)


def test_what_is_shared_stays_shared_and_what_holds_itself_does():
    array, large, generator = np.arange(3), np.arange(3000.0), np.random.default_rng(0)
    one = [array, large, generator, {}, (1,)]
    loop = Own(parts=one)
    loop.me, one[3]["all"] = loop, one
    value = [
        one,
        one[4],
        {"a": array, "b": large},
        np.random.Generator(generator.bit_generator),
        loop,
    ]
    twin = through_a_file(value, [Own])
    assert twin[0][0] is twin[2]["a"] and twin[0][1] is twin[2]["b"] and twin[0][4] is twin[1]
    assert twin[0][3]["all"] is twin[0] is twin[4].parts and twin[4].me is twin[4]
    assert twin[3] is not twin[0][2] and twin[3].bit_generator is twin[0][2].bit_generator


def test_arrays_are_their_own_and_can_be_written_to():
    for array in through_a_file([np.arange(3.0), np.arange(3000.0), np.float64(2)])[:2]:
        array[0] = 1
        assert array.flags.owndata


def test_a_generator_spawns_what_it_would_have_spawned():
    one = spawned()
    twin = through_a_file(one)
    assert_identical(
        [each.random() for each in twin.spawn(2)], [each.random() for each in one.spawn(2)]
    )


def test_a_file_does_not_depend_on_hashes_or_on_time():
    assert bytes_of([{"a", "b", "c"}]) == bytes_of([{"c", "b", "a"}])


class Calls:
    def __reduce__(self):
        return print, ("called",)


class Longer(list):
    pass


def nested(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


HOLDS_ITSELF = ([],)
HOLDS_ITSELF[0].append(HOLDS_ITSELF)
REFUSED = {
    "a lambda": (lambda: None, "<lambda> cannot be found"),
    "a class of a function": (type("Local", (), {})(), "Local cannot be found"),
    "what calls something": (Calls(), "Calls is made by calling something"),
    "more than a list": (Longer(), "Longer is more than its attributes"),
    "a lock": (threading.RLock(), "is more than its attributes"),
    "a queue": (Line(), "Line is more than its attributes"),
    "an error": (ValueError("a"), "is made by calling something|more than its attributes"),
    "a module": (np, "module"),
    "a generator": ((i for i in range(3)), "generator"),
    "an open file": (open(__file__), "TextIOWrapper"),  # noqa: SIM115
    "an array of odd dtype": (np.array(["a"], np.dtypes.StringDType()), "no bytes"),
    "an own distribution": (stats.rv_histogram(np.histogram([1.0, 2.0]))(), "is not one of scipy"),
    "an own ufunc": (np.frompyfunc(abs, 1, 1), "cannot be found by that name"),
    "a spline across": (BSpline(np.arange(8.0), np.eye(4), 3, axis=1), "along its first axis"),
    "too deep": (nested(400), "nested more than"),
    "a tuple that holds itself": (HOLDS_ITSELF, "tuple that holds itself"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_in_a_file(name):
    value, words = REFUSED[name]
    with pytest.raises(
        ValueError, match=rf"(?s)cannot be saved: its a.b.*, an attribute of Own.*({words})"
    ):
        files.told(Own(a=Own(b=value)))


def test_the_error_names_the_place():
    with pytest.raises(
        ValueError, match=r"its a\['k'\]\[1\].b, an attribute of Own, is at fault: "
    ):
        files.told(Own(a={"k": [1, Own(b=lambda: None)]}))
