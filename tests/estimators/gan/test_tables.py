"""GANs learn frames with any columns and generate rows like theirs, under any condition."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone

from sknn import GAN
from sknn.persistence import load, save
from tests.estimators.tables import like, mixed

pd = pytest.importorskip("pandas")
BRIEF = {
    "generator_layer_sizes": 32,
    "discriminator_layer_sizes": 32,
    "latent_dim": 8,
    "max_iter": 20,
    "random_state": 0,
}


@pytest.fixture(scope="module")
def table():
    return mixed()


@pytest.fixture(scope="module")
def gan(table):
    return GAN(**BRIEF).fit(table)


def test_samples_are_tables_like_the_first(gan, table):
    made = like(gan.sample(200, random_state=0), table)
    pd.testing.assert_frame_equal(made, gan.sample(200, random_state=0))
    assert made["size"].isna().any() and made.maybe.isna().any() and made.note.isna().any()
    assert len(like(gan.sample(1, random_state=0), table)) == 1
    assert gan.n_features_in_ == table.shape[1]
    assert gan.feature_names_in_.tolist() == table.columns.tolist()


def test_levels_are_made_as_often_as_they_are():
    rng = np.random.default_rng(0)
    color = rng.choice(["red", "green", "blue"], 1000, p=[0.7, 0.2, 0.1])
    number = np.where(color == "red", 3.0, -3.0) + rng.normal(size=1000)
    number[rng.random(1000) < 0.3] = np.nan
    table = pd.DataFrame({"color": color, "x": number})
    made = GAN(32, 32, latent_dim=8, max_iter=150, random_state=0).fit(table)
    made = made.sample(1000, random_state=0)
    for level, share in {"red": 0.7, "green": 0.2, "blue": 0.1}.items():
        assert (made.color == level).mean() == pytest.approx(share, abs=0.15)
    assert made.x.isna().mean() == pytest.approx(0.3, abs=0.15)
    assert made.x[made.color == "red"].mean() > made.x[made.color != "red"].mean() + 2.0


def test_rows_are_judged(gan, table):
    assert gan.score_samples(table).shape == (300,)
    assert gan.transform(table).shape == (300, 32)
    assert 0.0 <= gan.score(table) <= 1.0


def test_conditions(gan, table):
    asked = {"color": "red", "count": 44, "note": None, "day": pd.Timestamp("2024-02-01")}
    made = like(gan.sample(50, conditions=asked, random_state=0), table)
    assert (made.color == "red").all() and (made["count"] == 44).all() and made.note.isna().all()
    assert (made.day == asked["day"]).all()
    frame = table[["color", "price", "maybe"]].head(30)
    made = gan.sample(30, conditions=frame, random_state=0)
    pd.testing.assert_frame_equal(made[["color", "price", "maybe"]], frame)
    pd.testing.assert_frame_equal(
        gan.sample(4, conditions={}, random_state=0), gan.sample(4, random_state=0)
    )


def test_conditions_say_something_about_other_columns():
    rng = np.random.default_rng(0)
    first = rng.normal(size=1000)
    table = pd.DataFrame({"first": first, "last": np.where(first > 0, "up", "down")})
    net = GAN(32, 32, latent_dim=4, max_iter=100, random_state=0).fit(table)
    for last, sign in {"up": 1, "down": -1}.items():
        made = net.sample(300, conditions={"last": last}, random_state=0)
        assert (np.sign(made["first"]) == sign).mean() > 0.85
    both = net.sample(200, conditions={"first": np.repeat([1.0, -1.0], 100)}, random_state=0)
    assert (both["last"] == np.repeat(["up", "down"], 100)).mean() > 0.85


def test_classes_and_conditions_together(table):
    kind = np.where(table.color == "red", "r", "other")
    net = GAN(**BRIEF).fit(table, kind)
    like(net.sample(5, y="r", random_state=0), table)
    made = net.sample(4, y=["r", "other"] * 2, conditions={"flag": [True, False] * 2})
    assert made.flag.tolist() == [True, False] * 2
    assert net.sample(3, conditions={"flag": True}, random_state=0).flag.all()
    assert net.score_samples(table, kind).shape == net.score_samples(table).shape == (300,)


@pytest.mark.parametrize(
    "more",
    [
        {"objective": "wasserstein_gp"},
        {"gradient_penalty": 0.1, "instance_noise": 0.1},
        {"averaging": 0.0, "n_critic": 2},
        {"dtype": "float64"},
    ],
    ids=str,
)
def test_every_kind_of_training(table, more):
    net = GAN(**BRIEF | {"max_iter": 3} | more).fit(table)
    like(net.sample(5, random_state=0), table)


@pytest.mark.bits
def test_training_continues_exactly(table):
    whole = GAN(**BRIEF | {"max_iter": 4}).fit(table)
    part = GAN(**BRIEF | {"max_iter": 2}, warm_start=True).fit(table).fit(table)
    assert_array_equal(part.network_.theta, whole.network_.theta)


def test_a_stream(table):
    net = GAN(**BRIEF)
    for _ in range(3):
        net.partial_fit(table)
    later = table.head(50).assign(note="never", price=1e6)
    like(net.partial_fit(later).sample(5, random_state=0), table)


@pytest.mark.parametrize("way", ["pickle", "save"])
def test_copies_make_the_same_rows(gan, tmp_path, way):
    if way == "save":
        save(gan, tmp_path / "net")
        twin = load(tmp_path / "net")
    else:
        twin = pickle.loads(pickle.dumps(gan))
    pd.testing.assert_frame_equal(twin.sample(9, random_state=1), gan.sample(9, random_state=1))


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_libraries(library, table):
    module = pytest.importorskip(library)
    plain = table[["size", "count", "price", "day", "flag", "note"]]
    if library == "polars":
        frame = module.from_pandas(plain)
    else:
        frame = module.Table.from_pandas(plain, preserve_index=False)
    made = GAN(**BRIEF).fit(frame).sample(5, conditions={"flag": True}, random_state=0)
    assert type(made) is type(frame) and made.schema == frame.schema


def test_frames_of_numbers_are_read_as_arrays():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=90), "b": rng.integers(0, 9, 90)})
    net, plain = GAN(**BRIEF).fit(frame), GAN(**BRIEF).fit(frame.to_numpy())
    assert_array_equal(net.network_.theta, plain.network_.theta)
    made, numbers = net.sample(20, random_state=0), plain.sample(20, random_state=0)
    assert made.dtypes.tolist() == frame.dtypes.tolist()
    assert_array_equal(made["a"], numbers[:, 0])
    assert_array_equal(made["b"], np.rint(numbers[:, 1].clip(0, 8)))
    asked = net.sample(3, conditions={"b": [5, 6, 7]}, random_state=0)
    assert asked.b.tolist() == [5, 6, 7] and asked.dtypes.tolist() == frame.dtypes.tolist()
    with pytest.raises(ValueError, match="X was an array in fit"):
        plain.sample(2, conditions={0: 1.0})
    with pytest.raises(ValueError, match="a missing or infinite number"):
        net.sample(2, conditions={"b": np.nan})


@pytest.mark.parametrize(
    "columns",
    [
        {"same": ["a", "a", "a", "a"], "x": [1.0, 2.0, 3.0, 4.0]},
        {"same": ["a", "a", "a", "a"]},
        {"gone": [np.nan] * 4, "none": [None] * 4},
        {"x": np.r_[np.nan, np.arange(40.0)]},
        {"id": [f"name {i}" for i in range(4)], "x": [1.0, np.nan, 3.0, 4.0]},
    ],
    ids=lambda columns: "-".join(columns),
)
def test_odd_columns(columns):
    frame = pd.DataFrame(columns)
    net = GAN(**BRIEF | {"max_iter": 2}).fit(frame)
    made = net.sample(3, random_state=0)
    assert made.columns.tolist() == list(columns) and made.dtypes.tolist() == frame.dtypes.tolist()
    assert np.isfinite(net.score_samples(frame)).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda net, table: net.sample(0), "n_samples must be an int"),
        (lambda net, table: net.sample(2.5), "n_samples must be an int"),
        (lambda net, table: net.sample(2, conditions={"junk": 1}), "conditions names 'junk'"),
        (lambda net, table: net.sample(2, conditions={"note": "zzz"}), "asks for zzz in column"),
        (lambda net, table: net.sample(2, conditions={"grade": 9}), "asks for 9 in column"),
        (
            lambda net, table: net.sample(2, conditions={"price": None}),
            "for a missing entry in",
        ),
        (lambda net, table: net.sample(2, conditions={"count": [1] * 3}), "3 entries for 2 rows"),
        (lambda net, table: net.sample(2, conditions={"count": "many"}), "column 'count'"),
        (lambda net, table: net.sample(2, y="red"), "fitted without classes"),
        (lambda net, table: net.score_samples(table[["size"]]), "feature names"),
        (
            lambda net, table: clone(net).set_params(output_activation="tanh").fit(table),
            "output_activation='tanh' has no effect",
        ),
        (
            lambda net, table: clone(net).set_params(input_shape=(3, 3)).fit(table),
            "input_shape=\\(3, 3\\) needs 9",
        ),
    ],
)
def test_errors_name_what_is_wrong(gan, table, call, words):
    with pytest.raises(ValueError, match=words):
        call(gan, table)


def test_conditions_must_be_named(gan):
    with pytest.raises(TypeError, match="Name the columns"):
        gan.sample(2, conditions=["red"])
