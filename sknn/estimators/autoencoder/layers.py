"""Layers of an autoencoder from its parameters, and the place of its code."""

from __future__ import annotations

import math
import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from sknn._validation.arrays import Rows
from sknn.core.activations import Activation
from sknn.core.layers import (
    Dense,
    Densify,
    Flatten,
    GaussianNoise,
    Latent,
    Layer,
    Masking,
    SaltAndPepper,
    Sparsity,
)
from sknn.core.layers.filtering import Filtering
from sknn.core.layers.names import OUTPUT
from sknn.core.losses import Mixed
from sknn.core.network import Network
from sknn.core.pretrained import Pretrained
from sknn.core.spec import resolve
from sknn.estimators.autoencoder import automatic, pca
from sknn.estimators.autoencoder.targets import ReconstructionTargets
from sknn.estimators.fit.layerwise import train_part
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.layers import (
    block,
    check_flat,
    given_layers,
    hidden_sizes,
    output_layer,
)

CODE = "code"
# Parameters that `layers` replaces.
_EXPANDED = (
    "hidden_layer_sizes",
    "activation",
    "normalization",
    "tied_weights",
    "sparsity",
    "contraction",
    "variational",
    "pretrain",
)


def check(estimator: Any) -> None:
    """Raise for parameters that cannot be combined."""
    if estimator.layers is None and not hidden_sizes(estimator.hidden_layer_sizes):
        raise ValueError("hidden_layer_sizes must hold at least one size: that of the code.")
    if isinstance(estimator.layers, (list, tuple)) and not estimator.layers:
        raise ValueError("layers must hold at least one layer, the code.")
    if estimator.corruption in ("masking", "salt_and_pepper") and estimator.corruption_level >= 1:
        raise ValueError(
            f"corruption_level={estimator.corruption_level} is a share of the inputs for "
            f"corruption={estimator.corruption!r} and must be below 1."
        )
    if estimator.variational:
        for name in ("tied_weights", "sparsity", "contraction", "pretrain", "normalization"):
            if getattr(estimator, name) not in (None, False, 0, "auto"):
                raise ValueError(
                    f"variational=True cannot be combined with {name}={getattr(estimator, name)!r}."
                )
    if estimator.tied_weights and estimator.normalization is not None:
        raise ValueError("tied_weights=True cannot be combined with normalization; choose one.")
    if estimator.output_activation == "identity" and estimator.loss == "log_loss":
        raise ValueError(
            "loss='log_loss' needs outputs between 0 and 1; set output_activation='logistic'."
        )
    if estimator.output_groups is not None:
        for name in ("loss", "output_activation"):
            if getattr(estimator, name) != "auto":
                raise ValueError(f"output_groups determines {name}; leave it at 'auto'.")


# -- layers -----------------------------------------------------------------------------------


def chain(estimator: Any, n_raw: int, targets: ReconstructionTargets) -> list[Layer]:
    """Return the specs of all layers: corruption, encoder, code, decoder, output."""
    front = _corruption(estimator, targets)
    if estimator.layers is not None:
        given = given_layers(estimator, _EXPANDED)
        return [*front, *given, *([] if _draws(given) else [output_layer(n_raw)])]
    sizes, activations = _encoder(estimator)
    middle = _encoding(estimator, sizes, activations) + _penalty(estimator, activations[-1])
    return [*front, *middle, *_decoding(estimator, sizes, activations, n_raw)]


def _draws(layers: list[Layer]) -> bool:
    """Whether the layers end in a flattened linear convolution, which is then the output."""
    if len(layers) < 2 or not isinstance(layers[-1], Flatten):
        return False
    last = layers[-2]
    activation = getattr(last, "activation", None)
    name = activation if isinstance(activation, str) else getattr(activation, "alias", None)
    return isinstance(last, Filtering) and name == "identity"


def check_output(network: Network, n_features: int) -> None:
    """Raise if the layers do not end in rows like those of X."""
    if network.names[-1] == OUTPUT:
        check_flat(network)
    elif network.out_shape != (n_features,):
        raise ValueError(
            f"The layers end in rows of shape {network.out_shape}, but X has {n_features} "
            "features; make them end in as many numbers, flattened by Flatten()."
        )


def _encoder(estimator: Any) -> tuple[list[int], list[Any]]:
    sizes = hidden_sizes(estimator.hidden_layer_sizes)
    return sizes, automatic.activations(estimator, len(sizes))


def _corruption(estimator: Any, targets: ReconstructionTargets) -> list[Layer]:
    level, scale = estimator.corruption_level, targets.scale
    noise: dict[Any, Layer] = {
        "gaussian": GaussianNoise(level / scale),
        "masking": Masking(level),
        "salt_and_pepper": SaltAndPepper(level, targets.low / scale, targets.high / scale),
    }
    if estimator.corruption is None:
        return []
    return [*([Densify()] if targets.sparse else []), noise[estimator.corruption]]


def _encoding(estimator: Any, sizes: list[int], activations: list[Any]) -> list[Layer]:
    layers: list[Layer] = []
    whole = _whole_contraction(estimator)
    contraction = whole if estimator.contraction == "auto" else float(estimator.contraction)
    for size, activation in zip(sizes, activations, strict=True):
        layers += block(estimator, size, activation, contraction=contraction)
    if not estimator.variational:
        return layers
    # Means and logarithms of variances.
    weight = estimator.kl_weight / estimator._targets.loss_scale
    return [*layers[:-1], Dense(2 * sizes[-1], "identity"), Latent(weight)]


def _whole_contraction(estimator: Any) -> float:
    """Return the strength of the penalty on the encoder and the decoder."""
    return float(estimator._targets.contraction) if estimator.contraction == "auto" else 0.0


def _penalty(estimator: Any, activation: Any) -> list[Layer]:
    if estimator.sparsity is None:
        return []
    bounds = resolve(Activation, activation, "activation", type(estimator).__name__).bounds
    target, weight = estimator.sparsity, estimator.sparsity_weight
    if bounds is None:
        return [Sparsity(target, weight, "l1")]
    return [Sparsity(target, weight, low=bounds[0])]


def _decoding(estimator: Any, sizes: list[int], activations: list[Any], n_raw: int) -> list[Layer]:
    tied = estimator.tied_weights
    layers: list[Layer] = []
    for i in reversed(range(len(sizes) - 1)):
        owner = f"hidden{i + 1}" if tied else None
        name = f"decoder{len(sizes) - 2 - i}"
        layers += block(estimator, sizes[i], activations[i], name=name, tied_to=owner)
    last = output_layer(n_raw).set_params(contraction=_whole_contraction(estimator))
    return [*layers, last.set_params(tied_to="hidden0") if tied else last]


def code_stop(network: Network) -> int:
    """Return the index just after the layers that compute the code."""
    if CODE in network.names:
        return _behind(network, network.names.index(CODE))
    for name in ("decoder0", OUTPUT):
        if name in network.names and _is_built(network):
            return network.names.index(name)
    widths = [math.prod(plan.out_shape) for plan in network.plans[:-1]]
    return max(i for i, width in enumerate(widths) if width == min(widths)) + 1


def _is_built(network: Network) -> bool:
    """Whether the layers come from `hidden_layer_sizes`: the decoder follows the encoder."""
    return "decoder0" in network.names or sum(x.has_units for x in network.layers) == 2


def _behind(network: Network, start: int) -> int:
    """Skip the layers that belong to one: normalization, activation, penalty, of the same width."""
    stop = start + 1
    while stop < len(network.layers) - 1 and not network.layers[stop].has_units:
        if network.plans[stop].out_shape != network.plans[start].out_shape:
            break
        stop += 1
    return stop


# -- start ------------------------------------------------------------------------------------


def start(estimator: Any, state: FitState) -> bool:
    """Improve random initial weights with principal components, or layer by layer.

    Returns
    -------
    good : bool
        Whether the network is principal component analysis, and its objective can be compared.
    """
    network, train, index = state.network, state.train, state.rows_used
    x = train.x if index is None else train.x[index]
    weight = train.weight
    weight = weight if weight is None or index is None else weight[index]
    if estimator.pretrain == "layerwise":
        _pretrain(estimator, network, Rows(x, x, weight), state.run.streams.split_seed)
    if estimator.pretrain or not _starts_at_components(estimator):
        return False
    sizes, _ = _encoder(estimator)
    found = pca.components(x, weight, sizes[-1])
    logistic = estimator._targets.output == "logistic"
    if found is None:
        return False
    found = found.divided(estimator._targets.scale)
    lost = estimator._targets.lost if _whole_contraction(estimator) else 0.0
    found = found.shrunk(lost) if lost else found
    alike = bool(estimator.tied_weights or lost)
    carried = pca.start(_dense_chain(network), found, alike, logistic)
    return carried and not logistic and estimator.corruption is None


def _starts_at_components(estimator: Any) -> bool:
    automatic = isinstance(estimator.weight_init, str) and estimator.weight_init == "auto"
    plain = estimator.layers is None and estimator.normalization is None
    alike = estimator._targets.groups is None
    return automatic and plain and alike and not estimator.variational


def _dense_chain(network: Network) -> list[Any]:
    pairs = zip(network.layers, network.params, strict=True)
    return [(layer, views) for layer, views in pairs if isinstance(layer, Dense)]


def _pretrain(estimator: Any, network: Network, rows: Rows, seed: int) -> None:
    """Train a shallow autoencoder for each layer, on the output of the layers before."""
    sizes, activations = _encoder(estimator)
    codes, weight = rows.x, rows.weight
    for i, (size, activation) in enumerate(zip(sizes, activations, strict=True)):
        shallow = _shallow(estimator, size, activation, seed + i)
        shallow.set_params(output_activation=estimator._targets.output if i == 0 else "auto")
        train_part(shallow, codes, weight, f"pretrain='layerwise', layer {i}")
        back = OUTPUT if i == 0 else f"decoder{len(sizes) - 1 - i}"
        _copy(shallow, "hidden0", network, f"hidden{i}", estimator)
        if not estimator.tied_weights:
            _copy(shallow, OUTPUT, network, back, estimator)
        codes = shallow.transform(codes)
    # The shallow ones are in the units of X, but the network will train in those of its scale.
    estimator._targets.to_training_units(network, estimator._targets.recipe(estimator.loss))


def _shallow(estimator: Any, size: int, activation: Any, seed: int) -> Any:
    names = [
        *("corruption", "corruption_level", "tied_weights", "contraction", "normalization"),
        *("solver", "learning_rate", "learning_rate_init", "alpha", "batch_size", "tol", "dtype"),
        *("n_iter_no_change", "weight_init"),
    ]
    settings = {name: getattr(estimator, name) for name in names}
    epochs = max(1, estimator.max_iter // 4)
    return type(estimator)(
        (size,), activation, **settings, max_iter=epochs, random_state=seed % 2**32
    )


def _copy(source: Any, name: str, network: Network, target: str, estimator: Any) -> None:
    views = network.params[network.names.index(target)]
    for key, array in source.get_weights()[name].items():
        views[key][...] = array


# -- columns of a table -------------------------------------------------------------------------


def output_groups(estimator: Any, n_features: int) -> Mixed | None:
    """Return the loss for columns of several kinds; None if all are alike."""
    groups = estimator.output_groups
    if groups is None:
        return None
    if not isinstance(groups, dict) or set(groups) - {"numeric", "binary", "categorical"}:
        raise ValueError(
            "output_groups must be a dict with the keys 'numeric', 'binary', and 'categorical'; "
            f"got {groups!r}."
        )
    position = _positions(estimator, n_features)
    numeric = [position(column) for column in _several(groups.get("numeric", ()))]
    binary = [position(column) for column in _several(groups.get("binary", ()))]
    categorical = [
        [position(column) for column in _several(group)]
        for group in _several(groups.get("categorical", ()))
    ]
    named = numeric + binary + sum(categorical, [])
    twice = sorted({column for column in named if named.count(column) > 1})
    if twice:
        raise ValueError(f"output_groups names the columns {twice} more than once.")
    numeric += [column for column in range(n_features) if column not in set(named)]
    return Mixed(sorted(numeric), binary, categorical)


def _several(columns: Any) -> list[Any]:
    """Return columns, or groups of them, as a list."""
    if isinstance(columns, str) or not hasattr(columns, "__iter__"):
        raise ValueError(
            "output_groups needs lists: columns for 'numeric' and 'binary', lists of columns, "
            f"one for each group, for 'categorical'; got {columns!r}."
        )
    return list(columns)


def _positions(estimator: Any, n_features: int) -> Any:
    names = list(getattr(estimator, "feature_names_in_", ()))

    def position(column: Any) -> int:
        if isinstance(column, str) and column in names:
            return names.index(column)
        whole = isinstance(column, numbers.Integral) and not isinstance(column, bool)
        if not whole or not 0 <= column < n_features:
            raise ValueError(f"output_groups names {column!r}, which is not a column of X.")
        return int(column)

    return position


# -- use ----------------------------------------------------------------------------------------


def draw_codes(n_samples: Any, size: int, random_state: Any) -> NDArray:
    """Draw from the standard normal distribution."""
    whole = isinstance(n_samples, numbers.Integral) and not isinstance(n_samples, bool)
    if not whole or n_samples < 1:
        raise ValueError(f"n_samples must be an int of at least 1; got {n_samples!r}.")
    return np.asarray(check_random_state(random_state).standard_normal((n_samples, size)))


def encoder_names(estimator: Any) -> list[str]:
    """Return the names of the layers with weights that compute the code."""
    network = estimator.network_
    if estimator.variational or estimator.layers is not None:
        raise ValueError(
            "to_classifier and to_regressor take the encoder of hidden_layer_sizes; for "
            "variational=True or `layers` pass weight_init=Pretrained(auto_encoder, layers=[...]) "
            "and the layers to a network yourself."
        )
    if estimator._form.coder is not None:
        raise ValueError(
            "to_classifier and to_regressor need an encoder of numbers, but this one was fitted on "
            "a frame with other columns; fit a classifier on transform(X), or use a TabularMLP."
        )
    stop = code_stop(network)
    return [
        name for name, views in zip(network.names[:stop], network.params, strict=False) if views
    ]


def encoder_start(estimator: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a supervised network that starts as the encoder.

    Parameters
    ----------
    params : dict
        Further parameters of the user.
    """
    shape = ("hidden_layer_sizes", "normalization")
    own: dict[str, Any] = {name: getattr(estimator, name) for name in shape}
    own["activation"] = _encoder(estimator)[1]
    own["weight_init"] = Pretrained(estimator, layers=encoder_names(estimator))
    taken = sorted(own.keys() & params)
    if taken:
        raise ValueError(f"The encoder determines {taken}; leave it out.")
    return own | params
