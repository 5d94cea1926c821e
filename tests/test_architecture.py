"""The house rules that a machine can check: who imports whom, and how long things are."""

import ast
import pathlib

import pytest

import sknn

ROOT = pathlib.Path(sknn.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
LEVELS = {"core": 0, "training": 1, "estimators": 2, "search": 3, "inspection": 3, "persistence": 3}
# Inside core a file may import from families of a lower number only.
CORE_LEVELS = {
    "constraints": 0,
    "naming": 0,
    "generator": 0,
    "rows": 0,
    "spec": 1,
    "initializers": 2,
    "activations": 2,
    "optimizers": 2,
    "schedules": 2,
    "archive": 2,
    "layout": 3,
    "visible": 3,
    "machine": 4,
    "losses": 4,
    "layers": 4,
    "network": 5,
    "pretrained": 6,
    "workspace": 6,
    "tangent": 7,
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50


def room(path):
    """Return the parts of a module's name below sknn."""
    return path.relative_to(ROOT).with_suffix("").parts


def imports(tree):
    """Yield the dotted names a module imports, those for type checkers excepted."""
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the direction"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


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
    here = room(path)
    for name in imports(ast.parse(path.read_text())):
        parts = name.split(".")
        if parts[0] == "sklearn" and here[0] == "core":
            assert here == ("core", "spec"), f"core imports {name}"
        if parts[0] == "sklearn" and any(part.startswith("_") for part in parts):
            assert here == ("estimators", "_sklearn"), f"private name {name}"
        if parts[0] != "sknn" or len(parts) < 2:
            continue
        if here[0] in LEVELS and parts[1] in LEVELS:
            assert LEVELS[parts[1]] <= LEVELS[here[0]], f"imports upward: {name}"
        if here[0] == "core" and parts[1] == "core" and len(parts) > 2 and len(here) > 1:
            assert (
                here[1] == "__init__"
                or parts[2] == here[1]
                or (CORE_LEVELS[parts[2]] < CORE_LEVELS[here[1]])
            ), f"imports upward inside core: {name}"


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
