"""Networks work inside scikit-learn's meta-estimators and tools."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_transformer
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
)
from sklearn.feature_selection import RFE, SequentialFeatureSelector
from sklearn.inspection import partial_dependence, permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import brier_score_loss
from sklearn.model_selection import (
    FixedThresholdClassifier,
    TunedThresholdClassifierCV,
    cross_val_predict,
    learning_curve,
    validation_curve,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier

from sknn import MLPClassifier, MLPRegressor
from tests.estimators.data import BINARY, LABELS, REAL, THREE, TWO_REAL, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
COMMON = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.05, "random_state": 0}
WEIGHT = np.linspace(0.5, 2.0, 60)


def classifier(**params):
    return MLPClassifier(**COMMON | {"max_iter": 30, "learning_rate": "cosine"} | params)


def regressor(**params):
    return MLPRegressor(**COMMON | {"max_iter": 30, "learning_rate": "cosine"} | params)


def beside_a_line(net):
    return [("net", net), ("line", LogisticRegression())]


META = {
    "stacking": lambda net: StackingClassifier(beside_a_line(net), cv=2),
    "voting": lambda net: VotingClassifier(beside_a_line(net), voting="soft"),
    "bagging": lambda net: BaggingClassifier(net, n_estimators=3, random_state=0),
    "boosting": lambda net: AdaBoostClassifier(net, n_estimators=2, random_state=0),
    "calibration": lambda net: CalibratedClassifierCV(net, cv=2),
    "one_vs_rest": lambda net: OneVsRestClassifier(net),
    "one_vs_one": lambda net: OneVsOneClassifier(net),
    "codes": lambda net: OutputCodeClassifier(net, random_state=0),
    "features": lambda net: make_pipeline(net, LogisticRegression()),
}
TASKS = {"binary": BINARY, "three": THREE, "words": np.array(["a", "b", "c"])[THREE]}


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", META)
def test_meta_classifiers(name, task):
    y = TASKS[task]
    meta = META[name](classifier()).fit(X, y)
    assert meta.score(X, y) > 0.75
    assert set(meta.predict(X)) <= set(y)
    if name not in ("one_vs_one", "codes"):
        assert_allclose(meta.predict_proba(X).sum(axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("name", ["bagging", "boosting", "calibration", "stacking", "voting"])
def test_weights_go_through(name):
    weight = np.where(BINARY == 1, 1.0, 1e-3)
    meta = META[name](classifier()).fit(X, BINARY, sample_weight=weight)
    assert meta.predict(X).mean() > META[name](classifier()).fit(X, BINARY).predict(X).mean() + 0.1


def test_a_bag_of_rows_of_weight_zero():
    weight = np.where(np.arange(60) < 40, 0.0, 1.0)
    bag = BaggingClassifier(classifier(batch_size=2), n_estimators=5, random_state=0)
    assert bag.fit(X, BINARY, sample_weight=weight).score(X[40:], BINARY[40:]) > 0.8


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
@pytest.mark.parametrize("loss", ["log_loss", "hinge"])
def test_calibration(method, loss):
    model = CalibratedClassifierCV(classifier(loss=loss), method=method, cv=3).fit(X, BINARY)
    assert brier_score_loss(BINARY, model.predict_proba(X)[:, 1]) < 0.2


@pytest.mark.parametrize("meta", [FixedThresholdClassifier, TunedThresholdClassifierCV])
def test_thresholds(meta):
    assert meta(classifier()).fit(X, BINARY).score(X, BINARY) > 0.75


def test_several_outputs():
    for meta in (MultiOutputClassifier(classifier()), ClassifierChain(classifier())):
        assert meta.fit(X, LABELS).predict(X).shape == LABELS.shape
    multi = MultiOutputClassifier(classifier())
    assert multi.fit(X, LABELS, sample_weight=WEIGHT).score(X, LABELS) > 0.5
    stream = MultiOutputClassifier(classifier()).partial_fit(X, LABELS, classes=[[0, 1]] * 3)
    assert stream.partial_fit(X, LABELS).predict(X).shape == LABELS.shape
    for meta in (MultiOutputRegressor(regressor()), RegressorChain(regressor())):
        assert meta.fit(X, TWO_REAL).predict(X).shape == TWO_REAL.shape


def test_meta_regressors():
    bag = BaggingRegressor(regressor(), n_estimators=3, random_state=0)
    stack = StackingRegressor([("net", regressor()), ("ridge", Ridge())], cv=2)
    target = TransformedTargetRegressor(regressor(), func=np.log, inverse_func=np.exp)
    for meta in (bag, stack):
        assert meta.fit(X, REAL, sample_weight=WEIGHT).score(X, REAL) > 0.5
    positive = np.exp(0.5 * X[:, 0])
    assert target.fit(X, positive).score(X, positive) > 0.7
    scaled = TransformedTargetRegressor(regressor(), transformer=StandardScaler())
    assert scaled.fit(X, REAL, sample_weight=WEIGHT).score(X, REAL) > 0.5


def test_self_training():
    y = np.where(np.arange(60) % 2 == 0, BINARY, -1)
    model = SelfTrainingClassifier(classifier(), threshold=0.8).fit(X, y)
    assert (model.transduction_ >= 0).mean() > 0.8
    assert model.score(X, BINARY) > 0.75


def test_permutation_importance():
    net = regressor(max_iter=60).fit(X, REAL)
    found = permutation_importance(net, X, REAL, n_repeats=3, random_state=0)
    assert set(np.argsort(found.importances_mean)[-2:]) == {0, 1}
    curve = partial_dependence(net, X, [0], grid_resolution=4)
    assert curve["average"][0, -1] > curve["average"][0, 0]


@pytest.mark.parametrize("exploit", [False, True])
def test_learning_curve(exploit):
    sizes, train, test = learning_curve(
        classifier(), X, BINARY, cv=2, train_sizes=[0.5, 1.0], exploit_incremental_learning=exploit
    )
    assert train.shape == test.shape == (2, 2) and np.isfinite(test).all()


def test_validation_curve():
    train, test = validation_curve(
        make_pipeline(StandardScaler(), regressor()),
        X,
        REAL,
        param_name="mlpregressor__hidden_layer_sizes",
        param_range=[(2,), (8,), (8, 4)],
        cv=2,
    )
    assert train.shape == test.shape == (3, 2) and np.isfinite(test).all()


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_cross_val_predict(method):
    assert len(cross_val_predict(classifier(), X, THREE, cv=3, method=method)) == 60


def test_feature_selection():
    chosen = SequentialFeatureSelector(regressor(max_iter=10), n_features_to_select=2, cv=2)
    assert chosen.fit(X, REAL).get_support().sum() == 2
    by_weight = RFE(regressor(), n_features_to_select=2, importance_getter=first_layer)
    assert by_weight.fit(X, REAL).support_.sum() == 2


def first_layer(net):
    return np.abs(net.coefs_[0]).sum(axis=1)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_out_of_unions_and_column_transformers(library):
    module = pytest.importorskip(library)
    frame = module.DataFrame({f"c{i}": X[:, i] for i in range(5)})
    scaling = make_column_transformer((StandardScaler(), [0])).set_output(transform=library)
    try:
        scaling.fit_transform(frame)
    except ValueError:
        pytest.skip(f"this version of scikit-learn does not know this version of {library}")
    union = FeatureUnion([("net", classifier()), ("scale", StandardScaler())])
    columns = make_column_transformer((StandardScaler(), [0]), (classifier(n_members=2), [1, 2]))
    for model, width in ((union, 8 + 5), (columns, 1 + 16)):
        out = model.set_output(transform=library).fit(frame, THREE).transform(frame)
        assert isinstance(out, module.DataFrame) and out.shape == (60, width)
        names = list(model.get_feature_names_out())
        assert list(out.columns) == names and len(set(names)) == width
    assert "net__mlpclassifier0" in union.get_feature_names_out()
    assert isinstance(columns, ColumnTransformer)
