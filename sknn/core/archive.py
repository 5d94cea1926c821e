"""Bytes to disk and back: written as a whole or not at all, and checked when they are read."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path

_MAGIC = b"sknn\x00arc"
_VERSION = 1
# Magic, version of the format, bytes that follow, and their SHA-256.
_HEADER = struct.Struct(">8sHQ32s")


def check_target(path: str | os.PathLike) -> None:
    """Try whether a file can be written at `path`; nothing is left behind.

    Raises
    ------
    OSError
        For a folder that is missing or read-only, or a path that is a folder itself.
    """
    target = _resolved(path)
    with _temporary(target):
        pass


def write(path: str | os.PathLike, payload: bytes) -> None:
    """Write bytes and what proves them whole.

    The bytes reach the disk in a temporary file of the same folder, which then takes the name. A
    reader sees the old file or the new one, whenever the writer dies; several writers do not
    disturb each other. After an error the old file is as it was and the temporary one is gone.

    Parameters
    ----------
    path : path-like
        A symbolic link is followed.
    payload : bytes

    Raises
    ------
    OSError
    """
    target = _resolved(path)
    with _temporary(target) as (temporary, stream):
        digest = hashlib.sha256(payload).digest()
        stream.write(_HEADER.pack(_MAGIC, _VERSION, len(payload), digest))
        stream.write(payload)
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        os.replace(temporary, target)
    _sync_folder(target.parent)


def read(path: str | os.PathLike) -> bytes:
    """Return the bytes of a file that :func:`write` wrote.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no such file, comes from a later version, or is not as it was written.
    """
    content = Path(path).read_bytes()
    if len(content) < _HEADER.size or not content.startswith(_MAGIC):
        raise ValueError(f"{path} is not a file that sknn wrote, or its beginning is lost.")
    _, version, length, digest = _HEADER.unpack_from(content)
    if version != _VERSION:
        raise ValueError(
            f"{path} has format {version}, and this version of sknn reads {_VERSION}; update sknn."
        )
    payload = content[_HEADER.size :]
    if len(payload) != length:
        raise ValueError(f"{path} is truncated: it holds {len(payload)} of {length} bytes.")
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError(f"{path} was altered after it was written: its checksum does not match.")
    return payload


def _resolved(path: str | os.PathLike) -> Path:
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder")
    return target


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[tuple]:
    """Open a file of a name nobody else has; remove what is left of it in the end."""
    name = f".{target.name[:40]}.{os.getpid()}.{secrets.token_hex(6)}.tmp"
    temporary = target.with_name(name)
    try:
        with open(temporary, "xb") as stream:
            yield temporary, stream
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the new name last; not every system can open a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
