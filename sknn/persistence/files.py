"""Save estimators to files that run no code, and load them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from sknn._format import files
from sknn.core import archive
from sknn.training.callbacks.saving import warn_of_writers


def save(estimator: Any, path: str | os.PathLike) -> None:
    """Write an estimator to a file that runs no code when it is loaded.

    The estimator may be fitted, paused, or in a stream of ``partial_fit``, alone or in pipelines
    and searches of scikit-learn. What :func:`load` returns has the same attributes, to the last
    bit, and continues training as this estimator would.

    Parameters
    ----------
    estimator : estimator
    path : str or path-like
        An existing file is replaced as a whole: whenever the process dies, it holds either the old
        contents or all of the new.

    Raises
    ------
    OSError
        If `path` cannot be written.
    ValueError
        If a part of the estimator cannot be saved; the error names it. Such parts are functions and
        classes that are not at the top level of a module, open files, and objects implemented in C.

    See Also
    --------
    sknn.callbacks.Checkpoint : Saves during training.

    Notes
    -----
    The file is a zip archive: ``graph.json`` describes the objects, ``0.npy`` and so on hold large
    arrays, and the comment of the archive holds a SHA-256 of its contents. Later versions will be
    able to load files of this version. Your own classes and functions are written by name, and
    :func:`load` needs them as `trusted`. Callbacks of scikit-learn (``set_callbacks``) are left
    out: set them on what :func:`load` returns.

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
    """Return the estimator of a file without running any code of the file.

    Parameters
    ----------
    path : str or path-like
    trusted : iterable of classes or functions, default=()
        Your own classes and functions that may be in the file, besides the classes of sknn and
        most of those that scikit-learn puts before and around a network. A file that needs others
        is rejected, and the error names them.

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
        If `trusted` holds anything but classes and functions.
    ValueError
        If the file was not written by :func:`save` or a :class:`~sknn.callbacks.Checkpoint`, was
        altered or crafted to do harm, has a later format, or needs a class that is not allowed.

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
