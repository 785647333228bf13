"""Agent Trace records, in `.agent-trace/traces.jsonl` or in notes; see `_agent_trace`."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.evidence import Claim, Doubt, Exhibits
from aigate.domain.extension import Evidence
from aigate.provenance._places import AGENT_TRACE, AGENT_TRACE_FILE


def _read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    if exhibits.notes.get(AGENT_TRACE) or AGENT_TRACE_FILE in exhibits.files:
        from aigate.provenance._agent_trace import read  # noqa: PLC0415 - few have such records

        yield from read(exhibits)


EVIDENCE = Evidence(name="agent-trace", read=_read, notes=(AGENT_TRACE,), files=(AGENT_TRACE_FILE,))
