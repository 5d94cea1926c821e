"""Files are written as a whole, and checked when they are read."""

import errno
import os
import socket
import stat
import struct
import sys
from pathlib import Path

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
def test_a_truncated_file_is_reported(tmp_path, length):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(ValueError, match="file.*(missing|truncated)"):
        archive.read(path)


@pytest.mark.parametrize("place", [0, 9, 11, 20, 60, 5000, -1])
def test_an_altered_file_is_reported(tmp_path, place):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="file"):
        archive.read(path)


def test_appended_bytes_and_later_formats_are_reported(tmp_path):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    with pytest.raises(ValueError, match="altered.*1 bytes too long"):
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


def test_a_folder_that_cannot_be_synchronized_is_not_an_error(tmp_path, monkeypatch):
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


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o666, 0o700])
def test_the_mode_of_a_file_is_kept(tmp_path, mode):
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"old")
    path.chmod(mode)
    link.symlink_to(path)
    archive.write(link, PAYLOAD)
    assert stat.S_IMODE(path.stat().st_mode) == mode and archive.read(path) == PAYLOAD


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs the superuser")
def test_the_owner_of_a_file_is_kept(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, 12345, 54321)
    archive.write(path, PAYLOAD)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 54321)


def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        archive.write(tmp_path / "file", PAYLOAD)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o640


def test_nobody_may_read_what_is_written_before_it_has_its_mode(tmp_path, monkeypatch):
    path, seen = tmp_path / "file", []
    path.write_bytes(b"old")
    path.chmod(0o600)
    real = os.open

    def opened(name, flags, mode=0o777, **more):
        seen.append(mode)
        return real(name, flags, mode, **more)

    monkeypatch.setattr(os, "open", opened)
    archive.write(path, PAYLOAD)
    assert 0o600 in seen and 0o666 not in seen


def no_regular_files(folder):
    """Return paths that are not regular files, and what they are."""
    os.mkfifo(folder / "pipe")
    # The name of a socket may have about 100 characters, and this folder may have more.
    here = os.open(folder, os.O_RDONLY)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"/proc/self/fd/{here}/socket")
    os.close(here)
    for name in ("pipe", "socket"):
        (folder / f"link to {name}").symlink_to(folder / name)
    kinds = {"pipe": "named pipe", "socket": "socket"}
    kinds |= {f"link to {name}": words for name, words in kinds.items()}
    return {folder / name: words for name, words in kinds.items()} | {Path("/dev/null"): "device"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")
def test_what_is_not_a_regular_file_is_refused(tmp_path):
    for path, words in no_regular_files(tmp_path).items():
        kind = path.stat().st_mode
        before = sorted(os.listdir(tmp_path))
        for call in (archive.check_target, archive.read, lambda path: archive.write(path, b"")):
            with pytest.raises(OSError, match=f"it is a {words}"):
                call(path)
        assert path.stat().st_mode == kind and sorted(os.listdir(tmp_path)) == before


@pytest.mark.skipif(not os.path.exists("/dev/fd"), reason="needs /dev/fd")
def test_a_name_of_an_open_pipe_is_refused():
    ends = os.pipe()
    try:
        with pytest.raises(OSError, match="named pipe"):
            archive.write(f"/dev/fd/{ends[1]}", PAYLOAD)
    finally:
        for end in ends:
            os.close(end)


def bad_paths(folder):
    """Return paths that cannot be written, and why."""
    (folder / "plain").write_bytes(b"")
    (folder / "circle").symlink_to("circle")
    (folder / "broken").symlink_to(folder / "gone" / "file")
    return {
        folder: "a folder",
        f"{folder}/new/": "the name of a folder",
        folder / "new" / "..": "a folder",
        folder / "plain" / "file": "should be a folder is a file",
        folder / "missing" / "file": "no folder .*missing",
        folder / ("n" * 300): "too long",
        folder / "circle": "in a circle",
        folder / "broken": "no folder .*gone",
    }


def test_the_reason_is_given_in_words(tmp_path):
    for path, words in bad_paths(tmp_path).items():
        for call in (
            lambda path=path: archive.check_target(path),
            lambda p=path: archive.write(p, b""),
        ):
            with pytest.raises(OSError, match=words) as caught:
                call()
            assert "Errno" not in str(caught.value)
    assert sorted(os.listdir(tmp_path)) == ["broken", "circle", "plain"]


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "no space is left"), (errno.EROFS, "read-only"), (errno.EIO, "[Ee]rror")],
)
def test_the_number_of_an_error_is_kept(tmp_path, monkeypatch, number, words):
    def fail(*args):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match=words) as caught:
        archive.write(tmp_path / "file", PAYLOAD)
    assert caught.value.errno == number and not os.listdir(tmp_path)


def test_a_file_that_may_not_be_written_stays(tmp_path, monkeypatch):
    path = tmp_path / "file"
    archive.write(path, b"old")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(PermissionError, match="may not be written"):
        archive.write(path, PAYLOAD)
    assert archive.read(path) == b"old"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs files with holes")
def test_a_huge_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "file"
    archive.write(path, PAYLOAD)
    os.truncate(path, 2**36)
    with pytest.raises(ValueError, match="too long"):
        archive.read(path)


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
