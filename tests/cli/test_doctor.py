"""The doctor says what works here, and how to mend the rest."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aigate.cli._doctor_here import checks_here
from tests.cli.test_audit import made

pytestmark = pytest.mark.slow
AT = datetime(2026, 11, 22, tzinfo=UTC)
WORKFLOW = "jobs: {gate: {steps: [\n  {\n    uses: acme/aigate@%s}]}}\n"


def lines_of(seen):
    marked = [line.split(maxsplit=2) for line in seen.out.decode().splitlines()]
    return {name: mark for mark, name, *_ in filter(lambda words: len(words) > 1, marked)}


def test_all_is_well_where_everything_is_installed(project):
    seen = project.run("doctor")

    assert seen.code == 0, seen.text
    told = lines_of(seen)
    for name in ("aigate", "python", "git", "semgrep", "bandit"):
        assert told[name] == "ok", seen.text
    assert sys.executable in seen.text
    assert seen.out.endswith(b"everything that a scan needs works\n")


def test_what_decides_and_has_mistakes_is_broken_and_programs_can_read_it(project):
    (project.root / ".aigate").mkdir()
    (project.root / ".aigate/policy.yaml").write_text("version: 1\nname: \x1b[2J\n")

    seen = project.run("doctor", "--format", "json")

    assert seen.code == 2, seen.text
    assert seen.report["schema"] == "aigate-doctor/1"
    assert seen.report["broken"] == 1
    checks = {one["name"]: one for one in seen.report["checks"]}
    assert checks["policy"]["state"] == "broken"
    assert checks["policy"]["hint"] == "`aigate policy check` lists every mistake"
    assert {one["state"] for one in checks.values()} == {"ok", "broken", "missing"}
    assert all(one["hint"] or one["state"] == "ok" for one in checks.values())


def here(project):
    """Look at a repository alone, without any engine."""
    found = checks_here(str(project.root), environ=project.environ, at=AT)
    return {one.name: one for one in found}


def write(project, files):
    for name, text in files.items():
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_an_empty_repository_lacks_much_and_nothing_in_it_is_broken(project):
    found = here(project)

    assert {name: one.state for name, one in found.items()} == {
        "repository": "ok",
        "policy": "ok",
        "manifests": "missing",
        "trust root": "missing",
        "commit hook": "missing",
        "workflow": "missing",
        "agents": "missing",
    }
    assert all(one.hint for one in found.values() if one.state == "missing")


def test_outside_of_a_repository_the_machine_alone_is_looked_at(project, tmp_path):
    (one,) = checks_here(str(tmp_path), environ=project.environ, at=AT)

    assert (one.name, one.state) == ("repository", "missing")


@pytest.mark.parametrize(
    ("files", "name", "state", "said"),
    [
        ({".aigate/policy.yml": ""}, "policy", "broken", "the policy is `.aigate/policy.yaml`"),
        ({".aigate/initiatives/a.yaml": "x: 1\n"}, "manifests", "broken", "initiatives/a.yaml:1:1"),
        ({".github/workflows/a.yaml": WORKFLOW % ("0" * 40)}, "workflow", "missing", "no commit"),
        ({".github/workflows/a.yaml": WORKFLOW % ("1" * 40)}, "workflow", "ok", "`a.yaml`"),
        ({".claude/settings.json": "{"}, "agents", "missing", "no plain JSON"),
        (
            {".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: aigate\n"},
            "commit hook",
            "missing",
            "nothing runs that",
        ),
    ],
)  # fmt: skip
def test_each_thing_that_is_not_right_is_named(project, files, name, state, said):
    write(project, files)

    found = here(project)[name]

    assert found.state == state, found
    assert said in found.told
    assert bool(found.hint) is (state != "ok")


def test_a_hook_counts_where_git_looks_for_it(project):
    write(project, {".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: aigate\n"})
    write(project, {".git/hooks/pre-commit": "#!/bin/sh\nexec pre-commit hook-impl\n"})
    hook = project.root / ".git/hooks/pre-commit"

    hook.chmod(0o644)
    assert here(project)["commit hook"].state == "missing", "git runs no file that may not run"
    hook.chmod(0o755)
    assert here(project)["commit hook"].state == "ok"
    write(project, {".pre-commit-config.yaml": "repos:\n- hooks:\n  - id: aigate-commit-msg\n"})
    assert "nothing runs what it says of messages" in here(project)["commit hook"].told
    write(project, {".git/hooks/commit-msg": "#!/bin/sh\nexec pre-commit hook-impl\n"})
    (project.root / ".git/hooks/commit-msg").chmod(0o755)
    assert here(project)["commit hook"].state == "ok"
    project.git("config", "core.hooksPath", "tools")
    assert here(project)["commit hook"].state == "missing"
    write(project, {"tools/pre-commit": "#!/bin/sh\naigate scan --staged\n"})
    (project.root / "tools/pre-commit").chmod(0o755)
    assert here(project)["commit hook"].state == "ok"


def test_a_hook_that_only_speaks_of_the_gate_calls_nothing(project):
    write(project, {".git/hooks/pre-commit": "#!/bin/sh\n  # aigate was here\nexit 0\n"})
    (project.root / ".git/hooks/pre-commit").chmod(0o755)

    assert here(project)["commit hook"].state == "missing"


@pytest.mark.parametrize(
    ("days", "code", "said"),
    [
        (40, 0, "until 2027-01-01"),
        (10, 0, "until 2027-01-01, which is soon: `aigate trust rotate` renews it"),
        (-1, 4, "has expired on 2027-01-01"),
    ],
)
def test_a_registry_works_until_it_has_expired(project, days, code, said):
    project.commit(made.one(made.first(expires="2027-01-01T00:00:00Z")))
    at = datetime(2027, 1, 1, tzinfo=UTC) - timedelta(days=days)

    found = checks_here(str(project.root), environ=project.environ, at=at)
    (root,) = [one for one in found if one.name == "trust root"]

    assert (0 if root.works else root.code) == code, root
    assert root.told.endswith(said)


def test_the_policy_of_the_last_commit_is_the_one_that_decides(project):
    text = "version: 1\nname: ours\nextends: aigate:default\n"
    write(project, {".aigate/policy.yaml": text})
    assert "once it is committed" in here(project)["policy"].told
    project.commit({".aigate/policy.yaml": text})
    assert here(project)["policy"].told.endswith("requirements")
    write(project, {".aigate/policy.yaml": text.replace("default", "strict")})
    assert "the last commit differs" in here(project)["policy"].told


def test_a_policy_that_decides_and_has_mistakes_is_broken_whatever_lies_here(project):
    text = "version: 1\nname: ours\nextends: aigate:default\n"
    project.commit({".aigate/policy.yaml": text + "foo: 1\n"})
    write(project, {".aigate/policy.yaml": text})

    found = here(project)["policy"]

    assert (found.state, found.code) == ("broken", 2)
    assert "the one of the last commit has mistakes, and decides" in found.told


def test_a_policy_that_is_gone_from_disk_still_decides(project):
    project.commit({".aigate/policy.yaml": "version: 1\nname: ours\nextends: aigate:strict\n"})
    assert not (project.root / ".aigate/policy.yaml").exists()

    assert "`ours`" in here(project)["policy"].told
    assert "that of the last commit decides" in here(project)["policy"].told


@pytest.mark.parametrize("name", [".aigate", ".aigate/policy.yaml"])
def test_a_policy_behind_a_link_is_broken(project, tmp_path, name):
    (project.root / name).parent.mkdir(exist_ok=True)
    (tmp_path / "policy.yaml").write_text("version: 1\nname: ours\nextends: aigate:default\n")
    (project.root / name).symlink_to(tmp_path / name.partition("/")[2])

    found = here(project)["policy"]

    assert (found.state, found.code) == ("broken", 2)
    assert "links are not followed" in found.told


def test_a_shallow_clone_is_told_how_to_get_the_rest(project, tmp_path):
    project.commit({"a": "1\n"})
    project.commit({"a": "2\n"})
    clone = tmp_path / "clone"
    project.git("clone", "--quiet", "--depth=1", f"file://{project.root}", str(clone))

    found = here(replace(project, root=clone))["repository"]

    assert (found.state, found.hint) == ("missing", "`git fetch --unshallow`")


@pytest.mark.parametrize("engine", ["semgrep", "bandit"])
def test_a_missing_engine_is_broken_with_a_way_out(project, stub, engine):
    python = stub(engine, None)

    seen = project.run("doctor", python=python)

    assert seen.code == 3, seen.text
    text = seen.out.decode()
    assert lines_of(seen)[engine] == "broken"
    assert f"hint: install it into the same environment: `{python} -m pip install {engine}`" in text
    assert text.endswith("1 broken\n")


@pytest.mark.parametrize(
    "program", ["raise SystemExit(0)\n", "raise SystemExit(7)\n"], ids=["silent", "failing"]
)
def test_an_engine_that_finds_nothing_planted_is_broken(project, stub, program):
    seen = project.run("doctor", python=stub("bandit", program))

    assert seen.code == 3
    assert lines_of(seen)["bandit"] == "broken"


def test_without_git_nothing_can_be_judged(project, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    engine = shutil.which("semgrep", path=Path(sys.executable).parent)
    if engine:
        (tools / "semgrep").symlink_to(engine)

    seen = project.run("doctor", PATH=os.fspath(tools))

    assert seen.code == 3
    told = lines_of(seen)
    assert told["git"] == "broken"
    assert told["ssh-keygen"] == "missing"
    assert b"hint: install git 2.30 or later" in seen.out
