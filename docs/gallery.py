"""How sphinx-gallery runs the examples: their order, their options, and where their files go."""

import tempfile
from pathlib import Path

CHAPTERS = ["networks", "gradients", "training", "generalization", "architectures"]
TAUGHT = {name: place for place, name in enumerate([])}
# Need a package that builds no pages, or start processes: shown, but not run.
SHOWN_ONLY = ("cluster", "from_pytorch")


def taught(name):
    """Return the place of a script in its chapter."""
    return TAUGHT.get(Path(name).stem, len(TAUGHT)), name


def options(gallery_conf, script_vars):
    """Return the command line of a script: pictures that it writes go where nobody keeps them."""
    source = Path(script_vars["src_file"]).read_text(encoding="utf-8")
    if '"--output"' not in source:
        return []
    return [
        "--output",
        str(Path(tempfile.gettempdir()) / f"{Path(script_vars['src_file']).stem}.png"),
    ]


SETTINGS = {
    "examples_dirs": "../examples",
    "gallery_dirs": "examples",
    "filename_pattern": rf"/(?!({'|'.join(SHOWN_ONLY)})\.py)\w+\.py$",
    "subsection_order": [f"../examples/{chapter}" for chapter in CHAPTERS],
    "within_subsection_order": "gallery.taught",
    "reset_argv": "gallery.options",
    "backreferences_dir": "reference/generated/backreferences",
    "doc_module": ("sknn",),
    "reference_url": {"sknn": None},
    "abort_on_example_error": True,
    "remove_config_comments": True,
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,
    "show_signature": False,
    "first_notebook_cell": "%matplotlib inline\nimport sys\n\nsys.argv = sys.argv[:1]",
}
