"""Comments for a run that may not do so by itself, and believes nothing of what that run has left.

Whoever opens a pull request from a fork can have its run leave what they like. So only the code
host is asked which commit and which pull request this is; what the run left is read as strictly
as any stranger's file, has to fit these, and is made harmless once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from aigate import registry
from aigate.artefacts.look import LimitError, Look, MalformedError, Purse
from aigate.artefacts.zips import members
from aigate.cli._pull_request import leave
from aigate.cli._verdict import Verdict, contradictions, verdict_in
from aigate.documents.github_answers import Fields, is_commit, read_commit_parents, read_pull
from aigate.documents.report_file import read_report
from aigate.domain.extension import View
from aigate.domain.platform import PullRequest
from aigate.domain.report import Report
from aigate.errors import AigateError, IntegrityError
from aigate.remote.github import GitHub

ARTIFACT = "aigate-report"
"""What the run has to call what it leaves."""

DECISION, REPORT = "decision.json", "report.json"
_LARGEST = 10 * 1024 * 1024  # bytes, packed
_UNPACKED = 26 * 1024 * 1024
_MOST_STEPS = 20_000
_TOLERANCE = timedelta(minutes=5)
_NOTE = (
    "The run of this pull request reports this about itself, and nobody has checked it."
    " What counts is the check, not this comment."
)


class _Run(NamedTuple):
    id: int
    head: str
    owner: str
    branch: str
    repository: int
    begun: datetime
    ended: datetime


def relay(api: GitHub, number: int, *, repository: str) -> str:
    """Comment what a run has left, and say in a few words what was done.

    Raises:
        IncompleteError: GitHub could not be asked, or the comment not left.
        IntegrityError: what the run has left is not what a run of the gate leaves.
    """
    run = _run(api, number)
    if run is None:
        return "the run was not for a pull request"
    pull = _pull(api, run)
    if pull is None:
        return "no open pull request is at the commit of the run"
    if not pull.fork:
        return "the run of a pull request that is from no fork comments by itself"
    artifact = _artifact(api, run)
    if artifact is None:
        return f"the run has left no `{ARTIFACT}`"
    data = api.archive(f"actions/artifacts/{artifact}/zip", largest=_LARGEST)
    decision, report = _read(data)
    odd = [*_contradictions(decision, report, run, repository)]
    if not odd and not _is_about(api, decision.texts["head"], run.head):
        odd = ["it is about another commit"]
    if odd:
        raise _refused(odd[0])
    return leave(
        api,
        pull.number,
        head=run.head,
        body=body_of(report),
        worth_saying=not decision.passed,
    )


def body_of(report: Report) -> str:
    """Return the comment on a report that somebody else wrote; the verdict stays first."""
    text = registry.reporter("comment").render(report, View(verbose=True))
    verdict, _, rest = text.partition("\n")
    return f"{verdict}\n\n{_NOTE}\n{rest}"


def _run(api: GitHub, number: int) -> _Run | None:
    fields = Fields(api.get(f"actions/runs/{number}"), "run")
    if fields.number("id") != number or fields.text("event") != "pull_request":
        return None
    source = fields.optional("head_repository")
    if source is None:
        return None  # the fork is gone
    repository = Fields(source, "repository")
    return _Run(
        id=number,
        head=fields.commit("head_sha"),
        owner=repository.inner("owner").text("login"),
        branch=fields.text("head_branch"),
        repository=repository.number("id"),
        begun=fields.time("run_started_at"),
        ended=fields.time("updated_at"),
    )


def _pull(api: GitHub, run: _Run) -> PullRequest | None:
    """Return the one open pull request that is at the commit of the run, and from that branch."""
    found = []
    for each in api.pages("pulls", state="open", head=f"{run.owner}:{run.branch}"):
        pull = read_pull(each)
        source = Fields(each, "pull request").inner("head").optional("repo")
        same = source is not None and Fields(source, "repository").number("id") == run.repository
        found += [pull] if same and pull.head == run.head else []
    return found[0] if len(found) == 1 else None


def _artifact(api: GitHub, run: _Run) -> int | None:
    listed = Fields(api.get(f"actions/runs/{run.id}/artifacts", name=ARTIFACT), "list")
    each = [Fields(one, "artifact") for one in listed.items("artifacts")]
    left = [o for o in each if o.text("name") == ARTIFACT and o.optional("expired") is False]
    # A run that was started again has one of each attempt, and no order is promised.
    newest = max(left, key=lambda one: one.number("id"), default=None)
    if newest is None:
        return None
    size = newest.optional("size_in_bytes")
    if type(size) is not int or size > _LARGEST:
        raise _refused(f"it has more than {_LARGEST} bytes")
    return newest.number("id")


def _read(data: bytes) -> tuple[Verdict, Report]:
    files = _unpacked(data)
    try:
        decision = verdict_in(files[DECISION], file=DECISION)
        return decision, read_report(files[REPORT], file=REPORT)
    except AigateError as error:
        raise _refused(error.message) from error


def _unpacked(data: bytes) -> Mapping[str, bytes]:
    """Return the two files that are wanted; a zip with anything else in it is refused."""
    look = Look(Purse(steps=_MOST_STEPS, unpacked=_UNPACKED))
    found: dict[str, bytes] = {}
    try:
        for member in members(data, look):
            if member.name not in {DECISION, REPORT} or member.name in found or not member.whole:
                raise _refused("it holds something else, or something twice")
            found[member.name] = member.data
    except (LimitError, MalformedError) as error:
        raise _refused(str(error)) from error
    if look.remarks:
        raise _refused(next(iter(look.remarks)).text)
    if set(found) != {DECISION, REPORT}:
        raise _refused(f"it lacks `{DECISION}` or `{REPORT}`")
    return found


def _contradictions(decision: Verdict, report: Report, run: _Run, repository: str) -> Iterator[str]:
    yield from contradictions(decision)
    texts, counts = decision.texts, decision.counts
    if (texts["nonce"], texts["head"]) != (report.run.nonce, report.head.commit):
        yield "the decision and the report are of two runs"
    blocking = sum(one.blocking for one in report.findings)
    said = (report.verdict.value, report.exit_code, blocking, len(report.gaps))
    if said != (texts["decision"], counts["exit_code"], counts["blocking"], counts["gaps"]):
        yield "the decision and the report do not say the same"
    if texts["repository.name"] != repository:
        yield "it is about another repository"
    try:
        decided = datetime.fromisoformat(texts["decided"])
        fresh = run.begun - _TOLERANCE <= decided <= run.ended + _TOLERANCE
    except (ValueError, TypeError):
        fresh = False
    if not fresh:
        yield "it was not decided while the run was going on"


def _is_about(api: GitHub, judged: str, head: str) -> bool:
    """Tell whether what was judged is a commit, or the merge that the code host makes of it."""
    # It is part of an address, and may hold anything.
    if not is_commit(judged):
        return False
    return judged == head or read_commit_parents(api.get(f"git/commits/{judged}"))[1:] == (head,)


def _refused(why: str) -> IntegrityError:
    return IntegrityError(
        f"what the run has left is not what the gate leaves: {why}",
        hint="look at the run itself; nothing of this is shown on the pull request",
        code="artifact-refused",
    )
