"""The report as SARIF 2.1.0 for Advanced Security in Azure DevOps.

It has what the profile for GitHub has, but names the pipeline as that service wants it. Outside
of a pipeline it names none, and the service drops it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aigate.domain.extension import Reporter, View
from aigate.domain.report import Report
from aigate.engine.shown import line
from aigate.reporters import _sarif
from aigate.reporters._ascii import Object

PARTS = ("organization", "project", "definition", "phase", "branch", "build")
"""The settings of which the identity of a run is made, each beginning with `azure-`."""

_NAMES = ("definition-name", "phase-name")
_PREFIX = "azuredevops/pipeline/build/"
_PHASE = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _render(report: Report, view: View) -> str:
    # A narrowed upload would close the alerts outside of it, so the paths have no say.
    return _sarif.render(report, details=_details(view.settings), alerts=True)


def _details(settings: Mapping[str, str]) -> Object:
    found = {name: settings.get(f"azure-{name}", "") for name in (*PARTS, *_NAMES)}
    number = found["definition"]
    if (
        not all(found.values())
        or not (number.isascii() and number.isdecimal())
        or not _PHASE.fullmatch(found["phase"])
    ):
        return {}
    return {
        "id": _PREFIX + "/".join(_sarif.slug(found[part]) for part in PARTS),
        "properties": {
            f"{_PREFIX}buildDefinitionId": int(number[:18]),
            f"{_PREFIX}buildDefinitionName": line(found["definition-name"], 200),
            f"{_PREFIX}phaseId": found["phase"],
            f"{_PREFIX}phaseName": line(found["phase-name"], 200),
        },
    }


REPORTER = Reporter(name="sarif-azure", render=_render)
