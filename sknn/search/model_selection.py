"""scikit-learn's grid search, random search, and cross-validation, in blocks of networks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import model_selection

from sknn._sklearn import cross_val_score_by, cross_validate_by, search_by
from sknn.search.blocks import BlockParallel
from sknn.search.checkpoint import NoCheckpoint, checkpoint_of
from sknn.search.curves import curves_of, without_curves
from sknn.search.estimator_like import EstimatorLike
from sknn.search.interrupted import NotReached, average


class _InBlocks(EstimatorLike):
    """A search of scikit-learn's that trains the networks of a split together."""

    _doc_link_module = "sknn"

    def fit(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Train and score all candidates on all splits, then fit the best on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        **params : dict
            For `fit` of the estimator, the scorer, and the splitter (`groups`). Arrays with one
            entry per row, such as `sample_weight`, are split along with the rows.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            For an invalid parameter, if no candidate could be fitted, or if the checkpoint is
            damaged or belongs to another search.
        OSError
            If the checkpoint cannot be read or written.
        KeyboardInterrupt
            On Ctrl-C before any candidate has a score.
        """
        checkpoint = checkpoint_of(self, X, y, params)
        asked = {
            "checkpoint": checkpoint,
            "return_loss_curves": self.return_loss_curves,
            "needs_all_splits": False,
        }
        fit = search_by(partial(BlockParallel, **asked))
        with _seeded(self, checkpoint):
            return fit(self, X, y, **params)

    def _format_results(
        self, candidate_params: Any, n_splits: int, out: Any, more_results: Any = None
    ) -> dict[str, Any]:
        """Return ``cv_results_``, and keep the losses if requested."""
        vars(self).pop("loss_curves_", None)
        if self.return_loss_curves:
            self.loss_curves_ = curves_of(out, n_splits)
        reached = np.array([not isinstance(each, NotReached) for each in out])
        out = [without_curves(each) for each in out]
        table = super()._format_results(candidate_params, n_splits, out, more_results)  # type: ignore[misc]
        if not reached.all():
            average(table, reached.reshape(-1, n_splits))
        return table


@contextmanager
def _seeded(search: Any, checkpoint: NoCheckpoint) -> Iterator[None]:
    """Let a search without a seed draw with that of its checkpoint."""
    own = vars(search).get("random_state", 0)
    if own is not None:
        yield
        return
    search.random_state = checkpoint.seed(None)
    try:
        yield
    finally:
        search.random_state = None


class GridSearchCV(_InBlocks, model_selection.GridSearchCV):
    """Try all combinations of parameters, training the networks of a split together.

    It has the parameters and results of scikit-learn's
    :class:`~sklearn.model_selection.GridSearchCV`, and is several times faster for small networks.
    Candidates with the same architecture, seed, and batches are trained as one block. To the last
    bit, each ends with the weights, the number of epochs, and the scores it would have by itself.

    Parameters
    ----------
    estimator : estimator
        A network of sknn, or a Pipeline that ends in one. Any other estimator works as in
        scikit-learn, but no faster.
    param_grid : dict or list of dict
        Names of parameters, and lists of values to try. A list of dicts defines several grids.
    scoring : str, callable, list, tuple or dict, default=None
        How to score held-out rows: the name of a scorer, a scorer, or several. None uses `score` of
        the estimator.
    n_jobs : int, default=None
        Number of blocks that joblib trains at once, with the backend that is set.
    refit : bool, str or callable, default=True
        Fit the best candidate on all rows. With several metrics, the name of one. A callable takes
        ``cv_results_`` and returns the index of the best.
    cv : int, splitter or iterable, default=None
        None uses 5 folds.
    verbose : int, default=0
        As in scikit-learn: higher numbers print more. Above 9, candidates are trained one
        by one.
    pre_dispatch : int or str, default="2*n_jobs"
        For joblib.
    error_score : "raise" or number, default=nan
        Score of a candidate that cannot be fitted; "raise" raises the error.
    return_train_score : bool, default=False
        Also score the training rows.
    checkpoint : str or path-like, default=None
        File in which to save the progress of the search. If the process is killed, the same call
        continues from there, with the same results in the end. See Notes.
    return_loss_curves : bool, default=False
        Keep the losses of all networks, epoch by epoch, in ``loss_curves_``, for
        :class:`~sknn.inspection.LossCurveDisplay`.

    Attributes
    ----------
    cv_results_, best_estimator_, best_params_, best_score_, best_index_, scorer_, n_splits_, \
refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As in scikit-learn. ``fit_time`` and ``score_time`` are the share of each network in the
        time of its block.
    loss_curves_ : list of dict of ndarray
        With `return_loss_curves`, one dict per candidate: epoch, of shape (n_epochs,), and loss,
        penalty (part of the loss), validation_loss, and so on, of shape (n_splits, n_epochs), in
        single precision; NaN after the last epoch of a split. There are no curves for networks that
        are trained one by one because of scikit-learn's callbacks, inside estimators other than a
        Pipeline, or with `verbose` above 9.

    See Also
    --------
    RandomizedSearchCV : Some combinations, drawn at random.
    ArchitectureSearchCV : Drops most candidates early.

    Notes
    -----
    Candidates of :class:`~sknn.MLPClassifier`, :class:`~sknn.MLPRegressor`,
    :class:`~sknn.AutoEncoder`, :class:`~sknn.DBNClassifier` and :class:`~sknn.DBNRegressor` may
    differ in `alpha`, `l1`, `weight_decay`, `learning_rate_init`, schedules that do not follow the
    loss, `momentum`, `beta_1`, `beta_2`, `epsilon`, `dropout`, `input_dropout`, `label_smoothing`,
    `tol`, `n_iter_no_change` and `max_iter`, and still share a block. For penalties and dropout,
    zero and nonzero values need separate blocks, and so do different widths. Other networks are
    trained one by one, with the same results: those of other families and derived classes, networks
    whose ``random_state`` is not an int (without a seed they share nothing), and networks with
    ``solver="lbfgs"``, callbacks, `verbose`, `max_time`, `stop_below`, or `warm_start`.

    A :class:`~sknn.callbacks.ProgressBar` of the network counts the fits of the search. This
    callback and a :class:`~sknn.callbacks.Film` are not called in the fits of candidates, only in
    that of the best one.

    The steps of a Pipeline before the network are fitted once in each split for all candidates
    that share their parameters, so these candidates share the result of a random step without a
    seed.

    Ctrl-C ends the search. The scores so far are kept, the others are NaN, and the best candidate
    so far is fitted. Candidates with scores on all splits are compared or, if there are none, those
    with scores on the most splits: their means are over these. If there are no scores yet,
    KeyboardInterrupt is raised; a `checkpoint` does not lose what a block has finished, either.

    Callbacks of scikit-learn can follow only one fit at a time, so with them networks are trained
    one by one.

    The file of a `checkpoint` is written after a block, but at most once per second and for at
    most a twentieth of the time. Finished blocks in the file are never trained again. The file is
    replaced as a whole. It contains scores and times, but no networks. It is kept when the
    search is over: the
    same call then only fits the best candidate. A call with other rows, splits, library versions,
    or parameters of the search (except `n_jobs`, `pre_dispatch`, `verbose`, and `refit`) is
    rejected; the error names what differs. Functions and classes are compared by name, so they must
    be at the top level of a module. A splitter that shuffles and the steps of a Pipeline need a
    `random_state`; a search without one draws its seed once. As always, networks without a seed
    start from other weights in each call, unless they were finished.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.search import GridSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((16,), learning_rate="cosine", max_iter=40, random_state=0)
    >>> grid = {"alpha": [0.0001, 0.01], "learning_rate_init": [0.003, 0.03]}
    >>> search = GridSearchCV(net, grid, cv=3).fit(X, y)
    >>> search.best_params_["learning_rate_init"]
    0.03
    """

    _parameter_constraints = {
        **model_selection.GridSearchCV._parameter_constraints,
        "return_loss_curves": ["boolean"],
    }

    def __init__(
        self,
        estimator: Any,
        param_grid: Any,
        *,
        scoring: Any = None,
        n_jobs: Any = None,
        refit: Any = True,
        cv: Any = None,
        verbose: Any = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = np.nan,
        return_train_score: Any = False,
        checkpoint: Any = None,
        return_loss_curves: Any = False,
    ) -> None:
        super().__init__(
            estimator,
            param_grid,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.checkpoint = checkpoint
        self.return_loss_curves = return_loss_curves


class RandomizedSearchCV(_InBlocks, model_selection.RandomizedSearchCV):
    """Try random combinations of parameters, training the networks of a split together.

    It has the parameters and results of scikit-learn's
    :class:`~sklearn.model_selection.RandomizedSearchCV`, and is several times faster for small
    networks. :class:`GridSearchCV` describes which networks are trained together.

    Parameters
    ----------
    estimator : estimator
        A network of sknn, or a Pipeline that ends in one. Any other estimator works as in
        scikit-learn, but no faster.
    param_distributions : dict or list of dict
        Names of parameters, and what to draw from: lists, or distributions with a method `rvs`.
        From a list of dicts, one is drawn first.
    n_iter : int, default=10
        Number of candidates to draw.
    scoring : str, callable, list, tuple or dict, default=None
        How to score held-out rows: the name of a scorer, a scorer, or several. None uses `score` of
        the estimator.
    n_jobs : int, default=None
        Number of blocks that joblib trains at once, with the backend that is set.
    refit : bool, str or callable, default=True
        Fit the best candidate on all rows. With several metrics, the name of one. A callable takes
        ``cv_results_`` and returns the index of the best.
    cv : int, splitter or iterable, default=None
        None uses 5 folds.
    verbose : int, default=0
        As in scikit-learn: higher numbers print more. Above 9, candidates are trained one
        by one.
    pre_dispatch : int or str, default="2*n_jobs"
        For joblib.
    random_state : int, RandomState or None, default=None
        Seed for drawing the candidates. The networks have their own `random_state`.
    error_score : "raise" or number, default=nan
        Score of a candidate that cannot be fitted; "raise" raises the error.
    return_train_score : bool, default=False
        Also score the training rows.
    checkpoint : str or path-like, default=None
        File in which to save the progress of the search. If the process is killed, the same call
        continues from there, with the same results in the end, as for :class:`GridSearchCV`.
    return_loss_curves : bool, default=False
        Keep the losses of all networks, epoch by epoch, in ``loss_curves_``, for
        :class:`~sknn.inspection.LossCurveDisplay`.

    Attributes
    ----------
    cv_results_, best_estimator_, best_params_, best_score_, best_index_, scorer_, n_splits_, \
refit_time_, multimetric_, classes_, n_features_in_, feature_names_in_
        As in scikit-learn. ``fit_time`` and ``score_time`` are the share of each network in the
        time of its block.
    loss_curves_ : list of dict of ndarray
        As for :class:`GridSearchCV`.

    See Also
    --------
    GridSearchCV : All combinations.
    ArchitectureSearchCV : Drops most candidates early.
    sknn.search.space : Ready-made spaces.

    Examples
    --------
    >>> from scipy.stats import loguniform
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.search import RandomizedSearchCV
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((16,), learning_rate="cosine", max_iter=40, random_state=0)
    >>> draws = {"alpha": loguniform(1e-5, 1), "learning_rate_init": loguniform(0.001, 0.1)}
    >>> search = RandomizedSearchCV(net, draws, n_iter=8, cv=3, random_state=0).fit(X, y)
    >>> print(f"{search.best_score_:.1f}")
    1.0
    """

    _parameter_constraints = {
        **model_selection.RandomizedSearchCV._parameter_constraints,
        "return_loss_curves": ["boolean"],
    }

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        *,
        n_iter: Any = 10,
        scoring: Any = None,
        n_jobs: Any = None,
        refit: Any = True,
        cv: Any = None,
        verbose: Any = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = np.nan,
        return_train_score: Any = False,
        checkpoint: Any = None,
        return_loss_curves: Any = False,
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.checkpoint = checkpoint
        self.return_loss_curves = return_loss_curves


_cross_validate = cross_validate_by(BlockParallel)
_cross_val_score = cross_val_score_by(_cross_validate)


def cross_validate(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    groups: Any = None,
    scoring: Any = None,
    cv: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    params: dict[str, Any] | None = None,
    pre_dispatch: Any = "2*n_jobs",
    return_train_score: bool = False,
    return_estimator: bool = False,
    return_indices: bool = False,
    error_score: Any = np.nan,
) -> dict[str, Any]:
    """Evaluate an estimator by cross-validation, with one or several metrics.

    It has the arguments and results of scikit-learn's
    :func:`~sklearn.model_selection.cross_validate`.

    Parameters
    ----------
    estimator : estimator
    X : array-like of shape (n_samples, ...)
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
    groups : array-like of shape (n_samples,), default=None
        For the splitter.
    scoring : str, callable, list, tuple or dict, default=None
        The name of a scorer, a scorer, or several. None uses `score` of the estimator.
    cv : int, splitter or iterable, default=None
        None uses 5 folds.
    n_jobs : int, default=None
        Number of splits that joblib runs at once.
    verbose : int, default=0
        Higher numbers print more.
    params : dict, default=None
        Arguments for `fit`, the scorer, and the splitter.
    pre_dispatch : int or str, default="2*n_jobs"
        For joblib.
    return_train_score : bool, default=False
        Also score the training rows.
    return_estimator : bool, default=False
        Return the estimators that were fitted.
    return_indices : bool, default=False
        Return the rows of each split.
    error_score : "raise" or number, default=nan
        Score of an estimator that cannot be fitted; "raise" raises the error.

    Returns
    -------
    found : dict
        ``test_score`` (or ``test_<metric>``), ``fit_time``, ``score_time`` of shape (n_splits,),
        and whatever else was requested.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.search import cross_validate
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((16,), learning_rate="cosine", max_iter=40, random_state=0)
    >>> found = cross_validate(net, X, y, cv=3, scoring=["accuracy", "neg_log_loss"])
    >>> sorted(found)
    ['fit_time', 'score_time', 'test_accuracy', 'test_neg_log_loss']
    """
    return _cross_validate(**locals())


def cross_val_score(
    estimator: Any,
    X: Any,
    y: Any = None,
    *,
    groups: Any = None,
    scoring: Any = None,
    cv: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
    params: dict[str, Any] | None = None,
    pre_dispatch: Any = "2*n_jobs",
    error_score: Any = np.nan,
) -> NDArray:
    """Return the scores of an estimator in cross-validation.

    It has the arguments and results of scikit-learn's
    :func:`~sklearn.model_selection.cross_val_score`.

    Parameters
    ----------
    estimator, X, y, groups, cv, n_jobs, verbose, params, pre_dispatch, error_score
        As for :func:`cross_validate`.
    scoring : str or callable, default=None
        A single metric. None uses `score` of the estimator.

    Returns
    -------
    scores : ndarray of shape (n_splits,)

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.search import cross_val_score
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier((16,), learning_rate="cosine", max_iter=40, random_state=0)
    >>> cross_val_score(net, X, y, cv=3).shape
    (3,)
    """
    return _cross_val_score(**locals())
