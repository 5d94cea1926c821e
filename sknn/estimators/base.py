"""Common parts of all network estimators."""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin

from sknn._sklearn import (
    CallbackSupportMixin,
    callback_context,
    shallow_copy,
    with_callbacks,
)
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.marks import CheckedArray, unmarked
from sknn._version import __version__
from sknn.core.constraints import Constraint
from sknn.core.layers import Layer
from sknn.core.layers.nested import NestedLayers
from sknn.core.layout import Shape
from sknn.core.losses.base import Loss
from sknn.core.method_names import take_over
from sknn.core.network import Network
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call, restored_on_error
from sknn.estimators.fit.holdout import Holdout
from sknn.estimators.fit.network import plan_network
from sknn.estimators.fit.problem import Problem, supervised_problem
from sknn.estimators.fit.stages import close_fit, open_fit, solve_fit
from sknn.estimators.fit.state import FitState
from sknn.estimators.fit.task import Task
from sknn.estimators.fitted import Fitted
from sknn.estimators.settings import checks
from sknn.estimators.settings.parameter_table import constraints_of, defaults_of
from sknn.estimators.settings.recipe import Recipe, TrainingDefaults
from sknn.estimators.targets.base import Targets
from sknn.estimators.weights import WeightAccess
from sknn.exceptions import InconsistentVersionWarning
from sknn.training.callbacks import PAUSED, Callback, PrintProgress
from sknn.training.threads import blas_threads, largest_product


class BaseNetwork(
    NestedLayers,
    Fitted,
    WeightAccess,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    CallbackSupportMixin,
    TrainingDefaults,
    BaseEstimator,
):
    """The fit template, and methods that only read a fitted network.

    Subclasses provide the table of parameter constraints, define their rows, layers, and targets,
    and wrap ``_train`` as ``fit`` and ``partial_fit``.
    """

    _doc_link_module = "sknn"
    _constraints: ClassVar[dict[str, Constraint]] = {}
    """Constraints of the constructor parameters, from the table of all parameters."""

    _defaults: ClassVar[dict[str, Any]] = {}

    _wording: ClassVar[Mapping[str, str]] = {}
    """Replacements in docstrings of inherited methods for a family."""

    _score_name: ClassVar[str] = ""
    """The scorer that ``validation_scores_`` records anyway."""

    _scales_columns: ClassVar[bool] = False
    """X may come in any units."""
    _serves_several_epochs: ClassVar[bool] = False
    """The network used for prediction has the weights of every member after several epochs."""

    _double_up_to: ClassVar[int] = 0
    """Predict up to this many rows in float64, so that a result does not depend on the
    other rows."""
    _single_threaded: ClassVar[bool] = False
    """A second BLAS thread would slow training down, for layers of any size."""
    _task: ClassVar[Task] = Task()
    """The meaning of y, and the weights of rows."""

    _holdout: ClassVar[Holdout] = Holdout()
    """How held-out rows are chosen and used."""

    # Parameters that every family has.
    random_state: Any
    dtype: Any
    warm_start: Any

    _targets: Targets
    _loss: Loss

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Look up the parameters of public classes in their table; put their name on methods.

        Derived classes of users keep these constraints; they check new parameters themselves.
        """
        super().__init_subclass__(**kwargs)
        if "__init__" in vars(cls) and cls.__module__.startswith("sknn."):
            cls._constraints, cls._defaults = constraints_of(cls), defaults_of(cls)
            for name in dir(cls):
                if not name.startswith("_"):
                    take_over(cls, name, cls._wording)

    # -- the fit template -----------------------------------------------------------------

    def _train(self, call: Call) -> Any:
        """Train a working copy and become it; after an error, nothing has changed."""
        trial = shallow_copy(self)
        given = trial._check_parameters()
        recipe = trial._recipe()
        # L-BFGS trains members one after the other.
        in_turn = recipe.n_members if recipe.full_batch else 1
        context = callback_context(self, recipe.epochs_of(call.epochs) * in_turn)
        # callback_context set attributes on self; copy them to the trial so they are closed after
        # the call.
        trial.__dict__.update(
            {name: each for name, each in vars(self).items() if name not in given}
        )
        # Until the network is known, keep BLAS at one thread. Entered twice on purpose: see
        # blas_threads.
        limit = blas_threads(0)
        with restored_on_error(self.random_state), limit, limit:
            state = open_fit(trial, call, recipe, given, context)
            if not state.n_rows:
                return self
            solve_fit(state)
            close_fit(state)
        self.__dict__ = trial.__dict__ | given
        return self

    @with_callbacks
    def resume(
        self,
        X: Any,
        y: Any = None,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> Any:
        """Finish an interrupted call to `fit`.

        Use it after Ctrl-C, after :class:`~sknn.callbacks.Pause`, or for an estimator that
        :meth:`sknn.callbacks.Checkpoint.load` returned. With the data of the interrupted call, the
        result is that of a call that was never interrupted, bit for bit. This holds on the same
        machine, with the same versions and number of BLAS threads. A limit in seconds starts over.

        Parameters that were changed in between apply to the rest of the call, except the maximum
        number of epochs and the patience of early stopping, which may depend on it: these remain
        those of the interrupted call.

        Parameters
        ----------
        X, y, sample_weight, X_val, y_val, sample_weight_val
            As in the interrupted call; autoencoders take no y.

        Returns
        -------
        self : estimator
            Unchanged if the call had already ended.

        Raises
        ------
        NotFittedError
            If the estimator is not fitted.
        ValueError
            If no call was interrupted, if the state needed to continue was not kept (lbfgs has
            none), or if the data is not that of the interrupted call: a different number of rows,
            different values, or validation rows where that call had none, or the other way around.

        Notes
        -----
        The epoch in which Ctrl-C was pressed is trained again from its beginning; until then, the
        estimator predicts with the weights that this epoch had reached, or with the best of earlier
        epochs if it keeps those. A pass of `partial_fit` continues with these weights instead.

        To train a finished network further, use ``warm_start=True`` and call `fit`, or
        call `partial_fit`.
        """
        self._check_fitted()
        run = self.run_
        if run.optimizer_state is None:
            raise ValueError(
                f"This {type(self).__name__} has no interrupted call to resume, or kept no state "
                "to continue from (as with lbfgs); resume after Ctrl-C or Pause, or an estimator "
                "that Checkpoint.load returned. To train a finished network further, "
                "fit it with warm_start=True (if that is set only now, this fit starts from the "
                "weights that predict, with a fresh optimizer), or call partial_fit; in a "
                "pipeline, "
                "pipe[-1].partial_fit(pipe[:-1].transform(X), y)."
            )
        if run.stop_reason not in (None, "interrupted", PAUSED):
            return self
        call = Call(X, y, sample_weight, X_val, y_val, sample_weight_val)
        call = call.going_on(run, keep=self.warm_start)
        return self._train(call)

    def _check_parameters(self) -> dict[str, Any]:
        """Check and convert the parameters of a working copy; return those of the user."""
        return checks.check_parameters(self, self._constraints)

    # -- hooks: the definition of a family ------------------------------------------------

    @abstractmethod
    def _recipe(self) -> Recipe:
        """Return how a working copy trains; raise for parameters that cannot be combined."""

    def _adapt_call(self, state: FitState) -> None:  # noqa: B027
        """Record what later calls need; replace the call of the user by another one.

        Only the tabular networks do so: the beginning of a stream may be too short to determine
        scales, bins, and levels.
        """

    @abstractmethod
    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        """Return checked rows; with `reset` record the features seen."""

    @abstractmethod
    def _chain(self, n_raw: int) -> list[Layer]:
        """Return the specs of all layers, for `n_raw` raw scores."""

    def _build_network(self, state: FitState, in_shape: Shape) -> Network:
        """Return the network, with weights still zero; raise for parameters that do not fit it.

        Parameters
        ----------
        state : FitState
        in_shape : tuple of int
            That of the rows of X; a GAN passes something else to its network.
        """
        return plan_network(state, in_shape)

    def _start_from_data(self, state: FitState) -> bool:
        """Improve the initial weights with the training rows; most families do not.

        Returns
        -------
        good : bool
            Whether the result may be used if training does not improve on it.
        """
        return False

    def _problem(self, state: FitState, network: Network, rows: int) -> Problem:
        """Return the objective of training, and the updates of the weights."""
        return supervised_problem(state, network, rows)

    def _observers(self, state: FitState, network: Network) -> list[Callback]:
        """Return callbacks that measure an epoch, and one that prints it if `verbose` is set."""
        printed: list[Callback] = [PrintProgress()] if state.recipe.verbose else []
        return [*self._holdout.measures(state, network), *printed]

    def _after_training(self, train: Rows) -> None:
        """Set further attributes from network and run, and from the rows of the call.

        Also called on every snapshot, so keep it cheap.
        """
        network = self.network_
        self.n_layers_ = sum(layer.has_units for layer in network.layers) + 1
        self.out_activation_ = self._loss.link_name
        self.stop_reason_ = self.run_.stop_reason

    # -- hooks of prediction --------------------------------------------------------------

    def _check_inputs(self, X: Any) -> Any:
        """Return the rows of the network, checked against what the estimator was fitted on."""
        return arrays.check_inputs(self, X, [np.float64, np.float32])

    # -- prediction -----------------------------------------------------------------------

    def _raw(self, X: Any) -> NDArray:
        """Return raw scores, in the units of the user.

        Only the tabular networks pool members with different weights.
        """
        self._check_fitted()
        checked = isinstance(X, CheckedArray)
        return self._through(unmarked(X) if checked else self._check_inputs(X))

    def _through(self, x: Any, **layers: Any) -> NDArray:
        """Return the output of the network, or of some of its layers, for checked rows."""
        network = self._network_for(x.shape[0])
        limit = self._limit(x.shape[0], network)
        with limit, limit:
            return computed(network.predict, x, **layers)

    def _network_for(self, rows: int) -> Network:
        """Return the network that predicts this many rows."""
        network = self.network_
        return network if rows > self._double_up_to else network.copy(np.float64)

    def _limit(self, rows: int, network: Network | None = None) -> blas_threads:
        """Return a context that limits BLAS to one thread if the network is small for the rows."""
        network = self.network_ if network is None else network
        return blas_threads(0 if self._single_threaded else largest_product(network, rows))

    # -- contract -------------------------------------------------------------------------

    @classmethod
    @cache
    def _get_param_names(cls) -> list[str]:
        """Return the names of all parameters, which searches need often."""
        return super()._get_param_names()  # type: ignore[misc]

    def __sklearn_tags__(self) -> Any:
        """Declare that sparse rows are accepted and both precisions are kept."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def __getstate__(self) -> dict[str, Any]:
        """Add the version of sknn; scikit-learn does so only for its own estimators."""
        return super().__getstate__() | {"_sknn_version": __version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Warn about a pickle from another version."""
        state = dict(state)
        written = state.pop("_sknn_version", "unknown")
        if written != __version__:
            warnings.warn(
                f"This {type(self).__name__} was pickled by sknn {written} and is loaded by "
                f"{__version__}, which may not be able to read it. Fit it again to be safe.",
                InconsistentVersionWarning,
                stacklevel=2,
            )
        super().__setstate__(state)
