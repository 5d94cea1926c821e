"""Results depend only on the numbers, not on their memory layout, bit for bit.

BLAS and sums add up in another order if the layout of an array is different, so each test fails
with some kernel (``OPENBLAS_CORETYPE``) if an array is used as it was passed.
"""

import inspect
from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal
from sklearn.base import ClassifierMixin, RegressorMixin

from sknn import (
    GAN,
    AutoEncoder,
    CNNClassifier,
    CNNRegressor,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TabularMLPRegressor,
)
from sknn.losses import Huber
from sknn.preprocessing import TableEncoder
from tests.checks.public import networks

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
RNG = np.random.default_rng(7)
N, D = 70, 18
X = RNG.standard_normal((N, D)) * RNG.uniform(0.5, 3.0, D) + 0.1
SHARES = RNG.random((N, D))
X_VAL, SHARES_VAL = RNG.standard_normal((25, D)), RNG.random((25, D))
Y = X @ RNG.standard_normal((D, 3)) + RNG.standard_normal((N, 3))
Y_VAL = RNG.standard_normal((25, 3))
W, W_VAL = RNG.uniform(0.5, 2.0, N), RNG.uniform(0.5, 2.0, 25)
CODES, CODES_VAL = np.arange(N) % 3, np.arange(25) % 3


# -- layouts --------------------------------------------------------------------------------------


def strided(a):
    view = np.zeros([2 * n for n in a.shape], a.dtype)[tuple(slice(1, None, 2) for _ in a.shape)]
    view[...] = a
    return view


def backwards(a):
    return np.flip(np.flip(a).copy())


def wider(a):
    view = np.zeros((*a.shape[:-1], a.shape[-1] + 3), a.dtype)[..., 2:-1]
    view[...] = a
    return view


def shifted(a, by):
    """Begin `by` bytes after a multiple of 64."""
    memory = np.empty(a.nbytes + 128, np.uint8)
    start = -memory.ctypes.data % 64 + by
    view = memory[start : start + a.nbytes].view(a.dtype).reshape(a.shape)
    view[...] = a
    return view


def read_only(a):
    a = np.asfortranarray(a)
    a.flags.writeable = False
    return a


def frame(a):
    """Columns added one by one, as in most frames."""
    pandas = pytest.importorskip("pandas")
    return pandas.concat([pandas.Series(c) for c in a.T], axis=1) if a.ndim == 2 else a


LAYOUTS = {
    "Fortran order": np.asfortranarray,
    "strided": strided,
    "backwards": backwards,
    "columns of a wider array": wider,
    "not aligned": lambda a: shifted(a, 1),
    "aligned to one number": lambda a: shifted(a, a.itemsize),
    "second axis last": lambda a: (
        np.moveaxis(np.moveaxis(a, 1, -1).copy(), -1, 1) if a.ndim > 2 else a
    ),
    "read-only": read_only,
    "objects": lambda a: a.astype(object) if a.ndim == 2 and a.dtype == float else a,
    "a frame": frame,
}


# -- what is compared -----------------------------------------------------------------------------

# The methods of estimators of all families, and their further arguments.
ASKED = {
    "score": {},
    "predict": {},
    "predict_proba": {},
    "decision_function": {},
    "transform": {},
    "activations": {},
    "score_samples": {},
    "reconstruct": {},
    "free_energy": {},
    "log_likelihood": {"random_state": 0},
    "gibbs": {"n_steps": 2, "random_state": 1},
}
SMALL = {
    "hidden_layer_sizes": (6, 4),
    "max_iter": 2,
    "n_iter": 2,
    "pretrain_n_iter": 2,
    "batch_size": 16,
    "n_components": 6,
    "filters": (4,),
    "units": 4,
    "generator_layer_sizes": (8,),
    "discriminator_layer_sizes": (8,),
    "latent_dim": 4,
    "preset": "fast",
    "random_state": 0,
}


def given(call, lay, /, **values):
    """Call with those of the values that the function takes."""
    own = inspect.signature(call).parameters
    # No matter how the rows are called, they come first.
    first = next(iter(own))
    values = {first if name == "X" else name: value for name, value in values.items()}
    return call(**{name: lay(value) for name, value in values.items() if name in own})


def flat(found):
    """Return the arrays of a result, which may be a list of them."""
    return list(found) if isinstance(found, (list, tuple)) else [found]


def trained(net):
    """Return the weights, and what was measured in training."""
    history = {name: values for name, values in net.history_.items() if name != "seconds"}
    return [net.network_.theta, *history.values()]


def answered(net, lay, rows):
    """Return the results of every method of a trained estimator for these rows."""
    found = []
    for name, more in ASKED.items():
        if hasattr(net, name):
            call = partial(getattr(net, name), **more)
            asked = {key: rows[key] for key in ("X", "y", "sample_weight")}
            found += flat(given(call, lay, **asked))
    if hasattr(net, "inverse_transform"):
        found.append(net.inverse_transform(lay(np.copy(net.transform(rows["X"])))))
    if hasattr(net, "sample"):
        found.append(net.sample(5, random_state=0))
    return found


def answers_of(kind, x, x_val, watch=True, **settings):
    """Return a function that computes all results of a class for rows in some layout."""
    own = kind._get_param_names()
    parameters = {name: each for name, each in SMALL.items() if name in own} | settings
    real = issubclass(kind, RegressorMixin)
    rows = {"X": x, "y": Y if real else CODES, "sample_weight": W}
    held = {"X_val": x_val, "y_val": Y_VAL if real else CODES_VAL, "sample_weight_val": W_VAL}

    def answers(lay):
        net = kind(**parameters)
        given(net.fit, lambda each: _laid(each, lay), **rows, **(held if watch else {}))
        return [*trained(net), *answered(net, lambda each: _laid(each, lay), rows)]

    return answers


def _laid(values, lay):
    """Lay out rows, targets, and weights; codes of classes are the same in every layout."""
    return values if values is CODES or values is CODES_VAL else lay(values)


def linear(x, /, *sizes):
    """One column of weights: for BLAS, these are not matrix products."""
    x = np.ascontiguousarray(x)

    def answers(lay):
        net = MLPRegressor(hidden_layer_sizes=sizes, batch_size=18, max_iter=2, random_state=0)
        net.fit(lay(x), lay(Y[:, 0]), lay(W))
        two = MLPClassifier(sizes, batch_size=18, shuffle=False, max_iter=2, random_state=0)
        two.fit(lay(x), CODES > 1)
        found = [*trained(net), *trained(two), net.predict(lay(x)), two.predict_proba(lay(x[:1]))]
        return [*found, net.predict(lay(x)[3:]), two.predict_proba(lay(x)[3:])]

    return answers


def stream(kind):
    """Two calls of `partial_fit`; for a single row, BLAS takes another path."""
    own = kind._get_param_names()
    parameters = {name: each for name, each in SMALL.items() if name in own}
    real = issubclass(kind, RegressorMixin)
    rows = {"X": SHARES, "y": Y if real else CODES, "sample_weight": W}
    held = {"X_val": SHARES_VAL, "y_val": Y_VAL if real else CODES_VAL}

    def answers(lay):
        net = kind(**parameters)
        more = {"classes": np.unique(CODES)} if issubclass(kind, ClassifierMixin) else {}
        for _ in range(2):
            call = partial(net.partial_fit, **more)
            given(call, lambda each: _laid(each, lay), **rows, **held)
        asked = net.predict if hasattr(net, "predict") else net.transform
        return [*trained(net), asked(lay(SHARES[:1]))]

    return answers


def disagreement(kind, **settings):
    def answers(lay):
        net = kind(max_iter=2, hidden_layer_sizes=(8,), random_state=0, **settings)
        net.fit(lay(X), lay(Y), lay(W))
        return [*trained(net), *net.predict(lay(X), return_std=True)]

    return answers


def encoder(lay):
    return [TableEncoder(bins="tree").fit_transform(lay(X), Y[:, 0], sample_weight=lay(W))]


def images(x):
    return np.ascontiguousarray(x.reshape(-1, 3, 3, 2))


def series(x):
    return np.ascontiguousarray(x.reshape(-1, 6, 3))


# Rows between 0 and 1 suit every family; further configurations are listed by hand.
CASES = {kind.__name__: answers_of(kind, SHARES, SHARES_VAL) for kind in networks()}
CASES |= {f"{kind.__name__}, a stream": stream(kind) for kind in networks()}
VARIANTS = {
    "MLPClassifier, one batch": (MLPClassifier, {"batch_size": "auto"}),
    "MLPClassifier, no shuffle": (MLPClassifier, {"shuffle": False}),
    "MLPClassifier, early stopping": (MLPClassifier, {"watch": False, "early_stopping": True}),
    "MLPClassifier, lbfgs": (MLPClassifier, {"solver": "lbfgs"}),
    "MLPRegressor": (MLPRegressor, {}),
    "MLPRegressor, float32": (MLPRegressor, {"dtype": "float32"}),
    "MLPRegressor, lbfgs": (MLPRegressor, {"solver": "lbfgs"}),
    "MLPRegressor, huber": (MLPRegressor, {"loss": "huber"}),
    "MLPRegressor, scoring": (MLPRegressor, {"scoring": "neg_mean_squared_error"}),
    "CNNClassifier, grid": (CNNClassifier, {"input_shape": (3, 3, 2)}),
    "RNNRegressor, lstm": (RNNRegressor, {"cell": "lstm", "input_shape": (6, 3)}),
    "AutoEncoder": (AutoEncoder, {}),
    "AutoEncoder, one batch": (AutoEncoder, {"batch_size": "auto"}),
    "AutoEncoder, tied, huber": (AutoEncoder, {"loss": Huber(), "tied_weights": True}),
    "AutoEncoder, layerwise": (AutoEncoder, {"pretrain": "layerwise"}),
    "AutoEncoder, variational": (AutoEncoder, {"variational": True}),
    "GaussianRBM": (GaussianRBM, {}),
    "GAN, penalty": (GAN, {"objective": "wasserstein_gp", "n_critic": 2}),
    "TabularMLPRegressor, one member": (TabularMLPRegressor, {"n_members": 1, "n_bins": 0}),
}
CASES |= {
    f"{name}, real numbers": answers_of(kind, X, X_VAL, **settings)
    for name, (kind, settings) in VARIANTS.items()
}
CASES |= {
    "no hidden layer": linear(X[:, :5]),
    "no hidden layer, float32": linear(X.astype(np.float32)[:, :5]),
    "one unit, float32": linear(X.astype(np.float32), 1),
    "small": linear(X[:, :2], 3),
    "small, float32": linear(X.astype(np.float32)[:, :5], 6),
    "MLPRegressor, members": disagreement(MLPRegressor, n_members=2),
    "TabularMLPRegressor, members": disagreement(TabularMLPRegressor, preset="fast"),
    "CNNClassifier, images": answers_of(CNNClassifier, images(X), images(X_VAL)),
    "CNNRegressor, images": answers_of(CNNRegressor, images(X), images(X_VAL)),
    "RNNClassifier, series": answers_of(RNNClassifier, series(X), series(X_VAL)),
    "AutoEncoder, groups": answers_of(
        AutoEncoder, SHARES, SHARES_VAL, output_groups={"binary": [0, 1, 4]}
    ),
    "TableEncoder": encoder,
}
PLAIN = {}
# Without a third axis, there is nothing to move.
LAID_OUT = [
    (case, layout)
    for case in CASES
    for layout in LAYOUTS
    if layout != "second axis last" or case.endswith((", images", ", series"))
]


@pytest.mark.filterwarnings("ignore:X (has|does not have) .*feature names")
@pytest.mark.parametrize(("case", "layout"), LAID_OUT)
def test_every_layout(case, layout):
    if case not in PLAIN:
        PLAIN[case] = CASES[case](np.copy)
    found = CASES[case](LAYOUTS[layout])
    assert len(found) == len(PLAIN[case])
    for one, other in zip(found, PLAIN[case], strict=True):
        assert_array_equal(one, other)


# -- sparse rows ----------------------------------------------------------------------------------

SPARSE = sp.csr_array(np.where(RNG.random((N, D)) < 0.4, X, 0.0))


def turned(matrix):
    """The entries of each row from last to first."""
    matrix = matrix.copy()
    for start, stop in zip(matrix.indptr, matrix.indptr[1:], strict=False):
        for part in (matrix.indices, matrix.data):
            part[start:stop] = part[start:stop][::-1].copy()
    matrix.has_sorted_indices = False
    return matrix


def halved(matrix):
    """Every entry as two halves, all second halves after all first ones."""
    indptr = 2 * matrix.indptr
    parts = [
        np.concatenate([np.tile(row, 2) for row in np.split(part, matrix.indptr[1:-1])])
        for part in (matrix.indices, matrix.data / 2)
    ]
    return sp.csr_array((parts[1], parts[0], indptr), shape=matrix.shape)


def with_zeros(matrix):
    dense = matrix.toarray()
    where = np.nonzero((dense != 0) | (np.arange(D) % 5 == 0))
    return sp.csr_array((dense[where], where), shape=matrix.shape)


SPARSE_FORMS = {
    "entries not sorted": turned,
    "entries twice": halved,
    "zeros stored": with_zeros,
    "CSC": sp.csc_array,
    "COO": sp.coo_matrix,
    "LIL": sp.lil_array,
}


def sparse_classifier(make):
    net = MLPClassifier((6,), batch_size=16, max_iter=2, random_state=0, early_stopping=True)
    net.fit(make(SPARSE), CODES).partial_fit(make(SPARSE), CODES, X_val=make(SPARSE), y_val=CODES)
    return [*trained(net), net.predict_proba(make(SPARSE)), net.transform(make(SPARSE))]


def sparse_coder(make):
    net = AutoEncoder((7, 4), batch_size=16, max_iter=2, random_state=0).fit(make(SPARSE))
    return [*trained(net), net.offset_, net.transform(make(SPARSE)), net.score(make(SPARSE))]


def sparse_machine(make):
    rbm = GaussianRBM(6, n_iter=2, batch_size=16, random_state=0).fit(make(SPARSE))
    ways = (rbm.transform, rbm.reconstruct, rbm.free_energy, rbm.score_samples)
    return [*trained(rbm), *(way(make(SPARSE)) for way in ways)]


@pytest.mark.parametrize("form", SPARSE_FORMS)
@pytest.mark.parametrize("answers", [sparse_classifier, sparse_coder, sparse_machine])
def test_every_form_of_sparse_rows(answers, form):
    for one, other in zip(answers(SPARSE_FORMS[form]), answers(lambda x: x), strict=True):
        assert_array_equal(one, other)


@pytest.mark.parametrize("form", [turned, halved])
def test_sparse_rows_of_the_user_stay_as_they_are(form):
    given, same = form(SPARSE), form(SPARSE)
    sparse_coder(lambda x: given)
    assert_array_equal(given.indices, same.indices)
    assert_array_equal(given.data, same.data)
