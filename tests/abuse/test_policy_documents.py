"""One strict reader with limits; anything unusual is an error with a line, not a guess."""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.slow

START = "version: 1\nname: a\nextends: aigate:default\n"
BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
WRONG = {
    "C-082-duplicate": START + "mode: enforce\nmode: advisory\n",
    "C-082-nested": START + "requirements: [{id: a, action: forbid, action: note}]\n",
    "C-082-quoted": START + "mode: enforce\n'mode': advisory\n",
    "C-083-bomb": START + BOMB,
    "C-083-alias": "version: 1\nname: &a x\nextends: [aigate:default, *a]\n",
    "C-084-merge": START + "owners: &base {developer: a}\nscope: {<<: *base}\n",
    "C-084-merge-flow": START + "owners: {<<: {developer: a}}\n",
    "C-084-cycle": START + "requirements: &a [*a]\n",
    "C-085-object": START + "mode: !!python/object/apply:os.system ['touch marker']\n",
    "C-085-name": START + "mode: !!python/name:os.system\n",
    "C-085-binary": START + "description: !!binary aGVsbG8=\n",
    "C-085-custom": START + "mode: !custom enforce\n",
    "C-085-str": START + "mode: !!str enforce\n",
    "C-086-no": START + "mode: no\n",
    "C-086-octal": START + "requirements: [{id: a, action: warn, fix-within: 012}]\n",
    "C-086-sexagesimal": START + "requirements: [{id: a, action: warn, fix-within: 1:30}]\n",
    "C-086-float": START + "requirements: [{id: a, action: warn, fix-within: 1e3}]\n",
    "C-086-on": START + "on: push\n",
    "C-086-equals": START + "mode: =\n",
    "C-086-null": START + "mode: ~\n",
    "C-086-empty": START + "mode:\n",
    "C-087-typo": START + "extend: aigate:strict\n",
    "C-087-case": START + "Mode: advisory\n",
    "C-087-cyrillic": START + "m\u043ede: advisory\n",
    "C-087-second": START + "---\nmode: advisory\n",
    "C-087-tag": "%TAG ! tag:example.com,2000:\n---\n" + START,
    "C-087-directive": "%YAML 1.1\n---\n" + START,
    "C-088-depth": START + "requirements: " + "[" * 5_000 + "]" * 5_000 + "\n",
    "C-088-brackets": START + "requirements: " + "[" * 200_000 + "\n",
    "C-088-blocks": START + "requirements:\n" + "".join(" " * n + "-\n" for n in range(1, 900)),
    "C-088-scalar": START + "description: " + "a" * 10_000_000 + "\n",
    "C-090-above": "version: 1\nname: a\nextends: ../../../../etc/passwd\n",
    "C-090-absolute": "version: 1\nname: a\nextends: /etc/passwd\n",
    "C-090-address": "version: 1\nname: a\nextends: file:///etc/passwd\n",
    "C-090-home": "version: 1\nname: a\nextends: ~/policy.yaml\n",
    "C-090-pack": "version: 1\nname: a\nextends: aigate:../../etc/passwd\n",
    "C-090-link": "version: 1\nname: a\nextends: link.yaml\n",
    "C-090-rules": START + "rules: [../../etc/passwd]\n",
    "C-091-itself": "version: 1\nname: a\nextends: policy.yaml\n",
    "C-091-cycle": "version: 1\nname: a\nextends: b.yaml\n",
    "C-091-missing": "version: 1\nname: a\nextends: none.yaml\n",
    "C-092-remote": "version: 1\nname: a\nextends: http://169.254.169.254/policy.yaml\n",
    "C-092-remote-secure": "version: 1\nname: a\nextends: https://example.com/policy.yaml\n",
}


@pytest.mark.parametrize("policy", WRONG.values(), ids=WRONG)
def test_an_unusual_policy_is_refused_at_its_line(project, policy):
    project.commit(
        {
            ".aigate/policy.yaml": policy,
            ".aigate/b.yaml": "version: 1\nname: b\nextends: policy.yaml\n",
            ".aigate/link.yaml": ("120000", b"../other.yaml"),
            "other.yaml": START,
        }
    )
    project.commit({"README.md": "hello\n"})
    started = time.monotonic()

    seen = project.scan()

    assert seen.code == 2, seen.text[:2000]
    assert seen.out == b""
    assert b".aigate/" in seen.err
    assert b"root:" not in seen.err
    assert len(seen.err) < 20_000
    assert not list(project.home.rglob("marker"))
    # C-088: a fraction of this on a quiet machine.
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("name", ["C-083-bomb", "C-088-depth", "C-088-brackets", "C-088-scalar"])
def test_a_huge_policy_is_refused_in_little_memory(project, name):
    project.commit({".aigate/policy.yaml": WRONG[name]})
    limit = 'ulimit -v 1000000 && exec "$@"'

    seen = project.scan("--head", "main", wrapped=("bash", "-c", limit, "bash"))

    assert seen.code == 2, seen.text[:2000]


@pytest.mark.parametrize(
    ("key", "nearest"),
    [("extend", "extends"), ("Mode", "mode"), ("requirement", "requirements")],
    ids=["C-087-extend", "C-087-Mode", "C-087-requirement"],
)
def test_the_nearest_valid_key_is_suggested(project, key, nearest):
    project.commit({".aigate/policy.yaml": f"{START}{key}: x\n"})

    seen = project.scan("--head", "main")

    assert seen.code == 2
    assert f"`{nearest}`" in seen.text
    assert ".aigate/policy.yaml:4:1:" in seen.text


def test_a_child_cannot_loosen_a_floor_c_091(project):
    floor = """\
version: 1
name: floor
floor: true
requirements: [{id: high, match: {severity: [critical, high]}, action: forbid}]
"""
    child = """\
version: 1
name: child
extends: floor.yaml
requirements: [{id: high, match: {severity: [critical, high]}, action: note}]
"""
    project.commit({".aigate/policy.yaml": child, ".aigate/floor.yaml": floor})
    project.commit({"a.py": "def run():\n    return eval(input())\n"})

    seen = project.scan()

    assert seen.code in {1, 2}, seen.text[:2000]


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "**/" * 40 + "b", "*a" * 60 + "b", "?*" * 60 + "b"],
    ids=["C-089-group", "C-089-folders", "C-089-stars", "C-089-marks"],
)
def test_no_pattern_of_a_policy_takes_long(project, pattern):
    excluding = f"scope: {{exclude: [{{paths: ['{pattern}'], reason: tools}}]}}\n"
    matching = f"requirements: [{{id: a, action: note, match: {{path: '{pattern}'}}}}]\n"
    project.commit({".aigate/policy.yaml": START + excluding + matching})
    project.commit(
        {"a/" * 30 + "a" * 200: "x = 1\n", "a.py": "def run():\n    return eval(input())\n"}
    )
    started = time.monotonic()

    seen = project.scan()

    assert seen.code in {1, 2}, seen.text[:2000]
    assert time.monotonic() - started < 20


def test_a_thousand_levels_of_policies_are_refused_c_091(project):
    files = {
        f".aigate/p{n}.yaml": f"version: 1\nname: p{n}\nextends: p{n + 1}.yaml\n"
        for n in range(1_000)
    }
    top = "version: 1\nname: top\nextends: p0.yaml\n"
    project.commit({".aigate/policy.yaml": top} | files)

    assert project.scan("--head", "main").code == 2


def test_a_diamond_of_policies_is_read_once_c_091(project):
    middle = "version: 1\nname: {}\nextends: below.yaml\n"
    project.commit(
        {
            ".aigate/policy.yaml": "version: 1\nname: top\nextends: [left.yaml, right.yaml]\n",
            ".aigate/left.yaml": middle.format("left"),
            ".aigate/right.yaml": middle.format("right"),
            ".aigate/below.yaml": "version: 1\nname: below\nextends: aigate:default\n",
        }
    )

    assert project.scan("--head", "main").code == 0
