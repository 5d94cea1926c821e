"""The files that a checkpoint is written to and read from, and errors about all others."""

import errno
import os
import pickle
import stat
import sys
from pathlib import Path

import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sknn import MLPClassifier
from sknn.callbacks import Callback, Checkpoint
from sknn.core import archive
from sknn.exceptions import InvalidParameterError
from sknn.persistence import save
from tests.checks.files import own_classes
from tests.checks.runs import assert_same
from tests.estimators.data import THREE, X

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")


def loaded(path):
    """Return the estimator of a checkpoint, which may hold callbacks of this file."""
    return Checkpoint.load(path, trusted=own_classes(__name__))


class Change(Callback):
    """Changes the file in the middle of training."""

    def __init__(self, change):
        self.change = change

    def on_epoch_end(self, progress):
        if progress.run.epoch == 2 and self.change is not None:
            self.change()

    def __getstate__(self):
        return dict(super().__getstate__()) | {"change": None}


class Never(Callback):
    def on_batch_end(self, progress):
        raise AssertionError("training began")


def network(path, *callbacks):
    watch = [*callbacks, Checkpoint(path)]
    return MLPClassifier((3,), max_iter=3, random_state=0, callbacks=watch)


class Bytes(os.PathLike):
    def __fspath__(self):
        return b"name"

    def __repr__(self):
        return "path-like of bytes"


@pytest.mark.parametrize("path", ["", "a\0b", "\ud800", Bytes(), 3, None, b"name"], ids=repr)
def test_what_is_not_a_path(path):
    words = "'path' parameter of Checkpoint must be a path .*no null characters"
    with pytest.raises(InvalidParameterError, match=words):
        network(path, Never()).fit(X, THREE)
    with pytest.raises(InvalidParameterError, match=words):
        loaded(path)


@LINUX
def test_what_cannot_be_written_is_reported_before_training(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "broken").symlink_to(tmp_path / "missing" / "file")
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    bad = {
        "pipe": "named pipe",
        "link": "named pipe",
        "/dev/null": "device",
        "": "folder",
        "missing/file": "no folder",
        "broken": "no folder",
        "circle": "circle",
        "pipe/file": "folder is a file",
        "n" * 300: "too long",
    }
    for name, words in bad.items():
        net = network(tmp_path / name, Never())
        told = rf"(?s)'path' parameter of Checkpoint must name .*instead: .*{words}[^\[]*\.$"
        with pytest.raises(InvalidParameterError, match=told):
            net.fit(X, THREE)
        assert not hasattr(net, "network_")
    assert stat.S_ISFIFO(os.stat(tmp_path / "pipe").st_mode)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@LINUX
def test_what_takes_the_place_of_the_file_is_not_replaced(tmp_path):
    path = tmp_path / "file"

    def swap():
        path.unlink()
        os.mkfifo(path)

    with pytest.raises(OSError, match=f"'path' of Checkpoint, '{path}', cannot be written: .*pipe"):
        network(path, Change(swap)).fit(X, THREE)
    assert stat.S_ISFIFO(path.stat().st_mode) and os.listdir(tmp_path) == ["file"]


def test_no_space_names_the_path_and_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "file"

    def fill():
        def full(*args):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)

    net = network(path, Change(fill))
    with pytest.raises(OSError, match="'path' of Checkpoint, .*no space is left") as caught:
        net.fit(X, THREE)
    assert caught.value.errno == errno.ENOSPC and "Errno" not in str(caught.value)
    assert loaded(path).n_iter_ == 1 and os.listdir(tmp_path) == ["file"]
    assert not hasattr(net, "network_")


def test_a_private_file_stays_private(tmp_path):
    path = tmp_path / "file"
    path.touch(0o600)
    network(path).fit(X, THREE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert loaded(path).n_iter_ == 3


# -- read -----------------------------------------------------------------------------------------


class Gone:
    """A class that is removed later."""


def pickled_and_gone(monkeypatch):
    content = pickle.dumps(Gone())
    monkeypatch.delattr(sys.modules[__name__], "Gone")
    return content


NO_CHECKPOINTS = {
    "a dict": (pickle.dumps({"a": 1}), "holds a dict"),
    "None": (pickle.dumps(None), "holds a NoneType"),
    "a class": (pickle.dumps(MLPClassifier), "is not a checkpoint"),
    "another estimator": (pickle.dumps(LogisticRegression()), "holds a LogisticRegression"),
    "not fitted": (pickle.dumps(MLPClassifier()), "holds a MLPClassifier"),
    "no pickle": (b"not a pickle", "not a checkpoint that can be read"),
    "nothing": (b"", "not a checkpoint that can be read"),
    "half a pickle": (pickle.dumps([1.0] * 100)[:-9], "not a checkpoint that can be read"),
    "a huge string": (b"\x80\x04\x8d" + b"\xff" * 7 + b"\x0f", "not a checkpoint that can be read"),
    "a huge array": (
        b"\x80\x04\x96" + b"\xff" * 6 + b"\x0f\x00",
        "not a checkpoint that can be read",
    ),
    "a module that is gone": (b"\x80\x04\x8c\x03foo\x8c\x03Bar\x93.", "cannot be found.*foo"),
    "a class that is gone": (None, "cannot be found.*Gone"),
}


@pytest.mark.parametrize("name", NO_CHECKPOINTS)
def test_a_pickle_that_is_not_a_checkpoint(tmp_path, monkeypatch, name):
    content, words = NO_CHECKPOINTS[name]
    path = tmp_path / "file"
    archive.write(path, pickled_and_gone(monkeypatch) if content is None else content)
    with pytest.raises(ValueError, match="pass allow_pickle=True"):
        loaded(path)
    with pytest.raises(ValueError, match=words) as caught:
        Checkpoint.load(path, allow_pickle=True)
    assert str(path) in str(caught.value)


def test_old_checkpoints_load_on_request_only(tmp_path):
    path = tmp_path / "file"
    net = network(path).fit(X, THREE)
    archive.write(path, pickle.dumps(net))
    with pytest.raises(ValueError, match="may run any code. If you trust it, pass allow_pickle"):
        Checkpoint.load(path)
    assert_same(Checkpoint.load(path, allow_pickle=True), net)


NO_CHECKPOINTS_EITHER = {
    "a scaler": (StandardScaler(), "holds a StandardScaler"),
    "not fitted": (MLPClassifier(), "holds a MLPClassifier"),
    "a dict": ({"a": 1}, "holds a dict"),
}


@pytest.mark.parametrize("name", NO_CHECKPOINTS_EITHER)
def test_a_file_that_is_not_a_checkpoint(tmp_path, name):
    value, words = NO_CHECKPOINTS_EITHER[name]
    save(value, tmp_path / "file")
    with pytest.raises(ValueError, match=words):
        Checkpoint.load(tmp_path / "file")


def test_classes_of_the_user_are_refused_by_name(tmp_path):
    path = tmp_path / "file"
    network(path, Change(None)).fit(X, THREE)
    with pytest.raises(ValueError, match=r"test_checkpoint_files.Change.*trusted=.Change."):
        Checkpoint.load(path)
    with pytest.raises(TypeError, match="trusted must hold classes"):
        Checkpoint.load(path, trusted=["Change"])


def test_callbacks_that_write_other_files_are_named(tmp_path):
    path = tmp_path / "file"
    network(path, Checkpoint(tmp_path / "other")).fit(X, THREE)
    with pytest.warns(UserWarning, match=r"write files .*: Checkpoint\(.*other'\)\)\."):
        Checkpoint.load(path)


def test_what_was_appended_is_reported(tmp_path):
    path = tmp_path / "file"
    network(path).fit(X, THREE)
    with open(path, "ab") as stream:
        stream.write(b"more")
    with pytest.raises(ValueError, match="truncated, or something was appended"):
        loaded(path)


@LINUX
def test_what_cannot_be_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    bad = {
        "missing": (FileNotFoundError, "no such file"),
        "": (IsADirectoryError, "a folder"),
        "pipe": (OSError, "named pipe"),
        "/dev/zero": (OSError, "device"),
        "n" * 300: (OSError, "too long"),
        "pipe/file": (NotADirectoryError, "folder is a file"),
    }
    for name, (kind, words) in bad.items():
        path = Path(tmp_path / name)
        with pytest.raises(
            kind, match=f"'path' of Checkpoint, '{path}', cannot be read: .*{words}"
        ):
            loaded(path)
