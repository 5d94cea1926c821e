"""Common parts of the two restricted Boltzmann machines."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from sknn._sklearn import with_callbacks
from sknn._validation import arrays
from sknn._validation.arrays import Rows
from sknn._validation.messages import located
from sknn.core import constraints as c
from sknn.core.boltzmann_machine import LogPartition, Machine
from sknn.core.layers import Boltzmann, Layer
from sknn.core.losses import SquaredError
from sknn.core.network import Network
from sknn.core.schedules import Constant
from sknn.estimators.base import BaseNetwork
from sknn.estimators.boltzmann.contrastive_divergence import (
    ContrastiveDivergence,
    Measure,
    PrintLikelihood,
    SparsityTarget,
    machine_of,
)
from sknn.estimators.finite_output import computed
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.problem import Problem, update_of
from sknn.estimators.fit.stages import seed_from
from sknn.estimators.fit.state import FitState
from sknn.estimators.settings.recipe import Recipe, recipe_of
from sknn.estimators.weights import window
from sknn.training.callbacks import Callback

# Up to this many hidden units, log Z is exact with method="auto".
_EXACT_UP_TO = 16
# Training rows measured after an epoch: without and with validation rows to compare with.
_MEASURED_ROWS, _COMPARED_ROWS = 256, 1000


class BoltzmannMachine(BaseNetwork):
    """One layer that learns the distribution of its input by sampling from its own distribution.

    Subclasses define the visible units and the initial biases of these.
    """

    _visible: ClassVar[str]

    # Training parameters that this estimator does not have.
    solver = "sgd"
    nesterovs_momentum = False
    alpha = 0.0
    early_stopping = False
    tol = 0.0
    n_iter_no_change = math.inf
    dtype = "auto"

    @with_callbacks
    def fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, X_val: Any = None
    ) -> BoltzmannMachine:
        """Learn the distribution of X.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            float32 is kept, everything else is converted to float64; sparse rows are made dense one
            batch at a time.
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
            A weight of 2 counts the row twice, and a weight of 0 leaves it out.
        X_val : {array-like, sparse matrix}, default=None
            Validation rows, whose free energy and reconstruction error are recorded.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError, TypeError
            For an invalid parameter or array, or when training diverges. The estimator is then as
            it was before the call.
        """
        return self._train(Call.of_fit(self.warm_start, X, None, sample_weight, X_val))

    @with_callbacks
    def partial_fit(
        self, X: Any, y: Any = None, sample_weight: Any = None, *, X_val: Any = None
    ) -> BoltzmannMachine:
        """Train for one epoch on X, and continue where the last call ended.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.
        sample_weight : array-like of shape (n_samples,), default=None
        X_val : {array-like, sparse matrix}, default=None

        Returns
        -------
        self : estimator
        """
        return self._train(Call.of_stream(X, None, sample_weight, X_val))

    # -- hidden and visible units ----------------------------------------------------------

    def transform(self, X: Any) -> NDArray:
        """Return the probabilities of the hidden units, P(h = 1 | v).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        h : ndarray of shape (n_samples, n_components)
        """
        return self._raw(X)

    def reconstruct(self, X: Any) -> NDArray:
        """Return the reconstruction of X from the probabilities of its hidden units.

        This is ``E[v | E[h | v]]``; nothing is drawn.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features)
        """
        return self._answer("reconstruct", X)

    def gibbs(self, v: Any, n_steps: int = 1, *, random_state: Any = None) -> NDArray:
        """Draw h given v and v given h, `n_steps` times.

        Parameters
        ----------
        v : {array-like, sparse matrix} of shape (n_samples, n_features)
            Where the chains start.
        n_steps : int, default=1
        random_state : int, RandomState or None, default=None
            None uses a generator of the estimator, seeded with its `random_state`, so that two
            calls in a row differ.

        Returns
        -------
        v_new : ndarray of shape (n_samples, n_features)
        """
        self._check_fitted()
        try:
            v = self._rows(v)
        except (TypeError, ValueError) as error:
            raise located(error, "v") from error
        _check_counts(n_steps=n_steps)
        rng, machine = self._generator(random_state), self._machine
        # Bits could be drawn even from invalid probabilities.
        computed(machine.hidden, v)
        limit = self._limit(v.shape[0])
        with limit, limit:
            for _ in range(n_steps):
                v = machine.gibbs(machine.draw_hidden(v, rng), rng)
        return v

    def sample(
        self, n_samples: int = 1, *, n_steps: int = 1000, random_state: Any = None
    ) -> NDArray:
        """Draw rows from the model.

        Every row is the end of a separate chain, which starts where a persistent chain of training
        ended, or from hidden states drawn from their biases.

        Parameters
        ----------
        n_samples : int, default=1
        n_steps : int, default=1000
            Gibbs steps of each chain. If the data form separate groups, chains seldom cross from
            one group to another.
        random_state : int, RandomState or None, default=None
            As in :meth:`gibbs`.

        Returns
        -------
        X : ndarray of shape (n_samples, n_features)
        """
        self._check_fitted()
        _check_counts(n_samples=n_samples, n_steps=n_steps)
        rng, machine = self._generator(random_state), self._machine
        limit = self._limit(n_samples)
        with limit, limit:
            v = machine.gibbs(self._first_states(n_samples, rng), rng)
            for _ in range(n_steps - 1):
                v = machine.gibbs(machine.draw_hidden(v, rng), rng)
        return v

    def _first_states(self, n_samples: int, rng: np.random.Generator) -> NDArray:
        chains = self.network_.params[0].get("chains")
        if chains is not None:
            return chains[rng.integers(len(chains), size=n_samples)]
        nothing = np.zeros((n_samples, self.n_features_in_), self.network_.dtype)
        return self._machine.draw_hidden(nothing, rng, heat=0.0)

    # -- how likely rows are --------------------------------------------------------------

    def free_energy(self, X: Any) -> NDArray:
        """Return F(v) = -log sum_h exp(-E(v, h)), which is lower for more likely rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        free_energy : ndarray of shape (n_samples,)
        """
        return self._answer("free_energy", X)

    def score_samples(self, X: Any) -> NDArray:
        """Return the logarithm of the pseudo-likelihood, sum_i log p(v_i | all other v).

        It is exact, whereas scikit-learn estimates it from one randomly chosen feature.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        pseudo_likelihood : ndarray of shape (n_samples,)
        """
        return self._answer("log_pseudo_likelihood", X)

    def score(self, X: Any, y: Any = None) -> float:
        """Return the mean of :meth:`score_samples`.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : None
            Ignored.

        Returns
        -------
        score : float
        """
        return float(computed(self.score_samples(X).mean))

    def log_likelihood(
        self,
        X: Any,
        *,
        method: str = "auto",
        n_chains: int = 100,
        n_steps: int = 1000,
        random_state: Any = None,
    ) -> NDArray:
        """Return log p(v) = -F(v) - log Z.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        method, n_chains, n_steps, random_state
            As in :meth:`log_partition`.

        Returns
        -------
        log_likelihood : ndarray of shape (n_samples,)
        """
        energies = self.free_energy(X).astype(np.float64)
        constant = self.log_partition(
            method=method, n_chains=n_chains, n_steps=n_steps, random_state=random_state
        )
        return -energies - constant.value

    def log_partition(
        self,
        *,
        method: str = "auto",
        n_chains: int = 100,
        n_steps: int = 1000,
        random_state: Any = None,
    ) -> LogPartition:
        """Return the logarithm of the partition function Z and its standard error.

        Parameters
        ----------
        method : {"auto", "exact", "ais"}, default="auto"
            "exact" sums over all states of the hidden units, for at most 24 units.
            "ais" is annealed importance sampling (Salakhutdinov & Murray, 2008). "auto" is exact
            for up to 16 hidden units, and "ais" beyond.
        n_chains : int, default=100
            Independent chains of "ais".
        n_steps : int, default=1000
            Steps of "ais" from independent units to the model.
        random_state : int, RandomState or None, default=None
            As in :meth:`gibbs`.

        Returns
        -------
        log_partition : named tuple (value, standard_error)
            The standard error is 0.0 for "exact". For "ais" it comes from the spread over the
            chains; it does not show that too few steps bias the value downward, so compare two
            values of `n_steps`.
        """
        self._check_fitted()
        if method not in ("auto", "exact", "ais"):
            raise ValueError(f"method must be 'auto', 'exact', or 'ais'; got {method!r}.")
        _check_counts(n_chains=n_chains, n_steps=n_steps)
        machine = self._machine.double()
        limit = self._limit(n_chains)
        with limit, limit:
            if method == "exact" or (method == "auto" and len(machine.b) <= _EXACT_UP_TO):
                return machine.exact_log_partition()
            return machine.annealed_log_partition(self._generator(random_state), n_chains, n_steps)

    # -- fitted state ---------------------------------------------------------------------

    components_ = window("W", transposed=True, doc="Weights, (n_components, n_features).")
    intercept_hidden_ = window("b", doc="Biases of the hidden units, (n_components,).")
    intercept_visible_ = window("a", doc="Biases of the visible units, (n_features,).")
    h_samples_ = window("chains", doc="Hidden states of the persistent chains.")

    @property
    def _machine(self) -> Machine:
        return machine_of(self.network_)

    @property
    def _n_features_out(self) -> int:
        return self.network_.out_shape[0]

    def _lent_weights(self) -> dict[str, dict[str, NDArray]]:
        """Return the arrays that an ordinary layer of logistic units also has."""
        weights = self.get_weights()
        return {name: {key: own[key] for key in ("W", "b")} for name, own in weights.items()}

    def _rows(self, X: Any) -> Any:
        self._check_fitted()
        return arrays.check_inputs(self, X, [self.network_.dtype])

    def _answer(self, question: str, X: Any) -> NDArray:
        """Return a result of the machine for rows."""
        v = self._rows(X)
        limit = self._limit(v.shape[0])
        with limit, limit:
            return computed(getattr(self._machine, question), v)

    def _generator(self, random_state: Any) -> np.random.Generator:
        """Return the generator of one call, or the one that continues from call to call."""
        if random_state is not None:
            return np.random.default_rng(seed_from(random_state))
        if "_sampler" not in self.__dict__:
            # A separate stream, in addition to the four of training.
            seed = seed_from(self.random_state)
            self._sampler = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(4,)))
        return self._sampler

    # -- hooks of the fit template --------------------------------------------------------

    @abstractmethod
    def _visible_start(self, x: Any, weight: NDArray | None) -> NDArray:
        """Return the visible biases of a model without links."""

    def _recipe(self) -> Recipe:
        return recipe_of(
            self,
            loss=SquaredError(),
            base_rate=self.learning_rate,
            schedule=Constant(),
            epochs=self.n_iter,
            # There is no test of convergence, and chains may outnumber rows.
            must_converge=False,
            must_fill_batches=False,
        )

    def _check_rows(self, X: Any, y: Any, sample_weight: Any, dtypes: Any, reset: bool) -> Rows:
        return arrays.check_unlabeled(self, X, sample_weight, dtypes=dtypes, reset=reset)

    def _chain(self, n_raw: int) -> list[Layer]:
        persistent, sparse = self.persistent, self.sparsity_target is not None
        return [
            Boltzmann(
                self.n_components,
                self._visible,
                n_chains=self.batch_size if persistent else 0,
                track_activity=sparse,
            )
        ]

    def _start_from_data(self, state: FitState) -> bool:
        start = self._visible_start(state.train.x, state.train.weight)
        state.network.params[0]["a"][...] = start
        return False

    def _problem(self, state: FitState, network: Network, rows: int) -> Problem:
        target = self.sparsity_target
        objective = ContrastiveDivergence(
            network,
            rows,
            state.run.streams.noise,
            n_gibbs=self.n_gibbs,
            unit=state.unit,
            sparsity=None if target is None else SparsityTarget(target, self.sparsity_weight),
        )
        return Problem(objective, lambda: update_of(state, network, objective))

    def _observers(self, state: FitState, network: Network) -> list[Callback]:
        x_val = None if state.validation is None else state.validation.x
        wanted = _MEASURED_ROWS if x_val is None else min(x_val.shape[0], _COMPARED_ROWS)
        observers: list[Callback] = [Measure(*_some_rows(state, wanted), x_val)]
        if state.recipe.verbose:
            title, told = type(self).__name__, _some_rows(state, _MEASURED_ROWS)
            observers.append(PrintLikelihood(title, *told))
        return observers

    def _after_training(self, train: Rows) -> None:
        self.stop_reason_ = self.run_.stop_reason
        self.__dict__.pop("_sampler", None)


def _some_rows(state: FitState, wanted: int) -> tuple[Any, NDArray | None]:
    """Return up to a number of training rows, evenly spread, and their weights."""
    train, rows = state.train, state.some_rows(wanted)
    return train.x[rows], None if train.weight is None else train.weight[rows]


def _check_counts(**counts: Any) -> None:
    for name, value in counts.items():
        if not c.integer(1).accepts(value):
            raise ValueError(f"{name} must be an int >= 1; got {value!r}.")
