"""Verdict statements, and who signed what lies outside of the ledger."""

from __future__ import annotations

import hashlib
import json

import pytest

from aigate.cli._verdict import verdict_in
from aigate.errors import AigateError, IntegrityError
from aigate.ledger import attestation, dsse, store, verdict
from aigate.ledger.attestation import Attested, opened, signer_of
from aigate.ledger.registry import read_chain
from tests.cli.test_audit import ROOT, made

DECISION = {
    "schema": "aigate-decision/1",
    "decision": "pass",
    "exit_code": 0,
    "nonce": "0" * 32,
    "decided": "2026-11-22T12:00:00+00:00",
    "repository": {"name": "example/shop", "id": "1"},
    "reference": "a" * 40,
    "head": "b" * 40,
    "tree": "c" * 40,
    "digests": {"policy": "1" * 64, "rules": "2" * 64, "registry": "3" * 64, "ledger": "4" * 64},
    "gate": "0.1.0",
    "scanners": {"semgrep": "1.182.0"},
    "coverage": {"in_scope": 1, "scanned": 1, "excluded": 0, "unscannable": 0},
    "blocking": 0,
    "gaps": 0,
    "reason_codes": [],
}


@pytest.mark.parametrize(
    ("word", "result", "level"),
    [
        ("pass", "PASSED", "AIGATE_PASS"),
        ("fail", "FAILED", "FAILED"),
        ("incomplete", "FAILED", "FAILED"),
        ("advisory-fail", "FAILED", "FAILED"),
    ],
)
def test_other_tools_read_a_pass_as_a_pass_and_nothing_else_as_one(word, result, level) -> None:
    statement = json.loads(verdict.encode(DECISION | {"decision": word}))

    said = statement["predicate"]
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://slsa.dev/verification_summary/v1"
    assert (said["verificationResult"], said["verifiedLevels"]) == (result, [level])
    assert said["policy"]["digest"] == {"sha256": "1" * 64}
    assert said["verifier"]["version"] == {"aigate": "0.1.0", "semgrep": "1.182.0"}
    assert said["resourceUri"] == f"gitoid:commit:sha1:{'b' * 40}"
    assert [one["digest"] for one in statement["subject"]] == [
        {"gitCommit": "b" * 40},
        {"gitTree": "c" * 40},
    ]


@pytest.mark.parametrize("head", ["b" * 40, "b" * 64, ""], ids=["sha1", "sha256", "uncommitted"])
def test_what_is_written_is_read_back(head) -> None:
    decision = DECISION | {"head": head}

    payload = verdict.encode(decision)

    assert verdict.decode(payload, file="v") == decision
    assert all(one["digest"] for one in json.loads(payload)["subject"])


EDITS = {
    "result": (b'"FAILED"', b'"PASSED"'),
    "level": (b'["FAILED"]', b'["AIGATE_PASS"]'),
    "subject": (b'"gitCommit":"' + b"b" * 40, b'"gitCommit":"' + b"d" * 40),
    "resource": (b"gitoid:commit:sha1:b", b"gitoid:commit:sha1:d"),
    "policy": (b'"sha256":"1', b'"sha256":"9'),
    "verifier": (b'https://aigate.dev"', b'https://aigate.com"'),
    "time": (b'"timeVerified":"2026', b'"timeVerified":"2027'),
    "type": (b"verification_summary/v1", b"verification_summary/v2"),
    "decision-alone": (b'"decision":"fail"', b'"decision":"pass"'),
    "field-gone": (b',"tree":"' + b"c" * 40 + b'"}', b"}"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_statement_that_contradicts_its_own_decision_is_refused(edit) -> None:
    payload = verdict.encode(DECISION | {"decision": "fail"})
    old, new = EDITS[edit]
    assert old in payload

    with pytest.raises(IntegrityError) as refused:
        verdict.decode(payload.replace(old, new), file="v")

    assert refused.value.code in {"verdict-fields", "json-canonical"}


@pytest.mark.parametrize(
    "data",
    [b"{}\n", b"[]\n", b"null\n", b'{"predicate":{}}\n', b'{"predicate":[]}\n', b"\xff\n", b""],
)
def test_what_is_no_verdict_statement_is_refused(data) -> None:
    with pytest.raises(IntegrityError):
        verdict.decode(data, file="v")


ODD = (None, True, -1, "", "x", [], {}, [[]], {"a": {}})


@pytest.mark.parametrize("field", sorted(DECISION))
def test_a_statement_about_an_odd_decision_is_refused_in_words(field) -> None:
    odd = [value for value in ODD if not isinstance(value, type(DECISION[field]))]
    for value in odd:
        payload = verdict.encode(DECISION | {field: value})
        with pytest.raises(AigateError) as refused:
            verdict_in(payload, file="v")
        assert "`v`" in refused.value.message


# Who signed

CI = made.person("ci", kind="automation", answers="ada")
GONE = made.person("gone", "developer", left="2026-01-01T00:00:00Z")
OLD = made.person("old", "developer", keys=["old1", "old2"])
WORN = OLD | {"keys": [made.key_fields("old1", "retired"), made.key_fields("old2", "compromised")]}
BEFORE = made.following(ROOT, people=made.people(CI, GONE, OLD))
AFTER = made.following(BEFORE, people=made.people(CI, GONE, WORN))
ROOTS = read_chain(
    {
        **made.one(ROOT),
        made.path(2): made.signed(BEFORE, ("ada", "grace", "ci", "gone", "old1", "old2")),
        made.path(3): made.signed(AFTER, ("ada", "grace")),
    }
)


def by(name: str) -> Attested:
    payload = verdict.encode(DECISION)
    armor = made.signature(dsse.pae(payload), name)
    data = dsse.encode(payload, (dsse.Signature("SHA256:a-hint-that-says-nothing", armor),))
    return opened(data, file="v")


@pytest.mark.parametrize(
    ("name", "wanted", "expected"),
    [
        pytest.param("ci", (), "signed by `ci` (automation", id="C-128-automation-vouches"),
        pytest.param("ci", ("ci",), "signed by `ci` (automation", id="C-128-automation-wanted"),
        pytest.param("ada", ("ci", "ada"), "signed by `ada` (human)", id="one-of-several"),
        pytest.param("ada", ("ci",), "signer-other", id="somebody-else"),
        pytest.param("mallory", (), "a key that the registry lacks", id="stranger"),
        pytest.param("mallory", ("mallory",), "signer-unknown", id="stranger-wanted"),
        pytest.param("old1", (), "a retired key of `old`", id="C-117-retired"),
        pytest.param("old1", ("old",), "key-retired", id="C-117-retired-wanted"),
        pytest.param("old2", (), "key-compromised", id="C-117-compromised"),
        pytest.param("old2", ("old",), "key-compromised", id="C-117-compromised-wanted"),
        pytest.param("gone", (), "`gone`, who has left", id="left"),
        pytest.param("gone", ("gone",), "signer-has-left", id="left-wanted"),
    ],
)
def test_who_signed_is_who_the_registry_knows_by_the_key(name, wanted, expected) -> None:
    try:
        said = signer_of(by(name), ROOTS, wanted=wanted, file="v").words
    except IntegrityError as error:
        said = error.code

    assert expected in said


@pytest.mark.parametrize("attested", [None, Attested(b"{}")], ids=["decision-file", "bare"])
def test_what_nobody_signed_is_said_to_be_unsigned(attested) -> None:
    assert signer_of(attested, ROOTS, file="v").words == "unsigned"
    with pytest.raises(IntegrityError) as refused:
        signer_of(attested, ROOTS, wanted=("ci",), file="v")
    assert refused.value.code == "statement-unsigned"


def test_c_124_a_signature_under_another_purpose_is_none() -> None:
    payload = verdict.encode(DECISION)
    for namespace in (b"git", b"file", b"aigate\0"):
        armor = made.signature(dsse.pae(payload), "ci", namespace)
        data = dsse.encode(payload, (dsse.Signature("", armor),))
        with pytest.raises(IntegrityError) as refused:
            opened(data, file="v")
        assert refused.value.code == "signature-namespace"


def test_c_123_a_signature_over_other_bytes_is_none() -> None:
    payload = verdict.encode(DECISION | {"decision": "fail"})
    armor = made.signature(dsse.pae(payload), "ci")
    other = dsse.encode(verdict.encode(DECISION), (dsse.Signature("", armor),))

    with pytest.raises(IntegrityError) as refused:
        opened(other, file="v")

    assert refused.value.code == "signature-invalid"


def test_a_verdict_is_no_record_and_a_record_no_verdict() -> None:
    payload = verdict.encode(DECISION)
    armor = made.signature(dsse.pae(payload), "ada")
    data = dsse.encode(payload, (dsse.Signature("", armor),))
    assert attestation.is_attestation(data)
    path = store.path_of(hashlib.sha256(payload).hexdigest())

    with pytest.raises(IntegrityError) as refused:
        store.read_one(path, data)

    assert refused.value.code == "statement-type"
