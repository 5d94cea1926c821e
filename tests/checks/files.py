"""Estimators saved to the bytes of a file and loaded again."""

import io
import sys

from sknn._format import container, files
from sknn._format.names import Names


def bytes_of(estimator):
    """Return what `save` would write."""
    told, stream = files.told(estimator), io.BytesIO()
    container.pack(told.head, told.arrays, stream)
    return stream.getvalue()


def through_a_file(estimator, trusted=()):
    """Return what `load` makes of the saved bytes."""
    return files.from_bytes(bytes_of(estimator), Names(trusted)).value


def own_classes(name):
    """Return the classes that a test module defines, which its files need."""
    module = sys.modules[name]
    kinds = [each for each in vars(module).values() if isinstance(each, type)]
    return [kind for kind in kinds if kind.__module__ == name]
