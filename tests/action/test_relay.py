"""The trusted half for forks: what the other half has left is a stranger's file."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from aigate.cli._pull_request import MARK
from tests.remote.github_fake import REPOSITORY, TOKEN, Reply, zipped

HEAD = "a" * 40
RUN, NUMBER, FORK = 77, 12, 5


@pytest.fixture(scope="module")
def left(make_project):
    """What a run of the gate on a fork's change leaves."""
    project = make_project("fork")
    project.commit({"README.md": "hello\n"})
    project.commit({"a.txt": 'x = "\u202e abc" @acme/all\n'}, branch="topic", parents=["main"])
    project.run(
        *("scan", "--base", "main", "--head", "topic", "--quiet", "--nonce", "0" * 32),
        *("--decision", f"{project.home}/decision.json", "-o", f"json={project.home}/report.json"),
        GITHUB_REPOSITORY=REPOSITORY,
    )
    # Settings of the machine that would name an account for wherever the file lies.
    (project.home / ".netrc").write_text("machine 127.0.0.1 login x password y\n")
    files = {n: (project.home / n).read_bytes() for n in ("decision.json", "report.json")}
    return SimpleNamespace(project=project, head=project.git("rev-parse", "topic"), files=files)


@pytest.fixture
def relay(left, github, tmp_path):
    """Run the command on a run that has left something."""
    github.parents[left.head] = ["b" * 40, HEAD]
    decided = datetime.fromisoformat(json.loads(left.files["decision.json"])["decided"])

    def time(minutes):
        return (decided + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")

    pull = github.pull(NUMBER, head=HEAD)
    pull["head"] |= {"ref": "topic", "repo": pull["base"]["repo"] | {"id": FORK}}
    pull["head"]["user"] = github.user(8, login="outside")
    run = github.run(
        RUN,
        head=HEAD,
        run_started_at=time(-2),
        updated_at=time(2),
        head_repository=github.runs_repository(FORK, "outside"),
    )

    def relay(data=None, *, event="workflow_run", **environ):
        packed = zipped(left.files) if data is None else data
        if not github.artifacts:
            github.artifact(RUN, packed, name="aigate-report")
        file = tmp_path / "event.json"
        file.write_text(json.dumps({"workflow_run": {"id": RUN}}))
        given = {
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(file),
            "GITHUB_API_URL": github.url,
            "GITHUB_REPOSITORY": REPOSITORY,
            "AIGATE_TOKEN": TOKEN,
            **environ,
        }
        seen = left.project.run("github-action", "relay", **given)
        assert TOKEN not in seen.text
        assert [token for path, token in github.tokens if "/blob/" in path] in (
            [],
            [None],
            [None, None],
        )
        return seen

    relay.run, relay.pull, relay.time = run, pull, time
    return relay


def changed(left, name, **fields):
    """Return the two files with something in one of them changed."""
    value = json.loads(left.files[name])
    for path, new in fields.items():
        inner = value
        *above, last = path.split("__")
        for part in above:
            inner = inner[part]
        inner[last] = new
    return zipped({**left.files, name: json.dumps(value)})


def test_a_fork_gets_its_comment_and_is_told_what_it_is_worth(relay, github):
    seen = relay()

    assert (seen.code, seen.out) == (0, b"made a comment\n")
    (made,) = github.comments[NUMBER]
    start = f"{MARK}\n## aigate: fail\n\nThe run of this pull request reports this about itself"
    assert made["body"].startswith(start)
    assert "@acme" not in made["body"].replace("`", "")
    assert len(github.asked) == 4 + 2 + 4
    assert relay().out == b"the comment says it already\n"


def test_the_commit_of_the_pull_request_itself_may_have_been_judged(relay, left, github):
    relay.run["head_sha"] = relay.pull["head"]["sha"] = left.head
    assert relay().out == b"made a comment\n"
    assert not [path for _, path in github.asked if "/git/commits/" in path]


class Stream(io.RawIOBase):
    """A place to write to, in which nobody goes back."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.data += data
        return len(data)


def test_a_zip_that_was_written_in_one_go_is_read_as_the_uploads_are(relay, left):
    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in left.files.items():
            archive.writestr(name, data)

    assert relay(bytes(stream.data)).out == b"made a comment\n"


QUIET = {
    "other-event": (lambda r: r.run.update(event="push"), "the run was not for a pull request"),
    "newer-commit": (lambda r: r.pull["head"].update(sha="c" * 40), "no open pull request"),
    "closed": (lambda r: r.pull.update(state="closed"), "no open pull request"),
    "other-branch": (lambda r: r.pull["head"].update(ref="other"), "no open pull request"),
    "no-fork": (lambda r: r.pull["base"]["repo"].update(id=FORK), "the run of a pull request"),
}


@pytest.mark.parametrize("name", QUIET)
def test_where_there_is_nothing_to_say_nothing_is_said(relay, github, name):
    change, says = QUIET[name]
    relay.pull["base"]["repo"] = dict(relay.pull["base"]["repo"])
    change(relay)
    seen = relay()

    assert (seen.code, seen.out.decode().startswith(says)) == (0, True), seen.text
    assert github.written() == []


def listed_twice():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("report.json", "{}")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("report.json", "{}")
    return out.getvalue()


def bomb():
    return zipped({"decision.json": b" " * 60_000, "report.json": b" " * (40 * 1024 * 1024)})


def lying_about_sizes(left):
    """The directory says that a member is small."""
    data = bytearray(zipped({**left.files, "report.json": b" " * (40 * 1024 * 1024)}))
    at = data.rfind(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(data)


HOSTILE = {
    "nothing": lambda _left: b"",
    "no-zip": lambda _left: b"hello" * 100,
    "zip-cut": lambda left: zipped(left.files)[:-400],
    "zip-slip": lambda left: zipped({**left.files, "../../x": b"x"}),
    "absolute": lambda left: zipped({**left.files, "/etc/cron.d/x": b"x"}),
    "one-more": lambda left: zipped({**left.files, "extra.txt": b"x"}),
    "one-less": lambda left: zipped({"report.json": left.files["report.json"]}),
    "in-a-folder": lambda left: zipped({f"x/{n}": data for n, data in left.files.items()}),
    "twice": lambda _left: listed_twice(),
    "bomb": lambda _left: bomb(),
    "lying": lying_about_sizes,
    "no-json": lambda left: zipped({**left.files, "report.json": b"{"}),
    "decision-no-json": lambda left: zipped({**left.files, "decision.json": b"\xff"}),
    "says-pass": lambda left: changed(left, "decision.json", decision="pass", exit_code=0),
    "report-says-pass": lambda left: changed(left, "report.json", verdict="pass", exit_code=0),
    "hides-findings": lambda left: changed(left, "report.json", findings=[]),
    "other-nonce": lambda left: changed(left, "decision.json", nonce="1" * 32),
    "other-repository": lambda left: changed(left, "decision.json", repository__name="acme/x"),
    "old": lambda left: changed(left, "decision.json", decided="2020-01-01T00:00:00+00:00"),
    "to-come": lambda left: changed(left, "decision.json", decided="2999-01-01T00:00:00+00:00"),
    "no-time": lambda left: changed(left, "decision.json", decided="2026-11-22T00:00:00"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_does_not_fit_is_shown_to_nobody(relay, left, github, name):
    seen = relay(HOSTILE[name](left))

    assert seen.code == 4, seen.text
    (said,) = [text for text in seen.out.decode().splitlines() if text.startswith("::")]
    assert said.startswith("::error title=aigate (4)::what the run has left is not what the gate")
    assert github.written() == []
    assert sorted(path.name for path in left.project.home.glob("*.json")) == [
        "decision.json",
        "report.json",
    ]


def test_what_is_about_another_commit_is_shown_to_nobody(relay, left, github):
    github.parents[left.head] = ["b" * 40, "c" * 40]
    seen = relay()

    assert (seen.code, b"it is about another commit" in seen.out) == (4, True)
    assert github.written() == []


ELSEWHERE = {
    "path": f"../../../../repos/evil/shop/git/commits/{'d' * 40}",
    "query": f"{'d' * 40}?x=1",
    "nothing": "",
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_was_judged_leads_nowhere_else(relay, left, github, name):
    """Else the token would be shown wherever the fork wants it to ask."""
    judged = ELSEWHERE[name]
    github.script = lambda _method, path: (
        Reply(200, json.dumps({"parents": [{"sha": "b" * 40}, {"sha": HEAD}]}).encode())
        if "d" * 40 in path
        else None
    )
    decision = json.loads(left.files["decision.json"]) | {"head": judged}
    report = json.loads(left.files["report.json"])
    report["head"]["commit"] = judged
    seen = relay(zipped({"decision.json": json.dumps(decision), "report.json": json.dumps(report)}))

    assert (seen.code, b"it is about another commit" in seen.out) == (4, True), seen.text
    assert not [path for _, path in github.asked if "/git/commits/" in path]
    assert github.written() == []


def test_a_large_artifact_is_not_fetched(relay, left, github):
    github.artifact(RUN, zipped(left.files), name="aigate-report", size_in_bytes=11 * 1024 * 1024)
    seen = relay()

    assert seen.code == 4
    assert not [path for _, path in github.asked if "/blob/" in path]


def test_of_a_run_that_was_started_again_the_newest_artifact_is_taken(relay, left, github):
    github.artifact(RUN, b"of the first attempt", name="aigate-report")
    github.artifact(RUN, zipped(left.files), name="aigate-report")

    assert relay().out == b"made a comment\n"


FAILURES = {
    "run": (404, "actions/runs/77"),
    "pulls": (403, "/pulls?"),
    "artifacts": (404, "/artifacts?"),
    "artifact": (410, "/zip"),
    "file": (403, "/blob/"),
    "comment": (403, "/comments"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_github_does_not_give_is_one_warning(relay, github, name):
    status, where = FAILURES[name]
    github.script = lambda _method, path: Reply(status) if where in path else None
    seen = relay()

    assert (seen.code, seen.out.count(b"\n")) == (0, 1), seen.text
    assert seen.out.startswith(b"::warning title=aigate::GitHub ")
    assert github.written() == []


def test_no_other_event_starts_it_and_it_judges_nothing(relay, github):
    seen = relay(event="pull_request_target")

    assert (seen.code, github.asked) == (2, [])
