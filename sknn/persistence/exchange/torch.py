"""The state dict of a PyTorch module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers import (
    GRU,
    LSTM,
    BatchNorm,
    Conv1D,
    Conv2D,
    ConvTranspose1D,
    ConvTranspose2D,
    Dense,
    Elman,
    Embedding,
    LayerNorm,
    Residual,
)
from sknn.core.layers.base import Layer
from sknn.core.layout import Views
from sknn.persistence.exchange.layer_weights import LayerWeights, layer_weights_of
from sknn.persistence.exchange.rules import (
    Arrays,
    Rule,
    checked,
    gates,
    inverse,
    renamed,
    rule_for,
    sorted_back,
    sorted_rows,
)

# Blocks of our LSTM: output, input, forget, candidate; there input, forget, candidate, output.
_LSTM_ORDER = (1, 2, 3, 0)


def _dense_there(own: LayerWeights) -> dict[str, NDArray]:
    weights = sorted_rows(own.params["W"], own.inputs)
    found = {"weight": sorted_rows(weights.T, own.outputs)}
    if "b" in own.params:
        found["bias"] = sorted_rows(own.params["b"], own.outputs)
    return found


def _dense_back(own: LayerWeights, arrays: Arrays) -> Views:
    weights = sorted_back(arrays["weight"], own.outputs).T
    found = {"W": sorted_back(weights, own.inputs)}
    if "b" in own.params:
        found["b"] = sorted_back(arrays["bias"], own.outputs)
    return found


def _filters_there(own: LayerWeights) -> dict[str, NDArray]:
    """Kernels: axes of places first in sknn, output and input channels first in PyTorch."""
    weights = own.params["W"]
    found = {"weight": np.moveaxis(weights, (-1, -2), (0, 1))}
    return found | ({"bias": own.params["b"]} if "b" in own.params else {})


def _filters_back(own: LayerWeights, arrays: Arrays) -> Views:
    found = {"W": np.moveaxis(arrays["weight"], (0, 1), (-1, -2))}
    return found | ({"b": arrays["bias"]} if "b" in own.params else {})


def _norm_there(own: LayerWeights) -> dict[str, NDArray]:
    found = _NORM.there(own)
    return {name: sorted_rows(array, own.inputs) for name, array in found.items()}


def _norm_back(own: LayerWeights, arrays: Arrays) -> Views:
    found = _NORM.back(own, arrays)
    return {name: sorted_back(array, own.inputs) for name, array in found.items()}


def _cell_there(own: LayerWeights, order: Sequence[int]) -> dict[str, NDArray]:
    p = own.params
    bias = gates(p["b"], order)
    return {
        "weight_ih_l0": gates(p["W"], order).T,
        "weight_hh_l0": gates(p["U"], order).T,
        "bias_ih_l0": bias,
        "bias_hh_l0": np.zeros_like(bias),
    }


def _cell_back(arrays: Arrays, order: Sequence[int]) -> Views:
    order = inverse(order)
    return {
        "W": gates(arrays["weight_ih_l0"].T, order),
        "U": gates(arrays["weight_hh_l0"].T, order),
        "b": gates(arrays["bias_ih_l0"] + arrays["bias_hh_l0"], order),
    }


def _gru_there(own: LayerWeights) -> dict[str, NDArray]:
    found = _cell_there(own, (0, 1, 2))
    found["bias_hh_l0"][-len(own.params["c"]) :] = own.params["c"]
    return found


def _gru_back(own: LayerWeights, arrays: Arrays) -> Views:
    found = _cell_back(arrays, (0, 1, 2))
    last = -len(own.params["c"])
    # The candidate's two biases cannot be added: the reset gate is between them.
    found["b"][last:] = arrays["bias_ih_l0"][last:]
    return found | {"c": arrays["bias_hh_l0"][last:]}


def _shortcut_back(own: LayerWeights, arrays: Arrays) -> Views:
    return {"W": arrays["shortcut.weight"].T}


_NORM = renamed(gain="weight", bias="bias", mean="running_mean", var="running_var")
_FILTERS = Rule(_filters_there, _filters_back)
_RULES: dict[type[Layer], Rule] = {
    Dense: Rule(_dense_there, _dense_back),
    Conv1D: _FILTERS,
    Conv2D: _FILTERS,
    ConvTranspose1D: _FILTERS,
    ConvTranspose2D: _FILTERS,
    BatchNorm: Rule(_norm_there, _norm_back),
    LayerNorm: Rule(_norm_there, _norm_back),
    Embedding: renamed(W="weight"),
    Elman: Rule(lambda own: _cell_there(own, (0,)), lambda _, arrays: _cell_back(arrays, (0,))),
    LSTM: Rule(
        lambda own: _cell_there(own, _LSTM_ORDER),
        lambda _, arrays: _cell_back(arrays, _LSTM_ORDER),
    ),
    GRU: Rule(_gru_there, _gru_back),
    Residual: Rule(lambda own: {"shortcut.weight": own.params["W"].T}, _shortcut_back),
}


def to_torch_state_dict(
    estimator: Any, *, names: Mapping[str, str] | Sequence[str] | None = None
) -> dict[str, NDArray]:
    """Return the weights of a fitted network as the state dict of a PyTorch module.

    Load it with ``module.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})``.
    Dense, convolutional, transposed, normalization, embedding, and recurrent layers (LSTM, GRU,
    Elman) have a counterpart: ``Linear``, ``Conv1d``, ``Conv2d``, ``ConvTranspose1d``,
    ``ConvTranspose2d``, ``BatchNorm1d``, ``BatchNorm2d``, ``LayerNorm``, ``Embedding``, ``LSTM``,
    ``GRU``, and ``RNN``, the recurrent ones with ``batch_first=True``.

    Parameters
    ----------
    estimator : fitted estimator of sknn
    names : dict or sequence of str, default=None
        Names of the modules: a dict from the names of the layers (see ``summary()``), or one name
        for each layer with parameters, in order, such as ``["0", "2"]`` for a ``Sequential``. None
        uses the names of the layers, such as ``hidden0``.

    Returns
    -------
    state : dict of ndarray
        Copies. A regressor's are in the units of y.

    Raises
    ------
    TypeError
        If `estimator` is not a network of sknn.
    sklearn.exceptions.NotFittedError
        If it has not been fitted.
    ValueError
        If a layer has no counterpart, the network has several members, or `names` do not fit.

    See Also
    --------
    from_torch_state_dict : The opposite direction.

    Notes
    -----
    Only weights are transferred. The module must have the same activations, and the link of the
    output (softmax, logistic) if you want probabilities. "gelu" is ``GELU(approximate="tanh")`` in
    PyTorch. Rows flattened after a convolution are channels-first in PyTorch, and the weights of
    the next ``Linear`` are converted to that order. With strides above 1, padding "same" differs:
    pad by hand in PyTorch, with the smaller half in front.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import to_torch_state_dict
    >>> net = MLPClassifier((16,), max_iter=50, random_state=0)
    >>> net = net.initialize(*load_iris(return_X_y=True))
    >>> for name, array in to_torch_state_dict(net).items():
    ...     print(name, array.shape)
    hidden0.weight (16, 4)
    hidden0.bias (16,)
    output.weight (3, 16)
    output.bias (3,)
    """
    every = layer_weights_of(estimator, channels_first=True)
    paths = _paths(every, names)
    return {
        f"{path}.{name}": np.array(array, order="C")
        for own, path in zip(every, paths, strict=True)
        for name, array in rule_for(_RULES, own, "PyTorch").there(own).items()
    }


def from_torch_state_dict(
    estimator: Any,
    state: Mapping[str, Any],
    *,
    names: Mapping[str, str] | Sequence[str] | None = None,
) -> Any:
    """Give a network the weights of a PyTorch module.

    Parameters
    ----------
    estimator : estimator of sknn
        Fitted, or prepared by ``initialize(X, y)``, with layers of the same shapes. It is changed
        in place.
    state : dict of array-like
        What ``module.state_dict()`` returns, tensors or arrays.
    names : dict or sequence of str, default=None
        As in :func:`to_torch_state_dict`. None uses the names of the layers if the state dict has
        them, otherwise the modules of the state dict in order.

    Returns
    -------
    estimator : the same object
        Further calls to ``partial_fit`` continue from these weights.

    Raises
    ------
    TypeError
        If `estimator` is not a network of sknn, or `state` is not a mapping.
    sklearn.exceptions.NotFittedError
        If it has no network yet.
    ValueError
        If a layer has no counterpart, or an array is missing, has another shape, or has no place in
        the network. Nothing is changed then. The state dict may have modules that `names` does not
        mention.

    See Also
    --------
    to_torch_state_dict : The opposite direction, and differences to watch out for.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import from_torch_state_dict, to_torch_state_dict
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((16,), learning_rate="cosine", random_state=0).fit(X, y)
    >>> twin = MLPClassifier((16,)).initialize(X, y)
    >>> twin = from_torch_state_dict(twin, to_torch_state_dict(net))
    >>> float(abs(twin.predict_proba(X) - net.predict_proba(X)).max())
    0.0
    """
    if not isinstance(state, Mapping) or not all(isinstance(key, str) for key in state):
        raise TypeError(f"state must be a dict of arrays; got {type(state).__name__}.")
    every = layer_weights_of(estimator, channels_first=True)
    # Counters of batches are not needed here.
    state = {key: each for key, each in state.items() if not key.endswith("num_batches_tracked")}
    paths = _paths_there(every, names, state)
    _check_all_have_a_place(every, paths, state, of_others=names is not None)
    weights: dict[str, dict[str, NDArray]] = {}
    for own, path in zip(every, paths, strict=True):
        rule = rule_for(_RULES, own, "PyTorch")
        arrays = _taken(rule.there(own), path, state)
        for owner, params in own.named(rule.back(own, arrays)).items():
            weights.setdefault(owner, {}).update(params)
    return estimator.set_weights(weights)


def _check_all_have_a_place(
    every: list[LayerWeights], paths: list[str], state: Mapping[str, Any], *, of_others: bool
) -> None:
    """Raise for arrays without a counterpart, such as those of a second layer of an LSTM.

    Modules that `names` does not mention are allowed: they belong to other parts.
    """
    known = {
        f"{path}.{name}"
        for own, path in zip(every, paths, strict=True)
        for name in rule_for(_RULES, own, "PyTorch").there(own)
    }
    more = [key for key in state if key not in known]
    if of_others:
        more = [key for key in more if key.rpartition(".")[0] in paths]
    if more:
        raise ValueError(
            f"state has {', '.join(more)}, for which this network has no counterpart. Compare "
            "summary() with the modules there; names= picks some of them."
        )


def _taken(wanted: Arrays, path: str, state: Mapping[str, Any]) -> Arrays:
    """Return the checked arrays of one module; missing biases are zero."""
    found = {}
    for name, like in wanted.items():
        key = f"{path}.{name}"
        if key in state:
            found[name] = checked(state[key], like.shape, f"state[{key!r}]", like.dtype)
        elif name.startswith("bias"):
            found[name] = np.zeros_like(like)
        else:
            raise ValueError(f"state has no array {key!r}; it has {', '.join(state)}.")
    return found


def _paths(every: list[LayerWeights], names: Any) -> list[str]:
    """Return the names of the modules in PyTorch."""
    here = [own.path for own in every]
    if names is None:
        return here
    if isinstance(names, Mapping):
        unknown = sorted(set(names) - set(here))
        if unknown:
            raise ValueError(f"names has no layers {unknown}; layers with weights are {here}.")
        return _distinct([names.get(path, path) for path in here])
    if isinstance(names, str) or len(names) != len(here):
        raise ValueError(f"names must give one name for each of the layers {here}; got {names!r}.")
    return _distinct(list(names))


def _distinct(paths: list[str]) -> list[str]:
    """Return names of modules; raise if two layers have the same name."""
    if len(set(paths)) < len(paths):
        raise ValueError(f"names must give every layer a different name; got {paths}.")
    return paths


def _paths_there(every: list[LayerWeights], names: Any, state: Mapping[str, Any]) -> list[str]:
    """Return the names of the modules in a state dict."""
    paths = _paths(every, names)
    modules = list(dict.fromkeys(key.rpartition(".")[0] for key in state))
    if names is not None or set(paths) & set(modules):
        return paths
    if len(modules) != len(paths):
        raise ValueError(
            f"state holds {len(modules)} modules, {modules}, but this network has {len(paths)} "
            f"layers with weights, {paths}; map them with names={{layer: module}}."
        )
    return modules
