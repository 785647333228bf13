"""A commit message is held against the rules about who wrote what before the commit is there."""

from __future__ import annotations

import pytest

CLAUDE = "Claude <noreply" + "@anthropic.com>"
CUT = f"# {'-' * 24} >8 {'-' * 24}\n"
TRAILER = f"Signed-off-by: {CLAUDE}\n"
SIGNED = f"fix: x\n\n{TRAILER}"
ASKS = "version: 1\nname: ours\nextends: aigate:default\nprovenance: {ai-trailer: kernel}\n"
TRAILER_BLOCKS = (
    ASKS + "requirements:\n- {id: say, match: {rule: missing-ai-disclosure}, action: joint,"
    " reason: We want to know.}\n"
)


def judge(project, message, *options, **environ):
    file = project.home / "COMMIT_EDITMSG"
    data = message if isinstance(message, bytes) else message.encode()
    file.write_bytes(data)
    seen = project.run("hook", "commit-msg", *options, str(file), **environ)
    assert file.read_bytes() == data
    return seen


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("fix: x\n", ""),
        (f"fix: x\n\nCo-authored-by: {CLAUDE}\n", ""),
        (SIGNED, ":3: warn[agent-sign-off]: `claude` signed off on commit to come"),
        (SIGNED.replace("\n", "\r\n"), ":3: warn[agent-sign-off]"),
        (f"# a\n#b\nfix\n# c\nSigned-off-by: {CLAUDE}", ":5: warn[agent-sign-off]"),
        (f"fix: x\n# Signed-off-by: {CLAUDE}\n", ""),
        (f"fix: x\n{CUT}diff --git a/b b/b\n@@ -1 +1 @@\n {TRAILER}-{TRAILER}+{TRAILER}", ""),
        (f"fix: x\n{CUT}Signed-off-by: {CLAUDE}\n", ":3: warn"),
        (f"fix: x\n; {CUT[2:]}Signed-off-by: {CLAUDE}\n", ":3: warn"),
        (f"fix: x\n{'-' * 24} >8 {'-' * 24}\nSigned-off-by: {CLAUDE}\n", ":3: warn"),
        (b"\xff\xfe\n\x00\n" + SIGNED.encode(), ":5: warn[agent-sign-off]"),
        ("", ""),
    ],
)
def test_a_message_is_read_as_git_will_keep_it(project, message, said):
    seen = judge(project, message)

    assert seen.code == (1 if said else 0), seen.text
    assert said in seen.text
    assert ("hint: nothing is lost; go on with `git commit --edit --file" in seen.text) is bool(
        said
    )


def test_where_git_opens_no_editor_it_keeps_what_looks_like_a_comment(project):
    said = "fix: x\n# Generated with [Claude Code](https://claude.ai/code)\n"
    project.commit({".aigate/policy.yaml": ASKS})

    assert judge(project, said).code == 0, "git takes comments out of what an editor wrote"
    assert judge(project, said, GIT_EDITOR=":").code == 1


@pytest.mark.parametrize("by", ["GIT_COMMITTER_NAME", "GIT_CONFIG_PARAMETERS"])
def test_whoever_commits_is_whom_git_will_name(project, by):
    agent = {"GIT_AUTHOR_NAME": "Claude", "GIT_AUTHOR_EMAIL": "noreply" + "@anthropic.com"}
    named = {key.replace("AUTHOR", "COMMITTER"): value for key, value in agent.items()}
    none = dict.fromkeys(named, "")
    address = agent["GIT_AUTHOR_EMAIL"]
    given = {"GIT_CONFIG_PARAMETERS": f"'user.name'='Claude' 'user.EMAIL={address}'"}

    seen = judge(project, "fix: x\n", **agent, **(none | given if by in given else named))

    assert seen.code == 1, seen.text
    assert "agent-change-without-person" in seen.text


def test_what_only_warns_can_be_let_pass(project):
    assert judge(project, SIGNED, "--only-blocking").code == 0


def test_the_policy_of_the_last_commit_says_what_must_be_disclosed(project):
    disclosed = "fix: x\n\nAssisted-by: claude:opus-4\n"
    silent = f"fix: x\n\nCo-authored-by: {CLAUDE}\n"
    (project.root / ".aigate").mkdir()
    (project.root / ".aigate/policy.yaml").write_text(ASKS)
    assert judge(project, silent).code == 0, "a file that is not committed decides nothing"

    project.commit({".aigate/policy.yaml": TRAILER_BLOCKS})
    seen = judge(project, silent, "--only-blocking")

    assert seen.code == 1, seen.text
    assert "missing-ai-disclosure" in seen.text
    assert "hint: add `Assisted-by: AGENT:MODEL`" in seen.text
    assert judge(project, disclosed, "--only-blocking").code == 0


def test_an_agent_that_commits_on_its_own_needs_a_person(project):
    environ = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER")
               for part, value in (("NAME", "Claude"), ("EMAIL", "noreply" + "@anthropic.com"))}  # fmt: skip

    alone = judge(project, "fix: x\n", **environ)
    reviewed = judge(project, "fix: x\n\nReviewed-by: Ada <ada@example.com>\n", **environ)

    assert alone.code == 1
    assert "[agent-change-without-person]: commit to come is by `claude`" in alone.text
    assert reviewed.code == 0, reviewed.text


def test_what_cannot_be_read_is_said(project):
    missing = project.run("hook", "commit-msg", "nowhere")
    large = judge(project, "x" * 8_000_001)

    assert missing.code == 2
    assert b"`nowhere` cannot be read" in missing.err
    assert large.code == 3
    assert b"hint: write a shorter message" in large.err


def write(project, files):
    for name, text in files.items():
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


OWNED = 'owners: {developer: "@a", security: "@b"}\n'


def test_documents_are_checked_without_looking_at_the_code(project):
    write(
        project,
        {
            ".aigate/policy.yaml": "version: 1\nname: ours\nextends: base.yaml\n",
            ".aigate/base.yaml": "version: 1\nname: base\nextends: aigate:default\n",
            ".aigate/initiatives/one.yaml": "version: 1\nname: one\npurpose: helps us to see\n"
            + OWNED
            + "used-in: [app/**]\n",
            "app/odd.py": "def (\n",
        },
    )

    assert project.run("hook", "manifest").code == 0

    write(
        project,
        {
            ".aigate/base.yaml": "version: 1\nname: base\nmode: strikt\n",
            ".aigate/initiatives/one.yaml": "version: 1\nname: two\nname: two\n",
        },
    )
    seen = project.run("hook", "manifest")

    assert seen.code == 2
    assert b".aigate/base.yaml:3:7: " in seen.err
    assert b".aigate/initiatives/one.yaml:3:1: " in seen.err


@pytest.mark.parametrize("name", [".aigate", ".aigate/initiatives", ".aigate/initiatives/a.yaml"])
def test_documents_behind_a_link_are_a_mistake(project, tmp_path, name):
    (project.root / name).parent.mkdir(parents=True, exist_ok=True)
    (project.root / name).symlink_to(tmp_path)

    seen = project.run("hook", "manifest")

    assert seen.code == 2
    assert b"links are not followed" in seen.err


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (".aigate", ".aigate:1:1: this is no folder"),
        (".aigate/initiatives", ".aigate/initiatives:1:1: this is no folder"),
        (".AIGATE/policy.yaml", ".AIGATE:1:1: the gate reads `.aigate` and nothing else"),
        (".aigate/Initiatives/a.yaml", "the gate reads `.aigate/initiatives` and nothing else"),
        (".aigate/policy.yaml", ".aigate/policy.yaml:"),
    ],
)
def test_documents_that_nobody_would_read_are_a_mistake(project, name, said):
    write(project, {name: "x: 1\n", "sub/a.py": ""})

    for folder in (project.root, project.root / "sub"):
        seen = project.run("hook", "manifest", cwd=folder)

        assert seen.code == 2, seen.text
        assert said in seen.text


def test_a_policy_behind_a_link_is_not_shown(project, tmp_path):
    (tmp_path / "private").write_text("root:x:0:0\n")
    (project.root / ".aigate").mkdir()
    (project.root / ".aigate/policy.yaml").symlink_to(tmp_path / "private")

    seen = project.run("hook", "manifest")

    assert seen.code == 2
    assert b"links are not followed" in seen.err
    assert "root:x" not in seen.text


def test_where_nothing_is_declared_nothing_is_wrong(project):
    assert project.run("hook", "manifest").code == 0
