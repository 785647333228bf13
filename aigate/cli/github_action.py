"""`aigate github-action`: what the steps of the GitHub Action run.

Everything from outside comes in by the environment and stays data. `ask` has a token, and looks
at nothing of the change; `run` judges the event and leaves the reports, and has no token;
`comment` has one, and looks at nothing but those;
`conclude` is the last word, and passes only on a fresh pass about exactly the commit that was
checked out.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from aigate.cli._forks import relay as relayed
from aigate.cli._pull_request import When, leave
from aigate.cli._reviews import of_group, of_pull, unread
from aigate.cli._verdict import contradictions, read_verdict
from aigate.cli.exits import INCOMPLETE, OK, code_of, finish
from aigate.cli.scan import scan
from aigate.cli.streams import say, write_whole
from aigate.documents.github_answers import is_commit
from aigate.documents.github_event import OF_PULL, Asked, group_of, pull_of, read_event, run_of
from aigate.documents.testimony import testimony_text
from aigate.domain.platform import Testimony
from aigate.engine.annotations import annotation
from aigate.engine.shown import line
from aigate.errors import AigateError, IncompleteError, IntegrityError, UsageError
from aigate.remote.address import Address, address_of
from aigate.remote.github import GitHub

_ENVIRON = os.environ  # noqa: TID251 - settings are resolved here, in the command
_SUMMARY = 1024 * 1024
# An output that is not of one of these forms is not written: nothing else can be in it.
_FORMS = re.compile(r"[a-z-]{0,40}|[0-9]{1,12}|[0-9a-f]{32,64}|/[^\x00-\x1f\x7f]{1,4000}")
_FILES = {
    "report-file": ("json", "report.json"),
    "sarif-file": ("sarif-github", "results.sarif"),
    "summary-file": ("markdown", "summary.md"),
    "comment-file": ("comment", "comment.md"),
}


@click.group("github-action")
def github_action() -> None:
    """Run the steps of the GitHub Action."""


@github_action.command("ask")
def ask() -> None:
    """Ask GitHub who opened the change and who approved of it; never an error.

    What cannot be read does not count.
    """
    try:
        said = _asked_github(_ENVIRON)
        if said:
            folder = Path(_made(_ENVIRON.get("RUNNER_TEMP", "")))
            write_whole(folder / "reviews.json", testimony_text(said))
            _Outputs(_ENVIRON.get("GITHUB_OUTPUT", "")).write(
                "reviews-file", str(folder / "reviews.json")
            )
    except AigateError as error:
        _annotate(error, "warning")
    finish(OK)


@github_action.command("run")
@click.pass_context
def run(context: click.Context) -> None:
    """Judge what the event asks for, and leave reports, annotations and a summary."""
    outputs = _Outputs(_ENVIRON.get("GITHUB_OUTPUT", ""))
    try:
        asked = _asked(_ENVIRON)
        folder = Path(_made(_ENVIRON.get("RUNNER_TEMP", "")))
        nonce = secrets.token_hex(16)
        outputs.write("nonce", nonce)
        outputs.write("decision-file", str(folder / "decision.json"))
        code = _judged(context, asked, folder, nonce)
    except AigateError as error:
        _annotate(error)
        raise
    for name, (_, file) in _FILES.items():
        if (folder / file).is_file():
            outputs.write(name, str(folder / file))
    decision = read_verdict(folder / "decision.json")
    outputs.write("verdict", decision.texts["decision"])
    outputs.write("blocking-count", str(decision.counts["blocking"]))
    report = json.loads((folder / "report.json").read_bytes())
    outputs.write("findings-count", str(report["summary"]["findings"]))
    _summarise(folder / "summary.md", _ENVIRON.get("GITHUB_STEP_SUMMARY", ""))
    finish(code)


@github_action.command("comment")
def comment() -> None:
    """Comment on the pull request what the run before has found; never changes a verdict."""
    try:
        say(f"{line(_commented(_ENVIRON), 200)}\n")
    except AigateError as error:
        _annotate(error, "warning")
    finish(OK)


@github_action.command("relay")
def relay() -> None:
    """Comment for the run of a fork, in a workflow of its own that starts when that run ends."""
    try:
        if _ENVIRON.get("GITHUB_EVENT_NAME", "") != "workflow_run":
            raise UsageError(
                "there is no run to comment for",
                hint="start this in a workflow for `workflow_run`",
                code="event-unknown",
            )
        number = run_of(_payload(_ENVIRON))
        address = _address(_ENVIRON)
        with GitHub(address) as api:
            say(f"{line(relayed(api, number, repository=address.repository), 200)}\n")
    except IncompleteError as error:
        _annotate(error, "warning")
    except AigateError as error:
        _annotate(error)
        raise
    finish(OK)


@github_action.command("conclude")
def conclude() -> None:
    """Pass only if the run before ended with 0 and left a fresh pass about this commit."""
    try:
        code = _concluded(_ENVIRON)
    except AigateError as error:
        _annotate(error)
        raise
    finish(code)


def _asked(environ: Mapping[str, str]) -> Asked:
    """Return what is to be judged: the inputs count where they are given."""
    base, head = environ.get("AIGATE_BASE", ""), environ.get("AIGATE_HEAD", "")
    name = environ.get("GITHUB_EVENT_NAME", "")
    if base.startswith("-") or head.startswith("-"):
        raise UsageError("the inputs `base` and `head` are revisions", hint="leave out the options")
    try:
        asked = read_event(name, _payload(environ), commit=environ.get("GITHUB_SHA", ""))
    except UsageError as error:
        # Whoever names a base knows what is to be judged; rights are another matter.
        if not base or error.code != "event-unknown":
            raise
        asked = Asked(base=base, head=environ.get("GITHUB_SHA", ""))
    if not base and not head:
        return asked
    return Asked(
        base=base or asked.base,
        head=head or asked.head,
        branch="" if base else asked.branch,
        default_branch=asked.default_branch,
        opener=asked.opener,
    )


def _payload(environ: Mapping[str, str]) -> bytes:
    try:
        return Path(environ.get("GITHUB_EVENT_PATH", "")).read_bytes()
    except OSError as error:
        raise IncompleteError(
            "the payload of the event cannot be read",
            hint="run the gate in a job of the workflow",
            code="event-unclear",
        ) from error


def _made(parent: str) -> str:
    try:
        return tempfile.mkdtemp(prefix="aigate-", dir=parent or None)
    except OSError as error:
        raise IncompleteError(
            f"no folder can be made for the reports: {error.strerror}",
            hint="check `RUNNER_TEMP`",
            code="report-not-written",
        ) from error


def _judged(context: click.Context, asked: Asked, folder: Path, nonce: str) -> int:
    given = {
        "--base": asked.base,
        "--head": asked.head,
        "--branch": asked.branch,
        "--default-branch": asked.default_branch,
        "--opener": asked.opener,
        "--reviews": _ENVIRON.get("AIGATE_REVIEWS", ""),
        "--policy": _ENVIRON.get("AIGATE_POLICY", ""),
        "--trust-root": _ENVIRON.get("AIGATE_TRUST_ROOT", ""),
        "--deadline": _ENVIRON.get("AIGATE_DEADLINE", ""),
        "--decision": str(folder / "decision.json"),
        "--nonce": nonce,
        "--format": "github",
    }
    arguments = ["--quiet", "--no-cache"]
    wish = _ENVIRON.get("AIGATE_CHECK_PACKAGES", "").strip().lower()
    if wish not in {"", "true", "false"}:
        raise UsageError(
            "`check-packages` is neither `true` nor `false`", hint="correct it in the workflow"
        )
    arguments += ["--check-packages"] if wish == "true" else []
    for name, value in given.items():
        arguments += [name, value] if value else []
    for form, file in _FILES.values():
        arguments += ["-o", f"{form}={folder / file}"]
    try:
        scan.main(arguments, prog_name="aigate scan", obj=context.obj, standalone_mode=False)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else INCOMPLETE
    raise IncompleteError("the scan did not decide", code="no-decision")


def _asked_github(environ: Mapping[str, str]) -> Testimony | None:
    """Return what GitHub says about the change, None where there is nothing to ask.

    Raises:
        AigateError: there is no pull request, or group of them, in the event.
    """
    at = datetime.now(UTC)  # noqa: TID251 - the time of asking
    event = environ.get("GITHUB_EVENT_NAME", "")
    if event not in {*OF_PULL, "merge_group"}:
        return None
    payload = _payload(environ)
    try:
        with GitHub(_address(environ)) as api:
            if event in OF_PULL:
                return of_pull(api, pull_of(payload).number, at=at)
            head, ref = group_of(payload)
            return of_group(api, head=head, ref=ref, at=at)
    except (IncompleteError, UsageError) as error:
        return unread(error, at=at)


def _commented(environ: Mapping[str, str]) -> str:
    """Leave the comment; return what was done, or why nothing was.

    Raises:
        AigateError: it could not be left.
    """
    asked = environ.get("AIGATE_COMMENT", "") or When.AUTO
    if asked not in set(When):
        raise UsageError(
            f"`{line(asked, 40)}` says not when to comment",
            hint=f"the input `comment` is one of {', '.join(When)}",
        )
    if asked == When.NEVER or environ.get("GITHUB_EVENT_NAME", "") not in OF_PULL:
        return "no comment was asked for"
    decided, said = environ.get("AIGATE_DECISION", ""), environ.get("AIGATE_COMMENT_FILE", "")
    if not Path(decided).is_file() or not Path(said).is_file():
        return "nothing was decided that a comment could tell"
    pull = pull_of(_payload(environ))
    if pull.fork and environ.get("AIGATE_TOKEN_GIVEN", "") != "true":
        return (
            "the token of a fork's run cannot comment; see `examples/workflows/fork-comment.yaml`"
        )
    passed = read_verdict(Path(decided)).passed
    with GitHub(_address(environ)) as api:
        return leave(
            api,
            pull.number,
            head=pull.head,
            body=Path(said).read_text(encoding="utf-8"),
            worth_saying=asked == When.ALWAYS or not passed,
        )


def _address(environ: Mapping[str, str]) -> Address:
    return address_of(
        api=environ.get("GITHUB_API_URL", ""),
        repository=environ.get("GITHUB_REPOSITORY", ""),
        token=environ.get("AIGATE_TOKEN", ""),
    )


def _concluded(environ: Mapping[str, str]) -> int:
    """Return the exit code of the whole: 0 only for a fresh pass, and what failed else.

    Raises:
        IncompleteError: no decision was left, or the run did not end as the decision says.
        IntegrityError: the decision is about something else, was made by another run, or
            contradicts itself.
    """
    file, nonce = environ.get("AIGATE_DECISION", ""), environ.get("AIGATE_NONCE", "")
    if not file or not nonce or not Path(file).is_file():
        raise IncompleteError(
            "the run before left no decision",
            hint="see the log of the step before",
            code="no-decision",
        )
    decision = read_verdict(Path(file))
    head = environ.get("AIGATE_HEAD", "") or environ.get("GITHUB_SHA", "")
    other = is_commit(head) and decision.texts["head"] != head
    if other or decision.texts["nonce"] != nonce:
        raise IntegrityError(
            "the decision is not about this run",
            hint="run the job again",
            code="verdict-mismatch",
        )
    code = decision.counts["exit_code"]
    odd = next(contradictions(decision), "") if code == OK else ""
    if odd:
        raise IntegrityError(
            f"the decision contradicts itself: {odd}",
            hint="see what else the job runs",
            code="verdict-mismatch",
        )
    if (code == OK) != (environ.get("AIGATE_OUTCOME", "") == "success"):
        raise IncompleteError(
            "the run before did not end as its decision says",
            hint="see the log of the step before",
            code="verdict-mismatch",
        )
    say(f"{decision.texts['decision']}\n")
    return code


class _Outputs:
    """The outputs of a step, each written as soon as it is known."""

    def __init__(self, file: str) -> None:
        """Write to this file; outside of a job there is none."""
        self._file = file

    def write(self, name: str, value: str) -> None:
        """Write an output whose value is of a known form; anything else is refused."""
        if not _FORMS.fullmatch(value):
            raise IncompleteError(f"the output `{name}` is of no known form", code="output-form")
        if self._file:
            with Path(self._file).open("a", encoding="utf-8") as out:
                out.write(f"{name}={value}\n")


def _summarise(file: Path, summary: str) -> None:
    """Add the report to the summary of the job, if there is room and a place for it."""
    if not summary or not file.is_file():
        return
    text = file.read_bytes()
    try:
        with Path(summary).open("ab") as out:
            room = out.tell() + len(text) < _SUMMARY
            if room:
                out.write(text + b"\n")
        if not room:
            says = "the summary of this step has no room left, so the report is not in it"
            say(f"{annotation('warning', says, title='aigate')}\n")
    except OSError as error:
        says = f"the summary cannot be written: {error.strerror}"
        say(f"{annotation('warning', says, title='aigate')}\n")


def _annotate(error: AigateError, kind: str = "error") -> None:
    hint = f"\nhint: {error.hint}" if error.hint else ""
    title = f"aigate ({code_of(error)})" if kind == "error" else "aigate"
    say(f"{annotation(kind, f'{line(error.message, 1000)}{hint}', title=title)}\n")
