"""skops reads and writes every estimator, once it trusts the types of sknn."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.persistence import trusted_types
from tests.cases.estimators import ROWS
from tests.checks.same import assert_identical
from tests.persistence.test_every_estimator import assert_same_answers, data, short

pytestmark = pytest.mark.filterwarnings("ignore")
TRUSTED = trusted_types()


def through_skops(estimator):
    io = pytest.importorskip("skops.io")
    stored = io.dumps(estimator)
    assert set(io.get_untrusted_types(data=stored)) <= set(TRUSTED)
    return io.loads(stored, trusted=TRUSTED)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_every_estimator(row):
    net = short(row.estimator)
    net.fit(*data(net))
    assert_same_answers(through_skops(net), net)


def test_a_stream_continues():
    net = short(MLPClassifier((4,), n_members=2, dropout=0.1, random_state=0))
    x, y = data(net)
    net.partial_fit(x, y, classes=np.unique(y))
    twin = through_skops(make_pipeline(StandardScaler(), net))[-1]
    assert_identical(twin.partial_fit(x, y).network_.theta, net.partial_fit(x, y).network_.theta)


def test_types_are_those_defined_in_sknn():
    assert "sknn.training.run.Run" in TRUSTED and "sknn.core.network.Network" in TRUSTED
    others = {name for name in TRUSTED if not name.startswith(("sknn.", "sklearn."))}
    assert others == {"builtins.frozenset"}
