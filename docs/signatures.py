"""Bring constructors and docstrings up to date with the table of parameters.

``python docs/signatures.py`` rewrites the sources, ``--check`` only compares.
"""

import ast
import inspect
import json
import sys
import textwrap
from pathlib import Path

# The sources that are rewritten are those beside this script, whichever are installed.
sys.path.insert(0, str(Path(__file__).parents[1]))

import sknn  # noqa: E402
from sknn.estimators.base import BaseNetwork  # noqa: E402
from sknn.estimators.settings.parameter_table import entries_of  # noqa: E402

WIDTH = 100
COMMAND = "python docs/signatures.py"


def classes():
    """Return the public networks, those with a constructor of their own."""
    found = [getattr(sknn, name) for name in sknn.__all__]
    return [each for each in found if isinstance(each, type) and issubclass(each, BaseNetwork)]


def shown(value):
    """Return a default the way it is written in source and docstrings."""
    if isinstance(value, str):
        return json.dumps(value)
    return repr(value).replace("e-0", "e-")


def entry_lines(name, entry, indent):
    """Return the lines of a docstring about one parameter."""
    space = " " * indent
    text = textwrap.wrap(
        entry.description,
        WIDTH - indent - 4,
        break_long_words=False,
        break_on_hyphens=False,
    )
    first = f"{space}{name} : {entry.types}, default={shown(entry.default)}"
    return [first, *(f"{space}    {line}" for line in text)]


def section(lines, title, indent):
    """Return where the entries of a section of a docstring begin and end."""
    space = " " * indent
    if space + title not in lines:
        raise ValueError(f"has no section {title}: write its heading and the rule below it")
    start = lines.index(space + title) + 2
    for at in range(start, len(lines)):
        rule = lines[at + 1].strip() if at + 1 < len(lines) else '"""'
        if set(rule) == {"-"}:
            return start, at - 1
        if rule.endswith('"""'):
            return start, at + 1
    raise ValueError(f"has no end of the section {title}")


def updated(source, kind):
    """Return the source of a module with one class brought up to date."""
    node = _class_node(source, kind)
    init = next(each for each in node.body if getattr(each, "name", "") == "__init__")
    entries = entries_of(kind)
    lines = source.split("\n")
    _write_assignments(lines, init, entries)
    _write_defaults(lines, init, entries)
    return "\n".join(_with_parameters(lines, node, entries))


def _class_node(source, kind):
    tree = ast.parse(source)
    return next(each for each in tree.body if getattr(each, "name", "") == kind.__name__)


def _write_assignments(lines, init, entries):
    """Write ``self.name = name`` for every parameter, where a constructor does nothing else."""
    if not all(_is_assignment(each) for each in init.body):
        return
    indent = " " * init.body[0].col_offset
    wanted = [f"{indent}self.{name} = {name}" for name in entries]
    lines[init.body[0].lineno - 1 : init.end_lineno] = wanted


def _is_assignment(statement):
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    return isinstance(target, ast.Attribute) and isinstance(statement.value, ast.Name)


def _write_defaults(lines, init, entries):
    """Write the defaults of the table where those of the source have another value."""
    args = init.args.args[1:] + init.args.kwonlyargs
    defaults = init.args.defaults + init.args.kw_defaults
    for arg, node in zip(args, defaults, strict=True):
        wanted = entries[arg.arg].default
        if repr(ast.literal_eval(node)) != repr(wanted):
            row = node.lineno - 1
            line = lines[row]
            lines[row] = line[: node.col_offset] + shown(wanted) + line[node.end_col_offset :]


def _with_parameters(lines, node, entries):
    doc = node.body[0]
    first, last = doc.lineno - 1, doc.end_lineno
    body, indent = lines[first:last], doc.col_offset
    try:
        start, end = section(body, "Parameters", indent)
    except ValueError as error:
        raise ValueError(f"the docstring of {node.name} {error}") from None
    wanted = [line for name, row in entries.items() for line in entry_lines(name, row, indent)]
    if any("\\" in line for line in wanted) and not body[0].strip().startswith("r"):
        raise ValueError(f"the docstring of {node.name} holds backslashes: begin it with r")
    return [*lines[:first], *body[:start], *wanted, *body[end:], *lines[last:]]


def stale():
    """Yield the files that differ from the table, with what they should hold."""
    sources = {}
    for kind in classes():
        path = Path(inspect.getsourcefile(kind))
        try:
            sources[path] = updated(sources.get(path) or path.read_text(encoding="utf-8"), kind)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
    for path, source in sources.items():
        if source != path.read_text(encoding="utf-8"):
            yield path, source


def main(arguments):
    """Rewrite, or compare; return the exit code."""
    check = "--check" in arguments
    changed = list(stale())
    for path, source in changed:
        if check:
            print(f"{path} differs from sknn/estimators/settings/parameter_table: run {COMMAND}")
        else:
            path.write_text(source, encoding="utf-8")
            print(f"{path} rewritten")
    return int(check and bool(changed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
