"""Rows 7 to 20 and 31: how training continues, stops, and fails."""

import contextlib
import io
import pickle

import numpy as np
import pytest
import scipy.optimize
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from sknn.training import lbfgs
from tests.traps.table import (
    DIABETES,
    IRIS,
    PROGRESSION,
    REFUSED,
    SMALL,
    SPECIES,
    WRONG,
    theta,
    trap,
)


def printed(call):
    """Return what a call prints."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        call()
    return text.getvalue()


@trap(7, "it watches accuracy on few rows and loses patience")
def early_stopping_does_not_hurt_small_data(lib):
    net = lib.MLPClassifier(random_state=0)
    without = cross_val_score(net, IRIS, SPECIES)
    with_it = cross_val_score(net.set_params(early_stopping=True), IRIS, SPECIES)
    assert with_it.mean() >= without.mean() - without.std(ddof=1) / np.sqrt(5)


@trap(8, "an unscaled target fails silently")
def the_unit_of_the_target_does_not_matter(lib):
    net = lib.MLPRegressor(**SMALL, max_iter=100, learning_rate_init=0.01)
    scaled = net.fit(DIABETES, PROGRESSION).score(DIABETES, PROGRESSION)
    y = 1e5 + 1e4 * PROGRESSION
    assert net.fit(DIABETES, y).score(DIABETES, y) > scaled - 0.02


@trap(9, "an int seed replays one order in every call of partial_fit")
def the_order_of_rows_goes_on_in_partial_fit(lib):
    """Plain descent has no state but the order, and an epoch is the same in both methods."""
    plain = {"solver": "sgd", "momentum": 0.0, "batch_size": 1, "learning_rate_init": 0.01}
    net = lib.MLPRegressor(**SMALL, **plain, max_iter=1)
    fitted = theta(net.fit(DIABETES, PROGRESSION))
    streamed = lib.MLPRegressor(**SMALL, **plain).partial_fit(DIABETES, PROGRESSION)
    assert_allclose(theta(streamed), fitted, rtol=1e-9)
    two = net.set_params(max_iter=2).fit(DIABETES, PROGRESSION)
    assert_allclose(theta(streamed.partial_fit(DIABETES, PROGRESSION)), theta(two), rtol=1e-9)


@trap(10, "a warm start begins the order and the optimizer anew")
def a_warm_start_continues_exactly(lib):
    net = lib.MLPClassifier(**SMALL, max_iter=20, batch_size=32)
    whole = theta(net.fit(IRIS, SPECIES))
    parts = lib.MLPClassifier(**SMALL, max_iter=10, batch_size=32, warm_start=True)
    assert_array_equal(theta(parts.fit(IRIS, SPECIES).fit(IRIS, SPECIES)), whole)


@trap(10, "partial_fit differs from the epochs of fit")
def fit_is_as_many_calls_of_partial_fit(lib):
    whole = theta(lib.MLPRegressor(**SMALL, max_iter=4).fit(DIABETES, PROGRESSION))
    stream = lib.MLPRegressor(**SMALL)
    for _ in range(4):
        stream = pickle.loads(pickle.dumps(stream.partial_fit(DIABETES, PROGRESSION)))
    assert_array_equal(theta(stream), whole)


@trap(11, "another hidden_layer_sizes is ignored")
def a_warm_start_with_another_architecture_is_an_error(lib):
    net = lib.MLPClassifier(**SMALL, max_iter=2, warm_start=True).fit(IRIS, SPECIES)
    with pytest.raises(ValueError, match="architecture"):
        net.set_params(hidden_layer_sizes=(9,)).fit(IRIS, SPECIES)


@trap(12, "partial_fit is offered and runs a full fit")
def lbfgs_offers_no_partial_fit(lib):
    assert not hasattr(lib.MLPRegressor(solver="lbfgs"), "partial_fit")
    assert not hasattr(lib.MLPClassifier(solver="lbfgs"), "partial_fit")


@trap(13, "lbfgs has no loss_curve_", (*WRONG, AttributeError))
def lbfgs_has_a_loss_curve(lib):
    net = lib.MLPRegressor(**SMALL, solver="lbfgs", max_iter=20).fit(DIABETES, PROGRESSION)
    assert len(net.loss_curve_) == net.n_iter_
    assert net.loss_curve_[-1] == pytest.approx(net.loss_)


@trap(13, "lbfgs prints nothing")
def lbfgs_is_verbose(lib):
    net = lib.MLPRegressor(**SMALL, solver="lbfgs", max_iter=20, verbose=True)
    text = printed(lambda: net.fit(DIABETES, PROGRESSION))
    assert text.count("loss = ") == net.n_iter_


@trap(16, "all epochs run although the loss is NaN")
def divergence_stops_at_once_with_advice(lib):
    wild = {"solver": "sgd", "activation": "identity", "learning_rate_init": 1e200}
    net = lib.MLPRegressor(hidden_layer_sizes=(6, 6), random_state=0, **wild)
    net.set_params(max_iter=60, verbose=True)

    def fit():
        with np.errstate(all="ignore"), pytest.raises(ValueError, match="non-finite") as error:
            net.fit(DIABETES, PROGRESSION)
        assert "learning_rate_init" in str(error.value)

    assert printed(fit).count("Iteration") < 10


@trap(16, "a refit that fails leaves NaN in a model that was good", (*WRONG, ValueError))
def a_failed_refit_spares_a_good_model(lib):
    net = lib.MLPRegressor(hidden_layer_sizes=(6, 6), random_state=0, max_iter=3)
    net.fit(DIABETES, PROGRESSION)
    before = net.predict(DIABETES)
    net.set_params(solver="sgd", activation="identity", learning_rate_init=1e200, max_iter=30)
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="non-finite"):
        net.fit(DIABETES, PROGRESSION)
    assert_array_equal(net.set_params(activation="relu").predict(DIABETES), before)


@trap(17, "invscaling counts rows")
def invscaling_counts_updates(lib):
    """The second step of full-batch descent is 2**-0.5 of the first, not 1797**-0.5."""
    x, y = load_digits(return_X_y=True)
    plain = {"solver": "sgd", "momentum": 0.0, "batch_size": len(x), "random_state": 0}
    net = lib.MLPClassifier((4,), **plain, learning_rate="invscaling")

    def after(epochs, rate=1e-4):
        return theta(net.set_params(max_iter=epochs, learning_rate_init=rate).fit(x / 16, y))

    start, first, second = after(1, 1e-30), after(1), after(2)
    ratio = np.linalg.norm(second - first) / np.linalg.norm(first - start)
    assert 0.4 < ratio < 0.9


@trap(18, "after a lucky epoch the rate is cut again and again")
def adaptive_forgives_a_lucky_epoch(lib):
    """First easy labels, then harder ones, on which the loss falls in every epoch."""
    net = lib.MLPClassifier(**SMALL, solver="sgd", learning_rate="adaptive", warm_start=True)
    net.set_params(n_iter_no_change=3, max_iter=40, learning_rate_init=0.1, verbose=True)
    easy, hard = IRIS[:100, 2] > IRIS[:100, 2].mean(), np.arange(100) % 3 > 0
    printed(lambda: net.fit(IRIS[:100], easy))
    lines = printed(lambda: net.fit(IRIS[:100], hard)).splitlines()
    cuts = [line for line in lines if "did not improve" in line and "earning rate" in line]
    assert len(cuts) <= 2


@trap(19, "the validation loss is not recorded", REFUSED)
def the_validation_loss_is_recorded(lib):
    net = lib.MLPClassifier(**SMALL, early_stopping=True, max_iter=5).fit(IRIS, SPECIES)
    assert len(net.history_["validation_loss"]) == 5


@trap(19, "there is no validation set of one's own", REFUSED)
def own_validation_rows(lib):
    net = lib.MLPRegressor(**SMALL, early_stopping=True, max_iter=5)
    net.fit(DIABETES[:300], PROGRESSION[:300], X_val=DIABETES[300:], y_val=PROGRESSION[300:])
    served = net.score(DIABETES[300:], PROGRESSION[300:])
    assert served == pytest.approx(max(net.validation_scores_))


@trap(19, "there is no metric of one's own", REFUSED)
def own_metric(lib):
    net = lib.MLPClassifier(**SMALL, early_stopping=True, max_iter=5, scoring="f1_macro")
    assert len(net.fit(IRIS, SPECIES).history_["score"]) == 5


@trap(19, "a pipeline has no validation rows to transform", REFUSED)
def validation_rows_go_through_a_pipeline(lib):
    x = 100.0 + 50.0 * DIABETES
    with config_context(enable_metadata_routing=True):
        net = lib.MLPRegressor(**SMALL, max_iter=5).set_fit_request(X_val=True, y_val=True)
        pipe = Pipeline([("scale", StandardScaler()), ("net", net)], transform_input=["X_val"])
        pipe.fit(x[:300], PROGRESSION[:300], X_val=x[300:], y_val=PROGRESSION[300:])
    score = pipe.score(x[300:], PROGRESSION[300:])
    assert pipe[-1].validation_scores_[-1] == pytest.approx(score)


@trap(20, "partial_fit refuses early stopping", REFUSED)
def partial_fit_stops_early(lib):
    net = lib.MLPRegressor(**SMALL, early_stopping=True, learning_rate_init=0.1)
    net.set_params(n_iter_no_change=3, max_iter=20)
    rows = {"X_val": DIABETES[100:], "y_val": PROGRESSION[100:]}
    for _ in range(40):
        net.partial_fit(DIABETES[:100], PROGRESSION[:100], **rows)
        if net.stop_reason_ == "early_stopping":
            break
    assert net.stop_reason_ == "early_stopping"
    assert net.score(*rows.values()) > net.validation_scores_[-1]


@trap(31, "Ctrl-C in lbfgs ends as an error")
def ctrl_c_keeps_the_model_so_far(lib):
    net = lib.MLPRegressor(**SMALL, solver="lbfgs")
    with interrupted_scipy(8), pytest.warns(UserWarning, match="interrupted"):
        net.fit(DIABETES, PROGRESSION)
    assert net.score(DIABETES, PROGRESSION) > 0.3


@contextlib.contextmanager
def interrupted_scipy(after):
    """Let Ctrl-C come in an evaluation of the function that SciPy minimizes."""
    minimize, calls = scipy.optimize.minimize, [0]

    def minimize_for_a_while(function, *args, **options):
        def interrupted(*values):
            calls[0] += 1
            if calls[0] > after:
                raise KeyboardInterrupt
            return function(*values)

        return minimize(interrupted, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        for owner in (scipy.optimize, lbfgs):
            patch.setattr(owner, "minimize", minimize_for_a_while)
        try:
            yield
        except KeyboardInterrupt:
            pytest.fail("the interrupt reached the caller")
