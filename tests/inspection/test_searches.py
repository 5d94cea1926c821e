"""The display of a search."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from sknn.inspection import SearchDisplay
from sknn.search import GridSearchCV
from tests.estimators.data import THREE, X
from tests.search.parts import network, search

pytest.importorskip("matplotlib")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_a_line_a_candidate():
    import matplotlib.pyplot as plt

    found = search().fit(X, THREE)
    figure, ax = plt.subplots()
    display = SearchDisplay.from_estimator(found, ax=ax, alpha=0.5)
    assert display.ax_ is ax and display.figure_ is figure and len(display.lines_) == 6
    best = display.lines_[found.best_index_]
    assert best.get_label() == "best" and list(best.get_xdata()) == [1, 3, 9]
    assert best.get_ydata()[-1] == found.best_score_
    assert ax.get_ylabel() == "cross-validated score"
    plt.close(figure)


def test_of_several_metrics():
    found = search(scoring=["accuracy", "neg_log_loss"], refit="neg_log_loss").fit(X, THREE)
    assert SearchDisplay.from_estimator(found).score_name == "neg_log_loss"
    display = SearchDisplay.from_estimator(found, metric="accuracy")
    np.testing.assert_array_equal(display.score, found.history_["mean_test_accuracy"])
    with pytest.raises(ValueError, match="metric must be among"):
        SearchDisplay.from_estimator(found, metric="r2")


def test_nothing_to_draw():
    with pytest.raises(NotFittedError, match="not fitted"):
        SearchDisplay.from_estimator(search())
    grid = GridSearchCV(network(), {"alpha": [0.1, 1.0]}, cv=2).fit(X, THREE)
    for wrong in (grid, network().fit(X, THREE), None):
        with pytest.raises(TypeError, match="must be an ArchitectureSearchCV"):
            SearchDisplay.from_estimator(wrong)
