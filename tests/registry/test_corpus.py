"""Every registry of the corpus is read, or refused, as its `expected.json` says."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from aigate.cli.exits import code_of
from aigate.errors import AigateError
from aigate.ledger.registry import read_registry, require_succession

CORPUS = Path(__file__).parents[1] / "corpus" / "registry"


def _cases():
    for folder in sorted(path for path in CORPUS.iterdir() if (path / "expected.json").is_file()):
        expected = json.loads((folder / "expected.json").read_text())
        yield pytest.param(folder, expected, id=f"{expected['case']}-{folder.name}")


def _files(folder):
    found = sorted(folder.iterdir()) if folder.is_dir() else ()
    return {f".aigate/trust/{path.name}": path.read_bytes() for path in found}


@pytest.mark.parametrize(("folder", "expected"), list(_cases()))
def test_a_registry_is_read_or_refused_as_expected(folder, expected):
    head, pin = _files(folder / "head"), expected["pin"]
    code, reason, message, versions = 0, "", "", 0
    try:
        if expected["has_reference"]:
            require_succession(_files(folder / "reference"), head, pin=pin)
        read = read_registry(head, pin=pin, at=datetime.fromisoformat(expected["at"]))
        versions = len(read.roots)
        assert read.pinned == bool(pin)
    except AigateError as error:
        code, reason, message = code_of(error), error.code, error.message

    assert (code, reason, versions) == (
        expected["exit_code"],
        expected["reason_code"],
        expected["versions"],
    )
    assert folder.name.endswith("_fail" if code else "_ok")
    assert bool(message) == bool(code)
    assert "\n" not in message
    assert len(message) < 500


def test_the_corpus_is_what_its_generator_writes(corpus):
    wanted = {
        f"{name}/{file}": data
        for name, case in corpus.cases().items()
        for file, data in corpus.written(case).items()
    }
    there = {
        path.relative_to(CORPUS).as_posix(): path.read_bytes() for path in CORPUS.rglob("*.json")
    }

    assert there == wanted
