"""The templates to copy: valid for their hosts, pinned, and nothing from outside is in a script."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import foreign

# In an environment of its own: it needs a newer click than semgrep allows.
CHECKER = "check-jsonschema>=0.33,<1"
FOLDER = Path(__file__).parents[2] / "examples" / "ci"
TEMPLATES = sorted(one.name for one in FOLDER.iterdir() if one.name != "gate.sh")
TEXTS = {name: (FOLDER / name).read_text() for name in TEMPLATES}


def schema_says(name: str, schema: str) -> str:
    done = subprocess.run(
        [
            foreign.python("check-jsonschema", CHECKER),
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            schema,
            name,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_there_is_one_for_each_host():
    assert TEMPLATES == [
        "Jenkinsfile",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "gitlab-ci.yml",
    ]


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_is_fetched_is_named_by_commit_or_digest(name):
    text = TEXTS[name]

    assert 'fetch --quiet --depth 1 -- "$AIGATE_SOURCE" "$AIGATE_COMMIT"' in text
    assert 'checkout --quiet --detach "$AIGATE_COMMIT"' in text
    for image in re.findall(r"(?:image|default): *(python\S+)", text):
        assert re.fullmatch(r"python:[0-9.]+@sha256:[0-9a-f]{64}", image)
    for commit in re.findall(r"AIGATE_COMMIT *[=:] *['\"]?(\w+)", text):
        assert re.fullmatch(r"[0-9a-f]{40}", commit)


def script_of(name: str) -> str:
    text = TEXTS[name]
    if name == "gitlab-ci.yml":
        script = "\n".join([*yaml.safe_load_all(text)][1]["aigate"]["script"])
    elif name == "azure-pipelines.yml":
        steps = yaml.safe_load(text)["jobs"][0]["steps"]
        script = next(one["script"] for one in steps if "script" in one)
    elif name == "bitbucket-pipelines.yml":
        script = "\n".join(yaml.safe_load(text)["definitions"]["steps"][0]["step"]["script"])
    else:
        script = text.partition("sh '''")[2].partition("'''")[0]
    assert script
    return script


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_script_has_anything_from_outside_in_it(name):
    script = script_of(name)
    assert not re.search(r"\$\[\[|\$\{\{|\$\([A-Z]\w*\.", script)
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # A variable without quotes could become several words, or a pattern.
    bare = re.findall(r'(?<!["\w{])\$\{?[A-Z_a-z]+', re.sub(r'"[^"]*"', '""', script))
    assert not bare


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_variable_of_the_job_says_what_judges(name):
    """A change or its author can set variables of a pipeline on most hosts."""
    assert 'AIGATE_COMMAND= AIGATE_BASE= bash "$aigate/examples/ci/gate.sh"' in script_of(name)


def test_who_extends_the_template_of_azure_cannot_say_what_judges():
    text = TEXTS["azure-pipelines.yml"]

    assert "parameters" not in yaml.safe_load(text)
    assert "${{" not in text


# What each host sets for a change that is meant for `main`, and what its job leaves.
HOSTS = {
    "Jenkinsfile": ({"CHANGE_TARGET": "main"}, "aigate.sarif"),
    "azure-pipelines.yml": ({"TARGET": "refs/heads/main"}, "reports/aigate.sarif"),
    "bitbucket-pipelines.yml": ({"BITBUCKET_PR_DESTINATION_BRANCH": "main"}, "insights.json"),
    "gitlab-ci.yml": ({"AIGATE_TARGET": "main"}, "gl-sast-report.json"),
}
OUTPUTS = {
    "Jenkinsfile": "sarif=aigate.sarif",
    "azure-pipelines.yml": "sarif-azure=reports/aigate.sarif",
    "gitlab-ci.yml": "gitlab-sast=gl-sast-report.json",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TEMPLATES)
def test_the_script_of_each_template_judges_a_change(name, job, source):
    folder, commit = source
    given, left = HOSTS[name]
    script = script_of(name)
    script = re.sub(r"AIGATE_SOURCE=\S+", f"AIGATE_SOURCE={folder}", script)
    script = re.sub(r"AIGATE_COMMIT=0{40}", f"AIGATE_COMMIT={commit}", script)
    script = script.replace("AIGATE_COMMAND= ", "")  # an installation would take too long
    (job.project.root / left).parent.mkdir(exist_ok=True)
    (job.project.root / left).write_text("what an earlier build or the change left")
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail\n{script}"],
        cwd=job.project.root,
        env={
            **job.project.environ,
            "AIGATE_SOURCE": str(folder),
            "AIGATE_COMMIT": commit,
            "AIGATE_COMMAND": f"{sys.executable} -m aigate",
            "AIGATE_OUTPUTS": OUTPUTS.get(name, ""),
            "REPORTS": "reports",
            **given,
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 1, done.stderr[-3000:]
    assert "fail: 1 finding blocks" in done.stdout
    assert "version" in json.loads((job.project.root / left).read_text())


@pytest.mark.slow
def test_the_hosts_own_schemas_find_nothing(tmp_path):
    assert not schema_says(str(FOLDER / "bitbucket-pipelines.yml"), "vendor.bitbucket-pipelines")
    azure = yaml.safe_load(TEXTS["azure-pipelines.yml"])
    # The schema lists the tasks of an account without Advanced Security.
    steps = azure["jobs"][0]["steps"]
    azure["jobs"][0]["steps"] = [
        one for one in steps if not str(one.get("task")).startswith("AdvancedSecurity-")
    ]
    file = tmp_path / "azure-pipelines.json"
    file.write_text(json.dumps(azure))
    assert not schema_says(str(file), "vendor.azure-pipelines")
    azure["jobs"][0]["stepz"] = []
    file.write_text(json.dumps(azure))
    assert schema_says(str(file), "vendor.azure-pipelines")
