"""Broken and malicious files raise ValueError and use no more memory than the file allows."""

import base64
import hashlib
import io
import json
import struct
import tempfile
import time
import tracemalloc
import warnings
import zipfile
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from sknn import CNNClassifier, MLPClassifier, RNNClassifier, TabularMLPClassifier
from sknn._format import container, files
from sknn._format.names import Names
from sknn.callbacks import Checkpoint
from sknn.persistence import load, save
from tests.checks.files import bytes_of, through_a_file

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 4))
Y = (X[:, 0] > 0).astype(int)
SPLINE = {"spline": 1, "knots": None, "coefficients": None, "extrapolate": True}
SLACK = 2 << 20
"""Memory that is there whatever the size of a file: a graph may be a megabyte."""


def fitted(kind=MLPClassifier, **parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return kind(max_iter=2, random_state=0, **parameters).fit(X, Y)


GOOD = bytes_of(fitted())


def sealed(content):
    """Return the bytes of a zip with a matching digest."""
    digest = hashlib.sha256(content).hexdigest().encode()
    return content + b"sknn sha256 " + digest


def zipped(*members, compressed=()):
    """Return a zip as an attacker would write it, with a matching digest."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # For names that occur twice.
        with zipfile.ZipFile(stream, "w") as made:
            made.comment = bytes(container.SEAL_BYTES)
            for name, content in members:
                method = zipfile.ZIP_DEFLATED if name in compressed else zipfile.ZIP_STORED
                made.writestr(zipfile.ZipInfo(name), content, method)
    return sealed(stream.getvalue()[: -container.SEAL_BYTES])


def graph(node, *members):
    """Return a file of one node."""
    return zipped(("graph.json", json.dumps({"format": 1, "graph": node})), *members)


def refuse(content, words=None):
    """Check that a file is refused by name, quickly and with little memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.sknn"
        path.write_bytes(content)
        tracemalloc.start()
        begin = time.process_time()
        try:
            with pytest.raises(ValueError, match=words) as caught:
                load(path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    told = str(caught.value)
    assert "net.sknn' cannot be loaded: " in told and told.endswith(".")
    assert peak <= 2 * len(content) + SLACK
    assert time.process_time() - begin < 2


# -- broken -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_every_flipped_bit_is_seen(seed):
    """2,000 bits in all, one at a time."""
    for place in np.random.default_rng(seed).integers(8 * len(GOOD), size=500):
        content = bytearray(GOOD)
        content[place // 8] ^= 1 << place % 8
        with pytest.raises(ValueError):
            files.from_bytes(bytes(content), Names())


def test_every_truncation_is_seen():
    for size in [*range(0, len(GOOD), 97), len(GOOD) - 1]:
        with pytest.raises(ValueError):
            files.from_bytes(GOOD[:size], Names())
    refuse(GOOD + b"more", "something was appended")
    refuse(b"more" + GOOD, "not a file that sknn wrote")


def test_a_file_is_named_and_no_estimator_is_half_made(tmp_path):
    path = tmp_path / "net.sknn"
    path.write_bytes(GOOD[:-9])
    for call in (load, Checkpoint.load):
        with pytest.raises(ValueError, match=r"net.sknn' cannot be loaded: it is truncated, or"):
            call(path)
    path.write_bytes(b"junk")
    with pytest.raises(ValueError, match="not a file that sknn wrote"):
        load(path)


def test_a_flipped_bit_under_a_digest_that_fits():
    """Whoever writes a file can write its digest: it is refused or loaded, nothing else."""
    body = GOOD[: -container.SEAL_BYTES]
    for place in np.random.default_rng(7).integers(8 * len(body), size=400):
        content = bytearray(body)
        content[place // 8] ^= 1 << place % 8
        try:
            files.from_bytes(sealed(bytes(content)), Names())
        except Exception as error:
            # `found` turns all of these into a ValueError that names the file.
            assert not isinstance(error, (MemoryError, SystemError)), error


# -- zips ---------------------------------------------------------------------------------------

ONE = ("graph.json", '{"format":1,"graph":1}')
ZIPS = {
    "an absolute path": (zipped(ONE, ("/etc/passwd", "x")), "member '/etc/passwd', which sknn"),
    "a path that climbs": (zipped(ONE, ("../../0.npy", "x")), "member '../../0.npy', which"),
    "a path that climbs elsewhere": (zipped(ONE, ("..\\0.npy", "x")), "which sknn does not write"),
    "a folder": (zipped(ONE, ("a/", "")), "which sknn does not write"),
    "another number": (zipped(ONE, ("00.npy", "x")), "which sknn does not write"),
    "one name twice": (zipped(ONE, ("0.npy", "x"), ("0.npy", "y")), "two members of one name"),
    "two graphs": (zipped(ONE, ONE), "two members of one name"),
    "no graph": (zipped(("0.npy", "x")), "no graph.json"),
    "a packed array": (zipped(ONE, ("0.npy", "x" * 99), compressed=["0.npy"]), "packed in a way"),
    "a bomb": (
        zipped(("graph.json", b" " * (1 << 26)), compressed=["graph.json"]),
        "packed in a way",
    ),
    "no zip": (sealed(b"PK\x03\x04" + bytes(99)), "BadZipFile"),
    "no members": (zipped(), "not a file that sknn wrote"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_zips_that_are_not_ours(name):
    content, words = ZIPS[name]
    refuse(content, words)


def changed_sizes(content, size, real=None):
    """Make the directory of a zip state other sizes for its last member."""
    place = content.rfind(b"PK\x01\x02")
    body = bytearray(content[: -container.SEAL_BYTES])
    body[place + 20 : place + 28] = struct.pack("<II", size, size if real is None else real)
    return sealed(bytes(body))


def test_members_that_are_larger_than_the_file():
    content = graph(1, ("0.npy", "x" * 50))
    for size in (51, 1 << 20, (1 << 32) - 2):
        refuse(changed_sizes(content, size), "larger than the file|truncated")
    bomb = zipped(("graph.json", b'{"format":1,"graph":1}'), compressed=["graph.json"])
    packed = bomb.rfind(b"PK\x01\x02")
    kept = struct.unpack("<I", bomb[packed + 20 : packed + 24])[0]
    refuse(changed_sizes(bomb, kept, 1 << 31), "packed in a way")
    refuse(changed_sizes(bomb, kept, 99), "not as large as it says")


def test_a_member_over_four_gigabytes():
    """As in zip64: the size is in an extra field."""
    content = graph(1, ("0.npy", "x" * 50))[: -container.SEAL_BYTES]
    place = content.rfind(b"PK\x01\x02")
    end = content.rfind(b"PK\x05\x06")
    extra = struct.pack("<HHQQ", 1, 16, 5 << 30, 5 << 30)
    entry = bytearray(content[place:end])
    entry[20:28] = b"\xff" * 8
    entry[30:32] = struct.pack("<H", len(extra))
    tail = bytearray(content[end:])
    size = struct.unpack("<I", tail[12:16])[0] + len(extra)
    tail[12:16] = struct.pack("<I", size)
    refuse(sealed(content[:place] + bytes(entry) + extra + bytes(tail)), "larger than the file")


def test_a_directory_of_a_million_members():
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *[0] * 16)
    many = 200_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 9, 9, many * 46, 4, container.SEAL_BYTES)
    refuse(sealed(b"PK\x03\x04" + entry * many + end), "more members than it has room for")


def test_a_large_graph_is_read_as_it_was_written():
    words = {f"word{i}": i for i in range(120_000)}
    assert len(bytes_of(words)) > 1 << 21 and through_a_file(words) == words
    with pytest.raises(ValueError, match="more parts"):
        container.pack({"graph": [[]] * (1 << 20)}, [], io.BytesIO())


# -- graphs -------------------------------------------------------------------------------------


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)
    return stream.getvalue()


def header(text):
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def array(descr="<f8", shape=(2,), data="", **more):
    return {"array": data, "dtype": descr, "shape": list(shape), **more}


def objects(name, **state):
    return {"object": name, "state": state}


def spline(degree, knots, coefficients):
    """Return the node of a spline."""
    parts = [x if isinstance(x, list) else inline(x) for x in (knots, coefficients)]
    return dict(zip(SPLINE, (degree, *parts, True), strict=True))


def inline(values):
    """Return the node of an array."""
    data = base64.b64encode(values.tobytes()).decode()
    return array(values.dtype.str, values.shape, data)


def bits(kind, state, seed=None):
    return {"bits": kind, "state": {"dict": state}, "seed": seed}


def twister(place, **more):
    """Return the state of an MT19937 at a given place in its block of 624 words."""
    words = {"dict": {"key": inline(np.zeros(624, np.uint32)), "pos": place}}
    return {"bit_generator": "MT19937", "state": words, **more}


def philox(place):
    words = {name: inline(np.zeros(n, np.uint64)) for name, n in [("counter", 4), ("key", 2)]}
    return {
        "state": {"dict": words},
        "buffer": inline(np.zeros(4, np.uint64)),
        "buffer_pos": place,
        "has_uint32": 0,
        "uinteger": 0,
    }


def network(layer, in_shape):
    return objects(
        "sknn.core.network.Network",
        theta=array(shape=[0]),
        layers={"tuple": [layer]},
        names={"tuple": ["a"]},
        in_shape=in_shape,
        given_shape=None,
        lead={"tuple": []},
    )


HUGE = 10**15
GRAPHS = {
    "no kind": ({}, "a kind that this version of sknn does not know"),
    "an unknown kind": ({"call": "os.system"}, "does not know: 'call'"),
    "a class of Python": (objects("os.DirEntry"), "needs os.DirEntry"),
    "a class of the standard library": (
        objects("subprocess.Popen", a=["ls"]),
        "needs subprocess",
    ),
    "a function as a class": (objects("sklearn.metrics.accuracy_score"), "no object of"),
    "a builtin": (objects("builtins.list"), "no object of"),
    "a function": ({"global": "os.system"}, "needs os.system"),
    "a function of Python": ({"global": "builtins.eval"}, "needs builtins.eval"),
    "a function of sknn": ({"global": "sknn.core.archive.write"}, "needs sknn.core.archive.write"),
    "a class behind sknn": ({"global": "sknn.core.archive.Path"}, "needs sknn.core.archive.Path"),
    "a module behind sknn": ({"global": "sknn.core.archive.os"}, "needs sknn.core.archive.os"),
    "something in a class": ({"global": "sknn.MLPClassifier.fit"}, "needs sknn.MLPClassifier.fit"),
    "a module that is not there": (objects("sknn.nothing.A"), "needs sknn.nothing.A"),
    "a module that climbs": (objects("sknn...A"), "needs sknn...A"),
    "numpy's functions": ({"global": "numpy.load"}, "needs numpy.load"),
    "scipy's functions": ({"distribution": "kstest", "args": [], "kwds": {}}, "not a distribution"),
    "a distribution of objects": (
        {"distribution": "norm", "args": [objects("sknn.layers.Dense")], "kwds": {}},
        "are numbers",
    ),
    "scipy's other functions": ({"global": "scipy.special.test"}, "needs scipy.special.test"),
    "a spline of few numbers": (spline(3, np.arange(9.0), np.ones(2)), "inconsistent"),
    "a spline of high degree": (spline(2**40, np.arange(9.0), np.ones(2)), "at least"),
    "a spline of no degree": (spline([3], np.arange(9.0), np.ones(5)), "has a degree"),
    "a spline of objects": (spline(3, [1, 2], [3]), "arrays of float64"),
    "a spline of integers": (spline(3, np.arange(9), np.ones(5)), "arrays of float64"),
    "a metric that is none": ({"global": "sklearn.metrics.pairwise.np"}, "needs sklearn"),
    "code in C that believes all": (objects("sklearn.svm.SVC"), "needs sklearn.svm.SVC"),
    "a forest": (objects("sklearn.ensemble.RandomForestClassifier"), "needs sklearn.ensemble"),
    "no name": (objects(["sknn", "MLPClassifier"]), "not the name of a class"),
    "an abstract class": (objects("sknn.core.spec.Spec", a=1, b={"ref": 9}), "points to nothing"),
    "an enum that is none": ({"enum": "sknn.MLPClassifier", "name": "fit"}, "is not an Enum"),
    "a tuple that is none": (
        {"namedtuple": "sknn.MLPClassifier", "items": []},
        "not a named tuple",
    ),
    "a tuple of another length": (
        {"namedtuple": "sknn.core.boltzmann_machine.LogPartition", "items": [1] * 9},
        "places",
    ),
    "a reference ahead": ([{"ref": 5}], "points to nothing"),
    "a reference back": ([{"ref": -1}], "points to nothing"),
    "a reference to a text": ([{"ref": "0"}], "points to nothing"),
    "a tuple in itself": ({"tuple": [{"ref": 0}]}, "does not exist yet"),
    "too deep": (json.loads("[" * 400 + "]" * 400), "nested more than"),
    "a shape": (array(shape=[HUGE]), "has 0 bytes"),
    "a shape of many": (array(shape=[10**9] * 9), "has 0 bytes"),
    "a negative shape": (array(shape=[-1]), "not a shape"),
    "a shape of texts": (array(shape=["1"]), "not a shape"),
    "a shape that is none": (array() | {"shape": 3}, "not a shape"),
    "a wide dtype": (array(f"<U{10**8}", [1]), "has 0 bytes"),
    "a dtype of objects": (array("|O", [0]), "array of objects"),
    "fields of objects": (array([["a", "|O"]], [1], "AAAAAAAAAAA="), "array of objects"),
    "no dtype": (array("nonsense", [0]), ""),
    "no base64": (array("|u1", [1], "!!!!"), ""),
    "objects of a huge shape": ({"objects": [1], "shape": [HUGE]}, "holds 1 objects"),
    "objects of an odd shape": ({"objects": [], "shape": [0, 1 << 70]}, ""),
    "an array that is not there": ({"array": 3}, "no array 3"),
    "a huge pool": (
        {"bits": "PCG64", "state": {"dict": {}}, "seed": [1, {"tuple": []}, 1 << 30, 0]},
        "pool",
    ),
    "bits that are none": ({"bits": "os", "state": {"dict": {}}, "seed": None}, ""),
    "a state that is none": ({"bits": "PCG64", "state": {"dict": {"state": 1}}, "seed": None}, ""),
    "a generator of nothing": ({"generator": 1}, ""),
    "members of nothing": ({"members": []}, ""),
    "a fraction with an exponent": ({"fraction": f"1e{10**9}"}, "without exponents"),
    "half a float": ({"float": "00"}, ""),
    "a long range in a history": (
        objects("sknn.training.run.History", epoch={"tuple": [0.0, 1.0, 10**12]}),
        "equal length",
    ),
    "texts in a history": (
        objects("sknn.training.run.History", epoch={"tuple": ["", "a" * 10**5, 10**3]}),
        "hold numbers",
    ),
    "indices that lead away": (
        {
            "sparse": "csr_array",
            "shape": [1, 2],
            "parts": [
                array("<f8", [1], "AAAAAAAAAAA="),
                array("<i4", [1], "AABAAA=="),
                array("<i4", [2], "AAAAAAEAAAA="),
            ],
        },
        "index|indices",
    ),
    "a network of nothing": (objects("sknn.core.network.Network"), ""),
    "a network of estimators": (
        network(objects("sknn.MLPClassifier"), {"tuple": [1]}),
        "",
    ),
    "a call in the place of a method": (
        network(objects("sknn.layers.Dense", plan={"global": "builtins.bytes"}), 10**9),
        "Dense.plan is a method",
    ),
    "a class in the place of a slot": (
        {
            "object": "sknn.core.layers.base.Context",
            "value": {"tuple": [None, {"dict": {"__class__": {"global": "sknn.layers.Dense"}}}]},
        },
        "has no slot",
    ),
    "a network with endless names": (
        objects("sknn.core.network.Network", names={"range": [0, 10**9, 1]}),
        "more memory than",
    ),
    "a generator ahead of its words": (bits("MT19937", twister(10**8)), "no number at pos"),
    "a generator before its words": (bits("MT19937", twister(-(10**8))), "no number at pos"),
    "a generator ahead of its buffer": (bits("Philox", philox(10**8)), "no number at buffer_pos"),
    "an old generator ahead of its words": (
        {"randomstate": {"dict": twister(10**8, has_gauss=0, gauss=0.0)}},
        "no number at pos",
    ),
    "an old generator of objects": ({"randomstate": {"tuple": ["MT19937"]}}, "is a dict"),
    "an endless seed": (
        bits("PCG64", {}, [{"range": [0, 10**6, 1]}, {"tuple": []}, 4, 0]),
        "whole numbers",
    ),
    "an endless key of a seed": (
        bits("PCG64", {}, [1, {"range": [0, 10**12, 1]}, 4, 0]),
        "more memory than",
    ),
    "an endless column beside one of a history": (
        objects(
            "sknn.training.run.History",
            loss={"tuple": [0.0, 1.0, 10**12]},
            epoch={"range": [0, 10**6, 1]},
        ),
        "equal length",
    ),
    "entries without bytes": (array("|V0", [10**12]), "no bytes"),
    "fields without bytes": (array([["a", "<f8", [0]]], [10**12]), "no bytes"),
    "a hundred thousand fields": ({"dtype": "i4," * 10**5 + "i4"}, "not a dtype"),
    "a mask of another shape": (
        {"masked": [inline(np.zeros(2)), inline(np.ones(1, bool)), 0]},
        "has another shape",
    ),
    "endless fill": (
        {"masked": [inline(np.zeros(2)), None, {"range": [0, 10**6, 1]}]},
        "plain value",
    ),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_graphs_that_are_not_ours(name):
    node, words = GRAPHS[name]
    refuse(graph(node), words or None)


TEXTS = {
    "no JSON": ("{", ""),
    "a list": ("[]", "is not valid"),
    "no graph": ('{"format":1}', "no graph"),
    "no format": ('{"graph":1}', "None is not a format"),
    "format 0": ('{"format":0,"graph":1}', "0 is not a format"),
    "format true": ('{"format":true,"graph":1}', "True is not a format"),
    "a later format": (
        '{"format":99,"graph":1,"sknn":"9.0"}',
        "it was written by 9.0",
    ),
    "a key twice": ('{"format":1,"graph":{"dict":{"a":1,"a":2}}}', "a key twice"),
    "NaN": ('{"format":1,"graph":NaN}', "not JSON"),
    "infinity": ('{"format":1,"graph":[-Infinity]}', "not JSON"),
    "a huge number": ('{"format":1,"graph":' + "9" * 10**5 + "}", ""),
    "deep": ('{"format":1,"graph":' + "[" * 10**5 + "]" * 10**5 + "}", ""),
    "no text": (b"\xff\xfe\x00", ""),
}


@pytest.mark.parametrize("name", TEXTS)
def test_texts_that_are_not_a_graph(name):
    text, words = TEXTS[name]
    refuse(zipped(("graph.json", text)), words or None)


ARRAYS = {
    "a pickle": (npy(np.array([print], object)), "array of objects"),
    "no .npy": (b"abc", "not a .npy"),
    "another version": (b"\x93NUMPY\x02\x00" + bytes(20), "version 1.0"),
    "half a header": (header("{'descr'"), ""),
    "no array": (header("[1, 2]"), "not that of an array"),
    "a call": (header("{'descr': print(), 'fortran_order': False, 'shape': (1,)}"), ""),
    "a huge shape": (
        header(f"{{'descr': '<f8', 'fortran_order': 0, 'shape': ({HUGE},)}}"),
        "bytes",
    ),
    "a deep header": (header("(" * 9000 + ")" * 9000), ""),
    "a list for a shape": (
        header("{'descr': '<f8', 'fortran_order': 0, 'shape': [1]}"),
        "not a shape",
    ),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_members_that_are_not_arrays(name):
    content, words = ARRAYS[name]
    refuse(graph({"array": 0}, ("0.npy", content)), words or None)


def test_a_huge_name_is_not_shown_as_a_whole(tmp_path):
    (tmp_path / "net.sknn").write_bytes(graph(objects("a." + "b" * 10**6)))
    with pytest.raises(ValueError, match="it needs a.bbb") as caught:
        load(tmp_path / "net.sknn")
    assert len(str(caught.value)) < 5000


def test_an_array_that_is_referenced_twice():
    member = npy(np.zeros(1 << 17))
    refuse(graph([{"array": 0}, {"array": 0}], ("0.npy", member)), "refers to it twice")


def test_a_graph_of_a_million_parts():
    text = b'{"format":1,"graph":[' + b"[]," * (1 << 21) + b"1]}"
    refuse(zipped(("graph.json", text)), "more parts than a file of its size")


MEMBER = npy(np.arange(float(1 << 14)))
REPEATED = {
    "generators": {"randomstate": {"ref": 2}},
    "distributions": {"distribution": "norm", "args": [], "kwds": {}},
    "splines": {**SPLINE, "knots": {"ref": 1}, "coefficients": {"ref": 1}},
    "histories": objects("sknn.training.run.History", loss={"ref": 1}),
}


@pytest.mark.parametrize("name", REPEATED)
def test_a_few_letters_that_are_large_once_made(name, monkeypatch):
    """References create a state of many bytes again and again."""
    monkeypatch.setattr(container, "_SLACK_BYTES", 1 << 20)
    state = {"dict": twister(0, has_gauss=0, gauss=0.0)}
    parts = [{"array": 0}, state, *[REPEATED[name]] * 500]
    text = json.dumps({"format": 1, "graph": parts})
    content = zipped(("graph.json", text), ("0.npy", MEMBER), compressed=["graph.json"])
    with pytest.raises(ValueError, match="more memory than a file of its size"):
        files.from_bytes(content, Names())


def test_what_is_saved_is_not_more_than_may_be_loaded():
    with pytest.raises(ValueError, match="more generators, distributions"):
        files.told([norm() for _ in range(1_100)])
    for endless in (range(10**12), range(10**30)):
        with pytest.raises(ValueError, match="numbers in ranges"):
            files.told({"units": endless})
    assert through_a_file(range(10**6)) == range(10**6)


def ints(node, path=()):
    """Yield the path to every int of a graph."""
    parts = {}
    if isinstance(node, (dict, list)):
        parts = node if isinstance(node, dict) else dict(enumerate(node))
    for key, part in parts.items():
        if type(part) is int:
            yield (*path, key)
        else:
            yield from ints(part, (*path, key))


NETWORKS = {
    "images": (CNNClassifier, {"filters": (2,), "input_shape": (2, 2), "normalization": "batch"}),
    "sequences": (RNNClassifier, {"units": (3,), "cell": "lstm"}),
    "members": (MLPClassifier, {"hidden_layer_sizes": (3,), "n_members": 2, "dropout": 0.1}),
    "table": (TabularMLPClassifier, {"hidden_layer_sizes": (3,), "n_members": 1, "n_splits": 1}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_a_huge_number_in_every_place(name):
    kind, parameters = NETWORKS[name]
    told = files.told(fitted(kind, **parameters))
    for path in ints(told.head["graph"]):
        for number in (-1, 10**6, 10**12):
            head = json.loads(json.dumps(told.head))
            node = head["graph"]
            for key in path[:-1]:
                node = node[key]
            node[path[-1]] = number
            stream = io.BytesIO()
            container.pack(head, told.arrays, stream)
            tracemalloc.start()
            try:
                files.from_bytes(stream.getvalue(), Names())
            except Exception as error:
                assert not isinstance(error, MemoryError)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            assert peak <= 2 * len(stream.getvalue()) + SLACK, path


def test_what_is_loaded_is_at_most_twice_the_file(tmp_path):
    path = tmp_path / "net.sknn"
    save(fitted(hidden_layer_sizes=(700, 700)), path)
    size = path.stat().st_size
    tracemalloc.start()
    load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= 2 * size + SLACK
