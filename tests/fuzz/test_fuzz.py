"""Random calls with odd arrays and parameters succeed or raise an error that helps."""

import os

import pytest

from tests.fuzz.calls import choose, every_call, problem

SEED = int(os.environ.get("SKNN_FUZZ_SEED", "0"))


def run(n, seed, log=None):
    """Make `n` calls; return those that ended badly."""
    bad = []
    for call in choose(every_call(), n, seed):
        if log is not None:
            # A call that kills the interpreter is the last line.
            log.write(f"{call}\n")
            log.flush()
        wrong = problem(call)
        if wrong:
            bad.append(f"{call}: {wrong}")
    return bad


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Let odd values of ``checkpoint`` name files in a separate folder."""
    monkeypatch.chdir(tmp_path)


def test_some_calls():
    bad = run(500, SEED)
    assert not bad, "\n".join(bad)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_many_calls(tmp_path):
    path = tmp_path / "calls.log"
    print(f"seed {SEED}, log {path}")
    with open(path, "w") as log:
        bad = run(6000, SEED + 1, log)
    assert not bad, "\n".join(bad)
