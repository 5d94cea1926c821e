"""What the README and the pages show is in the repository, and is light."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
SHOWN = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)|^```\{(?:figure|image)\} (\S+)", re.MULTILINE)


def pictures():
    """Return every picture with a page that shows it; addresses on the net are somebody else's."""
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
