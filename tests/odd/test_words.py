"""Messages about odd input: our own words, the argument, what to do."""

import importlib
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.base import ClassifierMixin
from sklearn.exceptions import DataConversionWarning
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler
from sklearn.utils import get_tags

from sknn import (
    GAN,
    AutoEncoder,
    CNNClassifier,
    CNNRegressor,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.callbacks import Checkpoint
from sknn.exceptions import InvalidParameterError
from sknn.inspection import LossCurveDisplay
from sknn.search import ArchitectureSearchCV
from tests.checks.public import networks
from tests.estimators.data import BINARY, LABELS, REAL, THREE, X, target_of
from tests.odd.parts import small

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
FOREIGN = re.compile(
    r"test_size|inhomogeneous|float\(\)|unsized|truth value|null byte|no attribute|not supported"
)
SMALL = {"max_iter": 2, "random_state": 0}


def said(call):
    """Return the message of an error, which must not come from a helper."""
    with pytest.raises((ValueError, TypeError)) as error:
        call()
    assert not FOREIGN.search(str(error.value)), str(error.value)
    return str(error.value)


# -- X ------------------------------------------------------------------------------------


def takes_no_gaps(kind):
    return not get_tags(kind()).input_tags.allow_nan


CLASSIFIERS = [kind for kind in networks() if issubclass(kind, ClassifierMixin)]
holed = np.where(X > 2, np.nan, X)
TEXT = X.astype(object)
TEXT[3, 2] = "red"


@pytest.mark.parametrize("kind", [kind for kind in networks() if takes_no_gaps(kind)])
def test_missing_values_and_text_have_remedies(kind):
    target = () if target_of(kind) is None else (target_of(kind),)
    words = said(lambda: kind().fit(holed, *target))
    assert words.startswith("Input X contains NaN")
    assert "SimpleImputer" in words and "HistGradientBoosting" not in words
    # Autoencoders and GANs read frames of any columns.
    frames = [] if kind in (AutoEncoder, GAN) else [pd.DataFrame(TEXT)]
    for x in (TEXT, TEXT.tolist(), np.full((60, 5), "red"), *frames):
        words += said(lambda x=x: kind().fit(x, *target))
        assert "X holds text" in words and "('red')" in words and "OneHotEncoder" in words
    assert words.count("TabularMLPClassifier or TabularMLPRegressor") == 4 + len(frames)


ODD_ENTRIES = {
    "text": ("four", "numbers ('four'), in {}. Encode"),
    "missing": (np.nan, "Input X contains NaN, in {}. Impute"),
    "infinite": (np.inf, "infinity or a value too large for dtype('float64'), in {}."),
}


@pytest.mark.parametrize("entry", ODD_ENTRIES)
@pytest.mark.parametrize("form", ["pandas", "objects", "list", "polars", "pyarrow"])
def test_the_column_of_an_odd_entry_is_named(entry, form):
    value, words = ODD_ENTRIES[entry]
    frame = pd.DataFrame({"km": [1.0] * 6, "doors": pd.Series([2.0] * 6, dtype=object)})
    frame.loc[3, "doors"] = value
    if form in ("polars", "pyarrow"):
        pytest.importorskip(form)
        frame["doors"] = frame["doors"].astype(str if entry == "text" else float)
    rows = {
        "pandas": lambda: frame,
        "objects": frame.to_numpy,
        "list": lambda: frame.to_numpy().tolist(),
        "polars": lambda: importlib.import_module("polars").from_pandas(frame),
        "pyarrow": lambda: importlib.import_module("pyarrow").Table.from_pandas(frame),
    }[form]()
    named = form not in ("objects", "list")
    found = said(lambda: MLPClassifier(max_iter=1).fit(rows, [0, 1] * 3))
    assert words.format("column 'doors'" if named else "column 1 (counted from 0)") in found
    hint = "In a pipeline, pipe[:-1].get_feature_names_out()[1] is its name."
    assert (hint in found) == (entry == "text" and not named)


@pytest.mark.parametrize("entry", ["four", pd.Timestamp("2024-01-05")])
def test_an_odd_entry_of_a_table_is_reported_with_its_column(entry):
    frame = pd.DataFrame({"km": np.arange(40.0), "doors": np.arange(40) % 5})
    net = TabularMLPClassifier(preset="fast", **SMALL).fit(frame, BINARY[:40])
    odd = frame.assign(doors=frame["doors"].astype(object))
    odd.loc[3, "doors"] = entry
    assert said(lambda: net.predict(odd)).startswith("In column 'doors' of X: ")
    nameless = TabularMLPClassifier(preset="fast", **SMALL).fit(frame.to_numpy(), BINARY[:40])
    words = said(lambda: nameless.predict(odd.to_numpy()))
    assert words.startswith("In column 1 (counted from 0) of X: ")
    assert words.endswith(". In a pipeline, pipe[:-1].get_feature_names_out()[1] is its name.")


@pytest.mark.filterwarnings("ignore::sknn.exceptions.TableWarning")
def test_the_remedies_work():
    for kind, y in ((TabularMLPClassifier, BINARY), (TabularMLPRegressor, REAL)):
        for x in (holed, pd.DataFrame(TEXT)):
            assert len(kind(preset="fast", **SMALL).fit(x, y).predict(x)) == 60


RAGGED = {
    "lists": [[1, 2], [3]] * 30,
    "images": [np.zeros((8, 8))] * 30 + [np.zeros((6, 6))] * 30,
    "images with colors": [np.zeros((8, 8, 3))] * 30 + [np.zeros((6, 6, 3))] * 30,
    "an entry": [[1, 2, [3]]] * 60,
}


@pytest.mark.parametrize("name", RAGGED)
def test_rows_of_several_shapes(name):
    for net in (MLPClassifier(), CNNClassifier()):
        words = said(lambda net=net: net.fit(RAGGED[name], BINARY))
        # Networks for images say which rows.
        assert re.search(r"X has rows of different|In X(\[0\])? the rows are arrays of diff", words)


@pytest.mark.parametrize(
    "odd", [{"a": 1}, {1.0}, len, (row for row in X)], ids=lambda odd: type(odd).__name__
)
def test_no_arrays(odd):
    assert "X is, or holds, an object of type" in said(lambda: MLPRegressor().fit(odd, REAL))


def test_codes_are_checked_as_rows():
    net = AutoEncoder((2,), **SMALL).fit(X)
    codes = net.transform(X)
    days = np.full(codes.shape, np.datetime64("2020-01-01"))
    assert "X holds dates" in said(lambda: net.inverse_transform(days))
    masked = np.ma.masked_where(codes > codes.mean(), codes)
    assert "X is a masked array" in said(lambda: net.inverse_transform(masked))
    assert "X holds text" in said(lambda: net.inverse_transform(np.full(codes.shape, "a")))
    assert "X" in said(lambda: net.inverse_transform(codes[:, :1]))
    assert_array_equal(net.inverse_transform(codes.tolist()), net.inverse_transform(codes))


# -- y ------------------------------------------------------------------------------------

WHOLE = {
    "ints": (THREE.tolist(), THREE),
    "ints of NumPy": (list(THREE), THREE),
    "bools": ((THREE > 1).tolist(), THREE > 1),
    "floats": ((THREE * 1.0).tolist(), THREE * 1.0),
    "floats and ints": ([1, 2.0, 0] * 20, np.tile([1.0, 2.0, 0.0], 20)),
    "strings": (np.array(["a", "b", "c"])[THREE].tolist(), np.array(["a", "b", "c"])[THREE]),
}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("kind", CLASSIFIERS)
def test_labels_in_arrays_of_objects(kind, name):
    given, plain = WHOLE[name]
    y = np.array(given, object)
    net = small(kind)
    answers = [net.fit(X, each).predict(X) for each in (y, pd.Series(y), y[:, None][:, 0], plain)]
    for answer in answers[:3]:
        assert_array_equal(answer, answers[3])
    assert_array_equal(net.fit(X, y).classes_, np.unique(plain))
    assert net.score(X, y) == net.score(X, plain)
    # As in a frame with columns of several kinds.
    values = pd.DataFrame({"y": y, "text": "a"}).to_numpy()[:, 0]
    assert_array_equal(net.fit(X, values).predict(X), answers[3])


def test_objects_in_streams_and_several_outputs():
    y = THREE.astype(object)
    net = MLPClassifier(**SMALL).partial_fit(X, y, classes=np.array([0, 1, 2], object))
    assert_array_equal(net.partial_fit(X, y).classes_, [0, 1, 2])
    two = np.column_stack([THREE, BINARY])
    nets = [MLPClassifier(**SMALL).fit(X, each) for each in (two, two.astype(object))]
    assert_array_equal(*(net.predict(X) for net in nets))
    assert nets[1].score(X, two.astype(object)) == nets[0].score(X, two)
    halves = (THREE / 2).astype(object)
    assert "y" in said(lambda: MLPClassifier().fit(X, halves))
    mixed = np.array([0, "a"] * 30, object)
    assert "y mixes kinds" in said(lambda: MLPClassifier().fit(X, mixed))
    with pytest.raises(TypeError, match="classes mixes labels"):
        MLPClassifier().partial_fit(X, THREE, classes=mixed)


def column(values):
    return sp.csr_array(np.asarray(values)[:, None])


SPARSE = {
    "a column": column(BINARY),
    "real numbers": sp.csc_matrix(X),
    "twos": sp.coo_array(2 * LABELS),
    "two and one": sp.csr_array(np.column_stack([2 * BINARY, BINARY])),
}


@pytest.mark.parametrize("name", SPARSE)
@pytest.mark.parametrize("kind", [*CLASSIFIERS, GAN])
def test_sparse_targets_that_are_not_an_indicator(kind, name):
    y = SPARSE[name]
    assert "y is sparse" in said(lambda: kind().fit(X, y))
    if kind is not GAN:
        call = lambda: kind().fit(X, LABELS, X_val=X, y_val=y)  # noqa: E731
        assert "y_val is sparse" in said(call)


@pytest.mark.parametrize("odd", [SPARSE["a column"], [[1], [1, 2]] * 30, {"a": 1}, [None] * 60])
def test_classes_to_make_rows_up_for(odd):
    net = GAN(**SMALL).fit(X, BINARY)
    for call in (lambda: net.sample(60, y=odd), lambda: net.score_samples(X, odd)):
        assert re.search(r"\by\b", said(call))


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson"])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_targets_beyond_single_precision(loss, normalize, method):
    single = X.astype(np.float32)
    net = MLPRegressor(loss=loss, normalize_y=normalize, **SMALL)
    words = said(lambda: getattr(net, method)(single, 1e39 * (1.0 + BINARY)))
    assert "y is too large for float32" in words and "dtype='float64'" in words
    absent = np.where(np.arange(len(X)) == 0, 1e39, BINARY)
    getattr(net, method)(single, absent, sample_weight=np.arange(len(X)) > 0)


def test_answers_to_steps_beyond_single_precision():
    steps = np.zeros((4, 3, 1), np.float32)
    net = RNNRegressor(units=(2,), return_sequences=True, max_iter=1, random_state=0)
    assert "y is too large for float32" in said(lambda: net.fit(steps, np.full((4, 3), 1e39)))
    net.fit(steps, np.outer([1e39, 0, 1, 2], np.ones(3)), sample_weight=[0, 1, 1, 1])


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error", "poisson", "gamma"])
@pytest.mark.parametrize("normalize", [True, False])
def test_targets_that_vanish_in_single_precision(loss, normalize):
    tiny = 1e-50 * (1.0 + BINARY)
    single = X.astype(np.float32)
    net = MLPRegressor(loss=loss, normalize_y=normalize, **SMALL)
    words = said(lambda: net.fit(single, tiny))
    assert "y is so small that float32" in words and "dtype='float64'" in words
    assert "float64'" not in said(lambda: TabularMLPRegressor(preset="fast").fit(X, tiny))
    assert (net.fit(X, tiny).predict(X) != 0).all()
    if loss != "gamma":
        # No warning if they are small compared with the largest, or zero.
        net.fit(single, np.where(BINARY, 1.0, 1e-50))
        net.fit(single, np.zeros(60))


# -- early stopping on few rows -----------------------------------------------------------


@pytest.mark.parametrize("n", range(1, 25))
def test_early_stopping_on_few_rows(n):
    for kind, y in ((MLPClassifier, BINARY), (MLPClassifier, THREE), (MLPRegressor, REAL)):
        net = kind(early_stopping=True, **SMALL)
        try:
            net.fit(X[:n], y[:n])
        except ValueError as error:
            assert n < 11 or "least populated" in str(error), str(error)
            assert not FOREIGN.search(str(error))
            assert "validation_fraction" in str(error) or "X_val" in str(error)
        else:
            assert n > 10


def test_all_rows_held_out():
    net = MLPRegressor(early_stopping=True, validation_fraction=0.9)
    assert "Decrease 'validation_fraction'" in said(lambda: net.fit(X[:3], REAL[:3]))


def test_rows_without_weight_do_not_count():
    weight = np.r_[np.ones(10), np.zeros(50)]
    net = MLPClassifier(early_stopping=True)
    assert "of 10 sample(s) 1 would be held out" in said(lambda: net.fit(X, BINARY, weight))


# -- elsewhere ----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", ["a", -1, 1.5, 2**32])
def test_a_search_checks_its_seed(seed):
    search = ArchitectureSearchCV(MLPClassifier(), random_state=seed)
    with pytest.raises(InvalidParameterError, match="'random_state' parameter of Architecture"):
        search.fit(X, BINARY)


@pytest.mark.parametrize("cv", [1, "five", 100, object(), 2.5])
def test_a_search_names_its_splitter(cv):
    assert re.search(
        "In cv=|'cv' parameter",
        said(lambda: ArchitectureSearchCV(MLPClassifier(), cv=cv).fit(X, BINARY)),
    )


def test_paths_with_null_characters():
    assert "path" in said(lambda: Checkpoint.load("a\0b"))
    net = MLPClassifier(callbacks=[Checkpoint("a\0b")])
    assert "path" in said(lambda: net.fit(X, BINARY))


def test_curves_of_what_is_wrapped():
    pytest.importorskip("matplotlib").use("Agg")
    pipe = make_pipeline(StandardScaler(), MLPClassifier((3,), **SMALL))
    space = {"mlpclassifier__alpha": [0.1, 0.2]}
    search = ArchitectureSearchCV(pipe, space, n_candidates=2, strategy="random", cv=2)
    assert "ArchitectureSearchCV" in said(lambda: LossCurveDisplay.from_estimator(search))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(X, BINARY)
    display = LossCurveDisplay.from_estimator(search)
    best = search.best_estimator_[-1]
    assert_array_equal(display.curves[0].loss + best.history_["penalty"], best.loss_curve_)
    assert display.curves[0].name == "MLPClassifier"
    assert "refit=True" in said(
        lambda: LossCurveDisplay.from_estimator(search.set_params(refit=False).fit(X, BINARY))
    )


@pytest.mark.parametrize("call", ["predict", "partial_fit"])
def test_columns_of_another_step_of_a_pipeline(call):
    steps = make_pipeline(PolynomialFeatures(), MLPClassifier(**SMALL)).fit(X, BINARY)
    given = {"predict": (X,), "partial_fit": (X, BINARY)}[call]
    words = said(lambda: getattr(steps[-1], call)(*given))
    assert words.startswith(
        "X has 5 features, but MLPClassifier is expecting 21 features as input."
    )
    assert words.endswith("For the last step of a pipeline, pass pipe[:-1].transform(X).")
    getattr(steps[-1], call)(steps[:-1].transform(X), *given[1:])


FIRST = {"channels": "first"}
SINGLE = {
    # shape of X in fit, parameters, shape of a single row, noun, lengths in the message
    "gray": (CNNClassifier, (8, 8), {}, (8, 8), "image", "8, 8"),
    "color": (CNNClassifier, (8, 6, 3), {}, (8, 6, 3), "image", "8, 6, 3"),
    "channels first": (CNNClassifier, (3, 8, 6), FIRST, (3, 8, 6), "image", "3, 8, 6"),
    "signal": (CNNRegressor, (12, 2), {"kernel_size": (3,)}, (12, 2), "sequence", "12, 2"),
    "sequence": (RNNRegressor, (7, 3), {}, (7, 3), "sequence", "n_steps, 3"),
    "longer sequence": (RNNClassifier, (7, 3), {}, (9, 3), "sequence", "n_steps, 3"),
    "features first": (RNNRegressor, (3, 7), FIRST, (3, 5), "sequence", "3, n_steps"),
    "numbers": (RNNClassifier, (7, 1), {}, (5,), "sequence", "n_steps"),
}  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist])
@pytest.mark.filterwarnings("ignore::sknn.exceptions.ShapeWarning")
def test_a_single_row_with_a_shape_lacks_the_axis_of_rows(name, form):
    kind, shape, more, single, noun, lengths = SINGLE[name]
    rng = np.random.default_rng(0)
    net = kind((2,), **SMALL, **more).fit(rng.normal(size=(12, *shape)), np.arange(12) % 2)
    one = rng.normal(size=single)
    batch = one[None] if name != "numbers" else one[None, :, None]
    assert net.predict(batch).shape == (1,)
    for call in (net.predict, lambda x: net.partial_fit(x, [1]), lambda x: net.score(x, [1])):
        words = said(lambda call=call: call(form(one)))
        assert f"X has the shape {single} of a single {noun}, " in words
        assert f"X of shape (n_samples, {lengths}). Reshape your data: one {noun} needs" in words
        assert "X[None] (or X[:1] of a batch)." in words
        assert ("Read as flat rows, X has" in words) == (len(single) == 2)


def test_rows_of_a_wrong_shape_are_not_taken_for_a_single_one():
    net = CNNClassifier((2,), **SMALL).fit(np.zeros((12, 8, 8)), np.arange(12) % 2)
    for shape in [(5, 8), (8,), (8, 7), (2, 7, 8)]:
        assert "a single image" not in said(lambda shape=shape: net.predict(np.zeros(shape)))
    flat = CNNClassifier((2,), input_shape=(4, 16), kernel_size=(3, 3), **SMALL)
    flat.fit(np.zeros((12, 64)), np.arange(12) % 2)
    assert "(4, 16) of a single image" in said(lambda: flat.predict(np.zeros((4, 16))))


TABLE = pd.DataFrame(X[:, :2], columns=["a", "b"])
OF_VALIDATION = {
    # what is changed, the message
    "missing": (
        {"X_val": TABLE.where(TABLE > -1)},
        "Input X_val contains NaN, in column 'a'. Imp",
    ),
    "text": (
        {"X_val": TABLE.assign(b="red")},
        "X_val holds text .* .'red'., in column 'b'. Encode",
    ),
    "order": ({"X_val": TABLE[["b", "a"]]}, "In X_val: The feature names should match"),
    "rows": ({"X_val": TABLE[:9]}, "X_val has 9 rows and y_val 60; they must"),
    "twice": ({"X_val": TABLE[["a", "b", "a"]]}, "X_val has more than one column named"),
    "labels": ({"y_val": [0, 7] * 30}, "`y_val` has classes not in .* `y_val` has .0 7."),
    "columns": ({"y_val": np.zeros((60, 2))}, "y_val must have one column; got shape"),
    "no target": ({"y_val": [0, np.nan] * 30}, "Input y_val contains NaN. Leave out the rows"),
    "few weights": ({"sample_weight_val": [1, 2]}, r"^sample_weight_val.shape == .2,., expected"),
    "negative": ({"sample_weight_val": [-1] * 60}, "data passed to `sample_weight_val`; weights"),
    "no weight": ({"sample_weight_val": [0] * 60}, "^sample_weight_val must hold at least one"),
}


@pytest.mark.parametrize("name", OF_VALIDATION)
def test_errors_about_validation_rows_name_what_was_passed(name):
    changed, words = OF_VALIDATION[name]
    given = {"X_val": TABLE, "y_val": [0, 1] * 30, "sample_weight_val": np.ones(60)} | changed
    found = said(lambda: MLPClassifier(**SMALL).fit(TABLE, [0, 1] * 30, **given))
    assert re.search(words, found)
    assert not re.search(r"(?<!['\w])(X|y|sample_weight)(?!['\w])", found)


def test_columns_and_entries_keep_their_names_in_errors_about_validation_rows():
    frame = pd.DataFrame({"y": [1.0] * 60, "X": [2.0] * 60})
    odd = frame.assign(y="X")
    found = said(lambda: MLPClassifier(**SMALL).fit(frame, [0, 1] * 30, X_val=odd, y_val=[0] * 60))
    assert "X_val holds text that cannot be converted to numbers ('X'), in column 'y'." in found
    net = TabularMLPRegressor(preset="fast", **SMALL)
    train = frame.assign(y=np.arange(60.0))
    found = said(lambda: net.fit(train, REAL, X_val=odd, y_val=REAL))
    assert found.startswith("In column 'y' of X_val: could not convert 'X' to a number")


@pytest.mark.parametrize(
    ("given", "words", "kind"),
    [
        ({"X_val": TABLE.to_numpy()}, "X_val does not have valid feature names", UserWarning),
        ({"y_val": np.zeros((60, 1))}, "A column-vector y_val was passed", DataConversionWarning),
    ],
)
def test_warnings_about_validation_rows_name_what_was_passed(given, words, kind):
    def fit():
        given_y = {"X_val": TABLE, "y_val": [0, 1] * 30} | given
        MLPClassifier(**SMALL).fit(TABLE, [0, 1] * 30, **given_y)

    with pytest.warns(kind, match=words) as record:
        fit()
    (found,) = [each for each in record if each.category is kind]
    assert found.filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", kind)
        with pytest.raises(kind, match=words):
            fit()
        warnings.simplefilter("ignore", kind)
        fit()
