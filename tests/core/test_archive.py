"""Files that are written as a whole, and checked when they are read."""

import os
import struct

import pytest

from sknn.core import archive

PAYLOAD = bytes(range(256)) * 40


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "file"
    for payload in (b"", PAYLOAD):
        archive.write(path, payload)
        assert archive.read(str(path)) == payload
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("length", [0, 3, 20, 49, 50, 51, 5000, -1])
def test_a_truncated_file_is_told(tmp_path, length):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match="file.*(lost|truncated)"):
        archive.read(path)


@pytest.mark.parametrize("place", [0, 9, 11, 20, 60, 5000, -1])
def test_an_altered_file_is_told(tmp_path, place):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="file"):
        archive.read(path)


def test_appended_bytes_and_later_formats_are_told(tmp_path):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    with pytest.raises(ValueError, match="truncated"):
        archive.read(path)
    path.write_bytes(content[:8] + struct.pack(">H", 2) + content[10:])
    with pytest.raises(ValueError, match="format 2.*update sknn"):
        archive.read(path)


@pytest.mark.parametrize("name", ["fsync", "replace"])
@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch, name, error):
    path = tmp_path / "file"
    archive.write(path, b"old")

    def fail(*args):
        raise error("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(os, name, fail)
        with pytest.raises(error):
            archive.write(path, PAYLOAD)
    assert archive.read(path) == b"old" and os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_synchronised_is_no_failure(tmp_path, monkeypatch):
    real = os.fsync
    calls = []

    def fsync(handle):
        calls.append(handle)
        if len(calls) == 2:
            raise OSError
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    archive.write(tmp_path / "file", PAYLOAD)
    assert len(calls) == 2 and archive.read(tmp_path / "file") == PAYLOAD


def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "there" / "file")
    archive.write(link, PAYLOAD)
    assert link.is_symlink() and archive.read(tmp_path / "there" / "file") == PAYLOAD


def test_a_long_name(tmp_path):
    path = tmp_path / ("é" * 120)
    archive.write(path, PAYLOAD)
    assert archive.read(path) == PAYLOAD


def test_check_target_leaves_nothing(tmp_path):
    archive.check_target(tmp_path / "file")
    assert not os.listdir(tmp_path)
    for path in (tmp_path, tmp_path / "missing" / "file"):
        with pytest.raises(OSError):
            archive.check_target(path)
