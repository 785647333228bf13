"""Writes statements as the payloads that people sign, and reads such payloads back.

Read only bytes whose signature verified. Every payload has one spelling, so the terms within
it are, byte for byte, what the other person's payload holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

from aigate.domain.accountability import Binding, Role, Statement, StatementKind, Terms
from aigate.domain.regex import regex
from aigate.domain.severity import Severity
from aigate.engine.strict_json import Json
from aigate.errors import IntegrityError
from aigate.ledger.dsse import canonical, read_canonical
from aigate.ledger.sshsig import Verified
from aigate.value import dataclass

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://aigate.dev/attestation/decision/v0.1"
VERSION = 1
"""The version of the terms."""

MOST_BINDINGS = 20_000
"""How many findings one statement may name."""

_MOST_DIGESTS = 10_000
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_KINDS = (
    StatementKind.ACCEPT,
    StatementKind.FALSE_POSITIVE,
    StatementKind.BASELINE,
    StatementKind.WITHDRAW,
)
_DIGEST = regex(r"[0-9a-f]{64}")
# Rules of a scanner that we have no page for have no digest.
_RULE_DIGEST = regex(r"(?:[0-9a-f]{64})?")
_FINGERPRINT = regex(r"[0-9a-f]{32}")
_NONCE = regex(r"[0-9a-f]{32}")
_SEVERITIES = {severity.word: severity for severity in Severity}
# Two people must see what they sign: no controls, nothing that turns the direction of text,
# nothing that takes no room. Joiners between letters stay, since some languages need them.
_UNSEEN = regex(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f\ud800-\udfff]"
)
_UNSEEN_IN_LINE = regex(_UNSEEN.pattern[:-1] + "\n]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What one person adds to terms when signing them; see `Statement`."""

    as_role: Role
    person: str
    parents: tuple[str, ...]
    nonce: str
    claimed_at: datetime


def with_raw(terms: Terms) -> Terms:
    """Return the terms with their canonical bytes and the digest of these.

    Raises:
        IntegrityError: if they could not be read back; the code says what is wrong.
    """
    raw = canonical(_terms_json(terms))
    return _terms(read_canonical(raw, file="terms"), raw)


def encode(terms: Terms, saying: Saying) -> bytes:
    """Return the payload that a person signs.

    Raises:
        IntegrityError: if it could not be read back; the code says what is wrong.
    """
    body = _terms_json(terms)
    payload = canonical(
        {
            "_type": STATEMENT_TYPE,
            "predicate": {
                "as": saying.as_role.value,
                "claimed_at": _time_text(saying.claimed_at),
                "nonce": saying.nonce,
                "parents": list(saying.parents),
                "person": saying.person,
                "terms": body,
            },
            "predicateType": PREDICATE_TYPE,
            "subject": _subject(body),
        }
    )
    _decoded(payload, file="statement")
    return payload


def decode(payload: bytes, *, verified: Verified, file: str) -> Statement:
    """Read a payload whose signature verified.

    Raises:
        IntegrityError: for anything that `encode` would not have written; the code says why.
    """
    statement = _decoded(payload, file=file)
    return replace(statement, key=verified.fingerprint, touched=verified.touched)


def _decoded(payload: bytes, *, file: str) -> Statement:
    whole = _Fields(
        read_canonical(payload, file=file),
        ("_type", "predicate", "predicateType", "subject"),
        file,
    )
    if whole.value("_type") != STATEMENT_TYPE or whole.value("predicateType") != PREDICATE_TYPE:
        raise IntegrityError(f"`{file}` is no decision statement", code="statement-type")
    names = ("as", "claimed_at", "nonce", "parents", "person", "terms")
    said = _Fields(whole.value("predicate"), names, file)
    body = said.value("terms")
    terms = _terms(body, canonical(body), file)
    if whole.value("subject") != _subject(body):
        text = f"the subject of `{file}` is not the findings that its terms name"
        raise IntegrityError(text, code="statement-subject")
    return Statement(
        digest=hashlib.sha256(payload).hexdigest(),
        terms=terms,
        as_role=said.choice("as", _by_value((Role.DEVELOPER, Role.SECURITY))),
        person=said.text("person", most=128),
        key="",
        touched=False,
        parents=said.digests("parents"),
        nonce=said.matching("nonce", _NONCE),
        claimed_at=said.time("claimed_at"),
    )


def _subject(terms: Json) -> Json:
    bindings = terms["findings"] if isinstance(terms, dict) else None
    digest = hashlib.sha256(canonical(bindings)).hexdigest()
    return [{"digest": {"sha256": digest}, "name": "findings"}]


def _terms_json(terms: Terms) -> dict[str, Json]:
    return {
        "branch": terms.branch,
        "control": terms.control,
        "expires_at": None if terms.expires_at is None else _time_text(terms.expires_at),
        "findings": [_binding_json(each) for each in terms.bindings],
        "kind": terms.kind.value,
        "ledger_id": terms.ledger_id,
        "owners": {"developer": terms.developer, "security": terms.security},
        "policy_digest": terms.policy_digest,
        "reason": {"code": terms.reason_code, "text": terms.reason},
        "registry": {"digest": terms.registry_digest, "version": terms.registry_version},
        "repository_id": terms.repository_id,
        "supersedes": list(terms.supersedes),
        "version": VERSION,
    }


def _binding_json(binding: Binding) -> dict[str, Json]:
    return {
        "context": binding.context,
        "count": binding.count,
        "fingerprint": binding.fingerprint,
        "match": binding.match,
        "path": binding.path,
        "rule": binding.rule,
        "rule_digest": binding.rule_digest,
        "scope": binding.scope,
        "severity": binding.severity.word,
    }


def _terms(value: Json, raw: bytes, file: str = "terms") -> Terms:
    names = (
        "branch", "control", "expires_at", "findings", "kind", "ledger_id", "owners",
        "policy_digest", "reason", "registry", "repository_id", "supersedes", "version",
    )  # fmt: skip
    body = _Fields(value, names, file)
    version = body.integer("version")
    if version != VERSION:
        text = f"`{file}` has terms of version {version}, and only {VERSION} is known"
        raise IntegrityError(text, hint="use a newer aigate", code="statement-version")
    owners = _Fields(body.value("owners"), ("developer", "security"), file)
    reason = _Fields(body.value("reason"), ("code", "text"), file)
    registry = _Fields(body.value("registry"), ("digest", "version"), file)
    kind = body.choice("kind", _by_value(_KINDS))
    terms = Terms(
        kind=kind,
        ledger_id=body.text("ledger_id", most=128),
        repository_id=body.text("repository_id", most=128, empty=True),
        branch=body.text("branch", most=255),
        bindings=tuple(_binding(each, file) for each in body.items("findings", MOST_BINDINGS)),
        reason_code=reason.text("code", most=64),
        reason=reason.text("text", most=8000, lines=True),
        control=body.text("control", most=8000, lines=True, empty=True),
        developer=owners.text("developer", most=128),
        security=owners.text("security", most=128),
        expires_at=None if body.value("expires_at") is None else body.time("expires_at"),
        policy_digest=body.text("policy_digest", most=128),
        registry_version=registry.integer("version"),
        registry_digest=registry.matching("digest", _DIGEST),
        supersedes=body.digests("supersedes"),
        raw=raw,
        digest=hashlib.sha256(raw).hexdigest(),
    )
    _check_sense(terms, file)
    return terms


def _check_sense(terms: Terms, file: str) -> None:
    places = [(each.fingerprint, each.context, each.scope) for each in terms.bindings]
    if len(set(places)) != len(places):
        raise IntegrityError(f"`{file}` names a finding twice", code="statement-value")
    if terms.kind is StatementKind.WITHDRAW:
        if not terms.supersedes:
            raise IntegrityError(f"`{file}` withdraws nothing", code="statement-value")
        return
    if not places:
        raise IntegrityError(f"`{file}` names no finding", code="statement-value")
    if terms.expires_at is None:
        raise IntegrityError(f"`{file}` has no end", code="statement-value")
    if terms.kind is not StatementKind.BASELINE and len(places) > 1:
        text = f"`{file}` names several findings: only a baseline does"
        raise IntegrityError(text, code="statement-value")


def _binding(value: Json, file: str) -> Binding:
    names = (
        "context", "count", "fingerprint", "match", "path", "rule", "rule_digest", "scope",
        "severity",
    )  # fmt: skip
    fields = _Fields(value, names, file)
    return Binding(
        fingerprint=fields.matching("fingerprint", _FINGERPRINT),
        rule=fields.text("rule", most=255),
        rule_digest=fields.matching("rule_digest", _RULE_DIGEST),
        severity=fields.choice("severity", _SEVERITIES),
        path=fields.text("path", most=4096),
        match=fields.matching("match", _DIGEST),
        context=fields.matching("context", _DIGEST),
        scope=fields.text("scope", most=1024, empty=True),
        count=fields.integer("count"),
    )


def _time_text(time: datetime) -> str:
    if time.tzinfo is None:
        raise ValueError("a time without its zone means something else on every machine")
    return time.astimezone(UTC).strftime(_TIME)


_Enum = TypeVar("_Enum", bound=StrEnum)
_Choice = TypeVar("_Choice")


def _by_value(values: Sequence[_Enum]) -> dict[str, _Enum]:
    return {each.value: each for each in values}


class _Fields:
    """The fields of one object: exactly those that are expected, each of its type."""

    def __init__(self, value: Json, names: Sequence[str], file: str) -> None:
        if not isinstance(value, dict):
            raise IntegrityError(f"`{file}` lacks an object", code="statement-fields")
        if value.keys() != set(names):
            listed = ", ".join(f"`{name}`" for name in names)
            text = f"an object in `{file}` must have exactly the fields {listed}"
            raise IntegrityError(text, code="statement-fields")
        self._value = value
        self._file = file

    def value(self, name: str) -> Json:
        return self._value[name]

    def _bad(self, name: str, what: str) -> IntegrityError:
        return IntegrityError(f"`{name}` in `{self._file}` {what}", code="statement-value")

    def text(self, name: str, *, most: int, empty: bool = False, lines: bool = False) -> str:
        value = self._value[name]
        if not isinstance(value, str):
            raise self._bad(name, "is no text")
        if not value and not empty:
            raise self._bad(name, "is empty")
        if len(value) > most:
            raise self._bad(name, f"has more than {most} characters")
        if (_UNSEEN if lines else _UNSEEN_IN_LINE).search(value):
            raise self._bad(name, "holds a character that nobody sees")
        return value

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self._value[name]
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise self._bad(name, "is not written as hexadecimal digits of the right number")
        return value

    def integer(self, name: str) -> int:
        value = self._value[name]
        if type(value) is not int or not 1 <= value <= 10**9:
            raise self._bad(name, "is no number from 1 to 1,000,000,000")
        return value

    def time(self, name: str) -> datetime:
        value = self._value[name]
        try:
            time = datetime.strptime(str(value), _TIME).replace(tzinfo=UTC)
        except ValueError:
            time = None
        # `strptime` takes `2026-1-2` as well, and more.
        if time is None or _time_text(time) != value:
            raise self._bad(name, "is no time such as `2026-01-31T00:00:00Z`")
        return time

    def choice(self, name: str, choices: Mapping[str, _Choice]) -> _Choice:
        value = self._value[name]
        if not isinstance(value, str) or value not in choices:
            raise self._bad(name, "is none of " + ", ".join(f"`{each}`" for each in choices))
        return choices[value]

    def items(self, name: str, most: int) -> list[Json]:
        value = self._value[name]
        if not isinstance(value, list) or len(value) > most:
            raise self._bad(name, f"is no list of at most {most}")
        return value

    def digests(self, name: str) -> tuple[str, ...]:
        found = self.items(name, _MOST_DIGESTS)
        if not all(isinstance(each, str) and _DIGEST.fullmatch(each) for each in found):
            raise self._bad(name, "holds something else than SHA-256 digests")
        texts = tuple(str(each) for each in found)
        if list(texts) != sorted(set(texts)):
            raise self._bad(name, "is not sorted, or names something twice")
        return texts
