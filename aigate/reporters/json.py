"""The report as data, with the schema `aigate-report/1`: the whole record, whatever is shown.

The text is ASCII, one finding a line, in a stable order; everything outside `run` is the same
for the same input. `path_bytes` has the name of a file that is not UTF-8, in hexadecimal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import isfinite

from aigate.domain.extension import Reporter, View
from aigate.domain.finding import Action, Decision, Judged, Provenance, Status
from aigate.domain.report import Report, Run, Side
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.engine.shown import cut, strict
from aigate.reporters import _ascii, _snippet
from aigate.reporters._ascii import Object, Value

SCHEMA = "aigate-report/1"

# The record is whole, but one line of 100 MB is no snippet.
_LINE = 2000
_MESSAGE = 10_000


def _render(report: Report, view: View) -> str:
    del view  # a record does not depend on how it is looked at
    fields: dict[str, Value | Iterator[Value]] = {
        "schema": SCHEMA,
        "verdict": report.verdict.value,
        "exit_code": report.exit_code,
        "run": _run(report.run),
        "reference": _side(report.reference) if report.reference else None,
        "head": _side(report.head),
        "policy": {"name": report.policy, "digest": report.policy_digest},
        "rules_digest": report.rules_digest,
        "registry_digest": report.registry_digest,
        "ledger_digest": report.ledger_digest,
        "coverage": _coverage(report),
        "gaps": [
            {"subject": one.subject, "reason": one.reason, "code": one.code, "scanner": one.scanner}
            for one in report.gaps
        ],
        "summary": {**_summary(report.findings), "added_lines": _added(report)},
        "findings": (_finding(judged) for judged in report.findings),
        "rules": [_rule(rule) for rule in report.rules],
        "notes": list(report.notes),
    }
    members = ",\n".join(_ascii.member(name, value) for name, value in fields.items())
    return f"{{\n{members}\n}}\n"


def _run(run: Run) -> Value:
    return {
        "version": run.version,
        "nonce": run.nonce,
        "started": run.started,
        "python": run.python,
        "scanners": [
            {
                "name": ran.name,
                "version": ran.version,
                "units": ran.units,
                "seconds": round(ran.seconds, 3) if isfinite(ran.seconds) else None,
            }
            for ran in run.scanners
        ],
    }


def _side(side: Side) -> Value:
    return {"name": side.name, "commit": side.commit, "tree": side.tree}


def _coverage(report: Report) -> Value:
    seen = report.coverage
    return {
        "in_scope": seen.in_scope,
        "scanned": seen.scanned,
        "excluded": seen.excluded,
        "unscannable": seen.unscannable,
        "exclusions": [{"reason": one.reason, "entries": one.entries} for one in seen.exclusions],
        "kinds": dict(seen.kinds),
        "not_checked": [
            {
                "subject": one.subject,
                "reason": one.reason,
                "things": one.things,
                "scanner": one.scanner,
            }
            for one in seen.omissions
        ],
    }


def _added(report: Report) -> Value:
    by = report.authorship
    if by is None:
        return None
    return {
        "total": by.lines,
        **{kind.value: lines for kind, lines in by.by_kind},
        "agents": dict(by.by_agent),
    }


def _summary(findings: Sequence[Judged]) -> Object:
    return {
        "findings": len(findings),
        "blocking": sum(judged.blocking for judged in findings),
        "by_action": _counted(
            (a.word for a in reversed(Action)), (j.action.word for j in findings)
        ),
        "by_severity": _counted(
            (s.word for s in reversed(Severity)), (j.finding.severity.word for j in findings)
        ),
        "by_origin": _counted(
            (p.value for p in Provenance), (j.candidate.origin.kind.value for j in findings)
        ),
        "by_status": _counted(
            (s.value for s in Status), (j.candidate.status.value for j in findings)
        ),
        "by_decision": _counted((d.value for d in Decision), (j.decision.value for j in findings)),
    }


def _counted(words: Iterable[str], seen: Iterable[str]) -> Value:
    counts = Counter(seen)
    return {word: counts[word] for word in words}


def _finding(judged: Judged) -> Value:
    finding, candidate = judged.finding, judged.candidate
    at, origin = finding.at, candidate.origin
    fields: Object = {
        "fingerprint": finding.fingerprint,
        "occurrence": finding.occurrence,
        "group": finding.group,
        "rule": finding.rule,
        "rule_digest": finding.rule_digest,
        "scanner": finding.scanner,
        "title": finding.title,
        "message": cut(finding.message, _MESSAGE),
        "help": finding.help,
        "severity": finding.severity.word,
        "cwe": list(finding.cwe),
        "controls": list(finding.controls),
        "path": at.path,
        "line": at.line,
        "column": at.column,
        "end_line": at.end_line,
        "end_column": at.end_column,
        "cell": at.cell,
        "scope": finding.scope,
        "snippet": [cut(text, _LINE) for text in _snippet.lines(finding)],
        "match": finding.match,
        # A digest over the surroundings of a secret could be used to try secrets.
        "context": "" if finding.secret else finding.context,
        "secret": finding.secret,
        "suppressed_inline": finding.suppressed_inline,
        "status": candidate.status.value,
        "initiatives": list(candidate.initiatives),
        "origin": {
            "kind": origin.kind.value,
            "agent": origin.agent,
            "model": origin.model,
            "session": origin.session,
            "evidence": list(origin.evidence),
            "grade": origin.grade,
        },
        "action": judged.action.word,
        "decision": judged.decision.value,
        "blocking": judged.blocking,
        "requirement": judged.requirement,
        "reason_codes": list(judged.reason_codes),
        "priority": {"score": judged.priority.score, "reasons": list(judged.priority.reasons)},
        "owners": {
            "developer": judged.seats.developer,
            "security": judged.seats.security,
            "merger": judged.seats.merger,
        },
        "signed": {
            "kind": judged.signed.kind,
            "developer": judged.signed.developer,
            "security": judged.signed.security,
            "until": judged.signed.until,
            "statements": list(judged.signed.statements),
            "changed": list(judged.signed.changed),
        },
        "next_step": judged.next_step,
        "fix_within_days": judged.fix_within,
        "due": judged.due,
        "overdue": judged.overdue,
        "first_seen": judged.first_seen,
        "introduced": None
        if judged.introduced is None
        else {"commit": judged.introduced.commit, "author": judged.introduced.author},
    }
    if strict(at.path) != at.path:
        fields["path_bytes"] = _bytes(at.path).hex()
    return fields


def _bytes(path: str) -> bytes:
    try:
        return path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")


def _rule(rule: Rule) -> Value:
    return {
        "name": rule.name,
        "scanner": rule.scanner,
        "title": rule.title,
        "severity": rule.severity.word,
        "what": rule.what,
        "why": rule.why,
        "fix": rule.fix,
        "decides": rule.decides,
        "cwe": list(rule.cwe),
        "controls": list(rule.controls),
        "languages": list(rule.languages),
        "digest": rule.digest,
    }


REPORTER = Reporter(name="json", render=_render)
