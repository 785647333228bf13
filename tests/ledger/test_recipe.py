"""The recipe in `docs/ledger.md` checks a record with standard tools, and notices damage."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from aigate.ledger import dsse, store

PAGE = (Path(__file__).parents[2] / "docs" / "ledger.md").read_text()
SECTION = PAGE.split("## Check one record by hand")[1].split("\n## ")[0]
RECIPE, INSTEAD = re.findall(r"^```sh\n(.*?)^```", SECTION, re.MULTILINE | re.DOTALL)


def run(script: str, folder: Path, record: Path, key: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "record": str(record), "key": key},
        capture_output=True,
        text=True,
        check=False,
    )


def without_jq() -> str:
    steps = [line for line in RECIPE.splitlines() if not line.startswith("jq")]
    return "\n".join([*INSTEAD.splitlines(), *steps])


SCRIPTS = {"jq": RECIPE, "python": without_jq()} if shutil.which("jq") else {"python": without_jq()}


@pytest.fixture
def record(make_terms, make_saying, file_keys, tmp_path) -> Path:
    from aigate.ledger import statements  # noqa: PLC0415 - only here

    payload = statements.encode(make_terms(reason="größer ✓"), make_saying())
    armor = file_keys["ed25519"].sign(dsse.pae(payload))
    path = store.append(tmp_path, dsse.encode(payload, (dsse.Signature("", armor),)))
    return tmp_path / path


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_a_good_record_passes(script, record, file_keys, tmp_path) -> None:
    done = run(script, tmp_path, record, file_keys["ed25519"].line)

    assert done.returncode == 0, done.stderr
    assert 'Good "aigate" signature for signer' in done.stdout
    if script == RECIPE:
        path = record.relative_to(tmp_path).as_posix()
        assert store.read_one(path, record.read_bytes()).terms.digest in done.stdout


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
def test_damage_and_other_keys_are_noticed(script, record, file_keys, tmp_path) -> None:
    assert run(script, tmp_path, record, file_keys["ecdsa256"].line).returncode

    envelope = dsse.decode(record.read_bytes(), file="r")
    longer = envelope.payload.replace(b"2027", b"2037")
    record.write_bytes(dsse.encode(longer, envelope.signatures))

    assert run(script, tmp_path, record, file_keys["ed25519"].line).returncode
