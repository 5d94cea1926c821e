"""The same files in Node.js, if it has onnxruntime-web: see examples/serve.cjs."""

import json
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pytest
from sklearn.datasets import load_digits

from sknn import AutoEncoder, CNNClassifier, MLPClassifier, RNNClassifier, TabularMLPClassifier
from sknn.persistence import onnx_inputs, to_onnx
from tests.persistence.onnx.running import DTYPES, NEAR

ROOT = pathlib.Path(__file__).parents[3]
NODE = shutil.which("node")
BRIEF = {"max_iter": 2, "random_state": 0}
DIGITS, FIGURES = (part[:60] for part in load_digits(return_X_y=True))
MISSING = re.compile(r'"(nan|-9223372036854775808|)"')
IMAGES = DIGITS.reshape(-1, 8, 8) / 16.0


pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


@pytest.fixture(autouse=True, scope="module")
def runtime():
    """Skip if Node.js does not find the package, here or in NODE_PATH."""
    ask = [NODE, "-e", "require.resolve('onnxruntime-web')"]
    if NODE is None or subprocess.run(ask, cwd=ROOT, capture_output=True).returncode:
        pytest.skip("needs Node.js with onnxruntime-web")


def served(model, inputs, folder):
    """Return the outputs of Node.js, by name."""
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    types = {"O": "string"}
    given = {
        name: {
            "type": types.get(array.dtype.kind, str(array.dtype)),
            "dims": array.shape,
            "data": [str(each) for each in array.ravel().tolist()],
        }
        for name, array in inputs.items()
    }
    done = subprocess.run(
        [NODE, "examples/serve.cjs", str(path)],
        cwd=ROOT,
        input=MISSING.sub("null", json.dumps(given)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return {name: np.reshape(each["data"], each["dims"]) for name, each in found.items()}


def with_gaps(images):
    found = images.copy()
    found[::3, 5:] = np.nan
    return found


def table():
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "size": rng.normal(size=60),
            "color": rng.choice(["red", "green", "blue", None], 60),
            "day": pd.Timestamp("1999-12-01") + pd.to_timedelta(rng.integers(0, 900, 60), "D"),
        }
    )
    frame.loc[::7, ["size", "day"]] = None
    return frame


CASES = {
    "members": (lambda: MLPClassifier((6,), "gelu", n_members=2, **BRIEF), lambda: DIGITS / 16),
    "images": (lambda: CNNClassifier((4,), **BRIEF), lambda: IMAGES),
    "sequences": (lambda: RNNClassifier((4,), **BRIEF), lambda: with_gaps(IMAGES)),
    "table": (lambda: TabularMLPClassifier(n_members=2, n_splits=2, **BRIEF), table),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", CASES)
def test_node_answers_the_same(name, dtype, tmp_path):
    make, read = CASES[name]
    X = read()
    estimator = make().fit(X, np.array(list("abcdefghij"))[FIGURES])
    found = served(to_onnx(estimator, dtype), onnx_inputs(estimator, X, dtype), tmp_path)
    assert found["label"].tolist() == estimator.predict(X).tolist()
    assert np.abs(found["probabilities"] - estimator.predict_proba(X)).max() < NEAR[dtype]


def test_node_answers_codes(tmp_path):
    X = DIGITS / 16
    estimator = AutoEncoder((3,), **BRIEF).fit(X)
    found = served(to_onnx(estimator), onnx_inputs(estimator, X), tmp_path)
    assert np.abs(found["codes"] - estimator.transform(X)).max() < 1e-12
