"""What a rule or a finding means, asked for by name or by fingerprint."""

from __future__ import annotations

import json

import pytest

TURNED = 'x = "\u202e abc"\n'


@pytest.fixture
def scanned(project):
    project.commit({"README.md": "hello\n", "CODEOWNERS": "* @example/docs\n"})
    project.commit({"a.txt": TURNED, "b/c.txt": TURNED})
    return project


def scan(project):
    """Scan the last commit and return its fingerprints by path."""
    seen = project.scan()
    assert seen.code == 1, seen.text
    return {one["path"]: one["fingerprint"] for one in seen.report["findings"]}


def remembered(project):
    (file,) = (project.home / "cache" / "aigate" / "last").glob("*.json")
    return file


def test_a_rule_is_explained_with_what_why_fix_and_who_decides(project):
    seen = project.run("explain", "python-sql-injection")

    assert (seen.code, seen.err) == (0, b"")
    page = seen.out.decode()
    assert page.startswith("python-sql-injection: ")
    for heading in ("What it does", "Why it matters", "Fix", "Who decides", "Standards"):
        assert f"\n{heading}\n  " in page
    assert "CWE-89" in page


def test_a_rule_of_bandit_is_found_with_and_without_its_prefix(project):
    short, long = (project.run("explain", name) for name in ("B602", "bandit/B602"))

    assert short.code == long.code == 0
    assert short.out == long.out
    assert short.out.startswith(b"bandit/B602: ")


def test_a_rule_of_our_own_scanners_is_explained_too(project):
    assert project.run("explain", "bidirectional-text").out.startswith(b"bidirectional-text: ")


@pytest.mark.parametrize(
    ("name", "meant"),
    [("python-sql-injecton", "`python-sql-injection`"), ("bidirectional", "`bidirectional-text`")],
)
def test_a_name_that_is_nearly_right_gets_a_proposal(project, name, meant):
    seen = project.run("explain", name)

    assert (seen.code, seen.out) == (2, b"")
    error, hint = seen.err.decode().splitlines()
    assert error == f"error: no rule and no finding of the last scan is called `{name}`"
    assert hint.startswith("hint: did you mean ")
    assert meant in hint


def test_a_name_that_is_like_nothing_leads_to_a_scan_or_the_list(project):
    seen = project.run("explain", "0123456789ab")

    assert seen.code == 2
    assert b"hint: run `aigate scan` first, or see `docs/rules/README.md`" in seen.err


@pytest.mark.slow
def test_a_finding_of_the_last_scan_is_explained_by_the_start_of_its_fingerprint(scanned):
    fingerprint = scan(scanned)["a.txt"]

    whole, start = (scanned.run("explain", name) for name in (fingerprint, fingerprint[:12]))
    upper = scanned.run("explain", fingerprint[:12].upper())

    assert whole.code == start.code == upper.code == 0
    assert whole.out == start.out == upper.out
    story = whole.out.decode()
    assert story.startswith("a.txt:1:6: ")
    for word in (fingerprint, "(blocks)", "@example/docs", "bidirectional-text: ", "  Remove"):
        assert word in story
    inside = scanned.root / "b"
    inside.mkdir()
    assert scanned.run("explain", fingerprint, cwd=inside).out == whole.out


@pytest.mark.slow
def test_a_start_that_fits_several_fingerprints_or_is_short_is_refused(scanned):
    first, second = sorted(scan(scanned).values())
    file = remembered(scanned)
    shared = first[:8]
    file.write_text(file.read_text().replace(second, shared + second[8:]))

    seen = scanned.run("explain", shared)

    assert (seen.code, seen.out) == (2, b"")
    assert f"error: `{shared}` is the start of several fingerprints".encode() in seen.err
    assert b"hint: give more of it" in seen.err
    assert scanned.run("explain", first).code == 0
    assert scanned.run("explain", first[:5]).code == 2


@pytest.mark.slow
def test_a_damaged_memory_of_the_last_scan_is_none(scanned):
    fingerprint = scan(scanned)["a.txt"]
    file = remembered(scanned)
    good = file.read_text()

    for bad in (good[:100], "", "[]", '{"findings": 3}', json.dumps({"findings": [3]}), "\0"):
        file.write_text(bad)
        seen = scanned.run("explain", fingerprint)
        assert (seen.code, seen.out) == (2, b""), bad
        assert b"hint: run `aigate scan` first" in seen.err


@pytest.mark.slow
def test_the_memory_is_for_its_owner_alone_and_outside_of_the_repository(scanned):
    scan(scanned)

    assert remembered(scanned).stat().st_mode & 0o077 == 0
    assert scanned.git("status", "--porcelain", "--ignored", "--", ".aigate") == ""
