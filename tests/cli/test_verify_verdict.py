"""`aigate verify-verdict`: a decision is about two commits, and about no others."""

from __future__ import annotations

import json
import re

import pytest

CLEAN = 'def greet(name):\n    return f"hello {name}"\n'
OTHER = 'def greet(name):\n    return f"good day {name}"\n'


@pytest.fixture
def decided(project):
    """Return a repository with three commits, and a real decision about the last two."""
    project.commit({"a.py": CLEAN})
    project.commit({"b.py": CLEAN})
    project.commit({"b.py": OTHER})
    file = project.home / "decision.json"
    seen = project.scan("--base", "main~1", "--head", "main", "--decision", str(file))
    assert seen.code == 0, seen.text
    return project, file


def verify(project, file, *arguments, base="main~1", head="main"):
    return project.run("verify-verdict", str(file), "--base", base, "--head", head, *arguments)


def change(file, **changed):
    """Write a decision with other values; dots lead into objects."""
    body = json.loads(file.read_text())
    for name, value in changed.items():
        *groups, last = name.split("__")
        inner = body
        for group in groups:
            inner = inner[group]
        inner[last] = value
    made = file.with_name("changed.json")
    made.write_text(json.dumps(body))
    return made


@pytest.mark.slow
def test_a_pass_about_these_commits_is_a_pass(decided) -> None:
    project, file = decided
    nonce = json.loads(file.read_text())["nonce"]

    seen = verify(project, file, "--nonce", nonce)

    assert (seen.code, seen.err) == (0, b"")
    assert seen.out.startswith(b"pass: ")


@pytest.mark.slow
def test_whatever_does_not_match_is_refused(decided) -> None:
    project, file = decided
    refused = {
        "C-054-other-head": verify(project, file, head="main~1"),
        "C-054-other-reference": verify(project, file, base="main~2"),
        "other-nonce": verify(project, file, "--nonce", "0" * 32),
        "other-repository": verify(project, file, "--repository", "example/other"),
    }
    changes = {
        "head": "0" * 40,
        "reference": "",
        "tree": "0" * 40,
        "gate": "99.0.0",
        "digests__policy": "0" * 64,
        "digests__rules": "0" * 64,
        "digests__registry": "0" * 64,
        "digests__ledger": "0" * 64,
        "exit_code": 1,
        "blocking": 1,
        "gaps": 2,
        "coverage__scanned": 900,
        "decision": "fail",
    }
    refused |= {
        name: verify(project, change(file, **{name: value})) for name, value in changes.items()
    }

    assert {name: seen.code for name, seen in refused.items()} == dict.fromkeys(refused, 4)
    assert all(b"error: " in seen.err and b"hint: " in seen.err for seen in refused.values())


@pytest.mark.slow
def test_what_is_no_decision_is_wrong_use_and_a_missing_commit_is_incomplete(decided) -> None:
    project, file = decided
    other = project.home / "other.json"
    texts = {
        "empty": "",
        "no-json": "pass",
        "list": "[]",
        "twice": file.read_text().replace('"gaps": 0', '"gaps": 0, "gaps": 0'),
        "unknown-field": file.read_text().replace('"gaps": 0', '"gaps": 0, "more": 0'),
        "missing-field": re.sub(r' *"gaps": 0,\n', "", file.read_text()),
        "text-for-count": file.read_text().replace('"gaps": 0', '"gaps": "0"'),
        "true-for-count": file.read_text().replace('"gaps": 0', '"gaps": false'),
        "negative": file.read_text().replace('"gaps": 0', '"gaps": -1'),
        "schema": file.read_text().replace("aigate-decision/1", "aigate-decision/2"),
        "word": file.read_text().replace('"pass"', '"PASS"'),
        "huge": " " * 300_000,
    }
    for name, text in texts.items():
        other.write_text(text)
        seen = verify(project, other)
        assert seen.code == 2, (name, seen.text)

    assert verify(project, project.home / "none.json").code == 2
    assert verify(project, file, head="0" * 40).code == 3
    assert verify(project, file, base="--all").code == 2


@pytest.mark.slow
def test_a_decision_that_is_no_pass_is_none_here_either(project) -> None:
    project.commit({"a.py": CLEAN})
    project.commit({"a.py": "import os\nos.system(input())\n"})
    file = project.home / "decision.json"
    seen = project.scan("--base", "main~1", "--head", "main", "--decision", str(file))
    assert seen.code == 1

    seen = verify(project, file)

    assert (seen.code, seen.err) == (1, b"")
    lying = change(file, decision="pass", exit_code=0)
    assert verify(project, lying).code == 4


@pytest.mark.slow
def test_a_decision_by_a_policy_of_the_caller_needs_that_policy(project) -> None:
    project.commit({"a.py": CLEAN})
    project.commit({"b.py": CLEAN})
    file, policy = project.home / "decision.json", project.home / "ours.yaml"
    policy.write_text("version: 1\nname: ours\nextends: [aigate:default]\n")
    given = ("--base", "main~1", "--head", "main", "--policy", str(policy))
    assert project.scan(*given, "--decision", str(file)).code == 0

    assert verify(project, file, "--policy", str(policy)).code == 0
    assert verify(project, file).code == 4
