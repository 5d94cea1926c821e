"""Several scorers that ask for different answers."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, make_scorer

from sknn import MLPClassifier
from sknn.search import ArchitectureSearchCV, GridSearchCV, cross_validate

X, CODES = make_classification(200, weights=[0.8], random_state=0)
Y = np.where(CODES == 1, "churned", "stayed")
PRECISION = make_scorer(
    average_precision_score, response_method="predict_proba", pos_label="churned"
)
NET = MLPClassifier(
    (8,), learning_rate="cosine", learning_rate_init=0.02, max_iter=8, random_state=0
)
EACH = {"loss": "neg_log_loss", "precision": PRECISION, "auc": "roc_auc"}


def of_grid(model, scoring):
    grid = {"alpha": [0.1]} if isinstance(model, MLPClassifier) else {"C": [1.0]}
    found = GridSearchCV(model, grid, scoring=scoring, refit=False, cv=2).fit(X, Y)
    return {name: found.cv_results_[f"mean_test_{name}"][0] for name in scoring}


def of_folds(model, scoring):
    found = cross_validate(model, X, Y, scoring=scoring, cv=2)
    return {name: found[f"test_{name}"].mean() for name in scoring}


def of_search(model, scoring):
    space = {"alpha": [0.1]}
    search = ArchitectureSearchCV(
        model, space, n_candidates=1, scoring=scoring, refit=False, cv=2, random_state=0
    )
    found = search.fit(X, Y)
    return {name: found.cv_results_[f"mean_test_{name}"][0] for name in scoring}


@pytest.mark.parametrize(
    ("model", "measure"),
    [
        (NET, of_grid),
        (NET, of_folds),
        (NET, of_search),
        (LogisticRegression(), of_grid),
        (LogisticRegression(), of_folds),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_metric_of_another_label_does_not_get_the_answers_for_the_last(model, measure, order):
    together = measure(model, dict([*EACH.items()][::order]))
    for name, scorer in EACH.items():
        assert together[name] == measure(model, {name: scorer})[name]
