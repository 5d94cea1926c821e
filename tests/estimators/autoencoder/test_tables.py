"""Autoencoders read frames with any columns and return frames."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import roc_auc_score

from sknn import AutoEncoder
from sknn.callbacks import Pause
from sknn.inspection import check_gradients
from sknn.persistence import load, save
from tests.estimators.tables import like, mixed

pd = pytest.importorskip("pandas")
BRIEF = {"hidden_layer_sizes": (32, 6), "max_iter": 8, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    return mixed()


@pytest.fixture(scope="module")
def coder(table):
    return AutoEncoder(**BRIEF).fit(table)


@pytest.fixture(scope="module")
def maker(table):
    return AutoEncoder(**BRIEF, variational=True).fit(table)


def test_reconstructions_are_tables_like_the_first(coder, table):
    back = coder.predict(table)
    like(back, table)
    codes = coder.transform(table)
    assert codes.shape == (len(table), 6) and codes.dtype == np.float32
    pd.testing.assert_frame_equal(coder.inverse_transform(codes), back)
    assert coder.n_features_in_ == table.shape[1]
    assert coder.feature_names_in_.tolist() == table.columns.tolist()
    assert len(coder.get_feature_names_out()) == 6


def test_what_is_learned_is_given_back():
    table = mixed(400).drop(columns=["maybe", "grade", "count", "wait", "day", "rest", "note"])
    net = AutoEncoder((64, 16), max_iter=300, random_state=0).fit(table)
    back = net.predict(table)
    assert (back.color == table.color).mean() > 0.98
    assert (back["size"].isna() == table["size"].isna()).mean() > 0.98
    assert (back.flag == table.flag).all()
    assert np.corrcoef(back.price.rank(), table.price.rank())[0, 1] > 0.98


def test_new_rows_are_tables_like_the_first(maker, table):
    made = maker.sample(300, random_state=0)
    like(made, table)
    pd.testing.assert_frame_equal(made, maker.sample(300, random_state=0))
    # Draws, not the most likely entry.
    assert (made.color == "red").mean() == pytest.approx(0.6, abs=0.15)
    assert made["size"].isna().mean() == pytest.approx(0.2, abs=0.15)
    assert made["count"].std() == pytest.approx(table["count"].std(), rel=0.4)
    assert like(maker.sample(1, random_state=0), table).shape == (1, table.shape[1])


def test_odd_rows_have_low_scores():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 600)
    table = pd.DataFrame(
        {"x": kind + 0.1 * rng.normal(size=600), "kind": np.array(list("abc"))[kind]}
    )
    odd = table.head(200).assign(kind=np.array(list("bca"))[kind[:200]])
    net = AutoEncoder((32, 2), max_iter=100, random_state=0).fit(table)
    scores = net.score_samples(pd.concat([table, odd]))
    assert roc_auc_score(np.repeat([1, 0], [600, 200]), scores) > 0.9
    assert (net.predict_outlier(table) == -1).mean() == pytest.approx(0.1, abs=0.01)
    assert net.score(table) > net.score(odd)
    never = table.head(1).assign(kind="z")
    assert net.score_samples(never)[0] < net.score_samples(table.head(1))[0]
    far = table.head(1).assign(x=1e9)
    assert net.decision_function(far)[0] < 0


@pytest.mark.parametrize("way", ["pickle", "save"])
def test_copies_give_back_the_same_tables(maker, table, tmp_path, way):
    if way == "save":
        save(maker, tmp_path / "net")
        twin = load(tmp_path / "net")
    else:
        twin = pickle.loads(pickle.dumps(maker))
    pd.testing.assert_frame_equal(twin.sample(9, random_state=1), maker.sample(9, random_state=1))
    pd.testing.assert_frame_equal(twin.predict(table), maker.predict(table))


@pytest.mark.bits
@pytest.mark.parametrize("more", [{}, {"corruption": "masking"}, {"variational": True}])
def test_training_continues_exactly(table, more):
    whole = AutoEncoder(**BRIEF, **more).fit(table)
    part = AutoEncoder(**BRIEF, **more, callbacks=[Pause(3)]).fit(table)
    part.set_params(callbacks=None).resume(table)
    assert_array_equal(part.network_.theta, whole.network_.theta)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "more",
    [
        {"corruption": "gaussian"},
        {"corruption": "salt_and_pepper", "tied_weights": True},
        {"pretrain": "layerwise"},
        {"solver": "lbfgs", "max_iter": 3},
        {"early_stopping": True},
        {"dtype": "float64"},
        {"sparsity": 0.1},
    ],
    ids=str,
)
def test_every_kind_of_training(table, more):
    net = AutoEncoder(**BRIEF | more).fit(table, X_val=table.head(20))
    like(net.predict(table.head(3)), table)
    assert np.isfinite(net.history_["validation_loss"]).all()


def test_a_stream(table):
    net = AutoEncoder(**BRIEF)
    for _ in range(3):
        net.partial_fit(table)
    assert len(net.history_["loss"]) == 3
    # Entries that the first chunk did not have are read as well.
    later = table.head(50).assign(note="never", price=1e6, flag=True)
    like(net.partial_fit(later).predict(later), table)


def test_weights_count(table):
    net = AutoEncoder(**BRIEF)
    twice = net.fit(table, sample_weight=np.repeat([2.0, 1.0, 0.0], [50, 50, 200]))
    twice = twice.score_samples(table)
    doubled = pd.concat([table[:50], table[:50], table[50:100]])
    assert_allclose(clone(net).fit(doubled).score_samples(table), twice, rtol=1e-3)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_libraries(library, table):
    pytest.importorskip(library)
    plain = table[["size", "count", "price", "day", "flag", "note"]]
    if library == "polars":
        frame = pytest.importorskip("polars").from_pandas(plain)
    else:
        frame = pytest.importorskip("pyarrow").Table.from_pandas(plain, preserve_index=False)
    net = AutoEncoder(**BRIEF, variational=True).fit(frame)
    for back in (net.predict(frame), net.sample(5, random_state=0)):
        assert type(back) is type(frame) and back.schema == frame.schema


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_of_numbers_are_read_as_arrays(library):
    module = pytest.importorskip(library)
    rng = np.random.default_rng(0)
    columns = {"a": rng.normal(size=60), "b": rng.integers(0, 9, 60), "c": rng.random(60) < 0.5}
    frame, x = module.DataFrame(columns), np.column_stack(list(columns.values()))
    net = AutoEncoder((3,), variational=True, max_iter=5, random_state=0).fit(frame)
    plain = clone(net).fit(x)
    assert_array_equal(net.network_.theta, plain.network_.theta)
    back = net.predict(frame)
    assert isinstance(back, np.ndarray)
    assert_array_equal(back, plain.predict(x))
    made, numbers = net.sample(20, random_state=0), plain.sample(20, random_state=0)
    assert isinstance(made, module.DataFrame) and list(made.dtypes) == list(frame.dtypes)
    assert_array_equal(made["a"].to_numpy(), numbers[:, 0])
    assert_array_equal(made["b"].to_numpy(), np.rint(numbers[:, 1].clip(0, 8)))


@pytest.mark.parametrize(
    "columns",
    [
        {"same": ["a", "a", "a", "a"], "x": [1.0, 2.0, 3.0, 4.0]},
        {"same": ["a", "a", "a", "a"]},
        {"gone": [np.nan] * 4, "none": [None] * 4},
        {"id": [f"name {i}" for i in range(4)], "x": [1.0, np.nan, 3.0, 4.0]},
    ],
    ids=lambda columns: "-".join(columns),
)
def test_odd_columns(columns):
    frame = pd.DataFrame(columns)
    net = AutoEncoder((2,), max_iter=2, variational=True, random_state=0).fit(frame)
    assert net.predict(frame).columns.tolist() == list(columns)
    assert np.isfinite(net.score_samples(frame)).all()
    assert net.sample(3, random_state=0).shape == (3, len(columns))


def test_a_single_row(table):
    net = AutoEncoder((2,), max_iter=2, random_state=0).fit(table.head(1))
    like(net.predict(table.head(1)), table.head(1))


def test_pages_and_gradients(coder, table):
    assert "svg" in coder._repr_html_()
    check_gradients(AutoEncoder(**BRIEF), table.head(20), None)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda net, table: net.predict(table[["size"]]), "feature names"),
        (lambda net, table: net.predict(table.assign(count="many")), "column 'count'"),
        (lambda net, table: net.predict(table.assign(count=np.inf)), "column 'count'"),
        (lambda net, table: net.inverse_transform(np.zeros((2, 3))), "codes of 6 numbers"),
        (lambda net, table: net.to_classifier(), "need an encoder of numbers"),
        (
            lambda net, table: clone(net).set_params(loss="squared_error").fit(table),
            "loss='squared_error' has no effect",
        ),
        (
            lambda net, table: clone(net).set_params(output_groups={}).fit(table),
            "output_groups={} has no effect",
        ),
    ],
)
def test_errors_name_what_is_wrong(coder, table, call, words):
    with pytest.raises(ValueError, match=words):
        call(coder, table)


def test_numbers_of_samples(maker):
    for n in (0, -1, 2.5, True, "many"):
        with pytest.raises(ValueError, match="n_samples must be an int"):
            maker.sample(n)


def test_a_failed_call_changes_nothing(table):
    net = AutoEncoder(**BRIEF).fit(table)
    before = net.predict(table)
    with pytest.raises(ValueError, match="has no effect"):
        net.set_params(loss="log_loss").fit(table[["color", "size"]])
    pd.testing.assert_frame_equal(net.set_params(loss="auto").predict(table), before)


def test_reconstructions_have_the_index_of_the_rows(table):
    net = AutoEncoder((8, 2), max_iter=2, random_state=0).set_output(transform="pandas").fit(table)
    some = table.head(4).set_axis(list("wxyz"))
    assert net.predict(some).index.tolist() == list("wxyz")
    assert net.inverse_transform(net.transform(some)).index.tolist() == list("wxyz")
