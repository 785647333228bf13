"""Envelopes and statements have one spelling each, and any other is refused with its code."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.domain.accountability import Role, StatementKind
from aigate.errors import IntegrityError
from aigate.ledger import dsse, statements, store
from aigate.ledger.sshsig import Verified

SOMEBODY = Verified(
    key_type="ssh-ed25519",
    key_blob=b"blob",
    fingerprint="SHA256:somebody",
    touched=True,
    user_verified=False,
)


def read(payload: bytes):
    return statements.decode(payload, verified=SOMEBODY, file="r.json")


def refusal(payload: bytes) -> str:
    with pytest.raises(IntegrityError) as caught:
        read(payload)
    assert len(caught.value.message) < 500
    return caught.value.code


def test_what_was_written_is_read(make_terms, make_saying) -> None:
    terms = make_terms(reason="Zeile eins: größer\nline two", control="")
    saying = make_saying(parents=("a" * 64, "b" * 64))
    payload = statements.encode(terms, saying)

    statement = read(payload)

    assert statement.terms == terms
    assert (statement.as_role, statement.person) == (Role.DEVELOPER, "dana")
    assert (statement.parents, statement.nonce) == (saying.parents, saying.nonce)
    assert statement.claimed_at == saying.claimed_at
    assert statement.digest == hashlib.sha256(payload).hexdigest()
    assert (statement.key, statement.touched) == ("SHA256:somebody", True)


def test_two_people_sign_terms_of_equal_bytes(make_terms, make_saying) -> None:
    terms = make_terms()
    one = statements.encode(terms, make_saying())
    other = statements.encode(terms, make_saying(as_role=Role.SECURITY, person="sam"))

    assert one != other
    assert read(one).terms.raw == read(other).terms.raw == terms.raw
    assert terms.raw.removesuffix(b"\n") in one
    assert terms.digest == hashlib.sha256(terms.raw).hexdigest()


def test_the_subject_is_the_content_of_the_findings(make_terms, make_saying) -> None:
    payload = json.loads(statements.encode(make_terms(), make_saying()))
    findings = payload["predicate"]["terms"]["findings"]
    raw = json.dumps(findings, sort_keys=True, separators=(",", ":")) + "\n"

    digest = hashlib.sha256(raw.encode()).hexdigest()
    assert payload["subject"] == [{"digest": {"sha256": digest}, "name": "findings"}]


OTHER_BYTES = {
    "C-123-indented": lambda v: json.dumps(v, sort_keys=True, indent=1).encode() + b"\n",
    "C-123-blanks": lambda v: json.dumps(v, sort_keys=True).encode() + b"\n",
    "C-123-no-line-end": lambda v: dsse.canonical(v)[:-1],
    "C-123-two-line-ends": lambda v: dsse.canonical(v) + b"\n",
    "C-123-crlf": lambda v: dsse.canonical(v)[:-1] + b"\r\n",
    "C-123-order": lambda v: (
        json.dumps(dict(reversed(v.items())), separators=(",", ":")).encode() + b"\n"
    ),
    "C-123-escape": lambda v: dsse.canonical(v).replace(b'"main"', b'"m\\u0061in"'),
    "C-123-slash": lambda v: dsse.canonical(v).replace(b"shop/", b"shop\\/"),
}


@pytest.mark.parametrize("spell", OTHER_BYTES.values(), ids=OTHER_BYTES)
def test_the_same_values_in_other_bytes_are_refused(spell, make_terms, make_saying) -> None:
    value = json.loads(statements.encode(make_terms(), make_saying()))

    assert refusal(spell(value)) == "json-canonical"


NO_JSON = {
    "repeated-key": (b'{"a":1,"a":1}\n', "json-repeated-key"),
    "fraction": (b'{"a":1.5}\n', "json-number"),
    "nan": (b"[NaN]\n", "json-number"),
    "C-135-deep": (b"[" * 10**6 + b"]" * 10**6, "json-deep"),
    "C-135-deep-objects": (b'{"a":' * 10**6, "json-deep"),
    "C-135-large": (b'"' + b"x" * 50_000_000 + b'"', "json-large"),
    "not-utf-8": (b'["\xff"]', "json-encoding"),
    "surrogate": (b'["\\ud800"]\n', "json-encoding"),
    "text": (b"hello", "json-syntax"),
    "list": (b"[]\n", "statement-fields"),
}


@pytest.mark.parametrize(("payload", "code"), NO_JSON.values(), ids=NO_JSON)
def test_what_is_no_statement_is_refused_quickly(payload, code) -> None:
    began = time.perf_counter()

    assert refusal(payload) == code
    assert time.perf_counter() - began < 2


def terms_of(value):
    return value["predicate"]["terms"]


def finding_of(value):
    return terms_of(value)["findings"][0]


CHANGES = {
    "unknown-field": (lambda v: v.update(more=1), "statement-fields"),
    "unknown-in-predicate": (lambda v: v["predicate"].update(more=1), "statement-fields"),
    "unknown-in-terms": (lambda v: terms_of(v).update(more=1), "statement-fields"),
    "unknown-in-finding": (lambda v: finding_of(v).update(more=1), "statement-fields"),
    "missing": (lambda v: terms_of(v).pop("branch"), "statement-fields"),
    "terms-are-text": (lambda v: v["predicate"].update(terms="x"), "statement-fields"),
    "findings-are-text": (lambda v: terms_of(v).update(findings="x"), "statement-value"),
    "finding-is-text": (lambda v: terms_of(v).update(findings=["x"]), "statement-fields"),
    "other-type": (lambda v: v.update(_type="x"), "statement-type"),
    "other-predicate": (lambda v: v.update(predicateType="x"), "statement-type"),
    "other-subject": (
        lambda v: v["subject"][0]["digest"].update(sha256="0" * 64),
        "statement-subject",
    ),
    "other-finding": (lambda v: finding_of(v).update(path="b.py"), "statement-subject"),
    "version-2": (lambda v: terms_of(v).update(version=2), "statement-version"),
    "version-true": (lambda v: terms_of(v).update(version=True), "statement-value"),
    "count-0": (lambda v: finding_of(v).update(count=0), "statement-value"),
    "count-text": (lambda v: finding_of(v).update(count="1"), "statement-value"),
    "severity": (lambda v: finding_of(v).update(severity="HIGH"), "statement-value"),
    "fingerprint": (lambda v: finding_of(v).update(fingerprint="A" * 32), "statement-value"),
    "match": (lambda v: finding_of(v).update(match=""), "statement-value"),
    "kind": (lambda v: terms_of(v).update(kind="verdict"), "statement-value"),
    "role": (lambda v: v["predicate"].update({"as": "owner"}), "statement-value"),
    "role-list": (lambda v: v["predicate"].update({"as": ["developer"]}), "statement-value"),
    "person-empty": (lambda v: v["predicate"].update(person=""), "statement-value"),
    "person-long": (lambda v: v["predicate"].update(person="x" * 200), "statement-value"),
    "person-line": (lambda v: v["predicate"].update(person="a\nb"), "statement-value"),
    "person-hidden": (lambda v: v["predicate"].update(person="dana\u200b"), "statement-value"),
    "reason-turned": (lambda v: terms_of(v)["reason"].update(text="a\u202eb"), "statement-value"),
    "reason-tags": (lambda v: terms_of(v)["reason"].update(text="\U000e0041"), "statement-value"),
    "reason-escape": (lambda v: terms_of(v)["reason"].update(text="\x1b[2J"), "statement-value"),
    "reason-empty": (lambda v: terms_of(v)["reason"].update(text=""), "statement-value"),
    "time-short": (lambda v: terms_of(v).update(expires_at="2027-3-1T0:0:0Z"), "statement-value"),
    "time-zone": (
        lambda v: terms_of(v).update(expires_at="2027-03-01T00:00:00+00:00"),
        "statement-value",
    ),
    "time-day": (
        lambda v: terms_of(v).update(expires_at="2027-02-30T00:00:00Z"),
        "statement-value",
    ),
    "time-number": (lambda v: terms_of(v).update(expires_at=1), "statement-value"),
    "no-end": (lambda v: terms_of(v).update(expires_at=None), "statement-value"),
    "nonce": (lambda v: v["predicate"].update(nonce="x"), "statement-value"),
    "parents-order": (
        lambda v: v["predicate"].update(parents=["b" * 64, "a" * 64]),
        "statement-value",
    ),
    "parents-twice": (
        lambda v: v["predicate"].update(parents=["a" * 64, "a" * 64]),
        "statement-value",
    ),
    "parents-numbers": (lambda v: v["predicate"].update(parents=[1]), "statement-value"),
}


@pytest.mark.parametrize(("change", "code"), CHANGES.values(), ids=CHANGES)
def test_odd_statements_are_refused(change, code, make_terms, make_saying) -> None:
    value = json.loads(statements.encode(make_terms(), make_saying()))
    change(value)

    assert refusal(dsse.canonical(value)) == code


def test_only_a_baseline_names_several_findings(make_terms) -> None:
    one = make_terms().bindings[0]
    two = replace(one, fingerprint="f" * 32)

    assert len(make_terms(kind=StatementKind.BASELINE, bindings=(one, two)).bindings) == 2
    with pytest.raises(IntegrityError, match="only a baseline"):
        make_terms(bindings=(one, two))
    with pytest.raises(IntegrityError, match="twice"):
        make_terms(kind=StatementKind.BASELINE, bindings=(one, replace(one, count=2)))
    places = (one, replace(one, context="9" * 64), replace(one, scope="another"))
    assert len(make_terms(kind=StatementKind.BASELINE, bindings=places).bindings) == 3
    with pytest.raises(IntegrityError, match="no finding"):
        make_terms(bindings=())


def test_a_rule_without_a_page_can_be_accepted(make_terms) -> None:
    binding = replace(make_terms().bindings[0], rule="bandit/B999", rule_digest="")

    assert make_terms(bindings=(binding,)).bindings == (binding,)


def test_a_withdrawal_says_what_it_ends(make_terms) -> None:
    ended = make_terms().digest

    withdrawal = make_terms(kind=StatementKind.WITHDRAW, supersedes=(ended,), expires_at=None)

    assert withdrawal.supersedes == (ended,)
    with pytest.raises(IntegrityError, match="withdraws nothing"):
        make_terms(kind=StatementKind.WITHDRAW)


def test_a_time_without_its_zone_is_a_mistake_of_ours(make_terms) -> None:
    with pytest.raises(ValueError, match="zone"):
        make_terms(expires_at=datetime(2027, 3, 1))  # noqa: DTZ001 - that is the mistake


@given(reason=st.text(min_size=1, max_size=80), path=st.text(min_size=1, max_size=80))
def test_any_words_come_back_or_are_refused(make_terms, make_saying, reason, path) -> None:
    binding = replace(make_terms().bindings[0], path=path)
    try:
        terms = make_terms(reason=reason, bindings=(binding,))
    except IntegrityError as error:
        if error.code not in {"statement-value", "json-encoding"}:
            raise
        return

    statement = read(statements.encode(terms, make_saying()))

    assert (statement.terms.reason, statement.terms.bindings[0].path) == (reason, path)


# Envelopes

PAYLOAD = b'{"a":1}\n'


def envelope(**changed: object) -> bytes:
    value = {
        "payload": base64.b64encode(PAYLOAD).decode(),
        "payloadType": dsse.PAYLOAD_TYPE,
        "signatures": [{"keyid": "SHA256:x", "sig": base64.b64encode(b"sig").decode()}],
    }
    return dsse.canonical(value | changed)


SIGNATURE = {"keyid": "", "sig": "c2ln"}
ENVELOPES = {
    "unknown-field": (envelope(more=1), "envelope-fields"),
    "type": (envelope(payloadType="text/plain"), "envelope-type"),
    "no-signature": (envelope(signatures=[]), "envelope-signatures"),
    "two-signatures": (envelope(signatures=[SIGNATURE] * 2), "envelope-signatures"),
    "signatures-text": (envelope(signatures="x"), "envelope-signatures"),
    "C-135-many-signatures": (envelope(signatures=[SIGNATURE] * 9999), "envelope-fields"),
    "unknown-in-signature": (
        envelope(signatures=[SIGNATURE | {"cert": ""}]),
        "envelope-fields",
    ),
    "keyid-number": (envelope(signatures=[SIGNATURE | {"keyid": 1}]), "envelope-fields"),
    "keyid-long": (envelope(signatures=[SIGNATURE | {"keyid": "x" * 999}]), "envelope-fields"),
    "base64-url": (envelope(payload="_-8="), "envelope-base64"),
    "base64-loose": (envelope(payload="YR=="), "envelope-base64"),
    "base64-unpadded": (envelope(payload="YQ"), "envelope-base64"),
    "base64-lines": (envelope(payload="YWFh\nYWFh"), "envelope-base64"),
    "payload-empty": (envelope(payload=""), "envelope-base64"),
    "payload-list": (envelope(payload=[]), "envelope-base64"),
    "C-123-spaces": (envelope().replace(b":", b": "), "json-canonical"),
    "C-123-order": (b'{"signatures":[],"payload":""}\n', "json-canonical"),
    "repeated": (b'{"payload":"YQ==",' + envelope()[1:], "json-repeated-key"),
}


@pytest.mark.parametrize(("data", "code"), ENVELOPES.values(), ids=ENVELOPES)
def test_odd_envelopes_are_refused(data, code) -> None:
    with pytest.raises(IntegrityError) as caught:
        dsse.decode(data, file="r.json")

    assert caught.value.code == code


def test_an_envelope_comes_back() -> None:
    signature = dsse.Signature("SHA256:x", b"armor\n")

    found = dsse.decode(dsse.encode(PAYLOAD, (signature,)), file="r.json")

    assert (found.payload, found.signatures) == (PAYLOAD, (signature,))
    assert found.signed == b'DSSEv1 28 application/vnd.in-toto+json 8 {"a":1}\n'


@pytest.mark.parametrize("value", [1.0, [float("nan")], {"a": (1,)}, {1: 2}, b"x", {"a": {2}}])
def test_canonical_json_holds_nothing_else(value) -> None:
    with pytest.raises(TypeError):
        dsse.canonical(value)


def test_a_registry_that_names_no_repository_has_statements_as_well(make_terms) -> None:
    assert make_terms(repository_id="").repository_id == ""


def test_the_digests_of_terms_are_found_without_reading_them(make_terms, make_saying) -> None:
    odd = {"reason": '},"predicateType":"x","terms":{}', "control": '"terms":{"a":1}'}
    for terms in (make_terms(), make_terms(**odd)):
        payload = statements.encode(terms, make_saying(person='p","terms":{'))
        entry = dsse.encode(payload, (dsse.Signature("", b"unsigned"),))

        assert store.terms_digests({"r": entry, "junk": b"{}"}) == {"r": terms.digest}


@pytest.mark.slow
def test_a_baseline_of_the_most_findings_fits_into_one_record(make_terms, make_saying) -> None:
    one = make_terms().bindings[0]
    scope, path = "Class.method_" + "x" * 20, "src/package/module/" + "y" * 20 + ".py"
    many = tuple(
        replace(one, fingerprint=f"{number:032x}", scope=scope, path=path)
        for number in range(statements.MOST_BINDINGS)
    )
    began = time.process_time()
    payload = statements.encode(
        make_terms(kind=StatementKind.BASELINE, bindings=many), make_saying()
    )
    entry = dsse.encode(payload, (dsse.Signature("", b"x" * 1000),))

    assert read(dsse.decode(entry, file="r").payload).terms.bindings == many
    assert len(entry) < dsse.LARGEST
    assert time.process_time() - began < 15
