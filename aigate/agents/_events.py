"""Reads what the hook protocols have in common: fields of an event, and the edits of a tool."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping

from aigate.domain.agent import Edit, Moment

_PATHS = (
    "file_path",
    "filePath",
    "path",
    "notebook_path",
    "absolute_path",
    "target_file",
    "filename",
)
_TEXTS = frozenset(
    {
        "content",
        "contents",
        "new_string",
        "newString",
        "new_str",
        "new_source",
        "newText",
        "new_text",
        "file_text",
        "insert_text",
        "code_edit",
    }
)
# What a writing tool says beside what it writes.
_NOT_WRITTEN = frozenset({"old_string", "oldString", "old_str", "oldText", "old_text"})
_DEEPEST = 8
_PATCH = "*** Begin Patch"
_PATCHED = re.compile(r"\*\*\* (?P<deed>Add|Update|Delete) File: (?P<path>.+)|\*\*\* Move to: (.+)")
_LONGEST_NAME = 300


def moment(found: Mapping[str, object], moments: Mapping[str, Moment]) -> Moment:
    """Return the moment that an event names.

    Raises:
        ValueError: it names none.
    """
    name = text(found, "hook_event_name", "hookEventName")
    if not name:
        raise ValueError("the event has no name")
    return moments.get(name, Moment.OTHER)


def text(found: Mapping[str, object], *keys: str) -> str:
    """Return the first of these fields that is a text and not empty, else the empty text."""
    return next((value for key in keys if isinstance(value := found.get(key), str) and value), "")


def name_in(found: Mapping[str, object], *keys: str) -> str:
    """Return a field that names something, and is not too long for that.

    Raises:
        ValueError: it is missing, or too long.
    """
    value = text(found, *keys)
    if not value or len(value) > _LONGEST_NAME:
        raise ValueError(f"`{keys[0]}` is missing or longer than {_LONGEST_NAME} characters")
    return value


def arguments(found: Mapping[str, object], *keys: str) -> Mapping[str, object]:
    """Return what a tool is called with; some agents send it as a text of JSON."""
    value = next((found[key] for key in keys if key in found), None)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {"input": value}
    return value if isinstance(value, dict) else {}


def command(given: Mapping[str, object]) -> str:
    """Return what a shell is asked to run."""
    value = given.get("command", given.get("cmd", ""))
    if isinstance(value, list):
        return " ".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def edits(tool: str, given: Mapping[str, object], writers: Collection[str]) -> tuple[Edit, ...]:
    """Return what a tool is about to write, or has written.

    Of the agent's own `writers` whatever is no path counts as written; of a tool that nobody
    knows, what has a path and a text beside it, at any depth.
    """
    patches = [one for one in _strings(given) if _PATCH in one]
    if patches:
        return tuple(edit for patch in patches for edit in _patched(patch))
    path = text(given, *_PATHS)
    if tool in writers and path:
        removes = "delete" in tool.lower() or given.get("command") == "delete"
        written = (one for key, value in given.items() for one in _written(key, value))
        return (Edit(path, "\n".join(written), removes=removes),)
    return tuple(_found(given, 0))


def _written(key: str, value: object) -> Iterator[str]:
    if key not in _PATHS and key not in _NOT_WRITTEN:
        yield from _strings({key: value})


def _found(value: object, depth: int) -> Iterator[Edit]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        path = text(value, *_PATHS)
        parts = [one for key in sorted(_TEXTS & value.keys()) for one in _strings(value[key])]
        if path and not parts and isinstance(value.get("edits"), list):
            parts = [one for edit in value["edits"] for one in _texts(edit)]
        if path and parts:
            yield Edit(path, "\n".join(parts))
            return
        for inner in value.values():
            yield from _found(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _found(inner, depth + 1)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key in sorted(_TEXTS & value.keys()):
            yield from _strings(value[key])


def _strings(value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth <= _DEEPEST and isinstance(value, dict):
        for key, inner in value.items():
            if key not in _NOT_WRITTEN:
                yield from _strings(inner, depth + 1)
    elif depth <= _DEEPEST and isinstance(value, list):
        for inner in value:
            yield from _strings(inner, depth + 1)


def _patched(patch: str) -> Iterator[Edit]:
    """Yield the edits of a patch of the form that `apply_patch` reads."""
    path, added, removes = "", list[str](), False
    for row in patch.split("\n"):
        head = _PATCHED.match(row.rstrip("\r"))
        if head is None:
            if row.startswith("+"):
                added.append(row[1:])
            continue
        if path:
            moved = head["deed"] is None
            yield Edit(path, "" if moved else "\n".join(added), removes=removes or moved)
            if moved:
                path, removes = head[3].strip(), False
                continue
        path, added = (head["path"] or head[3]).strip(), []
        removes = head["deed"] == "Delete"
    if path:
        yield Edit(path, "\n".join(added), removes=removes)
