"""Objects to commits that say too little, or too much, about who wrote them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from aigate import __version__
from aigate.domain.evidence import Agent, Agents, Claim, Commit, Doubt, Grade
from aigate.domain.finding import Provenance
from aigate.domain.policy import AiTrailer
from aigate.domain.regex import regex
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.engine.identity import agent_of, is_person
from aigate.engine.merges import ancestry
from aigate.engine.trailers import person, trailers
from aigate.value import dataclass

NAME = "provenance"
"""What reports and policies call the scanner of commits."""

VERSION = __version__

_CONTROLS = (
    "owasp-aisvs/AC.10.1",
    "owasp-aisvs/AC.7.2",
    "nist-800-53/AU-10",
    "nist-ssdf/PS.3.2",
)
_REVIEW = (
    "owasp-aisvs/AC.4.1",
    "owasp-aisvs/AC.8.1",
    "nist-800-53/CM-3",
    "nist-800-53/SA-11",
    "nist-ssdf/PW.7.2",
)

_SIGN_OFF = Rule(
    name="agent-sign-off",
    scanner=NAME,
    title="An agent signed off on a commit",
    severity=Severity.MEDIUM,
    what="A trailer `Signed-off-by` names a coding agent.",
    why=(
        "With a sign-off somebody vouches for the right to submit the code. An agent cannot answer"
        " for anything, so nobody has vouched for this commit."
    ),
    fix=(
        "Have the person who submits the commit sign off on it, and name the agent in"
        " `Assisted-by` or `Co-authored-by` instead."
    ),
    controls=_REVIEW,
)
_NO_PERSON = Rule(
    name="agent-change-without-person",
    scanner=NAME,
    title="Nobody stands behind a commit of an agent",
    severity=Severity.LOW,
    what=(
        "The author of a commit is an agent, and neither its committer nor any trailer nor a merge"
        " names a person."
    ),
    why=(
        "When this fails in production, there is nobody to ask: nobody wrote it, and nobody says"
        " that they read it."
    ),
    fix="Review the commit, and say so in a trailer `Reviewed-by`, or merge it yourself.",
    controls=_REVIEW,
)
_UNRELIABLE = Rule(
    name="unreliable-provenance",
    scanner=NAME,
    title="A record of who wrote lines cannot be right",
    severity=Severity.MEDIUM,
    what="A note, trace or message about who wrote lines is damaged, too large, or contradictory.",
    why=(
        "Such a record was forged, cut off, or carried to a commit that it does not fit. What it"
        " says of other lines is worth as little."
    ),
    fix="Have the tool write the record again, or remove it: lines without any count as AI.",
    cwe=(345,),
    controls=_CONTROLS,
)
_UNDISCLOSED = Rule(
    name="missing-ai-disclosure",
    scanner=NAME,
    title="A commit does not disclose its agent",
    severity=Severity.MEDIUM,
    what="The policy asks for a trailer that names the agent, and the commit has none.",
    why="Whoever reads the history later cannot tell which code an agent took part in.",
    fix=(
        "Add `Assisted-by: AGENT:MODEL` or `Co-authored-by: AGENT <address>`, whichever the policy"
        " asks for, to the message."
    ),
    controls=_CONTROLS,
)

RULES = (_SIGN_OFF, _NO_PERSON, _UNRELIABLE, _UNDISCLOSED)
"""The pages of the rules about commits."""

_KERNEL = regex(r"[A-Za-z][A-Za-z0-9_. -]{0,40}:[A-Za-z0-9][\w./@:-]{0,100}(?:[ \t].*)?")
_MOST_TRAILERS = 10_000  # as many as evidence is read from
_REVIEWERS = frozenset(
    {"reviewed-by", "acked-by", "tested-by", "approved-by", "merged-by", "signed-off-by"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """One thing that is wrong with what a commit, or a record of the change, says.

    `commit` is empty for a record of the change as a whole; `path` may name the file that it is
    about. `matter` is what was objected to: it stays the same when a commit is made anew.
    """

    rule: Rule
    message: str
    matter: str
    commit: str = ""
    path: str = ""


def objections(
    commits: Sequence[Commit],
    claims: Iterable[Claim],
    doubts: Iterable[Doubt],
    *,
    agents: Agents,
    trailer: AiTrailer,
) -> tuple[Objection, ...]:
    """Return what is wrong with the commits of a change and the records about them."""
    spoken: dict[str | None, set[str]] = defaultdict(set)
    for claim in claims:
        if claim.kind is not Provenance.HUMAN and claim.grade is not Grade.HINTED:
            spoken[claim.commit].add(claim.agent)
    found = [_of_doubt(doubt) for doubt in doubts]
    known = _Known(agents)
    merged = _merged_by_people(commits, known)
    for commit in commits:
        found += _of_commit(commit, known, merged=commit.id in merged)
        if commit.id in spoken and not _discloses(commit, known, trailer):
            found.append(_undisclosed(commit, spoken[commit.id], trailer))
    return tuple(found)


def _of_doubt(doubt: Doubt) -> Objection:
    about = f" on commit {doubt.commit[:12]}" if doubt.commit else ""
    file = f" about `{doubt.path}`" if doubt.path else ""
    return Objection(
        rule=_UNRELIABLE,
        message=(
            f"a record of `{doubt.source}`{about}{file} cannot be right ({doubt.code}):"
            f" {doubt.reason}; hint: have the tool write it again, or remove it"
        ),
        matter=f"{doubt.code}\0{doubt.source}\0{doubt.path}\0{doubt.reason}",
        commit=doubt.commit,
        path=doubt.path,
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """The table of agents, and what it says of those who were asked about: many are many times."""

    agents: Agents
    named: dict[tuple[str, str], Agent | None] = field(default_factory=dict)
    people: dict[tuple[str, str], bool] = field(default_factory=dict)

    def agent(self, name: str, email: str) -> Agent | None:
        if (name, email) not in self.named:
            self.named[name, email] = agent_of(self.agents, name, email)
        return self.named[name, email]

    def is_person(self, name: str, email: str) -> bool:
        if (name, email) not in self.people:
            self.people[name, email] = is_person(self.agents, name, email)
        return self.people[name, email]


def _merged_by_people(commits: Sequence[Commit], known: _Known) -> frozenset[str]:
    """Return the commits that a person merged, and so has seen at least that there are some."""
    merges = [one for one in commits if len(one.parents) > 1 and known.is_person(*one.author)]
    if not merges:
        return frozenset()
    tree = ancestry(commits)
    brought = 0
    for one in merges:
        brought |= tree.brought(one)
    return frozenset(tree.members(brought))


def _of_commit(commit: Commit, known: _Known, *, merged: bool) -> Iterator[Objection]:
    pairs = _pairs(commit)
    for value in (value for key, value in pairs if key == "signed-off-by"):
        agent = known.agent(*person(value))
        if agent:
            yield _object(
                _SIGN_OFF,
                commit,
                f"`{agent.name}` signed off on commit {commit.id[:12]};"
                " hint: a person signs off, the agent is named in `Assisted-by`",
            )
            break
    author = known.agent(*commit.author)
    if author and not merged and not _accompanied(commit, known):
        yield _object(
            _NO_PERSON,
            commit,
            f"commit {commit.id[:12]} is by `{author.name}`, and names no person;"
            " hint: review it and add `Reviewed-by`, or merge it yourself",
        )


def _accompanied(commit: Commit, known: _Known) -> bool:
    keys = known.agents.people_keys | _REVIEWERS
    people = [person(value) for key, value in _pairs(commit) if key in keys]
    return any(known.is_person(*one) for one in (commit.committer, *people))


def _discloses(commit: Commit, known: _Known, trailer: AiTrailer) -> bool:
    if trailer is AiTrailer.NONE:
        return True
    for key, value in _pairs(commit):
        kernel = key == "assisted-by" and _KERNEL.fullmatch(value.strip())
        coauthor = key == "co-authored-by" and known.agent(*person(value))
        if kernel and trailer in {AiTrailer.KERNEL, AiTrailer.EITHER}:
            return True
        if coauthor and trailer in {AiTrailer.COAUTHOR, AiTrailer.EITHER}:
            return True
    return False


def _pairs(commit: Commit) -> tuple[tuple[str, str], ...]:
    """Return the different trailers of a commit; of very many, the first."""
    return tuple(dict.fromkeys(trailers(commit.message)))[:_MOST_TRAILERS]


_WANTED = {
    AiTrailer.KERNEL: "`Assisted-by: AGENT:MODEL`",
    AiTrailer.COAUTHOR: "`Co-authored-by: AGENT <address>`",
    AiTrailer.EITHER: "`Assisted-by: AGENT:MODEL` or `Co-authored-by: AGENT <address>`",
}


def _undisclosed(commit: Commit, names: set[str], trailer: AiTrailer) -> Objection:
    who = ", ".join(f"`{name}`" for name in sorted(names - {""})[:3]) or "an agent"
    return _object(
        _UNDISCLOSED,
        commit,
        f"commit {commit.id[:12]} is in part by {who} and lacks the trailer that the policy asks"
        f" for; hint: add {_WANTED[trailer]}",
    )


def _object(rule: Rule, commit: Commit, message: str) -> Objection:
    return Objection(
        rule=rule,
        message=message,
        matter="\0".join((*commit.author, commit.message)),
        commit=commit.id,
    )
