"""Remembers the last report on each repository, so that a fingerprint can be explained.

It lies in the user's own cache folder, readable to nobody else; the repository is never
written to.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aigate.domain.report import Report

# Larger ones are not worth the time of writing them.
_MOST_FINDINGS = 20_000


def remember(report: Report, directory: str) -> None:
    """Keep a report; what goes wrong in doing so is nobody's concern."""
    # A shell that completes fingerprints reads a report, and needs none of this.
    from aigate import registry  # noqa: PLC0415 - see above
    from aigate.domain.extension import View  # noqa: PLC0415 - see above

    if len(report.findings) > _MOST_FINDINGS:
        return
    with contextlib.suppress(OSError):
        file = _file(directory)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = registry.reporter("json").render(report, View(verbose=True))
        temporary = file.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        temporary.replace(file)


def last_report(directory: str) -> str:
    """Return the last report on a repository as JSON, or the empty text."""
    try:
        return _file(directory).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _file(directory: str) -> Path:
    environ = os.environ  # noqa: TID251 - settings are resolved here
    cache = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or "/", ".cache"))
    top = Path(os.path.realpath(directory))
    while not (top / ".git").exists() and top != top.parent:
        top = top.parent
    name = hashlib.sha256(os.fsencode(top)).hexdigest()[:32]
    return Path(cache, "aigate", "last", f"{name}.json")
