"""Has the policy decide about what was seen in a text that is not on the disk yet."""

from __future__ import annotations

from collections.abc import Sequence

from aigate.domain.finding import Action, Candidate, Sighting, Status
from aigate.engine import decide
from aigate.engine.attribute import seats
from aigate.engine.place import place
from aigate.loop import words
from aigate.loop.look import Looked
from aigate.loop.setting import Objection, Setting
from aigate.material import exclusion
from aigate.trusted import Trusted, read_trusted
from aigate.workspace import git, sides


def object_by_policy(
    seen: Sequence[tuple[Looked, tuple[Sighting, ...]]], *, root: str, commit: str, setting: Setting
) -> Objection | None:
    """Return what of it the policy of a commit does not let pass, or None.

    Raises:
        AigateError: the policy cannot be read.
    """
    trusted = _trusted(root, commit, setting)
    found = [
        one
        for looked, sightings in seen
        for one in place(sightings, {unit.id: unit for unit in looked.units}, trusted.catalogue)
        if not exclusion(one.at.path, trusted.policy)
    ]
    asked = [
        (one, decide.demand(Candidate(finding=one, status=Status.NEW), trusted.policy))
        for one in found
    ]
    blocking = [(one, demand) for one, demand in asked if demand.action >= Action.JOINT]
    if not blocking:
        return None
    lines = words.of_findings(
        [
            (one, trusted.catalogue.get(one.rule), demand.action is Action.FORBID)
            for one, demand in blocking
        ]
    )
    named = (seats(one, trusted.policy.seats, trusted.owners_of) for one, _ in blocking)
    return Objection(lines, words.of_people(named))


def _trusted(root: str, commit: str, setting: Setting) -> Trusted:
    repository = git.open_repository(root, environ=setting.environ)
    tree = sides.commit_tree(repository, commit) if commit else sides.EMPTY
    return read_trusted(
        tree.entries, lambda entry: sides.read_one(tree, entry), packs=setting.packs()
    )
