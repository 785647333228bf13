"""What of the evidence survives a squash, a rebase and so on; `docs/provenance.md` has the table."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.provenance.conftest import CLAUDE, CURSOR_SESSION, SESSION, note, session

DOCS = Path(__file__).parents[2] / "docs" / "provenance.md"
KEY = f"{SESSION}::t_9f8e7d6c5b4a32"

BASE = "import sys\n\n\ndef old():\n    return sys.argv\n"
ADDED = [
    "def first(value):",
    "    total = value + 1",
    "    return total * 2",
    "def second(value):",
    "    return value - 3",
]


@dataclass
class Desk:
    """A repository with a change on the branch `topic`: one commit by an agent, one by a person."""

    project: object
    agent: str = ""

    def git(self, *words: str, **options) -> str:
        return self.project.git(*words, **options)

    def write(self, text: str, name: str = "app.py") -> None:
        (self.project.root / name).write_text(text)

    def commit(self, message: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")

    def note(self, ref: str, commit: str, data: bytes) -> None:
        blob = self.git("hash-object", "-w", "--stdin", feed=data)
        self.git("notes", f"--ref={ref}", "add", "-f", "-C", blob, commit)

    def origins(self, *arguments: str) -> dict[str, tuple[str, str, str]]:
        """Return kind, agents and grade of the lines that are not in the reference, by text."""
        given = arguments or ("--base", "main", "--head", "topic")
        seen = self.project.run("blame", "--format", "json", *given)
        assert seen.code == 0, seen.text
        found = {}
        for file in seen.report["files"]:
            shown = self.git("show", f"topic:{file['path']}").split("\n")
            for one in file["ranges"]:
                origin = one["origin"]
                for number in range(one["first"], one["last"] + 1):
                    if not one["older"] and shown[number - 1].strip():
                        found[shown[number - 1].strip()] = (
                            origin["kind"], origin["agent"], origin["grade"],
                        )  # fmt: skip
        return found


@pytest.fixture
def desk(project) -> Desk:
    made = Desk(project)
    made.git("config", "commit.gpgsign", "false")
    made.write(BASE)
    made.commit("base")
    made.git("checkout", "--quiet", "-b", "topic")
    made.write(BASE + "\n\n" + "\n".join(ADDED[:3]) + "\n")
    made.agent = made.commit(f"feat: first\n\n{CLAUDE}")
    made.write(BASE + "\n\n" + "\n".join(ADDED[:3]) + "\n\n\n" + "\n".join(ADDED[3:]) + "\n")
    made.commit("feat: second")
    return made


def with_trailer(_desk: Desk) -> None:
    """Leave nothing but the trailer of the first commit."""


def with_note(desk: Desk) -> None:
    desk.note("ai", desk.agent, note({"app.py": [(KEY, "8-9")]}, sessions=CURSOR_SESSION))


def with_session(desk: Desk) -> None:
    desk.note("aigate", desk.agent, session("app.py", *ADDED[:3]))


def nothing(_desk: Desk) -> None:
    """Leave the history as it is."""


def amend(desk: Desk) -> None:
    desk.git("reset", "--quiet", "--hard", desk.agent)
    desk.git("commit", "--quiet", "--amend", "-m", f"feat: first, in other words\n\n{CLAUDE}")


def amend_away(desk: Desk) -> None:
    desk.git("reset", "--quiet", "--hard", desk.agent)
    desk.git("commit", "--quiet", "--amend", "-m", "feat: first, and nobody says by whom")


def rebase(desk: Desk) -> None:
    desk.git("checkout", "--quiet", "main")
    desk.write("x = 1\n", "other.py")
    desk.commit("elsewhere")
    desk.git("checkout", "--quiet", "topic")
    desk.git("rebase", "--quiet", "main")


def cherry_pick(desk: Desk) -> None:
    desk.git("checkout", "--quiet", "-B", "picked", "main")
    desk.write("x = 1\n", "other.py")
    desk.commit("elsewhere")
    desk.git("cherry-pick", desk.agent)
    desk.git("branch", "--quiet", "-f", "topic", "picked")


def squash(desk: Desk) -> None:
    desk.git("checkout", "--quiet", "-B", "squashed", "main")
    desk.git("merge", "--quiet", "--squash", "topic")
    desk.commit("feat: first and second")
    desk.git("branch", "--quiet", "-f", "topic", "squashed")


def github_squash(desk: Desk) -> None:
    desk.git("checkout", "--quiet", "-B", "squashed", "main")
    desk.git("merge", "--quiet", "--squash", "topic")
    desk.commit(f"Second (#7)\n\n* feat: first\n\n{CLAUDE}\n\n* feat: second")
    desk.git("branch", "--quiet", "-f", "topic", "squashed")


def merge(desk: Desk) -> None:
    desk.git("checkout", "--quiet", "-B", "merged", "main")
    desk.git("merge", "--quiet", "--no-ff", "-m", "Merge topic", "topic")
    desk.git("branch", "--quiet", "-f", "topic", "merged")


def indent(desk: Desk) -> None:
    text = (desk.project.root / "app.py").read_text()
    body = "\n".join(f"    {row}" if row else "" for row in text[len(BASE) :].split("\n"))
    desk.write(f"{BASE}\n\nclass Holder:\n{body.rstrip()}\n")
    desk.commit("style: into a class")


def formatter(desk: Desk) -> None:
    text = (desk.project.root / "app.py").read_text()
    desk.write(text.replace("value + 1", "(value + 1)"))
    desk.commit("style: format")


def move(desk: Desk) -> None:
    text = (desk.project.root / "app.py").read_text()
    desk.write(BASE)
    desk.write(text[len(BASE) :].lstrip("\n"), "moved.py")
    desk.commit("refactor: into a file of its own")


TRAILER = ("ai", "claude", "claimed")
NOTED = ("mixed", "claude, cursor", "noted")
RECORDED = ("ai", "claude", "recorded")
LOST = ("unknown", "", "none")
BY_LINE, BY_COMMIT, GONE, SOME = "each line", "the commit", "lost", "lines that stayed"

# What happened; then, for each of trailer, note and session, what survives.
TABLE: list[tuple[str, Callable[[Desk], None], str, str, str]] = [
    ("nothing", nothing, BY_COMMIT, BY_LINE, BY_LINE),
    ("a merge commit", merge, BY_COMMIT, BY_LINE, BY_LINE),
    ("`git commit --amend`, trailer kept", amend, BY_COMMIT, GONE, BY_LINE),
    ("`git commit --amend`, trailer removed", amend_away, GONE, GONE, BY_LINE),
    ("`git rebase`", rebase, BY_COMMIT, GONE, BY_LINE),
    ("`git cherry-pick`", cherry_pick, BY_COMMIT, GONE, BY_LINE),
    ("`git merge --squash`, with a message of its own", squash, GONE, GONE, BY_LINE),
    ("squash merge on GitHub, which keeps the messages", github_squash, BY_COMMIT, GONE, BY_LINE),
    ("lines indented anew", indent, BY_COMMIT, BY_LINE, BY_LINE),
    ("lines moved to another file", move, BY_COMMIT, BY_LINE, BY_LINE),
    ("a formatter that changes some lines", formatter, SOME, SOME, SOME),
]
NAMES = [row[1].__name__ for row in TABLE]


@pytest.mark.parametrize(
    ("happens", "trailer", "noted", "recorded"), [row[1:] for row in TABLE], ids=NAMES
)
def test_what_survives(desk, happens, trailer, noted, recorded):
    del noted, recorded
    happens(desk)
    found = desk.origins()
    first, second = ADDED[0], ADDED[1].strip()

    expected = {BY_COMMIT: TRAILER, GONE: LOST, SOME: TRAILER}[trailer]
    assert found[first] == expected
    if trailer == SOME:
        assert found["total = (value + 1)"] == LOST
    elif second in found:
        assert found[second] == expected


@pytest.mark.parametrize(("happens", "trailer", "noted"), [row[1:4] for row in TABLE], ids=NAMES)
def test_what_survives_of_a_note(desk, happens, trailer, noted):
    with_note(desk)
    happens(desk)
    found = desk.origins()
    rest = LOST if trailer == GONE else TRAILER

    assert found[ADDED[0]] == (rest if noted == GONE else NOTED)
    # The note says nothing of the third line; the commit still does.
    assert found[ADDED[2].strip()] == rest


@pytest.mark.parametrize(("happens", "recorded"), [(row[1], row[4]) for row in TABLE], ids=NAMES)
def test_what_survives_of_a_session(desk, happens, recorded):
    with_session(desk)
    happens(desk)
    found = desk.origins()

    assert found[ADDED[0]] == RECORDED
    if recorded == SOME:
        assert found["total = (value + 1)"] == LOST


def test_the_lines_of_the_person_stay_unknown(desk):
    with_note(desk)
    with_session(desk)

    assert {desk.origins()[row.strip()] for row in ADDED[3:]} == {LOST}


def test_the_table_in_the_documentation_is_this_one():
    rows = [f"| {what} | {t} | {n} | {s} |" for what, _, t, n, s in TABLE]

    assert "\n".join(rows) in DOCS.read_text()


def test_lines_that_are_not_committed_yet_are_known_by_their_session(desk):
    folder = desk.project.root / ".git" / "aigate" / "sessions"
    folder.mkdir(parents=True)
    (folder / "one.jsonl").write_bytes(session("new.py", "answer = compute(41)"))
    desk.write("answer = compute(41)\nother = compute(42)\n", "new.py")
    seen = desk.project.run("blame", "new.py", "--format", "json")

    first, second = (one["origin"] for one in seen.report["files"][0]["ranges"])
    assert (first["kind"], first["grade"], first["session"]) == ("ai", "recorded", "session-1")
    assert second["kind"] == "unknown"


def test_a_trace_in_the_tree_is_about_the_commit_that_brings_it(desk):
    record = {
        "version": "1.0",
        "vcs": {"type": "git", "revision": desk.git("rev-parse", "topic")},
        "tool": {"name": "cursor"},
        "files": [
            {
                "path": "traced.py",
                "conversations": [
                    {"contributor": {"type": "ai"}, "ranges": [{"start_line": 2, "end_line": 2}]}
                ],
            }
        ],
    }
    (desk.project.root / ".agent-trace").mkdir()
    desk.write(json.dumps(record) + "\n", ".agent-trace/traces.jsonl")
    desk.write("one = 1 + 1\ntwo = 2 + 2\n", "traced.py")
    desk.commit("feat: traced")
    found = desk.origins()

    assert found["two = 2 + 2"] == ("ai", "cursor", "noted")
    assert found["one = 1 + 1"] == LOST


def test_a_renamed_file_keeps_its_origins(desk):
    with_note(desk)
    desk.git("mv", "app.py", "renamed.py")
    desk.commit("refactor: rename")

    assert desk.origins()[ADDED[0]] == NOTED


def test_digests_are_of_the_line_without_blanks_around_it():
    digest = hashlib.sha256(b"return total * 2").hexdigest()

    assert digest in session("a.py", "    return total * 2").decode()
