"""Where in the user's code a call came from."""

from __future__ import annotations

import inspect


def users_level() -> int:
    """Return the `stacklevel` at which a warning shows the line that called fit."""
    frame, level = inspect.currentframe(), 0
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if not name.startswith(("sknn.", "sklearn.callback")):
            break
        frame, level = frame.f_back, level + 1
    return level
