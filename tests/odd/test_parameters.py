"""Every parameter of every public class refuses junk by name, whether or not it is used."""

import copy
import inspect
import pickle
import warnings

import numpy as np
import pytest

import sknn
from sknn import activations, callbacks, initializers, layers, losses, optimizers, schedules
from sknn.callbacks import Checkpoint, Pause, Progress
from sknn.core.layers.base import Defaults
from sknn.core.spec import Spec
from sknn.exceptions import InvalidParameterError
from sknn.layers import GRU, Conv1D, Dense
from sknn.optimizers import Adam
from sknn.preprocessing import TableEncoder
from sknn.schedules import Step
from sknn.search import ArchitectureSearchCV
from tests.odd.parts import NETWORKS, SPECS, X, small, y

NAMES = [(kind, name) for kind in NETWORKS for name in kind._get_param_names()]


class Junk:
    """Nothing that any parameter accepts."""


JUNK = {
    "object": Junk(),
    "text": "junk",
    "-1": -1,
    "nan": float("nan"),
    "inf": float("inf"),
    "-inf": -float("inf"),
    "huge": 10**400,
    "[]": [],
    "()": (),
    "{}": {},
    "3.5": 3.5,
    "bytes": b"x",
    "class": Junk,
    "function": lambda *_: None,
    "True": True,
    "complex": 1j,
    "set": {1},
    "[None]": [None],
    "[-1]": [-1],
    "[nan]": [float("nan")],
    "0-d": np.array(1.0),
    "array": np.ones(3),
    "date": np.datetime64("2020-01-01"),
    "span": np.timedelta64(1, "D"),
}
_FLAGS = (
    "early_stopping linear nesterovs_momentum normalize_y pretrain_persistent persistent "
    "restore_best return_sequences bidirectional shuffle stateful tied_weights variational verbose "
    "warm_start return_train_score"
).split()
_STRENGTHS = (
    "alpha contraction corruption_level epsilon generator_learning_rate_init gradient_penalty "
    "instance_noise kl_weight l1 learning_rate learning_rate_init max_grad_norm max_time power_t "
    "pretrain_learning_rate sparsity_weight stop_below tol weight_decay"
).split()
_SIZES = "hidden_layer_sizes filters units generator_layer_sizes discriminator_layer_sizes".split()
ALLOWED = {
    "True": {*_FLAGS},  # a flag
    "3.5": {*_STRENGTHS},  # any positive number
    "[]": {*_SIZES, "callbacks", "freeze", "categorical_features", "generator_layers"},  # none
    "()": {*_SIZES, "callbacks", "freeze", "categorical_features", "generator_layers"},
    "{}": {"class_weight", "layer_rates", "output_groups"},  # nothing weighed, slowed, grouped
    "-1": {"stop_below", "transform_layer"},  # losses of densities are negative; from the end
    "inf": {"n_iter_no_change"},  # never stop
    "class": {"scoring"},  # anything callable
    "function": {"scoring"},
    "array": {"categorical_features"},  # indices, of which X has so many columns
}


def _outcome(kind, name, value, **settings):
    """Return what a fit says about a value, or None if it accepts it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            small(kind, **settings | {name: value}).fit(X, y)
        except (TypeError, ValueError) as error:
            return str(error)
    return None


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=lambda v: getattr(v, "__name__", v))
def test_junk_is_refused_by_name(kind, name, capsys):
    for label, value in JUNK.items():
        found = _outcome(kind, name, value)
        if found is None:
            assert name in ALLOWED.get(label, ()), f"{name}={label} is accepted"
        else:
            assert name in found, f"{name}={label}: {found}"


USED_OR_NOT = [
    (sknn.RNNClassifier, {"hidden_layer_sizes": ()}),
    (sknn.CNNRegressor, {"hidden_layer_sizes": ()}),
    (sknn.MLPClassifier, {"hidden_layer_sizes": ()}),
    (sknn.MLPClassifier, {"solver": "lbfgs"}),
    (sknn.MLPRegressor, {"solver": Adam(), "learning_rate": Step()}),
    (sknn.MLPRegressor, {"layers": [Dense(3)]}),
    (sknn.RNNRegressor, {"layers": [GRU(3)]}),
    (sknn.CNNClassifier, {"layers": [Conv1D(2, 2)]}),
    (sknn.AutoEncoder, {"layers": [Dense(3)]}),
    (sknn.DBNRegressor, {"hidden_layer_sizes": ()}),
    (sknn.GAN, {"generator_layers": [Dense(3)], "discriminator_layers": [Dense(3)]}),
    (sknn.GaussianRBM, {"n_iter": 0}),
]


@pytest.mark.parametrize(("kind", "settings"), USED_OR_NOT, ids=str)
def test_junk_is_refused_where_it_would_not_be_used(kind, settings):
    usual = kind().get_params(deep=False)
    sizes = {name: usual[name] for name in _SIZES if name in usual}
    for name in usual:
        found = _outcome(kind, name, JUNK["object"], **sizes | settings)
        assert found is not None and name in found, f"{name}: {found}"


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_junk_in_specs(spec):
    for name in type(spec)._get_param_names():
        broken = copy.copy(spec).set_params(**{name: JUNK["object"]})
        with pytest.raises((TypeError, ValueError), match=name):
            broken.check()
            # A layer reads its other parameters when it is bound.
            broken.bind(Defaults())


@pytest.mark.parametrize("kind", [TableEncoder, ArchitectureSearchCV])
def test_junk_elsewhere(kind):
    own = {"estimator": small(sknn.MLPClassifier), "search_space": {"alpha": [0.1]}, "cv": 2}
    settings = own if kind is ArchitectureSearchCV else {}
    for name in kind._get_param_names():
        with pytest.raises((TypeError, ValueError), match=name):
            kind(**settings | {name: JUNK["object"]}).fit(X, y)


# -- what is said -------------------------------------------------------------------------------

CALLBACKS = [
    (Checkpoint, r"an instance, Checkpoint\(\.\.\.\)"),
    (Progress, "verbose=True"),
    (lambda progress: None, "Derive a class from sknn.callbacks.Callback"),
]


@pytest.mark.parametrize(("entry", "remedy"), CALLBACKS)
def test_the_remedy_for_what_is_not_a_callback(entry, remedy):
    with pytest.raises(InvalidParameterError, match=remedy):
        small(sknn.MLPClassifier, callbacks=[entry]).fit(X, y)


def test_a_callback_of_scikit_learn():
    callback = pytest.importorskip("sklearn.callback")
    with pytest.raises(InvalidParameterError, match="set_callbacks"):
        small(sknn.MLPClassifier, callbacks=[callback.ProgressBar()]).fit(X, y)


def test_a_layer_that_is_a_class():
    with pytest.raises(InvalidParameterError, match=r"Pass an instance, Dense\(\.\.\.\)"):
        sknn.MLPClassifier(layers=[Dense]).fit(X, y)


def test_a_callback_without_a_list():
    with pytest.raises(InvalidParameterError, match=r"Pass a list, callbacks=\[Pause"):
        small(sknn.MLPClassifier, callbacks=Pause(3)).fit(X, y)


@pytest.mark.parametrize("sizes", [(64, 32), 64, [8]])
def test_sizes_in_the_place_of_the_loss(sizes):
    with pytest.raises(ValueError, match="Did you mean hidden_layer_sizes=") as error:
        sknn.MLPRegressor(sizes).fit(X, y)
    assert repr(sizes) in str(error.value)


def test_a_name_that_is_nearly_one():
    with pytest.raises(ValueError, match="Did you mean 'relu'"):
        sknn.MLPRegressor(activation="rellu").fit(X, y)


# -- the name of the class ----------------------------------------------------------------------

PARTS = (activations, callbacks, initializers, layers, losses, optimizers, schedules)
PUBLIC = [getattr(module, name) for module in PARTS for name in module.__all__]
SPEC_KINDS = [each for each in PUBLIC if inspect.isclass(each) and issubclass(each, Spec)]


@pytest.mark.parametrize("kind", [each for each in SPEC_KINDS if not inspect.isabstract(each)])
def test_a_wrong_keyword_of_a_spec_names_its_class(kind):
    with pytest.raises(TypeError, match=rf"^{kind.__name__}(\.__init__)?\(\) ") as error:
        kind(wrong=1)
    assert "_" not in str(error.value).split("(")[0].replace(".__init__", "")


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_wrong_keyword_of_a_network_names_its_class(kind):
    net = small(kind)
    for name in ("__init__", "fit", "partial_fit", "initialize", "predict", "transform", "resume"):
        method = kind if name == "__init__" else getattr(net, name, None)
        if method is not None:
            with pytest.raises(TypeError, match=rf"^{kind.__name__}\.{name}\(\) "):
                method(wrong=1, **{"X": X} if name in ("predict", "transform") else {})


class Mine(sknn.MLPClassifier):
    def predict(self, X):
        return super().predict(X)[::-1]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_class_of_the_users_own_still_inherits():
    net = small(Mine).set_params(max_iter=400, hidden_layer_sizes=()).fit(X, y)
    plain = small(sknn.MLPClassifier).set_params(max_iter=400, hidden_layer_sizes=()).fit(X, y)
    np.testing.assert_array_equal(net.predict(X), plain.predict(X)[::-1])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(net)).predict(X), net.predict(X))
