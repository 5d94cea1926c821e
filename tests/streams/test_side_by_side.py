"""Blocks trained side by side: what the result depends on, and what is refused."""

import io

import joblib
import numpy as np
import pytest
import scipy.sparse as sp
from numpy.testing import assert_allclose, assert_array_equal

from sknn import (
    GAN,
    AutoEncoder,
    BernoulliRBM,
    CNNClassifier,
    DBNRegressor,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
    RNNRegressor,
    TabularMLPClassifier,
)
from sknn.callbacks import Callback, Checkpoint, WeightAveraging
from sknn.layers import BatchNorm, Dense
from sknn.streams import fit_blocks

da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
pd = pytest.importorskip("pandas")

pytestmark = pytest.mark.bits

rng = np.random.default_rng(0)
CUT = (30, 30, 25, 15)
ENDS = np.cumsum([0, *CUT])
SLICES = [slice(start, stop) for start, stop in zip(ENDS[:-1], ENDS[1:], strict=True)]
X = rng.standard_normal((100, 4))
y = (X[:, 0] > 0).astype(int)
weight = rng.uniform(0.5, 2.0, 100)
LAZY = da.from_array(X, (CUT, (4,)))
PARTS = [(X[rows], y[rows], weight[rows]) for rows in SLICES]
SMALL = {"batch_size": 8, "random_state": 0}


def small(**more):
    return MLPClassifier((6,), **SMALL, **more)


def trained(net, X=LAZY, y=y, weight=weight, **more):
    more = {"epochs": 2, "together": 3, "classes": [0, 1]} | more
    return fit_blocks(net, X, y, weight, **more)


def parts(net):
    return fit_blocks(net, PARTS, epochs=2, together=3, classes=[0, 1])


def jumped(generator, times):
    return np.random.Generator(generator.bit_generator.jumped(times))


def by_hand(net, rounds):
    """Train a regressor with partial_fit alone, and average the results."""
    net = net.initialize(X[rounds[0][0]], y[rounds[0][0]])
    for blocks in rounds:
        copies = []
        for j, rows in enumerate(blocks):
            twin = joblib.load(joblib_bytes(net))
            for name in ("order", "noise") if j else ():
                setattr(twin.run_.streams, name, jumped(getattr(net.run_.streams, name), j))
            copies.append(twin.partial_fit(X[rows], y[rows]))
        shares = np.array([rows.stop - rows.start for rows in blocks], float)
        shares /= shares.sum()
        net = copies[0]
        state = {
            name: sum(s * c.run_.optimizer_state[name] for s, c in zip(shares, copies, strict=True))
            for name in net.run_.optimizer_state
        }
        theta = sum(s * c.network_.theta for s, c in zip(shares, copies, strict=True))
        net.network_.theta[...] = theta
        net.run_.optimizer_state = state
        net.run_.optimizer_step = max(each.run_.optimizer_step for each in copies)
    return net


def joblib_bytes(net):
    buffer = io.BytesIO()
    joblib.dump(net, buffer)
    buffer.seek(0)
    return buffer


def test_a_round_is_the_mean_of_copies():
    net = MLPRegressor(hidden_layer_sizes=(6,), dropout=0.1, normalize_y=False, **SMALL)
    there = fit_blocks(net, [(X[rows], y[rows]) for rows in SLICES], epochs=2, together=2)
    here = by_hand(
        MLPRegressor(**net.get_params(deep=False)), [SLICES[:2], SLICES[2:], SLICES[:2], SLICES[2:]]
    )
    assert_allclose(there.network_.theta, here.network_.theta, rtol=1e-12, atol=1e-15)
    assert there.t_ == 200 and len(there.history_["loss"]) == 4


def test_together_1_is_the_stream():
    net, twin = small(dropout=0.1), small(dropout=0.1)
    trained(net, together=1)
    for _ in range(2):
        for part in PARTS:
            twin.partial_fit(*part, classes=[0, 1])
    assert_array_equal(net.network_.theta, twin.network_.theta)
    assert_array_equal(net.loss_curve_, twin.loss_curve_)
    for rows in SLICES:
        net.partial_fit(X[rows], y[rows])
        twin.partial_fit(X[rows], y[rows])
    assert_array_equal(net.network_.theta, twin.network_.theta)


def test_a_round_of_one_block_is_that_block():
    net = fit_blocks(small(dropout=0.1), PARTS, epochs=2, together=4, classes=[0, 1])
    first, more = small(dropout=0.1), {"epochs": 1, "classes": [0, 1]}
    fit_blocks(first, PARTS[:1], together=2, **more)
    assert_array_equal(
        first.network_.theta, small(dropout=0.1).partial_fit(*PARTS[0], [0, 1]).network_.theta
    )
    assert not np.array_equal(first.network_.theta, net.network_.theta)


def test_jobs_give_the_same():
    here = trained(small(dropout=0.1))
    with joblib.parallel_config("threading", n_jobs=2):
        there = trained(small(dropout=0.1))
    assert_array_equal(here.network_.theta, there.network_.theta)
    assert_array_equal(here.loss_curve_, there.loss_curve_)


FRAME = pd.DataFrame(X, columns=list("abcd"))
SOURCES = {
    "iterable": (PARTS,),
    "rows and y in memory": ([X[rows] for rows in SLICES], y, weight),
    "lazy y": (LAZY, da.from_array(y, (CUT,)), weight),
    "y cut elsewhere": (LAZY, da.from_array(y, 17), da.from_array(weight, 100)),
    "not counted": (dd.from_map(lambda i: FRAME[SLICES[i]], range(4)).to_dask_array(), y, weight),
}


@pytest.mark.parametrize("source", SOURCES)
def test_blocks_come_from_anywhere(source):
    net = fit_blocks(small(), *SOURCES[source], epochs=2, together=3, classes=[0, 1])
    assert_array_equal(net.network_.theta, trained(small()).network_.theta)


def test_an_object_may_start_over():
    class Batches:
        def __iter__(self):
            yield from PARTS

    net = fit_blocks(small(), Batches(), epochs=2, together=3, classes=[0, 1])
    assert_array_equal(net.network_.theta, parts(small()).network_.theta)


def test_empty_and_weightless_blocks_do_not_count():
    rows = [PARTS[0], (X[:0], y[:0], weight[:0]), (X[:9], y[:9], np.zeros(9)), PARTS[1]]
    net = fit_blocks(small(shuffle=False), rows, together=4, classes=[0, 1])
    twin = fit_blocks(small(shuffle=False), [PARTS[0], PARTS[1]], together=2, classes=[0, 1])
    assert_array_equal(net.network_.theta, twin.network_.theta)
    assert net.t_ == 60
    # A round in which no row counts is not a round, wherever it comes.
    late = fit_blocks(small(), [rows[1], rows[2], PARTS[0], PARTS[1]], together=2, classes=[0, 1])
    assert_array_equal(
        late.network_.theta,
        fit_blocks(small(), PARTS[:2], together=2, classes=[0, 1]).network_.theta,
    )
    with pytest.raises(ValueError, match="X has no rows"):
        fit_blocks(small(), rows[1:2], together=2, classes=[0, 1])


SEQUENCES = [[rng.standard_normal((n, 2)) for n in (3, 5, 4) * 4] for _ in range(3)]
BINARY = [(x > 0) * 1.0 for x, *_ in PARTS]
LABELS = np.arange(30) % 2
IMAGES = [(rng.standard_normal((12, 6, 6)), LABELS[:12]) for _ in range(3)]
FAMILIES = {
    "members": (MLPClassifier((4,), n_members=3, dropout=0.1, **SMALL), PARTS, True),
    "batch norm": (MLPClassifier(layers=[Dense(4), BatchNorm()], **SMALL), PARTS, True),
    "class weights": (small(class_weight={0: 1.0, 1: 3.0}), PARTS, True),
    "scaled y": (
        MLPRegressor(hidden_layer_sizes=(4,), **SMALL),
        [(x, 40 + 9 * t, w) for x, t, w in PARTS],
        False,
    ),
    "float32": (small(dtype="float32"), PARTS, True),
    "sparse": (small(), [(sp.csr_array(x * (x > 0)), t, w) for x, t, w in PARTS], True),
    "adaptive rate": (small(solver="sgd", learning_rate="adaptive"), PARTS, True),
    "table": (TabularMLPClassifier(random_state=0), PARTS, True),
    "autoencoder": (AutoEncoder((2,), **SMALL), [x for x, _, _ in PARTS], False),
    "machine": (
        BernoulliRBM(3, persistent=True, **SMALL),
        [(x > 0) * 1.0 for x, *_ in PARTS],
        False,
    ),
    "beliefs": (DBNRegressor((3,), **SMALL), [(x, LABELS[: len(x)]) for x in BINARY], False),
    "images": (CNNClassifier(random_state=0), IMAGES, True),
    "sequences": (RNNClassifier(random_state=0), [(x, LABELS[:12]) for x in SEQUENCES], True),
    "two networks": (
        GAN(latent_dim=2, batch_size=8, random_state=0),
        [x for x, *_ in PARTS],
        False,
    ),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.filterwarnings("ignore:.*(scale|batch_size)")
def test_every_family_may_be_trained_so(family):
    net, blocks, labels = FAMILIES[family]
    more = {"classes": [0, 1]} if labels else {}
    net = type(net)(**net.get_params(deep=False))
    net = fit_blocks(net, blocks, epochs=2, together=2, **more)
    n_rounds = 2 * -(-len(blocks) // 2)
    assert net.run_.epoch == n_rounds and np.isfinite(net.network_.theta).all()
    twin = type(net)(**net.get_params(deep=False))
    with joblib.parallel_config("threading", n_jobs=3):
        twin = fit_blocks(twin, blocks, epochs=2, together=2, **more)
    assert_array_equal(twin.network_.theta, net.network_.theta)
    assert_array_equal(twin.history_["loss"], net.history_["loss"])


def test_chains_are_states_and_no_means():
    net, blocks, _ = FAMILIES["machine"]
    net = fit_blocks(net, blocks, together=2)
    assert set(np.unique(net.network_.params[0]["chains"])) <= {0.0, 1.0}


def test_weights_are_averaged_in_the_units_of_training():
    net, blocks, _ = FAMILIES["scaled y"]
    net = fit_blocks(MLPRegressor(**net.get_params(deep=False)), blocks, together=2)
    served = net.network_.copy()
    served.load(net.run_.theta)
    net._targets.to_user_units(served, net._loss)
    assert_array_equal(served.theta, net.network_.theta)
    # A later call continues from there.
    assert fit_blocks(net, blocks, together=2).run_.epoch == 4


def test_validation_is_that_of_the_mean():
    net = trained(small(), epochs=1, X_val=X, y_val=y)
    losses = net.history_["validation_loss"]
    assert len(losses) == 2
    p = np.clip(net.predict_proba(X)[:, 1], 1e-12, 1)
    assert losses[-1] == pytest.approx(-np.mean(np.where(y == 1, np.log(p), np.log(1 - p))))


class Stop(Exception):
    """Ends the client."""


class Dies(Callback):
    """Raises in some round."""

    def __init__(self, epoch=3, error=Stop):
        self.epoch = epoch
        self.error = error

    def on_epoch_end(self, progress):
        if progress.run.epoch == self.epoch:
            raise self.error()


@pytest.mark.parametrize("together", [1, 2, 3])
@pytest.mark.parametrize("source", [LAZY, [x for x, *_ in PARTS]], ids=["lazy", "iterable"])
def test_what_was_killed_continues(tmp_path, together, source):
    path = tmp_path / "net"
    whole = trained(small(dropout=0.1), epochs=3, together=together)
    net = small(dropout=0.1, callbacks=[Checkpoint(path), Dies()])
    with pytest.raises(Stop):
        trained(net, source, epochs=3, together=together)
    assert net.run_.epoch == 2
    again = Checkpoint.load(path, trusted=[Dies, Stop]).set_params(callbacks=None)
    assert again.run_.epoch == 2
    for _ in range(2):  # The second time there is nothing left to do.
        again = trained(again, source, epochs=3, together=together, resume=True)
        assert_array_equal(again.network_.theta, whole.network_.theta)
        assert_array_equal(again.loss_curve_, whole.loss_curve_)
    with pytest.raises(ValueError, match=f"had together={together}; got together=7"):
        trained(again, together=7, resume=True)


@pytest.mark.filterwarnings(r"ignore:Training interrupted by user\.")
def test_ctrl_c_leaves_the_last_whole_round():
    whole = trained(small())
    net = small(callbacks=[Dies(error=KeyboardInterrupt)])
    with pytest.warns(UserWarning, match="round [12] of epoch [12] was the last"):
        trained(net)
    assert 2 <= net.run_.epoch <= 3
    net.set_params(callbacks=None)
    assert_array_equal(trained(net, resume=True).network_.theta, whole.network_.theta)


def test_ctrl_c_while_blocks_are_trained(monkeypatch):
    from sknn.streams import side_by_side

    whole, net, calls = trained(small()), small(), []

    def run(*arguments):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return run_tasks(*arguments)

    run_tasks = side_by_side.run_tasks
    monkeypatch.setattr(side_by_side, "run_tasks", run)
    with pytest.warns(UserWarning, match="round 2 of epoch 1 was the last"):
        trained(net)
    assert net.run_.epoch == 2
    assert_array_equal(trained(net, resume=True).network_.theta, whole.network_.theta)


def test_a_bar_shows_rounds(capsys):
    trained(small(), verbose=True)
    told = capsys.readouterr().err
    assert "round 4/4" in told and "rows per second" in told


class Looks(Callback):
    """Wants to see every batch."""

    def on_batch_end(self, progress):
        pass


@pytest.mark.parametrize(
    ("net", "error", "words"),
    [
        (
            small(early_stopping=True),
            ValueError,
            "early_stopping=True cannot be used .* look at history_",
        ),
        (small(stop_below=0.1), ValueError, "stop_below cannot be used .* look at loss_"),
        (small(callbacks=[Looks()]), ValueError, r"Looks\(\) cannot be used with together > 1"),
        (small(callbacks=[WeightAveraging()]), ValueError, "Remove it from callbacks"),
        (object(), TypeError, "must be an object with partial_fit"),
        (small().set_params(hidden_layer_sizes=0.5), ValueError, "hidden_layer_sizes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_who_decides_is_refused(net, error, words):
    with pytest.raises(error, match=words):
        trained(net)
    assert not hasattr(net, "network_")


@pytest.mark.parametrize("more", [{}, {"solver": "lbfgs"}], ids=["rounds", "lbfgs"])
def test_callbacks_of_scikit_learn_are_refused(more):
    callbacks = pytest.importorskip("sklearn.callback")
    net = small(**more)
    net.set_callbacks(callbacks.ProgressBar())
    with pytest.raises(ValueError, match=r"verbose=True\) shows a progress bar"):
        trained(net, epochs=1, together=1 if more else 2)


def test_foreign_estimators_are_refused():
    from sklearn.linear_model import SGDClassifier

    with pytest.raises(TypeError, match="Leave together at 1"):
        trained(SGDClassifier())
    assert trained(SGDClassifier(random_state=0), together=1).t_ > 1


@pytest.mark.parametrize("net", [AutoEncoder((2,), **SMALL), BernoulliRBM(3, **SMALL)], ids=repr)
def test_y_is_passed_over_where_it_is_not_learned(net):
    alone = fit_blocks(net, BINARY, together=2).network_.theta
    twin = type(net)(**net.get_params(deep=False))
    with_y = fit_blocks(twin, [(x, np.full(len(x), "a")) for x in BINARY], together=2)
    assert_array_equal(with_y.network_.theta, alone)


def test_a_state_goes_from_block_to_block_only_one_after_the_other():
    net = RNNRegressor(4, stateful=True, random_state=0)
    data = [(rng.standard_normal((6, 5, 2)), np.zeros(6)) for _ in range(3)]
    with pytest.raises(ValueError, match="stateful=False"):
        fit_blocks(net, data, together=2)
    assert not hasattr(net, "network_")


def test_a_table_needs_some_rows_to_begin_with():
    blocks = [(X[:10], y[:10]), (X[10:], y[10:])]
    with pytest.raises(ValueError, match="first block has 10 rows, .* it needs at least 30"):
        fit_blocks(TabularMLPClassifier(random_state=0), blocks, together=2, classes=[0, 1])


@pytest.mark.parametrize(
    ("arguments", "more", "error", "words"),
    [
        ((LAZY, y), {}, ValueError, "classes must be passed on the first call"),
        ((LAZY, y), {"together": 0}, ValueError, "together must be an integer >= 1; got 0"),
        ((LAZY, y), {"together": True}, ValueError, "together must be an integer"),
        ((LAZY, y[:90]), {}, ValueError, "X has 100 rows, but y has 90"),
        ((LAZY, y), {"X_test": X}, TypeError, "partial_fit has no argument 'X_test'"),
        (((part for part in PARTS),), {}, TypeError, "X is a generator, .* only once"),
        (([X[:50], X[50:]],), {}, TypeError, "y must be passed: MLPClassifier does not learn"),
        ((PARTS, y), {}, ValueError, "Block 0 of X contains y"),
        (([X[:10], X[10:]], y[:90]), {}, ValueError, "X has 100 rows, but y has 90"),
        (([(X[:10], y[:9])],), {}, ValueError, "Block 0 has 10 rows in X and 9 in y"),
        (([3.0, 4.0],), {}, TypeError, "Block 0 of X must be rows, or a tuple"),
        (([np.array(3.0)],), {}, TypeError, r"Block 0 of X .* ndarray of shape \(\)"),
        (([(X[:10], 3.0)],), {}, TypeError, "y must have one entry for each row"),
        (([(X[:10], y[:10], weight[:10], 1)],), {}, TypeError, "Block 0 of X must be rows"),
        (([],), {}, ValueError, "X has no rows"),
        (("rows",), {}, TypeError, "X must be a Dask array or data frame"),
        ((X, y), {}, TypeError, "X must be a Dask array or data frame .* got ndarray"),
        ((FRAME, y), {}, TypeError, "X must be a Dask array or data frame .* got DataFrame"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("together", [1, 2])
def test_what_does_not_fit_is_refused(arguments, more, error, words, together):
    if together == 1 and "X_test" in more:
        pytest.skip("partial_fit says so itself")
    net = small()
    with pytest.raises(error, match=words):
        fit_blocks(net, *arguments, **({"together": together} | more))
    assert not hasattr(net, "network_") and not hasattr(net, "stream_position_")
