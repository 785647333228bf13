"""How the files of records are named."""

from __future__ import annotations

import re

from aigate.domain.regex import regex

FOLDER = ".aigate/ledger"

_NAME = regex(re.escape(FOLDER) + r"/([0-9a-f]{64})\.json")


def path_of(digest: str) -> str:
    """Return where the record with this payload digest lies in a repository."""
    return f"{FOLDER}/{digest}.json"


def digest_in(path: str) -> str:
    """Return the digest that a record's path names, empty for any other path."""
    found = _NAME.fullmatch(path)
    return found[1] if found else ""
