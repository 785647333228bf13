"""Notes of git-ai (`refs/notes/ai`, `authorship/3.0.0`); see `_git_ai`."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.evidence import Claim, Doubt, Exhibits
from aigate.domain.extension import Evidence
from aigate.provenance._places import GIT_AI

REF = GIT_AI


def _read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    if exhibits.notes.get(REF):
        from aigate.provenance._git_ai import read  # noqa: PLC0415 - few have such notes

        yield from read(exhibits)


EVIDENCE = Evidence(name="git-ai", read=_read, notes=(REF,))
