"""Makes findings of what scanners saw: place, identity, and a snippet without secrets."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from aigate.domain.finding import Finding, Sighting
from aigate.domain.place import Span
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Unit
from aigate.engine.scope import AROUND, Definition, definitions, enclosing
from aigate.engine.suppression import suppressed_lines

# Weaknesses that consist of a secret in the text: CWE-259, 321, 547 and 798.
_SECRET_CWES = frozenset({259, 321, 547, 798})
_LITERAL = re.compile(r"'[^'\n]{3,}'|\"[^\"\n]{3,}\"|`[^`\n]{3,}`")
_MOST_LINES = 8
# The comment itself is not silenced by itself.
_OF_SUPPRESSION = frozenset({"inline-suppression"})


def place(
    sightings: Iterable[Sighting], units: Mapping[str, Unit], catalogue: Mapping[str, Rule]
) -> tuple[Finding, ...]:
    """Turn sightings into findings with fingerprints, in order of place.

    Identical sightings count once. A rule that the catalogue does not know keeps its name
    and the severity that its scanner gives, or the worst if that is missing too.
    """
    by_unit: dict[str, set[Sighting]] = {}
    for sighting in sightings:
        by_unit.setdefault(sighting.unit, set()).add(sighting)
    found = [
        finding
        for unit, seen in by_unit.items()
        for finding in _place_all(units[unit], seen, catalogue)
    ]
    return _number(sorted(found, key=_order))


def _order(finding: Finding) -> tuple[object, ...]:
    return (finding.at, finding.rule, finding.scanner, finding.message, finding.match)


def _number(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    seen: Counter[str] = Counter()
    numbered = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        numbered.append(replace(finding, occurrence=seen[finding.fingerprint]))
    return tuple(numbered)


@dataclass(frozen=True, slots=True)
class _Page:
    """A unit with what all its findings share."""

    unit: Unit
    lines: list[str]
    definitions: tuple[Definition, ...]
    suppressed: frozenset[int]
    secrets: tuple[str, ...]


def _place_all(
    unit: Unit, seen: Iterable[Sighting], catalogue: Mapping[str, Rule]
) -> Iterable[Finding]:
    lines = unit.text.split("\n")
    textual = unit.kind in TEXTUAL
    secrets: set[str] = set()
    for sighting in seen:
        rule = catalogue.get(sighting.rule)
        if sighting.secret:
            secrets.add(_text(lines, sighting.span))
        elif _SECRET_CWES & set(sighting.cwe or (rule.cwe if rule else ())):
            secrets |= {m[0][1:-1] for m in _LITERAL.finditer(_text(lines, sighting.span))}
    page = _Page(
        unit,
        lines,
        definitions(unit.text, unit.kind) if textual else (),
        suppressed_lines(unit) if textual else frozenset(),
        tuple(sorted(secrets - {""}, key=len, reverse=True)),
    )
    return [_finding(sighting, page, catalogue.get(sighting.rule)) for sighting in seen]


def _finding(sighting: Sighting, page: _Page, rule: Rule | None) -> Finding:
    span, unit = sighting.span, page.unit
    about_text = unit.kind in TEXTUAL and (
        span.end_column > span.column or span.end_line > span.line
    )
    matched = _text(page.lines, span) if about_text else ""
    digest = _secret_digest(matched, unit.path) if sighting.secret else _digest(matched)
    if not about_text:
        # About the file as such: another content is another finding.
        digest = _digest(unit.entry.blob + unit.entry.mode)
    around = enclosing(page.definitions, span.line, span.end_line) if about_text else None
    first, last = (
        (around.first, around.last) if around else (span.line - AROUND, span.end_line + AROUND)
    )
    # The digest of a text that holds a secret would let a weak one be found by trying.
    bare = sighting.secret or not about_text
    shown = page.lines[span.line - 1 : min(span.end_line, span.line + _MOST_LINES - 1)]
    worst = sighting.severity or (rule.severity if rule else Severity.CRITICAL)
    return Finding(
        rule=sighting.rule,
        scanner=rule.scanner if rule else sighting.rule.partition("/")[0],
        at=unit.locate(span),
        title=rule.title if rule else sighting.rule,
        message=_masked(sighting.message, page.secrets),
        severity=worst,
        help=rule.fix if rule else "",
        cwe=sighting.cwe or (rule.cwe if rule else ()),
        controls=rule.controls if rule else (),
        snippet=tuple(_masked(line, page.secrets) for line in shown) if about_text else (),
        match=digest,
        context=digest if bare else _digest("\n".join(page.lines[max(first - 1, 0) : last])),
        scope=around.name if around else "",
        rule_digest=rule.digest if rule else "",
        suppressed_inline=sighting.rule not in _OF_SUPPRESSION
        and not page.suppressed.isdisjoint(range(span.line, span.end_line + 1)),
        secret=sighting.secret,
        fingerprint=fingerprint(sighting.rule, unit.path, digest),
    )


def fingerprint(rule: str, path: str, match: str) -> str:
    """Return the identity of a finding across commits: 32 hexadecimal digits.

    Lines are left out, so moves keep it; the enclosing definition is left out as well, so
    that an acceptance of it goes stale rather than missing when that definition changes.
    """
    raw = f"aigate/1\0{rule}\0{path}\0{match}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(raw).hexdigest()[:32]


def _text(lines: Sequence[str], span: Span) -> str:
    taken = list(lines[span.line - 1 : span.end_line])
    if len(taken) == span.end_line - span.line + 1 and taken:
        taken[-1] = taken[-1][: span.end_column - 1]
        taken[0] = taken[0][span.column - 1 :]
    return "\n".join(taken)


def _digest(text: str) -> str:
    normal = "\n".join(line.rstrip() for line in text.split("\n"))
    return hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()


def _secret_digest(text: str, path: str) -> str:
    # Slow and salted, so that a weak secret cannot be read back out of a report by trying.
    raw, salt = text.encode("utf-8", "surrogatepass"), path.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=b"aigate/1" + salt, n=4096, r=8, p=1, dklen=32).hex()


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        for part in secret.split("\n"):
            if len(part) >= 3:  # shorter ones are no secret, and would mask words
                text = text.replace(part, "*" * len(part))
    return text
