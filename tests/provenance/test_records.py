from __future__ import annotations

import json
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aigate.domain.evidence import Claim, Doubt, Grade
from aigate.domain.finding import Provenance
from tests.provenance.conftest import CURSOR_SESSION, HUMANS, SESSION, note, session, trace

ID = "c" * 40
KEY = f"{SESSION}::t_9f8e7d6c5b4a32"


def codes(found):
    return [one.code for one in found if isinstance(one, Doubt)]


def claims(found):
    return [one for one in found if isinstance(one, Claim)]


def git_ai(heard, data):
    return heard("git-ai", notes={"refs/notes/ai": {ID: data}})


def test_a_note_tells_lines_agent_model_and_session(heard):
    data = note(
        {"src/my file.py": [(KEY, "1-4,9"), ("h_31dce776f88375", "6")]},
        sessions=CURSOR_SESSION,
        humans=HUMANS,
    )
    ai, human = git_ai(heard, data)

    assert (ai.kind, ai.agent, ai.model, ai.session) == (
        Provenance.AI,
        "cursor",
        "some-model-1",
        "talk-1",
    )
    assert (ai.path, ai.ranges, ai.grade) == ("src/my file.py", ((1, 4), (9, 9)), Grade.NOTED)
    assert (human.kind, human.ranges) == (Provenance.HUMAN, ((6, 6),))


@pytest.mark.parametrize("key", ["d9978a8723e02b52", "d9978a8"])
def test_old_notes_count_as_well(heard, key):
    record = {"agent_id": {"tool": "claude", "id": "x", "model": "m"}, "overriden_lines": 1}

    assert git_ai(heard, note({"a.py": [(key, "1")]}, prompts={key: record}))[0].agent == "claude"


WRONG = {
    "no-divider": (b"a.py\n  x 1\n", "note-malformed"),
    "no-json": (b"a.py\n---\nnope", "note-malformed"),
    "a-list": (b"---\n[]", "note-malformed"),
    "deep": (b"---\n" + b"[" * 200_000, "note-malformed"),
    "not-utf-8": (b"\xff\xfe\n---\n{}", "note-malformed"),
    "other-version": (note({}, schema_version="authorship/9"), "note-malformed"),
    "unknown-key": (note({"a.py": [(KEY, "1")]}), "note-unknown-key"),
    "backwards": (note({"a.py": [(KEY, "9-1")]}, sessions=CURSOR_SESSION), "note-ranges"),
    "zero": (note({"a.py": [(KEY, "0")]}, sessions=CURSOR_SESSION), "note-ranges"),
    "wild": (note({"a.py": [(KEY, "1-999999999")]}, sessions=CURSOR_SESSION), "note-ranges"),
    "huge-number": (note({"a.py": [(KEY, "9" * 5000)]}, sessions=CURSOR_SESSION), "note-ranges"),
    "no-entry": (note({"a.py": [("key", "lines")]}), "note-malformed"),
    "both": (
        note(
            {"a.py": [(KEY, "1-5"), ("h_31dce776f88375", "3")]},
            sessions=CURSOR_SESSION,
            humans=HUMANS,
        ),
        "note-contradicts-itself",
    ),
    "large": (b"x" * 4_000_001, "note-large"),
    "many-ranges": (
        note({"a.py": [(KEY, ",".join(["1"] * 100_001))]}, sessions=CURSOR_SESSION),
        "note-ranges",
    ),
}


@pytest.mark.parametrize(("data", "code"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_with_a_note_is_said(heard, data, code):
    started = time.monotonic()

    assert code in codes(git_ai(heard, data))
    assert time.monotonic() - started < 5


def test_a_record_that_git_ai_itself_loses_is_no_mistake(heard):
    (found,) = git_ai(heard, note({"a.py": [("d9978a8723e02b52", "1")]}))

    assert (found.kind, found.agent) == (Provenance.AI, "")


def test_a_thousand_mistakes_of_one_note_are_said_once(heard):
    data = note({f"{n}.py": [(KEY, "0")] for n in range(1000)}, sessions=CURSOR_SESSION)

    assert codes(git_ai(heard, data)) == ["note-ranges"]


def test_notes_on_other_commits_say_nothing(heard):
    data = note({"a.py": [(KEY, "1")]}, sessions=CURSOR_SESSION)

    assert heard("git-ai", notes={"refs/notes/ai": {"d" * 40: data}}) == []


def traced(heard, *records, parents=("p" * 40,), **found):
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in records)
    files = {".agent-trace/traces.jsonl": text.encode("utf-8", "surrogatepass")}
    return heard("agent-trace", parents=parents, files=files, **found)


def test_a_trace_is_about_the_commit_after_the_one_that_it_names(heard):
    (found,) = traced(heard, trace("a.py", "p" * 40, 2, 7))

    assert (found.commit, found.path, found.ranges) == (ID, "a.py", ((2, 7),))
    assert (found.agent, found.model, found.grade) == ("cursor", "vendor/model-1", Grade.NOTED)


def test_a_trace_of_what_is_not_committed_yet_is_about_that(heard):
    (found,) = traced(heard, trace("a.py", "h" * 40), commits=(), head="h" * 40)

    assert found.commit == ""


def test_a_trace_of_a_commit_that_is_gone_only_hints(heard):
    (found,) = traced(heard, trace("a.py", "9" * 40, 2, 7))

    assert (found.commit, found.ranges, found.grade) == (None, (), Grade.HINTED)


def test_one_broken_record_does_not_take_the_others_with_it(heard):
    found = traced(heard, "{nope", trace("a.py", "p" * 40), '"text"')

    assert len(claims(found)) == 1
    assert codes(found) == ["trace-malformed"]


def test_pseudo_paths_and_unknown_contributors_are_passed_over(heard):
    records = [trace(".sessions", "p" * 40), trace("a.py", "p" * 40, contributor={"type": "cat"})]

    assert traced(heard, *records) == []


@pytest.mark.parametrize("ranges", [(0, 1), (5, 2), (1, 10**9), ("1", "2"), (None, None)])
def test_wild_ranges_are_doubted(heard, ranges):
    assert codes(traced(heard, trace("a.py", "p" * 40, *ranges))) == ["trace-ranges"]


def test_the_path_of_a_home_folder_is_reported(heard):
    where = "/" + "home/someone/project/a.py"

    assert "trace-leaks-path" in codes(traced(heard, trace(where, "p" * 40)))


def test_a_session_names_lines_by_digest(heard):
    (found,) = heard("sessions", local=(session("a.py", "x = call()", "  y = 2 + 3"),))

    assert (found.path, found.session, found.grade) == ("a.py", "session-1", Grade.RECORDED)
    assert len(found.hashes) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"nope\n",
        b"[1.5]\n",
        b"\xff\n",
        session("a.py", "x = 1", version="aigate-session/9"),
        session("a.py", "x = 1", agent=""),
        session("a.py", "x = 1", more=1),
        session("a.py"),
        session("", "x = 1"),
        session("a.py", "x = 1", files=[{"path": "a.py", "blob": "b" * 40, "lines": ["zz"]}]),
        session("a.py", "x = 1").replace(b'"agent"', b'"session"'),
    ],
)
def test_a_session_record_is_read_strictly(heard, data):
    assert codes(heard("sessions", local=(data,))) == ["session-malformed"]


def test_a_huge_session_is_not_read(heard):
    assert codes(heard("sessions", local=(b"x" * 4_000_001,))) == ["session-large"]


@pytest.mark.parametrize(
    ("branch", "agent"),
    [("claude/fix-1", "claude"), ("codex/x", "codex"), ("main", ""), ("my-claude/x", ""), ("", "")],
)
def test_the_prefix_of_a_branch_is_a_hint(heard, branch, agent):
    found = heard("branches", branch=branch)

    assert [one.agent for one in found] == ([agent] if agent else [])
    assert all(one.grade is Grade.HINTED for one in found)


anything = st.binary(max_size=300)


# As one hook writes it: one edit, with the path on somebody's disk.
EDIT = {
    "schema": "agent-trace/v0.1.0",
    "session_id": "talk-1",
    "file_path": "/srv/builds/tool/scripts/build.ts",
    "start_line": 2,
    "end_line": 2,
    "tool": "Edit",
    "tool_use_id": "use-1",
}
HEAD = frozenset({"scripts/build.ts", "build.ts", "README.md", "src/a b/odd.ts"})


def test_a_flat_record_of_one_edit_hints_at_its_file(heard):
    (found,) = traced(heard, EDIT, paths=HEAD)

    assert (found.kind, found.grade, found.path) == (
        Provenance.AI,
        Grade.HINTED,
        "scripts/build.ts",
    )
    assert (found.session, found.commit, found.ranges) == ("talk-1", None, ())


@pytest.mark.parametrize(
    ("spelled", "path"),
    [
        ("scripts/build.ts", "scripts/build.ts"),
        ("./scripts/build.ts", "scripts/build.ts"),
        (r"src\a b\odd.ts", "src/a b/odd.ts"),
        ("file:///srv/x/scripts/build.ts", "scripts/build.ts"),
        (r"D:\x\tool\scripts\build.ts", "scripts/build.ts"),
    ],
)
def test_a_path_of_a_trace_is_found_however_it_is_spelt(heard, spelled, path):
    (found,) = traced(heard, trace(spelled, "p" * 40), paths=HEAD)

    assert found.path == path


@pytest.mark.parametrize("spelled", ["/srv/elsewhere/README.md", "/srv/notes.txt", "C:\\README.md"])
def test_a_file_of_the_same_name_on_a_disk_is_not_taken_for_one_of_the_tree(heard, spelled):
    assert traced(heard, EDIT | {"file_path": spelled}, paths=HEAD) == []


def test_a_name_with_a_backslash_is_a_name_where_the_head_has_it(heard):
    (found,) = traced(heard, trace("a\\b", "p" * 40), paths=frozenset({"a\\b"}))

    assert found.path == "a\\b"


def test_a_commit_may_be_called_by_the_start_of_its_id(heard):
    (found,) = traced(heard, trace("a.py", "p" * 8, 2, 7))

    assert (found.grade, found.ranges) == (Grade.NOTED, ((2, 7),))


def test_a_trace_without_ranges_hints_at_its_file(heard):
    (found,) = traced(heard, trace("a.py", "p" * 40, ranges=[]))

    assert (found.kind, found.grade, found.ranges) == (Provenance.AI, Grade.HINTED, ())


def test_a_record_of_another_form_is_said(heard):
    assert codes(traced(heard, {"edits": []})) == ["trace-malformed"]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/home/talk/1",
        "https://example.com/Users/1",
        "src/home/view.ts",
        "$BASE/home/x",
    ],
)
def test_an_address_with_such_a_folder_leaks_nothing(heard, text):
    found = traced(heard, trace("a.py", "p" * 40, url=text))

    assert "trace-leaks-path" not in codes(found)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(anything, st.sampled_from(["git-ai", "agent-trace", "sessions"]))
def test_no_bytes_make_evidence_fail(heard, data, name):
    notes = {ref: {ID: data} for ref in ("refs/notes/ai", "refs/notes/aigate")}
    notes["refs/notes/agent-trace"] = {ID: data}
    heard(
        name,
        data.decode("utf-8", "surrogateescape"),
        notes=notes,
        local=(data,),
        files={".agent-trace/traces.jsonl": data},
    )


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["files", "path", "conversations", "ranges", "start_line", "end_line", "contributor",
         "type", "vcs", "tool", "sessions", "agent_id", "schema_version", "lines"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(json_values)
def test_no_json_makes_evidence_fail(heard, value):
    raw = json.dumps(value).encode()
    traced(heard, raw.decode())
    git_ai(heard, b"a.py\n  x 1\n---\n" + raw)
    heard("sessions", local=(raw,))
