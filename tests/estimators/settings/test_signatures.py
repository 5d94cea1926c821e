"""Constructors, docstrings, and constraints agree with the table of parameters."""

import importlib.util
import inspect
from pathlib import Path

import numpy as np
import pytest

import sknn
from sknn.estimators.base import BaseNetwork
from sknn.estimators.settings import parameter_table as table
from sknn.estimators.settings.parameter_table import TABLE, constraints_of, entries_of
from sknn.estimators.supervised import SupervisedNetwork
from sknn.exceptions import InvalidParameterError

SCRIPT = Path(sknn.__file__).parents[1] / "docs" / "signatures.py"
CLASSES = [
    each
    for each in map(sknn.__dict__.get, sknn.__all__)
    if isinstance(each, type) and issubclass(each, BaseNetwork)
]
MODULES = [
    each.ENTRIES
    for each in vars(table).values()
    if inspect.ismodule(each) and hasattr(each, "ENTRIES")
]
X = np.random.default_rng(0).normal(size=(20, 3))
y = np.arange(20) % 2


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("signatures", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_sources_are_up_to_date_with_the_table(script):
    files = [str(path) for path, _ in script.stale()]
    table = "sknn/estimators/settings/parameter_table"
    assert not files, f"{files} differ from {table}: run {script.COMMAND}"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_defaults_are_those_of_the_table(kind):
    signature = inspect.signature(kind.__init__).parameters
    for name, entry in entries_of(kind).items():
        assert repr(signature[name].default) == repr(entry.default), name


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("    tol : float, default=0.0001\n", "    tol : float, default=0.1\n"),
        ("        Maximum number of epochs in one call to `fit`.", "        Epochs."),
        ("    power_t : float, default=0.5\n", ""),
        ("        max_fun: Any = 15000,\n", "        max_fun: Any = 1,\n"),
        ("        self.max_fun = max_fun\n", ""),
        ("        self.max_fun = max_fun\n", "        self.max_fun = max_iter\n"),
    ],
)
def test_the_script_finds_and_mends_what_differs(script, right, wrong):
    source = Path(inspect.getsourcefile(sknn.MLPClassifier)).read_text(encoding="utf-8")
    assert right in source
    assert script.updated(source.replace(right, wrong, 1), sknn.MLPClassifier) == source
    assert script.updated(source, sknn.MLPClassifier) == source


def test_a_docstring_without_parameters_is_named_with_its_file(script, monkeypatch):
    monkeypatch.setattr(script, "classes", lambda: [sknn.MLPClassifier])
    mutilated = Path(inspect.getsourcefile(sknn.MLPClassifier)).read_text(encoding="utf-8")
    mutilated = mutilated.replace("    Parameters\n", "    Arguments\n", 1)
    monkeypatch.setattr(script.Path, "read_text", lambda *args, **kwargs: mutilated)
    with pytest.raises(
        ValueError, match=r"mlp\.py: the docstring of MLPClassifier has no section P"
    ):
        list(script.stale())


def test_the_check_names_the_file_and_the_command(script, monkeypatch, capsys):
    monkeypatch.setattr(script, "stale", lambda: iter([(Path("mlp.py"), "")]))
    assert script.main(["--check"]) == 1
    said = capsys.readouterr().out
    assert "mlp.py" in said
    assert "python docs/signatures.py" in said
    monkeypatch.setattr(script, "stale", lambda: iter([]))
    assert script.main(["--check"]) == 0


def test_every_name_is_listed_once_and_used():
    assert sum(map(len, MODULES)) == len(TABLE)
    assert set(TABLE) == {name for kind in CLASSES for name in entries_of(kind)}


@pytest.mark.parametrize("name", TABLE)
def test_what_differs_from_class_to_class_names_classes_and_does_differ(name):
    entry = TABLE[name]
    users = [kind for kind in CLASSES if name in entries_of(kind)]
    bases = {base.__name__ for kind in users for base in kind.__mro__}
    for owner, change in entry.changes:
        assert owner in bases, f"{owner} has no parameter {name}"
        for field, value in change.items():
            assert repr(value) != repr(getattr(entry, field)), f"{name} of {owner}: {field}"


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_constraints_are_those_of_the_signature(kind):
    assert set(kind._constraints) <= set(inspect.signature(kind.__init__).parameters)
    assert {name: each.words for name, each in kind._constraints.items()} == {
        name: each.words for name, each in constraints_of(kind).items()
    }


def test_a_parameter_without_an_entry_is_named():
    with pytest.raises(TypeError, match=r"Extended has .*: depth\. Add it to .*table"):

        class Extended(sknn.MLPClassifier):
            __module__ = "sknn.extended"

            def __init__(self, tol=1e-4, depth=3):
                super().__init__(tol=tol)


def test_classes_of_users_have_their_own_parameters():
    class Mine(sknn.MLPClassifier):
        def __init__(self, depth=3, tol=1e-4):
            super().__init__((4,), max_iter=1, tol=tol)
            self.depth = depth

    with pytest.warns(UserWarning):
        assert Mine().fit(X, y).n_iter_ == 1
    with pytest.raises(InvalidParameterError, match="'tol' parameter of Mine"):
        Mine(tol=-1).fit(X, y)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in CLASSES if issubclass(kind, SupervisedNetwork)],
    ids=lambda kind: kind.__name__,
)
def test_parameters_that_say_how_many_hidden_layers_there_are_exist(kind):
    missing = [name for name in kind._hidden_parameters if name not in kind._get_param_names()]
    assert not missing, (
        f"{missing} are no parameters of {kind.__name__}: say in the class attribute "
        f"_hidden_parameters, in {inspect.getsourcefile(kind)}, which ones give its hidden layers"
    )
