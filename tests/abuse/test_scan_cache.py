"""A cache of results changes no verdict, whatever is done to it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

BAD = "import os\n\n\ndef run(name):\n    os.system('ls ' + name)\n"
WORSE = "password = 'correct-horse-battery'\nexec(input())\n"
MORE = "import pickle\n\n\ndef read(data):\n    return pickle.loads(data)\n"


def told(outcome):
    report = dict(outcome.report)
    ran = [{**one, "seconds": 0} for one in report.pop("run")["scanners"]]
    return ran, report


@pytest.fixture
def judged(project):
    project.commit({"a.py": "x = 1\n", "b.js": "let x = 1;\n"})
    project.commit({"a.py": BAD, "c.py": WORSE, "b.js": "eval(location.hash);\n"})
    return project


def database(project) -> Path:
    return project.home / "cache" / "aigate" / "kept" / "results" / "results.db"


@pytest.mark.slow
def test_warm_equals_cold_equals_no_cache_and_starts_no_engine(judged, stub):
    without = told(judged.scan("--base", "main~1", "--head", "main", "--no-cache"))
    assert not database(judged).exists()
    cold = told(judged.scan())
    assert database(judged).exists()
    warm = judged.scan(python=stub("semgrep", "raise SystemExit(9)\n"))

    assert cold == without == told(warm)
    assert warm.code == 1
    assert b"correct-horse-battery" not in b"".join(
        file.read_bytes() for file in database(judged).parent.iterdir()
    )


@pytest.mark.slow
def test_only_what_is_new_is_examined(judged, stub):
    judged.scan()
    judged.commit({"a.py": BAD + "\n\nrun('x')\n"})
    failing = judged.scan(
        "--base", "main~2", "--head", "main", python=stub("bandit", "raise SystemExit(9)\n")
    )

    assert {gap["code"] for gap in failing.report["gaps"]} == {"scanner-failed"}
    assert failing.code in {1, 3}
    judged.commit({"a.py": BAD, "d.py": BAD, "e.py": WORSE})
    copies = judged.scan(
        "--base", "main~3", "--head", "main", python=stub("bandit", "raise SystemExit(9)\n")
    )
    assert copies.report["gaps"] == []
    assert {one["path"] for one in copies.report["findings"]} >= {"a.py", "c.py", "d.py", "e.py"}


def forge(project, said: bytes) -> None:
    with sqlite3.connect(database(project)) as opened:
        opened.execute("UPDATE result SET said = ?", (said,))
    opened.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    "poison",
    [
        pytest.param(lambda project: forge(project, b"[]"), id="C-068-says-clean"),
        pytest.param(
            lambda project: database(project).write_bytes(database(project).read_bytes()[:9000]),
            id="C-068-truncated",
        ),
        pytest.param(
            lambda project: (project.home / ".local/state/aigate/cache-key").write_bytes(bytes(32)),
            id="C-068-written-by-another-run",
        ),
    ],
)
def test_a_poisoned_cache_changes_no_verdict(judged, poison):
    before = judged.scan()
    poison(judged)
    after = judged.scan()

    assert after.code == before.code == 1
    assert told(after) == told(before)


@pytest.mark.slow
def test_other_rules_are_asked_again(judged):
    judged.scan()
    rule = {
        "id": "own-rule",
        "languages": ["python"],
        "severity": "ERROR",
        "message": "`$F` of somebody",
        "pattern": "$F(...)",
    }
    policy = "version: 1\nname: team\nextends: aigate:default\nrules: [rules/own.yaml]\n"
    judged.commit(
        {".aigate/policy.yaml": policy, ".aigate/rules/own.yaml": json.dumps({"rules": [rule]})}
    )
    judged.commit({"a.py": BAD + "\n\nrun('x')\n"})
    twice = [told(judged.scan()) for _ in range(2)]

    assert twice[0] == twice[1]
    assert any(one["rule"].endswith("own-rule") for one in twice[0][1]["findings"])
