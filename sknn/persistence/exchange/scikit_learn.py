"""Convert fitted networks from and to scikit-learn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import BernoulliRBM as TheirRBM
from sklearn.neural_network import MLPClassifier as TheirClassifier
from sklearn.neural_network import MLPRegressor as TheirRegressor
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.validation import check_is_fitted

from sknn.core.activations import Identity, Logistic, ReLU, Tanh
from sknn.estimators.boltzmann.rbm import BernoulliRBM
from sknn.estimators.coefs import Link, links_of
from sknn.estimators.mlp import MLPClassifier, MLPRegressor
from sknn.training.warnings import users_level

_PAIRS: dict[type, type] = {
    MLPClassifier: TheirClassifier,
    MLPRegressor: TheirRegressor,
    BernoulliRBM: TheirRBM,
}
_ACTIVATIONS = {Identity: "identity", Logistic: "logistic", Tanh: "tanh", ReLU: "relu"}
_CHOICES = {
    "solver": ("adam", "sgd", "lbfgs"),
    "learning_rate": ("constant", "invscaling", "adaptive"),
    "loss": ("squared_error", "poisson"),
}
# Parameters that have already had their effect, or that do not concern training.
_WITHOUT_TRAINING = {"layers", "dtype", "n_members", "scoring", "transform_layer", "callbacks"}


def from_sklearn(estimator: Any) -> Any:
    """Return a fitted network of scikit-learn as one of sknn.

    Parameters
    ----------
    estimator : fitted MLPClassifier, MLPRegressor or BernoulliRBM of sklearn.neural_network

    Returns
    -------
    network : estimator of sknn of the same name
        With the same weights and parameters. A regressor has ``normalize_y=False``, because
        scikit-learn does not standardize y. ``partial_fit``, or `fit` after
        ``set_params(warm_start=True)``, continues training, also with parameters that scikit-learn
        does not have, such as dropout.

    Raises
    ------
    TypeError
        If it is not such an estimator.
    sklearn.exceptions.NotFittedError
        If it has not been fitted.

    See Also
    --------
    to_sklearn : The opposite direction.

    Notes
    -----
    The optimizer state is not transferred: the first updates are those of a new optimizer.
    Parameters with another meaning in sknn (see the page on differences) have that meaning from
    then on.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from sknn.persistence import from_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> theirs = MLPClassifier((16,), solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
    >>> ours = from_sklearn(theirs)
    >>> print(f"{abs(ours.predict_proba(X) - theirs.predict_proba(X)).max():.12f}")
    0.000000000000
    >>> ours.set_params(solver="adam", dropout=0.2).partial_fit(X, y).n_iter_
    1
    """
    kind = next((ours for ours, their in _PAIRS.items() if type(estimator) is their), None)
    if kind is None:
        raise TypeError(
            "estimator must be an MLPClassifier, MLPRegressor or BernoulliRBM of "
            f"sklearn.neural_network; got {type(estimator).__module__}."
            f"{type(estimator).__qualname__}."
        )
    check_is_fitted(estimator)
    network = kind(**_common(estimator, kind))
    if kind is BernoulliRBM:
        _fill_machine(network, estimator)
    else:
        _fill_mlp(network, estimator)
    if hasattr(estimator, "feature_names_in_"):
        network.feature_names_in_ = estimator.feature_names_in_
    return network


def to_sklearn(estimator: Any) -> Any:
    """Return a fitted network of sknn as one of scikit-learn.

    Parameters
    ----------
    estimator : fitted MLPClassifier, MLPRegressor or BernoulliRBM of sknn
        A chain of dense layers with one of scikit-learn's activations. Batch normalization is
        multiplied into the weights, and dropout acts only in training.

    Returns
    -------
    network : estimator of sklearn.neural_network of the same name
        Its predictions are the same, and ``partial_fit`` or ``warm_start`` continue training.
        Training parameters without a counterpart keep their defaults; a warning names them.

    Raises
    ------
    TypeError
        If it is not such an estimator.
    sklearn.exceptions.NotFittedError
        If it has not been fitted.
    ValueError
        If scikit-learn has no such network: other layers or activations, several members, several
        multiclass outputs, a single class, or several raw scores per output ("gaussian_nll").

    See Also
    --------
    from_sklearn : The opposite direction.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import to_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> ours = MLPClassifier((16,), solver="lbfgs", max_iter=2000, random_state=0).fit(X, y)
    >>> theirs = to_sklearn(ours)
    >>> float(abs(theirs.predict_proba(X) - ours.predict_proba(X)).max())
    0.0
    """
    if type(estimator) not in _PAIRS:
        raise TypeError(
            "estimator must be an MLPClassifier, MLPRegressor, or BernoulliRBM of sknn; got "
            f"{type(estimator).__module__}.{type(estimator).__qualname__}. For a pipeline, convert "
            "its last step: make_pipeline(model[:-1], to_sklearn(model[-1]))."
        )
    estimator._check_fitted()
    if estimator.network_.lead:
        raise ValueError(
            f"This {type(estimator).__name__} has {estimator.network_.n_members} members, and "
            "networks of scikit-learn are single; fit one with n_members=1."
        )
    kind = _PAIRS[type(estimator)]
    made = _machine(estimator) if kind is TheirRBM else _mlp(estimator, kind)
    made.n_features_in_ = estimator.n_features_in_
    if hasattr(estimator, "feature_names_in_"):
        made.feature_names_in_ = estimator.feature_names_in_
    return made


# -- here -------------------------------------------------------------------------------------


def _common(estimator: Any, kind: type) -> dict[str, Any]:
    """Return the parameters of an estimator that the other class has as well."""
    params, known = estimator.get_params(deep=False), kind()._get_param_names()  # type: ignore[attr-defined]
    return {name: value for name, value in params.items() if name in known}


def _fill_mlp(network: Any, theirs: Any) -> None:
    """Begin a network with the task of another, and give it the weights."""
    if isinstance(theirs, TheirRegressor):
        network.normalize_y = False
    dtype = theirs.coefs_[0].dtype
    X = np.random.default_rng(0).standard_normal((60, theirs.n_features_in_)).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.initialize(X, _targets_like(theirs, len(X)))
    network.coefs_, network.intercepts_ = theirs.coefs_, theirs.intercepts_


def _targets_like(theirs: Any, n_rows: int) -> NDArray:
    """Return artificial targets of the same task, with every class."""
    n_outputs = theirs.n_outputs_
    if isinstance(theirs, TheirRegressor):
        y = np.linspace(0.5, 1.5, n_rows)
        return y if n_outputs == 1 else np.tile(y[:, None], n_outputs)
    if theirs._label_binarizer.y_type_.startswith("multilabel"):
        return np.arange(n_rows)[:, None] // 2 ** np.arange(n_outputs) % 2
    return theirs.classes_[np.arange(max(n_rows, len(theirs.classes_))) % len(theirs.classes_)]


def _fill_machine(network: Any, theirs: Any) -> None:
    dtype = theirs.components_.dtype
    X = np.full((4, theirs.components_.shape[1]), 0.5, dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        network.set_params(n_iter=1).fit(X)
    network.n_iter = theirs.n_iter
    for name in ("components_", "intercept_hidden_", "intercept_visible_"):
        setattr(network, name, getattr(theirs, name))


# -- there ------------------------------------------------------------------------------------


def _mlp(ours: Any, kind: type) -> Any:
    links = links_of(ours.network_)
    made = kind(**_parameters(ours, kind, links))
    made.coefs_ = [np.array(link.weights) for link in links]
    made.intercepts_ = [np.array(link.bias) for link in links]
    made.n_layers_, made.n_outputs_ = len(links) + 1, len(made.intercepts_[-1])
    made.out_activation_ = ours.out_activation_
    if kind is TheirClassifier:
        made.classes_ = ours.classes_
        made._label_binarizer = _binarizer(ours)
    _set_progress(made, ours)
    return made


def _parameters(ours: Any, kind: type, links: list[Link]) -> dict[str, Any]:
    """Return the parameters in scikit-learn; raise if it has no such network."""
    params, known = ours.get_params(deep=False), kind().get_params()  # type: ignore[attr-defined]
    shared = {name: value for name, value in params.items() if name in known}
    shared["hidden_layer_sizes"] = tuple(link.bias.shape[-1] for link in links[:-1])
    shared["activation"] = _activation(links)
    left = {name for name, value in params.items() if name not in known and _is_set(ours, name)}
    for name, allowed in _CHOICES.items():
        if name in shared and not (isinstance(shared[name], str) and shared[name] in allowed):
            left.add(f"{name}={shared[name]!r}")
            shared[name] = known[name]
    _check_output(ours, shared, links)
    left -= _WITHOUT_TRAINING
    if left:
        warnings.warn(
            f"{kind.__name__} of scikit-learn has no counterpart for {', '.join(sorted(left))}. "
            "Predictions are the same, but further training ignores them.",
            stacklevel=users_level(),
        )
    return shared


def _is_set(ours: Any, name: str) -> bool:
    """Whether a parameter differs from its default."""
    value, default = getattr(ours, name), type(ours)().get_params(deep=False)[name]
    return value is not default and not np.array_equal(value, default)


def _activation(links: list[Link]) -> str:
    """Return the name of the one activation of all hidden layers."""
    kinds = {type(link.activation) for link in links[:-1]} or {ReLU}
    if len(kinds) > 1 or not kinds <= set(_ACTIVATIONS):
        names = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise ValueError(
            "Networks of scikit-learn have one of the activations identity, logistic, tanh and "
            f"relu in all hidden layers; this one has {names}."
        )
    return _ACTIVATIONS[kinds.pop()]


def _check_output(ours: Any, shared: dict[str, Any], links: list[Link]) -> None:
    """Raise if scikit-learn has another link for the raw scores."""
    if len(getattr(ours, "classes_", "ab")) == 1:
        raise ValueError(
            "There is a single class, for which scikit-learn returns two columns of probabilities."
        )
    link = ours.out_activation_
    if isinstance(ours, MLPRegressor):
        wanted = "exp" if shared.get("loss") == "poisson" else "identity"
    else:
        wanted = "softmax" if _task(ours) == "multiclass" else "logistic"
    more = len(links[-1].bias) > ours.n_outputs_ and not hasattr(ours, "classes_")
    if link != wanted or more or isinstance(getattr(ours, "classes_", None), list):
        raise ValueError(
            f"scikit-learn has no {type(ours).__name__} with the loss {ours.loss!r} and "
            f"{ours.n_outputs_} outputs, whose link is {link!r}."
        )


def _task(ours: Any) -> str:
    return ours._targets.task


def _binarizer(ours: Any) -> LabelBinarizer:
    """Return the encoder of labels for scikit-learn's classifier."""
    classes = ours.classes_
    if _task(ours).startswith("multilabel"):
        return LabelBinarizer().fit(np.eye(len(classes), dtype=int))
    return LabelBinarizer().fit(classes)


def _set_progress(made: Any, ours: Any) -> None:
    """Set the attributes that scikit-learn's training sets, and reads when it continues."""
    run = ours.run_
    made.n_iter_, made.t_ = ours.n_iter_, run.samples
    made.loss_ = ours.loss_
    made._best_coefs = [array.copy() for array in made.coefs_]
    made._best_intercepts = [array.copy() for array in made.intercepts_]
    if made.solver == "lbfgs":
        return
    watched = made.early_stopping
    made.loss_curve_, made._no_improvement_count = list(ours.loss_curve_), 0
    made.best_loss_ = None if watched else min(made.loss_curve_, default=np.inf)
    made.validation_scores_ = [] if watched else None
    made.best_validation_score_ = -np.inf if watched else None


def _machine(ours: Any) -> TheirRBM:
    known = TheirRBM().get_params()
    made = TheirRBM(**{name: getattr(ours, name) for name in known})
    for name in ("components_", "intercept_hidden_", "intercept_visible_"):
        setattr(made, name, np.array(getattr(ours, name), order="C"))
    made._n_features_out = made.components_.shape[0]
    return made
