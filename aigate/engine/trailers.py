"""Reads the trailers of commit messages, wherever in the message they stand.

git reads the last paragraph only. A squash on a code host strings messages together, which puts
trailers in the middle; and what an agent wrote there is evidence all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from aigate.domain.regex import regex

LONGEST = 1_000_000
"""So many characters of a message are read, half from its start and half from its end."""

_TRAILER = regex(r"([A-Za-z][A-Za-z0-9-]{0,60})[ \t]{0,4}:[ \t]*(.*)")
_PERSON = regex(r"([^<>]*)<([^<>]*)>")
_FOLDED = 5  # continued lines of one trailer that are read


def readable(message: str) -> str:
    """Return as much of a message as is read."""
    if len(message) <= LONGEST:
        return message
    half = LONGEST // 2
    return f"{message[:half]}\n{message[-half:]}"


def lines(message: str) -> list[str]:
    """Return the lines of a message, whatever ends them."""
    rows = readable(message).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return [part for row in rows for part in _unescaped(row)]


def trailers(message: str) -> tuple[tuple[str, str], ...]:
    """Return each line `Key: value` with its key in lower case and folded lines joined.

    Indented lines are no trailers of their own: they continue one, or quote another message.
    """
    return tuple(_found(lines(message)))


def person(value: str) -> tuple[str, str]:
    """Return the name and the address in `Name <address>`; the address may be empty."""
    found = _PERSON.search(value)
    return (found[1].strip(), found[2].strip()) if found else (value.strip(), "")


def _unescaped(row: str) -> list[str]:
    """Return the lines in one whose line ends a shell left written out, as it does in plain quotes.

    Only where the last of them ends in an address: other text may speak of such ends or quote them.
    """
    return row.split("\\n") if "\\n\\n" in row and row.rstrip().endswith(">") else [row]


def _found(rows: list[str]) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(rows):
        found = _TRAILER.fullmatch(row)
        if found is None:
            continue
        value = [found[2].strip()]
        for more in rows[number + 1 : number + 1 + _FOLDED]:
            if more[:1] not in {" ", "\t"} or not more.strip():
                break
            value.append(more.strip())
        yield found[1].lower(), " ".join(part for part in value if part)
