"""The gate decides on the whole tree of the exact commit, read from git objects."""

from __future__ import annotations

import os
import subprocess

import pytest

pytestmark = pytest.mark.slow

EVAL = "def run():\n    return eval(input())\n"
BLOCKS = "blocks 2 python-code-injection"
CLEAN = "def run():\n    return 1\n"


def test_a_missing_reference_is_incomplete_with_a_hint_c_042(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"a.py": EVAL})
    shallow = project.home / "shallow"
    project.git("clone", "--quiet", "--depth=1", f"file://{project.root}", str(shallow))
    base = project.git("rev-parse", "main~1")

    for revision in (base, "HEAD~1", "no-such-branch"):
        seen = project.run("-C", str(shallow), "scan", "--base", revision, "--head", "HEAD")
        assert seen.code == 3, seen.text
        assert seen.out == b""
        assert b"hint: " in seen.err
        assert b"fetch" in seen.err


def test_a_file_that_is_moved_and_edited_is_judged_c_043(project):
    project.commit({"old.py": CLEAN * 20})
    project.commit({"new/place.py": CLEAN * 20 + EVAL}, removed=["old.py"])

    seen = project.scan()

    assert seen.code == 1
    seen.require("new/place.py", "blocks 42 python-code-injection")


def test_a_file_that_is_only_moved_keeps_its_findings_c_043_moved(project):
    project.commit({"old.py": EVAL})
    project.commit({"new.py": EVAL}, removed=["old.py"])

    assert [one["status"] for one in project.scan().findings("new.py")] == ["existing"] * 2


def test_what_a_merge_itself_brings_is_judged_c_044(project):
    base = project.commit({"README.md": "hello\n"})
    left = project.commit({"left.py": CLEAN})
    right = project.commit({"right.py": CLEAN}, parents=[base], branch="side")
    project.commit({"right.py": CLEAN, "evil.py": EVAL}, parents=[left, right])

    seen = project.scan("--base", left, "--head", "main")

    assert seen.code == 1
    seen.require("evil.py", BLOCKS)


def test_attributes_hide_nothing_c_045(project):
    hiding = "*.py -diff -text binary export-ignore filter=none\n"
    project.commit({".gitattributes": hiding, "b.py": CLEAN})
    project.commit({"a.py": EVAL, "b.py": EVAL})

    seen = project.scan()

    assert seen.code == 1
    seen.require("a.py", BLOCKS)
    seen.require("b.py", BLOCKS)


def test_changes_of_type_and_mode_are_seen_c_046(project):
    project.commit({"link.py": ("120000", b"README.md"), "tool.py": EVAL, "a.py": CLEAN})
    project.commit(
        {"link.py": EVAL, "tool.py": ("100755", EVAL.encode()), "a.py": ("120000", b"/etc/passwd")}
    )

    seen = project.scan()

    assert seen.code == 1
    seen.require("link.py", BLOCKS)
    seen.require("a.py", "blocks 1 symlink-out-of-tree")
    assert seen.findings("tool.py")
    assert seen.report["coverage"]["in_scope"] == 3


UNKNOWN = b"0123456789012345678901234567890123456789"
MODULES = {
    "C-047-option": '[submodule "a"]\n\tpath = a\n\turl = -u./payload\n',
    "C-047-command": '[submodule "a"]\n\tpath = a\n\turl = ext::sh -c id\n',
    "C-047-name": '[submodule "../x"]\n\tpath = a\n\turl = https://example.com/a\n',
    "C-047-return": '[submodule "a"]\n\tpath = "a\r"\n\turl = https://example.com/a\n',
}
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 4096\n"
ODD_NAMES = {
    "C-049-newline": b"a\nb.py",
    "C-049-dash": b"-rf.py",
    "C-049-quote": b"a'b\"c.py",
    "C-049-space": b" a b .py",
    "C-049-tab": b"a\tb.py",
    "C-049-bytes": b"caf\xe9.py",
    "C-049-long": b"n" * 251 + b".py",
    "C-049-shell": b"$(id);`id`.py",
    "C-049-glob": b"[a]*?.py",
    "C-049-backslash": b"a\\n.py",
}
COLLIDING = {
    "C-050-case": "Foo.py",
    "C-050-case-other": "foo.py",
    "C-050-composed": "caf\u00e9.py",
    "C-050-decomposed": "cafe\u0301.py",
    "C-050-device": "AUX.py",
    "C-050-dot": "a.py.",
    "C-050-git": "sub/.GIT/config.py",
}


@pytest.fixture(scope="module")
def odd(scene):
    files = dict.fromkeys(ODD_NAMES.values(), EVAL) | dict.fromkeys(COLLIDING.values(), EVAL)
    files |= {"vendor/lib": ("160000", UNKNOWN), "model.bin": POINTER}
    return scene("odd", {"README.md": "hello\n"}, files)


@pytest.mark.parametrize("name", ODD_NAMES.values(), ids=ODD_NAMES)
def test_odd_names_are_judged_and_listed_unambiguously(odd, name):
    assert odd.code == 1, odd.text[:2000]
    assert odd.report["gaps"] == []
    raw = name.hex()
    shown = {
        one["path"]
        for one in odd.report["findings"]
        if one["rule"] == "python-code-injection"
        and (one.get("path_bytes") == raw or os.fsencode(one["path"]) == name)
    }
    assert len(shown) == 1


@pytest.mark.parametrize("name", COLLIDING.values(), ids=COLLIDING)
def test_colliding_names_are_judged_and_named(odd, name):
    odd.require(name, BLOCKS)
    assert any("colliding-path" in line for line in odd.said(name))


def test_content_of_another_repository_is_named_and_never_fetched_c_047(odd):
    odd.require("vendor/lib", "blocks 1 unscanned-submodule")


def test_a_pointer_is_named_with_what_it_announces_c_048(odd):
    odd.require("model.bin", "blocks 1 unscanned-pointer")
    message = next(f["message"] for f in odd.findings("model.bin"))
    assert "4096" in message
    assert "ab" * 32 in message


@pytest.mark.parametrize("text", MODULES.values(), ids=MODULES)
def test_odd_settings_of_submodules_are_findings(project, text):
    project.commit({"README.md": "hello\n"})
    project.commit({".gitmodules": text, "a": ("160000", UNKNOWN)})

    seen = project.scan()

    assert seen.code == 1
    assert any(
        line.startswith("blocks") and "odd-submodule" in line for line in seen.said(".gitmodules")
    )


OWNED = (
    "version: 1\nname: team\nextends: aigate:default\nowners: {security: security@example.com}\n"
)


@pytest.mark.parametrize(
    ("author", "message", "files"),
    [
        pytest.param("Security <security@example.com> 1700000000 +0000", "a", {}, id="C-051"),
        pytest.param(
            "Dev <dev@example.com> 1700000000 +0000",
            "a\n\nReviewed-by: Security <security@example.com>\n"
            "Signed-off-by: Security <security@example.com>\n"
            "Co-authored-by: Security <security@example.com>\n",
            {},
            id="C-052-trailers",
        ),
        pytest.param(
            "Dev <dev@example.com> 1700000000 +0000",
            "a",
            {".mailmap": "Security <security@example.com> <dev@example.com>\n"},
            id="C-052-mailmap",
        ),
        pytest.param("Dev <dev@example.com> 0 +0000", "a", {}, id="C-053-1970"),
        pytest.param("Dev <dev@example.com> 4080000000 +0000", "a", {}, id="C-053-2099"),
        pytest.param("Dev <dev@example.com> 1700000000 +9959", "a", {}, id="C-053-offset"),
        pytest.param("Dev <dev@example.com> 99999999999999 +0000", "a", {}, id="C-053-far"),
        pytest.param("Dev <dev@example.com> 1700000000 +0000", "a [skip ci]", {}, id="C-061-scan"),
    ],
)
def test_what_a_commit_says_of_itself_lets_nothing_pass(project, author, message, files):
    project.commit({"README.md": "hello\n"})
    project.commit({"a.py": EVAL} | files, author=author, message=message)

    seen = project.scan()

    assert seen.code == 1, seen.text[:2000]
    seen.require("a.py", BLOCKS)
    found = seen.findings("a.py")[0]
    assert found["decision"] == "open"
    if ".mailmap" in files:
        assert found["introduced"]["author"] == "Dev"
        seen.require(".mailmap", "blocks 1 control-plane-change")


def test_the_result_does_not_depend_on_which_merge_base_git_picks_c_056(project):
    root = project.commit({"README.md": "hello\n"})
    a1 = project.commit({"a.py": CLEAN}, parents=[root], branch="a")
    b1 = project.commit({"b.py": CLEAN}, parents=[root], branch="b")
    a2 = project.commit({"b.py": CLEAN, "evil.py": EVAL}, parents=[a1, b1], branch="a")
    b2 = project.commit({"a.py": CLEAN}, parents=[b1, a1], branch="b")

    seen = project.scan("--base", b2, "--head", a2)

    assert seen.code == 1
    seen.require("evil.py", BLOCKS)


def test_unrelated_histories_are_compared_by_their_trees_c_056(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"README.md": "hello\n", "evil.py": EVAL}, branch="orphan")

    seen = project.scan("--base", "main", "--head", "orphan")

    assert seen.code == 1
    seen.require("evil.py", BLOCKS)


@pytest.mark.parametrize(
    "flag", ["--skip-worktree", "--assume-unchanged"], ids=["C-057-skip", "C-057-assume"]
)
def test_the_staged_blob_is_judged_and_not_the_file_on_disk(project, flag):
    project.commit({"a.py": CLEAN})
    project.check_out()
    (project.root / "a.py").write_text(EVAL)
    project.git("add", "a.py")
    project.git("update-index", flag, "a.py")
    (project.root / "a.py").write_text(CLEAN)

    seen = project.run("scan", "--staged", "--format", "json")

    assert seen.code == 1
    seen.require("a.py", BLOCKS)


def test_only_what_is_staged_is_judged_c_058(project):
    project.commit({"a.py": CLEAN})
    project.check_out()
    (project.root / "a.py").write_text(EVAL)
    (project.root / "new.py").write_text(EVAL)
    project.git("add", "--intent-to-add", "new.py")

    assert project.run("scan", "--staged", "--format", "json").code == 0

    other = str(project.home / "index")
    project.git("read-tree", "HEAD", GIT_INDEX_FILE=other)
    project.git("add", "a.py", GIT_INDEX_FILE=other)
    seen = project.run("scan", "--staged", "--format", "json", GIT_INDEX_FILE=other)

    assert seen.code == 1
    seen.require("a.py", BLOCKS)


def test_an_odd_tree_of_the_last_commit_hides_nothing_that_is_staged_c_058(project):
    commit = project.commit({"a.py": CLEAN})
    blob = project.git("rev-parse", f"{commit}:a.py")
    inner = tree_of(project, ("100644", "b", blob))
    # git takes the first for the second, and loses its place in the index.
    odd = tree_of(project, ("100644", "a/b", blob), ("40000", "a", inner))
    project.git("update-ref", "HEAD", project.git("commit-tree", odd, "-m", "odd"))
    project.git("read-tree", odd)
    (project.root / "evil.py").write_text(EVAL)
    project.git("add", "evil.py")

    seen = project.run("scan", "--staged", "--format", "json")

    assert seen.code == 1
    seen.require("evil.py", BLOCKS)


def tree_of(project, *lines):
    """Write a tree of these lines as they are."""
    raw = b"".join(b"%b %b\0%b" % (m.encode(), n.encode(), bytes.fromhex(i)) for m, n, i in lines)
    return project.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", feed=raw)


@pytest.mark.parametrize(
    "arguments",
    [("--base", "main~1", "--head", "main"), ("--base", "main~1"), ("--staged",), ()],
    ids=["C-059-head", "C-059-disk", "C-059-staged", "C-059-whole"],
)
def test_no_program_that_a_repository_configures_is_started(project, arguments):
    project.commit({".gitattributes": "*.py filter=evil diff=evil merge=evil\n"})
    project.commit({"a.py": CLEAN})
    project.check_out()
    marker = project.home / "marker"
    hooks = project.home / "hooks"
    hooks.mkdir()
    program = hooks / "run"
    program.write_text(f"#!/bin/sh\ntouch '{marker}'\ncat\n")
    program.chmod(0o755)
    for hook in ("post-index-change", "post-checkout", "reference-transaction", "pre-auto-gc"):
        (hooks / hook).symlink_to(program)
    for setting in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "diff.external",
        "diff.evil.textconv",
        "diff.evil.command",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "gpg.program",
        "gpg.ssh.program",
        "credential.helper",
        "alias.cat-file",
    ):
        project.git("config", setting, str(program))
    project.git("config", "core.hooksPath", str(hooks))
    (project.root / "a.py").write_text(CLEAN + "\n")
    marker.unlink(missing_ok=True)

    seen = project.run("scan", "--format", "json", *arguments)

    assert seen.code == 0, seen.text[:2000]
    assert not marker.exists()


def test_a_bare_repository_inside_of_the_tree_is_not_read_c_060(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"a.py": EVAL})
    project.check_out()
    inner = project.root / "inner.git"
    project.git("clone", "--quiet", "--bare", str(project.root), str(inner))

    seen = project.run("-C", str(inner), "scan", "--base", "HEAD~1", "--head", "HEAD")

    # Git itself finds the inner one by its own rules; the person named it with `-C`.
    assert seen.code in {1, 3}
    assert project.run("scan", "--base", "main~1", "--head", "main").code == 1


def test_settings_of_the_caller_lead_to_no_other_repository_c_060(project):
    other = project.home / "other"
    other.mkdir()
    subprocess.run(["git", "init", "--quiet", str(other)], env=dict(project.environ), check=True)
    project.commit({"README.md": "hello\n"})
    project.commit({"a.py": EVAL})

    seen = project.scan(GIT_DIR=str(other / ".git"), GIT_WORK_TREE=str(other))

    assert seen.code in {1, 3}
    assert seen.code == 3 or seen.said("a.py")


def test_a_git_file_that_points_elsewhere_is_not_followed_in_silence_c_060(project):
    project.commit({"README.md": "hello\n"})
    project.commit({"a.py": EVAL})
    lure = project.home / "lure"
    lure.mkdir()
    (lure / ".git").write_text(f"gitdir: {project.root / '.git'}\n")
    (lure / "README.md").write_text("hello\n")

    seen = project.run("-C", str(lure), "scan", "--base", "main~1", "--head", "main")

    assert seen.code in {1, 3}
