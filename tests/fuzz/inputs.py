"""Odd inputs by name. Each maker takes a generator and the numbers of rows and columns."""

import datetime
import decimal
import fractions

import numpy as np
import pytest
import scipy.sparse as sp

pd = pytest.importorskip("pandas")

try:
    import polars
except ImportError:
    polars = None
try:
    import pyarrow
except ImportError:
    pyarrow = None

ODD = {}


def odd(function):
    ODD[function.__name__] = function
    return function


def plain(rng, n, d):
    return rng.standard_normal((n, d))


# -- types of numbers and layouts ---------------------------------------------------------------

DTYPES = (
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"),
    *("float16", "float32", "float64", "longdouble", "complex64", "complex128", ">f8", ">i4"),
)
for _dtype in DTYPES:
    ODD[f"dtype_{_dtype}"] = lambda rng, n, d, dtype=_dtype: (
        (10 * plain(rng, n, d)).astype(dtype, casting="unsafe")
        if np.dtype(dtype).kind != "u"
        else np.abs(10 * plain(rng, n, d)).astype(dtype)
    )


@odd
def fortran_order(rng, n, d):
    return np.asfortranarray(plain(rng, n, d))


@odd
def every_second_row_and_column(rng, n, d):
    return plain(rng, 2 * n, 2 * d)[::2, ::2]


@odd
def backwards(rng, n, d):
    return plain(rng, n, d)[::-1, ::-1]


@odd
def broadcast(rng, n, d):
    return np.broadcast_to(plain(rng, 1, d), (n, d))


@odd
def read_only(rng, n, d):
    x = plain(rng, n, d)
    x.flags.writeable = False
    return x


@odd
def unaligned(rng, n, d):
    return np.frombuffer(b"x" + plain(rng, n, d).tobytes(), np.uint8)[1:].view(float).reshape(n, d)


@odd
def matrix_class(rng, n, d):
    return plain(rng, n, d).view(type("Mine", (np.ndarray,), {}))


# -- values ----------------------------------------------------------------------------------


def _with(value):
    def make(rng, n, d):
        x = plain(rng, n, d)
        x[0, 0] = value
        return x

    return make


for _name, _value in {
    "nan": np.nan,
    "infinite": np.inf,
    "minus_infinite": -np.inf,
    "huge": 1e308,
    "large": 1e200,
    "beyond_float32": 1e39,
    "subnormal": 5e-324,
    "zero_minus": -0.0,
}.items():
    ODD[f"one_{_name}"] = _with(_value)


@odd
def all_huge(rng, n, d):
    return np.full((n, d), 1.7e308)


@odd
def all_huge_float32(rng, n, d):
    return np.full((n, d), 3e38, np.float32)


@odd
def all_zero(rng, n, d):
    return np.zeros((n, d))


@odd
def all_nan(rng, n, d):
    return np.full((n, d), np.nan)


@odd
def all_tiny(rng, n, d):
    return np.full((n, d), 1e-320)


# -- shapes ----------------------------------------------------------------------------------

SHAPES = {
    "no_rows": lambda n, d: (0, d),
    "no_columns": lambda n, d: (n, 0),
    "nothing": lambda n, d: (0, 0),
    "one_row": lambda n, d: (1, d),
    "one_column": lambda n, d: (n, 1),
    "flat": lambda n, d: (n,),
    "more_columns": lambda n, d: (n, d + 1),
    "fewer_columns": lambda n, d: (n, d - 1),
    "other_rows": lambda n, d: (n + 3, d),
    "images": lambda n, d: (n, 3, 3),
    "images_with_channels": lambda n, d: (n, 3, 3, 2),
    "five_axes": lambda n, d: (n, 2, 2, 2, 2),
    "no_axis": lambda n, d: (),
    "empty_steps": lambda n, d: (n, 0, 2),
}
for _name, _shape in SHAPES.items():
    ODD[f"shape_{_name}"] = lambda rng, n, d, shape=_shape: rng.standard_normal(shape(n, d))


# -- what is no array of numbers -----------------------------------------------------------------


@odd
def dates(rng, n, d):
    return np.datetime64("2020-01-01") + rng.integers(0, 99, (n, d)).astype("timedelta64[D]")


@odd
def spans(rng, n, d):
    return rng.integers(0, 99, (n, d)).astype("timedelta64[D]")


@odd
def date_objects(rng, n, d):
    return np.full((n, d), datetime.date(2020, 1, 1), object)


@odd
def text(rng, n, d):
    return rng.choice(["red", "green", ""], (n, d))


@odd
def numbers_as_text(rng, n, d):
    return plain(rng, n, d).astype(str)


@odd
def text_as_bytes(rng, n, d):
    return rng.choice([b"red", b"green"], (n, d))


@odd
def mixed_objects(rng, n, d):
    x = plain(rng, n, d).astype(object)
    x[0, 0], x[1, 0] = "red", None
    return x


@odd
def objects_of_numbers(rng, n, d):
    return plain(rng, n, d).astype(object)


@odd
def objects_with_none(rng, n, d):
    x = plain(rng, n, d).astype(object)
    x[0, 0] = None
    return x


@odd
def fraction_objects(rng, n, d):
    return np.full((n, d), fractions.Fraction(1, 3), object)


@odd
def decimal_objects(rng, n, d):
    return np.full((n, d), decimal.Decimal("0.1"), object)


@odd
def dict_objects(rng, n, d):
    return np.full((n, d), {}, object)


@odd
def whole_numbers_beyond_floats(rng, n, d):
    return np.full((n, d), 10**400, object)


@odd
def records(rng, n, d):
    return np.zeros(n, [("a", float), ("b", int)])


@odd
def void(rng, n, d):
    return np.zeros((n, d), "V4")


@odd
def masked(rng, n, d):
    return np.ma.masked_greater(plain(rng, n, d), 1.0)


@odd
def masked_nothing(rng, n, d):
    return np.ma.array(plain(rng, n, d))


@odd
def list_of_lists(rng, n, d):
    return plain(rng, n, d).tolist()


@odd
def tuple_of_arrays(rng, n, d):
    return tuple(plain(rng, n, d))


@odd
def ragged_lists(rng, n, d):
    return [list(range(1 + i % 3)) for i in range(n)]


@odd
def ragged_matrices(rng, n, d):
    return [rng.standard_normal((1 + i % 3, 2)) for i in range(n)]


@odd
def ragged_widths(rng, n, d):
    return [rng.standard_normal((2, 1 + i % 3)) for i in range(n)]


@odd
def object_array_of_arrays(rng, n, d):
    rows = np.empty(n, object)
    rows[:] = [rng.standard_normal(1 + i % 3) for i in range(n)]
    return rows


@odd
def nested_too_deep(rng, n, d):
    return [[[[[1.0]]]]] * n


for _name, _thing in {
    "none": None,
    "number": 3.5,
    "word": "red",
    "some_bytes": b"red",
    "a_dict": {"a": [1, 2]},
    "a_set": {1.0, 2.0},
    "a_class": dict,
    "empty_list": [],
    "list_of_nothing": [[], []],
    "ellipsis": ...,
    "not_implemented": NotImplemented,
}.items():
    ODD[_name] = lambda rng, n, d, thing=_thing: thing


@odd
def a_generator(rng, n, d):
    return (row for row in plain(rng, n, d))


@odd
def a_range(rng, n, d):
    return range(n)


# -- frames ----------------------------------------------------------------------------------


def _frame(rng, n):
    return {
        "number": rng.standard_normal(n),
        "word": rng.choice(["p", "q"], n),
        "whole": rng.integers(0, 5, n),
        "yes": rng.random(n) < 0.5,
    }


@odd
def frame_of_numbers(rng, n, d):
    return pd.DataFrame(plain(rng, n, d), columns=[f"c{i}" for i in range(d)])


@odd
def frame_mixed(rng, n, d):
    return pd.DataFrame(_frame(rng, n))


@odd
def frame_of_categories(rng, n, d):
    return pd.DataFrame({f"c{i}": pd.Categorical(rng.choice(list("ab"), n)) for i in range(d)})


@odd
def frame_with_gaps(rng, n, d):
    return pd.DataFrame({f"c{i}": pd.array([None, *range(n - 1)], "Int64") for i in range(d)})


@odd
def frame_of_dates(rng, n, d):
    return pd.DataFrame({f"c{i}": pd.date_range("2020", periods=n) for i in range(d)})


@odd
def frame_names_twice(rng, n, d):
    return pd.DataFrame(plain(rng, n, d), columns=["same"] * d)


@odd
def frame_names_of_two_types(rng, n, d):
    return pd.DataFrame(plain(rng, n, d), columns=[0, *(f"c{i}" for i in range(1, d))])


@odd
def frame_of_lists(rng, n, d):
    return pd.DataFrame({f"c{i}": [[1, 2]] * n for i in range(d)})


@odd
def frame_empty(rng, n, d):
    return pd.DataFrame()


@odd
def frame_without_rows(rng, n, d):
    return pd.DataFrame(plain(rng, 0, d))


@odd
def frame_sparse(rng, n, d):
    return pd.DataFrame.sparse.from_spmatrix(sp.random(n, d, 0.5, random_state=0))


@odd
def frame_of_periods(rng, n, d):
    return pd.DataFrame({f"c{i}": pd.period_range("2020", periods=n, freq="D") for i in range(d)})


@odd
def a_series(rng, n, d):
    return pd.Series(rng.standard_normal(n))


if polars is not None:

    @odd
    def polars_mixed(rng, n, d):
        return polars.DataFrame(_frame(rng, n))

    @odd
    def polars_numbers(rng, n, d):
        return polars.DataFrame({f"c{i}": rng.standard_normal(n) for i in range(d)})

    @odd
    def polars_lazy(rng, n, d):
        return polars.DataFrame(_frame(rng, n)).lazy()


if pyarrow is not None:

    @odd
    def arrow_mixed(rng, n, d):
        return pyarrow.table(_frame(rng, n))

    @odd
    def arrow_numbers(rng, n, d):
        return pyarrow.table({f"c{i}": rng.standard_normal(n) for i in range(d)})


# -- sparse -----------------------------------------------------------------------------------


def _sparse(rng, n, d):
    return sp.csr_array(np.where(rng.random((n, d)) < 0.5, plain(rng, n, d), 0.0))


for _kind in ("csr", "csc", "coo", "bsr", "lil", "dok", "dia"):
    ODD[f"sparse_{_kind}"] = lambda rng, n, d, kind=_kind: _sparse(rng, n, d).asformat(kind)
    ODD[f"sparse_matrix_{_kind}"] = lambda rng, n, d, kind=_kind: sp.csr_matrix(
        _sparse(rng, n, d)
    ).asformat(kind)


def _broken(change, kind="csr"):
    def make(rng, n, d):
        x = _sparse(rng, n, d).asformat(kind)
        change(x)
        return x

    return make


def _point_outside(x):
    x.indices[0] = 10**6


def _point_before(x):
    x.indices[0] = -1


def _fall(x):
    x.indptr[1] = x.nnz + 50


def _lose(x):
    x.data = x.data[:-3]


def _short(x):
    x.indptr = x.indptr[:-2]


def _coordinates(x):
    x.coords[1][0] = 10**6


for _change in (_point_outside, _point_before, _fall, _lose, _short):
    ODD[f"sparse_broken{_change.__name__}"] = _broken(_change)
    ODD[f"sparse_broken_csc{_change.__name__}"] = _broken(_change, "csc")
ODD["sparse_broken_coo"] = _broken(_coordinates, "coo")


@odd
def sparse_with_nan(rng, n, d):
    x = _sparse(rng, n, d)
    x.data[0] = np.nan
    return x


@odd
def sparse_complex(rng, n, d):
    return _sparse(rng, n, d).astype(complex)


@odd
def sparse_long_indices(rng, n, d):
    x = _sparse(rng, n, d)
    x.indices, x.indptr = x.indices.astype(np.int64), x.indptr.astype(np.int64)
    return x


@odd
def sparse_unsorted(rng, n, d):
    x = sp.csr_array((np.ones(2 * n), np.tile([1, 0], n), np.arange(0, 2 * n + 1, 2)), (n, d))
    return x


@odd
def sparse_twice(rng, n, d):
    return sp.csr_array((np.ones(2 * n), np.zeros(2 * n, int), np.arange(0, 2 * n + 1, 2)), (n, d))


@odd
def sparse_no_rows(rng, n, d):
    return sp.csr_array((0, d))
