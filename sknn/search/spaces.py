"""Ready-made spaces of architectures and training parameters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
from scipy.stats import loguniform
from sklearn.utils import check_random_state

from sknn.core.constraints import is_number
from sknn.core.layers import Layer
from sknn.estimators.autoencoder.estimator import AutoEncoder
from sknn.estimators.boltzmann.dbn import DBNClassifier, DBNRegressor
from sknn.estimators.convolutional.estimators import CNNClassifier, CNNRegressor
from sknn.estimators.recurrent.estimators import RNNClassifier, RNNRegressor
from sknn.estimators.supervised import SupervisedNetwork
from sknn.estimators.synthesizer.estimator import TableSynthesizer
from sknn.estimators.tabular.estimators import TabularMLPClassifier, TabularMLPRegressor
from sknn.search.fold import network_of


@dataclass(frozen=True)
class LayerSizes:
    """Distribution of the number and sizes of hidden layers.

    The number of layers is uniform. The number of units is log-uniform and the same in every layer.

    Parameters
    ----------
    n_layers : (int, int), default=(1, 3)
        Smallest and largest number of layers.
    units : (int, int), default=(16, 256)
        Smallest and largest number of units of a layer.
    last : int, default=None
        Number of units of one more layer at the end, such as the code of an autoencoder.

    Examples
    --------
    >>> from sknn.search import LayerSizes
    >>> LayerSizes(n_layers=(2, 3), units=(16, 64)).rvs(random_state=0)
    (36, 36)
    """

    n_layers: tuple[int, int] = (1, 3)
    units: tuple[int, int] = (16, 256)
    last: int | None = None

    def __post_init__(self) -> None:
        """Raise for empty ranges."""
        for name, least in (("n_layers", 0), ("units", 1)):
            low, high = _pair(name, getattr(self, name))
            whole = is_number(low, Integral) and is_number(high, Integral)
            if not (whole and least <= low <= high):
                raise ValueError(
                    f"{name} must be two ints, the first at least {least} and not above the "
                    f"second; got {(low, high)!r}."
                )
        if self.last is not None and not (is_number(self.last, Integral) and self.last >= 1):
            raise ValueError(f"last must be None or an int >= 1; got {self.last!r}.")

    def rvs(self, random_state: Any = None) -> tuple[int, ...]:
        """Draw the units of all layers.

        Parameters
        ----------
        random_state : int, RandomState or None

        Returns
        -------
        units : tuple of int
        """
        rng = check_random_state(random_state)
        fewest, most = map(int, self.n_layers)
        depth = int(rng.randint(fewest, most + 1))
        low, high = map(int, self.units)
        # Half a unit is added on both sides, so that the ends are drawn as often as they should be.
        width = math.exp(rng.uniform(math.log(low - 0.5), math.log(high + 0.5)))
        end = () if self.last is None else (int(self.last),)
        return (min(max(round(width), low), high),) * depth + end


def _pair(name: str, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ValueError(f"{name} must be a pair (low, high); got {value!r}.")
    return value[0], value[1]


_TRAINING: dict[str, Any] = {
    "activation": ["relu", "silu", "tanh"],
    "normalization": [None, "batch", "layer"],
    "dropout": [0.0, 0.1, 0.2, 0.4],
    "alpha": loguniform(1e-5, 10.0),
    "learning_rate_init": loguniform(5e-4, 5e-2),
}
_CODER = {name: _TRAINING[name] for name in ("activation", "alpha", "learning_rate_init")}
# For any network with a y, as far as it has these parameters.
_PLAIN: dict[str, Any] = {"hidden_layer_sizes": LayerSizes()} | _TRAINING
_SPACES: dict[tuple[type, ...], dict[str, Any]] = {
    (CNNClassifier, CNNRegressor): {
        "filters": LayerSizes((1, 3), (8, 64)),
        "kernel_size": [3, 5],
        "hidden_layer_sizes": [(), (32,), (64,), (128,)],
    }
    | _TRAINING,
    (RNNClassifier, RNNRegressor): {
        "units": LayerSizes((1, 2), (16, 128)),
        "cell": ["gru", "lstm"],
        "bidirectional": [False, True],
    }
    | {name: each for name, each in _TRAINING.items() if name != "normalization"},
    (TabularMLPClassifier, TabularMLPRegressor): {
        "hidden_layer_sizes": LayerSizes((1, 4), (32, 256)),
        "activation": ["relu", "silu", "mish"],
        "dropout": [0.0, 0.1, 0.15, 0.3],
        "weight_decay": loguniform(1e-3, 0.2),
        "learning_rate_init": loguniform(0.01, 0.1),
    },
    (TableSynthesizer,): {
        "hidden_layer_sizes": LayerSizes((1, 4), (64, 512)),
        "dropout": [0.0, 0.1, 0.2, 0.3],
        "weight_decay": loguniform(1e-3, 0.2),
        "learning_rate_init": loguniform(1e-3, 1e-2),
    },
    (DBNClassifier, DBNRegressor): {
        "hidden_layer_sizes": LayerSizes((1, 3), (32, 256)),
        "pretrain_n_iter": [5, 10, 20],
        "alpha": loguniform(1e-5, 10.0),
        "learning_rate_init": loguniform(1e-3, 5e-2),
    },
}
_DEPTH = ("n_layers", "units")
# All that is left to search if the layers themselves are given.
_RATES = ("alpha", "learning_rate_init")


def space(estimator: Any, **changes: Any) -> dict[str, Any]:
    """Return a space of architectures and training parameters for an estimator.

    It holds depth, width, activation, normalization, dropout, L2 penalty, and learning rate of a
    multilayer perceptron; filters and kernels of a convolutional network; units and cells of a
    recurrent network; and so on. For a network with its own `layers`, it holds L2 penalty and
    learning rate alone, because the layers determine depth, sizes, and activations. Add parameters
    of layers by their names, or several lists of layers to choose from, as below.

    Parameters
    ----------
    estimator : estimator
        A network of sknn, or a Pipeline whose last step is one; the names of the space then
        have its prefix.
    **changes : dict
        `n_layers` and `units` are ranges ``(low, high)`` of :class:`LayerSizes`. Other names are
        parameters of the network: pass a list or a distribution to draw from, or None to leave the
        parameter as it is. Parameters that are not in the space are added, those of layers and
        other parts by their names in `get_params`, such as ``hidden0__units=[32, 64]``.

    Returns
    -------
    space : dict
        For `search_space`, or for any search of scikit-learn.

    Raises
    ------
    TypeError
        If the estimator does not end in a network of sknn.
    ValueError
        If there is no space for this network, or for a change with which no candidate could be
        trained.

    Examples
    --------
    >>> from sklearn.model_selection import RandomizedSearchCV
    >>> from sknn import MLPRegressor
    >>> from sknn.search import space
    >>> found = space(MLPRegressor(), n_layers=(2, 6), units=(64, 512), normalization=None)
    >>> list(found)
    ['hidden_layer_sizes', 'activation', 'dropout', 'alpha', 'learning_rate_init']
    >>> found["hidden_layer_sizes"]
    LayerSizes(n_layers=(2, 6), units=(64, 512), last=None)
    >>> search = RandomizedSearchCV(MLPRegressor(), found)

    A network with its own layers:

    >>> from sknn.layers import Dense, Dropout
    >>> net = MLPRegressor(layers=[Dense(64), Dropout(0.1)])
    >>> list(space(net, hidden0__units=[32, 64, 128]))
    ['alpha', 'learning_rate_init', 'hidden0__units']
    >>> list(space(net, layers=[net.layers, [Dense(32), Dense(32)]]))
    ['alpha', 'learning_rate_init', 'layers']
    """
    network, prefix = network_of(estimator)
    known = network.get_params(deep=False)
    given = changes.get("layers") is not None or known.get("layers") is not None
    _check_changes(network, changes, given)
    found = {name: _TRAINING[name] for name in _RATES} if given else _usual(network)
    ranges = {name: changes.pop(name) for name in _DEPTH if name in changes}
    if ranges:
        sized = [each for each in found.items() if isinstance(each[1], LayerSizes)]
        if not sized:
            raise ValueError(
                f"{next(iter(ranges))} has no effect on the space of {type(network).__name__}, "
                f"which holds {', '.join(found)}; set one of these instead."
            )
        name, sizes = sized[0]
        if name in changes:
            raise ValueError(f"Pass {name}, or n_layers and units, not both.")
        pair = {each: getattr(sizes, each) for each in _DEPTH}
        found[name] = LayerSizes(**pair | ranges, last=sizes.last)
    merged = found | changes
    return {f"{prefix}{name}": each for name, each in merged.items() if each is not None}


def _check_changes(network: Any, changes: dict[str, Any], given: bool) -> None:
    """Raise for changes with which no candidate could be trained; `given`: layers are given."""
    owner = type(network).__name__
    parameters = set(network.get_params())
    idle = {*_DEPTH, *_usual(network)} - set(_RATES) if given else set()
    for name, choices in changes.items():
        if name in idle and choices is not None:
            raise ValueError(
                f"{name} has no effect together with the 'layers' of {owner}; set it in the "
                "layers, vary it there by the name in get_params(), such as "
                "hidden0__units=[32, 64], or pass several lists of layers as layers=[[...], [...]]."
            )
        if name in _DEPTH:
            continue
        if name not in parameters:
            raise ValueError(f"{owner} has no parameter {name!r}.")
        if not (choices is None or hasattr(choices, "rvs") or _is_filled(choices)):
            raise ValueError(
                f"{name} must be a list of choices that is not empty, a distribution to draw from, "
                f"or None; got {choices!r}."
            )
    layers: Any = changes.get("layers")
    if _is_filled(layers) and any(isinstance(each, Layer) for each in layers):
        raise ValueError(
            "layers must list the choices, each of which is a list of layers itself, such as "
            f"layers=[{layers!r}]; got {layers!r}."
        )


def _is_filled(choices: Any) -> bool:
    """Return whether it is an ordered collection with something to choose from."""
    listed = isinstance(choices, (Sequence, np.ndarray)) and not isinstance(choices, (str, bytes))
    return listed and bool(len(choices))


def _usual(network: Any) -> dict[str, Any]:
    """Return the space of a network whose layers are not given."""
    if isinstance(network, AutoEncoder):
        # Scores of codes of different sizes cannot be compared: the larger one always wins.
        sizes = network.hidden_layer_sizes
        code = sizes[-1] if isinstance(sizes, (tuple, list)) else sizes
        return {"hidden_layer_sizes": LayerSizes((0, 2), (64, 256), code), **_CODER}
    for kinds, found in _SPACES.items():
        if isinstance(network, kinds):
            return dict(found)
    if isinstance(network, SupervisedNetwork):
        own = network.get_params(deep=False)
        if found := {name: each for name, each in _PLAIN.items() if name in own}:
            return found
    raise ValueError(
        f"There is no ready-made search space for {type(network).__name__}; pass search_space, a "
        "dict of parameters and lists or distributions."
    )
