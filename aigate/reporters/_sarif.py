"""Builds SARIF 2.1.0: the whole record, or the part that code hosts make alerts of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from aigate.domain.finding import Action, Gap, Judged, Status
from aigate.domain.place import Location
from aigate.domain.report import Report, Verdict
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.engine.shown import cut, prose
from aigate.reporters import _ascii, _snippet, _words
from aigate.reporters._ascii import Object, Value

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

# Limits of GitHub code scanning; what is beyond them it drops, or refuses the upload.
_MOST_RESULTS = 25_000
_MOST_TAGS = 10
_DESCRIPTION = 1000
_MESSAGE = 4000
_LINE = 2000
_MOST_NOTIFICATIONS = 1000

# GitHub's bands: above 9 critical, from 7 high, from 4 medium.
_SCORES = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_PROBLEMS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "recommendation",
}
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
}
_OUT_OF_THE_TREE = re.compile(r"(^|/)(\.{1,2})(?=/|$)")


def render(report: Report, *, details: Object, alerts: bool) -> str:
    """Return the report as SARIF; `alerts` keeps to what code hosts read, and leaves out the rest.

    They open an alert for every result, suppressed or not, so accepted findings are absent from
    that profile; they come back as results when their acceptance ends. `details` say which run of
    several this is, see `identity`; empty, they are left out.
    """
    findings: Sequence[Judged] = report.findings
    hidden = 0
    if alerts:
        open_ones = [one for one in findings if _words.word(one) != "accepted"]
        findings = open_ones[:_MOST_RESULTS]
        hidden = len(open_ones) - len(findings)
    rules = _rules_of(findings, report.rules)
    numbers = {rule.name: number for number, rule in enumerate(rules)}
    run: Object = {
        "tool": {
            "driver": {
                "name": "aigate",
                "fullName": f"aigate {report.run.version}",
                "version": report.run.version,
                "rules": [_rule(rule, alerts=alerts) for rule in rules],
            }
        },
        **({"automationDetails": details} if details else {}),
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            "%SRCROOT%": {"description": {"text": "The root of the repository."}}
        },
        "invocations": [_invocation(report, hidden)],
    }
    if not alerts:
        run["taxonomies"] = _taxonomies(rules)
        run["properties"] = _about(report)
    results = (
        _result(judged, number=numbers[judged.finding.rule], report=report, alerts=alerts)
        for judged in findings
    )
    members = [_ascii.member(name, value) for name, value in run.items()]
    inside = ",\n".join([*members, _ascii.member("results", results)])
    head = f'"$schema": {_ascii.dump(_SCHEMA)},\n"version": "2.1.0"'
    return f'{{\n{head},\n"runs": [\n{{\n{inside}\n}}\n]\n}}\n'


def identity(category: str) -> Object:
    """Return the details of a run of this category, by which hosts tell uploads apart."""
    return {"id": f"aigate/{slug(category)}/"}


def slug(text: str) -> str:
    """Return the text as one harmless part of an identity."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text[:100]).strip("-.") or "gate"


def uri(path: str) -> str:
    """Return a relative reference for a path: percent-encoded, never absolute, never upwards."""
    # No repository holds such a path; should one arrive, the reference stays inside.
    inside = _OUT_OF_THE_TREE.sub(r"\1(\2)", path.lstrip("/"))
    try:
        raw = inside.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = inside.encode("utf-8", "surrogatepass")
    return quote(raw, safe="/~!$&'()*+,;=@") or "."


def message(text: str) -> str:
    """Return text for a message, in which `[x](y)` is no link."""
    return cut(text, _MESSAGE).replace("](", "\\](")


# Rules


def _rules_of(findings: Iterable[Judged], pages: Iterable[Rule]) -> tuple[Rule, ...]:
    known = {rule.name: rule for rule in pages}
    needed: dict[str, Rule] = {}
    for judged in findings:
        finding = judged.finding
        if finding.rule not in needed:
            needed[finding.rule] = known.get(finding.rule) or Rule(
                name=finding.rule,
                scanner=finding.scanner,
                title=finding.title,
                severity=finding.severity,
                what=finding.title,
                why="",
                fix=finding.help,
                cwe=finding.cwe,
                controls=finding.controls,
            )
    return tuple(needed[name] for name in sorted(needed))


def _rule(rule: Rule, *, alerts: bool) -> Object:
    title = cut(rule.title or rule.name, _DESCRIPTION)
    said = [("What", rule.what), ("Why", rule.why), ("Fix", rule.fix), ("Decides", rule.decides)]
    parts = [(name, text) for name, text in said if text]
    fields: Object = {
        "id": rule.name,
        "name": _pascal(rule.name),
        "shortDescription": {"text": message(_ended(title))},
        "fullDescription": {"text": message(_ended(cut(rule.what or title, _DESCRIPTION)))},
        "help": {
            "text": message("\n\n".join(f"{name}: {text}" for name, text in parts)),
            "markdown": "\n\n".join(f"**{name}**: {prose(text, 4000)}" for name, text in parts),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": _tags(rule),
            "problem.severity": _PROBLEMS[rule.severity],
            "security-severity": _SCORES[rule.severity],
        },
    }
    if not alerts and (taxa := _taxa(rule.cwe, rule.controls)):
        fields["relationships"] = [{"target": taxon, "kinds": ["relevant"]} for taxon in taxa]
    return fields


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _pascal(name: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", name[:200])
    return "".join(word[:1].upper() + word[1:] for word in words) or "Rule"


def _tags(rule: Rule) -> list[str]:
    tags = ["security", *(f"external/cwe/cwe-{number:03}" for number in rule.cwe)]
    return list(dict.fromkeys([*tags, *rule.controls]))[:_MOST_TAGS]


def _taxa(cwe: Iterable[int], controls: Iterable[str]) -> list[Object]:
    taxa: list[Object] = [
        {"id": f"CWE-{number}", "toolComponent": {"name": "CWE"}} for number in cwe
    ]
    for control in controls:
        framework, _, name = control.partition("/")
        if name:
            taxa.append({"id": name, "toolComponent": {"name": framework}})
    return taxa


def _taxonomies(rules: Iterable[Rule]) -> list[Value]:
    numbers: set[int] = set()
    frameworks: dict[str, set[str]] = {}
    for rule in rules:
        numbers.update(rule.cwe)
        for control in rule.controls:
            framework, _, name = control.partition("/")
            if name:
                frameworks.setdefault(framework, set()).add(name)
    out: list[Value] = []
    if numbers:
        out.append({"name": "CWE", "taxa": [{"id": f"CWE-{number}"} for number in sorted(numbers)]})
    for framework in sorted(frameworks):
        taxa = [{"id": name} for name in sorted(frameworks[framework])]
        out.append({"name": framework, "taxa": taxa})
    return out


# The run


def _invocation(report: Report, hidden: int) -> Object:
    complete = not report.gaps and report.verdict is not Verdict.INCOMPLETE
    # No time of day here: the same input gives the same bytes.
    return {
        "executionSuccessful": complete,
        "exitCode": report.exit_code,
        "toolExecutionNotifications": list(_notifications(report, hidden)),
    }


def _notifications(report: Report, hidden: int) -> Iterator[Value]:
    for one in report.gaps[:_MOST_NOTIFICATIONS]:
        yield _notification(one, report)
    if hidden:
        text = f"{hidden} more findings are not listed here; the JSON report has all of them."
        yield {"level": "warning", "message": {"text": text}}
    if (more := len(report.gaps) - _MOST_NOTIFICATIONS) > 0:
        text = f"{more} more gaps are not listed here; the JSON report has all of them."
        yield {"level": "error", "message": {"text": text}}
    for text in report.notes:
        yield {"level": "note", "message": {"text": message(text)}}


def _notification(one: Gap, report: Report) -> Object:
    by = f" ({one.scanner})" if one.scanner and one.scanner != one.subject else ""
    fields: Object = {
        "descriptor": {"id": one.code or "gap"},
        "level": "error",
        "message": {"text": message(f"Not examined{by}: {one.subject}: {one.reason}")},
    }
    if not _words.is_scanner(one, report):
        fields["locations"] = [{"physicalLocation": {"artifactLocation": _artifact(one.subject)}}]
    return fields


def _about(report: Report) -> Object:
    seen = report.coverage
    return {
        "verdict": report.verdict.value,
        "policy": {"name": report.policy, "digest": report.policy_digest},
        "rulesDigest": report.rules_digest,
        "reference": report.reference.commit if report.reference else None,
        "head": {"name": report.head.name, "commit": report.head.commit, "tree": report.head.tree},
        "coverage": {
            "inScope": seen.in_scope,
            "scanned": seen.scanned,
            "excluded": seen.excluded,
            "unscannable": seen.unscannable,
        },
    }


# Results


def _result(judged: Judged, *, number: int, report: Report, alerts: bool) -> Object:
    finding, at = judged.finding, judged.finding.at
    physical: Object = {"artifactLocation": _artifact(at.path)}
    region = _region(at)
    text = finding.message or finding.title or finding.rule
    # A match longer than what is kept of it has no context around it.
    if not alerts and len(finding.snippet) > at.end_line - at.line:
        lines = "\n".join(cut(line, _LINE) for line in _snippet.lines(finding))
        physical["contextRegion"] = {
            "startLine": region["startLine"],
            "endLine": max(at.line, 1) + len(finding.snippet) - 1,
            "snippet": {"text": lines},
        }
    physical["region"] = region
    location: Object = {"physicalLocation": physical}
    if finding.scope and not alerts:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.scope}]
    # GitHub's own `primaryLocationLineHash` needs the lines that follow; its uploader adds it.
    again = f":{finding.occurrence}" if finding.occurrence > 1 else ""
    fields: Object = {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": _level(judged),
        "message": {"text": message(f"Cell {at.cell}: {text}" if at.cell else text)},
        "locations": [location],
        "partialFingerprints": {"aigate/v1": f"{finding.fingerprint}{again}"},
    }
    if alerts:
        return fields
    if report.reference:
        new = judged.candidate.status is Status.NEW
        fields["baselineState"] = "new" if new else "unchanged"
    if suppressions := list(_suppressions(judged)):
        fields["suppressions"] = suppressions
    if taxa := _taxa(finding.cwe, finding.controls):
        fields["taxa"] = taxa
    fields["rank"] = min(max(judged.priority.score, 0), 100)
    fields["properties"] = _properties(judged)
    return fields


def _level(judged: Judged) -> str:
    if judged.action >= Action.JOINT:
        return "error"
    return "warning" if judged.action is Action.WARN else "note"


def _region(at: Location) -> Object:
    start, column = max(at.line, 1), max(at.column, 1)
    end = max(at.end_line, start)
    last = max(at.end_column, column if end == start else 1)
    return {"startLine": start, "startColumn": column, "endLine": end, "endColumn": last}


def _artifact(path: str) -> Object:
    return {"uri": uri(path), "uriBaseId": "%SRCROOT%"}


def _suppressions(judged: Judged) -> Iterator[Value]:
    if _words.word(judged) == "accepted":
        yield {"kind": "external", "status": "accepted"}
    elif judged.finding.suppressed_inline:
        # A rejected suppression leaves the result unsuppressed, by SARIF's own rule.
        reason = "Inline suppressions have no effect."
        yield {"kind": "inSource", "status": "rejected", "justification": reason}


def _properties(judged: Judged) -> Object:
    origin, seats = judged.candidate.origin, judged.seats
    return {
        "scanner": judged.finding.scanner,
        "severity": judged.finding.severity.word,
        "action": judged.action.word,
        "decision": judged.decision.value,
        "blocking": judged.blocking,
        "reasonCodes": list(judged.reason_codes),
        "requirement": judged.requirement,
        "group": judged.finding.group,
        "cell": judged.finding.at.cell,
        "origin": {
            "kind": origin.kind.value,
            "agent": origin.agent,
            "model": origin.model,
            "session": origin.session,
            "evidence": list(origin.evidence),
            "grade": origin.grade,
        },
        "owners": {
            "developer": seats.developer,
            "security": seats.security,
            "merger": seats.merger,
        },
        "due": judged.due,
        "priorityReasons": list(judged.priority.reasons),
    }
