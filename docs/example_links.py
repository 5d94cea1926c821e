"""Link sections of the guide to the examples that show them, and examples to their sections.

A section of the guide gets a line "See it happen" below its heading, an example a line "Read more"
below its title, and a path such as ``examples/networks/xor.py``, set as code, becomes a link.
"""

import re

from docutils import nodes
from sphinx.util import logging

EXPLAINED = {
    "quickstart": "getting_started",
    "networks/layers": "guide/mlp#units-and-layers",
    "networks/xor": "guide/mlp#why-hidden-layers",
    "networks/linear_layers": "guide/activations_and_outputs#a-sum-of-linear-maps-is-linear",
    "networks/bias": "guide/mlp#weights-and-biases",
    "networks/multilabel_outputs": "guide/activations_and_outputs#softmax-is-for-one-of-k",
    "networks/softmax_overflow": "guide/activations_and_outputs#softmax-overflow",
    "networks/digit_weights": "guide/mlp#weights-and-biases",
    "networks/hidden_features": "guide/mlp#learned-features",
    "networks/why_this_answer": "guide/mlp#learned-features",
    "gradients/backprop_by_hand": "guide/initial_values_and_gradients#backpropagation-by-hand",
    "gradients/sigmoid_and_squared_error": "guide/losses#sigmoid-and-squared-error",
    "gradients/vanishing_gradient": "guide/initial_values_and_gradients#vanishing-gradients",
    "gradients/initial_weights": "guide/initial_values_and_gradients#initial-weights",
    "gradients/few_inputs": "guide/initial_values_and_gradients#initial-weights",
    "training/three_losses": "guide/losses#why-not-count-the-errors",
    "training/epochs": "guide/optimizers_and_rates#the-loop",
    "training/batch_sizes": "guide/optimizers_and_rates#batches",
    "training/optimizer_paths": "guide/optimizers_and_rates#optimizers",
    "training/learning_rates": "guide/optimizers_and_rates#the-learning-rate",
    "training/ten_starts": "guide/optimizers_and_rates#no-global-optimum",
    "generalization/scaling": "guide/data#scaling",
    "generalization/overfitting": "guide/overfitting",
    "generalization/l1_and_l2": "guide/overfitting#penalties",
    "generalization/equal_seconds": "guide/search",
    "generalization/drifting_stream": "guide/streams#new-rows",
    "generalization/few_labels": "guide/transfer#starting-from-a-fitted-network",
    "architectures/narrow_middle": "guide/autoencoders",
    "architectures/between_digits": "guide/autoencoders#variational-autoencoders",
    "architectures/boltzmann_filters": "guide/boltzmann#the-model",
    "architectures/pretraining": "guide/boltzmann#deep-belief-networks",
    "architectures/digit_filters": "guide/images#what-a-filter-computes",
    "architectures/remembered": "guide/sequences#remembered-and-forgotten",
    "architectures/counterfeiter": "guide/gan",
    "tasks/tables": "guide/tables#how-good-it-is",
    "tasks/text": "guide/text",
    "tasks/forecast": "guide/sequences#forecasts",
    "tasks/rbm_digits": "guide/boltzmann#when-to-use-it",
    "tasks/search_winner": "guide/exchange",
    "tasks/halving_search": "guide/search#other-searches",
    "tasks/optuna_pruning": "guide/search#other-searches",
    "tasks/cluster": "guide/cluster",
    "tasks/from_pytorch": "guide/exchange",
}
"""Where the guide explains what an example shows: page, and section if there is one."""
PATH = re.compile(r"^(?:python )?examples/([\w/]+)\.py")

logger = logging.getLogger(__name__)


def write(app, doctree, docname):
    """Put the links of a page in their places."""
    for literal in list(doctree.findall(nodes.literal)):
        found = PATH.match(literal.astext())
        if found and found[1] in EXPLAINED and not isinstance(literal.parent, nodes.reference):
            place = link(app, docname, f"examples/{found[1]}")
            literal.replace_self(place)
            place[:] = [literal]
    if docname.startswith("examples/") and (section := doctree.next_node(nodes.section)):
        read_more(app, section, docname)
    see_it_happen(app, doctree, docname)


def see_it_happen(app, doctree, docname):
    """Link the sections of a page of the guide to their examples.

    A page whose first section has none begins with a line for all examples of the page.
    """
    shown = {}
    for example, place in EXPLAINED.items():
        page, _, anchor = place.partition("#")
        if page == docname:
            shown.setdefault(anchor, []).append(f"examples/{example}")
    every = [example for examples in shown.values() for example in examples]
    sections = list(doctree.findall(nodes.section))
    found = [
        [each for anchor in [*section["ids"], *[""][i:]] for each in shown.pop(anchor, ())]
        for i, section in enumerate(sections)
    ]
    if every and not any(found[:2]):
        found[0] = every
    for section, examples in zip(sections, found, strict=True):
        if examples:
            section.insert(1, line(app, docname, "See it happen: ", examples))
    for anchor in shown:
        logger.warning("no section %r for an example", anchor, location=docname)


def read_more(app, section, docname):
    """Link an example to the section that explains it."""
    place = EXPLAINED.get(docname.removeprefix("examples/"))
    if place:
        section.insert(1, line(app, docname, "Read more: ", [place]))


def line(app, docname, begin, places):
    """Return a paragraph with links."""
    paragraph = nodes.paragraph("", begin, classes=["example-links"])
    for i, place in enumerate(places):
        paragraph += [nodes.Text(" · ")] if i else []
        paragraph += link(app, docname, place)
    return paragraph


def link(app, docname, place):
    """Return a link to a page or a section; its text is the heading there."""
    page, _, anchor = place.partition("#")
    text = app.env.titles[page].astext()
    if anchor:
        headings = {
            name: section.next_node(nodes.title).astext()
            for section in app.env.get_doctree(page).findall(nodes.section)
            for name in section["ids"]
        }
        text = f"{text}: {headings.get(anchor, anchor)}"
    uri = app.builder.get_relative_uri(docname, page) + (anchor and f"#{anchor}")
    return nodes.reference("", text, internal=True, refuri=uri)


def setup(app):
    """Register what writes the links."""
    app.connect("doctree-resolved", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
