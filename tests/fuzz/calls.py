"""Random calls, and what was wrong with how they ended."""

import hashlib
import inspect
import numbers
import pickle
import re
import signal
import warnings
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from sklearn.base import ClassifierMixin

import sknn
from sknn import layers
from sknn.activations import Activation
from sknn.initializers import Initializer
from sknn.losses import Loss
from sknn.optimizers import Optimizer
from sknn.preprocessing import TableEncoder
from sknn.schedules import Schedule
from sknn.search import ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV
from tests.checks.public import networks
from tests.fuzz.inputs import ODD

N_ROWS, N_COLUMNS = 20, 4
SECONDS = 10
SEARCHES = {
    kind.__name__: kind for kind in (ArchitectureSearchCV, GridSearchCV, RandomizedSearchCV)
}
# What scikit-learn's own searches check, with messages of their own.
INHERITED = [
    (name, parameter)
    for name in ("GridSearchCV", "RandomizedSearchCV")
    for parameter in ("param_grid", "param_distributions", "scoring", "cv")
]
CLASSIFIERS = (
    *(kind.__name__ for kind in networks() if issubclass(kind, ClassifierMixin)),
    *SEARCHES,
)
UNSUPERVISED = ("AutoEncoder", "BernoulliRBM", "GaussianRBM", "GAN", "TableSynthesizer")
CHEAP = {
    "max_iter": 2,
    "n_iter": 2,
    "pretrain_n_iter": 1,
    "random_state": 0,
    "hidden_layer_sizes": (3,),
    "units": 3,
    "filters": 2,
    "n_components": 3,
    "generator_layer_sizes": (3,),
    "discriminator_layer_sizes": (3,),
    "latent_dim": 2,
    "preset": "fast",
    "param_grid": {"alpha": [0.0, 0.1]},
    "param_distributions": {"alpha": [0.0, 0.1]},
    "search_space": {"hidden_layer_sizes": [(2,), (3,)]},
    "n_candidates": 2,
    "cv": 2,
}
# Specs by the parameter that takes them, and layers by the estimator that does.
FAMILIES = {
    "solver": Optimizer,
    "learning_rate": Schedule,
    "loss": Loss,
    "weight_init": Initializer,
    "activation": Activation,
}
LAYERS = {
    **dict.fromkeys("Dropout GaussianNoise SaltAndPepper BatchNorm LayerNorm".split(), ()),
    "Dense": (3,),
    "Conv1D": (2,),
    "MaxPool": (),
    "Elman": (3,),
    "LSTM": (3,),
    "GRU": (3,),
}
HOSTS = {
    **dict.fromkeys(("Conv1D", "MaxPool"), "CNNRegressor"),
    **dict.fromkeys(("Elman", "LSTM", "GRU"), "RNNRegressor"),
}
ARGUMENTS = ("X", "y", "sample_weight", "X_val", "y_val", "sample_weight_val", "classes")
USES = (
    "predict predict_proba predict_log_proba decision_function transform activations score_samples "
    "inverse_transform gibbs reconstruct free_energy predict_outlier score"
).split()
# Words that occur only in messages of other libraries.
FOREIGN = re.compile(
    r"inhomogeneous|broadcast|operand|array element with a sequence|unhashable|subscriptable|"
    r"has no attribute|not supported between|cannot reshape|ufunc|only length-1|axis \d|"
    r"test_size|n_splits=|embedded null|out of bounds|object of type '|unsupported format|"
    r"takes \d+ positional|must be real number|cannot convert|Mismatched|isnan"
)
JUNK = [
    None,
    True,
    "junk",
    "",
    b"x",
    -1,
    0,
    1,
    3,
    0.5,
    2.5,
    -0.5,
    float("nan"),
    float("inf"),
    10**30,
    [],
    (),
    {},
    [None],
    [2, -1],
    ["junk"],
    {"junk": 1},
    object(),
    dict,
    len,
    1j,
    np.float32(0.5),
    np.int8(3),
    np.uint8(200),
    np.bool_(True),
    Fraction(1, 2),
    np.array(3),
    np.array([1, 2]),
    np.array(["a"]),
    np.nan,
    range(3),
]
# Values that are allowed but would take forever.
UNBOUNDED = re.compile(r"max_iter|n_iter$|max_fun|n_gibbs|n_critic|n_picks")


@dataclass(frozen=True)
class Call:
    """One call: on which object, by which method, with what."""

    owner: str
    method: str
    argument: str
    value: str

    def __str__(self):
        return f"{self.owner}.{self.method}({self.argument}={self.value})"


class TooSlow(Exception):
    """A call took longer than allowed."""


OTHERS = {"TableEncoder": TableEncoder, **SEARCHES}


def estimators():
    """Return the names of the public estimators."""
    return [*(name for name in sknn.__all__ if inspect.isclass(getattr(sknn, name))), *OTHERS]


def specs():
    """Return the names of the public specs, after the parameter that takes them."""
    known = [f"{name}:{alias}" for name, family in FAMILIES.items() for alias in family.registry]
    return [*known, *(f"layers:{name}" for name in LAYERS)]


def kind_of(name):
    parameter, _, alias = name.rpartition(":")
    if parameter == "layers":
        return getattr(layers, alias)
    if parameter:
        return FAMILIES[parameter].registry[alias]
    return OTHERS.get(name) or getattr(sknn, name)


def host_of(name):
    """Return the estimator on which a call is made: a spec is one of its parameters."""
    parameter, _, alias = name.rpartition(":")
    if not parameter:
        return name
    if parameter == "loss" and "regression" not in kind_of(name).tasks:
        return "MLPClassifier"
    return HOSTS.get(alias, "MLPRegressor") if parameter == "layers" else "MLPRegressor"


def make(name, /, **params):
    kind = kind_of(name)
    known = inspect.signature(kind).parameters
    if host_of(name) != name:
        parameter, _, alias = name.rpartition(":")
        spec = kind(**dict(zip(known, LAYERS.get(alias, ()), strict=False)) | params)
        if parameter != "layers":
            return make(host_of(name), **{parameter: spec})
        return kind_of(host_of(name))(layers=[spec], max_iter=2, random_state=0)
    cheap = {key: value for key, value in CHEAP.items() if key in known}
    if name in SEARCHES:
        cheap["estimator"] = make("MLPClassifier")
    return kind(**cheap | params)


def rows(name):
    rng = np.random.default_rng(0)
    X = rng.random((N_ROWS, N_COLUMNS))
    y = np.arange(N_ROWS) % 2
    return X, (y if name in CLASSIFIERS else None if name in UNSUPERVISED else X[:, 0] + y)


def every_call():
    """Yield all calls that could be made."""
    for name in estimators():
        kind = kind_of(name)
        for method in ("fit", "partial_fit", *USES):
            # A search passes rows to scikit-learn and to estimators, which have their own calls.
            if name in SEARCHES or not hasattr(kind, method):
                continue
            known = inspect.signature(getattr(kind, method)).parameters
            first = list(known)[1]
            names = {first} | {each for each in ARGUMENTS if each in known}
            for argument in sorted(names):
                if argument == "y" and name in UNSUPERVISED and name != "GAN":
                    continue
                yield from (Call(name, method, argument, value) for value in ODD)
    for name in (*estimators(), *specs()):
        for parameter in inspect.signature(kind_of(name)).parameters:
            if (name, parameter) in INHERITED:
                continue
            yield from (Call(name, "fit", f"*{parameter}", str(i)) for i in range(len(JUNK)))


def choose(calls, n, seed):
    """Return `n` different calls, spread evenly over estimators and families of specs."""
    rng = np.random.default_rng(seed)
    by_owner = {}
    for call in calls:
        by_owner.setdefault(call.owner.partition(":")[0], []).append(call)
    share = -(-n // len(by_owner))
    return [
        each
        for several in by_owner.values()
        for each in rng.permutation(np.array(several, object))[:share].tolist()
    ][:n]


def photograph(estimator):
    """Return what a failing call must not change."""
    state = {
        name: value
        for name, value in sorted(vars(estimator).items())
        if name not in ("callbacks", "random_state")
    }
    return hashlib.sha256(pickle.dumps(state)).hexdigest()


def problem(call):
    """Make a call; return what is wrong with how it ended, or None."""
    seed = int(hashlib.sha256(str(call).encode()).hexdigest()[:8], 16)
    rng = np.random.default_rng(seed)
    X, y = rows(host_of(call.owner))
    if call.argument.startswith("*"):
        name = call.argument[1:]
        value = JUNK[int(call.value)]
        if UNBOUNDED.search(name) and isinstance(value, numbers.Real) and value > 100:
            return None
        if name == "n_jobs" and isinstance(value, numbers.Integral):
            # Starting processes takes seconds.
            return None
        if name == "refit" and callable(value):
            # It decides about the best candidate, and its results are the user's own.
            return None
        estimator = make(call.owner, **{name: value})
        return _verdict(call, estimator, "fit", (X, y), {}, fitted=False)
    values = ODD[call.value](rng, N_ROWS, N_COLUMNS)
    if call.argument in ("y", "y_val", "sample_weight", "sample_weight_val", "classes"):
        values = _one_column(values)
    estimator = make(call.owner)
    args, kwargs = [X, y], {}
    if call.method == "partial_fit" and call.owner in CLASSIFIERS:
        kwargs["classes"] = [0, 1]
    fitted = call.method not in ("fit", "partial_fit") or rng.random() < 0.5
    if fitted:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            estimator.fit(X, y)
    if call.method in USES:
        args = [X, y] if call.method == "score" and call.owner not in UNSUPERVISED else [X]
    if call.argument == "y":
        args = [args[0], values]
    elif call.argument in ARGUMENTS[2:]:
        kwargs[call.argument] = values
        if call.argument in ("X_val", "sample_weight_val") and y is not None:
            kwargs["y_val"] = y
        if call.argument in ("y_val", "sample_weight_val"):
            kwargs["X_val"] = X
    else:
        args[0] = values
    return _verdict(call, estimator, call.method, args, kwargs, fitted)


def _one_column(values):
    """Return targets or weights instead of rows, if the values have columns."""
    try:
        return values[:, 0] if getattr(values, "ndim", 0) == 2 and values.shape[1] else values
    except Exception:
        return values


def _alarm(*_):
    raise TooSlow


def _verdict(call, estimator, method, args, kwargs, fitted):
    before = photograph(estimator) if fitted else None
    signal.signal(signal.SIGALRM, _alarm)
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = getattr(estimator, method)(*args, **kwargs)
    except TooSlow:
        return f"took over {SECONDS} s"
    except (ValueError, TypeError, AttributeError, MemoryError) as error:
        signal.alarm(0)
        return _of_error(call, error) or (
            "changed the fitted estimator and failed"
            if fitted and photograph(estimator) != before
            else None
        )
    except BaseException as error:
        return f"foreign exception {type(error).__name__}: {error}"
    finally:
        signal.alarm(0)
    return None if method in ("fit", "partial_fit") else _of_answer(answer)


def _of_error(call, error):
    """Return what is wrong with a message."""
    said = str(error)
    if isinstance(error, AttributeError):
        return f"AttributeError: {said}"
    # What scikit-learn says about a splitter comes after its name and value.
    if FOREIGN.search(said) and not said.startswith("In cv="):
        return f"words of another library: {said}"
    if not any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", said) for word in _words(call)):
        return f"does not name the argument: {said}"
    return None


def _words(call):
    """Return words of which a message must contain one: its argument, or a similar parameter."""
    if not call.argument.startswith("*"):
        # Messages say so if numbers are valid, but too large for training.
        return {call.argument, "learning_rate_init", "learning_rate"}
    known = inspect.signature(kind_of(call.owner)).parameters
    return {*known, *inspect.signature(kind_of(host_of(call.owner))).parameters, "layer"}


def _of_answer(answer):
    """Return what is wrong with a result for finite input."""
    parts = answer if isinstance(answer, (list, tuple)) else [answer]
    for part in parts:
        values = part.toarray() if hasattr(part, "toarray") else np.asarray(part)
        if values.dtype.kind in "fc" and not np.isfinite(values).all():
            return "an answer that is not finite"
    return None
