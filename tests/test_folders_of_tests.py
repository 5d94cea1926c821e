"""Tests are in the folder of what they test, or in that of the promise they check."""

import pathlib

import pytest

import sknn

ROOT = pathlib.Path(__file__).parent
SOURCE = pathlib.Path(sknn.__file__).parent
SHARED = {"cases", "checks"}
PROMISES = {"fuzz", "contract", "costs", "equivalence", "failures", "odd", "scale", "soak", "traps"}
FOLDERS = sorted({path.parent.relative_to(ROOT) for path in ROOT.rglob("*.py")})
# Nobody finds anything in a folder with more.
MAX_FILES = 20


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_every_folder_mirrors_the_package_or_holds_a_promise(folder):
    mirrored = SOURCE / folder
    known = mirrored.is_dir() or mirrored.with_suffix(".py").is_file()
    assert known or folder.parts[0] in SHARED | PROMISES, f"tests/{folder} mirrors nothing"


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_no_folder_has_too_many_files(folder):
    assert len(list((ROOT / folder).glob("*.py"))) <= MAX_FILES


def test_promises_are_listed_for_contributors():
    page = (ROOT.parent / "CONTRIBUTING.md").read_text()
    for promise in PROMISES:
        assert f"`tests/{promise}`" in page
