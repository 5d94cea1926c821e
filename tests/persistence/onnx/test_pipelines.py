import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.ensemble import StackingClassifier, VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.persistence import register_skl2onnx
from sknn.preprocessing import TableEncoder
from sknn.search import ArchitectureSearchCV
from tests.persistence.onnx.running import assert_near, session

skl2onnx = pytest.importorskip("skl2onnx")

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1"),
    # skl2onnx's own
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]
X, KINDS = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
BRIEF = {"max_iter": 3, "random_state": 0, "learning_rate_init": 0.01}


@pytest.fixture(autouse=True, scope="module")
def registered():
    register_skl2onnx()


def net(**more):
    return MLPClassifier((6,), **BRIEF | more)


def run(estimator, dtype, **more):
    """Return the outputs of an estimator converted by skl2onnx, in their order."""
    rows = X.astype(dtype)
    model = skl2onnx.to_onnx(estimator, rows[:1], **more)
    return session(model).run(None, {"X": rows})


CLASSIFIERS = {
    "scaled": make_pipeline(StandardScaler(), net(n_members=2)),
    "machine": make_pipeline(
        MinMaxScaler(), BernoulliRBM(4, n_iter=2, random_state=0), LogisticRegression()
    ),
    "columns": make_pipeline(
        ColumnTransformer([("a", StandardScaler(), [0, 1]), ("b", MinMaxScaler(), [2, 3])]), net()
    ),
    "machine of some columns": make_pipeline(
        ColumnTransformer([("a", MinMaxScaler(), [2]), ("b", AutoEncoder((1,), **BRIEF), [0, 3])]),
        DBNClassifier((4,), pretrain_n_iter=1, pretrain_visible="gaussian", **BRIEF),
    ),
    "search": GridSearchCV(
        make_pipeline(StandardScaler(), net()), {"mlpclassifier__alpha": [1e-4, 1e-2]}, cv=2
    ),
    "search of sknn": ArchitectureSearchCV(
        net(), {"alpha": [1e-4, 1e-2]}, n_candidates=2, cv=2, random_state=0
    ),
    "soft vote": VotingClassifier(
        [("a", net()), ("b", net(n_members=2))], voting="soft", flatten_transform=False
    ),
    "stack": StackingClassifier([("a", net()), ("b", LogisticRegression())], cv=2),
    "calibrated": CalibratedClassifierCV(net(), cv=2),
    "codes": make_pipeline(StandardScaler(), AutoEncoder((2,), **BRIEF), LogisticRegression()),
    "table": make_pipeline(
        StandardScaler(), TabularMLPClassifier(n_members=2, n_splits=2, max_iter=2, random_state=0)
    ),
    "image": make_pipeline(
        StandardScaler(), CNNClassifier((3,), (2, 2), input_shape=(2, 2), **BRIEF)
    ),
    "sequence": make_pipeline(StandardScaler(), RNNClassifier((3,), input_shape=(2, 2), **BRIEF)),
}


def _few(y):
    """Leave all kinds of labels but one to the slow tests."""
    return [
        pytest.param(each, id=name, marks=pytest.mark.slow if i else ())
        for i, (name, each) in enumerate(y.items())
    ]


@pytest.mark.parametrize("y", _few({"texts": NAMES, "three": KINDS, "two": (KINDS > 0) * 1}))
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_pipelines_with_classifiers_at_their_end(name, y):
    pipeline = CLASSIFIERS[name].fit(X, y)
    for dtype in ("float64", "float32"):
        label, shares = run(pipeline, dtype, options={"zipmap": False})
        np.testing.assert_array_equal(label, pipeline.predict(X.astype(dtype)))
        assert_near(shares, pipeline.predict_proba(X.astype(dtype)), dtype)


def test_a_hard_vote():
    vote = VotingClassifier([("a", net()), ("b", net(n_members=2))], flatten_transform=False)
    vote.fit(X, NAMES)
    np.testing.assert_array_equal(
        run(vote, "float64", options={"zipmap": False})[0], vote.predict(X)
    )


@pytest.mark.parametrize("n_targets", [1, 2])
def test_regressors_answer_a_column_per_target(n_targets):
    y = X[:, :n_targets] if n_targets > 1 else X[:, 0]
    pipeline = make_pipeline(StandardScaler(), MLPRegressor(hidden_layer_sizes=(4,), **BRIEF))
    pipeline.fit(X, y)
    (found,) = run(pipeline, "float64")
    assert_near(found, pipeline.predict(X).reshape(-1, n_targets), "float64")


def test_a_vote_of_regressors():
    nets = [(name, MLPRegressor(hidden_layer_sizes=(4,), **BRIEF)) for name in "ab"]
    vote = VotingRegressor(nets).fit(X, X[:, 0])
    assert_near(run(vote, "float64")[0], vote.predict(X)[:, None], "float64")


@pytest.mark.parametrize(
    ("last", "answer"),
    [
        (AutoEncoder((2,), **BRIEF), "transform"),
        (BernoulliRBM(3, n_iter=2, random_state=0), "transform"),
        (GAN((4,), (4,), max_iter=2, random_state=0), "transform"),
        (TableEncoder(), "transform"),
    ],
    ids=str,
)
def test_transformers_at_the_end(last, answer):
    pipeline = make_pipeline(MinMaxScaler(), last).fit(X)
    assert_near(run(pipeline, "float64")[0], getattr(pipeline, answer)(X), "float64")


def test_tables_with_texts_come_column_by_column():
    pd = pytest.importorskip("pandas")
    types = skl2onnx.common.data_types
    frame = pd.DataFrame({"length": X[:, 0], "kind": np.where(X[:, 1] > 3, "wide", "narrow")})
    pipeline = make_pipeline(TableEncoder(), net()).fit(frame, NAMES)
    kinds = [
        ("length", types.DoubleTensorType([None, 1])),
        ("kind", types.StringTensorType([None, 1])),
    ]
    model = skl2onnx.to_onnx(pipeline, initial_types=kinds, options={"zipmap": False})
    inputs = {name: frame[[name]].to_numpy() for name in frame}
    label, shares = session(model).run(None, inputs)
    np.testing.assert_array_equal(label, pipeline.predict(frame))
    assert_near(shares, pipeline.predict_proba(frame), "float32")


def scaled_net():
    return make_pipeline(StandardScaler(), net()).fit(X, NAMES)


@pytest.mark.parametrize("opset", [13, 15, 18])
def test_operators_may_be_of_an_older_version(opset):
    for pipeline in (scaled_net(), CLASSIFIERS["sequence"].fit(X, NAMES)):
        shares = run(pipeline, "float64", target_opset=opset, options={"zipmap": False})[1]
        assert_near(shares, pipeline.predict_proba(X), "float64")


def test_operators_that_are_too_old_are_refused():
    with pytest.raises(ValueError, match="raise target_opset=12"):
        run(scaled_net(), "float64", target_opset=12)


def test_probabilities_by_name():
    pipeline = scaled_net()
    shares = run(pipeline, "float32")[1]
    assert list(shares[0]) == ["setosa", "versicolor", "virginica"]
    columns = run(pipeline, "float32", options={id(pipeline): {"zipmap": "columns"}})[1:]
    assert_near(np.column_stack(columns), pipeline.predict_proba(X), "float32")


def test_labels_as_places_and_as_an_output():
    pipeline = scaled_net()
    places = {id(pipeline[-1]): {"zipmap": False, "nocl": True}}
    label = run(pipeline, "float32", options=places)[0]
    np.testing.assert_array_equal(pipeline.classes_[label], pipeline.predict(X))
    named = {id(pipeline): {"zipmap": False, "output_class_labels": True}}
    assert run(pipeline, "float32", options=named)[2].tolist() == pipeline.classes_.tolist()


@pytest.mark.parametrize("y", [KINDS, (KINDS > 0) * 1], ids=["three", "two"])
def test_raw_scores(y):
    network = net().fit(X, y)
    scores = run(network, "float64", options={"zipmap": False, "raw_scores": True})[1]
    expected = network.decision_function(X)
    expected = expected if expected.ndim == 2 else np.column_stack([-expected, expected])
    assert_near(scores, expected, "float64")


def test_margins_are_used_if_there_are_no_probabilities():
    network = net(loss="hinge").fit(X, KINDS)
    assert_near(
        run(network, "float64", options={"zipmap": False})[1],
        network.decision_function(X),
        "float64",
    )


def test_sets_of_labels():
    y = (X[:, :3] > X[:, :3].mean(axis=0)).astype(int)
    network = net().fit(X, y)
    label, shares = run(network, "float64", options={"zipmap": False})
    np.testing.assert_array_equal(label, network.predict(X))
    assert_near(shares, network.predict_proba(X), "float64")


def test_several_networks_do_not_share_names():
    pipeline = CLASSIFIERS["soft vote"].fit(X, NAMES)
    model = skl2onnx.to_onnx(pipeline, X[:1], options={"zipmap": False})
    names = [name for node in model.graph.node for name in node.output]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("pipeline", "y", "words"),
    [
        (make_pipeline(net(), LogisticRegression()), KINDS, "MLPClassifier in the middle"),
        (net(), np.column_stack([KINDS, KINDS > 0]), "2 columns of classes"),
        (
            make_pipeline(GAN((4,), (4,), max_iter=2), LogisticRegression()),
            KINDS,
            "GAN fitted with classes",
        ),
    ],
    ids=["middle", "outputs", "classes"],
)
def test_what_skl2onnx_has_no_place_for_is_reported(pipeline, y, words):
    pipeline.fit(X, y)
    with pytest.raises(ValueError, match=words):
        run(pipeline, "float64", options={"zipmap": False})
