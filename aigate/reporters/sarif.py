"""The report as SARIF 2.1.0, whole: accepted findings are in it, as suppressed results."""

from __future__ import annotations

from aigate.domain.extension import Reporter, View
from aigate.domain.report import Report
from aigate.reporters import _sarif


def _render(report: Report, view: View) -> str:
    # A record does not depend on how it is looked at.
    details = _sarif.identity(view.settings.get("category", ""))
    return _sarif.render(report, details=details, alerts=False)


REPORTER = Reporter(name="sarif", render=_render)
