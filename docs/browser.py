"""Check built pages in Chromium, in the width of a desktop and of a phone."""

import json
import os
import re
import shutil
import sys
from functools import partial

OPENED = [
    "index.html",
    "getting_started.html",
    "guide/mlp.html",
    "developer/decisions/index.html",
    "guide/images.html",
    "guide/losses.html",
    "differences.html",
    "reference/index.html",
    "reference/generated/sknn.MLPClassifier.html",
    "examples/index.html",
    "examples/training/optimizer_paths.html",
]
WIDTHS = (1400, 400)
NAMES = ("chromium", "chromium-browser", "google-chrome")
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
BROKEN = "[...document.images].filter(i => !i.complete || !i.naturalWidth).map(i => i.src)"
CUT_OFF = """[...document.querySelectorAll("div.highlight pre")]
    .filter(block => block.clientWidth && block.scrollWidth > block.clientWidth + 1)
    .map(block => block.textContent.trim().split("\\n")[0])"""
# Titles of more than two lines; a phone shows the sidebar on demand, in larger letters.
LONG = """[...document.querySelectorAll(".bd-sidebar-primary .nav a")]
    .filter(link => link.offsetParent && innerWidth >= 960)
    .filter(link => {
        const style = getComputedStyle(link);
        const padding = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
        return link.clientHeight - padding > 2.5 * parseFloat(style.lineHeight);
    })
    .map(link => link.textContent.trim())"""
# The text that the button over each block copies, without prompts.
COPIED = """(() => {
    const copied = [];
    document.execCommand = () => copied.push(document.activeElement.value);
    document.querySelectorAll("button.copybtn").forEach(button => button.click());
    return copied;
})()"""
PROMPT = re.compile(r"^(>>>|\.\.\.|\$) ", re.MULTILINE)
# Words that users search for: a page of the guide must come before those for developers.
SEARCHED = ("sample_weight", "n_jobs", "gradients")
# The page that must come first.
FOUND_FIRST = {
    "augmentation": "guide/images",
    "best epoch": "guide/early_stopping",
    "calibrated": "guide/table_recipes",
    "checkpoint": "guide/callbacks",
    "dropout": "guide/overfitting",
    "early stopping": "guide/early_stopping",
    "http server": "guide/http_server",
    "latency": "guide/http_server",
    "learning rate": "guide/optimizers_and_rates",
    "progress bar": "guide/watching",
    "retrain": "guide/http_server",
    "save": "guide/saving",
    "threads": "guide/cluster",
    "validation set": "guide/early_stopping",
    "verbose": "guide/watching",
}
FINISHED = """/found/.test(document.querySelector(".search-summary")?.textContent)"""
FOUND = """[...document.querySelectorAll("ul.search li a")].map(a => a.getAttribute("href"))"""


def chromium():
    """Return the path of Chromium, or None; in continuous integration it is required."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI"):
        sys.exit("There is no chromium on the PATH: apt-get install chromium.")
    return found


def wrong_in_browser(path, root, screenshots=None):
    """Yield a line for everything that looks wrong.

    Parameters
    ----------
    path : str
        Of the browser.
    root : Path
        The folder of the built pages.
    screenshots : Path, default=None
        Where to save pictures of the pages.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        for width in WIDTHS:
            tab = browser.new_page(viewport={"width": width, "height": 900})
            said = []
            tab.on("console", partial(_hear, said))
            tab.on("pageerror", partial(_hear, said))
            for name in OPENED:
                tab.goto((root / name).as_uri())
                if screenshots:
                    picture = f"{name.replace('/', '-').removesuffix('.html')}-{width}.png"
                    tab.screenshot(path=screenshots / picture)
                lines = [*said, *_seen(tab)]
                yield from (f"{name} at {width} pixels: {line}" for line in lines)
                said.clear()
        yield from _wrong_answers(tab, root)
        browser.close()


def _hear(said, message):
    """Keep an exception, or an error in the console."""
    if getattr(message, "type", "error") == "error":
        said.append(getattr(message, "text", str(message)))


def _seen(tab):
    """Yield what is wrong with the open page."""
    yield from (f"{source} is broken" for source in tab.evaluate(BROKEN))
    yield from (f"{line!r} begins a block wider than its box" for line in tab.evaluate(CUT_OFF))
    copied = tab.evaluate(COPIED)
    yield from (f"copies {text!r}" for text in copied if not text or PROMPT.search(text))
    yield from (f"{title!r} takes three lines of the sidebar" for title in tab.evaluate(LONG))
    if tab.evaluate(OVERFLOW) > 0:
        yield f"scrolls sideways by {tab.evaluate(OVERFLOW)} pixels"


def _wrong_answers(tab, root):
    """Yield words for which the search does not find the right page first."""
    for words in (*SEARCHED, *FOUND_FIRST):
        tab.goto(f"{(root / 'search.html').as_uri()}?q={words.replace(' ', '+')}")
        tab.wait_for_function(FINISHED)
        found = tab.evaluate(FOUND)
        if words in FOUND_FIRST:
            good = found[:1] and found[0].startswith(FOUND_FIRST[words])
        else:
            for_users = [url for url in found if url.startswith(("guide/", "getting_started"))]
            before = found[: found.index(for_users[0])] if for_users else found
            good = for_users and not any("developer/" in url for url in before)
        if not good:
            yield f"search for {json.dumps(words)} finds {found[:3]}"
