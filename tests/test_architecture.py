"""House rules that a machine can check: who imports whom, and how long things are."""

import ast
import graphlib
import inspect
import pathlib
import re

import pytest

import sknn
from sknn.estimators.base import BaseNetwork
from sknn.estimators.fit.state import Estimator
from sknn.estimators.weights import WeightAccess

ROOT = pathlib.Path(sknn.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
LEVELS = {
    "core": 0,
    "_format": 1,
    "_drawing": 2,
    "training": 2,
    "_sklearn": 3,
    "_validation": 4,
    "preprocessing": 5,
    "estimators": 6,
    "streams": 7,
    "search": 8,
    "inspection": 8,
    "persistence": 8,
}
# Inside core, a file may import only from families with a lower number.
CORE_LEVELS = {
    "constraints": 0,
    "method_names": 0,
    "random_streams": 0,
    "row_order": 0,
    "spec": 1,
    "initializers": 2,
    "schedules": 2,
    "archive": 2,
    "activations": 3,
    "layout": 3,
    "optimizers": 4,
    "visible_units": 4,
    "boltzmann_machine": 5,
    "losses": 5,
    "layers": 5,
    "network": 6,
    "pretrained": 7,
    "workspace": 7,
    "tangent": 8,
}
# In estimators, files import only from files and packages of a lower number or their own.
ESTIMATOR_LEVELS = {
    "finite_output": 0,
    "fitted": 0,
    "coefs": 0,
    "shape_warnings": 0,
    "settings": 0,
    "targets": 0,
    "weights": 1,
    "fit": 1,
    "base": 2,
    "supervised": 3,
    "classifier": 4,
    "regressor": 4,
    "shaped": 4,
    "mlp": 5,
    "autoencoder": 6,
}
FAMILIES = 5
"""The level of packages that are not listed."""
MAX_ESTIMATOR_LEVELS = 7
MAX_ESTIMATOR_FILES = 12
MAX_HOOKS = 13
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50


def parts_of(path):
    """Return the parts of a module's name below sknn."""
    return path.relative_to(ROOT).with_suffix("").parts


def level_of(name, levels):
    """Return the level of a file or package."""
    table = "CORE_LEVELS" if levels is CORE_LEVELS else "ESTIMATOR_LEVELS"
    assert name in levels, f"enter {name!r} in {table} of tests/test_architecture.py"
    return levels[name]


def estimator_level(name):
    """Return the level of a file or package of estimators; any other package is a family."""
    if name not in ESTIMATOR_LEVELS and (ROOT / "estimators" / name).is_dir():
        return FAMILIES
    return level_of(name, ESTIMATOR_LEVELS)


def imports(tree):
    """Yield the dotted names that a module imports, also for type checkers only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_name(path):
    """Return the dotted name of a module."""
    return ".".join(("sknn", *parts_of(path))).removesuffix(".__init__")


def docstring_lines(node):
    first = node.body[0] if node.body else None
    if isinstance(first, ast.Expr) and isinstance(getattr(first, "value", None), ast.Constant):
        return first.end_lineno - first.lineno + 1
    return 0


def functions(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path):
    here = parts_of(path)
    for name in imports(ast.parse(path.read_text())):
        parts = name.split(".")
        if parts[0] == "sklearn" and here[0] == "core":
            assert here == ("core", "spec"), f"core imports {name}"
        if parts[0] == "sklearn" and any(part.startswith("_") for part in parts):
            assert here == ("_sklearn",), f"private name {name}"
        if parts[0] != "sknn" or len(parts) < 2:
            continue
        if here[0] in LEVELS and parts[1] in LEVELS:
            assert LEVELS[parts[1]] <= LEVELS[here[0]], f"imports upward: {name}"
        if here[0] == "core" and parts[1] == "core" and len(parts) > 2 and len(here) > 1:
            assert (
                here[1] == "__init__"
                or parts[2] == here[1]
                or level_of(parts[2], CORE_LEVELS) < level_of(here[1], CORE_LEVELS)
            ), f"imports upward inside core: {name}"


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "estimators").rglob("*.py")),
    ids=lambda path: str(path.relative_to(ROOT / "estimators")),
)
def test_imports_between_packages_of_estimators_point_one_way(path):
    here = parts_of(path)[1]
    for name in imports(ast.parse(path.read_text())):
        parts = name.split(".")
        if parts[:2] == ["sknn", "estimators"] and len(parts) > 2 and parts[2] != here:
            assert estimator_level(parts[2]) < estimator_level(here), f"imports upward: {name}"


def test_every_folder_is_a_package():
    missing = [
        f"sknn/{folder.relative_to(ROOT)}/__init__.py"
        for folder in sorted({path.parent for path in FILES})
        if not (folder / "__init__.py").is_file()
    ]
    assert not missing, f"add {missing}, with a line that says what the package is for"
    silent = [
        f"sknn/{path.relative_to(ROOT)}"
        for path in FILES
        if path.name == "__init__.py" and ast.get_docstring(ast.parse(path.read_text())) is None
    ]
    assert not silent, f"say in a line at the top of {silent} what the package is for"


def test_estimators_have_few_levels_and_few_files_at_the_top():
    assert len(set(ESTIMATOR_LEVELS.values())) <= MAX_ESTIMATOR_LEVELS
    assert len(list((ROOT / "estimators").glob("*.py"))) <= MAX_ESTIMATOR_FILES


def families(kind=BaseNetwork):
    """Yield our classes that derive from a class."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("sknn."):
            yield each
            yield from families(each)


def test_hooks_are_few_and_listed():
    """What families override is in the table of the page that says when it is called."""
    own = {
        name
        for name, value in vars(BaseNetwork).items()
        if re.match("_[a-z]", name) and (inspect.isfunction(value) or name in ("_task", "_holdout"))
    }
    hooks = {name for name in own for kind in families() if name in vars(kind)}
    assert hooks == first_column("Hooks"), "list in docs/developer/fit.md what families override"
    assert len(hooks) <= MAX_HOOKS
    of_weights = {name for name in vars(WeightAccess) if re.match("_[a-z]", name)}
    overridden = {name for name in of_weights for kind in families() if name in vars(kind)}
    told = set(re.findall(r"`(_\w+)\(\)`", section_of_fit("Hooks")))
    assert overridden <= told, "list in docs/developer/fit.md what families override in weights"


def test_facts_are_listed():
    """Attributes of the classes from which families derive are in a table of the same page."""
    shared = [kind for kind in families() if kind.__module__.count(".") == 2]
    facts = {
        name
        for kind in (BaseNetwork, *shared)
        for name, words in vars(kind).get("__annotations__", {}).items()
        if re.match("_[a-z]", name) and "ClassVar" in words and name not in ("_task", "_holdout")
    }
    facts -= {"_constraints", "_defaults"}  # From the table of parameters.
    assert facts == first_column("Facts"), "list in docs/developer/fit.md what classes set"


def test_what_a_call_asks_of_an_estimator_is_there():
    """The protocol of the state and the base of estimators name the same hooks and attributes."""
    for name, asked in vars(Estimator).items():
        if re.match("_[a-z]", name) and inspect.isfunction(asked):
            there = inspect.signature(getattr(BaseNetwork, name)).parameters
            words = f"{name} of Estimator in fit/state.py and of BaseNetwork differ"
            assert list(inspect.signature(asked).parameters) == list(there), words
    known = {name for kind in BaseNetwork.__mro__ for name in vars(kind).get("__annotations__", {})}
    missing = Estimator.__annotations__.keys() - known - set(dir(BaseNetwork))
    private = {name for name in missing if name.startswith("_")}
    assert not private, f"Estimator in fit/state.py needs {private}, which BaseNetwork lacks"


def section_of_fit(title):
    """Return one section of the page "A fit from end to end"."""
    page = (ROOT.parent / "docs/developer/fit.md").read_text()
    return page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_column(title):
    """Return the private names in the first column of the table in a section."""
    return set(re.findall(r"^\| `(_\w+)", section_of_fit(title), re.MULTILINE))


def test_there_is_no_import_cycle():
    names = {module_name(path) for path in FILES}
    arrows = {
        module_name(path): set(imports(ast.parse(path.read_text()))) & names - {module_name(path)}
        for path in FILES
        # A package that only re-exports its contents is not a member.
        if path.name != "__init__.py"
    }
    graphlib.TopologicalSorter(arrows).prepare()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_lengths(path):
    source = path.read_text()
    tree = ast.parse(source)
    excused = docstring_lines(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            excused += docstring_lines(node)
    for node in functions(tree):
        excused += docstring_lines(node)
        length = node.end_lineno - node.body[0].lineno + 1 - docstring_lines(node)
        if node.name == "__init__":
            excused += node.end_lineno - node.lineno + 1 - docstring_lines(node)
        else:
            assert length <= MAX_FUNCTION_LINES, f"{node.name} has {length} lines"
    assert source.count("\n") - excused <= MAX_FILE_LINES


def test_median_function_is_short():
    lengths = sorted(
        node.end_lineno - node.body[0].lineno + 1 - docstring_lines(node)
        for path in FILES
        for node in functions(ast.parse(path.read_text()))
    )
    assert lengths[len(lengths) // 2] <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 25


def test_public_names_are_explicit_and_exist():
    for name in sknn.__all__:
        assert hasattr(sknn, name)


def test_no_unfinished_business():
    for path in FILES:
        for marker in ("TO" + "DO", "FIX" + "ME", "XX" + "X"):
            assert marker not in path.read_text(), f"{marker} in {path.name}"


def test_no_class_name_twice():
    """One name, one meaning; the two excused ones are public, each in its own module."""
    places = {}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    twice = {name: files for name, files in places.items() if len(files) > 1}
    assert twice.keys() == {"Constant"}, twice
