"""Reference pages list exactly the methods and attributes that an estimator has."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sknn

jinja2 = pytest.importorskip("jinja2")

TEMPLATES = Path(__file__).parents[1] / "docs" / "_templates"
RNG = np.random.default_rng(0)
X = RNG.random((40, 4))
Y = (X[:, 0] > 0.5).astype(int)
ESTIMATORS = [name for name in sknn.__all__ if hasattr(getattr(sknn, name), "fit")]


def public_methods(kind):
    """Return what Sphinx regards as the methods of a class."""
    found = [name for name in dir(kind) if not name.startswith("_")]
    return ["__init__", *(name for name in found if callable(getattr(kind, name)))]


def listed(name, what):
    """Return the methods or attributes on the page of an estimator."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES))
    environment.filters["escape"] = environment.filters["underline"] = str
    page = environment.get_template("autosummary/estimator.rst").render(
        objname=name, module="sknn", methods=public_methods(getattr(sknn, name))
    )
    mark = f".. auto{what}:: "
    return [line.strip()[len(mark) :] for line in page.splitlines() if mark in line]


@pytest.mark.parametrize("name", ESTIMATORS)
def test_all_public_methods_are_listed_once(name):
    found = listed(name, "method")
    assert sorted(found) == sorted(public_methods(getattr(sknn, name))[1:])
    assert {"fit", "resume", "set_fit_request", "set_output"} <= set(found)
    assert found[0] == "fit"


def fitted(name):
    kind = getattr(sknn, name)
    brief = {"n_iter": 1} if "n_iter" in kind().get_params() else {"max_iter": 1}
    model = kind(**brief, random_state=0)
    if name == "TableSynthesizer":
        return model.fit(pd.DataFrame(X, columns=list("abcd")))
    if name == "GAN":
        return model.fit(X)
    return model.fit(X, X[:, 0] if name.endswith("Regressor") else Y)


@pytest.mark.parametrize("name", ESTIMATORS)
@pytest.mark.filterwarnings("ignore")
def test_attributes_that_are_listed_exist(name):
    model = fitted(name)
    found = listed(name, "attribute")
    assert "history_" in found
    for each in found:
        getattr(model, each)
    assert hasattr(model, "coefs_") == ("coefs_" in found)
