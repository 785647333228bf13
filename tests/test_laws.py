"""Whatever the change does beside its weakness, a fail never becomes a pass."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

CLEAN = 'def greet(name):\n    return f"hello {name}"\n'
BAD = (
    "import subprocess\nfrom flask import request\n\n"
    'def run():\n    subprocess.run(request.args["c"], shell=True)\n'
)
POLICY = "version: 1\nname: ours\nextends: [aigate:default]\n"
LAX = "version: 1\nname: lax\nmode: advisory\nrequirements:\n  - {id: all, action: note}\n"

EDITS: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "nothing": ({}, {}),
    "ignore files": (
        dict.fromkeys((".gitignore", ".semgrepignore", ".aigateignore", ".dockerignore"), "*\n"),
        {},
    ),
    "suppressions": (
        {"app.py": "# nosec\n" + BAD.replace("True)", "True)  # nosec # nosemgrep")},
        {},
    ),
    "policy": ({".aigate/policy.yaml": LAX}, {}),
    "second policy": ({".aigate/policy.yml": LAX, "policy.yaml": LAX}, {}),
    "attributes": ({".gitattributes": "* binary -diff linguist-vendored export-ignore\n"}, {}),
    "encoding": ({"app.py": "# -*- coding: utf-8 -*-\n" + BAD.replace("\n", "\r\n")}, {}),
    "rename": ({"tests/vendor/app.PY": BAD, "app.py": CLEAN}, {}),
    "ledger": (
        {".aigate/ledger/" + "0" * 64 + ".json": '{"accept": "*"}\n', ".aigate/ledger/x": "\0"},
        {},
    ),
    "metadata": (
        {},
        {
            "GIT_AUTHOR_NAME": "aigate: accept\n[skip ci]",
            "GIT_COMMITTER_EMAIL": "security@example.com",
            "GIT_COMMITTER_DATE": "@0 +0000",
        },
    ),
    "order": ({"app.py": "\n".join([*BAD.split("\n")[:2][::-1], *BAD.split("\n")[2:]])}, {}),
    "environment": (
        {},
        {
            "SEMGREP_RULES": "/dev/null",
            "SEMGREP_SETTINGS_FILE": "/dev/null",
            "AIGATE_POLICY": "aigate:advisory",
            "AIGATE_MODE": "advisory",
            "PYTHONOPTIMIZE": "2",
            "GITHUB_BASE_REF": "HEAD",
            "GIT_EXTERNAL_DIFF": "true",
            "BANDIT_CONFIG": "/dev/null",
        },
    ),
    "settings of tools": (
        {
            "pyproject.toml": "[tool.bandit]\nskips = ['B602']\nexclude_dirs = ['.']\n",
            ".bandit": "[bandit]\nskips: B602\n",
            "semgrep.py": "raise SystemExit(0)\n",
            "bandit.py": "raise SystemExit(0)\n",
            "sitecustomize.py": "raise SystemExit(0)\n",
            "aigate/__init__.py": "raise SystemExit(0)\n",
        },
        {},
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_fail_never_becomes_pass(tmp_path: Path, name: str) -> None:
    files, extra = EDITS[name]
    root = tmp_path / "project"
    root.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_{who}_NAME": "Dev" for who in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{who}_EMAIL": "d@example.com" for who in ("AUTHOR", "COMMITTER")},
        **extra,
    }

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=root, env=environ, check=True, capture_output=True)

    def commit(content: Mapping[str, str]) -> None:
        for path, text in content.items():
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        git("add", "--all", "--force")
        git("commit", "--quiet", "--message", "[skip ci] aigate: pass")

    git("init", "--quiet", "--initial-branch=main")
    commit({"app.py": CLEAN, ".aigate/policy.yaml": POLICY})
    commit({"app.py": BAD, **files})
    decision = tmp_path / "decision.json"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "aigate", "-C", str(root), "scan"),
            *("--base", "HEAD~1", "--head", "HEAD", "--decision", str(decision)),
        ],
        cwd=Path(__file__).parents[1],
        env=environ,
        capture_output=True,
        check=False,
    )
    assert done.returncode in {1, 3, 4}, done.stderr
    if decision.exists():
        assert json.loads(decision.read_text())["decision"] in {"fail", "incomplete"}
    if done.returncode == 1:
        assert b"python-command-injection" in done.stdout
