"""Every initializer with its standard deviation and largest value for given fans."""

from math import inf, sqrt

from sknn.core.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    Normal,
    Ones,
    Orthogonal,
    ScaledUniform,
    Uniform,
    Zeros,
)

CASES = [
    (Zeros(), lambda i, o: 0.0, lambda i, o: 0.0),
    (Ones(), lambda i, o: 0.0, lambda i, o: 1.0),
    (Constant(0.3), lambda i, o: 0.0, lambda i, o: 0.3),
    (Constant(), lambda i, o: 0.0, lambda i, o: 0.0),
    (Uniform(), lambda i, o: 0.05 / sqrt(3.0), lambda i, o: 0.05),
    (Uniform(-1.0, 1.0), lambda i, o: 1.0 / sqrt(3.0), lambda i, o: 1.0),
    (Normal(), lambda i, o: 0.01, lambda i, o: inf),
    (Normal(0.5), lambda i, o: 0.5, lambda i, o: inf),
    (ScaledUniform(), lambda i, o: sqrt(2.0 / (i + o)), lambda i, o: sqrt(6.0 / (i + o))),
    (ScaledUniform(2.0), lambda i, o: sqrt(2.0 / 3.0 / (i + o)), lambda i, o: sqrt(2.0 / (i + o))),
    (GlorotUniform(), lambda i, o: sqrt(2.0 / (i + o)), lambda i, o: sqrt(6.0 / (i + o))),
    (GlorotNormal(), lambda i, o: sqrt(2.0 / (i + o)), lambda i, o: inf),
    (HeUniform(), lambda i, o: sqrt(2.0 / i), lambda i, o: sqrt(6.0 / i)),
    (HeNormal(), lambda i, o: sqrt(2.0 / i), lambda i, o: inf),
    (LecunNormal(), lambda i, o: sqrt(1.0 / i), lambda i, o: inf),
    (Orthogonal(), lambda i, o: sqrt(1.0 / max(i, o)), lambda i, o: 1.0),
    (Orthogonal(gain=2.0), lambda i, o: 2.0 * sqrt(1.0 / max(i, o)), lambda i, o: 2.0),
]
"""(initializer, standard deviation, bound); fans are those of a matrix (in, out)."""
