"""The docstrings of public methods are true for the class to which they belong."""

import inspect
import re

import pytest

import sknn
from sknn.estimators.base import BaseNetwork

NETWORKS = [
    found
    for found in (getattr(sknn, name) for name in sknn.__all__)
    if isinstance(found, type) and issubclass(found, BaseNetwork)
]
EVERY_PARAMETER = {name for kind in NETWORKS for name in kind._get_param_names()}
# From scikit-learn, in its own words.
FOREIGN = {"set_params", "get_params", "get_metadata_routing", "set_output", "set_callbacks"}


def methods(kind):
    """Yield the public methods of a class with their docstrings."""
    for name in dir(kind):
        method = getattr(kind, name)
        ours = not (name.startswith("_") or name.endswith("_request") or name in FOREIGN)
        if ours and callable(method):
            yield name, method, inspect.getdoc(method) or ""


@pytest.mark.parametrize("kind", NETWORKS)
def test_methods_name_parameters_that_the_class_has(kind):
    foreign = EVERY_PARAMETER - set(kind._get_param_names())
    for name, method, text in methods(kind):
        # The classifiers and regressors that an autoencoder makes have their own.
        known = {"freeze"} if name.startswith("to_") else set()
        known |= set(inspect.signature(method).parameters)
        named = set(re.findall(r"`+(\w+)(?:=[^`]*)?`+", text))
        assert named & foreign <= known, name


@pytest.mark.parametrize("kind", NETWORKS)
def test_methods_welcome_sparse_rows_where_the_class_does(kind):
    takes_sparse = kind().__sklearn_tags__().input_tags.sparse
    for name, _, text in methods(kind):
        assert takes_sparse or "sparse matrix}" not in text, name
        assert takes_sparse or "sparse rows" not in text, name


@pytest.mark.parametrize("kind", NETWORKS)
def test_what_a_family_says_otherwise_has_its_place(kind):
    common = [
        inspect.getdoc(vars(base)[name]) or ""
        for base in kind.__mro__[1:]
        for name, _, _ in methods(kind)
        if name in vars(base) and vars(base)[name].__doc__
    ]
    own = "\n".join(text for _, _, text in methods(kind))
    for replaced, by in kind._wording.items():
        assert any(replaced in text for text in common), replaced
        assert replaced in by or replaced not in own


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (sknn.TabularMLPClassifier, "array-like or frame of shape (n_samples, n_features)"),
        (sknn.TableSynthesizer, "array-like or frame of shape (n_samples, n_features)"),
        (sknn.CNNRegressor, "(n_samples, height, width, n_channels)"),
        (sknn.RNNClassifier, "list of arrays of shape (n_steps, n_features)"),
        (sknn.MLPClassifier, "{array-like, sparse matrix} of shape (n_samples, n_features)"),
    ],
)
def test_rows_are_those_of_the_family(kind, words):
    name = "decision_function" if kind is sknn.TableSynthesizer else "transform"
    assert words in getattr(kind, name).__doc__


def test_bases_keep_their_words():
    from sknn.estimators.classifier import NetworkClassifier

    assert "sparse rows are never made" in NetworkClassifier.fit.__doc__
    assert "sparse rows are never made" not in sknn.RNNClassifier.fit.__doc__
    assert "Images or signals" in sknn.CNNClassifier.fit.__doc__
