"""Networks in files, and in the words of other libraries."""

from sknn.persistence.exchange.keras import from_keras_weights, to_keras_weights
from sknn.persistence.exchange.scikit_learn import from_sklearn, to_sklearn
from sknn.persistence.exchange.torch import from_torch_state_dict, to_torch_state_dict

__all__ = [
    "from_keras_weights",
    "from_sklearn",
    "from_torch_state_dict",
    "to_keras_weights",
    "to_sklearn",
    "to_torch_state_dict",
]
