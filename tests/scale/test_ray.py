"""A search on a local Ray cluster, in a separate process: Ray writes into the home folder."""

import importlib.util
import os
import subprocess
import sys

import pytest

SCRIPT = """
import joblib, numpy as np, ray
from ray.util.joblib import register_ray
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sknn import MLPClassifier

X, y = load_iris(return_X_y=True)
net = MLPClassifier((8,), max_iter=10, learning_rate="cosine", random_state=0)
many = MLPClassifier((8,), max_iter=10, learning_rate="cosine", n_members=4, random_state=0)
search = GridSearchCV(net, {"alpha": [1e-4, 1e-2]}, cv=2)
here, together = search.fit(X, y).cv_results_["mean_test_score"], many.fit(X, y).predict_proba(X)
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
register_ray()
with joblib.parallel_config("ray", n_jobs=2):
    there = search.fit(X, y).cv_results_["mean_test_score"]
    apart = many.fit(X, y).predict_proba(X)
assert np.array_equal(here, there) and np.array_equal(together, apart)
ray.shutdown()
print("the same")
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed")
@pytest.mark.timeout(180)
def test_a_search_and_an_ensemble_on_ray(tmp_path):
    home = {"HOME": str(tmp_path), "RAY_USAGE_STATS_ENABLED": "0", "RAY_TMPDIR": "/tmp"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        env=os.environ | home,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0 and "the same" in done.stdout, done.stderr[-3000:]
