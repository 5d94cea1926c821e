"""Autoencoders: tasks, contract, laws."""

import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder, MLPClassifier
from sknn.callbacks import Callback, Checkpoint
from sknn.estimators.fit.outliers import border
from sknn.initializers import Pretrained
from sknn.inspection import check_gradients
from sknn.layers import Dense, Dropout
from sknn.losses import AbsoluteError, Huber
from tests.checks.runs import (
    as_a_stream,
    assert_parts_make_the_whole,
    assert_same_progress,
    in_one_go,
)
from tests.estimators.data import X

UNIT = (X - X.min()) / (X.max() - X.min())
FAST = {"learning_rate": "cosine", "max_iter": 5, "random_state": 0}
KINDS = {
    "plain": {},
    "wide": {"hidden_layer_sizes": (8,)},
    "deep": {"hidden_layer_sizes": (6, 4, 2)},
    "tied": {"hidden_layer_sizes": (6, 2), "tied_weights": True},
    "gaussian": {"corruption": "gaussian", "corruption_level": 0.3},
    "masking": {"corruption": "masking"},
    "salt and pepper": {"corruption": "salt_and_pepper"},
    "kl": {"activation": "logistic", "sparsity": 0.1},
    "kl tanh": {"activation": "tanh", "sparsity": 0.4},
    "l1": {"sparsity": 0.1, "sparsity_weight": 0.01},
    "contractive": {"hidden_layer_sizes": (6, 3), "activation": "tanh", "contraction": 0.1},
    "variational": {"variational": True},
    "layerwise": {"hidden_layer_sizes": (6, 3), "pretrain": "layerwise"},
    "tied layerwise": {
        "hidden_layer_sizes": (6, 3),
        "pretrain": "layerwise",
        "tied_weights": True,
    },
    "batch norm": {"hidden_layer_sizes": (6, 3), "normalization": "batch"},
    "list": {"hidden_layer_sizes": (6, 3), "activation": ["relu", "identity"]},
    "layers": {"layers": [Dense(6), Dropout(0.1), Dense(3, name="code"), Dense(6)]},
    "robust": {"loss": Huber(0.5)},
}


def coder(kind="plain", **parameters):
    settings = FAST | {"hidden_layer_sizes": (3,)} | KINDS[kind] | parameters
    if "layers" in KINDS[kind]:
        settings.pop("hidden_layer_sizes")
    return AutoEncoder(**settings)


every_kind = pytest.mark.parametrize("kind", KINDS)


@every_kind
@pytest.mark.parametrize("x", [X, UNIT, UNIT.astype(np.float32)], ids=["real", "unit", "single"])
def test_shapes_and_precision(kind, x):
    if kind == "robust" and x is not X:
        pytest.skip("robust losses are for linear outputs")
    ae = coder(kind).fit(x)
    codes = ae.transform(x)
    assert codes.shape == (60, {"deep": 2, "tied": 2, "wide": 8}.get(kind, 3))
    for answer in (codes, ae.predict(x), ae.inverse_transform(codes), ae.score_samples(x)):
        assert answer.dtype == x.dtype
        assert np.isfinite(answer).all()
    assert_allclose(ae.inverse_transform(codes), ae.predict(x), rtol=1e-4, atol=1e-5)
    assert_allclose(ae.score_samples(x), -((ae.predict(x) - x) ** 2).mean(axis=1), rtol=1e-3)
    assert_allclose(ae.score(x), ae.score_samples(x).mean(), rtol=1e-5)
    assert ae.out_activation_ == ("identity" if x is X else "logistic")
    assert list(ae.get_feature_names_out())[0] == "autoencoder0"


@every_kind
@pytest.mark.parametrize("x", [X, UNIT], ids=["real", "unit"])
def test_gradients(kind, x):
    if kind == "robust" and x is not X:
        pytest.skip("robust losses are for linear outputs")
    # Differences across the kinks of relu are meaningless.
    smooth = ["tanh", "identity"] if kind == "list" else KINDS[kind].get("activation", "tanh")
    check_gradients(
        coder(kind, **({} if kind == "layers" else {"activation": smooth})), x[:20], None, tol=1e-5
    )


@every_kind
def test_parts_make_the_whole(kind):
    ae = coder(kind, learning_rate="constant", batch_size=16)
    if not KINDS[kind].get("pretrain"):
        assert_parts_make_the_whole(ae, 6, X)
        return
    # The length of pretraining follows the `max_iter` of the first call.
    assert_same_progress(in_one_go(ae, 6, X), as_a_stream(ae, 6, X))


@pytest.mark.parametrize(
    "kind", ["plain", "wide", "deep", "gaussian", "kl", "variational", "contractive"]
)
def test_sparse_rows_give_the_dense_network(kind):
    x = np.where(UNIT > 0.6, UNIT, 0.0)
    dense, sparse = coder(kind).fit(x), coder(kind).fit(sp.csr_array(x))
    assert_allclose(dense.transform(x), sparse.transform(sp.csr_matrix(x)), rtol=1e-6, atol=1e-9)
    assert_allclose(dense.score_samples(x), sparse.score_samples(sp.csc_array(x)), rtol=1e-6)
    scaled = coder(kind, output_activation="identity")
    assert np.isfinite(scaled.fit(sp.csr_array(5 * x), X_val=sp.csr_array(x)).predict(x)).all()
    with pytest.raises(TypeError, match="dense array of sparse X"):
        sparse.predict(sp.csr_array(x))


@pytest.mark.parametrize("kind", ["plain", "deep", "tied", "contractive", "kl", "batch norm"])
@pytest.mark.parametrize("x", [X, UNIT], ids=["real", "unit"])
def test_weights_are_repetitions(kind, x):
    counts = np.random.default_rng(0).integers(0, 4, len(x))
    weighted = coder(kind, batch_size=1000)
    repeated = clone(weighted)
    with pytest.warns(UserWarning, match="batch_size"):
        weighted.fit(x, sample_weight=counts)
        repeated.fit(np.repeat(x, counts, axis=0))
    assert_allclose(weighted.predict(x), repeated.predict(x), rtol=1e-6, atol=1e-8)
    assert_allclose(weighted.offset_, repeated.offset_, rtol=1e-6)


@pytest.mark.parametrize("sizes", [(3,), (12, 3), (7, 3), (12, 9, 2)])
@pytest.mark.parametrize("activation", ["relu", "identity", "leaky_relu", "silu", "gelu"])
@pytest.mark.parametrize("tied", [False, True])
def test_training_starts_at_principal_components(sizes, activation, tied):
    ae = AutoEncoder(sizes, activation, tied_weights=tied, random_state=0)
    ae.set_params(learning_rate_init=1e-12, max_iter=1, learning_rate="cosine").fit(X)
    pca = PCA(sizes[-1]).fit(X)
    expected = pca.inverse_transform(pca.transform(X))
    if tied and activation not in ("relu", "identity"):
        assert np.isfinite(ae.predict(X)).all()
        return
    if tied and activation == "identity" and max(sizes) >= 6:
        return  # Two units per component would add up to twice the component.
    # gelu and silu are straight lines to within a hundredth of a percent.
    assert_allclose(ae.predict(X), expected, atol=1e-3 if activation in ("silu", "gelu") else 1e-6)


@pytest.mark.parametrize("activation", ["tanh", "logistic", "softsign"])
def test_bounded_activations_start_near_principal_components(activation):
    ae = AutoEncoder((8, 3), activation, random_state=0)
    ae.set_params(learning_rate_init=1e-12, max_iter=1, learning_rate="cosine").fit(X)
    pca = PCA(3).fit(X)
    best = ((X - pca.inverse_transform(pca.transform(X))) ** 2).mean()
    assert -ae.score(X) < 1.2 * best


@pytest.mark.parametrize("k", [8, 16, 32])
def test_never_worse_than_components_on_digits(k):
    digits, _ = load_digits(return_X_y=True)
    A, B = train_test_split(digits, random_state=0)
    pca = PCA(k).fit(A)
    best = ((pca.inverse_transform(pca.transform(B)) - B) ** 2).mean()
    # One layer cannot do better; if steps only lead away from the start, the start is used.
    ae = AutoEncoder((k,), random_state=0).fit(A)
    assert ae.stop_reason_ == "converged"
    assert -ae.score(B) <= best * (1 + 1e-9)
    deep = AutoEncoder((128, k), learning_rate="cosine", max_iter=80, random_state=0).fit(A)
    assert -deep.score(B) < 0.97 * best


class FailOnce(Callback):
    def on_epoch_end(self, progress):
        if progress.run.epoch == 5:
            raise RuntimeError


def test_a_start_that_is_used_is_not_where_training_continues(tmp_path):
    digits = load_digits().data[:400]
    settings = {"hidden_layer_sizes": (16,), "random_state": 0}
    whole = AutoEncoder(**settings).fit(digits)
    warm = AutoEncoder(**settings, warm_start=True).fit(digits)
    assert whole.stop_reason_ == "converged"
    assert_array_equal(whole.predict(digits), warm.predict(digits))
    assert np.abs(warm.run_.theta - warm.run_.start).max() > 0
    assert whole.run_.start is None  # a plain fit keeps nothing from which to continue
    # The components of the first chunk say little about later ones.
    assert AutoEncoder(**settings).partial_fit(digits).run_.start is None

    path = tmp_path / "run.ckpt"
    killed = AutoEncoder(**settings, callbacks=[Checkpoint(path), FailOnce()])
    with pytest.raises(RuntimeError):
        killed.fit(digits)
    resumed = Checkpoint.load(path, trusted=[FailOnce]).set_params(callbacks=None)
    resumed.resume(digits)
    assert resumed.n_iter_ == whole.n_iter_
    assert_array_equal(resumed.predict(digits), whole.predict(digits))


@pytest.mark.parametrize("k", [8, 16, 32])
def test_better_than_components_on_grey_values(k):
    digits, _ = load_digits(return_X_y=True)
    A, B = train_test_split(digits / 16, random_state=0)
    pca = PCA(k).fit(A)
    best = ((pca.inverse_transform(pca.transform(B)) - B) ** 2).mean()
    ae = AutoEncoder((k,), loss="squared_error", random_state=0).fit(A)
    assert -ae.score(B) < 0.95 * best


def test_the_scale_of_x_does_not_matter():
    one, other = coder("deep").fit(X), coder("deep").fit(1000 * X)
    assert_allclose(1000 * one.predict(X), other.predict(1000 * X), rtol=1e-5, atol=1e-3)
    for name in ("loss_curve_",):
        assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-6)


def test_a_plain_pass_over_coefs_is_the_prediction():
    ae = coder("deep", activation="tanh").fit(5 * X)
    h = 5 * X
    for W, b in zip(ae.coefs_[:-1], ae.intercepts_, strict=False):
        h = np.tanh(h @ W + b)
    assert_allclose(h @ ae.coefs_[-1] + ae.intercepts_[-1], ae.predict(5 * X), rtol=1e-9)


def test_tied_weights_are_one_array():
    ae = coder("tied").fit(X)
    first, second, third, last = ae.coefs_
    assert_array_equal(first, last.T)
    assert_array_equal(second, third.T)
    assert ae.n_parameters_ == 5 * 6 + 6 * 2 + 6 + 2 + 6 + 5
    assert "decoder0" in ae.summary()


@pytest.mark.parametrize("corruption", ["gaussian", "masking", "salt_and_pepper"])
def test_denoising_learns_to_mend(corruption):
    rng = np.random.default_rng(0)
    clean = rng.standard_normal((600, 2)) @ rng.standard_normal((2, 12))
    noisy = clean + 0.5 * rng.standard_normal(clean.shape)
    if corruption != "gaussian":
        gone = rng.random(clean.shape) < 0.2
        noisy = np.where(gone, 0.0 if corruption == "masking" else clean.max(), clean)
    settings = {"max_iter": 60, "learning_rate_init": 0.01, "learning_rate": "cosine"}
    ae = AutoEncoder((24,), corruption=corruption, corruption_level=0.5, random_state=0, **settings)
    if corruption != "gaussian":
        ae.set_params(corruption_level=0.2)
    mended = ae.fit(clean).predict(noisy)
    assert ((mended - clean) ** 2).mean() < 0.5 * ((noisy - clean) ** 2).mean()


def test_sparsity_makes_units_quiet():
    settings = FAST | {"max_iter": 800, "learning_rate_init": 0.05, "activation": "logistic"}
    loud = AutoEncoder((8,), **settings).fit(X).transform(X).mean()
    quiet = AutoEncoder((8,), sparsity=0.05, **settings).fit(X).transform(X).mean()
    assert quiet < 0.15 < loud


def test_contraction_flattens_the_encoder():
    settings = FAST | {"max_iter": 300, "learning_rate_init": 0.02, "activation": "tanh"}
    settings["weight_init"] = "glorot_uniform"

    def slope(ae):
        h = ae.transform(X)
        return (((1 - h**2) ** 2) @ (ae.coefs_[0] ** 2).sum(axis=0)).mean()

    steep = slope(AutoEncoder((4,), **settings).fit(X))
    flat = slope(AutoEncoder((4,), contraction=1.0, **settings).fit(X))
    assert flat < 0.5 * steep


def test_variational_codes_can_be_drawn():
    ae = coder("variational", max_iter=100, learning_rate_init=0.01).fit(X)
    drawn = ae.sample(500, random_state=0)
    assert drawn.shape == (500, 5)
    assert_array_equal(drawn, ae.sample(500, random_state=0))
    history = ae.history_
    assert history["elbo"][-1] > history["elbo"][0]
    assert (history["kl"] >= 0).all()
    # The elbo is the loss in nats: half squared errors, divergence, constant of the density.
    error = history["loss"] * 5 - history["kl"]
    expected = -error - history["kl"] - 2.5 * np.log(2 * np.pi)
    assert_allclose(history["elbo"], expected, rtol=1e-3)
    assert not hasattr(coder(), "sample")


def test_mixed_columns_of_a_table():
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 200)
    frame = pd.DataFrame({"size": kind + 0.1 * rng.standard_normal(200)})
    frame["big"] = (kind == 2).astype(float)
    for k in range(3):
        frame[f"kind{k}"] = (kind == k).astype(float)
    groups = {"binary": ["big"], "categorical": [["kind0", "kind1", "kind2"]]}
    ae = AutoEncoder(
        (8, 2), output_groups=groups, learning_rate="cosine", max_iter=150, random_state=0
    )
    ae.set_params(learning_rate_init=0.01, dtype="float32").fit(frame)
    back = ae.predict(frame)
    assert_allclose(back[:, 2:].sum(axis=1), 1.0, rtol=1e-5)
    assert (back[:, 2:].argmax(axis=1) == kind).mean() > 0.95
    assert ((back[:, 1] > 0.5) == (kind == 2)).mean() > 0.95
    check_gradients(clone(ae), frame, None)
    with pytest.raises(ValueError, match="'size' more than once|more than once"):
        clone(ae).set_params(output_groups={"binary": ["big", "big"]}).fit(frame)
    with pytest.raises(ValueError, match="not a column of X"):
        clone(ae).set_params(output_groups={"binary": ["age"]}).fit(frame)
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        clone(ae).set_params(output_groups={"binary": ["size"]}).fit(frame)


def test_outliers():
    strange = np.vstack([X, 10 * np.ones((3, 5)) * [1, -1, 1, -1, 1]])
    ae = coder(contamination=0.05, max_iter=50).fit(X)
    assert_array_equal(ae.predict_outlier(strange)[-3:], -1)
    assert_allclose(ae.decision_function(X), ae.score_samples(X) - ae.offset_)
    assert (ae.predict_outlier(X) == -1).mean() == pytest.approx(0.05, abs=1 / len(X))
    found = coder(max_iter=50).fit(X).predict_outlier(X)
    assert (found == -1).mean() == pytest.approx(0.1, abs=1 / len(X))


@pytest.mark.parametrize("share", [0.01, 0.05, 0.07, 0.1, 0.25, 0.3, 0.45, 0.5])
@pytest.mark.parametrize("n", [1, 2, 3, 10, 11, 14, 20, 30, 99, 100, 101, 150])
def test_the_border_of_abnormal_rows_is_that_of_an_isolation_forest(n, share):
    scores = np.random.default_rng(n).normal(size=n)
    found = border(scores, None, share)
    assert found == pytest.approx(np.percentile(scores, 100 * share), rel=1e-8, abs=1e-9)
    whole = round(share * n)
    if np.isclose(share * n, whole):
        assert (scores < found).sum() == whole * (n > 1)
    assert (scores < found).sum() == (scores < np.percentile(scores, 100 * share)).sum()


@pytest.mark.parametrize("seed", range(5))
def test_the_border_takes_weights_as_repetitions(seed):
    rng = np.random.default_rng(seed)
    scores, counts = rng.normal(size=60).round(1), rng.integers(0, 4, 60)
    for share in rng.uniform(0.01, 0.5, 10):
        found = border(scores, counts, share)
        assert found == pytest.approx(border(np.repeat(scores, counts), None, share), rel=1e-9)
        assert found == pytest.approx(border(scores, counts / 7, share), rel=1e-9)
    assert border(np.full(5, 2.0), None, 0.3) == 2.0


def test_the_border_takes_scores_for_one_that_rounding_has_parted():
    scores = np.array([-3.0, -2.0, -2.0 + 1e-12, -1.0, -0.5])
    for share in (0.2, 0.3, 0.5):
        exact = border(np.array([-3.0, -2.0, -1.0, -0.5]), np.array([1, 2, 1, 1]), share)
        assert border(scores, None, share) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("contamination", [0.01, 0.05, 0.1, "auto", 0.3])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_so_many_rows_are_abnormal(dtype, contamination):
    rows = np.random.default_rng(0).standard_normal((100, 4)).astype(dtype)
    ae = coder(contamination=contamination, max_iter=5).fit(rows)
    share = 0.1 if contamination == "auto" else contamination
    assert (ae.predict_outlier(rows) == -1).sum() == round(100 * share)
    assert_allclose(ae.offset_, np.percentile(ae.score_samples(rows), 100 * share), rtol=1e-5)
    twice = clone(ae).fit(rows, sample_weight=np.full(100, 2.0))
    assert (twice.predict_outlier(rows) == -1).sum() == round(100 * share)


def test_a_checkpoint_knows_what_is_abnormal(tmp_path):
    path = tmp_path / "ae.ckpt"
    model = coder(callbacks=[Checkpoint(path)]).fit(X)
    loaded = Checkpoint.load(path)
    assert_array_equal(loaded.decision_function(X), model.decision_function(X))
    assert_array_equal(loaded.resume(X).predict_outlier(X), model.predict_outlier(X))


@pytest.mark.parametrize("rows", [1000 * X, sp.csr_matrix(1000 * X)], ids=["dense", "sparse"])
def test_rows_held_out_are_compared_in_the_units_they_are_trained_in(rows):
    model = coder(early_stopping=True).fit(rows)
    loss, score = model.history_["validation_loss"], model.history_["validation_score"]
    # Half a mean squared error, of rows divided by the scale.
    assert_allclose(2 * loss * model._targets.scale**2, -score, rtol=1e-6)
    assert loss[-1] < 1


def test_validation_and_early_stopping():
    settings = {"max_iter": 60, "learning_rate_init": 0.02, "early_stopping": True}
    ae = coder("deep", **settings).fit(X)
    assert len(ae.history_["validation_loss"]) == ae.n_iter_
    ae = coder("deep", **settings).fit(X[:40], X_val=X[40:])
    best = ae.history_["validation_score"].max()
    assert_allclose(ae.score(X[40:]), best, rtol=0.2)
    with pytest.raises(ValueError, match="without a validation set"):
        coder(early_stopping=True).partial_fit(X)
    coder(early_stopping=True).partial_fit(X, X_val=X)
    with pytest.raises(ValueError, match="X_val"):
        coder().fit(X, X_val=X[:, :3])


def test_transfer_to_supervised_networks():
    ae = AutoEncoder((8, 4), **FAST).fit(X)
    y = (X[:, 0] > 0).astype(int)
    net = ae.to_classifier(freeze=["hidden0"], **FAST).fit(X, y)
    assert isinstance(net, MLPClassifier)
    assert_array_equal(net.coefs_[0], ae.coefs_[0])
    started = ae.to_regressor(**FAST).initialize(X, X[:, 0])
    assert_allclose(started.transform(X), ae.transform(X), rtol=1e-9, atol=1e-12)
    assert clone(net).get_params()["weight_init"] is net.weight_init
    with pytest.raises(ValueError, match="to_classifier"):
        coder("variational").fit(X).to_classifier()
    with pytest.raises(NotFittedError):
        coder().to_classifier()


def test_in_a_pipeline_and_a_search():
    pipe = make_pipeline(StandardScaler(), coder("deep")).set_output(transform="pandas")
    assert pipe.fit_transform(X).shape == (60, 2)
    grid = {"hidden_layer_sizes": [(4,), (8, 2)], "corruption": [None, "masking"]}
    search = GridSearchCV(coder(), grid, cv=2, n_jobs=2, error_score="raise").fit(X)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_number_of_features_in_a_stream():
    ae = coder().partial_fit(X)
    with pytest.raises(ValueError, match="4 features"):
        ae.partial_fit(X[:, :4])
    with pytest.raises(ValueError, match="codes of 3 numbers"):
        ae.inverse_transform(X)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"hidden_layer_sizes": ()}, "hidden_layer_sizes must hold at least one size"),
        ({"corruption": "dust"}, "'corruption' parameter"),
        ({"corruption": "masking", "corruption_level": 1.5}, "corruption_level"),
        ({"sparsity": 1.0}, "'sparsity' parameter"),
        ({"contamination": 0.7}, "'contamination' parameter"),
        ({"contraction": 0.1, "activation": "gelu"}, "contraction"),
        ({"variational": True, "tied_weights": True}, "variational"),
        ({"tied_weights": True, "normalization": "batch"}, "tied_weights"),
        ({"output_activation": "identity", "loss": "log_loss"}, "log_loss"),
        ({"loss": "hinge"}, "'loss' parameter"),
        ({"loss": Huber(), "output_activation": "logistic"}, "multilabel"),
        ({"output_groups": ["a"]}, "output_groups"),
        ({"layers": [Dense(3)], "hidden_layer_sizes": (32,), "tied_weights": True}, "tied_weights"),
        ({"layers": [Dense(3)]}, "hidden_layer_sizes"),
        ({"pretrain": "all"}, "'pretrain' parameter"),
        ({"solver": "lbfgs", "corruption": "masking"}, "lbfgs"),
        ({"output_activation": "logistic"}, "between 0 and 1"),
    ],
)
def test_wrong_parameters(parameters, words):
    with pytest.raises((ValueError, TypeError), match=words):
        AutoEncoder(**{"hidden_layer_sizes": (3,)} | parameters).fit(X)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_lbfgs_and_every_solver():
    for solver in ("lbfgs", "sgd", "adamw", "lion"):
        ae = coder("deep", solver=solver, learning_rate="constant", max_iter=40)
        assert np.isfinite(ae.fit(X).predict(X)).all()


def test_using_all_epochs_is_not_a_failure_unless_tol_is_set():
    ae = coder("deep", learning_rate="constant").fit(X)
    assert ae.n_iter_ == 5 and ae.stop_reason_ == "max_iter"
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        ae.set_params(tol=1e-4).fit(X)


def test_the_pickle_of_a_plain_fit_is_small():
    digits, _ = load_digits(return_X_y=True)
    ae = AutoEncoder((64,), **FAST).fit(digits.astype(np.float32))
    assert len(pickle.dumps(ae)) < 1.25 * ae.network_.theta.nbytes


def test_an_unfitted_coder():
    for method in ("transform", "predict", "score_samples", "inverse_transform"):
        with pytest.raises(NotFittedError):
            getattr(coder(), method)(X)


def test_a_failed_fit_leaves_the_coder_as_it_was():
    ae = coder().fit(X)
    before = ae.predict(X)
    with pytest.raises(ValueError, match="Solver produced non-finite"):
        ae.set_params(learning_rate_init=1e200, solver="sgd").fit(X)
    assert_array_equal(ae.predict(X), before)


def test_pre_trained_layers_keep_their_warnings_to_themselves():
    # FAST uses a cosine, at whose end nothing has to converge; a warning would be an error.
    settings = {"learning_rate": "constant", "max_iter": 1000, "tol": 0.01, "random_state": 0}
    AutoEncoder((4, 2), pretrain="layerwise", n_iter_no_change=300, **settings).fit(X)


def test_an_interrupt_in_pretraining_ends_the_call(monkeypatch):
    codec = "sknn.estimators.autoencoder.layers._shallow"

    class Interrupt(Callback):
        def on_epoch_end(self, progress):
            raise KeyboardInterrupt

    shallow = AutoEncoder(2, callbacks=[Interrupt()], **FAST)
    monkeypatch.setattr(codec, lambda *settings: clone(shallow))
    whole = AutoEncoder((2,), pretrain="layerwise", **FAST)
    with pytest.raises(KeyboardInterrupt):
        whole.fit(X)
    assert not hasattr(whole, "network_")


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_a_logistic_output_needs_shares(form):
    for settings in ({}, {"loss": "squared_error"}):
        with pytest.raises(ValueError, match="X holds numbers from .*output_activation='identity'"):
            AutoEncoder(2, output_activation="logistic", **settings, **FAST).fit(form(X))
    streamed = AutoEncoder(2, **FAST).partial_fit(form(UNIT))
    before = streamed.network_.theta.copy()
    with pytest.raises(ValueError, match="X holds numbers from"):
        streamed.partial_fit(form(5 * UNIT))
    assert_array_equal(streamed.network_.theta, before)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_groups_need_shares(form):
    with pytest.raises(ValueError, match="must lie between 0 and 1"):
        AutoEncoder(2, output_groups={"binary": [0]}, **FAST).fit(form(X))


def test_a_row_of_weight_zero_may_be_out_of_range():
    rows, weight = np.vstack([UNIT, 7 + UNIT[:1]]), np.append(np.ones(len(UNIT)), 0)
    absent = AutoEncoder(2, **FAST).fit(rows, sample_weight=weight)
    assert_allclose(absent.predict(UNIT), AutoEncoder(2, **FAST).fit(UNIT).predict(UNIT))


@pytest.mark.parametrize("corruption", ["gaussian", "salt_and_pepper"])
def test_damage_is_done_in_the_units_of_the_rows(corruption):
    level = 0.3
    small = AutoEncoder(3, corruption=corruption, corruption_level=level, **FAST).fit(X)
    unit = 64.0 if corruption == "gaussian" else 1.0
    large = clone(small).set_params(corruption_level=level * unit).fit(64 * X)
    assert_allclose(small.loss_curve_, large.loss_curve_, rtol=1e-6)


@pytest.mark.parametrize("kind", ["plain", "deep", "variational", "layerwise", "batch"])
@pytest.mark.parametrize("loss", ["auto", AbsoluteError()], ids=str)
def test_training_does_not_depend_on_units(kind, loss):
    batch = {"normalization": "batch"} if kind == "batch" else {}
    parameters = (KINDS | {"batch": {}})[kind] | batch
    settings = FAST | {"hidden_layer_sizes": (3,), "weight_init": "glorot_uniform", "loss": loss}
    model = AutoEncoder(**settings | parameters).fit(X + 3)
    large = clone(model).fit(64 * (X + 3))
    assert_allclose(large.loss_curve_, model.loss_curve_, rtol=1e-6)


def test_pre_trained_layers_are_where_training_starts():
    settings = FAST | {"weight_init": "glorot_uniform", "learning_rate_init": 0.02}
    first, last, start = 0.0, 0.0, 0.0
    for seed in range(4):
        settings["random_state"] = seed
        shallow = AutoEncoder((3,), **settings | {"max_iter": 10}).fit(X)
        whole = AutoEncoder((3,), **settings | {"max_iter": 40}, pretrain="layerwise").fit(X)
        first += shallow.loss_curve_[0]
        last += shallow.loss_curve_[-1]
        start += whole.loss_curve_[0]
    assert start < 1.2 * last
    assert last < 0.85 * first


@pytest.mark.parametrize("layers", [None, ["hidden0"], ["decoder0"], ["hidden0", "output"]])
def test_layers_come_over_in_the_units_of_the_rows(layers):
    rows = 64 * X
    source = coder("deep").fit(rows)
    still = FAST | {"learning_rate_init": 1e-12, "max_iter": 1}
    start = Pretrained(source, layers=layers)
    model = AutoEncoder((6, 4, 2), weight_init=start, **still).fit(rows)
    assert model.loss_ < 5
    for name in layers or source.get_weights():
        for one, other in zip(
            model.get_weights()[name].values(), source.get_weights()[name].values(), strict=True
        ):
            assert_allclose(one, other, rtol=1e-6, atol=1e-9)
