"""The text that sums a ledger up, and the statement that holds it."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aigate.errors import AigateError
from aigate.ledger import checkpoint as checkpoints
from aigate.ledger import dsse
from aigate.ledger.checkpoint import Checkpoint, checkpoint_of, merkle_root, read_checkpoint
from aigate.ledger.registry import read_chain
from tests.cli.test_audit import ROOT, made

# The inputs and roots with which implementations of RFC 6962 are usually tested.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
RECORDS = {f".aigate/ledger/{number:064x}.json": b"%d\n" % number for number in range(5)}


def a_checkpoint(records=None, **changed) -> Checkpoint:
    (registry,) = read_chain(made.one(ROOT))
    found = checkpoint_of(RECORDS if records is None else records, registry, commit="c" * 40)
    return replace(found, **changed)


@pytest.mark.parametrize("count", ROOTS)
def test_the_root_is_that_of_rfc_6962(count) -> None:
    assert merkle_root(LEAVES[:count]).hex() == ROOTS[count]


def test_the_order_of_records_does_not_matter_and_each_byte_does() -> None:
    found = a_checkpoint()
    last = max(RECORDS)
    fewer = {path: data for path, data in RECORDS.items() if path != last}

    assert a_checkpoint(dict(reversed(RECORDS.items()))) == found
    assert a_checkpoint(fewer).root != found.root
    # Another signature over the same payload keeps the name of the file.
    assert a_checkpoint(RECORDS | {last: b"5\n"}).root != found.root


def test_the_text_is_that_of_a_tlog_checkpoint() -> None:
    origin, size, root, *more = a_checkpoint().text.splitlines()

    assert (origin, size) == (f"aigate.dev/ledger/{made.LEDGER}", "5")
    assert len(base64.b64decode(root, validate=True)) == 32
    assert more == [f"registry 1 {made.digest(ROOT)}", f"commit {'c' * 40}"]


SIGNATURE = "\u2014 witness.example/1 " + base64.b64encode(b"k" * 76).decode() + "\n"


@pytest.mark.parametrize("lines", [0, 1, 3])
def test_what_is_printed_is_read_back_also_when_others_have_countersigned(lines) -> None:
    found = a_checkpoint()
    note = found.text + ("\n" + SIGNATURE * lines if lines else "")

    held = read_checkpoint(note.encode(), file="kept")

    assert (held.checkpoint, held.countersigned, held.attested) == (found, lines, None)


GOOD = a_checkpoint().text
REFUSED = {
    "empty": "",
    "no-last-line-end": GOOD[:-1],
    "crlf": GOOD.replace("\n", "\r\n"),
    "other-origin": GOOD.replace("aigate.dev/ledger", "example.org/log"),
    "leading-zero": GOOD.replace("\n5\n", "\n05\n"),
    "negative": GOOD.replace("\n5\n", "\n-5\n"),
    "other-digits": GOOD.replace("\n5\n", "\n\u0665\n"),
    "huge": GOOD.replace("\n5\n", f"\n{'9' * 40}\n"),
    "short-root": GOOD.replace(GOOD.split("\n")[2], "AAAA"),
    "spelled-root": GOOD.replace(GOOD.split("\n")[2], GOOD.split("\n")[2][:-2] + "/="),
    "no-commit": GOOD.partition("commit")[0],
    "line-more": GOOD + "more\n",
    "blank-only": GOOD + "\n",
    "odd-signature": GOOD + "\n" + SIGNATURE.replace("\u2014", "-"),
    "text-after-signature": GOOD + "\n" + SIGNATURE + "more\n",
    "many-signatures": GOOD + "\n" + SIGNATURE * 101,
    "large": GOOD + "\n" + SIGNATURE * 2000,
    "json": "{}",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_checkpoint_is_refused(name) -> None:
    with pytest.raises(AigateError) as refused:
        read_checkpoint(REFUSED[name].encode(), file="kept")

    assert refused.value.code == "checkpoint-form"
    assert refused.value.hint


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(AigateError):
        read_checkpoint(b"\xff\xfe" + GOOD.encode("utf-16-le"), file="kept")


def enveloped(payload: bytes, name: str = "grace") -> bytes:
    armor = made.signature(dsse.pae(payload), name)
    return dsse.encode(payload, (dsse.Signature(made.public(name).fingerprint, armor),))


def test_a_signed_checkpoint_is_read_back_with_the_key() -> None:
    found = a_checkpoint()

    held = read_checkpoint(enveloped(checkpoints.encode(found, claimed_at=AT)), file="kept")

    assert held.checkpoint == found
    assert held.attested.key == made.public("grace").fingerprint


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"name":"aigate.dev', b'"name":"example.de', "checkpoint-fields"),
        (b"2026-11-22T12", b"2026-11-22 12", "checkpoint-fields"),
        (b"2026-11-22T12", b"2026-13-22T12", "checkpoint-fields"),
        (b"attestation/checkpoint", b"attestation/decision", "checkpoint-fields"),
        (b'"checkpoint":"', b'"more":1,"checkpoint":"', "json-canonical"),
    ],
)
def test_a_statement_whose_fields_do_not_follow_from_its_text_is_refused(old, new, code) -> None:
    payload = checkpoints.encode(a_checkpoint(), claimed_at=AT)
    assert old in payload

    with pytest.raises(AigateError) as refused:
        read_checkpoint(enveloped(payload.replace(old, new)), file="kept")

    assert refused.value.code == code


def test_c_110_an_edited_signed_checkpoint_does_not_verify() -> None:
    data = enveloped(checkpoints.encode(a_checkpoint(), claimed_at=AT))
    other = enveloped(checkpoints.encode(a_checkpoint(size=6), claimed_at=AT))
    mixed = (
        data.partition(b'"signatures"')[0] + b'"signatures"' + other.partition(b'"signatures"')[2]
    )

    with pytest.raises(AigateError) as refused:
        read_checkpoint(mixed, file="kept")

    assert refused.value.code == "signature-invalid"
