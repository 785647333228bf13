"""Tells new findings from existing ones, by counting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from aigate.domain.finding import Finding, Status


def compare(
    head: Sequence[Finding],
    reference: Iterable[Finding],
    *,
    alike: Callable[[Finding, str], bool],
) -> tuple[Status, ...]:
    """Tell, for each finding of the head, whether the reference has it too.

    Identical matches in one file are counted: each of the reference's stands for one of the
    head's at most, and only for one in the same surroundings, in the definition of the same
    name, or in a definition that was only renamed. A match that is taken out of one function
    therefore leaves no room for one in another. A finding whose file was renamed is existing
    if the reference lost the same match in the same surroundings elsewhere, and if
    `alike(finding, old_path)` says that policies treat both paths the same; so moving code to
    a more sensitive place makes it new.
    """
    before = list(reference)
    status = [Status.NEW] * len(head)
    left = set(range(len(before)))
    for key in (_context, _scope, _body, _lines):
        known: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for index in sorted(left, reverse=True):
            if (found := key(before[index])) is not None:
                known[found].append(index)
        for index, finding in enumerate(head):
            found = key(finding)
            if status[index] is Status.NEW and found is not None and known.get(found):
                left.remove(known[found].pop())
                status[index] = Status.EXISTING

    lost: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for index in sorted(left):
        lost[_content(before[index])].append(before[index].at.path)
    for index, finding in enumerate(head):
        if status[index] is Status.NEW:
            paths = lost[_content(finding)]
            old = next((path for path in paths if alike(finding, path)), None)
            if old is not None:
                paths.remove(old)
                status[index] = Status.EXISTING
    return tuple(status)


def _context(finding: Finding) -> tuple[str, ...] | None:
    return (finding.fingerprint, finding.context)


def _scope(finding: Finding) -> tuple[str, ...] | None:
    return (finding.fingerprint, finding.scope) if finding.scope else None


def _body(finding: Finding) -> tuple[str, ...] | None:
    return (finding.fingerprint, finding.body) if finding.body else None


def _lines(finding: Finding) -> tuple[str, ...] | None:
    """Outside of any definition the lines themselves have to do."""
    return None if finding.scope else (finding.fingerprint, *finding.snippet)


def _content(finding: Finding) -> tuple[str, ...]:
    return (finding.rule, finding.match, finding.context)
