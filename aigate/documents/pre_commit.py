"""Adds an entry to somebody's settings of pre-commit, and leaves every other byte as it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import yaml

from aigate.domain.regex import regex

SETTINGS = ".pre-commit-config.yaml"
"""Where pre-commit and prek look for their settings."""

_MOST_NODES = 20_000
_FRAME = 3  # events that begin, and that end, a text with one list
_LONGEST = 100_000  # characters; reading more takes many seconds
_OURS = regex(
    r"^(?:[ \t]*(?:-[ \t]+)?|[^#\n]*[{,][ \t]*)[\"']?id[\"']?:[ \t]*"
    r"[\"']?aigate(?:-[a-z-]+)?[\"']?[ \t]*(?:[,}#]|\r?$)",
    re.MULTILINE,
)


def calls_gate(text: str) -> bool:
    """Tell whether settings name one of our hooks already."""
    return _OURS.search(text) is not None


def with_repository(text: str, entry: Sequence[str]) -> str | None:
    """Return the settings with one more entry at the end of `repos`; None where that is not safe.

    The result is the old text with one stretch put in, and means what it meant with one item
    more: both are checked, and no comment, quote or blank is touched.

    Args:
        text: What is in the file.
        entry: The lines of the new item without indentation, the first beginning with `- `.
    """
    if len(text) > _LONGEST:
        return None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is None:
            return None
        at, column = _place(root)
        before = _meaning(text)
        last = _end_of_repos(before)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    end = "\r\n" if "\r\n" in text else "\n"
    if at and text[at - 1] != "\n":
        found = text.find("\n", at)
        at = len(text) if found < 0 else found + 1
    lead = "" if text[:at].endswith("\n") else end
    put = lead + "".join(f"{' ' * column}{row}".rstrip() + end for row in entry)
    after = text[:at] + put + text[at:]
    try:
        added = _meaning("\n".join(entry))[_FRAME:-_FRAME]
        wanted = before[:last] + added + before[last:]
        return after if _meaning(after) == wanted else None
    except yaml.YAMLError:
        return None


def _place(root: yaml.Node) -> tuple[int, int]:
    """Return where the last item of `repos` ends, and the column of its dash."""
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        raise ValueError("no block mapping")
    values = [value for key, value in root.value if key.value == "repos"]
    if len(values) != 1:
        raise ValueError("no `repos`")
    repos = values[0]
    if not isinstance(repos, yaml.SequenceNode) or repos.flow_style or not repos.value:
        raise ValueError("no block sequence")
    last = max(leaf.end_mark.index for leaf in _leaves(repos.value[-1]))
    return last, repos.start_mark.column


def _leaves(root: yaml.Node) -> Iterator[yaml.Node]:
    """Yield what has an exact end: block collections end where the next thing begins."""
    waiting, seen = [root], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > _MOST_NODES:
            raise ValueError("too much in one entry")
        if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", True):
            yield node
        elif isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        else:
            waiting += node.value


def _meaning(text: str) -> list[tuple[str, ...]]:
    """Return what a text says, without where it says it."""
    return [
        (
            type(event).__name__,
            str(getattr(event, "value", "")),
            str(getattr(event, "tag", "")),
            str(getattr(event, "anchor", "")),
        )
        for event in yaml.parse(text, Loader=yaml.SafeLoader)
    ]


def _end_of_repos(events: Sequence[tuple[str, ...]]) -> int:
    """Return which event ends the list of `repos`."""
    depth, wanted = 0, 0
    for number, (kind, *_) in enumerate(events):
        if kind.endswith("StartEvent"):
            depth += 1
            if not wanted and number and events[number - 1][:2] == ("ScalarEvent", "repos"):
                wanted = depth
        elif kind.endswith("EndEvent"):
            if depth == wanted and kind == "SequenceEndEvent":
                return number
            depth -= 1
    raise ValueError("no list")
