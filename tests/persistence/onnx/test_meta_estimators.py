"""Estimators of scikit-learn around networks give the same answers in ONNX, or are refused."""

import numpy as np
import pytest
import sklearn
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor, make_column_transformer
from sklearn.datasets import load_iris
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LinearRegression, LogisticRegression, RANSACRegressor
from sklearn.model_selection import (
    FixedThresholdClassifier,
    GridSearchCV,
    RandomizedSearchCV,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier, OutputCodeClassifier
from sklearn.multioutput import (
    ClassifierChain,
    MultiOutputClassifier,
    MultiOutputRegressor,
    RegressorChain,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, QuantileTransformer, StandardScaler
from sklearn.semi_supervised import SelfTrainingClassifier
from sklearn.svm import LinearSVC
from sklearn.utils.fixes import parse_version

from sknn import AutoEncoder, MLPClassifier, MLPRegressor, TabularMLPClassifier, search
from sknn.persistence import onnx_inputs, onnx_types, register_skl2onnx
from sknn.preprocessing import TableEncoder
from tests.persistence.onnx.running import session

pd = pytest.importorskip("pandas")
skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1"),
    # skl2onnx's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore:Option zipmap is ignored"),
]
X, KINDS = load_iris(return_X_y=True)
X = X * [1.0, 5.0, 10.0, 1.0]
NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
LAST = (KINDS > 1).astype(int)
LABELS = np.column_stack([KINDS > 0, X[:, 0] > 5.8]).astype(int)
LENGTH = X[:, 0]
SIZES = X[:, :2] / [1.0, 5.0]
FRAME = pd.DataFrame(X, columns=list("abcd"))
DAYS = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(X)), "D")
MIXED = FRAME.assign(
    kind=np.where(X[:, 1] > 15, "wide", None), day=DAYS.strftime("%Y-%m-%d"), time=DAYS
)
TEXTS = [f"{'good' if kind else 'bad'} w{i % 7} w{kind}" for i, kind in enumerate(KINDS)]
ROWS = {
    "array": X,
    "frame": FRAME,
    "texts": TEXTS,
    "mixed": MIXED,
    "objects": np.array(MIXED, object),
}
FIRST = {
    "array": StandardScaler(),
    "frame": StandardScaler(),
    "texts": TfidfVectorizer(),
    "mixed": TableEncoder(),
    "objects": TableEncoder(),
}
BRIEF = {"max_iter": 5, "random_state": 0, "learning_rate_init": 0.02}
NEAR = 1e-5


@pytest.fixture(autouse=True, scope="module")
def registered():
    register_skl2onnx()


def net(**more):
    return MLPClassifier((6,), **BRIEF | more)


def network(**more):
    return MLPRegressor(hidden_layer_sizes=(6,), **BRIEF | more)


def calibrated(model, **more):
    return CalibratedClassifierCV(model, cv=2, **more)


def fixed(model, **more):
    return FixedThresholdClassifier(model, threshold=0.3, **more)


def stack(*models, **more):
    return StackingClassifier([(f"{i}", each) for i, each in enumerate(models)], cv=2, **more)


def vote(*models, **more):
    return VotingClassifier([(f"{i}", each) for i, each in enumerate(models)], **more)


def bag(model, **more):
    return BaggingClassifier(model, n_estimators=2, random_state=0, **more)


def grid(kind, model):
    return kind(model, {"mlpclassifier__alpha": [0.1, 1.0]}, cv=2)


def targets(model, **more):
    return TransformedTargetRegressor(model, **more)


# Around a pipeline whose last step is a classifier.
CLASSIFIERS = {
    "sigmoid": (calibrated, NAMES),
    "sigmoid, two": (lambda model: calibrated(model, ensemble=False), LAST),
    "calibrated search": (lambda model: calibrated(grid(GridSearchCV, model)), KINDS),
    "frozen": (lambda model: FrozenEstimator(model), NAMES),
    "calibrated frozen": (lambda model: calibrated(FrozenEstimator(model)), NAMES),
    "soft vote": (
        lambda model: vote(model, "drop", model, voting="soft", weights=[1, 5, 2]),
        NAMES,
    ),
    "hard vote": (lambda model: vote(model, model), NAMES),
    "vote of calibrated": (lambda model: vote(calibrated(model), model, voting="soft"), NAMES),
    "stack": (lambda model: stack(model, "drop", model), NAMES),
    "stack, two": (lambda model: stack(model, model), LAST),
    "stack of scores": (lambda model: stack(model, stack_method="decision_function"), NAMES),
    "stack of labels": (lambda model: stack(model, stack_method="predict"), NAMES),
    "stack below a network": (lambda model: stack(model, final_estimator=net()), NAMES),
    "one against rest": (OneVsRestClassifier, NAMES),
    "one against rest, two": (OneVsRestClassifier, LAST),
    "sets of labels": (OneVsRestClassifier, LABELS),
    "outputs": (MultiOutputClassifier, LABELS),
    "threshold": (fixed, LAST),
    "threshold of scores": (lambda model: fixed(model, response_method="decision_function"), LAST),
    "threshold of the first": (lambda model: fixed(model, pos_label=0), LAST),
    "tuned threshold": (lambda model: TunedThresholdClassifierCV(model, cv=2), LAST),
    "grid": (lambda model: grid(GridSearchCV, model), NAMES),
    "random": (lambda model: grid(RandomizedSearchCV, model).set_params(n_iter=2), NAMES),
    "grid of sknn": (lambda model: grid(search.GridSearchCV, model), NAMES),
}
if parse_version(sklearn.__version__) >= parse_version("1.8"):
    CLASSIFIERS |= {
        "temperature": (lambda model: calibrated(model, method="temperature"), NAMES),
        "temperature, two": (lambda model: calibrated(model, method="temperature"), LAST),
    }
# Steep: they magnify the rounding of float32, which skl2onnx uses for frames and texts.
ISOTONIC = {
    "isotonic": (lambda model: calibrated(model, method="isotonic"), NAMES),
    "isotonic, two": (lambda model: calibrated(model, method="isotonic"), LAST),
}
# These read arrays only.
OF_ARRAYS = {
    "bag": (bag, NAMES),
    "bag of columns": (lambda model: bag(model, max_features=0.5), LAST),
    "one against one": (OneVsOneClassifier, NAMES),
    "one against one, two": (OneVsOneClassifier, LAST),
    "chain": (lambda model: ClassifierChain(model, order=[1, 0]), LABELS),
    "chain of shares": (lambda model: ClassifierChain(model, chain_method="predict_proba"), LABELS),
    "chain of scores": (
        lambda model: ClassifierChain(model, chain_method="decision_function"),
        LABELS,
    ),
    "stack beside X": (lambda model: stack(model, passthrough=True), NAMES),
    "own labels": (SelfTrainingClassifier, np.where(np.arange(len(X)) % 5, KINDS, -1)),
    "calibrated bag": (lambda model: calibrated(bag(model)), NAMES),
    "calibrated rest": (lambda model: calibrated(OneVsRestClassifier(model)), NAMES),
    "calibrated stack": (lambda model: calibrated(stack(model, final_estimator=net())), NAMES),
    "calibrated threshold": (lambda model: calibrated(fixed(model)), LAST),
    "rest of thresholds": (lambda model: OneVsRestClassifier(fixed(model)), NAMES),
    "classes unseen": (lambda model: bag(model, max_samples=5), NAMES),
    "a class missing": (
        lambda model: CalibratedClassifierCV(model, cv=[(np.r_[:100], np.r_[:150])] * 2),
        NAMES,
    ),
}
REGRESSORS = {
    "vote": (lambda model: VotingRegressor([("a", model), ("b", model)], weights=[1, 2]), LENGTH),
    "stack": (lambda model: StackingRegressor([("a", model), ("b", model)], cv=2), LENGTH),
    "outputs": (MultiOutputRegressor, SIZES),
    "logarithms": (lambda model: targets(model, func=np.log1p, inverse_func=np.expm1), LENGTH),
    "scaled": (lambda model: targets(model, transformer=MinMaxScaler()), SIZES),
    "as it is": (targets, LENGTH),
}
REGRESSORS_OF_ARRAYS = {
    "bag": (lambda model: BaggingRegressor(model, 2, max_features=0.5, random_state=0), LENGTH),
    "chain": (lambda model: RegressorChain(model, order=[1, 0]), SIZES),
    "consensus": (lambda model: RANSACRegressor(model, min_samples=75, random_state=0), LENGTH),
}


def converted(model, rows, **more):
    """Return the outputs of an estimator in ONNX Runtime."""
    options = {TfidfVectorizer: {"locale": "C"}}
    if (
        hasattr(model, "classes_")
        or hasattr(model, "estimators_")
        and hasattr(model, "predict_proba")
    ):
        options[id(model)] = {"zipmap": False} | more
    written = skl2onnx.to_onnx(model, initial_types=onnx_types(model, rows[:1]), options=options)
    return session(written).run(None, onnx_inputs(model, rows))


def compare(model, y, rows):
    if isinstance(getattr(model, "estimator", None), FrozenEstimator):
        model.estimator.estimator.fit(rows, y)
    if isinstance(model, FrozenEstimator):
        model.estimator.fit(rows, y)
    model.fit(rows, y)
    answers = converted(model, rows)
    if len(answers) == 1:
        expected = model.predict(rows)
        np.testing.assert_allclose(answers[0].reshape(expected.shape), expected, atol=NEAR * 10)
        return
    np.testing.assert_array_equal(answers[0], model.predict(rows))
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(answers[1], model.predict_proba(rows), atol=NEAR)


def _cases(*tables):
    """Leave all kinds of rows but arrays to the slow tests, except for a few estimators."""
    everywhere, of_arrays, *steep = tables
    quick = {"sigmoid", "soft vote", "stack", "threshold", "grid of sknn", "logarithms"}
    kinds_of_tables = [ROWS, ("array", "frame"), ("array",)]
    for table, kinds in zip((everywhere, of_arrays, *steep), kinds_of_tables, strict=False):
        for name in table:
            for kind in kinds:
                slow = kind != "array" and name not in quick
                yield pytest.param(
                    *table[name], kind, id=f"{name}-{kind}", marks=pytest.mark.slow if slow else ()
                )


@pytest.mark.parametrize(("around", "y", "kind"), [*_cases(CLASSIFIERS, OF_ARRAYS, ISOTONIC)])
def test_classifiers_around_a_pipeline(around, y, kind):
    compare(around(make_pipeline(FIRST[kind], net())), y, ROWS[kind])


@pytest.mark.parametrize(("around", "y", "kind"), [*_cases(REGRESSORS, REGRESSORS_OF_ARRAYS)])
def test_regressors_around_a_pipeline(around, y, kind):
    compare(around(make_pipeline(FIRST[kind], network())), y, ROWS[kind])


def table_net(**more):
    return TabularMLPClassifier(n_members=2, n_splits=2, max_iter=2, random_state=0, **more)


def scaled_columns():
    return make_column_transformer((StandardScaler(), ["a", "b"]), remainder="passthrough")


TABLES = {
    "calibrated": calibrated(table_net()),
    "vote": vote(
        make_pipeline(make_column_transformer((StandardScaler(), ["a"])), net()),
        table_net(),
        voting="soft",
    ),
    "behind columns": make_pipeline(scaled_columns(), calibrated(table_net())),
    "around columns": calibrated(make_pipeline(scaled_columns(), table_net())),
    "search": search.GridSearchCV(
        make_pipeline(scaled_columns(), table_net()), {"tabularmlpclassifier__max_iter": [2]}, cv=2
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_networks_for_tables_read_text_as_dates_inside_others(name):
    compare(TABLES[name], NAMES, MIXED)


def scaled(last):
    return make_pipeline(StandardScaler(), last)


AMONG_OTHERS = {
    "soft vote": vote(
        scaled(net()), calibrated(scaled(LogisticRegression())), GaussianNB(), voting="soft"
    ),
    "calibrated others": vote(
        net(),
        calibrated(LinearSVC()),
        calibrated(scaled(LogisticRegression()), method="isotonic"),
        voting="soft",
    ),
    "stack": stack(net(), scaled(LinearSVC()), GaussianNB()),
    "hinge": bag(net(loss="hinge")),
    "hinge rest": OneVsRestClassifier(net(loss="hinge")),
    "hinge threshold": calibrated(net(loss="hinge")),
    "boosted": AdaBoostClassifier(net(max_iter=60, learning_rate_init=0.05), n_estimators=2),
    "calibrated boosted": calibrated(
        AdaBoostClassifier(net(max_iter=60, learning_rate_init=0.05), n_estimators=2)
    ),
    "members": OneVsRestClassifier(net(n_members=2)),
    "behind codes": make_pipeline(
        StandardScaler(),
        AutoEncoder((3,), **BRIEF),
        calibrated(scaled(LogisticRegression())),
    ),
}


@pytest.mark.parametrize("name", AMONG_OTHERS)
def test_networks_beside_estimators_of_scikit_learn(name):
    compare(AMONG_OTHERS[name], NAMES, X.astype(np.float32))


def test_models_without_a_network_are_left_to_skl2onnx():
    model = VotingClassifier([("a", GaussianNB())], voting="soft").fit(X, NAMES)
    with pytest.raises(NotImplementedError, match="flatten_transform"):
        skl2onnx.to_onnx(model, X[:1])


@pytest.mark.parametrize(
    "y", [NAMES, LAST, KINDS > 1, KINDS.astype(float)], ids=["texts", "two", "bools", "floats"]
)
def test_options(y):
    model = calibrated(scaled(net())).fit(X, y)
    places = converted(model, X, nocl=True)[0]
    np.testing.assert_array_equal(model.classes_[places], model.predict(X))
    if y.dtype.kind in "Ui":  # skl2onnx cannot write others
        assert converted(model, X, output_class_labels=True)[2].tolist() == model.classes_.tolist()
    columns = converted(model, X.astype(np.float32), zipmap="columns")[1:]
    np.testing.assert_allclose(np.column_stack(columns), model.predict_proba(X), atol=NEAR)


@pytest.mark.parametrize(
    ("around", "y"),
    [(fixed, LAST), (OneVsRestClassifier, NAMES), (stack, NAMES), (bag, LAST)],
    ids=["threshold", "rest", "stack", "bag"],
)
def test_raw_scores(around, y):
    model = around(scaled(net())).fit(X, y)
    expected = model.decision_function(X)
    expected = expected if expected.ndim == 2 else np.column_stack([-expected, expected])
    np.testing.assert_allclose(converted(model, X, raw_scores=True)[1], expected, atol=NEAR)


REFUSED = {
    "middle": (scaled(make_pipeline(net(), LogisticRegression())), NAMES, "in the middle"),
    "middle regressor": (make_pipeline(network(), LinearRegression()), LENGTH, "in the middle"),
    "middle vote": (
        make_pipeline(vote(net(), voting="soft"), LogisticRegression()),
        NAMES,
        "Voting",
    ),
    "union": (
        make_pipeline(make_union(net(), StandardScaler()), LogisticRegression()),
        NAMES,
        "middle",
    ),
    "columns alone": (make_column_transformer((net(), [0, 1])), NAMES, "in the middle"),
    "quantiles": (
        TransformedTargetRegressor(network(), transformer=QuantileTransformer(n_quantiles=9)),
        LENGTH,
        "inverse of QuantileTransformer",
    ),
    "pairs": (calibrated(OneVsOneClassifier(net())), NAMES, "decision function of OneVsOne"),
    "scores and shares": (
        vote(net(), fixed(LogisticRegression(), response_method="decision_function")),
        LAST,
        "beside its probabilities",
    ),
}


def test_missing_categories_beside_a_network_are_refused():
    columns = make_column_transformer((OneHotEncoder(), ["kind"]), (StandardScaler(), ["a"]))
    model = vote(table_net(), make_pipeline(columns, LogisticRegression()), voting="soft")
    with pytest.raises(ValueError, match="'kind' of X: .* learned the missing category"):
        converted(model.fit(MIXED, NAMES), MIXED)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_written_is_refused(name):
    model, y, words = REFUSED[name]
    model.fit(X, y)
    with pytest.raises(ValueError, match=words):
        skl2onnx.to_onnx(model, X[:1])


def test_what_skl2onnx_does_not_know_is_refused_by_it():
    model = OutputCodeClassifier(net(), random_state=0).fit(X, NAMES)
    with pytest.raises(Exception, match="shape calculator .*OutputCodeClassifier"):
        skl2onnx.to_onnx(model, X[:1])
