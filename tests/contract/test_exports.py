"""What is public is promised, importable by its name and on the page of the reference."""

import importlib
import pathlib
import pkgutil
import re

import pytest

import sknn.core
from sknn import activations, callbacks, initializers, layers, losses, optimizers, schedules
from sknn.activations import Activation
from sknn.callbacks import Callback
from sknn.initializers import Initializer
from sknn.layers import Layer
from sknn.losses import Loss
from sknn.optimizers import Optimizer
from sknn.schedules import Schedule
from tests.checks.public import modules, names, promised

PAGE = pathlib.Path(sknn.__file__).parents[1] / "docs" / "reference" / "index.md"
PAGES = [path for path in PAGE.parents[1].rglob("*.md") if "developer" not in path.parts]
FAMILIES = {
    activations: Activation,
    callbacks: Callback,
    initializers: Initializer,
    layers: Layer,
    losses: Loss,
    optimizers: Optimizer,
    schedules: Schedule,
}
GUIDE = {
    activations: "activations_and_outputs",
    callbacks: "callbacks",
    initializers: "initial_values_and_gradients",
    losses: "losses",
    optimizers: "optimizers_and_rates",
    schedules: "optimizers_and_rates",
}
"""Where the guide has a table of a family."""
ALIASES = [
    pytest.param(module, alias, id=f"{module.__name__}-{alias}")
    for module, family in FAMILIES.items()
    for alias, kind in getattr(family, "registry", {}).items()
    if kind.__module__.startswith("sknn.")
]
# Parts of the machinery, with why they have no public name.
INNER = {
    "GateByGate": "drawn by recurrent layers for themselves",
    "PrintProgress": "this is verbose=True",
    "StopBelow": "this is stop_below",
    "Validate": "this is X_val and y_val, or early_stopping=True",
    "Watch": "this is early_stopping, tol and n_iter_no_change",
}
IDS = [f"{module.__name__}.{name}" for module, name in names()]


def documented():
    """Return the names on the page as pairs: of the module, and in it."""
    module, found = None, set()
    for line in PAGE.read_text().splitlines():
        if line.startswith(".. currentmodule::"):
            module = line.split("::")[1].strip()
        elif module and re.fullmatch(r"   \w+", line):
            found.add((module, line.strip()))
    return found


@pytest.mark.parametrize(("module", "name"), names(), ids=IDS)
def test_a_promised_name_exists_and_says_what_it_is(module, name):
    thing = getattr(module, name, None)
    assert thing is not None, f"{module.__name__}.__all__ promises {name}"
    assert (thing.__doc__ or "").strip(), f"{name} has no docstring"


@pytest.mark.parametrize(("module", "name"), names(), ids=IDS)
def test_a_promised_name_is_on_the_page(module, name):
    wanted = (module.__name__, name)
    assert wanted in documented(), f"add {name} below {module.__name__} in docs/reference/index.md"


def test_the_page_promises_nothing_else():
    public = {(module.__name__, name) for module, name in names()}
    assert documented() <= public


# A class that nobody imports is found, too.
for each in pkgutil.walk_packages(sknn.core.__path__, "sknn.core."):
    importlib.import_module(each.name)


def offspring(family):
    for child in family.__subclasses__():
        yield child
        yield from offspring(child)


@pytest.mark.parametrize("module", FAMILIES, ids=lambda module: module.__name__)
def test_every_member_of_a_family_is_exported(module):
    """What has members of its own is a base class and may stay inside."""
    for kind in offspring(FAMILIES[module]):
        ours = kind.__module__.startswith(("sknn.core.", "sknn.training.callbacks."))
        inner = kind.__name__.startswith("_") or kind.__name__ in INNER
        if ours and not inner and not kind.__subclasses__():
            file = f"{module.__name__.replace('.', '/')}.py"
            assert kind.__name__ in module.__all__, f"export {kind.__name__} in {file}"
            assert getattr(module, kind.__name__) is kind


@pytest.mark.parametrize(("module", "alias"), ALIASES)
def test_every_alias_is_of_an_exported_class_and_on_a_page(module, alias):
    kind = FAMILIES[module].registry[alias]
    assert kind.__name__ in module.__all__, f"export {kind.__name__} in {module.__name__}"
    quoted = (f'"{alias}"', f"`{alias}`")
    pages = [path.read_text() for path in PAGES]
    assert any(words in page for page in pages for words in quoted), (
        f"name `{alias}` in docs/guide/{GUIDE[module]}.md"
    )


@pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)
def test_names_are_promised_once_each(module):
    assert len(set(promised(module))) == len(promised(module))
