"""The scanner of model files reads bytes through its target, and says what it could not read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import pytest

from aigate.domain.extension import Target
from aigate.domain.finding import Gap, Sighting
from aigate.domain.place import WHOLE
from aigate.domain.severity import Severity
from aigate.domain.tree import Change, Entry, Kind, Unit
from aigate.scanners.model_files import SCANNER
from aigate.workspace.units import Content, build_units

CALL = b"cos\nsystem\n(S'true'\ntR."


def scan(files: dict[str, bytes], *, lost: bool = False) -> list[Sighting | Gap]:
    entries = {
        Entry(path, "100644", f"blob of {path}", len(data)): data for path, data in files.items()
    }
    contents = [
        Content(entry=entry, data=data, change=Change.ADDED) for entry, data in entries.items()
    ]
    units = tuple(unit for unit in build_units(contents) if unit.kind in SCANNER.covers)

    def read(wanted: Iterable[Entry]) -> Iterable[tuple[str, bytes]]:
        return () if lost else ((entry.blob, entries[entry]) for entry in wanted)

    target = Target(
        units=units, paths=frozenset(files), scratch="", exported="", packs="", read=read
    )
    return list(SCANNER.scan(target))


def rules(found: list[Sighting | Gap]) -> list[str]:
    return [one.rule if isinstance(one, Sighting) else f"gap {one.code}" for one in found]


@pytest.mark.parametrize("path", ["m.pkl", "a.json", "notes.txt", "code.py", "m"])
def test_a_pickle_is_read_as_bytes_also_where_it_is_text(path: str) -> None:
    assert "model-pickle-code" in rules(scan({path: CALL}))


def test_carriage_returns_and_letters_outside_of_ascii_do_not_shift_opcodes() -> None:
    data = b"Va\r\xe9\n0T\3\0\0\0\xe9\r\n0" + CALL

    assert "model-pickle-code" in rules(scan({"m.pkl": data}))


def test_a_picture_that_is_also_a_pickle_is_found() -> None:
    data = b"GIF89aXXX0" + CALL + bytes(20)

    assert "model-pickle-code" in rules(scan({"a.gif": data}))


def test_the_message_names_the_digest_and_the_reason() -> None:
    (found, *_) = scan({"m.pkl": CALL})

    assert isinstance(found, Sighting)
    assert "`os.system`" in found.message
    assert hashlib.sha256(CALL).hexdigest() in found.message
    assert found.span == WHOLE


def test_content_that_is_gone_is_a_gap() -> None:
    assert rules(scan({"m.pkl": CALL}, lost=True)) == ["gap model-unread"]


def test_a_fault_is_a_gap_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aigate.artefacts.tensors._BITS", None)
    header = b'{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'
    data = len(header).to_bytes(8, "little") + header

    assert rules(scan({"m.safetensors": data})) == ["gap model-unread"]


def test_too_many_parts_are_a_gap() -> None:
    assert rules(scan({"m.pkl": b"\x80\2" + b"N0" * 2_000_000})) == ["gap model-limit"]


def test_auto_map_is_found_at_its_line_and_another_value_is_another_finding() -> None:
    (first,) = scan({"config.json": b'{\n "auto_map": {"AutoModel": "a.B"}\n}\n'})

    assert isinstance(first, Sighting)
    assert first.rule == "model-remote-code"
    assert (first.span.line, first.span.end_line) == (2, 4)


def test_ordinary_files_are_not_read_at_all() -> None:
    files = {
        "a.py": b"import os\n", "README.md": b"# A\n", "a.png": b"\x89PNG\r\n\x1a\n" + bytes(40),
        "package.json": b'{"template": "x"}', "words.txt": b"Vienna\ncat\ndog\n",
    }  # fmt: skip
    assert scan(files, lost=True) == []


def test_removed_files_are_not_read() -> None:
    unit = Unit("1", Entry("m.pkl", "100644", "b"), Kind.BINARY, Change.REMOVED, head=CALL)
    target = Target(units=(unit,), paths=frozenset(), scratch="", exported="", packs="")

    assert list(SCANNER.scan(target)) == []


def test_every_objection_has_a_page_and_code_is_critical() -> None:
    pages = {rule.name: rule for rule in SCANNER.rules()}

    assert pages["model-pickle-code"].severity is Severity.CRITICAL
    assert pages["model-unsafe-format"].severity is Severity.LOW
    assert all(rule.cwe and rule.controls and rule.fix for rule in SCANNER.rules())
