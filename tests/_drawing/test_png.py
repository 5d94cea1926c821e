"""Colors and PNG files written without Matplotlib."""

import io

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib import pyplot as plt
from PIL import Image

from sknn._drawing.png import colored, png, rgb


def test_a_png_holds_its_pixels():
    image = np.random.default_rng(0).random((5, 7, 3))
    image[2, 3] = np.nan
    read = plt.imread(io.BytesIO(png(image)))
    assert read.shape == (5, 7, 4) and read[2, 3, 3] == 0 and read[0, 0, 3] == 1
    np.testing.assert_allclose(read[0, :, :3], image[0], atol=0.5 / 255 + 1e-6)


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((1, 1, 3)),
        np.full((3, 2, 3), np.nan),
        np.random.default_rng(0).integers(0, 3, (9, 8, 3)) / 2.0,
        np.random.default_rng(0).random((30, 20, 3)),
        np.linspace(0, 1, 6 * 256).reshape(6, 256, 1) * [1.0, 0.5, 0.0],
    ],
)
@pytest.mark.parametrize("hole", [False, True])
def test_every_kind_of_file_holds_its_pixels(image, hole):
    image = image.copy()
    if hole:
        image[0, 0] = np.nan
    read = np.asarray(Image.open(io.BytesIO(png(image))).convert("RGBA"))
    there = np.isfinite(image[..., 0])
    np.testing.assert_array_equal(read[..., 3], 255 * there)
    np.testing.assert_array_equal(read[there, :3], np.rint(image[there] * 255))


@pytest.mark.parametrize(
    ("scale", "name"), [("gray", "gray"), ("amounts", "viridis"), ("signs", "RdBu_r")]
)
def test_scales_are_those_of_the_displays(scale, name):
    values = np.linspace(-1, 3, 101)[None]
    found = colored(values, -1, 3, scale)
    assert np.abs(found - colormaps[name]((values + 1) / 4)[..., :3]).max() < 0.1


def test_ends_of_scales():
    assert np.isnan(colored(np.array([[np.nan]]), 0, 1, "gray")).all()
    np.testing.assert_array_equal(colored(np.array([[-5.0, 9.0]]), 0, 1, "gray")[0, :, 0], [0, 1])
    np.testing.assert_array_equal(colored(np.zeros((1, 1)), 0, 0, "gray"), np.zeros((1, 1, 3)))
    np.testing.assert_allclose(rgb("#FF8000"), [1, 128 / 255, 0])
