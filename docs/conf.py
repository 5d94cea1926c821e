"""Sphinx configuration."""

import importlib
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

import gallery  # noqa: E402
import public_names  # noqa: E402
from docutils import nodes  # noqa: E402
from sphinx import addnodes  # noqa: E402
from sphinx.ext.autosummary import autosummary_table  # noqa: E402

from sknn import __version__  # noqa: E402

project = "sknn"
author = "The sknn developers"
copyright = author
version = release = __version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "mathml",
    "guide_links",
    "example_links",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "reference/written_out.md"]
templates_path = ["_templates"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = [str(public_names.WRITTEN_OUT.relative_to(HERE))]
# Signatures already name the parameters; types stand in the numpydoc sections.
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_math_renderer = "mathml"
sphinx_gallery_conf = gallery.SETTINGS
# Blocks are copied without prompts and without what they print.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True

html_theme = "pydata_sphinx_theme"
html_title = f"sknn {release}"
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["sknn.css"]
html_search_scorer = str(HERE / "_static" / "scorer.js")
html_context = {"default_mode": "auto"}
toc_object_entries_show_parents = "hide"
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
    # The methods of a class are seen at once.
    "show_toc_level": 2,
}


def write_out_names(app, docname, source):
    """Put the public names on the page of the reference."""
    source[0] = public_names.written_out(source[0])


OF_SCIKIT_LEARN = {
    "df_output_transform": "modules/df_output_transform.html",
    "metadata_routing": "metadata_routing.html",
}


def link_to_scikit_learn(app, what, name, obj, options, lines):
    """Turn labels of scikit-learn's own pages into links to them, or into plain text."""

    def link(found):
        title, label = found.groups()
        page = OF_SCIKIT_LEARN.get(label)
        return title if page is None else f"`{title} <https://scikit-learn.org/stable/{page}>`__"

    text = "\n".join(lines).replace("will prefixed by", "will be prefixed by")
    # The label of an example is no title.
    text = re.sub(r"\s+and\s+:ref:`sphx_glr_[^`]*`[^.]*\.", ".", text)
    lines[:] = re.sub(r":ref:`([^`<]+?)(?:\s*<([^`>]*)>)?`", link, text).split("\n")


def drop_references(app, doctree):
    """Drop references to papers from rows of summaries: their numbers stand on other pages."""
    for table in doctree.findall(autosummary_table):
        for reference in list(table.findall(addnodes.pending_xref)):
            if reference.get("refdomain") == "citation":
                row, place = reference.parent, reference.parent.index(reference)
                row.remove(reference)
                if place and isinstance(row[place - 1], nodes.Text):
                    row[place - 1] = nodes.Text(row[place - 1].rstrip())


def trim_snippets(app, doctree):
    """Drop the empty line that ends a snippet for doctest."""
    for block in doctree.findall(nodes.literal_block):
        if len(block) == 1 and isinstance(block[0], nodes.Text):
            block[0] = nodes.Text(block[0].rstrip("\n"))
            block.rawsource = block.rawsource.rstrip("\n")


def module_of_class(app, modname, fullname):
    """Return where a class is defined, also for attributes whose values are from elsewhere.

    Otherwise the page of an activation may lend its name to the source of initial weights: it
    depends on the order in which pages are read.
    """
    owner = getattr(importlib.import_module(modname), fullname.partition(".")[0], None)
    return getattr(owner, "__module__", None)


def setup(app):
    app.connect("doctree-read", trim_snippets)
    app.connect("doctree-read", drop_references)
    app.connect("autodoc-process-docstring", link_to_scikit_learn)
    app.connect("config-inited", lambda app, config: public_names.write_out())
    app.connect("source-read", write_out_names)
    app.connect("viewcode-follow-imported", module_of_class)


# Docstrings inherited from scikit-learn point into its glossary, which is elsewhere.
suppress_warnings = ["ref.term"]
