"""A further call after the end of its schedule warns once."""

import warnings

import numpy as np
import pytest

from sknn import GAN, AutoEncoder, CNNClassifier, MLPClassifier, TabularMLPRegressor
from sknn.callbacks import Pause
from sknn.exceptions import TrainingWarning
from sknn.schedules import Cosine, Exponential, OneCycle, Step

RNG = np.random.default_rng(0)
X = RNG.standard_normal((60, 4))
Y = (X[:, 0] > 0).astype(int)
BRIEF = {"max_iter": 3, "random_state": 0}


def told(call, *arguments, **more):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call(*arguments, **more)
    return [str(w.message) for w in caught if issubclass(w.category, TrainingWarning)]


ENDING = ["cosine", "one_cycle", "step", "cos_log", Cosine(epochs=2), OneCycle(), Step()]


@pytest.mark.parametrize("schedule", ENDING, ids=str)
def test_partial_fit_after_the_end_is_reported_once(schedule):
    net = MLPClassifier(**BRIEF, learning_rate=schedule, learning_rate_init=0.01)
    assert told(net.fit, X, Y) == []
    (text,) = told(net.partial_fit, X, Y)
    assert "0.0001" in text and "0.01 times" in text and 'learning_rate="constant"' in text
    assert told(net.partial_fit, X, Y) == []
    assert net.history_["learning_rate"][-1] == pytest.approx(1e-4)


def test_warm_starts_are_reported_once():
    net = MLPClassifier(**BRIEF, learning_rate="cosine", warm_start=True).fit(X, Y)
    assert len(told(net.fit, X, Y)) == 1
    assert told(net.fit, X, Y) == []


def test_streams_are_warned_where_the_schedule_ends():
    net = MLPClassifier(**BRIEF, learning_rate="cosine")
    found = [len(told(net.partial_fit, X, Y, classes=[0, 1])) for _ in range(5)]
    assert found == [0, 0, 0, 1, 0]


QUIET = {
    "constant": {},
    "a floor": {"learning_rate": Exponential(decay=0.1)},
    "a longer plan": {"learning_rate": Cosine(epochs=9)},
    "a high end": {"learning_rate": Cosine(final=0.2)},
    "by loss": {"learning_rate": "plateau"},
    "every so often": {"learning_rate": Step(every=1)},
    "full batch": {"learning_rate": "cosine", "solver": "lbfgs", "warm_start": True},
}


@pytest.mark.parametrize("parameters", QUIET.values(), ids=QUIET)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_no_word_of_schedules_that_have_not_ended(parameters):
    net = MLPClassifier(**BRIEF, **parameters).fit(X, Y)
    further = net.fit if net.warm_start else net.partial_fit
    assert told(further, X, Y) == []


def test_the_remedy_helps():
    net = MLPClassifier(**BRIEF, learning_rate="cosine").fit(X, Y)
    net.set_params(learning_rate="constant", learning_rate_init=0.002)
    assert told(net.partial_fit, X, Y) == []
    assert net.history_["learning_rate"][-1] == 0.002


def test_calls_that_are_finished_later_say_nothing():
    net = MLPClassifier(**BRIEF, learning_rate=Cosine(epochs=1), callbacks=[Pause(2)]).fit(X, Y)
    assert told(net.set_params(callbacks=None).resume, X, Y) == []


FAMILIES = {
    "autoencoder": (AutoEncoder(**BRIEF, learning_rate="cosine"), (X,)),
    "images": (CNNClassifier(**BRIEF, learning_rate="cosine"), (X.reshape(-1, 4, 1, 1), Y)),
    "GAN": (GAN(**BRIEF, learning_rate="cosine"), (X,)),
    "table": (TabularMLPRegressor(**BRIEF, n_members=2, n_splits=2), (X, X[:, 0])),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_tells(family):
    net, data = FAMILIES[family]
    net.fit(*data)
    assert len(told(net.partial_fit, *data)) == 1


def test_a_warning_made_an_error_leaves_the_network_as_it_was():
    net = MLPClassifier(**BRIEF, learning_rate="cosine").fit(X, Y)
    before = dict(vars(net))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(TrainingWarning):
            net.partial_fit(X, Y)
    assert vars(net) == before
