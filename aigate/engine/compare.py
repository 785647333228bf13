"""Tells new findings from existing ones, by counting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from aigate.domain.finding import Finding, Status


def compare(
    head: Sequence[Finding],
    reference: Iterable[Finding],
    *,
    alike: Callable[[Finding, str], bool],
) -> tuple[Status, ...]:
    """Tell, for each finding of the head, whether the reference has it too.

    Identical matches in one file are counted: if the head has more of them than the
    reference, the surplus is new, those whose surroundings changed first. A finding whose
    file was renamed is existing if the reference lost the same match in the same
    surroundings elsewhere, and if `alike(finding, old_path)` says that policies treat both
    paths the same; so moving code to a more sensitive place makes it new.
    """
    known: dict[str, Counter[str]] = defaultdict(Counter)
    lost: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_print: dict[str, list[int]] = defaultdict(list)
    for index, finding in enumerate(head):
        by_print[finding.fingerprint].append(index)
    before = list(reference)
    for finding in before:
        known[finding.fingerprint][finding.context] += 1

    status = [Status.NEW] * len(head)
    for print_, indices in by_print.items():
        contexts = known[print_]
        surplus = len(indices) - contexts.total()
        unchanged = [i for i in indices if _take(contexts, head[i].context)]
        others = [i for i in indices if i not in set(unchanged)]
        for i in unchanged + others[: len(others) - max(surplus, 0)]:
            status[i] = Status.EXISTING

    here = Counter(finding.fingerprint for finding in head)
    for finding in before:
        here[finding.fingerprint] -= 1
        if here[finding.fingerprint] < 0:
            lost[_content(finding)].append(finding.at.path)
    for index, finding in enumerate(head):
        if status[index] is Status.NEW:
            paths = lost[_content(finding)]
            old = next((path for path in paths if alike(finding, path)), None)
            if old is not None:
                paths.remove(old)
                status[index] = Status.EXISTING
    return tuple(status)


def _content(finding: Finding) -> tuple[str, ...]:
    return (finding.rule, finding.match, finding.context)


def _take(contexts: Counter[str], context: str) -> bool:
    if contexts[context] <= 0:
        return False
    contexts[context] -= 1
    return True
