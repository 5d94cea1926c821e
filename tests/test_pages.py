"""What README and pages show is in the repository, and is small."""

import pkgutil
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
SHOWN = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|^```\{(?:figure|image)\} (\S+)", re.MULTILINE)


def pictures():
    """Return every picture with a page that shows it; addresses on the web do not count."""
    found = {}
    for page in PAGES:
        for names in SHOWN.findall(page.read_text(encoding="utf-8")):
            name = "".join(names)
            if "://" not in name:
                found[(page.parent / name).resolve()] = page.relative_to(ROOT)
    return found


def test_every_picture_is_there():
    missing = {f"{page}: {path.name}" for path, page in pictures().items() if not path.is_file()}
    assert pictures()
    assert not missing, f"{missing}: python docs/pictures.py draws them"


def test_pictures_are_light():
    assert sum(path.stat().st_size for path in pictures()) < 2_500_000


def test_every_page_of_the_guide_has_one_place_in_its_order():
    guide = ROOT / "docs" / "guide"
    trees = re.findall(
        r"```\{toctree\}\n(.*?)```", (guide / "index.md").read_text("utf-8"), re.DOTALL
    )
    order = [name for tree in trees for name in tree.splitlines() if name and name[0] != ":"]
    assert sorted([*order, "index"]) == sorted(path.stem for path in guide.glob("*.md"))


def test_pages_of_the_guide_have_no_next_link_besides_the_button():
    pages = (ROOT / "docs" / "guide").glob("*.md")
    assert not [path.name for path in pages if re.search("^Next: ", path.read_text("utf-8"), re.M)]


MENTIONED = re.compile(
    r"`(?:python )?((?:sknn|docs|tests|examples|benchmarks|\.ci)/[\w./-]*\w/?)[`\s:]"
)
DOTTED = re.compile(r"\bsknn(?:\.\w+)+")


def mentions(pattern):
    """Return all matches in the developer pages, each with a page that has it."""
    pages = sorted((ROOT / "docs" / "developer").rglob("*.md"))
    return {
        found: page.name for page in pages for found in pattern.findall(page.read_text("utf-8"))
    }


def test_files_that_developer_pages_mention_exist():
    found = mentions(MENTIONED)
    assert found
    assert not {name: page for name, page in found.items() if not (ROOT / name).exists()}


def is_there(dotted):
    """Return whether a dotted name is a module or can be reached from one."""
    try:
        pkgutil.resolve_name(dotted)
    except (ImportError, AttributeError):
        return False
    return True


def test_names_that_developer_pages_mention_exist():
    found = mentions(DOTTED)
    assert found
    assert not {name: page for name, page in found.items() if not is_there(name)}


def test_modules_that_developer_pages_name_briefly_exist():
    """Pages name modules relative to the package: `fit/state.py`, `trainer.py`."""
    found = mentions(re.compile(r"(?<![\w./>-])\w[\w./-]*\.py\b"))
    modules = [f"/{path.relative_to(ROOT)}" for path in ROOT.rglob("*.py")]
    missing = {name for name in found if not any(path.endswith(f"/{name}") for path in modules)}
    assert not missing
