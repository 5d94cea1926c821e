"""Work done in parallel, one result after the other."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import joblib
from sklearn.utils.parallel import Parallel


def results(work: list[Any], **options: Any) -> Generator[Any, None, None]:
    """Do work with joblib and yield the results in order, so that Ctrl-C loses little.

    Parameters
    ----------
    work : list
        As from :func:`sklearn.utils.parallel.delayed`.
    **options
        For joblib.
    """
    try:
        parallel = Parallel(**options, return_as="generator")
    except ValueError:  # Some backends return results only when all work is done.
        size = 4 * joblib.effective_n_jobs(options.get("n_jobs"))
        with Parallel(**options) as parallel:
            for start in range(0, len(work), size):
                yield from parallel(work[start : start + size])
    else:
        yield from parallel(work)
