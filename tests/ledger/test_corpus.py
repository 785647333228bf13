"""Records in `tests/corpus/ledger` are judged as their `expected.json` says."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from aigate.errors import IntegrityError
from aigate.ledger import dsse, store

CORPUS = Path(__file__).parents[1] / "corpus" / "ledger"
CASES = sorted(each for each in CORPUS.iterdir() if each.name.endswith(("_ok", "_fail")))


def entries_of(case: Path) -> dict[str, bytes]:
    return {
        file.relative_to(case).as_posix(): file.read_bytes()
        for file in (case / store.FOLDER).iterdir()
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_records_are_judged_as_expected(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    entries = entries_of(case)

    if case.name.endswith("_fail"):
        with pytest.raises(IntegrityError) as caught:
            store.read(entries)
        assert caught.value.code == expected["reason_code"]
        assert next(iter(entries)) in caught.value.message
        assert expected["exit"] == 4
        return

    found = store.read(entries)

    assert (len(found), expected["exit"]) == (expected["records"], 0)
    assert all(each.touched is expected["touched"] for each in found)


def test_two_people_agree_on_the_same_bytes() -> None:
    first, second = store.read(entries_of(CORPUS / "two-people-same-terms_ok"))

    assert first.terms.raw == second.terms.raw
    assert (first.person, second.person) != (second.person, first.person)
    assert first.key != second.key


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_ssh_keygen_accepts_no_record_less_than_we_do(case: Path, tmp_path: Path) -> None:
    """Whatever we accept, `ssh-keygen` accepts as well."""
    for path, data in entries_of(case).items():
        try:
            store.read_one(path, data)
        except IntegrityError:
            continue
        envelope = dsse.decode(data, file=path)
        signature = tmp_path / "sig"
        signature.write_bytes(envelope.signatures[0].armor)
        command = ["ssh-keygen", "-Y", "check-novalidate", "-n", "aigate", "-s", str(signature)]

        assert not subprocess.run(
            command, input=envelope.signed, capture_output=True, check=False
        ).returncode


def test_no_private_key_is_kept() -> None:
    assert not [
        file for file in CORPUS.rglob("*") if file.is_file() and b"PRIVATE" in file.read_bytes()
    ]
