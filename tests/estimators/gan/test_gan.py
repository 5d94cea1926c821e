"""GAN: the promises of its methods, its parameters, and what it refuses."""

import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import GAN
from sknn.activations import Tanh
from sknn.callbacks import Callback, Diagnostics, LearningRateRange, WeightAveraging
from sknn.exceptions import InvalidParameterError
from sknn.layers import (
    BatchNorm,
    Conv2D,
    ConvTranspose2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool,
    Reshape,
)
from sknn.losses import LeastSquares
from sknn.optimizers import SGD, Adam, RMSProp

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
SMALL = {
    "generator_layer_sizes": (8,),
    "discriminator_layer_sizes": (8, 6),
    "latent_dim": 3,
    "batch_size": 50,
    "max_iter": 3,
    "random_state": 0,
}
OBJECTIVES = ("minimax", "non_saturating", "least_squares", "wasserstein_gp")
IMAGES = load_digits().data[:100] / 16


def small(**params):
    return GAN(**SMALL | params)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("y", [None, Y], ids=["plain", "classes"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_shapes_and_precision(objective, y, dtype):
    x = X.astype(dtype)
    gan = small(objective=objective).fit(x, y)
    assert gan.sample(7, random_state=0).shape == (7, 4)
    assert gan.transform(x).shape == (150, 6)
    assert gan.score_samples(x).shape == (150,)
    assert gan.network_.dtype == dtype
    for answer in (gan.sample(2), gan.transform(x), gan.score_samples(x)):
        assert answer.dtype == dtype
        assert np.isfinite(answer).all()
    assert list(gan.get_feature_names_out()) == [f"gan{i}" for i in range(6)]
    assert 0 <= gan.score(x) <= 1


def test_history():
    history = small(n_critic=2).fit(X).history_
    asked = (
        "epoch loss generator_loss learning_rate seconds gradient_norm generator_gradient_norm "
        "real_score fake_score accuracy coverage diversity"
    ).split()
    assert set(history) == set(asked)
    for name in asked:
        assert history[name].shape == (3,)
        assert np.isfinite(history[name]).all(), name
    assert ((history["accuracy"] >= 0) & (history["accuracy"] <= 1)).all()


def test_an_epoch_without_a_turn_of_the_generator():
    history = small(n_critic=5).fit(X).history_
    assert np.isnan(history["generator_loss"]).tolist() == [True, False, True]


def test_a_generator_that_never_has_a_turn():
    gan = small(n_critic=100).fit(X)
    for name in ("generator_loss", "generator_gradient_norm"):
        assert np.isnan(gan.history_[name]).tolist() == [True] * 3


def test_samples_are_those_of_the_fit_whatever_is_set_later():
    for y in (None, Y):
        gan = small().fit(X, y)
        before = gan.sample(4, random_state=0)
        assert_array_equal(gan.set_params(latent_dim=9).sample(4, random_state=0), before)


@pytest.mark.parametrize("y", [None, Y], ids=["plain", "classes"])
def test_many_samples_are_made_piece_by_piece(y, monkeypatch):
    gan = small().fit(X, y)
    whole = gan.sample(25, random_state=0)
    monkeypatch.setattr("sknn.estimators.gan.estimator._DRAWN_ROWS", 10)
    np.testing.assert_allclose(gan.sample(25, random_state=0), whole)


def test_a_fit_is_repeated_by_its_seed():
    one, other = small().fit(X, Y), small().fit(X, Y)
    assert_array_equal(one.network_.theta, other.network_.theta)
    assert_array_equal(one.sample(5, random_state=1), other.sample(5, random_state=1))
    assert (one.sample(5, random_state=1) != one.sample(5, random_state=2)).any()
    assert (one.sample(5) != one.sample(5)).any()
    assert (small(random_state=1).fit(X, Y).network_.theta != one.network_.theta).any()


def test_callbacks_that_look_on_change_nothing():
    class Look(Callback):
        def on_batch_end(self, progress):
            assert np.isfinite(progress.network.theta).all()

        def on_epoch_end(self, progress):
            assert progress.row["coverage"] >= 0
            progress.snapshot()

    plain, watched = small().fit(X), small(callbacks=[Look()]).fit(X)
    assert_array_equal(plain.network_.theta, watched.network_.theta)


def test_what_is_used_is_an_average():
    averaged, last = small(warm_start=True).fit(X), small(warm_start=True, averaging=0.0).fit(X)
    assert_array_equal(averaged.run_.theta, last.network_.theta)
    assert_array_equal(averaged.run_.average.theta, averaged.network_.theta)
    assert (averaged.network_.theta != last.network_.theta).any()
    assert last.run_.average is None
    by_hand = small(averaging=0.0, callbacks=[WeightAveraging(decay=0.999)]).fit(X)
    assert_array_equal(by_hand.network_.theta, averaged.network_.theta)
    with pytest.raises(ValueError, match="averaging=0"):
        small(callbacks=[WeightAveraging()]).fit(X)
    # An average that is no longer requested is not used.
    averaged.set_params(averaging=0.0).fit(X)
    assert averaged.run_.average is None


# -- classes --------------------------------------------------------------------------------


def test_classes():
    gan = small().fit(X, NAMES)
    assert_array_equal(gan.classes_, np.unique(NAMES))
    one = gan.sample(6, y="setosa", random_state=0)
    assert_array_equal(one, gan.sample(6, y=["setosa"] * 6, random_state=0))
    assert (one != gan.sample(6, y="virginica", random_state=0)).any()
    scores = np.stack([gan.score_samples(X, np.full(150, name)) for name in gan.classes_])
    assert_array_equal(gan.score_samples(X), scores.max(axis=0))
    assert (scores.max(axis=0) > scores.min(axis=0)).any()
    kept = gan.transform(X, NAMES)
    assert kept.shape == gan.transform(X).shape
    fresh = gan.fit(X)
    assert not hasattr(fresh, "classes_")


def test_classes_come_as_often_as_in_the_data():
    weight = np.where(Y == 0, 0.0, np.where(Y == 1, 3.0, 1.0))
    gan = small().fit(X, NAMES, weight)
    assert_array_equal(gan._targets.shares, [0.0, 0.75, 0.25])
    told = gan.sample(2000, y="versicolor", random_state=0)
    drawn = gan.sample(2000, random_state=0)
    assert told.shape == drawn.shape


def test_a_class_is_learned():
    x = np.repeat([[-2.0], [2.0]], 200, axis=0)
    x = np.hstack([x, np.zeros_like(x)]) + 0.1 * np.random.default_rng(0).normal(size=(400, 2))
    y = np.repeat([0, 1], 200)
    gan = GAN(
        (16,),
        (32,),
        latent_dim=2,
        gradient_penalty=0.1,
        batch_size=50,
        learning_rate_init=5e-3,
        max_iter=60,
        averaging=0.98,
        random_state=0,
    ).fit(x, y)
    for label, place in ((0, -2.0), (1, 2.0)):
        assert abs(gan.sample(500, y=label, random_state=0)[:, 0].mean() - place) < 0.3
    own, other = gan.score_samples(x, y), gan.score_samples(x, 1 - y)
    assert (own > other).mean() > 0.95


CLASS_ERRORS = {
    "unknown class": (lambda gan: gan.sample(2, y=7), "classes not in"),
    "wrong number": (lambda gan: gan.sample(3, y=[0, 1]), "3 rows"),
    "unknown class of a row": (lambda gan: gan.score_samples(X, Y + 5), "classes not in"),
    "too few classes": (lambda gan: gan.transform(X, Y[:9]), "150 rows"),
    "without classes": (lambda gan: gan.partial_fit(X), "with classes"),
    "new class": (lambda gan: gan.partial_fit(X, Y + 1), "classes not in"),
}


@pytest.mark.parametrize("case", CLASS_ERRORS)
def test_errors_about_classes(case):
    act, text = CLASS_ERRORS[case]
    gan = small().fit(X, Y)
    before = pickle.dumps(gan)
    with pytest.raises(ValueError, match=text):
        act(gan)
    assert pickle.dumps(gan) == before


def test_classes_of_a_gan_without():
    gan = small().fit(X)
    for act in (lambda: gan.sample(2, y=0), lambda: gan.score_samples(X, Y)):
        with pytest.raises(ValueError, match="without classes"):
            act()
    with pytest.raises(ValueError, match="without classes"):
        gan.partial_fit(X, Y)


def test_a_stream_may_announce_its_classes():
    gan = small().partial_fit(X[:50], Y[:50], classes=[0, 1, 2])
    gan.partial_fit(X[50:], Y[50:])
    assert gan.sample(4, y=2).shape == (4, 4)
    assert gan.run_.epoch == 2


# -- parameters -------------------------------------------------------------------------------


def test_two_time_scales():
    plain = small(averaging=0.0, max_iter=1, batch_size=150)
    start = plain.fit(X).get_weights()

    def moved(**params):
        weights = clone(plain).set_params(**params).fit(X).get_weights()
        return {name: np.abs(weights[name]["W"] - start[name]["W"]).max() for name in weights}

    slow = moved(generator_learning_rate_init=1e-9)
    assert slow["discriminator_hidden0"] == 0.0
    assert slow["generator_hidden0"] > 0.0
    other = moved(generator_solver=SGD(0.0))
    assert other["discriminator_hidden0"] == 0.0
    assert other["generator_hidden0"] > 0.0


def test_solvers_keep_a_state_each():
    gan = small(solver="rmsprop", generator_solver=Adam(beta_1=0.0), warm_start=True).fit(X)
    assert gan.run_.optimizer_kind == "RMSProp and Adam"
    sides = {key.partition(".")[0] for key in gan.run_.optimizer_state}
    assert sides == {"generator", "discriminator"}
    sizes = {key: array.size for key, array in gan.run_.optimizer_state.items()}
    assert sum(set(sizes.values())) == gan.n_parameters_
    # Another solver starts over.
    gan.set_params(solver=RMSProp(), generator_solver="lion").fit(X)
    assert gan.run_.optimizer_kind == "RMSProp and Lion"


def test_every_parameter_does_something():
    base = small(averaging=0.5).fit(X).network_.theta
    for params in (
        {"objective": LeastSquares()},
        {"n_critic": 2},
        {"generator_activation": "tanh"},
        {"discriminator_activation": [Tanh(), "elu"]},
        {"output_activation": "tanh"},
        {"gradient_penalty": 0.5},
        {"label_smoothing": 0.2},
        {"instance_noise": 0.5},
        {"instance_noise": (0.5, 2)},
        {"averaging": 0.2},
        {"solver": "sgd"},
        {"generator_solver": "sgd"},
        {"learning_rate": "cosine"},
        {"learning_rate_init": 0.01},
        {"generator_learning_rate_init": 0.01},
        {"alpha": 1.0},
        {"batch_size": 20},
    ):
        theta = small(**{"averaging": 0.5} | params).fit(X).network_.theta
        assert theta.shape != base.shape or (theta != base).any(), params


def test_instance_noise_ends():
    late = small(instance_noise=(0.5, 1), warm_start=True, max_iter=1)
    late.fit(X)
    without = clone(late).set_params(instance_noise=0.0)
    without.__dict__.update({k: v for k, v in vars(late).items() if k.endswith("_")})
    without._targets, without._loss = late._targets, late._loss
    assert_array_equal(late.fit(X).network_.theta, without.fit(X).network_.theta)


def test_automatic_penalty():
    assert_array_equal(
        small(objective="wasserstein_gp").fit(X).network_.theta,
        small(objective="wasserstein_gp", gradient_penalty=10.0).fit(X).network_.theta,
    )
    assert_array_equal(
        small().fit(X).network_.theta, small(gradient_penalty=0.0).fit(X).network_.theta
    )


BAD = {
    "objective": ({"objective": "maximin"}, "'objective' parameter of GAN"),
    "lbfgs": ({"solver": "lbfgs"}, "take turns"),
    "solver": ({"generator_solver": "lbfgs"}, "generator_solver"),
    "latent_dim": ({"latent_dim": 0}, "latent_dim"),
    "n_critic": ({"n_critic": 0.5}, "n_critic"),
    "noise": ({"instance_noise": (0.1, 0)}, "instance_noise"),
    "smoothing": ({"label_smoothing": 1.0}, "label_smoothing"),
    "smoothing without targets": (
        {"objective": "wasserstein_gp", "label_smoothing": 0.1},
        "label_smoothing=0.1",
    ),
    "averaging": ({"averaging": 1.0}, "averaging"),
    "activation": ({"generator_activation": "sine"}, "generator_activation"),
    "output": ({"output_activation": ["tanh"]}, "output_activation"),
    "sizes": ({"generator_layer_sizes": (3, 0)}, "generator_layer_sizes"),
    "odd sizes": ({"discriminator_layer_sizes": "wide"}, "discriminator_layer_sizes"),
    "too many activations": ({"discriminator_activation": ["relu"]}, "discriminator_activation"),
    "shape": ({"input_shape": (2, 3)}, "input_shape"),
    "no layers": (
        {"generator_layers": [3], "generator_layer_sizes": (128, 128)},
        "generator_layers",
    ),
    "layers and sizes": (
        {"generator_layers": [Dense(3)]},
        "generator_layer_sizes=.* has no effect",
    ),
    "layers and odd sizes": (
        {"generator_layers": [Dense(3)], "generator_layer_sizes": np.ones((2, 2))},
        "generator_layer_sizes",
    ),
    "ends in another shape": (
        {
            "generator_layer_sizes": (128, 128),
            "generator_layers": [Reshape((1, 3, 1)), Conv2D(2, (1, 3))],
        },
        "generator_layers end in rows of shape",
    ),
    "penalty of a convolution": (
        {
            "objective": "wasserstein_gp",
            "discriminator_layer_sizes": (128, 128),
            "discriminator_layers": [Conv2D(2)],
            "input_shape": (2, 2, 1),
        },
        "Conv2D layer 'discriminator_conv0'",
    ),
    "diagnostics": ({"callbacks": [Diagnostics()]}, "no meaning for a Boltzmann machine or a GAN"),
    "range": ({"callbacks": [LearningRateRange()]}, "no meaning for a Boltzmann machine or a GAN"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_parameters(case):
    params, text = BAD[case]
    gan = small().fit(X)
    before = pickle.dumps(gan)
    kept = gan.get_params()
    with pytest.raises((ValueError, InvalidParameterError), match=text):
        gan.set_params(**params).fit(X)
    gan.set_params(**kept)
    assert pickle.dumps(gan) == before


BAD_CALLS = {
    "sparse": (lambda gan: gan.fit(sp.csr_array(X)), TypeError, "toarray"),
    "labels of another kind": (lambda gan: gan.fit(X, X[:, 0]), ValueError, "label type"),
    "several labels": (lambda gan: gan.fit(X, np.tile(Y[:, None], 2)), ValueError, "one class"),
    "labels too short": (lambda gan: gan.fit(X, Y[:9]), ValueError, "150 rows, but y has 9"),
    "weights": (lambda gan: gan.fit(X, None, -np.ones(150)), ValueError, "sample_weight"),
    "no rows wanted": (lambda gan: gan.sample(0), ValueError, "n_samples"),
    "half a row": (lambda gan: gan.sample(1.5), ValueError, "n_samples"),
    "other columns": (lambda gan: gan.score_samples(X[:, :2]), ValueError, "2 features"),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_bad_calls(case):
    act, kind, text = BAD_CALLS[case]
    gan = small().fit(X)
    before = pickle.dumps(gan)
    with pytest.raises(kind, match=text):
        act(gan)
    assert pickle.dumps(gan) == before


def test_a_divergence_is_an_error():
    gan = small(solver="sgd", learning_rate_init=1e30, averaging=0.0, max_iter=20)
    with pytest.raises(ValueError, match="non-finite"):
        gan.fit(X)
    assert not hasattr(gan, "network_")
    with pytest.raises(NotFittedError):
        gan.sample(2)


def test_the_shape_of_rows_stays_while_training_continues():
    gan = small(input_shape=(2, 2, 1)).partial_fit(X)
    before = gan.sample(3, random_state=0)
    with pytest.raises(ValueError, match="input_shape needs rows of shape"):
        gan.set_params(input_shape=(1, 4, 1)).partial_fit(X)
    gan.set_params(warm_start=True)
    with pytest.raises(ValueError, match="input_shape needs rows of shape"):
        gan.fit(X)
    assert_array_equal(gan.sample(3, random_state=0), before)
    assert gan.set_params(warm_start=False).fit(X).input_shape_ == (1, 4, 1)


# -- weights of rows --------------------------------------------------------------------------


def test_rows_of_weight_zero_are_absent():
    weight = (np.arange(150) % 3 > 0).astype(float)
    kept = weight > 0
    for y in (None, Y):
        told = small().fit(X, y, weight)
        left = small().fit(X[kept], None if y is None else y[kept])
        assert_array_equal(told.network_.theta, left.network_.theta)


def test_weights_count_by_their_ratio():
    weight = 1.0 + np.arange(150) % 3
    one, other = small().fit(X, None, weight), small().fit(X, None, 64.0 * weight)
    assert_array_equal(one.network_.theta, other.network_.theta)
    assert (small().fit(X).network_.theta != one.network_.theta).any()


# -- layers -----------------------------------------------------------------------------------

PAINTER = [
    Dense(2 * 2 * 4),
    Reshape((2, 2, 4)),
    ConvTranspose2D(4, 3, strides=2),
    ConvTranspose2D(1, 3, "logistic", strides=2),
]
CRITIC = [Conv2D(4, 3, strides=2), Flatten(), Dense(8)]


@pytest.mark.parametrize("y", [None, load_digits().target[:100]], ids=["plain", "classes"])
def test_convolutions(y):
    gan = GAN(
        generator_layers=PAINTER,
        discriminator_layers=CRITIC,
        input_shape=(8, 8, 1),
        latent_dim=3,
        max_iter=2,
        random_state=0,
    ).fit(IMAGES, y)
    assert gan.network_.names[-5:] == (
        "discriminator_reshape0",
        "discriminator_conv0",
        "discriminator_flatten0",
        "discriminator_hidden0",
        "discriminator_output",
    )
    assert gan.network_.names[3] == "generator_upconv1"
    drawn = gan.sample(3, random_state=0)
    assert drawn.shape == (3, 64)
    assert ((drawn > 0) & (drawn < 1)).all()
    assert gan.transform(IMAGES).shape == (100, 8)
    assert (gan.network_.layers[2].activation.alias, gan.network_.layers[6].activation.alias) == (
        "relu",
        "leaky_relu",
    )
    # The user's specs do not change.
    assert PAINTER[0].activation is None
    assert CRITIC[2].input_skip == 0


def test_classes_need_a_dense_layer():
    gan = GAN(discriminator_layers=[Conv2D(2), MaxPool()], input_shape=(8, 8, 1), max_iter=1)
    gan.fit(IMAGES)
    with pytest.raises(ValueError, match="Dense layer"):
        gan.fit(IMAGES, load_digits().target[:100])


def test_batch_normalization_and_dropout():
    gan = GAN(
        generator_layers=[Dense(8), BatchNorm(), Dense(8)],
        latent_dim=2,
        max_iter=3,
        discriminator_layers=[Dense(8), Dropout(0.3)],
        random_state=0,
        averaging=0.0,
    )
    gan.fit(X)
    norm = gan.get_weights()["generator_norm0"]
    assert (norm["var"] != 1).any()
    assert_array_equal(gan.sample(3, random_state=0), gan.sample(3, random_state=0))


def test_networks_without_hidden_layers():
    gan = GAN((), (), latent_dim=4, max_iter=2, random_state=0).fit(X)
    assert gan.sample(2).shape == (2, 4)
    assert_array_equal(gan.transform(X), X)


# -- in the house of scikit-learn -----------------------------------------------------------------


def test_search_and_pipelines():
    search = GridSearchCV(small(), {"latent_dim": [2, 3], "objective": OBJECTIVES[:2]}, cv=2)
    search.fit(X, Y)
    assert search.best_estimator_.sample(2, y=1).shape == (2, 4)
    pipeline = make_pipeline(StandardScaler(), small()).fit(X, Y)
    assert pipeline.transform(X).shape == (150, 6)
    assert pipeline.score_samples(X).shape == (150,)


def test_frames():
    frame = pd.DataFrame(X, columns=list("abcd"))
    gan = small().fit(frame, pd.Series(NAMES))
    assert list(gan.feature_names_in_) == list("abcd")
    assert_array_equal(gan.network_.theta, small().fit(X, NAMES).network_.theta)
    assert gan.set_output(transform="pandas").transform(frame).shape == (150, 6)


def test_pickles_of_plain_fits_are_small():
    gan = GAN(max_iter=2, random_state=0).fit(X)
    assert len(pickle.dumps(gan)) < 1.2 * gan.network_.theta.nbytes
    assert gan.run_.average is None


def test_weights_by_name_and_position():
    gan = small().fit(X)
    weights = gan.get_weights()
    assert list(weights) == [
        "generator_hidden0",
        "generator_output",
        "discriminator_hidden0",
        "discriminator_hidden1",
        "discriminator_output",
    ]
    assert [w.shape for w in gan.coefs_] == [(3, 8), (8, 4), (4, 8), (8, 6), (6, 1)]
    weights["generator_output"]["b"] += 5.0
    moved = gan.sample(4, random_state=0) + 5.0
    np.testing.assert_allclose(gan.set_weights(weights).sample(4, random_state=0), moved)
    assert gan.out_activation_ == "identity"
