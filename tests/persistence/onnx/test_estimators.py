import json

import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression

import sknn
from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    CNNRegressor,
    DBNClassifier,
    DBNRegressor,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
)
from sknn.layers import Dense
from sknn.losses import Quantile
from sknn.persistence import onnx_inputs, to_onnx
from sknn.persistence.onnx.families import FAMILIES
from sknn.search import ArchitectureSearchCV
from tests.persistence.onnx.running import DTYPES, assert_near, run

pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning", "ignore:Got `batch_size` less than 1"
)
FLOWERS, KINDS = load_iris(return_X_y=True)
FLOWERS = (FLOWERS - FLOWERS.mean(axis=0)) / FLOWERS.std(axis=0)
NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
DIGITS, FIGURES = (part[:120] for part in load_digits(return_X_y=True))
IMAGES = DIGITS.reshape(-1, 8, 8) / 16.0
BRIEF = {"max_iter": 3, "random_state": 0}


def gaps(images):
    """Return sequences with missing steps at their ends and in the middle."""
    found = images.copy()
    found[::3, 5:] = np.nan
    found[1::4, 0] = np.nan
    found[2::5, 3] = np.nan
    return found


def answers(estimator, X, dtype, **more):
    """Return the outputs of ONNX Runtime for some rows."""
    return run(to_onnx(estimator, dtype, **more), onnx_inputs(estimator, X, dtype))


def with_two(y):
    """Keep the rows of two classes."""
    return y != y[-1]


LABELS = {
    "whole numbers": KINDS,
    "texts": NAMES,
    "real numbers": KINDS * 1.0,
    "true and false": KINDS > 0,
    "objects": NAMES.astype(object),
    "one": np.zeros(len(KINDS), int),
    "sets": np.eye(3, dtype=int)[KINDS] | np.eye(3, dtype=int)[(FLOWERS[:, 0] > 0) * 1],
}
CLASSIFIERS = {
    **{f"MLP of {name}": (MLPClassifier((6,), **BRIEF), FLOWERS, y) for name, y in LABELS.items()},
    **{
        f"MLP, {loss}, {name}": (MLPClassifier((6,), loss=loss, **BRIEF), FLOWERS, LABELS[name])
        for loss in ("hinge", "focal", "squared_error")
        for name in ("texts", "true and false", "sets")
    },
    **{
        f"members of {name}": (MLPClassifier((6,), n_members=3, **BRIEF), FLOWERS, LABELS[name])
        for name in ("texts", "true and false", "sets")
    },
    "members, hinge": (MLPClassifier((6,), loss="hinge", n_members=2, **BRIEF), FLOWERS, NAMES),
    "batch norm": (
        MLPClassifier((6,), normalization="batch", dropout=0.2, **BRIEF),
        FLOWERS,
        NAMES,
    ),
    "DBN": (
        DBNClassifier((6,), pretrain_n_iter=2, pretrain_visible="gaussian", **BRIEF),
        FLOWERS,
        NAMES,
    ),
    "CNN": (CNNClassifier((4,), hidden_layer_sizes=(6,), **BRIEF), IMAGES, FIGURES),
    "CNN of signals, channels first": (
        CNNClassifier((4,), (3,), channels="first", pooling="average", **BRIEF),
        IMAGES.swapaxes(1, 2),
        FIGURES,
    ),
    **{
        f"RNN, {cell}": (
            RNNClassifier((5,), cell=cell, bidirectional=cell == "gru", **BRIEF),
            gaps(IMAGES),
            FIGURES,
        )
        for cell in ("elman", "jordan", "lstm", "gru")
    },
    "RNN, channels first": (
        RNNClassifier((5,), channels="first", n_members=2, **BRIEF),
        gaps(IMAGES).swapaxes(1, 2),
        FIGURES,
    ),
}
AMOUNTS = np.exp(FLOWERS[:, :2])
LEVELS = [0.05, 0.5, 0.9]
REGRESSORS = {
    **{
        f"MLP, {loss}": (MLPRegressor(loss, (6,), **BRIEF), FLOWERS, AMOUNTS)
        for loss in ("squared_error", "poisson", "gaussian_nll", "quantile")
    },
    "members": (MLPRegressor("gamma", (6,), n_members=3, **BRIEF), FLOWERS, AMOUNTS),
    "one target": (MLPRegressor(hidden_layer_sizes=(6,), **BRIEF), FLOWERS, AMOUNTS[:, 0]),
    "bounds": (MLPRegressor(output_range=(0.9, 1.1), **BRIEF), FLOWERS, AMOUNTS),
    "members with spread": (
        MLPRegressor("gaussian_nll", (6,), n_members=3, **BRIEF),
        FLOWERS,
        AMOUNTS[:, 0],
    ),
    "quantiles": (MLPRegressor(Quantile(LEVELS), (6,), **BRIEF), FLOWERS, AMOUNTS),
    "members with quantiles": (
        MLPRegressor(Quantile(LEVELS), (6,), n_members=3, output_range=(0.9, 9.0), **BRIEF),
        FLOWERS,
        AMOUNTS[:, 0],
    ),
    "DBN": (
        DBNRegressor((6,), pretrain_n_iter=2, pretrain_visible="gaussian", **BRIEF),
        FLOWERS,
        AMOUNTS,
    ),
    "CNN": (CNNRegressor((4,), hidden_layer_sizes=(6,), **BRIEF), IMAGES, FIGURES / 3.0),
    "RNN": (RNNRegressor((5,), **BRIEF), gaps(IMAGES), FIGURES / 3.0),
}


def test_every_family_is_written():
    families = {getattr(sknn, name) for name in sknn.__all__ if name != "__version__"}
    lacking = sorted(each.__name__ for each in families if FAMILIES.of_class(each) is None)
    assert not lacking, (
        f"tell the inputs and answers of {lacking} in sknn/persistence/onnx/families.py"
    )


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_answer_the_same(name):
    estimator, X, y = CLASSIFIERS[name]
    if "true" in name:
        X, y = X[with_two(KINDS)], y[with_two(KINDS)]
    estimator = sknn_clone(estimator).fit(X, y)
    for dtype in DTYPES:
        found = answers(estimator, X, dtype)
        np.testing.assert_array_equal(found["label"], estimator.predict(X))
        if "probabilities" in found:
            assert_near(found["probabilities"], estimator.predict_proba(X), dtype)
        else:
            assert_near(found["scores"], estimator.decision_function(X), dtype)


@pytest.mark.parametrize("name", REGRESSORS)
def test_regressors_answer_the_same(name):
    estimator, X, y = REGRESSORS[name]
    estimator = sknn_clone(estimator).fit(X, y)
    for dtype in DTYPES:
        found = answers(estimator, X, dtype)
        assert_near(found["predictions"], estimator.predict(X), dtype)
        if "std" in found:
            assert_near(found["std"], estimator.predict(X, return_std=True)[1], dtype)
        if "quantiles" in found:
            expected = estimator.predict(X, return_quantiles=LEVELS)
            assert_near(found["quantiles"], expected, dtype)


def sknn_clone(estimator):
    """Return an unfitted copy, so that cases do not change."""
    return type(estimator)(**estimator.get_params(deep=False))


def test_several_outputs_have_their_own_answers():
    y = np.column_stack([NAMES, np.where(FLOWERS[:, 1] > 0, "wide", "narrow")])
    estimator = MLPClassifier((6,), n_members=2, **BRIEF).fit(FLOWERS, y)
    for dtype in DTYPES:
        found = answers(estimator, FLOWERS, dtype)
        labels = np.column_stack([found["label_0"], found["label_1"]])
        np.testing.assert_array_equal(labels, estimator.predict(FLOWERS))
        for i, expected in enumerate(estimator.predict_proba(FLOWERS)):
            assert_near(found[f"probabilities_{i}"], expected, dtype)


def test_every_step_has_an_answer():
    X = IMAGES[:40]
    steps = np.where(X.mean(axis=2) > 0.3, "dark", "light")
    estimator = RNNClassifier((5,), return_sequences=True, n_members=2, **BRIEF).fit(X, steps)
    for rows in (X, X[:, :3]):
        found = answers(estimator, rows, "float64")
        np.testing.assert_array_equal(found["label"], estimator.predict(rows))
        assert_near(found["probabilities"], estimator.predict_proba(rows), "float64")
    regressor = RNNRegressor((5,), return_sequences=True, **BRIEF).fit(X, X.mean(axis=2))
    found = answers(regressor, gaps(X), "float64")["predictions"]
    there = ~np.isnan(gaps(X)[..., 0])
    assert_near(found[there], np.concatenate(regressor.predict(gaps(X))), "float64")


def test_lists_of_sequences_become_one_input():
    sequences = [image[: 3 + i % 6] for i, image in enumerate(IMAGES[:40])]
    estimator = RNNClassifier((5,), **BRIEF).fit(sequences, FIGURES[:40])
    found = answers(estimator, sequences[:7], "float64")
    assert_near(found["probabilities"], estimator.predict_proba(sequences[:7]), "float64")


@pytest.mark.parametrize("kind", [BernoulliRBM, GaussianRBM])
def test_machines_answer_hidden_units(kind):
    estimator = kind(6, n_iter=2, random_state=0).fit(IMAGES.reshape(len(IMAGES), -1))
    X = IMAGES.reshape(len(IMAGES), -1)
    for dtype in DTYPES:
        assert_near(answers(estimator, X, dtype)["hidden"], estimator.transform(X), dtype)


CODERS = {
    "deep": AutoEncoder((6, 2), **BRIEF),
    "tied": AutoEncoder((6, 2), "tanh", tied_weights=True, **BRIEF),
    "variational": AutoEncoder((6, 2), variational=True, **BRIEF),
    "sparse": AutoEncoder((6,), "logistic", sparsity=0.1, normalization=None, **BRIEF),
    "mixed": AutoEncoder((6,), output_groups={"categorical": [[3, 1]], "binary": [2]}, **BRIEF),
}


@pytest.mark.parametrize("name", CODERS)
def test_auto_encoders_answer_codes_and_rows(name):
    X = np.abs(FLOWERS)
    if name == "mixed":
        X = np.column_stack([X[:, 0], X[:, 1] > 0.5, X[:, 2] > 0.5, X[:, 1] <= 0.5]).astype(float)
    estimator = sknn_clone(CODERS[name]).fit(X)
    codes = estimator.transform(X)
    for dtype in DTYPES:
        found = answers(estimator, X, dtype)
        assert_near(found["codes"], codes, dtype)
        assert_near(found["reconstruction"], estimator.predict(X), dtype)
        decoded = run(to_onnx(estimator, dtype, part="decoder"), {"codes": codes.astype(dtype)})
        assert_near(decoded["reconstruction"], estimator.inverse_transform(codes), dtype)


@pytest.mark.parametrize(
    "y", [None, KINDS, NAMES, KINDS * 1.0], ids=["none", "int", "str", "float"]
)
def test_both_sides_of_a_gan_answer(y):
    estimator = GAN((6,), (6,), latent_dim=3, **BRIEF).fit(FLOWERS, y)
    told = {} if y is None else {"y": y.astype(object) if y is NAMES else y}
    for dtype in DTYPES:
        rows = {"X": FLOWERS.astype(dtype)} | told
        scores = run(to_onnx(estimator, dtype, part="discriminator"), rows)["scores"]
        assert_near(scores, estimator.score_samples(FLOWERS, y), dtype)
        features = run(to_onnx(estimator, dtype, part="features"), rows)["features"]
        assert_near(features, estimator.transform(FLOWERS, y), dtype)
    latent = np.random.RandomState(1).standard_normal((len(FLOWERS), 3))
    made = run(to_onnx(estimator), {"latent": latent} | told)["samples"]
    assert_near(made, estimator.sample(len(FLOWERS), y, random_state=1), "float64")


def test_a_search_writes_its_best_estimator():
    search = ArchitectureSearchCV(
        MLPClassifier((6,), **BRIEF), {"alpha": [1e-4, 1e-2]}, n_candidates=2, cv=2, random_state=0
    ).fit(FLOWERS, NAMES)
    found = answers(search, FLOWERS, None)
    assert_near(found["probabilities"], search.predict_proba(FLOWERS), "float64")


def test_one_row_will_do():
    estimator = MLPClassifier((6,), n_members=2, **BRIEF).fit(FLOWERS, KINDS)
    found = run(to_onnx(estimator), {"X": FLOWERS[:1]})
    assert found["label"].shape == (1,)
    assert_near(found["probabilities"], estimator.predict_proba(FLOWERS[:1]), "float64")


def test_a_network_computes_in_what_it_was_trained_in():
    estimator = MLPClassifier((6,), **BRIEF).fit(FLOWERS.astype(np.float32), KINDS)
    assert (
        run(to_onnx(estimator), onnx_inputs(estimator, FLOWERS))["probabilities"].dtype == "float32"
    )


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (
            lambda net: to_onnx(LogisticRegression().fit(FLOWERS, KINDS)),
            TypeError,
            "The estimator LogisticRegression cannot be written.*register_skl2onnx",
        ),
        (lambda net: to_onnx(MLPClassifier()), NotFittedError, "not fitted"),
        (lambda net: to_onnx(net, "float16"), ValueError, "dtype must be 'float32'"),
        (lambda net: to_onnx(net, "half of it"), ValueError, "dtype must be 'float32'"),
        (
            lambda net: to_onnx(net, part="decoder"),
            ValueError,
            "part is for autoencoders and GANs",
        ),
    ],
)
def test_what_cannot_be_written_is_reported(call, error, words):
    net = MLPClassifier((6,), **BRIEF).fit(FLOWERS, KINDS)
    with pytest.raises(error, match=words):
        call(net)


def test_an_estimator_of_the_user_is_refused_by_its_name():
    class Mine(MLPClassifier):
        pass

    with pytest.raises(TypeError, match="The estimator Mine cannot be written to ONNX"):
        to_onnx(Mine((6,), **BRIEF).fit(FLOWERS, KINDS))


def test_missing_parts_are_named_with_those_that_exist():
    coder = AutoEncoder((2,), **BRIEF).fit(FLOWERS)
    with pytest.raises(ValueError, match="part must be one of.*encoder.*decoder.*AutoEncoder"):
        to_onnx(coder, part="generator")


def test_series_that_continue_are_refused_by_the_name_of_the_layer():
    estimator = RNNRegressor((5,), stateful=True, **BRIEF).fit(IMAGES[:4], FIGURES[:4])
    with pytest.raises(ValueError, match="(?s)GRU.*carries its state from call to call"):
        to_onnx(estimator)


def test_a_part_of_the_user_is_refused_by_its_name():
    class Odd(Dense):
        pass

    estimator = MLPClassifier(layers=[Odd(3)], **BRIEF).fit(FLOWERS, KINDS)
    with pytest.raises(TypeError, match="The layer Odd cannot be written to ONNX"):
        to_onnx(estimator)


def test_sparse_rows_become_dense_inputs():
    net = MLPClassifier((4,), **BRIEF).initialize(FLOWERS, KINDS)
    for kind in (sparse.csr_array, sparse.csc_matrix, sparse.coo_array):
        found = onnx_inputs(net, kind(FLOWERS), "float32")["X"]
        np.testing.assert_array_equal(found, FLOWERS.astype(np.float32))


@pytest.mark.parametrize(
    ("y", "classes"),
    [
        (NAMES, ["setosa", "versicolor", "virginica"]),
        (KINDS > 0, [False, True]),
        (np.column_stack([KINDS, KINDS > 0]), [[0, 1, 2], [0, 1]]),
    ],
    ids=["texts", "bools", "outputs"],
)
def test_the_file_names_the_classes_in_the_order_of_the_columns(y, classes):
    model = to_onnx(MLPClassifier((4,), **BRIEF).fit(FLOWERS, y))
    assert {each.key: json.loads(each.value) for each in model.metadata_props} == {
        "classes": classes
    }
