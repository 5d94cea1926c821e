"""Estimators in pipelines, searches, and ensembles of scikit-learn, and with user-defined parts."""

import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy import stats
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.cross_decomposition import PLSRegression
from sklearn.decomposition import PCA, KernelPCA
from sklearn.ensemble import BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.feature_selection import SelectKBest, VarianceThreshold
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.impute._iterative import IterativeImputer  # The public name must be enabled.
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    RandomizedSearchCV,
    RepeatedStratifiedKFold,
    StratifiedKFold,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    PowerTransformer,
    QuantileTransformer,
    SplineTransformer,
    StandardScaler,
)

from sknn import BernoulliRBM, MLPClassifier, MLPRegressor
from sknn._sklearn import HAS_CALLBACKS
from sknn.callbacks import Callback, Checkpoint, Pause
from sknn.layers import Dense
from sknn.persistence import load, save
from sknn.search import ArchitectureSearchCV, LayerSizes
from tests.checks.files import through_a_file
from tests.checks.same import assert_same_estimator

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
RNG = np.random.default_rng(0)
X = RNG.normal(size=(45, 4))
Y = np.array(["a", "b", "c"])[np.argsort(X[:, 0]) % 3]
REAL = X @ np.arange(4.0)
BOTH = np.c_[REAL, -REAL]
SMALL = {"hidden_layer_sizes": (5,), "max_iter": 3, "random_state": 0, "batch_size": 15}
NET, REGRESSOR = MLPClassifier(**SMALL), MLPRegressor(**SMALL)
GRID = {"alpha": [1e-4, 1e-2]}

COMPANIES = {
    "pipeline": (make_pipeline(SimpleImputer(), StandardScaler(), PCA(3), NET), Y),
    "machine in a pipeline": (
        make_pipeline(
            MinMaxScaler(), BernoulliRBM(4, n_iter=2, random_state=0), LogisticRegression()
        ),
        Y,
    ),
    "columns": (
        make_pipeline(
            ColumnTransformer(
                [
                    ("one", StandardScaler(), [0, 1]),
                    ("two", QuantileTransformer(n_quantiles=9), slice(2, 3)),
                ],
                remainder=OneHotEncoder(handle_unknown="ignore", sparse_output=False),
            ),
            NET,
        ),
        Y,
    ),
    "curves": (make_pipeline(KNNImputer(), SplineTransformer(), PLSRegression(3)), REAL),
    "scores": (make_pipeline(SelectKBest(k=3), FunctionTransformer(np.arctan), NET), Y),
    "imputer": (make_pipeline(IterativeImputer(max_iter=2, random_state=0), NET), Y),
    "kernel": (make_pipeline(KernelPCA(3, kernel="rbf"), NET), Y),
    "union": (make_pipeline(FeatureUnion([("a", VarianceThreshold()), ("b", PCA(2))]), NET), Y),
    "grid": (GridSearchCV(NET, GRID, cv=2), Y),
    "grid over a pipeline": (
        GridSearchCV(
            make_pipeline(FunctionTransformer(), StandardScaler(), NET),
            {"mlpclassifier__solver": ["adam", "sgd"], "standardscaler__with_mean": [True, False]},
            scoring={"f": make_scorer(f1_score, average="macro"), "a": "accuracy"},
            refit="f",
            cv=StratifiedKFold(2, shuffle=True, random_state=np.random.RandomState(3)),
        ),
        Y,
    ),
    "random": (
        RandomizedSearchCV(
            NET,
            {
                "alpha": stats.loguniform(1e-5, 1e-1),
                "hidden_layer_sizes": LayerSizes((1, 2), (2, 6)),
            },
            n_iter=2,
            cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=1, random_state=0),
            random_state=np.random.RandomState(1),
        ),
        Y,
    ),
    "architecture": (
        ArchitectureSearchCV(NET, n_candidates=2, cv=2, random_state=0, scoring="accuracy"),
        Y,
    ),
    "architecture, own space": (
        ArchitectureSearchCV(
            make_pipeline(StandardScaler(), REGRESSOR),
            {"mlpregressor__alpha": stats.loguniform(1e-4, 1e-1)},
            n_candidates=2,
            cv=2,
            random_state=np.random.default_rng(0).integers(9),
        ),
        REAL,
    ),
    "voting": (VotingClassifier([("a", NET), ("b", LogisticRegression())], voting="soft"), Y),
    "stacking": (StackingClassifier([("a", NET)], LogisticRegression(), cv=2), Y),
    "bagging": (BaggingClassifier(NET, 2, random_state=0), Y),
    "calibrated": (CalibratedClassifierCV(NET, cv=2), Y),
    "isotonic": (CalibratedClassifierCV(NET, method="isotonic", cv=2), Y),
    "one against the rest": (OneVsRestClassifier(NET), Y),
    "chain": (ClassifierChain(MLPClassifier(**SMALL), random_state=0), (X > 0).astype(int)),
    "target": (TransformedTargetRegressor(REGRESSOR, transformer=PowerTransformer()), REAL),
    "outputs": (MultiOutputRegressor(REGRESSOR), BOTH),
    "no network": (make_pipeline(StandardScaler(), Ridge()), REAL),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", COMPANIES)
def test_estimators_of_scikit_learn_around_ours(name):
    company, y = COMPANIES[name]
    assert_same_estimator(through_a_file(company), company)
    company.fit(X, y)
    twin = through_a_file(company)
    assert_same_estimator(twin, company)
    assert_array_equal(twin.predict(X), company.predict(X))


def test_parts_that_are_shared_stay_shared():
    shared = StandardScaler()
    one = GridSearchCV(make_pipeline(shared, NET), {"standardscaler": [shared, MinMaxScaler()]})
    twin = through_a_file(one)
    assert twin.estimator[0] is twin.param_grid["standardscaler"][0]


# -- parts of the user's ------------------------------------------------------------------------


class Twice(Dense):
    """A second layer of the same kind."""


class Notes(Callback):
    def __init__(self):
        self.seen = []

    def on_epoch_end(self, progress):
        self.seen.append(progress.run.epoch)


OWN = [Twice, Notes]


def own_network():
    return MLPClassifier(layers=[Twice(4)], callbacks=[Notes()], max_iter=3, random_state=0)


def test_parts_of_the_user_load_when_they_are_trusted(tmp_path):
    path = tmp_path / "own.sknn"
    net = own_network().fit(X, Y)
    save(net, path)
    twin = load(path, trusted=OWN)
    assert_same_estimator(twin, net)
    assert type(twin.network_.layers[0]) is Twice and twin.callbacks_[0].seen == [1, 2, 3]


def test_parts_of_the_user_are_refused_by_name(tmp_path):
    path = tmp_path / "own.sknn"
    save(own_network(), path)
    with pytest.raises(
        ValueError, match=r"test_in_company.Notes, .*Twice, .*trusted=.Notes, Twice."
    ):
        load(path)
    with pytest.raises(ValueError, match=r"it needs tests\S*Twice, which"):
        load(path, trusted=[Notes])
    with pytest.raises(TypeError, match="list of classes"):
        load(path, trusted=Notes)


def own_metric(y, prediction):
    return float(np.mean(y == prediction))


def test_functions_of_the_user_are_refused_unless_trusted(tmp_path):
    path = tmp_path / "own.sknn"
    save(MLPClassifier(scoring=make_scorer(own_metric)), path)
    with pytest.raises(ValueError, match="needs tests.*own_metric"):
        load(path)
    assert load(path, trusted=[own_metric]).scoring._score_func is own_metric
    with pytest.raises(ValueError, match=r"its scoring, .*<lambda> cannot be found.*top level"):
        save(MLPClassifier(scoring=lambda net, x, y: 0.5), path)
    assert load(path, trusted=[own_metric]).scoring is not None, "the old file is as it was"


def test_callbacks_that_would_write_files_are_named(tmp_path):
    path = tmp_path / "net.sknn"
    save(make_pipeline(MLPClassifier(callbacks=[Checkpoint("elsewhere"), Pause(1)])), path)
    with pytest.warns(
        UserWarning, match=r"trained again: Checkpoint\(path='elsewhere'\). If"
    ) as told:
        load(path)
    assert told[0].filename == __file__


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has no callbacks yet")
def test_callbacks_of_scikit_learn_are_left_out():
    from sklearn.callback import ScoringMonitor

    net = MLPClassifier(**SMALL).set_callbacks(ScoringMonitor(scoring="accuracy")).fit(X, Y)
    twin = through_a_file(make_pipeline(net))[-1]
    assert not hasattr(twin, "_skl_callbacks") and hasattr(net, "_skl_callbacks")
    assert_array_equal(twin.predict(X), net.predict(X))


# -- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "a\0b", 3, None, b"name"], ids=repr)
def test_what_is_not_a_path(path):
    for call in (lambda: save(NET, path), lambda: load(path)):
        with pytest.raises(ValueError, match="path must be a path"):
            call()


def test_what_cannot_be_written_or_read(tmp_path):
    with pytest.raises(FileNotFoundError, match="cannot be written: there is no folder"):
        save(NET, tmp_path / "missing" / "net")
    with pytest.raises(FileNotFoundError, match="cannot be read: there is no such file"):
        load(tmp_path / "missing")
    with pytest.raises(IsADirectoryError, match="cannot be read: it is a folder"):
        load(tmp_path)


def test_equal_estimators_are_equal_files(tmp_path):
    for name in ("a", "b"):
        save(GridSearchCV(NET, GRID), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


SCRIPT = """
import sys, warnings
import numpy as np
from sknn.persistence import load, save
warnings.simplefilter("ignore")
fitted, stream, paused, data, out = sys.argv[1:]
X, y = np.load(data).values()
save([load(fitted).fit(X, y), load(stream).partial_fit(X, y), load(paused).resume(X, y)], out)
"""


def test_training_continues_in_another_process(tmp_path):
    """A warm start, a stream and a pause."""
    nets = [
        MLPClassifier(**SMALL, warm_start=True).fit(X, Y),
        MLPClassifier(**SMALL, dropout=0.2).partial_fit(X, Y, classes=np.unique(Y)),
        MLPClassifier(**SMALL, n_members=2, callbacks=[Pause(2)]).fit(X, Y),
    ]
    paths = [str(tmp_path / name) for name in ("fitted", "stream", "paused", "data.npz", "out")]
    for net, path in zip(nets, paths[:3], strict=True):
        save(net, path)
    np.savez(paths[3], X=X, y=Y)
    subprocess.run([sys.executable, "-c", SCRIPT, *paths], check=True)
    for net, path in zip(nets, paths[:3], strict=True):
        assert_same_estimator(load(path), net)
    nets[0].fit(X, Y), nets[1].partial_fit(X, Y), nets[2].resume(X, Y)
    for twin, net in zip(load(paths[4]), nets, strict=True):
        twin.run_.history.columns.pop("seconds"), net.run_.history.columns.pop("seconds")
        assert_same_estimator(twin, net)
