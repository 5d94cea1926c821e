"""Numbers as colors, and colors as a PNG file, without Matplotlib."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

# From Matplotlib's viridis and ColorBrewer's RdBu, which the Displays use.
_ANCHORS = {
    "gray": ["#000000", "#FFFFFF"],
    "amounts": [
        *("#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C"),
        *("#28AE80", "#5EC962", "#ADDC30", "#FDE725"),
    ],
    "signs": [
        *("#053061", "#2166AC", "#4393C3", "#92C5DE", "#D1E5F0", "#F7F7F7"),
        *("#FDDBC7", "#F4A582", "#D6604D", "#B2182B", "#67001F"),
    ],
}

_SHADES = 254
# Types of pixels in a PNG file.
_COLORS, _PLACES, _TRANSPARENT = 2, 3, 6


def rgb(color: str) -> NDArray[np.float64]:
    """Return the red, green, and blue of "#RRGGBB", between 0 and 1."""
    return np.frombuffer(bytes.fromhex(color.removeprefix("#")), np.uint8) / 255.0


def colored(values: NDArray, low: float, high: float, scale: str) -> NDArray[np.float64]:
    """Return numbers as colors between 0 and 1; NaN becomes NaN.

    Parameters
    ----------
    values : ndarray of shape (height, width)
    low, high : float
        The ends of the scale.
    scale : {"gray", "amounts", "signs"}

    Returns
    -------
    image : ndarray of shape (height, width, 3)
    """
    anchors = np.stack([rgb(each) for each in _ANCHORS[scale]])
    places = np.linspace(0.0, 1.0, len(anchors))
    share = np.clip((values - low) / max(high - low, 1e-300), 0.0, 1.0)
    # Few shades, so that a file can list them.
    share = np.rint(share * _SHADES) / _SHADES
    return np.stack([np.interp(share, places, channel) for channel in anchors.T], axis=-1)


def png(image: NDArray) -> bytes:
    """Return an image as a PNG file; NaN is transparent.

    Parameters
    ----------
    image : ndarray of shape (height, width, 3)
        Between 0 and 1.
    """
    there = np.isfinite(image).all(axis=-1)
    solid = np.where(there[..., None], image, 0.0).astype(np.float32)
    pixels = np.concatenate([solid, there[..., None]], axis=-1)
    bytes_ = np.rint(np.clip(pixels, 0.0, 1.0) * 255).astype(np.uint8)
    packed = bytes_.view(np.uint32)[..., 0]
    found, places = np.unique(packed, return_inverse=True)
    if len(found) <= 256:
        colors = found.view(np.uint8).reshape(-1, 4)
        listed = [(b"PLTE", colors[:, :3].tobytes()), (b"tRNS", colors[:, 3].tobytes())]
        return _file(places.reshape(packed.shape).astype(np.uint8)[..., None], _PLACES, listed)
    if there.all():
        return _file(bytes_[..., :3], _COLORS, [])
    return _file(bytes_, _TRANSPARENT, [])


def _file(pixels: NDArray, kind: int, listed: list[tuple[bytes, bytes]]) -> bytes:
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    lines = pixels.reshape(height, -1)
    # Every line begins with its filter: none, or the difference from the line above.
    changes = np.diff(lines, axis=0, prepend=np.zeros_like(lines[:1]))
    data = min((_compressed(lines, 0), _compressed(changes, 2)), key=len)
    parts = [(b"IHDR", header), *listed, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _compressed(lines: NDArray, filtered: int) -> bytes:
    first = np.full((len(lines), 1), filtered, np.uint8)
    return zlib.compress(np.concatenate([first, lines], axis=1).tobytes(), 6)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
