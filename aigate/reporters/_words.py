"""What a report says in words: the sentences that every format for people shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from aigate.domain.extension import View
from aigate.domain.finding import Action, Decision, Gap, Judged, Provenance
from aigate.domain.place import WHOLE, Location
from aigate.domain.report import Report, Verdict
from aigate.engine.shown import line, plain
from aigate.value import dataclass

_PATH = 300  # characters of a path that are shown
_REASON = 300


@dataclass(frozen=True, slots=True)
class Block:
    """A finding that is shown by itself, with those of other rules that mean the same place."""

    judged: Judged
    also: tuple[str, ...] = ()


def word(judged: Judged) -> str:
    """Return the word that opens a finding: error, accepted, warning or note."""
    if judged.blocking:
        return "error"
    if judged.decision is Decision.ACCEPTED:
        return "accepted"
    return "note" if judged.action is Action.NOTE else "warning"


def within(report: Report, view: View) -> tuple[tuple[Judged, ...], int]:
    """Return the findings under the shown paths, and how many there are elsewhere."""
    wanted = [path.removeprefix("./").rstrip("/") for path in view.paths]
    if not wanted or "" in wanted or "." in wanted:
        return report.findings, 0
    folders = tuple(f"{path}/" for path in wanted)
    files = frozenset(wanted)
    shown = tuple(
        judged
        for judged in report.findings
        if judged.finding.at.path in files or judged.finding.at.path.startswith(folders)
    )
    return shown, len(report.findings) - len(shown)


def fold(findings: Iterable[Judged]) -> tuple[Block, ...]:
    """Put findings of one group into one block, in the place of its strictest.

    Among equals the block is headed by one that knows what to do.
    """
    groups: dict[str, list[Judged]] = {}
    for number, judged in enumerate(findings):
        groups.setdefault(judged.finding.group or f"\0{number}", []).append(judged)
    return tuple(_block(members) for members in groups.values())


def _block(members: Sequence[Judged]) -> Block:
    first = members[0]
    equals = (one for one in members if word(one) == word(first) and one.finding.help)
    head = next(equals, first)
    return Block(head, tuple(one.finding.rule for one in members if one is not head))


def place(at: Location) -> str:
    """Return `path:line:column`, in one line and harmless."""
    path = line(at.path, _PATH)
    if (at.line, at.column, at.end_line, at.end_column) == (
        WHOLE.line,
        WHOLE.column,
        WHOLE.end_line,
        WHOLE.end_column,
    ):
        return path
    cell = f" (cell {at.cell})" if at.cell else ""
    return f"{path}:{at.line}:{at.column}{cell}"


def short(fingerprint: str) -> str:
    """Return as much of a fingerprint as people need."""
    return plain(fingerprint[:12])


def no_command(text: str) -> str:
    """Return a line as it is, unless a runner would take it for a command.

    Runners do so where a line starts with two colons, blanks before them or not.
    """
    return f"./{text}" if text.lstrip().startswith("::") else text


def sentence(text: str) -> str:
    """Return the first sentence, in one line and without its full stop."""
    flat = " ".join(text[:2000].split())
    for end in (". ", "! ", "? "):
        flat = flat.partition(end)[0]
    return line(flat.rstrip("."), _REASON)


def paragraph(text: str) -> str:
    """Return the text in one line, cut, and without its last full stop."""
    return line(" ".join(text[:2000].split()).rstrip("."), _REASON)


def answers(judged: Judged) -> str:
    """Say who answers for a finding and until when, also when that is nobody."""
    who = [(seat, f"`{line(name, 100)}`" if name else "nobody") for seat, name in seated(judged)]
    said = ", ".join(f"{seat} {name}" for seat, name in who) or "nobody"
    return said + _after(judged, plain(judged.due))


def seated(judged: Judged) -> tuple[tuple[str, str], ...]:
    """Return the seats of a finding with who takes them; the merger's only where it is known.

    Where neither of the two that must answer is taken, there is nothing to list.
    """
    seats = judged.seats
    if not seats.developer and not seats.security:
        return ()
    merger = (("merger", seats.merger),) if seats.merger else ()
    return ("dev", seats.developer), ("security", seats.security), *merger


def until(judged: Judged, date: str) -> str:
    """Say when it is due; `date` is that day as the format shows it, empty if unknown."""
    if judged.overdue:
        return f"overdue since {date}"
    if judged.due:
        return f"due {date}"
    if judged.fix_within is not None:
        return f"due within {count(judged.fix_within, 'day')}"
    return ""


def unseated(judged: Judged) -> str:
    """Say how to fill the seats that nobody takes; empty if somebody takes each."""
    seats = judged.seats
    if not seats.developer and not seats.security:
        return "name owners in CODEOWNERS, or under `owners` in the policy"
    if not seats.security:
        return "name `security` under `owners` in the policy"
    if not seats.developer:
        return "name owners in CODEOWNERS, or `developer` under `owners` in the policy"
    return ""


def _after(judged: Judged, date: str) -> str:
    due, hint = until(judged, date), unseated(judged)
    return (f", {due}" if due else "") + (f"; hint: {hint}" if hint else "")


def acceptance(judged: Judged) -> str:
    """Return what people have signed about a finding, and what became of it."""
    signed = judged.signed
    people = " and ".join(
        f"`{plain(name)}`" for name in (signed.developer, signed.security) if name
    )
    until = f" until {plain(signed.until[:10])}" if signed.until else ""
    reviewed = "platform-review" in judged.reason_codes
    by = (f": GitHub says by {people}" if reviewed else f": signed by {people}") if people else ""
    changed = f"; changed since: {', '.join(signed.changed)}" if signed.changed else ""
    how = "" if signed.kind in {"", "accept"} else f" ({plain(signed.kind)})"
    return f"{judged.decision.value}{how}{by}{until}{changed}"


def origin(judged: Judged) -> str:
    """Say who wrote the lines, and on what evidence."""
    source = judged.candidate.origin
    if source.kind is Provenance.UNKNOWN:
        return "unknown (counts as AI)"
    who = " ".join(part for part in (source.agent, source.model) if part)
    return line(f"{source.kind.value}{f', {who}' if who else ''} (evidence: {source.grade})", 200)


def verdict(report: Report, *, quoting: bool = True) -> str:
    """Return the verdict and what it rests on, in one line that starts with its word.

    Without `quoting` every word is ours, and none comes from the repository or a scanner.
    """
    counts = Counter(word(judged) for judged in report.findings)
    errors = counts["error"]
    said = []
    if errors:
        would = "would " if report.verdict is Verdict.ADVISORY_FAIL else ""
        block = "block" if would or errors != 1 else "blocks"
        said.append(f"{count(errors, 'finding')} {would}{block}")
    elif report.verdict is Verdict.PASS:
        said.append("nothing blocks" if report.findings else "no findings")
    said += [count(counts[kind], kind) for kind in ("warning", "note") if counts[kind]]
    said += [f"{counts['accepted']} accepted"] if counts["accepted"] else []
    parts = [", ".join(said)] if said else []
    if report.gaps or report.verdict is Verdict.INCOMPLETE:
        parts.append(_unseen(report, quoting=quoting))
    # What made the verdict comes first.
    if report.verdict is Verdict.INCOMPLETE:
        parts.reverse()
    return f"{report.verdict.value}: {'; '.join(parts)}"


def _unseen(report: Report, *, quoting: bool) -> str:
    if not report.gaps:
        return "nothing was asked, so nothing was passed"
    subjects = {gap.subject for gap in report.gaps}
    machines = {gap.subject for gap in report.gaps if is_scanner(gap, report)}
    said = []
    if files := len(subjects - machines):
        said.append(f"{count(files, 'file')} could not be examined")
    if machines:
        said.append(f"{count(len(machines), 'scanner')} did not finish")
    first = f": {gap(report.gaps[0])}" if quoting and len(subjects) == 1 else ""
    return " and ".join(said) + first


def is_scanner(gap: Gap, report: Report) -> bool:
    """Tell whether a gap is about a scanner rather than a file."""
    return gap.subject == gap.scanner or any(gap.subject == ran.name for ran in report.run.scanners)


def gap(one: Gap) -> str:
    """Return a gap in one line: the subject and the reason."""
    by = f" ({plain(one.scanner)})" if one.scanner and one.scanner != one.subject else ""
    return f"`{line(one.subject, _PATH)}`{by}: {line(one.reason, _REASON)}"


_WAYS_OUT = {
    "notes-not-fetched": "fetch the notes, or take their name out of the settings of the clone",
    "history-unread": "fetch the whole history, or name a newer reference with `--base`",
    "package-not-checked": "see that your package index answers, and run the scan again",
    "partly-parsed": (
        "spell that part in an older way, or exclude the file, with a reason, in the policy"
    ),
}


def way_out(one: Gap, report: Report) -> str:
    """Say what to do about a gap."""
    if one.code in _WAYS_OUT:
        return _WAYS_OUT[one.code]
    if one.code.endswith("timeout"):
        return "give it more time with `--deadline`, or exclude what is slow, with a reason"
    if is_scanner(one, report):
        return "`aigate doctor` shows what is wrong with the scanner"
    return "mend the file, or exclude it, with a reason, in the policy of the reference"


_NO_RULES = "language-not-examined"


def coverage(report: Report) -> str:
    """Return what was looked at, in one line."""
    seen = report.coverage
    if not seen.in_scope:
        return "looked at nothing: no file is in scope"
    said = [f"looked at {seen.scanned} of {count(seen.in_scope, 'file')}"]
    said += [f"{one.entries} excluded: {line(one.reason, _REASON)}" for one in seen.exclusions[:5]]
    listed = sum(one.entries for one in seen.exclusions[:5])
    if seen.excluded > listed:
        said.append(f"{seen.excluded - listed} more excluded")
    blind = len({j.finding.at.path for j in report.findings if j.finding.rule == _NO_RULES})
    if blind:
        said.append(f"{blind} in languages without rules")
    if seen.unscannable:
        said.append(f"{seen.unscannable} could not be examined")
    return "; ".join(said)


def authorship(report: Report) -> str:
    """Return who wrote the lines that the change adds, in one line; empty if nobody counted."""
    by = report.authorship
    if by is None or not by.lines:
        return ""
    lines = dict(by.by_kind)
    said = []
    ai = lines.get(Provenance.AI, 0) + lines.get(Provenance.MIXED, 0)
    if ai:
        names = [f"{line(name, 60)} {number}" for name, number in by.by_agent[:5]]
        more = len(by.by_agent) - len(names)
        names += [f"{more} more"] if more else []
        who = f" ({', '.join(names)})" if names else ""
        said.append(f"{ai} with AI{who}")
    if lines.get(Provenance.HUMAN):
        said.append(f"{lines[Provenance.HUMAN]} by people who signed")
    if lines.get(Provenance.UNKNOWN):
        said.append(f"{lines[Provenance.UNKNOWN]} unknown, which count as AI")
    return f"{', '.join(said)}, of {count(by.lines, 'added line')}"


def has_origins(report: Report) -> bool:
    """Tell whether there is evidence for any finding of who wrote its lines."""
    return any(judged.candidate.origin.kind is not Provenance.UNKNOWN for judged in report.findings)


def count(number: int, noun: str) -> str:
    """Return `1 note` or `2 notes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Sequence[str], most: int = 5) -> str:
    """Return names with commas between, cut after a few."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(line(name, 100) for name in names[:most]) + more
