"""The formats of reports as the command line names them, and what they are told of the host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from aigate import registry
from aigate.engine.shown import line
from aigate.errors import UsageError

# Names that people know from other tools, and what comes closest here.
_ELSEWHERE = {
    "codeclimate": "gitlab",
    "code-quality": "gitlab",
    "full": "text",
    "grouped": "text",
    "json-lines": "json",
    "jsonl": "json",
    "junit-xml": "junit",
    "md": "markdown",
    "pylint": "concise",
    "rdjsonl": "rdjson",
    "sast": "gitlab-sast",
    "xml": "junit",
}
_AZURE = {
    "azure-project": "SYSTEM_TEAMPROJECTID",
    "azure-definition": "SYSTEM_DEFINITIONID",
    "azure-definition-name": "BUILD_DEFINITIONNAME",
    "azure-phase": "SYSTEM_PHASEID",
    "azure-phase-name": "SYSTEM_PHASENAME",
    "azure-branch": "BUILD_SOURCEBRANCH",
    "azure-build": "BUILD_BUILDID",
}


class FormatName(click.Choice[str]):
    """A format; of a name that is none it says which one may be meant."""

    def __init__(self) -> None:
        """Take the formats that are there."""
        super().__init__(registry.formats())

    def convert(
        self,
        value: Any,  # noqa: ANN401 - click has it so
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the format, or refuse the name.

        Raises:
            UsageError: there is none of that name.
        """
        del param, ctx
        return format_named(str(value))


def format_named(name: str) -> str:
    """Return the name of a format as it is.

    Raises:
        UsageError: there is none of that name.
    """
    known = registry.formats()
    if name in known:
        return name
    import difflib  # noqa: PLC0415 - shells that complete start this too

    wanted = name.strip().lower().replace("_", "-")[:40]
    names = {one: one for one in known} | _ELSEWHERE
    close = [wanted] if wanted in names else difflib.get_close_matches(wanted, names, n=1)
    meant = names[close[0]] if close else ""
    hint = f"did you mean `{meant}`? " if meant else ""
    raise UsageError(
        f"there is no format `{line(name, 40)}`", hint=f"{hint}formats are {', '.join(known)}"
    )


def settings_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a format may want to know of the host that runs this."""
    if environ.get("TF_BUILD") != "True":
        return {}
    found = {name: environ.get(variable, "") for name, variable in _AZURE.items()}
    return found | {"azure-organization": _organization(environ.get("SYSTEM_COLLECTIONURI", ""))}


def _organization(uri: str) -> str:
    """Return the name in `https://dev.azure.com/NAME/` or `https://NAME.visualstudio.com/`."""
    from urllib.parse import urlsplit  # noqa: PLC0415 - shells that complete start this too

    try:
        parts = urlsplit(uri)
    except ValueError:
        return ""
    return parts.path.strip("/").partition("/")[0] or (parts.hostname or "").partition(".")[0]
