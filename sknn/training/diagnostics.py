"""Measurements of the layers during training, and problems found in them."""

from __future__ import annotations

import math
import warnings

import numpy as np
from numpy.typing import NDArray

from sknn.core.activations import Activation
from sknn.core.constraints import boolean, integer
from sknn.core.layout import Views
from sknn.exceptions import TrainingWarning
from sknn.training.callbacks import Callback, Phase, Progress
from sknn.training.health_warnings import Chart, findings
from sknn.training.warnings import users_level

# Number of batches per epoch whose gradients and updates are measured.
_WEIGHED = 3


class Diagnostics(Callback):
    r"""Measure every layer during training, and warn about problems.

    On the first batches of every epoch, it measures for each layer (with several members, over all
    of them) and records in ``history_``:

    ``gradient_norm.hidden0``
        Euclidean norm of the gradient of the layer's parameters, mean over three batches.
    ``update_ratio.hidden0``
        :math:`\lVert \Delta\theta \rVert / \lVert \theta \rVert`: the size of an update relative
        to the parameters it changes, mean over three batches.
    ``dead_units.hidden0``
        Share of ReLU units whose output is 0 for every row seen.
    ``saturated.hidden0``
        Share of outputs of ``logistic``, ``tanh``, ``softsign``, and ``hard_sigmoid`` where the
        slope is below a tenth of its largest value.

    When training ends, it checks the last epochs and issues one
    :class:`~sknn.exceptions.TrainingWarning` per run for each kind of problem: vanishing or
    exploding gradients, dead units, saturated units, or a learning rate that is too low or too
    high. The guide page on diagnosis lists signs, thresholds, and remedies.

    It draws no random numbers and changes no weights: the fitted network is the same with and
    without it, bit for bit. ``solver="lbfgs"`` has no updates to measure, and does not support it.

    Parameters
    ----------
    rows : int, default=500
        Number of rows per epoch whose activations are measured. With the default, training takes
        about 5% longer.
    warn : bool, default=True
        False records without warning.

    Attributes
    ----------
    findings_ : dict of str
        The findings at the end of the last call, by kind of problem. It is an attribute of the
        copy in ``callbacks_`` of the estimator.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sknn import MLPClassifier
    >>> from sknn.callbacks import Diagnostics
    >>> X, y = load_digits(return_X_y=True)
    >>> net = MLPClassifier((50,) * 6, "logistic", weight_init="normal", max_iter=5,
    ...                     learning_rate="cosine", callbacks=[Diagnostics(warn=False)],
    ...                     random_state=0).fit(X[:300] / 16, y[:300])
    >>> list(net.callbacks_[0].findings_)
    ['vanishing']
    >>> history = net.history_
    >>> print(f"{history['gradient_norm.hidden0'][0] / history['gradient_norm.output'][0]:.0e}")
    9e-07
    """

    phase = Phase.MEASURE
    stochastic_only = True
    fleeting = ("_probe",)
    constraints = {"rows": integer(1), "warn": boolean()}

    def __init__(self, rows: int = 500, warn: bool = True) -> None:
        self.rows = rows
        self.warn = warn

    def on_train_begin(self, progress: Progress) -> None:
        """Choose what to measure."""
        progress.require_loss(self)
        self._probe = _Probe(progress)

    def on_gradient(self, progress: Progress) -> None:
        """Measure gradients and activations; remember the weights."""
        probe = self._probe
        if probe.rows < self.rows:
            probe.look()
        probe.weighing = probe.batches < _WEIGHED
        if probe.weighing:
            probe.weigh()

    def on_batch_end(self, progress: Progress) -> None:
        """Measure the update."""
        if self._probe.weighing:
            self._probe.compare()

    def on_epoch_end(self, progress: Progress) -> None:
        """Write the measurements into the row of the epoch."""
        progress.row.update(self._probe.figures())

    def on_train_end(self, progress: Progress) -> None:
        """Warn about problems, and drop the work arrays."""
        run, sizes = progress.run, self._probe.sizes
        del self._probe
        columns = run.history.since(run.grown)
        # A run interrupted in its first epoch has no measurements.
        known = bool(columns.get("loss")) and all(
            f"gradient_norm.{name}" in columns for name in sizes
        )
        chart = Chart(columns, sizes, run.step / max(run.epoch, 1))
        self.findings_ = findings(chart) if known else {}
        news = [kind for kind in self.findings_ if kind not in run.warned]
        run.warned |= set(news)
        for kind in news if self.warn else ():
            warnings.warn(self.findings_[kind], TrainingWarning, stacklevel=users_level())


def _square(views: Views) -> float:
    return sum(float(np.vdot(view, view)) for view in views.values())


class _Probe:
    """Sums over the batches of one epoch.

    Attributes
    ----------
    sizes : dict of int
        Number of parameters of every trained layer, by name.
    rows : int
        Rows seen in this epoch.
    batches : int
        Batches whose gradients and updates were measured.
    weighing : bool
        Whether the current batch is one of them.
    """

    def __init__(self, progress: Progress) -> None:
        network, workspace = progress.network, progress.workspace
        assert workspace is not None
        self.network, self.workspace = network, workspace
        self.before = np.empty_like(network.trainable)
        self.step = np.empty_like(network.trainable)
        self.weights = network.layout.views(self.before)
        self.steps = network.layout.views(self.step)
        self.trained = {
            network.names[i]: i
            for i, views in enumerate(workspace.grads)
            if views and i not in workspace.frozen
        }
        self.sizes = {
            name: sum(view.size for view in workspace.grads[i].values()) // network.n_members
            for name, i in self.trained.items()
        }
        found = [(i, getattr(layer, "activation", None)) for i, layer in enumerate(network.layers)]
        kinds = {i: kind for i, kind in found if isinstance(kind, Activation)}
        self.mortal = [i for i, kind in kinds.items() if kind.can_die]
        self.bounded = {
            i: (0.5 * sum(kind.bounds), kind.saturates_at)
            for i, kind in kinds.items()
            if kind.bounds is not None
        }
        self._clear()

    def _clear(self) -> None:
        self.rows = self.batches = 0
        self.weighing = False
        self.gradient = dict.fromkeys(self.trained, 0.0)
        self.ratio = dict.fromkeys(self.trained, 0.0)
        self.peaks: dict[int, NDArray] = {}
        self.flat = dict.fromkeys(self.bounded, 0.0)

    def look(self) -> None:
        """Measure the activations of the last batch."""
        frame = self.workspace.frame_in_use
        rows = frame.raw.shape[-2]
        self.rows += rows
        for i in self.mortal:
            peak = frame.forward[i][2].max(axis=len(self.network.lead))
            self.peaks[i] = np.maximum(peak, self.peaks[i]) if i in self.peaks else peak
        for i, (middle, distance) in self.bounded.items():
            away = np.abs(frame.forward[i][2] - middle)
            self.flat[i] += rows * float(np.mean(away >= distance))

    def weigh(self) -> None:
        """Measure the gradient of the last batch; remember the weights."""
        self.batches += 1
        for name, i in self.trained.items():
            square = _square(self.workspace.grads[i]) / self.network.n_members
            self.gradient[name] += math.sqrt(square)
        np.copyto(self.before, self.network.trainable)

    def compare(self) -> None:
        """Measure the change made by the update."""
        np.subtract(self.network.trainable, self.before, out=self.step)
        for name, i in self.trained.items():
            size, step = _square(self.weights[i]), _square(self.steps[i])
            # Updates are not compared with weights that begin at zero, apart from rounding.
            self.ratio[name] += math.sqrt(step / size) if size > 1e-12 * step else 0.0

    def figures(self) -> dict[str, float]:
        """Return the columns of the epoch and begin the next."""
        names, batches, rows = self.network.names, max(self.batches, 1), max(self.rows, 1)
        row: dict[str, float] = {}
        row |= {f"gradient_norm.{name}": total / batches for name, total in self.gradient.items()}
        row |= {f"update_ratio.{name}": total / batches for name, total in self.ratio.items()}
        row |= {f"dead_units.{names[i]}": float(np.mean(p <= 0)) for i, p in self.peaks.items()}
        row |= {f"saturated.{names[i]}": total / rows for i, total in self.flat.items()}
        self._clear()
        return row
