"""How sphinx-gallery runs the examples: their order, their options, and where their files go."""

import tempfile
from pathlib import Path

CHAPTERS = ["networks", "gradients", "training", "generalization", "architectures", "tasks"]
TAUGHT = """
quickstart
layers xor linear_layers bias multilabel_outputs softmax_overflow digit_weights hidden_features
why_this_answer
backprop_by_hand sigmoid_and_squared_error vanishing_gradient initial_weights few_inputs
three_losses epochs batch_sizes optimizer_paths learning_rates ten_starts
scaling overfitting l1_and_l2 equal_seconds drifting_stream few_labels
narrow_middle between_digits boltzmann_filters pretraining digit_filters remembered counterfeiter
tables text forecast rbm_digits halving_search optuna_pruning search_winner from_pytorch cluster
""".split()
"""The order of the pages, within the folder of each."""
# Need a package that builds no pages, or start processes: shown, but not run.
SHOWN_ONLY = ("cluster", "from_pytorch")


def taught(name):
    """Return the place of a script in its chapter."""
    return TAUGHT.index(Path(name).stem)


def options(gallery_conf, script_vars):
    """Return the command line of a script: pictures that it writes go where nobody keeps them."""
    path = Path(script_vars["src_file"])
    if '"--output"' not in path.read_text(encoding="utf-8"):
        return []
    output = Path(tempfile.gettempdir()) / f"{path.stem}.png"
    return ["--output", str(output)]


SETTINGS = {
    "examples_dirs": "../examples",
    "gallery_dirs": "examples",
    "filename_pattern": rf"/(?!({'|'.join(SHOWN_ONLY)})\.py)\w+\.py$",
    "subsection_order": [f"../examples/{chapter}" for chapter in CHAPTERS],
    "within_subsection_order": "gallery.taught",
    "reset_argv": "gallery.options",
    "image_scrapers": ("thumbnails.scrape",),
    "backreferences_dir": "reference/generated/backreferences",
    "doc_module": ("sknn",),
    "reference_url": {"sknn": None},
    "abort_on_example_error": True,
    "default_thumb_file": str(Path(__file__).parent / "_static" / "generated" / "network.png"),
    "remove_config_comments": True,
    "download_all_examples": False,
    "show_memory": False,
    # One process for each of two examples at a time; `check_pages.py` grants it one BLAS thread.
    "parallel": 2,
    "write_computation_times": False,
    "show_signature": False,
    "first_notebook_cell": "%matplotlib inline\nimport sys\n\nsys.argv = sys.argv[:1]",
}
