"""Convolutional networks: images and signals in, classes or numbers out."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Iterator, Sequence
from math import inf
from typing import Any, ClassVar

from numpy.typing import NDArray

from sknn._validation.ragged import n_axes
from sknn.core import constraints as c
from sknn.core.activations import Activation
from sknn.core.constraints import Constraint, each, is_number
from sknn.core.layers import (
    Activate,
    AveragePool,
    Conv1D,
    Conv2D,
    Flatten,
    Layer,
    MaxPool,
)
from sknn.core.layers.affine import automatic_start
from sknn.core.layers.block import Block
from sknn.core.layers.filtering import Filtering
from sknn.core.layout import Shape
from sknn.core.spec import resolve
from sknn.estimators import shape_warnings
from sknn.estimators.classifier import NetworkClassifier
from sknn.estimators.regressor import NetworkRegressor
from sknn.estimators.settings import layers as layer_specs
from sknn.estimators.settings import parameters
from sknn.estimators.settings.constraints import Sizes
from sknn.estimators.shaped import CONSTRAINTS as SHAPES
from sknn.estimators.shaped import ShapedNetwork

_POOLING: dict[str, Any] = {"max": MaxPool, "average": AveragePool}
# What `layers` replaces, with the defaults that say it was left alone.
_EXPANDED = {
    "filters": (32, 64),
    "kernel_size": 3,
    "pool_size": 2,
    "pooling": "max",
    "strides": 1,
    "padding": "same",
    "hidden_layer_sizes": (64,),
    "activation": "relu",
    "dropout": 0.0,
    "normalization": None,
}


def _is_extent(value: Any) -> bool:
    entries = value if isinstance(value, (tuple, list)) else (value,)
    return 1 <= len(entries) <= 2 and all(
        is_number(n, numbers.Integral) and n >= 1 for n in entries
    )


def _inside(layers: Iterable[Any]) -> Iterator[Layer]:
    """Yield layers, those inside blocks in their place."""
    for layer in layers:
        if isinstance(layer, Block):
            yield from _inside(layer.inside())
        elif isinstance(layer, Layer):
            yield layer


_extent = Constraint(_is_extent, "an int >= 1, or a tuple with one for each axis", each(int))
CONSTRAINTS = SHAPES | {
    "filters": Sizes(),
    "kernel_size": _extent,
    "pool_size": c.none() | _extent,
    "pooling": c.none() | c.one_of(["max", "average"]),
    "strides": _extent,
    "padding": c.one_of(["same", "valid"]),
}


class ConvolutionalNetwork(ShapedNetwork):
    """Convolutions and pooling in turn, then dense layers."""

    filters: Any = (32, 64)
    kernel_size: Any = 3
    pool_size: Any = 2
    pooling: Any = "max"
    strides: Any = 1
    padding: Any = "same"
    hidden_layer_sizes: Any = (64,)

    _hidden_parameters: ClassVar[tuple[str, ...]] = ("filters", "hidden_layer_sizes")

    # -- rows -----------------------------------------------------------------------------

    def _with_channels(self, shape: Shape) -> Shape:
        """Add the axis of channels where it is missing."""
        n_axes = self._n_axes(shape)
        first = self._channels_first
        if len(shape) == n_axes:
            return (1, *shape) if first else (*shape, 1)
        if len(shape) != n_axes + 1:
            full = ("(C, H, W)", "(C, T)") if first else ("(H, W, C)", "(T, C)")
            wanted = f"(H, W) or {full[0]}" if n_axes == 2 else f"(T,) or {full[1]}"
            raise ValueError(
                f"Rows of shape {shape} are nothing to convolve along {n_axes} axes; give X, or "
                f"input_shape, rows of shape {wanted}."
            )
        return shape

    def _n_axes(self, shape: Shape) -> int:
        """Return along how many axes convolutions run: what the user says, or the rows."""
        said = self._said_axes()
        if said is not None:
            return said
        # (H, W) and (H, W, C) are images; (d,), (T, 1) and (C, T) are signals.
        if len(shape) == 2:
            return 1 if self._channels_first or shape[1] == 1 else 2
        return 1 if len(shape) == 1 else 2

    def _said_axes(self) -> int | None:
        """Return along how many axes convolutions run by layers or kernels, if they say so."""
        if self.layers is not None:
            found = [
                layer.grid.n_axes for layer in _inside(self.layers) if isinstance(layer, Filtering)
            ]
        else:
            sizes = (self.kernel_size, self.pool_size, self.strides)
            found = [len(size) for size in sizes if isinstance(size, (tuple, list))]
        return found[0] if found else None

    def _doubt(self, X: Any, x: NDArray) -> str | None:
        """Doubt also along how many axes convolutions run, unless that was said."""
        shape, first = self.input_shape_, self._channels_first
        given = n_axes(X) - 1 if self.input_shape is None else len(self.input_shape)
        if self.layers is not None or self._said_axes() is not None or given > 2:
            return super()._doubt(X, x)
        if given == 1:
            return shape_warnings.of_flat_rows(shape[0], first)
        return (
            shape_warnings.of_square(shape)
            if len(shape) == 2
            else shape_warnings.of_narrow_images(shape)
        )

    def _automatic_sizes(self) -> Sequence[tuple[float, int]]:
        return ((inf, 64),)

    # -- layers ---------------------------------------------------------------------------

    def _chain(self, n_raw: int) -> list[Layer]:
        output = layer_specs.output_layer(n_raw)
        if self.layers is not None:
            given = layer_specs.given_layers(self, _EXPANDED)
            return [*given, Flatten(), output]
        sizes = layer_specs.hidden_sizes(self.hidden_layer_sizes)
        rates = layer_specs.per_layer(self.dropout, len(sizes), "dropout")
        layers: list[Layer] = []
        for count in layer_specs.hidden_sizes(self.filters):
            layers += self._block(count)
        layers.append(Flatten())
        for size, rate in zip(sizes, rates, strict=True):
            layers += layer_specs.block(self, size, self.activation)
            layers += layer_specs.dropout(rate)
        return [*layers, output]

    def _block(self, filters: int) -> list[Layer]:
        """Return a convolution, normalisation, pooling and the activation, in this order.

        An activation that never falls and the maximum can change places, and behind the pooling
        there is a quarter of the work.
        """
        spec = resolve(Activation, self.activation, "activation", type(self).__name__)
        kind = Conv1D if len(self.input_shape_) == 2 else Conv2D
        conv = kind(
            filters,
            self._extent("kernel_size"),
            "identity",
            strides=self._extent("strides"),
            padding=self.padding,
        )
        if layer_specs.starts_automatically(self):
            conv.weight_init, conv.bias_init = automatic_start(spec)
        norm = layer_specs.normalization(self.normalization)
        pool, bend = self._pool(), Activate(self.activation)
        early = self.pooling == "max" and spec.monotone
        tail = [*pool, bend] if early else [bend, *pool]
        return [conv, *([norm()] if norm else []), *tail]

    def _extent(self, name: str) -> Any:
        """Return a size as layers want it: an int, or one for each axis of an image."""
        size, n_axes = getattr(self, name), len(self.input_shape_) - 1
        if not isinstance(size, (tuple, list)):
            return int(size)
        if len(size) != n_axes:
            raise ValueError(
                f"{name}={size!r} has {len(size)} entries, and convolutions here run along "
                f"{n_axes} axes; give an int, or as many entries."
            )
        return int(size[0]) if n_axes == 1 else tuple(int(n) for n in size)

    def _pool(self) -> list[Layer]:
        if self.pooling is None or self.pool_size is None:
            return []
        return [_POOLING[self.pooling](self._extent("pool_size"))]


class CNNClassifier(ConvolutionalNetwork, NetworkClassifier):
    """Convolutional network for classification [1]_.

    Parameters
    ----------
    filters : int or sequence of int, default=(32, 64)
        Filters of each convolution.
    kernel_size : int or tuple of int, default=3
        Extent of the filters. A tuple says along how many axes they run: ``(7,)`` convolves along
        the steps of a signal, ``(3, 3)`` over an image.
    input_shape : tuple of int, default=None
        Shape of a row where X is flat: ``(8, 8)``, ``(32, 32, 3)``, or ``(150, 2)`` together with
        ``kernel_size=(7,)``. None takes a flat row for a signal with one channel.
    channels : {"last", "first"}, default="last"
        Where the channels of a row are: "last" for (H, W, C) and (T, C), "first" for (C, H, W) and
        (C, T), as other libraries have them. `input_shape` and flat rows are in the same order.
    pool_size : int, tuple of int or None, default=2
        Extent of the pooling behind each convolution, never more than the axis has.
    pooling : {"max", "average", None}, default="max"
        What it takes of each window. An activation that never falls is applied behind the maximum,
        which comes to the same and is cheaper.
    strides : int or tuple of int, default=1
        Steps by which the filters move.
    padding : {"same", "valid"}, default="same"
        "same" keeps the size (divided by the strides), "valid" looks at whole windows only.
    hidden_layer_sizes : int or sequence of int, default=(64,)
        Units of the dense layers behind the convolutions.
    activation : str or Activation, default="relu"
        Non-linearity of convolutions and dense layers.
    dropout : float or list of float, default=0.0
        Fraction dropped behind each dense layer.
    normalization : {None, "batch", "layer"}, default=None
        Normalise behind each convolution and in front of its activation; dense layers likewise.
    layers : list of Layer, default=None
        All layers but the last, instead of the parameters above, for example
        ``[Conv2D(16), MaxPool(2), Residual([Conv2D(16), Conv2D(16)]), GlobalAveragePool()]``.
        What is not flat at the end is flattened.
    loss : str or Loss, default="log_loss"
        "log_loss", "squared_error" on probabilities, "focal", "hinge", or a spec from
        :mod:`sknn.losses`.
    solver : str or Optimizer, default="adam"
        "adam", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad", "adadelta", "sgd", "lion",
        "lbfgs", or a spec from :mod:`sknn.optimizers`.
    learning_rate : str or Schedule, default="constant"
        "constant", "invscaling", "adaptive", "exponential", "step", "cosine", "one_cycle",
        "plateau", or a spec from :mod:`sknn.schedules`.
    learning_rate_init : float, default=0.001
        Base learning rate, which the schedule multiplies.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows of a batch; "auto" is ``min(64, n_samples)``.
    max_iter : int, default=200
        Most epochs of one call of `fit`.
    early_stopping : bool, default=False
        Stop when the validation loss no longer improves, and serve the best weights.
    validation_fraction : float, default=0.1
        Share of rows held out for early stopping where no X_val is given.
    n_iter_no_change : int or inf, default=10
        Epochs without improvement that are borne before training stops.
    tol : float, default=1e-4
        Least improvement that counts.
    max_grad_norm : float, default=None
        Bound on the Euclidean norm of the gradient.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights, as for :class:`MLPClassifier`.
    freeze : int or list of str, default=None
        Layers held fixed, by name or counted from the input.
    n_members : int, default=1
        Train so many networks from different initial weights, and average their answers.
    random_state : int, RandomState or None, default=None
        Seed of initial weights, validation split, order and noise.
    verbose : bool or int, default=False
        Print one line an epoch.
    warm_start : bool, default=False
        Let `fit` continue where the last call ended, exactly.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and makes everything else float64, which takes about twice
        as long.
    callbacks : list of Callback, default=None
        See :mod:`sknn.callbacks`.
    class_weight : dict, "balanced" or list of dict, default=None
        Weight of each class, times the sample weights.
    label_smoothing : float, default=0.0
        Share of the target spread evenly over the classes.

    Attributes
    ----------
    network_ : Network
        The chain of layers; ``summary()`` prints it, ``get_weights()`` gives its arrays by layer.
    input_shape_ : tuple of int
        Shape of a row as the layers see it, channels last.
    classes_ : ndarray
        Labels in the order of the columns of `predict_proba`.
    n_features_in_ : int
        Numbers of a row.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As of :class:`MLPClassifier`.

    See Also
    --------
    CNNRegressor : The same for real-valued targets.

    Notes
    -----
    X is (n, H, W) or (n, H, W, C); a signal (n, T, C) with a `kernel_size` of one axis, or with
    `layers` that begin with a Conv1D; or flat, (n, n_features), so that scalers and searches work.
    With ``channels="first"`` it is (n, C, H, W), or a signal (n, C, T). A
    :class:`~sknn.exceptions.ShapeWarning` says where a shape was probably meant otherwise.
    Memory of a step: the outputs of all layers for one batch, twice for the widest, and windows of
    bounded size (see :class:`~sknn.layers.Conv2D`); `predict` works in chunks.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
       recognition", Proceedings of the IEEE 86.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import train_test_split
    >>> from sknn import CNNClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> X_train, X_test, y_train, y_test = train_test_split(X / 16, y, random_state=0)
    >>> net = CNNClassifier((8, 16), input_shape=(8, 8), learning_rate="cosine", max_iter=10,
    ...                     learning_rate_init=0.01, random_state=0)
    >>> net.fit(X_train, y_train).score(X_test, y_test) > 0.95
    True
    """

    _constraints = parameters.FAMILY | parameters.CLASSIFIER | CONSTRAINTS

    def __init__(
        self,
        filters: Any = (32, 64),
        kernel_size: Any = 3,
        *,
        input_shape: Any = None,
        channels: Any = "last",
        pool_size: Any = 2,
        pooling: Any = "max",
        strides: Any = 1,
        padding: Any = "same",
        hidden_layer_sizes: Any = (64,),
        activation: Any = "relu",
        dropout: Any = 0.0,
        normalization: Any = None,
        layers: Any = None,
        loss: Any = "log_loss",
        solver: Any = "adam",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 200,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        tol: Any = 1e-4,
        max_grad_norm: Any = None,
        weight_init: Any = "auto",
        freeze: Any = None,
        n_members: Any = 1,
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        dtype: Any = "auto",
        callbacks: Any = None,
        class_weight: Any = None,
        label_smoothing: Any = 0.0,
    ) -> None:
        self.filters = filters
        self.kernel_size = kernel_size
        self.input_shape = input_shape
        self.channels = channels
        self.pool_size = pool_size
        self.pooling = pooling
        self.strides = strides
        self.padding = padding
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.normalization = normalization
        self.layers = layers
        self.loss = loss
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.max_grad_norm = max_grad_norm
        self.weight_init = weight_init
        self.freeze = freeze
        self.n_members = n_members
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.dtype = dtype
        self.callbacks = callbacks
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing


class CNNRegressor(ConvolutionalNetwork, NetworkRegressor):
    """Convolutional network for regression [1]_.

    Parameters
    ----------
    filters : int or sequence of int, default=(32, 64)
        Filters of each convolution.
    kernel_size : int or tuple of int, default=3
        Extent of the filters. A tuple says along how many axes they run: ``(7,)`` convolves along
        the steps of a signal, ``(3, 3)`` over an image.
    input_shape : tuple of int, default=None
        Shape of a row where X is flat: ``(8, 8)``, ``(32, 32, 3)``, or ``(150, 2)`` together with
        ``kernel_size=(7,)``. None takes a flat row for a signal with one channel.
    channels : {"last", "first"}, default="last"
        Where the channels of a row are: "last" for (H, W, C) and (T, C), "first" for (C, H, W) and
        (C, T), as other libraries have them. `input_shape` and flat rows are in the same order.
    pool_size : int, tuple of int or None, default=2
        Extent of the pooling behind each convolution, never more than the axis has.
    pooling : {"max", "average", None}, default="max"
        What it takes of each window. An activation that never falls is applied behind the maximum,
        which comes to the same and is cheaper.
    strides : int or tuple of int, default=1
        Steps by which the filters move.
    padding : {"same", "valid"}, default="same"
        "same" keeps the size (divided by the strides), "valid" looks at whole windows only.
    hidden_layer_sizes : int or sequence of int, default=(64,)
        Units of the dense layers behind the convolutions.
    activation : str or Activation, default="relu"
        Non-linearity of convolutions and dense layers.
    dropout : float or list of float, default=0.0
        Fraction dropped behind each dense layer.
    normalization : {None, "batch", "layer"}, default=None
        Normalise behind each convolution and in front of its activation; dense layers likewise.
    layers : list of Layer, default=None
        All layers but the last, instead of the parameters above, for example
        ``[Conv2D(16), MaxPool(2), Residual([Conv2D(16), Conv2D(16)]), GlobalAveragePool()]``.
        What is not flat at the end is flattened.
    loss : str or Loss, default="squared_error"
        "squared_error", "absolute_error", "huber", "log_cosh", "quantile", "poisson", "gamma",
        "tweedie", "gaussian_nll", or a spec from :mod:`sknn.losses`.
    solver : str or Optimizer, default="adam"
        "adam", "adamw", "nadam", "amsgrad", "rmsprop", "adagrad", "adadelta", "sgd", "lion",
        "lbfgs", or a spec from :mod:`sknn.optimizers`.
    learning_rate : str or Schedule, default="constant"
        "constant", "invscaling", "adaptive", "exponential", "step", "cosine", "one_cycle",
        "plateau", or a spec from :mod:`sknn.schedules`.
    learning_rate_init : float, default=0.001
        Base learning rate, which the schedule multiplies.
    alpha : float, default=0.0001
        Strength of the L2 penalty, ``alpha / 2 * sum of squared weights / total sample weight``.
    batch_size : int, "auto" or BatchSize, default="auto"
        Rows of a batch; "auto" is ``min(64, n_samples)``.
    max_iter : int, default=200
        Most epochs of one call of `fit`.
    early_stopping : bool, default=False
        Stop when the validation loss no longer improves, and serve the best weights.
    validation_fraction : float, default=0.1
        Share of rows held out for early stopping where no X_val is given.
    n_iter_no_change : int or inf, default=10
        Epochs without improvement that are borne before training stops.
    tol : float, default=1e-4
        Least improvement that counts.
    max_grad_norm : float, default=None
        Bound on the Euclidean norm of the gradient.
    weight_init : str, Initializer or Pretrained, default="auto"
        Initial weights, as for :class:`MLPClassifier`.
    freeze : int or list of str, default=None
        Layers held fixed, by name or counted from the input.
    n_members : int, default=1
        Train so many networks from different initial weights, and average their answers.
    random_state : int, RandomState or None, default=None
        Seed of initial weights, validation split, order and noise.
    verbose : bool or int, default=False
        Print one line an epoch.
    warm_start : bool, default=False
        Let `fit` continue where the last call ended, exactly.
    dtype : {"auto", "float32", "float64"}, default="auto"
        Precision. "auto" keeps float32 and makes everything else float64, which takes about twice
        as long.
    callbacks : list of Callback, default=None
        See :mod:`sknn.callbacks`.
    normalize_y : bool, default=True
        Standardise the target inside; predictions are in the units of y.
    output_range : None, "train" or (low, high), default=None
        Bound on predictions.

    Attributes
    ----------
    network_ : Network
        The chain of layers; ``summary()`` prints it, ``get_weights()`` gives its arrays by layer.
    input_shape_ : tuple of int
        Shape of a row as the layers see it, channels last.
    n_features_in_ : int
        Numbers of a row.
    loss_, loss_curve_, best_loss_, validation_scores_, best_validation_score_, history_, n_iter_, \
    t_, stop_reason_
        As of :class:`MLPRegressor`.

    See Also
    --------
    CNNClassifier : The same for classes.

    Notes
    -----
    X is (n, H, W) or (n, H, W, C); a signal (n, T, C) with a `kernel_size` of one axis, or with
    `layers` that begin with a Conv1D; or flat, (n, n_features), so that scalers and searches work.
    With ``channels="first"`` it is (n, C, H, W), or a signal (n, C, T). A
    :class:`~sknn.exceptions.ShapeWarning` says where a shape was probably meant otherwise.
    Memory of a step: the outputs of all layers for one batch, twice for the widest, and windows of
    bounded size (see :class:`~sknn.layers.Conv2D`); `predict` works in chunks.

    References
    ----------
    .. [1] LeCun, Bottou, Bengio & Haffner (1998), "Gradient-based learning applied to document
       recognition", Proceedings of the IEEE 86.

    Examples
    --------
    >>> import numpy as np
    >>> from sknn import CNNRegressor
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(size=(300, 30))  # signals of 30 steps
    >>> y = np.abs(np.diff(X)).mean(axis=1)  # how rough they are
    >>> net = CNNRegressor(8, kernel_size=(3,), pooling="average", learning_rate="cosine",
    ...                    learning_rate_init=0.01, max_iter=60, random_state=0)
    >>> net.fit(X[:200], y[:200]).score(X[200:], y[200:]) > 0.7
    True
    """

    _constraints = parameters.FAMILY | parameters.REGRESSOR | CONSTRAINTS

    def __init__(
        self,
        filters: Any = (32, 64),
        kernel_size: Any = 3,
        *,
        input_shape: Any = None,
        channels: Any = "last",
        pool_size: Any = 2,
        pooling: Any = "max",
        strides: Any = 1,
        padding: Any = "same",
        hidden_layer_sizes: Any = (64,),
        activation: Any = "relu",
        dropout: Any = 0.0,
        normalization: Any = None,
        layers: Any = None,
        loss: Any = "squared_error",
        solver: Any = "adam",
        learning_rate: Any = "constant",
        learning_rate_init: Any = 0.001,
        alpha: Any = 0.0001,
        batch_size: Any = "auto",
        max_iter: Any = 200,
        early_stopping: Any = False,
        validation_fraction: Any = 0.1,
        n_iter_no_change: Any = 10,
        tol: Any = 1e-4,
        max_grad_norm: Any = None,
        weight_init: Any = "auto",
        freeze: Any = None,
        n_members: Any = 1,
        random_state: Any = None,
        verbose: Any = False,
        warm_start: Any = False,
        dtype: Any = "auto",
        callbacks: Any = None,
        normalize_y: Any = True,
        output_range: Any = None,
    ) -> None:
        self.filters = filters
        self.kernel_size = kernel_size
        self.input_shape = input_shape
        self.channels = channels
        self.pool_size = pool_size
        self.pooling = pooling
        self.strides = strides
        self.padding = padding
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.dropout = dropout
        self.normalization = normalization
        self.layers = layers
        self.loss = loss
        self.solver = solver
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.max_grad_norm = max_grad_norm
        self.weight_init = weight_init
        self.freeze = freeze
        self.n_members = n_members
        self.random_state = random_state
        self.verbose = verbose
        self.warm_start = warm_start
        self.dtype = dtype
        self.callbacks = callbacks
        self.normalize_y = normalize_y
        self.output_range = output_range
