"""The server itself, over standard input and output, asked by a real client of each version."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests import foreign

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TOOLS = {
    "check_files",
    "check_diff",
    "explain_rule",
    "policy_for_path",
    "who_owns",
    "draft_acceptance",
}
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
CALLS = [
    ("check_files", {"paths": ["notes.txt"]}),
    ("explain_rule", {"rule": "python-code-injection"}),
    ("who_owns", {"path": "notes.txt"}),
    ("policy_for_path", {"path": "notes.txt"}),
    ("check_files", {"paths": ["../outside"]}),
    ("check_files", {"paths": 7}),
    ("check_files", {"paths": [{"a": 1}] * 50_000}),
    ("draft_acceptance", {"fingerprint": "0" * 12, "until": "x", "reason": "y"}),
    ("no_such_tool", {}),
]


def ask(python: str, project: Any) -> Any:
    project.commit({"notes.txt": "nothing\n", "CODEOWNERS": "* @ada\n"})
    project.check_out()
    # The package reads settings of its own from where it stands, and would end on this one.
    (project.root / ".env").write_text("FASTMCP_DEPENDENCIES=damaged\n")
    (project.root / "notes.txt").write_text(f"token = {SECRET}\n")
    asked = {
        "command": python,
        "args": ["-m", "aigate", "mcp"],
        "env": {**project.environ, "PYTHONPATH": str(ROOT)},
        "cwd": str(project.root),
        "calls": CALLS,
    }
    done = subprocess.run(
        [python, "-W", "ignore", str(Path(__file__).parent / "client.py")],
        input=json.dumps(asked).encode(),
        env=project.environ,
        capture_output=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert not done.stderr
    return json.loads(done.stdout)


def require(seen: Any) -> None:
    assert {tool["name"] for tool in seen["tools"]} == TOOLS
    assert all(
        tool["description"] and "\n    " not in tool["description"] for tool in seen["tools"]
    )
    assert seen["server"]["version"]
    *good, outside, untyped, flood, unknown, no_tool = seen["said"]
    assert [failed for failed, _ in good] == [False] * 4
    assert "notes.txt:1:" in good[0][1]
    assert "fix: " in good[1][1]
    assert "@ada" in good[2][1]
    assert "critical: joint" in good[3][1]
    assert [one[0] for one in (outside, untyped, flood, unknown, no_tool)] == [True] * 5
    assert "hint: name files relative to the top" in outside[1]
    assert "list" in untyped[1]
    assert len(flood[1]) < 2_000
    assert "hint: run `check_files`" in unknown[1]
    assert not any("Traceback" in text or SECRET in text for _, text in seen["said"])


def test_a_client_of_mcp_1_is_served(project):
    seen = ask(sys.executable, project)

    require(seen)
    assert seen["said"][0][1].startswith("1 finding blocks (compared with `")


@pytest.fixture(scope="session")
def second() -> str:
    """Make an environment with mcp 2, in which semgrep cannot be, since it pins mcp 1."""
    wanted = ("bandit", "click>=8.2,<9", "codeowners", "cryptography", "pyyaml", "requests")
    return str(foreign.python("mcp-2", "mcp>=2,<3", *wanted))


def test_a_client_of_mcp_2_is_served_and_hears_what_is_missing(project, second):
    seen = ask(second, project)

    require(seen)
    assert "semgrep: not examined: the engine is not installed" in seen["said"][0][1]


def test_without_the_package_the_command_says_how_to_get_it(project, stub):
    project.commit({"a.txt": "x\n"})
    project.check_out()
    seen = project.run("mcp", python=stub("mcp", None))

    assert seen.code == 2
    assert "`mcp` is not installed" in seen.text
    assert "pip install 'aigate-ci[mcp]'" in seen.text


def test_whoever_ends_it_in_a_check_waits_for_nothing_and_leaves_no_engine_behind(project):
    project.commit({"a.js": "x = 1\n"})
    project.check_out()
    (project.root / "a.js").write_text("eval(req.query.a)\n" * 3_000)
    server = subprocess.Popen(
        [sys.executable, "-m", "aigate", "-C", str(project.root), "mcp"],
        env={**project.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    about = {"protocolVersion": "2025-06-18", "capabilities": {}}
    about["clientInfo"] = {"name": "x", "version": "1"}
    asked = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "check_diff", "arguments": {}}},
    ]
    for one in asked:
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **one}).encode() + b"\n")
    server.stdin.flush()
    deadline = time.monotonic() + 30
    while not engines(server.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    started = engines(server.pid)
    server.terminate()  # as the clients of the package do
    server.communicate(timeout=10)

    assert started
    # They are killed before it ends; it is the system that takes its time to bury them.
    deadline = time.monotonic() + 20
    while any(alive(pid) for pid in started) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(alive(pid) for pid in started)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def engines(above: int) -> list[int]:
    """Return the processes below one, as far as they are not git."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if int(rest.split()[1]) == above and name != "git":
            found.append(int(stat.parent.name))
    return found


def test_a_client_that_is_done_leaves_a_server_that_ends_well(project):
    project.commit({"a.txt": "x\n"})
    project.check_out()
    about = {"protocolVersion": "2025-06-18", "capabilities": {}}
    about["clientInfo"] = {"name": "x", "version": "1"}
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": about}
    done = subprocess.run(
        [sys.executable, "-m", "aigate", "-C", str(project.root), "mcp"],
        env={**project.environ, "PYTHONPATH": str(ROOT)},
        input=json.dumps(hello).encode() + b"\n",
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["result"]["serverInfo"]["name"] == "aigate"


def test_garbage_on_the_input_ends_in_no_traceback(project):
    project.commit({"a.txt": "x\n"})
    project.check_out()
    done = subprocess.run(
        [sys.executable, "-m", "aigate", "-C", str(project.root), "mcp"],
        env={**project.environ, "PYTHONPATH": str(ROOT)},
        input=b'\xff\xfe{"jsonrpc": 1}\n[[[[\n' + b"x" * 100_000 + b"\n",
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert done.returncode in {0, 3}
    assert b"Traceback" not in done.stderr
    assert len(done.stderr) < 500
