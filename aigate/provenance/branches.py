"""Names of branches with the prefix that an agent gives its own: a weak hint."""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.evidence import Agents, Claim, Commit, Exhibits, Grade
from aigate.domain.extension import Evidence
from aigate.domain.finding import Provenance
from aigate.domain.regex import regex
from aigate.engine.merges import Ancestry, ancestry

_NAME = "branches"
_MERGED = regex(
    r"Merge (?:pull request #\d{1,9} from [^/\s]{1,100}/(?P<theirs>\S{1,250})"
    r"|(?:remote-tracking )?branch '(?:origin/)?(?P<ours>[^'\s]{1,250})'.{0,250})"
)


def _read(exhibits: Exhibits) -> Iterator[Claim]:
    whole = _agent(exhibits.agents, exhibits.branch)
    if whole:
        yield _claim(whole, None, exhibits.branch)
    named: list[tuple[Commit, str, str]] = []
    for one in exhibits.commits:
        found = _MERGED.fullmatch(one.message.partition("\n")[0].strip())
        name = (found["theirs"] or found["ours"]) if found and len(one.parents) > 1 else ""
        agent = _agent(exhibits.agents, name)
        if agent:
            named.append((one, agent, name))
    if named:
        yield from _merged(named, ancestry(exhibits.commits))


def _merged(named: list[tuple[Commit, str, str]], tree: Ancestry) -> Iterator[Claim]:
    """Yield what came with each merge, once for each agent: by the oldest that brought it."""
    told: dict[str, int] = {}
    for merge, agent, branch in reversed(named):
        brought = tree.brought(merge) & ~told.get(agent, 0)
        told[agent] = told.get(agent, 0) | brought
        for commit in sorted(tree.members(brought)):
            yield _claim(agent, commit, branch)


def _agent(agents: Agents, branch: str) -> str:
    return next(
        (one.name for one in agents.agents if one.branches and branch.startswith(one.branches)), ""
    )


def _claim(agent: str, commit: str | None, branch: str) -> Claim:
    return Claim(
        source=_NAME,
        kind=Provenance.AI,
        grade=Grade.HINTED,
        agent=agent,
        commit=commit,
        detail=branch[:100],
    )


EVIDENCE = Evidence(name=_NAME, read=_read)
