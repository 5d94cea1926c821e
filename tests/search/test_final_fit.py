"""Callbacks that see only the fit of the best candidate: films."""

import re

import numpy as np
import pytest
import sklearn.model_selection
from numpy.testing import assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.callbacks import Callback, Film
from sknn.exceptions import InvalidParameterError
from sknn.search import ArchitectureSearchCV, GridSearchCV, blocks, cross_validate

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((60, 2))
Y = (X[:, 0] > 0.5).astype(int)
GRID = {"alpha": [0.01, 0.1]}


class Counted(Callback):
    """Counts the fits of all networks."""

    def __init__(self, fits):
        self.fits = fits

    def on_train_begin(self, progress):
        self.fits.append(1)


class CountedOnce(Counted):
    final_fit_only = True


def net(*callbacks, **more):
    settings = {"max_iter": 4, "random_state": 0, "callbacks": list(callbacks)} | more
    return MLPClassifier((3,), **settings)


def halving(model, space, **options):
    return ArchitectureSearchCV(model, space, n_candidates=2, random_state=0, **options)


@pytest.mark.bits
@pytest.mark.parametrize("kind", [GridSearchCV, halving])
def test_the_fit_of_the_best_candidate_is_filmed(kind, tmp_path, monkeypatch):
    sizes = []

    def counted(block, judge):
        sizes.append(len(block.networks))
        return evaluate(block, judge)

    evaluate = blocks.evaluate
    monkeypatch.setattr(blocks, "evaluate", counted)
    page = tmp_path / "film.html"
    search = kind(net(Film(page, X, Y)), GRID, cv=2).fit(X, Y)
    assert len(re.findall(r"epoch \d, loss", page.read_text())) == 4
    assert isinstance(search.best_estimator_.callbacks[0], Film)
    assert set(sizes) == ({2} if kind is GridSearchCV else set())
    plain = kind(net(), GRID, cv=2).fit(X, Y)
    scores = "mean_test_score"
    assert_array_equal(search.cv_results_[scores], plain.cv_results_[scores])


@pytest.mark.parametrize("kind", [GridSearchCV, halving])
def test_without_a_refit_nothing_is_filmed(kind, tmp_path):
    kind(net(Film(tmp_path / "film.html")), GRID, cv=2, refit=False).fit(X, Y)
    cross_validate(net(Film(tmp_path / "film.html")), X, Y, cv=2)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", [GridSearchCV, halving])
def test_what_the_last_fit_would_refuse_is_reported_before_the_search(kind, tmp_path):
    fits = []
    film = Film(tmp_path / "missing" / "film.html")
    with pytest.raises(InvalidParameterError, match="path"):
        kind(net(film, Counted(fits)), GRID, cv=2).fit(X, Y)
    assert not fits


def test_searches_of_scikit_learn_leave_one_whole_page(tmp_path):
    page = tmp_path / "film.html"
    model = make_pipeline(StandardScaler(), net(Film(page, X, Y)))
    grid = {"mlpclassifier__alpha": [0.01, 0.1]}
    sklearn.model_selection.GridSearchCV(model, grid, cv=2).fit(X, Y)
    assert [each.name for each in tmp_path.iterdir()] == ["film.html"]
    assert page.read_text().count("epoch 4, loss") == 1


@pytest.mark.parametrize("kind", [GridSearchCV, halving])
def test_callbacks_of_your_own_may_sit_out_too(kind):
    all_fits, last_fits = [], []
    kind(net(Counted(all_fits), CountedOnce(last_fits)), GRID, cv=2).fit(X, Y)
    assert len(all_fits) > 4 and len(last_fits) == 1


def test_a_checkpoint_does_not_compare_films(tmp_path):
    path = tmp_path / "search"
    first = GridSearchCV(net(callbacks=None), GRID, cv=2, checkpoint=path).fit(X, Y)
    film = Film(tmp_path / "film.html")
    other = GridSearchCV(net(film), GRID, cv=2, checkpoint=path).fit(X, Y)
    assert_array_equal(first.cv_results_["mean_fit_time"], other.cv_results_["mean_fit_time"])
