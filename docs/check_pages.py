"""Check built pages: ``python docs/check_pages.py docs/_build``.

1. Every link within the pages leads to a page and a place that exist, every picture is there, and
   no page asks the network for a script, a style or a font.
2. With ``--browser`` ten pages are opened in Chromium, 1400 and 400 pixels wide: no error in the
   console, no picture that is broken, no page wider than the window. ``--screenshots FOLDER`` keeps
   what was seen.
"""

import argparse
import sys
from functools import cache, partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src"}
NOT_FETCHED = {"canonical", "next", "prev", "search", "author"}
OPENED = [
    "index.html",
    "getting_started.html",
    "guide/mlp.html",
    "guide/images.html",
    "guide/losses.html",
    "differences.html",
    "reference/index.html",
    "reference/generated/sknn.MLPClassifier.html",
    "examples/index.html",
    "examples/training/optimizer_paths.html",
]
WIDTHS = (1400, 400)
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"


class Page(HTMLParser):
    """The links, files and places of a page."""

    def __init__(self, text):
        super().__init__()
        self.links, self.files, self.places = [], [], {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Collect what a tag points at, and what can be pointed at."""
        given = dict(attrs)
        self.places.update(given[name] for name in ("id", "name") if given.get(name))
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        wanted = tag != "link" or given.get("rel") not in NOT_FETCHED
        if wanted and given.get(LOADED.get(tag, "")):
            self.files.append(given[LOADED[tag]])


@cache
def page(path):
    """Return a page, read once."""
    return Page(path.read_text(encoding="utf-8"))


def wrong_links(root):
    """Yield a line for every link that leads nowhere and every file that is not here."""
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
                yield f"{here}: {url} is not there"
            elif target.suffix == ".html" and unquote(parts.fragment) not in page(target).places:
                yield f"{here}: {url} names a place that is not on that page"


def _hear(said, message):
    """Keep an exception, or a line of the console that tells of an error."""
    if getattr(message, "type", "error") == "error":
        said.append(getattr(message, "text", str(message)))


def wrong_in_browser(root, screenshots):
    """Yield a line for everything that looks wrong in Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        for width in WIDTHS:
            tab = browser.new_page(viewport={"width": width, "height": 900})
            said = []
            tab.on("console", partial(_hear, said))
            tab.on("pageerror", partial(_hear, said))
            for name in OPENED:
                said.clear()
                tab.goto((root / name).as_uri())
                where = f"{name} at {width} pixels"
                yield from (f"{where}: {line}" for line in said)
                yield from (f"{where}: {source} is broken" for source in tab.evaluate(BROKEN))
                if tab.evaluate(OVERFLOW) > 0:
                    yield f"{where}: scrolls sideways by {tab.evaluate(OVERFLOW)} pixels"
                if screenshots:
                    screenshots.mkdir(parents=True, exist_ok=True)
                    picture = f"{name.replace('/', '-').removesuffix('.html')}-{width}.png"
                    tab.screenshot(path=screenshots / picture)
        browser.close()


def main():
    """Print what is wrong; exit with 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("root", type=Path, help="folder of the built pages")
    parser.add_argument("--browser", action="store_true", help="open ten pages in Chromium")
    parser.add_argument("--screenshots", type=Path, default=None, help="where to keep pictures")
    options = parser.parse_args()
    root = options.root.resolve()
    wrong = list(wrong_links(root))
    if options.browser:
        wrong += wrong_in_browser(root, options.screenshots)
    print("\n".join(wrong) or f"{len(list(root.rglob('*.html')))} pages, nothing wrong")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
