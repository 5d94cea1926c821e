"""Arguments that neither a display nor Matplotlib knows."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from sknn import AutoEncoder, CNNClassifier, MLPClassifier
from sknn.callbacks import Diagnostics
from sknn.inspection import (
    ActivationDisplay,
    GradientDisplay,
    LearningRateDisplay,
    LossCurveDisplay,
    LossLandscapeDisplay,
    ReconstructionDisplay,
    SamplesDisplay,
    WeightsDisplay,
)

RNG = np.random.default_rng(0)
X = RNG.random((30, 16))
Y = np.arange(30) % 3
BRIEF = {"max_iter": 2, "learning_rate": "cosine", "random_state": 0}
NET = MLPClassifier((4,), **BRIEF, callbacks=[Diagnostics()]).fit(X, Y)
IMAGES = CNNClassifier((2,), **BRIEF).fit(X.reshape(-1, 4, 4), Y)
CODER = AutoEncoder((4, 2), **BRIEF, variational=True).fit(X)
CALLS = {
    "histograms": lambda **more: ActivationDisplay.from_estimator(NET, X, **more),
    "maps": lambda **more: ActivationDisplay.from_estimator(
        IMAGES, X.reshape(-1, 4, 4), layer="conv0", **more
    ),
    "gradients": lambda **more: GradientDisplay.from_estimator(NET, **more),
    "rates": lambda **more: LearningRateDisplay.from_estimator(NET, **more),
    "losses": lambda **more: LossCurveDisplay.from_estimator(NET, **more),
    "landscape": lambda **more: LossLandscapeDisplay.from_estimator(NET, X, Y, **more),
    "reconstructions": lambda **more: ReconstructionDisplay.from_estimator(CODER, X, **more),
    "samples": lambda **more: SamplesDisplay.from_estimator(CODER, **more),
    "weights": lambda **more: WeightsDisplay.from_estimator(NET, **more),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_unknown_argument_is_named_with_those_that_are_known(call):
    words = r"Display.from_estimator has no parameter 'kindness': it has estimator, .*Matplotlib"
    with pytest.raises(TypeError, match=words):
        call(kindness="maps")
    plt.close("all")


def test_arguments_of_matplotlib_pass():
    display = ActivationDisplay.from_estimator(NET, X, alpha=0.5)
    assert display.axes_[0].patches[0].get_alpha() == 0.5
    plt.close("all")
