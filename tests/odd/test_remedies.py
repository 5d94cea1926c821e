"""An error says what to do, in words that fit the data that it is about."""

import pickle
import re

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    CNNRegressor,
    MLPClassifier,
    MLPRegressor,
    TabularMLPClassifier,
)
from sknn.initializers import Pretrained
from sknn.layers import Dense, Flatten
from sknn.persistence import from_keras_weights, from_torch_state_dict, load, save, to_sklearn

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
IMAGES = np.random.default_rng(0).random((30, 8, 8))
KINDS = np.arange(30) % 3
COLORS = np.repeat(IMAGES[..., np.newaxis], 3, axis=-1)
FLAT = IMAGES.reshape(30, -1)
BRIEF = {"max_iter": 1, "random_state": 0}
SETS = [["a", "b"], ["a"], ["c"]] * 10


class Picture:
    """An image of another library, which converts itself."""

    def __init__(self, pixels):
        self.pixels = np.ascontiguousarray(pixels)

    @property
    def __array_interface__(self):
        return self.pixels.__array_interface__


def cnn(filters=(4,), **more):
    return CNNClassifier(filters, **BRIEF | more)


def mlp(**more):
    return MLPClassifier((4,), **BRIEF | more)


@pytest.fixture(scope="module")
def fitted():
    return cnn().fit(IMAGES, KINDS)


FLAT_ROWS = {
    "classifier": lambda: mlp().fit(IMAGES, KINDS),
    "prediction": lambda: mlp().fit(FLAT, KINDS).predict(IMAGES),
    "list": lambda: mlp().fit([Picture(each) for each in IMAGES], KINDS),
    "autoencoder": lambda: AutoEncoder(**BRIEF).fit(IMAGES),
    "machine": lambda: BernoulliRBM(2).fit(IMAGES),
    "table": lambda: TabularMLPClassifier(**BRIEF).fit(IMAGES, KINDS),
    "generator": lambda: GAN(max_iter=1).fit(IMAGES),
}


@pytest.mark.parametrize("name", FLAT_ROWS)
def test_images_for_estimators_of_flat_rows(name):
    words = r"X has 3 axes, .* np\.reshape\(X, \(len\(X\), -1\)\).* CNN .* Reshape"
    with pytest.raises(ValueError, match=words):
        FLAT_ROWS[name]()


@pytest.mark.parametrize(
    "net", [CNNRegressor((4,), **BRIEF), MLPRegressor(**BRIEF)], ids=["images", "rows"]
)
def test_images_as_targets(net):
    X = IMAGES if isinstance(net, CNNRegressor) else FLAT
    with pytest.raises(ValueError, match=r"y has 3 axes, .* np\.reshape\(y, \(len\(y\), -1\)\)"):
        net.fit(X, IMAGES)
    assert net.fit(X, FLAT).predict(X).shape == FLAT.shape


def test_images_of_other_libraries_are_read(fitted):
    pictures = [Picture(each) for each in IMAGES]
    net = cnn().fit(pictures, KINDS)
    np.testing.assert_array_equal(net.predict_proba(pictures), fitted.predict_proba(IMAGES))
    with pytest.raises(ValueError, match=r"row 1 \(8, 7\)\. Bring them all to one shape"):
        net.predict([Picture(IMAGES[0]), Picture(IMAGES[0][:, :7])])


def holes():
    found = IMAGES.copy()
    found[0, 0, 0] = np.nan
    return found


CALLS = {
    "empty list": (lambda net: net.predict([]), "X is empty; pass at least one row"),
    "missing pixels": (lambda net: net.predict(holes()), r"contains NaN\. .* np\.nan_to_num"),
    "sets of labels": (lambda net: cnn().fit(IMAGES, SETS), "MultiLabelBinarizer"),
    "another size": (
        lambda net: net.predict(IMAGES[:, :6]),
        r"\(8, 8, 1\)\. Crop or pad .* resize",
    ),
    "gray images": (
        lambda net: cnn().fit(COLORS, KINDS).predict(IMAGES),
        r"Repeat the channel 3 times, with np\.repeat",
    ),
    "colors": (lambda net: net.predict(COLORS), "reads 1 channel, but X has 3"),
    "source of gray images": (
        lambda net: cnn(weight_init=Pretrained(net)).fit(COLORS, KINDS),
        "numbers of channels differ, 1 and 3; convert the images",
    ),
    "source of colors": (
        lambda net: cnn(weight_init=Pretrained(cnn().fit(COLORS, KINDS))).fit(IMAGES, KINDS),
        "numbers of channels differ, 3 and 1; repeat that of X",
    ),
    "softmax": (
        lambda net: CNNClassifier(layers=[Flatten(), Dense(3, "softmax")]).fit(IMAGES, KINDS),
        "output layer, with softmax for several classes, is added for you",
    ),
    "sigmoid": (lambda net: mlp(activation="sigmoid").fit(FLAT, KINDS), "mean 'logistic'"),
    "new labels": (lambda net: mlp().fit(FLAT, KINDS).partial_fit(FLAT, KINDS + 1), "as `classes`"),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_to_do(name, fitted):
    call, words = CALLS[name]
    with pytest.raises(ValueError, match=words):
        call(fitted)


@pytest.mark.parametrize("read", [from_torch_state_dict, from_keras_weights])
def test_weights_for_a_network_that_does_not_exist_yet(read):
    with pytest.raises(NotFittedError, match=r"initialize\(X, y\)"):
        read(mlp(), {"a": np.zeros(2)} if read is from_torch_state_dict else [np.zeros(2)])


def test_files_of_other_kinds(tmp_path):
    path = tmp_path / "net"
    path.write_bytes(pickle.dumps(mlp()))
    with pytest.raises(ValueError, match="it looks like a pickle"):
        load(path)
    with pytest.raises(ValueError, match="no file may request; .* in a pickle"):
        save(RandomForestClassifier(2).fit(FLAT, KINDS), path)
    save(mlp(), path)
    with pytest.raises(TypeError, match="classes and functions, not names"):
        load(path, trusted=["numpy.mean"])


def test_networks_of_scikit_learn_lose_what_they_do_not_have():
    net = mlp(learning_rate="cosine").fit(FLAT, KINDS)
    with pytest.warns(UserWarning, match=re.escape("counterpart for learning_rate='cosine'.")):
        to_sklearn(net)
    with pytest.raises(
        TypeError, match=r"make_pipeline\(model\[:-1\], to_sklearn\(model\[-1\]\)\)"
    ):
        to_sklearn(make_pipeline(net))
