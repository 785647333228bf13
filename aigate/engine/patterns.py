"""Patterns for paths and names, matched in time that grows with pattern times text.

A path pattern is read like this, always with `/`, and case counts:

* `*`, `?` and `[abc]` stay inside one part of a path, `**` is a part that stands for any number;
* a leading `.` is nothing special: `*` matches `.env`;
* a pattern with a `/` in front or in the middle starts at the top of the repository;
* a pattern without one matches the name of a file in any folder;
* a `/` at the end means the folder and everything below it.

No library does the matching, since those that know `**` turn a pattern into one regular
expression, and `*a*a*a*a*a*b` against a path of 200 letters then takes minutes.
"""

from __future__ import annotations

import fnmatch
import re
from functools import lru_cache

from aigate.domain.regex import regex

_LONGEST = 512


def pattern_mistake(pattern: str) -> str:
    """Say what is wrong with a path pattern, or return the empty text."""
    parts = pattern.removeprefix("/").removesuffix("/").split("/")
    mistakes = {
        f"a pattern has at most {_LONGEST} characters": len(pattern) > _LONGEST,
        "a pattern has no `\\`; paths are written with `/`": "\\" in pattern,
        "a pattern has no braces; write one for each choice": bool(set("{}") & set(pattern)),
        "a pattern cannot be negated with `!`": pattern.startswith("!"),
        "a pattern has no empty part, no `.` and no `..`": bool({"", ".", ".."} & set(parts)),
        "`**` stands alone between two `/`": any("**" in part and part != "**" for part in parts),
    }
    return next((text for text, wrong in mistakes.items() if wrong), "")


def matches_path(pattern: str, path: str) -> bool:
    """Tell whether a path pattern (see the module) matches a path of a tree."""
    wanted = _parts(pattern)
    # Entry i: the parts seen so far can be matched by the first i parts of the pattern.
    reached = [True]
    for part in wanted:
        reached.append(reached[-1] and part is None)
    for name in path.split("/"):
        then = [False]
        for index, part in enumerate(wanted):
            if part is None:
                then.append(reached[index + 1] or reached[index] or then[index])
            else:
                then.append(reached[index] and part.match(name) is not None)
        reached = then
    return reached[-1]


def matches_name(pattern: str, name: str) -> bool:
    """Tell whether a pattern with `*` and `?` matches a whole name, such as that of a rule."""
    return _compiled(pattern).match(name) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    # The expression that `translate` gives since 3.11 uses atomic groups: it never goes back.
    return regex(fnmatch.translate(pattern))


@lru_cache(maxsize=4096)
def _parts(pattern: str) -> tuple[re.Pattern[str] | None, ...]:
    anchored = "/" in pattern.removesuffix("/")
    parts = pattern.removeprefix("/").removesuffix("/").split("/")
    if not anchored:
        parts = ["**", *parts]
    below: list[re.Pattern[str] | None] = [_compiled("*"), None] if pattern.endswith("/") else []
    found = [None if part == "**" else _compiled(part) for part in parts]
    # `a/**` is what is below `a`; without a part after `**` it would also be `a` itself.
    if found[-1] is None and not below:
        found.append(_compiled("*"))
    return (*found, *below)
