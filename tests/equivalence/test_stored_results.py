"""Results of many configurations equal the stored ones.

They are not equal bit for bit, because no two BLAS kernels are, but far closer than any change of a
default, of the order of random draws, or of a formula would leave them.
"""

import pytest

from tests.cases.results.configurations import CONFIGURATIONS
from tests.cases.results.figures import AMPLIFIED, PATH, TOLERANCES, differences, figures_of, load

STORED = load()
RENEW = "python -m tests.renew_results"


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_results_are_those_stored(name):
    assert name in STORED, f"no result is stored for {name}: run {RENEW}"
    found, stored = figures_of(CONFIGURATIONS[name]), STORED[name]
    tolerance = AMPLIFIED.get(name, TOLERANCES[stored["dtype"]])
    words = "\n".join(differences(found, stored, tolerance))
    assert not words, (
        f"{name}:\n{words}\nWhere this is meant, say so in CHANGELOG.md and run {RENEW}"
    )


def test_nothing_is_stored_that_is_not_computed():
    gone = STORED.keys() - CONFIGURATIONS.keys()
    assert not gone, f"results are stored for {sorted(gone)}, which have no row: run {RENEW}"


def test_the_file_is_small():
    assert PATH.stat().st_size < 100_000
