"""Every public name is exported once, exists, has a docstring, and is on a reference page.

That all parts of a family are public is checked in `tests/test_parts.py`.
"""

import importlib.util
import pathlib
import re

import pytest

import sknn
from sknn.core.spec import Spec
from tests.checks.public import list_of, modules, names, promised

SCRIPT = pathlib.Path(sknn.__file__).parents[1] / "docs" / "public_names.py"
IDS = [f"{module.__name__}.{name}" for module, name in names()]
each_name = pytest.mark.parametrize(("module", "name"), names(), ids=IDS)
each_module = pytest.mark.parametrize("module", modules(), ids=lambda module: module.__name__)


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("public_names", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def sections(script):
    """Return what the pages say about each module, in the form that Sphinx reads."""
    parts = script.written_out(script.pages()).split(".. currentmodule:: ")[1:]
    return {part.split("\n")[0]: part for part in parts}


@each_name
def test_a_promised_name_exists_and_says_what_it_is(module, name):
    thing = getattr(module, name, None)
    assert thing is not None, f"{list_of(module)} lists {name} but does not import it"
    assert (thing.__doc__ or "").strip(), f"{name} has no docstring"


@each_module
def test_names_are_promised_once_each(module):
    assert len(set(promised(module))) == len(promised(module))


@each_module
def test_a_module_is_on_the_page_with_its_names(module, sections):
    name = module.__name__
    assert name in sections, f"say ```{{public-names}} {name} on a page of docs/reference"
    found = re.findall(r"^   (\w+)$", sections[name], re.MULTILINE)
    assert sorted(found) == sorted(each for each in promised(module) if not each.startswith("__"))


@each_module
def test_short_names_are_on_the_page(module, sections):
    kinds = [getattr(module, name) for name in promised(module)]
    for kind in kinds:
        if isinstance(kind, type) and issubclass(kind, Spec) and kind.alias:
            assert f'`"{kind.alias}"` is `{kind.__name__}`' in sections[module.__name__]


def test_the_pages_promise_nothing_else(sections):
    assert set(sections) == {module.__name__ for module in modules()}
