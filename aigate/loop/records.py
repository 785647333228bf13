"""Writes the record of a session: which lines of which file an agent wrote, by their digests.

`docs/provenance.md` describes the form, and `aigate/provenance/sessions.py` reads it. No word
of the conversation is kept, and none of the code.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from aigate.engine.origin import line_hash
from aigate.provenance.sessions import VERSION

FOLDER = "aigate/sessions"
"""Where records lie in the git folder until they travel with a commit."""

# Well below what the reader takes, so that a record more still fits.
_LARGEST = 2_000_000
_MOST_LINES = 20_000
_MOST_FILES = 100


def hashes(text: str) -> tuple[str, ...]:
    """Return the digests of the lines of a text that say enough to be matched, each once."""
    rows = text.replace("\r", "\n").split("\n")
    found = dict.fromkeys(digest for row in rows if (digest := line_hash(row)))
    return tuple(found)[:_MOST_LINES]


def record(
    session: str, agent: str, *, model: str, files: Mapping[str, tuple[str, Iterable[str]]]
) -> str:
    """Return the record for files, by path a blob id and the digests of lines; empty for none."""
    kept = [
        {"path": path, "blob": blob, "lines": sorted(lines)}
        for path, (blob, lines) in sorted(files.items())
        if lines
    ]
    if not kept:
        return ""
    value = {"version": VERSION, "session": session, "agent": agent, "model": model, "files": kept}
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n"


def append(git_folder: str, name: str, row: str) -> None:
    """Add a record to those of a session, in a file that has room for it.

    Raises:
        OSError: it cannot be written.
    """
    folder = Path(git_folder, FOLDER)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    data = row.encode("ascii")
    short = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    for number in range(_MOST_FILES):
        file = folder / f"{short}-{number:02}.jsonl"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        opened = os.open(file, flags, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX)
            if os.fstat(opened).st_size + len(data) <= _LARGEST or not os.fstat(opened).st_size:
                os.write(opened, data)
                return
        finally:
            os.close(opened)
