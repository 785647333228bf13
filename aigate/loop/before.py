"""Objects to a write before it happens: secrets, and files that steer the gate or the agent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from aigate import registry
from aigate.domain.agent import Edit, Event
from aigate.domain.finding import Sighting
from aigate.domain.tree import Change
from aigate.loop.look import BEFORE, Looked, look
from aigate.loop.paths import Target, target_of
from aigate.loop.setting import Objection, Setting

_LARGEST = 4_000_000
_MOST = 500
_SIGNING = re.compile(
    r"\baigate\b[^\n;|&]{0,300}\s(?:accept|cosign|false-positive|withdraw|baseline|trust\s+(?:init|enroll|sign|rotate))\b"
)
# Best effort: what a shell does otherwise, the sweep at the end sees.
_WRITING = re.compile(
    r"(?<![0-9&-])>>?(?!\s*(?:&|/dev/null))"
    r"|\b(?:tee|rm|mv|cp|ln|dd|touch|truncate|install|chmod|rsync|sed\s+-[a-z]*i|perl\s+-[a-z]*i)\b"
)
_GATE = r"\.aigate/(?:trust|ledger)\b|\.git/(?:hooks|config|aigate)\b"


def object_to(event: Event, *, root: str, commit: str, setting: Setting) -> Objection | None:
    """Return what speaks against what a tool is about to do, or None.

    Raises:
        AigateError: something was seen, and the policy that decides cannot be read.
    """
    if len(event.edits) > _MOST:
        said = f"it would write {len(event.edits)} files at once; hint: at most {_MOST} at a time"
        return Objection((said,))
    refused = [*_commanded(event, setting)]
    seen: list[tuple[Looked, tuple[Sighting, ...]]] = []
    for edit in event.edits:
        target = _target(edit, event, root=root, setting=setting)
        if target.refusal:
            refused.append(target.refusal)
        elif target.path and len(edit.text) > _LARGEST:
            refused.append(
                f"`{edit.path}` would get more than {_LARGEST} characters at once;"
                " hint: write it in parts"
            )
        elif target.path:
            looked, fresh = _seen(edit, target.path, root)
            if fresh:
                seen.append((looked, fresh))
    if not seen:
        return Objection(tuple(dict.fromkeys(refused))) if refused else None
    return _by_policy(refused, seen, root=root, commit=commit, setting=setting)


def _commanded(event: Event, setting: Setting) -> Iterator[str]:
    if _SIGNING.search(event.command):
        yield "only people sign, and no agent does; hint: ask your user, and say what and why"
    steering = "|".join((_GATE, *(f"(?:{one})" for one in setting.settings)))
    if _WRITING.search(event.command) and re.search(steering, event.command):
        yield "the command writes where the gate or a coding agent is steered; a person does that"


def _target(edit: Edit, event: Event, *, root: str, setting: Setting) -> Target:
    return target_of(
        edit.path,
        root=root,
        folder=event.folder,
        settings=setting.settings,
        private=(setting.states,) if setting.states else (),
    )


def _seen(edit: Edit, path: str, root: str) -> tuple[Looked, tuple[Sighting, ...]]:
    """Return what is seen in the new text and was not in the file before."""
    there = _content(Path(root, path))
    change = Change.ADDED if there is None else Change.MODIFIED
    names = tuple(
        # Whether a table of settings changed, only the whole file tells.
        name
        for name in BEFORE
        if not registry.scanner(name).compares(path)
    )
    if edit.removes:
        looked = look(path, "", ("control-plane",), change=Change.REMOVED)
        return looked, looked.sightings
    looked = look(path, edit.text, names, change=change)
    texts = {unit.id: unit.text.split("\n") for unit in looked.units}
    return looked, tuple(
        one for one in looked.sightings if not (one.secret and _was_there(one, texts, there or ""))
    )


def _was_there(sighting: Sighting, texts: dict[str, list[str]], before: str) -> bool:
    span = sighting.span
    rows = texts[sighting.unit][span.line - 1 : span.end_line]
    whole = "\n".join(rows)
    matched = whole[span.column - 1 : span.end_column - 1] if len(rows) == 1 else whole
    return bool(matched) and matched in before


def _content(file: Path) -> str | None:
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return "" if file.exists() else None
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _by_policy(
    refused: list[str],
    seen: list[tuple[Looked, tuple[Sighting, ...]]],
    *,
    root: str,
    commit: str,
    setting: Setting,
) -> Objection | None:
    # Only now, since reading a policy takes its time.
    from aigate.loop.judged import object_by_policy  # noqa: PLC0415 - see above

    found = object_by_policy(seen, root=root, commit=commit, setting=setting)
    if found is None:
        return Objection(tuple(dict.fromkeys(refused))) if refused else None
    return Objection((*dict.fromkeys(refused), *found.lines), found.people)
