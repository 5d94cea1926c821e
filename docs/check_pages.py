"""Build the pages and check them: ``python docs/check_pages.py``.

1. Sphinx builds them into build/docs without a warning; a folder on the command line is checked as
   it is.
2. Every link within the pages leads to an existing page and anchor, every picture exists, no page
   loads a script, a style, or a font from the network, the "next" buttons lead through the whole
   guide, and pages of the reference link to source, guide, and examples.
3. Eleven pages are opened in Chromium, 1400 and 400 pixels wide: no error in the console, no
   broken picture, no page wider than the window, no block of code wider than its box, no copied
   prompt, no title of more than two lines in a wide sidebar; and the search finds the guide first.
   ``--screenshots FOLDER`` saves pictures of the pages. Without Chromium, this part is skipped;
   with the variable CI set, that is an error.
"""

import argparse
import os
import subprocess
import sys
import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import browser

HERE = Path(__file__).parent

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src"}
NOT_FETCHED = {"canonical", "next", "prev", "search", "author"}


class Page(HTMLParser):
    """The links, files, and anchors of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.files, self.places = [], [], {"", "top"}
        self.following = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Collect the targets of a tag, and its anchors."""
        given = dict(attrs)
        self.places.update(given[name] for name in ("id", "name") if given.get(name))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "a" and "right-next" in (given.get("class") or "").split():
            self.following.append(given["href"])
        wanted = tag != "link" or given.get("rel") not in NOT_FETCHED
        if wanted and given.get(LOADED.get(tag, "")):
            self.files.append(given[LOADED[tag]])


@cache
def page(path):
    """Return a page, which is read only once."""
    return Page(path.read_text(encoding="utf-8"))


def wrong_links(root):
    """Yield a line for every broken link and every missing file."""
    for path in sorted(root.rglob("*.html")):
        here = path.relative_to(root)
        if here.parts[0] == "_static":
            continue
        for url in page(path).files:
            if urlsplit(url).netloc:
                yield f"{here}: loads {url} from the network"
        for url in {*page(path).links, *page(path).files}:
            parts = urlsplit(url)
            if parts.scheme or parts.netloc:
                continue
            target = path.parent / unquote(parts.path) if parts.path else path
            if not target.is_file():
                yield f"{here}: {url} does not exist"
            elif target.suffix == ".html" and unquote(parts.fragment) not in page(target).places:
                yield f"{here}: {url} names an anchor that is not on that page"


def broken_chain(root):
    """Yield pages of the guide without one "next" button, or that these buttons do not reach."""
    pages = {path.relative_to(root) for path in (root / "guide").glob("*.html")}
    for each in sorted(pages):
        if len(page(root / each).following) != 1:
            yield f'{each}: {len(page(root / each).following)} "next" buttons'
    here, seen = Path("guide/index.html"), set()
    while here in pages and here not in seen:
        seen.add(here)
        here = Path(os.path.normpath(here.parent / "".join(page(root / here).following[:1])))
    yield from (f'{each}: not reached by "next" buttons' for each in sorted(pages - seen))


def unlinked(root):
    """Yield a line if many pages of the reference lack a link that most of them should have."""
    pages = sorted((root / "reference" / "generated").glob("*.html"))
    for what, mark, share in (
        ("its source", "_modules/", 0.95),
        ("the guide", 'class="guide-links"', 0.8),
        ("an example", "sphx-glr-thumbcontainer", 0.15),
    ):
        without = [path.stem for path in pages if mark not in path.read_text(encoding="utf-8")]
        if len(without) > (1 - share) * len(pages):
            yield f"{len(without)} of {len(pages)} pages have no link to {what}: {without[:5]} ..."


def build(root):
    """Build the pages in two processes; a warning is an error.

    All pages are written, even unchanged ones, because those of the reference link to headings of
    other pages.
    """
    begin = time.perf_counter()
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-a", "-j", "2", "-b", "html"]
    # Two examples run at a time; more threads than that would wait for each other.
    threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    subprocess.run([*command, str(HERE), str(root)], check=True, env=os.environ | threads)
    print(f"built in {time.perf_counter() - begin:.0f} s")


def main():
    """Build and check the pages, and print what is wrong; exit with 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, nargs="?", help="folder of pages that have been built")
    parser.add_argument("--screenshots", type=Path, default=None, help="where to save pictures")
    options = parser.parse_args()
    root = (options.root or HERE.parent / "build" / "docs").resolve()
    path = browser.chromium()
    if options.root is None:
        build(root)
    wrong = [*wrong_links(root), *broken_chain(root), *unlinked(root)]
    if path:
        wrong += browser.wrong_in_browser(path, root, options.screenshots)
    else:
        print(
            "not opened in a browser: there is no chromium on the PATH (apt-get install chromium)"
        )
    print("\n".join(wrong) or f"{len(list(root.rglob('*.html')))} pages, nothing wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
