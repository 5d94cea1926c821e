"""Entry of one constructor parameter, and how it differs from class to class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sknn.core.constraints import Constraint

MLP = ("MLPClassifier", "MLPRegressor")


@dataclass(frozen=True)
class Entry:
    """One parameter: its allowed values, its default, and what it does.

    Attributes
    ----------
    types : str
        Types of its values, as in docstrings.
    default : object
    text : str
    constraint : Constraint or None
        None: it is checked when it is used.
    also : str
        A further sentence, for some classes only.
    changes : tuple of (str, dict)
        Names of classes, and what differs for them and for derived classes.
    """

    types: str
    default: Any
    text: str
    constraint: Constraint | None = None
    also: str = ""
    changes: tuple[tuple[str, dict[str, Any]], ...] = ()

    def on(self, *owners: str, **change: Any) -> Entry:
        """Return the entry with something different for classes of these names."""
        return replace(self, changes=(*self.changes, *((owner, change) for owner in owners)))

    def of(self, kinds: Iterable[type]) -> Entry:
        """Return the entry of a class, given by its method resolution order."""
        entry = self
        for kind in reversed(list(kinds)):
            for owner, change in self.changes:
                if owner == kind.__name__:
                    entry = replace(entry, **change)
        return entry

    @property
    def description(self) -> str:
        """The text, with the further sentence."""
        return f"{self.text} {self.also}".strip()
