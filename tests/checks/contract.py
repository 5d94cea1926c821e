"""Which checks of scikit-learn ask how well an estimator learned; the others need few epochs."""

import numpy as np
from sklearn.base import clone
from sklearn.utils.estimator_checks import estimator_checks_generator

LEARNING = ("check_classifiers_train", "check_regressors_train", "check_class_weight_classifiers")
BRIEF = {"max_iter": 5, "n_iter": 3, "pretrain_n_iter": 1}


def brief(estimator):
    """Return a copy that trains a few epochs, as do all networks inside of it."""
    values = estimator.get_params()
    epochs = {name: BRIEF.get(name.rpartition("__")[2]) for name in values}
    fewer = {k: few for k, few in epochs.items() if few and few < (values[k] or np.inf)}
    return clone(estimator).set_params(**fewer)


def checks_of(estimator, short):
    """Yield pairs of an estimator and a check: the short one if the check is not of learning."""
    for _, check in estimator_checks_generator(estimator):
        yield (estimator if check.func.__name__ in LEARNING else short), check
