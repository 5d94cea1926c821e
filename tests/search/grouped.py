"""Our search next to scikit-learn's, and what must be the same."""

import numpy as np
from sklearn import model_selection
from sklearn.base import clone

from sknn import search
from sknn.search import blocks

OURS = {"grid": search.GridSearchCV, "random": search.RandomizedSearchCV}
THEIRS = {"grid": model_selection.GridSearchCV, "random": model_selection.RandomizedSearchCV}
TIMES = {"mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time"}


def both(model, space, X, y=None, *, kind="grid", given=None, **options):
    """Return our search and scikit-learn's, fitted on the same rows."""
    found = [
        each[kind](clone(model), space, **options).fit(X, y, **given or {})
        for each in (OURS, THEIRS)
    ]
    assert_same(*found)
    return found


def assert_same(ours, theirs):
    """All results are the same, bit for bit, except for times."""
    table, known = ours.cv_results_, theirs.cv_results_
    assert list(table) == list(known)
    for name in table.keys() - TIMES:
        np.testing.assert_array_equal(table[name], known[name], err_msg=name)
    for name in TIMES:
        assert (table[name] >= 0).all()
    learned = [name for name in vars(theirs) if name.endswith("_") and name != "cv_results_"]
    assert set(learned) == {
        name for name in vars(ours) if name.endswith("_") and name != "cv_results_"
    }
    for name in ("best_index_", "best_params_", "best_score_", "n_splits_", "multimetric_"):
        assert getattr(ours, name, None) == getattr(theirs, name, None), name
    if "best_estimator_" in learned:
        assert_same_network(ours.best_estimator_, theirs.best_estimator_)


def assert_same_network(ours, theirs):
    """Two fitted models end in networks with the same weights after equally many epochs."""
    mine, other = end(ours), end(theirs)
    if hasattr(other, "coefs_"):
        assert mine.n_iter_ == other.n_iter_
        for name in ("coefs_", "intercepts_"):
            for one, two in zip(getattr(mine, name), getattr(other, name), strict=True):
                np.testing.assert_array_equal(one, two)


def end(model):
    """Return the model itself, or the last step of a pipeline."""
    while hasattr(model, "steps"):
        model = model.steps[-1][1]
    return model


def record(monkeypatch):
    """Return a list to which the number of networks of each trained block is added."""
    sizes, evaluate = [], blocks.evaluate

    def counted(block, judge):
        sizes.append(len(block.networks))
        return evaluate(block, judge)

    monkeypatch.setattr(blocks, "evaluate", counted)
    return sizes
