"""Recorded sessions travel as notes: pushed, fetched and merged by plain git, and read in a clone."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.provenance.conftest import session

DOCS = Path(__file__).parents[2] / "docs" / "agents.md"
WROTE = ("def compute(value):", "    return value * 40 + 2")
REMOVED = "token = 'never committed'"
NOTE = "refs/notes/aigate"


def remember(project: Any, *records: bytes, name: str = "one") -> None:
    folder = project.root / ".git" / "aigate" / "sessions"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jsonl").write_bytes(b"".join(records))


def commit(project: Any, text: str, name: str = "new.py", message: str = "feat: a change") -> str:
    (project.root / name).write_text(text)
    project.git("add", "--all")
    project.git("commit", "--quiet", "--no-verify", "-m", message)
    return project.git("rev-parse", "HEAD")


def noted(project: Any, name: str) -> list[Any]:
    return [
        json.loads(row) for row in project.git("notes", "--ref=aigate", "show", name).split("\n")
    ]


def grades(project: Any, *arguments: str) -> set[str]:
    seen = project.run("blame", "--format", "json", *arguments)
    assert seen.code == 0, seen.text
    return {one["origin"]["grade"] for file in seen.report["files"] for one in file["ranges"]}


@pytest.fixture
def written(project):
    """Make a repository in which a session wrote two lines of the last commit, and one more."""
    commit(project, "x = 1\n", "old.py", "a start")
    project.git("checkout", "--quiet", "-b", "topic")
    remember(project, session("new.py", *WROTE, REMOVED))
    commit(project, "\n".join((*WROTE, "person = 'wrote this'")) + "\n")
    return project


def test_a_note_says_what_the_commit_has_of_a_session_and_nothing_else(written):
    seen = written.run("agent", "record")
    (row,) = noted(written, "HEAD")

    assert seen.out.decode().endswith(": 2 lines in 1 file, by 1 session\n")
    (only,) = json.loads(session("new.py", *WROTE))["files"]
    blob = written.git("rev-parse", "HEAD:new.py")
    assert row["files"] == [{"path": "new.py", "blob": blob, "lines": sorted(only["lines"])}]
    assert (row["session"], row["agent"], row["model"]) == ("session-1", "claude", "model-1")
    assert "token" not in written.git("log", "--patch", NOTE)
    assert "dev@example.com" not in written.git("log", "--format=%ae %ce", NOTE)


def test_twice_changes_nothing(written):
    written.run("agent", "record")
    first = written.git("rev-parse", NOTE)
    seen = written.run("agent", "record")

    assert seen.out.endswith(b", as noted before\n")
    assert written.git("rev-parse", NOTE) == first


def test_a_commit_that_no_session_wrote_gets_no_note(written):
    commit(written, "y = 2\n", "old.py")
    seen = written.run("agent", "record")

    assert seen.out == b"no recorded session wrote any line of that\n"
    assert not written.git("for-each-ref", NOTE)


def test_a_clone_that_fetches_the_notes_knows_the_lines(written, tmp_path):
    written.run("agent", "record", "--base", "main")
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    written.git("push", "--quiet", str(bare), "main", "topic", NOTE)
    other = type(written)(tmp_path / "other", written.home, written.environ)
    other.root.mkdir()
    other.git("init", "--quiet")
    other.git("fetch", "--quiet", str(bare), "+refs/heads/*:refs/remotes/origin/*")
    base = ("--base", "origin/main", "--head", "origin/topic")

    assert "recorded" not in grades(other, *base)
    other.git("fetch", "--quiet", str(bare), f"+{NOTE}:{NOTE}")
    assert "recorded" in grades(other, *base)


def test_after_a_rebase_the_lines_are_known_and_the_note_can_be_made_anew(written):
    written.run("agent", "record")
    written.git("checkout", "--quiet", "main")
    commit(written, "z = 3\n", "third.py", "elsewhere")
    written.git("checkout", "--quiet", "topic")
    written.git("rebase", "--quiet", "main")
    (written.root / ".git/aigate/sessions/one.jsonl").rename(written.home / "kept")

    assert "recorded" in grades(written, "--base", "main", "--head", "topic")
    (written.home / "kept").rename(written.root / ".git/aigate/sessions/one.jsonl")
    written.run("agent", "record", "--base", "main")
    assert noted(written, "HEAD")


def test_lines_that_changed_on_the_way_are_unknown_again(written):
    written.run("agent", "record")
    (written.root / ".git/aigate/sessions/one.jsonl").unlink()
    changed = "\n".join(row.replace("value", "amount") for row in WROTE) + "\n"
    commit(written, changed)

    assert grades(written, "--base", "main", "--head", "topic") == {"none"}


def test_the_commands_of_the_documentation_bring_two_developers_together(written, tmp_path):
    """Both note something on one commit, and the second one pushes after the first."""
    text = DOCS.read_text().partition("git fetch origin +refs/notes/aigate")
    commands = (text[1] + text[2]).partition("\n```")[0].split("\n")
    assert len(commands) == 3
    written.run("agent", "record")
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    written.git("remote", "add", "origin", str(bare))
    written.git("push", "--quiet", "origin", "main", "topic", NOTE)
    written.git("update-ref", "-d", NOTE)
    remember(written, session("new.py", WROTE[0], agent="codex", session="s-2"), name="one")
    written.run("agent", "record")
    for command in commands:
        written.git(*command.split()[1:])

    rows = written.git("--git-dir", str(bare), "notes", "--ref=aigate", "show", "topic")
    agents = {json.loads(row)["agent"] for row in rows.split("\n")}
    assert agents == {"claude", "codex"}


@pytest.mark.parametrize(
    "record",
    [
        b"\xff\xfe\n",
        b"[" * 100_000 + b"\n",
        b'{"version": "aigate-session/1", "files": 7}\n',
        b'{"version": "aigate-session/2"}\n',
        session("../../etc/passwd", *WROTE),
        session("new.py\nHEAD:old.py", *WROTE),
        session("new.py", "nothing that is there"),
        session("new.py", *WROTE, files=[{"path": "new.py", "lines": [7, "x" * 99]}]),
        session("new.py", *WROTE, session=""),
        session("new.py", *WROTE, session="x" * 301),
        session("new.py", *WROTE, agent="\ud800"),
        session("new.py", *WROTE, more="than the form has"),
    ],
)
def test_what_is_no_record_of_this_commit_is_passed_over(written, record):
    remember(written, record)
    seen = written.run("agent", "record")

    assert seen.code == 0
    assert seen.out == b"no recorded session wrote any line of that\n"


def test_a_note_that_cannot_be_kept_is_said_in_words(written):
    (written.root / ".git" / "refs" / "notes").mkdir(parents=True, exist_ok=True)
    (written.root / ".git" / "refs" / "notes" / "aigate.lock").touch()
    seen = written.run("agent", "record")

    assert seen.code == 3
    assert re.search(r"the note on `[0-9a-f]{12}` cannot be written", seen.text)
    assert "hint: " in seen.text


def test_a_note_makes_no_finding_cheaper(written):
    hidden = 'turned = "\u202e round"'
    commit(written, "\n".join((*WROTE, hidden)) + "\n", "new.py")
    remember(written, session("new.py", *WROTE, hidden))
    seen = []
    for step in ("without", "with"):
        if step == "with":
            written.run("agent", "record", "--base", "main")
        report = written.scan("--base", "main", "--head", "topic").report
        seen.append([(one["rule"], one["action"], one["blocking"]) for one in report["findings"]])

    assert any(blocks for _, _, blocks in seen[0])
    assert seen[0] == seen[1]
