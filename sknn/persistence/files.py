"""Estimators to files that run no code, and back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from sknn._format import files
from sknn.core import archive
from sknn.training.callbacks.saving import warn_of_writers


def save(estimator: Any, path: str | os.PathLike) -> None:
    """Write an estimator to a file that runs no code when it is loaded.

    Fitted, paused or in a stream of ``partial_fit``, alone or in pipelines and searches of
    scikit-learn: what :func:`load` returns has the same attributes to the last bit and goes on
    learning as this one would.

    Parameters
    ----------
    estimator : estimator
    path : str or path-like
        A file that is there is replaced as a whole: whenever the process dies, it holds what was
        there before or all that is new.

    Raises
    ------
    OSError
        If `path` cannot be written.
    ValueError
        If a part of the estimator cannot be in a file; it is named. These are functions and
        classes that are not at the top level of a module, open files, and objects of C.

    See Also
    --------
    sknn.callbacks.Checkpoint : Saves in the midst of training.

    Notes
    -----
    The file is a zip: ``graph.json`` describes the objects, ``0.npy`` and so on hold large arrays,
    and its comment a SHA-256 of all of it. Files of this version will load in later ones. Callbacks
    of scikit-learn (``set_callbacks``) are left out: set them on what :func:`load` returns.

    Examples
    --------
    >>> import os, tempfile
    >>> from sklearn.datasets import load_iris
    >>> from sknn import MLPClassifier
    >>> from sknn.persistence import load, save
    >>> X, y = load_iris(return_X_y=True)
    >>> net = MLPClassifier(solver="lbfgs", random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "iris.sknn")
    ...     save(net, path)
    ...     twin = load(path)
    >>> float(abs(twin.predict_proba(X) - net.predict_proba(X)).max())
    0.0
    """
    _check_path(path)
    try:
        files.told(estimator).write(path)
    except OSError as error:
        raise archive.with_path(error, path, "The file", "written") from error


def load(path: str | os.PathLike, *, trusted: Iterable[Any] = ()) -> Any:
    """Return the estimator of a file; nothing in it can run code.

    Parameters
    ----------
    path : str or path-like
    trusted : iterable of classes or functions, default=()
        Those of your own that may be in the file beside the classes of sknn and of scikit-learn's
        pipelines and searches. A file that needs others is refused, and they are named.

    Returns
    -------
    estimator : estimator

    Warns
    -----
    UserWarning
        If callbacks of the estimator will write files when it is trained again.

    Raises
    ------
    OSError
        If the file cannot be read.
    TypeError
        For anything but classes and functions in `trusted`.
    ValueError
        If the file is none that :func:`save` or a :class:`~sknn.callbacks.Checkpoint` wrote, was
        altered, was made to harm, comes from a later format, or needs a class that is not allowed.

    Examples
    --------
    >>> import os, tempfile
    >>> from sknn import MLPRegressor
    >>> from sknn.persistence import load, save
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "new.sknn")
    ...     save(MLPRegressor(activation="tanh"), path)
    ...     load(path).activation
    'tanh'
    """
    _check_path(path)
    try:
        found = files.found(path, trusted)
    except OSError as error:
        raise archive.with_path(error, path, "The file", "read") from error
    warn_of_writers(found.made, path)
    return found.value


def _check_path(path: Any) -> None:
    if not archive.is_path(path):
        raise ValueError(
            "path must be a path that is not empty and has no null characters. "
            f"Got {path!r} instead."
        )
