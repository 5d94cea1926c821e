"""An answer depends on the numbers alone, not on where they lie in memory: to the last bit.

BLAS and sums take another way through arrays of another layout, so each test fails on some kernel
(``OPENBLAS_CORETYPE``) wherever an array is used as it came.
"""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_array_equal

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    CNNRegressor,
    DBNClassifier,
    DBNRegressor,
    GaussianRBM,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TabularMLPClassifier,
    TabularMLPRegressor,
)
from sknn.losses import Huber
from sknn.preprocessing import TableEncoder

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
    """Begin `by` bytes behind a multiple of 64."""
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
    """Columns that came one by one, as those of most frames did."""
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


def trained(net):
    """Return the weights, and what was measured on the way."""
    history = {name: values for name, values in net.history_.items() if name != "seconds"}
    return [net.network_.theta, *history.values()]


def classifier(kind, x, x_val, /, *args, watch=True, **settings):
    def answers(lay):
        net = kind(*args, random_state=0, **settings)
        rows = {"X_val": lay(x_val), "y_val": CODES_VAL, "sample_weight_val": lay(W_VAL)}
        net.fit(lay(x), CODES, lay(W), **(rows if watch else {}))
        found = [*trained(net), net.score(lay(x), CODES, lay(W))]
        return [*found, net.predict_proba(lay(x)), net.transform(lay(x)), *net.activations(lay(x))]

    return answers


def regressor(kind, x, x_val, /, *args, watch=True, **settings):
    def answers(lay):
        net = kind(*args, random_state=0, **settings)
        rows = {"X_val": lay(x_val), "y_val": lay(Y_VAL), "sample_weight_val": lay(W_VAL)}
        net.fit(lay(x), lay(Y), lay(W), **(rows if watch else {}))
        found = [*trained(net), net.score(lay(x), lay(Y), lay(W))]
        return [*found, net.predict(lay(x)), net.transform(lay(x))]

    return answers


def linear(x, /, *sizes):
    """One column of weights: products that are no matrix products to BLAS."""
    x = np.ascontiguousarray(x)

    def answers(lay):
        net = MLPRegressor(hidden_layer_sizes=sizes, batch_size=18, max_iter=2, random_state=0)
        net.fit(lay(x), lay(Y[:, 0]), lay(W))
        two = MLPClassifier(sizes, batch_size=18, shuffle=False, max_iter=2, random_state=0)
        two.fit(lay(x), CODES > 1)
        found = [*trained(net), *trained(two), net.predict(lay(x)), two.predict_proba(lay(x[:1]))]
        return [*found, net.predict(lay(x)[3:]), two.predict_proba(lay(x)[3:])]

    return answers


def stream(lay):
    net = MLPRegressor(hidden_layer_sizes=(5,), batch_size=16, random_state=0)
    for _ in range(2):
        net.partial_fit(lay(X), lay(Y), lay(W), X_val=lay(X_VAL), y_val=lay(Y_VAL))
    return [*trained(net), net.predict(lay(X[:1]))]


def disagreement(lay):
    net = MLPRegressor(hidden_layer_sizes=(5,), n_members=2, max_iter=2, random_state=0).fit(
        lay(X), lay(Y)
    )
    return [*trained(net), *net.predict(lay(X), return_std=True)]


def coder(x, x_val, /, *args, **settings):
    def answers(lay):
        net = AutoEncoder(*args, max_iter=2, random_state=0, **settings)
        net.fit(lay(x), None, lay(W), X_val=lay(x_val), sample_weight_val=lay(W_VAL))
        codes = net.transform(lay(x))
        found = [*trained(net), net.offset_, codes, net.predict(lay(x))]
        score = net.score(lay(x), None, lay(W))
        return [*found, score, net.score_samples(lay(x)), net.inverse_transform(lay(codes))]

    return answers


def machine(kind, x, x_val):
    def answers(lay):
        rbm = kind(6, n_iter=2, batch_size=16, random_state=0)
        rbm.fit(lay(x), None, lay(W), X_val=lay(x_val)).partial_fit(lay(x))
        found = [*trained(rbm), rbm.gibbs(lay(x), 2, random_state=1)]
        ways = (rbm.transform, rbm.reconstruct, rbm.free_energy, rbm.score_samples)
        return [*found, *(way(lay(x)) for way in ways), rbm.log_likelihood(lay(x))]

    return answers


def gan(**settings):
    def answers(lay):
        net = GAN((8,), (8,), latent_dim=4, batch_size=16, max_iter=2, random_state=0, **settings)
        net.fit(lay(X), CODES, lay(W))
        found = [*trained(net), net.sample(5, random_state=0)]
        return [*found, net.score(lay(X)), net.score_samples(lay(X), CODES), net.transform(lay(X))]

    return answers


def table(kind, y, **settings):
    def answers(lay):
        target = y if y is CODES else lay(y)
        net = kind(preset="fast", max_iter=2, hidden_layer_sizes=(8,), random_state=0, **settings)
        net.fit(lay(X), target, lay(W))
        answer = net.predict_proba if y is CODES else lambda x: net.predict(x, return_std=True)[1]
        return [*trained(net), answer(lay(X))]

    return answers


def encoder(lay):
    return [TableEncoder(bins="tree").fit_transform(lay(X), Y[:, 0], sample_weight=lay(W))]


def images(x):
    return np.ascontiguousarray(x.reshape(-1, 3, 3, 2))


def series(x):
    return np.ascontiguousarray(x.reshape(-1, 6, 3))


WATCHED = {"batch_size": 16, "max_iter": 2}
CASES = {
    "MLPClassifier": classifier(MLPClassifier, X, X_VAL, (6, 4), **WATCHED),
    "MLPClassifier, one batch": classifier(MLPClassifier, X, X_VAL, (6,), max_iter=2),
    "MLPClassifier, no shuffle": classifier(
        MLPClassifier, X, X_VAL, (6,), shuffle=False, **WATCHED
    ),
    "MLPClassifier, early stopping": classifier(
        MLPClassifier, X, X_VAL, (6,), watch=False, early_stopping=True, **WATCHED
    ),
    "MLPClassifier, lbfgs": classifier(MLPClassifier, X, X_VAL, (6,), solver="lbfgs", max_iter=2),
    "no hidden layer": linear(X[:, :5]),
    "no hidden layer, float32": linear(X.astype(np.float32)[:, :5]),
    "one unit, float32": linear(X.astype(np.float32), 1),
    "small": linear(X[:, :2], 3),
    "small, float32": linear(X.astype(np.float32)[:, :5], 6),
    "MLPRegressor": regressor(MLPRegressor, X, X_VAL, hidden_layer_sizes=(6,), **WATCHED),
    "MLPRegressor, float32": regressor(
        MLPRegressor, X, X_VAL, hidden_layer_sizes=(6,), dtype="float32", **WATCHED
    ),
    "MLPRegressor, lbfgs": regressor(
        MLPRegressor, X, X_VAL, hidden_layer_sizes=(6,), solver="lbfgs", max_iter=2
    ),
    "MLPRegressor, huber": regressor(
        MLPRegressor, X, X_VAL, hidden_layer_sizes=(6,), loss="huber", **WATCHED
    ),
    "MLPRegressor, scoring": regressor(
        MLPRegressor, X, X_VAL, hidden_layer_sizes=(6,), scoring="neg_mean_squared_error", **WATCHED
    ),
    "MLPRegressor, a stream": stream,
    "MLPRegressor, members": disagreement,
    "CNNClassifier": classifier(CNNClassifier, images(X), images(X_VAL), (4,), **WATCHED),
    "CNNClassifier, flat": classifier(
        CNNClassifier, X, X_VAL, (4,), input_shape=(3, 3, 2), **WATCHED
    ),
    "CNNRegressor": regressor(CNNRegressor, images(X), images(X_VAL), (4,), **WATCHED),
    "RNNClassifier": classifier(RNNClassifier, series(X), series(X_VAL), 4, **WATCHED),
    "RNNRegressor": regressor(RNNRegressor, series(X), series(X_VAL), 4, cell="lstm", **WATCHED),
    "DBNClassifier": classifier(DBNClassifier, SHARES, SHARES_VAL, (6, 4), **WATCHED),
    "DBNRegressor": regressor(DBNRegressor, X, X_VAL, (6, 4), pretrain_n_iter=2, **WATCHED),
    "AutoEncoder": coder(X, X_VAL, (7, 4), batch_size=16),
    "AutoEncoder, shares": coder(SHARES, SHARES_VAL, (7, 4), batch_size=16),
    "AutoEncoder, one batch": coder(X, X_VAL, (4,)),
    "AutoEncoder, tied, huber": coder(X, X_VAL, (4,), loss=Huber(), tied_weights=True),
    "AutoEncoder, groups": coder(
        SHARES, SHARES_VAL, (4,), output_groups={"binary": [0, 1, 4]}, batch_size=16
    ),
    "AutoEncoder, layerwise": coder(X, X_VAL, (7, 4), pretrain="layerwise", batch_size=16),
    "AutoEncoder, variational": coder(X, X_VAL, (7, 4), variational=True, batch_size=16),
    "BernoulliRBM": machine(BernoulliRBM, SHARES, SHARES_VAL),
    "GaussianRBM": machine(GaussianRBM, X, X_VAL),
    "GAN": gan(),
    "GAN, penalty": gan(objective="wasserstein_gp", n_critic=2),
    "TabularMLPClassifier": table(TabularMLPClassifier, CODES),
    "TabularMLPRegressor": table(TabularMLPRegressor, Y),
    "TabularMLPRegressor, one member": table(TabularMLPRegressor, Y, n_members=1, n_bins=0),
    "TableEncoder": encoder,
}
PLAIN = {}


@pytest.mark.filterwarnings("ignore:X (has|does not have) .*feature names")
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("case", CASES)
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
    """The entries of each row from the last to the first."""
    matrix = matrix.copy()
    for start, stop in zip(matrix.indptr, matrix.indptr[1:], strict=False):
        for part in (matrix.indices, matrix.data):
            part[start:stop] = part[start:stop][::-1].copy()
    matrix.has_sorted_indices = False
    return matrix


def halved(matrix):
    """Every entry as two halves of it, the second ones behind all first ones."""
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
