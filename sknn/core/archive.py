"""Bytes on disk: written completely or not at all, and checked when they are read."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_MAGIC = b"sknn\x00arc"
_VERSION = 1
# Magic, version of the format, bytes that follow, and their SHA-256.
_HEADER = struct.Struct(">8sHQ32s")
_KINDS = {
    stat.S_IFDIR: (IsADirectoryError, "it is a folder"),
    stat.S_IFIFO: (OSError, "it is a named pipe, not a regular file"),
    stat.S_IFSOCK: (OSError, "it is a socket, not a regular file"),
    stat.S_IFCHR: (OSError, "it is a device, not a regular file"),
    stat.S_IFBLK: (OSError, "it is a device, not a regular file"),
}
_REASONS = {
    errno.ENOENT: "there is no such file",
    errno.ENOTDIR: "a part of it that should be a folder is a file",
    errno.EROFS: "its file system is read-only",
    errno.ENAMETOOLONG: "it is too long for a name",
    errno.ELOOP: "its symbolic links lead in a circle",
    errno.ENOSPC: "no space is left on its device",
}


def check_target(path: str | os.PathLike) -> None:
    """Check whether a file can be written at `path`; nothing is left behind.

    Raises
    ------
    OSError
        For a folder that is missing or read-only, or a path that is not a regular file. The text is
        only the reason, without the path.
    """
    with _in_words(), _temporary(_target(path)):
        pass


@contextlib.contextmanager
def replacing(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """Open the future content of a file, which is written completely or not at all.

    The bytes are written to a temporary file in the same folder, which is then renamed. A reader
    sees the old file or the new one, whenever the writer dies; several writers do not disturb each
    other. After an error, the old file is unchanged and the temporary one is gone. The new file has
    the mode and, where the system allows it, the owner of the old one.

    Parameters
    ----------
    path : path-like
        A symbolic link is followed.

    Yields
    ------
    stream : binary file
        Open for writing.

    Raises
    ------
    OSError
        As :func:`check_target`, and if there is no space.
    """
    with _in_words():
        target = _target(path)
        with _temporary(target) as (temporary, stream):
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
            stream.close()
            os.replace(temporary, target)
        _sync_folder(target.parent)


def write(path: str | os.PathLike, payload: bytes) -> None:
    """Write bytes with a checksum, as :func:`replacing` does."""
    with replacing(path) as stream:
        digest = hashlib.sha256(payload).digest()
        stream.write(_HEADER.pack(_MAGIC, _VERSION, len(payload), digest))
        stream.write(payload)


def read(path: str | os.PathLike) -> bytes:
    """Return the bytes that :func:`write` wrote to a file.

    Raises
    ------
    OSError
        If the file cannot be read, or is not a regular file; the text is only the reason.
    ValueError
        If it is not such a file, comes from a later version, or was altered.
    """
    with _reading(path) as stream:
        header = stream.read(_HEADER.size)
        if len(header) < _HEADER.size or not header.startswith(_MAGIC):
            raise ValueError(f"{path} is not a file that sknn wrote, or its beginning is missing.")
        size = os.fstat(stream.fileno()).st_size - _HEADER.size
        digest = _digest(path, header, size)
        payload = stream.read()
    if hashlib.sha256(payload).digest() != digest:
        raise ValueError(f"{path} was altered after it was written: its checksum does not match.")
    return payload


def is_framed(path: str | os.PathLike) -> bool:
    """Return whether a file begins as :func:`write` has it; raises OSError as :func:`read`."""
    return ends_of(path, len(_MAGIC))[0] == _MAGIC


def ends_of(path: str | os.PathLike, size: int) -> tuple[bytes, bytes]:
    """Return the first and the last bytes of a file; raises OSError as :func:`read`."""
    with _reading(path) as stream:
        first = stream.read(size)
        stream.seek(max(0, os.fstat(stream.fileno()).st_size - size))
        return first, stream.read(size)


def content_of(path: str | os.PathLike) -> bytes:
    """Return all bytes of a file; raises OSError as :func:`read`."""
    with _reading(path) as stream:
        return stream.read()


@contextlib.contextmanager
def _reading(path: str | os.PathLike) -> Iterator[BinaryIO]:
    with _in_words():
        _check_kind(os.stat(path))
        with open(path, "rb") as stream:
            yield stream


def _digest(path: str | os.PathLike, header: bytes, size: int) -> bytes:
    """Return the checksum of a header that fits the bytes after it, before these are read."""
    _, version, length, digest = _HEADER.unpack(header)
    if version != _VERSION:
        raise ValueError(
            f"{path} has format {version}, but this version of sknn reads {_VERSION}; update sknn."
        )
    if size < length:
        raise ValueError(f"{path} is truncated: it holds {size} of {length} bytes.")
    if size > length:
        raise ValueError(
            f"{path} was altered after it was written: it is {size - length} bytes too long, as if "
            "something had been appended."
        )
    return digest


def is_path(path: object) -> bool:
    """Return whether the system can handle a path at all."""
    if not isinstance(path, (str, os.PathLike)):
        return False
    text = os.fspath(path)
    try:
        return isinstance(text, str) and bool(os.fsencode(text)) and "\0" not in text
    except UnicodeError:
        return False


def with_path(error: OSError, path: str | os.PathLike, what: str, done: str) -> OSError:
    """Return an error of the same kind that names the path."""
    told = type(error)(f"{what}, {os.fspath(path)!r}, cannot be {done}: {error}.")
    told.errno = error.errno
    return told


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """Give errors of the system a text without their number and path."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        told = type(error)(_REASONS.get(error.errno, error.strerror or str(error)))
        told.errno = error.errno
        raise told from error


def _check_kind(found: os.stat_result) -> None:
    """Raise for anything but a regular file, because replacing a device would destroy it."""
    if not stat.S_ISREG(found.st_mode):
        kind, words = _KINDS.get(stat.S_IFMT(found.st_mode), (OSError, "it is not a regular file"))
        raise kind(words)


def _target(path: str | os.PathLike) -> Path:
    """Return where a file is or will be, following links; raise if it cannot be written."""
    target = Path(os.path.realpath(path))
    # The path itself, too: names under /proc and /dev may point to files without a path.
    for each in (path, target):
        with contextlib.suppress(FileNotFoundError):
            _check_kind(os.stat(each))
            if not os.access(each, os.W_OK):
                raise PermissionError("it is a file that may not be written")
    if not os.path.basename(os.fspath(path)):
        raise IsADirectoryError("it ends like the name of a folder")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {target.parent}")
    return target


@contextlib.contextmanager
def _temporary(target: Path) -> Iterator[tuple]:
    """Open a file with a unique name; remove its remains at the end."""
    name = f".{target.name[:40]}.{os.getpid()}.{secrets.token_hex(6)}.tmp"
    temporary = target.with_name(name)
    try:
        with open(_handle(temporary, target), "wb") as stream:
            yield temporary, stream
    finally:
        temporary.unlink(missing_ok=True)


def _handle(temporary: Path, target: Path) -> int:
    """Open a new file for those who may use `target`, if that exists."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        old = target.stat()
    except FileNotFoundError:
        return os.open(temporary, flags, 0o666)
    # At first for the owner only: the new file is never readable by more users than the old one.
    handle = os.open(temporary, flags, 0o600)
    if hasattr(os, "fchmod"):
        with contextlib.suppress(OSError):  # Only the superuser may give a file away.
            os.fchown(handle, old.st_uid, old.st_gid)
        os.fchmod(handle, stat.S_IMODE(old.st_mode))
    return handle


def _sync_folder(folder: Path) -> None:
    """Write the new name to disk, on systems that can open a folder."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
