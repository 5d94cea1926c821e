"""Work done in parallel, one result after the other."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import joblib
from sklearn.utils.parallel import Parallel


def results(work: list[Any], **options: Any) -> Generator[Any, None, None]:
    """Do work by joblib and yield what comes of it, in order, so that Ctrl-C loses little.

    Parameters
    ----------
    work : list
        As of :func:`sklearn.utils.parallel.delayed`.
    **options
        For joblib.
    """
    try:
        parallel = Parallel(**options, return_as="generator")
    except ValueError:  # Some backends answer only when all is done: they get less at a time.
        size = 4 * joblib.effective_n_jobs(options.get("n_jobs"))
        with Parallel(**options) as parallel:
            for start in range(0, len(work), size):
                yield from parallel(work[start : start + size])
    else:
        yield from parallel(work)
