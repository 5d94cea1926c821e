"""Ways to train for stored results: in one call, in several, paused and resumed."""

import pickle

import numpy as np
import pytest
from sklearn.base import is_classifier

from sknn import MLPClassifier
from sknn.initializers import Pretrained


def fit(estimator, data):
    """Train in one call."""
    given = [each for each in data[:3] if each is not None]
    return estimator.fit(*given[:2], **_weight(data), **data.more)


def _weight(data):
    return {} if data.sample_weight is None else {"sample_weight": data.sample_weight}


def twice(estimator, data):
    """Train, pickle, unpickle, and train again."""
    return fit(_stored(fit(estimator, data)), data)


def _stored(estimator):
    return pickle.loads(pickle.dumps(estimator))


def stream(estimator, data):
    """Train in three calls of `partial_fit` on fewer and fewer rows, pickled in between."""
    more = {"classes": np.unique(data.y)} if is_classifier(estimator) else {}
    n = len(data.X)
    for start in (0, n // 3, 2 * n // 3):
        part = data.rows(slice(start, None))
        args = [each for each in part[:2] if each is not None]
        estimator = _stored(estimator.partial_fit(*args, **more))
        more = {}
    return estimator


def grow(estimator, data):
    """Train in a stream in which a class is added."""
    few, whole = data.rows(slice(100)), data
    estimator.partial_fit(few.X, few.y, classes=[0, 1])
    estimator.partial_fit(whole.X, whole.y, classes=[0, 1, 2])
    return estimator.partial_fit(whole.X, whole.y)


def pause_and_resume(estimator, data):
    """Train, pause, and resume without the callback that paused."""
    fit(estimator, data)
    return estimator.set_params(callbacks=None).resume(data.X, data.y)


def with_pretrained(estimator, data):
    """Train, then train another network that starts from the weights of the first."""
    first = fit(estimator, data)
    more = {"hidden_layer_sizes": first.hidden_layer_sizes, "max_iter": first.max_iter}
    return fit(MLPClassifier(**more, random_state=1, weight_init=Pretrained(first)), data)


def with_weights_set(estimator, data):
    """Train, halve the weights, and train further."""
    fit(estimator, data)
    estimator.coefs_ = [coef / 2 for coef in estimator.coefs_]
    return fit(estimator, data)


def in_blocks(estimator, data):
    """Train on Dask blocks, in two passes over all of them."""
    dask = pytest.importorskip("dask")
    array = pytest.importorskip("dask.array")
    from sknn.streams import fit_blocks

    with dask.config.set(scheduler="synchronous"):
        blocks = array.from_array(data.X, (40, data.X.shape[1]))
        return fit_blocks(estimator, blocks, data.y, classes=np.unique(data.y), epochs=2)
