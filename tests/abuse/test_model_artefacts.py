"""Model files are judged by their bytes: what they would run blocks, what is unread is a gap."""

from __future__ import annotations

import io
import json
import os
import struct
import zipfile

import pytest

pytestmark = pytest.mark.slow

# Bytes that would call a shell if anybody loaded them; nobody does. The marker shows it.
MARKER = "loaded-by-mistake"
CALL = f"cos\nsystem\n(S'touch {MARKER}'\ntR.".encode()
STACKED = b"\x80\4\x8c\2os\x8c\6system\x93\x8c\4true\x85R."
CODE, MALFORMED, TEMPLATE = (
    "blocks 1 model-pickle-code",
    "blocks 1 model-malformed",
    "blocks 1 model-template-code",
)


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, data in members:
            made.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return out.getvalue()


def patched(data: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    at = data.rfind(signature) + offset
    return data[:at] + value + data[at + len(value) :]


def tensors(header: dict[str, object], length: int | None = None) -> bytes:
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw) if length is None else length) + raw + bytes(8)


def tensor(first: int, last: int, *shape: int) -> dict[str, object]:
    return {"dtype": "F32", "shape": list(shape), "data_offsets": [first, last]}


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(entries: int, pairs: bytes) -> bytes:
    head = b"GGUF" + struct.pack("<IQQ", 3, 0, entries) + pairs
    return head + bytes(-len(head) % 32)


def chat(template: str) -> bytes:
    return gguf(1, text("tokenizer.chat_template") + struct.pack("<I", 8) + text(template))


PLAIN = b"\x80\2N."
WEIGHTS = zipped(("m/data.pkl", CALL), ("m/version", b"3\n"))
FOUND = [
    ("C-098-plain", "m.pkl", CALL, CODE),
    ("C-098-protocol-4", "m4.pkl", STACKED, CODE),
    ("C-098-torch", "m.pt", WEIGHTS, CODE),
    ("C-099-cut", "cut.pkl", CALL[:-1], CODE),
    ("C-099-garbage", "garbage.pkl", CALL[:-1] + b"\xff\xff\0\0", CODE),
    ("C-100-json", "data/a.json", CALL, CODE),
    ("C-100-dat", "data/a.dat", STACKED, CODE),
    ("C-100-p", "config.p", STACKED, CODE),
    ("C-100-bare", "weights", STACKED, CODE),
    ("C-100-bare-text", "notes", CALL, CODE),
    ("C-101-checksum", "crc.pt", patched(WEIGHTS, b"PK\1\2", 16, b"\1\2\3\4"), CODE),
    ("C-101-flag", "flag.pt", patched(WEIGHTS, b"PK\1\2", 8, b"\1\0"), CODE),
    ("C-101-name", "name.pt", patched(WEIGHTS, b"PK\1\2", 46, b"q"), MALFORMED),
    ("C-103-above", "above.pt", zipped(("../../x", b"1")), "blocks 1 model-member-path"),
    ("C-103-absolute", "absolute.pt", zipped(("/x", b"1")), "blocks 1 model-member-path"),
    ("C-104-length", "length.safetensors", tensors({}, 1 << 40), MALFORMED),
    ("C-104-over", "over.safetensors", tensors({}, 100_000_001), MALFORMED),
    ("C-104-overlap", "overlap.safetensors",
     tensors({"a": tensor(0, 8, 2), "b": tensor(4, 8, 1)}), MALFORMED),
    ("C-105-gap", "gap.safetensors", tensors({"a": tensor(4, 8, 1)}), MALFORMED),
    ("C-105-shape", "shape.safetensors", tensors({"a": tensor(0, 8, 1 << 62, 9)}), MALFORMED),
    ("C-105-metadata", "metadata.safetensors",
     tensors({"__metadata__": {"x": "<script>"}, "a": tensor(0, 8, 2)}),
     "blocks 1 model-metadata-text"),
    ("C-106-gguf", "m.gguf", chat("{{ ''.__class__.__globals__ }}"), TEMPLATE),
    ("C-106-tokenizer", "tokenizer_config.json",
     json.dumps({"chat_template": "{{ x.__globals__ }}"}), TEMPLATE),
    ("C-107-count", "count.gguf", gguf(1 << 63, b""), MALFORMED),
    ("C-107-text", "text.gguf", gguf(1, struct.pack("<Q", 1 << 40)), MALFORMED),
    ("C-107-nested", "nested.gguf", gguf(1, text("a") + struct.pack("<IIQ", 9, 9, 1)), MALFORMED),
    ("C-107-type", "type.gguf", gguf(1, text("a") + struct.pack("<I", 99)), MALFORMED),
    ("C-108-auto-map", "config.json", '{\n "auto_map": {"AutoModel": "m.X"}\n}\n',
     "blocks 2 model-remote-code"),
    ("C-109-large", "large.npz",
     zipped(*((f"{n}.npy", b"\x93NUMPY" + bytes(900_000)) for n in range(20)), ("last", CALL)),
     CODE),
    ("C-109-too-large", "huge.pt", bytes(20_000_001), "blocks 1 unscanned-large-file"),
]  # fmt: skip


@pytest.fixture(scope="module")
def judged(scene):
    files = {path: data for _, path, data, _ in FOUND}
    return scene("models", {"README.md": "hello\n"}, files)


@pytest.mark.parametrize(
    ("path", "wanted"), [pytest.param(path, wanted, id=name) for name, path, _, wanted in FOUND]
)
def test_a_bad_model_file_blocks_and_nothing_is_left_unseen(judged, path, wanted):
    assert judged.code == 1, judged.text[:2000]
    assert judged.report["gaps"] == []
    assert wanted in judged.said(path), judged.said(path)


def test_nothing_was_loaded_or_written_c_098(judged):
    assert not any(MARKER in name for name in judged.beside)
    assert not os.path.lexists(MARKER)
    assert b"Traceback" not in judged.err


BOMB = zipped(*((f"data/{number}", bytes(70_000_000)) for number in range(3)), method=8)


def test_a_zip_bomb_leaves_the_verdict_incomplete_c_102(project):
    deep = WEIGHTS
    for _ in range(9):
        deep = zipped(("m.zip", deep))
    project.commit({"README.md": "hello\n"})
    project.commit({"bomb.pt": BOMB, "deep.pt": deep})

    seen = project.scan("--base", "main~1", "--head", "main")

    assert len(BOMB) < 300_000
    assert seen.code == 3
    seen.require("bomb.pt", "gap model-limit")
    seen.require("deep.pt", "gap model-limit")


ORDINARY = {
    "m.pt": zipped(("m/data.pkl", PLAIN), ("m/data/0", bytes(64)), ("m/version", b"3\n")),
    "m.pkl": b"\x80\2ccollections\nOrderedDict\n)R.",
    "m.safetensors": tensors({"__metadata__": {"format": "pt"}, "a": tensor(0, 8, 2)}),
    "m.gguf": chat("{% for m in messages %}{{ m['content'] }}{% endfor %}"),
    "config.json": '{"model_type": "bert"}',
}


def test_ordinary_model_files_block_nothing(project):
    project.commit({"README.md": "hello\n"})
    project.commit(ORDINARY)

    seen = project.scan("--base", "main~1", "--head", "main")

    assert seen.code == 0, seen.text[:2000]
    assert seen.report["coverage"]["unscannable"] == 0
    rules = {one["rule"] for one in seen.report["findings"]}
    assert rules == {"model-unsafe-format", "no-initiative"}  # nobody declared the models
