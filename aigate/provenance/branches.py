"""Names of branches with the prefix that an agent gives its own: a weak hint."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aigate.domain.evidence import Agents, Claim, Commit, Exhibits, Grade
from aigate.domain.extension import Evidence
from aigate.domain.finding import Provenance

_NAME = "branches"
_MERGED = re.compile(
    r"Merge (?:pull request #\d{1,9} from [^/\s]{1,100}/(?P<theirs>\S{1,250})"
    r"|(?:remote-tracking )?branch '(?:origin/)?(?P<ours>[^'\s]{1,250})'.{0,250})"
)


def _read(exhibits: Exhibits) -> Iterator[Claim]:
    whole = _agent(exhibits.agents, exhibits.branch)
    if whole:
        yield _claim(whole, None, exhibits.branch)
    merged = [one for one in exhibits.commits if len(one.parents) > 1]
    if not merged:
        return
    known = {one.id: one for one in exhibits.commits}
    for one in merged:
        found = _MERGED.fullmatch(one.message.partition("\n")[0].strip())
        name = (found["theirs"] or found["ours"]) if found else ""
        agent = _agent(exhibits.agents, name)
        if agent:
            for commit in sorted(_brought(one, known)):
                yield _claim(agent, commit, name)


def _agent(agents: Agents, branch: str) -> str:
    return next(
        (one.name for one in agents.agents if one.branches and branch.startswith(one.branches)), ""
    )


def _brought(merge: Commit, known: dict[str, Commit]) -> set[str]:
    """Return the commits of the change that came with a merge, the merge itself among them."""
    before = _reachable(merge.parents[:1], known)
    return (_reachable(merge.parents[1:], known) - before) | {merge.id}


def _reachable(tips: tuple[str, ...], known: dict[str, Commit]) -> set[str]:
    found: set[str] = set()
    rest = list(tips)
    while rest:
        one = rest.pop()
        if one in known and one not in found:
            found.add(one)
            rest.extend(known[one].parents)
    return found


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
