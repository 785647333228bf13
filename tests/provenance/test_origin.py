from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aigate.cli.packs import packs_folder, read_pack
from aigate.documents.policy import read_policy
from aigate.domain.evidence import Claim, Grade
from aigate.domain.finding import Action, Candidate, Finding, Origin, Provenance, Status
from aigate.domain.place import Location
from aigate.domain.severity import Severity
from aigate.engine.decide import demand
from aigate.engine.origin import Stretch, authorship, hear, line_hash, origin_of
from aigate.registry import requirement_kinds
from aigate.requirements.finding import FindingRequirement, Match

AI, HUMAN, MIXED, UNKNOWN = Provenance.AI, Provenance.HUMAN, Provenance.MIXED, Provenance.UNKNOWN
C = "c" * 40
HERE = Stretch(first=1, last=10, commit=C, path="a.py", was=101)
PACKS = [read_policy(f"aigate:{name}", read_pack, requirement_kinds())
         for name in ("default", "strict", "federal", "advisory")]  # fmt: skip


def claim(**facts: object) -> Claim:
    known = {"source": "trailers", "kind": AI, "grade": Grade.CLAIMED, "agent": "claude"}
    return Claim(**(known | {"commit": C} | facts))


def noted(first: int, last: int, **facts: object) -> Claim:
    known = {"source": "git-ai", "grade": Grade.NOTED, "agent": "cursor", "path": "a.py"}
    return claim(**(known | {"ranges": ((first, last),)} | facts))


def origin(*claims: Claim, at: Stretch = HERE, signed: tuple[str, ...] = (), **more) -> Origin:
    return origin_of([at], hear(claims, signed), path="a.py", **more)


def line(number: int) -> Stretch:
    return replace(HERE, first=number, last=number, was=100 + number)


def test_nothing_is_unknown():
    assert origin() == Origin()


def test_what_the_reference_has_already_is_unknown():
    assert origin(claim(), at=replace(HERE, older=True)) == Origin()


def test_a_commit_speaks_for_all_its_lines():
    found = origin(claim(model="m-1", session="s-1", detail="co-authored-by"))

    assert (found.kind, found.agent, found.model, found.session, found.grade) == (
        AI, "claude", "m-1", "s-1", "claimed",
    )  # fmt: skip
    assert found.evidence == ("trailers (co-authored-by): claude",)


def test_a_note_speaks_for_its_lines_as_that_commit_numbers_them():
    note = noted(103, 104)

    assert [origin(note, at=line(n)).kind for n in (2, 3, 4, 5)] == [UNKNOWN, AI, AI, UNKNOWN]
    assert origin(noted(1, 10)).kind is UNKNOWN


def test_the_better_evidence_gives_the_grade_and_both_are_named():
    found = origin(claim(agent="cursor"), noted(101, 110))

    assert (found.kind, found.grade, len(found.evidence)) == (AI, "noted", 2)


def test_two_sources_that_name_different_agents_are_mixed_with_both_named():
    found = origin(claim(agent="claude"), noted(101, 110, agent="cursor"))

    assert (found.kind, found.agents) == (MIXED, ("claude", "cursor"))


def test_a_trailer_about_other_lines_does_not_contradict_a_note():
    claims = (claim(agent="claude"), noted(101, 101, agent="claude"), noted(102, 110))

    assert origin(*claims, at=line(5)).agents == ("cursor",)
    assert origin(*claims).agents == ("claude", "cursor")


def test_a_person_and_an_agent_on_one_line_are_mixed():
    assert origin(claim(), noted(101, 110, kind=HUMAN, agent="")).kind is MIXED


def test_a_claim_of_a_person_leaves_lines_unknown_and_is_shown():
    found = origin(noted(101, 110, kind=HUMAN, agent=""))

    assert (found.kind, found.grade) == (UNKNOWN, "none")
    assert found.evidence == ("git-ai: human, which nobody signed",)


def test_a_signature_makes_lines_human_unless_an_agent_is_named_anywhere_in_the_commit():
    assert origin(signed=(C,)).kind is HUMAN
    assert origin(signed=(C,)).grade == "signed"
    assert origin(claim(), signed=(C,)).kind is AI
    assert origin(noted(109, 110), at=line(1), signed=(C,)).kind is UNKNOWN
    assert origin(claim(commit=None), signed=(C,)).kind is AI
    assert origin(signed=("d" * 40,)).kind is UNKNOWN


def test_lines_of_several_origins_are_as_bad_as_the_worst_of_them():
    other = replace(HERE, first=11, last=12, commit="d" * 40)
    known = hear([claim()], ["d" * 40])

    assert origin_of([HERE, other], known, path="a.py").kind is MIXED
    assert origin_of([other], known, path="a.py").kind is HUMAN
    assert origin_of([other, replace(HERE, commit="e" * 40)], known, path="a.py").kind is UNKNOWN
    assert origin_of([HERE, replace(HERE, commit="e" * 40)], known, path="a.py").kind is AI


def test_a_recorded_line_keeps_its_origin_wherever_it_goes():
    text = "    answer = compute(42)"
    recorded = claim(
        source="sessions",
        grade=Grade.RECORDED,
        commit=None,
        path="a.py",
        hashes=frozenset({hashlib.sha256(text.strip().encode()).hexdigest()}),
    )
    hashes = {3: line_hash("answer = compute(42)"), 4: line_hash("}"), 5: line_hash("x = other()")}
    found = [origin(recorded, at=line(n), hash_of=lambda n: hashes.get(n, "")) for n in (3, 4, 5)]

    assert [one.kind for one in found] == [AI, UNKNOWN, UNKNOWN]
    assert found[0].grade == "recorded"


def test_lines_that_say_too_little_have_no_digest():
    assert [line_hash(text) for text in ("", "}", "  );", "]]")] == [""] * 4


def test_added_lines_are_counted_by_kind_and_agent():
    two = Origin(kind=MIXED, agent="claude, cursor")
    found = authorship([(Origin(kind=AI, agent="claude"), 3), (two, 2), (Origin(), 5)])

    assert found.lines == 10
    assert dict(found.by_kind) == {AI: 3, HUMAN: 0, MIXED: 2, UNKNOWN: 5}
    assert found.by_agent == (("claude", 5), ("cursor", 2))


# The law: whatever a change says of itself, its verdict is the one it has without saying it.

KINDS = st.sampled_from([AI, HUMAN, MIXED])
CLAIMS = st.builds(
    claim,
    kind=KINDS,
    grade=st.sampled_from([g for g in Grade if g is not Grade.SIGNED]),
    source=st.sampled_from(["trailers", "git-ai", "agent-trace", "sessions", "branches"]),
    agent=st.sampled_from(["", "claude", "cursor"]),
    commit=st.sampled_from([C, None, "", "d" * 40]),
    path=st.sampled_from(["", "a.py", "b.py"]),
    ranges=st.sampled_from([(), ((101, 104),), ((1, 10**7),), ((105, 110), (103, 103))]),
)
# A policy that singles out `unknown` or `mixed` rewards whoever says more, and wants to.
WORDS = st.sampled_from([(), (AI,), (HUMAN,), (AI, MIXED), (AI, HUMAN), (AI, MIXED, UNKNOWN)])
MATCHES = st.builds(
    Match, origin=WORDS, severity=st.sampled_from([(), (Severity.HIGH,), (Severity.LOW,)])
)
REQUIREMENTS = st.builds(
    FindingRequirement,
    id=st.text("abc", min_size=1, max_size=3),
    action=st.sampled_from(Action),
    match=MATCHES,
    unless=st.none() | MATCHES.filter(lambda match: match != Match()),
)
FINDING = Finding(
    rule="r", scanner="s", at=Location("a.py", 1, 1, 10, 1), title="", message="",
    severity=Severity.HIGH,
)  # fmt: skip


def cost(found: Origin, policy, severity: Severity = Severity.HIGH) -> Action:
    one = replace(FINDING, severity=severity)
    return demand(Candidate(finding=one, status=Status.NEW, origin=found), policy).action


@given(st.lists(CLAIMS, max_size=6), CLAIMS, st.lists(REQUIREMENTS, max_size=4))
def test_neither_adding_nor_removing_evidence_improves_a_verdict(claims, more, requirements):
    policy = replace(PACKS[0], requirements=tuple(requirements))
    with_it, without = origin(*claims, more), origin(*claims)

    assert cost(with_it, policy) == cost(without, policy) == cost(Origin(), policy)


@given(
    st.lists(CLAIMS, max_size=6),
    CLAIMS,
    st.sampled_from(PACKS),
    st.sampled_from(Severity),
    st.sets(st.sampled_from([C, "d" * 40])),
)
def test_beside_a_signature_evidence_only_makes_it_costlier(claims, more, policy, severity, signed):
    with_it = cost(origin(*claims, more, signed=tuple(signed)), policy, severity)

    assert with_it >= cost(origin(*claims, signed=tuple(signed)), policy, severity)
    assert cost(Origin(), policy, severity) >= with_it


@pytest.mark.parametrize("policy", PACKS, ids=lambda policy: policy.name)
@pytest.mark.parametrize("severity", Severity)
def test_packs_never_ask_less_for_ai_and_unknown_lines_than_for_signed_ones(policy, severity):
    human = cost(Origin(kind=HUMAN, grade="signed"), policy, severity)

    assert all(cost(Origin(kind=kind), policy, severity) >= human for kind in (AI, MIXED, UNKNOWN))


def test_the_default_pack_asks_more_for_ai_and_unknown_lines():
    asked = {kind: cost(Origin(kind=kind), PACKS[0], Severity.MEDIUM) for kind in Provenance}

    assert asked == {AI: Action.WARN, MIXED: Action.WARN, UNKNOWN: Action.WARN, HUMAN: Action.NOTE}


def test_twenty_thousand_sessions_of_one_file_take_no_time():
    claims = [noted(n, n + 10**6, session=f"s{n}") for n in range(1, 20_000)]

    assert origin(*claims, at=replace(HERE, last=3000)).kind is AI


def test_packs_are_where_they_ship():
    assert (packs_folder() / "data" / "agents.json").is_file()
