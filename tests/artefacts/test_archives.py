"""Archives are read member by member, from the members' own headers, and within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import tracemalloc
import warnings
import zipfile
import zlib

import pytest

from aigate.artefacts.examine import examine
from aigate.artefacts.look import MOST_HELD
from aigate.artefacts.values import Artefact, Format

CALL = b"cos\nsystem\n(S'true'\ntR."
PLAIN = b"\x80\2N."
CODE, MALFORMED, UNREAD, MEMBER = (
    "model-pickle-code",
    "model-malformed",
    "model-not-examined",
    "model-member-path",
)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # names that stand twice
        with zipfile.ZipFile(out, "w", method) as made:
            for name, data in members:
                made.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def tarred(*members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as made:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            made.addfile(info, io.BytesIO(data))
    return out.getvalue()


def torch(payload: bytes) -> bytes:
    return zipped(("m/data.pkl", payload), ("m/data/0", bytes(64)), ("m/version", b"3\n"))


def said(found: Artefact) -> set[str]:
    return {one.objection.value for one in found.remarks}


def examined(data: bytes, path: str = "m.pt") -> set[str]:
    found = examine(path, data)
    assert not found.unseen, found.unseen
    return said(found)


def test_weights_of_torch_are_no_finding() -> None:
    found = examine("m.pt", torch(PLAIN))

    assert (found.remarks, found.format, found.unseen) == ((), Format.TORCH, "")


@pytest.mark.parametrize("method", [0, 8, 12, 14], ids=["stored", "deflate", "bzip2", "lzma"])
@pytest.mark.parametrize("name", ["m/data.pkl", "m/data/0", "version", "a.txt", "x/y"])
def test_a_pickle_in_a_zip_is_found_whatever_its_name(name: str, method: int) -> None:
    assert CODE in examined(zipped(("a", b"1"), (name, CALL), method=method))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(gzip.compress(CALL), id="gzip"),
        pytest.param(bz2.compress(CALL), id="bzip2"),
        pytest.param(lzma.compress(CALL), id="xz"),
        pytest.param(lzma.compress(CALL, lzma.FORMAT_ALONE), id="lzma"),
        pytest.param(zlib.compress(CALL, 1), id="zlib-1"),
        pytest.param(zlib.compress(CALL, 9), id="zlib-9"),
        pytest.param(gzip.compress(b"") + gzip.compress(CALL), id="second-stream"),
        pytest.param(gzip.compress(CALL + bytes(9))[:-5], id="C-099-stream-cut"),
        pytest.param(gzip.compress(gzip.compress(CALL)), id="twice"),
        pytest.param(tarred(("m", CALL)), id="tar"),
        pytest.param(tarred(("m" * 300, CALL)), id="tar-long-name"),
        pytest.param(tarred(("m" * 300, CALL), form=tarfile.GNU_FORMAT), id="tar-gnu"),
        pytest.param(gzip.compress(tarred(("m", CALL))), id="tar-gz"),
        pytest.param(zipped(("in.zip", zipped(("in.tar", tarred(("m", CALL)))))), id="nested"),
        pytest.param(PLAIN + torch(CALL), id="zip-behind-a-pickle"),
        pytest.param(b"GIF89a" + torch(CALL), id="zip-behind-a-picture"),
    ],
)
@pytest.mark.parametrize("path", ["m.joblib", "m.bin", "m"])
def test_a_pickle_is_found_in_whatever_packing(data: bytes, path: str) -> None:
    assert CODE in examined(data, path)


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    at = data.rfind(signature) + offset
    return data[:at] + value + data[at + len(value) :]


LOCAL, CENTRAL, END = b"PK\3\4", b"PK\1\2", b"PK\5\6"
TAMPERED = {
    "C-101-checksum-in-the-directory": (CENTRAL, 16, b"\1\2\3\4"),
    "C-101-encryption-flag-local": (LOCAL, 6, b"\1\0"),
    "C-101-encryption-flag-directory": (CENTRAL, 8, b"\1\0"),
    "C-101-other-name": (CENTRAL, 46, b"q"),
    "C-101-other-method": (CENTRAL, 10, b"\x63\0"),
    "C-101-other-size": (CENTRAL, 20, b"\1\0\0\0"),
    "C-101-offset": (CENTRAL, 42, b"\1\0\0\0"),
    "C-101-count": (END, 10, b"\0\0"),
    "C-101-directory-elsewhere": (END, 16, b"\1\0\0\0"),
    "C-101-directory-gone": (END, 0, b"XXXX"),
}


@pytest.mark.parametrize(("signature", "offset", "value"), TAMPERED.values(), ids=TAMPERED)
def test_a_tampered_zip_is_objected_to_and_still_read(
    signature: bytes, offset: int, value: bytes
) -> None:
    found = examined(patched(zipped(("data.pkl", CALL)), signature, offset, value))

    assert CODE in found
    assert found & {MALFORMED, UNREAD}


def test_a_member_that_the_directory_hides_is_found_c_101() -> None:
    shown, hidden = zipped(("a", b"1")), zipped(("b", CALL))
    body = hidden[: hidden.find(CENTRAL)]
    directory = shown.find(CENTRAL)
    made = shown[:directory] + body + shown[directory:]
    made = patched(made, END, 16, struct.pack("<I", directory + len(body)))

    assert {CODE, MALFORMED} <= examined(made)


def test_a_zip_bomb_is_stopped_within_its_memory_c_102() -> None:
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(3):
            with made.open(f"data/{number}", "w") as stream:
                for _ in range(128):
                    stream.write(bytes(1_000_000))
    data = layer.getvalue()
    tracemalloc.start()
    try:
        found = examine("m.pt", data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(data) < 500_000
    assert found.unseen == "it unpacks to more than is read"
    assert peak < 4 * MOST_HELD


def test_overlapping_members_are_not_read_again_and_again_c_102() -> None:
    inner = zipped(("a", b"A" * 100), ("b", b"B" * 100))
    second = inner.find(LOCAL, 4)
    # The first member claims to reach over the second one.
    made = patched(inner, END, 0, END)
    made = made[:18] + struct.pack("<II", second + 100, second + 100) + made[26:]
    at = made.find(CENTRAL)
    made = made[: at + 20] + struct.pack("<II", second + 100, second + 100) + made[at + 28 :]

    assert examine("m.pt", made).unseen == "its members overlap"


def test_archives_in_archives_end_somewhere_c_102() -> None:
    data = CALL
    for _ in range(12):
        data = zipped(("a", data))

    assert "deeply" in examine("m.pt", data).unseen


@pytest.mark.parametrize(
    "name", ["../../x", "/etc/x", "C:\\x", "a/../../b", "..\\x"], ids=lambda name: f"C-103-{name}"
)
def test_members_that_lead_out_are_objected_to(name: str) -> None:
    assert MEMBER in examined(zipped((name, b"1")))
    assert MEMBER in examined(tarred((name, b"1")), "m.tar")


def test_a_member_that_is_a_link_is_objected_to_c_103() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("link")
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    assert MEMBER in examined(out.getvalue())

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as made_tar:
        info_tar = tarfile.TarInfo("link")
        info_tar.type, info_tar.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made_tar.addfile(info_tar)
    assert MEMBER in examined(packed.getvalue(), "m.tar")


def test_a_hundred_thousand_members_are_bounded_c_103() -> None:
    local = struct.pack("<4s5H3I2H", LOCAL, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4s6H3I5H2I", CENTRAL, 20, 20, 0, 0, 0, 33, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    entries = b"".join(
        entry[:42] + struct.pack("<I", number * len(local)) + b"a" for number in range(100_000)
    )
    body = local * 100_000
    end = struct.pack("<4s4H2IH", END, 0, 0, 65535, 65535, len(entries), len(body), 0)

    assert "members" in examine("m.pt", body + entries + end).unseen


@pytest.mark.parametrize(
    ("path", "members"),
    [
        ("m.pt", [("m/data.pkl", PLAIN), ("m/lib.so", b"\x7fELF\2\1\1")]),
        ("m.pt", [("m/data.pkl", PLAIN), ("setup.py", b"import os\n")]),
        ("m.pt", [("m/data.pkl", PLAIN), ("m.7z", b"7z\xbc\xaf\x27\x1c\0\4")]),
        ("m.npz", [("a.npy", b"nothing of the kind")]),
        ("m.keras", [("config.json", b"{}"), ("x.bin", b"\0\1\2")]),
    ],
)
def test_nothing_in_the_archive_of_a_model_stays_unread(
    path: str, members: list[tuple[str, bytes]]
) -> None:
    assert UNREAD in examined(zipped(*members), path)


def npy(descr: str, content: bytes, shape: str = "(1,)") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + content


def test_arrays_of_numbers_are_no_finding() -> None:
    assert examined(npy("'<f8'", bytes(8)), "a.npy") == set()
    assert examined(npy("[('a', '<i4'), ('b', '<U3')]", bytes(16)), "a.npy") == set()
    assert examined(zipped(("a.npy", npy("'<f8'", bytes(8)))), "a.npz") == set()


@pytest.mark.parametrize(
    "descr", ["'|O'", "'O'", "[('a', '<i4'), ('b', '|O')]", "[('a', [('b', 'O')])]"]
)
def test_what_an_array_of_objects_calls_is_found(descr: str) -> None:
    assert CODE in examined(npy(descr, CALL), "a.npy")
    assert CODE in examined(zipped(("a.npy", npy(descr, CALL))), "a.npz")


@pytest.mark.parametrize(
    "data",
    [
        npy("__import__('os')", b""),
        npy("'<f8'", bytes(3)),
        npy("(" * 500 + ")" * 500, b""),
        b"\x93NUMPY\x09\0\0\0",
        b"\x93NUMPY\1\0\xff\xff{",
        b"\x93NUMPY",
    ],
)
def test_an_odd_header_of_an_array_is_malformed(data: bytes) -> None:
    assert examined(data, "a.npy") == {MALFORMED}


def test_a_payload_in_the_last_member_is_not_cut_off_c_109() -> None:
    weights = [(f"m/data/{number}", bytes(900_000)) for number in range(20)]
    data = zipped(("m/data.pkl", PLAIN), *weights, ("m/data/last", CALL))

    assert len(data) > 18_000_000
    assert CODE in examined(data)
