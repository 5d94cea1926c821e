"""Files of every earlier format still load."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sknn._format.migrations import FORMAT
from sknn.persistence import load
from tests.checks.files import through_a_file
from tests.checks.same import assert_identical
from tests.persistence import golden

FILES = sorted(golden.FOLDER.rglob("*.sknn"))
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_it_loads_and_answers_as_it_did(path):
    content = load(path)
    estimator = content["estimator"]
    found = golden.answers(estimator, content["rows"])
    assert found.keys() == content["answers"].keys()
    for name, answer in content["answers"].items():
        if np.asarray(answer).dtype.kind in "fc":
            # Another BLAS may round differently; float32 has seven digits.
            assert_allclose(found[name], answer, rtol=1e-4, atol=1e-6)
        else:
            assert_array_equal(found[name], answer)
    repr(estimator), estimator.get_params(), vars(estimator)
    assert_identical(through_a_file(estimator), estimator)


def test_training_continues():
    folder = golden.FOLDER / "format-1"
    stream = load(folder / "stream.sknn")["estimator"]
    assert stream.partial_fit(golden.X, golden.REAL).run_.epoch == 2
    paused = load(folder / "paused.sknn")["estimator"]
    assert paused.set_params(callbacks=None).resume(golden.X, golden.Y).run_.epoch == 4
    for name, y in (("grid", golden.Y), ("parts", golden.REAL)):
        estimator = load(folder / f"{name}.sknn")["estimator"]
        if name == "parts":
            estimator.set_params(callbacks=None)
        assert estimator.fit(golden.X, y).predict(golden.X).shape == (40,)


def test_there_are_files_of_every_family_and_format():
    for version in range(1, FORMAT + 1):
        names = {path.stem for path in FILES if path.parent.name == f"format-{version}"}
        assert len(names) >= 15
    assert sum(path.stat().st_size for path in FILES) < 300_000 * FORMAT


def test_they_are_never_renewed():
    done = subprocess.run(
        [sys.executable, "-m", "tests.persistence.golden"],
        cwd=golden.FOLDER.parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "never renewed" in done.stderr
