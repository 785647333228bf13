"""`aigate baseline`: two people answer for what was there before the gate came, until a date."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from aigate.cli import _signing as signing
from aigate.cli._desk import OTHER, SHORT, Desk, desk_of
from aigate.cli._pens import partner, pen_for
from aigate.cli._signed import Signed, signed_about
from aigate.cli._terms_text import is_long, terms_lines
from aigate.cli._whole import Whole, gap_lines, places_of, scan_whole, where
from aigate.cli._wish import Wish, options, require_words, terms_of
from aigate.cli.exits import OK, finish
from aigate.cli.streams import say
from aigate.domain.accountability import Binding, StatementKind
from aigate.domain.finding import Finding
from aigate.domain.severity import Severity
from aigate.engine.baseline import Bounds, LeftOut, Sorted, bindings_of, is_below, sort_out
from aigate.engine.patterns import matches_name, pattern_mistake
from aigate.engine.shown import line
from aigate.errors import UsageError
from aigate.ledger.statements import MOST_BINDINGS

_MOST_NAMES = 5


@click.command()
@click.option("--path", "paths", metavar="PATTERN", multiple=True, help="Only below these paths, such as `shop/`.")  # fmt: skip
@click.option("--rule", "rules", metavar="NAME", multiple=True, help="Only of these rules; `*` stands for anything.")  # fmt: skip
@click.option("--all", "all_of_it", is_flag=True, help="Show every finding, and the bytes that are signed.")  # fmt: skip
@click.pass_obj
@options
def baseline(
    directory: str,
    *,
    paths: tuple[str, ...],
    rules: tuple[str, ...],
    all_of_it: bool,
    wish: Wish,
) -> None:
    """Accept what was there before the gate came, as the first of two people.

    Lists what the policy blocks in the whole tree of the target branch, counting copies, in
    one statement. It counts when somebody else has signed the same words with `aigate cosign`.
    What comes later is not covered, and neither is one copy more of something that is.
    """
    require_words(wish)
    asked = tuple(_pattern(each) for each in paths)
    desk = desk_of(directory)
    pen = pen_for(desk, wish.role, wish.key)
    other = partner(desk.root, pen, wish.other)
    end = signing.end_of_day(desk, wish.until)
    whole = scan_whole(desk)
    _require_hits(whole.findings, asked, rules)
    before = signed_about(desk, {finding.fingerprint for finding in whole.findings})
    sorted_ = sort_out(
        whole.candidates,
        Bounds(
            policy=desk.policy,
            paths=asked,
            rules=rules,
            too_long=_too_long(desk, end),
            needs_touch=signing.out_of_reach(desk, pen),
            signed=places_of(one for one in before if _lasts(one, end)),
        ),
    )
    left_out = tuple(_left_out_lines(desk, sorted_, [one for one in before if _lasts(one, end)]))
    terms = terms_of(
        desk,
        wish,
        kind=StatementKind.BASELINE,
        code="existing",
        bindings=_bindings(desk, whole, sorted_, left_out),
        expires_at=end,
        seats=(pen, other),
        follows=_withdrawn(before),
    )
    signing.introduce(pen)
    say(f"a baseline of {where(desk, whole)}\n\n")
    say("".join(f"{text}\n" for text in terms_lines(terms, all_of_it=all_of_it)))
    if is_long(terms) and not all_of_it:
        say("`--all` shows every finding, and every byte\n")
    say("".join(f"{text}\n" for text in (*_titled("not in it:", left_out), *gap_lines(whole))))
    signing.ask(yes=wish.yes)
    signing.sign_and_keep(desk, terms, pen)
    say(f"commit it; waits for {OTHER[wish.role]}: `{other.id}` looks at it and runs\n\n")
    say(f"  aigate cosign {terms.digest[:SHORT]} --as {OTHER[wish.role]}\n")
    finish(OK)


def _pattern(path: str) -> str:
    wrong = pattern_mistake(path.removeprefix("./"))
    if wrong:
        raise UsageError(f"`--path {path}`: {wrong}", hint="write it as `shop/` or `**/*.py`")
    return path.removeprefix("./")


def _require_hits(findings: Sequence[Finding], paths: Sequence[str], rules: Sequence[str]) -> None:
    """Refuse a pattern that no finding has, which is a slip more often than not."""
    known = sorted({finding.rule for finding in findings})
    for pattern in rules:
        if not any(matches_name(pattern, rule) for rule in known):
            close = difflib.get_close_matches(pattern, known, n=1)
            raise UsageError(
                f"`--rule {pattern}`: nothing was found of such a rule",
                hint=f"did you mean `{close[0]}`?" if close else "see what `aigate scan` names",
                code="no-such-finding",
            )
    for pattern in paths:
        if not any(is_below(pattern, finding.at.path) for finding in findings):
            raise UsageError(
                f"`--path {pattern}`: nothing was found there",
                hint="paths start at the top of the repository: `shop/`, `**/*.py`",
                code="no-such-finding",
            )


def _too_long(desk: Desk, end: datetime) -> frozenset[Severity]:
    limits = {severity: signing.longest(desk, severity) for severity in Severity}
    return frozenset(
        severity for severity, most in limits.items() if most and end.date() > most.last
    )


def _lasts(one: Signed, end: datetime) -> bool:
    """Tell whether terms are there for as long as new ones would be, signed by both or not."""
    return not one.withdrawn and one.terms.expires_at is not None and one.terms.expires_at >= end


def _withdrawn(before: Sequence[Signed]) -> tuple[str, ...]:
    ended = (one.terms for one in before if one.withdrawn)
    return tuple(sorted(t.digest for t in ended if t.kind is StatementKind.BASELINE))


def _bindings(
    desk: Desk, whole: Whole, sorted_: Sorted, left_out: tuple[str, ...]
) -> tuple[Binding, ...]:
    bindings = bindings_of(sorted_.listed)
    if not bindings:
        raise UsageError(
            "\n".join([f"nothing of {where(desk, whole)} is left to sign", *left_out]),
            hint="see `aigate scan` for what it finds",
            code="nothing-to-sign",
        )
    if len(bindings) > MOST_BINDINGS:
        raise UsageError(
            f"these are {len(bindings):,} findings, and one statement holds {MOST_BINDINGS:,}",
            hint="make several, each of its own part: `--path PATTERN` or `--rule NAME`",
            code="too-many",
        )
    return bindings


def _left_out_lines(desk: Desk, sorted_: Sorted, signed: Sequence[Signed]) -> Iterator[str]:
    """Yield how many findings a baseline leaves out, why, and what can be done about these."""
    for reason in LeftOut:
        found = sorted_.left_out.get(reason, ())
        if reason in {LeftOut.TOO_LONG, LeftOut.NEEDS_TOUCH}:
            for severity in sorted({one.severity for one in found}, reverse=True):
                count = sum(one.severity is severity for one in found)
                yield _row(count, _of_severity(desk, reason, severity))
        elif found:
            yield _row(len(found), _words(reason, found, signed))


def _row(count: int, text: str) -> str:
    return f"  {count:>6,}  {text}"


def _of_severity(desk: Desk, reason: LeftOut, severity: Severity) -> str:
    most = signing.longest(desk, severity)
    if reason is LeftOut.TOO_LONG and most:
        return (
            f"of severity {severity.word}, for which the {most.whose} allows {most.days} days:"
            f" sign them apart, with `--until {most.last}`"
        )
    return (
        f"of severity {severity.word}, which asks for a hardware key that is touched:"
        " fix them, or sign them with one"
    )


def _words(reason: LeftOut, found: Sequence[Finding], signed: Sequence[Signed]) -> str:
    match reason:
        case LeftOut.ELSEWHERE:
            return "outside of the paths or rules that you named"
        case LeftOut.HARMLESS:
            return "that the policy does not block; they need no signature"
        case LeftOut.FORBIDDEN:
            return f"that the policy lets nobody accept; fix them: {_rules(found)}"
        case LeftOut.SECRET:
            return f"that are secrets; revoke them, or name their rule: {_rules(found, '--rule ')}"
        case _:
            prints = {one.fingerprint for one in found}
            names = sorted(
                one.terms.digest[:SHORT]
                for one in signed
                if any(binding.fingerprint in prints for binding in one.terms.bindings)
            )
            more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
            listed = ", ".join(f"`{name}`" for name in names[:_MOST_NAMES])
            return f"that other terms name for as long: {listed}{more}"


def _rules(found: Sequence[Finding], option: str = "") -> str:
    counts = Counter(one.rule for one in found).most_common()
    more = f" and {len(counts) - _MOST_NAMES} more rules" if len(counts) > _MOST_NAMES else ""
    return ", ".join(f"`{option}{line(rule, 80)}`" for rule, _ in counts[:_MOST_NAMES]) + more


def _titled(title: str, lines: Sequence[str]) -> tuple[str, ...]:
    return ("", title, *lines) if lines else ()
