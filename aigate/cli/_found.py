"""Finds one finding again in the working tree, for the commands that sign something about it."""

from __future__ import annotations

import json
import os

from aigate.case import Request
from aigate.cli._desk import ENVIRON, SHORTEST, Desk
from aigate.cli.last import last_report
from aigate.cli.packs import packs_folder
from aigate.domain.accountability import Binding, Terms
from aigate.domain.finding import Finding, Judged
from aigate.engine.acceptance import differences
from aigate.engine.baseline import bindings_of
from aigate.errors import UsageError
from aigate.gate import run

_SCAN = "run `aigate scan`, and take a fingerprint from what it says"


def seen_last(desk: Desk, name: str) -> tuple[str, str]:
    """Return the whole fingerprint and the path of a finding of the last scan here.

    Raises:
        UsageError: the last scan has none of that name, or several.
    """
    if len(name) < SHORTEST:
        raise UsageError(f"`{name}` is too short", hint=f"give {SHORTEST} characters or more")
    try:
        listed = json.loads(last_report(desk.directory) or "{}").get("findings", [])
        found = {
            (str(one["fingerprint"]), str(one["path"]))
            for one in listed
            if str(one["fingerprint"]).startswith(name.lower())
        }
    except (ValueError, LookupError, TypeError, AttributeError):
        found = set()  # a damaged cache is none
    if len(found) > 1:
        raise UsageError(f"`{name}` is the start of several fingerprints", hint="give more of it")
    if not found:
        raise UsageError(
            f"no finding of the last scan here is called `{name}`",
            hint=_SCAN,
            code="finding-unknown",
        )
    return found.pop()


def look(desk: Desk, fingerprint: str, path: str) -> tuple[Judged, ...]:
    """Scan one file of the working tree; return the copies of a finding in it.

    Nothing that is decided here counts: the file is looked at alone, and against no reference.

    Raises:
        UsageError: there is none any more.
    """
    request = Request(
        directory=desk.directory,
        packs=str(packs_folder()),
        only=frozenset({path}),
        environ=dict(ENVIRON),
    )
    report = run(request, at=desk.at, nonce=os.urandom(16).hex())
    found = [one for one in report.findings if one.finding.fingerprint == fingerprint]
    if not found:
        blind = f"; it could not be looked at whole ({report.gaps[0].code})" if report.gaps else ""
        raise UsageError(
            f"the finding `{fingerprint}` is not in `{path}` as it is now{blind}",
            hint=_SCAN,
            code="finding-gone",
        )
    return tuple(sorted(found, key=lambda one: (one.finding.at, one.finding.occurrence)))


def one_place(
    copies: tuple[Judged, ...], bound: tuple[Terms, ...]
) -> tuple[tuple[Judged, ...], int]:
    """Return the copies in one place, the first that nobody has signed for, and how many remain.

    Copies in different definitions are different things to accept, each with terms of its own.
    """
    places: dict[tuple[str, str], list[Judged]] = {}
    for one in copies:
        places.setdefault((one.finding.context, one.finding.scope), []).append(one)
    signed = [
        (binding.context, binding.scope, binding.count)
        for terms in bound
        for binding in terms.bindings
        if binding.fingerprint == copies[0].finding.fingerprint
    ]
    free = [
        group
        for (context, scope), group in places.items()
        if not any((context, scope) == s[:2] and s[2] >= len(group) for s in signed)
    ]
    chosen = free[0] if free else next(iter(places.values()))
    return tuple(chosen), len(copies) - len(chosen)


def binding_of(copies: tuple[Judged, ...]) -> Binding:
    """Return what ties terms to these copies of a finding, which are in one place."""
    (binding,) = bindings_of(one.finding for one in copies)
    return binding


def closest(copies: tuple[Judged, ...], binding: Binding) -> tuple[Finding, tuple[str, ...]]:
    """Return the copy that is most like what was signed, and in what it differs."""
    each = [(tuple(differences(one.finding, binding)), one.finding) for one in copies]
    changed, finding = min(each, key=lambda pair: len(pair[0]))
    return finding, changed
