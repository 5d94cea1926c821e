"""Every Display is drawn in the house style, down to the last line."""

import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt

from sknn import AutoEncoder, MLPClassifier
from sknn.callbacks import Diagnostics
from sknn.inspection import (
    ActivationDisplay,
    GradientDisplay,
    LearningRateDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    OptimizerPathDisplay,
    ReconstructionDisplay,
    WeightsDisplay,
    house_style,
)

X = np.random.default_rng(0).random((30, 5))
NET = MLPClassifier(
    (4,), learning_rate="cosine", max_iter=3, callbacks=[Diagnostics(warn=False)], random_state=0
).fit(X, X[:, 0] > 0.5)
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
