"""A thumbnail of the gallery shows the panels that the example names, and nothing else."""

import runpy
from pathlib import Path

import numpy as np
import pytest

plt = pytest.importorskip("matplotlib.pyplot")
Figure = pytest.importorskip("matplotlib.figure").Figure

THUMBNAILS = runpy.run_path(str(Path(__file__).parents[1] / "docs" / "thumbnails.py"))
RED, GREEN, BLUE = np.eye(3)


def panels(aspect="auto"):
    """Return a figure with a red panel above, and a green and a blue one in a part below."""
    figure = Figure(figsize=(8.3, 7), layout="constrained")
    above, below = figure.subfigures(2, 1)
    for ax, color in zip([above.subplots(), *below.subplots(1, 2)], np.eye(3), strict=True):
        ax.imshow(np.full((2, 2, 3), color), aspect=aspect)
        ax.set(title="long words " * 4, xlabel="x")
        ax.plot([0], [0], color=color, label="words")
        ax.legend()
    return figure


def colors(figure, chosen, path):
    """Return the share of pixels in red, green, and blue, and the shape of the thumbnail."""
    THUMBNAILS["save"](figure, chosen, path)
    pixels = plt.imread(path)[..., :3]
    shares = [np.all(pixels == color, axis=-1).mean() for color in (RED, GREEN, BLUE)]
    return shares, pixels.shape


@pytest.mark.parametrize("chosen", [[0], [1], [2], [1, 2]], ids=str)
def test_only_the_named_panels_are_drawn(chosen, tmp_path):
    shares, (height, width, _) = colors(panels(), chosen, tmp_path / "thumbnail.png")
    assert sum(shares) > 0.5
    assert [place for place, share in enumerate(shares) if share] == chosen
    assert 2.9 * 200 < width < 1.3 * 2.9 * 200
    assert 1.9 * 200 < height < 1.4 * 1.9 * 200


def test_words_are_left_out_but_arrows_remain(tmp_path):
    figure = Figure()
    axis = figure.subplots()
    words = axis.annotate("words", (0, 0), (1, 1), arrowprops={})
    arrow = axis.annotate("", (0, 0), (1, 1), arrowprops={})
    THUMBNAILS["save"](figure, [0], tmp_path / "thumbnail.png")
    assert not words.get_visible()
    assert arrow.get_visible()


def test_words_remain_where_they_fit(tmp_path):
    figure = panels()
    figure.text(0.5, 0.5, "outside")
    THUMBNAILS["save"](figure, [0], tmp_path / "thumbnail.png", True)
    assert figure.axes[0].get_legend().get_visible()
    assert not figure.texts[0].get_visible()


def test_squares_stay_squares(tmp_path):
    figure = panels("equal")
    colors(figure, [1], tmp_path / "thumbnail.png")
    box = figure.axes[1].get_window_extent()
    assert abs(box.width / box.height - 1) < 0.01


def test_labels_longer_than_their_axis_are_left_out(tmp_path):
    figure = panels()
    figure.axes[0].set(xlabel="long words " * 9, ylabel="y")
    colors(figure, [0], tmp_path / "thumbnail.png")
    axis = figure.axes[0]
    assert not axis.xaxis.label.get_visible()
    assert axis.yaxis.label.get_visible()
