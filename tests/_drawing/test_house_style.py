"""The house style of pictures is complete and legible, and users' own settings override it."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import colors
from matplotlib import pyplot as plt

from sknn._drawing.house_style import house_style, in_house_style


def luminance(color):
    """Return the relative luminance as defined by WCAG 2."""
    channels = np.array(colors.to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted(luminance(each) for each in (one, other))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_lines_stand_out(theme):
    style = house_style(theme)
    ground = style["axes.facecolor"]
    assert contrast(style["text.color"], ground) > 7
    with plt.style.context(style):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert len(set(cycle)) == len(cycle) == 8
    # Two curves are what most pictures have.
    assert min(contrast(color, ground) for color in cycle[:2]) > 3
    assert min(contrast(color, ground) for color in cycle) > 2


def test_both_themes_set_the_same():
    assert house_style("light").keys() == house_style("dark").keys()
    with pytest.raises(ValueError, match="theme"):
        house_style("sepia")


@in_house_style
def drawn(display=None):
    return plt.subplots()[1]


def test_the_style_is_for_the_picture_alone():
    before = dict(mpl.rcParams)
    assert not drawn(None).spines["top"].get_visible()
    assert dict(mpl.rcParams) == before
    plt.close("all")


def test_a_style_of_the_user_wins():
    with plt.style.context({"axes.facecolor": "pink"}):
        ax = drawn(None)
    assert ax.get_facecolor() == colors.to_rgba("pink") and not ax.spines["top"].get_visible()
    with plt.style.context(house_style("dark")):
        assert drawn(None).get_facecolor() == colors.to_rgba(house_style("dark")["axes.facecolor"])
    plt.close("all")
