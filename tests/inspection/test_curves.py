"""The display of loss curves."""

import builtins

import numpy as np
import pytest
from matplotlib import pyplot as plt
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import GAN, AutoEncoder, MLPClassifier, MLPRegressor, TabularMLPRegressor
from sknn.inspection import LossCurve, LossCurveDisplay
from sknn.inspection.curves import _parts

RNG = np.random.default_rng(0)
X = RNG.standard_normal((40, 3))
Y = X[:, 0]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def net(**params):
    params = {"max_iter": 5, "learning_rate": "cosine", "random_state": 0} | params
    return MLPRegressor("squared_error", (4,), **params)


def test_both_curves():
    fitted = net(early_stopping=True).fit(X, Y)
    display = LossCurveDisplay.from_estimator(fitted)
    history = fitted.history_
    training, validation = display.lines_
    np.testing.assert_array_equal(training.get_ydata(), history["loss"] - history["penalty"])
    np.testing.assert_array_equal(validation.get_ydata(), history["validation_loss"])
    assert display.ax_.get_xlabel() == "epoch" and display.figure_ is display.ax_.figure


@pytest.mark.parametrize("params", [{"l1": 2.0}, {"alpha": 2.0}, {"alpha": 2.0, "n_members": 2}])
def test_a_penalty_that_is_seen_has_a_curve(params):
    """In the first epoch, with one batch, the mean loss is the same for any penalty."""
    plain = net(batch_size=40, alpha=0.0, n_members=params.get("n_members", 1)).fit(X, Y)
    shrunk = net(batch_size=40, **params).fit(X, Y)
    assert not plain.history_["penalty"].any()
    display = LossCurveDisplay.from_estimator(shrunk)
    data, both = (line.get_ydata() for line in display.lines_)
    np.testing.assert_allclose(data[0], plain.history_["loss"][0])
    np.testing.assert_allclose(both, shrunk.history_["loss"])
    assert (both > data).all()
    assert [curve.part for curve in display.curves] == ["training", "training with penalty"]


def test_lbfgs_knows_its_penalty_too():
    full = net(solver="lbfgs", alpha=1.0, normalize_y=False, max_iter=500).fit(X, Y)
    squares = sum((layer["W"] ** 2).sum() for layer in full.get_weights().values())
    np.testing.assert_allclose(full.history_["penalty"][-1], 0.5 * squares / len(X), rtol=1e-3)


def test_what_layers_add_is_not_an_error_in_the_data():
    history = AutoEncoder((2,), variational=True, max_iter=3, random_state=0).fit(X).history_
    assert (history["penalty"] > 0).all()


def test_several_estimators():
    nets = [net(random_state=i, early_stopping=True).fit(X, Y) for i in range(2)]
    display = LossCurveDisplay.from_estimator(nets)
    names = [line.get_label() for line in display.lines_]
    assert names == [
        f"MLPRegressor {i}, {part}" for i in (0, 1) for part in ("training", "validation")
    ]
    colors = [line.get_color() for line in display.lines_]
    assert colors[0] == colors[1] != colors[2] == colors[3]
    named = LossCurveDisplay.from_estimator({"a": nets[0], "b": nets[1]})
    assert named.lines_[2].get_label() == "b, training"


def test_folds_of_a_cross_validation():
    found = cross_validate(net(), X, Y, cv=3, return_estimator=True)
    assert len(LossCurveDisplay.from_estimator(found["estimator"]).lines_) == 3


def test_both_losses_of_a_gan():
    gan = GAN((4,), (4,), max_iter=3, random_state=0).fit(X)
    display = LossCurveDisplay.from_estimator(gan)
    assert [curve.part for curve in display.curves] == ["discriminator", "generator"]


def test_tables_have_the_loss_of_rows_held_out():
    table = TabularMLPRegressor(max_iter=2, n_members=2, random_state=0)
    display = LossCurveDisplay.from_estimator(table.fit(X, Y, X_val=X, y_val=Y))
    parts = [curve.part for curve in display.curves]
    assert parts == ["training", "out of fold", "validation"]
    # No single epoch is kept.
    assert len(display.ax_.lines) == 3


def test_lines_go_on_after_epochs_that_are_not_judged():
    table = TabularMLPRegressor(max_iter=45, n_members=2, random_state=0, hidden_layer_sizes=(4,))
    line = LossCurveDisplay.from_estimator(table.fit(X, Y)).lines_[-1]
    assert line.get_xdata().tolist() == [*range(1, 41), 42, 44]
    assert np.isfinite(line.get_ydata()).all()


def test_members_have_no_best_epoch_in_common():
    several = net(n_members=2, early_stopping=True, max_iter=3).fit(X, Y, X_val=X, y_val=Y)
    display = LossCurveDisplay.from_estimator(several)
    assert len(display.ax_.lines) == len(display.lines_) == 2


def test_log_scale_and_losses_below_zero():
    display = LossCurveDisplay.from_estimator(net().fit(X, Y), log_scale=True)
    assert display.ax_.get_yscale() == "log"
    low = LossCurveDisplay(curves=[LossCurve("a", "training", np.arange(2), np.array([1.0, -1.0]))])
    with pytest.raises(ValueError, match="log_scale"):
        low.plot(log_scale=True)
    assert low.plot().ax_.get_yscale() == "linear"


def test_without_validation_there_is_one_curve():
    assert len(LossCurveDisplay.from_estimator(net().fit(X, Y)).lines_) == 1


def test_axes_name_and_style_are_the_users():
    _, ax = plt.subplots()
    model = make_pipeline(StandardScaler(), net()).fit(X, Y)
    display = LossCurveDisplay.from_estimator(model, name="mine", ax=ax, color="red")
    assert display.ax_ is ax
    assert display.lines_[0].get_label() == "mine, training"
    assert display.lines_[0].get_color() == "red"


def test_losses_of_zero_are_gaps_on_a_log_scale():
    loss = np.array([2.0, np.nan, 1.0, 0.0])
    curve = LossCurve("a", "validation", np.arange(1, 5), loss)
    display = LossCurveDisplay(curves=[curve]).plot(log_scale=True)
    display.figure_.canvas.draw()
    # The second epoch was not judged, so the line goes on.
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), [2.0, 1.0, np.nan])
    assert display.plot().lines_[0].get_ydata()[-1] == 0
    assert all("e" not in label.get_text() for label in display.ax_.get_yticklabels("both"))


def test_a_loss_that_is_all_penalty_is_not_below_zero():
    history = {"epoch": np.arange(2), "loss": np.array([3.0, 1.0])}
    history["penalty"] = np.nextafter(history["loss"], 9)
    ((_, data), *_) = _parts(history)
    assert not data.any()


def test_a_legend_names_the_first_of_many():
    model = net().fit(X, Y)
    display = LossCurveDisplay.from_estimator({f"{i}": model for i in range(40)})
    names = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert names[0] == "0, training" and len(names) == 13
    assert names[-1] == f"… and {len(display.lines_) - 12} more"
    display.figure_.canvas.draw()
    box, page = display.ax_.get_legend().get_window_extent(), display.figure_.bbox
    assert box.height < page.height


def test_one_epoch_and_lbfgs():
    LossCurveDisplay.from_estimator(net().partial_fit(X, Y))
    full = MLPClassifier((3,), solver="lbfgs", max_iter=500, random_state=0).fit(X, Y > 0)
    assert len(LossCurveDisplay.from_estimator(full).lines_[0].get_xdata()) == full.n_iter_


@pytest.mark.parametrize(
    ("more", "epoch"),
    [
        ({}, 2),
        ({"score": [0.1, 0.2, 0.9, np.nan]}, 3),
        ({"score": [0.9, np.nan, np.nan, np.nan]}, 2),
    ],
    ids=["loss", "score", "no score later"],
)
def test_the_dot_is_at_the_epoch_that_is_kept(more, epoch):
    """The last call had no validation rows."""
    fitted = net().fit(X, Y)
    losses = {"loss": [3.0, 2.0, 1.0, 0.0], "validation_loss": [0.3, 0.1, 0.2, np.nan]}
    fitted.run_.history.columns = {"epoch": [1.0, 2.0, 3.0, 4.0]} | losses | more
    dot = LossCurveDisplay.from_estimator(fitted).ax_.lines[-1]
    assert dot.get_marker() == "o" and dot.get_xdata() == epoch


@pytest.mark.parametrize("seed", range(3))
def test_with_scoring_the_dot_is_at_the_best_score(seed):
    fitted = net(early_stopping=True, scoring="neg_max_error", random_state=seed, max_iter=20)
    fitted.set_params(learning_rate_init=0.05).fit(X, Y)
    dot = LossCurveDisplay.from_estimator(fitted).ax_.lines[-1]
    assert dot.get_xdata() == 1 + fitted.history_["score"].argmax()


def test_nothing_to_draw():
    with pytest.raises(NotFittedError):
        LossCurveDisplay.from_estimator(net())
    with pytest.raises(TypeError, match="a network of sknn"):
        LossCurveDisplay.from_estimator(StandardScaler().fit(X))
    with pytest.raises(ValueError, match="no history"):
        LossCurveDisplay.from_estimator(net().initialize(X, Y))


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def blocked(name, *args, **kwargs):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", blocked)
    with pytest.raises(ImportError, match='the extra "plot" of sknn: pip install matplotlib'):
        LossCurveDisplay.from_estimator(net().fit(X, Y))
