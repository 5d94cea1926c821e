"""Fixtures and settings that all tests share."""

import os

# The array-API estimator check runs only if this is set before SciPy is imported.
os.environ.setdefault("SCIPY_ARRAY_API", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

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
