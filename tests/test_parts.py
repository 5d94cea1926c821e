"""Every part is complete: exported, checked with its family, and found by its short name.

The reference lists every export automatically (`tests/contract/test_exports.py`).

Every message names the file to edit.
"""

import importlib
import inspect
import pathlib
import pkgutil
import re

import pytest

import sknn.core
import sknn.estimators
import sknn.training
from sknn.activations import Activation
from sknn.callbacks import Callback
from sknn.estimators.base import BaseNetwork
from sknn.estimators.settings.parameter_table import TABLE
from sknn.initializers import Initializer
from sknn.layers import Layer
from sknn.losses import Loss
from sknn.optimizers import Optimizer
from sknn.schedules import BatchSizeSchedule, Schedule
from tests.cases import activations, initializers, layers, losses, optimizers, schedules
from tests.checks.public import list_of, networks

# Classes that nobody imports are found, too.
for package in (sknn.core, sknn.training, sknn.estimators):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)

ROWS = {
    "activations": [activation for activation, _ in activations.CASES],
    "initializers": [case[0] for case in initializers.CASES],
    "layers": [layer for layer, _ in layers.CASES],
    "losses": [spec for row in losses.ROWS for spec in (row.loss, row.kernel)],
    "optimizers": [row.spec for row in optimizers.ROWS],
    "schedules": [row.spec for row in schedules.ROWS] + [row[0] for row in schedules.BATCH_SIZES],
}
INVALID = {
    "activations": [(kind, name) for kind, name, _ in activations.INVALID],
    "losses": [(kind, name) for kind, values in losses.INVALID for name in values],
    "optimizers": [(kind, name) for kind, name, _ in optimizers.INVALID],
    "schedules": [(kind, name) for kind, name, _ in schedules.INVALID],
}
BASES = {
    "activations": [Activation],
    "initializers": [Initializer],
    "layers": [Layer],
    "losses": [Loss],
    "optimizers": [Optimizer],
    "schedules": [Schedule, BatchSizeSchedule],
}
OUTER = {"callbacks": [Callback]}
# Internal parts, with the reason why they have no public name.
INNER = {
    "GateByGate": "drawn by recurrent layers for themselves",
    "OutOfFold": "this is n_splits",
    "MemberRecorder": "this is fit_members",
    "PrintProgress": "this is verbose=True",
    "StopBelow": "this is stop_below",
    "Validate": "this is X_val",
    "ValidateMembers": "this is X_val in a block",
    "Watch": "this is early_stopping",
    "WatchMembers": "this is early_stopping in a block",
}
# Available only as objects, like the losses to which another one binds.
NAMELESS = {"BatchSize", "Grouped", "Mixed", "ScaledUniform", "TokenCrossEntropy"}
# What layers check without a table: names, specs and short names, layers inside.
READ_BY_LAYERS = {"name", "activation", "layers", "branches"}
READ_BY_LAYERS |= {"weight_init", "bias_init", "recurrent_init"}
GUIDES = {
    "activations": "activations_and_outputs",
    "initializers": "initial_values_and_gradients",
    "losses": "losses",
    "optimizers": "optimizers_and_rates",
    "schedules": "optimizers_and_rates",
}
TABLE_FILES = "sknn/estimators/settings/parameter_table"
NAMED_IN = {
    "activations": ("architecture", "activation"),
    "losses": ("architecture", "loss"),
    "optimizers": ("training", "solver"),
    "schedules": ("training", "learning_rate"),
}
"""Files and parameters whose texts name all parts of a family."""
each_family = pytest.mark.parametrize("family", BASES)


def below(kind):
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def members(family):
    """Return the classes of a family that can be created, without those of tests and users."""
    kinds = {kind for base in (BASES | OUTER)[family] for kind in below(base)}
    ours = [kind for kind in kinds if kind.__module__.startswith(("sknn.core.", "sknn.training."))]
    made = [kind for kind in ours if not inspect.isabstract(kind)]
    inner = [kind for kind in made if kind.__name__.startswith("_") or kind.__name__ in INNER]
    return sorted(set(made) - set(inner), key=lambda kind: kind.__name__)


def parts(family):
    """Return the members of a family that are defined in its package."""
    return [kind for kind in members(family) if kind.__module__.startswith(f"sknn.core.{family}")]


def names(kinds):
    return [kind.__name__ for kind in kinds]


def is_exported(family, kind):
    face = importlib.import_module(f"sknn.{family}")
    return kind.__name__ in face.__all__ and getattr(face, kind.__name__, None) is kind


def found_by_name(family):
    """Return the parts that texts can name: those exported with a short name."""
    return [kind for kind in parts(family) if kind.alias and is_exported(family, kind)]


@pytest.mark.parametrize("family", [*BASES, "callbacks"])
def test_every_part_is_exported(family):
    missing = names(kind for kind in members(family) if not is_exported(family, kind))
    place = list_of(importlib.import_module(f"sknn.{family}"))
    assert not missing, f"import {missing} in {place} and list them in __all__"


def test_every_network_is_exported():
    """A class with its own constructor is meant for users."""
    built = {kind for kind in below(BaseNetwork) if "__init__" in vars(kind)}
    ours = {kind for kind in built if kind.__module__.startswith("sknn.estimators.")}
    missing = sorted(names(ours - set(networks())))
    assert not missing, f"import {missing} in sknn/__init__.py and list them in __all__"


@each_family
def test_every_part_has_a_row(family):
    tried = {type(spec) for spec in ROWS[family]}
    missing = names(kind for kind in parts(family) if kind not in tried)
    assert not missing, f"add a row for each of {missing} to tests/cases/{family}.py"


@each_family
def test_every_short_name_leads_to_its_part(family):
    registry = BASES[family][0].registry
    hidden = names(kind for kind in registry.values() if kind.__module__.startswith("sknn."))
    assert set(hidden) <= set(names(parts(family))), f"short names of {family} without a part"


@pytest.mark.parametrize("family", [family for family in BASES if family != "layers"])
def test_every_part_has_a_short_name(family):
    bound = {type(row.kernel) for row in losses.ROWS} - {type(row.loss) for row in losses.ROWS}
    nameless = (kind for kind in parts(family) if kind.alias is None and kind not in bound)
    missing = [name for name in names(nameless) if name not in NAMELESS]
    assert not missing, (
        f'say alias="..." in the class statement of {missing}, or enter in NAMELESS of '
        "tests/test_parts.py what has no short name"
    )


@pytest.mark.parametrize("family", NAMED_IN)
def test_every_short_name_is_listed_by_the_parameter_that_takes_it(family):
    told = [f'"{kind.alias}"' for kind in found_by_name(family)]
    file, parameter = NAMED_IN[family]
    # Losses differ by task; elsewhere, every text that names one names all.
    lists = [text for text in texts(parameter) if any(name in text for name in told)]
    for text in [" ".join(lists)] if family == "losses" else lists:
        missing = [name for name in told if name not in text]
        assert not missing, to_tell(missing, parameter, file)


@pytest.mark.parametrize("parameter", ["weight_decay", "beta_1", "beta_2", "epsilon"])
def test_texts_say_which_optimizers_a_parameter_is_for(parameter):
    missing = [
        f'"{kind.alias}"'
        for kind in found_by_name("optimizers")
        if (kind.weight_decay if parameter == "weight_decay" else parameter in kind.shared.values())
        and f'"{kind.alias}"' not in TABLE[parameter].text
    ]
    assert not missing, to_tell(missing, parameter, "training")


@pytest.mark.parametrize("family", GUIDES)
def test_every_short_name_is_in_the_guide(family):
    page = f"docs/guide/{GUIDES[family]}.md"
    told = (pathlib.Path(sknn.__file__).parents[1] / page).read_text(encoding="utf-8")
    known = {name.strip('"') for name in re.findall('`("?\\w+"?)`', told)}
    missing = [kind.alias for kind in found_by_name(family) if kind.alias not in known]
    assert not missing, f"add a line for each of {missing} to the table of {page}"


def texts(parameter):
    """Return all docstrings of a parameter, one text for each kind of class."""
    entry = TABLE[parameter]
    return [entry.text, *(change["text"] for _, change in entry.changes if "text" in change)]


def to_tell(missing, parameter, file):
    return (
        f"{missing} are missing in the text of {parameter!r} in {TABLE_FILES}/{file}.py: have the "
        f"names listed by {TABLE_FILES}/short_names.py, then run python docs/signatures.py"
    )


@each_family
def test_every_parameter_has_a_constraint(family):
    excused = READ_BY_LAYERS if family == "layers" else set()
    missing = [
        f"{kind.__name__}.{name}"
        for kind in parts(family)
        for name in kind._get_param_names()
        if name not in kind.constraints and name not in excused
    ]
    assert not missing, f"declare valid values of {missing} in `constraints` of the class"


def test_every_loss_is_worked_out_on_paper():
    tried = {type(hand.loss) for hand in losses.HAND} | {losses.Grouped, losses.Mixed}
    missing = sorted(
        {type(row.loss).__name__ for row in losses.ROWS if type(row.loss) not in tried}
    )
    assert not missing, f"add three rows for each of {missing} to HAND in tests/cases/losses.py"


def test_every_layer_has_a_kind():
    missing = names(kind for kind in parts("layers") if kind.kind == Layer.kind)
    assert not missing, f"name unnamed layers of {missing}: kind = ... in the class"


@pytest.mark.parametrize("family", INVALID)
def test_every_parameter_has_an_invalid_value(family):
    tried = set(INVALID[family])
    missing = [
        f"{kind.__name__}.{name}"
        for kind in parts(family)
        for name in kind.constraints
        if (kind, name) not in tried
    ]
    assert not missing, f"add an invalid value of {missing} to INVALID in tests/cases/{family}.py"


@each_family
def test_every_part_has_an_example(family):
    missing = names(kind for kind in parts(family) if ">>>" not in (kind.__doc__ or ""))
    assert not missing, f"use {missing} in an Examples section of the docstring"
