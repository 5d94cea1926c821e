"""The public modules, their names, and the estimators among them, found by inspection."""

import importlib
import inspect
import pathlib
import pkgutil

import sknn

# Users import the contents of these from the modules next to them.
INTERNAL = {"core", "training", "estimators"}
# The modules that export what a package or file of core lists.
FAMILIES = {"activations", "initializers", "layers", "losses", "optimizers", "schedules"}


def modules():
    """Return the public modules of sknn, the package itself first, without internal packages."""
    found = [sknn]
    for module in pkgutil.iter_modules(sknn.__path__):
        if not module.name.startswith("_") and module.name not in INTERNAL:
            found.append(importlib.import_module(f"sknn.{module.name}"))
    return found


def promised(module):
    """Return `__all__`, or the classes that the module defines."""
    own = (
        name
        for name, thing in vars(module).items()
        if inspect.isclass(thing) and thing.__module__ == module.__name__
    )
    return list(getattr(module, "__all__", own))


def list_of(module):
    """Return the file that lists the public names of a module, for use in messages."""
    name = module.__name__.removeprefix("sknn").removeprefix(".")
    root = pathlib.Path(sknn.__path__[0])
    inner = root / "core" / name
    places = (inner / "__init__.py", inner.with_suffix(".py")) if name in FAMILIES else ()
    places = (*places, root / name / "__init__.py", root / f"{name}.py")
    found = next(place for place in places if place.is_file())
    return f"sknn/{found.relative_to(root)}"


def names():
    """Return the public names as pairs of a module and a name in it."""
    return [(m, name) for m in modules() for name in promised(m) if not name.startswith("__")]


def networks():
    """Return the estimators that can be imported from `sknn` itself."""
    return [kind for kind in map(vars(sknn).get, sknn.__all__) if inspect.isclass(kind)]


def estimators():
    """Return every public class with `fit`, in alphabetical order."""
    found = {getattr(module, name) for module, name in names()}
    classes = [each for each in found if inspect.isclass(each) and hasattr(each, "fit")]
    return sorted(classes, key=lambda each: each.__name__)
