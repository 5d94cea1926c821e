"""A code that could copy X loses the components of low variance."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.datasets import load_wine
from sklearn.decomposition import PCA
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import minmax_scale, scale

from sknn import AutoEncoder
from sknn.activations import ReLU
from sknn.estimators.fit.block import fit_block
from sknn.layers import Dense
from sknn.losses import AbsoluteError
from tests.estimators.autoencoder.test_automatic import BITS, GRAY, X

WINE = scale(load_wine().data)
# Twelve columns of rank four.
FLAT = np.random.default_rng(1).normal(size=(80, 4)) @ np.random.default_rng(2).normal(size=(4, 12))

ROWS = {"X": X, "GRAY": GRAY, "BITS": BITS, "FLAT": FLAT}


def kept(x, lost=0.01):
    """Return the components of rows, and the share that is kept of each."""
    pca = PCA().fit(x)
    variance = pca.explained_variance_ * (1 - 1 / len(x))
    least = lost * x.var(axis=0).mean()
    return pca, np.maximum(1 - least / np.maximum(variance, least), 0.0)


@pytest.mark.parametrize("unit", [1e-100, 0.001, 1.0, 1e100])
@pytest.mark.parametrize("activation", ["auto", "identity"])
def test_every_component_loses_one_percent_of_the_mean_variance(unit, activation):
    x = unit * WINE
    ae = AutoEncoder(activation=activation, random_state=0).fit(x)
    pca, share = kept(x)
    assert ae.stop_reason_ == "converged"
    assert_allclose(
        ae.predict(x), pca.inverse_transform(share * pca.transform(x)), atol=1e-8 * unit
    )
    assert_allclose(ae.score_samples(x), -((ae.predict(x) - x) ** 2).mean(axis=1), rtol=1e-6)


@pytest.mark.filterwarnings("ignore::sknn.exceptions.DataScaleWarning")
@pytest.mark.parametrize("x", [1e-200 * WINE, 1e-30 * WINE.astype("f"), np.ones((20, 3)), WINE[:2]])
def test_extreme_rows_can_be_fitted(x):
    assert np.isfinite(AutoEncoder(random_state=0).fit(x).predict(x)).all()
    assert np.isfinite(AutoEncoder(8, random_state=0).fit(x).predict(x)).all()


@pytest.mark.parametrize(
    ("rows", "settings", "is_wide"),
    [
        ("X", {}, True),
        ("GRAY", {}, True),
        ("X", {"hidden_layer_sizes": 5}, True),
        ("X", {"hidden_layer_sizes": 4}, False),
        ("FLAT", {"hidden_layer_sizes": 6}, True),
        ("FLAT", {"hidden_layer_sizes": 4}, False),
        # More than twice as many columns as units are not examined.
        ("FLAT", {"hidden_layer_sizes": 5}, False),
        ("X", {"activation": ["relu"]}, True),
        ("X", {"activation": ReLU()}, True),
        ("X", {"contraction": 0.0}, False),
        ("X", {"hidden_layer_sizes": (16, 8)}, False),
        ("X", {"layers": [Dense(8, name="code")]}, False),
        ("X", {"tied_weights": True}, False),
        ("X", {"corruption": "gaussian"}, False),
        ("X", {"sparsity": 0.1}, False),
        ("X", {"normalization": "batch"}, False),
        ("X", {"variational": True}, False),
        ("X", {"activation": "tanh"}, False),
        ("X", {"loss": AbsoluteError()}, False),
        ("BITS", {}, False),
    ],
)
def test_what_auto_means(rows, settings, is_wide):
    ae = AutoEncoder(**settings, max_iter=1, random_state=0).fit(ROWS[rows])
    strengths = {getattr(layer, "contraction", 0.0) for layer in ae.network_.layers}
    assert strengths == {ae._targets.contraction} if is_wide else strengths == {0.0}
    assert (ae._targets.lost > 0) == is_wide


def test_a_number_is_for_the_encoder_alone():
    ae = AutoEncoder(contraction=0.5, max_iter=1, random_state=0).fit(X)
    assert [layer.contraction for layer in ae.network_.layers] == [0.5, 0.0]


@pytest.mark.parametrize("rescale", [scale, minmax_scale])
def test_errors_tell_outliers_from_other_rows(rescale):
    rng = np.random.default_rng(0)
    abnormal = np.arange(400) < 28
    x = rng.normal(size=(400, 3)) @ rng.normal(size=(3, 9)) + 0.2 * rng.normal(size=(400, 9))
    # Each number is usual, but not together with the others.
    x[abnormal] = rng.permuted(x[abnormal], axis=0)
    x = rescale(x)
    copies, loses = (AutoEncoder(contraction=c, random_state=0).fit(x) for c in (0.0, "auto"))
    found = [roc_auc_score(abnormal, -ae.score_samples(x)) for ae in (copies, loses)]
    assert found[1] > max(0.85, found[0] + 0.1)
    assert -loses.score(x) < 0.01 * x.var(axis=0).mean()


def test_the_first_rows_of_a_stream_decide():
    ae = AutoEncoder(6, random_state=0).partial_fit(FLAT)
    rich = ae.partial_fit(np.random.default_rng(3).normal(size=(80, 12)))
    assert rich.network_.layers[0].contraction > 0


def test_it_is_trained_alone():
    def members():
        return [AutoEncoder(alpha=alpha, random_state=0, max_iter=3) for alpha in (0.1, 1.0)]

    alone = [ae.fit(X) for ae in members()]
    for ae, other in zip(fit_block(members(), X), alone, strict=True):
        assert_allclose(ae.predict(X), other.predict(X), rtol=1e-12)
