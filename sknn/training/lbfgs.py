"""Full-batch minimization of the same objective."""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, minimize

from sknn.training.batches import Batches
from sknn.training.callbacks import Callback, Hooks, Progress
from sknn.training.objective import Supervised
from sknn.training.run import Run

# Rows are passed in pieces, so that the work arrays stay small for data of any size.
ROWS = 2048


Elsewhere = Callable[[NDArray, float], tuple[float, NDArray]]
"""Maps the flat vector and a factor to loss and gradient over all rows, without the penalty."""


class FullBatch:
    """Loss and gradient over all rows as a function of the flat vector."""

    def __init__(
        self,
        objective: Supervised,
        batches: Batches,
        held: NDArray | None = None,
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.objective = objective
        self.batches = batches
        self.over_rows = self.here if elsewhere is None else elsewhere
        self.trained = None if held is None else held > 0
        self.sum = np.zeros_like(objective.grad)
        self.theta = objective.network.trainable
        self.reached = self.theta.copy()

    def __call__(self, vector: NDArray) -> tuple[float, NDArray]:
        """Return the objective and an independent gradient."""
        self.theta[...] = vector
        value, total = self.over_rows(vector, 1.0 / (self.batches.n_rows * self.objective.unit))
        self.objective.grad[...] = total
        value += self.objective.penalty()
        if self.trained is not None:
            np.multiply(self.objective.grad, self.trained, out=self.objective.grad)
        return value, self.objective.grad.copy()

    def here(self, vector: NDArray, scale: float) -> tuple[float, NDArray]:
        """Return loss and gradient over the rows of this process, times a factor."""
        self.theta[...] = vector
        value = 0.0
        self.sum.fill(0.0)
        for x, target, weight in self.batches.epoch(ROWS, None):
            value += self.objective.data(x, target, weight, scale)
            self.sum += self.objective.grad
        return value, self.sum


def minimize_lbfgs(
    objective: Supervised,
    batches: Batches,
    run: Run,
    callbacks: list[Callback],
    *,
    max_iter: int,
    max_fun: int,
    tol: float,
    deadline: float,
    held: NDArray | None = None,
    elsewhere: Elsewhere | None = None,
    member: int | None = None,
) -> OptimizeResult:
    """Minimize with L-BFGS-B of SciPy and record every iteration as an epoch.

    Parameters
    ----------
    objective : Supervised
        On a float64 network without members; its weights are left at the minimum.
    max_iter, max_fun, tol
        Bounds on iterations and evaluations; the largest gradient entry that counts as zero.
    deadline : float
        Reading of ``time.perf_counter`` at which to stop.
    held : ndarray or None
        Factor on every parameter, 0 if it is frozen.
    elsewhere : callable or None
        Passes over the rows in place of this process.
    member : int or None
        The index of this member if several are trained one after the other.

    Returns
    -------
    OptimizeResult
        What SciPy returned.
    """
    function = FullBatch(objective, batches, held, elsewhere)
    network = objective.network
    progress = Progress(run, network, deadline=deadline, member=member)
    hooks = Hooks(callbacks)
    last = perf_counter()
    begun = run.epoch

    def record(intermediate_result: OptimizeResult) -> None:
        nonlocal last
        now = perf_counter()
        seconds, last = now - last, now
        run.note(lambda: finish(intermediate_result, seconds), tell)
        if now > deadline:
            progress.stop("max_time")
        if progress.stop_reason is not None:
            raise StopIteration

    def tell() -> None:
        for hook in hooks.epoch_told:
            hook(progress)

    def finish(reached: OptimizeResult, seconds: float) -> dict[str, float]:
        run.epoch += 1
        run.samples += batches.n_rows
        row = {"epoch": float(run.epoch), "loss": float(reached.fun), "seconds": seconds}
        function.theta[...] = function.reached = reached.x
        progress.row = row | {"penalty": float(objective.penalty())}
        for hook in hooks.epoch_end:
            hook(progress)
        run.best_loss = min(run.best_loss, row["loss"])
        return progress.row

    try:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for hook in hooks.train_begin:
                hook(progress)
            result = _solve(function, record, progress, max_iter=max_iter, max_fun=max_fun, tol=tol)
        function.theta[...] = result.x
        _conclude(progress, result, begun)
        for hook in hooks.train_end:
            hook(progress)
    except BaseException:
        hooks.tell_of_error(progress)
        raise
    return result


def _conclude(progress: Progress, result: OptimizeResult, begun: int) -> None:
    """Note why training ended."""
    run = progress.run
    if run.epoch == begun and progress.stop_reason is None:
        # The start was the minimum already; its one evaluation counts as an iteration with a loss,
        # as scikit-learn's checks require.
        run.epoch += 1
        run.best_loss = min(run.best_loss, float(result.fun))
        run.history.append({"epoch": float(run.epoch), "loss": float(result.fun)})
    if not math.isfinite(float(result.fun) + float(progress.network.theta.sum())):
        progress.stop_reason = "diverged"
    run.stop_reason = progress.stop_reason or ("converged" if result.status == 0 else "max_iter")


def _solve(function, record, progress, *, max_iter, max_fun, tol) -> OptimizeResult:  # type: ignore[no-untyped-def]
    try:
        return minimize(
            function,
            function.theta.copy(),
            method="L-BFGS-B",
            jac=True,
            callback=record,
            options={"maxfun": max_fun, "maxiter": max_iter, "gtol": tol},
        )
    except KeyboardInterrupt:
        progress.stop("interrupted")
        where = function.reached
        return OptimizeResult(
            x=where, fun=0.0, status=99, nit=len(progress.run.history), message=""
        )
