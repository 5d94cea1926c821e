"""Every Display is drawn in the house style, down to the last line."""

import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt

from sknn import GAN, AutoEncoder, MLPClassifier
from sknn.callbacks import Diagnostics
from sknn.inspection import (
    ActivationDisplay,
    GradientDisplay,
    LearningRateDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    OptimizerPathDisplay,
    ReconstructionDisplay,
    SamplesDisplay,
    WeightsDisplay,
    house_style,
)

X = np.random.default_rng(0).random((30, 5))
NET = MLPClassifier(
    (4,), learning_rate="cosine", max_iter=3, callbacks=[Diagnostics(warn=False)], random_state=0
).fit(X, X[:, 0] > 0.5)
SAMPLER = GAN((4,), (4,), max_iter=1, random_state=0).fit(X)
CODER = AutoEncoder((2,), learning_rate="cosine", max_iter=3, tol=0, random_state=0).fit(X)
DISPLAYS = {
    "activations": lambda: ActivationDisplay.from_estimator(NET, X),
    "gradients": lambda: GradientDisplay.from_estimator(NET),
    "rates": lambda: LearningRateDisplay.from_estimator(NET),
    "losses": lambda: LossCurveDisplay.from_estimator(NET),
    "network": lambda: NetworkDisplay.from_estimator(CODER),
    "paths": lambda: OptimizerPathDisplay.from_optimizers(["sgd", "adam"]),
    "rows": lambda: ReconstructionDisplay.from_estimator(CODER, X),
    "codes": lambda: ReconstructionDisplay.from_estimator(CODER, X, X[:, 0] > 0.5, kind="codes"),
    "weights": lambda: WeightsDisplay.from_estimator(NET),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def contrast(color, ground):
    """Return how far two colors are apart in brightness, at most 1."""
    return abs(np.mean(colors.to_rgb(color)) - np.mean(colors.to_rgb(ground)))


def letters_on_their_ground(ax):
    legend = ax.get_legend()
    if legend is not None:
        box = legend.get_frame().get_facecolor()
        for text in legend.get_texts():
            yield text, box if box[3] else ax.figure.get_facecolor()
    for text in [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.get_xticklabels(), *ax.texts]:
        yield text, ax.figure.get_facecolor()


@pytest.mark.parametrize("name", DISPLAYS)
@pytest.mark.parametrize("style", ["dark_background", "ggplot", "Solarize_Light2", "grayscale"])
def test_letters_can_be_read_in_every_style(name, style):
    with plt.style.context(style):
        display = DISPLAYS[name]()
        display.figure_.canvas.draw()
    for ax in display.figure_.axes:
        for text, ground in letters_on_their_ground(ax):
            assert contrast(text.get_color(), ground) > 0.3, text
        if name == "gradients":
            for line in ax.lines:
                assert contrast(line.get_color(), ax.get_facecolor()) > 0.1


def test_a_grid_of_another_style_is_not_turned_on():
    with plt.style.context("dark_background"):
        display = DISPLAYS["losses"]()
    assert not any(line.get_visible() for line in display.ax_.get_xgridlines())


@pytest.mark.parametrize("ground", ["none", "#FFFFFF00", (0.0, 0.0, 0.0, 0.0)])
def test_a_transparent_ground_is_light(ground):
    with plt.rc_context({"axes.facecolor": ground}):
        display = DISPLAYS["losses"]()
    assert colors.same_color(display.ax_.xaxis.label.get_color(), house_style()["text.color"])


@pytest.mark.parametrize("name", ["_noise_", "$5 and $6", "in $_", r"$\alpha=1$", "a_b"])
def test_names_in_legends_and_titles_are_drawn_as_they_are(name):
    displays = [
        LossCurveDisplay.from_estimator({name: NET}),
        LearningRateDisplay.from_estimator({name: NET}),
        OptimizerPathDisplay.from_optimizers({name: "adam"}, n_steps=2),
        ReconstructionDisplay.from_estimator(CODER, X, [name] * 30, kind="codes"),
        SamplesDisplay.from_estimator({name: SAMPLER}, X),
        WeightsDisplay(weights={name: X}, kind="histogram"),
    ]
    for display in displays[:4]:
        display.figure_.canvas.draw()
        assert display.ax_.get_legend().get_texts()[0].get_text().startswith(name)
    for display in (displays[4], displays[5].plot()):
        display.figure_.canvas.draw()
        assert display.axes_[0].get_title() == name


def test_seams_between_images_in_color_are_transparent():
    images = np.random.default_rng(0).random((2, 4, 4, 3))
    with plt.style.context("dark_background"):
        shown = SamplesDisplay(samples={"": images}).plot().ax_.images[0].get_array()
        coder = ReconstructionDisplay(kind="images", rows=images, reconstructions=2 * images)
        coder.plot().figure_.canvas.draw()
    assert not shown[:, 4, 3].any() and shown[:, :4, 3].all()


@pytest.mark.parametrize("name", DISPLAYS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_and_ground_are_those_of_the_theme(name, theme):
    style = house_style(theme)
    if theme == "dark":
        with plt.style.context(style):
            display = DISPLAYS[name]()
    else:
        display = DISPLAYS[name]()
    ground = colors.to_rgba(style["figure.facecolor"])
    assert display.figure_.get_facecolor() == ground
    for ax in display.figure_.axes:
        for line in ax.lines:
            # A name such as "C0" would be looked up when the style is no longer in use.
            assert not str(line.get_color()).startswith("C")
        for text in ax.texts:
            assert colors.to_rgba(text.get_color()) == colors.to_rgba(style["text.color"])
    display.figure_.canvas.draw()
