"""Every public network, small enough to be fitted hundreds of times, and every spec."""

import numpy as np

from sknn.callbacks import Diagnostics, WeightAveraging
from sknn.schedules import BatchSize
from tests.cases import activations, initializers, layers, losses, optimizers, schedules
from tests.checks.public import networks

NETWORKS = networks()
rng = np.random.default_rng(0)
X, y = rng.random((24, 4)), np.arange(24) % 2

SMALL = {
    "hidden_layer_sizes": (3,),
    "max_iter": 1,
    "n_iter": 1,
    "units": (3,),
    "filters": (2,),
    "pretrain_n_iter": 1,
    "generator_layer_sizes": (3,),
    "discriminator_layer_sizes": (3,),
    "n_components": 3,
    "batch_size": 8,
    "random_state": 0,
}
TABLE = {"n_members": 2, "n_splits": 2}


def small(kind, **parameters):
    """Return an estimator that trains almost instantly."""
    own = kind._get_param_names()
    settings = SMALL | (TABLE if kind.__name__.startswith("Tabular") else {})
    return kind(**{name: value for name, value in settings.items() if name in own} | parameters)


def _specs():
    cases = [case[0] for case in (*activations.CASES, *initializers.CASES, *layers.CASES)]
    cases += [row.spec for row in (*optimizers.ROWS, *schedules.ROWS)]
    cases += [row.loss for row in losses.ROWS]
    cases += [BatchSize(4, 8), Diagnostics(), WeightAveraging("ema", decay=0.7)]
    return list({repr(each): each for each in cases if each._get_param_names()}.values())


SPECS = _specs()
