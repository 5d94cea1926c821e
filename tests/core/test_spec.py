"""Specs: registries, checks, clones, nested parameters."""

import pickle

import pytest
from sklearn.base import clone

from sknn.core import activations, initializers, layers, losses, optimizers, schedules
from sknn.core.constraints import boolean, integer, none, one_of, real
from sknn.core.spec import Spec, resolve
from sknn.exceptions import InvalidParameterError

FAMILIES = [
    activations.Activation,
    initializers.Initializer,
    losses.Loss,
    optimizers.Optimizer,
    schedules.Schedule,
]
MEMBERS = [(family, alias) for family in FAMILIES for alias in family.registry]


@pytest.mark.parametrize(("family", "alias"), MEMBERS)
def test_every_short_name_resolves(family, alias):
    spec = resolve(family, alias, "parameter", "Owner")
    assert isinstance(spec, family) and spec.alias == alias
    assert resolve(family, spec, "parameter", "Owner") is spec


@pytest.mark.parametrize(("family", "alias"), MEMBERS)
def test_every_member_is_cloned_and_pickled(family, alias):
    spec = resolve(family, alias, "parameter", "Owner")
    for twin in (clone(spec), pickle.loads(pickle.dumps(spec))):
        assert twin is not spec and twin.get_params() == spec.get_params()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("junk", ["no such", 3, None, object(), int])
def test_junk_is_named(family, junk):
    with pytest.raises(InvalidParameterError, match="'parameter' parameter of Owner"):
        resolve(family, junk, "parameter", "Owner")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_class_is_not_an_instance(family):
    kind = next(iter(family.registry.values()))
    with pytest.raises(InvalidParameterError):
        resolve(family, kind, "parameter", "Owner")


def test_a_member_with_a_wrong_parameter_is_refused():
    with pytest.raises(InvalidParameterError, match="'beta_1' parameter of Adam"):
        resolve(optimizers.Optimizer, optimizers.Adam(beta_1=2.0), "solver", "Owner")


def test_a_users_own_member_needs_no_name():
    class Half(schedules.Schedule):
        def factor(self, epoch, step, horizon, state):
            return 0.5

    assert Half.alias is None
    assert Half not in schedules.Schedule.registry.values()
    assert isinstance(resolve(schedules.Schedule, Half(), "learning_rate", "Owner"), Half)


def test_families_do_not_share_registries():
    registries = [id(family.registry) for family in [*FAMILIES, layers.Layer]]
    assert len(set(registries)) == len(registries)
    assert issubclass(layers.Layer, Spec)


@pytest.mark.parametrize(
    ("constraint", "good", "bad"),
    [
        (real(0, 1, "left"), [0, 0.5], [1, -0.1, float("nan"), True, "0.5", None]),
        (real(0, 1, "both"), [0, 1], [1.1]),
        (integer(1), [1, 10], [0, 1.0, True, "1"]),
        (boolean(), [True, False], [0, 1, "yes"]),
        (one_of(["a", "b"]), ["a"], ["c", 1, None, ["a"]]),
        (none() | integer(0), [None, 0], [-1, 0.5]),
    ],
)
def test_constraints(constraint, good, bad):
    assert all(constraint.accepts(value) for value in good)
    assert not any(constraint.accepts(value) for value in bad)


def test_the_text_is_scikit_learns():
    spec = optimizers.SGD(momentum=7)
    with pytest.raises(InvalidParameterError) as caught:
        spec.check()
    assert str(caught.value).startswith("The 'momentum' parameter of SGD must be a float in the")
    assert str(caught.value).endswith("Got 7 instead.")
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, TypeError)
