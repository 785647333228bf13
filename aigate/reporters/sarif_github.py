"""The report as SARIF 2.1.0 for GitHub code scanning: what it reads, within its limits."""

from __future__ import annotations

from aigate.domain.extension import Reporter, View
from aigate.domain.report import Report
from aigate.reporters import _sarif


def _render(report: Report, view: View) -> str:
    # A narrowed upload would close the alerts outside of it, so the view has no say.
    details = _sarif.identity(view.settings.get("category", ""))
    return _sarif.render(report, details=details, alerts=True)


REPORTER = Reporter(name="sarif-github", render=_render)
