"""Errors and warnings of sknn, beside the ones it shares with scikit-learn."""


class InvalidParameterError(ValueError, TypeError):
    """A constructor parameter has a value or a type that is not allowed."""


class InconsistentVersionWarning(UserWarning):
    """A pickled estimator was written by another version of sknn."""
