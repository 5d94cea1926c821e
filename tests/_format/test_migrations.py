"""Older files load, although states and names of classes have changed since."""

import pytest

from sknn import MLPClassifier
from sknn._format import files, migrations
from sknn._format.names import Names
from tests.checks.files import bytes_of


@pytest.fixture
def later(monkeypatch):
    """Pretend that two formats have passed since a file was written, and return its bytes."""
    content = bytes_of(MLPClassifier(alpha=0.5))
    monkeypatch.setattr(files, "FORMAT", 3)
    monkeypatch.setattr(migrations, "FORMAT", 3)
    return content


def test_a_state_is_brought_from_format_to_format(later, monkeypatch):
    steps = {
        ("sknn.MLPClassifier", 1): lambda state: state | {"alpha": state["alpha"] + 1},
        ("sknn.MLPClassifier", 2): lambda state: state | {"alpha": state["alpha"] * 2},
        ("sknn.MLPClassifier", 3): lambda state: state | {"alpha": None},
        ("sknn.MLPRegressor", 1): lambda state: state | {"alpha": None},
    }
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    assert files.from_bytes(later, Names()).value.alpha == 3.0


def test_a_class_that_was_moved_is_found(monkeypatch):
    content = bytes_of(MLPClassifier(alpha=0.5))
    monkeypatch.setattr(
        migrations, "MOVED", {"sknn.MLPClassifier": "sknn.a.B", "sknn.a.B": "sknn.MLPRegressor"}
    )
    found = files.from_bytes(content, Names()).value
    assert type(found).__name__ == "MLPRegressor" and found.alpha == 0.5


def test_a_later_format_is_refused(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(files, "FORMAT", 2)
        content = bytes_of(MLPClassifier())
    with pytest.raises(
        ValueError,
        match=r"has format 2, but this version of sknn reads up to 1: update sknn .it was",
    ):
        files.from_bytes(content, Names())


def test_every_step_of_the_table_leads_to_a_format_that_there_is():
    for name, version in migrations.MIGRATIONS:
        assert 1 <= version < migrations.FORMAT and name.startswith("sknn.")
