"""What starts with every edit, commit and key press loads little, and this is the list."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import click
import pytest

from aigate.cli.main import _summary, aigate
from tests.conftest import ROOT

# Each of these costs as much as starting Python, or more.
HEAVY = {"asyncio", "bandit", "cryptography", "jsonschema", "mcp", "multiprocessing", "requests",
         "rich", "ruamel", "semgrep", "sqlite3", "urllib3", "yaml"}  # fmt: skip
START = {"aigate", "aigate.value", "aigate.cli", "aigate.cli.exits", "aigate.cli.main", "aigate.domain",
         "aigate.domain.regex", "aigate.engine",
         "aigate.engine.shown", "aigate.errors"}  # fmt: skip
REGISTRY = {"aigate.registry", "aigate.domain", "aigate.domain.agent", "aigate.domain.extension",
            "aigate.domain.evidence", "aigate.domain.finding", "aigate.domain.place",
            "aigate.domain.policy", "aigate.domain.report", "aigate.domain.rule",
            "aigate.domain.severity", "aigate.domain.tree"}  # fmt: skip
# What a scan may load that finds nothing new, in a tree without a registry and manifests. Of the
# packages that are not here it may load what it likes.
CALM = {
    "aigate.documents": {
        *("agents", "ai_knowledge", "catalogue", "decode", "fold", "mistakes", "owners"),
        *("nodes", "policy", "policy_file", "semgrep_rules", "strict"),
    },
    "aigate.domain": {
        *("accounts", "evidence", "extension", "finding", "inventory", "knowledge", "package"),
        *("place", "policy", "regex", "report", "rule", "severity", "tree"),
    },
    "aigate.engine": {
        *("advice", "attribute", "compare", "coverage", "decide", "disclosure", "group"),
        *("identity", "judge", "lines", "merges", "origin", "patterns", "place", "prioritise"),
        *("scope", "shown", "strict_json", "suppression", "trailers"),
    },
    "aigate.ledger": {"names"},
    **{
        f"aigate.{one}": set()
        for one in ("agents", "discovery", "flow", "loop", "mcp", "remote", "rules")
    },
}
CALM_HERE = {
    *(
        "artefacts",
        "case",
        "cli",
        "conclusion",
        "declared",
        "documents",
        "domain",
        "engine",
        "errors",
    ),
    *(
        "examine",
        "gate",
        "kept",
        "ledger",
        "material",
        "observed",
        "origins",
        "process",
        "provenance",
    ),
    *("recall", "registry", "reporters", "requirements", "scanners", "shapes", "trusted", "value"),
    "workspace",
}
SHOWN = """
import sys
from aigate.cli.main import main
try:
    main(sys.argv[1:] or None)
except SystemExit:
    pass
print(*sorted(sys.modules), file=sys.stderr)
"""


def loaded(*arguments, cwd=ROOT, **environ):
    """Return what a command loads: every module of ours, and the packages of others."""
    done = subprocess.run(
        [sys.executable, "-c", SHOWN, *arguments],
        cwd=cwd,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": "/dev/null/nowhere",
            **environ,
        },
        input=b"{}",
        capture_output=True,
        check=True,
    )
    names = set(done.stderr.decode().splitlines()[-1].split())
    ours = {name for name in names if name.split(".")[0] == "aigate"}
    return ours, {name.split(".")[0] for name in names - ours}


def test_every_command_says_in_its_first_line_what_it_is_for():
    told = {name: _summary(name) for name in aigate.list_commands(click.Context(aigate))}

    assert len(told) > 20
    assert not [name for name, words in told.items() if not words or words.endswith(('"', "."))]


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_program_itself_loads_no_command(option):
    ours, others = loaded(option)

    assert ours <= START, sorted(ours - START)
    assert not others & HEAVY


@pytest.mark.parametrize("arguments", [("scan", "--help"), ("explain", "--help")])
def test_help_on_a_command_does_not_load_what_the_command_needs(arguments):
    ours, others = loaded(*arguments)

    command = {f"aigate.cli.{arguments[0]}", "aigate.cli.streams", "aigate.cli.packs",
               "aigate.cli._completions", "aigate.cli._formats", "aigate.reporters"}  # fmt: skip
    allowed = START | REGISTRY | command
    assert ours <= allowed, sorted(ours - allowed)
    assert not others & HEAVY


def test_the_hook_of_an_agent_that_has_nothing_to_judge_loads_no_scanner():
    ours, others = loaded("agent", "hook", "--target", "claude")

    assert not {name for name in ours if name.startswith(("aigate.gate", "aigate.scanners"))}
    assert not others & HEAVY


def test_a_scan_with_nothing_new_to_say_loads_little(project, tmp_path):
    project.commit({"a.py": "print(1)\n", "README.md": "# Calm\n"})
    project.commit({"a.py": "print(2)\n"})
    scan = ("scan", "--base", "HEAD~1", "--head", "HEAD", "--cache", str(tmp_path / "cache"))
    loaded(*scan, cwd=project.root)

    ours, others = loaded(*scan, cwd=project.root)

    odd = {name for name in ours if name.count(".") == 1} - {f"aigate.{one}" for one in CALM_HERE}
    assert not odd
    for package, names in CALM.items():
        inside = {name for name in ours if name.startswith(f"{package}.")}
        assert inside <= {f"{package}.{name}" for name in names}, sorted(inside)
    # What looks at more than one file looks in every run.
    looking = {name.split(".")[2] for name in ours if name.startswith("aigate.scanners._")}
    assert looking <= {"_contents", "_dependencies", "_installed"}
    assert not others & (HEAVY - {"sqlite3"})


def test_a_shell_that_completes_loads_no_gate():
    asked = {
        "_AIGATE_COMPLETE": "bash_complete",
        "COMP_WORDS": "aigate scan --fo",
        "COMP_CWORD": "2",
    }
    told = "import sys; sys.argv[0] = 'aigate'\n"
    done = subprocess.run(
        [sys.executable, "-c", told + SHOWN],
        cwd=ROOT,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": "/dev/null/nowhere",
            **asked,
        },
        capture_output=True,
        check=True,
    )
    names = set(done.stderr.decode().splitlines()[-1].split())

    assert done.stdout == b"plain,--format\n"
    assert "aigate.gate" not in names
    assert not {name.split(".")[0] for name in names} & HEAVY


def test_a_policy_that_comes_with_the_product_needs_no_yaml(project):
    project.commit({"README.md": "# Calm\n"})
    project.commit({"README.md": "# Calmer\n"})

    _, others = loaded("scan", "--base=HEAD~1", "--head=HEAD", "--no-cache", cwd=project.root)

    assert "yaml" not in others


@pytest.mark.parametrize("listens", [True, False], ids=["read to the end", "nobody reads"])
def test_the_program_ends_at_once_and_with_all_that_it_had_to_say(tmp_path, listens):
    command = [sys.executable, "-m", "aigate", "policy", "schema"]
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    reads, writes = os.pipe()
    if not listens:
        os.close(reads)
    done = subprocess.Popen(command, env=environ, stdout=writes, stderr=subprocess.PIPE)
    os.close(writes)
    said = b""
    if listens:
        with os.fdopen(reads, "rb") as stream:
            said = stream.read()
    _, errors = done.communicate(timeout=60)

    refused = b"error: standard output cannot be written\n"
    assert (done.returncode, errors) == ((0, b"") if listens else (74, refused))
    assert not listens or json.loads(said)
