"""Before `fit`, attributes and methods raise NotFittedError with advice to call `fit`."""

import copy
import inspect
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from sknn import MLPRegressor
from tests.checks.public import networks

X = np.random.default_rng(0).random((6, 4))
GIVEN = {"X": X, "v": X, "codes": X, "y": X[:, 0], "weights": {}, "n_samples": 3}
TRAINING = {"fit", "fit_predict", "partial_fit", "fit_transform", "initialize"}
TRAINING |= {"get_params", "set_params"}


def learned(kind):
    """Return the attributes that are properties of the class or listed on its page."""
    parts = inspect.cleandoc(kind.__doc__).split("\nAttributes\n")
    file = inspect.getsourcefile(kind)
    assert len(parts) == 2, f"the docstring of {kind.__name__} in {file} has no Attributes section"
    listed = parts[1].split("\n\n")[0]
    names = {word for line in listed.split("\n") for word in line.split(":")[0].split(", ")}
    names = {name.strip(" ,\\") for name in names} | set(dir(kind))
    return sorted(n for n in names if n.endswith("_") and n.isidentifier() and n[0] != "_")


def methods(kind):
    for name, method in inspect.getmembers(kind, callable):
        known = name in TRAINING or name.startswith(("_", "set_")) and name != "set_weights"
        if not known and "routing" not in name:
            yield name, method


@pytest.mark.parametrize("kind", networks())
def test_what_is_learned_is_not_there(kind):
    net = kind()
    names = learned(kind)
    assert {"coefs_", "history_", "n_iter_", "n_features_in_"} <= set(names)
    for name in names:
        assert not hasattr(net, name), name
        with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance is not fitted"):
            getattr(net, name)


@pytest.mark.parametrize("kind", networks())
def test_what_can_be_set_cannot_yet(kind):
    net = kind()
    for name, member in inspect.getmembers(kind, lambda member: isinstance(member, property)):
        if member.fset is not None and name.endswith("_") and name[0] != "_":
            with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance is not fit"):
                setattr(net, name, [X])
    assert not hasattr(net, "network_")


@pytest.mark.parametrize("kind", networks())
def test_methods_ask_for_fit(kind):
    net, called = kind(), 0
    for name, method in methods(kind):
        if not hasattr(net, name):
            continue
        parameters = list(inspect.signature(method).parameters.values())[1:]
        asked = [
            GIVEN.get(each.name, X)
            for each in parameters
            if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
        ]
        with pytest.raises(NotFittedError, match=f"This {kind.__name__} instance is not fit"):
            getattr(net, name)(*asked)
        called += 1
    assert called >= 4


@pytest.mark.parametrize("kind", networks())
def test_an_estimator_that_knows_nothing_is_still_an_object(kind):
    net = kind()
    assert repr(clone(net)) == repr(copy.deepcopy(net)) == repr(copy.copy(net))
    assert repr(pickle.loads(pickle.dumps(net))) == repr(net)
    for name in ("junk", "_junk_", "__junk__", "__array__"):
        with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
            getattr(net, name)


def test_the_words_of_attributes_that_are_missing_later_stay():
    net = MLPRegressor().initialize(X, X[:, 0])
    with pytest.raises(AttributeError, match="loss_ exists after the first epoch"):
        net.loss_  # noqa: B018
    with pytest.raises(AttributeError, match="no attribute 'partial_fit'") as caught:
        MLPRegressor(solver="lbfgs").partial_fit  # noqa: B018
    assert "only available for stochastic optimizers" in str(caught.value.__cause__)
    with pytest.raises(AttributeError, match="no attribute 'junk_'"):
        net.junk_  # noqa: B018
