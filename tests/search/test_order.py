"""In each round, the longest tasks begin first."""

import math

import pytest

from sknn import MLPClassifier
from sknn.search import halving
from sknn.search.candidate import Candidate
from sknn.search.fold import Lesson
from sknn.search.training import Part, train
from tests.estimators.data import THREE, X
from tests.search.parts import network, search

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
WIDTHS = {"hidden_layer_sizes": [(2,), (8,), (4,), (6,)]}


@pytest.fixture
def begun(monkeypatch):
    """Return epochs, width, and novelty of every task; an epoch takes as long as its width."""
    told = []

    def measured(nets, fold, lesson, epochs, judge, reports):
        parts = train(nets, fold, lesson, epochs, judge, reports)
        for net, part in zip(nets, parts, strict=True):
            done = net.n_iter_ if hasattr(net, "n_iter_") else 0
            width = net.hidden_layer_sizes[0]
            told.append((epochs, width, not done))
            part.outcome["fit_time"] = float(width * (part.n_epochs - done))
        return parts

    monkeypatch.setattr(halving, "train", measured)
    return told


def test_wide_networks_go_before_narrow_ones(begun):
    search(space=WIDTHS, n_candidates=4, factor=1.5, max_iter=9, min_iter=4).fit(X, THREE)
    for epochs in {epochs for epochs, _, new in begun if not new}:
        widths = [width for level, width, _ in begun if level == epochs]
        assert len(set(widths)) > 1 or epochs == 9
        assert widths == sorted(widths, reverse=True)


def test_new_networks_go_before_those_that_are_known(begun):
    search(space=WIDTHS, n_candidates=4, strategy="hyperband", max_iter=9, min_iter=1).fit(X, THREE)
    mixed = 0
    for epochs in {epochs for epochs, _, _ in begun}:
        news = [new for level, _, new in begun if level == epochs]
        mixed += len(set(news)) > 1
        assert news == sorted(news, reverse=True)
    assert mixed


def test_what_is_left_is_training_alone():
    each = Candidate(network(MLPClassifier), {}, 0, 2)
    assert each.seconds_left(9) == math.inf
    for split, seconds in enumerate((6.0, 3.0)):
        part = Part({"fit_time": seconds, "fit_error": None}, 3, each.template)
        each.take(split, part, Lesson(seconds=100.0))
    each.finish(0)
    assert each.seconds_left(9) == 2.0 * 6 + 1.0 * 6


def test_candidates_alike_are_trained_together(monkeypatch):
    sizes = []

    def counted(nets, *args):
        sizes.append(len(nets))
        return train(nets, *args)

    monkeypatch.setattr(halving, "train", counted)
    space = {"alpha": [0.1, 0.2, 0.3], "learning_rate_init": [0.01, 0.1, 0.03]}
    found = search(space=space, n_candidates=9, factor=3, max_iter=9, min_iter=1).fit(X, THREE)
    assert found.brackets_ == [[(1, 9), (3, 3), (9, 1)]]
    assert sizes == [9, 9, 3, 3, 1, 1]
    sizes.clear()
    search(network(random_state=None), space, n_candidates=9, max_iter=3, min_iter=3).fit(X, THREE)
    assert sizes == [1] * 18
