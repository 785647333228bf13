"""Adds our hooks to the file in which an agent's hooks are set up, and takes them out again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from aigate.domain.agent import CodingAgent
from aigate.errors import UsageError

_INDENT = re.compile(r'^([ \t]+)"', re.MULTILINE)


def with_hooks(text: str, agent: CodingAgent, command: str) -> str:
    """Return the file with our hooks in it, once each; everything else stays as it is.

    Raises:
        UsageError: the file is not of a form in which anything could be added.
    """
    whole = _parsed(text, agent)
    hooks = _hooks_in(whole, agent)
    for key, value in agent.frame.items():
        whole.setdefault(key, value)
    for event, entry in agent.hooks(command).items():
        hooks[event] = [*_without(hooks.get(event), agent), entry]
    whole["hooks"] = hooks
    return _written(whole, text)


def without_hooks(text: str, agent: CodingAgent) -> str:
    """Return the file without our hooks, or the empty text if nothing else is in it.

    Raises:
        UsageError: see `with_hooks`.
    """
    whole = _parsed(text, agent)
    hooks = _hooks_in(whole, agent)
    kept = {}
    for event, entries in hooks.items():
        rest = _without(entries, agent)
        if rest or not entries:
            kept[event] = rest
    if kept == hooks:
        return text
    whole["hooks"] = kept
    if not kept:
        del whole["hooks"]
        if all(agent.frame.get(key) == value for key, value in whole.items()):
            return ""
    return _written(whole, text)


def commands_in(text: str, agent: CodingAgent) -> dict[str, str]:
    """Return our commands in a file, by the agent's name of the event.

    Raises:
        UsageError: see `with_hooks`.
    """
    found = {}
    for event, entries in _hooks_in(_parsed(text, agent), agent).items():
        for command in _commands(entries):
            if _is_ours(command, agent):
                found[event] = command
    return found


def _parsed(text: str, agent: CodingAgent) -> dict[str, object]:
    if not text.strip():
        return {}
    try:
        found: object = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        said = (
            f"{error.msg} in line {error.lineno}"
            if isinstance(error, json.JSONDecodeError)
            else error
        )
        raise UsageError(
            f"the hooks of {agent.title} are in no plain JSON: {said}",
            hint="mend the file, or take comments out of it, and run this again",
            code="hooks-unreadable",
        ) from None
    if not isinstance(found, dict):
        raise _odd(agent)
    return found


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


def _hooks_in(whole: Mapping[str, object], agent: CodingAgent) -> dict[str, list[object]]:
    hooks = whole.get("hooks", {})
    if not isinstance(hooks, dict) or not all(isinstance(one, list) for one in hooks.values()):
        raise _odd(agent)
    return {event: list(entries) for event, entries in hooks.items()}


def _odd(agent: CodingAgent) -> UsageError:
    return UsageError(
        f"the file with the hooks of {agent.title} has another form than {agent.title} reads",
        hint="`hooks` is an object with a list for each event",
        code="hooks-unreadable",
    )


def _without(entries: Sequence[object] | None, agent: CodingAgent) -> list[object]:
    kept = []
    for entry in entries or ():
        if not isinstance(entry, dict):
            kept.append(entry)
            continue
        inner = entry.get("hooks")
        if isinstance(inner, list):
            rest = [one for one in inner if not _is_our_hook(one, agent)]
            if rest or not inner:
                kept.append(entry if len(rest) == len(inner) else {**entry, "hooks": rest})
        elif not _is_our_hook(entry, agent):
            kept.append(entry)
    return kept


def _is_our_hook(value: object, agent: CodingAgent) -> bool:
    return any(_is_ours(command, agent) for command in _commands(value))


def _commands(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key in ("command", "bash"):
            if isinstance(command := value.get(key), str):
                yield command
        yield from _commands(value.get("hooks"))
    elif isinstance(value, list):
        for one in value:
            yield from _commands(one)


def _is_ours(command: str, agent: CodingAgent) -> bool:
    return re.search(rf"\bagent hook --target {agent.name}\b", command) is not None


def _written(whole: Mapping[str, object], before: str) -> str:
    indent = found[1] if (found := _INDENT.search(before)) else "  "
    return json.dumps(whole, indent=indent, ensure_ascii=False) + "\n"
