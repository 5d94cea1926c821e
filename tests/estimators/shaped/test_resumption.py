"""Law 4 for rows with shapes: n epochs at once, in parts, and in streams are the same."""

import pickle

import numpy as np
import pytest

from sknn import CNNClassifier, CNNRegressor, RNNClassifier, RNNRegressor
from sknn.layers import GRU, BatchNorm, Conv2D, Dropout, GlobalAveragePool, Parallel, Residual
from sknn.schedules import Cosine
from tests.checks.runs import again, assert_checkpoints_go_on, assert_parts_make_the_whole
from tests.estimators.shaped.data import ABOVE, IMAGES, LABELS, SEQUENCES, STEPS, SUMS

pytestmark = [
    pytest.mark.bits,
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
# By name, a schedule would have another horizon in each part.
SEED = {"random_state": 0, "learning_rate": Cosine(epochs=4)}
CNN = {"filters": (3,), "hidden_layer_sizes": (5,)} | SEED
RNN = {"units": (4,), "batch_size": 16} | SEED
BLOCKS = [Residual([Conv2D(3), BatchNorm(), Dropout(0.2)]), Parallel([Conv2D(2), []])]
CASES = {
    "cnn": (CNNClassifier(**CNN), IMAGES, LABELS),
    "batch norm and dropout": (
        CNNRegressor(**CNN, normalization="batch", dropout=0.3, solver="rmsprop"),
        IMAGES,
        LABELS,
    ),
    "blocks": (
        CNNClassifier(layers=[*BLOCKS, GlobalAveragePool()], n_members=2, **SEED),
        IMAGES,
        LABELS,
    ),
    "lstm": (
        RNNClassifier(**RNN, cell="lstm", dropout=0.2, recurrent_dropout=0.2),
        SEQUENCES,
        ABOVE,
    ),
    "jordan": (RNNClassifier(**RNN, cell="jordan", n_members=2), SEQUENCES, ABOVE),
    "both directions, every step": (
        RNNRegressor(**RNN, cell="gru", bidirectional=True, return_sequences=True),
        SEQUENCES,
        SUMS,
    ),
    "elman, steps": (RNNClassifier(**RNN, cell="elman", return_sequences=True), SEQUENCES, STEPS),
    "layers": (RNNClassifier(layers=[GRU(3, tbptt=2)], **SEED), SEQUENCES, ABOVE),
}


@pytest.mark.parametrize("case", CASES)
def test_parts_make_the_whole(case):
    net, X, y = CASES[case]
    known = np.unique(np.concatenate([np.ravel(each) for each in y]))
    classes = {} if hasattr(net, "normalize_y") else {"classes": known}
    assert_parts_make_the_whole(net, 4, X, y, **classes)


@pytest.mark.parametrize("case", ["batch norm and dropout", "lstm"])
def test_checkpoints_continue_exactly(case, tmp_path):
    net, X, y = CASES[case]
    assert_checkpoints_go_on(net, tmp_path / "net.ckpt", 4, X, y)


@pytest.mark.parametrize("case", CASES)
def test_a_failed_call_changes_nothing(case):
    net, X, y = CASES[case]
    net = again(net).set_params(max_iter=1).fit(X, y)
    before = pickle.dumps(net)
    with pytest.raises(ValueError):
        net.fit(X[:10], y[:9])
    assert pickle.dumps(net) == before


def test_pickles_of_plain_fits_are_small():
    net = CNNClassifier((16, 32), max_iter=2, random_state=0).fit(IMAGES, LABELS)
    assert len(pickle.dumps(net)) < 1.2 * net.network_.theta.nbytes
