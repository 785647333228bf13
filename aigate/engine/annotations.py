"""The lines that a runner of GitHub Actions obeys, with nothing in them that could start another."""

from __future__ import annotations

from aigate.engine.shown import line

_VALUE = 1000  # characters of a property
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _DATA | str.maketrans({":": "%3A", ",": "%2C"})


def annotation(kind: str, says: str, **properties: str) -> str:
    """Return a line that makes an error, a warning or a notice.

    `says` may have several lines, each of them made harmless before; properties may be
    anything, and those that are empty are left out.
    """
    given = [f"{name}={value_of(text)}" for name, text in properties.items() if text]
    where = f" {','.join(given)}" if given else ""
    return f"::{kind}{where}::{says.translate(_DATA)}"


def value_of(text: str) -> str:
    """Return any text as the value of a property."""
    return line(text, _VALUE).translate(_PROPERTY)
