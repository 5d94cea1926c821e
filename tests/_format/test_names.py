"""Which classes a file may contain, and under which names."""

import inspect
import sys

import numpy as np
import pytest
from sklearn import feature_selection, preprocessing
from sklearn.feature_selection import f_classif
from sklearn.impute._iterative import IterativeImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, get_scorer

import sknn
from sknn import layers
from sknn._format.allowed import FACES, FUNCTIONS, ROOMS, SCIKIT_LEARN
from sknn._format.names import Names, name_of
from sknn.callbacks import Checkpoint
from sknn.persistence import trusted_types
from sknn.preprocessing import TableEncoder
from sknn.training.run import Run

NAMED = {
    "sknn.MLPClassifier": sknn.MLPClassifier,
    "sknn.layers.Dense": layers.Dense,
    "sknn.callbacks.Checkpoint": Checkpoint,
    "sknn.preprocessing.TableEncoder": TableEncoder,
    "sknn.training.run.Run": Run,
    "sklearn.linear_model.LogisticRegression": LogisticRegression,
    "sklearn.metrics._scorer._Scorer": type(get_scorer("accuracy")),
    "sklearn.metrics.accuracy_score": accuracy_score,
    "sklearn.feature_selection.f_classif": f_classif,
    "sklearn.impute._iterative.IterativeImputer": IterativeImputer,
    "numpy.log1p": np.log1p,
    "numpy.float32": np.float32,
    "builtins.float": float,
}


@pytest.mark.parametrize("name", NAMED)
def test_public_names_outlive_moves_of_modules(name):
    assert name_of(NAMED[name]) == name
    assert Names().find(name) is NAMED[name]


@pytest.mark.parametrize("face", [*FACES, *ROOMS])
def test_every_public_class_goes_by_the_name_users_import(face):
    module = __import__(face, fromlist=["all"])
    kinds = [each for each in vars(module).values() if inspect.isclass(each)]
    for kind in (each for each in kinds if each.__module__.startswith("sknn.")):
        public = [f"{each}.{kind.__name__}" for each in (*FACES, *ROOMS)]
        assert name_of(kind) in public
        assert Names().find(name_of(kind)) is kind
        assert Names().find(f"{kind.__module__}.{kind.__name__}") is kind


@pytest.mark.parametrize("module", SCIKIT_LEARN)
def test_listed_types_of_scikit_learn_are_plain_classes(module):
    """Types of other versions may be missing; those that exist survive a round trip by name."""
    for name in SCIKIT_LEARN[module]:
        try:
            kind = Names().find(f"{module}.{name}")
        except ValueError:
            continue
        assert Names().find(name_of(kind)) is kind
        assert kind.__reduce__ is object.__reduce__
        state = getattr(kind, "__setstate__", None)
        assert state is None or state.__qualname__ in (
            "BaseEstimator.__setstate__",
            "IsotonicRegression.__setstate__",
        ), f"{name} runs code of its own when it is loaded"


@pytest.mark.parametrize("room", [feature_selection, preprocessing])
def test_everything_that_prepares_columns_is_listed(room):
    """The guide says so. A new one in a later scikit-learn asks for a look at its code."""
    kinds = [each for each in map(room.__dict__.get, room.__all__) if callable(each)]
    used = {each.__name__ for each in kinds if hasattr(each, "get_params")}
    used |= {each.__name__ for each in kinds if each.__name__.endswith(("_classif", "regression"))}
    assert used <= {*SCIKIT_LEARN[room.__name__], *FUNCTIONS.get(room.__name__, ())}


def test_few_classes_of_ours_look_at_their_state():
    """What they do with it is all that a file can cause: no calls, no allocations."""
    own = set()
    for name in trusted_types():
        if name.startswith("sknn."):
            module, _, kind = name.rpartition(".")
            found = vars(sys.modules[module]).get(kind)
            own |= {name} if "__setstate__" in vars(found or object) else set()
    assert own == {
        "sknn.core.network.Network",
        "sknn.estimators.base.BaseNetwork",
        "sknn.training.run.History",
        "sknn.training.run.Streams",
    }


def test_most_listed_types_are_here():
    missing = []
    for module, names in SCIKIT_LEARN.items():
        for name in names:
            try:
                Names().find(f"{module}.{name}")
            except ValueError:
                missing.append(f"{module}.{name}")
    assert len(missing) <= 6, missing


@pytest.mark.parametrize("trusted", ["Dense", layers.Dense, 3, None], ids=repr)
def test_trusted_is_a_list(trusted):
    with pytest.raises(TypeError, match="trusted must be a list of classes"):
        Names(trusted)


@pytest.mark.parametrize("each", ["os.system", layers.Dense(3), 1, np], ids=str)
def test_trusted_holds_classes(each):
    with pytest.raises(TypeError, match="trusted must hold classes"):
        Names([each])
