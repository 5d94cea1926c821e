"""What a checkpoint refuses before training: other searches, other data, bad files."""

import itertools
import os
import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import KFold, RepeatedKFold, ShuffleSplit, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknn import MLPClassifier
from sknn.core import archive
from sknn.exceptions import InvalidParameterError
from sknn.persistence import load, save
from sknn.search import ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV, checkpoint
from tests.estimators.data import BINARY, THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

NET = MLPClassifier((3,), max_iter=2, random_state=0)
GRID = {"alpha": [0.1, 1.0]}
WEIGHT = np.ones(len(X))
KINDS = {
    "grid": lambda path, **given: GridSearchCV(NET, GRID, **{"cv": 2} | given, checkpoint=path),
    "draws": lambda path, **given: RandomizedSearchCV(
        NET, GRID, **{"cv": 2, "n_iter": 2, "random_state": 0} | given, checkpoint=path
    ),
    "architecture": lambda path, **given: ArchitectureSearchCV(
        NET, GRID, **{"cv": 2, "n_candidates": 2, "random_state": 0} | given, checkpoint=path
    ),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "search.sknn"


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path):
    yield
    assert {each.name for each in tmp_path.iterdir()} <= {"search.sknn", "other.sknn"}


def same(path, name="grid", **given):
    return KINDS[name](path, **given)


# -- another search, other data -------------------------------------------------------------------

OTHER = [
    ("estimator__alpha", {"estimator__alpha": 0.5}),
    ("estimator__layers", {"estimator__layers": [3]}),
    ("scoring", {"scoring": "accuracy"}),
    ("error_score", {"error_score": 0.0}),
    ("return_train_score", {"return_train_score": True}),
    ("splits", {"cv": 3}),
    ("splits", {"cv": KFold(2)}),
    ("estimator__max_iter, scoring", {"estimator__max_iter": 3, "scoring": "accuracy"}),
]
OTHER_DRAWS = [("random_state", {"random_state": 1})]
OTHER_PLANS = [
    ("search_space", {"search_space": {"alpha": [0.1, 2.0]}}),
    ("factor", {"factor": 3}),
    ("min_iter", {"min_iter": 1}),
    ("strategy", {"strategy": "random"}),
]
CASES = [
    *itertools.product(KINDS, OTHER),
    *itertools.product(["draws", "architecture"], OTHER_DRAWS),
    *itertools.product(["architecture"], OTHER_PLANS),
    ("grid", ("param_grid", {"param_grid": {"alpha": [1.0, 0.1]}})),
    ("draws", ("n_iter", {"n_iter": 1})),
]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Files of finished searches, by name."""
    folder = tmp_path_factory.mktemp("kept")
    for name in KINDS:
        KINDS[name](folder / name).fit(X, THREE)
    return folder


@pytest.mark.parametrize(("name", "case"), CASES)
def test_another_search_is_refused(name, case, kept):
    told, changes = case
    given = clone(same(kept / name, name)).set_params(**changes)
    content = (kept / name).read_bytes()
    with pytest.raises(ValueError, match=rf"other values of {told}\. .* remove the file"):
        given.fit(X, THREE)
    assert not hasattr(given, "cv_results_") and (kept / name).read_bytes() == content


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    ("told", "data"),
    [
        ("X", (X + 1e-9, THREE)),
        ("X", (X.astype(np.float32), THREE)),
        ("y", (X, BINARY)),
        ("sample_weight, given to fit", (X, THREE, WEIGHT)),
    ],
)
def test_other_data_are_refused(told, data, name, kept):
    X, y, *weight = data
    given = {"sample_weight": weight[0]} if weight else {}
    with pytest.raises(ValueError, match=f"other values of {told}. "):
        same(kept / name, name).fit(X, y, **given)


def test_a_search_of_another_class_is_refused(kept):
    with pytest.raises(ValueError, match="the class of the search"):
        same(kept / "grid", "draws").fit(X, THREE)


def test_a_search_of_other_versions_is_refused(kept, monkeypatch):
    monkeypatch.setitem(checkpoint._VERSIONS, "NumPy", "1.0")
    with pytest.raises(ValueError, match="other values of the version of NumPy. "):
        same(kept / "grid").fit(X, THREE)


@pytest.mark.parametrize("name", KINDS)
def test_what_has_no_influence_may_differ(name, kept, capsys):
    given = {"n_jobs": 1, "verbose": 1, "pre_dispatch": 2, "refit": False}
    assert not hasattr(same(kept / name, name, **given).fit(X, THREE), "best_estimator_")


def test_folds_around_a_search_have_other_rows(path):
    with pytest.raises(ValueError, match="other values of X, y. "):
        cross_val_score(same(path, scoring="accuracy"), X, BINARY, error_score="raise")


def test_rows_made_without_a_seed_are_found_out(path):
    model = make_pipeline(Unseeded(), NET)
    space = {"mlpclassifier__alpha": [0.1, 1.0]}
    given = ArchitectureSearchCV(model, space, n_candidates=2, cv=2, checkpoint=path)
    given.fit(X, THREE)
    with pytest.raises(ValueError, match="the output of the steps before the network"):
        given.set_params(n_jobs=1)
        _forget_results(path)
        given.fit(X, THREE)


class Unseeded(StandardScaler):
    """Draws random numbers without saying so."""

    def transform(self, X):
        return super().transform(X) + np.random.random()  # noqa: NPY002


def _forget_results(path):
    """Turn a file into that of a search that was killed before its first result."""
    save(load(path) | {"state": None}, path)


# -- what cannot be repeated ----------------------------------------------------------------------

UNSEEDED = {
    "random_state of cv": {"cv": KFold(2, shuffle=True)},
    "random_state of cv ": {"cv": ShuffleSplit(2)},
    " random_state of cv": {"cv": RepeatedKFold(n_splits=2)},
    "pca__random_state of the estimator": {"estimator": make_pipeline(PCA(2), NET)},
}


@pytest.mark.parametrize("told", UNSEEDED)
@pytest.mark.parametrize("name", KINDS)
def test_draws_need_a_seed(name, told, path):
    given = same(path, name).set_params(**UNSEEDED[told])
    with pytest.raises(InvalidParameterError, match=f"{told.strip()} must not be None"):
        given.fit(X, THREE)
    given = same(path, name, cv=KFold(2, shuffle=True, random_state=0))
    assert given.fit(X, THREE).fit(X, THREE).n_splits_ == 2


UNKNOWN = {
    "scoring": {"scoring": make_scorer(lambda y, z: accuracy_score(y, z))},
    "estimator": {"estimator": make_pipeline(FunctionTransformer(lambda X: X), NET)},
}


@pytest.mark.parametrize("told", UNKNOWN)
@pytest.mark.parametrize("name", KINDS)
def test_what_has_no_name_cannot_be_compared(name, told, path):
    given = same(path, name).set_params(**UNKNOWN[told])
    with pytest.raises(ValueError, match=f"whether {told} is the same .*top level of a module"):
        given.fit(X, THREE)
    assert not path.exists()


def test_data_that_cannot_be_compared(path):
    with pytest.raises(ValueError, match="whether why, given to fit is the same"):
        same(path).fit(X, THREE, why=[lambda: 0] * len(X))


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("junk", [3, b"search", "", "a\0b", True, 1.5])
def test_no_path(name, junk):
    with pytest.raises(InvalidParameterError, match="'checkpoint' parameter of .* a path"):
        same(junk, name).fit(X, THREE)


@pytest.mark.parametrize("name", KINDS)
def test_no_place_for_a_file(name, tmp_path):
    for junk in (tmp_path / "none" / "search.sknn", tmp_path, "/dev/null"):
        with pytest.raises(InvalidParameterError, match="a folder that exists and can be written"):
            same(junk, name).fit(X, THREE)


DAMAGES = {
    "empty": lambda content: b"",
    "text": lambda content: b"no checkpoint at all",
    "cut": lambda content: content[:-5],
    "altered": lambda content: content[:99] + bytes([content[99] ^ 1]) + content[100:],
    "pickle": lambda content: pickle.dumps({"run": {}}),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", KINDS)
def test_damaged_files(name, damage, path, kept):
    path.write_bytes(content := DAMAGES[damage]((kept / name).read_bytes()))
    with pytest.raises(ValueError, match=r"^checkpoint: .*search\.sknn.* remove the file"):
        same(path, name).fit(X, THREE)
    assert path.read_bytes() == content


@pytest.mark.parametrize("thing", [NET, {"run": {}}, [1]], ids=["network", "dict", "list"])
def test_files_of_something_else(thing, path):
    save(thing, path)
    with pytest.raises(ValueError, match="not the checkpoint of a search: it contains"):
        same(path).fit(X, THREE)


@pytest.mark.parametrize("name", KINDS)
def test_an_error_in_the_call_leaves_no_file(name, path):
    given = same(path, name, scoring="no metric")
    with pytest.raises(ValueError):
        given.fit(X, THREE)
    with pytest.raises(ValueError):
        same(path, name).fit(X[:5], THREE)
    assert not path.exists()
    same(path, name).fit(X, THREE)


@pytest.mark.parametrize("name", KINDS)
def test_a_full_disk(name, path, monkeypatch):
    def full(handle):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(archive.os, "fsync", full)
    with pytest.raises(OSError, match="cannot be written: no space is left"):
        same(path, name).fit(X, THREE)
    assert not path.exists()


# -- a parameter like others ----------------------------------------------------------------------


@pytest.mark.parametrize("name", KINDS)
def test_it_is_a_parameter_like_others(name, path):
    given = same(path, name)
    assert clone(given).checkpoint == given.get_params()["checkpoint"] == path
    found = pickle.loads(pickle.dumps(given.fit(X, THREE)))
    assert_array_equal(found.predict(X), given.predict(X))
    save(found, other := path.with_name("other.sknn"))
    assert load(other).checkpoint == path
    assert same(None, name).fit(X, THREE).checkpoint is None
