"""Autoencoders with odd rows, odd parameters, and every callback."""

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose
from sklearn.datasets import load_digits

from sknn import AutoEncoder, MLPClassifier
from sknn.callbacks import Checkpoint, Diagnostics
from sknn.layers import Dense
from sknn.training.callbacks import validation
from tests.checks.runs import assert_checkpoints_go_on
from tests.estimators.data import LABELS, X

UNIT = (X - X.min()) / (X.max() - X.min())
HOLLOW = np.where(UNIT > 0.6, UNIT, 0.0)
# Warnings about these rows are tested elsewhere; here, everything must stay finite.
pytestmark = pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
FAST = {"learning_rate": "cosine", "max_iter": 4, "random_state": 0}


def coder(*sizes, **parameters):
    return AutoEncoder(sizes or (3,), **FAST | parameters)


def assert_works(ae, x):
    codes = ae.fit(x).transform(x)
    for answer in (codes, ae.predict(x), ae.inverse_transform(codes), ae.score_samples(x)):
        assert np.isfinite(answer).all()
    assert np.isfinite(ae.offset_)


@pytest.mark.parametrize("sizes", [(1,), (9,), (20, 9)])
@pytest.mark.parametrize(
    "x",
    [
        X[:, :1],
        np.c_[X, np.ones(60), np.zeros(60)],
        np.full((60, 3), 7.0),
        np.ones((60, 3)),
        np.zeros((60, 3)),
        X[:1],
        X[:2],
        X > 0,
        (10 * X).astype(int),
        (100 * UNIT).astype(np.uint8),
    ],
    ids=["column", "constant", "sevens", "ones", "zeros", "row", "rows", "bool", "int", "byte"],
)
def test_rows_that_say_little(sizes, x):
    assert_works(coder(*sizes), x)


@pytest.mark.parametrize("kind", [{}, {"tied_weights": True}, {"activation": "tanh"}])
@pytest.mark.parametrize("scale", [1e-40, 1e-20, 1e10, 1e17])
def test_scales_in_single_precision(kind, scale):
    assert_works(coder(6, 2, **kind), (scale * X).astype(np.float32))


@pytest.mark.parametrize("kind", [{}, {"tied_weights": True}])
@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e18, 1e150])
def test_scales_in_double_precision(kind, scale):
    assert_works(coder(6, 2, **kind), scale * X)


def test_numbers_whose_squares_overflow():
    with pytest.raises(ValueError, match="X holds .* too large .* float32"):
        coder().fit((1e20 * X).astype(np.float32))
    with pytest.raises(ValueError, match="X holds .* too large .* float64"):
        coder().fit(1e200 * X)
    ae = coder().fit(X)
    for method in (ae.score_samples, ae.score, ae.predict_outlier):
        with pytest.raises(ValueError, match="not finite; scale X"):
            method(np.full((2, 5), 1e300))
    with pytest.raises(ValueError, match="not finite; scale X"):
        ae.inverse_transform(np.full((2, 3), 1e308))


def test_weights_that_are_all_zero():
    with pytest.raises(ValueError, match="sample_weight must hold"):
        coder().fit(X).score(X, sample_weight=np.zeros(60))


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"corruption": "masking"},
        {"corruption": "gaussian"},
        {"corruption": "salt_and_pepper"},
        {"tied_weights": True},
        {"variational": True},
        {"output_activation": "identity"},
        {"normalization": "batch"},
        {"output_groups": {"binary": [0, 1]}},
    ],
    ids=str,
)
def test_streams_of_dense_and_sparse_chunks(kind):
    settings = {"learning_rate": "constant"} | kind
    wanted, forms = coder(4, 3, **settings), [HOLLOW, sp.csr_array(HOLLOW)]
    for _ in range(3):
        wanted.partial_fit(HOLLOW, X_val=HOLLOW)
    for first in (0, 1):
        ae = coder(4, 3, **settings)
        for i in range(3):
            ae.partial_fit(forms[(first + i) % 2], X_val=forms[(first + i + 1) % 2])
        assert_allclose(ae.predict(HOLLOW), wanted.predict(HOLLOW), rtol=1e-6, atol=1e-9)
        assert_allclose(ae.loss_curve_, wanted.loss_curve_, rtol=1e-6)
        for name in ("validation_loss", "validation_score"):
            assert_allclose(ae.history_[name], wanted.history_[name], rtol=1e-6)


def test_sparse_validation_rows_are_made_dense_in_slabs(monkeypatch):
    weight = np.r_[np.zeros(20), np.arange(1.0, 41.0)]
    for kind in ({}, {"output_activation": "identity"}):
        fits = []
        for numbers in (1 << 20, 35):
            monkeypatch.setattr(validation, "_SLAB_NUMBERS", numbers)
            ae = coder(4, 3, **kind).fit(
                HOLLOW, X_val=sp.csr_array(HOLLOW), sample_weight_val=weight
            )
            fits.append(ae.history_)
        for name in ("validation_loss", "validation_score"):
            assert_allclose(fits[0][name], fits[1][name], rtol=1e-9)


def test_sparse_labels_of_classifiers_too(monkeypatch):
    fits = []
    for numbers in (1 << 20, 35):
        monkeypatch.setattr(validation, "_SLAB_NUMBERS", numbers)
        net = MLPClassifier((4,), scoring="f1_macro", **FAST)
        y = sp.csr_array(LABELS)
        fits.append(net.fit(X, y, X_val=X, y_val=y).history_)
    for name in ("validation_loss", "validation_score", "score"):
        assert_allclose(fits[0][name], fits[1][name], rtol=1e-9)


KINDS = [
    {},
    {"variational": True},
    {"corruption": "gaussian"},
    {"tied_weights": True},
    {"early_stopping": True},
    {"pretrain": "layerwise"},
]


@pytest.mark.parametrize("x", [X, sp.csr_array(HOLLOW)], ids=["dense", "sparse"])
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_every_callback_and_resumption(kind, x, tmp_path):
    assert_checkpoints_go_on(coder(4, 3, **kind), tmp_path / "ae.ckpt", 8, X)


def test_classifiers_still_say_that_resume_needs_y(tmp_path):
    path = tmp_path / "net.ckpt"
    MLPClassifier((3,), **FAST, callbacks=[Checkpoint(path)]).fit(X, LABELS[:, 0])
    half = Checkpoint.load(path)
    half.run_.stop_reason = None
    with pytest.raises(ValueError, match="y"):
        half.resume(X)


def test_parameters_of_given_layers():
    ae = AutoEncoder(layers=[Dense(3, name="code")], **FAST)
    assert ae.set_params(code__units=4).fit(X).transform(X).shape == (60, 4)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"output_groups": {"binary": 3}}, "output_groups needs lists"),
        ({"output_groups": {"numeric": None}}, "output_groups needs lists"),
        ({"output_groups": {"binary": "ab"}}, "output_groups needs lists"),
        ({"output_groups": {"categorical": [0, 1]}}, "output_groups needs lists"),
        ({"output_groups": {"binary": [7]}}, "not a column of X"),
        ({"layers": [], "hidden_layer_sizes": (32,)}, "layers must hold"),
        ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": "3"}, "hidden_layer_sizes"),
    ],
)
def test_wrong_parameters(parameters, words):
    with pytest.raises((ValueError, TypeError), match=words):
        AutoEncoder(**{"hidden_layer_sizes": (3,)} | FAST | parameters).fit(X)


def test_what_the_encoder_decides_is_not_a_parameter():
    ae = coder().fit(X)
    for method in (ae.to_classifier, ae.to_regressor):
        with pytest.raises(ValueError, match=r"determines \['activation', 'weight_init'\]"):
            method(weight_init="auto", activation="tanh", max_iter=3)


@pytest.mark.parametrize("sizes", [(32,), (64, 8)])
def test_diagnostics_bear_a_start_at_components(sizes):
    # The output layer starts at its optimum, so its gradient is almost zero.
    x = load_digits().data[:600]
    coder = AutoEncoder(sizes, learning_rate="cosine", max_iter=60, random_state=0)
    coder.set_params(callbacks=[Diagnostics()]).fit(x)
    assert "exploding" not in coder.callbacks_[0].findings_
