"""Pages are left out where what they show is missing: a package, or a newer scikit-learn."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("sklearn.callback") else ["guide/watching.md"]
if not importlib.util.find_spec("dask"):
    collect_ignore.append("guide/cluster.md")
if not all(map(importlib.util.find_spec, ("onnx", "onnxruntime", "skl2onnx"))):
    collect_ignore.append("guide/serving.md")
# The settings and extensions of Sphinx need the extra `docs`.
if not all(map(importlib.util.find_spec, ("docutils", "latex2mathml", "sphinx_gallery"))):
    collect_ignore += ["conf.py", "gallery.py", "mathml.py", "thumbnails.py"]
# What a build of the pages leaves here comes from sources that are tested themselves.
collect_ignore += ["_build", "examples", "reference/generated"]
# Import their neighbors by name, as scripts and extensions of Sphinx do.
collect_ignore += ["check_pages.py", "example_links.py", "guide_links.py"]
