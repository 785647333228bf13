"""Records and histories made to mislead: a finding or a gap, never a crash or a better verdict."""

from __future__ import annotations

import json
import time

import pytest

from tests.provenance.conftest import CLAUDE, CURSOR_SESSION, SESSION, note, session

pytestmark = pytest.mark.slow

KEY = f"{SESSION}::t_9f8e7d6c5b4a32"
CODE = "def run(q):\n    return eval(q)\n"
DEV = "Dev <dev@example.com> 1700000000 +0000"


def put_note(project, data: bytes, ref: str = "refs/notes/ai") -> None:
    blob = project.git("hash-object", "-w", "--stdin", feed=data)
    project.git("notes", f"--ref={ref}", "add", "-f", "-C", blob, "main")


def noted(project, ranges: str, path: str = "app.py") -> None:
    put_note(project, note({path: [(KEY, ranges)]}, sessions=CURSOR_SESSION))


def strange_tree(project) -> None:
    """Put a folder where a note should be, and a file of another name beside it."""
    name = project.git("rev-parse", "main")
    blob = project.git("hash-object", "-w", "--stdin", feed=b"x")
    inner = project.git("mktree", feed=f"100644 blob {blob}\tx\n".encode())
    tree = project.git("mktree", feed=f"040000 tree {inner}\t{name}\n".encode())
    commit = project.git("commit-tree", "-m", "notes", tree)
    project.git("update-ref", "refs/notes/ai", commit)
    project.git("update-ref", "refs/notes/aigate", commit)


def blob_ref(project) -> None:
    blob = project.git("hash-object", "-w", "--stdin", feed=b"no tree")
    for ref in ("refs/notes/ai", "refs/notes/agent-trace", "refs/notes/aigate"):
        (project.root / ".git" / ref).parent.mkdir(parents=True, exist_ok=True)
        (project.root / ".git" / ref).write_text(f"{blob}\n")


def replaced(project) -> None:
    """Show another commit, without the trailer, in place of the head."""
    head = project.git("rev-parse", "main")
    raw = project.git("cat-file", "commit", head).replace(CLAUDE, "") + "\n"
    other = project.git("hash-object", "-t", "commit", "-w", "--stdin", feed=raw.encode())
    project.git("replace", head, other)


def cycle(project) -> None:
    """Make the first commit seem to come after the last."""
    head, first = project.git("rev-parse", "main"), project.git("rev-parse", "main~1")
    (project.root / ".git" / "info").mkdir(exist_ok=True)
    (project.root / ".git" / "info" / "grafts").write_text(f"{first} {head}\n")


def traces(project, text: bytes) -> None:
    project.commit({".agent-trace/traces.jsonl": text})


WRONG = "unreliable-provenance"
# What is done after the change, and what must be said about it, if anything.
HOSTILE = {
    "wild-ranges": (lambda p: noted(p, "1-999999999"), WRONG),
    "beyond-the-file": (lambda p: noted(p, "1-5000000"), WRONG),
    "no-such-file": (lambda p: noted(p, "1", "nowhere.py"), WRONG),
    "out-of-the-tree": (lambda p: noted(p, "1", "../../etc/passwd"), WRONG),
    "odd-path": (lambda p: noted(p, "1", "a\x00b\x1b[31m"), WRONG),
    "100-mb": (lambda p: put_note(p, b"x\n" * 50_000_000), WRONG),
    "not-utf-8": (lambda p: put_note(p, b"\xff\xfe\n---\n{}"), WRONG),
    "empty": (lambda p: put_note(p, b"\n"), WRONG),
    "session-not-json": (lambda p: put_note(p, b"{", "refs/notes/aigate"), WRONG),
    "trace-not-json": (lambda p: put_note(p, b"{", "refs/notes/agent-trace"), WRONG),
    "trace-in-tree": (lambda p: traces(p, b'{"files": [\n' * 1000), WRONG),
    "strange-tree": (strange_tree, ""),
    "a-blob-as-ref": (blob_ref, ""),
    "replaced-object": (replaced, ""),
    "cyclic-history": (cycle, ""),
}


@pytest.mark.parametrize(("done", "said"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_said_and_changes_nothing_for_the_better(project, done, said):
    project.commit({"README.md": "hello\n"})
    project.commit({"app.py": CODE}, message=f"feat: run\n\n{CLAUDE}\n")
    base = project.git("rev-parse", "main~1")
    done(project)
    started = time.monotonic()
    seen = project.scan("--base", base, "--head", "main")

    assert seen.code == 1, seen.text[:2000]
    assert "blocks 2 python-code-from-text" in seen.said("app.py")
    found = next(one for one in seen.findings("app.py") if one["line"] == 2)
    assert found["origin"]["kind"] in {"ai", "mixed"}
    assert "claude" in found["origin"]["agent"]
    assert time.monotonic() - started < 60
    if said:
        assert said in {one["rule"] for one in seen.report["findings"]}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"x\n\n{CLAUDE}\n", id="plain"),
        pytest.param(f"x\n\n{CLAUDE}\n\nand more text\n", id="in-the-middle"),
        pytest.param(f"x\n\n\udcff\udcfe: \udcff\n{CLAUDE} \udcff\n", id="not-utf-8"),
        pytest.param("x\n\n" + f"{CLAUDE}\n" * 10_000, id="ten-thousand"),
        pytest.param(f"x\n\n{CLAUDE.replace(' <', chr(10) + ' <')}\n", id="folded"),
        pytest.param(f"x\r\n\r\n{CLAUDE}\r\n", id="windows"),
        pytest.param(f"{'y' * 2_000_000}\n\n{CLAUDE}\n", id="long"),
    ],
)
@pytest.mark.parametrize(
    "author",
    [
        DEV,
        "Dev <dev@example.com> 0 +0000",
        "Dev <dev@example.com> 4080000000 +0000",
        "Dev <dev@example.com> 99999999999999 +0000",
    ],
    ids=["now", "C-053-1970", "C-053-2099", "C-053-far"],
)
def test_trailers_are_found_whatever_surrounds_them(project, message, author):
    project.commit({"README.md": "hello\n"})
    project.commit({"app.py": "answer = 42\n"}, message=message, author=author)
    seen = project.run("blame", "--base", "main~1", "--head", "main", "--format", "json")

    assert seen.code == 0, seen.text[:2000]
    assert seen.report["files"][0]["ranges"][0]["origin"]["agent"] == "claude"


def test_a_forged_author_of_the_registry_makes_nothing_human_c_051(project):
    project.commit({"README.md": "hello\n"})
    author = "Security <security@example.com> 1700000000 +0000"
    project.commit({"app.py": CODE}, author=author)
    seen = project.scan()

    assert seen.findings("app.py")[0]["origin"]["kind"] == "unknown"
    assert seen.code == 1


def test_mailmap_and_trailers_make_nothing_human_c_052(project):
    project.commit({".mailmap": "Human <h@example.com> <noreply@anthropic.com>\n"})
    agent = "Claude <noreply@anthropic.com> 1700000000 +0000"
    message = "feat\n\nReviewed-by: Sec <security@example.com>\nSigned-off-by: Sec <s@example.com>"
    project.commit({"app.py": CODE}, author=agent, message=message)
    seen = project.scan()

    assert seen.findings("app.py")[0]["origin"]["agent"] == "claude"
    assert seen.code == 1


STRICTER = """\
version: 1
name: stricter-for-ai
requirements:
  - {id: all, action: note}
  - {id: ai, match: {origin: ai, severity: [medium, high, critical]}, action: joint}
"""
NOTHING = {
    "C-041-trailer": f"feat\n\n{CLAUDE}\n",
    "C-041-stripped": "feat\n",
    "C-041-human": "feat\n\nCo-authored-by: Ada <ada@example.com>\n",
}


@pytest.mark.parametrize("message", NOTHING.values(), ids=NOTHING)
def test_taking_evidence_away_changes_no_verdict(project, message):
    project.commit({".aigate/policy.yaml": STRICTER})
    project.commit({"app.py": CODE}, message=message)
    seen = project.scan()

    assert seen.code == 1
    rules = {one["rule"]: one["requirement"] for one in seen.findings("app.py")}
    assert rules["python-code-from-text"] == "ai"


def test_a_human_note_and_a_session_of_another_file_change_no_verdict_c_041(project):
    project.commit({".aigate/policy.yaml": STRICTER})
    project.commit({"app.py": CODE}, message=f"feat\n\n{CLAUDE}\n")
    humans = {"h_31dce776f88375": {"author": "Dev <dev@example.com>"}}
    put_note(project, note({"app.py": [("h_31dce776f88375", "1-2")]}, humans=humans))
    put_note(project, session("other.py", "return eval(q)"), "refs/notes/aigate")
    seen = project.scan()

    assert seen.code == 1
    found = next(one for one in seen.findings("app.py") if one["requirement"] == "ai")
    assert found["origin"]["kind"] == "mixed"


def rules(seen) -> set[str]:
    return {one["rule"] for one in seen.report["findings"] if one["scanner"] == "provenance"}


def test_commits_that_hide_who_made_them_are_findings(project):
    project.commit({"README.md": "hello\n"})
    bot = "Claude <noreply@anthropic.com> 1700000000 +0000"
    message = "feat\n\nSigned-off-by: Claude <noreply@anthropic.com>\n"
    project.commit({"notes.txt": "x\n"}, author=bot, message=message)
    seen = project.scan()

    assert rules(seen) == {"agent-sign-off", "agent-change-without-person"}
    assert {one["path"] for one in seen.report["findings"]} == {"notes.txt"}
    assert {one["action"] for one in seen.report["findings"]} == {"warn"}
    assert seen.code == 0


@pytest.mark.parametrize(
    ("demand", "trailer", "said"),
    [
        ("none", CLAUDE, False),
        ("kernel", CLAUDE, True),
        ("kernel", "Assisted-by: Claude:some-model-1 sparse", False),
        ("coauthor", CLAUDE, False),
        ("coauthor", "Assisted-by: Claude:some-model-1", True),
        ("either", CLAUDE, False),
        ("either", "Made-with: Cursor", True),
    ],
)
def test_a_policy_can_ask_for_disclosure(project, demand, trailer, said):
    policy = f"version: 1\nname: a\nextends: aigate:default\nprovenance: {{ai-trailer: {demand}}}\n"
    project.commit({".aigate/policy.yaml": policy})
    project.commit({"notes.txt": "x\n"}, message=f"feat\n\n{trailer}\n")

    assert ("missing-ai-disclosure" in rules(project.scan())) is said


def test_settings_that_name_notes_which_are_not_here_are_a_gap(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"notes.txt": "x\n"})
    project.git("config", "notes.displayRef", "refs/notes/ai")
    seen = project.scan()

    assert seen.code == 3
    (gap,) = seen.report["gaps"]
    assert gap["code"] == "notes-not-fetched"
    command = "git fetch origin '+refs/notes/*:refs/notes/*'"
    assert command in gap["reason"]
    assert "hint: fetch the notes" in project.scan(format="text").out.decode()


def test_other_settings_leave_no_gap(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"notes.txt": "x\n"})
    project.git("config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")

    assert project.scan().code == 0


def test_the_share_of_ai_is_in_the_summary(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"a.txt": "one line\ntwo lines\n"}, message=f"feat\n\n{CLAUDE}\n")
    project.commit({"b.txt": "three lines\n"})
    given = ("--base", "main~2", "--head", "main")

    assert project.scan(*given).report["summary"]["added_lines"] == {
        "total": 3, "ai": 2, "human": 0, "mixed": 0, "unknown": 1, "agents": {"claude": 2},
    }  # fmt: skip
    text = project.scan(*given, format="text").out.decode()
    assert "origin: 2 with AI (claude 2), 1 unknown, which count as AI, of 3 added lines" in text


def test_staged_and_unstaged_lines_are_unknown_and_counted(project):
    project.commit({"README.md": "hello\n"})
    project.check_out()
    (project.root / "new.txt").write_text("one more line\n")
    project.git("add", "new.txt")

    for given in (("--staged",), ("--base", "main")):
        added = project.scan(*given).report["summary"]["added_lines"]
        assert (added["total"], added["unknown"]) == (1, 1)


def test_a_name_that_is_no_utf_8_is_attributed(project):
    project.commit({"README.md": "hello\n"})
    project.commit({b"caf\xe9.txt": "some text\n"}, message=f"feat\n\n{CLAUDE}\n")
    seen = project.run("blame", "--base", "main~1", "--head", "main", "--format", "json")

    assert seen.report["files"][0]["ranges"][0]["origin"]["kind"] == "ai"
    trace = project.run("blame", "--base", "main~1", "--head", "main", "--format", "agent-trace")
    assert json.loads(trace.out)["files"][0]["path"] == "caf\\xe9.txt"


@pytest.mark.parametrize(("files", "kinds"), [(2, {"ai"}), (26, {"unknown"})])
def test_of_a_whole_tree_some_files_are_attributed_or_a_note_says_that_none_is(
    project, files, kinds
):
    project.commit({f"{n}.py": CODE for n in range(files)}, message=f"feat\n\n{CLAUDE}\n")
    project.check_out()
    seen = project.run("scan", "--format", "json").report

    assert {one["origin"]["kind"] for one in seen["findings"]} == kinds
    assert seen["summary"]["added_lines"] is None
    assert any("aigate blame FILE" in note for note in seen["notes"]) is (files > 25)


def test_of_a_large_change_only_findings_are_attributed(project):
    project.commit({"README.md": "hello\n"})
    files = {f"{n}.txt": f"text {n}\n" for n in range(400)} | {"app.py": CODE}
    project.commit(files, message=f"feat\n\n{CLAUDE}\n")
    seen = project.scan().report

    assert {one["origin"]["kind"] for one in seen["findings"] if one["path"] == "app.py"} == {"ai"}
    assert seen["summary"]["added_lines"] is None
    assert any("401 files changed" in note for note in seen["notes"])
