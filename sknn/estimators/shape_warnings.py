"""Warnings about shapes that were probably meant otherwise: how X was read, and a remedy.

Shapes here are those of a row for the layers, with channels last.
"""

from __future__ import annotations

from math import isqrt

from sknn.core.layout import Shape

_COLORS = 4
"""Images rarely have more channels: gray, two, RGB, RGB and transparency."""
_RATIO = 4
"""An axis this many times as long as the other is probably that of the steps."""
_FEWEST_PIXELS = 64
_SILENCE = 'warnings.simplefilter("ignore", sknn.exceptions.ShapeWarning)'


def of_channels(shape: Shape, first: bool) -> str | None:
    """Return the warning for rows in which another axis looks like the channels."""
    return (_of_images if len(shape) == 3 else _of_steps)(shape, first)


def _of_images(shape: Shape, first: bool) -> str | None:
    height, width, channels = shape
    # The channels if they were at the other end, and the remaining axes.
    other, left = (width, (channels, height)) if first else (height, (width, channels))
    few = other <= _COLORS < min(left)
    if not few and not other < left[0] == left[1]:
        return None
    return (
        f"X is read as images of {height} x {width} pixels with "
        f"{_count(channels, 'channel')} ({_says(first)}). If they have {_count(other, 'channel')} "
        f"and {left[0]} x {left[1]} pixels, pass {_says(not first)}; if X is read correctly, "
        f"silence this with {_SILENCE}."
    )


def _of_steps(shape: Shape, first: bool) -> str | None:
    steps, features = shape
    if features < _RATIO * steps:
        return None
    return (
        f"X is read as sequences of {_count(steps, 'step')} with {features} channels "
        f"({_says(first)}). If they have {features} steps with {_count(steps, 'channel')}, pass "
        f"{_says(not first)}; if X is read correctly, confirm it with "
        f"input_shape={_given(shape, first)}."
    )


def of_square(shape: Shape) -> str | None:
    """Return the warning for signals, channels first, that may be images."""
    steps, channels = shape
    if channels < steps:
        return None
    return (
        f"X is read as signals of {_count(steps, 'step')} with {_count(channels, 'channel')} "
        f"(channels='first'). For images of {channels} x {steps} pixels pass kernel_size=(3, 3); "
        "if X is read correctly, confirm it with kernel_size=(9,)."
    )


def of_narrow_images(shape: Shape) -> str | None:
    """Return the warning for images without an axis of channels that look more like signals."""
    height, width, _ = shape
    if max(height, width) < _RATIO * min(height, width):
        return None
    where = "channels='first', " if height < width else ""
    return (
        f"X is read as images of {height} x {width} pixels with one channel. For signals of "
        f"{max(height, width)} steps with {_count(min(height, width), 'channel')} pass "
        f"{where}kernel_size=(9,); if X is read correctly, confirm it with kernel_size=(3, 3)."
    )


def of_flat_rows(width: int, first: bool) -> str | None:
    """Return the warning for flat rows that may be square images, gray or of three colors."""
    for channels in (1, 3):
        side = isqrt(width // channels)
        if side * side * channels == width and side * side >= _FEWEST_PIXELS:
            shape = (side, side) if channels == 1 else _given((side, side, channels), first)
            return (
                f"X has {width} columns and is read as signals of {width} steps. For images pass "
                f"input_shape={shape}; if X is read correctly, confirm it with kernel_size=(9,)."
            )
    return None


def of_other_rows(shape: Shape, known: Shape, first: bool) -> str:
    """Return advice for rows of another shape than the known one."""
    moved = _of_moved_channels(shape, known, first)
    if moved or len(shape) != len(known):
        return moved
    if shape[-1] == known[-1]:
        return f" Crop or pad{' them, or resize images' if len(shape) > 2 else ' them'}."
    if shape[-1] == 1:
        return f" Repeat the channel {known[-1]} times, with np.repeat."
    return f" It reads {_count(known[-1], 'channel')}, but X has {shape[-1]}."


def _of_moved_channels(shape: Shape, known: Shape, first: bool) -> str:
    """Return advice if rows would have the known shape with channels at the other end."""
    given = _given(shape, first)
    moved = (given[-1], *given[:-1]) if first else (*given[1:], given[0])
    if len(shape) < 2 or moved != _given(known, first):
        return ""
    axes = "-1, 1" if first else "1, -1"
    return (
        f" Its channels seem to be the {'last' if first else 'first'} axis of a row: pass "
        f"np.moveaxis(X, {axes}), or fit with {_says(not first)}."
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _says(first: bool) -> str:
    return f"channels={'first' if first else 'last'!r}"


def _given(shape: Shape, first: bool) -> Shape:
    return (shape[-1], *shape[:-1]) if first else shape
