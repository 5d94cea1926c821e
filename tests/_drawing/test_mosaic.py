"""Many small images side by side in one."""

import numpy as np
import pytest

from sknn._drawing.mosaic import as_images, centers, image_shape, mosaic


@pytest.mark.parametrize("color", [(), (3,)])
def test_every_image_is_there_with_seams_between(color):
    images = np.random.default_rng(0).random((5, 2, 3, *color))
    whole = mosaic(images, 3)
    assert whole.shape == (5, 11, *color)
    for i, image in enumerate(images):
        top, left = 3 * (i // 3), 4 * (i % 3)
        np.testing.assert_array_equal(whole[top : top + 2, left : left + 3], image)
    assert np.isnan(whole[2]).all() and np.isnan(whole[:, 3]).all()
    np.testing.assert_array_equal(centers(3, 3), [1, 5, 9])


@pytest.mark.parametrize(
    ("shape", "n", "known", "expected"),
    [
        (None, 64, None, (8, 8)),
        (None, 9, None, None),
        (None, 60, None, None),
        (None, 32, (4, 4, 2), (4, 4, 2)),
        (None, 64, (4, 4, 2), (8, 8)),
        ((2, 5), 10, None, (2, 5)),
    ],
)
def test_shapes_of_images(shape, n, known, expected):
    assert image_shape(shape, n, known) == expected


@pytest.mark.parametrize("wrong", [(3, 3), (10,), (1, 1, 2, 5)])
def test_shapes_that_do_not_fit(wrong):
    with pytest.raises(ValueError, match="shape must be"):
        image_shape(wrong, 10)


def test_channels_are_colors_or_averaged():
    rows = np.arange(24.0).reshape(1, 24)
    assert as_images(rows, (2, 4, 3)).shape == (1, 2, 4, 3)
    np.testing.assert_array_equal(as_images(rows, (3, 4, 2))[0, 0], [0.5, 2.5, 4.5, 6.5])
