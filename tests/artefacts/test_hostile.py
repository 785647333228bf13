"""Whatever the bytes are, examining them ends, costs little, and starts nothing."""

from __future__ import annotations

import gzip
import io
import json
import struct
import sys
import threading
import time
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate import value
from aigate.artefacts.examine import examine
from aigate.artefacts.look import MOST_STEPS, MOST_UNPACKED
from aigate.artefacts.sniff import may_be_model

CALL = b"\x80\4\x8c\2os\x8c\6system\x93\x8c\4true\x85R."
WRAPPER = (
    b"\x80\4cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(\x8c\5shapeK\4\x85\x8c\5dtype"
    b"cnumpy\ndtype\n\x8c\2f4\x89\x88\x87R\x8c\x1bnumpy_array_alignment_bytesK\x10ub\1\xff"
    + bytes(16)
    + b"."
)


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return out.getvalue()


def npy(descr: str, content: bytes) -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': (1,), }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + content


LAYERS = json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda"}]}})
TENSORS = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
GGUF = (
    b"GGUF" + struct.pack("<IQQ", 3, 1, 1) + struct.pack("<Q", 23) + b"tokenizer.chat_template"
    + struct.pack("<IQ", 8, 12) + b"{{ x.__a__ }" + struct.pack("<Q", 1) + b"t"
    + struct.pack("<IQIQ", 1, 4, 0, 0) + bytes(96)
)  # fmt: skip
ONNX = b"\x08\x09\x3a\x12\x0a\x10\x0a\x01x\x12\x01y\x22\x03Add\x3a\x03a.b\x42\x02\x10\x11"
SEEDS = {
    "m.pkl": CALL,
    "m0.pkl": b"(lp0\nI1\naVa\np1\nacos\nsystem\n(S'true'\ntRa.",
    "m.joblib": WRAPPER,
    "m.joblib.gz": gzip.compress(WRAPPER),
    "m.dat": zlib.compress(CALL),
    "m.pt": zipped(("m/data.pkl", CALL), ("m/data/0", bytes(40)), ("m/version", b"3\n")),
    "m.keras": zipped(("config.json", LAYERS.encode()), ("metadata.json", b"{}")),
    "m.npz": zipped(("a.npy", npy("|O", CALL)), ("b.npy", npy("<f8", bytes(8)))),
    "m.npy": npy("|O", CALL),
    "m.h5": b"\x89HDF\r\n\x1a\n" + bytes(16) + LAYERS.encode() + b"\0FRHP\0\0\0\0\0\0",
    "m.safetensors": struct.pack("<Q", len(TENSORS)) + TENSORS + bytes(8),
    "m.gguf": GGUF,
    "m.onnx": ONNX,
    "saved_model.pb": b"\x08\1\x12\x12\x12\x10\x0a\x0e\x0a\1n\x12\x08ReadFile\x1a\0",
    "m.tar": b"",
    "weights": CALL,
}
INTERESTING = (
    *(b"PK\3\4", b"PK\1\2", b"PK\5\6", b"\x80\4", b"cos\nsystem\n", b"\x93", b"R", b"(", b"."),
    *(b"\xff" * 4, b"\xff" * 8, bytes(8), b"\x8c\xff", b"B\xff\xff\xff\x7f", b'{"', b"[" * 40),
    *(b"\x1f\x8b\x08", b"\x93NUMPY", b"\x89HDF\r\n\x1a\n", b"GGUF", b"ustar", b"\n", b"'"),
)
edits = st.lists(
    st.tuples(
        st.sampled_from(["set", "insert", "cut", "repeat", "end"]),
        st.integers(0, 4096),
        st.integers(1, 64),
        st.sampled_from(INTERESTING) | st.binary(min_size=1, max_size=9),
    ),
    max_size=6,
)


def edited(data: bytes, todo: list[tuple[str, int, int, bytes]]) -> bytes:
    for kind, place, length, piece in todo:
        at = place % (len(data) + 1)
        if kind == "set":
            data = data[:at] + piece + data[at + len(piece) :]
        elif kind == "insert":
            data = data[:at] + piece + data[at:]
        elif kind == "cut":
            data = data[:at] + data[at + length :]
        elif kind == "repeat":
            data = data[:at] + data[at : at + length] * 8 + data[at + length :]
        else:
            data = data[:at]
    return data


class Watch:
    """Notes what the interpreter does in this thread that examining bytes never should."""

    FORBIDDEN = ("import", "exec", "open", "os.", "subprocess.", "socket.", "marshal.", "pickle.")

    def __init__(self) -> None:
        self.thread = 0
        self.seen: list[str] = []
        sys.addaudithook(self.note)

    def note(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "exec" and arguments[0].co_filename == value.SOURCE:
            return  # the first value of a class, of which no byte of a file is part
        if self.thread == threading.get_ident() and event.startswith(self.FORBIDDEN):
            self.seen.append(event)


@pytest.fixture(scope="module")
def watch() -> Watch:
    for name, data in SEEDS.items():  # what is imported when it is first needed
        examine(name, data)
        may_be_model(name, data)
    return Watch()


@given(st.sampled_from(sorted(SEEDS)), st.sampled_from(sorted(SEEDS)), edits)
def test_no_bytes_crash_it_or_start_anything(watch, seed, name, todo):
    data = edited(SEEDS[seed], todo)
    watch.seen.clear()
    watch.thread = threading.get_ident()
    try:
        found = examine(name, data)
        may_be_model(name, data)
    finally:
        watch.thread = 0

    assert watch.seen == []
    assert found == examine(name, data)
    assert found.size == len(data)


@given(st.binary(max_size=300), st.sampled_from(sorted(SEEDS)))
def test_noise_crashes_nothing_either(data, name):
    assert examine(name, data).path == name


def deep(opening: bytes, closing: bytes, count: int) -> bytes:
    return opening * count + closing * count


# Made when they are wanted: together they take half a gigabyte.
LARGE = {
    "marks": lambda: b"\x80\4" + b"(" * 4_000_000,
    "lists-in-lists": lambda: b"\x80\4" + b"]" * 2_000_000 + b"a" * 2_000_000,
    "doubled": lambda: b"\x80\4]" + b"2a" * 2_000_000,
    "tuples": lambda: b"\x80\4N" + b"\x85" * 4_000_000 + b".",
    "calls": lambda: b"\x80\4ccollections\nOrderedDict\n" + b")R" * 2_000_000,
    "memo": lambda: b"\x80\4N" + b"\x94" * 4_000_000,
    "numbers-without-end": lambda: b"\x80\4](" + b"N" * 10_000_000,
    "many-lists-of-numbers": lambda: b"\x80\4]" + (b"(" + b"N" * 900) * 10_000,
    "pickles-in-a-row": lambda: b"\x80\4N." * 2_000_000,
    "many-names": lambda: b"\x80\4" + b"cacme\nx\n0" * 1_000_000,
    "base64": lambda: b"\x80\4B" + struct.pack("<I", 8_000_000) + b"gASV" * 2_000_000 + b".",
    "spelled-strings": lambda: b"\x80\4" + (b"\x8c\x40" + b"Y29z" * 16 + b"0") * 200_000,
    "protocol-0": lambda: b"(" + b"I1\n" * 3_000_000,
    "zeros-gzip": lambda: gzip.compress(bytes(200_000_000), 1),
    "objects": lambda: b"\x89HDF\r\n\x1a\n" + b'{"class_name":' * 1_000_000,
    "braces": lambda: b"\x89HDF\r\n\x1a\n" + b'{"a"' * 4_000_000,
    "headers": lambda: b"PK\3\4" * 4_000_000,
    "members-without-sizes": lambda: (b"PK\3\4\x14\0\x08" + bytes(23)) * 500_000,
    "ends": lambda: b"PK\5\6" * 4_000_000,
    "directory": lambda: b"PK\3\4" + bytes(26) + b"PK\1\2" * 4_000_000,
    "messages": lambda: b"\x0a\x00" * 8_000_000,
    "nested-messages": lambda: b"\x3a\x80\x80\x80\x04" * 3_000_000,
    "gguf-texts": lambda: b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 1) + b"a"
    + struct.pack("<IIQ", 9, 8, 2_000_000) + bytes(16_000_000),
    "safetensors": lambda: struct.pack("<Q", 16_000_000) + b'{"a":' + b"[" * 15_999_995,
    "tar": lambda: (b"a" + bytes(511)) * 30_000,
}  # fmt: skip
NAMES = {
    "objects": "m.h5", "braces": "m.h5", "headers": "m.pt", "ends": "m.pt", "directory": "m.pt",
    "messages": "m.onnx", "members-without-sizes": "m.pt", "nested-messages": "m.onnx", "gguf-texts": "m.gguf",
    "safetensors": "m.safetensors", "zeros-gzip": "m.pkl.gz",
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_and_hostile_files_end_in_time(name):
    data = LARGE[name]()
    started = time.thread_time()
    latest = started + 2
    examine(NAMES.get(name, "m.pkl"), data, in_time=lambda: time.thread_time() < latest)

    # The limit itself is 2 s; what is not interrupted is one step between two looks at it.
    assert time.thread_time() - started < 3


def test_the_limits_are_those_of_the_guide():
    assert MOST_STEPS <= 2_000_000
    assert MOST_UNPACKED <= 200_000_000


def test_a_limit_is_said_and_what_was_found_before_stays():
    found = examine("m.pkl", b"\x80\4cos\nsystem\n" + b"N0" * 3_000_000)

    assert found.unseen == "it has more parts than are read"
    assert [one.objection.value for one in found.remarks] == ["model-pickle-code"]


def test_time_that_is_over_is_said():
    found = examine("m.pkl", b"\x80\4" + b"N0" * 10_000, in_time=lambda: False)

    assert found.unseen == "it takes longer than may be spent on one file"
