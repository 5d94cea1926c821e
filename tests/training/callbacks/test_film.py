"""The film of training: pictures of every kind, on a self-contained page."""

import base64
import io
import json
import pickle
import re
import shutil
import subprocess

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from PIL import Image

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    MLPClassifier,
    MLPRegressor,
    TableSynthesizer,
    TabularMLPClassifier,
)
from sknn.callbacks import Checkpoint, Film, Pause
from sknn.exceptions import InvalidParameterError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
PLANE = RNG.standard_normal((40, 2))
X = RNG.random((40, 16))
Y = (PLANE[:, 0] > 0).astype(int)
BRIEF = {"max_iter": 4, "random_state": 0}


def listed(page, name):
    return json.loads(re.search(f"const {name} = (.*);", page.read_text()).group(1))


def images(page):
    files = [io.BytesIO(base64.b64decode(each)) for each in listed(page, "frames")]
    return [np.asarray(Image.open(file).convert("RGBA")) for file in files]


@pytest.fixture
def page(tmp_path):
    return tmp_path / "film.html"


@pytest.mark.parametrize(
    ("model", "rows", "y", "film", "size"),
    [
        (MLPClassifier((4,), **BRIEF), PLANE, Y, {"X": PLANE, "y": Y}, (120, 120)),
        (MLPClassifier((4,), loss="hinge", **BRIEF), PLANE, Y, {"X": PLANE}, (120, 120)),
        (MLPClassifier((4,), n_members=2, **BRIEF), X, Y, {}, (9, 9)),
        (
            MLPRegressor("squared_error", (4,), **BRIEF),
            PLANE,
            PLANE[:, 0],
            {"X": PLANE},
            (120, 120),
        ),
        (MLPRegressor("squared_error", (6,), **BRIEF), X[:, :3], Y, {}, (3, 6)),
        (CNNClassifier((4,), 3, **BRIEF), X.reshape(40, 4, 4), Y, {}, (7, 7)),
        (AutoEncoder((4,), **BRIEF), X, None, {"X": X}, (9, 49)),
        (AutoEncoder((4,), **BRIEF), X, None, {"X": X, "shape": (2, 8)}, (5, 89)),
        (AutoEncoder((2,), **BRIEF), X[:, :3], None, {"X": X[:, :3]}, (39, 3)),
        (GAN((4,), (4,), **BRIEF), X, None, {}, (34, 34)),
        (GAN((4,), (4,), **BRIEF), PLANE, None, {"X": PLANE}, (120, 120)),
        (BernoulliRBM(4, n_iter=4), X, None, {"picture": "reconstructions", "X": X}, (9, 49)),
        (BernoulliRBM(4, n_iter=4), X, None, {"picture": "weights"}, (9, 9)),
    ],
)
def test_pictures_of_every_kind(model, rows, y, film, size, page):
    model.set_params(callbacks=[Film(page, **film)])
    fitted = model.fit(rows) if y is None else model.fit(rows, y)
    taken = images(page)
    assert len(taken) == len(listed(page, "captions")) == fitted.run_.epoch + 1
    assert {image.shape for image in taken} == {(*size, 4)}
    assert (taken[0] != taken[-1]).any()


def test_tables_columns_and_labels_of_any_kind(page):
    frame, names = pd.DataFrame(PLANE), pd.Series(np.array(["</script>", "<b>"])[Y], index=Y)
    mixed = np.array([None, "a"], object)[Y]
    for y in [names, mixed, Y.tolist(), Y.astype(float)]:
        film = Film(page, frame, y)
        MLPClassifier((4,), callbacks=[film], **BRIEF).fit(PLANE, Y)
        assert page.read_text().count("<circle") == len(PLANE)
        assert page.read_text().count("</script>") == 1


def test_networks_of_several_outputs_show_their_weights(page):
    net = MLPClassifier((4,), callbacks=[Film(page, PLANE)], **BRIEF)
    net.fit(PLANE, np.column_stack([Y, np.arange(len(Y)) % 3]))
    assert "MLPClassifier: weights" in page.read_text()


MIXED = pd.DataFrame({"a": PLANE[:, 0], "town": np.array(["x", "y"])[Y], "b": PLANE[:, 1]})


@pytest.mark.parametrize(
    ("model", "rows", "film", "size"),
    [
        (MLPClassifier((4,), **BRIEF), MIXED[["a", "b"]], {"X": MIXED[["a", "b"]]}, (120, 120)),
        (TabularMLPClassifier(max_iter=2, n_picks=1), MIXED, {"X": MIXED}, (67, 100)),
        (GAN((4,), (4,), **BRIEF), MIXED, {"X": MIXED}, (120, 120)),
        (GAN((4,), (4,), **BRIEF), MIXED[["a", "town"]], {"X": MIXED[["a", "town"]]}, (120, 120)),
        (AutoEncoder((2,), **BRIEF), MIXED, {"X": MIXED}, (39, 4)),
        (TableSynthesizer(max_iter=2), MIXED, {}, (120, 120)),
    ],
)
def test_frames_are_filmed_without_a_warning(model, rows, film, size, page):
    model.set_params(callbacks=[Film(page, **film)])
    model.fit(rows, Y) if hasattr(model, "predict_proba") else model.fit(rows)
    assert {image.shape[:2] for image in images(page)} == {size}


def test_samples_without_numbers_are_refused_before_training(page):
    model = TableSynthesizer(max_iter=2, callbacks=[Film(page)])
    with pytest.raises(ValueError, match="none of their columns holds numbers"):
        model.fit(MIXED[["town"]])
    TableSynthesizer(max_iter=2, callbacks=[Film(page, picture="weights")]).fit(MIXED[["town"]])
    assert page.exists()


def test_a_film_is_small_in_memory_and_in_the_pickle(page):
    net = MLPClassifier((4,), max_iter=60, callbacks=[Film(page, PLANE, Y)], random_state=0)
    assert len(pickle.dumps(net.fit(PLANE, Y))) < 400_000
    assert page.stat().st_size < 400_000


def test_colors_and_numbers_in_one_film(page):
    taken = iter([np.ones((2, 2)), np.full((2, 2, 3), 0.5), np.zeros((2, 2)), np.zeros((2, 2, 3))])
    last = np.ones((3, 2, 3))
    film = Film(page, picture=lambda net: next(taken, last))
    MLPClassifier((4,), callbacks=[film], **BRIEF).fit(PLANE, Y)
    middle = [image[0, 0, 0] for image in images(page)]
    assert middle == [255, 128, 0, 0, 255]
    assert "MLPClassifier: picture" in page.read_text()


def test_of_wide_layers_the_first_units_are_kept(page):
    net = MLPClassifier((300,), callbacks=[Film(page)], **BRIEF)
    net.fit(RNG.random((40, 301)), Y)
    assert images(page)[-1].shape[:2] == (100, 100)


@pytest.mark.parametrize(
    "film",
    [{"X": sp.csr_matrix(PLANE)}, {"X": PLANE[:0]}, {"X": PLANE[0]}, {"X": PLANE, "y": Y[:3]}],
)
def test_rows_that_cannot_be_filmed(film, page):
    with pytest.raises(InvalidParameterError, match="of Film must"):
        MLPClassifier((4,), callbacks=[Film(page, **film)], **BRIEF).fit(PLANE, Y)
    assert not page.exists()


def test_training_is_the_same(page):
    alone = MLPClassifier((4,), **BRIEF).fit(PLANE, Y)
    filmed = MLPClassifier((4,), callbacks=[Film(page, PLANE, Y)], **BRIEF).fit(PLANE, Y)
    assert_array_equal(alone.network_.theta, filmed.network_.theta)


def test_a_picture_of_your_own(page):
    def slope(net):
        return np.full((2, 3), net.coefs_[0][0, 0])

    net = MLPClassifier((4,), callbacks=[Film(page, picture=slope)], **BRIEF).fit(PLANE, Y)
    assert images(page)[0].shape == (2, 3, 4) and "MLPClassifier: slope" in page.read_text()
    with pytest.raises(ValueError, match="height, width"):
        net.set_params(callbacks=[Film(page, picture=lambda net: 3.0)]).fit(PLANE, Y)


def test_captions_name_the_epoch(page):
    net = MLPClassifier((4,), callbacks=[Film(page)], **BRIEF)
    net.fit(X, Y, X_val=X, y_val=Y)
    first, *_, last = listed(page, "captions")
    assert first == "epoch 0"
    loss, validation = (net.history_[name][-1] for name in ("loss", "validation_loss"))
    assert last == f"epoch 4, loss {loss:.4g}, validation loss {validation:.4g}"


def test_long_films_are_thinned_out(page):
    film = Film(page, every=2, max_frames=5)
    MLPClassifier((2,), max_iter=30, n_iter_no_change=99, callbacks=[film]).fit(X, Y)
    epochs = [int(caption.split(",")[0].split()[1]) for caption in listed(page, "captions")]
    assert epochs == [0, 8, 16, 24, 30]


def test_after_a_pause_the_film_continues(page):
    net = MLPClassifier((2,), callbacks=[Film(page), Pause(2)], **BRIEF).fit(X, Y)
    assert len(listed(page, "captions")) == 3
    # It pauses after every epoch from then on.
    net.resume(X, Y).resume(X, Y)
    assert [caption.split(",")[0] for caption in listed(page, "captions")] == [
        f"epoch {i}" for i in range(5)
    ]


def test_checkpoints_hold_the_pictures(page, tmp_path):
    saved = tmp_path / "run"
    MLPClassifier((2,), callbacks=[Film(page), Checkpoint(saved)], **BRIEF).fit(X, Y)
    with pytest.warns(UserWarning, match="write files"):
        loaded = Checkpoint.load(saved)
    film = next(each for each in loaded.callbacks_ if isinstance(each, Film))
    assert len(film._reel.frames) == 5


def test_the_page_needs_nothing_else(page):
    MLPClassifier((2,), callbacks=[Film(page, PLANE, Y)], **BRIEF).fit(PLANE, Y)
    text = page.read_text()
    shown = re.sub("const frames = .*;", "", text).replace("http-equiv", "")
    assert not re.search(r"(https?:)?//[a-z]", shown)
    assert "default-src 'none'" in text and text.count("<circle") == 40


@pytest.mark.parametrize(
    ("film", "text"),
    [
        ({"picture": "regions"}, "two columns"),
        ({"picture": "samples"}, "a network that generates rows"),
        ({"picture": "reconstructions", "X": X}, "autoencoder"),
        ({"picture": "dreams"}, "picture"),
        ({"every": 0}, "every"),
        ({"path": ""}, "path"),
        ({"path": "a\0b"}, "path"),
        ({"path": "no/such/folder/film.html"}, "path"),
    ],
)
def test_what_cannot_be_filmed_is_reported_before_training(film, text, page):
    net = MLPClassifier((2,), callbacks=[Film(**{"path": page} | film)], **BRIEF)
    with pytest.raises(InvalidParameterError, match=text):
        net.fit(X, Y)
    assert not hasattr(net, "network_")


CHROMIUM = shutil.which("chromium")
SCRIPT = """
<script>
const told = [];
window.onerror = (text) => { told.push("error: " + text); };
window.addEventListener("load", () => {
  const slider = document.getElementById("slider"), image = document.getElementById("frame");
  const last = image.src; slider.value = 0;
  slider.dispatchEvent(new Event("input"));
  told.push(last !== image.src ? "moved" : "stuck");
  told.push(document.getElementById("caption").textContent);
  image.decode().then(() => {
    told.push(image.naturalWidth + " wide");
    document.body.setAttribute("data-told", told.join("; "));
  });
});
</script>
"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs the browser chromium")
def test_in_a_browser_the_slider_moves_the_picture(page, tmp_path):
    MLPClassifier((2,), callbacks=[Film(page, PLANE, Y)], **BRIEF).fit(PLANE, Y)
    probed = tmp_path / "probed.html"
    probed.write_text(page.read_text().replace("<title>", SCRIPT + "<title>"))
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"]
    options = ["--virtual-time-budget=3000", "--enable-logging=stderr", probed.as_uri()]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=60)
    assert 'data-told="moved; epoch 0; 120 wide"' in done.stdout
    assert "CONSOLE" not in done.stderr
