"""Errors and warnings of sknn, in addition to those of scikit-learn that it uses."""


class InvalidParameterError(ValueError, TypeError):
    """A constructor parameter has a value or a type that is not allowed."""


class InconsistentVersionWarning(UserWarning):
    """A pickled estimator was written by another version of sknn."""


class DataScaleWarning(UserWarning):
    """Columns of X are on a scale from which a network learns slowly or not at all."""


class ShapeWarning(UserWarning):
    """X can be read in more than one shape, and probably another one was meant."""


class TableWarning(UserWarning):
    """A column of a table has no usable information, or some entries are read as missing."""


class OneHotTargetWarning(UserWarning):
    """y has exactly one 1 in every row and is read as multi-label."""


class TrainingWarning(UserWarning):
    """Something went wrong in training, as seen by :class:`sknn.callbacks.Diagnostics`.

    Or a further call trains at a learning rate whose schedule has come to its end.
    """
