"""The problem of a call trains the network for which it was made."""

import numpy as np
import pytest

from sknn import BernoulliRBM, MLPRegressor, TabularMLPRegressor
from sknn.estimators.fit.call import Call
from sknn.estimators.fit.stages import open_fit
from tests.estimators.data import REAL, X


@pytest.mark.parametrize("kind", [MLPRegressor, TabularMLPRegressor, BernoulliRBM])
def test_a_problem_moves_the_network_it_is_given(kind):
    net = kind(random_state=0)
    rows = np.abs(np.tanh(X)) if kind is BernoulliRBM else X
    net._check_parameters()
    state = open_fit(net, Call(rows, None if kind is BernoulliRBM else REAL), net._recipe())
    other = state.network.copy()
    problem = net._problem(state, other, len(rows))
    assert problem.update().network is other
