"""Differences of older files from current ones, by class and format."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FORMAT = 1
"""The format of this version. It is raised by one if the attributes of a class change."""

MIGRATIONS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From the name of a class and the format of its state to a function for the next format.

For example, when ``Run.samples`` became ``Run.rows`` with format 2::

    ("sknn.training.run.Run", 1): lambda state: _renamed(state, samples="rows")
"""

MOVED: dict[str, str] = {"sknn.preprocessing.plan.Source": "sknn.preprocessing.sources.Source"}
"""From the name of a class in older files to its current name."""


def current_name(name: str) -> str:
    """Return the current name of a class."""
    while name in MOVED:
        name = MOVED[name]
    return name


def to_current(name: str, state: dict[str, Any], written: int) -> dict[str, Any]:
    """Return the state of an object in the form of its current class.

    Parameters
    ----------
    name : str
        Of the class, as in the file.
    state : dict
    written : int
        Format of the file.
    """
    name = current_name(name)
    for version in range(written, FORMAT):
        migrate = MIGRATIONS.get((name, version))
        state = state if migrate is None else migrate(state)
    return state
