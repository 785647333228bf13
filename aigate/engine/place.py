"""Makes findings of what scanners saw: place, identity, and a snippet without secrets."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field, replace
from functools import lru_cache

from aigate.domain.finding import Finding, Sighting
from aigate.domain.place import Span
from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import TEXTUAL, Unit
from aigate.engine.scope import AROUND, Definition, definitions, enclosing
from aigate.engine.shown import masked
from aigate.engine.suppression import suppressed_lines
from aigate.value import dataclass

Slow = Callable[[str, str], str]
"""Gives what `slow_digest` gives."""

Outlines = Mapping[str, tuple[Definition, ...]]
"""The definitions in the texts of units, by the ids of the units."""

SECRET_CWES = frozenset({259, 321, 547, 798})
"""Weaknesses that consist of a secret in the text."""

Placed = dict[str, tuple[Unit, set[Sighting], tuple[Finding, ...]]]
"""By the id of a unit: the unit, what was seen in it, and the findings, without their numbers."""

_LITERAL = regex(
    r"""'''(.*?)'''|\"\"\"(.*?)\"\"\"|'((?:[^'\\\n]|\\.){3,})'"""
    r"""|"((?:[^"\\\n]|\\.){3,})"|`((?:[^`\\]|\\.){3,})`""",
    re.DOTALL,
)
# What a scanner quotes in its message, which may itself hold quotes.
_QUOTED = regex(r"""(['"])(.+)\1""", re.DOTALL)
_MOST_LINES = 8
# The comment itself is not silenced by itself.
_OF_SUPPRESSION = frozenset({"inline-suppression"})


def place(
    sightings: Iterable[Sighting],
    units: Mapping[str, Unit],
    catalogue: Mapping[str, Rule],
    slow: Slow | None = None,
    outlines: Outlines | None = None,
    placed: Placed | None = None,
) -> tuple[Finding, ...]:
    """Turn sightings into findings with fingerprints, in order of place.

    `slow` takes the place of `slow_digest`, which a caller may have kept the answers of, and
    `outlines` are the definitions of units whose callers know them; `placed` is what was placed
    before under this catalogue, and is added to. Identical sightings count once. A rule that the
    catalogue does not know keeps its name and the severity that its scanner gives, or the worst
    if that is missing too.
    """
    known = {} if placed is None else placed
    by_unit = _by_unit(sightings)
    for name in _unplaced(by_unit, units, known):
        unit, outline = units[name], (outlines or {}).get(name)
        found = _place_all(unit, by_unit[name], catalogue, slow or slow_digest, outline)
        known[name] = (unit, by_unit[name], tuple(found))
    every = (finding for name in by_unit for finding in known[name][2])
    return _number(sorted(every, key=_order))


def unplaced(
    sightings: Iterable[Sighting], units: Mapping[str, Unit], placed: Placed
) -> frozenset[str]:
    """Return the ids of the units whose sightings were not placed before."""
    return frozenset(_unplaced(_by_unit(sightings), units, placed))


def _unplaced(
    seen: Mapping[str, set[Sighting]], units: Mapping[str, Unit], placed: Placed
) -> list[str]:
    # An id is a unit's own within one tree only.
    return [
        name
        for name, mine in seen.items()
        if name not in placed or placed[name][0] is not units[name] or placed[name][1] != mine
    ]


def _by_unit(sightings: Iterable[Sighting]) -> dict[str, set[Sighting]]:
    found: dict[str, set[Sighting]] = {}
    for sighting in sightings:
        found.setdefault(sighting.unit, set()).add(sighting)
    return found


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
    secret_spans: tuple[Span, ...]
    slow: Slow
    # By lines and name: many findings stand in one definition.
    around: dict[tuple[int, int, str], tuple[str, str]] = field(default_factory=dict)


def _place_all(
    unit: Unit,
    seen: Iterable[Sighting],
    catalogue: Mapping[str, Rule],
    slow: Slow,
    outline: tuple[Definition, ...] | None,
) -> Iterable[Finding]:
    if outline is None:
        outline = definitions(unit.text, unit.kind) if unit.kind in TEXTUAL else ()
    lines = unit.text.split("\n")
    textual = unit.kind in TEXTUAL
    secrets: set[str] = set()
    spans = []
    for sighting in seen:
        if not is_of_secret(sighting, catalogue.get(sighting.rule)):
            continue
        spans.append(sighting.span)
        text = _text(lines, sighting.span)
        if sighting.secret:
            secrets.add(text)
        else:
            secrets |= {next(filter(None, m.groups()), "") for m in _LITERAL.finditer(text)}
    page = _Page(
        unit,
        lines,
        outline,
        suppressed_lines(unit) if textual else frozenset(),
        tuple(secrets - {""}),
        tuple(spans),
        slow,
    )
    return [_finding(sighting, page, catalogue.get(sighting.rule)) for sighting in seen]


def _finding(sighting: Sighting, page: _Page, rule: Rule | None) -> Finding:
    span, unit = sighting.span, page.unit
    about_text = unit.kind in TEXTUAL and (
        span.end_column > span.column or span.end_line > span.line
    )
    matched = _text(page.lines, span) if about_text else ""
    # The digest of a text that holds a secret would let a weak one be found by trying.
    holds_secret = any(_overlap(span, one) for one in page.secret_spans)
    digest = page.slow(matched, unit.path) if holds_secret else _digest(matched)
    if not about_text:
        # About the file as such: another content is another finding.
        digest = _digest(unit.entry.blob + unit.entry.mode)
    around = enclosing(page.definitions, span.line, span.end_line) if about_text else None
    first, last = (
        (around.first, around.last) if around else (span.line - AROUND, span.end_line + AROUND)
    )
    scope = around.name if around else ""
    context, body = digest, ""
    if about_text and not sighting.secret:
        context, body = _digests_around(first, last, scope, page)
    shown = page.lines[span.line - 1 : min(span.end_line, span.line + _MOST_LINES - 1)]
    message = sighting.message
    if is_of_secret(sighting, rule):
        message = _QUOTED.sub(lambda quoted: quoted[1] + masked(quoted[2]) + quoted[1], message)
    worst = sighting.severity or (rule.severity if rule else Severity.CRITICAL)
    return Finding(
        rule=sighting.rule,
        scanner=rule.scanner if rule else sighting.rule.partition("/")[0],
        at=unit.locate(span),
        title=rule.title if rule else sighting.rule,
        message=_masked(message, page.secrets),
        severity=worst,
        help=rule.fix if rule else "",
        cwe=sighting.cwe or (rule.cwe if rule else ()),
        controls=rule.controls if rule else (),
        snippet=tuple(_masked(line, page.secrets) for line in shown) if about_text else (),
        match=digest,
        context=context,
        scope=scope,
        body=body,
        rule_digest=rule.digest if rule else "",
        suppressed_inline=sighting.rule not in _OF_SUPPRESSION
        and not page.suppressed.isdisjoint(range(span.line, span.end_line + 1)),
        secret=sighting.secret,
        fingerprint=fingerprint(sighting.rule, unit.path, digest),
    )


def _digests_around(first: int, last: int, scope: str, page: _Page) -> tuple[str, str]:
    """Return the digests of these lines, and of the definition that they are, if they are one."""
    key = (first, last, scope)
    if key not in page.around:
        text = "\n".join(page.lines[max(first - 1, 0) : last])
        body = _body(text, scope, page) if scope else ""
        page.around[key] = (_surroundings(text, page), body)
    return page.around[key]


def _body(surroundings: str, scope: str, page: _Page) -> str:
    """Return the digest of a definition without its own name, if it has a plain one."""
    name = scope.rpartition(".")[2]
    if not name.isidentifier():
        return ""
    return _surroundings(_without_word(surroundings, name), page)


def _without_word(text: str, word: str) -> str:
    r"""Return a text without the first place of a word, bounded as by `\b` in expressions.

    An expression would have to be compiled for each word.
    """
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        begins = _is_letter(text[max(start - 1, 0) : start]) != _is_letter(word[0])
        if begins and _is_letter(text[end : end + 1]) != _is_letter(word[-1]):
            return text[:start] + text[end:]
        start = text.find(word, start + 1)
    return text


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _surroundings(text: str, page: _Page) -> str:
    """Return the digest of what stands around a match, slowly if there is a secret in it.

    Masking the secret would not do: any code can be made to look like one, and what is masked
    could then be changed under what people signed.
    """
    if _masked(text, page.secrets) == text:
        return _digest(text)
    return page.slow(_normal(text), page.unit.path)


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
    return hashlib.sha256(_normal(text).encode("utf-8", "surrogatepass")).hexdigest()


def _normal(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n"))


@lru_cache(maxsize=256)  # several findings share what is around them
def slow_digest(text: str, path: str) -> str:
    """Return a digest of a text that holds a secret, in the file of this path.

    It takes a hundredth of a second and is salted with the path, so that a weak secret cannot be
    read back out of a report by trying.
    """
    raw, salt = text.encode("utf-8", "surrogatepass"), path.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(raw, salt=b"aigate/1" + salt, n=4096, r=8, p=1, dklen=32).hex()


def is_of_secret(sighting: Sighting, rule: Rule | None) -> bool:
    """Tell whether what was seen is, or holds, a secret, by the sighting and its rule."""
    cwe = sighting.cwe or (rule.cwe if rule else ())
    return sighting.secret or not SECRET_CWES.isdisjoint(cwe)


def _overlap(one: Span, other: Span) -> bool:
    first, second = sorted((one, other))
    return (second.line, second.column) < (first.end_line, first.end_column)


def _masked(text: str, secrets: Collection[str]) -> str:
    if not secrets:
        return text
    # Every place is found before any is masked: secrets may overlap.
    found = [
        hit.span(1)
        for part in {part for secret in secrets for part in secret.split("\n")}
        if len(part) >= 3 and part in text  # shorter ones are no secret, and would mask words
        for hit in re.finditer(f"(?=({re.escape(part)}))", text)
    ]
    for start, end in found:
        text = text[:start] + masked(text[start:end]) + text[end:]
    return text
