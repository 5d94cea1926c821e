"""A search like those of scikit-learn that trains no epoch twice."""

from __future__ import annotations

import numbers
import time
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import ParameterSampler, check_cv
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted, indexable

from sknn._sklearn import (
    BaseSearchCV,
    Report,
    apart,
    insert_error_scores,
    report_of,
    shallow_copy,
    split_params,
    warn_or_raise_about_failures,
    with_callbacks,
)
from sknn._validation.messages import located
from sknn._validation.sparse import reject_broken
from sknn.core import constraints as c
from sknn.estimators.settings.allowed_values import SEED
from sknn.exceptions import InvalidParameterError
from sknn.search import results
from sknn.search.brackets import Bracket, brackets_of
from sknn.search.candidate import candidates_of
from sknn.search.checkpoint import PATH, NoCheckpoint, checkpoint_of
from sknn.search.curves import curves_of, without_curves
from sknn.search.estimator_like import EstimatorLike
from sknn.search.fold import Fold, configured, network_of, resource_of
from sknn.search.halving import Rounds
from sknn.search.judge import Judge
from sknn.search.spaces import space
from sknn.training.callbacks.in_search import bar_of, check_final_fit, for_candidate
from sknn.training.warnings import users_level

STRATEGIES = ("random", "halving", "hyperband")


def _splits(value: Any) -> bool:
    if isinstance(value, (str, bytes, Mapping, type)):
        return False
    named = isinstance(value, Iterable) and getattr(value, "shape", None) != ()
    return hasattr(value, "get_n_splits") or (
        named and (not hasattr(value, "__len__") or len(value) > 0)
    )


def _is_scoring(value: Any) -> bool:
    if isinstance(value, (list, tuple, set)):
        return len(value) > 0 and all(isinstance(name, str) for name in value)
    return isinstance(value, str) or callable(value) or (isinstance(value, Mapping) and bool(value))


_CONSTRAINTS = {
    "strategy": c.one_of(STRATEGIES),
    "n_candidates": c.integer(1),
    "max_iter": c.none() | c.integer(1),
    "min_iter": c.one_of(["auto"]) | c.integer(1),
    "factor": c.real(1.0),
    "n_jobs": c.none() | c.integer(),
    "verbose": c.boolean() | c.integer(0),
    "error_score": c.one_of(["raise"])
    | c.Constraint(lambda value: c.is_number(value, numbers.Real), "a number", c.as_float),
    "return_train_score": c.boolean(),
    "checkpoint": PATH,
    "return_loss_curves": c.boolean(),
    "random_state": SEED,
    "cv": c.none()
    | c.integer(2)
    | c.Constraint(_splits, "a splitter, or an iterable of (train, test) indices"),
    "scoring": c.none()
    | c.Constraint(_is_scoring, "a scorer name, a callable, or several: a list of names or a dict"),
    "pre_dispatch": c.none() | c.integer(1) | c.instance_of(str, "a str, such as '2*n_jobs'"),
    "refit": c.boolean()
    | c.Constraint(lambda value: isinstance(value, str) or callable(value), "a str, a callable"),
}


class ArchitectureSearchCV(EstimatorLike, BaseSearchCV):
    """Search for depth, width, and training parameters together, by cross-validation.

    Candidates are drawn at random. Most of them are dropped after a few epochs. The best continue
    exactly where they were, so no epoch is trained twice, and a network that reaches the last rung
    is the one that `fit` would return.

    Parameters
    ----------
    estimator : estimator
        A network of sknn, or a Pipeline whose last step is one.
    search_space : dict or list of dict, default=None
        Where to draw parameters from: lists, or distributions with a method `rvs`, as in
        :class:`~sklearn.model_selection.RandomizedSearchCV`. None takes the space
        that :func:`~sknn.search.space` returns for the estimator.
    strategy : {"halving", "random", "hyperband"}, default="halving"
        "halving": all candidates start, and the best 1 / `factor` of them continue after `min_iter`
        epochs, after `factor` times as many, and so on [1]_. "hyperband": the candidates are split
        into brackets that begin to halve at different epochs, which gives slow learners a chance
        [2]_. "random": all are trained to the end.
    n_candidates : int, default=27
        Number of candidates to draw.
    max_iter : int, default=None
        Largest number of epochs of a network, which also sets the length of schedules and the
        patience of early stopping. None takes that of the estimator.
    min_iter : int, default="auto"
        Smallest number of epochs of the first rung. "auto" is `max_iter` / `factor` ** 2, for three
        rungs.
    factor : float, default=3.75
        Greater than 1. A larger factor drops candidates earlier.
    scoring : str, callable, list, tuple or dict, default=None
        As in :class:`~sklearn.model_selection.GridSearchCV`. With several metrics, that of `refit`
        decides which candidates continue, or the first one if `refit` is not a name.
    n_jobs : int, default=None
        Number of tasks that joblib runs at once, with the backend that is set.
    refit : bool, str or callable, default=True
        Fit the best candidate on all rows, for up to `max_iter` epochs. With several metrics, the
        name of one. A callable takes ``cv_results_`` and returns the index of the best.
    cv : int, splitter or iterable, default=None
        None uses 5 folds. Splits are drawn once, for all candidates and rungs.
    verbose : int, default=0
        Print one line per rung.
    pre_dispatch : int or str, default="2*n_jobs"
        For joblib.
    random_state : int, RandomState or None, default=None
        Seed for drawing the candidates. The networks have their own `random_state`.
    error_score : "raise" or number, default=nan
        Score of a network that cannot be trained; "raise" raises the error. A parameter that is
        invalid in all candidates always raises an error.
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
    cv_results_ : dict of ndarray
        One row per candidate, with the columns of :class:`~sklearn.model_selection.GridSearchCV`
        and bracket, rung (counted from 0), n_epochs (the largest of all splits), and seconds (of
        all splits). Scores and times are those of the last rung that the candidate reached.
        Candidates that were trained longer rank first.
    history_ : dict of ndarray
        One row for each rung of each candidate: candidate, bracket, rung, n_epochs, seconds so
        far, mean_test_score and std_test_score. :class:`~sknn.inspection.SearchDisplay` draws it.
    loss_curves_ : list of dict of ndarray
        With `return_loss_curves`, the losses of each candidate up to the last rung it reached; see
        :class:`GridSearchCV`.
    brackets_ : list of list of (int, int)
        Epochs and number of candidates of each rung, as planned.
    n_iter_ : int
        Number of epochs of the best estimator on all rows.
    best_estimator_, best_params_, best_score_, best_index_, scorer_, n_splits_, refit_time_, \
multimetric_, classes_, n_features_in_, feature_names_in_
        As in scikit-learn's searches.

    See Also
    --------
    sknn.search.space : Ready-made spaces.
    sknn.inspection.SearchDisplay : Score against epochs for every candidate.

    Notes
    -----
    The steps of a Pipeline before the network are fitted once in each split for all candidates that
    share their parameters. Candidates that share an architecture and a seed are trained in blocks,
    as in :class:`GridSearchCV`, with the same results.

    With ``solver="lbfgs"``, training cannot be continued; such candidates are trained to the end in
    their first rung.

    Callbacks of the network are called for all candidates, with two exceptions: a
    :class:`~sknn.callbacks.ProgressBar` shows the epochs of the whole search, and a
    :class:`~sknn.callbacks.Film` shows the fit of the best candidate.
    :class:`~sknn.callbacks.Pause` and :class:`~sknn.callbacks.Checkpoint` are rejected, because the
    search itself decides how long a network is trained, and all candidates would write to the same
    file.

    Ctrl-C ends the search. The scores so far are kept, and the best candidate so far is fitted. If
    there are no scores yet, KeyboardInterrupt is raised.

    The file of a `checkpoint` is written after every rung and, within a rung, after a block, but at
    most once per second and for at most a twentieth of the time. It is
    replaced as a whole. It contains scores and, between rungs, the networks that continue, with the
    state of their optimizers, but no code. It is kept when the search is over: the same call then
    only fits the best candidate. After Ctrl-C, the same call continues the search. A call with
    other rows, splits, library versions, or parameters of the search (except `n_jobs`,
    `pre_dispatch`, and `verbose`) is rejected; the error names what differs.
    :func:`~sknn.persistence.save` must be able to write all parameters; functions and classes are
    compared by name. A splitter that shuffles and the steps of a Pipeline need a `random_state`; a
    search without one draws its seed once. As always, networks without a seed start from other
    weights in each call, unless the file already contains them.

    References
    ----------
    .. [1] Jamieson & Talwalkar (2016), "Non-stochastic best arm identification and
       hyperparameter optimization", AISTATS.
    .. [2] Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar (2018), "Hyperband: a novel
       bandit-based approach to hyperparameter optimization", JMLR 18(185).

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import MLPClassifier
    >>> from sknn.search import ArchitectureSearchCV
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier(learning_rate="cosine", max_iter=16, random_state=0)
    >>> search = ArchitectureSearchCV(net, n_candidates=9, cv=3, random_state=0).fit(X / 16, y)
    >>> search.brackets_
    [[(1, 9), (4, 3), (16, 1)]]
    >>> sorted(search.best_params_)[:3]
    ['activation', 'alpha', 'dropout']
    >>> print(f"{search.best_score_:.2f}")
    0.94
    """

    def __init__(
        self,
        estimator: Any,
        search_space: Any = None,
        *,
        strategy: Any = "halving",
        n_candidates: Any = 27,
        max_iter: Any = None,
        min_iter: Any = "auto",
        factor: Any = 3.75,
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
            estimator=estimator,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
            return_train_score=return_train_score,
        )
        self.search_space = search_space
        self.strategy = strategy
        self.n_candidates = n_candidates
        self.max_iter = max_iter
        self.min_iter = min_iter
        self.factor = factor
        self.random_state = random_state
        self.checkpoint = checkpoint
        self.return_loss_curves = return_loss_curves

    @with_callbacks
    def fit(self, X: Any, y: Any = None, **params: Any) -> ArchitectureSearchCV:
        """Search, and fit the best candidate on all rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        **params : dict
            For `fit` of the estimator, the scorer, and the splitter (`groups`), as in
            :class:`~sklearn.model_selection.GridSearchCV`. Arrays with one entry per row,
            such as `sample_weight`, are split along with the rows.

        Returns
        -------
        self : estimator

        Raises
        ------
        TypeError
            If the estimator does not end in a network of sknn.
        ValueError
            For an invalid parameter, if no network could be trained, or if the checkpoint is
            damaged or belongs to another search.
        OSError
            If the checkpoint cannot be read or written.
        KeyboardInterrupt
            On Ctrl-C before there are any scores.
        """
        asked = self._asked()
        model = asked._model()
        if y is None and get_tags(self).target_tags.required:
            raise ValueError(
                f"This {type(self).__name__} requires y to be passed, but the target y is None."
            )
        for name, values in {"X": X, "y": y, **params}.items():
            reject_broken(values, name)
        X, y = indexable(X, y)
        checkpoint = checkpoint_of(asked, X, y, params)
        asked.random_state = checkpoint.seed(asked.random_state)
        settings = asked._settings(model)
        brackets = asked._brackets(model, len(settings))
        params = split_params(X, params=params)
        routed = self._get_routed_params_for_fit(params)
        folds = asked._folds(X, y, routed)
        checkpoint.identify(splits=[(fold.train, fold.test) for fold in folds])
        rounds = asked._rounds(model, settings, brackets, folds, checkpoint)
        parts = [self.estimator, network_of(self.estimator)[0]]
        report = report_of(self, parts, len(rounds.levels) + bool(self.refit))
        weight = params.get("sample_weight")
        data = {"X": X, "y": y, "metadata": None if weight is None else {"sample_weight": weight}}
        with report.told(**data):
            rounds.run(report)
            learned = asked._learn(rounds)
            if self.refit:
                best = configured(model, learned["best_params_"])
                learned |= _refit(best, routed.estimator.fit, report, data)
        for name in [name for name in vars(self) if name.endswith("_")]:
            delattr(self, name)
        self.__dict__.update(learned)
        return self

    @property
    def n_iter_(self) -> int:
        """Number of epochs of the best estimator on all rows."""
        check_is_fitted(self)
        return network_of(self.best_estimator_)[0].n_iter_

    # -- before -------------------------------------------------------------------------------

    def _asked(self) -> Any:
        """Return a copy with parameters in plain form: numbers are Python's own."""
        twin = shallow_copy(self)
        twin.__dict__.update(c.check(type(self).__name__, vars(self), _CONSTRAINTS))
        return twin

    def _model(self) -> Any:
        """Return the model to train, for the largest number of epochs; raise for bad parameters."""
        owner = type(self).__name__
        network, prefix = network_of(self.estimator)
        name = resource_of(network)
        epochs = getattr(network, name) if self.max_iter is None else self.max_iter
        if not c.integer(1).accepts(epochs):
            raise InvalidParameterError(
                f"The 'max_iter' parameter of {owner} must be an int >= 1 if {name} of "
                f"{type(network).__name__} is {epochs!r}."
            )
        if self.min_iter != "auto" and self.min_iter > epochs:
            raise InvalidParameterError(
                f"The 'min_iter' parameter of {owner} must be at most max_iter, {epochs}. Got "
                f"{self.min_iter!r} instead."
            )
        return clone(self.estimator).set_params(**{f"{prefix}{name}": epochs})

    def _settings(self, model: Any) -> list[dict[str, Any]]:
        """Draw the parameters of all candidates."""
        asked = space(model) if self.search_space is None else self.search_space
        spaces = [asked] if isinstance(asked, Mapping) else asked
        sound = isinstance(spaces, (list, tuple)) and len(spaces) > 0
        if not sound or not all(isinstance(each, Mapping) for each in spaces):
            raise TypeError(
                "The 'search_space' parameter of ArchitectureSearchCV must be a dict of lists or "
                f"distributions, a list of such dicts, or None. Got {asked!r} instead."
            )
        network, prefix = network_of(model)
        for each in spaces:
            for name in (resource_of(network), "callbacks", "warm_start"):
                if f"{prefix}{name}" in each:
                    raise ValueError(
                        f"search_space must not hold {prefix}{name}: the search itself decides how "
                        "long and in how many parts a network is trained."
                    )
        try:
            return list(ParameterSampler(asked, self.n_candidates, random_state=self.random_state))
        except (TypeError, ValueError) as error:
            raise located(error, "search_space") from error

    def _brackets(self, model: Any, n_candidates: int) -> list[Bracket]:
        network = network_of(model)[0]
        most = getattr(network, resource_of(network))
        least = max(1, round(most / self.factor**2)) if self.min_iter == "auto" else self.min_iter
        return brackets_of(self.strategy, n_candidates, least, most, self.factor)

    def _folds(self, X: Any, y: Any, routed: Any) -> list[Fold]:
        """Split the rows, once for all candidates."""
        given = routed.splitter.split
        try:
            cv = check_cv(self.cv, y, classifier=is_classifier(self.estimator))
            asked, splits = cv.get_n_splits(X, y, **given), list(cv.split(X, y, **given))
        except (TypeError, ValueError) as error:
            raise located(error, f"cv={self.cv!r}, which must split the rows of X") from error
        if len(splits) != asked:
            raise ValueError(
                "cv.split and cv.get_n_splits return inconsistent results. Expected "
                f"{asked} splits, got {len(splits)}"
            )
        if not splits:
            raise ValueError("No fits were performed. Was the CV iterator empty?")
        own = routed.estimator.fit, routed.scorer.score
        return [Fold(X, y, train, test, *own) for train, test in splits]

    def _rounds(
        self,
        model: Any,
        settings: list[dict[str, Any]],
        brackets: list[Bracket],
        folds: list[Fold],
        checkpoint: NoCheckpoint,
    ) -> Rounds:
        scorers, metric = self._get_scorers()
        if callable(self.scoring) and isinstance(self.refit, str):
            metric = self.refit
        checkpoint.identify(candidates=settings, refit=metric)
        sizes = [bracket[0].n_candidates for bracket in brackets]
        shown = bar_of(model)
        trained = for_candidate(clone(model)) if check_final_fit(model) else model
        return Rounds(
            candidates_of(trained, settings, sizes, len(folds)),
            brackets,
            folds,
            Judge(
                apart(scorers), self.error_score, self.return_train_score, self.return_loss_curves
            ),
            metric,
            n_jobs=self.n_jobs,
            pre_dispatch=self.pre_dispatch,
            say=print if self.verbose else lambda line: None,
            shown=shown,
            checkpoint=checkpoint,
        )

    # -- after --------------------------------------------------------------------------------

    def _learn(self, rounds: Rounds) -> dict[str, Any]:
        """Return the fitted attributes, except for the best estimator."""
        known = [each for each in rounds.candidates if each.rungs]
        if rounds.interrupted:
            if not known:
                raise KeyboardInterrupt
            warnings.warn(
                f"Search interrupted by user; {len(known)} of {len(rounds.candidates)} candidates "
                "have scores, some of them after fewer epochs than planned.",
                stacklevel=users_level(),
            )
        outcomes = results.outcomes(known)
        curves = curves_of(outcomes, len(rounds.folds)) if self.return_loss_curves else None
        outcomes = [without_curves(each) for each in outcomes]
        warn_or_raise_about_failures(outcomes, self.error_score)
        if callable(self.scoring):
            insert_error_scores(outcomes, self.error_score)
        params = [each.params for each in known]
        more = results.more_results(known)
        table = self._format_results(params, len(rounds.folds), outcomes, more)
        results.rank(table, [rounds.budget(each) for each in known])
        scores = next(each["test_scores"] for each in outcomes)
        scorer = rounds.judge.scorer
        return {
            "cv_results_": table,
            "history_": results.history(known),
            "brackets_": [[tuple(rung) for rung in bracket] for bracket in rounds.brackets],
            "n_splits_": len(rounds.folds),
            "multimetric_": isinstance(scores, dict),
            "scorer_": getattr(scorer, "_scorers", scorer),
            **({} if curves is None else {"loss_curves_": curves}),
        } | self._best(table, scores, rounds.metric)

    def _best(self, table: dict[str, Any], scores: Any, metric: str) -> dict[str, Any]:
        """Return the index of the best candidate, if it is known."""
        several = isinstance(scores, dict)
        if several and callable(self.scoring):
            self._check_refit_for_multimetric(scores)
            metric = self.refit
        if several and not self.refit:
            return {}
        index = self._select_best_index(self.refit, metric, table)
        best = {"best_index_": index, "best_params_": table["params"][index]}
        if not callable(self.refit):
            best["best_score_"] = table[f"mean_test_{metric}"][index]
        return best


def _refit(best: Any, params: dict[str, Any], report: Report, data: dict[str, Any]) -> dict:
    """Fit the best estimator on all rows."""
    y = () if data["y"] is None else (data["y"],)
    begin = time.perf_counter()
    with report.part("refit-with-best-params", 0).told(best, **data):
        best.fit(data["X"], *y, **params)
    learned = {"best_estimator_": best, "refit_time_": time.perf_counter() - begin}
    if hasattr(best, "feature_names_in_"):
        learned["feature_names_in_"] = best.feature_names_in_
    return learned
