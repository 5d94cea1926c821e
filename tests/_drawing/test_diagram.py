"""Diagrams show every layer of a network once, in its place, with its numbers."""

import numpy as np
import pytest

from sknn import MLPClassifier
from sknn._drawing.diagram import diagram, short
from sknn.core.initializers import Normal
from sknn.core.layers import BatchNorm, Conv2D, Dense, Dropout, Flatten, Parallel, Residual
from sknn.core.layers.base import Defaults
from sknn.core.network import Network


def network(*layers, in_shape=(3,), members=1):
    bound = [layer.bind(Defaults(weight_init=Normal(1.0))) for layer in layers]
    net = Network(bound, [f"l{i}" for i in range(len(bound))], in_shape, np.float64, members)
    net.initialize(np.random.default_rng(0))
    return net


def test_small_layers_are_drawn_unit_by_unit_with_their_weights():
    net = network(Dense(4), Dense(2, "identity"))
    picture = diagram(net, inputs=["a", "b", "c"], outputs=["no", "yes"])
    assert len(picture.units) == 3 + 4 + 2 and not picture.boxes
    assert [unit.label for unit in picture.units if unit.label] == ["a", "b", "c", "no", "yes"]
    for links, p in zip(picture.links, net.params, strict=True):
        np.testing.assert_array_equal(links.weight, p["W"].ravel())
    first = picture.links[0]
    heights = [unit.y for unit in picture.units]
    # The link from input 1 to unit 2 has the weight W[1, 2].
    assert first.begin[1 * 4 + 2, 1] == heights[1] and first.end[1 * 4 + 2, 1] == heights[3 + 2]


@pytest.mark.parametrize(("max_units", "boxes"), [(16, 0), (3, 1), (1, 3)])
def test_large_layers_are_boxes(max_units, boxes):
    picture = diagram(network(Dense(4), Dense(2, "identity")), max_units=max_units)
    assert len(picture.boxes) == boxes
    assert sum(links.weight is None for links in picture.links) == (2 if boxes else 0)


def test_everything_is_within_the_picture():
    layers = [
        Conv2D(4, 3),
        Flatten(),
        Dense(300),
        Residual([Dense(300), Dropout(0.1)]),
        BatchNorm(),
    ]
    picture = diagram(network(*layers, Dense(2, "identity"), in_shape=(5, 5, 2)))
    assert picture.width == 7
    for box in picture.boxes:
        assert 0 <= box.y - box.height / 2 and box.y + box.height / 2 <= 1
        assert -0.5 <= box.x - box.width / 2 and box.x + box.width / 2 <= picture.width - 0.5
    assert [box.label for box in picture.boxes if box.label] == ["Dense", "Dropout"]
    assert sum(box.copies > 1 for box in picture.boxes) == 2


def test_captions_count_what_is_trained():
    net = network(Dense(4), BatchNorm(), Dense(2, "identity"))
    captions = {caption.lines[0]: caption.lines for caption in diagram(net).captions}
    assert captions["l0"][-1] == "16 parameters"
    assert captions["l1"][-1] == "8 parameters"
    assert captions["input"] == ("input", "3 numbers")


def test_members_have_their_own_pictures():
    net = network(Dense(2, "identity"), members=3)
    weights = [diagram(net, member=m).links[0].weight for m in range(3)]
    np.testing.assert_array_equal(weights[2], net.params[0]["W"][2].ravel())
    assert (weights[0] != weights[1]).any()


def test_long_names_are_cut():
    net = MLPClassifier((), random_state=0).initialize(np.eye(2), [0, 1])
    picture = diagram(net.network_, inputs=["x" * 40, "y"])
    assert len(picture.units[0].label) == 18 and picture.units[0].label.endswith("…")


@pytest.mark.parametrize(
    ("name", "kept"), [("a" * 18, 18), ("a" * 19, 17), ("A" * 18, 13), ("\u4e2d" * 18, 9), ("", 0)]
)
def test_wide_letters_count_more(name, kept):
    assert short(name) == (name if kept == len(name) else name[:kept] + "…")


@pytest.mark.parametrize(
    ("chains", "labels"),
    [
        ([["Dense"], ["BatchNorm"], ["Dropout"]], ["Dense", "BatchNorm", "Dropout"]),
        ([["Dense"] * 20], ["Dense"] * 4 + ["⋮", "Dense"]),
        ([["Dense", "Dropout"]] * 9, ["Dense", "Dropout"] * 2 + ["…"] + ["Dense", "Dropout"]),
    ],
)
def test_long_blocks_are_cut(chains, labels):
    known = {"Dense": lambda: Dense(2), "BatchNorm": BatchNorm, "Dropout": lambda: Dropout(0.1)}
    layers = [[known[name]() for name in chain] for chain in chains]
    picture = diagram(network(Dense(2), Parallel(layers)))
    inside = [box for box in picture.boxes if box.label]
    assert [box.label for box in inside] == labels
    heights = sorted({(box.x, box.y, box.height) for box in inside})
    for (x0, y0, height), (x1, y1, _) in zip(heights, heights[1:], strict=False):
        assert x1 > x0 or y1 - y0 > height
