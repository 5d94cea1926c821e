"""New labels in a stream: the same task with more classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknn.core.layers.names import OUTPUT
from sknn.core.layout import Growth
from sknn.estimators.targets.classification import (
    BinaryTargets,
    ClassificationTargets,
    MulticlassTargets,
    MultilabelTargets,
    MultioutputTargets,
    stated_labels,
)


def grow(
    targets: ClassificationTargets, classes: Any
) -> tuple[ClassificationTargets, Growth | None]:
    """Return the targets for `classes`, and the places of the old raw scores among the new ones.

    Parameters
    ----------
    targets : ClassificationTargets
        Of the calls so far.
    classes : array-like, or a list of them, one per output
        All labels that may occur from now on.

    Returns
    -------
    targets : ClassificationTargets
        The given ones if nothing is new.
    growth : Growth or None

    Raises
    ------
    ValueError
        If a known label is missing, in scikit-learn's words.
    """
    if isinstance(targets, MultioutputTargets):
        return _grow_each(targets, classes)
    if isinstance(targets, MultilabelTargets):
        return _grow_columns(targets, classes)
    known = targets.classes
    wanted = stated_labels(classes)
    if np.array_equal(wanted, known):
        return targets, None
    _check_extends(wanted, known, classes)
    places = np.searchsorted(wanted, known)
    if isinstance(targets, BinaryTargets):
        # The log-odds w of the second class against the first are the scores (0, w).
        return MulticlassTargets(wanted), _growth(places[1:], places[:1])
    if len(wanted) == 2:
        # With one class, there is nothing from which log-odds could start.
        return BinaryTargets(wanted), _growth(places[:0])
    return MulticlassTargets(wanted), _growth(places)


def _growth(units: NDArray, silent: NDArray | None = None) -> Growth:
    none = np.empty(0, np.intp)
    return Growth(OUTPUT, units.astype(np.intp), none if silent is None else silent)


def _check_extends(wanted: NDArray, known: NDArray, classes: Any) -> None:
    """Raise if a known label is missing, or labels of two types cannot be compared."""
    try:
        extends = bool(np.isin(known, wanted).all())
    except TypeError:
        extends = False
    if not extends:
        raise ValueError(
            f"`classes={classes!r}` is not the same as on last call to partial_fit, was: "
            f"{known!r}; it may name further labels, but none may be missing."
        )


def _grow_columns(
    targets: MultilabelTargets, classes: Any
) -> tuple[ClassificationTargets, Growth | None]:
    wanted = len(classes)
    if wanted <= targets.n_outputs:
        targets.check_classes(classes)
        return targets, None
    return MultilabelTargets(wanted, targets.sparse), _growth(np.arange(targets.n_outputs))


def _grow_each(
    targets: MultioutputTargets, classes: Any
) -> tuple[ClassificationTargets, Growth | None]:
    if len(classes) != len(targets.parts):
        raise ValueError(
            f"`classes` must be a list of {len(targets.parts)} arrays, one per output, as on last "
            f"call to partial_fit; got {classes!r}."
        )
    places, start = [], 0
    for part, wanted in zip(targets.parts, map(stated_labels, classes), strict=True):
        _check_extends(wanted, part.classes, classes)
        places.append(start + np.searchsorted(wanted, part.classes))
        start += len(wanted)
    if start == targets.n_outputs:
        return targets, None
    return MultioutputTargets(list(map(stated_labels, classes))), _growth(np.concatenate(places))
