"""Setting hooks up beside what is there, taking them out again, and proving that they answer."""

from __future__ import annotations

import json
import stat
from typing import Any

import pytest

from aigate import registry
from aigate.errors import UsageError
from aigate.loop.hooks_file import commands_in, with_hooks, without_hooks

OTHERS = {
    "permissions": {"allow": ["Bash(ls)"], "limit": 0.1},
    "hooks": {
        "PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "mine.sh"}]}],
        "Notification": [{"hooks": [{"type": "command", "command": "beep"}]}],
        "Empty": [],
    },
    "späte": "ü",
}
FLAT = {
    "version": 1,
    "hooks": {"preToolUse": [{"command": "mine.sh"}], "stop": [{"command": "mine.sh"}]},
    "x": None,
}


@pytest.mark.parametrize("name", registry.agent_names())
@pytest.mark.parametrize("before", ["", "{}", json.dumps(OTHERS, indent=4), json.dumps(FLAT)])
def test_hooks_go_in_once_and_come_out_and_nothing_else_is_lost(name: str, before: str) -> None:
    agent = registry.coding_agent(name)
    command = f"aigate agent hook --target {name}"
    once = with_hooks(before, agent, command)
    assert with_hooks(once, agent, command) == once
    assert commands_in(once, agent).keys() == agent.hooks("").keys()
    other = with_hooks(once, agent, f"uvx aigate agent hook --target {name}")
    assert all(one.startswith("uvx") for one in commands_in(other, agent).values())
    after = without_hooks(other, agent)
    kept = json.loads(after) if after else {}
    wanted = json.loads(before) if before else {}
    assert {k: v for k, v in kept.items() if k not in agent.frame} == {
        k: v for k, v in wanted.items() if k not in agent.frame
    }
    assert commands_in(after, agent) == {}


def test_the_indentation_stays_and_one_hook_of_several_is_taken_out() -> None:
    agent = registry.coding_agent("claude")
    text = with_hooks(json.dumps(OTHERS, indent="\t"), agent, "aigate agent hook --target claude")
    assert '\n\t"hooks"' in text
    assert "ü" in text
    value = json.loads(text)
    value["hooks"]["PreToolUse"][-1]["hooks"].append({"type": "command", "command": "beside.sh"})
    left = json.loads(without_hooks(json.dumps(value), agent))
    assert left["hooks"]["PreToolUse"][-1]["hooks"] == [{"type": "command", "command": "beside.sh"}]


def test_hooks_for_another_agent_stay() -> None:
    claude, codex = registry.coding_agent("claude"), registry.coding_agent("codex")
    text = with_hooks("", claude, "aigate agent hook --target claude")
    both = with_hooks(text, codex, "aigate agent hook --target codex")
    assert json.loads(without_hooks(both, codex)) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    ["// a comment\n{}", "[]", '{"hooks": []}', '{"hooks": {"Stop": {}}}', "{", '{"a": 1, "a": 2}'],
)
def test_a_file_of_another_form_is_left_alone(hooks: Any, helpers: Any, text: str) -> None:
    with pytest.raises(UsageError):
        with_hooks(text, registry.coding_agent("claude"), "x")
    file = hooks.root / ".claude" / "settings.json"
    file.parent.mkdir()
    file.write_text(text)
    done = helpers.aigate(hooks, "agent", "install", "--target", "claude")
    assert done.returncode == 2
    assert b"hint:" in done.stderr
    assert file.read_text() == text


def test_install_shows_the_difference_and_a_dry_run_changes_nothing(
    hooks: Any, helpers: Any
) -> None:
    file = hooks.root / ".claude" / "settings.json"
    dry = helpers.aigate(hooks, "agent", "install", "--target", "claude", "--dry-run")
    assert dry.returncode == 0
    assert b'+    "PreToolUse": [' in dry.stdout
    assert not file.parent.exists()
    file.parent.mkdir()
    file.write_text('{"model": "m"}\n')
    file.chmod(0o640)
    assert helpers.aigate(hooks, "agent", "install", "--target", "claude").returncode == 0
    assert json.loads(file.read_text())["model"] == "m"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    again = helpers.aigate(hooks, "agent", "install", "--target", "claude")
    assert b"already" in again.stdout
    assert helpers.aigate(hooks, "agent", "uninstall", "--target", "claude").returncode == 0
    assert json.loads(file.read_text()) == {"model": "m"}


def test_uninstall_removes_a_file_that_is_ours_alone(hooks: Any, helpers: Any) -> None:
    file = hooks.root / ".github" / "hooks" / "aigate.json"
    assert helpers.aigate(hooks, "agent", "install", "--target", "copilot").returncode == 0
    assert json.loads(file.read_text())["version"] == 1
    assert helpers.aigate(hooks, "agent", "uninstall", "--target", "copilot").returncode == 0
    assert not file.exists()


def test_the_users_own_file_may_be_a_link_and_may_lie_elsewhere(hooks: Any, helpers: Any) -> None:
    home = hooks.root.parent / "home"
    real = home / "dotfiles.json"
    real.write_text("{}\n")
    (home / ".claude").mkdir()
    (home / ".claude" / "settings.json").symlink_to(real)
    done = helpers.aigate(hooks, "agent", "install", "--target", "claude", "--scope", "user")
    assert done.returncode == 0
    assert (home / ".claude" / "settings.json").is_symlink()
    assert "hooks" in json.loads(real.read_text())
    elsewhere = home / "codex"
    done = helpers.aigate(
        hooks, "agent", "install", "--target", "codex", "--scope", "user", CODEX_HOME=str(elsewhere)
    )
    assert done.returncode == 0
    assert "hooks" in json.loads((elsewhere / "hooks.json").read_text())


def test_a_link_in_the_project_is_refused(hooks: Any, helpers: Any) -> None:
    outside = hooks.root.parent / "outside"
    outside.mkdir()
    (hooks.root / ".claude").symlink_to(outside)
    done = helpers.aigate(hooks, "agent", "install", "--target", "claude")
    assert done.returncode == 2
    assert list(outside.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", registry.agent_names())
def test_the_doctor_proves_that_a_hook_answers(hooks: Any, helpers: Any, name: str) -> None:
    given = ("--target", name, "--command", helpers.COMMAND)
    assert helpers.aigate(hooks, "agent", "install", *given).returncode == 0
    # The command is run with nobody's environment, so the checkout is named in it.
    file = hooks.root / registry.coding_agent(name).project
    command = f"PYTHONPATH={helpers.ROOT} {helpers.COMMAND}"
    file.write_text(file.read_text().replace(helpers.COMMAND, command))
    done = helpers.aigate(hooks, "agent", "doctor", "--target", name)
    assert done.returncode == 0, done.stdout
    assert b"ok: project: it refuses a write with a secret" in done.stdout
    assert b"has not called a hook" in done.stdout
    assert b"note: " in done.stdout
    assert not hooks.states.exists()
    assert hooks.records() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("echo '{}'; true", b"does not refuse"),
        ("false", b"ended with 2"),
        ("/nowhere/aigate", b"ended with 2"),
        ("echo hello; true", b"no JSON"),
    ],
    ids=["passes-all", "fails", "missing", "talks"],
)
def test_the_doctor_sees_a_hook_that_does_not_answer(
    hooks: Any, helpers: Any, command: str, said: bytes
) -> None:
    given = ("--target", "claude", "--command", f"{command} #")
    if ";" not in command:
        given = ("--target", "claude", "--command", command)
    assert helpers.aigate(hooks, "agent", "install", *given).returncode == 0
    done = helpers.aigate(hooks, "agent", "doctor")
    assert done.returncode == 3, done.stdout
    assert b"broken: project: " in done.stdout
    assert said in done.stdout


def test_the_doctor_says_what_is_missing(hooks: Any, helpers: Any) -> None:
    nothing = helpers.aigate(hooks, "agent", "doctor")
    assert nothing.returncode == 3
    assert b"aigate agent install --target NAME" in nothing.stdout
    one = helpers.aigate(hooks, "agent", "doctor", "--target", "cursor")
    assert one.returncode == 3
    assert b"aigate agent install --target cursor" in one.stdout
    file = hooks.root / ".claude" / "settings.json"
    assert helpers.aigate(hooks, "agent", "install", "--target", "claude").returncode == 0
    value = json.loads(file.read_text())
    del value["hooks"]["Stop"]
    file.write_text(json.dumps(value))
    half = helpers.aigate(hooks, "agent", "doctor", "--target", "claude")
    assert half.returncode == 3
    assert b"no hook for Stop" in half.stdout
