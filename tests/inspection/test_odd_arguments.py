"""How displays and attributions respond to invalid arguments, and to odd valid ones."""

import pickle

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from matplotlib import pyplot as plt
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, TunedThresholdClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TabularMLPRegressor,
)
from sknn.inspection import (
    ActivationDisplay,
    GradientDisplay,
    LearningRateDisplay,
    LossCurveDisplay,
    LossLandscapeDisplay,
    NetworkDisplay,
    OptimizerPathDisplay,
    ReconstructionDisplay,
    SamplesDisplay,
    WeightsDisplay,
    check_gradients,
    feature_importances,
    integrated_gradients,
)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((30, 16))
Y = X[:, 0]
LABELS = np.array(["$\\frac$", "a $b$ c", "<script>"])[np.arange(30) % 3]
BRIEF = {"max_iter": 2, "learning_rate": "cosine", "tol": 0, "random_state": 0}
REGRESSOR = MLPRegressor(hidden_layer_sizes=(4,), **BRIEF).fit(X, Y)
CODER = AutoEncoder((4, 2), **BRIEF).fit(X)
GENERATOR = GAN((4,), (4,), max_iter=1, random_state=0).fit(X[:, :5])
SEQUENCES = [RNG.random((n, 2)) for n in (3, 8, 5)]
READER = RNNRegressor(max_iter=1, learning_rate="cosine", tol=0).fit(SEQUENCES, np.arange(3.0))
SEARCH = GridSearchCV(MLPRegressor(hidden_layer_sizes=(4,), **BRIEF), {"alpha": [0, 1]}, cv=2)
DRAWN = [
    NetworkDisplay.from_estimator,
    WeightsDisplay.from_estimator,
    GradientDisplay.from_estimator,
    LossCurveDisplay.from_estimator,
    SamplesDisplay.from_estimator,
    lambda estimator: ActivationDisplay.from_estimator(estimator, X),
    lambda estimator: ReconstructionDisplay.from_estimator(estimator, X),
    lambda estimator: LossLandscapeDisplay.from_estimator(estimator, X, Y),
    lambda estimator: integrated_gradients(estimator, X),
]


@pytest.fixture(autouse=True)
def no_figures():
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before
    plt.close("all")


@pytest.mark.parametrize("draw", DRAWN)
def test_what_holds_no_network_is_distinguished_from_what_is_not_fitted(draw):
    pipeline = make_pipeline(StandardScaler(), MLPRegressor())
    for unfitted in [MLPRegressor(), SEARCH, TransformedTargetRegressor(MLPRegressor()), pipeline]:
        with pytest.raises(NotFittedError, match="fit"):
            draw(unfitted)
    with pytest.raises(NotFittedError, match="refit=True"):
        draw(GridSearchCV(pipeline, {}, cv=2, refit=False).fit(X, Y))
    for wrong in [LinearRegression(), GridSearchCV(LinearRegression(), {}), MLPRegressor, None]:
        with pytest.raises(TypeError, match="estimator must be"):
            draw(wrong)
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    ("draw", "about"),
    [
        (lambda: NetworkDisplay.from_estimator(REGRESSOR, member=1), "member"),
        (lambda: NetworkDisplay.from_estimator(REGRESSOR, member=0.5), "member"),
        (lambda: NetworkDisplay.from_estimator(REGRESSOR, max_units="a"), "max_units"),
        (lambda: WeightsDisplay.from_estimator(REGRESSOR, member=1), "member"),
        (lambda: WeightsDisplay.from_estimator(REGRESSOR, max_units=0), "max_units"),
        (lambda: WeightsDisplay.from_estimator(REGRESSOR, layer=True), "layer"),
        (lambda: WeightsDisplay.from_estimator(REGRESSOR, shape=16), "shape"),
        (lambda: WeightsDisplay.from_estimator(REGRESSOR, shape=(-4, -4)), "shape"),
        (lambda: WeightsDisplay.from_estimator(REGRESSOR, shape="ab"), "shape"),
        (lambda: ActivationDisplay.from_estimator(REGRESSOR, X, layer=[0]), "layer"),
        (lambda: ActivationDisplay.from_estimator(REGRESSOR, X, layer=0, row="a"), "row"),
        (lambda: ReconstructionDisplay.from_estimator(CODER, X, n_rows=0), "n_rows"),
        (lambda: ReconstructionDisplay.from_estimator(CODER, X, Y[:3], kind="codes"), "y must"),
        (lambda: SamplesDisplay.from_estimator({}), "estimator must not be empty"),
        (lambda: SamplesDisplay.from_estimator(GENERATOR, n_samples=0), "n_samples"),
        (lambda: SamplesDisplay.from_estimator(GENERATOR, columns=(0, 9)), "columns"),
        (lambda: SamplesDisplay.from_estimator(GENERATOR, columns=0), "columns"),
        (lambda: SamplesDisplay.from_estimator(GENERATOR, X[0]), "X must be rows"),
        (lambda: LossCurveDisplay.from_estimator([]), "estimator must not be empty"),
        (lambda: LearningRateDisplay.from_estimator({}), "estimator must not be empty"),
        (lambda: LearningRateDisplay.from_schedules([]), "schedules must not be empty"),
        (lambda: LearningRateDisplay.from_schedules("cosine", max_iter=0), "max_iter"),
        (lambda: LearningRateDisplay.from_schedules("invscaling", n_batches=-1), "n_batches"),
        (lambda: OptimizerPathDisplay.from_optimizers({}), "optimizers must not be empty"),
        (lambda: OptimizerPathDisplay.from_optimizers("sgd", n_steps=-1), "n_steps"),
        (lambda: OptimizerPathDisplay.from_optimizers("sgd", learning_rate="a"), "learning_rate"),
        (lambda: OptimizerPathDisplay.from_optimizers("sgd", learning_rate={"sgd": -1}), "rate"),
        (lambda: OptimizerPathDisplay.from_optimizers("sgd", limits=(1, 0, 0, 1)), "in order"),
        (lambda: OptimizerPathDisplay.from_optimizers("sgd", start=(1, 2, 3)), "start"),
        (lambda: OptimizerPathDisplay.from_optimizers("sgd", surface=max, limits=(0, 1)), "limits"),
        (lambda: LossLandscapeDisplay.from_estimator(REGRESSOR, X, Y, n_points=1), "n_points"),
        (lambda: LossLandscapeDisplay.from_estimator(REGRESSOR, X, Y, span=np.nan), "span"),
        (lambda: LossLandscapeDisplay.from_estimator(REGRESSOR, X, Y, path=[]), "path"),
        (lambda: LossLandscapeDisplay.from_estimator(REGRESSOR, X[:, :3], Y), "3 features"),
        (lambda: integrated_gradients(REGRESSOR, X, tol=np.nan), "tol"),
        (lambda: integrated_gradients(REGRESSOR, X, max_steps=0), "max_steps"),
        (lambda: feature_importances(READER, SEQUENCES), "one length"),
    ],
)
def test_arguments_without_sense(draw, about):
    with pytest.raises(ValueError, match=about):
        draw()
    assert not plt.get_fignums()


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: NetworkDisplay.from_estimator(REGRESSOR, ax=ax),
        lambda ax: LossCurveDisplay.from_estimator(REGRESSOR, ax=ax),
        lambda ax: LearningRateDisplay.from_estimator(REGRESSOR, ax=ax),
        lambda ax: WeightsDisplay.from_estimator(REGRESSOR, ax=ax),
        lambda ax: WeightsDisplay.from_estimator(REGRESSOR, kind="histogram", ax=ax),
        lambda ax: ActivationDisplay.from_estimator(REGRESSOR, X, ax=ax),
        lambda ax: ReconstructionDisplay.from_estimator(CODER, X, ax=ax),
        lambda ax: SamplesDisplay.from_estimator(GENERATOR, ax=ax),
        lambda ax: OptimizerPathDisplay.from_optimizers("adam", ax=ax),
        lambda ax: LossLandscapeDisplay.from_estimator(REGRESSOR, X, Y, n_points=2, ax=ax),
    ],
)
def test_ax_is_one_axes_or_as_many_as_there_are_pictures(draw):
    three = plt.figure(layout="constrained").subplots(1, 3)
    for wrong, words in [(three, "3"), (list(three), "3"), ("left", "'left'"), (3, "got 3")]:
        with pytest.raises(ValueError, match=f"^ax must be one Axes.*{words}"):
            draw(wrong)
    display = draw(three[1])
    assert display.ax_ is three[1] and display.figure_ is three[1].figure
    display.plot(three[2])
    assert display.ax_ is three[2] and len(plt.get_fignums()) == 1
    display.figure_.canvas.draw()


def test_names_with_dollar_signs_are_not_formulas():
    frame = pd.DataFrame(X[:, :2], columns=["$\\frac$", "in $ and $"])
    net = MLPClassifier((4,), **BRIEF).fit(frame, LABELS)
    NetworkDisplay.from_estimator(net).figure_.canvas.draw()
    ReconstructionDisplay.from_estimator(CODER, X, LABELS, kind="codes").figure_.canvas.draw()


def test_odd_colors_of_codes():
    mixed = np.array([None, "a"] * 15, object)
    for y in [mixed, pd.Series(LABELS, index=np.arange(30) + 5), np.arange(30).astype(str)]:
        ReconstructionDisplay.from_estimator(CODER, X, y, kind="codes").figure_.canvas.draw()
    machine = BernoulliRBM(4, n_iter=1, random_state=0).fit(X)
    one = ReconstructionDisplay.from_estimator(machine, X[:1], kind="codes")
    assert one.codes.shape == (1, 2)


def test_samples_of_one_column_and_sparse_rows():
    one = GAN((4,), (4,), max_iter=1, random_state=0).fit(X[:, :1])
    assert SamplesDisplay.from_estimator(one, X[:, :1]).samples[""].shape == (500, 2)
    rows = sp.csr_matrix(X[:, :5])
    assert SamplesDisplay.from_estimator(GENERATOR, rows).data.shape == (30, 2)
    with pytest.raises(ValueError, match="one kind"):
        SamplesDisplay.from_estimator({"a": GENERATOR, "b": GAN(max_iter=1, random_state=0).fit(X)})


@pytest.mark.parametrize("value", [0.0, 0.3, np.nan])
def test_histograms_of_weights_that_are_all_but_equal(value):
    net = MLPRegressor(hidden_layer_sizes=(4,), **BRIEF).fit(X, Y)
    net.network_.theta[...] = value
    net.network_.theta[:9] = np.nextafter(value, 1)
    WeightsDisplay.from_estimator(net, kind="histogram").figure_.canvas.draw()


def test_displays_can_be_pickled():
    for display in [
        OptimizerPathDisplay.from_optimizers("adam", surface="rosenbrock"),
        NetworkDisplay.from_estimator(REGRESSOR),
        LossLandscapeDisplay.from_estimator(REGRESSOR, X, Y, n_points=2),
    ]:
        pickle.loads(pickle.dumps(display)).plot()


def test_the_landscape_is_that_of_transformed_targets():
    inner = MLPRegressor(hidden_layer_sizes=(4,), **BRIEF)
    whole = TransformedTargetRegressor(inner, func=np.log, inverse_func=np.exp).fit(X, 1 + Y)
    ours = LossLandscapeDisplay.from_estimator(whole, X, 1 + Y, n_points=3)
    alone = LossLandscapeDisplay.from_estimator(whole.regressor_, X, np.log(1 + Y), n_points=3)
    np.testing.assert_allclose(ours.loss, alone.loss)


def test_the_landscape_of_sequences_of_targets():
    steps = RNG.random((12, 5, 2))
    for y, rows in [(steps[..., 0], steps), ([s[:, 0] > 0.5 for s in SEQUENCES], SEQUENCES)]:
        kind = RNNRegressor if rows is steps else RNNClassifier
        model = kind((3,), return_sequences=True, **BRIEF).fit(rows, y)
        display = LossLandscapeDisplay.from_estimator(model, rows, y, n_points=3)
        alone = model.score(rows, y) if rows is steps else None
        assert np.isfinite(display.loss).all()
        if alone is not None:
            error = np.mean((model.predict(rows) - y) ** 2)
            # Half the squared error of standardized targets.
            np.testing.assert_allclose(display.loss[1, 1], error / np.var(y) / 2, rtol=1e-4)


def test_a_path_is_a_list():
    for wrong in (REGRESSOR, "abc", {"a": REGRESSOR}):
        with pytest.raises(TypeError, match="path must be a list of estimators"):
            LossLandscapeDisplay.from_estimator(REGRESSOR, X, Y, path=wrong)


@pytest.mark.parametrize("apart", [1.0, 1e-3, 1e-6])
def test_levels_of_a_landscape_have_different_labels(apart):
    loss = 1.0 + apart * np.linspace(0, 1, 25).reshape(5, 5)
    steps = np.linspace(-1, 1, 5)
    display = LossLandscapeDisplay(x=steps, y=steps, loss=loss).plot()
    display.figure_.canvas.draw()
    labels = [text.get_text() for text in display.figure_.axes[1].get_yticklabels()]
    assert len(labels) > 4 and len(set(labels)) == len(labels)


def test_networks_whose_loss_cannot_be_taken_apart():
    table = TabularMLPRegressor(max_iter=1, random_state=0).fit(X, Y)
    with pytest.raises(TypeError, match="trained on numbers"):
        LossLandscapeDisplay.from_estimator(table, X, Y)
    for wrong in [LinearRegression(), make_pipeline(MLPClassifier()), table]:
        with pytest.raises(TypeError, match="trained on numbers"):
            check_gradients(wrong, X, Y)


def test_lines_of_weights_have_the_colors_that_are_documented():
    for style in ["default", "dark_background", "grayscale"]:
        with plt.style.context(style):
            colors = NetworkDisplay.from_estimator(REGRESSOR).lines_[1].get_color()
        red, blue = colors[:, 0], colors[:, 2]
        positive = REGRESSOR.coefs_[1].ravel() > 0
        assert (red > blue)[positive].all() and (blue > red)[~positive].all()


def test_captions_in_narrow_axes_do_not_overlap():
    figure, (left, _) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    NetworkDisplay.from_estimator(MLPClassifier((5, 3), **BRIEF).fit(X[:, :4], LABELS), ax=left)
    figure.canvas.draw()
    below = [text for text in left.texts if "parameters" in text.get_text()]
    boxes = [text.get_window_extent() for text in below]
    assert all(a.x1 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False))


def test_the_network_inside_a_tuned_threshold_is_found():
    net = make_pipeline(StandardScaler(), MLPClassifier((3,), **BRIEF))
    tuned = TunedThresholdClassifierCV(net, cv=2).fit(X, Y > 0.5)
    curve = LossCurveDisplay.from_estimator(tuned).curves[0]
    assert len(curve.loss) == BRIEF["max_iter"]
    assert feature_importances(tuned, X, Y > 0.5, random_state=0).shape == (16,)
    gradients = integrated_gradients(tuned, X[:2])
    np.testing.assert_array_equal(gradients, integrated_gradients(tuned.estimator_, X[:2]))


def test_a_calibrated_classifier_holds_several_networks():
    calibrated = CalibratedClassifierCV(MLPClassifier((3,), **BRIEF), cv=2)
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(calibrated)
    calibrated.fit(X, Y > 0.5)
    with pytest.raises(TypeError, match=r"calibrated_classifiers_\[0\]\.estimator"):
        LossCurveDisplay.from_estimator(calibrated)
    one = calibrated.calibrated_classifiers_[0].estimator
    assert len(LossCurveDisplay.from_estimator(one).curves[0].loss) == BRIEF["max_iter"]


def test_an_ensemble_holds_several_networks():
    for kind in (BaggingClassifier, OneVsRestClassifier):
        ensemble = kind(MLPClassifier((3,), **BRIEF))
        with pytest.raises(NotFittedError, match="Call fit first"):
            LossCurveDisplay.from_estimator(ensemble)
        ensemble.fit(X, Y > 0.5)
        with pytest.raises(
            TypeError, match=r"several networks; pass one of them, estimators_\[0\]"
        ):
            LossCurveDisplay.from_estimator(ensemble)
    net = MLPClassifier((3,), **BRIEF)
    vote = VotingClassifier([("pipe", make_pipeline(StandardScaler(), net)), ("net", net)])
    with pytest.raises(TypeError, match="several networks; pass one of them"):
        LossCurveDisplay.from_estimator(vote.fit(X, Y > 0.5))
    with pytest.raises(TypeError, match="estimator must be a network"):
        LossCurveDisplay.from_estimator(BaggingClassifier(n_estimators=2).fit(X, Y > 0.5))
