from __future__ import annotations

import json
from pathlib import Path

import jsonschema  # noqa: TID253 - tests may take their time
import pytest

from aigate.documents.agents import read_agents
from aigate.errors import IntegrityError
from tests.provenance.conftest import CLAUDE, CURSOR_SESSION, ROOT, SESSION, note, trace

SCHEMA = json.loads((Path(__file__).parent / "agent-trace.schema.json").read_text())
CHANGE = ("--base", "main~1", "--head", "main")


@pytest.fixture
def changed(project):
    project.commit({"app.py": "x = 1\n", "gone.py": "y = 1\n"})
    project.commit(
        {"app.py": "x = 1\ny = 2\nz = 3\n", "data.bin": b"\0\1\2", "new file.py": "a = 1"},
        removed=["gone.py"],
        message=f"feat\n\n{CLAUDE}\nClaude-Session: https://claude.ai/code/session_1\n",
    )
    data = note({"app.py": [(f"{SESSION}::t_9f8e7d6c5b4a32", "3")]}, sessions=CURSOR_SESSION)
    blob = project.git("hash-object", "-w", "--stdin", feed=data)
    project.git("notes", "--ref=ai", "add", "-C", blob, "main")
    return project


def test_it_shows_a_line_for_each_line(changed):
    seen = changed.run("blame", *CHANGE, "app.py")
    rows = seen.out.decode().splitlines()
    head, base = changed.git("rev-parse", "main")[:8], changed.git("rev-parse", "main~1")[:8]

    assert seen.code == 0
    assert seen.out.endswith(b"\n")
    assert [row.split()[:3] for row in rows] == [
        [f"^{base}", "unknown", "none"],
        [head, "ai", "claimed"],
        [head, "mixed", "noted"],
    ]
    assert rows[1].endswith("2) y = 2")
    assert "claude, cursor" in rows[2]


def test_without_a_file_it_shows_all_that_differ(changed):
    seen = changed.run("blame", *CHANGE, "--format", "json").report

    assert [file["path"] for file in seen["files"]] == ["app.py", "new file.py"]
    assert [file["lines"] for file in seen["files"]] == [3, 1]


def test_without_a_reference_all_of_the_history_counts(changed):
    changed.check_out()
    seen = changed.run("blame", "app.py", "--format", "json").report
    ranges = seen["files"][0]["ranges"]

    assert [one["origin"]["kind"] for one in ranges] == ["unknown", "ai", "mixed"]
    assert not any(one["older"] for one in ranges)


def test_json_has_the_fields_of_aisvs_ac_10_1(changed):
    (file, _) = changed.run("blame", *CHANGE, "--format", "json").report["files"]

    assert file["ranges"][1]["ac_10_1"] == {
        "model": "Claude Opus 4.5",
        "tool": "claude",
        "context": None,
        "prompt_hash": None,
        "human_involvement": "named as author: Dev",
        "session_id": "https://claude.ai/code/session_1",
        "correlation_id": changed.git("rev-parse", "main"),
    }


def test_the_trace_is_valid_and_says_the_same_again(changed):
    first, second = (
        changed.run("blame", *CHANGE, "--format", "agent-trace").report for _ in range(2)
    )
    checker = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())

    checker.validate(first)
    assert first["id"] == second["id"]
    assert first["vcs"] == {"type": "git", "revision": changed.git("rev-parse", "main")}
    talks = first["files"][0]["conversations"]
    assert [talk["contributor"]["type"] for talk in talks] == ["ai", "mixed"]
    assert talks[0]["url"] == "https://claude.ai/code/session_1"
    assert [talk["ranges"][0]["start_line"] for talk in talks] == [2, 3]


def test_our_own_trace_can_be_read_back(changed, heard):
    trace = changed.run("blame", *CHANGE, "--format", "agent-trace").out
    files = {".agent-trace/traces.jsonl": trace}
    revision = changed.git("rev-parse", "main")
    found = heard("agent-trace", parents=(revision,), files=files)

    assert {(one.path, one.ranges) for one in found} >= {("app.py", ((2, 2),))}


def test_our_own_trace_says_the_same_when_it_is_all_that_is_left(changed):
    changed.commit({"app.py": "x = 1\n# more\ny = 2\nz = 3\n"})
    first = changed.run(
        "blame", "--base", "main~2", "--head", "main", "--format", "agent-trace"
    ).report
    changed.git("update-ref", "-d", "refs/notes/ai")
    changed.commit({".agent-trace/traces.jsonl": json.dumps(first)})
    second = changed.run(
        "blame", "--base", "main~3", "--head", "main", "app.py", "--format", "json"
    ).report

    (file,) = second["files"]
    told = {one["first"]: one["origin"] for one in file["ranges"] if not one["older"]}
    assert {line: (one["kind"], one["agent"]) for line, one in told.items()} == {
        2: ("unknown", ""),
        3: ("ai", "claude"),
        4: ("mixed", "claude, cursor"),
    }
    assert told[4]["grade"] == "noted"


@pytest.mark.parametrize(("top", "kind"), [("", "ai"), ("# later\n", "unknown")])
def test_a_trace_tells_of_older_commits_only_while_the_file_is_as_it_was(project, top, kind):
    project.commit({"README.md": "hello\n"})
    project.commit({"app.py": "y = 2\n"})
    project.commit({"app.py": "y = 2\nz = 3\n"})
    record = trace("app.py", project.git("rev-parse", "main"), 1, 1)
    told = {".agent-trace/traces.jsonl": json.dumps(record), "app.py": f"{top}y = 2\nz = 3\n"}
    project.commit(told)
    seen = project.run(
        "blame", "--base", "main~3", "--head", "main", "app.py", "--format", "json"
    ).report

    origins = [one["origin"]["kind"] for one in seen["files"][0]["ranges"]]
    assert origins[-2 if top == "" else 1] == kind


def test_what_is_no_text_is_said(changed):
    seen = changed.run("blame", "--head", "main", "data.bin")

    assert seen.code == 0
    assert "note: `data.bin` is no text" in seen.text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no file is named"),
        (("--head", "main", "src"), "`src` is a folder"),
        ((".",), "`.` is a folder"),
        (("nowhere.py",), "there is no file `nowhere.py`"),
        (("../outside.py",), "`../outside.py` is outside of the repository"),
        (("--base", "nowhere", "app.py"), "no commit `nowhere` here"),
    ],
)
def test_what_cannot_be_shown_is_said(changed, arguments, said):
    changed.commit({"src/a.py": "x = 1\n"})
    seen = changed.run("blame", *arguments, cwd=changed.root)

    assert seen.code in {2, 3}
    assert said in seen.text
    assert "hint:" in seen.text or "outside" in said


def test_hostile_text_reaches_no_terminal(project):
    project.commit({"README.md": "x\n"})
    project.commit(
        {"a.txt": "\x1b[31mred\u202e\n"}, message="x\n\nAssisted-by: a\x1b[0m:m\nAssisted-by: b:m"
    )
    seen = project.run("blame", "--base", "main~1", "--head", "main")

    assert b"\x1b" not in seen.out
    assert "\u202e" not in seen.out.decode()


def test_the_table_of_agents_fits_its_schema():
    schema = json.loads((ROOT / "policies/schemas/agents.schema.json").read_text())

    jsonschema.validate(json.loads((ROOT / "policies/data/agents.json").read_text()), schema)


@pytest.mark.parametrize("data", [b"", b"{}", b'{"as_of": 1, "agents": [{}]}', b"\xff"])
def test_a_damaged_table_of_agents_stops_the_run(data):
    with pytest.raises(IntegrityError, match="is damaged"):
        read_agents(data)
