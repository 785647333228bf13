"""Commits that name an agent: as author, in a trailer, or in a line of the message.

All of it can be forged and removed: it is evidence that somebody disclosed something, and its
absence is evidence of nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from aigate.domain.evidence import Agents, Claim, Commit, Doubt, Exhibits, Grade
from aigate.domain.extension import Evidence
from aigate.domain.finding import Provenance
from aigate.domain.regex import regex
from aigate.engine import trailers
from aigate.engine.identity import agent_disclosed, agent_of, model_in
from aigate.value import dataclass

_NAME = "trailers"
_MOST = 10_000
_LINE = 500  # characters of a line that are looked at

# The kernel's form. Some projects thank people with `Assisted-by`, but never like this.
_KERNEL = regex(r"([A-Za-z][A-Za-z0-9_. -]{0,40}):([A-Za-z0-9][\w./@:-]{0,100})(?:[ \t].*)?")
_SESSION = regex(r"[\w.:/?=&#+-]{1,300}")
_NOT_AGENTS = frozenset({"http", "https", "ssh", "mailto", "file", "git"})


@dataclass(frozen=True, slots=True)
class _Named:
    agent: str
    model: str = ""
    session: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class _Table:
    """The table of agents by what is looked up: most lines of most messages fit none of them."""

    agents: Agents
    markers: tuple[tuple[re.Pattern[str], str], ...]
    keys: Mapping[str, tuple[tuple[str, re.Pattern[str] | None], ...]]

    @classmethod
    def of(cls, agents: Agents) -> _Table:
        """Return the table in this order."""
        keys: dict[str, tuple[tuple[str, re.Pattern[str] | None], ...]] = {}
        for one in agents.agents:
            for key, pattern in one.trailers:
                keys[key] = (*keys.get(key, ()), (one.name, pattern))
        markers = [(mark, one.name) for one in agents.agents for mark in one.markers]
        return cls(agents, tuple(markers), keys)


def _read(exhibits: Exhibits) -> Iterator[Claim | Doubt]:
    table = _Table.of(exhibits.agents)
    known: dict[tuple[str, ...], tuple[_Named, ...]] = {}
    for commit in exhibits.commits:
        yield from _of_commit(commit, table, known)


def _of_commit(
    commit: Commit, table: _Table, known: dict[tuple[str, ...], tuple[_Named, ...]]
) -> Iterator[Claim | Doubt]:
    """Yield what one commit says; `known` remembers what was said before, for it is often said."""
    if len(commit.message) > trailers.LONGEST:
        reason = f"the message has {len(commit.message)} characters; its middle is not read"
        yield Doubt("message-large", reason, _NAME, commit.id)
    pairs = trailers.trailers(commit.message)
    if len(pairs) > _MOST:
        reason = f"the message has {len(pairs)} trailers, of which {_MOST} are read"
        yield Doubt("too-many-trailers", reason, _NAME, commit.id)
    said: list[tuple[str, ...]] = [("author", *commit.author), ("committer", *commit.committer)]
    said += [(key, value[:_LINE]) for key, value in pairs[:_MOST]]
    said += [(row.strip()[:_LINE],) for row in trailers.lines(commit.message)]
    # The same thing said a thousand times is one claim.
    found: dict[_Named, None] = {}
    for words in dict.fromkeys(said):
        if words not in known:
            known[words] = tuple(_names(words, table))
        found.update(dict.fromkeys(known[words]))
    for named in found:
        yield Claim(
            source=_NAME,
            kind=Provenance.AI,
            grade=Grade.CLAIMED,
            agent=named.agent,
            model=named.model,
            session=named.session,
            commit=commit.id,
            detail=named.detail,
        )


def _names(words: tuple[str, ...], table: _Table) -> Iterator[_Named]:
    agents = table.agents
    match words:
        case (role, name, email):
            if found := agent_of(agents, name, email):
                yield _Named(found.name, model_in(agents, found, name), detail=role)
        case (key, value):
            yield from _of_trailer(key, value, table)
        case (row,):
            marked = [name for mark, name in table.markers if mark.search(row)] if row else []
            yield from (_Named(name, detail="message") for name in dict.fromkeys(marked))
        case _:
            return


def _of_trailer(key: str, value: str, table: _Table) -> Iterator[_Named]:
    agents = table.agents
    for name, pattern in table.keys.get(key, ()):
        if pattern is None or pattern.search(value.strip()):
            session = value if "session" in key or "thread" in key else ""
            plain = session if _SESSION.fullmatch(session) else ""
            yield _Named(name, session=plain, detail=key)
    name, email = trailers.person(value)
    found = agent_of(agents, name, email) if key in agents.people_keys and email else None
    if found:
        yield _Named(found.name, model_in(agents, found, name), detail=key)
    elif key in agents.tool_keys:
        yield from _tool(key, value, agents)


def _tool(key: str, value: str, agents: Agents) -> Iterator[_Named]:
    kernel = _KERNEL.fullmatch(value.strip())
    if found := agent_disclosed(agents, value):
        yield _Named(found.name, model_in(agents, found, value), detail=key)
    elif kernel and key == "assisted-by" and kernel[1].strip().casefold() not in _NOT_AGENTS:
        yield _Named(kernel[1].strip().casefold(), kernel[2], detail=key)


EVIDENCE = Evidence(name=_NAME, read=_read)
