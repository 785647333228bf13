"""After a write, at the end, in a row, side by side, and killed half-way."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aigate.engine.origin import line_hash
from aigate.loop import state
from aigate.loop.answer import MOST_BLOCKS

KEY = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
BAD = "eval(input())\n"


def _stop(**other: Any) -> dict[str, Any]:
    return {"session_id": "session-1", "hook_event_name": "Stop", "stop_hook_active": False} | other


def _edit(hooks: Any, helpers: Any, path: str, text: str) -> Any:
    """Write as an agent would: ask, write, tell; return what was said afterwards."""
    assert hooks.say(helpers.write_event(path, text)) == {}
    (hooks.root / path).write_text(text)
    return hooks.say(helpers.write_event(path, text, "PostToolUse"))


@pytest.mark.slow
def test_what_was_written_is_judged_and_the_fix_is_told(hooks: Any, helpers: Any) -> None:
    said = _edit(hooks, helpers, "run.py", BAD)
    assert said["decision"] == "block"
    assert "run.py:1 python-code-injection" in said["reason"]
    assert "fix:" in said["reason"]
    assert "two people can sign" in said["reason"]
    assert len(said["reason"]) < 2_000
    assert _edit(hooks, helpers, "run.py", "print(1)\n") == {}


def test_a_plain_text_needs_no_engine(hooks: Any, helpers: Any) -> None:
    def asked() -> str:
        raise AssertionError("the gate was loaded")

    assert hooks.say(helpers.write_event("a.txt", "words\n"), packs=asked) == {}
    (hooks.root / "a.txt").write_text("words\n")
    assert hooks.say(helpers.write_event("a.txt", "words\n", "PostToolUse"), packs=asked) == {}
    (hooks.root / "a.py").write_text("words\n")
    said = hooks.say(helpers.write_event("a.py", "words\n", "PostToolUse"), packs=asked)
    assert "AssertionError" in said["reason"]


@pytest.mark.slow
def test_what_a_shell_wrote_is_found_at_the_end(hooks: Any) -> None:
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    (hooks.root / "shell.py").write_text(BAD)
    said = hooks.say(_stop())
    assert "shell.py:1 python-code-injection" in said["reason"]
    (hooks.root / "shell.py").unlink()
    assert hooks.say(_stop(stop_hook_active=True)) == {}


@pytest.mark.slow
def test_what_was_committed_in_the_session_is_found_at_the_end(hooks: Any) -> None:
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    (hooks.root / "shell.py").write_text(BAD)
    hooks.git("add", "-A")
    hooks.git("commit", "--quiet", "--no-verify", "-m", "done")
    assert "shell.py:1" in hooks.say(_stop())["reason"]


@pytest.mark.slow
def test_what_a_person_left_unfinished_before_is_not_the_agents(hooks: Any) -> None:
    (hooks.root / "mine.py").write_text(BAD)
    (hooks.root / "notes.txt").unlink()
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    assert hooks.say(_stop()) == {}
    (hooks.root / "mine.py").write_text(f"{BAD}x = 1\n")
    assert "mine.py:1" in hooks.say(_stop())["reason"]


@pytest.mark.slow
def test_a_change_of_what_steers_the_gate_is_found_at_the_end(hooks: Any) -> None:
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    (hooks.root / ".pre-commit-config.yaml").write_text("repos: []\n")
    assert "control-plane-change" in hooks.say(_stop())["reason"]


@pytest.mark.slow
def test_before_the_first_commit_everything_is_new(hooks: Any, helpers: Any) -> None:
    hooks.git("update-ref", "-d", "HEAD")
    said = _edit(hooks, helpers, "run.py", BAD)
    assert "run.py:1" in said["reason"]


@pytest.mark.slow
def test_objections_in_a_row_end_with_people_who_are_named(hooks: Any) -> None:
    (hooks.root / "CODEOWNERS").write_text("* @org/developers\n")
    (hooks.root / ".aigate").mkdir()
    (hooks.root / ".aigate" / "policy.yaml").write_text(
        "version: 1\nname: ours\nextends: aigate:default\nowners: {security: '@org/security'}\n"
    )
    hooks.git("add", "-A")
    hooks.git("commit", "--quiet", "-m", "owners")
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    (hooks.root / "run.py").write_text(BAD)
    said = [hooks.say(_stop(stop_hook_active=True)) for _ in range(MOST_BLOCKS + 2)]
    assert [one.get("decision") for one in said] == ["block"] * MOST_BLOCKS + [None, None]
    assert "do not try again" in said[MOST_BLOCKS - 1]["reason"]
    words = said[MOST_BLOCKS]["systemMessage"]
    assert "@org/developers" in words
    assert "@org/security" in words
    assert said[MOST_BLOCKS + 1] == {}, "what people know of already ends no further turn"
    (hooks.root / "run.py").write_text(f"{BAD}x = 2\n")
    assert hooks.say(_stop())["decision"] == "block"


def test_a_write_is_refused_however_often_it_is_tried(hooks: Any, helpers: Any) -> None:
    said = [
        hooks.say(helpers.write_event("x.txt", KEY))["hookSpecificOutput"]
        for _ in range(MOST_BLOCKS + 2)
    ]
    assert {one["permissionDecision"] for one in said} == {"deny"}
    told = ["do not try again" in one["permissionDecisionReason"] for one in said]
    assert told == [False, False, True, True, True]
    assert hooks.say(helpers.write_event("x.txt", "words")) == {}
    again = hooks.say(helpers.write_event("x.txt", KEY))["hookSpecificOutput"]
    assert "do not try again" not in again["permissionDecisionReason"]


@pytest.mark.slow
def test_after_too_many_objections_to_what_was_written_the_agent_is_stopped(
    hooks: Any, helpers: Any
) -> None:
    said = [_edit(hooks, helpers, "run.py", f"{BAD}x = {n}\n") for n in range(MOST_BLOCKS + 1)]
    assert [one.get("decision") for one in said] == ["block"] * MOST_BLOCKS + [None]
    assert said[-1]["continue"] is False
    assert "3 times in a row" in said[-1]["stopReason"]


def test_where_nothing_can_be_kept_an_agent_is_sent_on_once(hooks: Any) -> None:
    hooks.git("update-index", "--add", "--cacheinfo", f"100644,{'1' * 40},gone.py")
    (hooks.root / ".git" / "index").write_bytes(b"no index")
    assert hooks.say(_stop(), states="")["decision"] == "block"
    assert "leaves it to" in hooks.say(_stop(stop_hook_active=True), states="")["systemMessage"]


@pytest.mark.slow
def test_an_engine_that_is_missing_is_no_pass(hooks: Any) -> None:
    (hooks.root / "notes.txt").write_text("x\n")
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    # Nothing is wrong with it, but engines are asked about it.
    (hooks.root / "app.py").write_text("import random\n\nrandom.seed(len(__name__))\n")
    said = hooks.say(_stop(), deadline=0.001)
    assert said["decision"] == "block"
    assert "not examined" in said["reason"]


def test_a_record_names_lines_by_digest_and_holds_no_word(hooks: Any, helpers: Any) -> None:
    text = "the first line\nanother line\n--\n"
    assert hooks.say(_stop(hook_event_name="SessionStart", model="model-1")) == {}
    assert _edit(hooks, helpers, "a.txt", text) == {}
    blob = hooks.git("hash-object", "a.txt")
    [record] = hooks.records()
    lines = sorted(line_hash(row) for row in ("the first line", "another line"))
    assert record == {
        "version": "aigate-session/1",
        "session": "session-1",
        "agent": "claude",
        "model": "model-1",
        "files": [{"path": "a.txt", "blob": blob, "lines": lines}],
    }
    kept = b"".join(file.read_bytes() for file in hooks.states.iterdir() if file.is_file())
    assert b"first line" not in kept


def test_what_was_refused_or_never_written_is_not_recorded(hooks: Any, helpers: Any) -> None:
    assert hooks.say(helpers.write_event("a.txt", f"some words\n{KEY}\n"))
    assert hooks.say(helpers.write_event("b.txt", "never written\n")) == {}
    (hooks.root / "b.txt").write_text("something else\n")
    assert hooks.say(helpers.write_event("b.txt", "never written\n", "PostToolUse")) == {}
    assert hooks.records() == []


@pytest.mark.slow
def test_the_gate_believes_the_record(hooks: Any, helpers: Any) -> None:
    assert _edit(hooks, helpers, "run.py", BAD)["decision"] == "block"
    hooks.git("add", "-A")
    hooks.git("commit", "--quiet", "-m", "by hand, it says")
    done = helpers.aigate(hooks, "blame", "run.py")
    assert b"ai" in done.stdout
    assert b"recorded" in done.stdout
    assert b"claude" in done.stdout


def test_a_damaged_state_makes_the_session_start_stricter(hooks: Any, helpers: Any) -> None:
    (hooks.root / "mine.txt").write_text(f"{KEY}\n")
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    slot = state.slot_of(
        str(hooks.states), root=str(hooks.root), agent="claude", session="session-1"
    )
    for damage in (b"", b"{", b"[]", b'{"version": 1}', b'{"version": 2}', b"\xff"):
        state.slot_file(slot).write_bytes(damage)
        assert hooks.say(helpers.write_event("x.txt", "words")) == {}
        known = state.load(slot)
        assert known is not None
        assert known.dirty == {}


def test_a_state_that_others_can_read_is_not_believed(hooks: Any, helpers: Any) -> None:
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    slot = state.slot_of(
        str(hooks.states), root=str(hooks.root), agent="claude", session="session-1"
    )
    state.slot_file(slot).chmod(0o644)
    with pytest.raises(state.DamagedError):
        state.load(slot)
    assert hooks.say(helpers.write_event("x.txt", "words")) == {}
    assert state.slot_file(slot).stat().st_mode & 0o777 == 0o600


def _count(folder: str, times: int) -> None:
    slot = state.Slot(folder, "one")

    def step(known: state.Session | None) -> state.Session:
        known = known or state.Session(commit="")
        return replace(known, blocks={"stop": known.blocks.get("stop", 0) + 1})

    for _ in range(times):
        state.change(slot, step)


def test_changes_side_by_side_are_all_kept(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_count, args=(str(tmp_path), 40)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    kept = state.load(state.Slot(str(tmp_path), "one"))
    assert kept is not None
    assert kept.blocks == {"stop": 120}


def test_a_hook_that_is_killed_leaves_a_whole_state(hooks: Any, helpers: Any) -> None:
    assert hooks.say(_stop(hook_event_name="SessionStart")) == {}
    event = json.dumps(helpers.write_event("x.txt", "some words\n")).encode()
    for delay in (0.05, 0.2, 0.4, 0.6):
        child = subprocess.Popen(
            [sys.executable, "-m", "aigate", "agent", "hook", "--target", "claude"],
            cwd=hooks.root,
            env={**hooks.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
        )
        assert child.stdin
        child.stdin.write(event)
        child.stdin.close()
        time.sleep(delay)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    slot = state.slot_of(
        str(hooks.states), root=str(hooks.root), agent="claude", session="session-1"
    )
    assert state.load(slot) is not None
    assert hooks.say(helpers.write_event("x.txt", "some words\n")) == {}


def test_hooks_of_one_session_side_by_side_all_answer(hooks: Any, helpers: Any) -> None:
    events = [helpers.write_event(f"{n}.txt", f"line number {n} of many\n") for n in range(12)]
    with ThreadPoolExecutor(6) as pool:
        assert all(reply == {} for reply in pool.map(hooks.say, events))
    slot = state.slot_of(
        str(hooks.states), root=str(hooks.root), agent="claude", session="session-1"
    )
    known = state.load(slot)
    assert known is not None
    assert known.pending.keys() == {f"{n}.txt" for n in range(12)}


def test_old_states_go_away(tmp_path: Path) -> None:
    _count(str(tmp_path), 1)
    file = state.slot_file(state.Slot(str(tmp_path), "one"))
    state.forget_old(str(tmp_path), now=file.stat().st_mtime + 40 * 24 * 3600)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_into_the_working_tree(hooks: Any, helpers: Any) -> None:
    assert _edit(hooks, helpers, "a.txt", "some words here\n") == {}
    hooks.git("add", "a.txt")
    assert hooks.git("status", "--porcelain") == "A  a.txt"


def test_before_a_write_neither_git_nor_policies_nor_engines_are_loaded(
    hooks: Any, helpers: Any
) -> None:
    event = json.dumps(helpers.write_event("app.py", "print(3)\n")).encode()
    assert (
        helpers.aigate(hooks, "agent", "hook", "--target", "claude", feed=event).stdout == b"{}\n"
    )
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "aigate", "agent", "hook", "--target", "claude"],
        cwd=hooks.root,
        env={**hooks.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        input=event,
        capture_output=True,
        check=True,
    )
    loaded = {row.rpartition("|")[2].strip() for row in done.stderr.decode().splitlines()}
    assert "aigate.loop.answer" in loaded
    late = {"aigate.gate", "aigate.process", "aigate.workspace.git", "aigate.trusted", "yaml"}
    assert not late & loaded
