"""Helpers for odd inputs: refusals must name the argument, and accepted input has a meaning."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, REAL, X

SMALL = {"hidden_layer_sizes": (3,), "max_iter": 2, "random_state": 0}


def assert_refuses(call, name):
    """Check that a call raises a ValueError or TypeError that names an argument."""
    with pytest.raises((ValueError, TypeError)) as error:
        call()
    assert re.search(rf"\b{name}\b", str(error.value)), str(error.value)
    # No error of NumPy or pandas itself reaches the user.
    assert type(error.value).__module__.split(".")[0] in ("builtins", "sknn", "sklearn")


def routes(fresh, fitted):
    """Yield every way to pass X, y, and weights: the call and the name of the argument."""
    return {
        "X": {
            "fit": lambda v: fresh().fit(v, REAL > 30),
            "stream": lambda v: fitted.partial_fit(v, REAL > 30),
            "predict": lambda v: fitted.predict(v),
            "transform": lambda v: fitted.transform(v),
            "X_val": lambda v: fresh().fit(X, BINARY, X_val=v, y_val=BINARY),
        },
        "y": {
            "fit": lambda v: fresh().fit(X, v),
            "y_val": lambda v: fresh().fit(X, BINARY, X_val=X, y_val=v),
        },
        "sample_weight": {
            "fit": lambda v: fresh().fit(X, BINARY, v),
            "stream": lambda v: fitted.partial_fit(X, BINARY, v),
            "sample_weight_val": lambda v: fresh().fit(
                X, BINARY, X_val=X, y_val=BINARY, sample_weight_val=v
            ),
        },
    }


def try_refused(kind, argument, make):
    """Pass an odd value in every way; `make` returns a new one each time."""
    fitted = kind(**SMALL).fit(X, BINARY)
    for way, call in routes(lambda: kind(**SMALL), fitted)[argument].items():
        before = fitted.network_.theta.copy()
        name = rf"({argument}|{way})" if way.endswith("_val") else argument
        assert_refuses(lambda call=call: call(make()), name)
        assert_array_equal(fitted.network_.theta, before)


def assert_means(kind, odd, plain):
    """Check that odd arrays (X, y, weight) and plain ones give the same fit, bit for bit."""
    nets = [kind(**SMALL).fit(*arrays) for arrays in (odd, plain)]
    assert_array_equal(nets[0].network_.theta, nets[1].network_.theta)
    answers = [nets[0].predict(odd[0]), nets[1].predict(plain[0])]
    if answers[0].dtype.kind == "f":
        assert np.isfinite(answers[0]).all()
    assert_array_equal(*answers)


BOTH = (MLPClassifier, MLPRegressor)
