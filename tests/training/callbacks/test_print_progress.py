"""The lines of verbose=True, in every family."""

import math
import re

import numpy as np
import pandas as pd
import pytest

import sknn
from sknn.streams import fit_blocks
from sknn.training.callbacks import epoch_line

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RNG = np.random.default_rng(0)
X = RNG.random((60, 4))
Y = (X[:, 0] > 0.5).astype(int)
FRAME = pd.DataFrame(X, columns=list("abcd"))
BRIEF = {"max_iter": 3, "random_state": 0, "verbose": True}

LOSS = r"loss = [\d.e+-]+"
RATE = r"learning rate = [\d.e+-]+"
HELD_OUT = rf"validation {LOSS}, validation score = -?[\d.]+"
ALL_ROWS = "Training the best weights on all rows, including held-out rows, for 1 epoch."
CASES = {
    "plain": (sknn.MLPClassifier(**BRIEF), (X, Y), f"{LOSS}, {RATE}"),
    "score": (
        sknn.MLPClassifier(**BRIEF, early_stopping=True, scoring="accuracy"),
        (X, Y),
        f"{LOSS}, validation {LOSS}, score = [\\d.]+, {RATE}",
    ),
    "members": (
        sknn.MLPRegressor(**BRIEF, n_members=2),
        (X, X[:, 0]),
        f"2/2 members, {LOSS}, {RATE}",
    ),
    "lbfgs": (sknn.MLPClassifier(**BRIEF, solver="lbfgs"), (X, Y), LOSS),
    "convolution": (sknn.CNNClassifier((2,), **BRIEF), (X, Y), f"{LOSS}, {RATE}"),
    "recurrence": (sknn.RNNRegressor((2,), **BRIEF), (X, X[:, 0]), f"{LOSS}, {RATE}"),
    "codes": (sknn.AutoEncoder((2,), **BRIEF), (X,), f"{LOSS}, {RATE}"),
    "gan": (sknn.GAN(**BRIEF), (X,), f"discriminator {LOSS}, generator {LOSS}, {RATE}"),
    "table": (
        sknn.TabularMLPClassifier(**BRIEF, n_members=2, n_splits=2),
        (FRAME, Y),
        f"2/2 members, {LOSS}, out-of-fold {LOSS}, {RATE}",
    ),
    "synthesizer": (sknn.TableSynthesizer(**BRIEF), (FRAME,), f"{LOSS}, {HELD_OUT}, {RATE}"),
    "boltzmann": (
        sknn.BernoulliRBM(2, n_iter=3, random_state=0, verbose=1),
        (X,),
        rf"pseudo-likelihood = -[\d.]+, {LOSS}, {RATE}",
    ),
}


def lines_of(capsys):
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("case", CASES)
def test_a_line_per_epoch(case, capsys):
    network, rows, figures = CASES[case]
    network.fit(*rows)
    lines = lines_of(capsys)
    if case in ("score", "synthesizer"):
        assert lines.pop() == ALL_ROWS
    title = r"\[BernoulliRBM\] " if case == "boltzmann" else ""
    for number, line in enumerate(lines, 1):
        left = r", (<1|\d+) s left" if number < 3 else ""
        assert re.fullmatch(f"{title}Iteration {number}/3, {figures}{left}", line), line
    assert len(lines) == 3
    assert "nan" not in "".join(lines)


def test_layers_of_a_belief_network_are_named(capsys):
    sknn.DBNClassifier((3,), **BRIEF, pretrain_n_iter=2).fit(X, Y)
    starts = [line.partition(",")[0] for line in lines_of(capsys)]
    machine = [f"[BernoulliRBM] Iteration {i}/2" for i in (1, 2)]
    assert starts == [*machine, *(f"Iteration {i}/3" for i in (1, 2, 3))]


def test_members_in_turn_say_which_one_it_is(capsys):
    sknn.MLPRegressor(**BRIEF, n_members=2, solver="lbfgs").fit(X, X[:, 0])
    starts = [line.partition(", loss")[0] for line in lines_of(capsys)]
    assert starts == [f"Iteration {i}/3, member {m}/2" for m in (1, 2) for i in (1, 2, 3)]


def test_members_that_stopped_are_not_counted(capsys):
    net = sknn.MLPRegressor(hidden_layer_sizes=2, n_members=5, random_state=0, verbose=True)
    net.set_params(tol=1e-3, n_iter_no_change=2, learning_rate_init=0.05, batch_size=20)
    net.fit(X, X[:, 0])
    counts = re.findall(r"(\d)/5 members", "\n".join(lines_of(capsys)))
    assert counts[0] == "5" and counts == sorted(counts, reverse=True) and counts[-1] < "5"


def test_later_calls_count_on(capsys):
    net = sknn.MLPClassifier(**BRIEF, warm_start=True).fit(X, Y)
    net.fit(X, Y)
    assert [line.partition(",")[0] for line in lines_of(capsys)][3:] == [
        f"Iteration {i}/6" for i in (4, 5, 6)
    ]


@pytest.mark.parametrize("members", [1, 2])
def test_why_training_stops_is_below_the_last_line(members, capsys):
    net = sknn.MLPRegressor(n_members=members, random_state=0, verbose=True)
    net.set_params(early_stopping=True, max_iter=30, n_iter_no_change=1, tol=100.0)
    net.fit(X, X[:, 0])
    *_, before, reason, last = lines_of(capsys)
    assert before.startswith("Iteration 5/30, ") and "left" not in before
    assert last.startswith("Training the best weights on all rows")
    assert re.fullmatch(
        r"Validation loss did not improve more than tol=100.000000 for 4 consecutive epochs\. "
        r"Stopping( member 0, 1)?\.",
        reason,
    )
    assert len(net.loss_curve_) == 5


@pytest.mark.parametrize("together", [1, 2])
def test_a_stream_shows_its_rows_and_no_end(together, capsys):
    blocks = [(X[:15], Y[:15]), (X[15:], Y[15:])]
    net = sknn.MLPClassifier(random_state=0, verbose=True)
    fit_blocks(net, blocks, classes=[0, 1], together=together)
    wanted = [(1, 15), (2, 45)] if together == 1 else [(1, 60)]
    found = [line.split(", loss")[0] for line in lines_of(capsys)]
    assert found == [f"Iteration {number}, {rows} rows" for number, rows in wanted]


def test_the_last_line_of_a_call_that_stops_has_no_time_left(capsys):
    sknn.MLPClassifier(**BRIEF | {"max_iter": 50}, stop_below=10.0).fit(X, Y)
    lines = lines_of(capsys)
    assert len(lines) == 1 and lines[0].startswith("Iteration 1/50, ") and "left" not in lines[0]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "<1 s"), (59.4, "59 s"), (61, "1 min 1 s"), (3660, "1 h 1 min"), (90000, "1 d 1 h")],
)
def test_times_in_words(seconds, words):
    assert epoch_line.duration(seconds) == words


def test_the_time_left_is_that_of_all_epochs(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(epoch_line, "perf_counter", lambda: clock[0])
    pace, hasty = epoch_line.Pace(10), epoch_line.Pace(10, deadline=110.0)
    clock[0] = 104.0
    assert pace.left(2) == "16 s left"
    assert hasty.left(2) == "6 s left"
    assert pace.left(0) == pace.left(10) == ""
    clock[0] = 120.0
    assert hasty.left(2) == "<1 s left"


def test_what_was_not_measured_is_left_out():
    row = {"epoch": 3.0, "loss": 0.5, "out_of_fold_loss": math.nan, "validation_score": 0.25}
    assert epoch_line.figures_of(row) == {"loss": "0.500000", "validation score": "0.2500"}
    told = epoch_line.figures_of(row | {"score": 0.75})
    assert told == {"loss": "0.500000", "score": "0.7500"}
