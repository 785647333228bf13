"""Decision files, read strictly and held against a repository: what they say must be true of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from aigate import __version__
from aigate.accounts import ledger_digest_of, root_files_of
from aigate.cli.decision import SCHEMA
from aigate.cli.packs import from_disk, packs_folder
from aigate.engine.strict_json import Json, read_json
from aigate.errors import IntegrityError, UsageError
from aigate.ledger import verdict as verdicts
from aigate.ledger.attestation import Attested, is_attestation, opened
from aigate.ledger.registry import read_chain
from aigate.trusted import read_trusted
from aigate.value import dataclass
from aigate.workspace import sides

LARGEST = verdicts.LARGEST
"""The size of the largest file, in bytes."""

PASS = "pass"  # noqa: S105 - a verdict, no secret
_EXITS = {PASS: (0,), "advisory-fail": (0,), "fail": (1,), "incomplete": (3,)}
_TEXTS = ("schema", "decision", "nonce", "decided", "reference", "head", "tree", "gate")
_COUNTS = ("exit_code", "blocking", "gaps")
_GROUPS = {
    "repository": ("name", "id"),
    "digests": ("policy", "rules", "registry", "ledger"),
    "coverage": ("in_scope", "scanned", "excluded", "unscannable"),
}
_FIELDS = {*_TEXTS, *_COUNTS, *_GROUPS, "scanners", "reason_codes"}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision: each text and each number by its name, with dots between levels.

    `attested` is the statement that it was in, None for a decision file.
    """

    texts: Mapping[str, str]
    counts: Mapping[str, int]
    attested: Attested | None = None

    @property
    def passed(self) -> bool:
        """Whether it is a pass."""
        return self.texts["decision"] == PASS


def read_verdict(file: Path) -> Verdict:
    """Read a decision file, or a verdict statement.

    Raises:
        UsageError: it cannot be read, or is not written as `aigate scan` does.
        IntegrityError: the signature of a statement does not hold, or its fields do not follow
            from the decision in it.
    """
    try:
        with file.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(
            f"`{file}` cannot be read: {error.strerror or 'unknown reason'}",
            hint="name the file that `aigate scan --decision` or `--verdict` wrote",
            code="verdict-unreadable",
        ) from error
    return verdict_in(data, file=file.name)


def verdict_in(data: bytes, *, file: str) -> Verdict:
    """Read the bytes of a decision file, or of a verdict statement; see `read_verdict`."""
    if len(data) <= LARGEST and is_attestation(data):
        attested = opened(data, file=file)
        decision = verdicts.decode(attested.payload, file=file)
        return replace(decoded(decision, file=file), attested=attested)
    return decoded(read_json(data, file=file, largest=LARGEST), file=file)


def decoded(value: Json, *, file: str) -> Verdict:
    """Take a decision apart.

    Raises:
        UsageError: `verdict-form` if a field is missing, unknown or of another type.
    """
    body = _object(value, _FIELDS, file)
    if body["schema"] != SCHEMA:
        raise _odd(file, f"its schema is not `{SCHEMA}`")
    texts = {name: _text(body[name], name, file) for name in _TEXTS}
    counts = {name: _count(body[name], name, file) for name in _COUNTS}
    for group, names in _GROUPS.items():
        inner = _object(body[group], set(names), file)
        for name in names:
            if group == "coverage":
                counts[name] = _count(inner[name], name, file)
            else:
                texts[f"{group}.{name}"] = _text(inner[name], name, file)
    scanners, codes = body["scanners"], body["reason_codes"]
    if not isinstance(scanners, dict) or not all(isinstance(v, str) for v in scanners.values()):
        raise _odd(file, "`scanners` does not give a version for each name")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise _odd(file, "`reason_codes` is no list of texts")
    if texts["decision"] not in _EXITS:
        raise _odd(file, "`decision` is none that this gate makes")
    return Verdict(texts, counts)


def contradictions(verdict: Verdict) -> Iterator[str]:
    """Say where a decision file contradicts itself; one that was written by a run does not."""
    counts, decision = verdict.counts, verdict.texts["decision"]
    if counts["exit_code"] not in _EXITS[decision]:
        yield f"the decision is `{decision}`, and the exit code {counts['exit_code']}"
    if verdict.passed and (counts["blocking"] or counts["gaps"]):
        yield "the decision is `pass`, and something blocks or is missing"
    if counts["in_scope"] != counts["scanned"] + counts["excluded"] + counts["unscannable"]:
        yield "what was scanned, excluded and unscannable does not add up to what is in scope"


def mismatches(
    verdict: Verdict,
    reference: sides.Tree,
    head: sides.Tree,
    *,
    same_gate: bool = True,
    policy_file: str = "",
) -> Iterator[str]:
    """Say what the decision file names that the repository does not have; nothing is scanned.

    `policy_file` is what the caller had it decided by, if not by the policy of the reference.

    Raises:
        IntegrityError: the registry or the ledger does not hold.
        IncompleteError: a part of a tree is not here.
    """
    actual = {
        "reference": reference.side.commit,
        "head": head.side.commit,
        "tree": head.side.tree,
        "digests.registry": _registry_digest(reference),
        "digests.ledger": ledger_digest_of(head),
    }
    if same_gate:
        # Another version has other rules of its own, which cannot be looked up here.
        trusted = read_trusted(
            reference.entries,
            lambda entry: sides.read_one(reference, entry),
            packs=str(packs_folder()),
            policy_file=policy_file,
            from_caller=from_disk(Path.cwd(), policy_file),
        )
        actual |= {
            "gate": __version__,
            "digests.policy": trusted.policy.digest,
            "digests.rules": trusted.rules_digest,
        }
    for name, value in actual.items():
        if verdict.texts[name] != value:
            yield f"{_plain(name)} is {_named(verdict.texts[name])} there, and {_named(value)} here"


def require_no(found: list[str], *, file: str) -> None:
    """Refuse a decision file of which anything does not hold.

    Raises:
        IntegrityError: `verdict-mismatch`, with each reason.
    """
    if found:
        raise IntegrityError(
            f"`{file}` is not about this: {'; '.join(found)}",
            hint="run `aigate scan` on exactly these commits, and use what that writes",
            code="verdict-mismatch",
        )


def _registry_digest(reference: sides.Tree) -> str:
    versions = read_chain(root_files_of(reference))
    return versions[-1].digest if versions else ""


def _plain(name: str) -> str:
    group, _, rest = name.rpartition(".")
    return f"the digest of the {rest}" if group else f"`{name}`"


def _named(value: str) -> str:
    return f"`{value[:64]}`" if value else "nothing"


def _object(value: Json, names: set[str], file: str) -> dict[str, Json]:
    if not isinstance(value, dict) or set(value) != names:
        listed = ", ".join(f"`{name}`" for name in sorted(names))
        raise _odd(file, f"an object must have exactly {listed}")
    return value


def _text(value: Json, name: str, file: str) -> str:
    if not isinstance(value, str):
        raise _odd(file, f"`{name}` is no text")
    return value


def _count(value: Json, name: str, file: str) -> int:
    if type(value) is not int or value < 0:
        raise _odd(file, f"`{name}` is no count")
    return value


def _odd(file: str, what: str) -> UsageError:
    return UsageError(
        f"`{file}` is no decision file: {what}",
        hint="name the file that `aigate scan --decision` or `--verdict` wrote",
        code="verdict-form",
    )
