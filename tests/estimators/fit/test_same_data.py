"""`resume` needs the data of the interrupted call, in any container."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import AutoEncoder, CNNClassifier, MLPClassifier, MLPRegressor, TabularMLPClassifier
from sknn.callbacks import Pause
from sknn.persistence import load, save
from sknn.schedules import Cosine

RNG = np.random.default_rng(0)
X = RNG.standard_normal((200, 5)) * (RNG.random((200, 5)) < 0.7)
Y = (X[:, 0] > 0).astype(int)
X_VAL, Y_VAL = X[:60] + 0.1, Y[:60]
WEIGHT = 1 + RNG.random(200)
VALIDATION = {"X_val": X_VAL, "y_val": Y_VAL}


def paused(*data, kind=MLPClassifier, **more):
    parameters = {"max_iter": 6, "random_state": 0, "learning_rate": "cosine"}
    net = kind(**parameters, callbacks=[Pause(2)]).fit(*data, **more)
    assert net.stop_reason_ == "paused"
    return net.set_params(callbacks=None)


OTHER = {
    "fewer rows": ({}, (X[:100], Y[:100]), {}, "X has 100 rows; the interrupted call had 200"),
    "other numbers": ({}, (X + 1, Y), {}, "X is not that of"),
    "other columns": ({}, (X[:, ::-1], Y), {}, "X is not that of"),
    "another order": ({}, (X[::-1], Y[::-1]), {}, "X is not that of"),
    "other answers": ({}, (X, 1 - Y), {}, "y is not that of"),
    "no X_val": (VALIDATION, (X, Y), {}, "had an X_val of 60 rows; this one has none.*Pass the"),
    "X_val": ({}, (X, Y), VALIDATION, "had no X_val; leave it out"),
    "less of X_val": (
        VALIDATION,
        (X, Y),
        {"X_val": X_VAL[:9], "y_val": Y_VAL[:9]},
        "X_val has 9 rows; the interrupted call had 60",
    ),
    "another X_val": (VALIDATION, (X, Y), VALIDATION | {"X_val": -X_VAL}, "X_val is not that"),
    "other weights": (
        {"sample_weight": WEIGHT},
        (X, Y),
        {"sample_weight": WEIGHT[::-1]},
        "sample weight of X is not",
    ),
    "weights": ({}, (X, Y), {"sample_weight": WEIGHT}, "sample weight of X is not"),
    "no weights": ({"sample_weight": WEIGHT}, (X, Y), {}, "sample weight of X is not"),
    "other y_val": (VALIDATION, (X, Y), VALIDATION | {"y_val": 1 - Y_VAL}, "y_val is not that"),
}


@pytest.mark.parametrize(("before", "data", "now", "words"), OTHER.values(), ids=OTHER)
def test_other_data_are_refused_and_change_nothing(before, data, now, words):
    net = paused(X, Y, **before)
    state = dict(vars(net))
    with pytest.raises(ValueError, match=words):
        net.resume(*data, **now)
    assert vars(net) == state
    assert net.resume(X, Y, **before).stop_reason_ == "max_iter"


@pytest.mark.parametrize(
    "form",
    [
        lambda X: X.tolist(),
        np.asfortranarray,
        pd.DataFrame,
        lambda X: X.astype(np.float32),
        lambda X: X * (1 + 1e-9),
    ],
    ids=["list", "Fortran", "frame", "float32", "another machine"],
)
@pytest.mark.filterwarnings("ignore:X .* feature names:UserWarning")
def test_the_same_data_may_come_in_another_form(form):
    net = paused(X, Y).resume(form(X), Y.tolist())
    assert net.stop_reason_ == "max_iter"


def test_sparse_rows_are_the_same_rows():
    assert paused(X, Y).resume(sp.csr_array(X), Y).stop_reason_ == "max_iter"
    with pytest.raises(ValueError, match="X is not"):
        paused(sp.csr_array(X), Y).resume(sp.csr_array(-X), Y)


def test_a_saved_network_knows_its_data(tmp_path):
    save(paused(X, Y, **VALIDATION), tmp_path / "net")
    net = load(tmp_path / "net")
    with pytest.raises(ValueError, match="X_val of 60 rows"):
        net.resume(X, Y)
    net.resume(X, Y, **VALIDATION)


def test_the_remedy_for_a_network_in_a_pipeline_works():
    scaler = StandardScaler().fit(10 * X)
    pipe = make_pipeline(scaler, paused(scaler.transform(10 * X), Y))
    with pytest.raises(ValueError, match=r"in a pipeline, pipe\[:-1\].transform\(X\)\). To train"):
        pipe[-1].resume(10 * X, Y)
    assert pipe[-1].resume(pipe[:-1].transform(10 * X), Y).stop_reason_ == "max_iter"
    n_steps = pipe[-1].set_params(learning_rate="constant").t_
    assert pipe[-1].partial_fit(pipe[:-1].transform(10 * X), Y).t_ > n_steps


FRAME = pd.DataFrame({"size": X[:, 0], "color": RNG.choice(["red", "green"], 200)})
FAMILIES = {
    "regressor": (MLPRegressor, (X, X[:, 0]), (X, X[:, 1])),
    "autoencoder": (AutoEncoder, (X,), (X[:150],)),
    "images": (CNNClassifier, (X.reshape(-1, 5, 1, 1), Y), (X.reshape(-1, 5, 1, 1)[:50], Y[:50])),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_asks_for_its_data(family):
    kind, data, other = FAMILIES[family]
    net = paused(*data, kind=kind)
    with pytest.raises(ValueError, match="interrupted call"):
        net.resume(*other)
    net.resume(*data)


def test_a_network_of_tables_asks_for_its_data():
    net = TabularMLPClassifier(
        max_iter=6, random_state=0, n_members=2, n_splits=2, callbacks=[Pause(2)]
    ).fit(FRAME, Y)
    net.set_params(callbacks=None)
    with pytest.raises(ValueError, match="X has 90 rows"):
        net.resume(FRAME[:90], Y[:90])
    assert net.resume(FRAME, Y).stop_reason_ != "paused"


def test_nothing_of_the_data_stays_in_a_finished_network():
    assert MLPClassifier(max_iter=1, learning_rate="cosine").fit(X, Y).run_.data == ()


def test_a_network_that_has_finished_says_how_to_train_further():
    net = MLPClassifier(max_iter=1, learning_rate="cosine").fit(X, Y)
    with pytest.raises(ValueError, match=r"warm_start=True .*fresh optimizer.*partial_fit"):
        net.resume(X, Y)


def test_warm_starts_may_have_other_data():
    net = MLPClassifier(max_iter=1, tol=0, learning_rate=Cosine(epochs=2), warm_start=True)
    net.fit(X, Y).fit(X[:90], Y[:90], X_val=X_VAL, y_val=Y_VAL)
