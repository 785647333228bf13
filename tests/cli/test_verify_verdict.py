"""`aigate verify-verdict`: a decision is about two commits, and about no others."""

from __future__ import annotations

import json
import re

import pytest

from aigate.ledger import dsse
from aigate.ledger import verdict as verdicts
from tests.cli.test_audit import ROOT, made

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


@pytest.fixture
def stated(project):
    """Return a repository with a registry, and a real verdict statement, signed by nobody yet."""
    robot = made.person("ci", kind="automation", answers="ada")
    second = made.following(ROOT, people=made.people(robot))
    registry = made.one(ROOT) | {made.path(2): made.signed(second, ("ada", "grace", "ci"))}
    project.commit({"a.py": CLEAN} | registry)
    project.commit({"b.py": CLEAN})
    file, decision = project.home / "verdict.json", project.home / "decision.json"
    seen = project.scan(
        *("--base", "main~1", "--head", "main"),
        *("--verdict", str(file), "--decision", str(decision)),
    )
    assert seen.code == 0, seen.text
    return project, file, made.digest(second)


def sign(file, name):
    """Put a signature by the key of that name around a statement."""
    payload = file.read_bytes()
    armor = made.signature(dsse.pae(payload), name)
    signed = file.with_name(f"{name}.json")
    signed.write_bytes(dsse.encode(payload, (dsse.Signature("hint", armor),)))
    return signed


@pytest.mark.slow
def test_a_statement_says_what_the_decision_file_says(stated) -> None:
    project, file, _ = stated

    decision = json.loads((project.home / "decision.json").read_text())

    assert verdicts.decode(file.read_bytes(), file="v") == decision
    assert verify(project, file).out == verify(project, project.home / "decision.json").out
    assert verify(project, file).out.endswith(b", unsigned\n")


@pytest.mark.slow
def test_c_128_a_pipeline_vouches_for_a_verdict_and_who_signed_is_checked(stated) -> None:
    project, file, pin = stated
    by_ci, by_ada, by_mallory = (sign(file, name) for name in ("ci", "ada", "mallory"))
    asked = {
        "C-128-ci": (by_ci, ("--signer", "ci"), 0),
        "C-128-ci-pinned": (by_ci, ("--signer", "ci", "--trust-root", pin), 0),
        "ci-not-asked-for": (by_ci, (), 0),
        "human": (by_ada, ("--signer", "ci", "--signer", "ada"), 0),
        "stranger-not-asked-for": (by_mallory, (), 0),
        "stranger": (by_mallory, ("--signer", "ci"), 4),
        "another": (by_ada, ("--signer", "ci"), 4),
        "unsigned": (file, ("--signer", "ci"), 4),
        "decision-file": (project.home / "decision.json", ("--signer", "ci"), 4),
        "other-pin": (by_ci, ("--trust-root", "0" * 64), 4),
    }

    seen = {name: verify(project, one, *options) for name, (one, options, _) in asked.items()}

    assert {n: s.code for n, s in seen.items()} == {n: code for n, (_, _, code) in asked.items()}
    assert b"signed by `ci` (automation, for which `ada` answers)" in seen["C-128-ci"].out
    assert b"a key that the registry lacks" in seen["stranger-not-asked-for"].out


@pytest.mark.slow
def test_c_123_a_statement_that_was_touched_is_refused(stated) -> None:
    project, file, _ = stated
    good, signed = file.read_bytes(), sign(file, "ci").read_bytes()
    lying = good.replace(b'"blocking":0', b'"blocking":1')
    other = verdicts.encode(verdicts.decode(good, file="v") | {"head": "0" * 40})
    envelope = json.loads(signed)
    edits = {
        "field": good.replace(b'"PASSED"', b'"FAILED"'),
        "spaced": good.replace(b'":', b'": '),
        "lie": lying,
        "C-054-head": other,
        "no-signature": dsse.canonical(envelope | {"signatures": []}),
        "two": dsse.canonical(envelope | {"signatures": envelope["signatures"] * 2}),
        "type": dsse.canonical(envelope | {"payloadType": "application/json"}),
        "cut": signed[:-20],
        "twice": signed + signed,
        "moved": dsse.encode(lying, (dsse.decode(signed, file="v").signatures[0],)),
    }
    for name, data in edits.items():
        file.write_bytes(data)
        seen = verify(project, file)
        assert seen.code == 4, (name, seen.text)
        assert seen.out == b""


@pytest.mark.slow
def test_a_verdict_that_cannot_be_signed_or_written_is_no_pass(stated, tmp_path) -> None:
    project, file, _ = stated
    before = file.read_bytes()
    decision = project.home / "decision.json"
    given = ("--base", "main~1", "--head", "main", "--decision", str(decision))
    key = tmp_path / "key.pub"
    key.write_text(f"ssh-ed25519 {made.public('ci').blob} nobody-holds-the-other-half\n")

    seen = project.scan(*given, "--verdict", str(file), "--sign-with", str(key))

    said = json.loads(decision.read_text())
    assert (seen.code, said["decision"], said["exit_code"]) == (3, "incomplete", 3), seen.text
    assert b"the statement is not signed: " in seen.err
    assert not file.exists()
    assert before

    assert project.scan(*given, "--verdict", str(decision)).code == 2
    assert project.scan(*given, "--sign-with", str(key)).code == 2
    assert project.scan(*given, "--verdict", str(project.root / ".github" / "v.json")).code == 2
    missing = project.scan(*given, "--verdict", str(tmp_path / "none" / "v.json"))
    assert missing.code == 3


@pytest.mark.slow
def test_what_is_not_committed_gets_a_statement_about_nothing_else(project) -> None:
    project.commit({"a.py": CLEAN})
    project.check_out()
    (project.root / "b.py").write_text(CLEAN)
    file = project.home / "verdict.json"

    assert project.scan("--format", "json", "--verdict", str(file)).code == 0

    (subject,) = json.loads(file.read_text())["subject"]
    assert subject["name"] == "decision"
    assert verify(project, file, base="main", head="main").code == 4


@pytest.mark.slow
def test_a_base_that_nobody_protects_stands_for_what_the_scan_took(project, tmp_path) -> None:
    project.commit({"a.py": CLEAN})
    project.git("branch", "decoy")
    project.commit({"b.py": CLEAN}, branch="decoy", author="Dev <dev@example.com> 1700000001 +0000")
    project.commit({"c.py": CLEAN})
    project.commit({"d.py": CLEAN}, branch="feature", parents=[project.git("rev-parse", "main")])
    clone = tmp_path / "clone"
    project.git("clone", "--quiet", str(project.root), str(clone))
    file = project.home / "decision.json"
    ours = ("-C", str(clone))
    given = ("--base", "origin/decoy", "--head", "origin/feature")

    seen = project.run(*ours, "scan", "--format", "json", *given, "--decision", str(file))

    main, decoy = project.git("rev-parse", "main"), project.git("rev-parse", "decoy")
    assert json.loads(file.read_text())["reference"] == main, seen.text
    for base, code in (("origin/decoy", 0), (main, 0), ("origin/main", 0), (decoy, 4)):
        head = ("--head", "origin/feature")
        seen = project.run(*ours, "verify-verdict", str(file), "--base", base, *head)
        assert seen.code == code, (base, seen.text)
