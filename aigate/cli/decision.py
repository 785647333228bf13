"""The decision file: the short record that a later step checks before it trusts an exit code."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aigate import __version__
from aigate.domain.report import Report
from aigate.engine.strict_json import Json

SCHEMA = "aigate-decision/1"


def decision_of(report: Report, code: int, *, environ: Mapping[str, str]) -> dict[str, Json]:
    """Return the fields of the decision file of a report.

    `code` is the exit code that the run ends with, which is not the report's where a report
    could not be written; the decision is then `incomplete`. The repository is named as the
    code host names it in the environment, or left empty.
    """
    written = code == report.exit_code
    codes = {gap.code for gap in report.gaps}
    codes |= {c for one in report.findings if one.blocking for c in one.reason_codes}
    if not written:
        codes.add("report-not-written")
    coverage = report.coverage
    return {
        "schema": SCHEMA,
        "decision": report.verdict.value if written else "incomplete",
        "exit_code": code,
        "nonce": report.run.nonce,
        "decided": report.run.started,
        "repository": {
            "name": environ.get("GITHUB_REPOSITORY", ""),
            "id": environ.get("GITHUB_REPOSITORY_ID", ""),
        },
        "reference": report.reference.commit if report.reference else "",
        "head": report.head.commit,
        "tree": report.head.tree,
        "digests": {
            "policy": report.policy_digest,
            "rules": report.rules_digest,
            "registry": report.registry_digest,
            "ledger": report.ledger_digest,
        },
        "gate": __version__,
        "scanners": {one.name: one.version for one in report.run.scanners},
        "coverage": {
            "in_scope": coverage.in_scope,
            "scanned": coverage.scanned,
            "excluded": coverage.excluded,
            "unscannable": coverage.unscannable,
        },
        "blocking": sum(one.blocking for one in report.findings),
        "gaps": len(report.gaps),
        "reason_codes": [*sorted(codes)],
    }


def decision_text(decision: Mapping[str, Json]) -> str:
    """Return the decision file as JSON."""
    return json.dumps(decision, indent=2) + "\n"
