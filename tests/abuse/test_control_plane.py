"""A change that edits what judges it is judged by the reference, and that edit is a finding."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EVAL = "def run():\n    return eval(input())\n"
STEERS = "blocks 1 control-plane-change"
POLICY = "version: 1\nname: team\nextends: aigate:default\n"
LENIENT = """\
version: 1
name: lenient
requirements:
  - {id: nothing-matters, action: note}
"""
WORKFLOW = """\
on: pull_request
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: aigate/aigate@0123456789012345678901234567890123456789
"""
HOOKS = """\
repos:
  - repo: https://example.com/aigate
    rev: v1.0.0
    hooks: [{id: aigate}]
"""
OWN_RULE = """\
rules:
  - id: own-rule
    languages: [python]
    severity: ERROR
    message: never call this
    pattern: forbidden(...)
"""
BASE = {
    ".aigate/policy.yaml": POLICY,
    ".github/workflows/gate.yml": WORKFLOW,
    ".pre-commit-config.yaml": HOOKS,
    ".github/CODEOWNERS": "* @dev\n/.aigate/ @security\n",
    "pyproject.toml": "[project]\nname = 'a'\n",
    "action.yml": "runs: {using: composite, steps: [{uses: aigate/aigate@v2}]}\n",
}
EDITS = [
    ("C-001-policy", ".aigate/policy.yaml", LENIENT),
    ("C-002-semgrepignore", ".semgrepignore", "*\n"),
    ("C-002-below", "src/.semgrepignore", "*\n"),
    ("C-002-semgrep-rules", ".semgrep.yml", "rules: []\n"),
    ("C-003-bandit", ".bandit", "[bandit]\nskips: B307,B602\nexclude: /src\n"),
    ("C-003-bandit-yaml", "bandit.yaml", "skips: [B307]\n"),
    ("C-005-tables", "pyproject.toml",
     "[project]\nname = 'a'\n[tool.bandit]\nexclude_dirs = ['src']\n[tool.semgrep]\nexclude = ['*']\n"),
    ("C-005-aigate", "sub/pyproject.toml", "[tool.aigate]\nmode = 'advisory'\n"),
    ("C-005-setup", "setup.cfg", "[bandit]\nskips: B307\n"),
    ("C-006-if", ".github/workflows/gate.yml", WORKFLOW.replace("    runs-on", "    if: false\n    runs-on")),
    ("C-007-impostor", ".github/workflows/zz.yml",
     "on: pull_request\njobs: {gate: {runs-on: ubuntu-latest, steps: [{run: 'true'}]}}\n"),
    ("C-007-gitlab", ".gitlab-ci.yml", "gate: {script: ['true']}\n"),
    ("C-008-hooks", ".pre-commit-config.yaml", HOOKS.replace("v1.0.0", "v0.1.0\n    exclude: '.*'")),
    ("C-008-owners", ".github/CODEOWNERS", "* @dev\n"),
    ("C-008-husky", ".husky/pre-commit", "true\n"),
    ("C-013-attributes", ".gitattributes", "*.py linguist-generated -diff binary\n"),
    ("C-013-below", "src/.gitattributes", "* linguist-vendored\n"),
    ("C-014-ledger", ".aigate/ledger/" + "ab" * 32 + ".json",
     '{"accept": "everything", "as": "security"}\n'),
    ("C-015-downgrade", "action.yml", "runs: {using: composite, steps: [{uses: aigate/aigate@v1}]}\n"),
]  # fmt: skip


@pytest.mark.parametrize("path", [path for _, path, _ in EDITS], ids=[name for name, _, _ in EDITS])
def test_the_edit_is_a_finding_and_hides_nothing(scene, path):
    after = {name: data for _, name, data in EDITS} | {"src/a.py": EVAL}
    seen = scene("steered", BASE, after)

    assert seen.code == 1, seen.text[:2000]
    assert any(
        line.startswith("blocks") and line.endswith("control-plane-change")
        for line in seen.said(path)
    ), seen.said(path)
    seen.require("src/a.py", "blocks 2 python-code-injection")
    assert seen.report["gaps"] == []


ALONE = {
    "C-001": {".aigate/policy.yaml": LENIENT},
    "C-001-exclusion": {
        ".aigate/policy.yaml": POLICY
        + "scope: {exclude: [{paths: ['**'], reason: nothing to see}]}\n"
    },
    "C-001-advisory": {".aigate/policy.yaml": "version: 1\nname: a\nextends: aigate:advisory\n"},
    "C-002": {".semgrepignore": "*\n:include .gitignore\n"},
    "C-003": {".bandit": "[bandit]\nskips: B307\n"},
    "C-006-removed": {},
    "C-009": {".aigate": ("120000", b"examples/permissive")},
    "C-009-file": {".aigate/policy.yaml": ("120000", b"../examples/permissive/policy.yaml")},
    "C-012": {},
}
REMOVED = {
    "C-006-removed": ".github/workflows/gate.yml",
    "C-009": ".aigate/policy.yaml",
    "C-009-file": ".aigate/policy.yaml",
    "C-012": ".aigate/policy.yaml",
}


@pytest.mark.parametrize(("name", "files"), ALONE.items(), ids=ALONE)
def test_the_reference_decides_on_its_own_weakening(project, name, files):
    project.commit(BASE | {"examples/permissive/policy.yaml": LENIENT})
    removed = [REMOVED[name]] if name in REMOVED else []
    project.commit({"src/a.py": EVAL} | files, removed=removed)

    seen = project.scan()

    assert seen.code == 1, seen.text[:2000]
    assert seen.report["verdict"] == "fail"
    seen.require("src/a.py", "blocks 2 python-code-injection")
    for path in [*files, *removed]:
        if path != REMOVED.get(name) or path in files or name != "C-009":
            seen.require(path, STEERS)


def test_an_edit_of_the_policy_alone_blocks_and_the_report_tells_which_decided_c_001(project):
    project.commit(BASE)
    project.commit({".aigate/policy.yaml": LENIENT})

    seen = project.scan()

    assert seen.code == 1
    assert seen.said(".aigate/policy.yaml") == [STEERS]
    assert any("differs from the one that decided" in note for note in seen.report["notes"])


SILENCED = {
    "C-004-nosemgrep": "    return eval(input())  # nosemgrep\n",
    "C-004-nosec": "    return eval(input())  # nosec B307\n",
    "C-004-both": "    return eval(input())  # nosec # nosemgrep: python-code-injection\n",
    "C-004-noqa": "    return eval(input())  # noqa: S307\n",
    "C-004-above": "    # nosemgrep\n    return eval(input())\n",
    "C-004-upper": "    return eval(input())  # NOSEC\n",
    "C-004-aigate": "    return eval(input())  # aigate: ignore\n",
}


@pytest.mark.parametrize("name", SILENCED)
def test_comments_that_silence_scanners_silence_nothing(scene, name):
    files = {f"{name}.py": f"def run():\n{text}" for name, text in SILENCED.items()}
    seen = scene("silenced", {"README.md": "hello\n"}, files)

    assert seen.code == 1
    found = [f for f in seen.findings(f"{name}.py") if f["rule"] == "python-code-injection"]
    assert [one["blocking"] for one in found] == [True]
    assert [one["suppressed_inline"] for one in found] == [True]
    assert "inline-suppression-ignored" in found[0]["reason_codes"]
    assert any("inline-suppression" in line for line in seen.said(f"{name}.py"))


@pytest.mark.parametrize(
    "other",
    [".aigate/policy.yml", ".aigate/Policy.yaml", ".AIGATE/policy.yaml", ".aigate/policy.json"],
    ids=["C-010-yml", "C-010-case", "C-010-folder", "C-010-json"],
)
def test_two_candidates_for_the_policy_are_refused(project, other):
    project.commit({".aigate/policy.yaml": POLICY, other: LENIENT})
    project.commit({"src/a.py": EVAL})

    seen = project.scan()

    assert seen.code == 2
    assert seen.out == b""
    assert other.encode() in seen.err


def test_a_second_candidate_in_the_change_blocks_it_c_010(project):
    project.commit({".aigate/policy.yaml": POLICY})
    project.commit({".aigate/policy.yml": LENIENT, ".Aigate/policy.yaml": LENIENT})

    seen = project.scan()

    assert seen.code == 1
    seen.require(".aigate/policy.yml", "blocks 1 ambiguous-control-plane")
    seen.require(".Aigate/policy.yaml", "blocks 1 ambiguous-control-plane")


# A valid first version; what is pinned is the digest of what was signed in it.
ROOT = (Path(__file__).parents[1] / "corpus/registry/automation_ok/head/1.root.json").read_bytes()
PINNED = hashlib.sha256(base64.b64decode(json.loads(ROOT)["payload"])).hexdigest()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        pytest.param((), 4, id="C-011-unpinned"),
        pytest.param(("--trust-root", "0" * 64), 4, id="C-011-other"),
        pytest.param(("--trust-root", "x"), 4, id="C-011-no-digest"),
        pytest.param(("--trust-root", PINNED), 1, id="C-011-pinned"),
    ],
)
def test_the_first_trust_root_needs_somebody_outside_to_vouch_for_it(project, arguments, code):
    project.commit({"README.md": "hello\n"})
    project.commit({".aigate/policy.yaml": LENIENT, ".aigate/trust/1.root.json": ROOT})

    seen = project.scan("--base", "main~1", "--head", "main", *arguments)

    assert seen.code == code, seen.text


def test_the_first_policy_does_not_judge_the_change_that_brings_it_c_011(project):
    project.commit({"README.md": "hello\n"})
    project.commit({".aigate/policy.yaml": LENIENT, "a.py": EVAL})

    seen = project.scan()

    assert seen.code == 1
    assert seen.report["policy"]["name"] == "default"


def test_a_gate_older_than_the_reference_demands_refuses_c_015(project):
    project.commit({".aigate/policy.yaml": POLICY + 'min-gate-version: "99.0"\n'})
    project.commit({".aigate/policy.yaml": POLICY, "README.md": "hello\n"})

    seen = project.scan()

    assert seen.code == 4
    assert seen.out == b""


@pytest.mark.parametrize(
    "rules",
    [
        "rules: []\n",
        OWN_RULE.replace("ERROR", "INFO"),
        OWN_RULE.replace("forbidden(", "forbiddem("),
    ],
    ids=["C-016-emptied", "C-016-lowered", "C-016-narrowed"],
)
def test_own_rules_come_from_the_reference(project, rules):
    policy = POLICY + "rules: [rules/own.yaml]\n"
    project.commit({".aigate/policy.yaml": policy, ".aigate/rules/own.yaml": OWN_RULE})
    before = project.scan("--head", "main").report["policy"]
    project.commit({".aigate/rules/own.yaml": rules, "a.py": "forbidden(1)\n"})

    seen = project.scan()

    assert seen.code == 1, seen.text[:2000]
    seen.require(".aigate/rules/own.yaml", STEERS)
    seen.require("a.py", "blocks 1 own-rule")
    assert seen.report["policy"] == before
