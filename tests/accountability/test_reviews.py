"""C-138: what reviews on a code host come to, from the answers of its API to the verdict."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests import fresh
from tests.accountability.conftest import Team, in_days
from tests.remote.github_fake import REPOSITORY, TOKEN, Reply, github, one_github

__all__ = ["github", "one_github"]
pytestmark = pytest.mark.slow

NUMBER = 12
OPENER, SAM, LEE, BOTH, STRANGER = 100, 7, 9, 10, 666
POLICY = """
version: 1
name: reviewed
requirements:
  - id: all
    match: {severity: [medium, high, critical]}
    action: joint
acceptance:
  - {severity: medium, longest: 180 days, assurance: ASSURANCE}
"""


@pytest.fixture(scope="module")
def change(founded, tmp_path_factory):
    """A branch that brings a file that nobody examined, and its fingerprint."""
    top = tmp_path_factory.mktemp("reviewed") / "team"
    shutil.copytree(founded, top, symlinks=True)
    team = Team(top)
    team.git("dana", "checkout", "-q", "-b", "feature")
    (team.clone / "a.dat").write_bytes(bytes(range(256)))
    team.commit("dana", "data")
    for assurance in ("platform-review", "signed"):
        (top / assurance).write_text(POLICY.replace("ASSURANCE", assurance))
    seen = scan(team, "platform-review")
    (found,) = [one for one in seen.report["findings"] if one["blocking"]]
    head = team.git("dana", "rev-parse", "HEAD")
    return SimpleNamespace(team=team, name=found["fingerprint"], head=head)


def scan(team, assurance, *options, pin=True, head="HEAD"):
    pinned = ["--trust-root", team.pin] if pin else []
    return team.aigate(
        "pipeline",
        *("scan", "-q", "--format", "json", "--base", "main", "--head", head),
        *("--policy", str(team.top / assurance), *pinned, *options),
    )


def ask(change, github, tmp_path, *, event="pull_request", **payload):
    """Ask as the step of the action does; return the file that it leaves."""
    temp = tmp_path / "temp"
    temp.mkdir(exist_ok=True)
    output = tmp_path / "output"
    output.write_text("")
    given = payload or {"pull_request": github.pulls[NUMBER]}
    (tmp_path / "event.json").write_text(json.dumps(given))
    code, out, err = fresh.run(
        ["github-action", "ask"],
        cwd=change.team.clone,
        environ={
            **change.team.environment("pipeline"),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_OUTPUT": str(output),
            "RUNNER_TEMP": str(temp),
            "AIGATE_TOKEN": TOKEN,
        },
    )
    assert code == 0, (out, err)
    assert TOKEN.encode() not in out + err
    return output.read_text().strip().removeprefix("reviews-file=")


def line(change, until=30, why="nobody loads it"):
    return f"/aigate accept {change.name} until {in_days(until)} because {why}"


def accepted_by(change, github, *accounts, **review):
    github.pull(NUMBER, head=change.head, opener=OPENER)
    for account in accounts:
        github.comment(NUMBER, account, line(change))
        github.review(NUMBER, account, review.get("commit", change.head))


def codes(seen):
    (found,) = [one for one in seen.report["findings"] if one["path"] == "a.dat"]
    assert seen.code == (1 if found["blocking"] else 0), seen.text
    return found["decision"], set(found["reason_codes"])


def test_two_people_accept_it_as_github_says(change, github, tmp_path):
    accepted_by(change, github, SAM, LEE)
    file = ask(change, github, tmp_path)
    seen = scan(change.team, "platform-review", "--reviews", file)

    assert len(github.asked) == 4
    assert github.written() == []
    decision, why = codes(seen)
    assert (decision, "platform-review" in why, "new" in why) == ("accepted", True, True)
    (found,) = [one for one in seen.report["findings"] if one["path"] == "a.dat"]
    assert (found["signed"]["developer"], found["signed"]["security"]) == ("lee", "sam")
    assert any("as GitHub says, without signatures: 1" in note for note in seen.report["notes"])
    # C-094: the same words are no signature where one is asked for, and nothing without a pin.
    assert codes(scan(change.team, "signed", "--reviews", file))[0] == "open"
    decision, why = codes(scan(change.team, "platform-review", "--reviews", file, pin=False))
    assert (decision, "trust-root-not-pinned" in why) == ("open", True)
    # And without them nothing is accepted.
    assert codes(scan(change.team, "platform-review"))[0] == "open"


def older_commit(change, github):
    accepted_by(change, github, SAM)
    github.comment(NUMBER, LEE, line(change))
    github.review(NUMBER, LEE, "b" * 40)


def dismissed(change, github):
    accepted_by(change, github, SAM, LEE)
    github.reviews[NUMBER][1]["state"] = "DISMISSED"


def outsider(change, github):
    accepted_by(change, github, SAM, STRANGER)


def bot(change, github):
    accepted_by(change, github, SAM, LEE)
    for listed in (github.comments, github.reviews):
        listed[NUMBER][1]["user"]["type"] = "Bot"


def edited(change, github):
    accepted_by(change, github, SAM, LEE)
    github.comments[NUMBER][1]["updated_at"] = "2026-11-01T09:00:01Z"


def opener(change, github):
    accepted_by(change, github, SAM, LEE)
    github.pulls[NUMBER]["user"]["id"] = LEE


def forbidden(change, github):
    accepted_by(change, github, SAM, LEE)
    github.script = lambda _method, path: Reply(403) if "reviews" in path else None


def second_page(change, github):
    """What took an approval back stands where a hurried reader does not look."""
    accepted_by(change, github, SAM, LEE)
    for _ in range(101):
        github.review(NUMBER, STRANGER, change.head, state="COMMENTED")
    github.review(NUMBER, LEE, change.head, state="CHANGES_REQUESTED")


def second_page_fails(change, github):
    second_page(change, github)
    github.script = lambda _method, path: Reply(404) if "page=2" in path else None


def opener_deleted(change, github):
    """Who that was, nobody can say any more, so it may have been either of them."""
    accepted_by(change, github, SAM, LEE)
    github.pulls[NUMBER]["user"] = github.user(10137, login="ghost")


def aimed_elsewhere(change, github):
    """They accepted it for a branch that nobody uses."""
    accepted_by(change, github, SAM, LEE)
    github.happened(NUMBER, "base_ref_changed", created_at="2026-11-01T10:00:00Z")


def timeline_forbidden(change, github):
    accepted_by(change, github, SAM, LEE)
    github.script = lambda _method, path: Reply(403) if "/timeline" in path else None


def hidden(change, github):
    """Somebody has hidden it, and nobody who looks at the pull request sees it."""
    accepted_by(change, github, SAM, LEE)
    github.comments[NUMBER][1]["minimized"] = {"reason": "outdated"}


NOT_COUNTED = {
    "C-138-older-commit": (older_commit, "approval-of-other-commit"),
    "C-138-dismissed": (dismissed, "approval-dismissed"),
    "C-138-outsider": (outsider, "reviewer-unknown"),
    "C-138-bot": (bot, "reviewer-is-automation"),
    "C-138-edited": (edited, "comment-edited"),
    "C-138-other-branch": (aimed_elsewhere, "approval-for-other-branch"),
    "C-138-api-hides-the-branch": (timeline_forbidden, "reviews-not-read"),
    "C-138-hidden": (hidden, "comment-edited"),
    "C-138-opener-deleted": (opener_deleted, "reviewer-is-author"),
    "C-138-author": (opener, "reviewer-is-author"),
    "C-138-changes-on-the-second-page": (second_page, "approval-missing"),
    "C-138-api-forbids": (forbidden, "reviews-not-read"),
    "C-138-api-half": (second_page_fails, "reviews-not-read"),
}


@pytest.mark.parametrize("name", NOT_COUNTED)
def test_what_is_not_both_people_on_this_commit_does_not_count(change, github, tmp_path, name):
    prepare, code = NOT_COUNTED[name]
    prepare(change, github)
    seen = scan(change.team, "platform-review", "--reviews", ask(change, github, tmp_path))

    decision, why = codes(seen)
    assert (seen.code, decision) == (1, "open")
    assert code in why


def test_who_opened_it_is_known_even_where_the_reviews_are_not(change, github, tmp_path):
    """Else whoever makes more comments than are read is no author in a merge queue."""
    second_page_fails(change, github)
    said = json.loads(Path(ask(change, github, tmp_path)).read_text())

    assert (said["unread"], said["reviews"]) == ("github-not-found", [])
    assert [one["id"] for one in said["openers"]] == [OPENER]


def yesterday(said):
    before = datetime.fromisoformat(said["asked_at"]) - timedelta(days=1)
    said["asked_at"] = before.strftime("%Y-%m-%dT%H:%M:%SZ")


def of_another_request(said):
    said["head"] = said["reviews"][0]["commit_id"] = said["reviews"][1]["commit_id"] = "b" * 40


def half_of_another(said):
    said["reviews"][0]["commit_id"] = "b" * 40


KEPT = {
    "C-093-freeze": (yesterday, "reviews-too-old"),
    "C-093-rollback": (of_another_request, "reviews-of-other-commit"),
    "C-093-mix": (half_of_another, "approval-of-other-commit"),
}


@pytest.mark.parametrize("name", KEPT)
def test_answers_that_were_kept_or_put_together_do_not_count(change, github, tmp_path, name):
    damage, code = KEPT[name]
    accepted_by(change, github, SAM, LEE)
    file = Path(ask(change, github, tmp_path))
    said = json.loads(file.read_text())
    damage(said)
    file.write_text(json.dumps(said))
    decision, why = codes(scan(change.team, "platform-review", "--reviews", str(file)))

    assert (decision, code in why) == ("open", True)


def test_c_094_another_pin_refuses_everything(change, github, tmp_path):
    accepted_by(change, github, SAM, LEE)
    file = ask(change, github, tmp_path)
    pinned = ("--trust-root", "0" * 64)
    seen = scan(change.team, "platform-review", "--reviews", file, *pinned, pin=False)

    assert (seen.code, "the digest that is pinned" in seen.err or "pin" in seen.err) == (4, True)


def test_a_merge_by_the_host_is_about_the_commit_and_one_by_hand_is_not(change, github, tmp_path):
    team = change.team
    accepted_by(change, github, SAM, LEE)
    file = ask(change, github, tmp_path)
    plain = team.git(
        "dana", "commit-tree", "feature^{tree}", "-p", "main", "-p", "feature", "-m", "m"
    )
    (team.clone / "b.txt").write_text("more\n")
    team.git("dana", "add", "b.txt")
    tree = team.git("dana", "write-tree")
    team.git("dana", "reset", "-q", "--hard")
    more = team.git("dana", "commit-tree", tree, "-p", "main", "-p", "feature", "-m", "m")
    above = team.git("dana", "commit-tree", tree, "-p", "feature", "-m", "m")

    assert codes(scan(team, "platform-review", "--reviews", file, head=plain))[0] == "accepted"
    for head in (more, above):
        decision, why = codes(scan(team, "platform-review", "--reviews", file, head=head))
        assert (decision, "reviews-of-other-commit" in why) == ("open", True)


def test_a_merge_that_brings_more_than_was_approved_is_not_about_it(change, github, tmp_path):
    """As in a merge queue, where the merge before holds what another request brings."""
    team = change.team
    accepted_by(change, github, SAM, LEE)
    file = ask(change, github, tmp_path)
    before = team.git("dana", "commit-tree", "feature^{tree}", "-p", "main", "-m", "queued")
    merge = team.git(
        "dana", "commit-tree", "feature^{tree}", "-p", before, "-p", "feature", "-m", "m"
    )
    decision, why = codes(scan(team, "platform-review", "--reviews", file, head=merge))

    assert (decision, "reviews-of-other-commit" in why) == ("open", True)


def test_a_group_of_one_request_is_read_and_its_opener_is_an_author(change, github, tmp_path):
    accepted_by(change, github, SAM, LEE)
    head = "c" * 40
    github.of_commit[head] = [NUMBER]
    group = {
        "base_sha": "d" * 40,
        "head_sha": head,
        "base_ref": "refs/heads/main",
        "head_ref": f"refs/heads/gh-readonly-queue/main/pr-{NUMBER}-{'d' * 40}",
    }
    file = ask(change, github, tmp_path, event="merge_group", merge_group=group)
    said = json.loads(Path(file).read_text())
    assert (said["head"], [one["id"] for one in said["openers"]]) == (change.head, [OPENER])
    assert len(said["reviews"]) == 2

    github.pull(13, head="e" * 40, opener=LEE)
    github.of_commit[head] = [NUMBER, 13]
    file = ask(change, github, tmp_path, event="merge_group", merge_group=group)
    said = json.loads(Path(file).read_text())
    assert (said["unread"], said["reviews"]) == ("several-pull-requests", [])
    assert [one["id"] for one in said["openers"]] == [OPENER, LEE]


@pytest.mark.parametrize("text", ["", "{}", "[]", "\x00", '{"schema": "aigate-reviews/1"}'])
def test_a_file_of_another_form_is_wrong_use(change, tmp_path, text):
    (tmp_path / "reviews.json").write_text(text)
    seen = scan(change.team, "platform-review", "--reviews", str(tmp_path / "reviews.json"))

    assert (seen.code, "hint: give `--reviews`" in seen.err) == (2, True)
