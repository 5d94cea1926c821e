"""Types that skops has to trust before it reads estimators of sknn."""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module

import sknn
from sknn._format.names import types_of_searches


def trusted_types() -> list[str]:
    """Return the names of all types of sknn, for ``skops.io.load``.

    Files of skops do not run code, either, but skops asks you to approve every type that it does
    not know. All types in this list are defined in sknn, except frozenset and those that
    scikit-learn's searches keep, such as scorers and splitters.

    Returns
    -------
    names : list of str

    Examples
    --------
    >>> from sknn.persistence import trusted_types
    >>> [name for name in trusted_types() if name.endswith("MLPRegressor")]
    ['sknn.estimators.mlp.MLPRegressor', 'sknn.estimators.tabular.estimators.TabularMLPRegressor']

    With skops installed::

        from skops.io import dump, load

        dump(net, "net.skops")
        net = load("net.skops", trusted=trusted_types())
    """
    found = set()
    for module in _modules():
        kinds = [each for each in vars(module).values() if isinstance(each, type)]
        found |= {kind for kind in kinds if kind.__module__ == module.__name__}
    found |= {frozenset, *types_of_searches()}
    return sorted(f"{kind.__module__}.{kind.__qualname__}" for kind in found)


def _modules() -> list:
    """Return all modules of sknn that can be imported here."""
    names = [info.name for info in pkgutil.walk_packages(sknn.__path__, "sknn.", onerror=_pass)]
    for name in names:
        try:
            import_module(name)
        except ImportError:  # Modules of a package that is not installed.
            continue
    return [sys.modules[name] for name in names if name in sys.modules]


def _pass(name: str) -> None:
    """Continue if a package cannot be imported."""
