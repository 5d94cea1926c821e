"""Write out the lists of public names on the pages of the reference.

A page says ``{public-names} sknn.layers`` where the names of a module belong; Sphinx gets the
page with a summary of each name in place of that, so that no list is kept by hand.
"""

import importlib
import inspect
import re
from pathlib import Path

REFERENCE = Path(__file__).parent / "reference"
WRITTEN_OUT = REFERENCE / "written_out.md"
MARK = re.compile(r"^```\{public-names\} ([\w.]+)\n```$", re.MULTILINE)
# How a class with `fit` is shown, and what else has a page of a shape of its own.
TEMPLATES = {
    "sknn": "estimator",
    "sknn.preprocessing": "transformer",
    "sknn.search": "search",
    "sknn.exceptions": "base",
}


def names_of(module):
    """Return the public names of a module: `__all__`, or the classes that it defines."""
    own = (
        name
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and thing.__module__ == module.__name__
    )
    listed = (name for name in getattr(module, "__all__", own) if not name.startswith("__"))
    return sorted(listed, key=str.lower)


def modules():
    """Return the modules whose names are on the pages."""
    return [importlib.import_module(name) for name in MARK.findall(pages())]


def pages():
    """Return the text of all pages of the reference, one after the other."""
    paths = (path for path in sorted(REFERENCE.glob("*.md")) if path != WRITTEN_OUT)
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def written_out(page):
    """Return the text of a page with names in place of marks."""
    return MARK.sub(lambda mark: _summaries(mark[1]), page)


def write_out():
    """Write all pages into one for the part of Sphinx that reads files instead of sources."""
    WRITTEN_OUT.write_text(written_out(pages()), encoding="utf-8")


def _summaries(module_name):
    module = importlib.import_module(module_name)
    names = names_of(module)
    template = TEMPLATES.get(module_name)
    special = [
        name for name in names if template == "base" or hasattr(getattr(module, name), "fit")
    ]
    plain = [name for name in names if name not in special]
    lines = ["```{eval-rst}", f".. currentmodule:: {module_name}"]
    if special:
        lines += _summary(special, f":template: autosummary/{template}.rst")
    if plain:
        lines += _summary(plain, ":nosignatures:")
    return "\n".join([*lines, "```", *_short_names(module, names)])


def _summary(names, option):
    rows = [":toctree: generated", option, "", *names]
    return [".. autosummary::", *(f"   {row}".rstrip() for row in rows), ""]


def _short_names(module, names):
    """Return a sentence about the names by which parameters know the classes."""
    aliases = ((name, getattr(getattr(module, name), "alias", None)) for name in names)
    told = [f'`"{alias}"` is `{name}`' for name, alias in aliases if alias]
    return ["", f"By name: {', '.join(told)}."] if told else []
