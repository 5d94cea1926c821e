"""Link every page of the reference to the sections of the guide that mention its name.

While Sphinx reads a page of the guide, the names in each of its sections are counted: in headings,
references, words set as code and snippets. A page of the reference says ``.. guide:: sknn.GAN``
and gets a line with the sections that speak of it most, in the order of the guide.
"""

import re
from collections import Counter
from functools import cache

import public_names
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

PAGES = ("getting_started", "guide/")
MOST_LINKS = 4
# A page that mentions a name in more sections than this is linked as a whole.
MOST_SECTIONS = 2
# Sections with this count say enough: among them, the first ones in the guide are linked.
ENOUGH = 8.0
HEADING, REFERENCE, WORD, SNIPPET = 5.0, 4.0, 2.0, 1.0
IMPORT = re.compile(r"from (sknn[\w.]*) import (?:\(([^)]*)\)|(.*))")
QUOTED = re.compile(r'"(\w+)"')


@cache
def full_names():
    """Return the public names with their modules: `{"Dense": {"sknn.layers.Dense"}, ...}`."""
    found = {}
    for module in public_names.modules():
        for name in public_names.names_of(module):
            found.setdefault(name, set()).add(f"{module.__name__}.{name}")
    return found


@cache
def aliases():
    """Return the full names of classes by their short names, if these belong to one class."""
    found = {}
    for module in public_names.modules():
        for name in public_names.names_of(module):
            alias = getattr(getattr(module, name), "alias", None)
            if alias:
                found.setdefault(alias, set()).add(f"{module.__name__}.{name}")
    return {alias: min(full) for alias, full in found.items() if len(full) == 1}


def imported(doctree):
    """Return the full names that the snippets of a page import from sknn."""
    found = {}
    for block in doctree.findall(nodes.literal_block):
        text = re.sub(r"^(>>>|\.\.\.) ?", "", block.astext(), flags=re.MULTILINE)
        for module, several, line in IMPORT.findall(text):
            for name in re.findall(r"\w+", several or line):
                full = f"{module}.{name}"
                if full in full_names().get(name, ()):
                    found[name] = full
    return found


def spoken_of(node, names):
    """Yield the full names in one node, with the count of each.

    Parameters
    ----------
    node : docutils node
    names : dict of str
        Full names of what snippets of the page have imported.
    """
    if node.get("reftarget"):
        yield from _target(node["reftarget"])
    elif isinstance(node, nodes.title):
        yield from ((full, HEADING) for full in _named(node.astext()))
    elif isinstance(node, nodes.literal):
        text = node.astext()
        yield from ((full, WORD) for full in _named(text))
        yield from ((full, WORD) for full in _called([text, *QUOTED.findall(text)]))
    elif isinstance(node, nodes.literal_block):
        words = set(re.findall(r"\w+", node.astext()))
        yield from ((full, SNIPPET) for word, full in names.items() if word in words)
        yield from ((full, SNIPPET) for full in _called(set(QUOTED.findall(node.astext()))))


def _target(target):
    """Yield the public name that a reference points to; for a method, that of its class."""
    for full in (target, target.rpartition(".")[0]):
        if full in full_names().get(full.rpartition(".")[2], ()):
            yield full, REFERENCE
            return


def _named(text):
    """Yield the public names in a few words: classes anywhere, functions alone or called."""
    for dotted in re.findall(r"[A-Za-z_][\w.]*", text):
        own = dotted.startswith("sknn.")
        for word in dotted.split(".")[own : 3 if own else 1]:
            full = full_names().get(word, ())
            called = word[0].isupper() or re.match(rf"{re.escape(dotted)}(\(|$)", text)
            if len(full) == 1 and called:
                yield min(full)


def _called(words):
    """Return the full names of the classes with these short names."""
    return [aliases()[word] for word in words if word in aliases()]


def collect(app, doctree):
    """Store which names the sections of a page of the guide mention."""
    page = app.env.docname
    if not page.startswith(PAGES):
        return
    names = imported(doctree)
    sections = []
    for section in doctree.findall(nodes.section):
        counts = Counter()
        for child in section.children:
            if not isinstance(child, nodes.section):
                for node in child.findall(nodes.Element):
                    for full, count in spoken_of(node, names):
                        counts[full] += count
        title = section.next_node(nodes.title).astext()
        sections.append((section["ids"][0], title, counts))
    mentions(app.env)[page] = sections
    app.guide_was_read = True


def mentions(env):
    """Return the names that sections mention, by page: a list of (anchor, title, counts)."""
    if not hasattr(env, "guide_mentions"):
        env.guide_mentions = {}
    return env.guide_mentions


def links(env, full):
    """Return the sections that mention a name most: (page, anchor, text), in the guide's order."""
    ranked = [
        place for page in _in_order(env) for place in _places(page, mentions(env)[page], full)
    ]
    best = sorted(ranked, key=lambda place: -min(place[0], ENOUGH))[:MOST_LINKS]
    return [place[1:] for place in sorted(best, key=ranked.index)]


def _in_order(env):
    """Return the pages in reading order."""
    guide = list(env.toctree_includes.get("guide/index", []))
    return sorted(mentions(env), key=lambda page: guide.index(page) if page in guide else -1)


def _places(page, sections, full):
    """Return the sections of a page that mention a name: (count, page, anchor, text)."""
    found = [(counts[full], anchor, text) for anchor, text, counts in sections if counts[full]]
    title = sections[0][1] if sections else page
    if len(found) > MOST_SECTIONS:
        return [(sum(count for count, *_ in found), page, "", title)]
    return [
        (count, page, anchor, text if text == title else f"{title}: {text}")
        for count, anchor, text in found
    ]


class guide(nodes.General, nodes.Element):
    """Placeholder for the links, which are known when all pages have been read."""


class Guide(SphinxDirective):
    """Insert the links of a name."""

    required_arguments = 1

    def run(self):
        """Insert a placeholder for them."""
        return [guide(name=self.arguments[0])]


def write(app, doctree, docname):
    """Replace the placeholders with links."""
    for place in list(doctree.findall(guide)):
        found = links(app.env, place["name"])
        line = nodes.paragraph("", "Guide: ", classes=["guide-links"])
        for i, (page, anchor, text) in enumerate(found):
            uri = app.builder.get_relative_uri(docname, page) + (anchor and f"#{anchor}")
            line += [nodes.Text(" · ")] if i else []
            line += nodes.reference("", text, internal=True, refuri=uri)
        place.replace_self([line] if found else [])


def purge(app, env, docname):
    """Forget a page that will be read again."""
    mentions(env).pop(docname, None)


def merge(app, env, docnames, other):
    """Merge what another process has read."""
    mentions(env).update(
        {page: found for page, found in mentions(other).items() if page in docnames}
    )


def written_anew(app, env):
    """Return the pages whose links may have changed: those of the reference."""
    if not getattr(app, "guide_was_read", False):
        return []
    return [page for page in env.all_docs if page.startswith("reference/generated/")]


def setup(app):
    """Register the directive and its event handlers."""
    app.add_node(guide)
    app.add_directive("guide", Guide)
    app.connect("doctree-read", collect)
    app.connect("doctree-resolved", write)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("env-updated", written_anew)
    return {"env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
