"""The zip: a graph in JSON, arrays as .npy members, and a SHA-256 over all of it."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sknn._format.arrays import npy_header, order_of

GRAPH = "graph.json"
_ARRAY = re.compile(r"(0|[1-9][0-9]{0,8})\.npy")
_SEAL = b"sknn sha256 "
_PICKLE = b"\x80"
SEAL_BYTES = len(_SEAL) + 64
_LOCAL_HEADER = 30
_GRAPH_BYTES = 1 << 20
"""A graph up to this size may be compressed to any degree."""
_PART_BYTES = 128
_SLACK_BYTES = 1 << 26
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Files do not contain the time of writing, so that equal objects give equal files."""


class Sink(Protocol):
    """Anything to which bytes can be written."""

    def write(self, content: Any, /) -> Any:
        """Take bytes."""


class _Hashing(io.RawIOBase):
    """Passes bytes on and hashes them; a zip that cannot seek has its directory at its end."""

    def __init__(self, sink: Sink) -> None:
        self.sink = sink
        self.digest = hashlib.sha256()
        self.held = b""

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        content = memoryview(content).cast("B")
        # The last bytes of a zip hold its comment, which is the digest of everything before.
        if len(content) < 1024:
            self.held += content
        else:
            self.pass_on()
            self.digest.update(content)
            self.sink.write(content)
        return len(content)

    def pass_on(self) -> None:
        """Release all references."""
        self.digest.update(self.held)
        self.sink.write(self.held)
        self.held = b""

    def seal(self) -> None:
        """End with the digest in place of the comment."""
        self.held = self.held[:-SEAL_BYTES]
        self.pass_on()
        self.sink.write(_SEAL + self.digest.hexdigest().encode())


def pack(head: dict[str, Any], arrays: Iterable[NDArray], sink: Sink) -> None:
    """Write a zip.

    Parameters
    ----------
    head : dict
        What ``graph.json`` says.
    arrays : iterable of ndarray
        Become ``0.npy``, ``1.npy`` and so on.
    sink : object with a method ``write``
    """
    arrays = list(arrays)
    graph = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    size = sum(each.nbytes for each in arrays)
    small = len(graph) <= _most_of_a_graph(size)
    _check_parts(graph, size if small else size + len(graph))
    method = zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED
    stream = _Hashing(sink)
    with zipfile.ZipFile(stream, "w") as zipped:  # type: ignore[arg-type]
        zipped.comment = bytes(SEAL_BYTES)
        zipped.writestr(zipfile.ZipInfo(GRAPH, _EPOCH), graph, method, 9)
        for number, array in enumerate(arrays):
            _add(zipped, f"{number}.npy", npy_header(array), _bytes_of(array))
    stream.seal()


def room_for(size: int) -> int:
    """Return how many bytes a file of a size may take besides its arrays once it is loaded."""
    return 2 * size + _SLACK_BYTES


def _most_of_a_graph(size: int) -> int:
    """Return how large the graph in a file of a given size may be."""
    return max(_GRAPH_BYTES, 2 * size)


def _add(zipped: zipfile.ZipFile, name: str, header: bytes, content: memoryview) -> None:
    """Add an array without a copy of it."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.file_size = len(header) + len(content)
    with zipped.open(info, "w") as member:
        member.write(header)
        member.write(content)


def _bytes_of(array: NDArray) -> memoryview:
    """Return the bytes of an array in the order of its header, copied only if it has none."""
    rows = np.ascontiguousarray(array.T if order_of(array) == "F" else array)
    return rows.reshape(-1).view(np.uint8).data


class Unpacked(NamedTuple):
    """Contents of a zip.

    Attributes
    ----------
    head : dict
    members : dict of int to memoryview
        The bytes of each .npy file.
    """

    head: dict[str, Any]
    members: dict[int, memoryview]


def check_ends(first: bytes, last: bytes) -> None:
    """Raise ValueError unless a file begins and ends as :func:`pack` has it."""
    if not first.startswith(b"PK\x03\x04"):
        if first.startswith(_PICKLE):
            raise ValueError(
                "it looks like a pickle; load it with pickle or joblib, if you trust who wrote it"
            )
        raise ValueError("it is not a file that sknn wrote, or its beginning is missing")
    if not last[-SEAL_BYTES:].startswith(_SEAL):
        raise ValueError("it is truncated, or something was appended to it")


def unpack(content: bytes) -> Unpacked:
    """Return the contents of a zip, without trust in any of its entries.

    Raises
    ------
    ValueError
        If it is not such a zip, was altered, or was crafted to do harm.
    """
    check_ends(content[:SEAL_BYTES], content[-SEAL_BYTES:])
    whole = memoryview(content)
    digest = hashlib.sha256(whole[:-SEAL_BYTES]).hexdigest().encode()
    if _SEAL + digest != content[-SEAL_BYTES:]:
        raise ValueError("it was altered after it was written: its checksum does not match")
    members = _members(whole, content)
    if GRAPH not in members:
        raise ValueError(f"it has no {GRAPH}")
    head = _parsed(bytes(members.pop(GRAPH)), len(content))
    return Unpacked(head, {int(name.partition(".")[0]): each for name, each in members.items()})


def _members(whole: memoryview, content: bytes) -> dict[str, memoryview]:
    """Return the bytes of all members, each once, with names that are not paths."""
    if content.count(b"PK\x01\x02") > 16 + len(content) // 4096:
        raise ValueError("it has more members than it has room for")
    with zipfile.ZipFile(io.BytesIO(content)) as zipped:
        infos, end = zipped.infolist(), zipped.start_dir
    names = [info.filename for info in infos]
    if len(set(names)) < len(names):
        raise ValueError("it has two members of one name")
    if sum(max(info.compress_size, 0) for info in infos) > end:
        raise ValueError("its members are larger than the file")
    found = {}
    for info in infos:
        if info.filename != GRAPH and not _ARRAY.fullmatch(info.filename):
            raise ValueError(f"it has a member {info.filename!r}, which sknn does not write")
        raw = _raw(whole[:end], info)
        found[info.filename] = _inflated(raw, info, len(content)) if info.compress_type else raw
    return found


def _raw(whole: memoryview, info: zipfile.ZipInfo) -> memoryview:
    """Return the bytes of a member as they are in the file."""
    header = whole[info.header_offset : info.header_offset + _LOCAL_HEADER]
    if info.header_offset < 0 or bytes(header[:4]) != b"PK\x03\x04" or info.flag_bits & 1:
        raise ValueError(f"its member {info.filename} is not where it should be")
    lengths = (int.from_bytes(header[i : i + 2], "little") for i in (26, 28))
    start = info.header_offset + _LOCAL_HEADER + sum(lengths)
    raw = whole[start : start + info.compress_size]
    if len(raw) != info.compress_size:
        raise ValueError(f"its member {info.filename} is truncated")
    return raw


def _inflated(raw: memoryview, info: zipfile.ZipInfo, size: int) -> memoryview:
    """Return the uncompressed graph, the only member that is compressed."""
    packed = info.filename == GRAPH and info.compress_type == zipfile.ZIP_DEFLATED
    if not packed or info.file_size > _most_of_a_graph(size):
        raise ValueError(f"its member {info.filename} is packed in a way that sknn does not use")
    inflater = zlib.decompressobj(-15)
    graph = inflater.decompress(raw, info.file_size + 1)
    if len(graph) != info.file_size or not inflater.eof:
        raise ValueError(f"its member {info.filename} is not as large as it says")
    return memoryview(graph)


def _parsed(graph: bytes, size: int) -> dict[str, Any]:
    """Return the contents of a graph."""
    _check_parts(graph, size)
    head = json.loads(graph, object_pairs_hook=_without_doubles, parse_constant=_reject_constant)
    if not isinstance(head, dict):
        raise ValueError("its graph is not valid")
    return head


def _check_parts(graph: bytes, size: int) -> None:
    """Raise ValueError for a graph of tiny lists, which take sixty times as much memory."""
    parts = graph.count(b"[") + graph.count(b"{")
    if parts * _PART_BYTES > room_for(size):
        raise ValueError("its graph has more parts than a file of its size may have")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("its graph has a key twice")
    return made


def _reject_constant(word: str) -> None:
    raise ValueError(f"its graph holds {word}, which is not JSON")
