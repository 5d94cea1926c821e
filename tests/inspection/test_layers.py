"""Displays of weights, outputs, and gradients of layers, and of learning rates."""

import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNClassifier,
    MLPClassifier,
    RNNClassifier,
    TabularMLPClassifier,
)
from sknn.callbacks import Diagnostics
from sknn.exceptions import InvalidParameterError
from sknn.inspection import (
    ActivationDisplay,
    GradientDisplay,
    LearningRateDisplay,
    WeightsDisplay,
)
from sknn.layers import BatchNorm, Conv2D, Dense, Dropout, Parallel, Residual

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((30, 16))
Y = (X[:, 0] > 0.5).astype(int)
IMAGES = X.reshape(30, 4, 4)
SERIES = X.reshape(30, 8, 2)
BRIEF = {"max_iter": 2, "random_state": 0}
TABLE = BRIEF | {"hidden_layer_sizes": (6,)}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def net(*sizes, **params):
    return MLPClassifier(sizes or (6,), **BRIEF | params)


# -- weights ----------------------------------------------------------------------------------


def test_every_unit_is_an_image_of_its_weights():
    model = net().fit(X, Y)
    display = WeightsDisplay.from_estimator(model)
    np.testing.assert_array_equal(
        display.weights["hidden0"][2], model.coefs_[0][:, 2].reshape(4, 4)
    )
    limit = np.abs(model.coefs_[0]).max()
    assert display.image_.get_clim() == (-limit, limit)
    picture = display.image_.get_array()
    np.testing.assert_array_equal(picture[:4, 5:9], display.weights["hidden0"][1])
    assert np.ma.getmaskarray(picture)[4].all() and display.figure_ is display.ax_.figure


@pytest.mark.parametrize(
    ("model", "rows", "layer", "shape", "expected"),
    [
        (BernoulliRBM(5, n_iter=1), X, 0, None, (5, 4, 4)),
        (DBNClassifier((5,), **BRIEF), X, 0, (2, 8), (5, 2, 8)),
        (AutoEncoder((9, 4), **BRIEF), X, "hidden1", (3, 3), (4, 3, 3)),
        (CNNClassifier((5,), 3, **BRIEF), IMAGES, 0, None, (5, 3, 3)),
        (CNNClassifier((5,), 2, **BRIEF), RNG.random((30, 4, 4, 3)), 0, None, (5, 2, 2, 3)),
        (net(n_members=2), X, -2, None, (6, 4, 4)),
        (net(70), X, 0, None, (64, 4, 4)),
        (make_pipeline(StandardScaler(), net()), X, "hidden0", None, (6, 4, 4)),
    ],
)
def test_images_of_every_kind_of_layer(model, rows, layer, shape, expected):
    display = WeightsDisplay.from_estimator(model.fit(rows, Y), layer=layer, shape=shape)
    assert display.kind == "images"
    assert next(iter(display.weights.values())).shape == expected


@pytest.mark.parametrize(
    ("model", "rows", "layer"),
    [
        (GAN((16,), (4,), max_iter=1, random_state=0), X[:, :5], 0),
        (net(16), X[:, :5], "output"),
        (TabularMLPClassifier(hidden_layer_sizes=(4,), max_iter=1, random_state=0), X, 0),
        (AutoEncoder((9, 4), **BRIEF), X[:, :5], "hidden1"),
    ],
)
def test_inputs_without_places_are_not_taken_for_pixels(model, rows, layer):
    model.fit(rows, Y)
    assert WeightsDisplay.from_estimator(model, layer=layer).kind == "histogram"


def test_the_discriminator_of_a_gan_reads_pixels():
    gan = GAN((4,), (3,), max_iter=1, random_state=0).fit(X)
    display = WeightsDisplay.from_estimator(gan, layer="discriminator_hidden0")
    assert display.weights["discriminator_hidden0"].shape == (3, 4, 4)


def test_histograms_of_all_layers():
    layers = [Dense(5), Residual([Dense(5)])]
    model = MLPClassifier(layers=layers, **BRIEF).fit(X[:, :3], Y)
    display = WeightsDisplay.from_estimator(model)
    assert display.kind == "histogram"
    assert list(display.weights) == ["hidden0", "residual0.hidden0", "output"]
    counts = [sum(patch.get_height() for patch in ax.patches) for ax in display.axes_]
    assert counts == [15, 25, 5]


def test_axes_of_the_user():
    model = net().fit(X, Y)
    figure, (left, right) = plt.subplots(1, 2)
    assert WeightsDisplay.from_estimator(model, ax=left, cmap="gray").ax_ is left
    whole = WeightsDisplay.from_estimator(model, kind="histogram", ax=right)
    assert whole.ax_ is right and whole.figure_ is figure
    several = plt.subplots(1, 2)[1]
    shown = WeightsDisplay.from_estimator(model, kind="histogram", ax=several, bins=3)
    assert list(shown.axes_) == list(several)
    with pytest.raises(ValueError, match="array of 2"):
        WeightsDisplay.from_estimator(model, kind="histogram", ax=plt.subplots(1, 3)[1])


def test_weights_that_cannot_be_drawn():
    model = net().fit(X[:, :3], Y)
    with pytest.raises(NotFittedError):
        WeightsDisplay.from_estimator(net())
    for wrong, text in [
        ({"kind": "images"}, "pass the shape"),
        ({"kind": "pie"}, "kind must be"),
        ({"layer": "hidden9"}, "layer must be"),
        ({"layer": 5}, "layer must be"),
        ({"shape": (2, 2)}, "shape must be"),
    ]:
        with pytest.raises(ValueError, match=text):
            WeightsDisplay.from_estimator(model, **wrong)


def test_weights_of_zero():
    model = net().fit(X, Y)
    model.network_.theta[...] = 0.0
    WeightsDisplay.from_estimator(model).figure_.canvas.draw()


# -- outputs of layers ------------------------------------------------------------------------


def test_histograms_of_all_hidden_layers():
    model = net(6, 4, normalization="batch").fit(X, Y)
    display = ActivationDisplay.from_estimator(model, X)
    for found, expected in zip(display.outputs.values(), model.activations(X), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert [ax.get_title() for ax in display.axes_] == ["hidden0", "hidden1"]
    heights = sum(patch.get_height() for patch in display.axes_[0].patches)
    np.testing.assert_allclose(heights, 1.0)


@pytest.mark.parametrize(
    ("model", "rows", "layer", "kind", "shape"),
    [
        (CNNClassifier((5,), **BRIEF), IMAGES, "conv0", "maps", (2, 2, 5)),
        (CNNClassifier((5,), **BRIEF), IMAGES, -1, "histogram", (30, 64)),
        (CNNClassifier((5,), **BRIEF), IMAGES, "norm0", "maps", (4, 4, 5)),
        (CNNClassifier((5,), n_members=2, **BRIEF), IMAGES, "norm0", "maps", (4, 4, 10)),
        (CNNClassifier((5,), **BRIEF), IMAGES, "output", "histogram", (30, 1)),
        (RNNClassifier((5, 3), **BRIEF), SERIES, 0, "sequence", (8, 5)),
        (RNNClassifier((5,), **BRIEF), SERIES, 0, "sequence", (8, 5)),
        (RNNClassifier((5,), bidirectional=True, **BRIEF), SERIES, 0, "histogram", (30, 30)),
        (net(n_members=2), X, 0, "histogram", (30, 12)),
        (AutoEncoder((6, 2), **BRIEF), X, "hidden1", "histogram", (30, 2)),
        (BernoulliRBM(5, n_iter=1), X, 0, "histogram", (30, 5)),
        (GAN((6,), (7,), **BRIEF), X, 0, "histogram", (30, 7)),
        (
            TabularMLPClassifier(hidden_layer_sizes=(6,), n_members=2, **BRIEF),
            X,
            0,
            "histogram",
            (30, 12),
        ),
        (make_pipeline(StandardScaler(), net()), X, 0, "histogram", (30, 6)),
    ],
)
def test_outputs_of_every_kind_of_layer(model, rows, layer, kind, shape):
    display = ActivationDisplay.from_estimator(model.fit(rows, Y), rows, layer=layer, row=-1)
    assert display.kind == kind
    assert next(iter(display.outputs.values())).shape == shape
    assert display.figure_ is display.axes_[0].figure


def test_outputs_of_layers_inside_blocks():
    inside = [Conv2D(4), BatchNorm(), Conv2D(4, activation="identity")]
    branches = Parallel([Conv2D(2, 1), [Dropout(0.5), Residual([Conv2D(4)])]])
    model = CNNClassifier(layers=[Conv2D(4), Residual(inside), branches], **BRIEF).fit(IMAGES, Y)

    def output(layer):
        display = ActivationDisplay.from_estimator(model, IMAGES, layer=layer, row=2)
        return display.outputs[layer]

    np.testing.assert_allclose(output("conv0") + output("residual0.conv1"), output("residual0"))
    branch = output("residual0") + output("parallel0.1.residual0.conv0")
    joined = np.concatenate([output("parallel0.0.conv0"), branch], axis=-1)
    np.testing.assert_allclose(joined, output("parallel0"))
    with pytest.raises(ValueError, match="layer must be"):
        output("residual0.conv2")


def test_a_layer_alone_and_those_between():
    model = CNNClassifier((5,), **BRIEF).fit(IMAGES, Y)
    shapes = {}
    for layer, alone in (("conv0", True), ("norm0", False), ("pool0", False), ("conv0", False)):
        shown = ActivationDisplay.from_estimator(model, IMAGES, layer=layer, alone=alone)
        shapes[layer, alone] = shown.outputs[layer].shape
    assert list(shapes.values()) == [(4, 4, 5), (4, 4, 5), (2, 2, 5), (2, 2, 5)]


@pytest.mark.parametrize("n_members", [1, 2])
def test_layers_inside_of_blocks(n_members):
    inner = Residual([Dense(3, "tanh"), Dropout(0.1)])
    layers = [Dense(3), Residual([inner, Dense(5), Dense(3, "identity")]), Parallel([Dense(2), []])]
    model = MLPClassifier(layers=layers, n_members=n_members, **BRIEF).fit(X, Y)

    def output(name):
        return ActivationDisplay.from_estimator(model, X, layer=name).outputs[name]

    begin, weights = output("hidden0"), model.get_weights()["residual0"]
    np.testing.assert_allclose(
        output("residual0") - begin, output("residual0.hidden1"), rtol=1e-5, atol=1e-6
    )
    deep = output("residual0.residual0.hidden0")
    assert deep.shape == (30, 3 * n_members)
    assert output("parallel0.0.hidden0").shape == (30, 2 * n_members)
    if n_members == 1:
        raw = begin @ weights["residual0.hidden0.W"] + weights["residual0.hidden0.b"]
        np.testing.assert_allclose(deep, np.tanh(raw), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match="'residual0.residual0.hidden0', 'residual0.hidden0'"):
        output("residual0.hidden7")


def test_the_last_state_is_what_the_layer_gives():
    """A layer that returns only its last state is drawn with all earlier steps."""
    model = RNNClassifier((5,), cell="lstm", readout="last", **BRIEF).fit(SERIES, Y)
    states = ActivationDisplay.from_estimator(model, SERIES, layer=0, row=3).outputs["lstm0"]
    np.testing.assert_allclose(states[-1], model.activations(SERIES)[0][3])
    ragged = [each[: 2 + i % 5] for i, each in enumerate(SERIES)]
    states = ActivationDisplay.from_estimator(model, ragged, layer=0, row=3).outputs["lstm0"]
    assert states.shape == (5, 5)


def test_outputs_that_cannot_be_drawn():
    model = CNNClassifier((5,), **BRIEF).fit(IMAGES, Y)
    for wrong, text in [
        ({"layer": "pool9"}, "layer must be"),
        ({"layer": 0, "row": 30}, "row must"),
    ]:
        with pytest.raises(ValueError, match=text):
            ActivationDisplay.from_estimator(model, IMAGES, **wrong)
    with pytest.raises(ValueError, match="no hidden layer"):
        ActivationDisplay.from_estimator(MLPClassifier((), **BRIEF).fit(X, Y), X)


# -- gradients --------------------------------------------------------------------------------


def test_one_line_a_layer():
    model = net(6, 4, callbacks=[Diagnostics(warn=False)]).fit(X, Y)
    display = GradientDisplay.from_estimator(model)
    assert [line.get_label() for line in display.lines_] == ["hidden0", "hidden1", "output"]
    np.testing.assert_array_equal(
        display.lines_[1].get_ydata(), model.history_["gradient_norm.hidden1"]
    )
    assert display.ax_.get_yscale() == "log"
    dead = GradientDisplay.from_estimator(model, quantity="dead_units", ax=plt.subplots()[1])
    assert len(dead.lines_) == 2 and dead.ax_.get_yscale() == "linear"


def test_some_of_many_layers_are_named():
    display = GradientDisplay(epoch=[1, 2], values={f"l{i}": [1.0, 0.1 * i] for i in range(50)})
    names = [text.get_text() for text in display.plot().ax_.get_legend().get_texts()]
    assert len(names) == 12 and (names[0], names[-1]) == ("l0", "l49")


def test_gradients_that_were_not_measured():
    with pytest.raises(ValueError, match=r"Diagnostics\(\)"):
        GradientDisplay.from_estimator(net().fit(X, Y))
    with pytest.raises(ValueError, match="quantity must be"):
        GradientDisplay.from_estimator(net().fit(X, Y), quantity="speed")


# -- learning rates ---------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", ["constant", "cosine", "step", "exponential", "one_cycle"])
def test_the_plan_is_what_training_does(schedule):
    model = net(learning_rate=schedule, max_iter=6, n_iter_no_change=99)
    epochs, planned = next(iter(LearningRateDisplay.from_estimator(model).rates.values()))
    done = model.fit(X, Y)
    trained, real = LearningRateDisplay.from_estimator(done).rates["MLPClassifier"]
    assert trained.tolist() == list(range(6)) and epochs[0] == 0
    if len(planned) == len(real):
        np.testing.assert_allclose(planned, real)
    else:
        # If the rate changes at every update, the history has the last one of each epoch.
        assert planned.min() * 0.99 <= real.min() and real.max() <= planned.max() * 1.01


def test_updates_are_counted_where_the_schedule_counts_them():
    model = net(solver="sgd", learning_rate="invscaling", batch_size=10, max_iter=6)
    plan = LearningRateDisplay.from_estimator(model, n_batches=3).rates["MLPClassifier"][1]
    real = LearningRateDisplay.from_estimator(model.fit(X, Y)).rates["MLPClassifier"][1]
    np.testing.assert_allclose(plan[20:60:20], 0.001 * np.array([4, 7]) ** -0.5)
    assert real.shape == (6,)


def test_schedules_by_name_and_by_themselves():
    display = LearningRateDisplay.from_schedules(["cosine", "plateau"], max_iter=10)
    # A rate per epoch is drawn as steps, and a rate per update as a curve.
    assert [line.get_drawstyle() for line in display.lines_] == ["default", "steps-post"]
    assert [line.get_label() for line in display.lines_] == ["cosine", "plateau"]
    assert set(display.rates["plateau"][1]) == {0.001}
    # The last epoch has a step as well.
    assert [round(line.get_xdata()[-1], 6) for line in display.lines_] == [9.95, 10.0]
    with pytest.raises(InvalidParameterError, match="schedules"):
        LearningRateDisplay.from_schedules("slow")


@pytest.mark.parametrize("model", [BernoulliRBM(), GAN(), TabularMLPClassifier(), RNNClassifier()])
def test_every_family_has_a_plan(model):
    rates = next(iter(LearningRateDisplay.from_estimator(model).rates.values()))[1]
    assert (rates > 0).any()


def test_several_estimators_and_none():
    named = LearningRateDisplay.from_estimator({"a": net(), "b": net(learning_rate="cosine")})
    assert list(named.rates) == ["a", "b"]
    assert len(LearningRateDisplay.from_estimator([net(), net()]).lines_) == 2
    with pytest.raises(TypeError, match="network of sknn"):
        LearningRateDisplay.from_estimator(LinearRegression())
    with pytest.raises(ValueError, match="lbfgs"):
        LearningRateDisplay.from_estimator(net(solver="lbfgs"))
