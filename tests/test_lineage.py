"""Who brought a finding, and since when it is there, on histories of every kind."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aigate import lineage
from aigate.domain.accountability import Person, PersonKind, Role
from aigate.domain.finding import Candidate, Finding, Sighting, Status
from aigate.domain.rule import Rule
from aigate.domain.severity import Severity
from aigate.domain.tree import Change
from aigate.engine.attribute import Attribution
from aigate.engine.compare import compare
from aigate.engine.lines import Lines
from aigate.engine.place import place
from aigate.material import read_units
from aigate.workspace import git, sides
from aigate.workspace.trees import compare as compare_trees
from tests.conftest import Project

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CALL = "eval(text)"
BAD = f"def run(text):\n    return {CALL}\n"
FILLER = "".join(f"def harmless_{n}(a, b):\n    return a * {n} + b\n\n\n" for n in range(30))
RULE = Rule(
    name="eval", scanner="test", title="t", severity=Severity.HIGH, what="w", why="y", fix="f"
)
PEOPLE = (
    Person(id="dev", name="Dev Example", kind=PersonKind.HUMAN, roles=(Role.DEVELOPER,)),
    Person(id="lee", name="Lee Example", kind=PersonKind.HUMAN, roles=(Role.DEVELOPER,)),
    Person(id="helper", name="Helper", kind=PersonKind.AUTOMATION, roles=(), answers="lee"),
)


def day(text: str, who: str = "dev") -> str:
    at = int(datetime.fromisoformat(f"{text}T12:00:00+00:00").timestamp())
    return f"{who.title()} Example <{who}@example.org> {at} +0000"


@dataclass(frozen=True)
class Told:
    """What was said about one finding."""

    seen: str
    commit: str
    by: str
    author: str
    merger: str


class History:
    """A project whose findings are the places of `eval(text)`, without any scanner."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def commit(
        self, files: Mapping[str, str | bytes], when: str, *, who: str = "dev", **given: object
    ) -> str:
        return self.project.commit(files, author=day(when, who), **given)  # type: ignore[arg-type] - a table of arguments

    def ask(
        self, base: str = "", head: str = "", *, root: Path | None = None, staged: bool = False
    ) -> list[Told]:
        at = str(root or self.project.root)
        repository = git.open_repository(at, environ=self.project.environ, needs_worktree=not head)
        reference = sides.commit_tree(repository, base) if base else None
        if head:
            tree = sides.commit_tree(repository, head)
        else:
            tree = sides.index_tree(repository) if staged else sides.working_tree(repository)
        tip = git.head_commit(repository)
        grown = head or (tip or "")
        steering = reference or (sides.commit_tree(repository, grown) if grown else sides.EMPTY)
        everything = compare_trees(tree.entries, None).judged
        units, _ = read_units(tree, everything, ())
        findings = found_in(units)
        before: tuple[Finding, ...] = ()
        if reference:
            wanted = [(e, Change.NONE) for e in reference.entries]
            before = found_in(read_units(reference, wanted, ())[0])
        status = (
            compare(findings, before, alike=lambda *_: True)
            if reference
            else [Status.NEW] * len(findings)
        )
        candidates = [Candidate(finding=f, status=s) for f, s in zip(findings, status, strict=True)]
        scene = lineage.Scene(
            repository=repository,
            base=steering,
            head=tree,
            compared=reference is not None,
            units=units,
            before=before,
            people=PEOPLE,
            has_date=lambda _one: True,
            at=NOW,
        )
        return [told(one) for one in lineage.attributions(candidates, scene)]

    def one(self, *asked: str, **given: object) -> Told:
        (only,) = self.ask(*asked, **given)  # type: ignore[arg-type] - a table of arguments
        return only


def told(one: Attribution) -> Told:
    by = one.introduced
    return Told(
        one.first_seen.isoformat() if one.first_seen else "",
        by.commit if by else "",
        by.author if by else "",
        one.author,
        one.merger,
    )


def found_in(units: Sequence) -> tuple[Finding, ...]:
    sightings = [
        Sighting(rule="eval", unit=unit.id, span=Lines(unit.text).span(*hit.span()), message="m")
        for unit in units
        for hit in re.finditer(r"(?<!# )eval\(\s*text\s*\)", unit.text)
        if not (unit.path.endswith("ipynb") and not unit.cell)
    ]
    return place(sightings, {unit.id: unit for unit in units}, {"eval": RULE})


@pytest.fixture
def history(project: Project) -> History:
    (project.home / ".gitconfig").write_text("[user]\nname = Dev Example\nemail = d@example.org\n")
    return History(project)


# What is new.


def test_what_is_new_is_seen_today_and_comes_from_the_commit_that_brought_it(history):
    base = history.commit({"a.py": FILLER}, "2026-01-01")
    history.commit({"b.py": "x = 1\n"}, "2026-01-02", who="lee")
    brought = history.commit({"a.py": FILLER + BAD}, "2026-01-03")
    history.commit({"c.py": "x = 1\n"}, "2026-01-04", who="lee")

    assert history.one(base, "main") == Told("2026-06-01", brought, "Dev Example", "dev", "")


@pytest.mark.parametrize("when", ["1970-01-02", "2099-01-01"])
def test_c_053_the_newest_commit_is_told_by_the_history_and_not_by_dates(history, when):
    base = history.commit({"a.py": FILLER}, "2026-01-01")
    history.commit({"a.py": "eval(\n"}, "2026-01-02", who="lee")
    head = history.commit({"a.py": "eval(\n    text\n)\n"}, when)

    assert history.one(base, "main") == Told("2026-06-01", head, "Dev Example", "dev", "")


def test_what_an_automation_wrote_is_answered_for_by_its_human(history):
    base = history.commit({"a.py": FILLER}, "2026-01-01")
    author = "Helper <helper@example.org> 1770000000 +0000"
    head = history.project.commit({"a.py": FILLER + BAD}, author=author)

    assert history.one(base, "main") == Told("2026-06-01", head, "Helper", "lee", "")


def test_an_author_who_is_not_registered_is_named_and_takes_no_seat(history):
    base = history.commit({"a.py": FILLER}, "2026-01-01")
    head = history.commit({"a.py": BAD}, "2026-01-02", who="mallory")

    assert history.one(base, "main") == Told("2026-06-01", head, "Mallory Example", "", "")


def test_lines_that_are_not_committed_are_those_of_whoever_works_here(history):
    base = history.commit({"a.py": FILLER, "z.py": "x = 1\n"}, "2026-01-01")
    history.project.check_out()
    Path(history.project.root, "a.py").write_text(FILLER + BAD)
    Path(history.project.root, "new.py").write_text(BAD)
    assert history.ask(base) == [Told("2026-06-01", "", "", "dev", "")] * 2

    history.project.git("add", "new.py")
    assert history.ask(base, staged=True) == [Told("2026-06-01", "", "", "dev", "")]


def test_committed_lines_of_a_working_tree_keep_their_commit(history):
    base = history.commit({"a.py": FILLER}, "2026-01-01")
    head = history.commit({"a.py": FILLER + BAD}, "2026-01-03", who="lee")
    history.project.check_out()
    Path(history.project.root, "a.py").write_text("import os\n" + FILLER + BAD)

    assert history.one(base) == Told("2026-06-01", head, "Lee Example", "lee", "")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param((FILLER + BAD).encode("utf-16"), id="utf-16"),
        pytest.param((FILLER + BAD).replace("\n", "\r").encode(), id="carriage-returns"),
    ],
)
def test_a_file_whose_lines_are_not_those_of_git_is_attributed_as_a_whole(history, data):
    base = history.commit({"a.py": FILLER}, "2026-01-01")
    head = history.commit({"a.py": data}, "2026-01-02")

    assert history.one(base, "main").commit == head


NOTEBOOK = '{"cells": [%s], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n'
CELL = '\n {"cell_type": "code", "metadata": {}, "outputs": [], "source": [\n  "%s"\n ]}'


def test_a_cell_of_a_notebook_comes_from_the_commit_that_brought_it(history):
    base = history.commit({"n.ipynb": NOTEBOOK % (CELL % "x = 1")}, "2026-01-01")
    both = f"{CELL % 'x = 1'},{CELL % CALL}"
    brought = history.commit({"n.ipynb": NOTEBOOK % both}, "2026-01-02")
    more = f"{CELL % 'y = 1'},{both}"
    tip = history.commit({"n.ipynb": NOTEBOOK % more}, "2026-01-03", who="lee")

    assert history.one(base, tip).commit == brought
    again = history.commit({"n.ipynb": NOTEBOOK % f"{CELL % 'z'},{more}"}, "2026-02-01")
    assert history.one(tip, again) == Told("2026-01-02", brought, "Dev Example", "dev", "")


# What was there before.


def old(history: History, when: str = "2026-01-03") -> str:
    """Bring the finding in, between two other commits; return the commit that did."""
    history.commit({"a.py": FILLER}, "2026-01-02")
    brought = history.commit({"a.py": FILLER + BAD}, when)
    history.commit({"b.py": "x = 1\n"}, "2026-01-04", who="lee")
    return brought


def changed(history: History, files: Mapping[str, str], **given: object) -> str:
    base = history.project.git("rev-parse", "main")
    history.commit(files, "2026-05-01", who="lee", **given)
    return base


def test_what_was_there_before_is_seen_since_it_came(history):
    brought = old(history)
    expected = Told("2026-01-03", brought, "Dev Example", "dev", "")

    assert history.one(changed(history, {"a.py": "import os\n" + FILLER + BAD}), "main") == expected
    assert history.one(head="main") == expected


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(FILLER + BAD.replace(CALL, f"{CALL}  # nosec"), id="touched"),
        pytest.param(FILLER + BAD.replace("    ", "\t"), id="indented"),
        pytest.param(FILLER + BAD.replace("\n", "\r\n"), id="other-line-ends"),
        pytest.param(BAD + FILLER, id="moved"),
        pytest.param(f"# {CALL} is fine\n" + FILLER + BAD, id="named-in-a-comment"),
    ],
)
def test_touching_a_line_does_not_set_its_date_back(history, after):
    brought = old(history)
    history.commit({"a.py": after}, "2026-03-01", who="lee")
    base = changed(history, {"c.py": "x = 1\n", "a.py": f"import os\n{after}"})

    assert history.one(base, "main") == Told("2026-01-03", brought, "Dev Example", "dev", "")


def test_what_a_formatter_wraps_anew_is_another_finding(history):
    old(history)
    wrapped = history.commit(
        {"a.py": FILLER + BAD.replace(CALL, "eval(\n        text\n    )")}, "2026-03-01"
    )

    assert history.one(head="main") == Told("2026-03-01", wrapped, "Dev Example", "dev", "")


def test_what_was_taken_out_and_put_back_counts_from_when_it_came_back(history):
    old(history)
    history.commit({"a.py": FILLER}, "2026-02-01")
    back = history.commit({"a.py": FILLER + BAD}, "2026-03-01", who="lee")

    assert history.one(head="main") == Told("2026-03-01", back, "Lee Example", "lee", "")


def test_a_second_copy_counts_from_when_it_came(history):
    first = old(history)
    second = history.commit({"a.py": FILLER + BAD + BAD}, "2026-03-01", who="lee")

    assert [(one.seen, one.commit) for one in history.ask(head="main")] == [
        ("2026-01-03", first),
        ("2026-03-01", second),
    ]


def test_a_file_that_moved_keeps_its_dates(history):
    brought = old(history)
    moved = {"src/app.py": FILLER + BAD}
    history.commit(moved, "2026-03-01", who="lee", removed=["a.py"])
    history.commit({"lib/a.py": FILLER + BAD + "\n"}, "2026-03-02", removed=["src/app.py"])
    expected = Told("2026-01-03", brought, "Dev Example", "dev", "")
    assert history.one(head="main") == expected

    # And so does one that the change moves.
    base = changed(history, {"x/y.py": FILLER + BAD + "\n"}, removed=["lib/a.py"])
    assert history.one(base, "main") == expected


def test_a_new_copy_before_an_old_one_takes_no_date_from_it(history):
    brought = old(history)
    base = changed(history, {"a.py": f"{BAD}\n\n{FILLER}{BAD}"})

    assert {(one.seen, one.commit == brought) for one in history.ask(base, "main")} == {
        ("2026-01-03", True),
        ("2026-06-01", False),
    }


def test_code_that_is_copied_to_another_file_is_new_there(history):
    old(history)
    copied = history.commit({"copy.py": FILLER + BAD}, "2026-03-01", who="lee")

    assert [(one.seen, one.commit) for one in history.ask(head="main")][1:] == [
        ("2026-03-01", copied)
    ]


def merged(history: History, *, when: str = "2026-02-01") -> tuple[str, str]:
    """Merge a branch on which the finding is older than the merge."""
    start = history.commit({"a.py": FILLER}, "2026-01-01")
    inner = history.commit({"a.py": FILLER + BAD}, "2026-01-05", branch="topic", parents=[start])
    side = history.commit({"b.py": "x = 1\n"}, "2026-01-20", who="lee")
    merge = history.commit({"a.py": FILLER + BAD}, when, who="lee", parents=[side, inner])
    history.commit({"c.py": "x = 1\n"}, "2026-02-02", who="lee")
    return inner, merge


def test_a_branch_counts_from_when_it_was_merged_and_names_who_wrote_and_who_merged(history):
    inner, _ = merged(history)

    assert history.one(head="main") == Told("2026-02-01", inner, "Dev Example", "dev", "lee")


def test_rebasing_a_branch_before_the_merge_moves_no_date(history):
    inner, merge = merged(history)
    base = history.one(head="main")
    # The same, but each commit of the branch was made anew the day before the merge.
    other = History(history.project)
    start = other.commit({"a.py": FILLER}, "2026-01-01", branch="again")
    made = other.commit({"a.py": FILLER + BAD}, "2026-01-31", branch="redone", parents=[start])
    side = other.commit({"b.py": "x = 1\n"}, "2026-01-20", who="lee", branch="again")
    other.commit(
        {"a.py": FILLER + BAD}, "2026-02-01", who="lee", branch="again", parents=[side, made]
    )

    assert (inner != made, merge != side) == (True, True)
    assert other.one(head="again").seen == base.seen == "2026-02-01"


def test_a_squash_counts_from_when_it_landed_and_names_who_wrote(history):
    history.commit({"a.py": FILLER}, "2026-01-01")
    files = {"a.py": FILLER + BAD}
    squash = history.project.commit(files, author=day("2026-02-01"), message="a change (#1)")
    history.commit({"c.py": "x = 1\n"}, "2026-02-02")

    assert history.one(head="main") == Told("2026-02-01", squash, "Dev Example", "dev", "")


@pytest.mark.parametrize(
    ("committer", "merger"),
    [
        (("Lee Example", "lee@example.org"), "lee"),
        (("Somebody Else", "else@example.org"), "Somebody Else"),
        (("GitHub", "noreply@github.com"), ""),
    ],
)
def test_who_rebased_or_picked_a_commit_onto_the_branch_merged_it(history, committer, merger):
    history.commit({"a.py": FILLER}, "2026-01-01")
    project = history.project
    project.check_out()
    Path(project.root, "a.py").write_text(FILLER + BAD)
    project.git("add", "a.py")
    author = {
        "GIT_AUTHOR_NAME": "Dev Example",
        "GIT_AUTHOR_EMAIL": "dev@example.org",
        "GIT_AUTHOR_DATE": "2025-01-01T12:00:00Z",
    }
    name, email = committer
    landed = {
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
        "GIT_COMMITTER_DATE": "2026-02-01T12:00:00Z",
    }
    project.git("commit", "--quiet", "-m", "picked", **author, **landed)
    head = project.git("rev-parse", "HEAD")
    history.commit({"c.py": "x = 1\n"}, "2026-02-02")

    assert history.one(head="main") == Told("2026-02-01", head, "Dev Example", "dev", merger)


@pytest.mark.parametrize("lie", ["1970-01-02", "2099-01-01"])
@pytest.mark.parametrize("which", ["before", "itself", "after"])
def test_c_053_one_wrong_clock_moves_no_date_by_more_than_a_commit(history, lie, which):
    whens = {"before": "2026-01-02", "itself": "2026-01-03", "after": "2026-01-04"} | {which: lie}
    history.commit({"z.py": "x = 1\n"}, "2026-01-01")
    history.commit({"a.py": FILLER}, whens["before"])
    history.commit({"a.py": FILLER + BAD}, whens["itself"])
    history.commit({"b.py": "x = 1\n"}, whens["after"])
    history.commit({"c.py": "x = 1\n"}, "2026-01-05")

    assert "2026-01-02" <= history.one(head="main").seen <= "2026-01-04"


@pytest.mark.parametrize("lie", ["2099-01-01", "9999-12-31"])
def test_c_053_a_clock_that_is_ahead_at_the_tip_is_today(history, lie):
    history.commit({"a.py": FILLER}, lie)
    history.commit({"a.py": FILLER + BAD}, lie)

    assert history.one(head="main").seen == "2026-06-01"


def test_nothing_that_the_change_says_moves_the_date_of_what_was_there(history):
    brought = old(history)
    base = history.project.git("rev-parse", "main")
    author = "Mallory <lee@example.org> 0 +0000"
    message = "x\n\nFirst-seen: 2099-01-01\nCo-authored-by: Lee Example <lee@example.org>\n"
    files = {
        "a.py": f"{BAD}\n{FILLER}",
        ".mailmap": "Lee Example <lee@example.org> <dev@example.org>\n",
    }
    history.project.commit(files, author=author, message=message)

    assert history.one(base, "main") == Told("2026-01-03", brought, "Dev Example", "dev", "")


def test_a_shallow_clone_says_no_date_rather_than_a_wrong_one(history, tmp_path):
    brought = old(history)
    seen = {}
    for depth in (1, 2, 3, 9):
        clone = tmp_path / str(depth)
        source = f"file://{history.project.root}"
        history.project.git("clone", "--quiet", f"--depth={depth}", source, str(clone))
        seen[depth] = history.one(head="HEAD", root=clone)

    nothing = Told("", "", "", "", "")
    found = Told("2026-01-03", brought, "Dev Example", "dev", "")
    assert seen == {1: nothing, 2: nothing, 3: found, 9: found}


def test_a_clone_that_lacks_old_versions_says_no_date(history, tmp_path):
    old(history)
    history.commit({"a.py": "import os\n" + FILLER + BAD}, "2026-02-01")
    history.project.git("config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "clone"
    source = f"file://{history.project.root}"
    history.project.git("clone", "--quiet", "--filter=blob:none", source, str(clone))

    assert history.one(head="HEAD", root=clone) == Told("", "", "", "", "")


def test_what_is_in_the_working_tree_alone_is_seen_today(history):
    old(history)
    history.project.check_out()
    Path(history.project.root, "new.py").write_text(BAD)

    assert [one.seen for one in history.ask()] == ["2026-01-03", "2026-06-01"]


def test_before_the_first_commit_everything_is_seen_today(history):
    Path(history.project.root, "a.py").write_text(BAD)

    assert history.one() == Told("2026-06-01", "", "", "dev", "")


@pytest.mark.parametrize("path", [":(top)a.py", "--a.py", "*.py", "a\nb.py", 'q"\\.py'])
def test_odd_names_have_a_history_as_well(history, path):
    history.commit({"z.py": FILLER}, "2026-01-01")
    brought = history.commit({path: BAD}, "2026-01-02")
    base = history.commit({"c.py": "x = 1\n"}, "2026-01-03")
    history.commit({path: "import os\n" + BAD}, "2026-01-04")

    assert (history.one(base, "main").seen, history.one(base, "main").commit) == (
        "2026-01-02",
        brought,
    )


def test_settings_of_the_repository_change_nothing(history, tmp_path):
    brought = old(history)
    marker = tmp_path / "marker"
    for key, value in {
        "diff.renames": "false",
        "log.showRoot": "false",
        "diff.external": f"touch {marker}",
        "log.follow": "true",
        "blame.ignoreRevsFile": "/nonexistent",
        "diff.orderFile": "/nonexistent",
        "log.diffMerges": "off",
    }.items():
        history.project.git("config", key, value)

    assert history.one(head="main") == Told("2026-01-03", brought, "Dev Example", "dev", "")
    assert not marker.exists()
