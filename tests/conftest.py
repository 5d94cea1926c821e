"""Fixtures and settings that all tests share."""

import os

import pytest
from threadpoolctl import threadpool_limits

# The array-API estimator check runs only if this is set before SciPy is imported.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
# Each worker of pytest-xdist gets its share of the processors: threads of BLAS and OpenMP that wait
# for a processor spin, and take up to ninety times as long. This is read when NumPy is imported.
_WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0"))
if _WORKERS:
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, os.cpu_count() // _WORKERS)))


@pytest.fixture
def two_blas_threads():
    """Give BLAS two threads, whatever the machine and the worker have."""
    with threadpool_limits(2, user_api="blas"):
        yield


# Continuous integration installs every optional package. A test that is skipped there for lack
# of one would silently test nothing.
_NOTHING_MISSING = bool(os.environ.get("SKNN_NOTHING_MISSING"))
_missing = []


def _note(report):
    reason = str(report.longrepr) if report.skipped else ""
    if "could not import" in reason or "is not installed" in reason:
        _missing.append(f"{report.nodeid}: {reason}")


if _NOTHING_MISSING:

    def pytest_collectreport(report):
        _note(report)

    def pytest_runtest_logreport(report):
        _note(report)

    def pytest_terminal_summary(terminalreporter):
        for each in _missing:
            terminalreporter.write_line(f"skipped for a missing package: {each}", red=True)

    def pytest_sessionfinish(session):
        if _missing:
            session.exitstatus = 1
