"""A number of any numeric type acts as Python's own, and the parameter stays as it was given."""

from decimal import Decimal
from fractions import Fraction
from math import isfinite

import numpy as np
import pytest
from sklearn.base import clone

import sknn
from sknn.activations import ELU, LeakyReLU
from sknn.callbacks import Checkpoint, WeightAveraging
from sknn.core.losses import Grouped, Mixed
from sknn.initializers import Constant, Normal
from sknn.layers import (
    GRU,
    BatchNorm,
    Conv1D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    LayerNorm,
    MaxPool,
    Parallel,
    Reshape,
    Residual,
)
from sknn.losses import Huber, Quantile
from sknn.optimizers import SGD, Adam, Lion, RMSProp
from sknn.preprocessing import TableEncoder
from sknn.schedules import BatchSize, Exponential, FlatCosine, Step
from sknn.search import ArchitectureSearchCV, LayerSizes
from tests.odd.parts import NETWORKS, SPECS, X, small, y

USUAL = {
    "alpha": 0.3,
    "class_weight": {0: 1.3, 1: 0.7},
    "contamination": 0.3,
    "dropout": 0.3,
    "early_stopping": False,
    "freeze": 0,
    "generator_learning_rate_init": 0.007,
    "gradient_penalty": 0.3,
    "input_dropout": 0.1,
    "kernel_size": (2,),
    "l1": 0.003,
    "label_smoothing": 0.1,
    "layer_rates": {"output": 0.7},
    "linear_path": 0.3,
    "max_grad_norm": 0.3,
    "max_time": 1000.0,
    "n_bins": 7,
    "n_iter_no_change": 3,
    "n_picks": 2,
    "pretrain_learning_rate": 0.07,
    "sparsity": 0.1,
    "sparsity_target": 0.1,
    "stop_below": -100.0,
    "tbptt": 2,
    "validation_fraction": 0.3,
    "weight_decay": 0.003,
}
SETTINGS = [
    *((kind, {}) for kind in NETWORKS),
    (sknn.MLPClassifier, {"learning_rate": "invscaling", "solver": "sgd", "power_t": 0.3}),
    (sknn.MLPClassifier, {"early_stopping": True, "n_members": 2, "dropout": [0.3]}),
    (
        sknn.MLPRegressor,
        {
            "solver": "lbfgs",
            "alpha": 0.3,
            **{"l1": 0.0, "weight_decay": 0.0, "dropout": 0.0, "input_dropout": 0.0},
            **{"max_grad_norm": None, "layer_rates": None},
        },
    ),
    (sknn.AutoEncoder, {"corruption": "gaussian"}),
    (sknn.AutoEncoder, {"variational": True, "sparsity": None}),
    (sknn.GAN, {"instance_noise": (0.3, 1), "averaging": 0.7}),
    (sknn.RNNRegressor, {"recurrent_dropout": 0.3, "dropout": [0.3, 0.1]}),
]
# What replaces Python's float, int, and bool.
TYPES = {
    "float32": (np.float32, np.int8, np.bool_),
    "float16": (np.float16, np.uint8, np.bool_),
    "longdouble": (np.longdouble, np.uint64, np.bool_),
    "Fraction": (Fraction, np.int64, bool),
    "Decimal": (Decimal, np.int16, bool),
}


def cast(value, types):
    """Return a value, or all entries of one, with numbers of another type."""
    real, whole, flag = types
    if isinstance(value, (bool, np.bool_)):
        return flag(value)
    if isinstance(value, int):
        return whole(value) if 0 <= value < 128 else np.int32(value)
    if isinstance(value, float):
        return (
            real(value)
            if isfinite(value) and (value == 0 or real(value) != 0)
            else np.float32(value)
        )
    if isinstance(value, (list, tuple)):
        return type(value)(cast(each, types) for each in value)
    return {k: cast(v, types) for k, v in value.items()} if isinstance(value, dict) else value


def python(value):
    """Return what `cast` made, in Python's own numbers."""
    if isinstance(value, (list, tuple)):
        return type(value)(map(python, value))
    if isinstance(value, dict):
        return {key: python(each) for key, each in value.items()}
    if isinstance(value, np.generic):
        return float(value) if isinstance(value, np.floating) else value.item()
    return float(value) if isinstance(value, (Fraction, Decimal)) else value


def odd(kind, settings, types):
    """Return the parameters of an estimator, as many as possible of other types."""
    own = kind._get_param_names()
    given = small(kind).get_params(deep=False)
    given |= {name: value for name, value in USUAL.items() if name in own} | settings
    return {name: cast(value, types) for name, value in given.items()}


def state(net):
    return net.network_.theta, net.loss_curve_


def all_python(value, other):
    """Check that there are only Python's numbers, and the right ones."""
    assert type(value) in (bool, int, float, list, tuple, dict) or value is other
    if isinstance(value, (list, tuple)):
        assert all(map(all_python, value, other))
    if isinstance(value, dict):
        assert all(all_python(value[key], other[key]) for key in value)
    assert value == other
    return True


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize(("kind", "settings"), SETTINGS, ids=str)
def test_a_number_is_a_number(kind, settings, name):
    given = odd(kind, settings, TYPES[name])
    net, plain = kind(**given), kind(**python(given))
    for _ in range(2):
        ours, theirs = (state(each.fit(X, y)) for each in (net, plain))
        np.testing.assert_array_equal(ours[0], theirs[0])
        assert ours[1] == theirs[1]
        # The user's value is kept; the second time, a clone trains.
        assert all(value is given[key] for key, value in net.get_params(deep=False).items())
        net = clone(net)
        given = net.get_params(deep=False)


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("kind", NETWORKS)
def test_no_number_reaches_training_as_it_came(kind, name):
    given = odd(kind, {}, TYPES[name])
    trial = kind(**given)
    before = trial._check_parameters()
    assert all(before[key] is given[key] for key in before)
    for key, value in python(given).items():
        if not isinstance(value, str):
            all_python(getattr(trial, key), value)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_numbers_of_specs(spec):
    if isinstance(spec, (Grouped, Mixed)):
        pytest.skip("made from data, not from parameters")
    for types in TYPES.values():
        given = {name: cast(v, types) for name, v in spec.get_params(deep=False).items()}
        odd_one = type(spec)(**given)
        checked = odd_one.checked()
        assert all(value is given[key] for key, value in odd_one.get_params(deep=False).items())
        for key in spec.constraints:
            all_python(getattr(checked, key), python(given[key]))


def _chain(number):
    half, two, small = (number(value) for value in (0.5, 2, 0.01))
    noise = [Dropout(half), GaussianNoise(small), BatchNorm(half), LayerNorm(epsilon=small)]
    start = {"weight_init": Normal(small), "bias_init": Constant(small)}
    parts = [Dense(two, ELU(half), **start), [Dense(two, LeakyReLU(half), max_norm=half)]]
    return [
        Dense(number(4), LeakyReLU(small), **start, max_norm=half),
        *noise,
        Residual([Dense(number(4), "tanh")]),
        Reshape((two, two)),
        Conv1D(two, two, bias_init=Constant(small)),
        MaxPool(two),
        GRU(two, return_sequences=True, recurrent_dropout=half, tbptt=number(1)),
        Flatten(),
        Parallel(parts),
    ]


def _float32(value):
    return np.int8(value) if isinstance(value, int) else np.float32(value)


def _of_python(value):
    return python(_float32(value))


PARTS = {
    "layers": lambda n: {"layers": _chain(n), "hidden_layer_sizes": (100,)},
    "sgd": lambda n: {"solver": SGD(n(0.3)), "learning_rate": Step(n(1), n(0.3))},
    "adam": lambda n: {"solver": Adam(beta_1=n(0.3), beta_2=n(0.7), epsilon=n(1e-3))},
    "lion": lambda n: {"solver": Lion(beta_1=n(0.3)), "learning_rate": Exponential(n(0.3))},
    "rmsprop": lambda n: {
        "solver": RMSProp(n(0.7)),
        "learning_rate": FlatCosine(n(5), flat=n(0.3)),
    },
    "batch": lambda n: {"batch_size": BatchSize(n(3), n(9), epochs=n(3))},
    "huber": lambda n: {"loss": Huber(n(0.3))},
    "quantile": lambda n: {"loss": Quantile(n(0.3))},
    "quantiles": lambda n: {"loss": Quantile([n(0.3), n(0.5)])},
    "activation": lambda n: {"activation": [ELU(n(0.3))]},
    "start": lambda n: {"weight_init": Normal(n(0.3))},
    "fade": lambda n: {"dropout": n(0.3), "regularization_schedule": FlatCosine(n(5), flat=n(0.3))},
    "average": lambda n: {"callbacks": [WeightAveraging("ema", decay=n(0.7))]},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("part", PARTS)
def test_a_number_of_a_spec_is_a_number(part):
    theirs, ours = (
        state(small(sknn.MLPRegressor, **PARTS[part](number) | {"max_iter": 4}).fit(X, y))
        for number in (_of_python, _float32)
    )
    np.testing.assert_array_equal(ours[0], theirs[0])
    assert ours[1] == theirs[1]


def test_the_columns_of_a_table():
    for odd_one, plain in ((np.uint8(8), 8), (np.int8(3), 3)):
        encoded = (
            TableEncoder(n_bins=n, max_categories=n).fit_transform(X) for n in (odd_one, plain)
        )
        np.testing.assert_array_equal(*encoded)


@pytest.mark.filterwarnings("ignore")
def test_a_search():
    base = small(sknn.MLPClassifier)
    for types in TYPES.values():
        settings = {"n_candidates": 3, "max_iter": 9, "factor": 3.0, "cv": 2, "random_state": 0}
        space = {"alpha": [0.1, 0.2, 0.3]}
        given = cast(settings | {"n_jobs": 1, "verbose": False}, types)
        search = ArchitectureSearchCV(base, space, **given).fit(X, y)
        same = ArchitectureSearchCV(base, space, **settings).fit(X, y)
        assert search.brackets_ == same.brackets_
        assert search.best_score_ == same.best_score_
        assert all(
            value is given[key] for key, value in search.get_params().items() if key in given
        )


@pytest.mark.filterwarnings("ignore")
def test_a_checkpoint_keeps_what_was_given(tmp_path):
    fraction = Fraction(1, 1000)
    path = tmp_path / "net"
    net = small(sknn.MLPClassifier, alpha=fraction, callbacks=[Checkpoint(path)]).fit(X, y)
    assert net.alpha is fraction
    assert Checkpoint.load(path).alpha == fraction
    assert isinstance(Checkpoint.load(path).alpha, Fraction)


@pytest.mark.filterwarnings("ignore")
def test_a_stream_and_a_failure_keep_what_was_given():
    alpha, rate = np.float32(0.3), Decimal("0.01")
    net = small(sknn.MLPClassifier, alpha=alpha, learning_rate_init=rate)
    for _ in range(2):
        net.partial_fit(X, y, classes=[0, 1])
        assert net.alpha is alpha and net.learning_rate_init is rate
    with pytest.raises(ValueError, match="alpha"):
        net.set_params(alpha=-1).partial_fit(X, y)
    assert net.learning_rate_init is rate


def test_sizes_to_draw_from():
    odd = LayerSizes((np.int8(1), np.int8(127)), (np.uint8(200), np.uint8(255)), np.int8(3))
    drawn = odd.rvs(random_state=0)
    assert drawn == LayerSizes((1, 127), (200, 255), 3).rvs(random_state=0)
    assert all(type(units) is int for units in drawn)
    for junk in ({"n_layers": (True, 2)}, {"units": (1, True)}, {"last": True}):
        with pytest.raises(ValueError, match=next(iter(junk))):
            LayerSizes(**junk)
