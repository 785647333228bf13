"""Notes of git-ai's first versions name lines of people by the bare key `human`."""

from __future__ import annotations

from aigate.domain.evidence import Claim
from aigate.domain.finding import Provenance

NOTE = b"""a.py
  e61c0a4 1-4
  human 5-6,9
---
{"schema_version": "authorship/3.0.0", "prompts": {"e61c0a4": {"agent_id": {"tool": "claude"}}}}"""


def test_lines_of_the_bare_key_are_a_persons_and_the_others_stay_the_agents(heard):
    found = heard("git-ai", notes={"refs/notes/ai": {"c" * 40: NOTE}})

    claims = {(one.kind, one.ranges) for one in found if isinstance(one, Claim)}
    assert claims == {
        (Provenance.AI, ((1, 4),)),
        (Provenance.HUMAN, ((5, 6), (9, 9))),
    }
    assert len(found) == 2


def test_lines_that_a_note_gives_to_both_are_doubted(heard):
    data = NOTE.replace(b"5-6,9", b"3-6")

    codes = [
        one.code
        for one in heard("git-ai", notes={"refs/notes/ai": {"c" * 40: data}})
        if not isinstance(one, Claim)
    ]
    assert codes == ["note-contradicts-itself"]
