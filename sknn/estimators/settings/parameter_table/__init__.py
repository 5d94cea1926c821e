"""Every constructor parameter of the public estimators, each described once.

Constructors and their docstrings are written out in the source for scikit-learn, editors and
readers; ``python docs/signatures.py`` brings them up to date with this table.
"""

from __future__ import annotations

import inspect
from typing import Any

from sknn.core.constraints import Constraint
from sknn.estimators.settings.parameter_table import (
    architecture,
    generative,
    shaped,
    stopping,
    tabular,
    training,
)
from sknn.estimators.settings.parameter_table.entry import Entry

TABLE: dict[str, Entry] = {
    **architecture.ENTRIES,
    **training.ENTRIES,
    **stopping.ENTRIES,
    **shaped.ENTRIES,
    **generative.ENTRIES,
    **tabular.ENTRIES,
}


def entries_of(kind: type) -> dict[str, Entry]:
    """Return the entries of a class, in the order of its signature.

    Raises
    ------
    TypeError
        If a parameter has none.
    """
    names = [name for name in inspect.signature(kind.__init__).parameters if name != "self"]  # type: ignore[misc]
    missing = [name for name in names if name not in TABLE]
    if missing:
        raise TypeError(
            f"{kind.__name__} has constructor parameters without an entry: {', '.join(missing)}. "
            "Add it to ENTRIES in the file of sknn/estimators/settings/parameter_table/ that says "
            "what it is of: architecture.py, training.py, stopping.py, shaped.py, generative.py or "
            "tabular.py. Then run python docs/signatures.py."
        )
    return {name: TABLE[name].of(kind.__mro__) for name in names}


def constraints_of(kind: type) -> dict[str, Constraint]:
    """Return the constraints of a class; some parameters are checked when they are used."""
    rows = entries_of(kind)
    return {name: row.constraint for name, row in rows.items() if row.constraint is not None}


def defaults_of(kind: type) -> dict[str, Any]:
    """Return the defaults of parameters."""
    return {name: row.default for name, row in entries_of(kind).items()}
