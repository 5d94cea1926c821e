"""Distributions and splines of SciPy, which searches and scikit-learn's transformers keep."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats
from scipy.interpolate import BSpline

from sknn._format.kind import Kind, Making, Telling, Unsavable


class Distribution(Kind):
    """A distribution of SciPy with its parameters, which searches draw from."""

    key = "distribution"
    cost = 1 << 16

    def suits(self, value: Any) -> bool:
        return isinstance(value, stats.distributions.rv_frozen)

    def tell(self, value: Any, out: Telling) -> Any:
        name = value.dist.name
        if type(_distribution(name)) is not type(value.dist):
            raise Unsavable(f"the distribution {name!r} is not one of scipy.stats")
        return {
            self.key: name,
            "args": [out.tell(each) for each in value.args],
            "kwds": {each: out.tell(given) for each, given in value.kwds.items()},
        }

    def make(self, node: Any, source: Making) -> Any:
        found = _distribution(node[self.key])
        if found is None:
            raise ValueError(f"{node[self.key]!r} is not a distribution of scipy.stats")
        args = [source.make(each) for each in node["args"]]
        kwds = {name: source.make(each) for name, each in node["kwds"].items()}
        if not all(_is_number(each) for each in (*args, *kwds.values())):
            raise ValueError("the parameters of a distribution are numbers")
        return found.freeze(*args, **kwds)


def _distribution(name: Any) -> Any:
    """Return the distribution with a name, None if SciPy has none."""
    found = vars(stats).get(name) if isinstance(name, str) else None
    return found if isinstance(found, (stats.rv_continuous, stats.rv_discrete)) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (bool, int, float, np.number))


class Spline(Kind):
    """A B-spline. SciPy checks the numbers of a new one, which its C code follows later."""

    key = "spline"
    cost = 1 << 10

    def suits(self, value: Any) -> bool:
        return type(value) is BSpline

    def tell(self, value: Any, out: Telling) -> Any:
        if value.axis != 0:
            raise Unsavable("the coefficients of a spline must be along its first axis")
        out.spend(value.t.nbytes + value.c.nbytes)
        return {
            self.key: int(value.k),
            "knots": out.tell(value.t),
            "coefficients": out.tell(value.c),
            "extrapolate": value.extrapolate,
        }

    def make(self, node: Any, source: Making) -> Any:
        parts = [source.make(node[name]) for name in ("knots", "coefficients")]
        beyond = node["extrapolate"]
        if type(node[self.key]) is not int or beyond not in (True, False, "periodic"):
            raise ValueError("a spline has a degree, and is extrapolated or not")
        if not all(isinstance(x, np.ndarray) and x.dtype == np.float64 for x in parts):
            raise ValueError("a spline consists of knots and coefficients, arrays of float64")
        source.spend(sum(x.nbytes for x in parts))
        return BSpline(*parts, node[self.key], beyond)


KINDS = (Distribution(), Spline())
