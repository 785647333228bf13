"""`aigate init` drafts what is missing, and leaves alone what is there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from aigate.cli._set_up import gate_installed, gate_named
from aigate.cli.streams import write_new
from aigate.documents.pre_commit import calls_gate, with_repository
from aigate.errors import UsageError
from tests.conftest import ROOT

COMMIT = "a" * 40
APP = 'from openai import OpenAI\n\nOpenAI().chat.completions.create(model="gpt-4.1")\n'
SETTINGS = """\
# ours
repos:
- repo: https://example.com/tools   # pinned
  rev: "v1"
  hooks: [{id: lint}]   # quick

# what ci leaves out
ci:
    skip: [lint]
"""
FILES = {
    ".aigate/policy.yaml",
    ".aigate/initiatives/project.yaml",
    ".aigate/schemas/initiative.schema.json",
    ".aigate/schemas/policy.schema.json",
    ".github/workflows/aigate.yaml",
    ".pre-commit-config.yaml",
}


def held(root):
    """Return what lies in a folder; links count as what they point to."""
    return {
        path.relative_to(root).as_posix(): str(path.readlink())
        if path.is_symlink()
        else path.read_bytes()
        for path in sorted(root.rglob("*"))
        if (path.is_symlink() or path.is_file()) and ".git" not in path.relative_to(root).parts
    }


@pytest.fixture
def repository(project):
    project.commit({"app.py": APP, ".pre-commit-config.yaml": SETTINGS, "sub/a.txt": "a\n"})
    project.check_out()
    return project


def test_it_writes_what_is_missing_once_and_says_so(repository):
    before = held(repository.root)

    seen = repository.run("init", cwd=repository.root / "sub")

    assert seen.code == 0, seen.text
    now = held(repository.root)
    assert now.keys() - before.keys() == FILES - before.keys()
    assert {name: now[name] for name in ("app.py", "sub/a.txt")} == {
        name: before[name] for name in ("app.py", "sub/a.txt")
    }
    said = seen.out.decode()
    assert "1 provider, 1 model" in said
    assert all(f"  {name}" in said for name in FILES)
    assert "name: openai" in now[".aigate/initiatives/project.yaml"].decode()
    # somebody's settings are theirs: one stretch more, and every other byte as it was
    text = now[".pre-commit-config.yaml"].decode()
    above, below = SETTINGS.split("\n\n")
    assert text.startswith(above)
    assert text.endswith(f"\n\n{below}")
    assert [one["repo"] for one in yaml.safe_load(text)["repos"]] == [
        "https://example.com/tools",
        "local",
    ]

    again = repository.run("init")

    assert again.code == 0
    assert held(repository.root) == now
    assert "wrote" not in again.out.decode()
    assert again.out.endswith(b"nothing is missing; `aigate doctor` tells what works\n")


def test_what_it_wrote_is_in_order(repository):
    repository.run("init", "--gate", f"acme/aigate@{COMMIT}")
    root = repository.root

    policy = repository.run("policy", "check")
    scanned = repository.run("scan", "--format", "json")
    manifests = repository.run("hook", "manifest")

    assert policy.code == 0, policy.text
    assert manifests.code == 0, manifests.text
    assert scanned.code in {0, 1}, scanned.text
    workflow = (root / ".github/workflows/aigate.yaml").read_text()
    assert f"uses: acme/aigate@{COMMIT} " in workflow
    assert "0" * 40 not in workflow
    hooks = yaml.safe_load((root / ".pre-commit-config.yaml").read_text())["repos"][-1]
    assert hooks == {
        "repo": "https://github.com/acme/aigate",
        "rev": COMMIT,
        "hooks": [{"id": "aigate"}, {"id": "aigate-manifest"}, {"id": "aigate-commit-msg"}],
    }
    for file in ("policy.yaml", "initiatives/project.yaml"):
        path = root / ".aigate" / file
        first = path.read_text().split("\n")[0]
        schema = path.parent / first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads(schema.read_text())["$schema"]


@pytest.mark.slow
def test_the_workflow_has_nothing_that_zizmor_objects_to(repository):
    repository.run("init")

    done = subprocess.run(
        [Path(sys.executable).with_name("zizmor"), "--offline", "--persona", "pedantic", "."],
        cwd=repository.root,
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--dry-run", "--diff"])
def test_it_can_be_looked_at_first(repository, option):
    before = held(repository.root)

    seen = repository.run("init", option, "--agent", "claude")

    assert seen.code == 0, seen.text
    assert held(repository.root) == before
    assert "would write" in seen.text
    assert ".claude/settings.json" in seen.text
    assert ("+extends: aigate:default" in seen.text) == (option == "--diff")


def test_in_an_empty_repository_there_is_nothing_to_draft(project):
    seen = project.run("init", "--agent", "codex", "--pack", "strict")

    assert seen.code == 0, seen.text
    assert held(project.root).keys() == {
        ".aigate/policy.yaml",
        ".aigate/schemas/policy.schema.json",
        ".codex/hooks.json",
        ".github/workflows/aigate.yaml",
        ".pre-commit-config.yaml",
    }
    assert "extends: aigate:strict" in (project.root / ".aigate/policy.yaml").read_text()
    assert "put the commit of aigate that you reviewed into" in seen.text
    assert project.run("scan", "--staged").code == 0


@pytest.mark.parametrize("name", ["123", "2024-01-01", "-\u65e5\u672c"])
def test_any_folder_has_a_name_that_documents_can_hold(project, name):
    root = project.root.with_name(name)
    project.root.rename(root)
    (root / "app.py").write_text(APP)
    moved = replace(project, root=root)

    assert moved.run("init").code == 0
    checked = moved.run("hook", "manifest")

    assert checked.code == 0, checked.text


def test_where_hooks_run_already_its_own_is_passed_over_once(project):
    first = project.run("init", "--dry-run")
    hook = project.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\n")

    seen = project.run("init")

    assert "SKIP" not in first.text
    assert " && SKIP=aigate git commit\n" in seen.text


def test_what_git_ignores_can_be_added_as_the_steps_say(project):
    (project.root / ".gitignore").write_text(".aigate\n")

    seen = project.run("init")
    (step,) = [row for row in seen.text.splitlines() if "git add" in row and " && " in row]
    add = step.partition(" git ")[2].partition(" && ")[0]
    project.git(*add.split())

    assert ".aigate/policy.yaml" in project.git("ls-files")


def test_settings_that_only_one_framework_reads_are_not_shadowed(project):
    (project.root / ".pre-commit-config.yml").write_text("repos: []\n")

    seen = project.run("init")

    assert "not written: `.pre-commit-config.yml` is here" in seen.text
    assert not (project.root / ".pre-commit-config.yaml").exists()


def test_a_framework_that_is_not_here_is_to_be_installed(project, tmp_path):
    (tmp_path / "git").symlink_to(shutil.which("git"))
    steps = "install --hook-type pre-commit --hook-type commit-msg\n"

    neither = project.run("init", PATH=str(tmp_path))
    (project.root / ".pre-commit-config.yaml").unlink()
    (tmp_path / "prek").write_text("#!/bin/sh\n")
    (tmp_path / "prek").chmod(0o755)
    one = project.run("init", PATH=str(tmp_path))

    assert f". pip install pre-commit\n  5. pre-commit {steps}" in neither.text
    assert "pip install" not in one.text
    assert f". prek {steps}" in one.text


def test_what_others_have_set_up_is_not_replaced(project):
    theirs = {
        ".aigate/policy.yaml": "version: 1\nname: ours\nextends: aigate:advisory\n",
        ".github/workflows/gate.yml": f"jobs: {{a: {{steps: [{{uses: acme/aigate@{COMMIT}}}]}}}}\n"
        f"#\n      - uses: acme/aigate@{COMMIT}\n",
        ".husky/pre-commit": "npm test\n",
        ".aigate/schemas/policy.schema.json": "{}\n",
        ".gitignore": ".pre*\n",
    }
    project.commit(theirs)
    project.check_out()

    seen = project.run("init")

    assert seen.code == 0, seen.text
    assert held(project.root) == {name: text.encode() for name, text in theirs.items()}
    assert "`gate.yml` calls the gate" in seen.text
    assert "`.husky` is here" in seen.text
    assert "`aigate policy schema > .aigate/schemas/policy.schema.json` renews it" in seen.text


def test_on_another_code_host_there_is_no_workflow_for_github(project):
    project.git("remote", "add", "origin", "https://gitlab.example/a/b.git")

    seen = project.run("init", "--without", "schemas")

    assert ".github/workflows/aigate.yaml" not in held(project.root)
    assert "not written: this is not on GitHub" in seen.text
    assert not (project.root / ".aigate/schemas").exists()


def _link(root, outside, name):
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).symlink_to(outside)


@pytest.mark.parametrize(
    "name", [".aigate", ".aigate/policy.yaml", ".github", ".github/workflows/aigate.yaml",
             ".pre-commit-config.yaml", ".aigate/initiatives/project.yaml", ".claude"]
)  # fmt: skip
def test_it_follows_no_link_and_then_writes_nothing_at_all(project, tmp_path, name):
    outside = tmp_path / "outside"
    outside.mkdir()
    (project.root / "app.py").write_text(APP)
    _link(project.root, outside / "x" if "." in name[1:] else outside, name)
    before = held(project.root)

    seen = project.run("init", "--agent", "claude")

    assert seen.code == 2, seen.text
    assert "link" in seen.text
    assert held(project.root) == before
    assert list(outside.iterdir()) == []


def test_where_a_folder_cannot_be_made_nothing_is_written(project):
    (project.root / ".github").write_text("a file\n")

    seen = project.run("init")

    assert seen.code == 2
    assert b"`.github` is no folder" in seen.err
    assert held(project.root).keys() == {".github"}


def test_a_file_is_written_whole_or_not_at_all_and_over_nothing(tmp_path):
    file = tmp_path / "a"
    write_new(file, "one\r\n")
    assert file.read_bytes() == b"one\r\n"
    assert file.stat().st_mode & 0o777 == 0o666 & ~_umask()

    with pytest.raises(FileExistsError):
        write_new(file, "two")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "link", "two")
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path / "b", "\ud800")

    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "link"]


def _umask():
    kept = os.umask(0)
    os.umask(kept)
    return kept


def test_two_at_once_write_each_file_once(repository):
    command = [sys.executable, "-m", "aigate", "-C", str(repository.root), "init"]
    environ = {**repository.environ, "PYTHONPATH": str(ROOT)}
    started = [subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for _ in range(2)]  # fmt: skip
    ends = [(one.communicate(timeout=120), one.returncode) for one in started]

    assert {code for _, code in ends} <= {0, 3}, ends
    assert all(b"Traceback" not in err for (_, err), _ in ends)
    assert held(repository.root).keys() - {"app.py", "sub/a.txt"} == FILES
    assert repository.run("hook", "manifest").code == 0
    text = (repository.root / ".pre-commit-config.yaml").read_text()
    assert text.count("id: aigate\n") == 1


def test_a_part_that_cannot_be_written_can_be_left_out(project):
    (project.root / ".pre-commit-config.yaml").write_bytes("repos:\n- a\n".encode("utf-16"))

    refused = project.run("init")
    without = project.run("init", "--without", "pre-commit")

    assert refused.code == 2
    assert b"it is not UTF-8" in refused.err
    assert without.code == 0, without.text
    assert ".aigate/policy.yaml" in held(project.root)


# As root, nothing is denied unless one gives that up.
AS_ANYBODY = () if os.geteuid() else ("setpriv", "--bounding-set=-dac_override,-dac_read_search")


@pytest.mark.slow
@pytest.mark.parametrize(("name", "mode"), [(".github", 0o555), (".aigate", 0o000)])
def test_a_folder_of_others_is_named_and_nothing_is_written(project, name, mode):
    folder = project.root / name
    folder.mkdir(mode=mode)
    try:
        seen = project.run("init", wrapped=AS_ANYBODY)
        checked = project.run("hook", "manifest", wrapped=AS_ANYBODY)
        doctor = project.run("doctor", "--format", "json", wrapped=AS_ANYBODY)
    finally:
        folder.chmod(0o755)

    assert seen.code == 2, seen.text
    assert name in seen.text
    assert b"hint: nothing was written" in seen.err
    assert held(project.root) == {}
    closed = name == ".aigate"
    assert checked.code == (3 if closed else 0), checked.text
    assert doctor.code == (3 if closed else 0), doctor.text
    broken = [one["name"] for one in doctor.report["checks"] if one["state"] == "broken"]
    assert broken == (["policy", "manifests"] if closed else [])


@pytest.mark.parametrize("gate", ["acme/aigate", "acme/aigate@v1", f"a b/c@{COMMIT}", f"@{COMMIT}"])
def test_a_gate_is_named_by_a_whole_commit(gate):
    with pytest.raises(UsageError) as caught:
        gate_named(gate)

    assert caught.value.hint.startswith("write `OWNER/REPOSITORY@`")


def test_outside_of_a_repository_it_says_what_to_do(project, tmp_path):
    bare = tmp_path / "plain"
    bare.mkdir()

    seen = project.run("init", cwd=bare)

    assert seen.code == 2
    assert b"hint: " in seen.err
    assert list(bare.iterdir()) == []


def record(url, commit=COMMIT):
    return json.dumps({"url": url, "vcs_info": {"vcs": "git", "commit_id": commit}})


def test_an_installation_from_github_names_itself():
    found = gate_installed(record("https://github.com/acme/aigate.git"))

    assert found
    assert (found.slug, found.commit) == ("acme/aigate", COMMIT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"url": 3, "vcs_info": {"commit_id": 4}}',
        json.dumps({"url": "file:///src/aigate", "dir_info": {"editable": True}}),
        record("https://" + "someone:token" + "@github.com/acme/aigate"),
        record("https://github.com/acme/aigate/../../x/y"),
        record("https://github.com/acme/aigate", "main"),
        record("http://github.com/acme/aigate"),
    ],
)
def test_an_installation_that_cannot_be_pinned_names_nothing(text):
    assert gate_installed(text) is None


ENTRY = ("- repo: local", "  hooks:", "    - id: aigate")
PUT = "- repo: local\n  hooks:\n    - id: aigate\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("repos:\n- repo: a\n", f"repos:\n- repo: a\n{PUT}"),
        ("repos:\n- repo: a", f"repos:\n- repo: a\n{PUT}"),
        ("repos:\r\n- repo: a\r\n", "repos:\r\n- repo: a\r\n" + PUT.replace("\n", "\r\n")),
        ("repos:\n- a: |\n    x\n\n# c\nb: 1\n", f"repos:\n- a: |\n    x\n\n{PUT}# c\nb: 1\n"),
        ("repos:\n- a: 'x\n   y' # c\n...\n", f"repos:\n- a: 'x\n   y' # c\n{PUT}...\n"),
        (f"repos:\n{PUT}", f"repos:\n{PUT}{PUT}"),
        ("\ufeffrepos:\n- a: 1\n", f"\ufeffrepos:\n- a: 1\n{PUT}"),
    ],
)
def test_an_entry_is_put_behind_the_last_one(before, after):
    assert with_repository(before, ENTRY) == after


@pytest.mark.parametrize(
    "text",
    ["", "# nothing\n", "repos: []\n", "- a\n", "ci: 1\n", "repos: [\n {a: b}]\n", "a: [\n",
     "repos:\n- &a {b: 1}\n- *a\n", "h: &h [1]\nrepos:\n- hooks:\n  *h\n", "a: 1\n---\nrepos:\n- b\n",
     "repos:\n\t- a\n", "repos: &a\n- *a\n", "repos:\n- a\nrepos:\n- b\n", "x: \x00\n",
     "repos:\n- " + "[" * 1000, "repos:\n" + "- a: 1\n" * 20_000]
)  # fmt: skip
def test_what_cannot_be_added_to_safely_is_left_alone(text):
    after = with_repository(text, ENTRY)

    assert after is None


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("    - id: aigate\n", True),
        ('  hooks:\n  - id: "aigate-commit-msg"  # ours\n', True),
        ("    - id: aigate-like-thing2\n", False),
        ("# - id: aigate\n", False),
        ("  hooks: [{id: aigate}, {id: b}]\n", True),
        ("- {repo: local, hooks: [{name: a, 'id': 'aigate-system'}]}\n", True),
        ("  # hooks: [{id: aigate}]\n", False),
        ("    - id: aigate\r\n      args: []\r\n", True),
        ("    - id: other\n      name: aigate\n", False),
    ],
)
def test_hooks_that_are_there_are_seen(text, calls):
    assert calls_gate(text) is calls
